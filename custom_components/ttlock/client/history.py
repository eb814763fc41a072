"""The records of one lock from every road, each of them once and in order.

A record is the same on every road when lock time, type and what it was opened with are the same: callbacks carry no
number of the record, come twice, and late (ttlock-open-api.md 5.3). What it was opened with is compared by a short
mark from which no digits can be told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
import hashlib
from typing import Any, Final

from . import parse
from .events import EventType, LockEvent, Source
from .models import Record

type Key = tuple[int, int, str]

CAPACITY: Final = 2000
"""Records that are recognised; older ones are told by the time at which the cloud got them."""
OVERLAP: Final = timedelta(days=1)
"""So far before the end of what was read the list is read again: clocks of locks are set, and records come late."""
_BEGIN: Final = timedelta(seconds=2)
"""Clocks of locks know whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A record that was not known before."""

    record: Record
    event: LockEvent


class History:
    """What is known of the log of one lock; `floor` is when the cloud got the oldest record that can still be news."""

    def __init__(self, salt: bytes, now: datetime) -> None:
        """Begin now: what the cloud has already is no news."""
        self._salt = salt
        self._seen: dict[Key, int] = {}
        self.floor = now - _BEGIN
        self.read_until: datetime | None = None
        """Up to here the list was read without a gap."""
        self.last_opened: datetime | None = None
        self.last_move: LockEvent | None = None
        """The newest record that tells where the bolt is, be it news or not."""
        self._listed: set[Key] = set()
        """What the cloud's own list holds: callbacks are not signed (ttlock-open-api.md 5.3)."""

    @property
    def next_start(self) -> datetime | None:
        """Return from which lock time on the list has to be read, None for the newest page only."""
        return None if self.read_until is None else self.read_until - OVERLAP

    def take(
        self, records: Iterable[Record], source: Source, received: datetime, ahead: timedelta = timedelta()
    ) -> list[News]:
        """Return what is new, oldest first. `ahead` is by how much the lock's clock is known to be fast."""
        news: list[tuple[datetime, int, Key, News]] = []
        for record in records:
            stamp = _stamp(record, received)
            at = min(stamp, record.when - ahead) if record.when else stamp
            event = LockEvent.of(record, at=at, received=received, source=source)
            self._note(event)
            key = self._key(record, stamp)
            if source is Source.CLOUD:
                self._listed.add(key)
            if key in self._seen or stamp < self.floor:
                continue
            self._seen[key] = parse.epoch_ms(stamp)
            news.append((at, record.record_id, key, News(record=record, event=event)))
        self._shrink()
        news.sort(key=lambda item: item[:3])
        return [item[3] for item in news]

    def lists(self, news: News) -> bool:
        """Return whether the cloud's own list holds it, as far as that was read."""
        return self._key(news.record, _stamp(news.record, news.event.received)) in self._listed

    def read(self, until: datetime) -> None:
        """Note that the list was read without a gap, up to that moment."""
        if self.read_until is None or until > self.read_until:
            self.read_until = until

    def to_json(self) -> dict[str, Any]:
        """Return what has to outlive a restart; there are no digits in it."""
        return {
            "floor": self.floor.isoformat(),
            "read_until": self.read_until and self.read_until.isoformat(),
            "last_opened": self.last_opened and self.last_opened.isoformat(),
            "seen": [[*key, stamp] for key, stamp in self._seen.items()],
        }

    def restore(self, raw: dict[str, Any]) -> None:
        """Go on where `to_json` left off; KeyError, TypeError or ValueError for something else."""
        seen = {(int(when), int(kind), str(mark)): int(stamp) for when, kind, mark, stamp in raw["seen"]}
        floor = datetime.fromisoformat(raw["floor"])
        read_until, last_opened = (
            datetime.fromisoformat(raw[name]) if raw[name] else None for name in ("read_until", "last_opened")
        )
        self._seen, self.floor, self.read_until, self.last_opened = seen, floor, read_until, last_opened

    def _note(self, event: LockEvent) -> None:
        """Keep when the lock was opened last, in whatever order the records come."""
        if event.type is EventType.UNLOCKED and (self.last_opened is None or event.at > self.last_opened):
            self.last_opened = event.at
        if event.bolt is not None and (self.last_move is None or event.at >= self.last_move.at):
            self.last_move = event

    def _key(self, record: Record, stamp: datetime) -> Key:
        used = record.number.reveal() if record.number else record.who or ""
        mark = hashlib.blake2b(used.encode(), key=self._salt, digest_size=2).hexdigest() if used else ""
        return parse.epoch_ms(record.when or stamp), record.record_type, mark

    def _shrink(self) -> None:
        """Forget what the cloud got first; nothing as old can be news after that."""
        self._listed &= self._seen.keys()
        if (surplus := len(self._seen) - CAPACITY) <= 0:
            return
        for key, stamp in sorted(self._seen.items(), key=lambda item: item[1])[:surplus]:
            del self._seen[key]
            self._listed.discard(key)
            forgotten = parse.moment(stamp)
            if forgotten is not None and forgotten >= self.floor:
                self.floor = forgotten + timedelta(milliseconds=1)


def _stamp(record: Record, received: datetime) -> datetime:
    """Return when the cloud got a record, no later than now."""
    return min(record.stored or record.when or received, received)
