"""Dates and periods as locks write them: plain decimal bytes of the lock's own wall time (ttlock-ble-protocol.md 4.6).

A lock knows no zone and no daylight saving; `zone` is the offset that it was paired with.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from ...credentials import Validity, ValidityKind
from ...errors import InvalidInput
from .wire import Reader

CENTURY: Final = 2000
LAST_YEAR: Final = 99
NO_START: Final = bytes.fromhex("00011f0e00")
NO_END: Final = bytes.fromhex("630b1e0e00")
"""What the vendor's own clients write where there is no limit."""


def date6(when: datetime, zone: tzinfo) -> bytes:
    """Return a time to the second; InvalidInput for a year that a lock cannot write."""
    local = when.astimezone(zone)
    if not 0 <= local.year - CENTURY <= LAST_YEAR:
        raise InvalidInput("out_of_range")
    return bytes((local.year - CENTURY, local.month, local.day, local.hour, local.minute, local.second))


def date5(when: datetime, zone: tzinfo) -> bytes:
    """Return a time to the minute."""
    return date6(when, zone)[:5]


def start5(when: datetime | None, zone: tzinfo) -> bytes:
    """Return the beginning of a period; before this century means always."""
    if when is None or when < _new_year(1, zone):
        return NO_START
    return date5(min(when, _new_year(LAST_YEAR, zone) - timedelta(minutes=1)), zone)


def end5(when: datetime | None, zone: tzinfo) -> bytes:
    """Return the end of a period; beyond what a lock can write means never, and before it that the period is over."""
    if when is None or when >= _new_year(LAST_YEAR, zone):
        return NO_END
    return date5(max(when, _new_year(1, zone)), zone)


def period(validity: Validity, zone: tzinfo) -> bytes:
    """Return both dates of a validity; InvalidInput for a period in which nothing opens."""
    start, end = start5(validity.start, zone), end5(validity.end, zone)
    if validity.kind in (ValidityKind.UNKNOWN, ValidityKind.ERASE):
        raise InvalidInput("validity_unknown")
    if validity.kind is ValidityKind.PERIOD and validity.start is None and validity.end is None:
        raise InvalidInput("period_missing")
    if end <= start:
        raise InvalidInput("period_order")
    return start + end


def read_date6(reader: Reader, zone: tzinfo) -> datetime | None:
    """Return a time, None for a date that is on no calendar."""
    return _utc(_local(reader.take(6), zone))


def read_date5(reader: Reader, zone: tzinfo) -> datetime | None:
    """Return a time to the minute, None for a date that is on no calendar."""
    return _utc(_local(reader.take(5), zone))


def read_start(reader: Reader, zone: tzinfo) -> datetime | None:
    """Return the beginning of a period, None for always: locks write the year 0 for it in several ways."""
    local = _local(reader.take(5), zone)
    return None if local is None or local.year == CENTURY else _utc(local)


def read_end(reader: Reader, zone: tzinfo) -> datetime | None:
    """Return the end of a period, None for never: locks write the year 99 for it in several ways."""
    local = _local(reader.take(5), zone)
    return None if local is None or local.year == CENTURY + LAST_YEAR else _utc(local)


def read_period(reader: Reader, zone: tzinfo) -> Validity:
    """Return a period of two dates."""
    start, end = read_start(reader, zone), read_end(reader, zone)
    if start is None and end is None:
        return Validity.permanent()
    return Validity(kind=ValidityKind.PERIOD, start=start, end=end)


def _new_year(year: int, zone: tzinfo) -> datetime:
    """Return when a year of a lock begins. It is compared with, since the ends of the calendar fit into no other zone."""
    return datetime(CENTURY + year, 1, 1, tzinfo=zone)


def _local(data: bytes, zone: tzinfo) -> datetime | None:
    year, month, day, hour, minute, second = data.ljust(6, b"\x00")
    try:
        return datetime(CENTURY + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _utc(local: datetime | None) -> datetime | None:
    return local and local.astimezone(UTC)
