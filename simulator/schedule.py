"""Weekly times as a lock keeps them: days 1 (Monday) to 7 and minutes of the day, no daylight saving.

A lock knows only its own wall time, so all functions here work on "local seconds": seconds since the epoch plus the
offset that was captured when the lock was set up (ttlock-open-api.md 9 nr. 16).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

DAY = 86_400
ALL_DAYS = (1, 2, 3, 4, 5, 6, 7)
MAX_PASSAGE_PERIODS = 5


def weekday(local: float) -> int:
    """Return the day of the week, 1 for Monday, of a local time."""
    return (int(local // DAY) + 3) % 7 + 1


def minute_of_day(local: float) -> int:
    """Return the minute of the day of a local time."""
    return int(local % DAY) // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagePeriod:
    """One hold-open period; an end that is not after the start reaches into the next day."""

    all_day: bool = False
    start: int = 0
    end: int = 0
    days: tuple[int, ...] = ALL_DAYS
    month_day: int = 0
    """Instead of days of the week: a day of the month, of ..."""
    month: int = 0
    """... this month, or of every one. Only Bluetooth knows these (ttlock-ble-protocol.md 5.14)."""

    def spans(self, first_day: int, last_day: int) -> Iterator[tuple[float, float]]:
        """Yield start and end in local seconds for a range of day numbers."""
        for day in range(first_day, last_day + 1):
            if not self._falls_on(day):
                continue
            if self.all_day:
                yield day * DAY, (day + 1) * DAY
                continue
            overnight = DAY if self.end <= self.start else 0
            yield day * DAY + self.start * 60, day * DAY + self.end * 60 + overnight

    def _falls_on(self, day: int) -> bool:
        if not self.month_day:
            return weekday(day * DAY) in self.days
        date = datetime.fromtimestamp(day * DAY, UTC)
        return date.day == self.month_day and self.month in (0, date.month)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageMode:
    """The hold-open schedule of a lock (ttlock-open-api.md 4.3)."""

    enabled: bool = False
    auto_unlock: bool = False
    periods: tuple[PassagePeriod, ...] = ()

    def windows(self, around: float) -> list[tuple[float, float]]:
        """Return the merged windows from the day before a local time to nine days after it."""
        if not self.enabled:
            return []
        day = int(around // DAY)
        return list(_merged(sorted(span for period in self.periods for span in period.spans(day - 1, day + 9))))

    def active(self, local: float) -> bool:
        """Say whether a local time falls into a window."""
        return any(start <= local < end for start, end in self.windows(local))

    def end_of_window(self, local: float) -> float | None:
        """Return when the window around a local time ends; None outside, infinity when it never does."""
        if (window := next((pair for pair in self.windows(local) if pair[0] <= local < pair[1]), None)) is None:
            return None
        # Nothing but an all-week schedule holds the door for more than eight days.
        return float("inf") if window[1] - local > 8 * DAY else window[1]

    def next_start(self, after: float) -> float | None:
        """Return the first window start later than a local time."""
        return next((start for start, _ in self.windows(after) if start > after), None)


ALWAYS, NEVER, CUSTOM = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingMode:
    """When the lock works at all (ttlock-open-api.md 4.3): always, never or in some periods."""

    mode: int = ALWAYS
    periods: tuple[PassagePeriod, ...] = ()

    def works(self, local: float) -> bool:
        """Say whether the lock works at a local time."""
        if self.mode != CUSTOM:
            return self.mode == ALWAYS
        day = int(local // DAY)
        return any(start <= local < end for period in self.periods for start, end in period.spans(day - 1, day))


def _merged(spans: Iterable[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    current: tuple[float, float] | None = None
    for start, end in spans:
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclicWindow:
    """One weekday's window of a card or fingerprint (ttlock-open-api.md 7.3)."""

    day: int
    start: int
    end: int


def in_cycle(windows: Sequence[CyclicWindow], local: float) -> bool:
    """Say whether a local time falls into one of the windows; no windows mean no limit."""
    if not windows:
        return True
    day, minute = weekday(local), minute_of_day(local)
    return any(window.day == day and window.start <= minute < window.end for window in windows)
