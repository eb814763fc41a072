"""How well Home Assistant's own Bluetooth hears a lock: whether a proxy beside it would help."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components import bluetooth
from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.core import callback

from .entity import LockEntityDescription, TTLockEntity


@dataclass(frozen=True, kw_only=True)
class BluetoothSignalDescription(LockEntityDescription, SensorEntityDescription):
    """Describe the sensor."""


class BluetoothSignal(TTLockEntity, SensorEntity):
    """Signal of the last advertisement heard by an adapter or proxy."""

    entity_description: BluetoothSignalDescription
    _rssi: int | None = None
    _heard_by: str | None = None

    @property
    @override
    def available(self) -> bool:
        """Return True: hearing nothing is a reading too."""
        return True

    @property
    @override
    def native_value(self) -> int | None:
        """Return the signal in dBm, None when the lock is not heard."""
        return self._rssi

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return which adapter or proxy heard the lock."""
        return {"source": self._heard_by} if self._heard_by else None

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the advertisements of the lock."""
        await super().async_added_to_hass()
        address = self.facts.ekey.mac.upper()

        @callback
        def heard(info: bluetooth.BluetoothServiceInfoBleak, change: bluetooth.BluetoothChange) -> None:
            self._rssi, self._heard_by = info.rssi, info.source
            self.async_write_ha_state()

        @callback
        def lost(info: bluetooth.BluetoothServiceInfoBleak) -> None:
            self._rssi = self._heard_by = None
            self.async_write_ha_state()

        matcher = bluetooth.BluetoothCallbackMatcher(address=address, connectable=False)
        self.async_on_remove(
            bluetooth.async_register_callback(self.hass, heard, matcher, bluetooth.BluetoothScanningMode.PASSIVE)
        )
        self.async_on_remove(bluetooth.async_track_unavailable(self.hass, lost, address, connectable=False))
