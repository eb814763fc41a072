"""Rules that need no cloud: capability bits, schedules, random passcodes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from simulator.features import bits_of, special_value
from simulator.journal import cloud_type
from simulator.keypad import CodeExists, CodeMissing, Keypad, Verdict
from simulator.passcodes import CYCLIC_KINDS, HOUR, BadPeriod, PasscodeKind, add_months, generate, recognise
from simulator.schedule import DAY, PassageMode, PassagePeriod, minute_of_day, weekday

SECRET = b"a secret of the tests"
NOW = int(datetime(2026, 11, 19, 9, 0, tzinfo=UTC).timestamp())
offsets = st.integers(-12, 14).map(lambda hours: hours * HOUR)


@pytest.mark.parametrize(
    ("value", "bits", "special"),
    [
        ("F44354CD5F3", "0 1 4 5 6 7 8 10 12 14 15 18 19 22 24 26 28 29 34 38 40 41 42 43", 894227955),
        ("C27442140F5F4", "2 4 5 6 7 8 10 12 13 14 15 22 24 29 34 38 40 41 42 45 50 51", 557905396),
        (
            "10C2F44754CF5F7",
            "0 1 2 4 5 6 7 8 10 12 13 14 15 18 19 22 24 26 28 29 30 34 38 40 41 42 43 45 50 51 56",
            None,
        ),
        (
            "801C2F44754CF5F7",
            "0 1 2 4 5 6 7 8 10 12 13 14 15 18 19 22 24 26 28 29 30 34 38 40 41 42 43 45 50 51 52 63",
            1967977975,
        ),
        ("344CD5F7", "0 1 2 4 5 6 7 8 10 12 14 15 18 19 22 26 28 29", 0x344CD5F7),
    ],
)
def test_feature_vectors(value: str, bits: str, special: int | None) -> None:
    assert bits_of(value) == set(map(int, bits.split()))
    if special is not None:
        assert special_value(value) == special


@pytest.mark.parametrize(
    ("from_lock", "cloud"),
    [
        (17, 7),
        (20, 8),
        (19, 9),
        (27, 10),
        (26, 11),
        (28, 12),
        (7, 4),
        (25, 7),
        (22, 8),
        (31, 31),
        (15, None),
        (93, None),
    ],
)
def test_record_numbers(from_lock: int, cloud: int | None) -> None:
    assert cloud_type(from_lock) == cloud


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))  # wall times have no zone
def test_local_day_and_minute(moment: datetime) -> None:
    local = moment.replace(tzinfo=UTC).timestamp()
    assert weekday(local) == moment.isoweekday()
    assert minute_of_day(local) == moment.hour * 60 + moment.minute


@given(
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
    days=st.sets(st.integers(1, 7), min_size=1),
    at=st.integers(0, 14 * DAY),
)
def test_passage_window_against_a_simple_reading(start: int, end: int, days: set[int], at: int) -> None:
    mode = PassageMode(enabled=True, periods=(PassagePeriod(start=start, end=end, days=tuple(sorted(days))),))
    minute, today, yesterday = at % DAY // 60, weekday(at) in days, weekday(at - DAY) in days
    if start < end:
        expected = today and start <= minute < end
    else:
        expected = (today and minute >= start) or (yesterday and minute < end)
    assert mode.active(at) == expected
    if (until := mode.end_of_window(at)) is not None and until != float("inf"):
        assert mode.active(until - 1)
        assert not mode.active(until)
    if (begin := mode.next_start(at)) is not None:
        assert begin > at
        assert mode.active(begin)
        assert not mode.active(begin - 1)


def test_a_whole_week_never_ends() -> None:
    mode = PassageMode(enabled=True, periods=(PassagePeriod(all_day=True),))
    assert mode.end_of_window(12345) == float("inf")
    assert mode.next_start(12345) is None


@given(
    kind=st.sampled_from([PasscodeKind.ONE_TIME, PasscodeKind.PERMANENT, PasscodeKind.DELETE]),
    age=st.integers(0, 23),
    sequence=st.integers(0, 19),
    offset=offsets,
)
def test_start_is_read_back(kind: PasscodeKind, age: int, sequence: int, offset: int) -> None:
    start = NOW - age * HOUR
    digits = generate(SECRET, kind, start, 0, raw_offset=offset, sequence=sequence)
    assert 6 <= len(digits) <= 9
    assert digits.isdigit()
    code = recognise(SECRET, digits, now=NOW, raw_offset=offset)
    assert code is not None
    assert (code.kind, code.start) == (kind, start)


@given(age=st.integers(0, 23), hours=st.integers(1, 366 * 24), minutes=st.integers(0, 59), offset=offsets)
def test_period_is_read_back_in_whole_hours(age: int, hours: int, minutes: int, offset: int) -> None:
    start = NOW - age * HOUR
    end = start + hours * HOUR
    digits = generate(SECRET, PasscodeKind.PERIOD, start + minutes * 60, end + minutes * 60, raw_offset=offset)
    code = recognise(SECRET, digits, now=NOW, raw_offset=offset)
    assert code is not None
    assert (code.kind, code.start, code.end) == (PasscodeKind.PERIOD, start, end)


@pytest.mark.parametrize("kind", [PasscodeKind.PERMANENT, PasscodeKind.PERIOD, PasscodeKind.ONE_TIME])
@pytest.mark.parametrize("days", [1, 2, 30, 150])
def test_random_codes_open_neither_before_their_start_nor_again_after_it(kind: PasscodeKind, days: int) -> None:
    start = NOW + days * 24 * HOUR
    digits = generate(SECRET, kind, start, start + 5 * HOUR, raw_offset=0)
    keypad = Keypad(SECRET, 0)
    assert not any(keypad.would_open(digits, now=start - before * HOUR) for before in range(1, 25 * days))
    assert keypad.would_open(digits, now=start)
    assert not any(keypad.would_open(digits, now=start + after * HOUR) for after in range(24, 25 * 24))


@given(months=st.integers(13, 119), offset=offsets)
def test_beyond_a_year_only_whole_months(months: int, offset: int) -> None:
    local_end = add_months(NOW + offset, months)
    assert local_end is not None
    end = local_end - offset
    code = recognise(
        SECRET, generate(SECRET, PasscodeKind.PERIOD, NOW, end, raw_offset=offset), now=NOW, raw_offset=offset
    )
    assert code is not None
    assert code.end == end
    with pytest.raises(BadPeriod):
        generate(SECRET, PasscodeKind.PERIOD, NOW, end + HOUR, raw_offset=offset)


@given(
    kind=st.sampled_from(sorted(CYCLIC_KINDS)),
    first=st.integers(0, 22),
    length=st.integers(1, 23),
    at=st.integers(0, 14 * 24 - 1),
    offset=offsets,
)
def test_cyclic_codes_keep_to_the_lock_time(kind: PasscodeKind, first: int, length: int, at: int, offset: int) -> None:
    last = min(first + length, 24)
    monday = int(datetime(2026, 11, 16, tzinfo=UTC).timestamp())
    start, end = monday + first * HOUR - offset, monday + last * HOUR - offset
    digits = generate(SECRET, kind, start, end, raw_offset=offset)
    days = {
        PasscodeKind.WEEKEND: {6, 7},
        PasscodeKind.DAILY: set(range(1, 8)),
        PasscodeKind.WORKDAY: set(range(1, 6)),
    }.get(kind, {kind - 7})
    now = monday + at * HOUR - offset
    verdict = Keypad(SECRET, offset).enter(digits, now=now)
    expected = at // 24 % 7 + 1 in days and first <= at % 24 < last
    assert (verdict is Verdict.OPENS) == expected


def test_no_cyclic_code_is_taken_for_a_one_time_code() -> None:
    monday = int(datetime(2026, 11, 16, tzinfo=UTC).timestamp())
    for kind in sorted(CYCLIC_KINDS):
        for first in range(24):
            for last in range(first + 1, 25):
                digits = generate(SECRET, kind, monday + first * HOUR, monday + last * HOUR, raw_offset=0)
                code = recognise(SECRET, digits, now=monday, raw_offset=0)
                assert code is not None
                assert (code.kind, code.start_hour, code.end_hour) == (kind, first, last)


@given(st.text("0123456789", min_size=4, max_size=9))
def test_other_secret_other_codes(digits: str) -> None:
    # Digits that open one lock do not open the other, but for rare chance.
    mine, theirs = (Keypad(secret, 0).would_open(digits, now=NOW) for secret in (SECRET, b"another"))
    assert not (mine and theirs)


def test_random_codes_are_sparse() -> None:
    opened = sum(
        Keypad(SECRET, 0).would_open(str(number).zfill(digits), now=NOW)
        for digits in (7, 8, 9)
        for number in range(0, 10**digits, 10**digits // 5000)
    )
    assert opened < 15


def keypad_and(kind: PasscodeKind, hours: int = 0) -> tuple[Keypad, str]:
    return Keypad(SECRET, 0), generate(SECRET, kind, NOW, NOW + hours * HOUR, raw_offset=0)


def test_one_time_code() -> None:
    keypad, digits = keypad_and(PasscodeKind.ONE_TIME)
    assert keypad.enter(digits, now=NOW + 6 * HOUR) is Verdict.OUTSIDE
    assert keypad.enter(digits, now=NOW + 6 * HOUR - 1) is Verdict.OPENS
    assert keypad.enter(digits, now=NOW + 6 * HOUR - 1) is Verdict.USED


@pytest.mark.parametrize("kind", [PasscodeKind.PERMANENT, PasscodeKind.PERIOD])
def test_first_use_within_a_day(kind: PasscodeKind) -> None:
    keypad, digits = keypad_and(kind, 72)
    assert keypad.enter(digits, now=NOW + 24 * HOUR) is Verdict.SUSPENDED
    assert keypad.enter(digits, now=NOW + 24 * HOUR - 1) is Verdict.OPENS
    assert keypad.enter(digits, now=NOW + 71 * HOUR) is Verdict.OPENS
    late = keypad.enter(digits, now=NOW + 72 * HOUR)
    assert late is (Verdict.OPENS if kind is PasscodeKind.PERMANENT else Verdict.OUTSIDE)


def test_delete_code_erases_the_others() -> None:
    keypad, erase = keypad_and(PasscodeKind.DELETE)
    permanent = generate(SECRET, PasscodeKind.PERMANENT, NOW, 0, raw_offset=0)
    unused = generate(SECRET, PasscodeKind.PERMANENT, NOW, 0, raw_offset=0, sequence=1)
    keypad.add("482915")
    assert keypad.enter(permanent, now=NOW) is Verdict.OPENS
    assert keypad.enter(erase, now=NOW + 60) is Verdict.ERASES
    assert keypad.enter(permanent, now=NOW + 61) is Verdict.BLACKLISTED
    assert keypad.enter(unused, now=NOW + 61) is Verdict.BLACKLISTED
    assert keypad.enter("482915", now=NOW + 61) is Verdict.UNKNOWN


def test_replaced_random_code_stays_out() -> None:
    keypad, digits = keypad_and(PasscodeKind.PERMANENT)
    assert keypad.enter(digits, now=NOW) is Verdict.OPENS
    keypad.change(digits, new_digits="482915", start=None, end=None)
    assert keypad.enter(digits, now=NOW) is Verdict.BLACKLISTED
    assert keypad.enter("482915", now=NOW + timedelta(days=30).total_seconds()) is Verdict.OPENS


def test_a_cyclic_code_keeps_its_hours_after_use() -> None:
    keypad = Keypad(SECRET, 0)
    digits = generate(SECRET, PasscodeKind.THURSDAY, NOW, NOW + 2 * HOUR, raw_offset=0)
    verdicts = [keypad.enter(digits, now=NOW + hours * HOUR) for hours in (0, 1, 2, 24, 7 * 24)]
    assert verdicts == [Verdict.OPENS, Verdict.OPENS, Verdict.OUTSIDE, Verdict.OUTSIDE, Verdict.OPENS]


def test_a_cyclic_code_over_midnight() -> None:
    keypad = Keypad(SECRET, 0)
    digits = generate(SECRET, PasscodeKind.THURSDAY, NOW + 13 * HOUR, NOW + 17 * HOUR, raw_offset=0)
    opens = [keypad.enter(digits, now=NOW + hours * HOUR) is Verdict.OPENS for hours in (12, 13, 16, 17, 37)]
    assert opens == [False, True, True, False, False]


def test_changes_the_keypad_refuses() -> None:
    keypad = Keypad(SECRET, 0)
    keypad.add("482915")
    keypad.add("604815")
    with pytest.raises(CodeExists):
        keypad.change("482915", new_digits="604815", start=None, end=None)
    with pytest.raises(CodeMissing):
        keypad.change("111222", new_digits="333444", start=None, end=None)
    with pytest.raises(CodeMissing):
        keypad.delete("111222", now=NOW)
    assert sorted(keypad.table) == ["482915", "604815"]
