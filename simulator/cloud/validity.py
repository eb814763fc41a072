"""Periods and weekly windows of credentials (ttlock-open-api.md 7.3 and 7.4)."""

from typing import Any

from ..database import CredentialRow, Delivery
from ..schedule import ALL_DAYS, CyclicWindow
from .call import Call, Json
from .errors import ApiError

NORMAL, INVALID = 1, 2
MINUTES_OF_DAY = 1440

type Cycle = tuple[CyclicWindow, ...]


def period(call: Call, *, may_be_permanent: bool = True) -> tuple[int, int]:
    """Return start and end in milliseconds, both 0 for ever, or refuse."""
    start, end = call.integer("startDate", 0), call.integer("endDate", 0)
    if start == end == 0:
        if not may_be_permanent:
            raise ApiError(-3)
    elif not 0 <= start < end:
        raise ApiError(-3)
    return start, end


def cycle(call: Call) -> Cycle:
    """Return the weekly windows, which must all have the same times, or refuse."""
    value = call.structure("cyclicConfig")
    if not isinstance(value, list) or not value:
        raise ApiError(-3)
    windows = tuple(_window(item) for item in value)
    if len({(window.start, window.end) for window in windows}) > 1:
        raise ApiError(-3)
    return windows


def cycle_item(windows: Cycle) -> list[Json]:
    """Return weekly windows as the API spells them."""
    return [{"weekDay": window.day, "startTime": window.start, "endTime": window.end} for window in windows]


def shown_status(call: Call, row: CredentialRow) -> int:
    """Return the status of a list object: its delivery, or whether it has run out (ttlock-open-api.md 7.5, 7.6)."""
    if row.status is not Delivery.NORMAL:
        return int(row.status)
    return INVALID if row.end and row.end <= call.world.clock.now_ms() else NORMAL


def _window(item: Any) -> CyclicWindow:
    if not isinstance(item, dict):
        raise ApiError(-3)
    day, start, end = item.get("weekDay"), item.get("startTime"), item.get("endTime")
    if day not in ALL_DAYS or not isinstance(start, int) or not isinstance(end, int):
        raise ApiError(-3)
    # Our guess: windows over midnight are refused.
    if not 0 <= start < end <= MINUTES_OF_DAY:
        raise ApiError(-3)
    return CyclicWindow(day=day, start=start, end=end)
