"""A string that cannot be shown by accident."""

import hmac
import re
from typing import Final, NoReturn, final, override

HIDDEN: Final = "****"
"""Stands in place of digits and numbers that open a door, also where somebody wrote them into a name."""
MIN_SECRET_DIGITS: Final = 4
"""A passcode has at least these; shorter numbers may be part of any name."""
BETWEEN_DIGITS: Final = r"[\s\-.,_/]{0,3}"
"""How people write digits in groups."""
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


def without_number(text: str, number: Secret | None) -> str:
    """Return a text that does not tell a number, in whatever groups somebody has written its digits."""
    digits = number.reveal() if number else ""
    if len(digits) < MIN_SECRET_DIGITS:
        return text
    return re.sub(BETWEEN_DIGITS.join(map(re.escape, digits)), HIDDEN, text)
