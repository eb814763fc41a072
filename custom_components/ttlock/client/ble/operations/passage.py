"""Passage mode as a lock keeps it: one entry for each day and window (ttlock-ble-protocol.md 5.14)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ...errors import InvalidInput
from ...passage import EVERY_DAY, MINUTES_A_DAY, PassagePeriod
from .wire import Answer, Page, minutes, read_minutes, unsigned

QUERY: Final = 1
ADD: Final = 2
DELETE: Final = 3
CLEAR: Final = 4
END: Final = 0xFF
DAILY: Final = 0
"""As weekday: every day."""
LAST_DAY_OF_MONTH: Final = 31


class Repeat(IntEnum):
    """How an entry comes back."""

    WEEKLY = 1
    MONTHLY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageEntry:
    """One window; without times it lasts the whole day. Months are of no known use and 0."""

    repeat: Repeat = Repeat.WEEKLY
    day: int
    """ISO weekday or day of the month; 0 as weekday is every day."""
    month: int = 0
    start: int = 0
    end: int = 0
    """Minutes of the day in the lock's time."""

    @property
    def all_day(self) -> bool:
        """Return whether it lasts the whole day."""
        return self.start == self.end == 0

    def encode(self) -> bytes:
        """Return the seven bytes of the entry; InvalidInput for one that no lock can hold."""
        last = max(EVERY_DAY) if self.repeat is Repeat.WEEKLY else LAST_DAY_OF_MONTH
        if not (self.repeat is Repeat.MONTHLY) <= self.day <= last:
            raise InvalidInput("passage_mode_days")
        if not self.all_day and not 0 <= self.start < self.end <= MINUTES_A_DAY:
            raise InvalidInput("passage_mode_times")
        return bytes((self.repeat, self.day)) + unsigned(self.month, 1) + minutes(self.start) + minutes(self.end)


def ask(index: int) -> bytes:
    """Return the request for a page of the list."""
    return bytes((QUERY, index))


def add(entry: PassageEntry) -> bytes:
    """Return the request that adds a window."""
    return bytes((ADD,)) + entry.encode()


def delete(entry: PassageEntry) -> bytes:
    """Return the request that takes a window away; an older client sent less, the newer and others all of it."""
    return bytes((DELETE,)) + entry.encode()


def clear() -> bytes:
    """Return the request that takes all windows away."""
    return bytes((CLEAR,))


def read(data: bytes) -> Page[PassageEntry]:
    """Read a page; entries of a kind that is not known are left out."""
    answer = Answer(data, QUERY)
    index = answer.u8()
    entries = []
    while answer.left:
        repeat, day, month = answer.take(3)
        start, end = read_minutes(answer), read_minutes(answer)
        if repeat in tuple(Repeat):
            entries.append(PassageEntry(repeat=Repeat(repeat), day=day, month=month, start=start, end=end))
    return Page(entries=tuple(entries), next=None if index == END else index, battery=answer.battery)


def entries_of(periods: Iterable[PassagePeriod]) -> tuple[PassageEntry, ...]:
    """Return what a lock has to hold for a weekly plan, each entry once."""
    entries = [
        PassageEntry(day=day, start=0 if period.all_day else period.start, end=0 if period.all_day else period.end)
        for period in periods
        for day in ((DAILY,) if period.weekdays == EVERY_DAY else sorted(period.weekdays))
    ]
    return tuple(dict.fromkeys(entries))


def periods_of(entries: Iterable[PassageEntry]) -> tuple[PassagePeriod, ...]:
    """Return the weekly plan that entries make; monthly ones, which the cloud does not know, are no part of it."""
    days: dict[tuple[int, int], set[int]] = defaultdict(set)
    for entry in entries:
        if entry.repeat is Repeat.WEEKLY:
            days[entry.start, entry.end] |= EVERY_DAY if entry.day == DAILY else {entry.day} & EVERY_DAY
    return tuple(
        PassagePeriod(weekdays=frozenset(weekdays), all_day=start == end == 0, start=start, end=end)
        for (start, end), weekdays in days.items()
        if weekdays
    )
