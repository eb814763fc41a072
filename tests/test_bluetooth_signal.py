"""The signal at which Home Assistant's own Bluetooth hears a lock."""

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bluetooth_data_tools import monotonic_time_coarse
from habluetooth import BluetoothServiceInfoBleak
from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import World

from .conftest import setup
from .test_lock import Find, state_of

pytestmark = pytest.mark.locks("front_door")


def _hear(hass: HomeAssistant, address: str, rssi: int) -> None:
    """Let the Bluetooth manager hear an advertisement."""
    advertisement = AdvertisementData("S31", {}, {}, [], None, rssi, ())
    bluetooth.async_get_advertisement_callback(hass)(
        BluetoothServiceInfoBleak(
            name="S31",
            address=address,
            rssi=rssi,
            manufacturer_data={},
            service_data={},
            service_uuids=[],
            source="local",
            device=BLEDevice(address, "S31", {}),
            advertisement=advertisement,
            connectable=False,
            time=monotonic_time_coarse(),
            tx_power=None,
            raw=None,
        )
    )


async def test_the_signal_of_the_last_advertisement_is_shown(
    hass: HomeAssistant,
    enable_bluetooth: None,
    all_enabled: None,
    entry: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    await setup(hass, entry)
    signal = entity_id("sensor", "front_door", "lockblesignal")
    assert state_of(hass, signal).state == "unknown"
    _hear(hass, world.lock("front_door").mac.upper(), -67)
    await hass.async_block_till_done()
    assert state_of(hass, signal).state == "-67"
    assert state_of(hass, signal).attributes["source"] == "local"
