"""The log of one lock inside Home Assistant: read when something moved and now and then, told as events."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .client.cloud.records import RecordQuery
from .client.errors import Interrupted, TTLockError
from .client.events import EventType, LockEvent, Source
from .client.history import News
from .client.models import Record
from .const import LOGGER
from .details import CLOCK_DRIFT
from .timer import Timer

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

type Listener = Callable[[LockEvent], None]

OWN_OPERATOR: Final = "Home Assistant"
OWN_RECORDS: Final = frozenset({3, 11, 12})
"""What the cloud writes down for commands through a gateway (ttlock-open-api.md 5.4.1)."""
OWN_COMMAND: Final = timedelta(minutes=1)
RECORD_DELAY: Final = timedelta(seconds=10)
"""After a command a gateway needs some seconds to bring the record up."""
MOST_PAGES: Final = 10
"""Two thousand records after a long outage; older ones are in the list."""
DENIALS: Final = 3
DENIALS_WITHIN: Final = timedelta(minutes=10)
LOW: Final = 20
CRITICAL: Final = 10


class LockLog:
    """Follow the log of one lock."""

    def __init__(self, hass: HomeAssistant, lock: LockCoordinator) -> None:
        """Go on where the last run ended."""
        self._lock = lock
        self.history = lock.account.logs.get(lock.lock_id)
        self._listeners: set[Listener] = set()
        self._watchers: set[CALLBACK_TYPE] = set()
        self._turn = asyncio.Lock()
        self._denials: deque[datetime] = deque(maxlen=DENIALS)
        self._battery = lock.data.inventory.battery
        self._regular = Timer(hass, f"{lock.name} records", self._async_regular)
        self._soon = Timer(hass, f"{lock.name} records after a command", self._async_soon)

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
        self._regular.cancel()
        self._soon.cancel()

    @callback
    def async_read_soon(self) -> None:
        """Read the record of a command when it has come up."""
        self._soon.after(RECORD_DELAY)

    async def async_begin(self) -> None:
        """Read what happened while nobody looked, and from then on now and then."""
        await self._async_regular()

    async def _async_soon(self) -> None:
        await self.async_read()

    async def _async_regular(self) -> None:
        self._regular.after(self._lock.account.record_interval)
        if self._lock.reachable:
            await self.async_read()

    async def async_read(self, *, asked: bool = False) -> tuple[News, ...]:
        """Read the list from where it was read last; returns what was new. Only administrators may.

        `asked` when the lock itself has just said where its bolt is.
        """
        if not self._lock.data.ekey.may_manage:
            return ()
        async with self._turn:
            now = dt_util.utcnow()
            start = self.history.next_start
            most = 1 if start is None else MOST_PAGES
            pages = self._lock.account.cloud.records.pages(self._lock.lock_id, RecordQuery(start=start))
            found: list[Record] = []
            try:
                async with aclosing(pages):
                    async for page in pages:
                        found.extend(page.items)
                        most -= 1
                        if not most:
                            break
            except TTLockError as err:
                LOGGER.debug("%s: could not read records: %s", self._lock.name, err)
                return ()
            self.history.read(now)
            news = await self._async_take(found, Source.CLOUD, asked=asked)
            self._lock.account.push.async_listed(news)
            return news

    async def async_take(self, records: Iterable[Record], source: Source) -> tuple[News, ...]:
        """Take over records from a callback; returns what was new."""
        async with self._turn:
            return await self._async_take(records, source)

    async def _async_take(self, records: Iterable[Record], source: Source, *, asked: bool = False) -> tuple[News, ...]:
        drift: int | None = self._lock.account.details.get(CLOCK_DRIFT, self._lock.lock_id)
        news = self.history.take(records, source, dt_util.utcnow(), timedelta(seconds=drift or 0))
        named = tuple([replace(item, event=await self._async_named(item)) for item in news])
        if news:
            self._lock.account.logs.save()
        self._lock.async_hear(named, asked=asked)
        for item in named:
            self._tell(item.event)
        for watcher in tuple(self._watchers):
            watcher()
        return named

    async def _async_named(self, news: News) -> LockEvent:
        """Say whose credential it was, and let the grants know that it is proved; the digits go no further."""
        event, number = news.event, news.record.number
        if event.type in (EventType.UNLOCKED, EventType.LOCKED) and self.is_own(event):
            return replace(event, who=OWN_OPERATOR)
        if event.method != "code" or event.type is not EventType.UNLOCKED or number is None:
            return event
        grants = self._lock.account.grants.grants
        grant = next((grant for grant in grants.of_lock(self._lock.lock_id) if number == grant.number), None)
        # An account that is being unloaded learns it from the same record when it is back.
        with suppress(Interrupted):
            await grants.note_use(self._lock.lock_id, number)
        if grant is None:
            return event
        return replace(event, credential_id=grant.credential_id, who=event.who or grant.wish.label)

    def is_own(self, event: LockEvent) -> bool:
        """Return whether a record is that of a command of ours."""
        commanded = self._lock.commanded_at
        return event.record_type in OWN_RECORDS and commanded is not None and abs(event.at - commanded) < OWN_COMMAND

    # -- Telling ---------------------------------------------------------------------------------------------------

    @callback
    def async_command_failed(self, command: str, reason: str) -> None:
        """Tell that a command of ours did not succeed: voice assistants have answered long before."""
        now = dt_util.utcnow()
        self._tell(
            LockEvent(
                type=EventType.COMMAND_FAILED,
                at=now,
                received=now,
                source=Source.CLOUD,
                command=command,
                reason=reason,
            )
        )

    def _tell(self, event: LockEvent) -> None:
        for told in (event, *self._alarms(event)):
            for listener in tuple(self._listeners):
                listener(told)

    def _alarms(self, event: LockEvent) -> Iterable[LockEvent]:
        """Return the alarms that no record tells of itself."""
        if event.type is EventType.ACCESS_DENIED:
            self._denials.append(event.at)
            if len(self._denials) == DENIALS and event.at - self._denials[0] <= DENIALS_WITHIN:
                self._denials.clear()
                yield replace(event, type=EventType.WRONG_ATTEMPTS, count=DENIALS, who=None, record_type=None)
        if event.battery is not None and not event.late:
            before, self._battery = self._battery, event.battery
            for limit, kind in ((CRITICAL, EventType.BATTERY_CRITICAL), (LOW, EventType.BATTERY_LOW)):
                if event.battery <= limit and (before is None or before > limit):
                    yield LockEvent(
                        type=kind, at=event.at, received=event.received, source=event.source, battery=event.battery
                    )
                    break
