"""What somebody is meant to have on a lock, and how far that has come.

A grant is the wish that one credential be on one lock; the credential is what the cloud's table shows of it. The two
are kept apart, because nearly every locked-out guest comes from taking one for the other (guest-stays.md 3).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, Self

from ..cloud.cards import swapped
from ..credentials import Credential, CredentialKind, EkeyCredential, PasscodeCredential, Validity, ValidityKind
from ..ekeys import EkeyRequest
from ..models import CredentialStatus, EkeyStatus, PasscodeKind
from ..passcodes import FIRST_USE
from ..secret import Secret, without_number

EXPIRING: Final = timedelta(days=7)
"""What ends within a week is shown as expiring, the vendor's yellow."""
UNUSED_IN_TIME: Final = "random_passcode_unused_in_time"
"""Why a random passcode failed that nobody used within a day of its start; a late record can still tell otherwise."""


class Stage(StrEnum):
    """How far a grant has come, as far as is proved."""

    WANTED = "wanted"
    """To be sent: for the first time, or again after a failure that certainly changed nothing."""
    SENDING = "sending"
    UNSURE = "unsure"
    """The answer was lost: it is looked up before anything is sent again."""
    ACCEPTED = "accepted"
    """The cloud has it. The lock knows random codes by calculation, and those in power saving hear of it later."""
    CONFIRMED = "confirmed"
    """The lock took it, and the cloud's table shows it as it was wished."""
    REMOVING = "removing"
    GONE = "gone"
    FAILED = "failed"


class Life(StrEnum):
    """What a person wants to know of a credential at a moment."""

    WANTED = "wanted"
    SENDING = "sending"
    UNSURE = "unsure"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    """On the lock, but not opening now: its time has not come, or it is outside its weekly windows."""
    IN_FORCE = "in_force"
    EXPIRING = "expiring"
    """In force, and over within a week."""
    EXPIRED = "expired"
    REMOVING = "removing"
    GONE = "gone"
    FAILED = "failed"

    @property
    def opens(self) -> bool:
        """Return whether the door opens now."""
        return self in (Life.IN_FORCE, Life.EXPIRING)


_PENDING: Final = (Stage.WANTED, Stage.SENDING, Stage.UNSURE, Stage.REMOVING)
_OVER: Final = (Stage.GONE, Stage.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One credential that somebody wants on one lock."""

    kind: CredentialKind
    lock_id: int
    label: str
    """Whose it is; the name of the credential in the vendor's app."""
    validity: Validity
    number: Secret | None = None
    """Digits of a passcode, number of a card or of a custom QR code; None lets the cloud make one."""
    reversed_number: bool = False
    """The number of a card is that of a desktop reader (ttlock-open-api.md 4.6)."""
    passcode_kind: PasscodeKind | None = None
    """Which passcode; for those the cloud makes there are more kinds than for own digits."""
    face: Secret | None = None
    """What the cloud made of the photo of a face; not kept once the lock has it."""
    face_seal: str | None = None
    """By which the same face is recognised when it is wished again."""
    refresh_minutes: int | None = None
    """How often the picture of a random QR code changes."""
    ekey: EkeyRequest | None = None

    @property
    def is_random(self) -> bool:
        """Return whether the lock will know it by calculation only, so that nothing proves it but its use."""
        return self.number is None and self.kind in (CredentialKind.PASSCODE, CredentialKind.QR_CODE)

    @property
    def contacts_lock(self) -> bool:
        """Return whether the lock has to be reached to fulfil it."""
        return self.kind is not CredentialKind.EKEY and not self.is_random

    @property
    def first_use_by(self) -> datetime | None:
        """Return until when it has to be used for the first time, lest it dies (ttlock-open-api.md 7.1)."""
        if self.kind is not CredentialKind.PASSCODE or not self.is_random:
            return None
        return _use_by(self.validity)

    @property
    def repeats(self) -> bool:
        """Return whether the same wish means another credential each time: one-time codes are made by the dozen."""
        return self.validity.kind in (ValidityKind.ONE_TIME, ValidityKind.ERASE)

    @property
    def useful_until(self) -> datetime | None:
        """Return from when on it would not open any more even if it were there; None for never."""
        use_by = _use_by(self.validity) if self.is_random and self.kind is CredentialKind.PASSCODE else None
        end = None if self.validity.kind is ValidityKind.PERMANENT else self.validity.end
        return min((when for when in (use_by, end) if when is not None), default=None)

    @property
    def shown_number(self) -> Secret | None:
        """Return the number as the table will show it: that of a desktop reader comes with its bytes turned round."""
        return swapped(self.number) if self.number is not None and self.reversed_number else self.number

    def same_times(self, validity: Validity) -> bool:
        """Return whether a validity is the wished one; of a lasting custom code the start means nothing."""
        wished, other = (normal_validity(validity, self.kind) for validity in (self.validity, validity))
        if wished.kind is not other.kind:
            return False
        match wished.kind:
            case ValidityKind.PERMANENT:
                return not self.is_random or self.kind is not CredentialKind.PASSCODE or wished.start == other.start
            case ValidityKind.CYCLIC:
                same_windows = set(wished.windows) == set(other.windows)
                return same_windows and (wished.start, wished.end) == (other.start, other.end)
            case ValidityKind.ONE_TIME | ValidityKind.ERASE:
                return wished.start == other.start
            case _:
                return (wished.start, wished.end) == (other.start, other.end)

    def same_as(self, other: Wish) -> bool:
        """Return whether both wish the same: same lock, same thing, same validity (compatibility.md 4.3, rule 6)."""
        if (self.kind, self.lock_id) != (other.kind, other.lock_id) or not self.same_times(other.validity):
            return False
        if self.ekey is not None or other.ekey is not None:
            return _rights(self.ekey) == _rights(other.ekey)
        if self.number is not None or other.number is not None:
            return self.shown_number == other.shown_number
        return (self.label, self.passcode_kind, self.face_seal) == (
            other.label,
            other.passcode_kind,
            other.face_seal,
        ) and not self.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to change about a credential; None stays."""

    label: str | None = None
    number: Secret | None = None
    validity: Validity | None = None

    def __bool__(self) -> bool:
        """Return whether anything is to change."""
        return self.label is not None or self.number is not None or self.validity is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A wish and how far it has come. What it holds is kept over restarts; see `journal`."""

    grant_id: str
    wish: Wish
    stage: Stage
    created: datetime
    changed: datetime
    """When the stage was last changed."""
    credential_id: int | None = None
    """The vendor's number, once there is one."""
    number: Secret | None = None
    """The digits that the cloud made."""
    sent: datetime | None = None
    """When it was sent last."""
    attempts: int = 0
    due: datetime | None = None
    """When the next step is to be taken."""
    deadline: datetime | None = None
    """After it nothing is tried any more; removals have none."""
    reason: str | None = None
    """Reason word of the last failure, or of what ended it."""
    code: int | None = None
    """The vendor's number of that failure."""
    asked: tuple[str, ...] = ()
    """What of the wish the table has not shown yet: names of the fields of `Change`. The rest is not ours to change."""
    used: bool = False
    """A random passcode was seen to open the door, so the lock knows it."""
    held_back: bool = False
    """The table shows that it does not open whatever its validity says: a frozen ekey, a passcode that was taken off
    beside the lock."""
    changed_elsewhere: bool = False
    """The vendor's app or somebody at the keypad changed it since; what the table shows was taken over."""
    origin: str | None = None
    """Who wished it, such as `calendar`; None for actions."""

    @property
    def name(self) -> str:
        """Return whose it is, without digits of its own that somebody has written into the name."""
        return without_number(self.wish.label, self.number or self.wish.number)

    @property
    def pending(self) -> bool:
        """Return whether there is something left to do that nobody has to ask for again."""
        return self.stage in _PENDING

    @property
    def over(self) -> bool:
        """Return whether nothing will happen any more."""
        return self.stage in _OVER

    def moved(self, stage: Stage, now: datetime, **changes: object) -> Self:
        """Return the grant at a stage."""
        return replace(self, stage=stage, changed=self.changed if stage is self.stage else now, **changes)  # type: ignore[arg-type]

    def life_at(self, now: datetime, zone: tzinfo) -> Life:
        """Return what is known of it at a moment; `zone` is the lock's.

        Only what was proved is said to be in force. A random passcode is proved by its first use: until then the
        cloud's word is all there is.
        """
        if self.stage not in (Stage.ACCEPTED, Stage.CONFIRMED):
            return Life(self.stage)
        if self.stage is Stage.ACCEPTED:
            # What waits for a lock in power saving may take the place of something that still opens.
            return Life.EXPIRED if self.wish.is_random and self.wish.validity.over_at(now) else Life.ACCEPTED
        if self.wish.validity.over_at(now):
            return Life.EXPIRED
        return Life.CONFIRMED if self.held_back else _life(self.wish.validity, now, zone)


def life_of(credential: Credential, now: datetime, zone: tzinfo, *, used: bool = False) -> Life:
    """Return what is known of a credential that the table of the lock shows; `used` tells that it was seen to open."""
    validity, waiting = credential.validity, _STATUS_LIFE.get(credential.status.name)
    if waiting is not None and credential.status in _TABLE_AHEAD:
        return waiting
    if validity.over_at(now):
        return Life.EXPIRED
    if isinstance(credential, EkeyCredential) and credential.ekey_status is not EkeyStatus.NORMAL:
        return _EKEY_LIFE.get(credential.ekey_status, Life.ACCEPTED)
    if waiting is not None:
        return waiting
    if is_random(credential) and not used:
        return Life.ACCEPTED
    return _life(validity, now, zone)


def is_held_back(credential: Credential) -> bool:
    """Return whether the table shows that a credential does not open whatever its validity says."""
    if isinstance(credential, EkeyCredential):
        return credential.ekey_status is not EkeyStatus.NORMAL
    return credential.status in (CredentialStatus.INVALID, CredentialStatus.CHANGE_FAILED)


def is_random(credential: Credential) -> bool:
    """Return whether the lock knows a credential by calculation only."""
    if isinstance(credential, PasscodeCredential):
        return credential.is_random
    return credential.kind is CredentialKind.QR_CODE and not getattr(credential, "is_custom", True)


def first_use_by(credential: Credential) -> datetime | None:
    """Return until when a random passcode has to be used for the first time, lest it dies (ttlock-open-api.md 7.1)."""
    if not isinstance(credential, PasscodeCredential) or not credential.is_random:
        return None
    return _use_by(credential.validity)


_EKEY_LIFE: Final = {
    EkeyStatus.PENDING: Life.ACCEPTED,
    EkeyStatus.FROZEN: Life.CONFIRMED,
    EkeyStatus.DELETED: Life.GONE,
    EkeyStatus.RESET: Life.GONE,
}
_STATUS_LIFE: Final = {
    "INVALID": Life.EXPIRED,
    "PENDING": Life.ACCEPTED,
    "ADDING": Life.ACCEPTED,
    "ADD_FAILED": Life.FAILED,
    "CHANGING": Life.ACCEPTED,
    "CHANGE_FAILED": Life.UNSURE,
    "DELETING": Life.REMOVING,
    "DELETE_FAILED": Life.REMOVING,
}


def _use_by(validity: Validity) -> datetime | None:
    if validity.start is None or validity.kind not in (ValidityKind.PERMANENT, ValidityKind.PERIOD):
        return None
    return validity.start + FIRST_USE


def normal_validity(validity: Validity, kind: CredentialKind) -> Validity:
    """Return a validity as the cloud's table spells it.

    Times lose everything below what is kept: minutes for passcodes (ttlock-open-api.md 7.2), milliseconds for the rest.
    They are in UTC, for those of an autumn night that comes twice equal nothing in another zone.
    """

    def cut(when: datetime | None) -> datetime | None:
        if when is None:
            return None
        when = when.astimezone(UTC)
        if kind is CredentialKind.PASSCODE:
            return when.replace(second=0, microsecond=0)
        return when.replace(microsecond=when.microsecond // 1000 * 1000)

    return replace(validity, start=cut(validity.start), end=cut(validity.end))


def _rights(ekey: EkeyRequest | None) -> tuple[str, bool, bool] | None:
    return None if ekey is None else (ekey.receiver, ekey.remote_unlock, ekey.may_manage)


_TABLE_AHEAD: Final = (
    CredentialStatus.CHANGING,
    CredentialStatus.CHANGE_FAILED,
    CredentialStatus.DELETING,
    CredentialStatus.DELETE_FAILED,
)
"""The table shows what is to be; the lock still has what was before, and opens for it."""


def _life(validity: Validity, now: datetime, zone: tzinfo) -> Life:
    if validity.over_at(now):
        return Life.EXPIRED
    if not validity.opens_at(now, zone):
        return Life.CONFIRMED
    ends_soon = (
        validity.kind is not ValidityKind.PERMANENT and validity.end is not None and validity.end - now <= EXPIRING
    )
    return Life.EXPIRING if ends_soon else Life.IN_FORCE
