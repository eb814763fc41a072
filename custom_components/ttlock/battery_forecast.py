"""When the battery of a lock will be low, as far as Home Assistant's statistics of its charge tell.

The charge falls by a few percent a month and is told in whole ones, so it takes weeks to see how fast. What was before
fresh batteries tells nothing about them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from homeassistant.components.sensor import RestoreSensor, SensorEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_time_change
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .entity import LockEntityDescription, TTLockEntity
from .lock_coordinator import LockCoordinator
from .lock_log import LOW

if TYPE_CHECKING:
    from homeassistant.components.recorder.statistics import StatisticsRow

FRESH: Final = 10
"""So many percent more are other batteries: warmth alone brings a few."""
WINDOW: Final = timedelta(days=60)
"""What was before is another season."""
ENOUGH: Final = timedelta(days=14)
LOST: Final = 3
"""What is rounded to whole percent tells nothing before it has fallen by so many."""


@dataclass(frozen=True, slots=True)
class Day:
    """The charge on one day, in percent."""

    noon: datetime
    least: float
    mean: float
    most: float


def low_from(days: Iterable[Day], charge: int | None) -> datetime | None:
    """Return when the charge falls to `LOW` if it goes on as on these days; None when they do not tell."""
    kept: list[Day] = []
    for day in days:
        if kept and day.most >= kept[-1].least + FRESH:
            kept = []
        else:
            kept.append(day)
    if not kept or (charge is not None and charge >= kept[-1].least + FRESH):
        return None
    first, last = kept[0].noon, kept[-1].noon
    if last - first < ENOUGH:
        return None
    ages = [(day.noon - first) / timedelta(days=1) for day in kept]
    middle, mean = sum(ages) / len(ages), sum(day.mean for day in kept) / len(kept)
    lost_a_day = sum((middle - age) * (day.mean - mean) for age, day in zip(ages, kept, strict=True)) / sum(
        (age - middle) ** 2 for age in ages
    )
    if lost_a_day * ages[-1] < LOST:
        return None
    return last + timedelta(days=(kept[-1].mean - LOW) / lost_a_day)


@dataclass(frozen=True, kw_only=True)
class BatteryForecastDescription(LockEntityDescription, SensorEntityDescription):
    """Describe when a battery is low."""

    battery: str
    """The key of the sensor that tells its charge."""


class BatteryForecast(TTLockEntity, RestoreSensor):
    """The day from which the battery is low."""

    entity_description: BatteryForecastDescription
    _looked_at: int | None = None
    """The charge when the statistics were looked at."""

    def __init__(self, coordinator: LockCoordinator, description: BatteryForecastDescription) -> None:
        """Know nothing yet."""
        super().__init__(coordinator, description)
        self._battery = f"{DOMAIN}-{coordinator.lock_id}-{description.battery}"

    @property
    @override
    def available(self) -> bool:
        """Return True: the past does not depend on whoever can be reached."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Show what was known before the restart until the statistics are read, and read them every day."""
        await super().async_added_to_hass()
        if last := await self.async_get_last_sensor_data():
            self._attr_native_value = last.native_value
        self.async_on_remove(async_track_time_change(self.hass, self._async_look, hour=0, minute=30, second=0))
        name = f"{self.coordinator.name} battery forecast"
        self.coordinator.config_entry.async_create_background_task(self.hass, self._async_look(), name)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Forget what was foreseen of batteries that were taken out."""
        charge = self.facts.battery
        if charge is not None and self._looked_at is not None and charge >= self._looked_at + FRESH:
            self._attr_native_value = None
        super()._handle_coordinator_update()

    async def _async_look(self, now: datetime | None = None) -> None:
        """Read the statistics; a day is all that they can tell."""
        self._looked_at = self.facts.battery
        found = low_from(await self._async_days(), self._looked_at)
        self._attr_native_value = found and dt_util.start_of_local_day(dt_util.as_local(found))
        self.async_write_ha_state()

    async def _async_days(self) -> list[Day]:
        statistic = er.async_get(self.hass).async_get_entity_id("sensor", DOMAIN, self._battery)
        if statistic is None or "recorder" not in self.hass.config.components:
            return []
        rows = await get_instance(self.hass).async_add_executor_job(_rows, self.hass, statistic)
        return [
            Day(dt_util.utc_from_timestamp(row["start"]) + timedelta(hours=12), least, mean, most)
            for row in rows
            if (least := row.get("min")) is not None
            and (mean := row.get("mean")) is not None
            and (most := row.get("max")) is not None
        ]


def _rows(hass: HomeAssistant, statistic: str) -> list[StatisticsRow]:
    from homeassistant.components.recorder import statistics  # noqa: PLC0415  # only where there is a recorder

    begin = dt_util.start_of_local_day() - WINDOW
    found = statistics.statistics_during_period(hass, begin, None, {statistic}, "day", None, {"max", "mean", "min"})
    return found.get(statistic, [])
