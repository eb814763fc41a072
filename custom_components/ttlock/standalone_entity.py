"""What all entities of a standalone door sensor have in common."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client.accessories import StandaloneSensor
from .const import DOMAIN, MANUFACTURER
from .coordinator import TTLockConfigEntry
from .standalone_doors import StandaloneDoors, identifier

MODEL = "Door sensor"


class StandaloneEntity(CoordinatorEntity[StandaloneDoors]):
    """An entity of a standalone door sensor."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: StandaloneDoors, sensor: StandaloneSensor, description: EntityDescription) -> None:
        """Name the entity after sensor and key."""
        super().__init__(coordinator)
        self.entity_description = description
        self.sensor_id = sensor.sensor_id
        self._attr_unique_id = f"{DOMAIN}-doorsensor-{sensor.sensor_id}-{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={identifier(sensor.sensor_id)},
            manufacturer=MANUFACTURER,
            model=MODEL,
            name=sensor.name or MODEL,
            serial_number=str(sensor.sensor_id),
            sw_version=sensor.firmware_version,
        )

    @property
    @override
    def available(self) -> bool:
        """Return whether the account still has the sensor and the cloud answers."""
        return self.sensor_id in self.coordinator.data and not self.coordinator.account.outage

    @property
    def sensor(self) -> StandaloneSensor:
        """Return what is known of the sensor."""
        return self.coordinator.data[self.sensor_id]


def async_add_standalone_entities[D: EntityDescription](
    entry: TTLockConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Iterable[D],
    build: Callable[[StandaloneDoors, StandaloneSensor, D], Entity],
) -> None:
    """Add the entities of each sensor, now and as soon as one appears."""
    if entry.runtime_data.is_local:
        # Such sensors are known to the cloud only.
        return
    doors = entry.runtime_data.doors
    known: set[int] = set()

    @callback
    def add_new() -> None:
        known.intersection_update(doors.data)
        new = doors.data.keys() - known
        known.update(new)
        async_add_entities(
            build(doors, doors.data[sensor_id], description) for sensor_id in new for description in descriptions
        )

    entry.async_on_unload(doors.async_add_listener(add_new))
    add_new()
