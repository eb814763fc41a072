"""What is paired with a lock: remotes, door sensors, keypads, remote controls, wristbands (ttlock-ble-protocol.md 5.15)."""

from enum import IntEnum
from typing import Final

from ...credentials import CredentialKind
from ...errors import InvalidInput
from ...secret import Secret
from .credentials import Style
from .wire import MAC_BYTES, mac, u32

MODIFY: Final = 2
PAIR_KEYPAD: Final = 1
KEYPAD_KEY_BYTES: Final = 16
NO_SENSOR: Final = bytes(MAC_BYTES)


class ControlKey(IntEnum):
    """The buttons of a remote control for gates and shutters."""

    UP = 1
    DOWN = 2
    PAUSE = 4
    LOCK = 8


def fob(digits: Secret) -> bytes:
    """Return the number of a remote, which is its address."""
    return mac(digits.reveal())


FOBS: Final = Style(kind=CredentialKind.REMOTE, encode=fob)
"""Adding a remote that is known changes its period."""


def door_sensor(address: str | None) -> bytes:
    """Return the request that pairs a wireless door sensor, or with None forgets it."""
    return NO_SENSOR if address is None else mac(address)


def pair_keypad(address: str, key: Secret) -> bytes:
    """Return the request that pairs a multi-function keypad; its key comes from the keypad."""
    try:
        data = bytes.fromhex(key.reveal())
    except ValueError:
        data = b""
    if len(data) != KEYPAD_KEY_BYTES:
        raise InvalidInput("out_of_range")
    return bytes((PAIR_KEYPAD,)) + mac(address) + data


def press(proof: int, now: float, key: ControlKey) -> bytes:
    """Return the request that presses a button of the remote control."""
    return bytes((MODIFY,)) + u32(proof) + u32(int(now)) + bytes((key,))


def wristband(key: Secret) -> bytes:
    """Return the request that makes a wristband known by its key."""
    text = key.reveal()
    if not text.isascii():
        raise InvalidInput("out_of_range")
    return text.encode()
