"""A client that others wrote for real locks (ttlock-ble) against the virtual ones, unchanged.

It gets its key from the virtual cloud, and bleak from us; nothing else about it is replaced but the half second that it
waits after the subscription. Where it does otherwise than the vendor's client (ttlock-ble-protocol.md 11), a test says so.
It offers no virtual peripheral of its own, so there is nothing to try our client with the other way round.
"""

from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from bleak_retry_connector import BleakClientWithServiceCache
import pytest
from ttlock_ble import (
    KeyboardPwdType,
    LockAdvertisement,
    LockEvent,
    LockState,
    LogOperate,
    TTLockClient,
    TTLockError,
    VirtualKey,
)
from ttlock_ble.ble import transport

from simulator import World
from simulator.lock import VirtualLock
from simulator.radio.air import Air
from simulator.radio.bleak_backend import client_of, device_of, finder
from simulator.radio.codec import unseal
from simulator.radio.faults import Kind, RadioFault
from simulator.radio.lockradio import LockRadio

from ..conftest import Api

pytestmark = pytest.mark.locks("front_door")

FRONT_DOOR = 7252401


@pytest.fixture
def air(world: World) -> Air:
    return Air(world)


@pytest.fixture
async def key(api: Api) -> VirtualKey:
    """Return the key as the cloud of the account's owner tells it."""
    detail = await api.call("lock/detail", "GET", lockId=FRONT_DOOR)
    ekey = await api.call("key/get", lockId=FRONT_DOOR)
    return VirtualKey.from_cloud({**detail, **ekey}, uid=api.world.account("owner").uid)


@pytest.fixture
async def client(
    air: Air, radio: LockRadio, key: VirtualKey, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[TTLockClient]:
    monkeypatch.setattr(transport, "BleakClientWithServiceCache", client_of(BleakClientWithServiceCache, finder(air)))
    monkeypatch.setattr(transport, "POST_NOTIFY_SETTLE", 0)
    async with TTLockClient.from_ble_device(device_of(radio), key, keep_alive_after_command=0) as client:
        yield client


async def test_it_understands_what_the_lock_advertises(radio: LockRadio, lock: VirtualLock) -> None:
    lock.enter_code("48151623")
    advert = radio.advertisement()
    assert advert is not None
    ((company, payload),) = advert.manufacturer_data.items()
    read = LockAdvertisement.from_manufacturer_data(company, payload)
    assert read is not None
    assert (read.lock_state, read.has_new_records, read.battery) == (LockState.UNLOCKED, True, lock.battery)
    assert read.lock_mac.upper() == radio.address


async def test_it_unlocks_locks_and_reads_the_state(client: TTLockClient, lock: VirtualLock) -> None:
    assert await client.query_state() == (LockState.LOCKED, 93)
    await client.unlock()
    assert lock.bolt == "unlocked"
    assert (await client.query_state())[0] is LockState.UNLOCKED
    await client.lock()
    assert (await client.query_state())[0] is LockState.LOCKED
    assert lock.actuations == 2


async def test_it_reads_the_log(client: TTLockClient, lock: VirtualLock, radio: LockRadio) -> None:
    await client.unlock()
    lock.enter_code("48151623")
    lock.swipe_card("1723612378")
    entries = await client.get_operation_log()
    assert [(entry.record_type, entry.password) for entry in entries] == [
        (LogOperate(1), None),
        (LogOperate(4), "48151623"),
        (LogOperate(17), "1723612378"),
    ]
    assert entries[0].operate_date == datetime(2026, 11, 19, 10)
    assert not radio.unread
    assert await client.get_operation_log() == []


async def test_it_manages_passcodes(client: TTLockClient, lock: VirtualLock) -> None:
    await client.add_passcode("13579")
    await client.add_passcode("24680", pwd_type=KeyboardPwdType.PERIOD, start_date="2611190000", end_date="2611200000")
    assert lock.enter_code("13579").opened and lock.enter_code("24680").opened
    entries = {entry.passcode: entry for entry in await client.get_passcodes()}
    assert set(entries) == {"48151623", "73020914", "13579", "24680"}
    assert entries["13579"].is_permanent
    assert entries["24680"].end_date == datetime(2026, 11, 20)
    await client.delete_passcode("13579")
    assert not lock.enter_code("13579").opened
    with pytest.raises(TTLockError, match="15"):
        await client.delete_passcode("13579")
    await client.clear_passcodes()
    assert await client.get_passcodes() == []


async def test_it_sets_auto_lock_and_sound(client: TTLockClient, lock: VirtualLock) -> None:
    assert await client.get_auto_lock_time() == 30
    await client.set_auto_lock_time(60)
    assert (await client.get_auto_lock_time(), lock.auto_lock_seconds) == (60, 60)
    limits = await client.get_auto_lock_limits()
    assert (limits.min_allowed, limits.max_allowed) == (1, 900)
    await client.set_lock_volume(5)
    assert (await client.get_lock_sound()).enabled and lock.settings.sound_volume == 5
    await client.set_lock_sound(enabled=False)
    assert not (await client.get_lock_sound()).enabled


async def test_it_sets_the_clock(client: TTLockClient, lock: VirtualLock) -> None:
    lock.clock.offset = 90
    assert await client.get_lock_time() == datetime(2026, 11, 19, 10, 1, 30)
    assert await client.sync_time(local_time=datetime(2026, 11, 19, 10)) == 90
    assert lock.clock.offset == 0


async def test_it_lists_fingerprints_and_what_the_lock_is(client: TTLockClient, lock: VirtualLock) -> None:
    (finger,) = await client.get_fingerprints()
    assert finger.fingerprint_id + finger.slot.to_bytes(2) == (179351284710657).to_bytes(6)
    assert finger.is_permanent and not finger.has_explicit_start
    features = await client.get_device_features()
    assert (features.battery, int(features.feature_value, 16)) == (93, int(lock.feature_value, 16))
    info = await client.get_device_info()
    assert (info.model, info.firmware_revision) == ("SN9206_PV53", "6.0.6.210622")
    properties = await client.get_device_properties()
    assert properties.mac_address.upper() == lock.mac
    assert properties.clock_time == datetime(2026, 11, 19, 10)


async def test_it_hears_what_happens_at_the_door(client: TTLockClient, lock: VirtualLock) -> None:
    events: list[LockEvent] = []
    client.add_event_listener(events.append)
    lock.enter_code("48151623")
    await client.get_lock_time()
    assert [event.lock_state for event in events] == [LockState.UNLOCKED, None]
    assert events[1].timestamp == datetime(2026, 11, 19, 10)


async def test_it_tells_when_the_lock_refuses_or_the_link_is_gone(
    client: TTLockClient, radio: LockRadio, lock: VirtualLock
) -> None:
    lock.double_locked = True
    with pytest.raises(TTLockError, match="1e"):
        await client.unlock()
    lock.double_locked = False
    # Where nothing is written after the break it does not notice, and waits for its six seconds.
    radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, opcode=0x47))
    with pytest.raises(TTLockError):
        await client.unlock()
    assert lock.actuations == 0 and not client.is_connected


# --- its faults ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(radio: LockRadio) -> Callable[[int], bytes]:
    """Return what finds the payload of the last request of an opcode that crossed the link."""

    def find(opcode: int) -> bytes:
        assert radio.link is not None
        written = b"".join(packet.data for packet in radio.link.packets if packet.to_lock)
        start = written.rindex(bytes((opcode, 0xAA)))
        return written[start + 3 : start + 3 + written[start + 2]]

    return find


async def test_fault_it_sends_the_permanent_dates_in_bcd(
    client: TTLockClient, radio: LockRadio, sent: Callable[[int], bytes]
) -> None:
    """Read as what they are, they name the 49th of January; a lock must not mind (11; 4.6)."""
    await client.unlock()
    assert unseal(sent(0x55), radio.key)[:10].hex() == "00013114009911301400"


async def test_fault_it_never_says_who_it_is_nor_how_old_its_key_is(
    client: TTLockClient, lock: VirtualLock, key: VirtualKey
) -> None:
    """So that its log has no names, and an ekey reset shuts out the admin's own phone, too."""
    await client.unlock()
    assert [record.user for record in lock.journal] == [""]
    lock.flag = key.lockFlagPos = 1
    with pytest.raises(TTLockError, match="0d"):
        await client.unlock()


async def test_fault_it_sends_a_block_of_padding_for_nothing(
    client: TTLockClient, radio: LockRadio, sent: Callable[[int], bytes]
) -> None:
    """The vendor's client sends nothing at all (3.4)."""
    await client.get_lock_time()
    assert len(sent(0x34)) == 16 and unseal(sent(0x34), radio.key) == b""


async def test_fault_it_takes_a_push_for_the_state_it_asked_for(client: TTLockClient, lock: VirtualLock) -> None:
    """Both have the same echo; the long one says who, not whether it is open (5.5)."""
    lock.enter_code("48151623")
    lock.turn_key()
    assert (await client.query_state())[0] is LockState.UNLOCKED, "which it was, before the key was turned"
    assert lock.bolt == "locked"


async def test_fault_it_does_not_check_what_it_receives(client: TTLockClient, radio: LockRadio) -> None:
    radio.faults.add(RadioFault(kind=Kind.CORRUPT, opcode=0x14, piece=0, byte=4, times=None))
    assert (await client.query_state())[0] is LockState.LOCKED
