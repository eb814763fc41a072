"""How each kind of credential is called on either road."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from ..ble.lock import BleLock
from ..ble.operations.credentials import StoredCredential
from ..cloud.api import CloudClient
from ..credentials import CredentialKind, Validity
from ..parse import Listing
from ..secret import Secret

CHANGE_PERIOD: Final[dict[CredentialKind, Callable[[BleLock, Secret, Validity], Awaitable[None]]]] = {
    CredentialKind.CARD: BleLock.change_card_period,
    CredentialKind.FINGERPRINT: BleLock.change_fingerprint_period,
    CredentialKind.FACE: BleLock.change_face_period,
    CredentialKind.PALM_VEIN: BleLock.change_palm_vein_period,
    CredentialKind.QR_CODE: BleLock.change_qr_code_period,
}
DELETE: Final[dict[CredentialKind, Callable[[BleLock, Secret], Awaitable[None]]]] = {
    CredentialKind.CARD: BleLock.delete_card,
    CredentialKind.FINGERPRINT: BleLock.delete_fingerprint,
    CredentialKind.FACE: BleLock.delete_face,
    CredentialKind.PALM_VEIN: BleLock.delete_palm_vein,
}
CLEAR: Final[dict[CredentialKind, Callable[[BleLock], Awaitable[None]]]] = {
    CredentialKind.PASSCODE: BleLock.clear_passcodes,
    CredentialKind.CARD: BleLock.clear_cards,
    CredentialKind.FINGERPRINT: BleLock.clear_fingerprints,
    CredentialKind.FACE: BleLock.clear_faces,
    CredentialKind.PALM_VEIN: BleLock.clear_palm_veins,
    CredentialKind.QR_CODE: BleLock.clear_qr_codes,
    CredentialKind.REMOTE: BleLock.clear_remotes,
}
LIST: Final[dict[CredentialKind, Callable[[BleLock], Awaitable[tuple[StoredCredential, ...]]]]] = {
    CredentialKind.CARD: BleLock.list_cards,
    CredentialKind.FINGERPRINT: BleLock.list_fingerprints,
    CredentialKind.FACE: BleLock.list_faces,
    CredentialKind.PALM_VEIN: BleLock.list_palm_veins,
    CredentialKind.QR_CODE: BleLock.list_qr_codes,
}


def table_of(cloud: CloudClient, kind: CredentialKind) -> Callable[[int], Awaitable[Listing[Any]]]:
    """Return what lists a kind of credential in the tables, passcodes and ekeys excepted."""
    return {
        CredentialKind.CARD: cloud.cards.list,
        CredentialKind.FINGERPRINT: cloud.fingerprints.list,
        CredentialKind.FACE: cloud.faces.list,
        CredentialKind.PALM_VEIN: cloud.palm_veins.list,
        CredentialKind.QR_CODE: cloud.qr_codes.list,
        CredentialKind.REMOTE: cloud.remotes.list,
    }[kind]


async def is_stored(ble: BleLock, kind: CredentialKind, number: Secret) -> bool:
    """Return whether the lock lists a credential."""
    return any(stored.number == number for stored in await LIST[kind](ble))
