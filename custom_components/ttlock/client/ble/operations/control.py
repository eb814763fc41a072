"""Moving the bolt, asking where it is, and what the lock says unasked (ttlock-ble-protocol.md 5.4 and 5.5)."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Self

from ...models import Bolt, Door, OpenState
from ..opcodes import VENDOR
from .dates import read_date6
from .wire import Reader, percent, u32

STATUS: Final = VENDOR
MOVE_BYTES: Final = 15
"""Battery, account, number of the command and date: a bolt moved."""
DEAD_LOCKED: Final = 3
_BOLTS: Final = {0: Bolt.LOCKED, 1: Bolt.UNLOCKED, DEAD_LOCKED: Bolt.LOCKED}
_DOORS: Final = {0: Door.OPEN, 1: Door.CLOSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The bolt was moved, by this command or, in what the lock says unasked, by anybody."""

    battery: int | None
    uid: int | None = None
    """The account that did it; None when the lock left it out, 0 when it was no account."""
    command_id: int | None = None
    """The unix time that was sent with the command, or that the lock made up: it is in the log record, too."""
    when: datetime | None = None
    """By the lock's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the lock says of itself. Some models never say anything but locked (2.5)."""

    battery: int | None
    bolt: Bolt
    door: Door | None
    dead_locked: bool = False

    @property
    def open_state(self) -> OpenState:
        """Return it as the cloud tells it."""
        return OpenState(self.bolt, self.door)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read the reply to `14`. The third byte is the door sensor, in what comes unasked by analogy (12)."""
        reader = Reader(data)
        battery, state = percent(reader.u8()), reader.u8()
        door = _DOORS.get(reader.u8()) if reader.left else None
        return cls(battery=battery, bolt=_BOLTS.get(state, Bolt.UNKNOWN), door=door, dead_locked=state == DEAD_LOCKED)


def command(proof: int, now: float) -> bytes:
    """Return the request for every movement: proof of the key, and the time as number of the command."""
    return u32(proof) + u32(int(now))


def read_moved(data: bytes, zone: tzinfo) -> Moved:
    """Read the reply to a movement; some locks answer with the battery and padding only, or with nothing."""
    reader = Reader(data)
    battery = percent(reader.u8()) if reader.left else None
    if len(data) < MOVE_BYTES:
        return Moved(battery=battery)
    return Moved(battery=battery, uid=reader.u32(), command_id=reader.u32(), when=read_date6(reader, zone))


def read_push(data: bytes, zone: tzinfo) -> Status | Moved:
    """Read what the lock says unasked while the connection is open."""
    return read_moved(data, zone) if len(data) >= MOVE_BYTES else Status.read(data)
