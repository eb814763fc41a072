"""A lock of the virtual world that is able to do everything, and a client beside its door."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.session import Session
from simulator import World
from simulator.lock import VirtualLock
from simulator.radio.air import Air
from simulator.radio.lockradio import LockRadio

from .on_air import RadioConnector, key_of

_BITS: Final = (*range(66), *range(67, 127))
"""Everything but the feature that takes the app away."""
OPCODE: Final = 9
_MAGIC: Final = b"\x7f\x5a"


@dataclass(slots=True)
class Beside:
    """Somebody with a phone beside the front door."""

    world: World
    door: VirtualLock
    radio: LockRadio
    connector: RadioConnector
    session: Session
    lock: BleLock

    def asked(self) -> str:
        """Return the opcodes that went out since the last time, in hexadecimal: one exchange each."""
        opcodes = [piece[OPCODE] for piece in self.connector.written if piece.startswith(_MAGIC)]
        for link in self.connector.links:
            link.written.clear()
        return bytes(opcodes).hex(" ")

    def records(self) -> list[int]:
        """Return the lock's own numbers of what it has written down since the last time."""
        found = [int(record.type_from_lock) for record in self.door.journal.after(self._seen)]
        self._seen = self.door.journal.last_sequence
        return found

    _seen: int = 0

    def now(self, **later: float) -> datetime:
        """Return the world's time to the minute, or a time after it."""
        return self.world.clock.utc().replace(second=0, microsecond=0) + timedelta(**later)

    def wall_time(self) -> datetime:
        """Return the lock's wall time."""
        return datetime.fromtimestamp(self.door.local_time, UTC)


def beside(air: Air, key: LockKey | None = None, *, which: str = "front_door") -> Beside:
    """Stand beside a door of the world, as the administrator unless there is another key."""
    world, door = air.world, air.world.lock(which)
    for bit in _BITS:
        if bit not in door.features:
            _build_in(door, bit)
    radio = air.lock(door)
    connector = RadioConnector(radio)
    session = Session(connector, key or key_of(world, door))
    person = Beside(world, door, radio, connector, session, BleLock(session, clock=world.clock.now))
    person.records()
    return person


def ekey_of(world: World, which: str = "front_door") -> LockKey:
    """Return the key of somebody who only has an ekey."""
    return replace(key_of(world, world.lock(which)), admin=None)


def _build_in(door: VirtualLock, bit: int) -> None:
    door.feature_value = f"{int(door.feature_value, 16) | 1 << bit:X}"
    door.features |= {bit}
