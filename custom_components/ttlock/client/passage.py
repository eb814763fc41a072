"""Passage mode: the weekly plan in which an unlocked lock stays unlocked (ttlock-open-api.md 4.3)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from . import parse
from .errors import InvalidInput
from .parse import Raw

MINUTES_A_DAY = 24 * 60
MAX_PERIODS = 5
DAYS_TO_LOOK = 9
"""A plan repeats every week; the last edge of this weekday may be just behind."""
EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagePeriod:
    """One window of the plan: minutes of the day in the lock's zone, ISO weekdays (1 Monday to 7 Sunday)."""

    weekdays: frozenset[int]
    all_day: bool = False
    start: int = 0
    end: int = 0

    def covers(self, local: datetime) -> bool:
        """Return whether the window is open at that local time."""
        minute = local.hour * 60 + local.minute
        return local.isoweekday() in self.weekdays and (self.all_day or self.start <= minute < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageMode:
    """The whole setting of one lock."""

    enabled: bool
    auto_unlock: bool = False
    """The lock opens by itself when a window begins."""
    periods: tuple[PassagePeriod, ...] = ()

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read either generation of the reply: a list `cyclicConfig`, or one flat window."""
        if "cyclicConfig" in raw:
            periods = parse.listing(parse.embedded(raw["cyclicConfig"]), _period).items
        else:
            flat = {**raw, "startTime": raw.get("startDate"), "endTime": raw.get("endDate")}
            periods = parse.listing([flat], _period).items if parse.embedded(raw.get("weekDays")) else ()
        return cls(
            enabled=parse.on_off(raw.get("passageMode")) is True,
            auto_unlock=parse.on_off(raw.get("autoUnlock")) is True,
            periods=periods,
        )

    def active_at(self, local: datetime) -> bool:
        """Return whether the plan holds the door at that time in the lock's zone."""
        return self.enabled and any(period.covers(local) for period in self.periods)

    def next_change(self, local: datetime) -> datetime | None:
        """Return when the plan next begins or ceases to hold the door, in the zone of `local`; None for never."""
        now = self.active_at(local)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        edges = {0, *(edge for period in self.periods for edge in (period.start, period.end))}
        moments = sorted(midnight + timedelta(days=day, minutes=edge) for day in range(DAYS_TO_LOOK) for edge in edges)
        return next((moment for moment in moments if moment > local and self.active_at(moment) is not now), None)


def window(start: int, end: int, weekdays: frozenset[int]) -> tuple[PassagePeriod, ...]:
    """Return the periods of a daily window; one across midnight becomes two, the second on the next days."""
    if start < end:
        return (PassagePeriod(weekdays=weekdays, start=start, end=end),)
    periods = [PassagePeriod(weekdays=weekdays, start=start, end=MINUTES_A_DAY)]
    if end:
        after = frozenset(day % 7 + 1 for day in weekdays)
        periods.append(PassagePeriod(weekdays=after, start=0, end=end))
    return tuple(periods)


def check(mode: PassageMode) -> None:
    """Refuse a plan that the lock cannot hold, before anything is sent; InvalidInput."""
    if mode.enabled and not mode.periods:
        raise InvalidInput("passage_mode_empty")
    if len(mode.periods) > MAX_PERIODS:
        raise InvalidInput("passage_mode_too_many")
    for period in mode.periods:
        if not period.weekdays or not period.weekdays <= EVERY_DAY:
            raise InvalidInput("passage_mode_days")
        if not period.all_day and not 0 <= period.start < period.end <= MINUTES_A_DAY:
            raise InvalidInput("passage_mode_times")


def _period(raw: Raw) -> PassagePeriod:
    weekdays = frozenset(
        day for value in parse.embedded(raw.get("weekDays")) if (day := parse.integer(value)) in EVERY_DAY
    )
    if not weekdays:
        raise ValueError("weekDays")
    return PassagePeriod(
        weekdays=weekdays,
        all_day=parse.on_off(raw.get("isAllDay")) is True,
        start=parse.integer(raw.get("startTime")) or 0,
        end=parse.integer(raw.get("endTime")) or 0,
    )
