"""Taking credentials off: tried until the table does not show them any more, for they could still open the door."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from ..credentials import Credential
from ..errors import (
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    NotExecuted,
    NotFound,
    QuotaExceeded,
    SignInError,
    TTLockError,
)
from ..models import CredentialStatus
from ..parse import Listing
from .model import Grant, Stage
from .register import Register
from .sending import Sending, settling_until
from .vendor import Vendor

_NOTHING_DONE: Final = (
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    NotExecuted,
    QuotaExceeded,
    SignInError,
)
"""After these the table shows what it showed before."""


class Removal:
    """Take credentials off a lock."""

    def __init__(self, register: Register, vendor: Vendor, sending: Sending) -> None:
        """Take what is known, what can be done, and who recognises a wish in a table."""
        self._register = register
        self._vendor = vendor
        self._sending = sending

    async def take_off(self, grants: Iterable[Grant]) -> tuple[Grant, ...]:
        """Delete each, then let one table prove them all."""
        now = self._register.clock()
        begun = await self._register.put_all(
            grant.moved(Stage.REMOVING, now, deadline=None, due=now) for grant in grants
        )
        for grant in begun:
            self._register.errors.pop(grant.grant_id, None)
        # What was tried before may be gone, or on its way to a lock that sleeps.
        await self._prove_gone([grant for grant in begun if grant.attempts], again_later=False)
        deleted = [
            await self._register.put(await self._deleted(grant))
            for grant in self._now(begun)
            if grant.stage is Stage.REMOVING and grant.due is not None and grant.due <= now
        ]
        await self._prove_gone([grant for grant in deleted if not self._nothing_done(grant)], again_later=True)
        return self._now(begun)

    async def _deleted(self, grant: Grant) -> Grant:
        if grant.credential_id is None:
            return grant
        try:
            await self._vendor.delete(grant.wish.lock_id, grant.wish.kind, grant.credential_id)
        except NotFound:
            pass
        except TTLockError as err:
            return self._register.failing(grant, Stage.REMOVING, err)
        return replace(grant, reason=None, code=None)

    async def _prove_gone(self, grants: Sequence[Grant], *, again_later: bool) -> None:
        by_table = defaultdict(list)
        for grant in grants:
            by_table[grant.wish.lock_id, grant.wish.kind].append(grant)
        for (lock_id, kind), together in by_table.items():
            try:
                table = await self._vendor.table(lock_id, kind)
            except TTLockError as err:
                for grant in together:
                    await self._register.put(self._register.failing(grant, Stage.REMOVING, err))
                continue
            for grant in together:
                await self._register.put(self._as_shown(grant, table, again_later))

    def _as_shown(self, grant: Grant, table: Listing[Credential], again_later: bool) -> Grant:
        """Return a grant as the table shows that it is gone, leaving or still there."""
        now = self._register.clock()
        if grant.credential_id is None:
            return self._unnumbered(grant, table, now)
        item = next((item for item in table.items if item.credential_id == grant.credential_id), None)
        if item is None and table.complete:
            self._register.errors.pop(grant.grant_id, None)
            return grant.moved(Stage.GONE, now, due=None, reason=None, code=None)
        if again_later or (item is not None and item.status is CredentialStatus.DELETING):
            # One that could not be deleted has its turn already.
            return grant if grant.due is not None and grant.due > now else self._register.later(grant, Stage.REMOVING)
        return grant

    def _unnumbered(self, grant: Grant, table: Listing[Credential], now: datetime) -> Grant:
        """Return a grant that was withdrawn while nobody knew whether what was sent arrived."""
        if (found := self._sending.match(grant, table)) is not None:
            return replace(grant, credential_id=found.credential_id, due=now)
        if (settled_at := settling_until(grant)) is not None and now < settled_at:
            return replace(grant, due=settled_at)
        if table.complete:
            return grant.moved(Stage.GONE, now, due=None, reason=None, code=None)
        return self._register.later(grant, Stage.REMOVING)

    def _nothing_done(self, grant: Grant) -> bool:
        return isinstance(self._register.errors.get(grant.grant_id), _NOTHING_DONE)

    def _now(self, grants: Iterable[Grant]) -> tuple[Grant, ...]:
        return tuple(self._register.get(grant.grant_id) or grant for grant in grants)
