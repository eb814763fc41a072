"""Settings of a lock that are on or off.

All are configuration: a switch without category would be offered to every voice assistant, and passage mode opens
the door (voice-and-automation.md 1, fact 3).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client import Feature
from .client.settings import LockSwitches
from .coordinator import TTLockConfigEntry
from .data import LockData
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities
from .lock_coordinator import LockCoordinator
from .plans import described

PARALLEL_UPDATES = 0

DEFAULT_AUTO_LOCK_SECONDS = 10
"""Delay for a lock whose earlier delay nobody knows."""


@dataclass(frozen=True, kw_only=True)
class LockSwitchDescription(LockEntityDescription, SwitchEntityDescription):
    """Describe a setting of a lock."""

    is_on_fn: Callable[[LockData], bool | None]
    set_fn: Callable[[LockCoordinator, bool], Awaitable[None]]
    attributes_fn: Callable[[LockData], dict[str, Any] | None] = lambda data: None


def _manageable(feature: Feature) -> Callable[[LockData], bool]:
    return lambda data: feature in data.features and data.ekey.may_manage


def _plan(data: LockData) -> dict[str, Any] | None:
    """Return the windows in which passage mode holds the door while it is on."""
    return {"periods": described(data.settings.passage.periods)} if data.settings.passage else None


def _auto_lock_on(data: LockData) -> bool | None:
    seconds = data.settings.auto_lock_seconds
    return None if seconds is None else seconds > 0


async def _set_auto_lock(lock: LockCoordinator, on: bool) -> None:
    remembered = lock.data.settings.remembered_auto_lock or DEFAULT_AUTO_LOCK_SECONDS
    await lock.upkeep.async_set_auto_lock(remembered if on else 0)


def _shown(read: Callable[[LockSwitches], bool | None]) -> Callable[[LockData], bool | None]:
    return lambda data: read(data.settings.switches) if data.settings.switches else None


async def _set_frozen(lock: LockCoordinator, on: bool) -> None:
    settings = lock.account.cloud.settings
    command = settings.freeze(lock.lock_id) if on else settings.unfreeze(lock.lock_id)
    await lock.upkeep.async_set_switch(command, lambda switches: replace(switches, frozen=on))


SWITCHES = (
    LockSwitchDescription(
        key="passage_mode",
        translation_key="passage_mode",
        entity_category=EntityCategory.CONFIG,
        needs_lock=True,
        supported_fn=_manageable(Feature.PASSAGE_MODE),
        is_on_fn=lambda data: data.settings.passage.enabled if data.settings.passage else None,
        set_fn=lambda lock, on: lock.upkeep.async_switch_passage_mode(on),
        attributes_fn=_plan,
    ),
    LockSwitchDescription(
        key="autolock",
        translation_key="auto_lock",
        entity_category=EntityCategory.CONFIG,
        needs_lock=True,
        supported_fn=_manageable(Feature.AUTO_LOCK),
        is_on_fn=_auto_lock_on,
        set_fn=_set_auto_lock,
    ),
    LockSwitchDescription(
        key="locksound",
        translation_key="sound",
        entity_category=EntityCategory.CONFIG,
        needs_lock=True,
        supported_fn=_manageable(Feature.SOUND),
        is_on_fn=lambda data: data.settings.sound,
        set_fn=lambda lock, on: lock.upkeep.async_set_sound(on),
    ),
    LockSwitchDescription(
        key="privacy_lock",
        translation_key="privacy_lock",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        needs_lock=True,
        supported_fn=_manageable(Feature.PRIVACY_LOCK),
        is_on_fn=_shown(lambda switches: switches.privacy_lock),
        set_fn=lambda lock, on: lock.upkeep.async_set_switch(
            lock.account.cloud.settings.set_privacy_lock(lock.lock_id, on),
            lambda switches: replace(switches, privacy_lock=on),
        ),
    ),
    LockSwitchDescription(
        key="tamper_alert",
        translation_key="tamper_alert",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        needs_lock=True,
        supported_fn=_manageable(Feature.TAMPER_ALERT),
        is_on_fn=_shown(lambda switches: switches.tamper_alert),
        set_fn=lambda lock, on: lock.upkeep.async_set_switch(
            lock.account.cloud.settings.set_tamper_alert(lock.lock_id, on),
            lambda switches: replace(switches, tamper_alert=on),
        ),
    ),
    LockSwitchDescription(
        key="reset_button",
        translation_key="reset_button",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        needs_lock=True,
        supported_fn=_manageable(Feature.RESET_BUTTON),
        is_on_fn=_shown(lambda switches: switches.reset_button),
        set_fn=lambda lock, on: lock.upkeep.async_set_switch(
            lock.account.cloud.settings.set_reset_button(lock.lock_id, on),
            lambda switches: replace(switches, reset_button=on),
        ),
    ),
    LockSwitchDescription(
        key="dual_verification",
        translation_key="dual_verification",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        needs_lock=True,
        supported_fn=_manageable(Feature.DUAL_VERIFICATION),
        is_on_fn=_shown(lambda switches: switches.dual_verification),
        set_fn=lambda lock, on: lock.upkeep.async_set_switch(
            lock.account.cloud.settings.set_dual_verification(lock.lock_id, on),
            lambda switches: replace(switches, dual_verification=on),
        ),
    ),
    LockSwitchDescription(
        key="frozen",
        translation_key="frozen",
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=False,
        needs_lock=True,
        supported_fn=_manageable(Feature.FREEZE),
        is_on_fn=_shown(lambda switches: switches.frozen),
        set_fn=_set_frozen,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the settings of an account's locks."""
    async_add_lock_entities(entry, async_add_entities, SWITCHES, LockSwitch)


class LockSwitch(TTLockEntity, SwitchEntity):
    """A setting of a lock."""

    entity_description: LockSwitchDescription
    _unrecorded_attributes = frozenset({"periods"})

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what else there is to the setting."""
        return self.entity_description.attributes_fn(self.facts)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the setting, None when it is not known."""
        return self.entity_description.is_on_fn(self.facts)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch the setting on."""
        await self.async_run(self.entity_description.set_fn(self.coordinator, True))

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch the setting off."""
        await self.async_run(self.entity_description.set_fn(self.coordinator, False))
