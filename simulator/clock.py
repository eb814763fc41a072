"""The world's clock: real, frozen, moved or running at another rate."""

from collections.abc import Callable
from datetime import UTC, datetime
import time


class WorldClock:
    """Seconds since the epoch as every part of the world sees them."""

    def __init__(self) -> None:
        """Start with the machine's time at its natural rate."""
        self._base = time.time()
        self._anchor = self._base
        self._rate = 1.0
        self._listeners: list[Callable[[], None]] = []

    @property
    def rate(self) -> float:
        """How fast the world's time runs; 0 while frozen."""
        return self._rate

    def now(self) -> float:
        """Return the world's time in seconds since the epoch."""
        if self._rate == 0:
            return self._base
        return self._base + (time.time() - self._anchor) * self._rate

    def now_ms(self) -> int:
        """Return the world's time in whole milliseconds."""
        return int(self.now() * 1000)

    def utc(self) -> datetime:
        """Return the world's time as an aware datetime."""
        return datetime.fromtimestamp(self.now(), UTC)

    def freeze(self, at: float | None = None) -> None:
        """Stop the time, at a given moment if one is named."""
        self._rebase(at)
        self._rate = 0.0
        self._moved()

    def thaw(self) -> None:
        """Let the time run at its natural rate from where it is."""
        self.run_at(1.0)

    def run_at(self, rate: float) -> None:
        """Let the time run at a rate; 60 makes a minute of each second."""
        if rate < 0:
            raise ValueError("time does not run backwards")
        self._rebase(None)
        self._rate = rate
        self._moved()

    def advance(self, seconds: float) -> None:
        """Move the time forward; everything that falls due on the way happens, in order."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._rebase(self.now() + seconds)
        self._moved()

    def set(self, at: float) -> None:
        """Move the time to a moment that is not in the past."""
        self.advance(at - self.now())

    def on_move(self, listener: Callable[[], None]) -> None:
        """Have a function called whenever the time was moved."""
        self._listeners.append(listener)

    def _rebase(self, at: float | None) -> None:
        self._base = self.now() if at is None else at
        self._anchor = time.time()

    def _moved(self) -> None:
        for listener in list(self._listeners):
            listener()
