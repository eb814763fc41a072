"""Wi-Fi and NB-IoT of locks that have it (ttlock-ble-protocol.md 5.12).

The layouts of a static IP address (`f4`), of the Wi-Fi's own information (`f6`) and of the gateway account (`fa`) are
in no source, so there is nothing for them here.
"""

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

from ...errors import InvalidInput
from ...secret import Secret
from ..opcodes import VENDOR
from .wire import MODIFY, Reader, minutes, percent, sized, u16, unsigned

SCAN: Final = VENDOR
MODES: Final = 1
TIMES: Final = 2
MAX_NAME: Final = 32
MAX_PASSWORD: Final = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardNetwork:
    """A Wi-Fi network that the lock hears."""

    name: str
    rssi: int


class NbMode(IntFlag):
    """What wakes the mobile radio; the order of the bits is a guess."""

    KEYPAD = 1
    CARD = 2
    FINGERPRINT = 4


class NbTime(IntEnum):
    """How a time wakes the mobile radio: once a day, or again and again."""

    POINT = 1
    INTERVAL = 2


def read_network(data: bytes) -> HeardNetwork | None:
    """Read one network that the lock heard; None for the short reply at the end."""
    reader = Reader(data)
    percent(reader.u8())
    if reader.left < 2:
        return None
    name = reader.text()
    return HeardNetwork(name=name, rssi=int.from_bytes(reader.take(1), signed=True))


def access_point(name: str, password: Secret) -> bytes:
    """Return the request that has the lock join a network; an open one has an empty password."""
    ssid, key = name.encode(), password.reveal().encode()
    if not 1 <= len(ssid) <= MAX_NAME:
        raise InvalidInput("wifi_name_wrong")
    if len(key) > MAX_PASSWORD:
        raise InvalidInput("wifi_password_wrong")
    return sized(ssid) + sized(key)


def wifi_server(host: str, port: int) -> bytes:
    """Return the request that names the server to which the lock reports."""
    return sized(host.encode()) + u16(port)


def nb_server(host: str, port: int) -> bytes:
    """Return the request that names the server of the mobile radio; an older client wrote a wrong port (11)."""
    return u16(port) + host.encode()


def nb_modes(modes: NbMode) -> bytes:
    """Return the request that sets what wakes the mobile radio."""
    return MODIFY + bytes((MODES,)) + unsigned(modes, 1)


def nb_times(times: tuple[tuple[NbTime, int], ...]) -> bytes:
    """Return the request that sets when the mobile radio wakes by itself, in minutes of the day or between two."""
    entries = b"".join(bytes((kind,)) + minutes(minute) for kind, minute in times)
    return MODIFY + bytes((TIMES,)) + unsigned(len(times), 1) + entries
