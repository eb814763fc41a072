"""What a lock says to everybody around it, without a connection (ttlock-ble-protocol.md 2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from ..models import Bolt
from .frame import Header
from .operations.wire import MAC_BYTES

COMPANY_ID: Final = 0x0305
"""By which a stack reports the data of a lock of protocol 5.3: it takes its first two bytes for a manufacturer."""
_MIN_LENGTH: Final = 15
_PROTOCOL: Final = b"\x05\x03"
_NAME_WITHOUT_FLAGS: Final = "LOCK_"
_NAME_OF_UPDATE: Final = "ScienerDfu"
_FULL: Final = 100
_FULL_CLAIM_SECONDS: Final = 90.0


class Kind(StrEnum):
    """What is there."""

    LOCK = "lock"
    PARKING_LOCK = "parking_lock"
    REMOTE = "remote"
    """A remote control device or key fob."""
    UPDATE = "update"
    """A lock that waits for its firmware and has no state."""
    GATEWAY_UPDATE = "gateway_update"
    WRISTBAND = "wristband"
    KEYPAD = "keypad"
    """A wireless keypad with a reader."""


class LockType(IntEnum):
    """Generations of locks, with the vendor's numbers (2.3)."""

    V2 = 2
    V2S = 3
    V2S_PLUS = 4
    V3 = 5
    CAR = 6
    MOBI = 7
    V3_CAR = 8


class Scene(IntEnum):
    """What a lock is on (2.4)."""

    DOOR = 0
    DOOR_1 = 1
    DOOR_2 = 2
    DOOR_3 = 3
    GLASS_DOOR = 4
    SAFE = 5
    BICYCLE = 6
    PARKING = 7
    PADLOCK = 8
    CYLINDER = 9
    REMOTE_CONTROL = 10
    SAFE_WITH_ONE_PASSCODE = 11
    LIFT = 12
    POWER_SAVER = 13
    STICK_ON = 14
    WIFI_POWER_SAVER = 17


class Flag(IntEnum):
    """The bits of the flags byte (2.2)."""

    UNLOCKED = 0x01
    NEW_RECORDS = 0x02
    SETTING_MODE = 0x04
    TOUCHED = 0x08
    DORMANT = 0x10
    """On a parking lock: a car is there."""


_WITHOUT_FLAGS: Final = (LockType.V2, LockType.V2S)
_REMOTE: Final = (5, 3, Scene.REMOTE_CONTROL)
_SPECIAL: Final = {
    b"\x12\x19": Kind.UPDATE,
    b"\xff\xff": Kind.UPDATE,
    b"\x13\x19": Kind.GATEWAY_UPDATE,
    b"\x34\x12": Kind.WRISTBAND,
    b"\x10\x15": Kind.KEYPAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertisement:
    """One of them."""

    kind: Kind
    address: str | None = None
    """That of the lock itself, in upper case with colons."""
    header: Header | None = None
    """What its frames begin with, as far as it says: group and organisation it does not."""
    lock_type: LockType | None = None
    bolt: Bolt = Bolt.UNKNOWN
    """Unknown while the radio sleeps: then the lock says nothing true of its bolt."""
    battery: int | None = None
    has_new_records: bool = False
    is_in_setting_mode: bool = False
    """It belongs to nobody, is awake and can be paired."""
    is_touched: bool = False
    is_dormant: bool = False
    has_car: bool | None = None
    """Whether a car stands over a parking lock."""
    step: tuple[int, int, int] | None = None
    """Of a wireless keypad: status (0 waiting, 1 adding a fingerprint, 2 done), step or result, number of steps."""

    @property
    def scene(self) -> Scene | None:
        """Return what the lock is on, None when that is not known."""
        if self.header is None:
            return None
        try:
            return Scene(self.header.scene)
        except ValueError:
            return None


def parse(
    manufacturer_data: Mapping[int, bytes], *, name: str | None = None, expected: str | None = None
) -> Advertisement | None:
    """Read what a stack reports; None when it is nothing of this vendor. Never raises.

    Stacks keep entries that are out of date beside the one that is sent, so with the address that is `expected` only an
    entry of that lock counts.
    """
    found: Advertisement | None = None
    for company_id, payload in manufacturer_data.items():
        read = parse_raw((company_id & 0xFFFF).to_bytes(2, "little") + payload, name=name)
        if read is None or (expected is not None and read.address not in (None, expected)):
            continue
        # Without flags little is left by which a stranger could be told from a lock.
        if read.lock_type in _WITHOUT_FLAGS and expected is None and not _is_old_name(name):
            continue
        if found is None or read.address is not None or found.address is None:
            found = read
    if found is None and not manufacturer_data and name == _NAME_OF_UPDATE:
        return Advertisement(kind=Kind.UPDATE)
    return found


def parse_raw(raw: bytes, *, name: str | None = None) -> Advertisement | None:
    """Read the bytes as they were sent, "company" first; None when they are none of this vendor."""
    if len(raw) < _MIN_LENGTH:
        return None
    begin = raw[:2]
    if begin == _PROTOCOL:
        return _lock(raw, (raw[0], raw[1], raw[2]), 3, name)
    if (kind := _SPECIAL.get(begin)) is not None:
        return Advertisement(kind=kind, step=(raw[2], raw[3], raw[4]) if kind is Kind.KEYPAD else None)
    if len(raw) <= _MIN_LENGTH:
        return None
    return _lock(raw, (raw[4], raw[5], raw[7]), 8, name)


def _lock(raw: bytes, version: tuple[int, int, int], flags_at: int, name: str | None) -> Advertisement | None:
    if (lock_type := _lock_type(version)) is None:
        return None
    kind = _kind(version, lock_type)
    address = raw[-MAC_BYTES:][::-1].hex(":").upper()
    header = Header(*version)
    if lock_type in _WITHOUT_FLAGS or _is_old_name(name):
        return Advertisement(kind=kind, address=address, header=header, lock_type=lock_type)
    flags, battery = raw[flags_at], raw[flags_at + 1]
    if battery > 100:
        return None
    is_parking = kind is Kind.PARKING_LOCK
    is_dormant = not is_parking and bool(flags & Flag.DORMANT)
    bolt = Bolt.UNLOCKED if flags & Flag.UNLOCKED else Bolt.LOCKED
    return Advertisement(
        kind=kind,
        address=address,
        header=header,
        lock_type=lock_type,
        bolt=Bolt.UNKNOWN if is_dormant or kind is Kind.REMOTE else bolt,
        battery=battery,
        has_new_records=bool(flags & Flag.NEW_RECORDS),
        is_in_setting_mode=bool(flags & Flag.SETTING_MODE),
        is_touched=bool(flags & Flag.TOUCHED),
        is_dormant=is_dormant,
        has_car=bool(flags & Flag.DORMANT) if is_parking else None,
    )


def _is_old_name(name: str | None) -> bool:
    return name is not None and name.startswith(_NAME_WITHOUT_FLAGS)


def _lock_type(version: tuple[int, int, int]) -> LockType | None:
    match version:
        case (5, 3, scene):
            return LockType.V3_CAR if scene == Scene.PARKING else LockType.V3
        case (5, 4, _):
            return LockType.V2S_PLUS
        case (5, 1, _):
            return LockType.V2S
        case (3, _, _):
            return LockType.V2
        case (10, 1, _):
            return LockType.CAR
        case (11, 1, _):
            return LockType.MOBI
    return None


def _kind(version: tuple[int, int, int], lock_type: LockType) -> Kind:
    if lock_type in (LockType.CAR, LockType.V3_CAR):
        return Kind.PARKING_LOCK
    return Kind.REMOTE if version == _REMOTE else Kind.LOCK


class Watcher:
    """What the advertisements of one lock tell over time."""

    def __init__(self, address: str) -> None:
        """Know nothing yet."""
        self._address = address
        self._entries: dict[int, bytes] = {}
        self._connected_at: float | None = None
        self.latest: Advertisement | None = None
        self.bolt = Bolt.UNKNOWN
        """Where the bolt was when the lock was last awake; whoever learns more from a connection sets it."""
        self.battery: int | None = None

    def take(
        self, manufacturer_data: Mapping[int, bytes], *, name: str | None = None, now: float
    ) -> Advertisement | None:
        """Take what a stack reports of the lock; None when it holds nothing of it. `now` is a time that only grows."""
        # What has changed is what was sent; everything else is there because the stack keeps it.
        changed = {
            company_id: payload
            for company_id, payload in manufacturer_data.items()
            if self._entries.get(company_id) != payload
        }
        self._entries = dict(manufacturer_data)
        found = parse(changed, name=name, expected=self._address) if changed else self.latest
        found = found or parse(manufacturer_data, name=name, expected=self._address)
        if found is None:
            return None
        self.latest = found
        if found.bolt is not Bolt.UNKNOWN:
            self.bolt = found.bolt
        if found.battery is not None and not self._is_jump(found.battery, now):
            self.battery = found.battery
        return found

    def connected(self, now: float) -> None:
        """Note that there was a connection: for about a minute after it some locks claim to be full (2.5)."""
        self._connected_at = now

    def _is_jump(self, battery: int, now: float) -> bool:
        return (
            battery == _FULL
            and self.battery is not None
            and self._connected_at is not None
            and now - self._connected_at < _FULL_CLAIM_SECONDS
        )
