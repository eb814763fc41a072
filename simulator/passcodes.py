"""Random passcodes: an algorithm of our own with the vendor's rules (ttlock-open-api.md 7.1).

Cloud and lock share a secret. The kind and the period are packed into a number together with a keyed check value and
scrambled with a keyed affine map, so the lock can read them back out of digits it was never told about. Not a good
cipher and not the vendor's; it only has to behave like one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
import hashlib
import hmac

from .schedule import DAY, minute_of_day, weekday

HOUR = 3600
ONE_TIME_HOURS = 6
FIRST_USE_HOURS = 24
MAX_PERIOD_HOURS = 366 * 24
MAX_PERIOD_MONTHS = 120
_HOUR_CYCLE = 180 * 24
"""Starts are coded modulo this: half a year later the same digits seem to begin anew. More would leave too little of
the digits for the check value."""


class PasscodeKind(IntEnum):
    """``keyboardPwdType``."""

    ONE_TIME = 1
    PERMANENT = 2
    PERIOD = 3
    DELETE = 4
    WEEKEND = 5
    DAILY = 6
    WORKDAY = 7
    MONDAY = 8
    TUESDAY = 9
    WEDNESDAY = 10
    THURSDAY = 11
    FRIDAY = 12
    SATURDAY = 13
    SUNDAY = 14


_DAYS: dict[PasscodeKind, tuple[int, ...]] = {
    PasscodeKind.WEEKEND: (6, 7),
    PasscodeKind.DAILY: (1, 2, 3, 4, 5, 6, 7),
    PasscodeKind.WORKDAY: (1, 2, 3, 4, 5),
    **{PasscodeKind(7 + day): (day,) for day in range(1, 8)},
}
CYCLIC_KINDS = frozenset(_DAYS)
CODES_PER_START = {PasscodeKind.ONE_TIME: 200, PasscodeKind.PERMANENT: 20}

_PERIOD_SIZE = MAX_PERIOD_HOURS + MAX_PERIOD_MONTHS + 1
# kind -> (number of digits, how many different field values). Cyclic kinds share one layout.
_LAYOUT: dict[PasscodeKind, tuple[int, int]] = {
    PasscodeKind.ONE_TIME: (8, _HOUR_CYCLE * 200),
    PasscodeKind.PERMANENT: (7, _HOUR_CYCLE * 20),
    PasscodeKind.PERIOD: (9, _HOUR_CYCLE * _PERIOD_SIZE),
    PasscodeKind.DELETE: (6, _HOUR_CYCLE),
    **dict.fromkeys(_DAYS, (8, 24 * 25)),
}
_BY_CERTAINTY = sorted(PasscodeKind, key=lambda kind: _LAYOUT[kind][1])
"""The fewer values a kind has, the longer is its check value: by chance one in 115 recurring codes is a one-time code."""


class BadPeriod(ValueError):
    """A period for which no random passcode exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomCode:
    """What a random passcode says about itself; times in seconds since the epoch by the lock's clock."""

    kind: PasscodeKind
    start: float = 0
    end: float = 0
    start_hour: int = 0
    end_hour: int = 24

    def in_window(self, local: float) -> bool:
        """Say whether a cyclic code holds at a local time."""
        start, end = self.start_hour * 60, self.end_hour * 60
        day, minute = weekday(local), minute_of_day(local)
        if start < end:
            return day in _DAYS[self.kind] and start <= minute < end
        # Over midnight: the hours after it belong to the day before.
        before = weekday(local - DAY)
        return (day in _DAYS[self.kind] and minute >= start) or (before in _DAYS[self.kind] and minute < end)


def whole_hour(seconds: float) -> int:
    """Return the start of the hour: minutes are ignored."""
    return int(seconds // HOUR) * HOUR


def add_months(local: float, months: int) -> float | None:
    """Return the same day and time some months later, or None where that day does not exist."""
    moment = datetime.fromtimestamp(local, UTC)
    index = moment.year * 12 + moment.month - 1 + months
    try:
        return moment.replace(year=index // 12, month=index % 12 + 1).timestamp()
    except ValueError:
        return None


def period_index(start: float, end: float, raw_offset: int) -> int:
    """Return how a period is coded: hours up to a year, whole months beyond."""
    start, end = whole_hour(start), whole_hour(end)
    hours = int(end - start) // HOUR
    if hours <= 0:
        raise BadPeriod("the period ends before it starts")
    if hours <= MAX_PERIOD_HOURS:
        return hours
    for months in range(12, MAX_PERIOD_MONTHS + 1):
        if add_months(start + raw_offset, months) == end + raw_offset:
            return MAX_PERIOD_HOURS + months
    raise BadPeriod("beyond a year only whole months exist")


def generate(secret: bytes, kind: PasscodeKind, start: float, end: float, *, raw_offset: int, sequence: int = 0) -> str:
    """Return the random passcode of a kind and period."""
    hour = int(start // HOUR) % _HOUR_CYCLE
    if kind is PasscodeKind.ONE_TIME:
        fields = hour * 200 + sequence
    elif kind is PasscodeKind.PERMANENT:
        fields = hour * 20 + sequence
    elif kind is PasscodeKind.PERIOD:
        fields = hour * _PERIOD_SIZE + period_index(start, end, raw_offset)
    elif kind is PasscodeKind.DELETE:
        fields = hour
    else:
        first, last = _hour_of_day(start, raw_offset), _hour_of_day(end, raw_offset) or 24
        fields = first * 25 + last
    return _seal(secret, kind, fields)


def recognise(secret: bytes, digits: str, *, now: float, raw_offset: int) -> RandomCode | None:
    """Return what the digits say at the lock's time, or None when they are no random passcode of this lock."""
    for kind in _BY_CERTAINTY:
        if (fields := _open(secret, kind, digits)) is None:
            continue
        if kind in CYCLIC_KINDS:
            return RandomCode(kind=kind, start_hour=fields // 25, end_hour=fields % 25)
        if kind is PasscodeKind.ONE_TIME:
            start = _latest(fields // 200, now)
            return RandomCode(kind=kind, start=start, end=start + ONE_TIME_HOURS * HOUR)
        if kind is PasscodeKind.PERMANENT:
            return RandomCode(kind=kind, start=_latest(fields // 20, now))
        if kind is PasscodeKind.DELETE:
            start = _latest(fields, now)
            return RandomCode(kind=kind, start=start, end=start + FIRST_USE_HOURS * HOUR)
        start, index = _latest(fields // _PERIOD_SIZE, now), fields % _PERIOD_SIZE
        if index <= MAX_PERIOD_HOURS:
            return RandomCode(kind=kind, start=start, end=start + index * HOUR)
        local_end = add_months(start + raw_offset, index - MAX_PERIOD_HOURS)
        return RandomCode(kind=kind, start=start, end=start if local_end is None else local_end - raw_offset)
    return None


def _hour_of_day(seconds: float, raw_offset: int) -> int:
    return int((seconds + raw_offset) % DAY) // HOUR


def _latest(hour: int, now: float) -> float:
    current = int(now // HOUR)
    return (current - (current - hour) % _HOUR_CYCLE) * HOUR


def _number(secret: bytes, *parts: object) -> int:
    text = "|".join(str(part) for part in parts).encode()
    return int.from_bytes(hmac.digest(secret, text, hashlib.sha256)[:8])


def _scramble(secret: bytes, kind: PasscodeKind, space: int) -> tuple[int, int]:
    # A factor that ends in 1, 3, 7 or 9 is invertible modulo every power of ten.
    factor = _number(secret, "factor", kind) % (space // 10) * 10 + (1, 3, 7, 9)[_number(secret, "last", kind) % 4]
    return factor, _number(secret, "shift", kind) % space


def _seal(secret: bytes, kind: PasscodeKind, fields: int) -> str:
    digits, size = _LAYOUT[kind]
    space = 10**digits
    factor, shift = _scramble(secret, kind, space)
    check = _number(secret, "check", kind, fields) % (space // size)
    return str((factor * (check * size + fields) + shift) % space).zfill(digits)


def _open(secret: bytes, kind: PasscodeKind, text: str) -> int | None:
    digits, size = _LAYOUT[kind]
    if len(text) != digits or not text.isascii() or not text.isdigit():
        return None
    space = 10**digits
    factor, shift = _scramble(secret, kind, space)
    check, fields = divmod((int(text) - shift) * pow(factor, -1, space) % space, size)
    return fields if check == _number(secret, "check", kind, fields) % (space // size) else None
