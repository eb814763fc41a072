"""What a lock tells of itself: features, model, versions, admin passcode (ttlock-ble-protocol.md 5.13 and 6.4)."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import IntEnum
from typing import Final

from ...errors import BadReply
from ...features import Features
from ...secret import Secret
from .dates import read_date6
from .wire import MAC_BYTES, Reader, mac, percent, words


class InfoStep(IntEnum):
    """What `90` is asked for."""

    MODEL = 1
    HARDWARE = 2
    FIRMWARE = 3
    MADE_ON = 4
    ADDRESS = 5
    CLOCK = 6
    NB_OPERATOR = 7
    NB_IMEI = 8
    NB_CARD = 9
    NB_RSSI = 10
    PASSCODE_KEYS = 12
    CAMERA_SERIAL = 13
    UUID = 14
    AUTH_CODE = 15


class Accessory(IntEnum):
    """What has a battery of its own."""

    KEYPAD = 1
    REMOTE = 2
    DOOR_SENSOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceInfo:
    """Model and versions; None for what the lock does not say."""

    model: str | None
    hardware_version: str | None
    firmware_version: str | None
    made_on: str | None
    """In a spelling of the maker's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessoryBattery:
    """The battery of a keypad, remote or door sensor, as the lock heard of it."""

    accessory: int
    mac: str
    when: datetime | None
    battery: int | None
    lock_battery: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFeatures:
    """What the lock is able to do, and its battery, which comes along."""

    features: Features
    battery: int | None


FEATURES: Final = b""
ADMIN_PASSCODE: Final = b""


def read_features(data: bytes) -> KnownFeatures:
    """Read the feature words, the least significant first."""
    reader = Reader(data)
    return KnownFeatures(battery=percent(reader.u8()), features=Features(words(reader.rest())))


def ask(step: InfoStep) -> bytes:
    """Return the question for one thing."""
    return bytes((step,))


def read_text(data: bytes) -> str | None:
    """Read text that ends at the first zero."""
    return data.split(b"\x00", 1)[0].decode(errors="replace").strip() or None


def read_address(data: bytes) -> str:
    """Read the lock's address."""
    return Reader(data).mac()


def read_signal(data: bytes) -> int | None:
    """Read the signal of the mobile network in dBm; the lock gives one byte, whose sign is a guess."""
    return int.from_bytes(data[:1], signed=True) if data else None


def read_admin_passcode(data: bytes) -> Secret | None:
    """Read the admin passcode, None when there is none."""
    reader = Reader(data)
    percent(reader.u8())
    return (reader.digits() or None) if reader.left else None


def ask_accessory(accessory: Accessory, address: str) -> bytes:
    """Return the question for the battery of an accessory."""
    return bytes((accessory,)) + mac(address)


def read_accessory(data: bytes, zone: tzinfo) -> AccessoryBattery:
    """Read the battery of an accessory."""
    reader = Reader(data)
    if len(data) < 2 + MAC_BYTES:
        raise BadReply
    return AccessoryBattery(
        lock_battery=percent(reader.u8()),
        accessory=reader.u8(),
        mac=reader.mac(),
        when=read_date6(reader, zone),
        battery=percent(reader.u8()),
    )
