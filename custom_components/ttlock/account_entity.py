"""What all entities of an account have in common."""

from dataclasses import dataclass
from typing import override

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, MANUFACTURER
from .coordinator import ACCOUNT_NAME, AccountCoordinator


@dataclass(frozen=True, kw_only=True)
class AccountEntityDescription(EntityDescription):
    """Describe an entity of an account; `key` ends its unique id."""


class AccountEntity(CoordinatorEntity[AccountCoordinator]):
    """An entity of an account."""

    _attr_has_entity_name = True
    entity_description: AccountEntityDescription

    def __init__(self, coordinator: AccountCoordinator, description: AccountEntityDescription) -> None:
        """Name the entity after account and key."""
        super().__init__(coordinator)
        self.entity_description = description
        entry_id = coordinator.config_entry.entry_id
        self._attr_unique_id = f"{DOMAIN}-{entry_id}-{description.key}"
        self._attr_device_info = DeviceInfo(
            entry_type=DeviceEntryType.SERVICE,
            identifiers={(DOMAIN, entry_id)},
            manufacturer=MANUFACTURER,
            name=ACCOUNT_NAME,
        )

    @property
    @override
    def available(self) -> bool:
        """Return whether what the entity shows can be relied on: known facts stay until the outage limit."""
        return not self.coordinator.outage
