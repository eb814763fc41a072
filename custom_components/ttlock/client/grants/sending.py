"""The steps by which a wish gets onto a lock: send, look up what is not known, read back what is said to be done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from ..credentials import Credential, CredentialKind, PasscodeCredential
from ..errors import (
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    InvalidInput,
    NotExecuted,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    ServerFault,
    SignInError,
    TransportError,
    TTLockError,
)
from ..models import CredentialStatus
from ..parse import Listing
from ..passcodes import MAX_CUSTOM_PASSCODES
from .comparison import CHANGEABLE, CLOCKS_APART, difference, fulfils, part, taken_over
from .model import UNUSED_IN_TIME, Change, Grant, Life, Stage, first_use_by, is_held_back, is_random, life_of
from .refusals import exists
from .register import Register
from .vendor import Vendor

SETTLED: Final = timedelta(seconds=60)
"""Longer than the cloud works on one command (ttlock-open-api.md 9, quirk 5): what is not there by then never came."""
RECORDS_KEPT: Final = timedelta(days=180)
"""For how long the cloud can tell whether a passcode was used (ttlock-open-api.md 4.15: six months)."""
PASSCODE_EXISTS: Final = -3007

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


class Sending:
    """Take one step at a time; each returns the grant as it stands after it."""

    def __init__(self, register: Register, vendor: Vendor, zone_of: Callable[[int], tzinfo]) -> None:
        """Take what is known, what can be done, and the time zones of the locks."""
        self._register = register
        self._vendor = vendor
        self._zone_of = zone_of

    # -- Steps -----------------------------------------------------------------------------------------------------

    async def send(self, grant: Grant) -> Grant:
        """Send a wish for the first time, or again after it certainly had no effect."""
        now = self._register.clock()
        if _time_is_up(grant, now):
            return grant.moved(Stage.FAILED, now, reason=grant.reason or "period_past", due=None)
        if grant.wish.number is not None or grant.wish.ekey is not None:
            # Where the table tells all, it tells before the lock is woken whether there is a place.
            try:
                found = await self._found_or_free(grant)
            except TTLockError as err:
                return self._failing_or_failed(grant, err)
            if found is not None:
                return self._adopted(grant, found)
        grant = grant.moved(
            Stage.SENDING, now, sent=now, due=now, asked=("label",) if grant.wish.is_random else CHANGEABLE
        )
        await self._register.put(grant)
        try:
            added = await self._vendor.add(grant.wish, now)
        except (OutcomeUnknown, ServerFault) as err:
            # A fault of the cloud's own says nothing about how far it came.
            return self._register.failing(grant, Stage.UNSURE, err, due=self._register.clock())
        except InvalidInput as err:
            return await self._refused(grant, err)
        except TTLockError as err:
            return self._failing_or_failed(grant, err)
        other = self._register.find(grant.wish.lock_id, grant.wish.kind, added.credential_id)
        if other is not None and other.grant_id != grant.grant_id:
            # Some random passcodes of one period have the same digits: it is the other one that was shown again.
            return self._failing_or_failed(grant, _taken(grant, being_removed=other.stage is Stage.REMOVING))
        await self._replace_ekey(grant)
        grant = grant.moved(
            Stage.ACCEPTED,
            self._register.clock(),
            credential_id=added.credential_id,
            number=added.number,
            reason=None,
            code=None,
            due=self._register.clock(),
        )
        await self._register.put(grant)
        return await self.prove(grant, just_added=True)

    async def send_change(self, grant: Grant) -> Grant:
        """Send what the table does not show yet of what was asked. It is worked out anew each time, so repeats do no harm."""
        now = self._register.clock()
        time_is_up = _time_is_up(grant, now)
        try:
            shown = await self._shown(grant)
        except TTLockError as err:
            return self._register.failed(grant, err) if time_is_up else self._failing_or_failed(grant, err)
        if shown is None:
            return self._vanished(grant)
        change = _undelivered(grant, shown) or part(difference(grant.wish, shown), grant.asked)
        if not change:
            return self.settled(grant, shown)
        if time_is_up:
            return self._left_as_it_was(grant, shown)
        grant = grant.moved(Stage.SENDING, now, sent=now, due=now)
        await self._register.put(grant)
        try:
            await self._vendor.change(grant.wish.lock_id, shown, change)
        except TTLockError as err:
            if worth_trying(err):
                return self._register.failing(grant, Stage.WANTED, err)
            left = self._left_as_it_was(replace(grant, reason=err.reason, code=err.code), shown)
            self._register.errors[grant.grant_id] = err
            return left
        # Only a random passcode that was used can be changed, so the lock knows it (3.2, code -3008).
        used = grant.used or (is_random(shown) and (change.number is not None or change.validity is not None))
        now = self._register.clock()
        return grant.moved(Stage.ACCEPTED, now, used=used, reason=None, code=None, due=now)

    async def look_up(self, grant: Grant) -> Grant:
        """See in the table what has become of something whose answer was lost."""
        now = self._register.clock()
        if grant.credential_id is not None:
            return grant.moved(Stage.WANTED, now)
        try:
            table = await self._vendor.table(grant.wish.lock_id, grant.wish.kind)
        except TTLockError as err:
            return self._register.failing(grant, Stage.UNSURE, err)
        if (found := self.match(grant, table)) is not None:
            return self._adopted(grant, found)
        if (settled_at := settling_until(grant)) is not None and now < settled_at:
            return grant.moved(Stage.UNSURE, now, due=settled_at)
        if table.complete:
            return grant.moved(Stage.WANTED, now, due=now)
        return self._register.later(grant, Stage.UNSURE)

    async def prove(self, grant: Grant, *, just_added: bool = False) -> Grant:
        """Read back what the cloud said it did, or look for the first use of a random passcode."""
        now = self._register.clock()
        try:
            shown = await self._shown(grant)
            if shown is None:
                if may_be_behind(grant, now):
                    return grant.moved(grant.stage, now, due=settling_until(grant))
                return self._vanished(grant)
            if just_added and _is_older(shown, grant):
                return self._register.failed(replace(grant, credential_id=None, number=None), _taken(grant))
            if self._use_is_due(grant, shown, now):
                if not await self._was_used(grant, shown):
                    return grant.moved(Stage.FAILED, now, reason=UNUSED_IN_TIME, due=None)
                grant = replace(grant, used=True)
        except TTLockError as err:
            # Whatever went wrong, it was done: only the proof is missing.
            return self._register.failing(grant, grant.stage, err if worth_trying(err) else OutcomeUnknown())
        return self.settled(grant, shown)

    def settled(self, grant: Grant, shown: Credential) -> Grant:
        """Return the grant as the table proves it."""
        now = self._register.clock()
        self._register.errors.pop(grant.grant_id, None)
        found = replace(_with_shown(grant, shown), code=None, reason=None)
        life = life_of(shown, now, self._zone_of(grant.wish.lock_id), used=found.used)
        match life:
            case Life.FAILED:
                return found.moved(Stage.FAILED, now, reason="delivery_failed", due=None)
            case Life.GONE:
                return found.moved(Stage.GONE, now, reason="removed_elsewhere", due=None)
            case Life.REMOVING:
                return self._register.later(found, Stage.REMOVING, deadline=None)
            case Life.UNSURE if grant.stage is not Stage.CONFIRMED:
                # A change that the lock did not get when it woke up is sent again, if it was ours.
                return self._register.later(found, Stage.WANTED)
        if found.asked:
            # The cloud said that it did it, but its table shows something else: it goes on from there.
            return self._register.later(found, Stage.WANTED)
        if life is not Life.ACCEPTED:
            return found.moved(Stage.CONFIRMED, now, due=None, attempts=0)
        if is_random(shown) or shown.status in (CredentialStatus.NORMAL, CredentialStatus.UNKNOWN):
            # What the lock knows by calculation has nothing more to do until its first use is due.
            use_by = first_use_by(shown)
            provable = use_by is not None and now - use_by < RECORDS_KEPT
            return found.moved(Stage.ACCEPTED, now, due=use_by if provable else None, attempts=0)
        if grant.stage is Stage.ACCEPTED and grant.due is not None and grant.due > now:
            return found
        return self._register.later(found, Stage.ACCEPTED)

    # -- What the table shows --------------------------------------------------------------------------------------

    def match(self, grant: Grant, table: Listing[Credential]) -> Credential | None:
        """Return what the table shows of a wish whose number is not known; never what another grant stands for."""
        claimed = {
            (other.wish.kind, other.credential_id)
            for other in self._register.of_lock(grant.wish.lock_id)
            # What is recognised by its name could be one that was used up and is still shown.
            if other.grant_id != grant.grant_id and (not other.over or grant.wish.number is None)
        }
        return next(
            (
                item
                for item in table.items
                if fulfils(item, grant.wish, grant.sent) and (item.kind, item.credential_id) not in claimed
            ),
            None,
        )

    async def _found_or_free(self, grant: Grant) -> Credential | None:
        """Return what is wished if it is there already; None when there is a place for it, else why there is none."""
        table = await self._vendor.table(grant.wish.lock_id, grant.wish.kind)
        found = self.match(grant, table)
        if found is not None and found.status is CredentialStatus.ADD_FAILED:
            # The trace of one that the lock did not take.
            await self._vendor.delete(grant.wish.lock_id, grant.wish.kind, found.credential_id)
            table = await self._vendor.table(grant.wish.lock_id, grant.wish.kind)
            if (found := self.match(grant, table)) is not None:
                raise _taken(grant, being_removed=True)
        if found is not None and found.status not in (CredentialStatus.DELETING, CredentialStatus.DELETE_FAILED):
            return found
        if (refusal := self._in_the_way(grant, table)) is not None:
            raise refusal
        return None

    def _in_the_way(self, grant: Grant, table: Listing[Credential]) -> TTLockError | None:
        """Return why a wish has no place on the lock (ttlock-open-api.md 7.2)."""
        wish = grant.wish
        if wish.number is None:
            return None
        if (item := next((item for item in table.items if item.number == wish.shown_number), None)) is not None:
            holder = self._register.find(wish.lock_id, wish.kind, item.credential_id)
            leaving = item.status is CredentialStatus.DELETING or (holder and holder.stage is Stage.REMOVING)
            return _taken(grant, being_removed=bool(leaving))
        if wish.kind is CredentialKind.CARD and not table.complete:
            # A card that is added again gets the new validity, and this one may be in the part that was not readable.
            return OutcomeUnknown()
        own = sum(isinstance(item, PasscodeCredential) and not item.is_random for item in table.items)
        if wish.kind is CredentialKind.PASSCODE and own >= MAX_CUSTOM_PASSCODES:
            return InvalidInput("passcode_memory_full")
        return None

    async def _shown(self, grant: Grant) -> Credential | None:
        """Return the credential of a grant as the table shows it; OutcomeUnknown when the table was not read whole."""
        table = await self._vendor.table(grant.wish.lock_id, grant.wish.kind)
        found = next((item for item in table.items if item.credential_id == grant.credential_id), None)
        if found is None and not table.complete:
            raise OutcomeUnknown
        return found

    async def _refused(self, grant: Grant, err: InvalidInput) -> Grant:
        """Take over the very code that was wished and is there already; another one with its digits is in the way."""
        if err.code != PASSCODE_EXISTS:
            return self._register.failed(grant, err)
        try:
            table = await self._vendor.table(grant.wish.lock_id, grant.wish.kind)
        except TTLockError as reading:
            return self._register.failing(grant, Stage.UNSURE, reading)
        if (found := self.match(grant, table)) is not None:
            return self._adopted(grant, found)
        if not table.complete:
            return self._register.failing(grant, Stage.UNSURE, OutcomeUnknown())
        return self._register.failed(grant, err)

    def _adopted(self, grant: Grant, found: Credential) -> Grant:
        """Return a grant for what the table shows of its wish, whatever name it goes by there."""
        return self.settled(replace(grant, wish=replace(grant.wish, label=found.name or "")), found)

    async def _replace_ekey(self, grant: Grant) -> None:
        """Note that an ekey took the place of the one that its receiver had (ttlock-open-api.md 4.4, key/send)."""
        if grant.wish.ekey is None:
            return
        for other in self._register.of_lock(grant.wish.lock_id):
            if other.over or other.grant_id == grant.grant_id or other.wish.ekey is None:
                continue
            if other.wish.ekey.receiver == grant.wish.ekey.receiver:
                await self._register.put(other.moved(Stage.GONE, self._register.clock(), due=None, reason=None))

    # -- First use -------------------------------------------------------------------------------------------------

    def _use_is_due(self, grant: Grant, shown: Credential, now: datetime) -> bool:
        use_by = first_use_by(shown)
        return use_by is not None and not grant.used and use_by <= now and now - use_by < RECORDS_KEPT

    async def _was_used(self, grant: Grant, shown: Credential) -> bool:
        start, number = shown.validity.start, shown.number
        return start is None or number is None or await self._vendor.was_used(grant.wish.lock_id, number, start)

    # -- Failures --------------------------------------------------------------------------------------------------

    def _failing_or_failed(self, grant: Grant, err: TTLockError) -> Grant:
        if worth_trying(err):
            return self._register.failing(grant, Stage.WANTED, err)
        return self._register.failed(grant, err)

    def _vanished(self, grant: Grant) -> Grant:
        """Return a grant whose credential is not there any more, which whoever waits for it must not take for done."""
        self._register.errors[grant.grant_id] = NotFound("removed_elsewhere")
        return grant.moved(Stage.GONE, self._register.clock(), reason="removed_elsewhere", due=None)

    def _left_as_it_was(self, grant: Grant, shown: Credential) -> Grant:
        """Return a grant whose change came to nothing: what the table shows still holds."""
        now = self._register.clock()
        if shown.status is CredentialStatus.CHANGE_FAILED:
            return grant.moved(Stage.FAILED, now, reason=grant.reason or "delivery_failed", due=None)
        kept = replace(grant, wish=taken_over(grant.wish, shown), asked=(), attempts=0)
        return replace(self.settled(kept, shown), reason=grant.reason, code=grant.code)


def worth_trying(err: TTLockError) -> bool:
    """Return whether the same may succeed later."""
    return isinstance(err, _WORTH_TRYING)


def settling_until(grant: Grant) -> datetime | None:
    """Return until when what was sent may still have an effect."""
    return None if grant.sent is None else grant.sent + SETTLED


def may_be_behind(grant: Grant, now: datetime) -> bool:
    """Return whether a list that does not show a credential may only be a moment behind."""
    return bool(grant.asked) and (until := settling_until(grant)) is not None and now < until


def _with_shown(grant: Grant, shown: Credential) -> Grant:
    """Return a grant that knows what the table shows; what was changed there by others is taken over."""
    wanted = difference(grant.wish, shown)
    differs = tuple(name for name in CHANGEABLE if getattr(wanted, name) is not None)
    asked = tuple(name for name in grant.asked if name in differs)
    made = is_random(shown) and grant.wish.number is None
    elsewhere = any(name not in grant.asked for name in differs) or (
        made and grant.number is not None and grant.number != shown.number
    )
    return replace(
        grant,
        credential_id=shown.credential_id,
        wish=taken_over(grant.wish, shown, grant.asked) if elsewhere else grant.wish,
        number=shown.number if made else grant.number,
        asked=asked,
        held_back=is_held_back(shown),
        changed_elsewhere=grant.changed_elsewhere or elsewhere,
    )


def _undelivered(grant: Grant, shown: Credential) -> Change:
    """Return what a lock in power saving did not take of a change that the table shows already."""
    if shown.status is not CredentialStatus.CHANGE_FAILED:
        return Change()
    number = grant.wish.number if shown.kind is CredentialKind.PASSCODE else None
    return Change(number=number, validity=grant.wish.validity)


def _is_older(shown: Credential, grant: Grant) -> bool:
    """Return whether a random passcode was there before it was wished, for somebody else."""
    if shown.created is None or grant.sent is None or (shown.name or "") == grant.wish.label:
        return False
    return shown.created < grant.sent - CLOCKS_APART


def _time_is_up(grant: Grant, now: datetime) -> bool:
    return grant.deadline is not None and now >= grant.deadline


def _taken(grant: Grant, *, being_removed: bool = False) -> TTLockError:
    """Return why a number cannot be had: for good, or until the one that has it is gone."""
    return DeviceBusy("lock_busy") if being_removed else exists(grant.wish.kind)
