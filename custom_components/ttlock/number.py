"""The delay of auto-lock."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Feature
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockNumberDescription(LockEntityDescription, NumberEntityDescription):
    """Describe a number that a lock is set to."""


NUMBERS = (
    LockNumberDescription(
        key="autolock_delay",
        translation_key="auto_lock_delay",
        device_class=NumberDeviceClass.DURATION,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        native_min_value=1,
        # The lock refuses what is beyond its own range, which the cloud does not tell.
        native_max_value=900,
        native_step=1,
        mode=NumberMode.BOX,
        needs_lock=True,
        supported_fn=lambda data: Feature.AUTO_LOCK in data.features and data.ekey.may_manage,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the numbers of an account's locks."""
    async_add_lock_entities(entry, async_add_entities, NUMBERS, AutoLockDelay)


class AutoLockDelay(TTLockEntity, NumberEntity):
    """How long the lock waits before it locks itself."""

    entity_description: LockNumberDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the delay in force; while auto-lock is off, the one to which it comes back."""
        settings = self.facts.settings
        return settings.auto_lock_seconds or settings.remembered_auto_lock

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the delay, which also switches auto-lock on."""
        await self.async_run(self.coordinator.async_set_auto_lock(int(value)))
