"""Every kind of credential but passcodes and ekeys: its words, what a lock needs for it, the calls that serve it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ..client import CloudClient, Feature
from ..client.credentials import Credential, CredentialKind, QrCode, Remote, Validity
from ..client.errors import NotFound, TTLockError, Unsupported
from ..client.parse import Listing
from ..credential_tables import FEATURES
from ..lock_coordinator import LockCoordinator


@dataclass(frozen=True, kw_only=True)
class Topic[C: Credential]:
    """One kind of credential."""

    kind: CredentialKind
    unfit: Callable[[], TTLockError]
    """The error when a lock is not built for it."""
    missing: Callable[[], TTLockError]
    """The error when a lock has no credential of that id."""
    listing: Callable[[CloudClient, int], Awaitable[Listing[C]]]
    rename: Callable[[CloudClient, int, C, str], Awaitable[None]]
    change: Callable[[CloudClient, int, C, Validity], Awaitable[None]]
    weekly: Feature | None = None
    """What a lock needs besides for weekly hours."""

    @property
    def plural(self) -> str:
        """Return the word for several."""
        return f"{self.kind}s"

    @property
    def id_field(self) -> str:
        """Return the field that names one credential."""
        return f"{self.kind}_id"

    def check(self, lock: LockCoordinator, validity: Validity | None = None) -> None:
        """Refuse what the lock is not built for, without spending a call; Unsupported."""
        features = lock.data.features
        if features.lack(*FEATURES[self.kind]):
            raise self.unfit()
        if validity is not None and validity.windows and self.weekly is not None and features.lack(self.weekly):
            raise Unsupported("no_weekly_hours")


@dataclass(frozen=True, kw_only=True)
class RemovableTopic[C: Credential](Topic[C]):
    """One kind of credential that the cloud can take off a lock; for the others somebody has to stand beside it."""

    delete: Callable[[CloudClient, int, C], Awaitable[None]]
    clear: Callable[[CloudClient, int, tuple[C, ...]], Awaitable[None]] | None = None
    """Takes all of them off at once; None where the cloud would only forget what stays on the lock."""


async def _clear_qr_codes(cloud: CloudClient, lock_id: int, codes: tuple[QrCode, ...]) -> None:
    """Revoke all QR codes; those that the lock holds itself must not be forgotten by the cloud alone."""
    await cloud.qr_codes.clear(lock_id, custom=any(code.is_custom for code in codes))


CARDS: Final = RemovableTopic[Credential](
    kind=CredentialKind.CARD,
    unfit=lambda: Unsupported("no_cards"),
    missing=lambda: NotFound("card_not_found"),
    listing=lambda cloud, lock_id: cloud.cards.list(lock_id),
    rename=lambda cloud, lock_id, card, name: cloud.cards.rename(lock_id, card.credential_id, name),
    change=lambda cloud, lock_id, card, validity: cloud.cards.change_period(lock_id, card.credential_id, validity),
    delete=lambda cloud, lock_id, card: cloud.cards.delete(lock_id, card.credential_id),
    weekly=Feature.CYCLIC_CARD,
)
FINGERPRINTS: Final = RemovableTopic[Credential](
    kind=CredentialKind.FINGERPRINT,
    unfit=lambda: Unsupported("no_fingerprints"),
    missing=lambda: NotFound("fingerprint_not_found"),
    listing=lambda cloud, lock_id: cloud.fingerprints.list(lock_id),
    rename=lambda cloud, lock_id, finger, name: cloud.fingerprints.rename(lock_id, finger.credential_id, name),
    change=lambda cloud, lock_id, finger, validity: cloud.fingerprints.change_period(
        lock_id, finger.credential_id, validity
    ),
    delete=lambda cloud, lock_id, finger: cloud.fingerprints.delete(lock_id, finger.credential_id),
    weekly=Feature.CYCLIC_CARD,
)
FACES: Final = RemovableTopic[Credential](
    kind=CredentialKind.FACE,
    unfit=lambda: Unsupported("no_faces"),
    missing=lambda: NotFound("face_not_found"),
    listing=lambda cloud, lock_id: cloud.faces.list(lock_id),
    rename=lambda cloud, lock_id, face, name: cloud.faces.rename(lock_id, face.credential_id, name),
    change=lambda cloud, lock_id, face, validity: cloud.faces.change_period(lock_id, face.credential_id, validity),
    delete=lambda cloud, lock_id, face: cloud.faces.delete(lock_id, face.credential_id),
)
PALM_VEINS: Final = RemovableTopic[Credential](
    kind=CredentialKind.PALM_VEIN,
    unfit=lambda: Unsupported("no_palm_veins"),
    missing=lambda: NotFound("palm_vein_not_found"),
    listing=lambda cloud, lock_id: cloud.palm_veins.list(lock_id),
    rename=lambda cloud, lock_id, palm, name: cloud.palm_veins.rename(palm.credential_id, name),
    change=lambda cloud, lock_id, palm, validity: cloud.palm_veins.change_period(lock_id, palm.credential_id, validity),
    delete=lambda cloud, lock_id, palm: cloud.palm_veins.delete(lock_id, palm.credential_id),
)
QR_CODES: Final = RemovableTopic[QrCode](
    kind=CredentialKind.QR_CODE,
    unfit=lambda: Unsupported("no_qr_codes"),
    missing=lambda: NotFound("qr_code_not_found"),
    listing=lambda cloud, lock_id: cloud.qr_codes.list(lock_id),
    rename=lambda cloud, lock_id, code, name: cloud.qr_codes.update(lock_id, code, name=name),
    change=lambda cloud, lock_id, code, validity: cloud.qr_codes.update(lock_id, code, validity=validity),
    delete=lambda cloud, lock_id, code: cloud.qr_codes.delete(lock_id, code),
    clear=_clear_qr_codes,
)
REMOTES: Final = Topic[Remote](
    kind=CredentialKind.REMOTE,
    unfit=lambda: Unsupported("no_remotes"),
    missing=lambda: NotFound("remote_not_found"),
    listing=lambda cloud, lock_id: cloud.remotes.list(lock_id),
    rename=lambda cloud, lock_id, remote, name: cloud.remotes.update(lock_id, remote.credential_id, name=name),
    change=lambda cloud, lock_id, remote, validity: cloud.remotes.update(
        lock_id, remote.credential_id, validity=validity
    ),
)
