"""Connections of an adapter or proxy are few: one that is only kept for the next command makes room for another lock."""

from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN


async def async_make_room(hass: HomeAssistant, address: str) -> None:
    """Let a conversation end that nobody uses, if a lock could not be connected to otherwise."""
    full = _full_ways(hass, address)
    if not full:
        return
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        for lock in entry.runtime_data.locks.values():
            if lock.radio.address in full and await lock.radio.async_rest():
                return


@callback
def _full_ways(hass: HomeAssistant, address: str) -> set[str]:
    """Return who holds the connections of everything that hears the lock; nobody when one of them has room."""
    holders: set[str] = set()
    for way in bluetooth.async_scanner_devices_by_address(hass, address, connectable=True):
        allocations = way.scanner.get_allocations()
        if allocations is None or allocations.free:
            return set()
        holders.update(holder.upper() for holder in allocations.allocated)
    return holders
