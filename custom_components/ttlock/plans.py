"""Weekly windows in the shape in which people give and read them: days by name, times by the clock."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from homeassistant.const import WEEKDAYS
from homeassistant.util.json import JsonValueType

from .client.passage import PassagePeriod, window


def windows(fields: Mapping[str, Any]) -> tuple[PassagePeriod, ...] | None:
    """Return the windows that were given, None when there are none; the flat fields are one window."""
    if "periods" in fields:
        given: list[Mapping[str, Any]] = fields["periods"]
    elif any(key in fields for key in ("start_time", "end_time", "all_day", "days")):
        given = [fields]
    else:
        return None
    return tuple(period for one in given for period in _window(one))


def described(periods: Iterable[PassagePeriod]) -> list[JsonValueType]:
    """Return windows in the shape in which they are given; the end of a day is its next midnight."""
    return [_described(period) for period in periods]


def _window(fields: Mapping[str, Any]) -> Iterable[PassagePeriod]:
    weekdays = frozenset(WEEKDAYS.index(day) + 1 for day in fields.get("days", WEEKDAYS))
    if fields.get("all_day"):
        return (PassagePeriod(weekdays=weekdays, all_day=True),)
    return window(_minute(fields.get("start_time")), _minute(fields.get("end_time")), weekdays)


def _minute(when: time | None) -> int:
    return 0 if when is None else when.hour * 60 + when.minute


def _described(period: PassagePeriod) -> dict[str, JsonValueType]:
    days: list[JsonValueType] = [WEEKDAYS[day - 1] for day in sorted(period.weekdays)]
    if period.all_day:
        return {"days": days, "all_day": True}
    return {"days": days, "start_time": _clock(period.start), "end_time": _clock(period.end)}


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"
