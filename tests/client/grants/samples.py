"""One wish of every kind, and how to look at the door for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import CredentialKind, Validity, passcode_validity
from custom_components.ttlock.client.ekeys import EkeyRequest
from custom_components.ttlock.client.grants import Wish
from custom_components.ttlock.client.models import PasscodeKind
from simulator.lock import VirtualLock

from .house import GATEWAY_LOCK, House, number_of

HOUR: Final = timedelta(hours=1)
DIGITS: Final = "482915"
CARD: Final = "2882343476"
QR_NUMBER: Final = "75555"
GUEST: Final = "guest@example.com"


def lock_of(house: House) -> VirtualLock:
    """Return the lock behind the gateway."""
    return house.world.lock(GATEWAY_LOCK)


def own_code(house: House, digits: str = DIGITS, validity: Validity | None = None, label: str = "Anna") -> Wish:
    """Return a passcode with digits of one's own."""
    return Wish(
        kind=CredentialKind.PASSCODE,
        lock_id=lock_of(house).lock_id,
        label=label,
        validity=validity or Validity.permanent(),
        number=Secret(digits),
    )


def random_code(
    house: House,
    kind: PasscodeKind = PasscodeKind.PERMANENT,
    *,
    begins: timedelta = timedelta(0),
    lasts: timedelta | None = None,
    label: str = "Anna",
) -> Wish:
    """Return a passcode that the cloud makes; the house begins at a full hour."""
    start = house.now.replace(minute=0, second=0, microsecond=0) + begins
    end: datetime | None = None if lasts is None else start + lasts
    lock_id = lock_of(house).lock_id
    return Wish(
        kind=CredentialKind.PASSCODE,
        lock_id=lock_id,
        label=label,
        validity=passcode_validity(kind, start, end, house.zone(lock_id)),
        passcode_kind=kind,
    )


def card(house: House, number: str = CARD, validity: Validity | None = None) -> Wish:
    """Return an IC card."""
    return Wish(
        kind=CredentialKind.CARD,
        lock_id=lock_of(house).lock_id,
        label="Anna",
        validity=validity or Validity.permanent(),
        number=Secret(number),
    )


def face(house: House) -> Wish:
    """Return a face."""
    return Wish(
        kind=CredentialKind.FACE,
        lock_id=lock_of(house).lock_id,
        label="Anna",
        validity=Validity.permanent(),
        face=Secret("ABCD" * 8),
    )


def own_qr_code(house: House, number: str = QR_NUMBER) -> Wish:
    """Return a QR code with a number of one's own."""
    return Wish(
        kind=CredentialKind.QR_CODE,
        lock_id=lock_of(house).lock_id,
        label="Anna",
        validity=Validity.permanent(),
        number=Secret(number),
    )


def random_qr_code(house: House) -> Wish:
    """Return a QR code that the cloud makes."""
    return Wish(
        kind=CredentialKind.QR_CODE, lock_id=lock_of(house).lock_id, label="Anna", validity=Validity.permanent()
    )


def ekey(house: House, receiver: str = GUEST, validity: Validity | None = None) -> Wish:
    """Return an ekey."""
    return Wish(
        kind=CredentialKind.EKEY,
        lock_id=lock_of(house).lock_id,
        label="Anna",
        validity=validity or Validity.permanent(),
        ekey=EkeyRequest(receiver=receiver, name="Anna"),
    )


EVERY_KIND: Final[dict[str, Callable[[House], Wish]]] = {
    "own code": own_code,
    "random code": random_code,
    "card": card,
    "face": face,
    "own QR code": own_qr_code,
    "random QR code": random_qr_code,
    "ekey": ekey,
}
ADD_PATHS: Final = {
    "own code": "/v3/keyboardPwd/add",
    "random code": "/v3/keyboardPwd/get",
    "card": "/v3/identityCard/add",
    "face": "/v3/face/add",
    "own QR code": "/v3/qrCode/add",
    "random QR code": "/v3/qrCode/add",
    "ekey": "/v3/key/send",
}
DELETE_PATHS: Final = {
    "own code": "/v3/keyboardPwd/delete",
    "random code": "/v3/keyboardPwd/delete",
    "card": "/v3/identityCard/delete",
    "face": "/v3/face/delete",
    "own QR code": "/v3/qrCode/delete",
    "random QR code": "/v3/qrCode/delete",
    "ekey": "/v3/key/delete",
}


def copies(house: House, wish: Wish) -> list[int]:
    """Return the credentials in the cloud's table that go by the name of a wish."""
    rows = house.rows(house.world.lock(wish.lock_id), wish.kind)
    return [number for number, row in rows.items() if row.name == wish.label.strip()]


def opening(house: House, wish: Wish) -> list[str]:
    """Return the numbers with which the door opens now, of the credentials that go by the name of a wish."""
    lock = house.world.lock(wish.lock_id)
    rows = house.rows(lock, wish.kind)
    numbers = [number_of(rows[number]) for number in copies(house, wish)]
    return [number for number in numbers if house.opens_for(lock, wish.kind, number)]
