"""Which locks an action is meant for."""

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids

from .const import DOMAIN
from .coordinator import TTLockConfigEntry
from .lock_coordinator import LockCoordinator

LOCK_SUFFIX = "-lock"


async def async_target_locks(hass: HomeAssistant, call: ServiceCall) -> dict[str, LockCoordinator]:
    """Return the targeted locks by the id of their lock entity.

    Works for locks that cannot be reached too: their passcodes can still be listed. Raises ServiceValidationError for
    a named entity that is not a lock of ours, and when nothing of ours is meant.
    """
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(call.data))
    locks: dict[str, LockCoordinator] = {}
    for entity_id in sorted(selected.referenced | selected.indirectly_referenced):
        lock = _lock_of(hass, entity_id)
        if lock is not None:
            locks[entity_id] = lock
        elif entity_id in selected.referenced:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="not_our_lock",
                translation_placeholders={"entity_id": entity_id},
            )
    missing = selected.missing_devices | selected.missing_areas | selected.missing_floors | selected.missing_labels
    if missing or not locks:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="target_missing" if missing else "no_lock_targeted",
            translation_placeholders={"target": ", ".join(sorted(missing))},
        )
    await _async_check_control(hass, call, locks)
    return locks


async def async_may_see_secrets(hass: HomeAssistant, call: ServiceCall) -> bool:
    """Return whether the caller may read passcodes: an administrator, or an automation, which has no user."""
    if call.context.user_id is None:
        return True
    user = await hass.auth.async_get_user(call.context.user_id)
    return user is not None and user.is_admin


def _lock_of(hass: HomeAssistant, entity_id: str) -> LockCoordinator | None:
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.platform != DOMAIN or entity.domain != Platform.LOCK or not entity.config_entry_id:
        return None
    entry: TTLockConfigEntry | None = hass.config_entries.async_get_entry(entity.config_entry_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="account_not_loaded",
            translation_placeholders={"entity_id": entity_id},
        )
    lock_id = entity.unique_id.removeprefix(f"{DOMAIN}-").removesuffix(LOCK_SUFFIX)
    return entry.runtime_data.locks.get(int(lock_id)) if lock_id.isdigit() else None


async def _async_check_control(hass: HomeAssistant, call: ServiceCall, locks: dict[str, LockCoordinator]) -> None:
    if call.context.user_id is None:
        return
    user = await hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    for entity_id in locks:
        if not user.permissions.check_entity(entity_id, POLICY_CONTROL):
            raise Unauthorized(context=call.context, entity_id=entity_id, permission=POLICY_CONTROL)
