"""What can go wrong with a lock or its cloud, as one tree of typed errors.

Every error carries a `reason`: a stable word that callers translate, and the vendor's code where there was one.
Vendor texts are never matched and never carried, they change and may quote what was sent.
Source of the codes: ttlock-open-api.md 3.2 for those of the cloud, ttlock-ble-protocol.md 6.3 for those of a lock.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Remedy(StrEnum):
    """What happens after an error, beside the sentence that says so: exactly one for each."""

    RETRY = "retry"
    """It passes: what only reads, or was refused before it began, is tried again without anybody asking."""
    REPAIR = "repair"
    """It stays until somebody does something at the lock, the gateway or the application: that is asked for."""
    RAISE = "raise"
    """It is the verdict on this very request, or nobody may decide to send it again but the user."""
    SIGN_IN = "sign_in"
    """Application, account or token are not accepted: the user is asked to sign in again."""


class TTLockError(Exception):
    """Base of all errors of the client."""

    default_reason = "vendor_error"
    default_remedy = Remedy.RAISE

    def __init__(self, reason: str | None = None, *, code: int | None = None, remedy: Remedy | None = None) -> None:
        """Keep the reason word and the vendor's code; `remedy` is that of a code that the cloud does not know."""
        self.reason = reason or self.default_reason
        self.code = code
        self._remedy = remedy
        super().__init__(self.reason if code is None else f"{self.reason} (vendor code {code})")

    @property
    def remedy(self) -> Remedy:
        """Return what happens now."""
        if self._remedy is not None:
            return self._remedy
        row = None if self.code is None else VENDOR_CODES.get(self.code)
        return row.remedy if row else self.default_remedy


class SignInError(TTLockError):
    """The application or the account was not accepted."""

    default_remedy = Remedy.SIGN_IN


class ApplicationRejected(SignInError):
    """The developer application is wrong or not approved: only its owner can mend it."""

    default_reason = "application_rejected"


class AccountRejected(SignInError):
    """Wrong app account or password, or an account of the other region."""

    default_reason = "wrong_account"


class TokenRejected(SignInError):
    """The access token is unknown, expired or revoked: renew it, then sign in again."""

    default_reason = "token_rejected"


class RefreshRejected(SignInError):
    """The refresh token is not valid any more: the user has to sign in again."""

    default_reason = "sign_in_again"


class WrongRegion(SignInError):
    """The account lives on the servers of another region."""

    default_reason = "wrong_region"


class TransportError(TTLockError):
    """No usable answer came from the cloud; nothing was changed."""

    default_reason = "cannot_connect"
    default_remedy = Remedy.RETRY


class ConnectionFailed(TransportError):
    """The cloud could not be reached or dropped the connection."""


class RequestTimeout(TransportError):
    """The cloud did not answer in time."""

    default_reason = "timeout"


class ServerFault(TransportError):
    """The cloud answered with a fault of its own or with something that is not an answer."""

    default_reason = "server_fault"


class EndpointMissing(TransportError):
    """The cloud does not know this call."""

    default_reason = "server_fault"


class NotTold(TransportError):
    """The lock was changed over Bluetooth and the cloud does not know: it is told when the same is done again."""

    default_reason = "cloud_not_told"


class BluetoothError(TTLockError):
    """No usable answer came over Bluetooth. What must not come twice was not done; anything else may have been."""

    default_reason = "bluetooth_failed"
    default_remedy = Remedy.RETRY


class OutOfReach(BluetoothError):
    """No Bluetooth adapter or proxy of this host hears the lock, or it did not take the connection."""

    default_reason = "out_of_bluetooth_reach"


class NoConnectionSlot(BluetoothError):
    """The adapters and proxies that hear the lock hold as many connections as they can."""

    default_reason = "no_bluetooth_slot"


class LinkLost(BluetoothError):
    """The connection to the lock ended, before anything was done that must not come twice."""

    default_reason = "bluetooth_link_lost"


class NoReply(BluetoothError):
    """The lock took the connection and did not answer in time."""

    default_reason = "no_bluetooth_reply"


class BadReply(BluetoothError):
    """What the lock said is damaged or not an answer to what was asked."""

    default_reason = "bluetooth_reply_unreadable"


class OutcomeUnknown(TTLockError):
    """The answer to a command was lost: it may or may not have been carried out. Never send it again unasked."""

    default_reason = "outcome_unknown"


class Interrupted(TTLockError):
    """The account was unloaded while something was under way; what was written down goes on when it is back."""

    default_reason = "interrupted"
    default_remedy = Remedy.RETRY


class ClockSkew(TTLockError):
    """The clock of this host is more than five minutes off."""

    default_reason = "clock_skew"
    default_remedy = Remedy.REPAIR


class QuotaExceeded(TTLockError):
    """The application has used up its calls."""

    default_reason = "quota_exceeded"
    default_remedy = Remedy.REPAIR


class Withheld(TTLockError):
    """Not sent: what is left of the calls of the month is for commands, or this reading is not due yet."""

    default_reason = "withheld"
    default_remedy = Remedy.RETRY


class DeviceUnreachable(TTLockError):
    """The cloud cannot talk to the lock now."""

    default_reason = "lock_offline"
    default_remedy = Remedy.RETRY
    gateway: str | None = None
    """Name of the gateway that is silent, where somebody who knows has noted it."""


class DeviceBusy(TTLockError):
    """The gateway or lock is busy with another command; this one was refused before it began."""

    default_reason = "gateway_busy"
    default_remedy = Remedy.RETRY


class NotSent(DeviceBusy):
    """Others kept the gateway busy for so long that this was not even sent: certainly nothing has moved."""

    default_reason = "not_sent"


class NotExecuted(TTLockError):
    """The lock did not answer its gateway."""

    default_reason = "not_executed"
    default_remedy = Remedy.RETRY


class Unsupported(TTLockError):
    """The lock cannot do this, or it is switched off in its settings."""

    default_reason = "not_supported"


class NotPermitted(TTLockError):
    """This account may not do that."""

    default_reason = "not_permitted"


class NotFound(TTLockError):
    """The object is gone."""

    default_reason = "not_found"


class InvalidInput(TTLockError):
    """The request breaks a rule of the lock or the cloud."""

    default_reason = "invalid_input"


class KeyInvalid(TTLockError):
    """The Bluetooth key does not fit the lock: it was reset and paired again, or its ekeys were reset."""

    default_reason = "bluetooth_key_invalid"
    default_remedy = Remedy.REPAIR


class NotInSettingMode(TTLockError):
    """The lock belongs to somebody, so it cannot be paired."""

    default_reason = "not_in_setting_mode"


class VendorError(TTLockError):
    """A code that is not in the vendor's table, or a fault of ours that the vendor reports."""


class Row(NamedTuple):
    """What a code of the vendor means here."""

    kind: type[TTLockError]
    reason: str
    remedy: Remedy


VENDOR_CODES: Final[dict[int, Row]] = {
    1: Row(NotExecuted, "not_executed", Remedy.RETRY),
    -3: Row(VendorError, "invalid_parameter", Remedy.RAISE),
    10000: Row(ApplicationRejected, "application_unknown", Remedy.SIGN_IN),
    10001: Row(ApplicationRejected, "application_rejected", Remedy.SIGN_IN),
    10002: Row(ApplicationRejected, "application_rejected", Remedy.SIGN_IN),
    10003: Row(TokenRejected, "token_rejected", Remedy.SIGN_IN),
    10004: Row(TokenRejected, "token_rejected", Remedy.SIGN_IN),
    10005: Row(NotPermitted, "not_permitted", Remedy.RAISE),
    10006: Row(ApplicationRejected, "application_not_approved", Remedy.SIGN_IN),
    10007: Row(AccountRejected, "wrong_account", Remedy.SIGN_IN),
    10008: Row(ApplicationRejected, "application_rejected", Remedy.SIGN_IN),
    10009: Row(ApplicationRejected, "application_rejected", Remedy.SIGN_IN),
    10010: Row(ApplicationRejected, "application_rejected", Remedy.SIGN_IN),
    10011: Row(RefreshRejected, "sign_in_again", Remedy.SIGN_IN),
    20000: Row(NotPermitted, "not_permitted", Remedy.RAISE),
    20001: Row(NotPermitted, "not_permitted", Remedy.RAISE),
    20002: Row(NotPermitted, "not_admin", Remedy.RAISE),
    20003: Row(NotFound, "ekey_not_found", Remedy.RAISE),
    20004: Row(NotFound, "ekey_not_found", Remedy.RAISE),
    20005: Row(InvalidInput, "invalid_input", Remedy.RAISE),
    20006: Row(InvalidInput, "receiver_unknown", Remedy.RAISE),
    20007: Row(InvalidInput, "invalid_input", Remedy.RAISE),
    20008: Row(InvalidInput, "invalid_input", Remedy.RAISE),
    30001: Row(NotPermitted, "not_permitted", Remedy.RAISE),
    30002: Row(InvalidInput, "username_invalid", Remedy.RAISE),
    30003: Row(InvalidInput, "username_taken", Remedy.RAISE),
    30004: Row(InvalidInput, "user_not_removable", Remedy.RAISE),
    30005: Row(VendorError, "invalid_parameter", Remedy.RAISE),
    30006: Row(QuotaExceeded, "quota_exceeded", Remedy.REPAIR),
    30007: Row(QuotaExceeded, "quota_month_exceeded", Remedy.REPAIR),
    30008: Row(WrongRegion, "wrong_region", Remedy.SIGN_IN),
    80000: Row(ClockSkew, "clock_skew", Remedy.REPAIR),
    80002: Row(VendorError, "invalid_parameter", Remedy.RAISE),
    90000: Row(ServerFault, "server_fault", Remedy.RETRY),
    -1003: Row(NotFound, "lock_not_found", Remedy.RAISE),
    -1007: Row(Unsupported, "no_passcode_data", Remedy.RAISE),
    -1008: Row(NotFound, "ekey_not_found", Remedy.RAISE),
    -1016: Row(InvalidInput, "name_taken", Remedy.RAISE),
    -1018: Row(NotFound, "group_not_found", Remedy.RAISE),
    -1021: Row(NotFound, "card_not_found", Remedy.RAISE),
    -1023: Row(NotFound, "fingerprint_not_found", Remedy.RAISE),
    -1026: Row(InvalidInput, "random_passcode_used_up", Remedy.RAISE),
    -1027: Row(InvalidInput, "receiver_bound", Remedy.RAISE),
    -2009: Row(NotFound, "passcode_not_found", Remedy.RAISE),
    -2012: Row(DeviceUnreachable, "no_gateway", Remedy.RETRY),
    -2018: Row(NotPermitted, "not_permitted", Remedy.RAISE),
    -2019: Row(InvalidInput, "receiver_is_self", Remedy.RAISE),
    -2020: Row(InvalidInput, "receiver_is_admin", Remedy.RAISE),
    -2023: Row(InvalidInput, "ekey_period_fixed", Remedy.RAISE),
    -2025: Row(Unsupported, "lock_frozen", Remedy.RAISE),
    -2032: Row(InvalidInput, "passcode_too_simple", Remedy.RAISE),
    -3002: Row(DeviceUnreachable, "gateway_offline", Remedy.REPAIR),
    -3003: Row(DeviceBusy, "gateway_busy", Remedy.RETRY),
    -3006: Row(InvalidInput, "passcode_length", Remedy.RAISE),
    -3007: Row(InvalidInput, "passcode_exists", Remedy.RAISE),
    -3008: Row(InvalidInput, "random_passcode_unused", Remedy.RAISE),
    -3009: Row(InvalidInput, "passcode_memory_full", Remedy.REPAIR),
    -3011: Row(InvalidInput, "receiver_is_self", Remedy.RAISE),
    -3016: Row(InvalidInput, "receiver_is_self", Remedy.RAISE),
    -3034: Row(DeviceUnreachable, "wifi_not_configured", Remedy.RETRY),
    -3035: Row(DeviceUnreachable, "power_saving", Remedy.REPAIR),
    -3036: Row(DeviceUnreachable, "lock_offline", Remedy.RETRY),
    -3037: Row(DeviceBusy, "lock_busy", Remedy.RETRY),
    -3039: Row(InvalidInput, "own_ekey_shorter", Remedy.RAISE),
    -3046: Row(NotPermitted, "no_remote_right", Remedy.RAISE),
    -4037: Row(NotFound, "gateway_not_found", Remedy.RAISE),
    # For an unlock it means a switch that somebody has to go to (9, quirk 13); anything else the lock is not able to do.
    -4043: Row(Unsupported, "not_supported", Remedy.REPAIR),
    -4056: Row(InvalidInput, "lock_memory_full", Remedy.REPAIR),
    -4063: Row(InvalidInput, "locks_left", Remedy.RAISE),
    -4064: Row(InvalidInput, "receiver_unknown", Remedy.RAISE),
    -4067: Row(DeviceUnreachable, "lock_offline", Remedy.RETRY),
    -4082: Row(InvalidInput, "auto_lock_range", Remedy.RAISE),
}


LOCK_CODES: Final[dict[int, Row]] = {
    # Damaged on its way: what is harmless is sent again, nothing else.
    0x01: Row(NotExecuted, "not_understood_by_lock", Remedy.RETRY),
    0x02: Row(NotPermitted, "not_admin", Remedy.RAISE),
    0x03: Row(KeyInvalid, "bluetooth_key_invalid", Remedy.REPAIR),
    0x04: Row(InvalidInput, "lock_memory_full", Remedy.REPAIR),
    0x05: Row(KeyInvalid, "lock_not_paired", Remedy.REPAIR),
    0x06: Row(KeyInvalid, "lock_not_paired", Remedy.REPAIR),
    0x07: Row(NotInSettingMode, "not_in_setting_mode", Remedy.RAISE),
    0x08: Row(KeyInvalid, "bluetooth_key_invalid", Remedy.REPAIR),
    0x0A: Row(NotExecuted, "battery_too_low", Remedy.REPAIR),
    0x0B: Row(VendorError, "invalid_parameter", Remedy.RAISE),
    0x0C: Row(VendorError, "invalid_parameter", Remedy.RAISE),
    0x0D: Row(KeyInvalid, "ekey_was_reset", Remedy.REPAIR),
    0x0E: Row(NotPermitted, "ekey_expired", Remedy.RAISE),
    0x0F: Row(InvalidInput, "passcode_length", Remedy.RAISE),
    0x10: Row(InvalidInput, "passcode_is_delete_code", Remedy.RAISE),
    0x11: Row(NotPermitted, "ekey_not_yet_valid", Remedy.RAISE),
    0x12: Row(KeyInvalid, "bluetooth_key_invalid", Remedy.REPAIR),
    0x13: Row(NotExecuted, "failed_at_lock", Remedy.RAISE),
    0x14: Row(InvalidInput, "passcode_exists", Remedy.RAISE),
    0x15: Row(NotFound, "passcode_not_found", Remedy.RAISE),
    0x16: Row(InvalidInput, "lock_memory_full", Remedy.REPAIR),
    0x17: Row(VendorError, "invalid_parameter", Remedy.RAISE),
    0x18: Row(NotFound, "card_not_found", Remedy.RAISE),
    0x19: Row(InvalidInput, "fingerprint_exists", Remedy.RAISE),
    0x1A: Row(NotFound, "fingerprint_not_found", Remedy.RAISE),
    0x1B: Row(Unsupported, "not_supported_over_bluetooth", Remedy.RAISE),
    0x1C: Row(Unsupported, "lock_frozen", Remedy.RAISE),
    0x1D: Row(Unsupported, "other_brand", Remedy.RAISE),
    0x1E: Row(NotExecuted, "double_locked", Remedy.RAISE),
    0x1F: Row(NotFound, "record_not_found", Remedy.RAISE),
    0x20: Row(VendorError, "invalid_parameter", Remedy.RAISE),
    0x21: Row(NotExecuted, "parking_lock_blocked", Remedy.REPAIR),
    0x25: Row(InvalidInput, "wifi_name_wrong", Remedy.RAISE),
    0x26: Row(InvalidInput, "wifi_password_wrong", Remedy.RAISE),
    0x27: Row(InvalidInput, "qr_code_exists", Remedy.RAISE),
    0x60: Row(Unsupported, "passcodes_fixed", Remedy.RAISE),
}
"""What a lock refuses with over Bluetooth (ttlock-ble-protocol.md 6.3), beside what only an SDK says to its app."""


def is_refusal(err: TTLockError) -> bool:
    """Return whether an error is the verdict on this very request, not a failure of cloud, radio, account or clock."""
    return not isinstance(err, TransportError | BluetoothError | SignInError | QuotaExceeded | Withheld | ClockSkew)


def error_from_code(code: int) -> TTLockError:
    """Return the typed error of a vendor code; an unknown number becomes a `VendorError`, never a crash."""
    row = VENDOR_CODES.get(code)
    return row.kind(row.reason, code=code) if row else VendorError(code=code)


def error_from_lock(code: int) -> TTLockError:
    """Return the typed error of a code with which a lock refuses over Bluetooth."""
    row = LOCK_CODES.get(code)
    if row is None:
        return VendorError(code=code, remedy=Remedy.RAISE)
    return row.kind(row.reason, code=code, remedy=row.remedy)


BLUETOOTH_FAULTS: Final[tuple[type[TTLockError], ...]] = (
    OutOfReach,
    NoConnectionSlot,
    LinkLost,
    NoReply,
    BadReply,
    BluetoothError,
)
"""What can become of a request over Bluetooth that the lock never decided, before it may have acted on it."""

WITHOUT_VERDICT: Final[tuple[type[TTLockError], ...]] = (
    ConnectionFailed,
    RequestTimeout,
    ServerFault,
    EndpointMissing,
    OutcomeUnknown,
    NotSent,
    NotTold,
)
"""What can become of a request that the cloud never decided."""
