"""The record log of a lock, with the lock's numbers and the cloud's (ttlock-open-api.md 5.4)."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

CAPACITY = 500


class LockRecordType(IntEnum):
    """``recordTypeFromLock``: what the lock itself writes down (ttlock-open-api.md 5.4.2)."""

    BLUETOOTH_UNLOCK = 1
    PASSCODE_UNLOCK = 4
    PASSCODE_UNKNOWN = 7
    DELETE_CODE_USED = 10
    PASSCODE_EXPIRED = 11
    PASSCODE_BLACKLISTED = 13
    POWER_ON = 14
    CARD_ADDED = 15
    CARD_UNLOCK = 17
    CARD_DELETED = 18
    FINGERPRINT_UNLOCK = 20
    FINGERPRINT_ADDED = 21
    FINGERPRINT_EXPIRED = 22
    FINGERPRINT_DELETED = 23
    CARD_EXPIRED = 25
    BLUETOOTH_LOCK = 26
    KEY_UNLOCK = 27
    GATEWAY_UNLOCK = 28
    FORCED = 29
    DOOR_CLOSED = 30
    DOOR_OPEN = 31
    OPENED_INSIDE = 32
    KEY_LOCK = 36
    REMOTE_CONTROL_KEY = 37
    PASSCODE_DOUBLE_LOCKED = 38
    CARD_DOUBLE_LOCKED = 39
    FINGERPRINT_DOUBLE_LOCKED = 40
    BLUETOOTH_DOUBLE_LOCKED = 41
    TAMPER = 44
    AUTO_LOCK = 45
    BUTTON_UNLOCK = 46
    BUTTON_LOCK = 47
    SYSTEM_LOCKED = 48
    DEAD_LOCK = 52
    REMOTE_UNLOCK = 55
    QR_UNLOCK = 57
    QR_EXPIRED = 58
    DOUBLE_LOCKED = 59
    DOUBLE_LOCK_RELEASED = 60
    QR_DOUBLE_LOCKED = 62
    PASSAGE_UNLOCK = 63
    DOOR_NOT_CLOSED = 64
    FACE_UNLOCK = 67
    FACE_DOUBLE_LOCKED = 68
    FACE_ADDED = 70
    FACE_EXPIRED = 71
    FACE_DELETED = 72
    PALM_UNLOCK = 84
    PALM_DOUBLE_LOCKED = 85
    PALM_ADDED = 87
    PALM_EXPIRED = 88
    PALM_DELETED = 89
    CARD_FAILED = 91
    ADMIN_PASSCODE_UNLOCK = 92
    PASSCODE_ADDED = 93


# Everything from 29 on has the same number on both levels; below, these pairs hold, and the rest the cloud filters.
_TO_CLOUD = {1: 1, 4: 4, 17: 7, 19: 9, 20: 8, 26: 11, 27: 10, 28: 12}
_FAILURES = {7: 4, 11: 4, 12: 4, 13: 4, 38: 4, 25: 7, 39: 7, 22: 8, 40: 8, 41: 1} | {
    same: same for same in (58, 62, 68, 71, 85, 88, 91)
}
_MANAGEMENT = frozenset({70, 72, 73, 87, 89, 90, 93})


def cloud_type(lock_type: int) -> int | None:
    """Return the cloud's ``recordType``, or None for records the cloud filters out."""
    if lock_type in _FAILURES:
        return _FAILURES[lock_type]
    if lock_type < 29:
        return _TO_CLOUD.get(lock_type)
    return None if lock_type in _MANAGEMENT else lock_type


def is_success(lock_type: int) -> bool:
    """Say whether a record of a type tells of something that worked."""
    return lock_type not in _FAILURES


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRecord:
    """One line of the log; ``number`` is the passcode, card or fingerprint, ``user`` the account of a command."""

    sequence: int
    lock_date: int
    type_from_lock: int
    success: bool
    number: str = ""
    user: str = ""
    battery: int = 100
    uid: int = 0
    """The account number a command over Bluetooth came with, and ..."""
    record_id: int = 0
    """... the number it gave the record: its own Unix time (ttlock-ble-protocol.md 5.4)."""

    @property
    def record_type(self) -> int | None:
        """Return the cloud's number."""
        return cloud_type(self.type_from_lock)


class Journal:
    """A ring buffer: the oldest records are lost when it is full."""

    def __init__(self) -> None:
        """Start empty."""
        self._records: deque[LockRecord] = deque(maxlen=CAPACITY)
        self.last_sequence = 0

    def append(
        self,
        lock_type: LockRecordType,
        *,
        lock_date: int,
        battery: int,
        number: str = "",
        user: str = "",
        uid: int = 0,
        record_id: int = 0,
    ) -> LockRecord:
        """Write a record down; whether it was a success follows from its type."""
        self.last_sequence += 1
        record = LockRecord(
            sequence=self.last_sequence,
            lock_date=lock_date,
            type_from_lock=int(lock_type),
            success=is_success(int(lock_type)),
            number=number,
            user=user,
            battery=battery,
            uid=uid,
            record_id=record_id,
        )
        self._records.append(record)
        return record

    def after(self, sequence: int) -> list[LockRecord]:
        """Return the records later than a sequence number that are still there."""
        return [record for record in self._records if record.sequence > sequence]

    def shift(self, seconds: int) -> None:
        """Take the dates by another offset."""
        self._records = deque(
            (replace(record, lock_date=record.lock_date + seconds * 1000) for record in self._records), CAPACITY
        )

    def __iter__(self) -> Iterator[LockRecord]:
        """Go through the log, oldest first."""
        return iter(self._records)

    def __len__(self) -> int:
        """Return how many records are stored."""
        return len(self._records)
