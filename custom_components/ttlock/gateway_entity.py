"""What all entities of a gateway have in common."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .client.models import Gateway
from .const import DOMAIN
from .coordinator import AccountCoordinator, TTLockConfigEntry


class GatewayEntity(CoordinatorEntity[AccountCoordinator]):
    """An entity of a gateway, whose device the account keeps up to date."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: AccountCoordinator, gateway: Gateway, description: EntityDescription) -> None:
        """Name the entity after gateway and key."""
        super().__init__(coordinator)
        self.entity_description = description
        self.gateway_id = gateway.gateway_id
        self._attr_unique_id = f"{DOMAIN}-gateway-{gateway.gateway_id}-{description.key}"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, gateway.mac)})

    @property
    @override
    def available(self) -> bool:
        """Return whether the cloud can be asked about the gateway."""
        return self.gateway_id in self.coordinator.data.gateways and not self.coordinator.outage

    @property
    def gateway(self) -> Gateway:
        """Return what is known of the gateway."""
        return self.coordinator.data.gateways[self.gateway_id]


def async_add_gateway_entities[D: EntityDescription](
    entry: TTLockConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Iterable[D],
    build: Callable[[AccountCoordinator, Gateway, D], Entity],
) -> None:
    """Add the entities of each gateway, now and as soon as one appears."""
    account = entry.runtime_data
    known: set[int] = set()

    @callback
    def add_new() -> None:
        gateways = account.data.gateways
        known.intersection_update(gateways)
        new = gateways.keys() - known
        known.update(new)
        async_add_entities(
            build(account, gateways[gateway_id], description) for gateway_id in new for description in descriptions
        )

    entry.async_on_unload(account.async_add_listener(add_new))
    add_new()
