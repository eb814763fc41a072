"""Dates on the wire: plain decimal octets of the lock's own wall time (ttlock-ble-protocol.md 4.6).

"Local seconds" are seconds since the epoch plus the lock's offset, as in `schedule`.
"""

from datetime import UTC, datetime, timedelta

PERMANENT_START = bytes((0, 1, 1, 0, 0))
"""With these two locks list what has no limit (4.6)."""
PERMANENT_END = bytes((99, 1, 1, 0, 0))
_CENTURY = 2000


def encode(local: float) -> bytes:
    """Return the six octets of a local time."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(local))
    return bytes((moment.year % 100, moment.month, moment.day, moment.hour, moment.minute, moment.second))


def encode5(local: float) -> bytes:
    """Return the five octets of a local time, without seconds."""
    return encode(local)[:5]


def decode(octets: bytes) -> float | None:
    """Return the local time five or six octets say, or None when there is no such date."""
    try:
        year, *rest = octets
        return datetime(_CENTURY + year, *rest, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except ValueError, TypeError:
        return None
