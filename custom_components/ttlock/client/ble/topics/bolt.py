"""Bolt, state and clock (ttlock-ble-protocol.md 5.4 to 5.6)."""

from datetime import UTC, datetime

from ..opcodes import Opcode
from ..operations import clock, control
from ..operations.control import Moved, Status
from .base import Topic, operation


class BoltAndClock(Topic):
    """Moving the bolt, and asking where it is."""

    @operation(Opcode.UNLOCK)
    async def unlock(self) -> Moved:
        """Open. After OutcomeUnknown ask for the `status` before doing anything else: the bolt may have moved."""
        return await self._move(Opcode.UNLOCK)

    @operation(Opcode.LOCK)
    async def lock(self) -> Moved:
        """Lock, see `unlock`."""
        return await self._move(Opcode.LOCK)

    @operation(Opcode.DEAD_LOCK)
    async def dead_lock(self) -> Moved:
        """Lock so that nothing but this app opens, see `unlock`."""
        return await self._move(Opcode.DEAD_LOCK)

    @operation(Opcode.STATUS)
    async def status(self) -> Status:
        """Return where bolt and door are."""
        status = Status.read(await self._ask(Opcode.STATUS, control.STATUS))
        self._note_battery(status.battery)
        return status

    @operation(Opcode.GET_CLOCK)
    async def read_clock(self) -> datetime:
        """Return what the lock's clock shows."""
        return clock.read(await self._ask(Opcode.GET_CLOCK, clock.GET), self.key.zone)

    @operation(Opcode.SET_CLOCK)
    async def set_clock(self) -> datetime:
        """Set the lock's clock right and return the time it was given. Some locks take it from the administrator only."""
        now = datetime.fromtimestamp(int(self._clock()), UTC)
        await self._ask(Opcode.SET_CLOCK, clock.adjust(now, self.key.zone))
        return now

    async def _move(self, opcode: Opcode) -> Moved:
        data = await self._ask(opcode, lambda proof: control.command(proof, self._clock()), once=True)
        moved = control.read_moved(data, self.key.zone)
        self._note_battery(moved.battery)
        return moved
