"""The log of a lock through the cloud."""

from datetime import timedelta

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.cloud.records import LockEntry, RecordFilter, RecordQuery
from custom_components.ttlock.client.errors import NotPermitted
from simulator import CloudServer, World
from simulator.lock import VirtualLock

from .doors import HOUR

CODE = "48151623"
CARD = "1723612378"
PASSCODE_AT_LOCK = 4


@pytest.fixture
def lock(world: World) -> VirtualLock:
    """Return a lock that was opened with a card, and two hours later with a passcode."""
    lock = world.lock("front_door")
    lock.swipe_card(CARD)
    world.clock.advance(2 * HOUR)
    lock.enter_code(CODE)
    world.upload()
    return lock


async def test_records_are_chosen_by_what_opened(client: CloudClient, lock: VirtualLock) -> None:
    everything = (await client.records.list(lock.lock_id)).items
    assert {7, 4} <= {record.record_type for record in everything}
    for by in (RecordFilter.CARD, RecordFilter.PASSCODE):
        records = (await client.records.list(lock.lock_id, RecordQuery(by=by))).items
        assert [record.record_type for record in records] == [by.value]
    assert (await client.records.list(lock.lock_id, RecordQuery(by=RecordFilter.FACE))).items == ()
    by_number = (await client.records.list(lock.lock_id, RecordQuery(number=Secret(CODE)))).items
    assert [record.record_type for record in by_number] == [4]


async def test_records_are_chosen_by_time(client: CloudClient, world: World, lock: VirtualLock) -> None:
    middle = world.clock.utc() - timedelta(hours=1)
    older = (await client.records.list(lock.lock_id, RecordQuery(end=middle))).items
    newer = (await client.records.list(lock.lock_id, RecordQuery(start=middle))).items
    assert 7 in {record.record_type for record in older}
    assert 4 in {record.record_type for record in newer}
    assert not {record.record_id for record in older} & {record.record_id for record in newer}


async def test_the_newest_records_come_first(client: CloudClient, world: World, lock: VirtualLock) -> None:
    newest = (await client.newest_records(lock.lock_id)).items
    assert [record.when for record in newest] == sorted((record.when for record in newest if record.when), reverse=True)
    assert {4, 7} <= {record.record_type for record in newest}
    recent = (await client.newest_records(lock.lock_id, world.clock.utc() - timedelta(hours=1))).items
    assert 4 in {record.record_type for record in recent}
    assert 7 not in {record.record_type for record in recent}


async def test_records_are_chosen_by_account(client: CloudClient, world: World, lock: VirtualLock) -> None:
    await client.unlock(lock.lock_id)
    world.upload()
    own = (await client.records.list(lock.lock_id, RecordQuery(account_id=world.account("owner").uid))).items
    assert [record.who for record in own] == [world.account("owner").username]


async def test_who_has_seen_enough_stops_asking(client: CloudClient, lock: VirtualLock, server: CloudServer) -> None:
    pages = client.records.pages(lock.lock_id, size=1)
    first = await anext(pages)
    await pages.aclose()
    assert len(first.items) == 1
    assert server.calls["/v3/lockRecord/list"] == 1
    everything = [record async for page in client.records.pages(lock.lock_id, size=1) for record in page.items]
    assert tuple(everything) == (await client.records.list(lock.lock_id)).items
    assert len(everything) > 1


async def test_one_page_is_one_call(client: CloudClient, lock: VirtualLock, server: CloudServer) -> None:
    everything = (await client.records.list(lock.lock_id)).items
    server.reset_calls()
    assert (await client.records.page(lock.lock_id, RecordQuery(), 2, 1)).items == everything[1:2]
    assert server.calls["/v3/lockRecord/list"] == 1


async def test_records_are_deleted_from_the_cloud(client: CloudClient, lock: VirtualLock) -> None:
    records = (await client.records.list(lock.lock_id)).items
    await client.records.delete(lock.lock_id, [records[0].record_id])
    assert (await client.records.list(lock.lock_id)).items == records[1:]
    await client.records.clear(lock.lock_id)
    assert (await client.records.list(lock.lock_id)).items == ()


async def test_only_the_administrator_clears_a_log(client: CloudClient, world: World) -> None:
    with pytest.raises(NotPermitted):
        await client.records.clear(world.lock("holiday_flat").lock_id)


async def test_records_read_over_bluetooth_reach_the_cloud_once(client: CloudClient, world: World) -> None:
    lock = world.lock("padlock")
    when = world.clock.utc() - timedelta(minutes=5)
    entry = LockEntry(
        number=1,
        lock_type=PASSCODE_AT_LOCK,
        when=when,
        battery=50,
        credential=Secret("5928461"),
        account_id=0,
        key_id=0,
    )
    await client.records.record_read(lock.lock_id, [entry])
    await client.records.record_read(lock.lock_id, [entry])
    (record,) = (await client.records.list(lock.lock_id, RecordQuery(by=RecordFilter.PASSCODE))).items
    assert record.success
    assert record.when
    assert abs(record.when - when) < timedelta(milliseconds=2)
    assert "5928461" not in str(entry)
