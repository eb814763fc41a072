"""QR codes with a number of one's own (ttlock-ble-protocol.md 5.15); known from the vendor's client only."""

from datetime import datetime, tzinfo
from typing import Final

from ...credentials import CredentialKind
from ...secret import Secret
from .credentials import DELETE, Style
from .dates import end5
from .wire import number

NUMBER_BYTES: Final = 4


def encode(digits: Secret) -> bytes:
    """Return the number of a QR code."""
    return number(digits, NUMBER_BYTES)


def width(_: int) -> int:
    """Return the same for every page. That entries look like those of cards is a guess."""
    return NUMBER_BYTES


STYLE: Final = Style(kind=CredentialKind.QR_CODE, encode=encode)


def delete(digits: Secret, end: datetime | None, zone: tzinfo) -> bytes:
    """Return the request that takes a QR code off the lock, which wants to know how long it would have opened."""
    return bytes((DELETE,)) + encode(digits) + end5(end, zone)
