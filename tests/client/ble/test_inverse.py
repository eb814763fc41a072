"""What a lock says of something is what it was told of it."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.operations import (
    cards,
    dates,
    hotel,
    log,
    passage,
    passcodes,
    seeds,
    settings,
    times,
    wire,
)
from custom_components.ttlock.client.ble.operations.credentials import id_bytes
from custom_components.ttlock.client.ble.operations.fingerprints import STYLE as FINGERPRINTS
from custom_components.ttlock.client.ble.operations.hotel import HotelData
from custom_components.ttlock.client.ble.operations.passage import PassageEntry, Repeat
from custom_components.ttlock.client.ble.operations.passcodes import StoredPasscode
from custom_components.ttlock.client.ble.operations.switches import Switch, Switches
from custom_components.ttlock.client.ble.operations.wire import Page, Reader
from custom_components.ttlock.client.credentials import Validity, ValidityKind
from custom_components.ttlock.client.cyclic import CyclicWindow
from custom_components.ttlock.client.errors import InvalidInput
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passage import MINUTES_A_DAY, PassagePeriod

from ...few import few

ZONES = st.sampled_from([UTC, timezone(timedelta(hours=13)), timezone(timedelta(hours=-9, minutes=-30))])
MOMENTS = st.datetimes(datetime(2001, 1, 2), datetime(2098, 12, 30), timezones=st.just(UTC)).map(
    lambda when: when.replace(microsecond=0)
)
MINUTES = MOMENTS.map(lambda when: when.replace(second=0))
PERIODS = st.tuples(MINUTES, MINUTES).filter(lambda pair: pair[0] < pair[1])
DIGITS = st.text("0123456789", min_size=4, max_size=9).map(Secret)
WINDOWS = (
    st.tuples(st.integers(0, MINUTES_A_DAY), st.integers(0, MINUTES_A_DAY))
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: CyclicWindow(weekday=1, start=pair[0], end=pair[1]))
)


@few
@given(when=MOMENTS, zone=ZONES)
def test_times(when: datetime, zone: tzinfo) -> None:
    assert dates.read_date6(Reader(dates.date6(when, zone)), zone) == when


@few
@given(pair=PERIODS, zone=ZONES)
def test_periods(pair: tuple[datetime, datetime], zone: tzinfo) -> None:
    validity = Validity.period(*pair)
    assert dates.read_period(Reader(dates.period(validity, zone)), zone) == validity


def test_a_period_without_limit_is_read_in_every_spelling() -> None:
    spellings = (
        "00011f0e00630b1e0e00",
        "00010100006301010000",
        "0001010000630c01173b",
        dates.NO_START.hex() + "ffffffffff",
    )
    for spelling in spellings:
        assert dates.read_period(Reader(bytes.fromhex(spelling)), UTC) == Validity.permanent()
    assert dates.period(Validity.permanent(), UTC).hex() == spellings[0]


def test_what_is_beyond_the_calendar_of_a_lock_is_no_limit() -> None:
    validity = Validity.period(datetime(1999, 5, 1, tzinfo=UTC), datetime(2123, 5, 1, tzinfo=UTC))
    assert dates.read_period(Reader(dates.period(validity, UTC)), UTC) == Validity.permanent()
    with pytest.raises(InvalidInput):
        dates.date6(datetime(2123, 5, 1, tzinfo=UTC), UTC)


def test_a_period_that_never_opens_is_refused() -> None:
    when = datetime(2026, 5, 1, tzinfo=UTC)
    for validity in (
        Validity.period(when, when + timedelta(seconds=59)),
        Validity(kind=ValidityKind.PERIOD),
        Validity(kind=ValidityKind.ERASE),
    ):
        with pytest.raises(InvalidInput):
            dates.period(validity, UTC)


@few
@given(pair=PERIODS, zone=ZONES, digits=DIGITS, kind=st.sampled_from([PasscodeKind.ONE_TIME, PasscodeKind.PERIOD]))
def test_passcodes_with_an_end(
    pair: tuple[datetime, datetime], zone: tzinfo, digits: Secret, kind: PasscodeKind
) -> None:
    request = passcodes.add(digits, kind, *pair, zone)
    [found] = _listed(request[1:], zone, digits).entries
    assert (found.code, found.kind, found.validity.start, found.validity.end) == (digits, kind, *pair)


@few
@given(start=st.none() | MINUTES, zone=ZONES, digits=DIGITS)
def test_permanent_passcodes(start: datetime | None, zone: tzinfo, digits: Secret) -> None:
    request = passcodes.add(digits, PasscodeKind.PERMANENT, start, None, zone)
    [found] = _listed(request[1:], zone, digits).entries
    assert found.kind is PasscodeKind.PERMANENT
    assert found.validity == Validity(kind=ValidityKind.PERMANENT, start=start)


@few
@given(
    day=MINUTES,
    hour=st.integers(0, 23),
    hours=st.integers(1, 24),
    zone=ZONES,
    digits=DIGITS,
    kind=st.sampled_from([kind for kind in PasscodeKind if kind.is_cyclic]),
)
def test_cyclic_passcodes(
    day: datetime, hour: int, hours: int, zone: tzinfo, digits: Secret, kind: PasscodeKind
) -> None:
    start = day.astimezone(zone).replace(hour=hour, minute=0)
    request = passcodes.add(digits, kind, start, start + timedelta(hours=hours), zone)
    # What is asked for names the digits twice, as a lock lists them.
    _, number, *rest = request
    [found] = _page(bytes((number, *rest)), zone).entries
    assert (found.code, found.original, found.kind) == (digits, digits, kind)
    assert {window.start for window in found.validity.windows} == {hour * 60}
    opens = start + timedelta(minutes=30)
    weekdays = {window.weekday for window in found.validity.windows}
    assert found.validity.opens_at(opens, zone) is (opens.astimezone(zone).isoweekday() in weekdays)


def _listed(request: bytes, zone: tzinfo, digits: Secret) -> Page[StoredPasscode]:
    """Return what a list would say of a passcode: type, digits, the digits once more, dates."""
    code = wire.code(digits)
    return _page(request[:1] + code + code + request[1 + len(code) :], zone)


def _page(entry: bytes, zone: tzinfo) -> Page[StoredPasscode]:
    body = b"\x00\x01" + wire.sized(entry)
    return passcodes.read(len(body).to_bytes(2) + body, zone)


@few
@given(number=st.integers(0, 2**64 - 1).filter(lambda number: number >> 32 == 0 or number & 0xFFFFFFFF != 0xFFFFFFFF))
def test_cards(number: int) -> None:
    assert cards.read_number(cards.encode(Secret(str(number)))) == Secret(str(number))


@pytest.mark.parametrize("digits", [str(2**64), "12a", "", "-1"])
def test_what_is_no_card_is_refused(digits: str) -> None:
    with pytest.raises(InvalidInput):
        cards.encode(Secret(digits))


@few
@given(numbers=st.lists(st.integers(0, 2**48 - 1), max_size=5), pair=PERIODS)
def test_fingerprints(numbers: list[int], pair: tuple[datetime, datetime]) -> None:
    period = Validity.period(*pair)
    entries = b"".join(id_bytes(Secret(str(number))) + dates.period(period, UTC) for number in numbers)
    page = FINGERPRINTS.read(b"\x58\x06\x00\x07" + entries, UTC, lambda _: 6)
    assert [(found.number, found.validity) for found in page.entries] == [
        (Secret(str(number)), period) for number in numbers
    ]


@pytest.mark.parametrize(("sizes", "expected"), [((4,), 4), ((8,), 8), ((4, 4, 4), 4), ((8, 8), 8)])
def test_the_width_of_card_numbers_follows_from_the_size_of_the_page(sizes: tuple[int, ...], expected: int) -> None:
    assert cards.width(sum(size + 10 for size in sizes)) == expected


@few
@given(window=WINDOWS, weekday=st.integers(0, 7))
def test_passage_entries(window: CyclicWindow, weekday: int) -> None:
    entry = PassageEntry(day=weekday, start=window.start, end=window.end)
    assert passage.read(b"\x58\x01\x01" + entry.encode()).entries == (entry,)


@few
@given(
    periods=st.dictionaries(
        st.tuples(st.integers(0, 700), st.integers(701, MINUTES_A_DAY)),
        st.sets(st.integers(1, 7), min_size=1),
        max_size=5,
    )
)
def test_plans_of_passage_mode(periods: dict[tuple[int, int], set[int]]) -> None:
    plan = tuple(
        PassagePeriod(weekdays=frozenset(days), start=start, end=end) for (start, end), days in periods.items()
    )
    assert passage.periods_of(passage.entries_of(plan)) == plan


def test_a_whole_day_of_passage_mode() -> None:
    plan = (PassagePeriod(weekdays=frozenset({6, 7}), all_day=True),)
    entries = passage.entries_of(plan)
    assert [entry.encode().hex() for entry in entries] == ["01060000000000", "01070000000000"]
    assert passage.periods_of((*entries, PassageEntry(repeat=Repeat.MONTHLY, day=5))) == plan


@pytest.mark.parametrize(
    "entry",
    [
        PassageEntry(day=8),
        PassageEntry(repeat=Repeat.MONTHLY, day=0),
        PassageEntry(day=1, start=60, end=60),
        PassageEntry(day=1, start=60, end=1441),
    ],
)
def test_a_window_that_no_lock_can_hold_is_refused(entry: PassageEntry) -> None:
    with pytest.raises(InvalidInput):
        entry.encode()


@few
@given(window=WINDOWS, weekday=st.integers(1, 7))
def test_frozen_times(window: CyclicWindow, weekday: int) -> None:
    window = CyclicWindow(weekday=weekday, start=window.start, end=window.end)
    _, _, *entry = times.add_frozen(window)
    assert times.read_frozen(bytes((0x58, 1, 1, 2, *entry))).entries == (window,)


@few
@given(data=st.data())
def test_seeds_of_passcodes(data: st.DataObject) -> None:
    of_years = seeds.random_seeds(data.draw(st.dates(datetime(2001, 1, 1).date(), datetime(2080, 1, 1).date())))
    assert seeds.decode(seeds.encode(of_years), 2000) == of_years


def test_on_new_year_the_seeds_begin_with_the_old_year() -> None:
    assert seeds.random_seeds(datetime(2027, 1, 1).date())[0].year == 2026
    assert seeds.random_seeds(datetime(2027, 1, 2).date())[0].year == 2027
    with pytest.raises(InvalidInput):
        seeds.encode(seeds.random_seeds(datetime(2027, 1, 2).date())[1:])


@few
@given(seconds=st.integers(0, 0xFFFE))
def test_auto_lock(seconds: int) -> None:
    _, *value = settings.write_auto_lock(seconds)
    assert settings.read_auto_lock(bytes((88, 1, *value))) == settings.AutoLock(seconds=seconds)


@few
@given(
    items=st.integers(0, 2**32 - 1),
    values=st.integers(0, 2**32 - 1),
    switch=st.sampled_from(Switch),
    on=st.booleans(),
)
def test_a_switch_changes_alone(items: int, values: int, switch: Switch, on: bool) -> None:
    before = Switches(items=items, values=values)
    request = before.change(switch, on)
    after = Switches.read(b"\x58\x01" + request[1:])
    assert bool(after.values & switch) is on
    assert after.values ^ values in (0, switch)
    assert after.items & switch
    assert after.items & ~(items | switch) == 0


@few
@given(what=st.sampled_from(HotelData), value=st.binary(min_size=16, max_size=16))
def test_hotel_data(what: HotelData, value: bytes) -> None:
    value = value[: hotel.SIZES.get(what, 16)]
    request = hotel.write(what, Secret(value.hex()))
    assert hotel.read(b"\x58\x01" + request[1:], what) == Secret(value.hex())
    for wrong in (value[:1].hex(), "no digits"):
        with pytest.raises(InvalidInput):
            hotel.write(HotelData.AES_KEY, Secret(wrong))


@few
@given(kind=st.integers(0, 255), when=MOMENTS, battery=st.integers(0, 100), tail=st.binary(max_size=30))
def test_a_record_of_any_kind_keeps_its_head(kind: int, when: datetime, battery: int, tail: bytes) -> None:
    body = bytes((kind,)) + dates.date6(when, UTC) + bytes((battery,)) + tail
    page = b"\x00\x05" + wire.sized(body)
    [record] = log.read(len(page).to_bytes(2) + page, UTC).records
    assert (record.type, record.when, record.battery) == (kind, when, battery)
