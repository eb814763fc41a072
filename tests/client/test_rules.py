"""Rules of passcodes and passage mode, checked before anything is sent."""

from datetime import UTC, datetime, timedelta, timezone
import json
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.errors import InvalidInput
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passage import (
    EVERY_DAY,
    PassageMode,
    PassagePeriod,
    check as check_passage,
    window,
)
from custom_components.ttlock.client.passcodes import PasscodeRequest, check

NOW = datetime(2026, 6, 1, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
ON_THE_HOUR = NOW.replace(minute=0)
SKIPPED = datetime(2027, 3, 28, 2, 30, tzinfo=ZoneInfo("Europe/Rome"))
"""The clock goes from two to three: it is the same moment as half past three."""
PERIOD = PasscodeKind.PERIOD
PERMANENT = PasscodeKind.PERMANENT


def _wish(
    kind: PasscodeKind, code: str | None = "482915", start: datetime | None = None, end: datetime | None = None
) -> PasscodeRequest:
    return PasscodeRequest(name="Guest", kind=kind, code=None if code is None else Secret(code), start=start, end=end)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (_wish(PERMANENT, "123"), "passcode_length"),
        (_wish(PERMANENT, "1234567890"), "passcode_length"),
        (_wish(PERMANENT, "12a4"), "passcode_digits"),
        (_wish(PERMANENT, "١٢٣٤"), "passcode_digits"),
        (_wish(PERMANENT, ""), "passcode_digits"),
        (_wish(PERMANENT, "0000"), "passcode_too_simple"),
        (_wish(PERMANENT, "123456789"), "passcode_too_simple"),
        (_wish(PERMANENT, "98765"), "passcode_too_simple"),
        (_wish(PERIOD), "period_missing"),
        (_wish(PERIOD, start=NOW), "period_missing"),
        (_wish(PERIOD, start=NOW + HOUR, end=NOW + HOUR), "period_order"),
        (_wish(PERIOD, start=NOW + 2 * HOUR, end=NOW + HOUR), "period_order"),
        (_wish(PERIOD, start=SKIPPED, end=SKIPPED + HOUR / 2), "period_order"),
        (_wish(PERIOD, start=NOW - 2 * HOUR, end=NOW - HOUR), "period_past"),
        (_wish(PERIOD, start=NOW, end=NOW.replace(year=2100)), "period_years"),
        (_wish(PERIOD, start=NOW.replace(year=1999), end=NOW), "period_years"),
        (_wish(PasscodeKind.ONE_TIME), "custom_passcode_kind"),
        (_wish(PERMANENT, start=NOW, end=NOW + HOUR), "permanent_with_period"),
        (_wish(PasscodeKind.ONE_TIME, None, ON_THE_HOUR - 6 * HOUR), "period_past"),
        (_wish(PERMANENT, None, ON_THE_HOUR - 24 * HOUR), "period_past"),
        (_wish(PERIOD, None, ON_THE_HOUR - 24 * HOUR, ON_THE_HOUR + HOUR), "period_past"),
        (_wish(PasscodeKind.DAILY), "custom_passcode_kind"),
        (_wish(PERIOD, None, ON_THE_HOUR, ON_THE_HOUR + timedelta(days=400)), "random_period_too_long"),
        (_wish(PERIOD, None, NOW, ON_THE_HOUR + HOUR), "random_whole_hours"),
        (_wish(PERIOD, None, ON_THE_HOUR, NOW + HOUR), "random_whole_hours"),
        (_wish(PasscodeKind.DAILY, None, ON_THE_HOUR), "period_missing"),
    ],
)
def test_a_wish_that_breaks_a_rule_is_refused(wish: PasscodeRequest, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check(wish, NOW, UTC)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "wish",
    [
        _wish(PERMANENT, "0007"),
        _wish(PERMANENT, "135792468"),
        _wish(PERIOD, None, ON_THE_HOUR, ON_THE_HOUR.replace(year=ON_THE_HOUR.year + 2)),
        _wish(PERIOD, start=NOW - HOUR, end=NOW + timedelta(days=800)),
        _wish(PERIOD, None, ON_THE_HOUR, ON_THE_HOUR + timedelta(days=365)),
        _wish(PasscodeKind.ONE_TIME, None, ON_THE_HOUR),
        _wish(PasscodeKind.WEEKEND, None, ON_THE_HOUR, ON_THE_HOUR + 8 * HOUR),
    ],
)
def test_a_wish_within_the_rules_passes(wish: PasscodeRequest) -> None:
    check(wish, NOW, UTC)


def test_full_hours_are_those_of_the_lock() -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    start = datetime(2026, 6, 2, 15, tzinfo=india)
    wish = _wish(PERIOD, None, start, start + HOUR)
    check(wish, NOW, india)
    with pytest.raises(InvalidInput, match="random_whole_hours"):
        check(wish, NOW, UTC)


# -- Passage mode --------------------------------------------------------------------------------------------------

DAYS = st.frozensets(st.integers(1, 7), min_size=1)
MINUTES = st.integers(0, 24 * 60 - 1)


@given(start=MINUTES, end=MINUTES, days=DAYS, moment=st.datetimes(datetime(2026, 1, 5), datetime(2026, 1, 12)))
def test_a_window_covers_the_same_minutes_before_and_after_it_is_split(
    start: int, end: int, days: frozenset[int], moment: datetime
) -> None:
    mode = PassageMode(enabled=True, periods=window(start, end, days))
    check_passage(mode)
    length = (end - start) % 1440 or 1440
    begins_today = moment.replace(hour=start // 60, minute=start % 60, second=0, microsecond=0)
    begun = [begins_today, begins_today - timedelta(days=1)]
    expected = any(
        begin.isoweekday() in days and begin <= moment < begin + timedelta(minutes=length) for begin in begun
    )
    assert mode.active_at(moment) is expected


@given(
    periods=st.lists(
        st.builds(
            lambda days, start, length: PassagePeriod(weekdays=days, start=start, end=min(start + length, 1440)),
            DAYS,
            MINUTES,
            st.integers(1, 1440),
        ),
        max_size=5,
    ),
    enabled=st.booleans(),
    auto_unlock=st.booleans(),
    as_text=st.booleans(),
)
def test_a_plan_survives_the_way_to_the_vendor_and_back(
    periods: list[PassagePeriod], enabled: bool, auto_unlock: bool, as_text: bool
) -> None:
    config = [{"isAllDay": 2, "startTime": p.start, "endTime": p.end, "weekDays": sorted(p.weekdays)} for p in periods]
    raw = {
        "passageMode": 1 if enabled else 2,
        "autoUnlock": 1 if auto_unlock else 2,
        "cyclicConfig": json.dumps(config) if as_text else config,
    }
    assert PassageMode.from_vendor(raw) == PassageMode(enabled=enabled, auto_unlock=auto_unlock, periods=tuple(periods))


def test_the_flat_generation_is_understood() -> None:
    window_reply = {
        "autoUnlock": 2,
        "isAllDay": 2,
        "startDate": 360,
        "endDate": 1080,
        "weekDays": [1, 2, 3, 4, 5, 6, 7],
        "passageMode": 1,
    }
    assert PassageMode.from_vendor(window_reply) == PassageMode(
        enabled=True, periods=(PassagePeriod(weekdays=EVERY_DAY, start=360, end=1080),)
    )
    all_day = {"autoUnlock": 1, "isAllDay": 1, "weekDays": [1, 2, 3, 4, 5], "passageMode": 1, "startDate": None}
    mode = PassageMode.from_vendor(all_day)
    assert mode.auto_unlock
    assert mode.active_at(datetime(2026, 6, 1, 3))
    assert not mode.active_at(datetime(2026, 6, 6, 3))
    assert PassageMode.from_vendor({"passageMode": 2}) == PassageMode(enabled=False)


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (PassageMode(enabled=True), "passage_mode_empty"),
        (
            PassageMode(enabled=True, periods=(PassagePeriod(weekdays=EVERY_DAY, all_day=True),) * 6),
            "passage_mode_too_many",
        ),
        (PassageMode(enabled=True, periods=(PassagePeriod(weekdays=frozenset(), all_day=True),)), "passage_mode_days"),
        (
            PassageMode(enabled=True, periods=(PassagePeriod(weekdays=EVERY_DAY, start=60, end=60),)),
            "passage_mode_times",
        ),
    ],
)
def test_a_plan_that_the_lock_cannot_hold_is_refused(mode: PassageMode, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_passage(mode)
    assert refusal.value.reason == reason


def test_a_window_follows_the_clock_on_the_wall() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    mode = PassageMode(enabled=True, periods=window(9 * 60, 17 * 60, EVERY_DAY))
    assert mode.active_at(datetime(2026, 7, 1, 7, 30, tzinfo=UTC).astimezone(zone))
    assert not mode.active_at(datetime(2026, 1, 1, 7, 30, tzinfo=UTC).astimezone(zone))


@given(start=MINUTES, end=MINUTES, days=DAYS, moment=st.datetimes(datetime(2026, 1, 5), datetime(2026, 1, 12)))
def test_nothing_changes_before_the_next_change(start: int, end: int, days: frozenset[int], moment: datetime) -> None:
    mode = PassageMode(enabled=True, periods=window(start, end, days))
    change = mode.next_change(moment)
    later = [moment + timedelta(minutes=37 * step) for step in range(1, 300)]
    if change is None:
        assert {mode.active_at(at) for at in later} == {mode.active_at(moment)}
    else:
        assert {mode.active_at(at) for at in later if at < change} <= {mode.active_at(moment)}
        assert mode.active_at(change) is not mode.active_at(moment)


def test_a_plan_that_is_off_never_changes() -> None:
    mode = PassageMode(enabled=False, periods=window(9 * 60, 17 * 60, EVERY_DAY))
    assert mode.next_change(datetime(2026, 1, 5)) is None
