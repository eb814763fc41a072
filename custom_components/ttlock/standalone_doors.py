"""Door sensors with a Wi-Fi of their own, which belong to no lock (ttlock-open-api.md 4.13): list and callbacks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .client import in_background
from .client.accessories import DoorEvent, StandaloneSensor
from .client.errors import QuotaExceeded, Withheld
from .client.models import Door
from .const import DOMAIN, INVENTORY_INTERVAL, LOGGER
from .errors import translated_update

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator, TTLockConfigEntry

type Listener = Callable[[int, DoorEvent], None]

LOOK_INTERVAL: Final = timedelta(days=1)
"""Between two looks whether an account without such sensors has one by now."""
PUSHED_INTERVAL: Final = timedelta(hours=6)
TWICE: Final = timedelta(minutes=5)
"""Callbacks come twice (ttlock-open-api.md 5.3), and those of sensors bear no time."""
_DEVICE: Final = "door-sensor-"


class StandaloneDoors(DataUpdateCoordinator[dict[int, StandaloneSensor]]):
    """Follow the standalone sensors of an account in one call, while there are any."""

    config_entry: TTLockConfigEntry

    def __init__(self, hass: HomeAssistant, account: AccountCoordinator) -> None:
        """Start with none."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=account.config_entry,
            name=f"{account.name} door sensors",
            update_interval=LOOK_INTERVAL,
            always_update=False,
        )
        self.account = account
        self.data = {}
        self._told: set[Listener] = set()
        self._last: dict[int, tuple[DoorEvent, datetime]] = {}

    @callback
    def async_listen(self, listener: Listener) -> CALLBACK_TYPE:
        """Call a listener for what a sensor warns of; returns how to stop."""
        self._told.add(listener)
        return lambda: self._told.discard(listener)

    @callback
    def async_hear(self, sensor_id: int, event: DoorEvent) -> bool:
        """Take over what a callback tells; returns whether the list has to be read first.

        Callbacks are not signed, so that a door is closed is not believed without asking.
        """
        sensor, now = self.data[sensor_id], dt_util.utcnow()
        if event in (DoorEvent.OPENED, DoorEvent.LEFT_OPEN) and (sensor.door is not Door.OPEN or sensor.stale):
            now_open = replace(sensor, door=Door.OPEN, stale=False, updated=now)
            self.async_set_updated_data({**self.data, sensor_id: now_open})
        last, at = self._last.get(sensor_id, (None, now))
        if event is not last or now - at >= TWICE:
            self._last[sensor_id] = (event, now)
            for listener in tuple(self._told):
                listener(sensor_id, event)
        return event is DoorEvent.CLOSED

    @override
    async def _async_update_data(self) -> dict[int, StandaloneSensor]:
        with translated_update(self.account.name):
            try:
                with in_background():
                    found = await self.account.cloud.door_sensors.standalone.list()
            except QuotaExceeded, Withheld:
                # What is known grows a little older.
                return self.data
        sensors = {sensor.sensor_id: sensor for sensor in found.items}
        told = self.account.push.alive
        self.update_interval = (PUSHED_INTERVAL if told else INVENTORY_INTERVAL) if sensors else LOOK_INTERVAL
        if not found.complete:
            return {**self.data, **sensors}
        registry = dr.async_get(self.hass)
        for device in dr.async_entries_for_config_entry(registry, self.config_entry.entry_id):
            if is_door(device) and not device.identifiers & {identifier(sensor_id) for sensor_id in sensors}:
                registry.async_remove_device(device.id)
        return sensors


def identifier(sensor_id: int) -> tuple[str, str]:
    """Return by what the device of a sensor is known."""
    return DOMAIN, f"{_DEVICE}{sensor_id}"


def is_door(device: dr.DeviceEntry) -> bool:
    """Return whether a device is a standalone sensor."""
    return any(domain == DOMAIN and name.startswith(_DEVICE) for domain, name in device.identifiers)
