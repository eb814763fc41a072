"""When something is to open the door, as the fields of an action say it."""

from datetime import datetime, timedelta, tzinfo
from typing import Any, Final

from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..client.errors import InvalidInput
from ..client.period import YEARS, check_years
from .action import DURATION
from .results import aware

HOUR: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=366 * len(YEARS))
"""More than there are days in the years that a lock knows."""
PERIOD: Final[VolDictType] = {
    vol.Optional("start_time"): cv.datetime,
    vol.Optional("end_time"): cv.datetime,
    vol.Optional("duration"): DURATION,
}


def period_of(data: dict[str, Any], zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return start and end; naive times are meant in the zone of the lock, a duration begins now at the latest."""
    start = aware(data.get("start_time"), zone)
    end = aware(data.get("end_time"), zone)
    check_years(start, end)
    if (duration := data.get("duration")) is not None:
        if end is not None:
            raise InvalidInput("period_twice")
        start = start or now
        if duration > LONGEST:
            raise InvalidInput("period_years")
        end = start + duration
        check_years(end)
    return start, end


def full_hour(when: datetime, zone: tzinfo) -> datetime:
    """Return the full hour of the lock in which a moment lies; a random code knows no minutes."""
    return when.astimezone(zone).replace(minute=0, second=0, microsecond=0)


def next_full_hour(when: datetime, zone: tzinfo) -> datetime:
    """Return the full hour of the lock at a moment or after it."""
    hour = full_hour(when, zone)
    return hour if hour == when else hour + HOUR
