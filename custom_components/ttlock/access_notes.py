"""What deserves somebody's attention about the keys of a lock: what ends, has ended, or is not as it should be."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .client.grants import EXPIRING, Access, Life

NEVER_USED = "random_passcode_unused_in_time"


class Concern(StrEnum):
    """Why a key deserves attention; what comes first here matters more."""

    EXPIRED = "expired"
    """The vendor's red."""
    NEVER_USED = "never_used"
    FAILED = "failed"
    NOT_REMOVED = "not_removed"
    NOT_THERE = "not_there"
    UNSURE = "unsure"
    REMOVED_ELSEWHERE = "removed_elsewhere"
    CHANGED_ELSEWHERE = "changed_elsewhere"
    FIRST_USE = "first_use"
    EXPIRING = "expiring"
    """The vendor's yellow."""

    @property
    def is_over(self) -> bool:
        """Return whether the key opens nothing any more, so that it may go."""
        return self in (Concern.EXPIRED, Concern.NEVER_USED, Concern.FAILED, Concern.REMOVED_ELSEWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing about one key."""

    concern: Concern
    access: Access
    due: datetime | None

    @property
    def uid(self) -> str:
        """Return a name that stays while the concern does."""
        return f"{self.access.uid}-{self.concern.value}"

    @property
    def urgency(self) -> tuple[int, str]:
        """Return what puts notes in order: what matters most, then what is due first."""
        return list(Concern).index(self.concern), self.due.isoformat() if self.due else ""

    @property
    def mark(self) -> str:
        """Return what is remembered of a note that somebody has taken: the same about another time is another one."""
        grant = self.access.grant
        since = grant.changed if grant and self.concern is not Concern.EXPIRING else self.due
        return f"{self.uid}-{since.isoformat() if since else ''}"


def notes_of(access: Access, now: datetime, soon: timedelta = EXPIRING) -> Iterator[Note]:
    """Yield what there is to say about a key, what matters most first; `soon` is how near its end has to be."""
    for concern in Concern:
        if _concerns(access, concern, now, soon):
            yield Note(concern=concern, access=access, due=_due(access, concern))


def _concerns(access: Access, concern: Concern, now: datetime, soon: timedelta) -> bool:
    life, grant = access.life, access.grant
    met_trouble = grant is not None and grant.reason is not None
    match concern:
        case Concern.EXPIRED:
            return life is Life.EXPIRED
        case Concern.NEVER_USED:
            return life is Life.FAILED and grant is not None and grant.reason == NEVER_USED
        case Concern.FAILED:
            return life is Life.FAILED and not (grant is not None and grant.reason == NEVER_USED)
        case Concern.NOT_REMOVED:
            return life is Life.REMOVING and met_trouble
        case Concern.NOT_THERE:
            return life in (Life.WANTED, Life.SENDING) and met_trouble
        case Concern.UNSURE:
            return life is Life.UNSURE
        case Concern.REMOVED_ELSEWHERE:
            return life is Life.GONE
        case Concern.CHANGED_ELSEWHERE:
            return grant is not None and grant.changed_elsewhere and not grant.over
        case Concern.FIRST_USE:
            # Whether a code that others made was used yet, nobody has looked up.
            return grant is not None and access.first_use_by is not None and now < access.first_use_by
        case Concern.EXPIRING:
            return access.ends_within(soon, now)


def _due(access: Access, concern: Concern) -> datetime | None:
    match concern:
        case Concern.EXPIRED | Concern.EXPIRING:
            return access.end
        case Concern.FIRST_USE:
            return access.first_use_by
        case Concern.NOT_THERE | Concern.UNSURE:
            return access.validity.start
        case _:
            return None
