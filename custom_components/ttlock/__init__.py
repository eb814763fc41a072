"""TTLock locks in Home Assistant."""

import asyncio

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryNotReady,
    ImplementationUnavailableError,
    UnknownImplementationError,
)
from homeassistant.helpers import config_validation as cv, device_registry as dr, entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .account import async_create_client
from .application_quota import async_flush_quotas, async_quota
from .blueprint_shelf import async_blueprint_shelf
from .bluetooth_stack import async_end_of
from .client.errors import TTLockError
from .client.roads.no_cloud import LocalClient
from .const import COMMANDS_END_SECONDS, CONF_KIND, CONF_TOKEN, DOMAIN, LOGGER
from .coordinator import AccountCoordinator, TTLockConfigEntry
from .details import Details
from .fact_store import FactStore
from .grant_keeper import async_remove_grants
from .inventory_store import InventoryStore
from .key_store import KeyStore
from .local_tables import LocalTables
from .log_store import LogStore
from .push import async_hub
from .push_address import async_release_address
from .push_state import async_remove_push
from .repair_issues import async_follow_entries, async_remove_issues
from .services import async_setup_services
from .settings_store import SettingsStore
from .standalone_doors import identifier
from .take_over import async_take_over
from .user_store import async_remove_users
from .voice.sentences import async_remove as async_remove_sentences

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TODO,
    Platform.UPDATE,
]
MINOR_VERSION = 2


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, which exist whether or not an account is loaded."""
    async_setup_services(hass)
    async_follow_entries(hass)
    async_end_of(hass)
    async_at_started(hass, _async_update_blueprints)
    return True


async def _async_update_blueprints(hass: HomeAssistant) -> None:
    await async_blueprint_shelf(hass).async_update()


async def async_setup_entry(hass: HomeAssistant, entry: TTLockConfigEntry) -> bool:
    """Set up an account, or locks without any."""
    if entry.data.get(CONF_KIND):
        return await _async_setup_local(hass, entry)
    try:
        cloud, quota = await async_create_client(hass, entry)
    except UnknownImplementationError as err:
        raise ConfigEntryAuthFailed(translation_domain=DOMAIN, translation_key="application_missing") from err
    except ImplementationUnavailableError as err:
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key="application_unavailable") from err
    account = AccountCoordinator(hass, entry, cloud, quota)
    # The plan that the user has named counts from the first call on.
    quota.async_join(account)
    await account.async_config_entry_first_refresh()
    await _async_identify(hass, entry, account)
    locks = {lock.ekey.mac.upper(): lock_id for lock_id, lock in account.data.locks.items()}
    await async_take_over(hass, entry, locks)
    entry.runtime_data = account
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    hub = async_hub(hass)
    hub.async_join(account)
    entry.async_on_unload(lambda: hub.async_leave(account))
    entry.async_on_unload(hass.bus.async_listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, account.issues.async_device_changed))
    account.async_start()
    return True


async def _async_setup_local(hass: HomeAssistant, entry: TTLockConfigEntry) -> bool:
    """Set up locks whose keys are all that is known of them."""
    kept = LocalTables(hass, entry.entry_id)
    await kept.async_load()
    client = LocalClient(async_get_clientsession(hass), lambda: account.keys, kept.tables)
    # Nothing is ever counted in it: no call is made.
    account = AccountCoordinator(hass, entry, client, await async_quota(hass, entry.entry_id))
    await account.async_config_entry_first_refresh()
    entry.runtime_data = account
    entry.async_on_unload(kept.async_flush)
    entry.async_on_unload(account.keys.async_listen(lambda lock_id: _forget_tables(account, kept, lock_id)))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    account.async_start()
    return True


def _forget_tables(account: AccountCoordinator, kept: LocalTables, lock_id: int) -> None:
    """Forget what was on a lock that is gone."""
    if account.keys.get(lock_id) is None:
        kept.tables.forget(lock_id)


async def async_unload_entry(hass: HomeAssistant, entry: TTLockConfigEntry) -> bool:
    """Unload an account, once the commands that are under way have told what became of them.

    Home Assistant reloads by itself half a minute after an entity was enabled.
    """
    if commands := set[asyncio.Future[None]]().union(*(lock.under_way for lock in entry.runtime_data.locks.values())):
        await asyncio.wait(commands, timeout=COMMANDS_END_SECONDS)
    await asyncio.gather(*(lock.log.async_close() for lock in entry.runtime_data.locks.values()))
    if unloaded := await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        await entry.runtime_data.settings.async_flush()
        await entry.runtime_data.users.async_flush()
        await entry.runtime_data.details.async_flush()
        await entry.runtime_data.inventory_store.async_flush()
        await entry.runtime_data.keys.async_flush()
        await entry.runtime_data.logs.async_flush()
        await entry.runtime_data.push.async_flush()
        await async_flush_quotas(hass)
        await entry.runtime_data.facts.async_flush()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: TTLockConfigEntry) -> None:
    """Delete what was stored for an account."""
    await SettingsStore(hass, entry.entry_id).async_remove()
    await async_remove_grants(hass, entry.entry_id)
    await async_remove_users(hass, entry.entry_id)
    await Details(hass, entry.entry_id).async_remove()
    await InventoryStore(hass, entry.entry_id).async_remove()
    await KeyStore(hass, entry.entry_id).async_remove()
    await LocalTables(hass, entry.entry_id).async_remove()
    await LogStore(hass, entry.entry_id).async_remove()
    await async_remove_push(hass, entry.entry_id)
    await async_release_address(hass, entry)
    await FactStore(hass, entry.entry_id).async_remove()
    if all(other is entry for other in hass.config_entries.async_entries(DOMAIN)):
        await async_remove_sentences(hass)
    async_remove_issues(hass, entry.entry_id)
    if not hass.config_entries.async_entries(DOMAIN):
        # What is in use or was changed stays.
        await async_blueprint_shelf(hass).async_put(set())


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: TTLockConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Let the user delete a device only when the account does not have it any more."""
    inventory, doors = entry.runtime_data.data, entry.runtime_data.doors.data
    macs = {lock.ekey.mac for lock in inventory.locks.values()} | {item.mac for item in inventory.gateways.values()}
    names = {(DOMAIN, name) for name in (entry.entry_id, *macs)} | {identifier(sensor_id) for sensor_id in doors}
    return not device.identifiers & names


async def async_migrate_entry(hass: HomeAssistant, entry: TTLockConfigEntry) -> bool:
    """Take over an entry of the earlier integration of this domain (compatibility.md 4.5, 4.6).

    The major version stays, so that going back still loads the entry.
    """
    if entry.version > 1:
        return False
    if entry.minor_version < MINOR_VERSION:
        registry = er.async_get(hass)
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
            if entity.unique_id.endswith("-startdebugcapture"):
                registry.async_remove(entity.entity_id)
        _claim_unique_id(hass, entry, entry.data[CONF_TOKEN].get("uid"))
        hass.config_entries.async_update_entry(entry, minor_version=MINOR_VERSION)
    return True


async def _async_identify(hass: HomeAssistant, entry: TTLockConfigEntry, account: AccountCoordinator) -> None:
    """Give an entry of the earlier integration the number of its account, which is asked for once."""
    if entry.unique_id is not None:
        return
    try:
        _claim_unique_id(hass, entry, await account.cloud.account_id())
    except TTLockError as err:
        LOGGER.debug("The number of the account is not known: %s", err)


def _claim_unique_id(hass: HomeAssistant, entry: TTLockConfigEntry, account_id: int | None) -> None:
    """Set the unique id unless another entry has it: two entries for one account may have lived side by side."""
    if account_id is None or entry.unique_id is not None:
        return
    unique_id = str(account_id)
    if not hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, unique_id):
        hass.config_entries.async_update_entry(entry, unique_id=unique_id)
