"""The lock's clock (ttlock-ble-protocol.md 5.6)."""

from datetime import datetime, tzinfo

from ...errors import BadReply
from .dates import date6, read_date6
from .wire import Reader

GET = b""


def adjust(now: datetime, zone: tzinfo) -> bytes:
    """Return the request that sets the clock."""
    return date6(now, zone)


def read(data: bytes, zone: tzinfo) -> datetime:
    """Return what the clock shows; a date that is on no calendar is an `BadReply`."""
    if (when := read_date6(Reader(data), zone)) is None:
        raise BadReply
    return when
