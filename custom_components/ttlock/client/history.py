"""The records of one lock from every road, each of them once and in order.

A record is the same on every road when lock time, type and what it was opened with are the same: callbacks carry no
number of the record, come twice, and late (ttlock-open-api.md 5.3). What it was opened with is compared by a short
mark from which no digits can be told. Of several that are alike it is counted how many there are.

Callbacks are not signed either. What only they tell of is kept apart from what stands in the cloud's list, so that
made-up records neither push true ones out of memory nor make the list's own look old.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
import hashlib
from typing import Any, Final, NamedTuple

from . import parse
from .events import EventType, LockEvent, Source
from .models import Record
from .usage import Usage

type Key = tuple[int, int, str]

CAPACITY: Final = 2000
"""Records that are recognised; older ones are told by the time at which the cloud got them."""
KEPT: Final = timedelta(days=7)
"""So long before the newest record of a list that was read: what is older comes no more."""
LOOSE_CAPACITY: Final = 500
"""Records of which only callbacks told; as many as a lock stores (ttlock-open-api.md 4.15)."""
LISTED_AFTER: Final = timedelta(minutes=10)
"""What a callback told so long ago and the list does not show was made up."""
OVERLAP: Final = timedelta(days=1)
"""So far before the end of what was read the list is read again: clocks of locks are set, and records come late."""
_BEGIN: Final = timedelta(seconds=2)
"""Clocks of locks know whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A record that was not known before."""

    record: Record
    event: LockEvent


class _Seen(NamedTuple):
    stamp: int
    """When the cloud got the last of them, in milliseconds."""
    copies: int
    """How many there are that look alike."""


class History:
    """What is known of the log of one lock; `floor` is when the cloud got the oldest record that can still be news."""

    def __init__(self, salt: bytes, now: datetime) -> None:
        """Begin now: what the cloud has already is no news."""
        self._salt = salt
        self._seen: dict[Key, _Seen] = {}
        self._loose: dict[Key, None] = {}
        """What only callbacks told of, in the order in which it came."""
        self._proved: dict[Key, int] = {}
        """What only callbacks had told of until the list showed it, with its numbers there."""
        self.refused = False
        """A callback told of more than could be believed without the list, which has to be read."""
        self.floor = now - _BEGIN
        self.read_until: datetime | None = None
        """Up to here the list was read without a gap."""
        self.last_opened: datetime | None = None
        self.last_move: LockEvent | None = None
        """The newest record that tells where the bolt is, be it news or not."""
        self.usage = Usage(salt)
        self.battery_told: int | None = None
        """The limit of the last alarm of the battery, None when its charge was never known."""

    def next_start(self, now: datetime) -> datetime | None:
        """Return from which lock time on the list has to be read, None for the newest page only."""
        return None if self.read_until is None else min(self.read_until, now) - OVERLAP

    def take(
        self, records: Iterable[Record], source: Source, received: datetime, ahead: timedelta = timedelta()
    ) -> list[News]:
        """Return what is new, oldest first. `ahead` is by how much the lock's clock is known to be fast."""
        # A clock that was ahead when all began must not make everything old.
        self.floor = min(self.floor, received)
        news: list[tuple[datetime, int, Key, News]] = []
        met: dict[Key, dict[Record | int, int]] = {}
        for record in records:
            stamp = _stamp(record, received)
            at = min(stamp, record.when - ahead) if record.when else stamp
            key = self._key(record, stamp)
            event = LockEvent.of(record, at=at, received=received, source=source)
            if stamp < self.floor:
                self._note(event)
                continue
            # One that comes twice in a batch is one; those that only look alike are several.
            alike = met.setdefault(key, {})
            number = alike.setdefault(record.record_id or record, len(alike)) + 1
            known = self._seen.get(key)
            if source is Source.WEBHOOK and known is None and not self._has_room():
                self.refused = True
                continue
            self._note(event)
            if source is not Source.WEBHOOK:
                if key in self._loose:
                    del self._loose[key]
                    self._proved[key] = record.record_id
            elif known is None:
                self._loose[key] = None
            if known is None or number > known.copies:
                self._seen[key] = _Seen(max(parse.epoch_ms(stamp), known.stamp if known else 0), number)
                news.append((at, record.record_id, key, News(record=record, event=event)))
        self._shrink()
        news.sort(key=lambda item: item[:3])
        return [item[3] for item in news]

    def lists(self, news: News) -> bool:
        """Return whether more than a callback tells of it, such as the cloud's own list as far as that was read."""
        key = self._key(news.record, _stamp(news.record, news.event.received))
        return key in self._seen and key not in self._loose

    def number_of(self, news: News) -> int:
        """Return its number in the list, which tells what came first within a second; 0 where that is not known."""
        return self._proved.get(self._key(news.record, _stamp(news.record, news.event.received)), news.record.record_id)

    def read(self, until: datetime) -> None:
        """Note that the list was read without a gap, up to that moment."""
        self.refused = False
        # That may be earlier than before: when the clock was ahead until now.
        self.read_until = until
        if listed := self._listed():
            # Who reads with a clock that is ahead shall not make old what comes next.
            end = min(parse.epoch_ms(self.read_until), self._seen[listed[-1]].stamp) - KEPT // timedelta(milliseconds=1)
            self._forget(key for key in listed if self._seen[key].stamp < end)

    def to_json(self) -> dict[str, Any]:
        """Return what has to outlive a restart; there are no digits in it."""
        return {
            "floor": self.floor.isoformat(),
            "read_until": self.read_until and self.read_until.isoformat(),
            "last_opened": self.last_opened and self.last_opened.isoformat(),
            "battery_told": self.battery_told,
            "usage": self.usage.to_json(),
            "seen": [[*key, *seen, key in self._loose] for key, seen in self._seen.items()],
        }

    def restore(self, raw: dict[str, Any]) -> None:
        """Go on where `to_json` left off; KeyError, TypeError or ValueError for something else."""
        rows = [((int(row[0]), int(row[1]), str(row[2])), row[3:]) for row in raw["seen"]]
        seen = {key: _Seen(int(stamp), int(count)) for key, (stamp, count, _) in rows}
        loose = dict.fromkeys(key for key, (_, _, loose) in rows if loose)
        floor = datetime.fromisoformat(raw["floor"])
        self.usage.restore(raw["usage"])
        self.battery_told = raw["battery_told"]
        read_until, last_opened = (
            datetime.fromisoformat(raw[name]) if raw[name] else None for name in ("read_until", "last_opened")
        )
        self._seen, self._loose, self.floor = seen, loose, floor
        self.read_until, self.last_opened = read_until, last_opened

    def _note(self, event: LockEvent) -> None:
        """Keep when the lock was opened last, in whatever order the records come."""
        if event.type is EventType.UNLOCKED and (self.last_opened is None or event.at > self.last_opened):
            self.last_opened = event.at
        if event.bolt is not None and (self.last_move is None or event.at >= self.last_move.at):
            self.last_move = event

    def _key(self, record: Record, stamp: datetime) -> Key:
        used = record.number.reveal() if record.number else record.who or ""
        # The same code may be refused and let in within one second.
        told = used if record.success else f"not {used}"
        mark = hashlib.blake2b(told.encode(), key=self._salt, digest_size=2).hexdigest() if told else ""
        return parse.epoch_ms(record.when or stamp), record.record_type, mark

    def _has_room(self) -> bool:
        """Return whether one more record may be believed without the list; forgets what turned out to be made up."""
        if len(self._loose) < LOOSE_CAPACITY:
            return True
        # Who may not read the list will never know.
        proved = None if self.read_until is None else parse.epoch_ms(self.read_until - LISTED_AFTER)
        made_up = next((key for key in self._loose if proved is None or self._seen[key].stamp < proved), None)
        if made_up is None:
            return False
        del self._loose[made_up], self._seen[made_up]
        return True

    def _shrink(self) -> None:
        """Forget what the cloud got first; nothing as old can be news after that."""
        for key in list(self._proved)[:-LOOSE_CAPACITY]:
            del self._proved[key]
        if (surplus := len(self._seen) - len(self._loose) - CAPACITY) <= 0:
            return
        self._forget(self._listed()[:surplus])

    def _listed(self) -> list[Key]:
        """Return what more than callbacks told of, in the order in which the cloud got it."""
        return sorted(self._seen.keys() - self._loose.keys(), key=lambda key: self._seen[key].stamp)

    def _forget(self, keys: Iterable[Key]) -> None:
        for key in keys:
            forgotten = parse.moment(self._seen.pop(key).stamp)
            if forgotten is not None and forgotten >= self.floor:
                self.floor = forgotten + timedelta(milliseconds=1)


def _stamp(record: Record, received: datetime) -> datetime:
    """Return when the cloud got a record, no later than now."""
    return min(record.stored or record.when or received, received)
