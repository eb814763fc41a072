"""A virtual lock behind the whole Bluetooth stack of Home Assistant: only the radio is replaced."""

import asyncio
from collections.abc import Callable

from bleak import BleakClient
import bleak_retry_connector
from bleak_retry_connector import BleakNotFoundError, BleakOutOfConnectionSlotsError, establish_connection
from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant
import pytest

from simulator import World
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner
from simulator.radio.codec import Intake, build, unseal
from simulator.radio.lockradio import LockRadio
from simulator.radio.peripheral import MODEL, NOTIFY, WRITE

pytestmark = pytest.mark.usefixtures("enable_bluetooth")


@pytest.fixture
def air(world: World) -> Air:
    return Air(world, slots=1)


async def client_for(
    hass: HomeAssistant, radio: LockRadio, gone: Callable[[BleakClient], None] | None = None
) -> bleak_retry_connector.BleakClientWithServiceCache:
    device = bluetooth.async_ble_device_from_address(hass, radio.address, connectable=True)
    assert device is not None
    # The class is looked up when it is needed: Home Assistant has put its own there meanwhile.
    return await establish_connection(
        bleak_retry_connector.BleakClientWithServiceCache, device, radio.name, gone, max_attempts=1
    )


async def test_lock_is_discovered_and_talked_to(hass: HomeAssistant, air: Air, monkeypatch: pytest.MonkeyPatch) -> None:
    radio = air.lock("front_door")
    radio.fidelity.idle_seconds = None
    stop = VirtualScanner(air).listen(hass)
    info = bluetooth.async_last_service_info(hass, radio.address)
    assert info is not None and (info.name, info.manufacturer_id) == ("S31_010000", 773)
    assert info.manufacturer_data[773][1] == 0
    radio.lock.enter_code("48151623")
    info = bluetooth.async_last_service_info(hass, radio.address)
    assert info is not None and info.manufacturer_data[773][1] == 3

    client = await client_for(hass, radio)
    assert bytes(await client.read_gatt_char(MODEL)) == b"SN9206_PV53"
    answered = asyncio.Event()
    pieces: list[bytes] = []

    def heard(_: object, data: bytearray) -> None:
        pieces.append(bytes(data))
        if len(pieces) == 2:
            answered.set()

    await client.start_notify(NOTIFY, heard)
    frame = build(radio.header, 0x34, b"")
    await client.write_gatt_char(WRITE, frame, response=False)
    await answered.wait()
    (reply,) = Intake().feed(b"".join(pieces))
    assert unseal(reply.payload, radio.key)[:2] == b"\x34\x01"
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_OUT_OF_SLOTS_BACKOFF_TIME", 0)
    with pytest.raises(BleakOutOfConnectionSlotsError):
        await client_for(hass, air.lock("garden_gate"))
    await client.disconnect()
    stop()


async def test_link_that_breaks_is_told(hass: HomeAssistant, air: Air) -> None:
    radio = air.lock("front_door")
    stop = VirtualScanner(air).listen(hass)
    gone: list[object] = []
    client = await client_for(hass, radio, gone.append)
    assert radio.link is not None
    radio.link.drop()
    assert len(gone) == 1 and not client.is_connected
    radio.in_range = False
    with pytest.raises((BleakNotFoundError, bleak_retry_connector.BleakConnectionError)):
        await client_for(hass, radio)
    stop()
