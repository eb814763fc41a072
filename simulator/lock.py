"""A virtual lock: one state machine for the keypad, the radio and the hand at the door.

Nothing in here knows HTTP or Bluetooth; a cloud or a Bluetooth face drives the same object
(ttlock-ble-protocol.md 10).
"""

from dataclasses import replace
from enum import StrEnum

from .credentials import RECORDS, Credential, CredentialKind
from .doorside import Doorside
from .features import Feature
from .inside import LockSecrets, LockSettings
from .journal import LockRecord, LockRecordType
from .keypad import CodeExists, Keypad
from .mechanism import RADIO_COST
from .passcodes import PasscodeKind, RandomCode
from .schedule import CyclicWindow, PassageMode, WorkingMode

CREDENTIAL_CAPACITY = 250
MAX_AUTO_LOCK = 900


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
    NOT_STORED = "not in the lock"


class LockRefused(Exception):
    """The lock refused or did not answer."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep the reason."""
        super().__init__(refusal.value)
        self.refusal = refusal


class VirtualLock(Doorside):
    """A lock with its credentials, settings and log, and the commands it takes over the radio."""

    def answer(self) -> None:
        """Wake the radio and let what is due happen; a lock without power or in bad reception does not answer."""
        self.settle()
        if not self.alive or self.silent:
            raise LockRefused(Refusal.NO_ANSWER)
        self.charge -= RADIO_COST

    def command_unlock(
        self, *, user: str, kind: LockRecordType = LockRecordType.GATEWAY_UNLOCK, uid: int = 0, record_id: int = 0
    ) -> LockRecord:
        """Drive the bolt open on command."""
        self.answer()
        self._accepts(Feature.GATEWAY_UNLOCK if kind is LockRecordType.GATEWAY_UNLOCK else None)
        self._works()
        if kind is LockRecordType.GATEWAY_UNLOCK and not self.remote_unlock_enabled:
            raise LockRefused(Refusal.REMOTE_UNLOCK_OFF)
        if self.double_locked:
            if kind is LockRecordType.BLUETOOTH_UNLOCK:
                self._record(LockRecordType.BLUETOOTH_DOUBLE_LOCKED, user=user, uid=uid, record_id=record_id)
            raise LockRefused(Refusal.DOUBLE_LOCKED)
        self._drive("unlocked")
        return self._record(kind, user=user, uid=uid, record_id=record_id or int(self._now()))

    def command_lock(self, *, user: str, uid: int = 0, record_id: int = 0) -> LockRecord:
        """Drive the bolt out on command."""
        self.answer()
        self._accepts(Feature.REMOTE_LOCK)
        self._works()
        self._drive("locked")
        return self._record(LockRecordType.BLUETOOTH_LOCK, user=user, uid=uid, record_id=record_id or int(self._now()))

    def command_dead_lock(self, *, user: str, uid: int = 0, record_id: int = 0) -> LockRecord:
        """Drive the bolt out and engage the double lock."""
        self.answer()
        self._accepts(None)
        self._works()
        self._drive("locked")
        self.double_locked = True
        return self._record(LockRecordType.DEAD_LOCK, user=user, uid=uid, record_id=record_id)

    def command_remote_key(self, key: int, *, user: str, uid: int = 0, record_id: int = 0) -> LockRecord:
        """Press a button of a gate or shutter: up (1) opens it, down (2) and lock (8) shut it, pause (4) does neither."""
        self.answer()
        self._accepts(None)
        self._works()
        if key != 4:
            self._drive("unlocked" if key == 1 else "locked")
        return self._record(LockRecordType.REMOTE_CONTROL_KEY, number=str(key), user=user, uid=uid, record_id=record_id)

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

    def command_add_passcode(
        self,
        digits: str,
        *,
        start: float,
        end: float,
        kind: PasscodeKind | None = None,
        cycle: RandomCode | None = None,
    ) -> None:
        """Store a custom passcode."""
        self.answer()
        self._accepts(Feature.PASSCODE)
        self.keypad.add(digits, start=start, end=end, kind=kind, cycle=cycle)
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
        """Store a credential in the table of its kind, or replace the one of that number."""
        self._accepts(None)
        if credential.number not in table and len(table) >= CREDENTIAL_CAPACITY:
            raise LockRefused(Refusal.STORAGE_FULL)
        kind = next(kind for kind, own in self.credentials.items() if own is table)
        table[credential.number] = credential
        self._note(RECORDS[kind].added, credential.number)

    def command_store(self, kind: CredentialKind, credential: Credential) -> None:
        """Store a credential that came over the radio."""
        self.answer()
        self.add_credential(self.credentials[kind], credential)

    def command_change_period(
        self, kind: CredentialKind, number: str, *, start: float, end: float, cycle: tuple[CyclicWindow, ...]
    ) -> None:
        """Give a stored credential another period."""
        self.answer()
        self._accepts(None)
        if (known := self.credentials[kind].get(number)) is None:
            raise LockRefused(Refusal.NOT_STORED)
        known.start, known.end, known.cycle = start, end, cycle

    def command_remove(self, kind: CredentialKind, number: str) -> None:
        """Remove a credential; one that never reached the lock is gone all the same."""
        self.answer()
        self._accepts(None)
        if self.credentials[kind].pop(number, None) is not None:
            self._note(RECORDS[kind].deleted, number)

    def command_clear(self, kind: CredentialKind) -> None:
        """Remove all credentials of a kind."""
        self.answer()
        self._accepts(None)
        self.credentials[kind].clear()

    def command_working_mode(self, working_mode: WorkingMode) -> None:
        """Store the working hours; the lock takes them even outside the old ones."""
        self.answer()
        self._accepts(None)
        self.working_mode = working_mode

    def command_admin_passcode(self, digits: str) -> None:
        """Replace the admin passcode."""
        self.answer()
        self._accepts(Feature.PASSCODE)
        if digits in self.keypad.table:
            raise CodeExists(digits)
        self.secrets = replace(self.secrets, no_key_pwd=digits)

    def pair(self, secrets: LockSecrets) -> None:
        """Belong to whoever made these keys."""
        self.secrets = secrets
        self.owned, self.known_to_cloud = True, False

    def move_to_offset(self, raw_offset: int) -> None:
        """Let the cloud know the lock's wall time by this offset; every wall time the lock knows stays."""
        shift = self.raw_offset - raw_offset
        self.raw_offset = raw_offset
        self.clock.offset += shift
        self.keypad.move_to_offset(raw_offset, shift)
        self.journal.shift(shift)
        for table in self.credentials.values():
            for known in table.values():
                known.start, known.end = (moment and moment + shift for moment in (known.start, known.end))

    def reset(self) -> None:
        """Belong to nobody and know nobody, as it came out of the box (ttlock-ble-protocol.md 5.16)."""
        self.settle()
        self.owned = self.known_to_cloud = False
        self.flag = 0
        self.secrets = replace(self.secrets, delete_code="")
        self.keypad = Keypad(self.secrets.seed, self.raw_offset)
        for table in self.credentials.values():
            table.clear()
        self.settings, self.working_mode = LockSettings(), WorkingMode()
        self.frozen = self.double_locked = False
        self.remote_unlock_enabled = True
        self.configure_passage(PassageMode())
        self.configure_auto_lock(0)
        self.configure_door_alarm(0)

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

    def _works(self) -> None:
        if not self.working:
            raise LockRefused(Refusal.FROZEN)

    def _note(self, kind: LockRecordType | None, number: str) -> None:
        if kind is not None:
            self._record(kind, number=number)
