"""A lock of Xiaomi on the air, heard by Home Assistant's own xiaomi_ble (xiaomi-viomi-lock.md 3 and 4)."""

from collections.abc import AsyncGenerator
from itertools import count
from typing import Final

from bluetooth_data_tools import monotonic_time_coarse
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from homeassistant.components.bluetooth import BaseHaRemoteScanner, BluetoothScanningMode, async_register_scanner
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

ADDRESS: Final = "F0:5E:CD:00:0B:01"
KEY: Final = bytes(range(16))
MIBEACON: Final = "0000fe95-0000-1000-8000-00805f9b34fb"
PRODUCT: Final = bytes.fromhex("390e")
"""XMZNMS08LM."""
EXTENDED_COUNTER: Final = bytes.fromhex("010000")
AT: Final = "c0938868"
"""The time in events, which nobody looks at."""
SAYS: Final = {
    "fingerprint 3 outside": f"0b00092003000180{AT}",
    "face 5 outside": f"0b00092005000680{AT}",
    "mechanical key outside": f"0b000930ffffffff{AT}",
    "duress, fingerprint 9": f"0b00098009000180{AT}",
    "by hand inside": f"0b0009a400000000{AT}",
    "locked": f"0b0009b100000000{AT}",
    "wrong codes": f"0b0009ff0000dec0{AT}",
    "duress alarm": f"0b0009ff0d00dec0{AT}",
    "armed": "08000101",
    "door opened": f"07000500{AT}",
    "door closed": "07000101",
    "pried": "07000104",
    "finger not matched": "060005ffffffff01",
    "battery 87": "0a100157",
    "battery 15": "0a10010f",
}
"""What the lock can say: object, length, data (section 4)."""


def frame(says: str, counter: int) -> str:
    """Return how the lock advertises something (section 3.1), in hexadecimal."""
    head = bytes([counter])
    address = bytes.fromhex(ADDRESS.replace(":", ""))[::-1]
    nonce = address + PRODUCT + head + EXTENDED_COUNTER
    sealed = AESCCM(KEY, tag_length=4).encrypt(nonce, bytes.fromhex(SAYS[says]), b"\x11")
    return (b"\x48\x55" + PRODUCT + head + sealed[:-4] + EXTENDED_COUNTER + sealed[-4:]).hex()


class MiLock(BaseHaRemoteScanner):
    """The lock, and the Bluetooth proxy beside it that only listens."""

    def __init__(self) -> None:
        """Have said nothing yet."""
        super().__init__("02:00:5E:00:53:B2", "Hall", None, False, current_mode=BluetoothScanningMode.PASSIVE)
        self._counter = count(1)
        self.last = ""
        """The newest frame."""

    def say(self, what: str) -> None:
        """Tell something new."""
        self.last = frame(what, next(self._counter) % 256)
        self.hear(self.last)

    def idle(self) -> None:
        """Tell that it is there."""
        address = bytes.fromhex(ADDRESS.replace(":", ""))[::-1]
        self.hear(f"1055390e{next(self._counter) % 256:02x}{address.hex()}")

    def hear(self, service_data: str) -> None:
        """Have the proxy hear a frame."""
        data = {MIBEACON: bytes.fromhex(service_data)}
        self._async_on_advertisement(ADDRESS, -60, "Lock", [], data, {}, None, {}, monotonic_time_coarse())


@pytest.fixture
async def mi_lock(hass: HomeAssistant, enable_bluetooth: None) -> AsyncGenerator[MiLock]:
    """Return the lock; Home Assistant knows its key."""
    lock = MiLock()
    stops = [async_register_scanner(hass, lock), lock.async_setup()]
    entry = MockConfigEntry(domain="xiaomi_ble", unique_id=ADDRESS, data={"bindkey": KEY.hex()}, title="Lock")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    yield lock
    await hass.config_entries.async_unload(entry.entry_id)
    for stop in reversed(stops):
        stop()
