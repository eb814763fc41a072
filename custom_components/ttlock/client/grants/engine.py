"""The engine: takes every grant one step further until it is proved, and never takes a step twice.

The order is always the same. What is about to be sent is written down first; a lost answer is looked up before
anything is sent again; what the cloud says is done is read back before it is called confirmed. Interrupted anywhere,
the same steps go on from what was written down.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
import logging
from typing import Final
from uuid import uuid4

from ..credentials import Credential, CredentialKind, PasscodeCredential, ValidityKind
from ..errors import (
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    Interrupted,
    InvalidInput,
    NotExecuted,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    SignInError,
    TransportError,
    TTLockError,
)
from ..models import CredentialStatus
from ..parse import Listing
from ..secret import Secret
from .model import Change, Grant, Life, Stage, Wish, first_use_by, life_of
from .refusals import exists, not_found
from .vendor import Vendor, difference, fulfils, shown_number, wish_of

_LOGGER = logging.getLogger(__name__)

PAUSES: Final = tuple(timedelta(seconds=s) for s in (30, 120, 600, 1800, 7200, 21600))
"""Between two tries; the last one for all that follow."""
SETTLED: Final = timedelta(seconds=60)
"""Longer than the cloud works on one command (ttlock-open-api.md 9, quirk 5): what is not there by then never came."""
PATIENCE: Final = timedelta(days=1)
"""How long a wish without an end is tried."""
KEPT: Final = timedelta(days=7)
"""How long the end of a grant is remembered."""
RECORDS_KEPT: Final = timedelta(days=180)
"""For how long the cloud can tell whether a passcode was used (ttlock-open-api.md 4.15: six months)."""
PASSCODE_EXISTS: Final = -3007
MAX_CUSTOM_PASSCODES: Final = 250
"""What a lock holds; some hold less and say so themselves (ttlock-open-api.md 7.2)."""

type Save = Callable[[Iterable[Grant]], Awaitable[None]]
type Clock = Callable[[], datetime]

_WORTH_TRYING: Final = (
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    NotExecuted,
    OutcomeUnknown,
    QuotaExceeded,
    SignInError,
    TransportError,
)
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
        return self.grant.stage is Stage.FAILED or (self.error is not None and not self.grant.pending)


class Grants:
    """All grants of an account."""

    def __init__(self, vendor: Vendor, zone_of: Callable[[int], tzinfo], save: Save, clock: Clock) -> None:
        """Take the vendor, the time zones of the locks, where grants are kept, and the time."""
        self._vendor = vendor
        self._zone_of = zone_of
        self._save = save
        self._clock = clock
        self._grants: dict[str, Grant] = {}
        self._errors: dict[str, TTLockError] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listeners: list[Callable[[Grant], None]] = []
        self._stopped = False

    # -- What is known ---------------------------------------------------------------------------------------------

    def restore(self, grants: Iterable[Grant]) -> None:
        """Take up what was kept; nothing is sent before `work`."""
        self._grants = {grant.grant_id: grant for grant in grants}

    def on_change(self, listener: Callable[[Grant], None]) -> Callable[[], None]:
        """Call a listener with each grant that moved; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def stopped(self) -> bool:
        """Return whether `stop` was called."""
        return self._stopped

    def stop(self) -> None:
        """Take no further step: whoever restores what is kept goes on, and both together would do things twice."""
        self._stopped = True

    @property
    def all(self) -> tuple[Grant, ...]:
        """Return every grant."""
        return tuple(self._grants.values())

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

    def life(self, grant: Grant) -> Life:
        """Return what is known of a grant now."""
        return grant.life_at(self._clock(), self._zone_of(grant.wish.lock_id))

    def life_of(self, lock_id: int, shown: Credential) -> Life:
        """Return what is known now of a credential of the table, whoever made it."""
        grant = self.find(lock_id, shown.kind, shown.credential_id)
        if grant is not None:
            return self.life(grant)
        return life_of(shown, self._clock(), self._zone_of(lock_id))

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
        return tuple(self._errors.values())

    @property
    def due(self) -> datetime | None:
        """Return when `work` has something to do next."""
        return min((grant.due for grant in self._grants.values() if grant.due is not None), default=None)

    # -- What is wanted --------------------------------------------------------------------------------------------

    async def place(self, wish: Wish, *, origin: str | None = None) -> Outcome:
        """Put a credential on a lock. The same wish twice is the same grant.

        What can succeed later is tried again until the deadline; the outcome says how far it has come.
        """
        async with self._turns[wish.lock_id]:
            return await self._place(wish, origin)

    async def place_all(
        self, wishes: Sequence[Wish], *, origin: str | None = None, tell: Callable[[int, Outcome], None] | None = None
    ) -> tuple[Outcome, ...]:
        """Put credentials on a lock as `place` does, for wishes that each mean one credential.

        All are written down before the first is sent, so that an interruption loses none. When the way to the lock
        fails, the others wait with the one that met it instead of failing in the same way one after the other. Who
        watches is told of each, by its place among the wishes.
        """
        done: dict[int, Outcome] = {}
        for lock_id in {wish.lock_id for wish in wishes}:
            async with self._turns[lock_id]:
                mine = [(index, wish) for index, wish in enumerate(wishes) if wish.lock_id == lock_id]
                fresh: list[Grant] = []
                for _, wish in mine:
                    if self._known(wish) is None and not any(grant.wish.same_as(wish) for grant in fresh):
                        fresh.append(self._new(wish, origin))
                await self._put_all(fresh)
                way: Outcome | None = None
                for index, wish in mine:
                    grant = self._known(wish)
                    if way is not None and grant is not None and _same_way(grant, way):
                        done[index] = self._outcome(await self._put(self._waiting(grant, way)))
                    else:
                        done[index] = await self._place(wish, origin)
                        if _way_failed(done[index]):
                            way = done[index]
                    if tell is not None:
                        tell(index, done[index])
        return tuple(done[index] for index in range(len(wishes)))

    async def _place(self, wish: Wish, origin: str | None) -> Outcome:
        if (grant := self._known(wish)) is not None:
            # One that is proved is looked at again: somebody may have taken it off since.
            outcome = await self._go_on(replace(grant, due=self._clock()))
            if outcome.grant.stage is not Stage.GONE:
                return outcome
        return await self._go_on(self._new(wish, origin))

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
            deadline=wish.validity.end or now + PATIENCE,
            origin=origin,
        )

    async def change(self, lock_id: int, kind: CredentialKind, credential_id: int, change: Change) -> Outcome:
        """Change a credential, whoever made it; NotFound when the table does not show it."""
        async with self._turns[lock_id]:
            now = self._clock()
            grant = self.find(lock_id, kind, credential_id) or await self._taken_over(lock_id, kind, credential_id)
            if grant.stage is Stage.REMOVING:
                raise not_found(kind)
            wish = replace(
                grant.wish,
                label=grant.wish.label if change.label is None else change.label,
                number=change.number or grant.wish.number,
                validity=change.validity or grant.wish.validity,
            )
            grant = grant.moved(
                Stage.WANTED,
                now,
                wish=wish,
                due=now,
                attempts=0,
                reason=None,
                code=None,
                changed_elsewhere=False,
                deadline=wish.validity.end or now + PATIENCE,
            )
            return await self._go_on(grant)

    async def remove(
        self, lock_id: int, kind: CredentialKind, wanted: Iterable[int] | Callable[[Credential], bool]
    ) -> tuple[Outcome, ...]:
        """Take credentials off a lock, whoever made them: by the vendor's numbers, or all for which a function holds.

        NotFound, before any is touched, when a number is not there. One list proves all of them. A removal is tried
        until the table does not show the credential any more.
        """
        async with self._turns[lock_id]:
            table = await self._table(lock_id, kind)
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
                grants.append(grant)
            return await self._take_off(grants)

    async def withdraw(self, grant_id: str) -> Outcome:
        """Take back a wish, wherever it stands."""
        async with self._turns[self._grants[grant_id].wish.lock_id]:
            grant, now = self._grants[grant_id], self._clock()
            if grant.over:
                return self._outcome(grant)
            never_arrived = grant.sent is None or isinstance(self._errors.get(grant_id), DeviceBusy | DeviceUnreachable)
            if grant.stage is Stage.WANTED and grant.credential_id is None and never_arrived:
                self._errors.pop(grant_id, None)
                return self._outcome(await self._put(grant.moved(Stage.GONE, now, due=None)))
            return await self._go_on(grant.moved(Stage.REMOVING, now, due=now, deadline=None, attempts=0))

    async def forget(self, grant_id: str) -> None:
        """Drop a grant that is over: somebody has taken note of how it ended."""
        if (grant := self._grants.get(grant_id)) is not None and grant.over:
            self._drop(grant_id)
            await self._save(self.all)

    async def work(self) -> None:
        """Do all that is due, locks side by side."""
        now = self._clock()
        self._forget_old(now)
        by_lock: defaultdict[int, list[str]] = defaultdict(list)
        for grant in self._grants.values():
            if grant.due is not None and grant.due <= now:
                by_lock[grant.wish.lock_id].append(grant.grant_id)
        await asyncio.gather(*(self._work_on(lock_id, ids) for lock_id, ids in by_lock.items()))

    async def read(self, lock_id: int, kind: CredentialKind) -> Listing[Credential]:
        """Return the table of a lock, and see in it what was changed elsewhere."""
        began = self._clock()
        table = await self._vendor.table(lock_id, kind)
        await self._compare(lock_id, kind, table, began)
        return table

    async def note_use(self, lock_id: int, number: Secret) -> None:
        """Learn from a record that digits opened the door: a random passcode is proved by that."""
        for grant in self.of_lock(lock_id):
            if grant.wish.kind is CredentialKind.PASSCODE and number in (grant.number, grant.wish.number):
                if grant.wish.validity.kind is ValidityKind.ONE_TIME and not grant.over:
                    await self._put(grant.moved(Stage.GONE, self._clock(), used=True, reason="already_used", due=None))
                elif grant.stage is Stage.ACCEPTED:
                    await self._put(grant.moved(Stage.CONFIRMED, self._clock(), used=True, due=None))

    async def forget_lock(self, lock_id: int) -> None:
        """Drop the grants of a lock that the account does not have any more."""
        if gone := [grant.grant_id for grant in self.of_lock(lock_id)]:
            for grant_id in gone:
                self._drop(grant_id)
            await self._save(self.all)

    # -- Steps -----------------------------------------------------------------------------------------------------

    async def _work_on(self, lock_id: int, grant_ids: list[str]) -> None:
        async with self._turns[lock_id]:
            way: Outcome | None = None
            for grant_id in grant_ids:
                grant = self._grants.get(grant_id)
                if grant is None or grant.due is None or grant.due > self._clock():
                    continue
                if way is not None and _same_way(grant, way):
                    await self._put(self._waiting(grant, way))
                    continue
                outcome = await self._go_on(grant)
                if _way_failed(outcome):
                    way = outcome

    async def _go_on(self, grant: Grant) -> Outcome:
        """Take steps as long as the next one is due."""
        self._errors.pop(grant.grant_id, None)
        await self._put(grant)
        while grant.due is not None and grant.due <= self._clock():
            before = grant
            match grant.stage:
                case Stage.WANTED:
                    grant = await (self._send(grant) if grant.credential_id is None else self._send_change(grant))
                case Stage.SENDING | Stage.UNSURE:
                    grant = await self._look_up(grant)
                case Stage.ACCEPTED | Stage.CONFIRMED:
                    grant = await self._prove(grant)
                case Stage.REMOVING:
                    grant = (await self._take_off([grant]))[0].grant
                case Stage.GONE | Stage.FAILED:
                    grant = replace(grant, due=None)
            if grant is not before:
                await self._put(grant)
        return self._outcome(grant)

    async def _send(self, grant: Grant) -> Grant:
        """Send a wish for the first time, or again after it certainly had no effect."""
        now = self._clock()
        if (given_up := self._given_up(grant, now)) is not None:
            return given_up
        if grant.wish.number is not None:
            # Where the number tells all, the table tells before the lock is woken whether there is a place for it.
            try:
                table = await self._table(grant.wish.lock_id, grant.wish.kind)
            except TTLockError as err:
                return self._failing(grant, Stage.WANTED, err) if _worth_trying(err) else self._failed(grant, err)
            if (found := self._match(grant, table)) is not None:
                return self._settled(grant, found)
            if (refusal := _in_the_way(grant.wish, table)) is not None:
                return self._failed(grant, refusal)
        grant = grant.moved(Stage.SENDING, now, sent=now, attempts=grant.attempts + 1, due=now)
        await self._put(grant)
        try:
            added = await self._vendor.add(grant.wish, now)
        except OutcomeUnknown as err:
            return self._failing(grant, Stage.UNSURE, err, due=self._clock())
        except InvalidInput as err:
            if err.code != PASSCODE_EXISTS:
                return self._failed(grant, err)
            return await self._adopt(grant, err)
        except TTLockError as err:
            if _worth_trying(err):
                return self._failing(grant, Stage.WANTED, err)
            return self._failed(grant, err)
        return grant.moved(
            Stage.ACCEPTED,
            self._clock(),
            credential_id=added.credential_id,
            number=added.number,
            attempts=0,
            reason=None,
            code=None,
            due=self._clock(),
        )

    async def _adopt(self, grant: Grant, err: InvalidInput) -> Grant:
        """Take over the very code that was wished and is there already; another one with its digits is in the way."""
        try:
            table = await self._table(grant.wish.lock_id, grant.wish.kind)
        except TTLockError as reading:
            return self._failing(grant, Stage.UNSURE, reading)
        found = self._match(grant, table)
        return self._failed(grant, err) if found is None else self._settled(grant, found)

    async def _send_change(self, grant: Grant) -> Grant:
        """Send what the table does not show yet. The difference is worked out anew each time, so repeats are safe."""
        now = self._clock()
        try:
            shown = await self._shown(grant)
        except TTLockError as err:
            if self._given_up(grant, now) is not None or not _worth_trying(err):
                return self._failed(grant, err)
            return self._failing(grant, Stage.WANTED, err)
        if shown is None:
            return self._vanished(grant)
        change = difference(grant.wish, shown)
        if not change and shown.status is not CredentialStatus.CHANGING:
            return self._settled(grant, shown)
        if self._given_up(grant, now) is not None:
            return self._left_as_it_was(grant, shown)
        grant = grant.moved(Stage.SENDING, now, sent=now, attempts=grant.attempts + 1, due=now)
        await self._put(grant)
        try:
            if change:
                await self._vendor.change(grant.wish.lock_id, shown, change)
        except TTLockError as err:
            if _worth_trying(err):
                return self._failing(grant, Stage.WANTED, err)
            self._errors[grant.grant_id] = err
            return self._left_as_it_was(replace(grant, reason=err.reason, code=err.code), shown)
        return grant.moved(
            Stage.ACCEPTED,
            self._clock(),
            attempts=0,
            reason=None,
            code=None,
            due=self._clock(),
            # Only a random passcode that was used can be changed, and the lock just took the change (3.2, code -3008).
            used=grant.used or change.number is not None or change.validity is not None,
        )

    async def _look_up(self, grant: Grant) -> Grant:
        """See in the table what has become of something whose answer was lost."""
        if grant.credential_id is not None:
            return grant.moved(Stage.WANTED, self._clock())
        try:
            table = await self._table(grant.wish.lock_id, grant.wish.kind)
        except TTLockError as err:
            return self._failing(grant, Stage.UNSURE, err)
        if (found := self._match(grant, table)) is not None:
            return self._settled(grant, found)
        now = self._clock()
        settled = grant.sent is None or now - grant.sent >= SETTLED
        if settled and table.complete:
            return grant.moved(Stage.WANTED, now, due=now)
        return replace(
            grant,
            stage=Stage.UNSURE,
            due=now + _pause(grant.attempts) if settled or grant.sent is None else grant.sent + SETTLED,
        )

    async def _prove(self, grant: Grant) -> Grant:
        """Read back what the cloud said it did, or look for the first use of a random passcode."""
        now = self._clock()
        try:
            shown = await self._shown(grant)
            if shown is None:
                return self._vanished(grant)
            use_by = first_use_by(shown)
            code = grant.number or grant.wish.number
            if use_by is not None and use_by <= now and not grant.used and code and shown.validity.start:
                if await self._vendor.was_used(grant.wish.lock_id, code, shown.validity.start):
                    grant = replace(grant, used=True)
                else:
                    return grant.moved(Stage.FAILED, now, reason="random_passcode_unused_in_time", due=None)
        except TTLockError as err:
            return self._failing(grant, grant.stage, err)
        return self._settled(grant, shown)

    def _settled(self, grant: Grant, shown: Credential) -> Grant:
        """Return the grant as the table proves it."""
        self._errors.pop(grant.grant_id, None)
        now = self._clock()
        # After a lost answer the table is the first to tell the digits that the cloud made.
        number = grant.number or (shown.number if grant.wish.is_random else None)
        found = replace(grant, credential_id=shown.credential_id, number=number, code=None, reason=None)
        match life_of(shown, now, self._zone_of(grant.wish.lock_id), used=grant.used):
            case Life.FAILED:
                return found.moved(Stage.FAILED, now, reason="delivery_failed", due=None)
            case Life.UNSURE:
                # A change that the lock did not get when it woke up is sent again.
                return found.moved(Stage.WANTED, now, due=now + _pause(grant.attempts))
            case Life.REMOVING:
                return found.moved(Stage.REMOVING, now, due=now + _pause(grant.attempts))
            case Life.GONE:
                return found.moved(Stage.GONE, now, due=None, reason="removed_elsewhere")
            case Life.ACCEPTED:
                waits = found.wish.is_random or shown.status in (CredentialStatus.NORMAL, CredentialStatus.UNKNOWN)
                use_by = first_use_by(shown)
                # What the lock knows by calculation has nothing more to do until its first use is due.
                due = (
                    (use_by if use_by is not None and use_by > now else None) if waits else now + _pause(grant.attempts)
                )
                return found.moved(Stage.ACCEPTED, now, due=due, attempts=grant.attempts + 1)
        if difference(found.wish, shown):
            # The cloud said that it did it, but its table shows something else: it goes on from there.
            return found.moved(Stage.WANTED, now, due=now + _pause(grant.attempts))
        return found.moved(Stage.CONFIRMED, now, due=None, attempts=0)

    async def _take_off(self, grants: Iterable[Grant]) -> tuple[Outcome, ...]:
        """Delete each, then let one table prove them all."""
        taken: list[Grant] = []
        for grant in grants:
            now = self._clock()
            self._errors.pop(grant.grant_id, None)
            grant = grant.moved(Stage.REMOVING, now, attempts=grant.attempts + 1, deadline=None, due=now)
            await self._put(grant)
            taken.append(await self._put(await self._delete(grant)))
        # After a refusal there is nothing to see in the table; after a lost answer there is.
        waiting = [g for g in taken if isinstance(self._errors.get(g.grant_id), OutcomeUnknown | TransportError | None)]
        for kind in {grant.wish.kind for grant in waiting}:
            await self._prove_gone(waiting[0].wish.lock_id, kind, [g for g in waiting if g.wish.kind is kind])
        return tuple(self._outcome(self._grants[grant.grant_id]) for grant in taken)

    async def _delete(self, grant: Grant) -> Grant:
        if grant.credential_id is None:
            return grant
        try:
            await self._vendor.delete(grant.wish.lock_id, grant.wish.kind, grant.credential_id)
        except NotFound:
            pass
        except TTLockError as err:
            return self._failing(grant, Stage.REMOVING, err)
        return replace(grant, reason=None, code=None)

    async def _prove_gone(self, lock_id: int, kind: CredentialKind, grants: Iterable[Grant]) -> None:
        try:
            table = await self._table(lock_id, kind)
        except TTLockError as err:
            for grant in grants:
                await self._put(self._failing(grant, Stage.REMOVING, err))
            return
        now = self._clock()
        shown = {item.credential_id for item in table.items}
        for grant in grants:
            if grant.credential_id is None and (found := self._match(grant, table)) is not None:
                # What was withdrawn while nobody knew whether it arrived, did arrive.
                await self._put(replace(grant, credential_id=found.credential_id, due=now))
                await self._put(await self._delete(self._grants[grant.grant_id]))
            elif grant.credential_id is None and grant.sent is not None and now - grant.sent < SETTLED:
                await self._put(replace(grant, due=grant.sent + SETTLED))
            elif table.complete and grant.credential_id not in shown:
                self._errors.pop(grant.grant_id, None)
                await self._put(grant.moved(Stage.GONE, now, due=None, reason=None, code=None))
            elif grant.due is not None and grant.due <= now:
                await self._put(replace(grant, due=now + _pause(grant.attempts)))

    # -- Comparing -------------------------------------------------------------------------------------------------

    async def _compare(self, lock_id: int, kind: CredentialKind, table: Listing[Credential], began: datetime) -> None:
        """See what was changed elsewhere; our wish is not sent again over somebody's decision."""
        shown = {item.credential_id: item for item in table.items}
        for grant in self.of_lock(lock_id):
            if grant.wish.kind is not kind or grant.stage not in (Stage.ACCEPTED, Stage.CONFIRMED):
                continue
            if grant.changed >= began or grant.credential_id is None or self._turns[lock_id].locked():
                continue
            item = shown.get(grant.credential_id)
            if item is None:
                if table.complete:
                    now = self._clock()
                    await self._put(grant.moved(Stage.GONE, now, reason="removed_elsewhere", due=None))
            elif grant.stage is Stage.CONFIRMED and difference(grant.wish, item):
                wish = replace(wish_of(lock_id, item), ekey=grant.wish.ekey)
                await self._put(grant.moved(Stage.CONFIRMED, self._clock(), wish=wish, changed_elsewhere=True))
            elif grant.stage is Stage.ACCEPTED and not grant.wish.is_random:
                await self._put(self._settled(grant, item))

    def _match(self, grant: Grant, table: Listing[Credential]) -> Credential | None:
        """Return what the table shows of a wish whose number is not known; never what another grant stands for."""
        claimed = {
            (other.wish.kind, other.credential_id)
            for other in self.of_lock(grant.wish.lock_id)
            if other.grant_id != grant.grant_id and not other.over
        }
        return next(
            (
                item
                for item in table.items
                if fulfils(item, grant.wish, grant.sent) and (item.kind, item.credential_id) not in claimed
            ),
            None,
        )

    async def _shown(self, grant: Grant) -> Credential | None:
        """Return the credential of a grant as the table shows it; OutcomeUnknown when the table could not be read whole."""
        table = await self._table(grant.wish.lock_id, grant.wish.kind)
        found = next((item for item in table.items if item.credential_id == grant.credential_id), None)
        if found is None and not table.complete:
            raise OutcomeUnknown
        return found

    async def _taken_over(self, lock_id: int, kind: CredentialKind, credential_id: int) -> Grant:
        table = await self._table(lock_id, kind)
        for item in table.items:
            if item.credential_id == credential_id:
                return self._of_shown(lock_id, item)
        raise not_found(kind)

    def _of_shown(self, lock_id: int, shown: Credential) -> Grant:
        now = self._clock()
        return Grant(
            grant_id=uuid4().hex,
            wish=wish_of(lock_id, shown),
            stage=Stage.CONFIRMED,
            created=now,
            changed=now,
            credential_id=shown.credential_id,
        )

    async def _table(self, lock_id: int, kind: CredentialKind) -> Listing[Credential]:
        return await self._vendor.table(lock_id, kind)

    # -- Failures --------------------------------------------------------------------------------------------------

    def _failing(self, grant: Grant, stage: Stage, err: TTLockError, due: datetime | None = None) -> Grant:
        """Return a grant that is tried again later."""
        self._errors[grant.grant_id] = err
        now = self._clock()
        due = due or now + (PAUSES[-1] if isinstance(err, QuotaExceeded) else _pause(grant.attempts))
        if grant.deadline is not None and now < grant.deadline < due:
            due = grant.deadline
        return grant.moved(stage, now, reason=err.reason, code=err.code, due=due)

    def _failed(self, grant: Grant, err: TTLockError) -> Grant:
        self._errors[grant.grant_id] = err
        return grant.moved(Stage.FAILED, self._clock(), reason=err.reason, code=err.code, due=None)

    def _vanished(self, grant: Grant) -> Grant:
        """Return a grant whose credential is not there any more, which whoever waits for it must not take for done."""
        self._errors[grant.grant_id] = NotFound("removed_elsewhere")
        return grant.moved(Stage.GONE, self._clock(), reason="removed_elsewhere", due=None)

    def _given_up(self, grant: Grant, now: datetime) -> Grant | None:
        """Return the grant as failed when its deadline is over."""
        if grant.deadline is None or now < grant.deadline:
            return None
        return grant.moved(Stage.FAILED, now, reason=grant.reason or "period_past", due=None)

    def _left_as_it_was(self, grant: Grant, shown: Credential) -> Grant:
        """Return a grant whose change came to nothing: what the table shows still holds."""
        wish = replace(wish_of(grant.wish.lock_id, shown), ekey=grant.wish.ekey)
        return grant.moved(Stage.CONFIRMED, self._clock(), wish=wish, due=None, attempts=0)

    def _waiting(self, grant: Grant, way: Outcome) -> Grant:
        """Return a grant that is tried when the one is that has just found the way to the lock closed."""
        if way.error is not None:
            self._errors[grant.grant_id] = way.error
        return replace(grant, reason=way.grant.reason, code=way.grant.code, due=way.grant.due)

    def _outcome(self, grant: Grant) -> Outcome:
        return Outcome(grant=grant, error=self._errors.get(grant.grant_id))

    # -- Keeping ---------------------------------------------------------------------------------------------------

    async def _put(self, grant: Grant) -> Grant:
        """Write a grant down before anything else happens; what is over keeps no digits."""
        return (await self._put_all([grant]))[0]

    async def _put_all(self, grants: Iterable[Grant]) -> tuple[Grant, ...]:
        if self._stopped:
            raise Interrupted
        kept = tuple(_without_spent_secrets(grant) for grant in grants)
        moved = [grant for grant in kept if self._grants.get(grant.grant_id) != grant]
        if moved:
            self._grants |= {grant.grant_id: grant for grant in moved}
            await self._save(self.all)
            if self._stopped:
                raise Interrupted
        for grant in moved:
            for listener in tuple(self._listeners):
                listener(grant)
        return kept

    def _forget_old(self, now: datetime) -> None:
        for grant in self.all:
            if grant.over and now - grant.changed >= KEPT:
                self._drop(grant.grant_id)

    def _drop(self, grant_id: str) -> None:
        self._grants.pop(grant_id, None)
        self._errors.pop(grant_id, None)


def _without_spent_secrets(grant: Grant) -> Grant:
    if grant.over:
        return replace(grant, number=None, wish=replace(grant.wish, number=None, face=None))
    if grant.stage is Stage.CONFIRMED:
        return replace(grant, wish=replace(grant.wish, face=None))
    return grant


def _worth_trying(err: TTLockError) -> bool:
    return isinstance(err, _WORTH_TRYING)


def _way_failed(outcome: Outcome) -> bool:
    """Return whether what went wrong was the way to the lock or the cloud, not this very credential."""
    return outcome.grant.pending and outcome.error is not None and _worth_trying(outcome.error)


def _same_way(grant: Grant, way: Outcome) -> bool:
    """Return whether a grant to be sent would fail as the other did: some need the cloud only, not the lock."""
    if grant.stage is not Stage.WANTED:
        return False
    return isinstance(way.error, _CLOUD_GONE) or grant.wish.contacts_lock


def _in_the_way(wish: Wish, table: Listing[Credential]) -> InvalidInput | None:
    """Return why a number has no place on the lock (ttlock-open-api.md 7.2)."""
    if any(item.number == shown_number(wish) for item in table.items):
        return exists(wish.kind)
    own = sum(isinstance(item, PasscodeCredential) and not item.is_random for item in table.items)
    if wish.kind is CredentialKind.PASSCODE and own >= MAX_CUSTOM_PASSCODES:
        return InvalidInput("passcode_memory_full")
    return None


def _pause(attempts: int) -> timedelta:
    return PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
