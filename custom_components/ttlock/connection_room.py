"""Connections of an adapter or proxy are few: one that is only kept for the next command makes room for another lock."""

import asyncio
import time
from typing import Final

from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN

LOOK_SECONDS: Final = 0.1
PATIENCE_SECONDS: Final = 3.0
"""Others of Home Assistant may hold the connections for long; whether they do is for the stack to find out."""


async def async_make_room(hass: HomeAssistant, address: str) -> None:
    """Let a conversation end that nobody uses, if a lock could not be connected to otherwise."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while full := _full_ways(hass, address):
        for entry in hass.config_entries.async_loaded_entries(DOMAIN):
            for lock in entry.runtime_data.locks.values():
                if lock.radio.address in full and await lock.radio.async_rest():
                    return
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(LOOK_SECONDS)


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
