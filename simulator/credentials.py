"""Cards, fingerprints, faces, palm veins, QR codes and remotes in a lock."""

from dataclasses import dataclass
from enum import StrEnum

from .journal import LockRecordType
from .schedule import CyclicWindow, in_cycle


class CredentialKind(StrEnum):
    """What a lock recognises besides passcodes."""

    CARD = "card"
    FINGERPRINT = "fingerprint"
    FACE = "face"
    PALM_VEIN = "palm_vein"
    QR_CODE = "qr_code"
    REMOTE = "remote"


@dataclass(slots=True, kw_only=True)
class Credential:
    """A card, a finger, ...; start and end both 0 mean permanent (ttlock-open-api.md 7.4)."""

    number: str
    start: float = 0
    end: float = 0
    cycle: tuple[CyclicWindow, ...] = ()
    mac: str = ""
    """Of a remote: what the record shows instead of the number (ttlock-open-api.md 4.15)."""

    def valid(self, now: float, local: float) -> bool:
        """Say whether it opens at the lock's time."""
        if self.start and now < self.start:
            return False
        if self.end and now >= self.end:
            return False
        return in_cycle(self.cycle, local)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What the lock writes down about one kind of credential (ttlock-open-api.md 5.4); None leaves no record."""

    unlock: LockRecordType
    expired: LockRecordType | None = None
    double_locked: LockRecordType | None = None
    unknown: LockRecordType | None = None
    added: LockRecordType | None = None
    deleted: LockRecordType | None = None


RECORDS: dict[CredentialKind, Records] = {
    CredentialKind.CARD: Records(
        unlock=LockRecordType.CARD_UNLOCK,
        expired=LockRecordType.CARD_EXPIRED,
        double_locked=LockRecordType.CARD_DOUBLE_LOCKED,
        unknown=LockRecordType.CARD_FAILED,
        added=LockRecordType.CARD_ADDED,
        deleted=LockRecordType.CARD_DELETED,
    ),
    # An unknown finger, face or palm leaves no record, for it has no number.
    CredentialKind.FINGERPRINT: Records(
        unlock=LockRecordType.FINGERPRINT_UNLOCK,
        expired=LockRecordType.FINGERPRINT_EXPIRED,
        double_locked=LockRecordType.FINGERPRINT_DOUBLE_LOCKED,
        added=LockRecordType.FINGERPRINT_ADDED,
        deleted=LockRecordType.FINGERPRINT_DELETED,
    ),
    CredentialKind.FACE: Records(
        unlock=LockRecordType.FACE_UNLOCK,
        expired=LockRecordType.FACE_EXPIRED,
        double_locked=LockRecordType.FACE_DOUBLE_LOCKED,
        added=LockRecordType.FACE_ADDED,
        deleted=LockRecordType.FACE_DELETED,
    ),
    CredentialKind.PALM_VEIN: Records(
        unlock=LockRecordType.PALM_UNLOCK,
        expired=LockRecordType.PALM_EXPIRED,
        double_locked=LockRecordType.PALM_DOUBLE_LOCKED,
        added=LockRecordType.PALM_ADDED,
        deleted=LockRecordType.PALM_DELETED,
    ),
    CredentialKind.QR_CODE: Records(
        unlock=LockRecordType.QR_UNLOCK,
        expired=LockRecordType.QR_EXPIRED,
        double_locked=LockRecordType.QR_DOUBLE_LOCKED,
    ),
    CredentialKind.REMOTE: Records(unlock=LockRecordType.REMOTE_UNLOCK),
}
