"""Weekly windows of cards, fingerprints and their like (ttlock-ble-protocol.md 5.11)."""

from typing import Final

from ...credentials import CredentialKind
from ...cyclic import CyclicWindow
from ...errors import InvalidInput
from ...secret import Secret
from . import cards
from .credentials import id_bytes
from .wire import mac, minutes, number, sized

ADD: Final = 2
CLEAR: Final = 4
WEEKLY: Final = 1
QR_BYTES: Final = 4
PADDING: Final = bytes(4)
"""The vendor's arrays are longer than what is in them, for the older kinds."""
_PADDED: Final = frozenset({CredentialKind.FINGERPRINT, CredentialKind.CARD, CredentialKind.REMOTE})
_NUMBERS: Final = {
    CredentialKind.FINGERPRINT: 1,
    CredentialKind.CARD: 2,
    CredentialKind.REMOTE: 3,
    CredentialKind.FACE: 4,
    CredentialKind.PALM_VEIN: 5,
    CredentialKind.QR_CODE: 7,
}


def add(kind: CredentialKind, digits: Secret, window: CyclicWindow) -> bytes:
    """Return the request that opens a window on one day of the week."""
    times = bytes((WEEKLY, window.weekday, 0)) + minutes(window.start) + minutes(window.end)
    return _head(ADD, kind, digits) + times + (PADDING if kind in _PADDED else b"")


def clear(kind: CredentialKind, digits: Secret) -> bytes:
    """Return the request that takes all windows away, so that the credential opens in its whole period."""
    return _head(CLEAR, kind, digits)


def _head(operation: int, kind: CredentialKind, digits: Secret) -> bytes:
    if (known := _NUMBERS.get(kind)) is None:
        raise InvalidInput("validity_unknown")
    return bytes((operation, known)) + sized(_identity(kind, digits))


def _identity(kind: CredentialKind, digits: Secret) -> bytes:
    match kind:
        case CredentialKind.CARD:
            return cards.encode(digits)
        case CredentialKind.REMOTE:
            return mac(digits.reveal())
        case CredentialKind.QR_CODE:
            return number(digits, QR_BYTES)
        case _:
            return id_bytes(digits)
