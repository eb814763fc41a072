"""Errors about one credential, in the words of its kind."""

from ..credentials import CredentialKind
from ..errors import InvalidInput, NotFound


def not_found(kind: CredentialKind) -> NotFound:
    """Return the error for a credential that the table of the lock does not show."""
    match kind:
        case CredentialKind.PASSCODE:
            return NotFound("passcode_not_found")
        case CredentialKind.EKEY:
            return NotFound("ekey_not_found")
        case CredentialKind.CARD:
            return NotFound("card_not_found")
        case CredentialKind.FINGERPRINT:
            return NotFound("fingerprint_not_found")
        case CredentialKind.FACE:
            return NotFound("face_not_found")
        case CredentialKind.PALM_VEIN:
            return NotFound("palm_vein_not_found")
        case CredentialKind.QR_CODE:
            return NotFound("qr_code_not_found")
        case CredentialKind.REMOTE:
            return NotFound("remote_not_found")


def exists(kind: CredentialKind) -> InvalidInput:
    """Return the error for a number or receiver that the lock knows already, with another validity or otherwise."""
    match kind:
        case CredentialKind.EKEY:
            return InvalidInput("receiver_has_ekey")
        case CredentialKind.CARD:
            return InvalidInput("card_exists")
        case CredentialKind.QR_CODE:
            return InvalidInput("qr_code_exists")
        case _:
            return InvalidInput("passcode_exists")
