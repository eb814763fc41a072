"""From a lock without an owner to its key, and back, with and without one."""

from datetime import UTC, timedelta, timezone

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble import BleLock, LockData, LockKey, Session, pair
from custom_components.ttlock.client.ble.operations.pairing import Touch
from custom_components.ttlock.client.ble.pairing import ask_reset_challenge, reset_by_code, wait_for_touch
from custom_components.ttlock.client.errors import BadReply, InvalidInput, TTLockError, Unsupported
from simulator.radio.access import manufacturer_code
from simulator.radio.air import Air
from simulator.radio.faults import Kind, RadioFault
from simulator.radio.lockradio import LockRadio

from .conversation_script import NOW, Script
from .on_air import RadioConnector

pytestmark = pytest.mark.locks("front_door")

WITHOUT_ADMIN_PASSCODE = "44D1E6"
BARE = "C0"
"""Features of a lock with little more than a motor."""


def unpaired(radio: LockRadio) -> Session:
    """Return a conversation with a lock that nobody knows yet."""
    return Session(RadioConnector(radio), LockKey.unpaired(radio.address))


def has_owner(radio: LockRadio) -> bool:
    """Return whether the lock belongs to somebody."""
    return radio.lock.owned


@pytest.mark.parametrize("features", [WITHOUT_ADMIN_PASSCODE, BARE, "F44354CD5F3", "1" + "F" * 13])
async def test_locks_of_all_kinds_are_paired(air: Air, features: str, swift: None) -> None:
    air.world.clock.freeze()
    radio = air.out_of_the_box(features=features)
    radio.touch()
    session = unpaired(radio)
    zone = timezone(timedelta(hours=2))
    data = await pair(session, name="Shed", uid=4711, zone=zone, clock=air.world.clock.now)
    assert data.features.value == int(features, 16)
    assert (data.key.uid, data.key.zone.utcoffset(None)) == (4711, timedelta(hours=2))
    # Group and organisation were learnt from the first reply.
    assert [*data.key.header] == [5, 3, 2, 10, 34]
    assert has_owner(radio)
    assert LockData.decode(data.encode()).key == data.key
    lock = BleLock(session, clock=air.world.clock.now)
    await lock.unlock()
    assert await lock.read_clock() == air.world.clock.utc().replace(microsecond=0)
    await session.close()


async def test_an_admin_passcode_of_ones_own_is_set(air: Air, swift: None) -> None:
    radio = air.out_of_the_box()
    radio.touch()
    session = unpaired(radio)
    data = await pair(session, name="Shed", clock=air.world.clock.now, admin_passcode=Secret("7654321"))
    assert data.admin_passcode == Secret("7654321")
    assert radio.lock.enter_code("7654321").opened
    await session.close()


async def test_an_admin_passcode_that_is_none_is_refused_while_the_lock_belongs_to_nobody(air: Air) -> None:
    radio = air.out_of_the_box()
    radio.touch()
    session = unpaired(radio)
    with pytest.raises(InvalidInput):
        await pair(session, name="Shed", admin_passcode=Secret("12"))
    assert not has_owner(radio)
    await session.close()


@pytest.mark.parametrize("opcode", [0x56, 0x43, 0x01, 0x68, 0x65, 0x31, 0x90, 0x57], ids=lambda opcode: f"{opcode:02x}")
async def test_a_pairing_that_breaks_off_leaves_the_lock_without_an_owner(air: Air, opcode: int, swift: None) -> None:
    """And it can be paired then, as if nothing had been."""
    radio = air.out_of_the_box()
    radio.touch()
    session = unpaired(radio)
    radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, opcode=opcode))
    with pytest.raises(TTLockError):
        await pair(session, name="Shed", clock=air.world.clock.now)
    assert radio.faults.struck == 1
    assert not has_owner(radio)
    await session.close()
    again = unpaired(radio)
    await pair(again, name="Shed", clock=air.world.clock.now)
    assert has_owner(radio)
    await again.close()


async def test_a_key_is_not_lost_with_the_last_answer(air: Air, swift: None) -> None:
    """The lock is somebody's by then, and nobody else has its key."""
    radio = air.out_of_the_box()
    radio.touch()
    session = unpaired(radio)
    radio.faults.add(RadioFault(kind=Kind.DROP, opcode=0x57))
    data = await pair(session, name="Shed", clock=air.world.clock.now)
    assert radio.faults.struck == 1
    assert has_owner(radio)
    assert session.key == data.key
    await BleLock(session).unlock()
    assert radio.lock.bolt == "unlocked"
    await session.close()


async def test_a_lock_without_an_owner_tells_when_it_is_touched(air: Air, swift: None) -> None:
    radio = air.out_of_the_box()
    session = unpaired(radio)
    steps = []
    async for step in wait_for_touch(session, air.world.clock.now):
        steps.append(step)
        radio.touch()
    assert steps == [Touch.WAITING, Touch.TOUCHED]
    await session.close()


async def test_a_lock_whose_keys_are_lost_is_reset_with_a_code_of_the_manufacturer(air: Air) -> None:
    radio = air.lock("front_door")
    radio.lock.feature_value = f"{int(radio.lock.feature_value, 16) | 1 << 76:X}"
    radio.lock.features |= {76}
    session = unpaired(radio)
    challenge = await ask_reset_challenge(session)
    with pytest.raises(TTLockError):
        await reset_by_code(session, challenge, b"none")
    assert has_owner(radio)
    challenge = await ask_reset_challenge(session)
    await reset_by_code(session, challenge, manufacturer_code(challenge.random))
    assert not has_owner(radio)
    await session.close()


async def test_a_lock_that_knows_no_such_code_says_so(air: Air) -> None:
    session = unpaired(air.out_of_the_box())
    with pytest.raises(Unsupported):
        await ask_reset_challenge(session)
    await session.close()


@pytest.mark.parametrize(
    "replies",
    [[b"\x01" * 15], [b"\x01" * 16, b"SCIENEX"], [b"\x01" * 16, b"SCIENER", b"", b""]],
    ids=["a key that is too short", "another word", "no features"],
)
async def test_a_lock_that_answers_strangely_is_not_paired(replies: list[bytes]) -> None:
    script = Script(replies)
    with pytest.raises(BadReply):
        await pair(script, name="Shed", clock=lambda: NOW, zone=UTC)
