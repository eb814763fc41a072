"""The data of a request, taken from the front."""

from typing import TYPE_CHECKING

from . import calendar
from .session import Code, Refused

if TYPE_CHECKING:
    from .session import Session

_UNLIMITED_FROM, _UNLIMITED_UNTIL = 2000, 2099


class Reader:
    """Takes fields one after the other; what is missing is an invalid length."""

    def __init__(self, data: bytes) -> None:
        """Start at the front."""
        self._data = data

    @property
    def left(self) -> int:
        """Return how many octets are left."""
        return len(self._data)

    def take(self, count: int) -> bytes:
        """Take octets."""
        if len(self._data) < count:
            raise Refused(Code.INVALID_LENGTH)
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def octet(self) -> int:
        """Take one."""
        return self.take(1)[0]

    def number(self, octets: int) -> int:
        """Take a number."""
        return int.from_bytes(self.take(octets))

    def text(self) -> str:
        """Take a text with its length before it."""
        return self.take(self.octet()).decode("ascii")

    def mac(self) -> str:
        """Take an address, last octet first."""
        return ":".join(f"{octet:02X}" for octet in reversed(self.take(6)))

    def date(self, session: Session) -> float:
        """Take a date as a time of the lock's clock; the years that mean no limit are 0 (4.6)."""
        octets = self.take(5)
        if (local := calendar.decode(octets)) is None:
            raise Refused(Code.INVALID_PARAMETER)
        if 2000 + octets[0] in (_UNLIMITED_FROM, _UNLIMITED_UNTIL):
            return 0.0
        return local - session.lock.raw_offset
