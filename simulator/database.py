"""What the cloud has written down about a lock, which may differ from the lock (ttlock-open-api.md 10 nr. 7)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from .journal import LockRecord
from .schedule import CyclicWindow, PassageMode


class Delivery(IntEnum):
    """``status`` of an object on its way to the lock (ttlock-open-api.md 7.6)."""

    NORMAL = 1
    ADDING = 4
    ADD_FAILED = 5
    MODIFYING = 6
    MODIFY_FAILED = 7
    DELETING = 8
    DELETE_FAILED = 9


@dataclass(slots=True, kw_only=True)
class PasscodeRow:
    """A passcode in the cloud; times in milliseconds."""

    passcode_id: int
    digits: str
    name: str
    kind: int
    start: int
    end: int
    sent: int
    custom: bool
    sender: str
    status: Delivery = Delivery.NORMAL
    used: bool = False


@dataclass(slots=True, kw_only=True)
class CredentialRow:
    """A card or fingerprint in the cloud; times in milliseconds."""

    credential_id: int
    number: str
    name: str
    start: int
    end: int
    created: int
    sender: str
    cycle: tuple[CyclicWindow, ...] = ()
    status: Delivery = Delivery.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudRecord:
    """A record as the cloud keeps and sends it."""

    record_id: int
    record: LockRecord
    record_type: int
    username: str
    server_date: int


@dataclass(slots=True, kw_only=True)
class DoorSensorRow:
    """A paired door sensor."""

    sensor_id: int
    mac: str
    number: str
    name: str = "Door sensor"
    battery: int = 96
    version: str = "1.0.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A change that waits for a lock to wake up (ttlock-open-api.md 1.7, method 4)."""

    object_type: int
    object_id: int
    uid: int
    apply: Callable[[], None]
    done: Callable[[], None]
    failed: Callable[[], None]


@dataclass(slots=True, kw_only=True)
class LockRow:
    """The cloud's row of a lock."""

    lock_id: int
    alias: str
    admin_uid: int
    created: int
    battery: int
    updated: int = 0
    auto_lock_seconds: int = -1
    settings: dict[str, int] = field(default_factory=dict)
    passage: PassageMode = field(default_factory=PassageMode)
    group_id: int = 0
    group_name: str = ""
    frozen: bool = False
    model: str = "SN9206_PV53"
    hardware: str = "1.6"
    firmware: str = "6.0.6.210622"
    passcodes: dict[int, PasscodeRow] = field(default_factory=dict)
    spent_periods: set[tuple[int, int, int]] = field(default_factory=set)
    deleted_ids: set[int] = field(default_factory=set)
    issued: dict[tuple[int, int], int] = field(default_factory=dict)
    cards: dict[int, CredentialRow] = field(default_factory=dict)
    fingerprints: dict[int, CredentialRow] = field(default_factory=dict)
    records: list[CloudRecord] = field(default_factory=list)
    door_sensor: DoorSensorRow | None = None
    uploaded: int = 0
    parcels: list[Parcel] = field(default_factory=list)

    def name_of(self, record: LockRecord) -> str:
        """Return whose record it is: the account, or the name of the credential."""
        if record.user or not record.number:
            return record.user
        for passcode in self.passcodes.values():
            if passcode.digits == record.number:
                return passcode.name
        for row in (*self.cards.values(), *self.fingerprints.values()):
            if row.number == record.number:
                return row.name
        return ""
