"""How callbacks work for one account: what came last, whether they can be relied on, what they tell."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.callbacks import Notice, NoticeKind
from .client.events import Source
from .client.models import Record
from .const import DOMAIN, LOGGER
from .questions import Questions
from .timer import Timer

if TYPE_CHECKING:
    from .client.history import News
    from .coordinator import AccountCoordinator
    from .lock_coordinator import LockCoordinator

VERSION: Final = 1
SAVE_DELAY_SECONDS: Final = 60
GRACE: Final = timedelta(minutes=5)
"""Callbacks have come within minutes at worst (ttlock-open-api.md 5.1)."""
MISSED: Final = 2
"""A single callback may get lost."""
DOOR_PAUSE: Final = timedelta(minutes=5)
"""A door may be used all day; each time that it closes the list is read."""
RECORDS_AT_ONCE: Final = 20
"""Telling more in one go would hold everything else up."""


class Callbacks(StrEnum):
    """How callbacks stand."""

    NEVER_HEARD = "never_heard"
    WORKING = "working"
    SILENT = "silent"


class PushState:
    """Callbacks of one account."""

    def __init__(self, hass: HomeAssistant, account: AccountCoordinator) -> None:
        """Nothing has come yet."""
        self._account = account
        self._store = _store(hass, account.config_entry.entry_id)
        self.last_ping: datetime | None = None
        """When anything came, such as the test of the portal."""
        self.last_event: datetime | None = None
        """When something came about a lock or gateway of the account."""
        self.offered = False
        """The user is to be told that callbacks can be set up."""
        self.offers = False
        """The user is told."""
        self._sharing: Sequence[AccountCoordinator] = ()
        """The loaded accounts of the same application."""
        self._telling: set[int] = set()
        """Locks of which callbacks have told."""
        self._expected: list[datetime] = []
        """When the cloud stored records of which no callback has told since."""
        self._listening_since: datetime | None = None
        self._listeners: set[CALLBACK_TYPE] = set()
        self._silence = Timer(hass, f"{account.name} callbacks", self._async_note)
        self._questions = Questions(hass, f"{account.name} callbacks", self._background)
        self._was = Callbacks.NEVER_HEARD
        self._macs: tuple[object, object, frozenset[str]] = (None, None, frozenset())
        self._turn = asyncio.Lock()

    @property
    def missed(self) -> int:
        """Return of how many records callbacks should have told long ago."""
        return sum(dt_util.utcnow() - stored > GRACE for stored in self._expected)

    @property
    def state(self) -> Callbacks:
        """Return how callbacks stand."""
        if self.last_event is None:
            return Callbacks.NEVER_HEARD
        return Callbacks.SILENT if self.missed >= MISSED else Callbacks.WORKING

    @property
    def alive(self) -> bool:
        """Return whether callbacks come."""
        return self.state is Callbacks.WORKING

    @property
    def can_work(self) -> bool:
        """Return whether the account has a lock of which the cloud would tell: reached, and its administrator is here.

        An administrator has to have signed in with this application (ttlock-open-api.md 5.1).
        """
        return any(self._would_tell(lock) for lock in self._account.locks.values())

    @property
    def macs(self) -> frozenset[str]:
        """Return the addresses of which a callback may tell."""
        inventory, doors = self._account.data, self._account.doors.data
        if self._macs[0] is not inventory or self._macs[1] is not doors:
            found = {lock.ekey.mac for lock in inventory.locks.values()}
            found |= {gateway.mac for gateway in inventory.gateways.values()}
            found |= {sensor.mac for sensor in doors.values() if sensor.mac}
            self._macs = (inventory, doors, frozenset(mac.lower() for mac in found))
        return self._macs[2]

    # -- What is kept over restarts --------------------------------------------------------------------------------

    async def async_load(self) -> None:
        """Go on where the last run ended."""
        raw = await self._store.async_load()
        try:
            if raw is not None:
                self.last_event = raw["last_event"] and datetime.fromisoformat(raw["last_event"])
                self.offered = bool(raw["offered"])
                self._telling = set(raw["telling"])
                self._expected = [datetime.fromisoformat(when) for when in raw["expected"]]
        except (KeyError, TypeError, ValueError) as err:
            LOGGER.debug("What was known of callbacks is not readable: %r", err)
        self._was = self.state

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self._as_json())

    def _save(self) -> None:
        self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    def _as_json(self) -> dict[str, Any]:
        return {
            "last_event": self.last_event and self.last_event.isoformat(),
            "offered": self.offered,
            "telling": sorted(self._telling),
            "expected": [when.isoformat() for when in self._expected],
        }

    # -- Life ------------------------------------------------------------------------------------------------------

    @callback
    def async_begin(self, sharing: Sequence[AccountCoordinator], *, new: bool) -> None:
        """Begin to listen; `new` with an address that nobody can have entered in the portal yet."""
        self._sharing = sharing
        self._listening_since = dt_util.utcnow()
        self.offered = self.offered or new
        self._save()
        self._account.issues.async_review_callbacks()

    @callback
    def async_shutdown(self) -> None:
        """Listen no more."""
        self._silence.cancel()
        self._questions.async_shutdown()

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener for whatever comes; returns how to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    async def async_wait(self, seconds: float, since: datetime, *, event: bool) -> bool:
        """Wait until something has come since a moment, or something about a door; returns whether it has."""
        changed = asyncio.Event()
        stop = self.async_listen(changed.set)
        try:
            async with asyncio.timeout(seconds):
                while (came := self.last_event if event else self.last_ping) is None or came < since:
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            return False
        finally:
            stop()
        return True

    # -- What comes ------------------------------------------------------------------------------------------------

    @callback
    def async_pinged(self) -> None:
        """Note that something came."""
        self.last_ping = dt_util.utcnow()
        self._tell()

    @callback
    def async_refused(self, mac: str) -> None:
        """Make good what was not looked at: more came than can be true."""
        account = self._account
        for lock in account.locks.values():
            if lock.data.ekey.mac.lower() == mac:
                self._catch_up(lock)
        if any(gateway.mac.lower() == mac for gateway in account.data.gateways.values()):
            self._ask("a gateway", account.async_request_refresh)
        if any(sensor.mac and sensor.mac.lower() == mac for sensor in account.doors.data.values()):
            self._ask_doors()

    @callback
    def async_hear(self, notice: Notice) -> None:
        """Take over what a callback tells, if the account has what it tells of."""
        account = self._account
        if notice.kind is NoticeKind.GATEWAY:
            gateway = account.data.gateways.get(notice.subject_id)
            if gateway is None or not _same(notice.mac, gateway.mac):
                return
            self._heard()
            if notice.online is not gateway.online:
                # Asked for rather than believed: an account has one list, and the change may be an old one.
                self._ask("a gateway", account.async_request_refresh)
            return
        if notice.kind is NoticeKind.DOOR_SENSOR:
            sensor = account.doors.data.get(notice.subject_id)
            if sensor is not None and sensor.mac is not None and _same(notice.mac, sensor.mac) and notice.door:
                self._heard()
                if account.doors.async_hear(notice.subject_id, notice.door):
                    self._ask_doors()
            return
        lock = account.locks.get(notice.subject_id)
        if lock is None or not _same(notice.mac, lock.data.ekey.mac):
            return
        if notice.kind is NoticeKind.RECORDS and not notice.records:
            return
        self._heard(lock)
        match notice.kind:
            case NoticeKind.RECORDS:
                self._background(self._async_take(lock, notice.records), "records")
            case NoticeKind.WIFI_LOCK:
                self._ask(f"Wi-Fi of {lock.lock_id}", lock.async_refresh)
            case NoticeKind.UNDELIVERED:
                self._ask(
                    f"what did not reach {lock.lock_id}: {notice.credential}",
                    partial(lock.book.async_look, notice.credential),
                )

    async def _async_take(self, lock: LockCoordinator, records: Iterable[Record]) -> None:
        """Tell records in pieces, oldest first, letting others have their turn."""
        async with self._turn:
            for piece in batched(sorted(records, key=_when), RECORDS_AT_ONCE, strict=False):
                await lock.log.async_take(piece, Source.WEBHOOK)
                await asyncio.sleep(0)
        if lock.log.history.refused:
            self._catch_up(lock)

    def _ask_doors(self) -> None:
        self._questions.async_ask("door sensors", self._account.doors.async_refresh, longest=DOOR_PAUSE)

    def _catch_up(self, lock: LockCoordinator) -> None:
        self._ask(f"records of {lock.lock_id}", lock.log.async_read)

    # -- What does not come ----------------------------------------------------------------------------------------

    @callback
    def async_listed(self, lock: LockCoordinator, news: Iterable[News]) -> None:
        """Notice records of which a callback has not told."""
        since = max(filter(None, (self.last_event, self._listening_since)), default=None)
        if since is None or not (lock.lock_id in self._telling or (not self._telling and self._would_tell(lock))):
            return
        # Two are as good as many.
        stored = [item.record.stored for item in news if item.record.stored and item.record.stored > since]
        self._expected = sorted([*self._expected, *stored])[:MISSED]
        if stored:
            self._save()
        self._note()

    @callback
    def async_review(self) -> bool | None:
        """Return whether the user is to be told about callbacks; None leaves it as it is.

        One of the accounts that share an application offers to set them up, and no more when one of them has heard.
        """
        if self._listening_since is None:
            return None
        others = [other.push for other in self._sharing if other.push is not self]
        if self.state is not Callbacks.NEVER_HEARD:
            self.offers = False
            return self.state is Callbacks.SILENT
        if any(other.last_event for other in others):
            return False
        if self.offered and self.can_work and not any(other.offers for other in others):
            self.offers = True
            return True
        return None

    def _would_tell(self, lock: LockCoordinator) -> bool:
        return lock.data.ekey.is_admin and lock.data.obstacle is None

    async def _async_note(self) -> None:
        self._note()

    def _note(self) -> None:
        """See whether callbacks have fallen silent, and when they would have."""
        if self.last_event is None:
            self.offered = self.offered or self.missed >= MISSED
        if len(self._expected) == MISSED and self.missed < MISSED:
            self._silence.at(self._expected[-1] + GRACE + timedelta(seconds=1))
        was, self._was = self._was, self.state
        if was is not self._was:
            self._changed(was)
            for account in self._sharing:
                account.issues.async_review_callbacks()
        else:
            self._account.issues.async_review_callbacks()

    def _changed(self, was: Callbacks) -> None:
        self._save()
        account = self._account
        if self._was is Callbacks.SILENT:
            LOGGER.warning("Callbacks of TTLock have stopped; Home Assistant asks instead")
        elif was is Callbacks.SILENT:
            LOGGER.info("Callbacks of TTLock come again")
        for lock in account.locks.values():
            lock.questions.async_review_way()
            if self._was is Callbacks.SILENT and lock.data.obstacle is None:
                self._ask(f"state of {lock.lock_id}", lock.async_refresh)
        account.async_update_listeners()

    def _heard(self, lock: LockCoordinator | None = None) -> None:
        self.last_event = dt_util.utcnow()
        self.offered = False
        self._expected.clear()
        self._silence.cancel()
        if lock is not None:
            self._telling.add(lock.lock_id)
        self._save()
        self._tell()
        if self._was is not Callbacks.WORKING:
            self._note()

    # -- Helpers ---------------------------------------------------------------------------------------------------

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def _ask(self, what: str, question: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._questions.async_ask(what, question)

    def _background(self, work: Coroutine[Any, Any, Any], what: str) -> None:
        account = self._account
        account.config_entry.async_create_background_task(account.hass, work, f"{account.name} callback: {what}")


async def async_remove_push(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the file of an entry that is removed."""
    await _store(hass, entry_id).async_remove()


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, VERSION, f"{DOMAIN}.{entry_id}.callbacks", private=True)


def _same(given: str | None, known: str) -> bool:
    """Return whether a callback names the address that is known; without one it is refused."""
    return given is not None and given.lower() == known.lower()


def _when(record: Record) -> float:
    when = record.when or record.stored
    return when.timestamp() if when else 0
