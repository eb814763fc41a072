"""Setting the clock of a lock right."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Feature
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class LockButtonDescription(LockEntityDescription, ButtonEntityDescription):
    """Describe something that a lock does when asked."""


BUTTONS = (
    LockButtonDescription(
        key="set_clock",
        translation_key="set_clock",
        entity_category=EntityCategory.CONFIG,
        needs_lock=True,
        supported_fn=lambda data: Feature.NO_CLOCK not in data.features and data.ekey.may_manage,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the buttons of an account's locks."""
    async_add_lock_entities(entry, async_add_entities, BUTTONS, SetClock)


class SetClock(TTLockEntity, ButtonEntity):
    """Set the clock of the lock right: a clock that runs wrong lets passcodes begin and end at the wrong time."""

    entity_description: LockButtonDescription

    @override
    async def async_press(self) -> None:
        """Set the clock."""
        await self.async_run(self.coordinator.async_set_clock())
