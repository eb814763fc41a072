"""A virtual lock: one state machine for the keypad, the radio and the hand at the door.

Nothing in here knows HTTP or Bluetooth; a cloud or a Bluetooth face drives the same object
(ttlock-ble-protocol.md 10).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
import hashlib

from .credentials import Credential
from .features import Feature
from .journal import LockRecordType
from .keypad import Keypad, Verdict
from .mechanism import RADIO_COST, DoorResult, Mechanism
from .schedule import PassageMode

CREDENTIAL_CAPACITY = 250
WRONG_CODES_UNTIL_BLOCKED = 5
BLOCKED_SECONDS = 300
MAX_AUTO_LOCK = 900

_CODE_RECORDS = {
    Verdict.UNKNOWN: LockRecordType.PASSCODE_UNKNOWN,
    Verdict.OUTSIDE: LockRecordType.PASSCODE_EXPIRED,
    Verdict.USED: LockRecordType.PASSCODE_EXPIRED,
    Verdict.SUSPENDED: LockRecordType.PASSCODE_EXPIRED,
    Verdict.BLACKLISTED: LockRecordType.PASSCODE_BLACKLISTED,
}


class Refusal(StrEnum):
    """Why the lock did not do what the radio asked for."""

    NO_ANSWER = "no answer"
    FROZEN = "frozen"
    UNSUPPORTED = "unsupported"
    REMOTE_UNLOCK_OFF = "remote unlock is off"
    BLOCKED = "bolt is blocked"
    DOUBLE_LOCKED = "double-locked"
    OUT_OF_RANGE = "value out of range"
    STORAGE_FULL = "storage full"


class LockRefused(Exception):
    """The lock refused or did not answer."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the reason."""
        super().__init__(refusal.value)
        self.refusal = refusal


@dataclass(slots=True, kw_only=True)
class LockSettings:
    """Switches of the lock with the cloud's numbers: 1 on (or left), 2 off (or right)."""

    lock_sound: int = 1
    sound_volume: int = 3
    privacy_lock: int = 2
    tamper_alert: int = 1
    reset_button: int = 1
    open_direction: int = 1
    dual_verification: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class LockSecrets:
    """What must never appear in a log: long, distinctive and derived from the lock's seed."""

    seed: bytes = field(repr=False)
    lock_data: str = field(repr=False)
    aes_key_str: str = field(repr=False)
    admin_pwd: str = field(repr=False)
    lock_key: str = field(repr=False)
    delete_pwd: str = field(repr=False)
    no_key_pwd: str = field(repr=False)

    @classmethod
    def derive(cls, name: str) -> LockSecrets:
        """Make the secrets of a lock out of its name, the same in every run."""
        seed = hashlib.sha256(f"virtual lock {name}".encode()).digest()
        text = seed.hex()
        aes_key = b"canary" + seed[:10]
        digits = str(int.from_bytes(seed[:8]) % 10**9).zfill(9)
        return cls(
            seed=seed,
            lock_data=f"canaryLockData{text}{text[::-1]}AA",
            aes_key_str=",".join(f"{byte:02x}" for byte in aes_key),
            admin_pwd=f"canaryAdminPwd{text[:32]}AA",
            lock_key=f"canaryLockKey{text[32:]}AAA",
            delete_pwd=f"canaryDeletePwd{text[16:48]}A",
            no_key_pwd=digits,
        )


class VirtualLock(Mechanism):
    """A lock with its credentials, settings and log."""

    def __init__(
        self,
        *,
        key: str,
        lock_id: int,
        mac: str,
        now: Callable[[], float],
        feature_value: str,
        raw_offset: int = 0,
    ) -> None:
        """Build a lock as it comes out of the box."""
        super().__init__(now=now, feature_value=feature_value, raw_offset=raw_offset)
        self.key = key
        self.lock_id = lock_id
        self.mac = mac
        self.name = f"S31_{mac.replace(':', '')[-6:].lower()}"
        self.secrets = LockSecrets.derive(key)
        self.keypad = Keypad(self.secrets.seed, raw_offset)
        self.cards: dict[str, Credential] = {}
        self.fingerprints: dict[str, Credential] = {}
        self.settings = LockSettings()
        self.frozen = False
        self.double_locked = False
        self.remote_unlock_enabled = True
        self.knows_bolt_state = True
        self.silent = False
        self._wrong_codes = 0

    # --- at the door -------------------------------------------------------------------------------------------

    def enter_code(self, digits: str) -> DoorResult:
        """Type a passcode and confirm it."""
        if (refused := self._refused_at_keypad(LockRecordType.PASSCODE_DOUBLE_LOCKED, digits)) is not None:
            return refused
        if digits == self.secrets.no_key_pwd:
            return self._let_in(LockRecordType.PASSCODE_UNLOCK, digits)
        verdict = self.keypad.enter(digits, now=self.time)
        if verdict is Verdict.OPENS:
            return self._let_in(LockRecordType.PASSCODE_UNLOCK, digits)
        if verdict is Verdict.ERASES:
            self._record(LockRecordType.DELETE_CODE_USED, number=digits)
            return DoorResult(opened=False, reason="all passcodes erased")
        return self._turn_away(_CODE_RECORDS[verdict], digits, verdict.value)

    def swipe_card(self, number: str) -> DoorResult:
        """Hold a card to the reader."""
        if (refused := self._refused_at_keypad(LockRecordType.CARD_DOUBLE_LOCKED, number)) is not None:
            return refused
        if (card := self.cards.get(number)) is None:
            return self._turn_away(LockRecordType.CARD_FAILED, number, "unknown")
        if not card.valid(self.time, self.local_time):
            return self._turn_away(LockRecordType.CARD_EXPIRED, number, "outside its time")
        return self._let_in(LockRecordType.CARD_UNLOCK, number)

    def touch_finger(self, number: str) -> DoorResult:
        """Put a finger on the reader; an unknown finger leaves no record, for it has no number."""
        if (refused := self._refused_at_keypad(LockRecordType.FINGERPRINT_DOUBLE_LOCKED, number)) is not None:
            return refused
        if (finger := self.fingerprints.get(number)) is None:
            return self._turn_away(None, number, "unknown")
        if not finger.valid(self.time, self.local_time):
            return self._turn_away(LockRecordType.FINGERPRINT_EXPIRED, number, "outside its time")
        return self._let_in(LockRecordType.FINGERPRINT_UNLOCK, number)

    def turn_key(self) -> DoorResult:
        """Turn the mechanical key to the other side; works without power, but then nothing is written down."""
        self.settle()
        bolt = "unlocked" if self._bolt == "locked" else "locked"
        if not self.alive:
            self._bolt = bolt
            return DoorResult(opened=bolt == "unlocked")
        self._bolt = bolt
        self._arm_auto_lock(self._now())
        self._record(LockRecordType.KEY_UNLOCK if bolt == "unlocked" else LockRecordType.KEY_LOCK)
        return DoorResult(opened=bolt == "unlocked")

    def press_button(self) -> DoorResult:
        """Press the button inside: it drives the bolt to the other side."""
        self.settle()
        if not self.alive:
            return DoorResult(opened=False, reason="no power")
        if self.jammed:
            return DoorResult(opened=self._bolt == "unlocked", reason="bolt is blocked")
        bolt = "unlocked" if self._bolt == "locked" else "locked"
        self._move(bolt, self._now())
        self._record(LockRecordType.BUTTON_UNLOCK if bolt == "unlocked" else LockRecordType.BUTTON_LOCK)
        return DoorResult(opened=bolt == "unlocked")

    def open_door(self) -> DoorResult:
        """Pull the door open; the bolt holds it when it is out."""
        self.settle()
        if self._bolt == "locked" and not self.door_open:
            return DoorResult(opened=False, reason="locked")
        if not self.door_open:
            self._door_moved(True)
        return DoorResult(opened=True)

    def close_door(self) -> DoorResult:
        """Close the door."""
        self.settle()
        if self.door_open:
            self._door_moved(False)
        return DoorResult(opened=self._bolt == "unlocked")

    def force_open(self) -> DoorResult:
        """Break the door open with the bolt still out."""
        self.settle()
        if self.alive:
            self._record(LockRecordType.FORCED)
        if not self.door_open:
            self._door_moved(True)
        return DoorResult(opened=False, reason="forced")

    def tamper(self) -> DoorResult:
        """Lift the cover; reported while the tamper alert is on."""
        self.settle()
        if self.alive and self.settings.tamper_alert == 1:
            self._record(LockRecordType.TAMPER)
        return DoorResult(opened=self._bolt == "unlocked")

    def set_double_lock(self, engaged: bool) -> DoorResult:
        """Engage or release the double lock from inside."""
        self.settle()
        self.double_locked = engaged
        if engaged:
            self._bolt = "locked"
        self._record(LockRecordType.DOUBLE_LOCKED if engaged else LockRecordType.DOUBLE_LOCK_RELEASED)
        return DoorResult(opened=self._bolt == "unlocked")

    def remove_battery(self) -> None:
        """Take the battery out: the lock answers nothing until another one is in."""
        self.settle()
        self.powered = False

    def insert_battery(self, charge: int = 100) -> None:
        """Put a battery in; timers that ran out meanwhile are forgotten."""
        self.powered = True
        self.battery = charge
        self._settled = self._now()
        self._arm_auto_lock(self._now())
        self._record(LockRecordType.POWER_ON)

    # --- over the radio ----------------------------------------------------------------------------------------

    def answer(self) -> None:
        """Wake the radio and let what is due happen; a lock without power or in bad reception does not answer."""
        self.settle()
        if not self.alive or self.silent:
            raise LockRefused(Refusal.NO_ANSWER)
        self.charge -= RADIO_COST

    def command_unlock(self, *, user: str, kind: LockRecordType = LockRecordType.GATEWAY_UNLOCK) -> None:
        """Drive the bolt open on command."""
        self.answer()
        self._accepts(Feature.GATEWAY_UNLOCK if kind is LockRecordType.GATEWAY_UNLOCK else None)
        if kind is LockRecordType.GATEWAY_UNLOCK and not self.remote_unlock_enabled:
            raise LockRefused(Refusal.REMOTE_UNLOCK_OFF)
        if self.double_locked:
            raise LockRefused(Refusal.DOUBLE_LOCKED)
        self._drive("unlocked")
        self._record(kind, user=user)

    def command_lock(self, *, user: str) -> None:
        """Drive the bolt out on command."""
        self.answer()
        self._accepts(Feature.REMOTE_LOCK)
        self._drive("locked")
        self._record(LockRecordType.BLUETOOTH_LOCK, user=user)

    def command_freeze(self, frozen: bool) -> None:
        """Freeze or thaw the lock."""
        self.answer()
        self._supports(Feature.FREEZE)
        self.frozen = frozen

    def command_auto_lock(self, seconds: int) -> None:
        """Set the auto-lock delay."""
        self.answer()
        self._accepts(Feature.AUTO_LOCK)
        if not -1 <= seconds <= MAX_AUTO_LOCK:
            raise LockRefused(Refusal.OUT_OF_RANGE)
        self.configure_auto_lock(seconds)

    def command_passage(self, passage: PassageMode) -> None:
        """Store the hold-open schedule."""
        self.answer()
        self._accepts(Feature.PASSAGE_MODE)
        self.configure_passage(passage)

    def command_set_clock(self) -> float:
        """Set the clock right."""
        self.answer()
        self._accepts(None)
        return self.set_clock()

    def command_setting(self, name: str, value: int) -> None:
        """Change one of the switches or the door alarm."""
        self.answer()
        self._accepts(None)
        if name == "door_alarm_seconds":
            self.configure_door_alarm(value)
        else:
            setattr(self.settings, name, value)

    def command_add_passcode(self, digits: str, *, start: float, end: float) -> None:
        """Store a custom passcode."""
        self.answer()
        self._accepts(Feature.PASSCODE)
        self.keypad.add(digits, start=start, end=end)
        self._record(LockRecordType.PASSCODE_ADDED, number=digits)

    def command_change_passcode(
        self, digits: str, *, new_digits: str | None, start: float | None, end: float | None
    ) -> None:
        """Change digits, period or both of a stored passcode."""
        self.answer()
        self._accepts(Feature.CHANGE_PASSCODE)
        self.keypad.change(digits, new_digits=new_digits, start=start, end=end)

    def command_delete_passcode(self, digits: str) -> None:
        """Remove a passcode."""
        self.answer()
        self._accepts(Feature.PASSCODE)
        self.keypad.delete(digits, now=self.time)

    def add_credential(self, table: dict[str, Credential], credential: Credential) -> None:
        """Store a card or fingerprint, or replace the one of that number."""
        self._accepts(None)
        if credential.number not in table and len(table) >= CREDENTIAL_CAPACITY:
            raise LockRefused(Refusal.STORAGE_FULL)
        card = table is self.cards
        table[credential.number] = credential
        self._record(LockRecordType.CARD_ADDED if card else LockRecordType.FINGERPRINT_ADDED, number=credential.number)

    # --- inside ------------------------------------------------------------------------------------------------

    def _supports(self, feature: Feature | None) -> None:
        if feature is not None and not self.has(feature):
            raise LockRefused(Refusal.UNSUPPORTED)

    def _accepts(self, feature: Feature | None) -> None:
        if self.frozen:
            raise LockRefused(Refusal.FROZEN)
        self._supports(feature)

    def _drive(self, bolt: str) -> None:
        if self.jammed:
            raise LockRefused(Refusal.BLOCKED)
        self.actuations += 1
        self._move(bolt, self._now())

    def _refused_at_keypad(self, double_locked: LockRecordType, number: str) -> DoorResult | None:
        self.settle()
        if not self.alive:
            return DoorResult(opened=False, reason="no power")
        if self.frozen:
            return DoorResult(opened=False, reason="frozen")
        if self._now() < self.blocked_until:
            return DoorResult(opened=False, reason="blocked")
        if self.double_locked:
            self._record(double_locked, number=number)
            return DoorResult(opened=False, reason="double-locked")
        return None

    def _let_in(self, kind: LockRecordType, number: str) -> DoorResult:
        self._wrong_codes = 0
        if self.jammed:
            return DoorResult(opened=False, reason="bolt is blocked")
        self._move("unlocked", self._now())
        self._record(kind, number=number)
        return DoorResult(opened=True)

    def _turn_away(self, kind: LockRecordType | None, number: str, reason: str) -> DoorResult:
        if kind is not None:
            self._record(kind, number=number)
        self._wrong_codes += 1
        if self._wrong_codes >= WRONG_CODES_UNTIL_BLOCKED:
            self._wrong_codes = 0
            self.blocked_until = self._now() + BLOCKED_SECONDS
            self._record(LockRecordType.SYSTEM_LOCKED)
        # A refused credential does not move the bolt: what was open stays open.
        return DoorResult(opened=False, reason=reason)
