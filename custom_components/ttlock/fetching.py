"""How often the log of a lock is fetched beside it: each connection costs its battery as much as an opening."""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

DELAY: Final = timedelta(seconds=2)
"""Whoever opens a door moves the bolt more than once."""
PAUSE: Final = timedelta(minutes=5)
"""After a reading that was worth it; twice as long after each further one that was in vain ..."""
LONGEST_PAUSE: Final = timedelta(hours=6)
"""... up to this."""
DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 48
"""At a door that is never at rest the log is complete half an hour later."""


class Fetching:
    """When the log of one lock may be fetched without anybody asking for it."""

    def __init__(self) -> None:
        """Nothing was fetched yet."""
        self._begun: deque[datetime] = deque(maxlen=MOST_A_DAY)
        self._in_vain = 0

    def due(self, now: datetime) -> datetime:
        """Return the first moment for what the lock has announced now."""
        due = now + DELAY
        if self._begun:
            due = max(due, self._begun[-1] + min(PAUSE * (1 << min(self._in_vain, 10)), LONGEST_PAUSE))
        if len(self._begun) == MOST_A_DAY:
            due = max(due, self._begun[0] + DAY)
        return due

    def begin(self, now: datetime) -> None:
        """Note that the log is fetched, by whose wish it may be."""
        self._begun.append(now)

    def end(self, *, worth_it: bool) -> None:
        """Note whether there was anything: a lock may not answer, or announce for ever what it does not have."""
        self._in_vain = 0 if worth_it else self._in_vain + 1
