"""Whether there is newer firmware for locks and gateways; it installs with the TTLock app, beside them."""

from dataclasses import dataclass
from functools import partial
from typing import override

from homeassistant.components.update import UpdateDeviceClass, UpdateEntity, UpdateEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Feature
from .client.inventory import Firmware, FirmwareState
from .coordinator import TTLockConfigEntry
from .details import GATEWAY_FIRMWARE, LOCK_FIRMWARE
from .entity import LockDetailDescription, LockDetailEntity, async_add_lock_entities
from .gateway_entity import GatewayEntity, async_add_gateway_entities

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockUpdateDescription(LockDetailDescription, UpdateEntityDescription):
    """Describe the firmware of a lock."""


LOCK_UPDATES = (
    LockUpdateDescription(
        key="firmware",
        device_class=UpdateDeviceClass.FIRMWARE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: Feature.FIRMWARE_UPGRADE in data.features and data.ekey.may_manage,
        detail=LOCK_FIRMWARE,
        read_fn=lambda lock: lock.upkeep.async_read_firmware(),
    ),
)
GATEWAY_UPDATES = (
    UpdateEntityDescription(
        key="firmware",
        device_class=UpdateDeviceClass.FIRMWARE,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the firmware of an account's locks and gateways."""
    async_add_lock_entities(entry, async_add_entities, LOCK_UPDATES, LockUpdate)
    async_add_gateway_entities(entry, async_add_entities, GATEWAY_UPDATES, GatewayUpdate)


class FirmwareVersions:
    """What the cloud says of the firmware of a device."""

    @property
    def firmware(self) -> Firmware | None:
        """Return what was read last."""
        raise NotImplementedError

    @property
    def installed_version(self) -> str | None:
        """Return the installed version, as far as the cloud knows it."""
        return self.firmware.version if self.firmware else None

    @property
    def latest_version(self) -> str | None:
        """Return the newest version, None when the cloud cannot tell."""
        if self.firmware is None or self.firmware.state is FirmwareState.UNKNOWN:
            return None
        if self.firmware.state is FirmwareState.CURRENT:
            return self.firmware.version
        return self.firmware.newest_version

    def version_is_newer(self, latest_version: str, installed_version: str) -> bool:
        """Return whether they differ: the vendor has compared them, by rules of its own."""
        return latest_version != installed_version


class LockUpdate(FirmwareVersions, LockDetailEntity, UpdateEntity):
    """The firmware of a lock."""

    entity_description: LockUpdateDescription

    @property
    @override
    def firmware(self) -> Firmware | None:
        """Return what was read last."""
        firmware: Firmware | None = self.detail
        return firmware


class GatewayUpdate(FirmwareVersions, GatewayEntity, UpdateEntity):
    """The firmware of a gateway."""

    @property
    @override
    def firmware(self) -> Firmware | None:
        """Return what was read last."""
        return self.coordinator.details.get(GATEWAY_FIRMWARE, self.gateway_id)

    @override
    async def async_added_to_hass(self) -> None:
        """Have the firmware read now and then."""
        await super().async_added_to_hass()
        read = partial(self.coordinator.async_read_gateway_firmware, self.gateway_id)
        details = self.coordinator.details
        self.async_on_remove(details.follow(GATEWAY_FIRMWARE, self.gateway_id, read, self.async_write_ha_state))
