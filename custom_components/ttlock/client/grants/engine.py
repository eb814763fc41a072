"""The engine: takes every grant one step further until it is proved, and never takes a step twice.

The order is always the same. What is about to be sent is written down first; a lost answer is looked up before
anything is sent again; what the cloud says is done is read back before it is called confirmed. Interrupted anywhere,
the same steps go on from what was written down.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final
from uuid import uuid4

from ..credentials import Credential, CredentialKind, ValidityKind
from ..errors import (
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    SignInError,
    TransportError,
    TTLockError,
    Unsupported,
)
from ..parse import Listing
from ..secret import Secret
from .comparison import CHANGEABLE, normal, normal_change, wish_of
from .model import UNUSED_IN_TIME, Change, Grant, Life, Stage, Wish, first_use_by, is_held_back, is_random, life_of
from .refusals import not_found
from .register import Clock, Register, Save
from .removal import Removal
from .sending import RECORDS_KEPT, Sending, may_be_behind, worth_trying
from .vendor import Vendor

PATIENCE: Final = timedelta(days=1)
"""How long a wish without an end is tried."""

_CLOUD_GONE: Final = (ClockSkew, QuotaExceeded, SignInError, TransportError)
"""After these nothing else succeeds either, whether a lock has to be reached or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where a grant stands after what was asked for, and what went wrong on the way."""

    grant: Grant
    error: TTLockError | None = None

    @property
    def failed(self) -> bool:
        """Return whether what was asked for was not done and will not be done."""
        if self.grant.stage is Stage.FAILED:
            return True
        # A change that was refused; what was done and only could not be read back did not fail.
        return self.error is not None and not self.grant.pending and not worth_trying(self.error)


class Grants:
    """All grants of an account."""

    def __init__(self, vendor: Vendor, zone_of: Callable[[int], tzinfo], save: Save, clock: Clock) -> None:
        """Take the vendor, the time zones of the locks, where grants are kept, and the time."""
        self._vendor = vendor
        self._zone_of = zone_of
        self._clock = clock
        self._register = Register(save, clock)
        self._sending = Sending(self._register, vendor, zone_of)
        self._removal = Removal(self._register, vendor, self._sending)
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    # -- What is known ---------------------------------------------------------------------------------------------

    def restore(self, grants: Iterable[Grant]) -> None:
        """Take up what was kept; nothing is sent before `work`."""
        self._register.restore(grants)

    def on_change(self, listener: Callable[[Grant], None]) -> Callable[[], None]:
        """Call a listener with each grant that moved; returns how to stop."""
        self._register.listeners.append(listener)
        return lambda: self._register.listeners.remove(listener)

    @property
    def stopped(self) -> bool:
        """Return whether `stop` was called."""
        return self._register.stopped

    def stop(self) -> None:
        """Take no further step: whoever restores what is kept goes on, and both together would do things twice."""
        self._register.stopped = True

    @property
    def all(self) -> tuple[Grant, ...]:
        """Return every grant."""
        return self._register.all

    def of_lock(self, lock_id: int) -> tuple[Grant, ...]:
        """Return the grants of one lock."""
        return self._register.of_lock(lock_id)

    def find(self, lock_id: int, kind: CredentialKind, credential_id: int) -> Grant | None:
        """Return the grant of a credential, None for one that others made."""
        return self._register.find(lock_id, kind, credential_id)

    def life(self, grant: Grant) -> Life:
        """Return what is known of a grant now."""
        return grant.life_at(self._clock(), self._zone_of(grant.wish.lock_id))

    def life_of(self, lock_id: int, shown: Credential) -> Life:
        """Return what is known now of a credential of the table, whoever made it."""
        grant = self.find(lock_id, shown.kind, shown.credential_id)
        if grant is not None and grant.pending:
            return self.life(grant)
        return life_of(shown, self._clock(), self._zone_of(lock_id), used=grant is not None and grant.used)

    async def died_unused(self, lock_id: int, shown: Credential) -> bool:
        """Return whether a random passcode of the table was not used in time, so that the lock refuses it (7.1).

        Beyond what the records tell it counts as used, as the vendor's table has it.
        """
        now, use_by, start = self._clock(), first_use_by(shown), shown.validity.start
        if use_by is None or use_by > now or start is None or shown.number is None or now - start > RECORDS_KEPT:
            return False
        grant = self.find(lock_id, shown.kind, shown.credential_id)
        if grant is not None and grant.used:
            return False
        return not await self._vendor.was_used(lock_id, shown.number, start)

    @property
    def errors(self) -> tuple[TTLockError, ...]:
        """Return what went wrong last with grants that are not done."""
        return tuple(self._register.errors.values())

    @property
    def due(self) -> datetime | None:
        """Return when `work` has something to do next."""
        return min((grant.due for grant in self.all if grant.due is not None), default=None)

    # -- What is wanted --------------------------------------------------------------------------------------------

    async def place(self, wish: Wish, *, origin: str | None = None) -> Outcome:
        """Put a credential on a lock. The same wish twice is the same grant.

        What can succeed later is tried again until the deadline; the outcome says how far it has come.
        """
        wish = normal(wish)
        async with self._turns[wish.lock_id]:
            return await self._place(self._known(wish) or self._new(wish, origin), wish)

    async def place_all(
        self, wishes: Sequence[Wish], *, origin: str | None = None, tell: Callable[[int, Outcome], None] | None = None
    ) -> tuple[Outcome, ...]:
        """Put credentials on a lock as `place` does.

        All are written down before the first is sent, so that an interruption loses none. When the way to the lock
        fails, the others wait with the one that met it instead of failing in the same way one after the other. Who
        watches is told of each, by its place among the wishes.
        """
        wishes = [normal(wish) for wish in wishes]
        done: dict[int, Outcome] = {}
        for lock_id in {wish.lock_id for wish in wishes}:
            async with self._turns[lock_id]:
                begun: dict[int, Grant] = {}
                for index, wish in enumerate(wishes):
                    if wish.lock_id == lock_id:
                        same = (grant for grant in begun.values() if grant.wish.same_as(wish))
                        begun[index] = self._known(wish) or next(same, None) or self._new(wish, origin)
                await self._register.put_all(begun.values())
                way: Outcome | None = None
                for index, at_first in begun.items():
                    grant = self._register.get(at_first.grant_id) or at_first
                    if way is not None and _same_way(grant, way):
                        done[index] = await self._waits(grant, way)
                    else:
                        done[index] = await self._place(grant, wishes[index])
                        if _way_failed(done[index]):
                            way = done[index]
                    if tell is not None:
                        tell(index, done[index])
        return tuple(done[index] for index in range(len(wishes)))

    async def _place(self, grant: Grant, wish: Wish) -> Outcome:
        # One that is proved is looked at again: somebody may have taken it off since.
        deadline = self._deadline(wish) if grant.pending and grant.deadline is not None else grant.deadline
        outcome = await self._go_on(replace(grant, due=self._clock(), deadline=deadline))
        if outcome.grant.stage is Stage.GONE:
            return await self._go_on(self._new(wish, grant.origin))
        return outcome

    def _known(self, wish: Wish) -> Grant | None:
        """Return the grant that stands for a wish already."""
        return next(
            (
                grant
                for grant in self.of_lock(wish.lock_id)
                if not grant.over and grant.stage is not Stage.REMOVING and grant.wish.same_as(wish)
            ),
            None,
        )

    def _new(self, wish: Wish, origin: str | None) -> Grant:
        now = self._clock()
        return Grant(
            grant_id=uuid4().hex,
            wish=wish,
            stage=Stage.WANTED,
            created=now,
            changed=now,
            due=now,
            deadline=self._deadline(wish),
            origin=origin,
        )

    def _deadline(self, wish: Wish) -> datetime:
        return wish.useful_until or self._clock() + PATIENCE

    async def change(self, lock_id: int, kind: CredentialKind, credential_id: int, change: Change) -> Outcome:
        """Change a credential, whoever made it; NotFound when the table does not show it."""
        change = normal_change(change, kind)
        async with self._turns[lock_id]:
            now = self._clock()
            grant = self.find(lock_id, kind, credential_id) or await self._others(lock_id, kind, credential_id)
            if grant.stage is Stage.REMOVING:
                raise not_found(kind)
            wish = replace(
                grant.wish,
                label=grant.wish.label if change.label is None else change.label,
                number=change.number or grant.wish.number,
                validity=change.validity or grant.wish.validity,
            )
            asked = tuple(name for name in CHANGEABLE if name in grant.asked or getattr(change, name) is not None)
            return await self._go_on(
                grant.moved(
                    Stage.WANTED,
                    now,
                    wish=wish,
                    number=None if change.number else grant.number,
                    asked=asked,
                    due=now,
                    attempts=0,
                    reason=None,
                    code=None,
                    changed_elsewhere=False,
                    deadline=_deadline_of_change(grant, change, now),
                )
            )

    async def remove(
        self, lock_id: int, kind: CredentialKind, wanted: Iterable[int] | Callable[[Credential], bool]
    ) -> tuple[Outcome, ...]:
        """Take credentials off a lock, whoever made them: by the vendor's numbers, or all for which a function holds.

        NotFound, before any is touched, when a number is not there. One list proves all of them. A removal is tried
        until the table does not show the credential any more.
        """
        if kind is CredentialKind.REMOTE:
            # Through the cloud a remote only leaves the list, and goes on opening the door (4.11).
            raise Unsupported("needs_bluetooth")
        async with self._turns[lock_id]:
            table = await self._vendor.table(lock_id, kind)
            shown = {item.credential_id: item for item in table.items}
            if callable(wanted):
                numbers = [number for number, item in shown.items() if wanted(item)]
            else:
                numbers = list(dict.fromkeys(wanted))
            grants: list[Grant] = []
            for number in numbers:
                grant = self.find(lock_id, kind, number)
                if number in shown:
                    grant = grant or self._of_shown(lock_id, shown[number])
                elif table.complete:
                    raise not_found(kind)
                if grant is None:
                    # It may be in the part of the table that could not be read.
                    raise OutcomeUnknown
                grants.append(replace(grant, attempts=0))
            return tuple(self._outcome(grant) for grant in await self._removal.take_off(grants))

    async def withdraw(self, grant_id: str) -> Outcome:
        """Take back a wish, wherever it stands; NotFound when it is not remembered."""
        lock_id = self._remembered(grant_id).wish.lock_id
        async with self._turns[lock_id]:
            grant, now = self._remembered(grant_id), self._clock()
            if grant.over:
                return self._outcome(grant)
            error = self._register.errors.get(grant_id)
            never_arrived = grant.sent is None or isinstance(error, DeviceBusy | DeviceUnreachable)
            if grant.stage is Stage.WANTED and grant.credential_id is None and never_arrived:
                self._register.errors.pop(grant_id, None)
                return self._outcome(await self._register.put(grant.moved(Stage.GONE, now, due=None)))
            return await self._go_on(grant.moved(Stage.REMOVING, now, due=now, deadline=None, attempts=0))

    async def forget(self, grant_id: str) -> None:
        """Drop a grant that is over: somebody has taken note of how it ended."""
        if (grant := self._register.get(grant_id)) is not None and grant.over:
            await self._register.drop([grant])

    async def work(self) -> None:
        """Do all that is due, locks side by side."""
        now = self._clock()
        await self._register.drop(self._register.old(now))
        by_lock: defaultdict[int, list[str]] = defaultdict(list)
        for grant in self.all:
            if grant.due is not None and grant.due <= now:
                by_lock[grant.wish.lock_id].append(grant.grant_id)
        await asyncio.gather(*(self._work_on(lock_id, ids) for lock_id, ids in by_lock.items()))

    async def read(self, lock_id: int, kind: CredentialKind) -> Listing[Credential]:
        """Return the table of a lock, and see in it what was changed elsewhere."""
        before = self.of_lock(lock_id)
        table = await self._vendor.table(lock_id, kind)
        await self._compare([grant for grant in before if grant.wish.kind is kind], table)
        return table

    async def note_use(self, lock_id: int, number: Secret) -> None:
        """Learn from a record that digits opened the door: a random passcode is proved by that."""
        async with self._turns[lock_id]:
            for grant in self.of_lock(lock_id):
                if grant.wish.kind is CredentialKind.PASSCODE and number in (grant.number, grant.wish.number):
                    await self._register.put(_used(grant, self._clock()))

    async def forget_lock(self, lock_id: int) -> None:
        """Drop the grants of a lock that the account does not have any more."""
        async with self._turns[lock_id]:
            await self._register.drop(self.of_lock(lock_id))

    # -- Steps -----------------------------------------------------------------------------------------------------

    async def _work_on(self, lock_id: int, grant_ids: list[str]) -> None:
        async with self._turns[lock_id]:
            way: Outcome | None = None
            for grant_id in grant_ids:
                grant = self._register.get(grant_id)
                if grant is None or grant.due is None or grant.due > self._clock():
                    continue
                if way is not None and _same_way(grant, way):
                    await self._waits(grant, way)
                    continue
                outcome = await self._go_on(grant)
                if _way_failed(outcome):
                    way = outcome

    async def _go_on(self, grant: Grant) -> Outcome:
        """Take steps as long as the next one is due."""
        self._register.errors.pop(grant.grant_id, None)
        await self._register.put(grant)
        while grant.due is not None and grant.due <= self._clock():
            match grant.stage:
                case Stage.WANTED if grant.credential_id is None:
                    grant = await self._sending.send(grant)
                case Stage.WANTED:
                    grant = await self._sending.send_change(grant)
                case Stage.SENDING | Stage.UNSURE:
                    grant = await self._sending.look_up(grant)
                case Stage.ACCEPTED | Stage.CONFIRMED:
                    grant = await self._sending.prove(grant)
                case Stage.REMOVING:
                    (grant,) = await self._removal.take_off([grant])
                case Stage.GONE | Stage.FAILED:
                    grant = replace(grant, due=None)
            grant = await self._register.put(grant)
        return self._outcome(grant)

    async def _waits(self, grant: Grant, way: Outcome) -> Outcome:
        """Let a grant be tried when the one is that has just found the way to the lock closed."""
        if way.error is not None:
            self._register.errors[grant.grant_id] = way.error
        due, reason, code = way.grant.due, way.grant.reason, way.grant.code
        return self._outcome(await self._register.put(replace(grant, due=due, reason=reason, code=code)))

    async def _compare(self, before: Iterable[Grant], table: Listing[Credential]) -> None:
        """See what was changed elsewhere; our wish is not sent again over somebody's decision."""
        shown = {item.credential_id: item for item in table.items}
        for grant in before:
            if grant.stage not in (Stage.ACCEPTED, Stage.CONFIRMED) or grant.credential_id is None:
                continue
            if self._register.get(grant.grant_id) is not grant or self._turns[grant.wish.lock_id].locked():
                # It moved while the table was read, so the table may be older.
                continue
            item = shown.get(grant.credential_id)
            if item is not None:
                await self._register.put(self._sending.settled(grant, item))
            elif table.complete and not may_be_behind(grant, self._clock()):
                gone = grant.moved(Stage.GONE, self._clock(), reason="removed_elsewhere", due=None)
                await self._register.put(gone)

    async def _others(self, lock_id: int, kind: CredentialKind, credential_id: int) -> Grant:
        """Return a grant for a credential that others made."""
        table = await self._vendor.table(lock_id, kind)
        for item in table.items:
            if item.credential_id == credential_id:
                return self._of_shown(lock_id, item)
        raise not_found(kind) if table.complete else OutcomeUnknown

    def _of_shown(self, lock_id: int, shown: Credential) -> Grant:
        now = self._clock()
        return Grant(
            grant_id=uuid4().hex,
            wish=wish_of(lock_id, shown),
            stage=Stage.ACCEPTED if is_random(shown) else Stage.CONFIRMED,
            created=now,
            changed=now,
            credential_id=shown.credential_id,
            number=shown.number if is_random(shown) else None,
            held_back=is_held_back(shown),
        )

    def _remembered(self, grant_id: str) -> Grant:
        if (grant := self._register.get(grant_id)) is None:
            raise NotFound
        return grant

    def _outcome(self, grant: Grant) -> Outcome:
        return Outcome(grant=grant, error=self._register.errors.get(grant.grant_id))


def _deadline_of_change(grant: Grant, change: Change, now: datetime) -> datetime | None:
    """Return until when a change is tried; None for ever, while what it takes away could open the door.

    Other digits and a shorter time take access away, like a removal.
    """
    if grant.asked and grant.deadline is None:
        return None
    before, after = grant.wish.validity.end, None if change.validity is None else change.validity.end
    if change.number is not None or (change.validity is not None and (before is None or (after and after < before))):
        end = before
    elif change.validity is not None:
        end = after or now + PATIENCE
    else:
        end = now + PATIENCE
    return None if end is None else max(end, now + PATIENCE)


def _used(grant: Grant, now: datetime) -> Grant:
    """Return a grant whose digits were seen to open the door."""
    if grant.over and grant.reason != UNUSED_IN_TIME:
        return grant
    if grant.stage is Stage.REMOVING:
        return replace(grant, used=True)
    if grant.wish.validity.kind is ValidityKind.ONE_TIME:
        return grant.moved(Stage.GONE, now, used=True, reason="already_used", due=None)
    if grant.stage is Stage.ACCEPTED or grant.reason == UNUSED_IN_TIME:
        # What the table has not shown yet is still looked at.
        return grant.moved(Stage.CONFIRMED, now, used=True, reason=None, due=grant.due if grant.asked else None)
    return replace(grant, used=True)


def _way_failed(outcome: Outcome) -> bool:
    """Return whether what went wrong was the way to the lock or the cloud, not this very credential."""
    return outcome.grant.pending and outcome.error is not None and worth_trying(outcome.error)


def _same_way(grant: Grant, way: Outcome) -> bool:
    """Return whether a grant to be sent would fail as the other did: some need the cloud only, not the lock."""
    if grant.stage is not Stage.WANTED:
        return False
    return isinstance(way.error, _CLOUD_GONE) or grant.wish.contacts_lock
