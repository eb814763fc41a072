"""What the records of one lock tell of bolt, door, battery and people."""

from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from homeassistant.core import callback

from .client.events import LockEvent, Source
from .client.evidence import FRESH, FactSource
from .client.history import News
from .client.knowledge import Fact
from .client.models import Bolt
from .client.records import record_word

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

MOST_PENDING = 50
"""Callbacks that wait for their record to stand in the list."""


class RecordHearing:
    """Take over what records tell, as evidence among other evidence."""

    def __init__(self, lock: LockCoordinator) -> None:
        """Nothing has been heard yet."""
        self._lock = lock
        self._pending: deque[News] = deque(maxlen=MOST_PENDING)

    @callback
    def async_hear(self, news: Iterable[News], *, asked: bool = False) -> None:
        """Take over what is new; `asked` when the lock itself has just answered and is going to be believed."""
        lock = self._lock
        news = tuple(news)
        for item in news:
            self._note(item)
            if self._unlisted(item):
                self._pending.append(item)
        for item in [item for item in self._pending if not self._unlisted(item)]:
            self._pending.remove(item)
            self._note(item)
        lock.async_publish(**self._explanation())
        if asked:
            return
        moves = [item for item in news if item.event.bolt is not None and not self._is_settled(item.event)]
        if any(item.event.source is not Source.WEBHOOK or item.event.bolt is Bolt.UNLOCKED for item in moves):
            self._note_contact(moves[-1].event)
        if moves and (lock.data.known.doubtful or self._is_odd(moves[-1].event)):
            self._ask(moves[-1])

    def explains(self, bolt: Fact[Bolt] | None, before: Fact[Bolt] | None) -> bool:
        """Return whether a record tells why the bolt is elsewhere now; nobody is named for what none explains."""
        move = self._lock.log.history.last_move
        if move is None or bolt is None or move.bolt is not bolt.value:
            return False
        return before is None or move.at >= before.at.replace(microsecond=0)

    def _note(self, news: News) -> None:
        source = FactSource.CALLBACK if self._unlisted(news) else FactSource.RECORD
        order = self._lock.log.history.number_of(news)
        self._lock.facts.async_note_record(news.event, source, order, commanded=self._lock.commands.claim(news.event))

    def _unlisted(self, news: News) -> bool:
        """Return whether only a callback has told of it."""
        return news.event.source is Source.WEBHOOK and not self._lock.log.history.lists(news)

    def _note_contact(self, event: LockEvent) -> None:
        """A record that has just been made has come from the lock."""
        if event.received - event.at <= FRESH:
            source = FactSource.CALLBACK if event.source is Source.WEBHOOK else FactSource.RECORD
            self._lock.contact.async_made(source)
            self._lock.async_publish()

    def _is_settled(self, event: LockEvent) -> bool:
        """Return whether a record is that of a command of ours, and where the bolt is known to be."""
        return event.bolt is self._lock.data.bolt and self._lock.commands.is_own(event)

    def _is_odd(self, event: LockEvent) -> bool:
        """Return whether a record that has just been made says otherwise: the clock of the lock may be slow."""
        return event.received - event.at <= FRESH and event.bolt is not self._lock.data.bolt

    def _ask(self, news: News) -> None:
        """Look where the bolt is; a callback that says locked stands in the list perhaps."""
        if news.event.bolt is Bolt.LOCKED and self._unlisted(news):
            work: Any = partial(self._async_confirm, news)
            self._lock.questions.async_ask_for_hint(work, "a callback that says locked")
        else:
            self._lock.questions.async_ask_for_hint(self._lock.async_refresh, "a record that is not clear")

    async def _async_confirm(self, news: News) -> None:
        """Look a record up in the cloud's list, and ask the lock where it is not there."""
        await self._lock.log.async_read()
        known = self._lock.data.known
        if known.doubtful or (known.bolt and known.bolt.value is not news.event.bolt and known.bolt.at < news.event.at):
            await self._lock.async_refresh()

    def _explanation(self) -> dict[str, Any]:
        """Name who moved the bolt last, by the newest record there is."""
        move = self._lock.log.history.last_move
        explained_at = self._lock.explained_at
        if move is None or move.record_type is None or (explained_at and move.at <= explained_at):
            return {}
        if self._lock.commands.is_own(move):
            # The command has said already who and how.
            return {}
        self._lock.explained_at = move.at
        return {"operator": move.who, "trigger": record_word(move.record_type)}
