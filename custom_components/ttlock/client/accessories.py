"""What hangs on a lock or stands beside it: keypads and door sensors (ttlock-open-api.md 4.12 and 4.13)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from . import parse
from .models import Door
from .parse import Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class WirelessKeypad:
    """A wireless keypad of a lock."""

    keypad_id: int
    name: str | None
    number: str | None
    mac: str | None
    battery: int | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without an id."""
        return cls(
            keypad_id=parse.required_integer(raw, "wirelessKeypadId"),
            name=parse.text(raw.get("wirelessKeypadName")),
            number=parse.text(raw.get("wirelessKeypadNumber")),
            mac=parse.text(raw.get("wirelessKeypadMac")),
            battery=parse.percent(raw.get("electricQuantity")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedSensor:
    """The door sensor of a lock, with all the cloud knows of it; where the door is, the lock tells."""

    sensor_id: int
    name: str | None
    mac: str | None
    number: str | None
    version: str | None
    battery: int | None
    left_open_seconds: int | None
    """After how long an open door is reported; 0 is never."""

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply; ValueError without an id."""
        return cls(
            sensor_id=parse.required_integer(raw, "doorSensorId"),
            name=parse.text(raw.get("name")),
            mac=parse.text(raw.get("mac")),
            number=parse.text(raw.get("number")),
            version=parse.text(raw.get("version")),
            battery=parse.percent(raw.get("electricQuantity")),
            left_open_seconds=parse.integer(raw.get("doorNotClosedWarningTime")),
        )


class DoorEvent(StrEnum):
    """What a door sensor writes down."""

    OPENED = "opened"
    CLOSED = "closed"
    LEFT_OPEN = "left_open"
    LONG_UNUSED = "long_unused"
    UNKNOWN = "unknown"


_PAIRED_EVENTS = {30: DoorEvent.CLOSED, 31: DoorEvent.OPENED}
STANDALONE_EVENTS = {
    0: DoorEvent.CLOSED,
    1: DoorEvent.OPENED,
    2: DoorEvent.LEFT_OPEN,
    3: DoorEvent.LONG_UNUSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorRecord:
    """One entry in the log of a door sensor."""

    event: DoorEvent
    when: datetime | None


def read_paired_record(raw: Raw) -> DoorRecord:
    """Read an entry of a paired sensor; ValueError without a type."""
    number = parse.required_integer(raw, "recordType")
    return DoorRecord(event=_PAIRED_EVENTS.get(number, DoorEvent.UNKNOWN), when=parse.moment(raw.get("lockDate")))


def read_standalone_record(raw: Raw) -> DoorRecord:
    """Read an entry of a standalone sensor; ValueError without a type."""
    number = parse.required_integer(raw, "recordType")
    return DoorRecord(event=STANDALONE_EVENTS.get(number, DoorEvent.UNKNOWN), when=parse.moment(raw.get("date")))


@dataclass(frozen=True, slots=True, kw_only=True)
class StandaloneSensor:
    """A door sensor with its own Wi-Fi."""

    sensor_id: int
    name: str | None
    mac: str | None
    door: Door | None
    stale: bool | None
    """The cloud has not heard from it for so long that the door may have moved."""
    battery: int | None
    updated: datetime | None
    network: str | None
    is_admin: bool
    firmware_version: str | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without an id. The polarity is the opposite of a lock's door field."""
        state = parse.integer(raw.get("doorSensorState"))
        return cls(
            sensor_id=parse.required_integer(raw, "doorSensorId"),
            name=parse.text(raw.get("name")),
            mac=parse.text(raw.get("mac")),
            door={0: Door.CLOSED, 1: Door.OPEN}.get(-1 if state is None else state),
            stale=parse.flag(raw.get("statusDelayFlag")),
            battery=parse.percent(raw.get("electricQuantity")),
            updated=parse.moment(raw.get("recordUpdateDate")),
            network=parse.text(raw.get("wifiName")),
            is_admin=parse.text(raw.get("userType")) == "ADMIN",
            firmware_version=parse.text(raw.get("firmwareRevision")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorAlerts:
    """What a standalone sensor warns of; the figures are kept while a warning is off."""

    left_open: bool
    left_open_seconds: int
    """1 to 900."""
    unused: bool
    unused_days: int
    """1 to 15."""

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply, whose fields are those of the setting (names inferred, ttlock-open-api.md 4.13).

        ValueError without the figures.
        """
        return cls(
            left_open=parse.on_off(raw.get("notCloseAlertFlag")) is True,
            left_open_seconds=parse.required_integer(raw, "notCloseAlertSecondNum"),
            unused=parse.on_off(raw.get("longTimeNotOpenAlertFlag")) is True,
            unused_days=parse.required_integer(raw, "longTimeNotOpenDayNum"),
        )
