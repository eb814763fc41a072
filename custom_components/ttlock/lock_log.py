"""The log of one lock inside Home Assistant: read when something moved and now and then, told as events."""

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .client import in_background
from .client.ble.operations.log import LockRecord
from .client.cloud.records import RecordQuery
from .client.credentials import CredentialKind, ValidityKind
from .client.errors import Interrupted, TTLockError
from .client.events import (
    EXPIRED,
    NOT_YET_VALID,
    ONE_TIME_CODE,
    PERIODIC_CODE,
    UNKNOWN_CREDENTIAL,
    EventType,
    LockEvent,
    Source,
    failure_of,
    is_free,
    type_of,
)
from .client.history import News
from .client.models import Record
from .client.quota import Regular
from .const import LOGGER
from .credential_book import Known
from .details import CLOCK_DRIFT
from .fetching import Fetching
from .options import RecordOptions
from .timer import Timer

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

type Listener = Callable[[LockEvent], None]

OWN_OPERATOR: Final = "Home Assistant"
RECORD_DELAY: Final = timedelta(seconds=10)
"""After a command a gateway needs some seconds to bring the record up."""
MOST_PAGES: Final = 10
"""Two thousand records after a long outage; older ones are in the list."""
FIRST_CALLS: Final = 200
"""For all locks together: to know who has opened them before."""
LOOKING_UP_SECONDS: Final = 2
"""So long a record may wait until it is known whose credential it was."""
DENIALS: Final = 3
DENIALS_WITHIN: Final = timedelta(minutes=10)
LOW: Final = 20
CRITICAL: Final = 10
FULL: Final = 100
RECOVERED: Final = 5
"""So far above a limit a battery has to rise, so that its next fall is news: records and lists differ a little."""

MOST_OPENINGS: Final = 10
MOST_KEPT: Final = 500
"""A lock holds a few hundred records."""
MOST_UNKNOWN: Final = 50
"""Callbacks can be made up."""

KINDS: Final = {
    "phone": CredentialKind.EKEY,
    "code": CredentialKind.PASSCODE,
    "card": CredentialKind.CARD,
    "fingerprint": CredentialKind.FINGERPRINT,
    "face": CredentialKind.FACE,
    "palm": CredentialKind.PALM_VEIN,
    "qr": CredentialKind.QR_CODE,
    "fob": CredentialKind.REMOTE,
}
_SHOWN: Final = (EventType.UNLOCKED, EventType.LOCKED, EventType.ACCESS_DENIED, EventType.FIRST_FACTOR)
"""Types for which somebody has shown something to the lock."""
_CODES: Final = {ValidityKind.ONE_TIME: ONE_TIME_CODE, ValidityKind.CYCLIC: PERIODIC_CODE}


class LockLog:
    """Follow the log of one lock."""

    def __init__(self, hass: HomeAssistant, lock: LockCoordinator) -> None:
        """Go on where the last run ended."""
        self._lock = lock
        self.history = lock.account.logs.get(lock.lock_id)
        self.habit = lock.account.logs.habit(lock.lock_id)
        self._listeners: set[Listener] = set()
        self._watchers: set[CALLBACK_TYPE] = set()
        self._reading = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._closed = False
        self._denials: deque[datetime] = deque(maxlen=DENIALS)
        self.openings: deque[LockEvent] = deque(maxlen=MOST_OPENINGS)
        """The last ones since the start, for when the list cannot be read."""
        self.unknown_numbers: set[int] = set()
        """Of records that nobody has described."""
        self.options = RecordOptions.of(lock.config_entry.options)
        self._battery: int | None = None
        self._stop_watching = lock.async_watch(self._look_at_battery)
        self._regular = Timer(hass, f"{lock.name} records", self._async_regular)
        self._soon = Timer(hass, f"{lock.name} records after a command", self._async_soon)
        self._nearby = Timer(hass, f"{lock.name} records beside the lock", self._async_nearby)
        self._fetching = Fetching()
        self._kept: tuple[LockRecord, ...] = ()
        """What was fetched and the cloud does not have yet: the lock tells it once."""

    @callback
    def async_listen(self, listener: Listener) -> CALLBACK_TYPE:
        """Call a listener for everything that happens; returns how to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def async_watch(self, watcher: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a watcher when records were taken, news or not; returns how to stop."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    @callback
    def async_shutdown(self) -> None:
        """Read no more."""
        self._stop_watching()
        self._regular.cancel()
        self._soon.cancel()
        self._nearby.cancel()

    async def async_close(self) -> None:
        """Take over nothing more once the rest is told: it would count as told, and nobody would hear it."""
        self._closed = True
        async with self._turn:
            pass

    @callback
    def async_read_soon(self) -> None:
        """Read the record of a command when it has come up."""
        self._soon.after(RECORD_DELAY)

    @callback
    def async_heard_of_opening(self) -> None:
        """Somebody has opened the lock: who it was comes up in the cloud's list, where its gateway brings it.

        Where the calls of the month do not even last for an hourly look, that has to do.
        """
        account = self._lock.account
        if not self._fetches and not account.push.alive and account.quota.stretch(Regular.RECORDS) <= 1:
            self.async_read_soon()

    async def async_begin(self) -> None:
        """Read what happened while nobody looked, and from then on now and then."""
        await self._async_regular()

    async def async_catch_up(self, known_for: timedelta) -> None:
        """Read what happened in an outage, unless the list was read within this time."""
        read_until = self.history.read_until
        if read_until is None or dt_util.utcnow() - read_until >= known_for:
            await self._async_regular()

    @callback
    def async_heard_of_news(self) -> None:
        """The lock says that it has written something down: fetch it, unless its gateway does, and not too often."""
        if self._nearby.due is None and self._fetches:
            self._nearby.at(self._fetching.due(dt_util.utcnow()))

    @property
    def _fetches(self) -> bool:
        """Return whether nobody but us brings the records of the lock anywhere."""
        return self._lock.account.is_local or self._lock.data.obstacle is not None

    async def _async_nearby(self) -> None:
        await self.async_fetch()

    async def async_fetch(self) -> tuple[News, ...]:
        """Fetch what the lock has written down, beside it; returns what was new.

        With an account the cloud gets it, and its list tells who it was, as ever.
        """
        lock = self._lock
        self._fetching.begin(dt_util.utcnow())
        try:
            records = await lock.account.cloud.fetch_records(lock.lock_id)
        except TTLockError as err:
            LOGGER.debug("%s: could not fetch records: %s", lock.name, err)
            self._fetching.end(worth_it=False)
            return ()
        self._fetching.end(worth_it=bool(records))
        if not lock.account.is_local:
            self._kept = (*self._kept, *records)[-MOST_KEPT:]
            return await self.async_read() if await self._async_hand_over() else ()
        return await self.async_take([told for one in records if (told := one.record()) is not None], Source.BLE)

    async def _async_hand_over(self) -> bool:
        """Give the cloud what was fetched; returns whether it has all of it."""
        handed, lock = self._kept, self._lock
        try:
            await lock.account.cloud.hand_over_records(lock.lock_id, handed)
        except TTLockError as err:
            LOGGER.debug("%s: the cloud does not take records yet: %s", lock.name, err)
            return False
        self._kept = tuple(record for record in self._kept if record not in handed)
        return True

    async def _async_soon(self) -> None:
        await self.async_read()

    async def _async_regular(self) -> None:
        self._regular.after(self._lock.account.record_interval)
        if self._lock.account.is_local:
            # The lock says itself when there is anything.
            return
        if not self._lock.account.failing:
            if self._kept:
                await self._async_hand_over()
            await self.async_read()

    async def async_read(self, *, asked: bool = False) -> tuple[News, ...]:
        """Read the list from where it was read last; returns what was new. Only administrators may.

        `asked` when the lock itself has just said where its bolt is.
        """
        if self._lock.account.is_local:
            return await self.async_fetch()
        if not self._lock.data.ekey.may_manage:
            return ()
        async with self._reading:
            now = dt_util.utcnow()
            start = self.history.next_start(now)
            most = (
                MOST_PAGES if start else min(MOST_PAGES, max(1, FIRST_CALLS // max(1, len(self._lock.account.locks))))
            )
            pages = self._lock.account.cloud.records.pages(self._lock.lock_id, RecordQuery(start=start))
            found: list[Record] = []
            try:
                with in_background():
                    async with aclosing(pages):
                        async for page in pages:
                            found.extend(page.items)
                            most -= 1
                            if not most:
                                break
            except TTLockError as err:
                LOGGER.debug("%s: could not read records: %s", self._lock.name, err)
                return ()
            news = await self.async_take(found, Source.CLOUD, asked=asked)
            if not self._closed:
                self.history.read(now)
            self._lock.account.push.async_listed(self._lock, news)
            return news

    async def async_take(self, records: Iterable[Record], source: Source, *, asked: bool = False) -> tuple[News, ...]:
        """Take over records from any road; returns what was new."""
        async with self._turn:
            return () if self._closed else await self._async_take(tuple(records), source, asked)

    async def _async_take(self, records: tuple[Record, ...], source: Source, asked: bool) -> tuple[News, ...]:
        drift: int | None = self._lock.account.details.get(CLOCK_DRIFT, self._lock.lock_id)
        news = self.history.take(records, source, dt_util.utcnow(), timedelta(seconds=drift or 0))
        # Callbacks are not signed: of what they tell, only news counts.
        before = records if source is Source.CLOUD else ()
        news = self._with_usage([replace(item, event=self._by_options(item.event)) for item in news], before)
        if news:
            self._lock.account.logs.save()
        self._lock.hearing.async_hear(news, asked=asked)
        named = tuple([replace(item, event=await self._async_named(item)) for item in news])
        for item in named:
            if item.event.type is EventType.UNLOCKED:
                self.habit.note(item.event.at.astimezone(self._lock.data.zone))
                self.openings.append(item.event)
                for name in {item.event.who, item.event.credential} - {None}:
                    self.history.usage.note_name(str(name), item.event.at)
            self._tell(item.event)
        for watcher in tuple(self._watchers):
            watcher()
        return named

    def _by_options(self, event: LockEvent) -> LockEvent:
        """Return an event as the user wants to have it understood."""
        number = event.record_type
        free = number is not None and is_free(number)
        if number is not None and free and len(self.unknown_numbers) < MOST_UNKNOWN:
            self.unknown_numbers.add(number)
        rings = free and number in self.options.bells_at(self._lock.lock_id)
        return replace(event, type=EventType.RING if rings else event.type, late_after=self.options.late_after)

    def _with_usage(self, news: list[News], before: Iterable[Record]) -> list[News]:
        """Say whose first opening it was, and when the last one was, by what else the list holds."""
        now, usage, known = dt_util.utcnow(), self.history.usage, self.history.read_until is not None
        fresh = {id(item.record) for item in news}
        for record in before:
            if id(record) not in fresh and record.when is not None and type_of(record) is EventType.UNLOCKED:
                usage.note(record, min(record.when, now))
        found: list[News] = []
        for item in news:
            event = item.event
            if event.type is EventType.UNLOCKED:
                is_new, since = usage.note(item.record, event.at)
                event = replace(event, first_use=is_new if known else None, since_last=since)
            found.append(replace(item, event=event))
        return found

    async def _async_named(self, news: News) -> LockEvent:
        """Say whose credential it was, and let the grants know that it is proved; the digits go no further."""
        event, number = news.event, news.record.number
        if event.type in (EventType.UNLOCKED, EventType.LOCKED) and self._lock.commands.is_own(event):
            # The cloud writes down a lock command as if a phone had sent it.
            return replace(event, who=OWN_OPERATOR, method="remote", first_use=None, since_last=None)
        known = await self._async_known(news)
        if event.method == "code" and event.type is EventType.UNLOCKED and number is not None:
            # An account that is being unloaded learns it from the same record when it is back.
            with suppress(Interrupted):
                await self._lock.account.grants.grants.note_use(self._lock.lock_id, number)
        if known is None:
            return event
        start, reason, method = known.validity.start, event.reason, event.method
        if reason == EXPIRED and start is not None and event.at < start:
            reason = NOT_YET_VALID
        if method == "code":
            method = _CODES.get(known.validity.kind, method)
        return replace(
            event,
            who=event.who or known.name,
            credential=known.name,
            credential_id=known.credential_id,
            method=method,
            reason=reason,
        )

    async def _async_known(self, news: News) -> Known | None:
        """Return the credential that was shown.

        One that is not known is looked up, unless a callback names its owner: that is told at once and without a call.
        """
        event, record, book = news.event, news.record, self._lock.book
        kind = KINDS.get(event.method or "")
        if kind is None or event.type not in _SHOWN or event.reason == UNKNOWN_CREDENTIAL:
            return None
        known = book.find(kind, record.number, record.who)
        pushed = event.source is Source.WEBHOOK and event.who is not None
        if known is None and not pushed and (task := book.async_look_up(kind)) is not None:
            await asyncio.wait({task}, timeout=LOOKING_UP_SECONDS)
            known = book.find(kind, record.number, record.who)
        return known

    # -- Telling ---------------------------------------------------------------------------------------------------

    @contextmanager
    def telling_failure(self, command: str) -> Generator[None]:
        """Tell that a command of ours did not succeed: voice assistants have answered long before."""
        try:
            yield
        except TTLockError as err:
            self._tell(self._own(EventType.COMMAND_FAILED, command=command, reason=failure_of(command, err.reason)))
            raise

    @callback
    def async_fault(self, reason: str) -> None:
        """Tell of something that is wrong with the lock, of which no record tells."""
        self._tell(self._own(EventType.FAULT, reason=reason))

    def _own(self, kind: EventType, **facts: Any) -> LockEvent:
        """Return an event of which no record tells."""
        now = dt_util.utcnow()
        return LockEvent(type=kind, at=now, received=now, source=Source.CLOUD, **facts)

    def _tell(self, event: LockEvent) -> None:
        for told in (event, *self._alarms(event)):
            for listener in tuple(self._listeners):
                listener(told)

    def _alarms(self, event: LockEvent) -> Iterable[LockEvent]:
        """Return the alarms that no record tells of itself."""
        if event.type is EventType.UNLOCKED and self.options.is_duress((event.who, event.credential)):
            yield replace(event, type=EventType.DURESS)
        if event.type is EventType.ACCESS_DENIED:
            self._denials.append(event.at)
            if len(self._denials) == DENIALS and event.at - self._denials[0] <= DENIALS_WITHIN:
                self._denials.clear()
                yield replace(
                    event,
                    type=EventType.WRONG_ATTEMPTS,
                    count=DENIALS,
                    who=None,
                    credential=None,
                    credential_id=None,
                    record_type=None,
                )
        if event.battery is not None and not event.late:
            if kind := self._battery_alarm(event.battery):
                yield replace(self._own(kind, battery=event.battery), at=event.at, source=event.source)

    def _look_at_battery(self) -> None:
        """Tell that the battery has fallen; the inventory knows it of locks that write no records, too."""
        before, self._battery = self._battery, self._lock.data.inventory.battery
        # As long as it is the same, what a record told since is newer.
        if self._battery not in (None, before) and (kind := self._battery_alarm(self._battery)):
            self._tell(self._own(kind, battery=self._battery))

    def _battery_alarm(self, battery: int) -> EventType | None:
        """Return the alarm of a battery that has crossed a limit since the last one."""
        told, limit = self.history.battery_told, _limit(battery)
        if told is None:
            self.history.battery_told = limit or FULL
        elif battery >= told + RECOVERED:
            self.history.battery_told = FULL if limit is None else limit
        elif limit is not None and limit < told:
            self.history.battery_told = limit
        if self.history.battery_told == told:
            return None
        self._lock.account.logs.save()
        if told is None or limit is None or limit > told:
            return None
        return EventType.BATTERY_CRITICAL if limit == CRITICAL else EventType.BATTERY_LOW


def _limit(battery: int) -> int | None:
    """Return the lowest limit that a battery has reached."""
    return next((limit for limit in (CRITICAL, LOW) if battery <= limit), None)
