"""A clock that jumps to whatever is due next, for everything in this process: loop, Home Assistant and virtual world.

Nothing waits for real unless something is under way that takes real time: a thread, or bytes on the loopback.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime, tzinfo
import selectors
import time
from typing import Any, override

import aiohttp

SETTLE_SECONDS = 0.02
SETTLE_TRIES = 3000
"""Something under way that is not heard of for a minute waits for the clock itself."""
SHORTEST_SECONDS = 1e-6

type Ready = list[tuple[selectors.SelectorKey, int]]


class VirtualClock:
    """Seconds since the epoch, moved by the loop."""

    def __init__(self, start: float) -> None:
        """Start at a moment."""
        self._start = start
        self._passed = 0.0

    def time(self) -> float:
        """Return the time of day, as `time.time`."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Return seconds since the start, as `time.monotonic`."""
        return self._passed

    def now(self, zone: tzinfo | None = None) -> datetime:
        """Return the time of day, as `datetime.now`."""
        return datetime.fromtimestamp(self.time(), zone)

    def jump(self, seconds: float) -> None:
        """Move forward, by as much as a time of day can tell at least."""
        self._passed += max(seconds, SHORTEST_SECONDS)


class _JumpingSelector(selectors.DefaultSelector):
    """Wait for sockets; when none has anything to say, let the time pass at once."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock
        self.busy: Callable[[], bool] = lambda: False

    @override
    def select(self, timeout: float | None = None) -> Ready:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if ready := super().select(0):
            return ready
        for _ in range(SETTLE_TRIES):
            if not self.busy():
                break
            if ready := super().select(SETTLE_SECONDS):
                return ready
        self._clock.jump(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that runs by a virtual clock."""

    def __init__(self, clock: VirtualClock) -> None:
        """Own a selector that knows what takes real time."""
        self._jumping = _JumpingSelector(clock)
        super().__init__(self._jumping)
        self._clock = clock
        self._threads = 0
        self._in_flight = 0
        self._jumping.busy = lambda: self._threads > 0 or self._in_flight > 0

    @override
    def time(self) -> float:
        return self._clock.monotonic()

    @override
    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def watch(self, session: type[aiohttp.ClientSession]) -> None:
        """Count what goes over the loopback as under way until it is answered."""
        request = session._request  # noqa: SLF001  # the one place through which every request goes

        async def counted(itself: aiohttp.ClientSession, *args: Any, **options: Any) -> aiohttp.ClientResponse:
            self._in_flight += 1
            try:
                return await request(itself, *args, **options)
            finally:
                self._in_flight -= 1

        session._request = counted  # type: ignore[method-assign, assignment]  # noqa: SLF001

    def _thread_done(self, future: asyncio.Future[Any]) -> None:
        self._threads -= 1


def install(start: datetime) -> VirtualClock:
    """Let this process live by a virtual clock from now on. To be called before Home Assistant is imported."""
    clock = VirtualClock(start.timestamp())
    time.time = clock.time
    time.monotonic = clock.monotonic
    import bluetooth_data_tools  # noqa: PLC0415  # before anything that remembers its functions
    import homeassistant.util.dt as dt_util  # noqa: PLC0415  # as above

    bluetooth_data_tools.monotonic_time_coarse = clock.monotonic
    dt_util.utcnow = lambda: clock.now(UTC)  # type: ignore[assignment]
    dt_util.now = lambda time_zone=None: clock.now(time_zone or dt_util.get_default_time_zone())
    return clock
