"""Delays and volume of a lock."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from math import isnan
from typing import override

from homeassistant.components.number import NumberDeviceClass, NumberEntity, NumberEntityDescription, NumberMode
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Feature
from .client.settings import MAX_VOLUME
from .const import DOMAIN
from .coordinator import TTLockConfigEntry
from .data import LockData
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities
from .lock_coordinator import LockCoordinator

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockNumberDescription(LockEntityDescription, NumberEntityDescription):
    """Describe a number that a lock is set to."""

    value_fn: Callable[[LockData], float | None]
    set_fn: Callable[[LockCoordinator, int], Awaitable[None]]


def _auto_lock_delay(data: LockData) -> int | None:
    """Return the delay in force; while auto-lock is off, the one to which it comes back."""
    return data.settings.auto_lock_seconds or data.settings.remembered_auto_lock


async def _set_volume(lock: LockCoordinator, volume: int) -> None:
    command = lock.account.cloud.settings.set_volume(lock.lock_id, volume)
    await lock.upkeep.async_set_switch(command, lambda switches: replace(switches, volume=volume))


NUMBERS = (
    LockNumberDescription(
        # Setting it also switches auto-lock on.
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
        value_fn=_auto_lock_delay,
        set_fn=lambda lock, seconds: lock.upkeep.async_set_auto_lock(seconds),
    ),
    LockNumberDescription(
        key="volume",
        translation_key="volume",
        entity_category=EntityCategory.CONFIG,
        native_min_value=1,
        native_max_value=MAX_VOLUME,
        native_step=1,
        mode=NumberMode.SLIDER,
        needs_lock=True,
        supported_fn=lambda data: Feature.SOUND_VOLUME in data.features and data.ekey.may_manage,
        value_fn=lambda data: data.settings.switches.volume if data.settings.switches else None,
        set_fn=_set_volume,
    ),
    LockNumberDescription(
        key="left_open_delay",
        translation_key="left_open_delay",
        device_class=NumberDeviceClass.DURATION,
        entity_category=EntityCategory.CONFIG,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        native_min_value=0,
        native_max_value=900,
        native_step=1,
        mode=NumberMode.BOX,
        needs_lock=True,
        supported_fn=lambda data: (
            Feature.LEFT_OPEN_ALERT in data.features and data.ekey.may_manage and data.settings.door_sensor is not None
        ),
        value_fn=lambda data: data.settings.door_sensor.left_open_seconds if data.settings.door_sensor else None,
        set_fn=lambda lock, seconds: lock.upkeep.async_set_left_open_delay(seconds),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the numbers of an account's locks."""
    async_add_lock_entities(entry, async_add_entities, NUMBERS, LockNumber)


class LockNumber(TTLockEntity, NumberEntity):
    """A number that a lock is set to."""

    entity_description: LockNumberDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the number, None when it is not known."""
        return self.entity_description.value_fn(self.facts)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the number at the lock."""
        if isnan(value):
            # It is neither below the range nor above it, which is all that Home Assistant looks at.
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_a_number")
        await self.async_run(self.entity_description.set_fn(self.coordinator, int(value)))
