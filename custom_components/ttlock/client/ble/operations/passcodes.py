"""Passcodes in the lock itself (ttlock-ble-protocol.md 5.8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from ...credentials import Validity, ValidityKind, passcode_validity
from ...cyclic import minute_of_day
from ...errors import InvalidInput
from ...models import PasscodeKind
from ...passcodes import MAX_DIGITS, MIN_DIGITS
from ...secret import Secret
from .dates import date5, end5, period, read_date5, read_end, read_period, read_start, start5
from .wire import Page, Reader, code, digit_values, u16

CLEAR: Final = 1
ADD: Final = 2
DELETE: Final = 3
CHANGE: Final = 5
RECOVER: Final = 6

PERMANENT: Final = 1
COUNT: Final = 2
PERIOD: Final = 3
CYCLIC: Final = 4
"""Lock and cloud number the first two the other way round."""
_TYPES: Final = {PasscodeKind.PERMANENT: PERMANENT, PasscodeKind.ONE_TIME: COUNT, PasscodeKind.PERIOD: PERIOD}
_KINDS: Final = {number: kind for kind, number in _TYPES.items()}

_CYCLES: Final = (
    PasscodeKind.WEEKEND,
    PasscodeKind.DAILY,
    PasscodeKind.WORKDAY,
    PasscodeKind.MONDAY,
    PasscodeKind.TUESDAY,
    PasscodeKind.WEDNESDAY,
    PasscodeKind.THURSDAY,
    PasscodeKind.FRIDAY,
    PasscodeKind.SATURDAY,
    PasscodeKind.SUNDAY,
)
CYCLE_BASE: Final = 1000
DELETE_CODE_BYTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPasscode:
    """A passcode that the lock lists: one that was added, or a random one that was used."""

    code: Secret
    original: Secret
    """The digits before they were changed; the same where they never were."""
    kind: PasscodeKind
    validity: Validity


def clear() -> bytes:
    """Return the request that takes all passcodes off the lock."""
    return bytes((CLEAR,))


def add(digits: Secret, kind: PasscodeKind, start: datetime | None, end: datetime | None, zone: tzinfo) -> bytes:
    """Return the request that puts a passcode on the lock; InvalidInput for what none can hold.

    For cyclic codes there is no such thing as adding: they are put back, as if they had been there before.
    """
    if kind.is_cyclic:
        return recover(digits, digits, kind, start, end, zone)
    if (number := _TYPES.get(kind)) is None:
        raise InvalidInput("custom_passcode_kind")
    if number == PERMANENT and end is not None:
        raise InvalidInput("permanent_with_period")
    head = bytes((ADD, number)) + _code(digits)
    return head + (start5(start, zone) if number == PERMANENT else _dates(start, end, zone))


def change(digits: Secret, new: Secret | None, validity: Validity | None, zone: tzinfo) -> bytes:
    """Return the request that gives a passcode other digits, another period or both; InvalidInput for neither.

    The type is that of a period, as in the vendor's own clients; digits that stay are said again.
    """
    if new is None and validity is None:
        raise InvalidInput("nothing_to_change")
    dates = b"" if validity is None else period(validity, zone)
    return bytes((CHANGE, PERIOD)) + _code(digits) + _code(new or digits) + dates


def delete(digits: Secret, kind: PasscodeKind) -> bytes:
    """Return the request that takes a passcode off the lock."""
    return bytes((DELETE, CYCLIC if kind.is_cyclic else _TYPES.get(kind, PERIOD))) + _code(digits)


def recover(
    original: Secret, digits: Secret, kind: PasscodeKind, start: datetime | None, end: datetime | None, zone: tzinfo
) -> bytes:
    """Return the request that puts back a passcode that was on the lock before."""
    if kind.is_cyclic:
        number, tail = CYCLIC, _cycle_of(kind, start, end, zone)
    elif kind in _TYPES:
        number = _TYPES[kind]
        tail = _dates(start, end, zone) if number == PERIOD else start5(start, zone)
    else:
        raise InvalidInput("custom_passcode_kind")
    return bytes((RECOVER, number)) + _code(original) + _code(digits) + tail


def ask(cursor: int) -> bytes:
    """Return the request for a page of the list."""
    return u16(cursor)


def read(data: bytes, zone: tzinfo) -> Page[StoredPasscode]:
    """Read a page of the list."""
    reader = Reader(data)
    if reader.u16() == 0:
        return Page(entries=(), next=None)
    cursor = reader.cursor()
    entries = []
    while reader.left:
        entries.append(_entry(Reader(reader.take(reader.u8())), zone))
    return Page(entries=tuple(entries), next=cursor if cursor > 0 else None)


def admin_code(digits: Secret) -> bytes:
    """Return the request that sets the admin passcode: one byte for each digit."""
    _check(digits)
    return digit_values(digits)


def delete_code(digits: Secret) -> bytes:
    """Return the request that sets the code which erases others: digits and padding."""
    if not 1 <= len(digits.reveal()) <= DELETE_CODE_BYTES:
        raise InvalidInput("passcode_length")
    return digit_values(digits).ljust(DELETE_CODE_BYTES, b"\xff")


def _entry(reader: Reader, zone: tzinfo) -> StoredPasscode:
    number, digits, original = reader.u8(), reader.digits(), reader.digits()
    if number == CYCLIC:
        start = read_date5(reader, zone)
        kind, hours = _read_cycle(reader.u16())
        # The cloud tells the end of the first day's hours, the lock how many they are.
        end = None if start is None else start + timedelta(hours=hours)
        validity = passcode_validity(kind, start, end, zone)
        return StoredPasscode(code=digits, original=original, kind=kind, validity=validity)
    if number in (COUNT, PERIOD):
        kind, validity = _KINDS[number], read_period(reader, zone)
        if number == COUNT:
            validity = Validity(kind=ValidityKind.ONE_TIME, start=validity.start, end=validity.end)
        elif validity.kind is ValidityKind.PERMANENT:
            kind = PasscodeKind.PERMANENT
        return StoredPasscode(code=digits, original=original, kind=kind, validity=validity)
    kind = _KINDS.get(number, PasscodeKind.UNKNOWN)
    start = read_start(reader, zone) if reader.left else None
    end = read_end(reader, zone) if kind is PasscodeKind.UNKNOWN and reader.left else None
    form = ValidityKind.PERMANENT if kind is PasscodeKind.PERMANENT else ValidityKind.UNKNOWN
    return StoredPasscode(code=digits, original=original, kind=kind, validity=Validity(kind=form, start=start, end=end))


def _check(digits: Secret) -> None:
    if not MIN_DIGITS <= len(digits.reveal()) <= MAX_DIGITS:
        raise InvalidInput("passcode_length")


def _code(digits: Secret) -> bytes:
    digit_values(digits)
    _check(digits)
    return code(digits)


def _dates(start: datetime | None, end: datetime | None, zone: tzinfo) -> bytes:
    first, last = start5(start, zone), end5(end, zone)
    if last <= first:
        raise InvalidInput("period_order")
    return first + last


def _cycle_of(kind: PasscodeKind, start: datetime | None, end: datetime | None, zone: tzinfo) -> bytes:
    if start is None or end is None:
        raise InvalidInput("period_missing")
    first, last = (minute_of_day(when.astimezone(zone)) for when in (start, end))
    hours, rest = divmod((last - first) % (24 * 60) or 24 * 60, 60)
    if rest or first % 60:
        raise InvalidInput("random_whole_hours")
    return date5(start, zone) + u16(CYCLE_BASE + 24 * _CYCLES.index(kind) + hours - 1)


def _read_cycle(value: int) -> tuple[PasscodeKind, int]:
    """Return days and hours of a cycle. One public client writes only its low byte, which says the same (5.8)."""
    days, hours = divmod((value - CYCLE_BASE) & 0xFF, 24)
    return (_CYCLES[days], hours + 1) if days < len(_CYCLES) else (PasscodeKind.UNKNOWN, 0)
