"""Moving the bolt of a virtual lock, its log, and passage mode."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.operations import control
from custom_components.ttlock.client.ble.operations.control import Moved, Status
from custom_components.ttlock.client.ble.operations.log import LockRecord
from custom_components.ttlock.client.ble.operations.passage import PassageEntry, Repeat
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import (
    InvalidInput,
    KeyInvalid,
    NotExecuted,
    NotPermitted,
    TTLockError,
    Unsupported,
)
from custom_components.ttlock.client.events import EventType, LockEvent, Source
from custom_components.ttlock.client.models import Bolt, Door
from custom_components.ttlock.client.passage import PassageMode, PassagePeriod
from simulator.radio.air import Air

from .house import Beside, beside, ekey_of
from .on_air import key_of

pytestmark = pytest.mark.locks("front_door")

UNLOCKED, LOCKED, DEAD_LOCKED = 1, 26, 52


@pytest.fixture
async def person(air: Air, swift: None) -> AsyncGenerator[Beside]:
    """Return the administrator beside the front door, whose clock stands still."""
    air.world.clock.freeze()
    somebody = beside(air)
    yield somebody
    await somebody.session.close()


async def test_unlocking_takes_two_exchanges_and_the_next_command_one(person: Beside) -> None:
    moved = await person.lock.unlock()
    assert person.asked() == "55 47"
    assert person.door.bolt == "unlocked"
    assert person.records() == [UNLOCKED]
    now = int(person.world.clock.now())
    assert (moved.uid, moved.command_id) == (person.session.key.uid, now)
    assert moved.when == person.world.clock.utc().replace(microsecond=0)
    assert moved.battery == person.door.battery
    await person.lock.lock()
    assert person.asked() == "58"
    assert (person.door.bolt, person.records()) == ("locked", [LOCKED])
    assert (await person.lock.status()).bolt is Bolt.LOCKED
    assert person.asked() == "14"


async def test_dead_locking(person: Beside) -> None:
    await person.lock.dead_lock()
    assert (person.asked(), person.records()) == ("55 69", [DEAD_LOCKED])
    assert (await person.lock.status()).dead_locked
    with pytest.raises(NotExecuted):
        await person.lock.unlock()


async def test_a_short_answer_is_an_answer(person: Beside) -> None:
    person.radio.fidelity.short_unlock_reply = True
    moved = await person.lock.unlock()
    assert (moved.battery, moved.uid, moved.command_id) == (person.door.battery, None, None)
    assert person.door.actuations == 1


async def test_a_frozen_lock_refuses(person: Beside) -> None:
    await person.lock.set_frozen(True)
    with pytest.raises(Unsupported):
        await person.lock.unlock()
    await person.lock.set_frozen(False)
    await person.lock.unlock()
    assert person.door.actuations == 1


async def test_somebody_with_an_ekey_opens_and_no_more(air: Air) -> None:
    person = beside(air, ekey_of(air.world))
    await person.lock.unlock()
    with pytest.raises(NotPermitted):
        await person.lock.set_auto_lock(5)
    assert person.asked() == "55 47"
    await person.lock.set_clock()
    assert person.asked() == "30 43"
    await person.session.close()


async def test_an_ekey_opens_in_its_own_period_only(air: Air) -> None:
    key = ekey_of(air.world)
    now = air.world.clock.utc()
    for start, end in ((now + timedelta(hours=1), None), (now - timedelta(hours=2), now - timedelta(hours=1))):
        person = beside(air, replace(key, start=start, end=end))
        with pytest.raises(NotPermitted):
            await person.lock.unlock()
        await person.session.close()
    assert person.door.actuations == 0


async def test_ekeys_are_reset_by_a_counter(air: Air) -> None:
    admin, guest = beside(air), beside(air, ekey_of(air.world))
    await guest.lock.unlock()
    await guest.session.close()
    raised = await admin.lock.reset_ekeys()
    assert admin.asked() == "41"
    assert (raised.flag, admin.session.key.flag, admin.door.flag) == (1, 1, 1)
    await admin.lock.lock()
    await admin.lock.set_auto_lock(9)
    await admin.session.close()
    with pytest.raises(KeyInvalid):
        await guest.lock.unlock()
    await guest.session.close()
    assert admin.door.actuations == 2


async def test_the_log_is_read_from_any_place(person: Beside) -> None:
    await person.lock.lock()
    person.door.enter_code("5550199")
    await person.lock.unlock()
    everything = await person.lock.read_log()
    assert [record.type for record in everything[-2:]] == [7, UNLOCKED]
    assert everything[-2].number == Secret("5550199")
    assert everything[-1].uid == person.session.key.uid
    pages = [page async for page in person.lock.records()]
    assert [record for page in pages for record in page.records] == list(everything)
    before = pages[-3].next
    assert before is not None
    assert [page.records async for page in person.lock.records(before)] == [pages[-2].records, pages[-1].records]


async def test_new_records_are_handed_over_once(person: Beside) -> None:
    _ = [page async for page in person.lock.new_records()]
    person.asked()
    await person.lock.unlock()
    await person.lock.lock()
    assert person.radio.flags() & 2
    pages = [page async for page in person.lock.new_records()]
    # Two records, one a page, and the end.
    assert person.asked() == "55 47 58 25 25 25"
    assert [record.type for page in pages for record in page.records] == [UNLOCKED, LOCKED]
    assert not person.radio.flags() & 2
    assert [page async for page in person.lock.new_records()] == []


async def test_a_lock_that_forgets_its_cursors_gives_new_records_all_the_same(person: Beside) -> None:
    _ = [page async for page in person.lock.new_records()]
    for _ in range(3):
        person.world.clock.advance(2)
        await person.lock.unlock()
    person.radio.fidelity.stale_cursor = True
    pages = [page async for page in person.lock.new_records()]
    assert [record.type for page in pages for record in page.records] == [UNLOCKED] * 3


async def test_a_log_that_cannot_be_read_to_its_end_says_so(person: Beside) -> None:
    """Half of it would look like all of it."""
    for _ in range(3):
        person.world.clock.advance(2)
        await person.lock.unlock()
    person.radio.fidelity.stale_cursor = True
    found: list[LockRecord] = []
    with suppress(TTLockError):
        async for page in person.lock.records(900):
            found += page.records
    assert [record.type for record in found] == [UNLOCKED]
    with pytest.raises(TTLockError):
        await person.lock.read_log()


async def test_records_become_events_as_those_of_the_cloud_do(person: Beside) -> None:
    await person.lock.unlock()
    person.door.swipe_card("40404040")
    now = person.world.clock.utc()
    events = [
        LockEvent.of(told, at=record.when or now, received=now, source=Source.BLE)
        for record in (await person.lock.read_log())[-2:]
        if (told := record.record("Owner")) is not None
    ]
    assert [(event.type, event.method, event.who) for event in events] == [
        (EventType.UNLOCKED, "phone", "Owner"),
        (EventType.ACCESS_DENIED, "card", "Owner"),
    ]


async def test_records_of_the_administration_are_none_of_the_cloud(person: Beside) -> None:
    await person.lock.add_passcode(Secret("483920"))
    [*_, record] = await person.lock.read_log()
    assert (record.type, record.number, record.record()) == (93, Secret("483920"), None)
    assert record.validity is not None


WORKDAYS = PassagePeriod(weekdays=frozenset(range(1, 6)), start=8 * 60, end=18 * 60)
WEEKEND = PassagePeriod(weekdays=frozenset({6, 7}), all_day=True)
ALWAYS = PassagePeriod(weekdays=frozenset(range(1, 8)), start=20 * 60, end=24 * 60)


async def test_passage_mode_is_set_and_read_as_the_cloud_does(person: Beside) -> None:
    await person.lock.clear_passage_mode()
    plan = PassageMode(enabled=True, auto_unlock=True, periods=(WORKDAYS, WEEKEND, ALWAYS))
    person.asked()
    await person.lock.set_passage_mode(plan)
    # A look at the empty list, five days, two days, one entry for every day, and the switch.
    assert person.asked() == " ".join(["66"] * (1 + 5 + 2 + 1) + ["68", "68"])
    assert await person.lock.read_passage_mode() == plan
    assert len(await person.lock.list_passage_entries()) == 8
    assert person.door.passage.auto_unlock
    assert person.records() == []


async def test_a_plan_that_changes_touches_only_what_is_different(person: Beside) -> None:
    await person.lock.clear_passage_mode()
    monthly = PassageEntry(repeat=Repeat.MONTHLY, day=1)
    await person.lock.add_passage_entry(monthly)
    await person.lock.set_passage_mode(PassageMode(enabled=True, periods=(WORKDAYS,)))
    person.asked()
    fewer = replace(WORKDAYS, weekdays=frozenset({1, 2}))
    await person.lock.set_passage_mode(PassageMode(enabled=True, periods=(fewer,)))
    # Six entries and the end are read, three go; the switch is read.
    assert person.asked() == " ".join(["66"] * (7 + 3) + ["68"])
    await person.lock.set_passage_mode(PassageMode(enabled=False))
    assert await person.lock.list_passage_entries() == (monthly,)
    with pytest.raises(InvalidInput):
        await person.lock.set_passage_mode(PassageMode(enabled=True))
    await person.lock.delete_passage_entry(monthly)
    assert await person.lock.list_passage_entries() == ()


async def test_an_unlocked_door_stays_open_while_passage_mode_holds_it(person: Beside) -> None:
    await person.lock.set_auto_lock(5)
    await person.lock.clear_passage_mode()
    await person.lock.set_passage_mode(
        PassageMode(enabled=True, periods=(PassagePeriod(weekdays=frozenset(range(1, 8)), all_day=True),))
    )
    await person.lock.unlock()
    person.world.clock.advance(3600)
    assert person.door.bolt == "unlocked"
    await person.lock.clear_passage_mode()
    person.world.clock.advance(3600)
    assert person.door.bolt == "locked"


async def test_dates_are_in_the_time_of_the_lock(air: Air) -> None:
    """The lock keeps the wall time of the place where it was paired; the host may be anywhere."""
    air.world.clock.freeze()
    person = beside(air)
    assert person.door.raw_offset
    assert key_of(air.world, person.door).zone.utcoffset(None) == timedelta(seconds=person.door.raw_offset)
    await person.lock.unlock()
    [*_, record] = await person.lock.read_log()
    assert record.when == air.world.clock.utc().replace(microsecond=0)
    assert record.when.tzinfo is UTC
    await person.session.close()


async def test_what_happens_at_the_door_is_told_while_the_connection_is_open(air: Air) -> None:
    told: list[Status | Moved] = []
    person = beside(air)
    zone = person.session.key.zone
    session = Session(
        person.connector, person.session.key, on_push=lambda _, data: told.append(control.read_push(data, zone))
    )
    person.door.configure_passage(replace(person.door.passage, enabled=False))
    person.door.configure_auto_lock(5)
    lock = BleLock(session)
    assert (await lock.status()).bolt is Bolt.LOCKED
    person.door.enter_code(person.door.secrets.no_key_pwd)
    await _delivered()
    battery = person.door.battery
    opened, moved = told
    assert opened == Status(battery=battery, bolt=Bolt.UNLOCKED, door=Door.CLOSED)
    assert isinstance(moved, Moved)
    assert moved.battery == battery
    person.world.clock.advance(10)
    assert person.door.bolt == "locked"
    await _delivered()
    assert told[2:] == [Status(battery=person.door.battery, bolt=Bolt.LOCKED, door=Door.CLOSED)]
    await session.close()


async def _delivered() -> None:
    """Let what the lock has said arrive."""
    for _ in range(12):
        await asyncio.sleep(0)
