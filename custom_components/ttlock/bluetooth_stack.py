"""Home Assistant's Bluetooth, as the client wants it (home-assistant-conventions.md 3.2, 3.4)."""

from typing import Final

from bleak.backends.device import BLEDevice
import bleak_retry_connector
from bleak_retry_connector import BLEAK_RETRY_EXCEPTIONS, BleakNotFoundError, BleakOutOfConnectionSlotsError
from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant

from .client.ble.link import Stack, StackConnector
from .connection_room import async_make_room

LOOK_SECONDS: Final = 5.0
"""How long is listened actively for a lock of which the first try found no sign."""


def connector_of(hass: HomeAssistant, address: str) -> StackConnector:
    """Return what makes connections to a lock, each on the best path that there is at that moment."""

    async def device(attempt: int) -> BLEDevice | None:
        found = bluetooth.async_ble_device_from_address(hass, address, connectable=True)
        if found is None and attempt:
            await bluetooth.async_request_active_scan(hass, LOOK_SECONDS)
            found = bluetooth.async_ble_device_from_address(hass, address, connectable=True)
        if found is not None:
            await async_make_room(hass, address)
        # Home Assistant takes its class away again when it stops; without it the device means nothing to the stack.
        return None if hass.is_stopping else found

    return StackConnector(
        Stack(
            device=device,
            establish=bleak_retry_connector.establish_connection,
            # Home Assistant puts its own class there when its Bluetooth starts, so it is looked up each time.
            client_class=lambda: bleak_retry_connector.BleakClientWithServiceCache,
            not_found=(BleakNotFoundError,),
            out_of_slots=(BleakOutOfConnectionSlotsError,),
            faults=BLEAK_RETRY_EXCEPTIONS,
        ),
        address,
    )
