"""The lock as somebody at the door meets it: keypad, readers, key, button and the door itself."""

from collections.abc import Callable

from .credentials import RECORDS, Credential, CredentialKind
from .features import Feature
from .inside import LockSecrets, LockSettings
from .journal import LockRecordType
from .keypad import Keypad, Verdict
from .mechanism import DoorResult, Mechanism
from .qr import read_image
from .schedule import WorkingMode

WRONG_CODES_UNTIL_BLOCKED = 5
BLOCKED_SECONDS = 300

_CODE_RECORDS = {
    Verdict.UNKNOWN: LockRecordType.PASSCODE_UNKNOWN,
    Verdict.OUTSIDE: LockRecordType.PASSCODE_EXPIRED,
    Verdict.USED: LockRecordType.PASSCODE_EXPIRED,
    Verdict.SUSPENDED: LockRecordType.PASSCODE_EXPIRED,
    Verdict.BLACKLISTED: LockRecordType.PASSCODE_BLACKLISTED,
}


def _no_page(number: str) -> str | None:
    """Show nothing: a lock of its own has no guests' page."""


class Doorside(Mechanism):
    """A lock with its credentials and what can be done to it by hand."""

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
        self.name = f"S31_{''.join(mac.split(':')[:2:-1])}"
        self.secrets = LockSecrets.derive(key)
        self.owned = True
        """Somebody has its keys; after a reset nobody has."""
        self.known_to_cloud = True
        """The keys are those the cloud knows, so that gateways can talk to it."""
        self.flag = 0
        """``lockFlagPos``: older ekeys are refused (ttlock-ble-protocol.md 5.2)."""
        self.keypad = Keypad(self.secrets.seed, raw_offset)
        self.credentials: dict[CredentialKind, dict[str, Credential]] = {kind: {} for kind in CredentialKind}
        self.qr_page: Callable[[str], str | None] = _no_page
        self.working_mode = WorkingMode()
        self.settings = LockSettings()
        self.frozen = False
        self.double_locked = False
        self.remote_unlock_enabled = True
        self.knows_bolt_state = True
        self.silent = False
        self._wrong_codes = 0

    @property
    def cards(self) -> dict[str, Credential]:
        """Return the cards by number."""
        return self.credentials[CredentialKind.CARD]

    @property
    def fingerprints(self) -> dict[str, Credential]:
        """Return the fingerprints by number."""
        return self.credentials[CredentialKind.FINGERPRINT]

    @property
    def working(self) -> bool:
        """Say whether the lock works now; outside its hours it freezes itself (ttlock-open-api.md 4.3)."""
        return self.working_mode.works(self.local_time)

    def add_feature(self, *features: int) -> None:
        """Build something more into the lock, which its feature value shows."""
        value = int(self.feature_value, 16)
        for feature in features:
            value |= 1 << feature
        self.feature_value = f"{value:X}"
        self.features |= set(features)

    # --- at the door -------------------------------------------------------------------------------------------

    def enter_code(self, digits: str) -> DoorResult:
        """Type a passcode and confirm it."""
        if (refused := self._refused_at_keypad(LockRecordType.PASSCODE_DOUBLE_LOCKED, digits)) is not None:
            return refused
        if digits == self.secrets.no_key_pwd:
            return self._let_in(LockRecordType.ADMIN_PASSCODE_UNLOCK, digits)
        if digits == self.secrets.delete_code and self.has(Feature.DELETE_CODE):
            self.keypad.clear()
            self._record(LockRecordType.DELETE_CODE_USED, number=digits)
            return DoorResult(opened=False, reason="all passcodes erased")
        verdict = self.keypad.enter(digits, now=self.time)
        if verdict is Verdict.OPENS:
            return self._let_in(LockRecordType.PASSCODE_UNLOCK, digits)
        if verdict is Verdict.ERASES:
            self._record(LockRecordType.DELETE_CODE_USED, number=digits)
            return DoorResult(opened=False, reason="all passcodes erased")
        return self._turn_away(_CODE_RECORDS[verdict], digits, verdict.value)

    def swipe_card(self, number: str) -> DoorResult:
        """Hold a card to the reader."""
        return self.present(CredentialKind.CARD, number)

    def touch_finger(self, number: str) -> DoorResult:
        """Put a finger on the reader."""
        return self.present(CredentialKind.FINGERPRINT, number)

    def show_face(self, number: str) -> DoorResult:
        """Look into the camera."""
        return self.present(CredentialKind.FACE, number)

    def show_palm(self, number: str) -> DoorResult:
        """Hold a palm to the reader."""
        return self.present(CredentialKind.PALM_VEIN, number)

    def press_remote(self, number: str) -> DoorResult:
        """Press the unlock button of a remote."""
        return self.present(CredentialKind.REMOTE, number)

    def show_qr(self, number: str) -> DoorResult:
        """Show a QR code: by its number as the guest's page shows it now, or an image that was kept."""
        image = self.qr_page(number) or number
        if (code := read_image(self.secrets.seed, image)) is None:
            return self.present(CredentialKind.QR_CODE, number)
        if (refused := self._refused_at_keypad(LockRecordType.QR_DOUBLE_LOCKED, code.number)) is not None:
            return refused
        if not code.fresh(self.time) or not code.credential.valid(self.time, self.local_time):
            return self._turn_away(LockRecordType.QR_EXPIRED, code.number, "outside its time")
        return self._let_in(LockRecordType.QR_UNLOCK, code.number)

    def present(self, kind: CredentialKind, number: str) -> DoorResult:
        """Show a credential to the reader it belongs to."""
        records = RECORDS[kind]
        known = self.credentials[kind].get(number)
        shown = known.mac if known is not None and known.mac else number
        if (refused := self._refused_at_keypad(records.double_locked, shown)) is not None:
            return refused
        if known is None:
            return self._turn_away(records.unknown, number, "unknown")
        if not known.valid(self.time, self.local_time):
            return self._turn_away(records.expired, shown, "outside its time")
        return self._let_in(records.unlock, shown)

    def code_would_open(self, digits: str) -> bool:
        """Say whether a passcode would open now; unlike entering it, nothing remembers that it was asked."""
        return self._answers_at_door() and (
            digits == self.secrets.no_key_pwd or self.keypad.would_open(digits, now=self.time)
        )

    def would_open(self, kind: CredentialKind, number: str) -> bool:
        """Say whether a credential would open now, without showing it; a QR code as `show_qr` takes it."""
        if not self._answers_at_door():
            return False
        if kind is CredentialKind.QR_CODE:
            code = read_image(self.secrets.seed, self.qr_page(number) or number)
            if code is not None:
                return code.fresh(self.time) and code.credential.valid(self.time, self.local_time)
        known = self.credentials[kind].get(number)
        return known is not None and known.valid(self.time, self.local_time)

    def turn_key(self) -> DoorResult:
        """Turn the mechanical key to the other side; works without power, but then nothing is written down."""
        self.settle()
        bolt = "unlocked" if self._bolt == "locked" else "locked"
        if not self.alive:
            self._bolt = bolt
            return DoorResult(opened=bolt == "unlocked")
        self._bolt = bolt
        self._bolt_moved()
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
        self._bolt_moved()
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

    # --- inside ------------------------------------------------------------------------------------------------

    def _refused_at_keypad(self, double_locked: LockRecordType | None, number: str) -> DoorResult | None:
        self.settle()
        if not self.alive:
            return DoorResult(opened=False, reason="no power")
        if self.frozen:
            return DoorResult(opened=False, reason="frozen")
        if not self.working:
            return DoorResult(opened=False, reason="outside working hours")
        if self._now() < self.blocked_until:
            return DoorResult(opened=False, reason="blocked")
        if self.double_locked:
            if double_locked is not None:
                self._record(double_locked, number=number)
            return DoorResult(opened=False, reason="double-locked")
        return None

    def _answers_at_door(self) -> bool:
        self.settle()
        shut = self.frozen or self.double_locked or self.jammed or self._now() < self.blocked_until
        return self.alive and self.working and not shut

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
