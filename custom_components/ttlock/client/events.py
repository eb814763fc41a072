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
    RING = "ring"
    DURESS = "duress"
    WRONG_ATTEMPTS = "wrong_attempts"
    TAMPER = "tamper"
    DOOR_LEFT_OPEN = "door_left_open"
    JAMMED = "jammed"
    HEAT_UNLOCK = "heat_unlock"
    FAULT = "fault"
    BATTERY_LOW = "battery_low"
    BATTERY_CRITICAL = "battery_critical"


ALARMS: Final = (
    EventType.DURESS,
    EventType.WRONG_ATTEMPTS,
    EventType.TAMPER,
    EventType.DOOR_LEFT_OPEN,
    EventType.JAMMED,
    EventType.HEAT_UNLOCK,
    EventType.FAULT,
    EventType.BATTERY_LOW,
    EventType.BATTERY_CRITICAL,
)
DOORBELL: Final = (EventType.RING,)
ACCESS: Final = tuple(kind for kind in EventType if kind not in (*ALARMS, *DOORBELL))
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
RECORDED: Final = tuple(
    dict.fromkeys((EventType.UNLOCKED, EventType.LOCKED, EventType.ACCESS_DENIED, *_FIXED.values(), EventType.OTHER))
)
"""What a record can tell of; the rest is told without one, or made of it."""
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
ONE_TIME_CODE: Final = "one_time_code"
PERIODIC_CODE: Final = "periodic_code"
"""No record tells these from other passcodes; who knows the passcode does."""
RECORDED_METHODS: Final = tuple(dict.fromkeys(_METHODS.values()))
METHODS: Final = (*RECORDED_METHODS, ONE_TIME_CODE, PERIODIC_CODE)
SIDES: Final = ("inside", "outside")
_INSIDE: Final = frozenset({32, 46, 47})
_OUTSIDE: Final = frozenset(_METHODS) - _INSIDE - {1, 3, 11, 12, 45, 52, 63, 75, 76, 77}
"""What is held to a reader is held to it from outside; for phones and automatic locking nobody knows."""
UNKNOWN_CREDENTIAL: Final = "unknown_credential"
EXPIRED: Final = "expired"
NOT_YET_VALID: Final = "not_yet_valid"
"""A lock writes the same for what is over and for what has not begun; who knows the credential can tell."""
_REASONS_AT_LOCK: Final = {
    7: UNKNOWN_CREDENTIAL,
    11: EXPIRED,
    12: "full",
    13: "blacklisted",
    22: EXPIRED,
    25: EXPIRED,
    **dict.fromkeys((38, 39, 40, 41), "double_locked"),
    74: "cpu_security",
}
"""Why, with the lock's own numbers (ttlock-open-api.md 5.4.2)."""
_REASONS: Final = {
    51: "blacklisted",
    **dict.fromkeys((58, 71, 88), EXPIRED),
    **dict.fromkeys((62, 68, 85), "double_locked"),
}
OTHER_REASON: Final = "other"
DENIALS: Final = tuple(dict.fromkeys((*_REASONS_AT_LOCK.values(), *_REASONS.values(), NOT_YET_VALID, OTHER_REASON)))
_NETWORK_FAULTS: Final = (
    "chip_reset",
    "sending_failed",
    "wifi_lost",
    "address_lost",
    "router_unreachable",
    "provider_unreachable",
    "wifi_password_wrong",
    "server_closed",
    "server_refused",
    "server_silent",
    "firewall",
)
"""Of the network of a Wi-Fi lock, in the order of the vendor's `subRecordType` (ttlock-open-api.md 5.4.1, 123)."""
CLOCK_WRONG: Final = "clock_wrong"
MEMORY_FULL: Final = "memory_full"
FAULTS: Final = (*_NETWORK_FAULTS, CLOCK_WRONG, MEMORY_FULL)
REMOTE_UNLOCK_DISABLED: Final = "remote_unlock_disabled"
CODE_REFUSED: Final = "code_refused"
FAILURES: Final = (
    "cannot_connect",
    "clock_skew",
    CODE_REFUSED,
    "gateway_busy",
    "gateway_offline",
    "lock_busy",
    "lock_frozen",
    "lock_offline",
    "no_gateway",
    "no_remote_lock",
    "no_remote_right",
    "no_remote_unlock",
    "not_executed",
    "not_permitted",
    "outcome_unknown",
    "power_saving",
    "quota_exceeded",
    "quota_month_exceeded",
    REMOTE_UNLOCK_DISABLED,
    "server_fault",
    "timeout",
    "wifi_not_configured",
)
"""Why a command did not succeed; whatever else an error may say is `other`."""
REASONS: Final = tuple(sorted({*DENIALS, *FAULTS, *FAILURES}))


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
    credential: str | None = None
    """What the credential is called in the lock's tables."""
    credential_id: int | None = None
    command: str | None = None
    count: int | None = None
    """How often somebody was refused."""
    first_use: bool | None = None
    """Whether this credential has opened this lock for the first time, as far as the cloud remembers."""
    since_last: timedelta | None = None
    """Since the same person opened this lock before."""
    late_after: timedelta = LATE_AFTER
    """How long on its way a record is no news any more."""
    written: datetime | None = None
    """When the lock says that it was, on its own clock, right or wrong: by that its record is known again."""

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
            side=side_of(record.record_type),
            reason=reason_of(record),
            battery=record.battery,
            written=record.when,
        )

    @property
    def is_alarm(self) -> bool:
        """Return whether it belongs to the alarms."""
        return self.type in ALARMS

    @property
    def late(self) -> bool:
        """Return whether it is no news any more: automations would greet people who have long gone."""
        return self.received - self.at > self.late_after

    @property
    def bolt(self) -> Bolt | None:
        """Return where it left the bolt, None when it says nothing about it."""
        if self.type not in (EventType.UNLOCKED, EventType.LOCKED, EventType.HEAT_UNLOCK) or self.record_type is None:
            return None
        return moves_to(self.record_type)


def reason_of(record: Record) -> str | None:
    """Return why somebody was refused, or what is wrong; None for records of what worked."""
    return _fault_of(record) if type_of(record) is EventType.FAULT else denial_of(record)


def denial_of(record: Record) -> str | None:
    """Return why somebody was not let in, None for records of what worked."""
    if type_of(record) is not EventType.ACCESS_DENIED:
        return None
    at_lock = _REASONS_AT_LOCK.get(record.lock_type) if record.lock_type is not None else None
    return at_lock or _REASONS.get(record.record_type, OTHER_REASON)


def _fault_of(record: Record) -> str | None:
    """Return what is wrong with the network of a lock, None for what the vendor does not tell or has added."""
    number = record.sub_type or 0
    return _NETWORK_FAULTS[number - 1] if 0 < number <= len(_NETWORK_FAULTS) else None


def failure_of(command: str, reason: str) -> str:
    """Return why a command did not succeed, as one word of a list that stays."""
    if reason == "not_supported" and command == "unlock":
        # For an unlock it means the switch in the lock's settings (ttlock-open-api.md 9, quirk 13).
        return REMOTE_UNLOCK_DISABLED
    if reason.startswith("unlock_code_"):
        # Assistants send no code, and say that the door is open.
        return CODE_REFUSED
    return reason if reason in FAILURES else OTHER_REASON


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


def is_free(record_type: int) -> bool:
    """Return whether a number of the cloud means nothing that is known, so that it may be what a bell writes."""
    return record_type not in _FIXED and record_type not in _METHODS and moves_to(record_type) is None


def method_of(record_type: int) -> str | None:
    """Return with what the bolt was moved or should have been, as one word."""
    return _METHODS.get(record_type)


def side_of(record_type: int) -> str | None:
    """Return from which side the lock was used, None where nobody knows."""
    if record_type in _INSIDE:
        return "inside"
    return "outside" if record_type in _OUTSIDE else None
