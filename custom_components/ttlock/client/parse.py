"""Lenient reading of vendor values.

The cloud sends numbers as text, booleans in four spellings, null for absent and enumerations that grow
(ttlock-open-api.md 1.4 and 9, quirks 19 and 36). Nothing here raises for an odd value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import json
import logging
import re
from typing import Any, Final

from .secret import Secret

_LOGGER = logging.getLogger(__name__)

type Raw = Mapping[str, Any]

LARGEST_NUMBER: Final = 2**63
_NO_TEXT: Final = re.compile("[\x00\ud800-\udfff]")
"""What JSON can spell and no file, database or browser takes: halves of characters."""


@dataclass(frozen=True, slots=True)
class Listing[T]:
    """A list from the vendor; `dropped` counts the items that could not be read.

    A listing with dropped items must not be taken as proof that something is gone.
    """

    items: tuple[T, ...]
    dropped: int = 0

    @property
    def complete(self) -> bool:
        """Return whether every item was understood."""
        return self.dropped == 0


def integer(value: object) -> int | None:
    """Return a whole number given as number or text; none that has more than 64 bits, which nobody can write down."""
    if not isinstance(value, int | float | str):
        return None
    try:
        number = int(value) if isinstance(value, int) else int(float(value))
    except ValueError, OverflowError:
        return None
    return number if -LARGEST_NUMBER <= number < LARGEST_NUMBER else None


def required_integer(raw: Raw, key: str) -> int:
    """Return the number that makes an item what it is; ValueError when it has none."""
    if (value := integer(raw.get(key))) is None:
        raise ValueError(key)
    return value


def text(value: object) -> str | None:
    """Return non-empty text, None otherwise."""
    if value is None or isinstance(value, dict | list):
        return None
    try:
        return _NO_TEXT.sub("", str(value)).strip() or None
    except ValueError:
        # A number of thousands of digits.
        return None


def flag(value: object) -> bool | None:
    """Return a yes/no that is spelled 1/0, true/false or as text; anything else is not known."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    number = integer(value)
    return bool(number) if number in (0, 1) else None


def on_off(value: object) -> bool | None:
    """Return a setting spelled 1 on, 2 off, 0 unknown; true/false is understood too."""
    if isinstance(value, bool):
        return value
    match integer(value):
        case 1:
            return True
        case 2:
            return False
        case _:
            return flag(value) if isinstance(value, str) and integer(value) is None else None


def percent(value: object) -> int | None:
    """Return a battery level; values outside 0 to 100 are not believed."""
    number = integer(value)
    return number if number is not None and 0 <= number <= 100 else None


def moment(value: object) -> datetime | None:
    """Return the time of an epoch in milliseconds; 0 and absent mean no limit."""
    number = integer(value)
    if not number or number < 0:
        return None
    try:
        return datetime.fromtimestamp(number / 1000, UTC)
    except ValueError, OverflowError, OSError:
        return None


def epoch_ms(when: datetime | None) -> int:
    """Return the vendor's spelling of a time: milliseconds since the epoch, 0 for none."""
    return 0 if when is None else int(when.timestamp() * 1000)


def secret(value: object) -> Secret | None:
    """Return a value that must not be printed."""
    shown = text(value)
    return None if shown is None else Secret(shown)


def embedded(value: object) -> list[Any]:
    """Return a list that may arrive as JSON text inside a field."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return []
    return value if isinstance(value, list) else []


def listing[T](values: list[Any], read: Callable[[Raw], T]) -> Listing[T]:
    """Read every item on its own; a bad one does not lose the others."""
    items: list[T] = []
    dropped = 0
    for value in values:
        try:
            items.append(read(_mapping(value)))
        except ValueError, TypeError:
            dropped += 1
    if dropped:
        _LOGGER.debug("Skipped %s unreadable items of %s", dropped, len(values))
    return Listing(tuple(items), dropped)


def _mapping(value: object) -> Raw:
    if not isinstance(value, Mapping):
        raise TypeError("item is not an object")
    return value
