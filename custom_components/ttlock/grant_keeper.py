"""Grants of an account inside Home Assistant: kept in a private file, resumed at start, worked on when they are due."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.credentials import Credential, CredentialKind
from .client.errors import DeviceUnreachable, Interrupted, SignInError, Unsupported
from .client.grants import Change, Grant, Grants, Outcome, Stage, Vendor, Wish, from_json, to_json
from .const import DOMAIN, LOGGER
from .data import NO_GATEWAY
from .options import RecordOptions
from .timer import Timer

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator
    from .lock_coordinator import LockCoordinator

VERSION: Final = 1
EVENT_CREDENTIAL: Final = f"{DOMAIN}_credential"
"""Fired when a credential that Home Assistant was asked for has reached its place, failed, or was changed elsewhere."""
_MAKE_ROOM: Final = (Stage.CONFIRMED, Stage.GONE)
_NEWS: Final = (Stage.ACCEPTED, Stage.CONFIRMED, Stage.GONE, Stage.FAILED)


class GrantKeeper:
    """Keep and work on the grants of one account."""

    def __init__(self, hass: HomeAssistant, account: AccountCoordinator) -> None:
        """Wait for nothing yet."""
        self._hass = hass
        self._account = account
        self._names = RecordOptions.of(account.config_entry.options).names
        """Whether the event, which the database keeps, may say whose credential it is."""
        self._store = _store(hass, account.config_entry.entry_id)
        vendor = Vendor(account.cloud, self._zone_of, self._async_run)
        self.grants = Grants(vendor, self._zone_of, self._async_save, dt_util.utcnow)
        self.grants.on_change(self._moved)
        self._shown: dict[str, tuple[Stage, bool]] = {}
        self._timer = Timer(hass, f"{account.name} grants", self.async_work)

    async def async_load(self) -> None:
        """Read what was begun before."""
        raw = await self._store.async_load()
        try:
            grants = from_json(raw["grants"] if raw else ())
        except (KeyError, TypeError, ValueError) as err:
            LOGGER.error("Credentials that were being written cannot be read from the store: %s", type(err).__name__)
            return
        self.grants.restore(grants)
        self._shown = {grant.grant_id: _news(grant) for grant in grants}

    async def async_work(self) -> None:
        """Go on with what is due, and wait for what is next."""
        for lock_id in {grant.wish.lock_id for grant in self.grants.all} - self._account.locks.keys():
            await self.grants.forget_lock(lock_id)
        try:
            await self.grants.work()
        except Interrupted:
            # The account was unloaded meanwhile; it goes on when it is back.
            return
        if any(isinstance(err, SignInError) for err in self.grants.errors):
            self._account.config_entry.async_start_reauth(self._hass)
        self._wait()

    @callback
    def async_shutdown(self) -> None:
        """Stop working; what is begun is written down."""
        self.grants.stop()
        self._timer.cancel()

    # -- What actions and entities ask for -------------------------------------------------------------------------

    async def async_place(self, wish: Wish, *, origin: str | None = None) -> Outcome:
        """Put a credential on a lock; see `Grants.place`."""
        try:
            return await self.grants.place(wish, origin=origin)
        finally:
            self._wait()

    async def async_place_all(
        self, wishes: Sequence[Wish], *, origin: str | None = None, tell: Callable[[int, Outcome], None] | None = None
    ) -> tuple[Outcome, ...]:
        """Put credentials on a lock; see `Grants.place_all`."""
        try:
            return await self.grants.place_all(wishes, origin=origin, tell=tell)
        finally:
            self._wait()

    async def async_change(
        self, lock: LockCoordinator, kind: CredentialKind, credential_id: int, change: Change
    ) -> Outcome:
        """Change a credential of a lock; see `Grants.change`."""
        try:
            return await self.grants.change(lock.lock_id, kind, credential_id, change)
        finally:
            self._wait()

    async def async_remove(
        self, lock: LockCoordinator, kind: CredentialKind, wanted: Iterable[int] | Callable[[Credential], bool]
    ) -> tuple[Outcome, ...]:
        """Take credentials off a lock; see `Grants.remove`."""
        try:
            return await self.grants.remove(lock.lock_id, kind, wanted)
        finally:
            self._wait()

    async def async_withdraw(self, grant_id: str) -> Outcome:
        """Take back what was wished; see `Grants.withdraw`."""
        try:
            return await self.grants.withdraw(grant_id)
        finally:
            self._wait()

    async def async_forget(self, grant_id: str) -> None:
        """Drop what is over; see `Grants.forget`."""
        await self.grants.forget(grant_id)

    # -- What the grants need --------------------------------------------------------------------------------------

    def _zone_of(self, lock_id: int) -> tzinfo:
        lock = self._account.locks.get(lock_id)
        return dt_util.get_default_time_zone() if lock is None else lock.data.zone

    async def _async_run[T](self, lock_id: int, command: Awaitable[T]) -> T:
        lock = self._account.locks.get(lock_id)
        if lock is None:
            return await command
        try:
            return await lock.async_command(command, resumed=True)
        except DeviceUnreachable as err:
            if err.reason == NO_GATEWAY and lock.data.connection == NO_GATEWAY and not lock.data.reach:
                # No gateway ever heard this lock: there is nothing to wait for.
                raise Unsupported(err.reason, code=err.code) from err
            raise

    async def _async_save(self, grants: Iterable[Grant]) -> None:
        await self._store.async_save({"grants": to_json(grants)})

    @callback
    def _wait(self) -> None:
        if self.grants.stopped:
            return
        due: datetime | None = self.grants.due
        self._timer.at(None if due is None else max(due, dt_util.utcnow()))

    @callback
    def _moved(self, grant: Grant) -> None:
        """Tell of what has come to a rest, once; who it belongs to and why, never what opens the door."""
        news = _news(grant)
        if self._shown.get(grant.grant_id) == news or grant.stage not in _NEWS:
            return
        self._shown[grant.grant_id] = news
        if grant.stage in _MAKE_ROOM and grant.credential_id is not None:
            self._account.issues.async_has_room(grant.wish.lock_id)
        lock = self._account.locks.get(grant.wish.lock_id)
        self._hass.bus.async_fire(
            EVENT_CREDENTIAL,
            {
                "lock_id": grant.wish.lock_id,
                "lock": lock.name if lock else None,
                "kind": grant.wish.kind.value,
                "id": grant.credential_id,
                "name": grant.name if self._names else None,
                "state": self.grants.life(grant).value,
                "reason": grant.reason,
                "changed_elsewhere": grant.changed_elsewhere,
            },
        )


async def async_remove_grants(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the file of an entry that is removed."""
    await _store(hass, entry_id).async_remove()


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, VERSION, f"{DOMAIN}.{entry_id}.grants", private=True, atomic_writes=True)


def _news(grant: Grant) -> tuple[Stage, bool]:
    return grant.stage, grant.changed_elsewhere
