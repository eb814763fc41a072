"""A lock that was set up with a key alone and that an account brings now: it moves, with its entities and their names."""

from collections.abc import Mapping

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.typing import UNDEFINED

from .const import BLUETOOTH_ENTRY, DOMAIN, LOGGER
from .key_store import KeyStore


async def async_take_over(hass: HomeAssistant, entry: ConfigEntry, locks: Mapping[str, int]) -> None:
    """Move what the entry without account has of these locks, given by address, to the entry of an account.

    Has to be done before the entities of the account are made. The entry without account goes when nothing is left.
    """
    other = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, BLUETOOTH_ENTRY)
    if other is None or other is entry:
        return
    async with other.setup_lock:
        # At a start both are set up at the same time: what is half set up cannot be taken apart.
        pass
    keys = KeyStore(hass, other.entry_id)
    await keys.async_load()
    moved = {number: data.address for number in keys.lock_ids if (data := keys.get(number)) and data.address in locks}
    if not moved:
        return
    LOGGER.debug("%s locks move to the entry of their account", len(moved))
    if was_loaded := other.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(other.entry_id)
        keys = KeyStore(hass, other.entry_id)
        await keys.async_load()
    for number, address in moved.items():
        _move(hass, other, entry, address, f"{DOMAIN}-{number}-", f"{DOMAIN}-{locks[address]}-")
        keys.forget(number)
    await keys.async_flush()
    if not keys.lock_ids:
        hass.async_create_task(hass.config_entries.async_remove(other.entry_id), "ttlock: an empty entry is removed")
    elif was_loaded:
        hass.config_entries.async_schedule_reload(other.entry_id)


@callback
def _move(hass: HomeAssistant, source: ConfigEntry, target: ConfigEntry, address: str, old: str, new: str) -> None:
    entities, devices = er.async_get(hass), dr.async_get(hass)
    for entity in er.async_entries_for_config_entry(entities, source.entry_id):
        unique_id = new + entity.unique_id.removeprefix(old)
        there = entities.async_get_entity_id(entity.domain, DOMAIN, unique_id)
        if entity.unique_id.startswith(old) and there in (None, entity.entity_id):
            changed = UNDEFINED if there else unique_id
            entities.async_update_entity(entity.entity_id, config_entry_id=target.entry_id, new_unique_id=changed)
    for device in dr.async_entries_for_config_entry(devices, source.entry_id):
        if (DOMAIN, address) in device.identifiers:
            devices.async_update_device(device.id, new_config_entry_id=target.entry_id)
