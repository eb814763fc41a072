"""Whatever the radio does: the error names its cause, no bolt moves twice, and the next request works.

Against the virtual lock, which has a codec of its own (ttlock-ble-protocol.md 9.1, 10.4).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
import struct
from typing import Final

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.conversation import Access
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.opcodes import VENDOR, Opcode
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import (
    BluetoothError,
    KeyInvalid,
    LinkLost,
    NoConnectionSlot,
    NoReply,
    OutcomeUnknown,
    OutOfReach,
    TTLockError,
)
from simulator import World
from simulator.lock import VirtualLock
from simulator.radio.air import Air
from simulator.radio.faults import Kind, RadioFault
from simulator.radio.lockradio import LockRadio

from ...conftest import WHOLE_HOUSE
from .on_air import RadioConnector, key_of

pytestmark = [pytest.mark.usefixtures("swift"), pytest.mark.locks("front_door")]
FRONT_DOOR: Final = "front_door"
REQUEST_BYTES: Final = 31
"""Of a frame with one block, its end included."""


@pytest.fixture
def lock(world: World) -> VirtualLock:
    return world.lock(FRONT_DOOR)


@pytest.fixture
def radio(air: Air) -> LockRadio:
    return air.lock(FRONT_DOOR)


@pytest.fixture
def connector(radio: LockRadio) -> RadioConnector:
    return RadioConnector(radio)


@pytest.fixture
async def session(world: World, radio: LockRadio, connector: RadioConnector) -> AsyncGenerator[Session]:
    session = Session(connector, key_of(world, radio.lock))
    yield session
    await session.close()


async def unlock(session: Session) -> bytes:
    return await session.request(
        Opcode.UNLOCK, lambda proof: struct.pack(">II", proof, 1767225600), access=Access.USER, control=True
    )


async def status(session: Session) -> bytes:
    return await session.request(Opcode.STATUS, VENDOR)


async def test_an_unlock_on_the_air(session: Session, connector: RadioConnector, lock: VirtualLock) -> None:
    reply = await unlock(session)
    assert lock.actuations == 1 and lock.bolt == "unlocked"
    assert int.from_bytes(reply[5:9]) == 1767225600
    assert (await status(session))[1] == 1
    packets = connector.links[0].connection.packets
    assert [len(packet.data) for packet in packets if packet.to_lock][:5] == [20, 20, 7, 20, 11]


async def test_the_lock_is_told_whose_key_it_is(world: World, session: Session, lock: VirtualLock) -> None:
    await unlock(session)
    assert session.key.uid == world.rows[lock.lock_id].admin_uid
    assert list(lock.journal)[-1].uid == session.key.uid


FAULTS: Final = {
    "lost piece of the request": RadioFault(kind=Kind.LOSE, to_lock=True, piece=0),
    "lost end of the request": RadioFault(kind=Kind.LOSE, to_lock=True, piece=1),
    "request out of order": RadioFault(kind=Kind.REORDER, to_lock=True, piece=0),
    "piece of the request twice": RadioFault(kind=Kind.DUPLICATE, to_lock=True, piece=0),
    "request cut short": RadioFault(kind=Kind.TRUNCATE, to_lock=True, piece=0, byte=7),
    "wrong bit in the request": RadioFault(kind=Kind.CORRUPT, to_lock=True, piece=0, byte=13, bit=3),
    "lost piece of the reply": RadioFault(kind=Kind.LOSE, piece=0),
    "lost end of the reply": RadioFault(kind=Kind.LOSE, piece=1),
    "reply out of order": RadioFault(kind=Kind.REORDER, piece=0),
    "piece of the reply twice": RadioFault(kind=Kind.DUPLICATE, piece=0),
    "end of the reply twice": RadioFault(kind=Kind.DUPLICATE, piece=1),
    "reply cut short": RadioFault(kind=Kind.TRUNCATE, piece=0, byte=7),
    "wrong bit in the reply": RadioFault(kind=Kind.CORRUPT, piece=0, byte=13, bit=3),
    "wrong bit in the header of the reply": RadioFault(kind=Kind.CORRUPT, piece=0, byte=0, bit=3),
    "wrong bit in the length of the reply": RadioFault(kind=Kind.CORRUPT, piece=0, byte=11, bit=6),
    "drop before the request": RadioFault(kind=Kind.DROP, to_lock=True, byte=0),
    "drop behind the request": RadioFault(kind=Kind.DROP, to_lock=True, byte=REQUEST_BYTES),
    "drop in the reply": RadioFault(kind=Kind.DROP, byte=25),
}
"""What happens on the air, once, to one request or its reply."""


def struck(radio: LockRadio, name: str, opcode: Opcode, times: int | None = 1) -> None:
    """Put a fault in the way of one request."""
    fault = FAULTS[name]
    radio.faults.add(
        RadioFault(
            kind=fault.kind,
            to_lock=fault.to_lock,
            opcode=opcode,
            piece=fault.piece,
            byte=fault.byte,
            bit=fault.bit,
            times=times,
        )
    )


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("opcode", [Opcode.CHECK_USER_TIME, Opcode.UNLOCK], ids=["handshake", "command"])
async def test_a_command_moves_the_bolt_at_most_once(
    session: Session, radio: LockRadio, lock: VirtualLock, connector: RadioConnector, opcode: Opcode, name: str
) -> None:
    """A fault before the command costs only time; one that meets the command may leave its outcome open."""
    struck(radio, name, opcode)
    outcome: type[TTLockError] | None = None
    try:
        await unlock(session)
    except TTLockError as err:
        outcome = type(err)
    commands = sum(piece[9] == Opcode.UNLOCK for piece in connector.written if piece.startswith(b"\x7f\x5a"))
    assert radio.faults.struck == 1
    if opcode is Opcode.CHECK_USER_TIME:
        assert (outcome, lock.actuations) == (None, 1)
    elif outcome is None:
        assert lock.actuations == 1
    else:
        assert outcome is OutcomeUnknown
    assert commands == 1 or "drop before" in name
    before = lock.actuations
    assert (await status(session))[1] == (lock.bolt == "unlocked"), "now the lock is asked"
    await unlock(session)
    assert lock.actuations == before + 1


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize(
    ("opcode", "access"),
    [(Opcode.STATUS, Access.KEY), (Opcode.SET_CLOCK, Access.PROVED)],
    ids=["free", "administrator's"],
)
async def test_a_question_survives_a_fault(
    session: Session, radio: LockRadio, opcode: Opcode, access: Access, name: str
) -> None:
    struck(radio, name, opcode)
    data = VENDOR if opcode is Opcode.STATUS else bytes.fromhex("1a010f0a1e2d")
    reply = await session.request(opcode, data, access=access)
    assert radio.faults.struck == 1
    assert reply == await session.request(opcode, data, access=access)


@pytest.mark.parametrize(
    "name", ["lost piece of the request", "lost end of the reply", "drop before the request", "wrong bit in the reply"]
)
async def test_a_question_that_never_gets_through_says_why(session: Session, radio: LockRadio, name: str) -> None:
    radio.fidelity.idle_seconds = None
    struck(radio, name, Opcode.STATUS, times=None)
    with pytest.raises(BluetoothError) as raised:
        await status(session)
    assert isinstance(raised.value, LinkLost) is ("drop" in name)
    radio.faults.clear()
    assert await status(session)


@pytest.mark.parametrize("to_lock", [True, False], ids=["request", "reply"])
@pytest.mark.parametrize("opcode", [Opcode.CHECK_USER_TIME, Opcode.UNLOCK], ids=["handshake", "command"])
async def test_the_link_may_break_at_any_byte(
    world: World, lock: VirtualLock, radio: LockRadio, opcode: Opcode, to_lock: bool
) -> None:
    """Of the request, of the reply, and behind either."""
    length = 47 if opcode is Opcode.CHECK_USER_TIME and to_lock else REQUEST_BYTES
    for byte in range(length + 1):
        session = Session(RadioConnector(radio), key_of(world, radio.lock))
        before = lock.actuations
        radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=to_lock, opcode=opcode, byte=byte))
        try:
            await unlock(session)
        except OutcomeUnknown:
            assert opcode is Opcode.UNLOCK
        else:
            assert lock.actuations == before + 1
        assert lock.actuations <= before + 1
        if opcode is Opcode.CHECK_USER_TIME or not to_lock:
            assert lock.actuations == before + 1
        radio.faults.clear()
        assert (await status(session))[1] == (lock.bolt == "unlocked")
        await session.close()


async def test_a_reply_that_is_lost_after_the_bolt_moved(session: Session, radio: LockRadio, lock: VirtualLock) -> None:
    radio.fidelity.idle_seconds = None
    struck(radio, "lost end of the reply", Opcode.UNLOCK)
    with pytest.raises(OutcomeUnknown) as raised:
        await unlock(session)
    assert isinstance(raised.value.__cause__, NoReply)
    assert lock.actuations == 1
    assert (await status(session))[1] == 1


async def test_another_central_is_in_the_way(session: Session, radio: LockRadio, lock: VirtualLock) -> None:
    other = await radio.connect()
    with pytest.raises(OutOfReach):
        await unlock(session)
    await other.disconnect()
    await unlock(session)
    assert lock.actuations == 1


@WHOLE_HOUSE
async def test_no_slot_is_free(world: World) -> None:
    air = Air(world, slots=1)
    radio = air.lock(FRONT_DOOR)
    taken = await next(other for other in air.radios() if other is not radio).connect()
    session = Session(RadioConnector(radio), key_of(world, radio.lock))
    with pytest.raises(NoConnectionSlot):
        await unlock(session)
    await taken.disconnect()
    await unlock(session)
    await session.close()


async def test_out_of_range(session: Session, radio: LockRadio, lock: VirtualLock) -> None:
    radio.in_range = False
    with pytest.raises(OutOfReach):
        await unlock(session)
    assert lock.actuations == 0
    radio.in_range = True
    await unlock(session)


async def test_connections_that_break_at_once(session: Session, radio: LockRadio, lock: VirtualLock) -> None:
    radio.fidelity.lost_connections = 2
    await unlock(session)
    assert lock.actuations == 1
    await session.close()
    radio.fidelity.lost_connections = 3
    with pytest.raises(LinkLost):
        await unlock(session)
    assert lock.actuations == 1


async def test_a_key_of_before_the_lock_was_paired_anew(session: Session, radio: LockRadio) -> None:
    radio.fidelity.answer_undecipherable = True
    session.key = LockKey(
        address=radio.address, aes=Secret("00112233445566778899aabbccddeeff"), unlock=Secret("1"), admin=Secret("2")
    )
    with pytest.raises(KeyInvalid):
        await unlock(session)


def _set(name: str, value: object) -> Callable[[LockRadio], None]:
    return lambda radio: setattr(radio.fidelity, name, value)


@pytest.mark.parametrize(
    "make",
    [
        _set("needs_read", True),
        _set("push_before_reply", True),
        _set("intermediate", True),
        _set("control_needs_user", True),
        _set("short_unlock_reply", True),
        _set("piece_sizes", (1, 7, 20, 3)),
        _set("reply_seconds", 1.5),
        _set("motor_seconds", 4.0),
        _set("refuse_foreign_header", True),
        _set("forgive_textbook_crc", False),
    ],
    ids=lambda make: "",
)
async def test_locks_of_many_kinds(
    session: Session, radio: LockRadio, lock: VirtualLock, make: Callable[[LockRadio], None]
) -> None:
    make(radio)
    for count in (1, 2):
        await unlock(session)
        assert lock.actuations == count
        await status(session)


async def test_a_lock_that_wants_to_be_read_from_gets_it_only_after_silence(
    session: Session, radio: LockRadio, connector: RadioConnector
) -> None:
    radio.fidelity.needs_read = True
    await unlock(session)
    first = connector.written
    await session.close()
    await unlock(session)
    assert len(connector.written) == len(first) + 5, "the second time nothing is lost"


async def test_a_lock_with_the_wrong_table_is_not_understood(session: Session, radio: LockRadio) -> None:
    """Its frames are damaged as far as anybody can tell; about one in sixteen of one block is."""
    radio.fidelity.textbook_crc_replies = True
    outcomes: set[str] = set()
    for _ in range(200):
        # Another time of the lock is another reply.
        radio.lock.clock.offset += 1
        try:
            await session.request(Opcode.GET_CLOCK)
        except BluetoothError as err:
            outcomes.add(type(err).__name__)
            break
    assert outcomes == {"BadReply"}


async def test_the_idle_link_is_let_go_before_the_lock_does(
    session: Session, radio: LockRadio, connector: RadioConnector
) -> None:
    await status(session)
    link = connector.links[0].connection
    states = [link.connected]
    await asyncio.sleep(4.5)
    assert [*states, link.connected] == [True, False]
    await status(session)
    assert len(connector.links) == 2
