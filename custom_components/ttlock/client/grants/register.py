"""All grants of an account: written down before anything else happens with them."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..credentials import CredentialKind
from ..errors import Interrupted, QuotaExceeded, TTLockError
from .model import UNUSED_IN_TIME, Grant, Stage

PAUSES: Final = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 7200, 21600))
"""Between two tries; the last one for all that follow."""
KEPT: Final = timedelta(days=7)
"""How long the end of a grant is remembered."""

type Save = Callable[[Iterable[Grant]], Awaitable[None]]
type Clock = Callable[[], datetime]


class Register:
    """The grants, what went wrong with them last, and who is told when they move."""

    def __init__(self, save: Save, clock: Clock) -> None:
        """Take where grants are kept, and the time."""
        self._save = save
        self.clock = clock
        self.stopped = False
        self.errors: dict[str, TTLockError] = {}
        self.listeners: list[Callable[[Grant], None]] = []
        self._grants: dict[str, Grant] = {}

    def restore(self, grants: Iterable[Grant]) -> None:
        """Take up what was kept."""
        self._grants = {grant.grant_id: grant for grant in grants}

    @property
    def all(self) -> tuple[Grant, ...]:
        """Return every grant."""
        return tuple(self._grants.values())

    def get(self, grant_id: str) -> Grant | None:
        """Return a grant as it stands."""
        return self._grants.get(grant_id)

    def of_lock(self, lock_id: int) -> tuple[Grant, ...]:
        """Return the grants of one lock."""
        return tuple(grant for grant in self._grants.values() if grant.wish.lock_id == lock_id)

    def find(self, lock_id: int, kind: CredentialKind, credential_id: int) -> Grant | None:
        """Return the grant of a credential, None for one that others made."""
        return next(
            (
                grant
                for grant in self._grants.values()
                if (grant.wish.lock_id, grant.wish.kind, grant.credential_id) == (lock_id, kind, credential_id)
                and not grant.over
            ),
            None,
        )

    # -- Moving ----------------------------------------------------------------------------------------------------

    async def put(self, grant: Grant) -> Grant:
        """Write a grant down before anything else happens; what is over keeps no digits."""
        return (await self.put_all([grant]))[0]

    async def put_all(self, grants: Iterable[Grant]) -> tuple[Grant, ...]:
        """Write several down at once."""
        if self.stopped:
            raise Interrupted
        kept = tuple(_without_spent_secrets(grant) for grant in grants)
        moved = [grant for grant in kept if self._grants.get(grant.grant_id) != grant]
        if moved:
            self._grants |= {grant.grant_id: grant for grant in moved}
            await self._save(self.all)
            if self.stopped:
                raise Interrupted
        for grant in moved:
            for listener in tuple(self.listeners):
                listener(grant)
        return kept

    async def drop(self, grants: Iterable[Grant]) -> None:
        """Forget grants."""
        if dropped := [grant.grant_id for grant in grants]:
            for grant_id in dropped:
                self._grants.pop(grant_id, None)
                self.errors.pop(grant_id, None)
            await self._save(self.all)

    def old(self, now: datetime) -> tuple[Grant, ...]:
        """Return the grants whose end does not have to be remembered any longer, and those that open nothing any more."""
        return tuple(
            grant
            for grant in self.all
            if (grant.over and now - grant.changed >= KEPT)
            or (not grant.pending and grant.wish.validity.over_at(now - KEPT))
        )

    # -- Failing ---------------------------------------------------------------------------------------------------

    def failing(self, grant: Grant, stage: Stage, err: TTLockError, due: datetime | None = None) -> Grant:
        """Return a grant that is tried again later, after a pause that grows."""
        self.errors[grant.grant_id] = err
        later = self.later(grant, stage, reason=err.reason, code=err.code)
        if due is None and isinstance(err, QuotaExceeded):
            due = self.clock() + PAUSES[-1]
        return _not_beyond(later if due is None else replace(later, due=due), self.clock())

    def later(self, grant: Grant, stage: Stage, **changes: object) -> Grant:
        """Return a grant whose next step comes after a pause that grows."""
        now, attempts = self.clock(), grant.attempts + 1
        return grant.moved(stage, now, **{"attempts": attempts, "due": now + pause(attempts), **changes})

    def failed(self, grant: Grant, err: TTLockError) -> Grant:
        """Return a grant that nothing will come of."""
        self.errors[grant.grant_id] = err
        return grant.moved(Stage.FAILED, self.clock(), reason=err.reason, code=err.code, due=None)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after a number of tries."""
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]


def _not_beyond(grant: Grant, now: datetime) -> Grant:
    """Return a grant that is looked at when its time is over, not after it."""
    if grant.deadline is not None and grant.due is not None and now < grant.deadline < grant.due:
        return replace(grant, due=grant.deadline)
    return grant


def _without_spent_secrets(grant: Grant) -> Grant:
    if grant.over and grant.reason != UNUSED_IN_TIME:
        # A name with the digits in it stays without them.
        return replace(grant, number=None, wish=replace(grant.wish, label=grant.name, number=None, face=None))
    if grant.stage is Stage.CONFIRMED and grant.wish.face is not None:
        return replace(grant, wish=replace(grant.wish, face=None))
    return grant
