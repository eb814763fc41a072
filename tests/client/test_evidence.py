"""What is believed of a lock follows from what was said, never from the order in which it came."""

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import given, strategies as st

from custom_components.ttlock.client.evidence import Confidence, Evidence, FactSource, Trail
from custom_components.ttlock.client.knowledge import BOLT_AGE, AutoLock, Testimony as Said
from custom_components.ttlock.client.models import Bolt, Door

START: Final = datetime(2026, 11, 2, 8, tzinfo=UTC)
LATER: Final = START + timedelta(hours=2)
WITNESSES: Final = (
    FactSource.COMMAND,
    FactSource.LOCK,
    FactSource.RECORD,
    FactSource.CALLBACK,
    FactSource.ADVERTISEMENT,
)


@st.composite
def said[T](draw: st.DrawFn, values: st.SearchStrategy[T | None]) -> Evidence[T]:
    """Draw something that somebody says within an hour, heard at once or late, with or without the time of a question."""
    source = draw(st.sampled_from(WITNESSES))
    at = START + timedelta(seconds=draw(st.integers(0, 3600)))
    took = draw(st.none() | st.integers(0, 8))
    return Evidence(
        value=draw(values),
        source=source,
        at=at,
        heard=at + timedelta(seconds=draw(st.sampled_from((0, 1, 30, 600)))),
        began=at - timedelta(seconds=took) if took is not None and source is not FactSource.RECORD else None,
        order=draw(st.integers(0, 3)),
        restored=draw(st.booleans()),
    )


BOLTS: Final = said(st.sampled_from((Bolt.LOCKED, Bolt.UNLOCKED, None)))
DOORS: Final = said(st.sampled_from((Door.OPEN, Door.CLOSED)))
DELAYS: Final = st.none() | st.builds(
    AutoLock,
    delay=st.integers(5, 900).map(lambda seconds: timedelta(seconds=seconds)),
    zone=st.just(UTC),
    door_matters=st.booleans(),
    plan_known=st.booleans(),
)


def _lock(at: datetime, bolt: Bolt | None) -> Evidence[Bolt]:
    return Evidence(value=bolt, source=FactSource.LOCK, at=at, heard=at, began=at)


def _of(bolts: list[Evidence[Bolt]], doors: list[Evidence[Door]]) -> Said:
    return Said(bolt=Trail[Bolt]().following(*bolts), door=Trail[Door]().following(*doors))


@given(st.lists(BOLTS, max_size=12), st.lists(DOORS, max_size=6), DELAYS, st.integers(0, 7200), st.data())
def test_the_order_of_arrival_changes_nothing(
    bolts: list[Evidence[Bolt]], doors: list[Evidence[Door]], delay: AutoLock | None, seconds: int, data: st.DataObject
) -> None:
    at_once = _of(bolts, doors)
    one_by_one = Said()
    for item in data.draw(st.permutations([*((True, item) for item in bolts), *((False, item) for item in doors)])):
        more = _of([item[1]], []) if item[0] else _of([], [item[1]])  # type: ignore[list-item]
        one_by_one = one_by_one.joined(more).joined(more)
    now = START + timedelta(seconds=seconds)
    assert one_by_one == at_once
    assert one_by_one.weigh(now, delay) == at_once.weigh(now, delay)


@given(st.lists(BOLTS, max_size=8), st.lists(DOORS, max_size=6))
def test_a_door_never_moves_the_bolt(bolts: list[Evidence[Bolt]], doors: list[Evidence[Door]]) -> None:
    known = _of(bolts, doors).weigh(LATER).bolt
    assert known is None or known.value in {item.value for item in bolts}


@given(st.lists(BOLTS, max_size=8), st.lists(DOORS, max_size=6), st.sampled_from((Bolt.LOCKED, Bolt.UNLOCKED)))
def test_the_last_answer_of_the_lock_is_believed(
    bolts: list[Evidence[Bolt]], doors: list[Evidence[Door]], bolt: Bolt
) -> None:
    known = _of([*bolts, _lock(LATER, bolt)], doors).weigh(LATER)
    assert known.bolt is not None
    assert (known.bolt.value, known.bolt.source) == (bolt, FactSource.LOCK)
    assert known.bolt.confidence is Confidence.CONFIRMED
    assert not known.doubtful


@given(st.lists(BOLTS, max_size=8), st.lists(DOORS, max_size=6))
def test_a_callback_alone_never_makes_a_bolt_locked(bolts: list[Evidence[Bolt]], doors: list[Evidence[Door]]) -> None:
    others = [item for item in bolts if item.source is FactSource.CALLBACK or item.value is not Bolt.LOCKED]
    known = _of(others, doors).weigh(LATER).bolt
    assert known is None or known.value is not Bolt.LOCKED


@given(st.lists(BOLTS, max_size=8), st.lists(DOORS, max_size=6), DELAYS)
def test_nothing_is_known_for_ever(
    bolts: list[Evidence[Bolt]], doors: list[Evidence[Door]], delay: AutoLock | None
) -> None:
    known = _of(bolts, doors).weigh(LATER + BOLT_AGE.kept, delay)
    assert known.bolt is None
    assert known.door is None


def test_auto_lock_is_inferred_until_somebody_has_looked() -> None:
    delay = AutoLock(delay=timedelta(seconds=30), zone=UTC)
    unlocked = Evidence(value=Bolt.UNLOCKED, source=FactSource.COMMAND, at=START, heard=START, began=START)
    known = _of([unlocked], [])
    before = known.weigh(START + timedelta(seconds=29), delay)
    assert before.bolt is not None
    assert (before.bolt.value, before.auto_lock_at) == (Bolt.UNLOCKED, START + timedelta(seconds=30))
    minute = START + timedelta(minutes=1)
    inferred = known.weigh(minute, delay).bolt
    assert inferred is not None
    assert (inferred.value, inferred.source, inferred.confidence) == (
        Bolt.LOCKED,
        FactSource.INFERRED,
        Confidence.INFERRED,
    )
    contradicted = _of([unlocked, _lock(minute, Bolt.UNLOCKED)], []).weigh(minute, delay)
    assert contradicted.bolt is not None
    assert contradicted.bolt.value is Bolt.UNLOCKED
    assert contradicted.auto_lock_at is None, "it was seen open after it should have locked itself"


def test_after_a_restart_a_fact_is_as_old_as_before() -> None:
    known = _of([_lock(START, Bolt.LOCKED)], []).restored(LATER).weigh(LATER).bolt
    assert known is not None
    assert (known.source, known.witness, known.at) == (FactSource.RESTORED, FactSource.LOCK, START)
    assert known.confidence is Confidence.LIKELY
