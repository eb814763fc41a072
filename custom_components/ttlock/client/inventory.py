"""Things around the locks of an account: groups, networks, firmware, devices of a gateway, registered users."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Self

from . import parse
from .parse import Raw
from .secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of locks (ttlock-open-api.md 4.16)."""

    group_id: int
    name: str | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without an id."""
        return cls(group_id=parse.required_integer(raw, "groupId"), name=parse.text(raw.get("name")))


class DeviceKind(IntEnum):
    """What a gateway serves, with the vendor's numbers (ttlock-open-api.md 4.14)."""

    UNKNOWN = -1
    LOCK = 0
    ELECTRICITY_METER = 1
    WATER_METER = 2

    @classmethod
    def from_vendor(cls, value: object) -> DeviceKind:
        """Translate the vendor's number; new ones are unknown."""
        number = parse.integer(value)
        try:
            return cls.UNKNOWN if number is None else cls(number)
        except ValueError:
            return cls.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayDevice:
    """A device that a gateway hears (ttlock-open-api.md 4.14, gateway/listDevice)."""

    kind: DeviceKind
    device_id: int
    name: str | None
    mac: str | None
    rssi: int | None
    updated: datetime | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without an id."""
        return cls(
            kind=DeviceKind.from_vendor(raw.get("deviceType")),
            device_id=parse.required_integer(raw, "deviceId"),
            name=parse.text(raw.get("deviceAlias")) or parse.text(raw.get("deviceName")),
            mac=parse.text(raw.get("deviceMac")),
            rssi=parse.integer(raw.get("rssi")),
            updated=parse.moment(raw.get("updateDate")),
        )


class FirmwareState(StrEnum):
    """Whether there is newer firmware."""

    CURRENT = "current"
    OUTDATED = "outdated"
    UNKNOWN = "unknown"
    """The cloud does not know the version of the device well enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """What the cloud knows of a device's firmware (ttlock-open-api.md 4.3 and 4.14, upgradeCheck)."""

    state: FirmwareState
    model: str | None
    hardware_version: str | None
    version: str | None
    newest_version: str | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply; nothing in it is required."""
        info = raw.get("firmwareInfo")
        installed: Raw = info if isinstance(info, Mapping) else {}
        needed = parse.integer(raw.get("needUpgrade"))
        return cls(
            state={0: FirmwareState.CURRENT, 1: FirmwareState.OUTDATED}.get(
                -1 if needed is None else needed, FirmwareState.UNKNOWN
            ),
            model=parse.text(installed.get("modelNum")),
            hardware_version=parse.text(installed.get("hardwareRevision")),
            version=parse.text(installed.get("firmwareRevision")),
            newest_version=parse.text(raw.get("version")),
        )

    def to_vendor(self) -> dict[str, str | None]:
        """Return the installed firmware in the vendor's spelling."""
        return {
            "modelNum": self.model,
            "hardwareRevision": self.hardware_version,
            "firmwareRevision": self.version,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiDetail:
    """The network side of a Wi-Fi lock (ttlock-open-api.md 4.17, wifiLock/detail)."""

    network: str | None
    mac: str | None
    ip: str | None
    subnet_mask: str | None
    default_gateway: str | None
    preferred_dns: str | None
    alternate_dns: str | None
    signal: int | None
    """3 strong to 1 weak; None when it is not known."""
    online: bool | None
    power_saving: bool | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply; nothing in it is required."""
        return cls(
            network=parse.text(raw.get("networkName")),
            mac=parse.text(raw.get("wifiMac")),
            ip=parse.text(raw.get("ip")),
            subnet_mask=parse.text(raw.get("subnetMask")),
            default_gateway=parse.text(raw.get("defaultGateway")),
            preferred_dns=parse.text(raw.get("preferredDns")),
            alternate_dns=parse.text(raw.get("alternateDns")),
            signal=parse.integer(raw.get("rssiGrade")) or None,
            online=parse.flag(raw.get("isOnline")),
            power_saving=parse.on_off(raw.get("powerSavingMode")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WifiNetwork:
    """The network that a lock was given over Bluetooth; without address it takes one by DHCP."""

    name: str | None = None
    mac: str | None = None
    rssi: int | None = None
    ip: str | None = None
    subnet_mask: str | None = None
    default_gateway: str | None = None
    preferred_dns: str | None = None
    alternate_dns: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NbDetail:
    """The mobile radio of an NB-IoT lock (ttlock-open-api.md 4.17, getNbDeviceInfo)."""

    node_id: str | None
    card_number: Secret | None
    """The number of its SIM card."""
    operator: str | None
    rssi: int | None
    updated: datetime | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply; nothing in it is required."""
        return cls(
            node_id=parse.text(raw.get("nbNodeId")),
            card_number=parse.secret(raw.get("nbCardNumber")),
            operator=parse.text(raw.get("nbOperatorName")) or parse.text(raw.get("nbOperator")),
            rssi=parse.integer(raw.get("nbRssi")),
            updated=parse.moment(raw.get("updateDate")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationUser:
    """An account that the developer application registered (ttlock-open-api.md 2.5)."""

    username: str
    registered: datetime | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without a name. Older descriptions call the name `userId`."""
        if (username := parse.text(raw.get("username")) or parse.text(raw.get("userId"))) is None:
            raise ValueError("username")
        return cls(username=username, registered=parse.moment(raw.get("regtime")))
