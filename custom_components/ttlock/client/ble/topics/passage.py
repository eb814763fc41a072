"""Passage mode and frozen times (ttlock-ble-protocol.md 5.12 and 5.14)."""

from ...cyclic import CyclicWindow, check as check_windows
from ...passage import PassageMode, check
from ..opcodes import Opcode
from ..operations import passage, times
from ..operations.passage import PassageEntry, Repeat
from ..operations.switches import Switch
from .base import operation
from .settings import Switches


class Passage(Switches):
    """The windows in which an unlocked lock stays unlocked. None of this moves the bolt."""

    @operation(Opcode.PASSAGE_MODE)
    async def list_passage_entries(self) -> tuple[PassageEntry, ...]:
        """Return all windows, monthly ones, too."""
        return await self._read_list(Opcode.PASSAGE_MODE, passage.ask, passage.read)

    @operation(Opcode.PASSAGE_MODE)
    async def add_passage_entry(self, entry: PassageEntry) -> None:
        """Add a window."""
        await self._change(Opcode.PASSAGE_MODE, passage.add(entry), once=True)

    @operation(Opcode.PASSAGE_MODE)
    async def delete_passage_entry(self, entry: PassageEntry) -> None:
        """Take a window away."""
        await self._change(Opcode.PASSAGE_MODE, passage.delete(entry), once=True)

    @operation(Opcode.PASSAGE_MODE)
    async def clear_passage_mode(self) -> None:
        """Take all windows away."""
        await self._change(Opcode.PASSAGE_MODE, passage.clear(), once=True)

    @operation(Opcode.PASSAGE_MODE, Opcode.SWITCHES)
    async def read_passage_mode(self) -> PassageMode:
        """Return the weekly plan as the cloud tells it; a lock without windows has none."""
        entries = await self.list_passage_entries()
        switches = await self.read_switches()
        periods = passage.periods_of(entries)
        return PassageMode(
            enabled=bool(periods), auto_unlock=switches.get(Switch.PASSAGE_AUTO_UNLOCK) is True, periods=periods
        )

    @operation(Opcode.PASSAGE_MODE, Opcode.SWITCHES)
    async def set_passage_mode(self, mode: PassageMode) -> None:
        """Make the weekly plan this one; windows that stay are not touched, monthly ones neither.

        New windows come before old ones go, so that a connection that is lost holds the door too long rather than
        locking somebody out.
        """
        check(mode)
        wanted = passage.entries_of(mode.periods) if mode.enabled else ()
        there = await self.list_passage_entries()
        for entry in wanted:
            if entry not in there:
                await self.add_passage_entry(entry)
        for entry in there:
            if entry.repeat is Repeat.WEEKLY and entry not in wanted:
                await self.delete_passage_entry(entry)
        state = await self.read_switches()
        if state.get(Switch.PASSAGE_AUTO_UNLOCK) not in (None, mode.auto_unlock):
            await self._write(state, Switch.PASSAGE_AUTO_UNLOCK, mode.auto_unlock)

    @operation(Opcode.WORKING_TIMES)
    async def list_frozen_times(self) -> tuple[CyclicWindow, ...]:
        """Return the windows in which the lock is frozen."""
        return await self._read_list(Opcode.WORKING_TIMES, times.ask_frozen, times.read_frozen)

    @operation(Opcode.WORKING_TIMES)
    async def add_frozen_time(self, window: CyclicWindow) -> None:
        """Add a window in which the lock is frozen."""
        check_windows((window,))
        await self._ask(Opcode.WORKING_TIMES, times.add_frozen(window), once=True)

    @operation(Opcode.WORKING_TIMES)
    async def clear_frozen_times(self) -> None:
        """Take all windows away in which the lock is frozen."""
        await self._ask(Opcode.WORKING_TIMES, times.clear_frozen())
