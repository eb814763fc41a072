"""A string that cannot be shown by accident."""

import hmac
from typing import NoReturn, final, override

_MASK = "**hidden**"


@final
class Secret:
    """Hold a passcode, token or key; only `reveal` gives the text.

    Printing, formatting, joining into an f-string, pickling and JSON encoding never give the text away.
    """

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        """Wrap the text."""
        self.__text = text

    def reveal(self) -> str:
        """Return the text, at the one place that sends or deliberately shows it."""
        return self.__text

    @override
    def __repr__(self) -> str:
        return _MASK

    @override
    def __str__(self) -> str:
        return _MASK

    @override
    def __format__(self, format_spec: str) -> str:
        return _MASK

    @override
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__text.encode(), other.reveal().encode())

    @override
    def __hash__(self) -> int:
        return hash(self.__text)

    def __bool__(self) -> bool:
        return bool(self.__text)

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")
