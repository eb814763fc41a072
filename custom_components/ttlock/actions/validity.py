"""The fields that say when a credential opens, and what they mean (ttlock-open-api.md 7.3 and 7.4)."""

from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from typing import Any, Final

from homeassistant.const import WEEKDAYS
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..client.credentials import Validity, ValidityKind
from ..client.cyclic import CyclicWindow, check, weekly
from ..client.errors import InvalidInput
from ..client.passage import MINUTES_A_DAY
from ..client.passcodes import check_period
from ..lock_coordinator import LockCoordinator
from .action import TIME_OF_DAY
from .period import PERIOD, period_of
from .results import Result, local

VALIDITY: Final[VolDictType] = {
    **PERIOD,
    vol.Optional("days"): cv.weekdays,
    vol.Optional("day_start"): TIME_OF_DAY,
    vol.Optional("day_end"): TIME_OF_DAY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValidity:
    """What was said of a validity: both ends of a period or none, weekly hours or none."""

    start: datetime | None
    end: datetime | None
    windows: tuple[CyclicWindow, ...]

    @classmethod
    def of_call(cls, lock: LockCoordinator, call: ServiceCall) -> NewValidity:
        """Read the fields of a call; naive times are meant in the zone of the lock. InvalidInput for nonsense."""
        start, end = _period(call.data, lock.data.zone, dt_util.utcnow())
        return cls(start=start, end=end, windows=_windows(call.data))

    def for_new(self) -> Validity:
        """Return when a new credential is to open; for good when nothing was said."""
        if self.windows:
            return Validity.cyclic(self.windows, self.start, self.end)
        if self.start is None or self.end is None:
            return Validity.permanent()
        return Validity.period(self.start, self.end)

    def after(self, current: Validity) -> Validity:
        """Return when a credential is to open that has opened so far as `current` says.

        What was not said stays: the vendor leaves open whether weekly hours that are not sent again do.
        """
        start, end = (self.start, self.end) if self.start else (current.start, current.end)
        if windows := self.windows or current.windows:
            return Validity.cyclic(windows, start, end)
        return Validity(kind=ValidityKind.PERIOD, start=start, end=end)


def described_validity(validity: Validity) -> Result:
    """Return a validity in the words of the lists."""
    cycle: list[JsonValueType] = [
        {"day": window.weekday, "start": _clock(window.start), "end": _clock(window.end)} for window in validity.windows
    ]
    return {
        "type": validity.kind.value,
        "start_date": local(validity.start),
        "end_date": local(validity.end),
        "cycle": cycle or None,
    }


def check_said(validity: NewValidity) -> None:
    """Refuse a change of validity that says nothing."""
    if not validity.windows and validity.start is None:
        raise InvalidInput("period_missing")


def _period(data: dict[str, Any], zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime | None]:
    # The vendor cuts fractions of a second, and what its list shows is compared with what was wished.
    start, end = period_of(data, zone, now.replace(microsecond=0))
    if (start is None) != (end is None):
        raise InvalidInput("period_missing")
    check_period(start, end, now)
    return start, end


def _windows(data: dict[str, Any]) -> tuple[CyclicWindow, ...]:
    if not any(field in data for field in ("days", "day_start", "day_end")):
        return ()
    weekdays = (WEEKDAYS.index(day) + 1 for day in data.get("days", WEEKDAYS))
    end = _minute(data.get("day_end")) or MINUTES_A_DAY
    windows = weekly(weekdays, _minute(data.get("day_start")), end)
    check(windows)
    return windows


def _minute(when: time | None) -> int:
    return 0 if when is None else when.hour * 60 + when.minute


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
