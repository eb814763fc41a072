"""The budget of an application: rules one by one."""

from datetime import UTC, datetime, timedelta
import json

import pytest

from custom_components.ttlock.client.cloud.endpoints import Purpose
from custom_components.ttlock.client.errors import DeviceUnreachable, QuotaExceeded, TokenRejected, Withheld
from custom_components.ttlock.client.quota import FREE_PLAN, Governor, next_month
from custom_components.ttlock.client.quota.governor import GATHERED, RESERVE

START = datetime(2026, 11, 30, 16, tzinfo=UTC)
"""Midnight of the first of December in Beijing."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BACKGROUND = (Purpose.STATE, Purpose.RECORDS, Purpose.SETTINGS, Purpose.INVENTORY)
USED_UP = QuotaExceeded("quota_month_exceeded")
RESTRICTED = QuotaExceeded("quota_exceeded")


def command(governor: Governor, now: datetime, error: Exception | None = None, times: int = 1) -> None:
    for _ in range(times):
        governor.admit(Purpose.COMMAND, now, background=False)
        governor.answered(Purpose.COMMAND, error, now)  # type: ignore[arg-type]


def read_all(governor: Governor, now: datetime, purpose: Purpose = Purpose.STATE) -> int:
    """Read in the background until nothing fits; return how often."""
    count = 0
    while governor.fits(purpose, now):
        governor.admit(purpose, now, background=True)
        governor.answered(purpose, None, now)
        count += 1
    return count


def test_a_greedy_background_leaves_the_reserve_and_spreads_over_the_month() -> None:
    governor, now, used = Governor(START), START, []
    while now < next_month(START):
        read_all(governor, now)
        used.append(governor.used(now))
        now += 6 * HOUR
    assert used[0] == FREE_PLAN * GATHERED
    assert used[-1] <= FREE_PLAN * (1 - RESERVE)
    assert used[-1] > FREE_PLAN * (1 - RESERVE) * 0.99, "what may be used is used"
    assert used[len(used) // 2] < FREE_PLAN * (1 - RESERVE) * 0.6


def test_what_is_less_important_stops_first() -> None:
    governor, now = Governor(START), START
    governor.plan = 1000
    stopped = [read_all(governor, now, purpose) and governor.used(now) for purpose in reversed(BACKGROUND)]
    assert stopped == sorted(stopped) and len(set(stopped)) == len(stopped)
    assert read_all(governor, now, Purpose.INVENTORY) == 0


def test_a_late_month_stops_in_the_same_order() -> None:
    now = next_month(START) - HOUR
    governor = Governor(now)
    command(governor, now, times=round(FREE_PLAN * (1 - RESERVE * 1.12)))
    assert [governor.fits(purpose, now) for purpose in BACKGROUND] == [True, True, True, False]
    command(governor, now, times=round(FREE_PLAN * RESERVE * 0.1))
    assert [governor.fits(purpose, now) for purpose in BACKGROUND] == [True, False, False, False]
    command(governor, now, times=round(FREE_PLAN * RESERVE * 0.1))
    assert not any(governor.fits(purpose, now) for purpose in BACKGROUND)
    assert governor.fits(Purpose.PROOF, now), "whether a key is on the lock is worth more than where bolts are"


def test_commands_that_come_every_day_are_planned_for() -> None:
    quiet, busy, now = Governor(START), Governor(START), START
    for _ in range(10):
        command(busy, now, times=500)
        now += DAY
    assert busy.rate(now) < quiet.rate(now) * 0.7
    assert busy.forecast(now) > 12_000
    assert quiet.forecast(now) == 0


def test_the_forecast_counts_what_the_background_would_read() -> None:
    governor = Governor(START)
    governor.want(10)
    assert governor.forecast(START) == 10 * 31 * 24
    governor.want(10_000)
    assert governor.forecast(START) == pytest.approx(FREE_PLAN * (1 - RESERVE), rel=0.01)


def test_other_programs_of_the_application_count() -> None:
    governor, now = Governor(START - DAY), START + 10 * DAY
    command(governor, now, times=10)
    before = governor.rate(now)
    governor.correct(20_010, now)
    assert (governor.used(now), governor.foreign(now), governor.left(now)) == (20_010, 20_000, 9_990)
    assert governor.rate(now) == 0, "at that rate they alone use the month up"
    assert before > 0
    assert governor.forecast(now) > FREE_PLAN
    now += 5 * DAY
    governor.correct(20_010, now)
    assert governor.rate(now) > 0, "they have stopped"
    command(governor, now)
    assert governor.used(now) == 20_011


def test_what_was_used_before_the_first_count_is_not_thought_to_go_on() -> None:
    governor, now = Governor(START + 10 * DAY), START + 10 * DAY
    governor.correct(20_000, now)
    assert governor.left(now) == 10_000
    assert governor.forecast(now) == 20_000
    assert governor.rate(now) > 0


def test_the_vendor_counts_less_than_we_do() -> None:
    governor = Governor(START)
    command(governor, START, times=50)
    governor.correct(40, START + HOUR)
    assert (governor.used(START + HOUR), governor.foreign(START + HOUR)) == (40, 0)


def test_a_month_that_is_used_up_is_tried_now_and_then_until_it_is_over() -> None:
    governor, now = Governor(START), START + 3 * DAY
    command(governor, now, times=100)
    command(governor, now, USED_UP)
    assert (governor.refusal, governor.used(now)) == ("quota_month_exceeded", 100)
    with pytest.raises(Withheld):
        governor.admit(Purpose.STATE, now, background=True)
    command(governor, now, USED_UP)
    tries = 0
    for _ in range(24 * 4 + 1):
        now += HOUR / 4
        if governor.fits(Purpose.INVENTORY, now):
            governor.admit(Purpose.INVENTORY, now, background=True)
            assert not governor.fits(Purpose.STATE, now), "the others wait for the answer"
            governor.answered(Purpose.INVENTORY, USED_UP, now)
            tries += 1
    assert tries == 24, "a refused call costs nothing"
    assert governor.used(now) == 100, "refused calls are none"


def test_a_new_month_begins_with_everything_and_knows_how_large_it_is() -> None:
    governor, now = Governor(START), START + 3 * DAY
    governor.correct(5990, now)
    command(governor, now, times=10)
    command(governor, now, USED_UP)
    assert not governor.fits(Purpose.STATE, now)
    now = next_month(START)
    assert (governor.used(now), governor.refusal, governor.limit) == (0, None, 6000)
    assert read_all(governor, now + 5 * DAY) == 6000 * GATHERED
    command(governor, now, times=6000)
    assert governor.limit == FREE_PLAN, "the plan has grown"


@pytest.mark.parametrize("refusal", [USED_UP, RESTRICTED])
def test_one_accepted_call_shows_that_the_refusal_is_over(refusal: QuotaExceeded) -> None:
    governor, reasons = Governor(START), []
    for answer in (refusal, TokenRejected(), DeviceUnreachable()):
        command(governor, START, answer)
        reasons.append(governor.refusal)
    assert reasons == [refusal.reason, refusal.reason, None], "tokens are looked at before the calls are"
    assert governor.fits(Purpose.INVENTORY, START)


def test_the_other_refusal_is_tried_sooner_and_then_less_often() -> None:
    governor, now, tried = Governor(START), START, []
    command(governor, now, RESTRICTED)
    while now < START + DAY:
        now += timedelta(minutes=5)
        if governor.fits(Purpose.STATE, now):
            governor.admit(Purpose.STATE, now, background=True)
            governor.answered(Purpose.STATE, RESTRICTED, now)
            tried.append((now - START) / HOUR)
    assert tried[:4] == [0.25, 0.75, 1.75, 2.75]


def test_what_others_may_have_used_up_says_nothing_of_the_plan() -> None:
    governor, now = Governor(START), START + 3 * DAY
    command(governor, now, times=100)
    command(governor, now, USED_UP)
    assert governor.limit == FREE_PLAN, "the vendor does not tell its count"
    governor.correct(100, now)
    command(governor, now)
    command(governor, now, USED_UP)
    assert governor.limit == 5000, "nobody has a smaller plan"


def test_the_calls_that_the_user_names_decide() -> None:
    governor, now = Governor(START), START
    governor.plan = 100_000
    assert read_all(governor, now) == FREE_PLAN * GATHERED, "more gathers first"
    assert governor.rate(now) > 100
    command(governor, now, USED_UP)
    assert governor.limit == 100_000
    governor.plan = 1000
    assert governor.left(now) == 0


def test_a_clock_that_was_wrong_at_start_does_no_harm() -> None:
    governor = Governor(START)
    command(governor, START, times=100)
    past = START - 20 * DAY
    assert governor.used(past) == 100, "before the time is set a small computer lives in the past"
    assert governor.used(START + HOUR) == 100
    command(governor, START + 4000 * DAY)
    assert governor.used(START) == 0
    governor.correct(101, START)
    assert governor.used(START) == 101


def test_a_restart_changes_nothing() -> None:
    governor, now = Governor(START), START + 2 * DAY
    command(governor, now, times=7)
    read_all(governor, now)
    governor.correct(9000, now)
    command(governor, now, USED_UP)
    again = Governor(now)
    again.restore(json.loads(json.dumps(governor.to_json())))
    assert again.to_json() == governor.to_json()
    for moment in (now, now + 7 * HOUR, next_month(now)):
        assert again.used(moment) == governor.used(moment)
        assert again.fits(Purpose.STATE, moment) == governor.fits(Purpose.STATE, moment)
        assert again.forecast(moment) == governor.forecast(moment)
