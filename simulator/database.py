"""What the cloud has written down about a lock, which may differ from the lock (ttlock-open-api.md 10 nr. 7)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from .credentials import CredentialKind
from .journal import LockRecord
from .schedule import CyclicWindow, PassageMode, WorkingMode


class Delivery(IntEnum):
    """``status`` of an object on its way to the lock (ttlock-open-api.md 7.6)."""

    NORMAL = 1
    INVALID = 2
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
    """A card, fingerprint, ... in the cloud; times in milliseconds."""

    credential_id: int
    number: str
    name: str
    start: int
    end: int
    created: int
    sender: str
    cycle: tuple[CyclicWindow, ...] = ()
    status: Delivery = Delivery.NORMAL
    mac: str = ""
    """Of a remote."""
    battery: int = 100
    """Of a remote."""


@dataclass(slots=True, kw_only=True)
class QrCodeRow(CredentialRow):
    """A QR code in the cloud; a custom one is stored in the lock, a random one is not (ttlock-open-api.md 4.10)."""

    custom: bool
    kind: int
    refresh_minutes: int
    link: str


@dataclass(slots=True, kw_only=True)
class KeypadRow:
    """A wireless keypad that was paired with a lock (ttlock-open-api.md 4.12)."""

    keypad_id: int
    number: str
    name: str
    mac: str
    feature_value: str
    battery: int = 100
    slot: int = 0


@dataclass(slots=True, kw_only=True)
class NbDevice:
    """The mobile side of an NB-IoT lock (ttlock-open-api.md 4.17)."""

    node_id: str
    card_number: str
    operator: str = "50212"
    rssi: int = 20
    updated: int = 0


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
    """A door sensor that is paired with a lock."""

    sensor_id: int
    mac: str
    number: str
    name: str = "Door sensor"
    battery: int = 96
    version: str = "1.0.3"


@dataclass(slots=True, kw_only=True)
class StandaloneSensor:
    """A door sensor with a Wi-Fi of its own (ttlock-open-api.md 4.13)."""

    sensor_id: int
    admin_uid: int
    name: str
    mac: str
    number: str
    wifi_name: str = "Home"
    battery: int = 97
    state: int = 2
    """0 closed, 1 open, 2 unknown."""
    changed: int = 0
    alerts: dict[str, int] = field(default_factory=dict)
    records: list[tuple[int, int]] = field(default_factory=list)
    """Date and type: 0 closed, 1 open, 2 not closed, 3 not opened for long."""

    def report(self, record_type: int, now_ms: int) -> None:
        """Take in what the sensor saw."""
        self.records.append((now_ms, record_type))
        self.changed = now_ms
        if record_type in (0, 1):
            self.state = record_type


@dataclass(slots=True, kw_only=True)
class Group:
    """A name somebody sorts locks by (ttlock-open-api.md 4.16)."""

    group_id: int
    uid: int
    name: str


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
    frozen: bool = False
    model: str = "SN9206_PV53"
    hardware: str = "1.6"
    firmware: str = "6.0.6.210622"
    lock_data: str = field(default="", repr=False)
    """What a phone last uploaded as the admin's ``lockData``; "" for what the cloud makes of the lock."""
    flag: int = 0
    """``lockFlagPos``."""
    newest_firmware: str | None = ""
    """What the vendor offers: nothing newer, a version, or None when the cloud cannot tell."""
    working_mode: WorkingMode = field(default_factory=WorkingMode)
    admin_passcode: str | None = field(default=None, repr=False)
    """The admin passcode as the cloud knows it; None as the lock has it."""
    passcodes: dict[int, PasscodeRow] = field(default_factory=dict)
    spent_periods: set[tuple[int, int, int]] = field(default_factory=set)
    deleted_ids: set[int] = field(default_factory=set)
    issued: dict[tuple[int, int], int] = field(default_factory=dict)
    credentials: dict[CredentialKind, dict[int, CredentialRow]] = field(
        default_factory=lambda: {kind: {} for kind in CredentialKind}
    )
    records: list[CloudRecord] = field(default_factory=list)
    from_phone: set[tuple[int, int, str]] = field(default_factory=set)
    """Date, type and number of records that a phone uploaded: the lock's own copy is not stored again."""
    door_sensor: DoorSensorRow | None = None
    keypads: dict[int, KeypadRow] = field(default_factory=dict)
    qr_serial: int = 0
    nb_device: NbDevice | None = None
    uploaded: int = 0
    parcels: list[Parcel] = field(default_factory=list)

    @property
    def cards(self) -> dict[int, CredentialRow]:
        """Return the cards by id."""
        return self.credentials[CredentialKind.CARD]

    @property
    def fingerprints(self) -> dict[int, CredentialRow]:
        """Return the fingerprints by id."""
        return self.credentials[CredentialKind.FINGERPRINT]

    @property
    def qr_codes(self) -> dict[int, QrCodeRow]:
        """Return the QR codes by id."""
        rows = self.credentials[CredentialKind.QR_CODE]
        return {number: row for number, row in rows.items() if isinstance(row, QrCodeRow)}

    def credential(self, kind: CredentialKind, number: str) -> CredentialRow | None:
        """Return the credential of a kind with a number."""
        return next((row for row in self.credentials[kind].values() if row.number == number), None)

    def name_of(self, record: LockRecord) -> str:
        """Return whose record it is: the account, or the name of the credential."""
        if record.user or not record.number:
            return record.user
        for passcode in self.passcodes.values():
            if passcode.digits == record.number:
                return passcode.name
        for rows in self.credentials.values():
            for row in rows.values():
                if record.number in (row.number, row.mac):
                    return row.name
        return ""
