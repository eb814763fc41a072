"""The weekly windows of cards, fingerprints and their like (ttlock-open-api.md 7.3).

Passage mode and working mode have a shape of their own, see `passage`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
import json
from typing import Self

from . import parse
from .errors import InvalidInput
from .parse import Raw
from .passage import EVERY_DAY, MINUTES_A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class CyclicWindow:
    """When a credential opens on one day of the week: ISO weekday, minutes of the day in the lock's zone."""

    weekday: int
    start: int
    end: int

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one entry; ValueError when it is none."""
        window = cls(
            weekday=parse.required_integer(raw, "weekDay"),
            start=parse.required_integer(raw, "startTime"),
            end=parse.required_integer(raw, "endTime"),
        )
        if window.weekday not in EVERY_DAY:
            raise ValueError("weekDay")
        return window

    def covers(self, local: datetime) -> bool:
        """Return whether it is open at a time in the lock's zone; over midnight the rest belongs to the day before."""
        minute, day = minute_of_day(local), local.isoweekday()
        if self.start < self.end:
            return day == self.weekday and self.start <= minute < self.end
        yesterday = (day - 2) % 7 + 1
        return (day == self.weekday and minute >= self.start) or (yesterday == self.weekday and minute < self.end)


def minute_of_day(local: datetime) -> int:
    """Return the minutes since midnight."""
    return local.hour * 60 + local.minute


def weekly(weekdays: Iterable[int], start: int, end: int) -> tuple[CyclicWindow, ...]:
    """Return the same window on several days of the week."""
    return tuple(CyclicWindow(weekday=day, start=start, end=end) for day in sorted(set(weekdays)))


def from_vendor(value: object) -> tuple[CyclicWindow, ...]:
    """Read `cyclicConfig`, which may be a list or JSON text; unreadable entries are left out."""
    return parse.listing(parse.embedded(value), CyclicWindow.from_vendor).items


def to_vendor(windows: Sequence[CyclicWindow]) -> str:
    """Return `cyclicConfig`; InvalidInput for windows that the lock cannot hold."""
    check(windows)
    return json.dumps(
        [{"weekDay": window.weekday, "startTime": window.start, "endTime": window.end} for window in windows]
    )


def check(windows: Sequence[CyclicWindow]) -> None:
    """Refuse windows that the lock cannot hold, before anything is sent; InvalidInput."""
    weekdays = [window.weekday for window in windows]
    if not weekdays or len(set(weekdays)) != len(weekdays) or not EVERY_DAY.issuperset(weekdays):
        raise InvalidInput("cyclic_days")
    if len({(window.start, window.end) for window in windows}) > 1:
        raise InvalidInput("cyclic_times_differ")
    if not 0 <= windows[0].start < windows[0].end <= MINUTES_A_DAY:
        raise InvalidInput("cyclic_times")
