"""Doors, passage mode and gateways."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Feature
from .client.models import Door, Gateway
from .const import DOMAIN
from .coordinator import AccountCoordinator, TTLockConfigEntry
from .data import LockData
from .details import WIFI
from .entity import (
    LockDetailDescription,
    LockDetailEntity,
    LockEntityDescription,
    TTLockEntity,
    async_add_lock_entities,
)
from .gateway_entity import GatewayEntity, async_add_gateway_entities
from .standalone_entity import StandaloneEntity, async_add_standalone_entities

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockBinarySensorDescription(LockEntityDescription, BinarySensorEntityDescription):
    """Describe a yes/no fact of a lock."""

    is_on_fn: Callable[[LockData], bool | None]


@dataclass(frozen=True, kw_only=True)
class LockDetailBinarySensorDescription(LockDetailDescription, BinarySensorEntityDescription):
    """Describe a yes/no fact of a lock that is read rarely."""

    is_on_fn: Callable[[Any], bool | None]


BINARY_SENSORS = (
    LockBinarySensorDescription(
        key="sensor",
        device_class=BinarySensorDeviceClass.DOOR,
        needs_lock=True,
        supported_fn=lambda data: data.settings.door_sensor is not None or data.door is not None,
        is_on_fn=lambda data: None if data.door is None else data.door is Door.OPEN,
    ),
    LockBinarySensorDescription(
        key="passagemode",
        translation_key="passage_mode",
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: Feature.PASSAGE_MODE in data.features and data.ekey.may_manage,
        is_on_fn=lambda data: data.passage_active,
    ),
    LockBinarySensorDescription(
        key="remote_unlock",
        translation_key="remote_unlock",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: Feature.GATEWAY_UNLOCK in data.features,
        is_on_fn=lambda data: data.remote_unlock,
    ),
)
WIFI_BINARY_SENSORS = (
    LockDetailBinarySensorDescription(
        # While it is on, the lock is connected only when it has something to report.
        key="wifi_power_saving",
        translation_key="wifi_power_saving",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: Feature.WIFI in data.features,
        detail=WIFI,
        read_fn=lambda lock: lock.upkeep.async_read_wifi(),
        is_on_fn=lambda wifi: wifi.power_saving,
    ),
)
GATEWAY_BINARY_SENSORS = (
    BinarySensorEntityDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
    ),
)

STANDALONE_BINARY_SENSORS = (BinarySensorEntityDescription(key="door", device_class=BinarySensorDeviceClass.DOOR),)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the yes/no facts of locks, gateways and door sensors."""
    async_add_lock_entities(entry, async_add_entities, BINARY_SENSORS, LockBinarySensor)
    async_add_lock_entities(entry, async_add_entities, WIFI_BINARY_SENSORS, LockDetailBinarySensor)
    async_add_gateway_entities(entry, async_add_entities, GATEWAY_BINARY_SENSORS, GatewayConnectivity)
    async_add_standalone_entities(entry, async_add_entities, STANDALONE_BINARY_SENSORS, StandaloneDoor)


class LockBinarySensor(TTLockEntity, BinarySensorEntity):
    """A yes/no fact of a lock."""

    entity_description: LockBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the fact, None when it is not known."""
        return self.entity_description.is_on_fn(self.facts)


class LockDetailBinarySensor(LockDetailEntity, BinarySensorEntity):
    """A yes/no fact of a lock that is read rarely."""

    entity_description: LockDetailBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the fact, None when it is not known."""
        return None if self.detail is None else self.entity_description.is_on_fn(self.detail)


class GatewayConnectivity(GatewayEntity, BinarySensorEntity):
    """Whether a gateway is connected to the cloud."""

    def __init__(self, coordinator: AccountCoordinator, gateway: Gateway, description: EntityDescription) -> None:
        """Keep the unique id of hass-ttlock (compatibility.md 4.5)."""
        super().__init__(coordinator, gateway, description)
        self._attr_unique_id = f"{DOMAIN}-gateway-{gateway.gateway_id}"

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the gateway is connected; the cloud notices a loss some minutes late."""
        return self.gateway.online


class StandaloneDoor(StandaloneEntity, BinarySensorEntity):
    """Whether the door of a standalone sensor is open."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is open; None when the cloud has not heard from the sensor for long."""
        sensor = self.sensor
        return None if sensor.door is None or sensor.stale else sensor.door is Door.OPEN
