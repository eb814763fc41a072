"""The virtual locks for bleak, and for the Bluetooth of a running Home Assistant.

The only module of the world that knows either; nothing else in it imports this one. Whoever writes a client for a real
lock gets a class that bleak takes for the operating system, and below Home Assistant a scanner like one of a Bluetooth
proxy: nothing is replaced but the radio.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Protocol, override

from bleak import BleakClient
from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakError
from bleak_retry_connector.bluez import Allocations
from bluetooth_data_tools import monotonic_time_coarse
from homeassistant.components.bluetooth import (
    BaseHaRemoteScanner,
    BluetoothScanningMode,
    HaBluetoothConnector,
    async_register_scanner,
)
from homeassistant.core import HomeAssistant

from .peripheral import Connection, NoSlot, Peripheral, RadioError, Service

SOURCE = "02:00:5E:00:53:B1"
"""The address of the adapter that hears the virtual locks."""
MTU = 23
_CLIENT_CHARACTERISTIC_CONFIGURATION = "00002902-0000-1000-8000-00805f9b34fb"

type Find = Callable[[str], Peripheral | None]


class Ether(Protocol):
    """What is on the air, of a world at hand or of one in another process."""

    slots: int | None
    """How many links the adapter of whoever listens can hold."""

    def radios(self) -> Iterable[Peripheral]:
        """Go through everything that may be heard."""
        ...

    def linked(self) -> list[str]:
        """Return the addresses to which there are links."""
        ...


class VirtualBackend(BaseBleakClient):
    """What bleak takes for the operating system; `backend_of` makes a class that finds its peripherals."""

    find: Find

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        """Be ready to connect."""
        super().__init__(address_or_ble_device, **kwargs)
        self._connection: Connection | None = None

    @property
    @override
    def name(self) -> str:
        peripheral = type(self).find(self.address)
        advert = peripheral.advertisement() if peripheral is not None else None
        return advert.name if advert is not None else self.address

    @property
    @override
    def mtu_size(self) -> int:
        return MTU

    @property
    @override
    def is_connected(self) -> bool:
        return self._connection is not None and self._connection.connected

    @override
    async def connect(self, pair: bool, **kwargs: Any) -> None:
        if (peripheral := type(self).find(self.address)) is None:
            raise BleakError(f"{self.address} was not found")
        try:
            async with asyncio.timeout(self._timeout):
                self._connection = await peripheral.connect()
                self._connection.on_disconnect = self._gone
                known = kwargs.get("dangerous_use_bleak_cache", False)
                services = (peripheral.services if known else ()) or await self._connection.discover()
        except NoSlot as error:
            raise BleakError("no free connection slot") from error
        except RadioError as error:
            raise BleakError(f"{self.address} did not answer") from error
        self.services = _collection(services)

    @override
    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect()

    @override
    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    @override
    async def unpair(self) -> None:
        raise NotImplementedError

    @override
    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        try:
            return bytearray(await self._open().read(characteristic.uuid))
        except RadioError as error:
            raise BleakError("the value was not read") from error

    @override
    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        raise BleakError("the descriptor cannot be read")

    @override
    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        try:
            await self._open().write(characteristic.uuid, bytes(data), response=response)
        except RadioError as error:
            raise BleakError("the value was not written") from error

    @override
    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        raise BleakError("the descriptor cannot be written")

    @override
    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        try:
            await self._open().subscribe(characteristic.uuid, lambda data: callback(bytearray(data)))
        except RadioError as error:
            raise BleakError("notifications were not switched on") from error

    @override
    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        try:
            await self._open().unsubscribe(characteristic.uuid)
        except RadioError as error:
            raise BleakError("notifications were not switched off") from error

    def _open(self) -> Connection:
        if self._connection is None or not self._connection.connected:
            raise BleakError("not connected")
        return self._connection

    def _gone(self) -> None:
        self._connection = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()


def finder(air: Ether) -> Find:
    """Return what finds the locks of a world by their address."""

    def find(address: str) -> Peripheral | None:
        return next((radio for radio in air.radios() if radio.address == address.upper()), None)

    return find


def backend_of(find: Find) -> type[VirtualBackend]:
    """Return a backend class whose peripherals are found this way."""
    return type("FoundBackend", (VirtualBackend,), {"find": staticmethod(find)})


def client_of[C: BleakClient](base: type[C], find: Find) -> type[C]:
    """Return a client class like `base` that talks to virtual peripherals, for a client that makes its own."""
    backend = backend_of(find)

    def init(self: C, *args: Any, **kwargs: Any) -> None:
        base.__init__(self, *args, **{**kwargs, "backend": backend})

    return type(f"Virtual{base.__name__}", (base,), {"__init__": init})


def device_of(peripheral: Peripheral) -> BLEDevice:
    """Return a device as a scan finds it."""
    advert = peripheral.advertisement()
    return BLEDevice(peripheral.address, advert.name if advert is not None else None, {})


class VirtualScanner(BaseHaRemoteScanner):
    """Hears the virtual locks and tells Home Assistant, as a Bluetooth proxy does."""

    def __init__(self, air: Ether, *, source: str = SOURCE) -> None:
        """Listen; `listen` registers it."""
        self._air = air
        connector = HaBluetoothConnector(client=backend_of(finder(air)), source=source, can_connect=self._can_connect)
        active = BluetoothScanningMode.ACTIVE
        super().__init__(source, "virtual", connector, True, active, active)
        self._stops: list[Callable[[], None]] = []
        self._followed: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None

    def listen(self, hass: HomeAssistant, *, every: float | None = None) -> Callable[[], None]:
        """Begin to hear, a changed advertisement at once and all of them every so many seconds; returns the end."""
        self._stops = [async_register_scanner(hass, self, connection_slots=self._air.slots), self.async_setup()]
        self.advertise()
        if every is not None:
            self._again(every)
        return self.stop

    def stop(self) -> None:
        """Hear no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._followed.clear()
        while self._stops:
            self._stops.pop()()

    def advertise(self) -> None:
        """Hear every lock that is on the air now; the changes of one that is new here are heard at once from now on."""
        for radio in self._air.radios():
            if id(radio) not in self._followed:
                self._followed.add(id(radio))
                self._stops.append(radio.watch(lambda radio=radio: self._heard(radio)))  # type: ignore[misc]
            self._heard(radio)

    @override
    def get_allocations(self) -> Allocations | None:
        """Return how many slots are free."""
        if (slots := self._air.slots) is None:
            return None
        linked = self._air.linked()
        return Allocations(self.adapter, slots, max(0, slots - len(linked)), linked)

    def _can_connect(self) -> bool:
        return self._air.slots is None or len(self._air.linked()) < self._air.slots

    def _again(self, every: float) -> None:
        self.advertise()
        self._timer = asyncio.get_running_loop().call_later(every, self._again, every)

    def _heard(self, radio: Peripheral) -> None:
        if (advert := radio.advertisement()) is None:
            return
        self._async_on_advertisement(
            radio.address,
            advert.rssi,
            advert.name,
            list(advert.service_uuids),
            {},
            dict(advert.manufacturer_data),
            None,
            {},
            monotonic_time_coarse(),
        )


def _collection(services: tuple[Service, ...]) -> BleakGATTServiceCollection:
    collection, handle = BleakGATTServiceCollection(), 0
    for known in services:
        handle += 1
        service = BleakGATTService(None, handle, known.uuid)
        collection.add_service(service)
        for item in known.characteristics:
            handle += 2
            properties: Any = list(item.properties)
            characteristic = BleakGATTCharacteristic(None, handle, item.uuid, properties, lambda: MTU - 3, service)
            collection.add_characteristic(characteristic)
            if "notify" in item.properties:
                handle += 1
                collection.add_descriptor(
                    BleakGATTDescriptor(None, handle, _CLIENT_CHARACTERISTIC_CONFIGURATION, characteristic)
                )
    return collection
