"""The credentials of one lock: the tables that the cloud keeps, read rarely, and what our own grants know since."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Self, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .client import Secret, in_background
from .client.credentials import Credential, CredentialKind, Validity
from .client.errors import InvalidInput, QuotaExceeded, TTLockError, Unsupported, Withheld, is_refusal
from .client.grants import Access, Grant, Life, Outcome, Stage, overview
from .client.parse import Listing
from .client.people import account_of
from .client.secret import without_number
from .const import (
    CREDENTIAL_CALLS_ON_DEMAND_A_MONTH,
    CREDENTIAL_RETRY,
    FRESH_CREDENTIALS,
    LOGGER,
    SHORTEST_CREDENTIAL_INTERVAL,
)
from .credential_tables import kinds_of
from .errors import translated_update
from .timer import Timer

if TYPE_CHECKING:
    from .coordinator import TTLockConfigEntry
    from .lock_coordinator import LockCoordinator


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the tables of a lock showed when they were last read."""

    credentials: Mapping[CredentialKind, tuple[Credential, ...]] = field(default_factory=dict)
    read_at: datetime | None = None
    complete: bool = True
    """Every item could be read; others are kept as they were known."""

    @property
    def all(self) -> Iterable[Credential]:
        """Return the credentials of every kind."""
        return (item for items in self.credentials.values() for item in items)

    def without(self, gone: Iterable[Grant]) -> Tables:
        """Return the tables after credentials were taken off the lock."""
        ids = {(grant.wish.kind, grant.credential_id) for grant in gone}
        credentials = {
            kind: tuple(item for item in items if (kind, item.credential_id) not in ids)
            for kind, items in self.credentials.items()
        }
        return replace(self, credentials=credentials)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a credential that somebody has shown to the lock."""

    name: str | None
    credential_id: int | None
    validity: Validity

    @classmethod
    def of(cls, name: str | None, number: Secret | None, credential_id: int | None, validity: Validity) -> Self:
        """Return it without digits that somebody wrote into the name."""
        return cls(name=name and without_number(name, number), credential_id=credential_id, validity=validity)


class CredentialBook(DataUpdateCoordinator[Tables]):
    """Follow the credentials of one lock while somebody listens.

    What we write ourselves is known from the grants and costs no call.
    """

    config_entry: TTLockConfigEntry

    def __init__(self, hass: HomeAssistant, entry: TTLockConfigEntry, lock: LockCoordinator) -> None:
        """Start with nothing known."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{lock.name} credentials",
            update_interval=SHORTEST_CREDENTIAL_INTERVAL,
            always_update=False,
        )
        self._lock = lock
        self._waited_for = 0
        """How many wait for what is being read."""
        self.data = Tables()
        self._looked_up: dict[CredentialKind, tuple[Credential, ...]] = {}
        """Tables that were read because of a record, whether or not somebody listens."""
        self._looked_up_at: dict[CredentialKind, datetime] = {}
        self._edge = Timer(hass, f"{self.name} edge", self._async_edge_passed)
        self._stop_following = lock.account.grants.grants.on_change(self._grant_moved)

    @property
    def kinds(self) -> tuple[CredentialKind, ...]:
        """Return the kinds of credentials that the lock has and the account may see."""
        return kinds_of(self._lock) if self._lock.data.ekey.may_manage else ()

    @property
    def followed(self) -> bool:
        """Return whether somebody listens."""
        return bool(self._listeners)

    @property
    def accesses(self) -> tuple[Access, ...]:
        """Return who may open the lock, or will, now."""
        lock = self._lock
        grants = lock.account.grants.grants.of_lock(lock.lock_id)
        return overview(self.data.all, grants, self.data.read_at, dt_util.utcnow(), lock.data.zone)

    @property
    def next_expiry(self) -> datetime | None:
        """Return when the next key ceases to open for good; None when none will."""
        now = dt_util.utcnow()
        ends = (access.end for access in self.accesses if access.counts)
        return min((end for end in ends if end is not None and end > now), default=None)

    def find(self, kind: CredentialKind, number: Secret | None, username: str | None) -> Known | None:
        """Return the credential of which a record tells: by its digits, or an ekey by who received it."""
        if number is not None:
            for grant in self._lock.account.grants.grants.of_lock(self._lock.lock_id):
                if grant.wish.kind is kind and number in (grant.number, grant.wish.number):
                    return Known.of(grant.wish.label, number, grant.credential_id, grant.wish.validity)
        for shown in (*self.data.credentials.get(kind, ()), *self._looked_up.get(kind, ())):
            holder = account_of(shown)
            if (number is not None and shown.number == number) or (holder is not None and holder == username):
                return Known.of(shown.name, number, shown.credential_id, shown.validity)
        return None

    @callback
    def async_look_up(self, kind: CredentialKind) -> asyncio.Task[None] | None:
        """Begin to read one table for a record that tells of something unknown, unless that was done not long ago."""
        now = dt_util.utcnow()
        asked_at = self._looked_up_at.get(kind)
        if kind not in self.kinds or (asked_at is not None and now - asked_at < FRESH_CREDENTIALS):
            return None
        if not self._lock.account.may_ask(1, CREDENTIAL_CALLS_ON_DEMAND_A_MONTH):
            return None
        self._looked_up_at[kind] = now
        return self.config_entry.async_create_background_task(
            self.hass, self._async_read_one(kind), f"{self.name}: look up a {kind.value}"
        )

    async def _async_read_one(self, kind: CredentialKind) -> None:
        try:
            found = await self._read(kind)
        except TTLockError as err:
            LOGGER.debug("%s: could not look up: %s", self.name, err)
        else:
            self._looked_up[kind] = found.items

    async def async_begin(self) -> None:
        """Read for the first time, if somebody listens."""
        if self.followed and self.data.read_at is None:
            await self.async_refresh()

    async def async_look(self, kind: CredentialKind | None) -> None:
        """Look at one table, or at all when nobody says which: something of it did not reach the lock."""
        if kind is None or kind not in self.kinds:
            await self.async_refresh()
            return
        try:
            found = await self._read(kind)
        except TTLockError as err:
            LOGGER.debug("%s: could not look at the table of %s: %s", self.name, kind.value, err)
            return
        if self.data.read_at is not None:
            known = self.data.credentials
            items = found.items if found.complete else _merged(known.get(kind, ()), found)
            self.data = replace(self.data, credentials={**known, kind: items})
        self.async_update_listeners()

    async def async_freshen(self, *, anyway: bool = False) -> None:
        """Read what is older than somebody who looks should see, as far as the calls of the month allow, or anyway."""
        read_at = self.data.read_at
        if read_at is not None and dt_util.utcnow() - read_at < FRESH_CREDENTIALS:
            return
        if anyway or self._lock.account.may_ask(len(self.kinds), CREDENTIAL_CALLS_ON_DEMAND_A_MONTH):
            await self._async_refresh_for_somebody()

    async def _async_refresh_for_somebody(self) -> None:
        self._waited_for += 1
        try:
            await self.async_refresh()
        finally:
            self._waited_for -= 1

    async def async_remove(self, access: Access, *, unless_changed: bool = False) -> Outcome | None:
        """Take something off the lock, or off the list when it is not there; None for the latter.

        With `unless_changed` it stays, and InvalidInput is raised, when the lock holds it with another validity by now:
        somebody may have prolonged it.
        """
        grants, grant = self._lock.account.grants, access.grant
        outcome: Outcome | None = None
        if access.credential_id is not None and (access.shown is not None or access.life is not Life.GONE):
            outcome = await self._async_take_off(access, unless_changed)
        elif grant is not None and not grant.over:
            outcome = await grants.async_withdraw(grant.grant_id)
        if grant is not None and grant.over:
            await grants.async_forget(grant.grant_id)
            self.async_update_listeners()
        return outcome

    async def _async_take_off(self, access: Access, unless_changed: bool) -> Outcome | None:
        if access.kind is CredentialKind.REMOTE:
            # Through the cloud a remote only leaves the list, and goes on opening the door (4.11).
            raise Unsupported("needs_bluetooth")

        def is_meant(item: Credential) -> bool:
            if item.credential_id != access.credential_id:
                return False
            return not unless_changed or item.validity == access.validity

        # The table is read once more for this: what we know of it may be hours old.
        for outcome in await self._lock.account.grants.async_remove(self._lock, access.kind, is_meant):
            return outcome
        await self._async_refresh_for_somebody()
        if any(item.credential_id == access.credential_id for item in self.data.credentials.get(access.kind, ())):
            raise InvalidInput("changed_in_the_meantime")
        return None

    @override
    async def _async_update_data(self) -> Tables:
        """Read every table; changes made elsewhere are noted by the grants on the way."""
        with nullcontext() if self._waited_for else in_background():
            return await self._async_read()

    async def _async_read(self) -> Tables:
        began, known = dt_util.utcnow(), self.data
        self.update_interval = CREDENTIAL_RETRY if known.read_at is None else self._lock.account.credential_interval
        credentials: dict[CredentialKind, tuple[Credential, ...]] = {}
        complete = True
        with translated_update(self._lock.name):
            for kind in self.kinds:
                try:
                    found = await self._read(kind)
                except QuotaExceeded, Withheld:
                    if known.read_at is None or self._waited_for:
                        raise
                    # What is known grows a little older.
                    return known
                complete = complete and found.complete
                credentials[kind] = found.items if found.complete else _merged(known.credentials.get(kind, ()), found)
        self.update_interval = self._lock.account.credential_interval
        tables = Tables(credentials=credentials, read_at=began, complete=complete)
        # What was taken off the lock meanwhile may have been read before.
        return tables.without(grant for grant in self._gone() if grant.changed >= began)

    async def _read(self, kind: CredentialKind) -> Listing[Credential]:
        try:
            return await self._lock.account.grants.grants.read(self._lock.lock_id, kind)
        except TTLockError as err:
            if not is_refusal(err):
                raise
            LOGGER.debug("%s: no table of %s: %s", self.name, kind.value, err)
            return Listing(())

    @override
    async def async_shutdown(self) -> None:
        """Stop following the credentials."""
        if not self._shutdown_requested:
            self._stop_following()
        self._edge.cancel()
        await super().async_shutdown()

    # -- What happens between two readings -------------------------------------------------------------------------

    @callback
    def _grant_moved(self, grant: Grant) -> None:
        """Take over what our own writing has changed."""
        if grant.wish.lock_id != self._lock.lock_id:
            return
        if grant.stage is Stage.GONE and grant.credential_id is not None:
            self.data = self.data.without((grant,))
        self.async_update_listeners()

    def _gone(self) -> Iterable[Grant]:
        grants = self._lock.account.grants.grants.of_lock(self._lock.lock_id)
        return (grant for grant in grants if grant.stage is Stage.GONE)

    async def _async_edge_passed(self) -> None:
        self.async_update_listeners()

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Tell listeners, and again when time alone changes something."""
        super().async_update_listeners()
        if self.followed and not self._shutdown_requested:
            now, zone = dt_util.utcnow(), self._lock.data.zone
            edges = (access.next_change(now, zone) for access in self.accesses)
            self._edge.at(min((edge for edge in edges if edge is not None), default=None))


def _merged(known: Iterable[Credential], found: Listing[Credential]) -> tuple[Credential, ...]:
    """Return what was found and what was known before: an item that could not be read is not gone."""
    ids = {item.credential_id for item in found.items}
    return (*found.items, *(item for item in known if item.credential_id not in ids))
