"""Every kind of credential but passcodes and ekeys: its words, and what a lock needs for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..client import Feature
from ..client.credentials import CredentialKind, Validity
from ..client.errors import Unsupported
from ..credential_tables import FEATURES
from ..lock_coordinator import LockCoordinator


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One kind of credential."""

    kind: CredentialKind
    unfit: Callable[[], Unsupported]
    """The error when a lock is not built for it."""
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


CARDS: Final = Topic(kind=CredentialKind.CARD, unfit=lambda: Unsupported("no_cards"), weekly=Feature.CYCLIC_CARD)
FINGERPRINTS: Final = Topic(
    kind=CredentialKind.FINGERPRINT, unfit=lambda: Unsupported("no_fingerprints"), weekly=Feature.CYCLIC_CARD
)
FACES: Final = Topic(kind=CredentialKind.FACE, unfit=lambda: Unsupported("no_faces"))
PALM_VEINS: Final = Topic(kind=CredentialKind.PALM_VEIN, unfit=lambda: Unsupported("no_palm_veins"))
QR_CODES: Final = Topic(kind=CredentialKind.QR_CODE, unfit=lambda: Unsupported("no_qr_codes"))
REMOTES: Final = Topic(kind=CredentialKind.REMOTE, unfit=lambda: Unsupported("no_remotes"))
