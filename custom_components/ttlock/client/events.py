"""What happened at a lock, in words: one shape for records from callbacks, the record list and later Bluetooth.

Digits of passcodes and numbers of cards have no place here (voice-and-automation.md 10.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from .models import Bolt, Record
from .records import moves_to


class Source(StrEnum):
    """The road by which a record came."""

    CLOUD = "cloud"
    WEBHOOK = "webhook"
    BLE = "ble"


class EventType(StrEnum):
    """What happened (voice-and-automation.md 10.1)."""

    UNLOCKED = "unlocked"
    LOCKED = "locked"
    ACCESS_DENIED = "access_denied"
    DOUBLE_LOCK_ON = "double_lock_on"
    DOUBLE_LOCK_OFF = "double_lock_off"
    FIRST_FACTOR = "first_factor"
    DOOR_OPENED = "door_opened"
    DOOR_CLOSED = "door_closed"
    COMMAND_FAILED = "command_failed"
    LATE = "late"
    OTHER = "other"
    WRONG_ATTEMPTS = "wrong_attempts"
    TAMPER = "tamper"
    DOOR_LEFT_OPEN = "door_left_open"
    JAMMED = "jammed"
    HEAT_UNLOCK = "heat_unlock"
    FAULT = "fault"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"


ALARMS: Final = (
    EventType.WRONG_ATTEMPTS,
    EventType.TAMPER,
    EventType.DOOR_LEFT_OPEN,
    EventType.JAMMED,
    EventType.HEAT_UNLOCK,
    EventType.FAULT,
    EventType.BATTERY_LOW,
    EventType.BATTERY_CRITICAL,
)
ACCESS: Final = tuple(kind for kind in EventType if kind not in ALARMS)
LATE_AFTER: Final = timedelta(minutes=10)

_FIXED: Final = {
    30: EventType.DOOR_CLOSED,
    31: EventType.DOOR_OPENED,
    59: EventType.DOUBLE_LOCK_ON,
    60: EventType.DOUBLE_LOCK_OFF,
    **dict.fromkeys((51, 58, 62, 68, 71, 85, 88, 91), EventType.ACCESS_DENIED),
    **dict.fromkeys(range(77, 84), EventType.FIRST_FACTOR),
    48: EventType.WRONG_ATTEMPTS,
    **dict.fromkeys((29, 44), EventType.TAMPER),
    64: EventType.DOOR_LEFT_OPEN,
    **dict.fromkeys((65, 66), EventType.JAMMED),
    50: EventType.HEAT_UNLOCK,
    123: EventType.FAULT,
}
"""Types that say everything themselves; the others depend on whether it worked (ttlock-open-api.md 5.4.1)."""
_METHODS: Final = {
    kind: method
    for method, kinds in {
        "phone": (1, 11, 52, 75, 77),
        "remote": (3, 12, 76),
        "code": (4, 34, 53, 78),
        "admin_code": (92,),
        "card": (7, 35, 51, 80, 91),
        "hotel_card": (49,),
        "fingerprint": (8, 33, 79),
        "face": (67, 68, 69, 71, 81),
        "palm": (83, 84, 85, 86, 88),
        "fob": (55, 82),
        "qr": (57, 58, 61, 62),
        "wristband": (9,),
        "key": (10, 36),
        "button": (46, 47),
        "manual": (32,),
        "passage": (63,),
        "auto": (45,),
    }.items()
    for kind in kinds
}
METHODS: Final = tuple(dict.fromkeys(_METHODS.values()))
_INSIDE: Final = frozenset({32, 46, 47})
_OUTSIDE: Final = frozenset(_METHODS) - _INSIDE - {1, 3, 11, 12, 45, 52, 63, 75, 76, 77}
"""What is held to a reader is held to it from outside; for phones and automatic locking nobody knows."""
_REASONS_AT_LOCK: Final = {
    7: "unknown_credential",
    11: "expired",
    12: "full",
    13: "blacklisted",
    22: "expired",
    25: "expired",
    **dict.fromkeys((38, 39, 40, 41), "double_locked"),
    74: "cpu_security",
}
"""Why, with the lock's own numbers (ttlock-open-api.md 5.4.2)."""
_REASONS: Final = {
    51: "blacklisted",
    **dict.fromkeys((58, 71, 88), "expired"),
    **dict.fromkeys((62, 68, 85), "double_locked"),
}
OTHER_REASON: Final = "other"
REASONS: Final = tuple(dict.fromkeys((*_REASONS_AT_LOCK.values(), *_REASONS.values(), OTHER_REASON)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEvent:
    """Something that happened at a lock."""

    type: EventType
    at: datetime
    """When it happened, on the lock's clock as far as that can be believed."""
    received: datetime
    source: Source
    record_type: int | None = None
    who: str | None = None
    method: str | None = None
    side: str | None = None
    reason: str | None = None
    battery: int | None = None
    credential_id: int | None = None
    command: str | None = None
    count: int | None = None
    """How often somebody was refused."""

    @classmethod
    def of(cls, record: Record, *, at: datetime, received: datetime, source: Source) -> Self:
        """Return a record in words; an unknown number is kept as such."""
        kind = type_of(record)
        return cls(
            type=kind,
            at=at,
            received=received,
            source=source,
            record_type=record.record_type,
            who=record.who,
            method=method_of(record.record_type),
            side=_side_of(record.record_type),
            reason=denial_of(record) if kind is EventType.ACCESS_DENIED else None,
            battery=record.battery,
        )

    @property
    def is_alarm(self) -> bool:
        """Return whether it belongs to the alarms."""
        return self.type in ALARMS

    @property
    def late(self) -> bool:
        """Return whether it is no news any more: automations would greet people who have long gone."""
        return self.received - self.at > LATE_AFTER

    @property
    def bolt(self) -> Bolt | None:
        """Return where it left the bolt, None when it says nothing about it."""
        if self.type not in (EventType.UNLOCKED, EventType.LOCKED, EventType.HEAT_UNLOCK) or self.record_type is None:
            return None
        return moves_to(self.record_type)


def denial_of(record: Record) -> str | None:
    """Return why somebody was not let in, None for records of what worked."""
    if type_of(record) is not EventType.ACCESS_DENIED:
        return None
    at_lock = _REASONS_AT_LOCK.get(record.lock_type) if record.lock_type is not None else None
    return at_lock or _REASONS.get(record.record_type, OTHER_REASON)


def type_of(record: Record) -> EventType:
    """Return what a record tells of."""
    if (kind := _FIXED.get(record.record_type)) is not None:
        return kind
    match moves_to(record.record_type):
        case Bolt.UNLOCKED:
            return EventType.UNLOCKED if record.success else EventType.ACCESS_DENIED
        case Bolt.LOCKED if record.success:
            return EventType.LOCKED
        case _:
            return EventType.OTHER


def method_of(record_type: int) -> str | None:
    """Return with what the bolt was moved or should have been, as one word."""
    return _METHODS.get(record_type)


def _side_of(record_type: int) -> str | None:
    if record_type in _INSIDE:
        return "inside"
    return "outside" if record_type in _OUTSIDE else None
