"""What a Bluetooth central sees of a lock, whatever carries it: an object in memory, a socket, bleak.

The contract of everything in this folder. It knows no lock and no protocol above GATT (ttlock-ble-protocol.md 1).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

_BASE = "-0000-1000-8000-00805f9b34fb"
LOCK_SERVICE = f"00001910{_BASE}"
WRITE = f"0000fff2{_BASE}"
NOTIFY = f"0000fff4{_BASE}"
DEVICE_INFORMATION = f"0000180a{_BASE}"
MODEL = f"00002a24{_BASE}"
SERIAL = f"00002a25{_BASE}"
FIRMWARE = f"00002a26{_BASE}"
HARDWARE = f"00002a27{_BASE}"
MANUFACTURER = f"00002a29{_BASE}"
GENERIC_ACCESS = f"00001800{_BASE}"
DEVICE_NAME = f"00002a00{_BASE}"
BATTERY_SERVICE = f"0000180f{_BASE}"
BATTERY_LEVEL = f"00002a19{_BASE}"

PIECE = 20
"""Octets of one write or notification with the smallest MTU."""


class RadioError(Exception):
    """Something between the central and the lock went wrong."""


class NotInRange(RadioError):
    """The lock does not hear the central, has no power or holds another link."""


class NoSlot(RadioError):
    """The central's adapter has no free connection slot."""


class LinkLost(RadioError):
    """The connection is gone, or went while this was under way."""


class AttributeMissing(RadioError):
    """There is no such characteristic, or it cannot do that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """One advertisement with its scan response, as a Bluetooth stack reports it."""

    name: str
    manufacturer_data: Mapping[int, bytes]
    """By "company id", which on these locks is the beginning of the data (ttlock-ble-protocol.md 2.1)."""
    service_uuids: tuple[str, ...]
    rssi: int
    connectable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Characteristic:
    """A GATT characteristic; properties as bleak names them: read, write, write-without-response, notify."""

    uuid: str
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A GATT service."""

    uuid: str
    characteristics: tuple[Characteristic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One thing that crossed the link, with the radio time it arrived at."""

    at: float
    to_lock: bool
    data: bytes


class Connection(Protocol):
    """An open link."""

    on_disconnect: Callable[[], None] | None
    """Called once when the link is gone, whoever ended it."""

    @property
    def connected(self) -> bool:
        """Say whether the link is there."""
        ...

    @property
    def packets(self) -> list[Packet]:
        """Return what crossed the link so far: each write, read and notification with its time."""
        ...

    async def discover(self) -> tuple[Service, ...]:
        """Read the GATT table, which takes its time; a central that knows it need not."""
        ...

    async def write(self, characteristic: str, data: bytes, *, response: bool = False) -> None:
        """Write; without response it returns before the lock has it."""
        ...

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        ...

    async def subscribe(self, characteristic: str, callback: Callable[[bytes], None]) -> None:
        """Have notifications delivered from now on; they come from the event loop, never inside another call."""
        ...

    async def unsubscribe(self, characteristic: str) -> None:
        """Want no more notifications."""
        ...

    async def disconnect(self) -> None:
        """End the link."""
        ...


class Peripheral(Protocol):
    """A device on the air."""

    @property
    def address(self) -> str:
        """Return the Bluetooth address."""
        ...

    @property
    def services(self) -> tuple[Service, ...]:
        """Return the GATT table."""
        ...

    def advertisement(self) -> Advert | None:
        """Return what it sends at this moment; None when it is silent, and while a link is open."""
        ...

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have a function called whenever the advertisement changed; returns how to stop that."""
        ...

    async def connect(self) -> Connection:
        """Open a link, or raise `NotInRange` or `NoSlot`."""
        ...
