"""What can go wrong with a lock or its cloud, as one tree of typed errors.

Every error carries a `reason`: a stable word that callers translate, and the vendor's code where there was one.
Vendor texts are never matched and never carried, they change and may quote what was sent.
Source of the codes: ttlock-open-api.md 3.2.
"""

from typing import Final


class TTLockError(Exception):
    """Base of all errors of the client."""

    default_reason = "vendor_error"

    def __init__(self, reason: str | None = None, *, code: int | None = None) -> None:
        """Keep the reason word and the vendor's code."""
        self.reason = reason or self.default_reason
        self.code = code
        super().__init__(self.reason if code is None else f"{self.reason} (vendor code {code})")


class SignInError(TTLockError):
    """The application or the account was not accepted."""


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


class OutcomeUnknown(TTLockError):
    """The answer to a command was lost: it may or may not have been carried out. Never send it again unasked."""

    default_reason = "outcome_unknown"


class Interrupted(TTLockError):
    """The account was unloaded while something was under way; what was written down goes on when it is back."""

    default_reason = "interrupted"


class ClockSkew(TTLockError):
    """The clock of this host is more than five minutes off."""

    default_reason = "clock_skew"


class QuotaExceeded(TTLockError):
    """The application has used up its calls."""

    default_reason = "quota_exceeded"


class DeviceUnreachable(TTLockError):
    """The cloud cannot talk to the lock now."""

    default_reason = "lock_offline"


class DeviceBusy(TTLockError):
    """The gateway or lock is busy with another command; this one was refused before it began."""

    default_reason = "gateway_busy"


class NotExecuted(TTLockError):
    """The lock did not answer its gateway."""

    default_reason = "not_executed"


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


class VendorError(TTLockError):
    """A code that is not in the vendor's table, or a fault of ours that the vendor reports."""


VENDOR_CODES: Final[dict[int, tuple[type[TTLockError], str]]] = {
    1: (NotExecuted, "not_executed"),
    -3: (VendorError, "invalid_parameter"),
    10000: (ApplicationRejected, "application_unknown"),
    10001: (ApplicationRejected, "application_rejected"),
    10002: (ApplicationRejected, "application_rejected"),
    10003: (TokenRejected, "token_rejected"),
    10004: (TokenRejected, "token_rejected"),
    10005: (NotPermitted, "not_permitted"),
    10006: (ApplicationRejected, "application_not_approved"),
    10007: (AccountRejected, "wrong_account"),
    10008: (ApplicationRejected, "application_rejected"),
    10009: (ApplicationRejected, "application_rejected"),
    10010: (ApplicationRejected, "application_rejected"),
    10011: (RefreshRejected, "sign_in_again"),
    20000: (NotPermitted, "not_permitted"),
    20001: (NotPermitted, "not_permitted"),
    20002: (NotPermitted, "not_admin"),
    20003: (NotFound, "ekey_not_found"),
    20004: (NotFound, "ekey_not_found"),
    20005: (InvalidInput, "invalid_input"),
    20006: (InvalidInput, "receiver_unknown"),
    20007: (InvalidInput, "invalid_input"),
    20008: (InvalidInput, "invalid_input"),
    30001: (NotPermitted, "not_permitted"),
    30002: (InvalidInput, "username_invalid"),
    30003: (InvalidInput, "username_taken"),
    30004: (InvalidInput, "user_not_removable"),
    30005: (VendorError, "invalid_parameter"),
    30006: (QuotaExceeded, "quota_exceeded"),
    30007: (QuotaExceeded, "quota_month_exceeded"),
    30008: (WrongRegion, "wrong_region"),
    80000: (ClockSkew, "clock_skew"),
    80002: (VendorError, "invalid_parameter"),
    90000: (ServerFault, "server_fault"),
    -1003: (NotFound, "lock_not_found"),
    -1007: (Unsupported, "no_passcode_data"),
    -1008: (NotFound, "ekey_not_found"),
    -1016: (InvalidInput, "name_taken"),
    -1018: (NotFound, "group_not_found"),
    -1021: (NotFound, "card_not_found"),
    -1023: (NotFound, "fingerprint_not_found"),
    -1026: (InvalidInput, "random_passcode_used_up"),
    -1027: (InvalidInput, "receiver_bound"),
    -2009: (NotFound, "passcode_not_found"),
    -2012: (DeviceUnreachable, "no_gateway"),
    -2018: (NotPermitted, "not_permitted"),
    -2019: (InvalidInput, "receiver_is_self"),
    -2020: (InvalidInput, "receiver_is_admin"),
    -2023: (InvalidInput, "ekey_period_fixed"),
    -2025: (Unsupported, "lock_frozen"),
    -2032: (InvalidInput, "passcode_too_simple"),
    -3002: (DeviceUnreachable, "gateway_offline"),
    -3003: (DeviceBusy, "gateway_busy"),
    -3006: (InvalidInput, "passcode_length"),
    -3007: (InvalidInput, "passcode_exists"),
    -3008: (InvalidInput, "random_passcode_unused"),
    -3009: (InvalidInput, "passcode_memory_full"),
    -3011: (InvalidInput, "receiver_is_self"),
    -3016: (InvalidInput, "receiver_is_self"),
    -3034: (DeviceUnreachable, "wifi_not_configured"),
    -3035: (DeviceUnreachable, "power_saving"),
    -3036: (DeviceUnreachable, "lock_offline"),
    -3037: (DeviceBusy, "lock_busy"),
    -3039: (InvalidInput, "own_ekey_shorter"),
    -3046: (NotPermitted, "no_remote_right"),
    -4037: (NotFound, "gateway_not_found"),
    -4043: (Unsupported, "not_supported"),
    -4056: (InvalidInput, "lock_memory_full"),
    -4063: (InvalidInput, "locks_left"),
    -4064: (InvalidInput, "receiver_unknown"),
    -4067: (DeviceUnreachable, "lock_offline"),
    -4082: (InvalidInput, "auto_lock_range"),
}


def is_refusal(err: TTLockError) -> bool:
    """Return whether an error is the verdict on this very request, not a failure of cloud, account or clock."""
    return not isinstance(err, TransportError | SignInError | QuotaExceeded | ClockSkew)


def error_from_code(code: int) -> TTLockError:
    """Return the typed error of a vendor code; an unknown number becomes a `VendorError`, never a crash."""
    kind, reason = VENDOR_CODES.get(code, (VendorError, VendorError.default_reason))
    return kind(reason, code=code)
