"""Evidence of where bolt and door are, and which of it is believed.

Evidence says what, who says so, when it was so and when it was heard. A `Trail` keeps the newest evidence of each
source. What is believed depends on what is in a trail, never on the order in which it came (docs/state.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final


class FactSource(StrEnum):
    """Who says so."""

    COMMAND = "command"
    """Our own, acknowledged by the lock."""
    LOCK = "lock"
    """The lock, asked."""
    RECORD = "record"
    """The log, as the cloud lists it or the lock itself."""
    CALLBACK = "callback"
    """A record that was pushed; callbacks are not signed (ttlock-open-api.md 5.3)."""
    ADVERTISEMENT = "advertisement"
    """What the lock sends by radio to everybody (ttlock-ble-protocol.md 2.2)."""
    INVENTORY = "inventory"
    """What the cloud noted last."""
    SETTINGS = "settings"
    INFERRED = "inferred"
    """Nobody: it follows from other facts and the time."""
    RESTORED = "restored"
    """Whoever it was before the last restart."""


class Confidence(StrEnum):
    """How far a fact can be relied on."""

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True)
class Worth:
    """What a source is worth."""

    rank: int
    """Of evidence about the same moment the higher rank is believed."""
    moves: bool = False
    """It tells of a movement: who saw one knows more about that moment than who only looked."""
    clock_of_lock: bool = False
    """Its time is that of the lock, in whole seconds and not exact."""
    confidence: Confidence = Confidence.CONFIRMED
    lag: timedelta = timedelta()
    """It may have been so only that long ago."""


WORTH: Final = {
    FactSource.COMMAND: Worth(rank=6, moves=True),
    FactSource.RECORD: Worth(rank=5, moves=True, clock_of_lock=True),
    FactSource.CALLBACK: Worth(rank=4, moves=True, clock_of_lock=True, confidence=Confidence.LIKELY),
    FactSource.LOCK: Worth(rank=3),
    # A change shows within about ten seconds (ttlock-ble-protocol.md 2.5), and a cached one may be sent again.
    FactSource.ADVERTISEMENT: Worth(rank=2, confidence=Confidence.LIKELY, lag=timedelta(seconds=10)),
    FactSource.SETTINGS: Worth(rank=1),
    FactSource.INVENTORY: Worth(rank=0),
}
CLOCK_SLACK: Final = timedelta(seconds=2)
"""Clocks of locks are not exact enough to tell what came first (ttlock-open-api.md 9, quirks 17 and 18)."""
CLOCK_STEP: Final = timedelta(seconds=1)
FRESH: Final = timedelta(minutes=1)
"""A record tells where the bolt is now only as long as nothing else is likely to have moved it."""
NEWEST: Final = 8
"""Of each source: enough to see since when something has been so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence[T]:
    """One thing that somebody says."""

    value: T | None
    """None when it cannot be said: a command whose outcome is unclear, a lock that does not know."""
    source: FactSource
    at: datetime
    """When it was so."""
    heard: datetime
    began: datetime | None = None
    """When the command was sent or the question asked: it was so at some moment from then on."""
    order: int = 0
    """Number of the record; within one second it tells what came first."""
    restored: bool = False
    """It was heard before the last restart."""

    @property
    def since(self) -> datetime:
        """Return the earliest moment it may speak of; a clock that is ahead makes nothing later than it was heard."""
        worth = WORTH[self.source]
        if worth.clock_of_lock:
            return min(self.at, self.heard) - CLOCK_SLACK
        return (self.began or self.at) - worth.lag

    @property
    def until(self) -> datetime:
        """Return the latest moment it may speak of; nobody hears of a movement before it is made."""
        if WORTH[self.source].clock_of_lock:
            return min(self.at + CLOCK_STEP + CLOCK_SLACK, self.heard)
        return self.at

    @property
    def moves(self) -> bool:
        """Return whether it tells of a movement."""
        return WORTH[self.source].moves

    @property
    def late(self) -> bool:
        """Return whether it is a record that came when other things may have happened since."""
        return WORTH[self.source].clock_of_lock and self.heard - self.at > FRESH

    @property
    def blank(self) -> bool:
        """Return whether somebody looked and could not tell."""
        return self.value is None and not self.moves

    @property
    def confidence(self) -> Confidence:
        """Return how far it can be relied on while it is young."""
        return Confidence.LIKELY if self.restored or self.late else WORTH[self.source].confidence

    def supersedes(self, other: Evidence[object]) -> bool:
        """Return whether it surely speaks of a later moment."""
        if WORTH[self.source].clock_of_lock and WORTH[other.source].clock_of_lock:
            # One clock: as wrong as it may be, it tells what came first.
            return (self.at, self.order) > (other.at, other.order)
        return self.since > other.until


@dataclass(frozen=True, slots=True)
class Trail[T]:
    """The newest evidence of each source, in one order whatever the order in which it came."""

    items: tuple[Evidence[T], ...] = ()

    def following(self, *more: Evidence[T]) -> Trail[T]:
        """Return the trail with more evidence."""
        kept: dict[object, Evidence[T]] = {}
        for item in (*self.items, *more):
            same = (item.value, item.source, item.at, item.began, item.order)
            if same not in kept or (not item.restored, item.heard) > (not kept[same].restored, kept[same].heard):
                kept[same] = item
        items = sorted(kept.values(), key=_order)
        left = dict.fromkeys(FactSource, NEWEST)
        for item in reversed(items):
            left[item.source] -= 1
            if left[item.source] < 0:
                items.remove(item)
        return Trail(tuple(items))

    def restored(self, now: datetime) -> Trail[T]:
        """Return the trail as it is known after a restart."""
        return Trail(tuple(replace(item, restored=True) for item in self.heard_by(now).items))

    def heard_by(self, now: datetime) -> Trail[T]:
        """Return the trail without what a clock has noted that was ahead: it would be believed until that time comes."""
        return Trail(tuple(item for item in self.items if item.heard <= now + CLOCK_SLACK))


@dataclass(frozen=True, slots=True)
class Verdict[T]:
    """What is believed of a trail."""

    winner: Evidence[T] | None = None
    run: tuple[Evidence[T], ...] = ()
    """Everything that has said the same since anything else was believed."""
    disputed: bool = False
    """Somebody says otherwise, and nobody knows who came first."""


def judge[T](trail: Trail[T], admits: Callable[[Evidence[T]], bool] = lambda item: True) -> Verdict[T]:
    """Decide what is believed: the newest; of what cannot be told apart in time, what is worth most.

    What is not admitted decides nothing, but it casts doubt. Who looked and could not tell casts off what others
    saw before, and not what is known of movements: some locks never know where their bolt is.
    """
    known = [item for item in trail.items if not item.blank]
    admitted = [item for item in known if admits(item)]
    newest = [item for item in admitted if not any(other.supersedes(item) for other in admitted)]
    winner = max(newest, key=lambda item: (WORTH[item.source].rank, _order(item)), default=None)
    if winner is None:
        return Verdict(disputed=bool(known))
    if not winner.moves and any(item.blank and item.supersedes(winner) for item in trail.items):
        return Verdict()
    others = [item for item in admitted if item.value != winner.value]
    return Verdict(
        winner=winner,
        run=tuple(
            item
            for item in admitted
            if item.value == winner.value and not any(other.supersedes(item) for other in others)
        ),
        disputed=any(
            _disputes(item, winner) and not any(other.supersedes(item) for other in admitted) for item in known
        ),
    )


def _disputes[T](item: Evidence[T], winner: Evidence[T]) -> bool:
    """Return whether evidence speaks against what is believed.

    Who looked in the very second of a movement looked before it, or would have seen the same.
    """
    if item.value is None or item.value == winner.value:
        return False
    return item.moves or not WORTH[winner.source].clock_of_lock or item.until > winner.at + CLOCK_STEP


def _order(item: Evidence[object]) -> tuple[Any, ...]:
    """Return what puts evidence in order, older first, and never leaves two pieces equal."""
    return (
        item.until,
        item.since,
        WORTH[item.source].rank,
        item.order,
        item.heard,
        str(item.value),
        item.restored,
        # A question that took no time is another one than none.
        item.began is not None,
    )
