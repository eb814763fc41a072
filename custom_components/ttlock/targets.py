"""Which locks, gateways or account an action is meant for."""

from contextlib import suppress
from dataclasses import dataclass

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError, Unauthorized, UnknownUser
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import SelectedEntities, TargetSelection, async_extract_referenced_entity_ids

from .client.models import Gateway
from .const import DOMAIN
from .coordinator import AccountCoordinator, TTLockConfigEntry
from .lock_coordinator import LockCoordinator

LOCK_SUFFIX = "-lock"
GATEWAY_PREFIX = f"{DOMAIN}-gateway-"


@dataclass(frozen=True)
class TargetGateway:
    """A gateway that an action is meant for, with its account."""

    account: AccountCoordinator
    gateway: Gateway

    @property
    def name(self) -> str:
        """Return its name, for errors."""
        return self.gateway.name

    @property
    def config_entry(self) -> TTLockConfigEntry:
        """Return the entry of its account."""
        return self.account.config_entry


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
            raise _not_ours(entity_id)
    _require_existing(selected)
    if not locks:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_lock_targeted")
    await _async_check_control(hass, call, locks)
    return locks


async def async_target_or_all_locks(hass: HomeAssistant, call: ServiceCall) -> dict[str, LockCoordinator]:
    """Return the targeted locks, or without a target all that an account is an administrator of."""
    if any(str(key) in call.data for key in cv.ENTITY_SERVICE_FIELDS):
        return await async_target_locks(hass, call)
    locks = {
        entity_id: lock
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        for lock_id, lock in entry.runtime_data.locks.items()
        if lock.data.ekey.may_manage and (entity_id := lock_entity_id(hass, lock_id))
    }
    if not locks:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_lock_targeted")
    await _async_check_control(hass, call, locks)
    return locks


def async_target_gateways(hass: HomeAssistant, call: ServiceCall) -> dict[str, TargetGateway]:
    """Return the targeted gateways by the id of their connectivity entity; `gateway_id` names them by number.

    Raises ServiceValidationError for what is named and is no gateway of ours, and when nothing of ours is meant. For
    actions of administrators, who may control everything.
    """
    known: dict[str, TargetGateway] = {}
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        account: AccountCoordinator = entry.runtime_data
        for gateway in account.data.gateways.values():
            known[f"{GATEWAY_PREFIX}{gateway.gateway_id}"] = TargetGateway(account, gateway)
    registry = er.async_get(hass)
    # Connectivity is a diagnostic entity, which a device or area otherwise does not stand for.
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(call.data), primary_entities_only=False)
    found: dict[str, TargetGateway] = {}
    for entity_id in sorted(selected.referenced | selected.indirectly_referenced):
        entity = registry.async_get(entity_id)
        if entity and entity.platform == DOMAIN and entity.unique_id in known:
            found[entity_id] = known[entity.unique_id]
        elif entity_id in selected.referenced:
            raise _no_gateway_of_ours(entity_id)
    for gateway_id in call.data.get("gateway_id", ()):
        unique_id = f"{GATEWAY_PREFIX}{gateway_id}"
        if unique_id not in known:
            raise _no_gateway_of_ours(str(gateway_id))
        connectivity = registry.async_get_entity_id(Platform.BINARY_SENSOR, DOMAIN, unique_id)
        found[connectivity or str(gateway_id)] = known[unique_id]
    _require_existing(selected)
    if not found:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_gateway_targeted")
    return found


def lock_entity_id(hass: HomeAssistant, lock_id: int) -> str | None:
    """Return the lock entity of a lock."""
    return er.async_get(hass).async_get_entity_id(Platform.LOCK, DOMAIN, f"{DOMAIN}-{lock_id}{LOCK_SUFFIX}")


async def async_named_lock(hass: HomeAssistant, call: ServiceCall, entity_id: str) -> LockCoordinator:
    """Return the lock that a field of an action names; ServiceValidationError for anything that is no lock of ours."""
    lock = _lock_of(hass, entity_id)
    if lock is None:
        raise _not_ours(entity_id)
    await _async_check_control(hass, call, {entity_id: lock})
    return lock


async def async_may_see_secrets(hass: HomeAssistant, call: ServiceCall) -> bool:
    """Return whether the caller may read passcodes: an administrator, or an automation, which has no user."""
    return await async_is_trusted(hass, call.context)


async def async_is_trusted(hass: HomeAssistant, context: Context | None) -> bool:
    """Return whether something is done by an administrator, or by an automation, which has no user."""
    if context is None or context.user_id is None:
        return True
    user = await hass.auth.async_get_user(context.user_id)
    return user is not None and user.is_admin


def _require_existing(selected: SelectedEntities) -> None:
    missing = selected.missing_devices | selected.missing_areas | selected.missing_floors | selected.missing_labels
    if missing:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="target_missing",
            translation_placeholders={"target": ", ".join(sorted(missing))},
        )


def _no_gateway_of_ours(named: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key="not_our_gateway", translation_placeholders={"gateway": named}
    )


def loaded_lock(hass: HomeAssistant, entity_id: str) -> LockCoordinator | None:
    """Return the lock of a lock entity, None for any other, and while its account is not loaded."""
    with suppress(ServiceValidationError):
        return _lock_of(hass, entity_id)
    return None


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


def _not_ours(entity_id: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_our_lock",
        translation_placeholders={"entity_id": entity_id},
    )


async def _async_check_control(hass: HomeAssistant, call: ServiceCall, locks: dict[str, LockCoordinator]) -> None:
    if call.context.user_id is None:
        return
    user = await hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    for entity_id in locks:
        if not user.permissions.check_entity(entity_id, POLICY_CONTROL):
            raise Unauthorized(context=call.context, entity_id=entity_id, permission=POLICY_CONTROL)
