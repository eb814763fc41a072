"""Radio time: that of the event loop, or a made one in which a link of any speed takes no time to try out."""

import asyncio
from collections.abc import Callable
import heapq
from itertools import count
from typing import Protocol

_QUIET_ROUNDS = 20
"""So many turns of the event loop without anything new mean that everybody waits for time to pass."""


class Timer(Protocol):
    """Something that will happen."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


class RadioTime(Protocol):
    """What links and locks measure their waits with."""

    def now(self) -> float:
        """Return the time in seconds."""
        ...

    def call_at(self, when: float, act: Callable[[], None], *, patient: bool = False) -> Timer:
        """Let something happen; a patient one never makes a made time move on by itself."""
        ...


class LoopTime:
    """The event loop's own time."""

    def now(self) -> float:
        """Return the loop's time."""
        return asyncio.get_running_loop().time()

    def call_at(self, when: float, act: Callable[[], None], *, patient: bool = False) -> Timer:
        """Let something happen at a time of the loop."""
        return asyncio.get_running_loop().call_at(when, act)


class _Entry:
    __slots__ = ("act", "patient")

    def __init__(self, act: Callable[[], None], patient: bool) -> None:
        self.act: Callable[[], None] | None = act
        self.patient = patient

    def cancel(self) -> None:
        self.act = None


class MadeTime:
    """A time that jumps to the next event as soon as nobody has anything else to do, or is moved by hand."""

    def __init__(self) -> None:
        """Start at zero."""
        self._now = 0.0
        self._entries: list[tuple[float, int, _Entry]] = []
        self._order = count()
        self._pumping = False

    def now(self) -> float:
        """Return the made time."""
        return self._now

    def call_at(self, when: float, act: Callable[[], None], *, patient: bool = False) -> Timer:
        """Let something happen at a made time."""
        entry = _Entry(act, patient)
        heapq.heappush(self._entries, (max(when, self._now), next(self._order), entry))
        self._wake()
        return entry

    async def sleep(self, seconds: float) -> None:
        """Wait for the time to come."""
        arrived: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.call_at(self._now + seconds, lambda: None if arrived.done() else arrived.set_result(None))
        await arrived

    def advance(self, seconds: float) -> None:
        """Move on; what falls due on the way happens, in order."""
        until = self._now + seconds
        while self._entries and self._entries[0][0] <= until:
            self._step()
        self._now = until

    def _wake(self) -> None:
        if not self._pumping and any(not entry.patient and entry.act for _, _, entry in self._entries):
            self._pumping = True
            self._pump(_QUIET_ROUNDS)

    def _pump(self, rounds: int) -> None:
        if rounds:
            asyncio.get_running_loop().call_soon(self._pump, rounds - 1)
            return
        self._pumping = False
        while self._entries and any(not entry.patient and entry.act for _, _, entry in self._entries):
            if self._step():
                break
        self._wake()

    def _step(self) -> bool:
        """Let the next thing happen; say whether there was one."""
        when, _, entry = heapq.heappop(self._entries)
        if entry.act is None:
            return False
        self._now = max(self._now, when)
        entry.act()
        return True
