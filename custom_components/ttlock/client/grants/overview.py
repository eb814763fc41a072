"""Who may open a lock: what its table showed when it was last read, and what grants of ours know better since."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from ..credentials import Credential, CredentialKind, Validity, ValidityKind
from ..occurrences import next_edge
from ..secret import Secret
from .model import EXPIRING, Grant, Life, Stage, first_use_by, life_of

REMOVED_ELSEWHERE = "removed_elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One credential that is on a lock, or is to come on it."""

    kind: CredentialKind
    name: str | None
    validity: Validity
    life: Life
    credential_id: int | None = None
    """The vendor's number; None while a grant waits for one."""
    grant: Grant | None = None
    shown: Credential | None = None

    @property
    def uid(self) -> str:
        """Return a name that stays the same as long as the vendor's number does."""
        if self.credential_id is not None:
            return f"{self.kind.value}-{self.credential_id}"
        return f"grant-{self.grant.grant_id}" if self.grant else ""

    def is_called(self, uid: str) -> bool:
        """Return whether a name means it, the one that it had before the vendor gave it a number included."""
        return uid == self.uid or (self.grant is not None and uid == f"grant-{self.grant.grant_id}")

    @property
    def number(self) -> Secret | None:
        """Return its digits, as far as they are known."""
        if self.grant is not None and (number := self.grant.wish.number or self.grant.number) is not None:
            return number
        return None if self.shown is None else self.shown.number

    @property
    def first_use_by(self) -> datetime | None:
        """Return until when it has to be used for the first time, lest it dies; None once that is settled."""
        if self.life is not Life.ACCEPTED:
            return None
        if self.shown is not None:
            return first_use_by(self.shown)
        return None if self.grant is None else self.grant.wish.first_use_by

    @property
    def end(self) -> datetime | None:
        """Return when it ceases to open for good; None for never."""
        return None if self.validity.kind is ValidityKind.PERMANENT else self.validity.end

    @property
    def counts(self) -> bool:
        """Return whether it opens the lock, or may do so one day."""
        return self.life not in (Life.EXPIRED, Life.FAILED, Life.GONE)

    def ends_within(self, span: timedelta, now: datetime) -> bool:
        """Return whether it counts, and ends within a time."""
        return self.counts and self.end is not None and timedelta(0) < self.end - now <= span

    def next_change(self, now: datetime, zone: tzinfo) -> datetime | None:
        """Return when time alone will change something about it."""
        edges = [next_edge(self.validity, now, zone), self.first_use_by]
        if self.end is not None:
            edges.append(self.end - EXPIRING)
        return min((edge for edge in edges if edge is not None and edge > now), default=None)


def overview(
    shown: Iterable[Credential], grants: Iterable[Grant], read_at: datetime | None, now: datetime, zone: tzinfo
) -> tuple[Access, ...]:
    """Return everything that is on a lock or on its way: `shown` is what its tables showed at a moment.

    What failed, and what somebody else has removed, is told as long as the grants remember it.
    """
    grants = tuple(grants)
    known = _by_credential(grants)
    found = [_of_shown(item, known.pop((item.kind, item.credential_id), None), read_at, now, zone) for item in shown]
    return (*found, *(_of_grant(grant, now, zone) for grant in (*known.values(), *_without_credential(grants))))


def _by_credential(grants: Iterable[Grant]) -> dict[tuple[CredentialKind, int], Grant]:
    """Return the grants that stand for a credential; one that goes on comes before one that has ended."""
    found: dict[tuple[CredentialKind, int], Grant] = {}
    for grant in sorted(grants, key=lambda grant: (not grant.over, grant.changed)):
        if grant.credential_id is not None and _worth_telling(grant):
            found[grant.wish.kind, grant.credential_id] = grant
    return found


def _without_credential(grants: Iterable[Grant]) -> Iterator[Grant]:
    return (grant for grant in grants if grant.credential_id is None and _worth_telling(grant))


def _worth_telling(grant: Grant) -> bool:
    return grant.stage is not Stage.GONE or grant.reason == REMOVED_ELSEWHERE


def _of_shown(item: Credential, grant: Grant | None, read_at: datetime | None, now: datetime, zone: tzinfo) -> Access:
    """Return a credential of a table, which a grant may know better."""
    if grant is None or grant.stage is Stage.GONE:
        life, validity, name = life_of(item, now, zone), item.validity, item.name
        grant = None
    else:
        validity, name = grant.wish.validity, grant.wish.label or item.name
        # The table tells more than the wish, once it is younger: that an ekey was frozen, for instance.
        told = grant.stage is Stage.CONFIRMED and read_at is not None and grant.changed < read_at
        life = life_of(item, now, zone, used=True) if told else grant.life_at(now, zone)
    return Access(
        kind=item.kind,
        name=name,
        validity=validity,
        life=life,
        credential_id=item.credential_id,
        grant=grant,
        shown=item,
    )


def _of_grant(grant: Grant, now: datetime, zone: tzinfo) -> Access:
    """Return what no table has shown yet, or any more."""
    return Access(
        kind=grant.wish.kind,
        name=grant.wish.label,
        validity=grant.wish.validity,
        life=grant.life_at(now, zone),
        credential_id=grant.credential_id,
        grant=grant,
    )
