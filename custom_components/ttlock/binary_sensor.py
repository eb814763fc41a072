"""Door, passage mode and gateways."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client import Feature
from .client.models import Door, Gateway
from .const import DOMAIN
from .coordinator import AccountCoordinator, TTLockConfigEntry
from .data import LockData
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockBinarySensorDescription(LockEntityDescription, BinarySensorEntityDescription):
    """Describe a yes/no fact of a lock."""

    is_on_fn: Callable[[LockData], bool | None]


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
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the yes/no facts of locks and gateways."""
    async_add_lock_entities(entry, async_add_entities, BINARY_SENSORS, LockBinarySensor)
    account = entry.runtime_data
    known: set[int] = set()

    @callback
    def add_new_gateways() -> None:
        gateways = account.data.gateways
        known.intersection_update(gateways)
        new = gateways.keys() - known
        known.update(new)
        async_add_entities(GatewayConnectivity(account, gateways[gateway_id]) for gateway_id in new)

    entry.async_on_unload(account.async_add_listener(add_new_gateways))
    add_new_gateways()


class LockBinarySensor(TTLockEntity, BinarySensorEntity):
    """A yes/no fact of a lock."""

    entity_description: LockBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the fact, None when it is not known."""
        return self.entity_description.is_on_fn(self.facts)


class GatewayConnectivity(CoordinatorEntity[AccountCoordinator], BinarySensorEntity):
    """Whether a gateway is connected to the cloud."""

    _attr_has_entity_name = True
    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(self, coordinator: AccountCoordinator, gateway: Gateway) -> None:
        """Belong to the device of the gateway."""
        super().__init__(coordinator)
        self.gateway_id = gateway.gateway_id
        self._attr_unique_id = f"{DOMAIN}-gateway-{gateway.gateway_id}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, gateway.mac)})

    @property
    @override
    def available(self) -> bool:
        """Return whether the cloud can be asked about the gateway."""
        return self.gateway_id in self.coordinator.data.gateways and not self.coordinator.outage

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the gateway is connected; the cloud notices a loss some minutes late."""
        return self.coordinator.data.gateways[self.gateway_id].online
