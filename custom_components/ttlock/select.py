"""Where the door of a lock opens to."""

from dataclasses import dataclass, replace
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Feature
from .client.settings import OpenDirection
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities

PARALLEL_UPDATES = 0

DIRECTIONS = {direction.name.lower(): direction for direction in OpenDirection}


@dataclass(frozen=True, kw_only=True)
class LockSelectDescription(LockEntityDescription, SelectEntityDescription):
    """Describe a choice that a lock is set to."""


SELECTS = (
    LockSelectDescription(
        key="open_direction",
        translation_key="open_direction",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        options=list(DIRECTIONS),
        needs_lock=True,
        supported_fn=lambda data: Feature.OPEN_DIRECTION in data.features and data.ekey.may_manage,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the choices of an account's locks."""
    async_add_lock_entities(entry, async_add_entities, SELECTS, OpenDirectionSelect)


class OpenDirectionSelect(TTLockEntity, SelectEntity):
    """Where the door opens to, which the lock has to know to throw its bolt right."""

    entity_description: LockSelectDescription

    @property
    @override
    def current_option(self) -> str | None:
        """Return the direction, None when it is not known."""
        switches = self.facts.settings.switches
        return switches.open_direction.name.lower() if switches and switches.open_direction else None

    @override
    async def async_select_option(self, option: str) -> None:
        """Tell the lock where its door opens to."""
        direction = DIRECTIONS[option]
        settings = self.coordinator.account.cloud.settings
        command = settings.set_open_direction(self.coordinator.lock_id, direction)
        change = self.coordinator.upkeep.async_set_switch(
            command, lambda switches: replace(switches, open_direction=direction)
        )
        await self.async_run(change)
