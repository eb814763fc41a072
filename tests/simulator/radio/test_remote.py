"""The air of another process behind the Bluetooth stack of Home Assistant, as the demo has it."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import bleak_retry_connector
from bleak_retry_connector import BleakOutOfConnectionSlotsError, establish_connection
from homeassistant.components import bluetooth
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
import pytest

from simulator import World
from simulator.demo import virtual_radio
from simulator.radio import acts, remote
from simulator.radio.air import Air
from simulator.radio.codec import build
from simulator.radio.lockradio import LockRadio
from simulator.radio.peripheral import MODEL, NOTIFY, WRITE, LinkLost, NotInRange
from simulator.radio.remote import RemoteAir
from simulator.radio.socket import RadioServer


@pytest.fixture
async def server(world: World, socket_enabled: None) -> AsyncGenerator[RadioServer]:
    server = RadioServer(Air(world))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def air(server: RadioServer) -> Air:
    return server.air


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110  # the other end of a socket
            await asyncio.sleep(0.001)


def flags(hass: HomeAssistant, radio: LockRadio) -> int | None:
    info = bluetooth.async_last_service_info(hass, radio.address)
    return None if info is None else info.manufacturer_data[773][1]


async def test_home_assistant_hears_and_talks_to_a_lock_of_another_process(
    hass: HomeAssistant, enable_bluetooth: None, server: RadioServer, air: Air, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "SCAN_SECONDS", 0.01)
    radio = air.lock("front_door")
    assert await virtual_radio.async_setup(hass, {"virtual_radio": {"port": server.port, "slots": 1}})
    await until(lambda: flags(hass, radio) == 0)
    radio.lock.enter_code("48151623")
    await until(lambda: flags(hass, radio) == 3)
    new = air.out_of_the_box()
    new.touch()
    await until(lambda: flags(hass, new) == 12)

    device = bluetooth.async_ble_device_from_address(hass, radio.address, connectable=True)
    assert device is not None
    gone: list[object] = []
    client = await establish_connection(
        bleak_retry_connector.BleakClientWithServiceCache, device, radio.name, gone.append, max_attempts=1
    )
    assert bytes(await client.read_gatt_char(MODEL)) == b"SN9206_PV53"
    heard: list[bytes] = []
    await client.start_notify(NOTIFY, lambda _, data: heard.append(bytes(data)))
    await client.write_gatt_char(WRITE, build(radio.header, 0x34, b""), response=False)
    await until(lambda: len(heard) == 2)
    other = bluetooth.async_ble_device_from_address(hass, air.lock("garden_gate").address, connectable=True)
    assert other is not None
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_OUT_OF_SLOTS_BACKOFF_TIME", 0)
    with pytest.raises(BleakOutOfConnectionSlotsError):
        await establish_connection(
            bleak_retry_connector.BleakClientWithServiceCache, other, "garden gate", max_attempts=1
        )
    acts.change(air, {"lock": "front_door", "drop": True})
    await until(lambda: gone)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()


async def test_a_link_to_another_process_ends_with_it(server: RadioServer, air: Air) -> None:
    far = RemoteAir(server.port)
    far.open()
    await until(far.radios)
    radio = next(radio for radio in far.radios() if radio.address == air.lock("front_door").address)
    link = await radio.connect()
    gone: list[bool] = []
    link.on_disconnect = lambda: gone.append(True)
    assert radio.advertisement() is None and far.linked() == [radio.address]
    with pytest.raises(NotInRange):
        await radio.connect()
    await server.stop()
    await until(lambda: gone)
    with pytest.raises(LinkLost):
        await link.read(MODEL)
    with pytest.raises(NotInRange):
        await radio.connect()
    assert far.linked() == []
    await far.close()


async def test_a_radio_is_acted_on_from_outside(air: Air) -> None:
    radio = air.lock("front_door")
    link = await radio.connect()
    acts.change(air, {"in_range": False, "rssi": -90})
    assert not link.connected and {other.rssi for other in air.radios()} == {-90}
    with pytest.raises(NotInRange):
        await radio.connect()
    acts.change(air, {"lock": radio.address, "in_range": True, "pace": {"interval": 0.015}, "lost_connections": 1})
    acts.change(air, {"lock": "front_door", "fault": {"kind": "drop", "to_lock": True, "opcode": 0x47, "byte": 31}})
    assert radio.pace.interval == 0.015 and radio.fidelity.lost_connections == 1
    assert acts.state(air)["radios"]["front_door"]["faults"] == 1
    assert acts.state(air)["radios"]["front_door"]["links"] == 1
    acts.clear(air)
    assert not radio.faults.waiting and radio.fidelity.lost_connections == 0
    new = acts.unpack(air, {"mac": "16:72:4C:00:00:F2", "key": "shed"})["radios"]["shed"]
    assert (new["address"], new["owned"]) == ("16:72:4C:00:00:F2", False)
    assert acts.change(air, {"lock": "shed", "touch": True})["radios"]["shed"]["setting_mode"]
    with pytest.raises(KeyError):
        acts.change(air, {"lock": "attic"})
