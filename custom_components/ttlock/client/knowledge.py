"""What is known of one lock: the evidence about it, and the facts that follow from it at a moment (docs/state.md)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from .evidence import Confidence, Evidence, FactSource, Trail, Verdict, judge
from .models import Bolt, Door
from .passage import PassageMode

MOTOR: Final = timedelta(seconds=2)
"""What a motor needs when the delay of auto-lock is over."""
AUTO_LOCK_PATIENCE: Final = timedelta(seconds=15)
"""So long after the delay the lock may still say itself where its bolt is; a live answer takes 2 to 8 seconds
(ttlock-open-api.md 9, quirk 5)."""


@dataclass(frozen=True, slots=True)
class Age:
    """How old a fact may get."""

    firm: timedelta
    """What was confirmed is only likely after that."""
    kept: timedelta
    """After that nothing is known."""


BOLT_AGE: Final = Age(firm=timedelta(hours=12), kept=timedelta(hours=48))
"""A house of hundreds of locks on the free plan can ask each about once a day."""
DOOR_AGE: Final = BOLT_AGE
BATTERY_AGE: Final = Age(firm=timedelta(days=2), kept=timedelta(days=30))
PASSAGE_AGE: Final = Age(firm=timedelta(days=2), kept=timedelta(days=30))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact[T]:
    """Something that is believed, and why."""

    value: T
    source: FactSource
    at: datetime
    """When it was so."""
    heard: datetime
    """When it was learned."""
    confidence: Confidence
    witness: FactSource
    """Who said so before the restart, or what it was inferred from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoLock:
    """What is known of the way a lock locks itself."""

    delay: timedelta
    since: datetime | None = None
    """When the delay was set here: it starts anew."""
    plan: PassageMode | None = None
    plan_known: bool = True
    """A lock with passage mode whose plan was never read may be held open by it."""
    zone: tzinfo
    door_matters: bool = False
    """The lock has a sensor at its door: with some it waits until the door is closed."""

    def end_of_hold(self, at: datetime) -> datetime | None:
        """Return from when on passage mode lets the lock lock itself: at once, later, or never."""
        local = at.astimezone(self.zone)
        if self.plan is None or not self.plan.active_at(local):
            return at
        return self.plan.next_change(local)


@dataclass(frozen=True, slots=True)
class Expectation:
    """When a lock should have locked itself."""

    at: datetime
    sure: bool
    """Nothing speaks against it, so that it is believed before anybody has looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The facts at a moment."""

    bolt: Fact[Bolt] | None = None
    """None when nobody can say."""
    door: Fact[Door] | None = None
    battery: Fact[int] | None = None
    auto_lock_at: datetime | None = None
    """When the lock should lock itself."""
    doubtful: bool = False
    """Somebody speaks against what is believed of the bolt, or only an old record speaks for it: ask."""
    changes_at: datetime | None = None
    """When time alone changes some of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Testimony:
    """All evidence about one lock."""

    bolt: Trail[Bolt] = field(default_factory=Trail)
    door: Trail[Door] = field(default_factory=Trail)
    battery: Trail[int] = field(default_factory=Trail)

    def joined(self, other: Testimony) -> Testimony:
        """Return this and more evidence."""
        return Testimony(
            bolt=self.bolt.following(*other.bolt.items),
            door=self.door.following(*other.door.items),
            battery=self.battery.following(*other.battery.items),
        )

    def restored(self, now: datetime) -> Testimony:
        """Return it as it is known after a restart."""
        return Testimony(bolt=self.bolt.restored(now), door=self.door.restored(now), battery=self.battery.restored(now))

    def heard_by(self, now: datetime) -> Testimony:
        """Return it without what a clock has noted that was ahead."""
        return Testimony(bolt=self.bolt.heard_by(now), door=self.door.heard_by(now), battery=self.battery.heard_by(now))

    def weigh(self, now: datetime, auto_lock: AutoLock | None = None) -> Knowledge:
        """Return what is believed at a moment."""
        door, battery = judge(self.door), judge(self.battery)
        bolt = judge(self.bolt, lambda item: _believable(item, door.winner))
        expected = _expected(bolt, door, auto_lock)
        facts = (
            _bolt_fact(bolt, expected, now),
            fact_of(door.winner, DOOR_AGE, now),
            fact_of(battery.winner, BATTERY_AGE, now),
        )
        edges = [
            *_edges(bolt.winner, BOLT_AGE),
            *_edges(door.winner, DOOR_AGE),
            *_edges(battery.winner, BATTERY_AGE),
            *([expected.at + AUTO_LOCK_PATIENCE] if expected and expected.sure else ()),
        ]
        return Knowledge(
            bolt=facts[0],
            door=facts[1],
            battery=facts[2],
            auto_lock_at=expected.at if expected else None,
            doubtful=bolt.disputed or (bolt.winner is not None and bolt.winner.late),
            changes_at=min((edge for edge in edges if edge > now), default=None),
        )


def _believable(item: Evidence[Bolt], door: Evidence[Door] | None) -> bool:
    """Return whether evidence may decide where the bolt is.

    Locked makes people walk away, so a record has to stand in the list for it, and the door must not stand open since
    before. Unlocked is believed at once.
    """
    if item.value is not Bolt.LOCKED or item.source in (FactSource.COMMAND, FactSource.LOCK):
        return True
    if item.source is FactSource.CALLBACK:
        # The record in the list is evidence of its own; this one is only a reason to look there.
        return False
    return door is None or door.value is not Door.OPEN or door.since > item.until


def _expected(bolt: Verdict[Bolt], door: Verdict[Door], auto_lock: AutoLock | None) -> Expectation | None:
    """Return when the lock should lock itself; None where it would not, or has been seen not to."""
    if auto_lock is None or bolt.winner is None or bolt.winner.value is not Bolt.UNLOCKED:
        return None
    # The timer of the lock starts anew with every unlocking. Without one it was unlocked when that was seen first.
    moves = [item for item in bolt.run if item.moves]
    base = max(item.at for item in moves) if moves else min(item.at for item in bolt.run)
    base = max(base, auto_lock.since or base)
    sure = auto_lock.plan_known
    if auto_lock.door_matters:
        if door.winner is None or door.winner.value is not Door.CLOSED:
            sure = False
        else:
            base = max(base, min(item.at for item in door.run))
    free = auto_lock.end_of_hold(base)
    if free is None:
        return None
    due = free + auto_lock.delay
    held = auto_lock.end_of_hold(due) != due
    sure = sure and free == base and not held
    if any(not item.moves and item.since >= due + MOTOR for item in bolt.run):
        # It was seen unlocked when it should have locked itself.
        return None
    return Expectation(due, sure)


def _bolt_fact(bolt: Verdict[Bolt], expected: Expectation | None, now: datetime) -> Fact[Bolt] | None:
    fact = fact_of(bolt.winner, BOLT_AGE, now)
    if fact is None:
        return None
    if expected and expected.sure and now >= expected.at + AUTO_LOCK_PATIENCE:
        return replace(
            fact,
            value=Bolt.LOCKED,
            source=FactSource.INFERRED,
            at=expected.at,
            heard=expected.at + AUTO_LOCK_PATIENCE,
            confidence=Confidence.INFERRED,
        )
    if bolt.disputed and fact.confidence is Confidence.CONFIRMED:
        return replace(fact, confidence=Confidence.LIKELY)
    return fact


def fact_of[T](item: Evidence[T] | None, age: Age, now: datetime) -> Fact[T] | None:
    """Return the fact that evidence makes, None when nobody can say or it is too old."""
    if item is None or item.value is None or now - _as_of(item) >= age.kept:
        return None
    old = now - _as_of(item) >= age.firm
    return Fact(
        value=item.value,
        source=FactSource.RESTORED if item.restored else item.source,
        at=item.at,
        heard=item.heard,
        confidence=Confidence.LIKELY if old else item.confidence,
        witness=item.source,
    )


def _edges(item: Evidence[object] | None, age: Age) -> Iterator[datetime]:
    """Yield when a fact gets weaker by age alone."""
    if item is not None and item.value is not None:
        yield _as_of(item) + age.firm
        yield _as_of(item) + age.kept


def _as_of(item: Evidence[object]) -> datetime:
    """Return from when on a fact ages: what a list repeats is as good as when it was repeated last."""
    return item.heard if item.source in (FactSource.INVENTORY, FactSource.SETTINGS) else item.at
