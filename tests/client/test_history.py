"""Records of a lock from every road: each once, in order, in words."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client.events import (
    ACCESS,
    ALARMS,
    REASONS,
    EventType,
    Source,
    denial_of,
    failure_of,
    reason_of,
    type_of,
)
from custom_components.ttlock.client.history import (
    CAPACITY,
    KEPT,
    LISTED_AFTER,
    LOOSE_CAPACITY,
    OVERLAP,
    History,
    News,
)
from custom_components.ttlock.client.models import Record
from custom_components.ttlock.client.usage import CAPACITY as MOST_USED, Usage

START = datetime(2026, 12, 1, 12, tzinfo=UTC)
SALT = b"0123456789abcdef"
CODE = "48151623"


def raw(second: int, record_type: int = 4, number: str = CODE, *, delay: int = 1, **more: Any) -> dict[str, Any]:
    """Return a record as the vendor sends it, so many seconds after the start."""
    when = int(START.timestamp() * 1000) + second * 1000
    return {
        "recordType": record_type,
        "success": 1,
        "username": "Cleaner",
        "keyboardPwd": number,
        "lockDate": when,
        "serverDate": when + delay * 1000,
        "electricQuantity": 80,
        **more,
    }


def record(*args: Any, **more: Any) -> Record:
    return Record.from_vendor(raw(*args, **more))


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def told(news: list[News]) -> list[tuple[datetime, EventType]]:
    return [(item.event.at, item.event.type) for item in news]


RAW = st.builds(
    raw,
    st.integers(0, 3000),
    st.sampled_from([4, 7, 8, 11, 30, 31, 45, 48, 4711]),
    st.sampled_from(["", "1111", "2222", CODE]),
    delay=st.integers(1, 500),
    success=st.sampled_from([0, 1]),
)


@given(data=st.data(), raws=st.lists(RAW, max_size=30))
def test_any_shuffle_cut_and_duplication_over_all_roads_is_the_same_history_once(
    data: st.DataObject, raws: list[dict[str, Any]]
) -> None:
    listed = [{**item, "recordId": number + 1} for number, item in enumerate(raws)]
    now = at(10_000)
    history, plain = History(SALT, START), History(SALT, START)
    wanted = told(plain.take((Record.from_vendor(item) for item in listed), Source.CLOUD, now))
    # Whatever the webhook brought, in whatever pieces and however often; the list brings the rest.
    # The same goes for what was read from the lock itself, which does not know when the cloud got it.
    near = [{key: value for key, value in item.items() if key != "serverDate"} for item in raws]
    deliveries = [
        (source, data.draw(st.lists(st.sampled_from(items), max_size=8)))
        for source, items in ((Source.WEBHOOK, raws), (Source.WEBHOOK, raws), (Source.BLE, near))
        if raws
    ]
    order = data.draw(st.permutations(listed))
    cut = data.draw(st.integers(0, len(order)))
    deliveries += [(Source.CLOUD, order[:cut]), (Source.CLOUD, order)]
    found: list[News] = []
    for source, items in data.draw(st.permutations(deliveries)):
        batch = history.take([Record.from_vendor(item) for item in items], source, now)
        assert [item.event.at for item in batch] == sorted(item.event.at for item in batch)
        found += batch
        if data.draw(st.booleans()):
            kept = json.loads(json.dumps(history.to_json()))
            history = History(SALT, now)
            history.restore(kept)
    assert sorted(told(found)) == sorted(wanted)
    assert len(found) == len(raws)
    assert history.last_opened == plain.last_opened


def test_usage_tells_first_and_last_openings_and_keeps_neither_names_nor_digits() -> None:
    usage = Usage(SALT)
    assert usage.note(record(10), at(10)) == (True, None)
    assert usage.note(record(70), at(70)) == (False, timedelta(seconds=60))
    assert usage.note(record(40), at(40)) == (False, None), "what comes late says nothing about the newest"
    assert usage.note(record(90, 7, "1723612378"), at(90)) == (True, timedelta(seconds=20))
    assert usage.note(record(95, 10, "", username=""), at(95)) == (None, None)
    kept = json.dumps(usage.to_json())
    assert not [word for word in ("Cleaner", CODE, "1723612378") if word in kept]
    again = Usage(SALT)
    again.restore(json.loads(kept))
    assert again.note(record(100), at(100)) == (False, timedelta(seconds=10))


def test_usage_forgets_what_is_oldest() -> None:
    usage = Usage(SALT)
    for second in range(MOST_USED + 10):
        usage.note(record(second, 1, "", username=f"Guest {second}"), at(second))
    assert len(usage.to_json()) == MOST_USED
    newest = MOST_USED + 9
    assert usage.note(record(newest, 1, "", username=f"Guest {newest}"), at(newest + 5))[1] == timedelta(seconds=5)


@pytest.mark.parametrize(
    ("number", "reason"), [(1, "chip_reset"), (11, "firewall"), (12, None), (0, None), (None, None)]
)
def test_what_is_wrong_with_the_network_of_a_lock(number: int | None, reason: str | None) -> None:
    assert reason_of(record(1, 123, "", subRecordType=number)) == reason


@pytest.mark.parametrize(
    ("command", "reason", "word"),
    [
        ("unlock", "not_supported", "remote_unlock_disabled"),
        ("lock", "not_supported", "other"),
        ("unlock", "gateway_busy", "gateway_busy"),
        ("unlock", "something_new", "other"),
    ],
)
def test_why_a_command_failed_is_a_word_of_a_list(command: str, reason: str, word: str) -> None:
    assert failure_of(command, reason) == word
    assert word in REASONS


def test_what_the_cloud_had_before_the_start_is_no_news_but_tells_when_the_lock_was_opened() -> None:
    history = History(SALT, at(100))
    assert not history.take([record(10)], Source.CLOUD, at(101))
    assert history.last_opened == at(10)
    assert told(history.take([record(99)], Source.CLOUD, at(101))) == [(at(99), EventType.UNLOCKED)]


def test_a_record_that_was_long_on_its_way_is_late() -> None:
    history = History(SALT, START)
    late, fresh = history.take([record(1), record(5000)], Source.WEBHOOK, at(5001))
    assert late.event.late
    assert not fresh.event.late


def test_a_clock_that_is_ahead_does_not_bring_events_of_the_future() -> None:
    history = History(SALT, START)
    fast = Record.from_vendor({**raw(900), "serverDate": raw(60)["lockDate"]})
    (news,) = history.take([fast], Source.WEBHOOK, at(61))
    assert news.event.at == at(60)
    assert history.last_opened == at(60)


def test_a_clock_that_is_known_to_be_slow_makes_nothing_late() -> None:
    history = History(SALT, START)
    slow = Record.from_vendor({**raw(60), "serverDate": raw(1260)["lockDate"]})
    (news,) = history.take([slow], Source.WEBHOOK, at(1261), ahead=timedelta(seconds=-1200))
    assert news.event.at == at(1260)
    assert not news.event.late


def test_records_without_times_are_told_once_all_the_same() -> None:
    history = History(SALT, START)
    odd = record(5, lockDate=0)
    assert len(history.take([odd, odd], Source.WEBHOOK, at(10))) == 1
    assert not history.take([odd], Source.CLOUD, at(20))


def test_the_memory_is_bounded_and_what_was_forgotten_does_not_come_back_as_news() -> None:
    history = History(SALT, START)
    many = [record(second) for second in range(CAPACITY + 500)]
    now = at(CAPACITY + 1000)
    assert len(history.take(many, Source.CLOUD, now)) == len(many)
    assert not history.take(many, Source.WEBHOOK, now)
    assert len(history.to_json()["seen"]) == CAPACITY


def test_what_no_list_will_show_again_is_forgotten_and_no_news_when_it_comes_again() -> None:
    history, days = History(SALT, START), 24 * 3600
    records = [record(day * days) for day in range(20)]
    for day, item in enumerate(records):
        assert history.take([item], Source.CLOUD, at(day * days + 60))
        history.read(at(365 * days) if day == 10 else at(day * days + 60))
    assert len(history.to_json()["seen"]) == KEPT.days + 1
    assert not history.take(records, Source.WEBHOOK, at(20 * days))


def test_what_was_read_from_the_lock_makes_nothing_old_that_the_list_has_yet_to_tell() -> None:
    history, days = History(SALT, START), 24 * 3600
    history.read(at(60))
    assert history.take([record(20 * days)], Source.BLE, at(20 * days + 60))
    assert history.take([record(days)], Source.CLOUD, at(20 * days + 120))


def test_made_up_records_push_nothing_true_out_of_memory_and_make_nothing_old() -> None:
    history = History(SALT, START)
    true = [record(second, recordId=second + 1) for second in range(100)]
    told_before = history.take(true[:50], Source.WEBHOOK, at(200))
    history.take(true[:50], Source.CLOUD, at(200))
    history.read(at(200))
    floor = history.floor
    for second in range(300, 300 + CAPACITY + 500):
        history.take([record(second, 1, "forged")], Source.WEBHOOK, at(second + 1))
    assert history.refused
    assert history.floor == floor
    assert len(history.to_json()["seen"]) == 50 + LOOSE_CAPACITY
    told_after = history.take(true, Source.CLOUD, at(5000))
    assert told(told_before) + told(told_after) == [(at(second), EventType.UNLOCKED) for second in range(100)]


def test_what_the_list_does_not_show_in_time_makes_room_for_true_records() -> None:
    history = History(SALT, START)
    history.read(at(1))
    history.take([record(200 + number, 1, "forged") for number in range(LOOSE_CAPACITY)], Source.WEBHOOK, at(701))
    true = record(700)
    assert not history.take([true], Source.WEBHOOK, at(701))
    assert history.refused
    history.read(at(700))
    assert not history.take([true], Source.WEBHOOK, at(701))
    assert history.refused
    history.read(at(700) + LISTED_AFTER)
    assert history.take([true], Source.WEBHOOK, at(701) + LISTED_AFTER)
    restored = History(SALT, START)
    restored.restore(json.loads(json.dumps(history.to_json())))
    assert restored.to_json() == history.to_json()
    assert not restored.take([true], Source.CLOUD, at(5000))


def test_who_may_not_read_the_list_hears_on_in_a_flood() -> None:
    history = History(SALT, START)
    history.take([record(second, 1, "forged") for second in range(LOOSE_CAPACITY)], Source.WEBHOOK, at(600))
    assert history.take([record(700)], Source.WEBHOOK, at(701))
    assert len(history.to_json()["seen"]) == LOOSE_CAPACITY


def test_several_that_look_alike_are_all_told_once() -> None:
    history = History(SALT, START)
    alike = [record(5, 55, "", recordId=number) for number in (1, 2, 3)]
    assert len(history.take([record(5, 55, "")] * 2, Source.WEBHOOK, at(6))) == 1
    assert len(history.take(alike[:2], Source.CLOUD, at(7))) == 1
    assert not history.take(alike[1:], Source.CLOUD, at(7))
    assert len(history.take(alike, Source.CLOUD, at(8))) == 1
    kept = json.loads(json.dumps(history.to_json()))
    history = History(SALT, at(9))
    history.restore(kept)
    assert not history.take(alike, Source.CLOUD, at(10))
    within_a_second = [record(20, success=0), record(20), record(20, number="1111"), record(20, 7)]
    assert len(history.take(within_a_second, Source.WEBHOOK, at(21))) == len(within_a_second)


@pytest.mark.parametrize(
    "odd",
    [
        {"username": "\ud800"},
        {"username": "x" * 100_000},
        {"username": "a\x00b"},
        {"keyboardPwd": "\udfff" * 3},
        {"recordType": 10**40},
        {"recordTypeFromLock": -(10**40)},
        {"lockDate": 10**30},
        {"electricQuantity": 10**30},
    ],
)
def test_what_no_database_takes_is_left_out(odd: dict[str, Any]) -> None:
    history = History(SALT, START)
    try:
        read = record(1, **odd)
    except ValueError:
        assert "recordType" in odd
        return
    (news,) = history.take([read], Source.WEBHOOK, at(2))
    assert len(news.event.who or "") <= 100
    json.dumps([news.event.who, history.to_json()], ensure_ascii=False).encode()
    assert all(abs(number) < 2**63 for number in (news.event.record_type or 0, read.lock_type or 0))


def test_the_list_is_read_again_some_way_back() -> None:
    history = History(SALT, START)
    assert history.next_start(at(0)) is None
    history.read(at(500))
    assert history.next_start(at(600)) == at(500) - OVERLAP
    assert history.next_start(at(400)) == at(400) - OVERLAP, "the clock was ahead"
    history.read(at(400))
    assert history.next_start(at(600)) == at(400) - OVERLAP


def test_what_is_kept_holds_no_digits() -> None:
    history = History(SALT, START)
    (news,) = history.take([record(1, username=f"Code {CODE}")], Source.WEBHOOK, at(2))
    assert CODE not in json.dumps(history.to_json())
    assert CODE not in repr(news)


@pytest.mark.parametrize(
    ("record_type", "success", "kind", "method", "side"),
    [
        (4, 1, EventType.UNLOCKED, "code", "outside"),
        (4, 0, EventType.ACCESS_DENIED, "code", "outside"),
        (7, 1, EventType.UNLOCKED, "card", "outside"),
        (12, 1, EventType.UNLOCKED, "remote", None),
        (32, 1, EventType.UNLOCKED, "manual", "inside"),
        (36, 1, EventType.LOCKED, "key", "outside"),
        (45, 1, EventType.LOCKED, "auto", None),
        (47, 1, EventType.LOCKED, "button", "inside"),
        (11, 0, EventType.OTHER, "phone", None),
        (31, 1, EventType.DOOR_OPENED, None, None),
        (30, 1, EventType.DOOR_CLOSED, None, None),
        (44, 1, EventType.TAMPER, None, None),
        (48, 1, EventType.WRONG_ATTEMPTS, None, None),
        (50, 1, EventType.HEAT_UNLOCK, None, None),
        (59, 1, EventType.DOUBLE_LOCK_ON, None, None),
        (64, 1, EventType.DOOR_LEFT_OPEN, None, None),
        (66, 1, EventType.JAMMED, None, None),
        (80, 1, EventType.FIRST_FACTOR, "card", "outside"),
        (123, 1, EventType.FAULT, None, None),
        (4711, 1, EventType.OTHER, None, None),
    ],
)
def test_records_in_words(
    record_type: int, success: int, kind: EventType, method: str | None, side: str | None
) -> None:
    (news,) = History(SALT, START).take([record(1, record_type, success=success)], Source.CLOUD, at(2))
    event = news.event
    assert (event.type, event.method, event.side) == (kind, method, side)
    assert event.record_type == record_type
    assert event.battery == 80
    assert event.is_alarm == (kind in ALARMS)
    assert (kind in ACCESS) != (kind in ALARMS)


@pytest.mark.parametrize(
    ("record_type", "at_lock", "reason"),
    [
        (4, 7, "unknown_credential"),
        (4, 11, "expired"),
        (4, 13, "blacklisted"),
        (4, 38, "double_locked"),
        (7, 74, "cpu_security"),
        (58, 58, "expired"),
        (91, None, "other"),
        (4, None, "other"),
    ],
)
def test_why_somebody_was_refused(record_type: int, at_lock: int | None, reason: str) -> None:
    denied = record(1, record_type, success=0, recordTypeFromLock=at_lock)
    assert type_of(denied) is EventType.ACCESS_DENIED
    assert denial_of(denied) == reason
    assert denial_of(record(1)) is None
