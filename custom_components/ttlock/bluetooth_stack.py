"""Home Assistant's Bluetooth, as the client wants it (home-assistant-conventions.md 3.2, 3.4)."""

import asyncio
from typing import Final
from weakref import WeakKeyDictionary

from bleak.backends.device import BLEDevice
import bleak_retry_connector
from bleak_retry_connector import BLEAK_RETRY_EXCEPTIONS, BleakNotFoundError, BleakOutOfConnectionSlotsError
from homeassistant.components import bluetooth
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback

from .client.ble.link import Stack, StackConnector
from .connection_room import async_make_room

ENDS: Final[WeakKeyDictionary[HomeAssistant, asyncio.Event]] = WeakKeyDictionary()
"""What is set once a Home Assistant stops."""
LOOK_SECONDS: Final = 5.0
"""How long is listened actively for a lock of which the first try found no sign."""


def connector_of(hass: HomeAssistant, address: str) -> StackConnector:
    """Return what makes connections to a lock, each on the best path that there is at that moment."""
    ended = async_end_of(hass)

    async def device(attempt: int) -> BLEDevice | None:
        found = bluetooth.async_ble_device_from_address(hass, address, connectable=True)
        if found is None and attempt:
            await bluetooth.async_request_active_scan(hass, LOOK_SECONDS)
            found = bluetooth.async_ble_device_from_address(hass, address, connectable=True)
        if found is not None:
            await async_make_room(hass, address)
        # Home Assistant takes its class away again when it stops; without it the device means nothing to the stack.
        return None if ended.is_set() else found

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


@callback
def async_end_of(hass: HomeAssistant) -> asyncio.Event:
    """Return what is set once Home Assistant stops: what it calls its state after that is the same as before its start.

    Has to be asked for once before that, when the integration is set up.
    """
    if (ended := ENDS.get(hass)) is None:
        end = ended = ENDS[hass] = asyncio.Event()

        @callback
        def stop(event: Event) -> None:
            end.set()

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop)
    return ended
