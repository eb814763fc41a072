"""The lock, its gateways and its keys as the product sees them: immutable, typed, in SI units and aware times."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from enum import IntEnum, StrEnum
import json
from typing import Self

from . import parse
from .features import Features
from .parse import Raw
from .secret import Secret, without_number
from .settings import LockSwitches

ADMIN_USER_TYPE = "110301"
LONGEST_NAME = 100
_KEY_MEMBERS = (
    "lockName",
    "lockMac",
    "lockVersion",
    "adminPwd",
    "lockKey",
    "lockFlagPos",
    "deletePwd",
    "aesKeyStr",
    "specialValue",
    "featureValue",
    "timezoneRawOffset",
)


class Bolt(StrEnum):
    """Where the bolt is."""

    LOCKED = "locked"
    UNLOCKED = "unlocked"
    UNKNOWN = "unknown"


class Door(StrEnum):
    """Where the door leaf is, as its sensor says."""

    OPEN = "open"
    CLOSED = "closed"


class EkeyStatus(StrEnum):
    """Life of an ekey (ttlock-open-api.md 4.4)."""

    NORMAL = "normal"
    PENDING = "pending"
    FROZEN = "frozen"
    DELETED = "deleted"
    RESET = "reset"
    UNKNOWN = "unknown"

    @classmethod
    def from_vendor(cls, value: object) -> EkeyStatus:
        """Translate the vendor's number; new ones are unknown."""
        return _EKEY_STATUS.get(parse.integer(value) or 0, cls.UNKNOWN)


_EKEY_STATUS = {
    110401: EkeyStatus.NORMAL,
    110402: EkeyStatus.PENDING,
    110405: EkeyStatus.FROZEN,
    110408: EkeyStatus.DELETED,
    110410: EkeyStatus.RESET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ekey:
    """The account's own ekey for one lock, with what it tells about the lock (ttlock-open-api.md 4.4, key/list)."""

    key_id: int
    lock_id: int
    name: str
    mac: str
    features: Features
    is_admin: bool
    """The account is the top administrator of the lock."""
    may_manage: bool
    """The account is an administrator, top or authorised."""
    status: EkeyStatus
    remote_unlock: bool | None
    """The ekey allows unlocking from afar; None when the vendor does not say."""
    start: datetime | None
    end: datetime | None
    battery: int | None
    utc_offset: timedelta | None
    hardware_name: str | None
    group_id: int | None
    """The group into which the account put the lock."""
    lock_data: Secret | None = field(default=None, compare=False)
    """The Bluetooth key, see `ble.lock_data`; whoever keeps an ekey keeps it without."""

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without the ids that make it a key."""
        is_admin = parse.text(raw.get("userType")) == ADMIN_USER_TYPE
        lock_id = parse.required_integer(raw, "lockId")
        hardware_name = parse.text(raw.get("lockName"))
        return cls(
            key_id=parse.integer(raw.get("keyId")) or 0,
            lock_id=lock_id,
            name=parse.text(raw.get("lockAlias")) or hardware_name or str(lock_id),
            mac=_mac(raw.get("lockMac"), lock_id),
            features=Features.from_vendor(raw.get("featureValue"), raw.get("specialValue")),
            is_admin=is_admin,
            may_manage=is_admin or parse.flag(raw.get("keyRight")) is True,
            status=EkeyStatus.from_vendor(raw.get("keyStatus")),
            remote_unlock=True if is_admin else parse.on_off(raw.get("remoteEnable")),
            start=parse.moment(raw.get("startDate")),
            end=parse.moment(raw.get("endDate")),
            battery=parse.percent(raw.get("electricQuantity")),
            utc_offset=_utc_offset(raw.get("timezoneRawOffset")),
            hardware_name=hardware_name,
            group_id=parse.integer(raw.get("groupId")) or None,
            lock_data=parse.secret(raw.get("lockData")),
        )

    def valid_at(self, now: datetime) -> bool:
        """Return whether the ekey opens at that moment, as far as the cloud tells."""
        if self.status in (EkeyStatus.FROZEN, EkeyStatus.DELETED, EkeyStatus.RESET):
            return False
        return (self.start is None or self.start <= now) and (self.end is None or now < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLock:
    """What the list of own locks adds to the ekey (ttlock-open-api.md 4.1, lock/list)."""

    lock_id: int
    has_gateway: bool | None
    battery: int | None
    lock_data: Secret | None
    """The Bluetooth key of the administrator."""

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without a lock id."""
        return cls(
            lock_id=parse.required_integer(raw, "lockId"),
            has_gateway=parse.flag(raw.get("hasGateway")),
            battery=parse.percent(raw.get("electricQuantity")),
            lock_data=parse.secret(raw.get("lockData")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LockDetail:
    """Settings of a lock that its administrator may read (ttlock-open-api.md 4.1, lock/detail).

    None means that the vendor did not say: the lock lacks the feature or never had it set.
    """

    lock_id: int
    auto_lock_seconds: int | None
    """Delay of auto-lock; 0 is off."""
    sound: bool | None
    switches: LockSwitches
    model: str | None
    hardware_version: str | None
    firmware_version: str | None
    key_members: Secret | None
    """Members of a `lockData` that the reply has too, though no page of the vendor says so; JSON."""

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply; ValueError without a lock id."""
        return cls(
            lock_id=parse.required_integer(raw, "lockId"),
            auto_lock_seconds=_auto_lock(raw.get("autoLockTime")),
            sound=parse.on_off(raw.get("lockSound")),
            switches=LockSwitches.from_vendor(raw),
            model=parse.text(raw.get("modelNum")),
            hardware_version=parse.text(raw.get("hardwareRevision")),
            firmware_version=parse.text(raw.get("firmwareRevision")),
            key_members=_key_members(raw),
        )


@dataclass(frozen=True, slots=True)
class OpenState:
    """Bolt and door as the lock itself just said (ttlock-open-api.md 4.2, queryOpenState)."""

    bolt: Bolt
    door: Door | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read the reply. The door's field has name and polarity of one client lineage: 0 open, 1 closed."""
        bolt = {0: Bolt.LOCKED, 1: Bolt.UNLOCKED}.get(_number(raw.get("state")), Bolt.UNKNOWN)
        door = {0: Door.OPEN, 1: Door.CLOSED}.get(_number(raw.get("sensorState")))
        return cls(bolt, door)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway of the account (ttlock-open-api.md 4.14)."""

    gateway_id: int
    mac: str
    name: str
    online: bool | None
    model: str | None
    network: str | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without an id."""
        gateway_id = parse.required_integer(raw, "gatewayId")
        version = parse.integer(raw.get("gatewayVersion"))
        return cls(
            gateway_id=gateway_id,
            mac=_mac(raw.get("gatewayMac"), gateway_id),
            name=parse.text(raw.get("gatewayName")) or f"Gateway {gateway_id}",
            online=parse.flag(raw.get("isOnline")),
            model=None if version is None else f"G{version}",
            network=parse.text(raw.get("networkName")),
        )


STRONG_RSSI = -75
WEAK_RSSI = -85


class Signal(StrEnum):
    """How well a radio is heard."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayReach:
    """How well one gateway hears one lock."""

    gateway_id: int
    lock_id: int
    rssi: int | None
    """Signal in dBm."""

    @property
    def signal(self) -> Signal | None:
        """Return the vendor's word for the signal (ttlock-open-api.md 4.14)."""
        if self.rssi is None:
            return None
        if self.rssi > STRONG_RSSI:
            return Signal.STRONG
        return Signal.WEAK if self.rssi < WEAK_RSSI else Signal.MEDIUM


class PasscodeKind(IntEnum):
    """Validity of a passcode, with the vendor's numbers (ttlock-open-api.md 7.1)."""

    UNKNOWN = 0
    ONE_TIME = 1
    PERMANENT = 2
    PERIOD = 3
    ERASE = 4
    WEEKEND = 5
    DAILY = 6
    WORKDAY = 7
    MONDAY = 8
    TUESDAY = 9
    WEDNESDAY = 10
    THURSDAY = 11
    FRIDAY = 12
    SATURDAY = 13
    SUNDAY = 14

    @classmethod
    def from_vendor(cls, value: object) -> PasscodeKind:
        """Translate the vendor's number; new ones are unknown."""
        try:
            return cls(parse.integer(value) or 0)
        except ValueError:
            return cls.UNKNOWN

    @property
    def is_cyclic(self) -> bool:
        """Return whether it repeats every day or week."""
        return self >= PasscodeKind.WEEKEND


class CredentialStatus(IntEnum):
    """Where a credential stands, with the vendor's numbers (ttlock-open-api.md 7.5 and 7.6)."""

    UNKNOWN = 0
    """The vendor did not say, as for most cards and fingerprints, or said something new."""
    NORMAL = 1
    INVALID = 2
    PENDING = 3
    ADDING = 4
    ADD_FAILED = 5
    CHANGING = 6
    CHANGE_FAILED = 7
    DELETING = 8
    DELETE_FAILED = 9

    @classmethod
    def from_vendor(cls, value: object) -> CredentialStatus:
        """Translate the vendor's number; new ones are unknown."""
        try:
            return cls(parse.integer(value) or 0)
        except ValueError:
            return cls.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Passcode:
    """A passcode in the cloud's table of a lock (ttlock-open-api.md 4.5)."""

    passcode_id: int
    code: Secret | None
    name: str | None
    kind: PasscodeKind
    start: datetime | None
    end: datetime | None
    sender: str | None
    status: CredentialStatus
    created: datetime | None
    """When it was made or sent; the period may begin later."""
    is_random: bool
    """Made by the cloud: the lock knows it by calculation (7.1)."""

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without an id. `status` is not documented for passcodes, but sent (4.5)."""
        return cls(
            passcode_id=parse.required_integer(raw, "keyboardPwdId"),
            code=parse.secret(raw.get("keyboardPwd")),
            name=parse.text(raw.get("keyboardPwdName")),
            kind=PasscodeKind.from_vendor(raw.get("keyboardPwdType")),
            start=parse.moment(raw.get("startDate")),
            end=parse.moment(raw.get("endDate")),
            sender=parse.text(raw.get("senderUsername")),
            status=CredentialStatus.from_vendor(raw.get("status")),
            created=parse.moment(raw.get("sendDate")),
            is_random=parse.flag(raw.get("isCustom")) is False,
        )

    def expired_at(self, now: datetime) -> bool:
        """Return whether its period is over. Only codes with an end have one; cyclic ones repeat."""
        return self.kind in (PasscodeKind.PERIOD, PasscodeKind.ONE_TIME) and self.end is not None and self.end < now


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of the lock's log, from its list or from a callback (ttlock-open-api.md 4.15, 5.2).

    What it was opened with is left out of the name: some write the digits there.
    """

    record_id: int
    """0 in callbacks, which name none."""
    record_type: int
    success: bool
    who: str | None
    when: datetime | None
    """By the lock's clock."""
    stored: datetime | None = None
    """When the cloud got it."""
    lock_type: int | None = None
    """The lock's own number for the type, which tells why somebody was refused (5.4.2)."""
    sub_type: int | None = None
    """What is wrong with the network of a Wi-Fi lock (5.4.1, type 123)."""
    battery: int | None = None
    number: Secret | None = None
    """The passcode, or the number of the card or fingerprint."""

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without a type."""
        return cls(
            record_id=parse.integer(raw.get("recordId")) or 0,
            record_type=parse.required_integer(raw, "recordType"),
            success=parse.flag(raw.get("success")) is True,
            who=_name(parse.text(raw.get("username")), parse.secret(raw.get("keyboardPwd"))),
            when=parse.moment(raw.get("lockDate")),
            stored=parse.moment(raw.get("serverDate")),
            lock_type=parse.integer(raw.get("recordTypeFromLock")),
            sub_type=parse.integer(raw.get("subRecordType")),
            battery=parse.percent(raw.get("electricQuantity")),
            number=parse.secret(raw.get("keyboardPwd")),
        )


def _name(name: str | None, number: Secret | None) -> str | None:
    """Return a name without digits in it, and not longer than a state may be: callbacks are not signed."""
    return name and without_number(name, number)[:LONGEST_NAME]


def _mac(value: object, fallback: int) -> str:
    return parse.text(value) or str(fallback)


def _number(value: object) -> int:
    number = parse.integer(value)
    return -1 if number is None else number


def _auto_lock(value: object) -> int | None:
    seconds = parse.integer(value)
    return None if seconds is None else max(seconds, 0)


def _key_members(raw: Raw) -> Secret | None:
    if parse.text(raw.get("aesKeyStr")) is None:
        return None
    # Only the top administrator may read the details of a lock (ttlock-open-api.md 4.1).
    members = {"userType": ADMIN_USER_TYPE} | {name: raw[name] for name in _KEY_MEMBERS if name in raw}
    return Secret(json.dumps(members))


def _utc_offset(value: object) -> timedelta | None:
    """Return the lock's offset; nonsense is dropped since `timezone` would raise for it."""
    ms = parse.integer(value)
    if ms is None or abs(ms) >= timedelta(hours=24) / timedelta(milliseconds=1):
        return None
    return timezone(timedelta(milliseconds=ms)).utcoffset(None)
