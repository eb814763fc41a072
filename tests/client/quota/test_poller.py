"""When a lock is asked next, and how the calls are shared."""

from datetime import UTC, datetime, timedelta
import json
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client.quota import Habit, Regular, pause, stretches
from custom_components.ttlock.client.quota.pace import MOST
from custom_components.ttlock.client.quota.poller import LONGEST

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SHORTEST = timedelta(minutes=10)
EVEN = (1.0,) * 24


def test_a_radio_is_not_woken_more_often_than_its_battery_likes() -> None:
    wait = pause(NOW, interval=timedelta(seconds=1), shortest=SHORTEST, weights=EVEN, zone=UTC)
    assert wait == SHORTEST


def test_a_lock_among_any_number_is_asked_now_and_then() -> None:
    assert pause(NOW, interval=timedelta(days=1000), shortest=SHORTEST, weights=EVEN, zone=UTC) == LONGEST


moves = st.lists(st.integers(0, 23), max_size=400)


def habit_of(hours: list[int]) -> Habit:
    habit = Habit()
    for hour in hours:
        habit.note(NOW.replace(hour=hour))
    return habit


@given(hours=moves)
def test_busy_hours_cost_no_more_than_even_ones(hours: list[int]) -> None:
    weights = habit_of(hours).weights
    assert sum(weights) == pytest.approx(24)
    assert all(0.2 < weight < 2.6 for weight in weights)


@given(hours=moves, minutes=st.integers(15, 3000), zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "UTC"]))
def test_over_a_week_the_questions_are_as_many_as_the_interval_says(hours: list[int], minutes: int, zone: str) -> None:
    weights, interval = habit_of(hours).weights, timedelta(minutes=minutes)
    at, asked, end = NOW, 0, NOW + timedelta(days=7)
    while at < end:
        wait = pause(at, interval=interval, shortest=timedelta(seconds=1), weights=weights, zone=ZoneInfo(zone))
        assert wait > timedelta()
        at, asked = at + wait, asked + 1
    assert asked == pytest.approx(timedelta(days=7) / interval, abs=1.01)


def test_an_hour_in_which_people_come_and_go_is_watched_more_closely_than_the_night() -> None:
    habit = habit_of([7, 8, 17, 18] * 40)
    assert habit.weights[17] > 2 * habit.weights[3]
    assert habit.weights[17] > habit.weights[12] > habit.weights[3]
    again = Habit()
    again.restore(json.loads(json.dumps(habit.to_json())))
    assert again.weights == pytest.approx(habit.weights, rel=1e-3)


def test_people_sleep_until_the_opposite_is_seen() -> None:
    assert Habit().weights[3] < Habit().weights[12]
    nights = habit_of([2, 3] * 200)
    assert nights.weights[2] > nights.weights[12]


wants = st.dictionaries(st.sampled_from(Regular), st.floats(0, 10_000))


@given(wanted=wants, rate=st.floats(0, 500))
def test_the_background_never_plans_more_calls_than_there_are(wanted: dict[Regular, float], rate: float) -> None:
    stretch = stretches(wanted, rate)
    assert all(1 <= stretch[kind] <= MOST for kind in Regular)
    planned = sum(wanted.get(kind, 0) / stretch[kind] for kind in Regular if stretch[kind] < MOST)
    assert planned <= max(rate, 0) * 1.000001
    if sum(wanted.values()) <= rate:
        assert all(factor == pytest.approx(1, abs=1e-6) for factor in stretch.values()), "no need to wait"


def test_bolts_come_before_everything_else_and_nothing_starves() -> None:
    stretch = stretches(dict.fromkeys(Regular, 100.0), 100.0)
    assert stretch[Regular.STATE] == min(stretch.values())
    assert all(factor < MOST for factor in stretch.values())
