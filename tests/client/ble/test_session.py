"""Requests, handshakes and faults, against a lock that answers what a test tells it to."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
import struct

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.channel import MAX_REPLIES, Quirks
from custom_components.ttlock.client.ble.conversation import Access, Conversation
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.opcodes import VENDOR, Opcode
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import (
    BadReply,
    BluetoothError,
    InvalidInput,
    KeyInvalid,
    LinkLost,
    NoConnectionSlot,
    NoReply,
    NotInSettingMode,
    NotPermitted,
    OutcomeUnknown,
    OutOfReach,
    TTLockError,
    Unsupported,
)

from .scripted import IMPATIENT, TOKEN_REPLY, ScriptedLock, cut, envelope, ok, patience, refused
from .vectors import ADDRESS, KEY, OTHER_HEADER, UNKNOWN_ACCOUNT

NOW = 1767225600
MOVED = ok(bytes.fromhex("58000000006955b9001a010f0a1e2d"))
STATE = ok(bytes.fromhex("580002"))


@pytest.fixture
def lock() -> ScriptedLock:
    return ScriptedLock(
        {Opcode.UNLOCK: [MOVED], Opcode.LOCK: [MOVED], Opcode.STATUS: [STATE], Opcode.AUTO_LOCK: [ok()]}
    )


@pytest.fixture
async def session(lock: ScriptedLock) -> AsyncGenerator[Session]:
    session = Session(lock, KEY, patience=IMPATIENT)
    yield session
    await session.close()


def command(proof: int) -> bytes:
    return struct.pack(">II", proof, NOW)


async def unlock(session: Session, opcode: Opcode = Opcode.UNLOCK) -> bytes:
    return await session.request(opcode, command, access=Access.USER, control=True)


async def state(session: Session) -> bytes:
    return await session.request(Opcode.STATUS, VENDOR)


async def test_a_session_is_a_conversation(session: Session) -> None:
    conversation: Conversation = session
    assert conversation.key == KEY


async def test_an_unlock_is_two_exchanges_of_the_frames_of_the_vendor() -> None:
    lock = ScriptedLock({Opcode.UNLOCK: [MOVED]})
    session = Session(lock, UNKNOWN_ACCOUNT, patience=IMPATIENT)
    assert await unlock(session) == MOVED[1:]
    await session.close()
    assert lock.reads == 0
    assert [piece.hex() for piece in lock.writes] == [
        "7f5a0503010001000155aa207ac5eb74697c18b4",
        "97df69525bec9ec3c931f4ca74b513e28e6f63b5",
        "31c55c69ce0d0a",
        "7f5a0503010001000147aa101adca06896d56e4b",
        "77c6ed4908906c3b800d0a",
    ]


async def test_a_second_command_is_one_exchange(session: Session, lock: ScriptedLock) -> None:
    await unlock(session)
    await unlock(session, Opcode.LOCK)
    assert lock.opcodes == [Opcode.CHECK_USER_TIME, Opcode.UNLOCK, Opcode.LOCK]
    assert session.is_connected
    assert len(lock.links) == 1


async def test_handshakes_go_as_far_as_a_request_needs(session: Session, lock: ScriptedLock) -> None:
    async def asked(access: Access) -> list[Opcode]:
        lock.asked.clear()
        await session.request(Opcode.AUTO_LOCK, b"\x01", access=access)
        return lock.opcodes[:-1]

    check, user, prove = Opcode.CHECK_ADMIN, Opcode.CHECK_USER_TIME, Opcode.CHECK_RANDOM
    assert await asked(Access.KEY) == []
    assert await asked(Access.ADMIN) == [check]
    assert await asked(Access.PROVED) == [prove]
    assert await asked(Access.PROVED) == []
    assert await asked(Access.ADMIN) == []
    assert await asked(Access.PROVED_USER) == [user, prove]
    assert await asked(Access.USER) == []
    assert await asked(Access.PROVED) == [check, prove]
    assert lock.asked[:2] == [
        (check, bytes.fromhex("081807540000030012d687")),
        (prove, bytes.fromhex("0fb8168f")),
    ]


async def test_a_handshake_that_was_asked_for_ends_the_one_before(session: Session, lock: ScriptedLock) -> None:
    await unlock(session)
    await session.request(Opcode.CHECK_ADMIN, KEY.admin_check(flag=4))
    await unlock(session)
    assert lock.opcodes[2:] == [Opcode.CHECK_ADMIN, Opcode.CHECK_USER_TIME, Opcode.UNLOCK]


async def test_a_lock_that_takes_one_command_per_handshake_gets_another(lock: ScriptedLock) -> None:
    lock.answers[Opcode.UNLOCK] = [MOVED, refused(0x08), MOVED]
    quirks = Quirks()
    session = Session(lock, KEY, patience=IMPATIENT, quirks=quirks)
    await unlock(session)
    assert await unlock(session) == MOVED[1:]
    assert quirks.token_once
    lock.asked.clear()
    assert await unlock(session) == MOVED[1:]
    await session.close()
    assert lock.opcodes == [Opcode.CHECK_USER_TIME, Opcode.UNLOCK], "it is not tried again"


async def test_a_token_that_cannot_be_proved_any_more_is_replaced(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.CHECK_RANDOM] = [refused(0x08), ok()]
    await session.request(Opcode.AUTO_LOCK, b"\x01", access=Access.ADMIN)
    await session.request(Opcode.AUTO_LOCK, b"\x01", access=Access.PROVED)
    assert lock.opcodes[2:] == [
        Opcode.CHECK_RANDOM,
        Opcode.CHECK_ADMIN,
        Opcode.CHECK_RANDOM,
        Opcode.AUTO_LOCK,
    ]
    lock.answers[Opcode.CHECK_RANDOM] = [refused(0x1C)]
    await session.request(Opcode.AUTO_LOCK, b"\x01", access=Access.USER)
    with pytest.raises(Unsupported):
        await session.request(Opcode.AUTO_LOCK, b"\x01", access=Access.PROVED_USER)


async def test_a_wrong_unlock_key_is_refused_once(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.UNLOCK] = [refused(0x08)]
    with pytest.raises(KeyInvalid) as raised:
        await unlock(session)
    assert raised.value.code == 0x08
    assert lock.opcodes == [Opcode.CHECK_USER_TIME, Opcode.UNLOCK]


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (0x0E, NotPermitted, "ekey_expired"),
        (0x14, InvalidInput, "passcode_exists"),
        (0x1B, Unsupported, "not_supported_over_bluetooth"),
        (0xEE, TTLockError, "vendor_error"),
    ],
)
async def test_a_refusal_has_its_type_and_leaves_the_connection(
    session: Session, lock: ScriptedLock, code: int, kind: type[TTLockError], reason: str
) -> None:
    lock.answers[Opcode.PASSCODES] = [refused(code)]
    with pytest.raises(kind) as raised:
        await session.request(Opcode.PASSCODES, b"\x01", access=Access.PROVED, control=True)
    assert (raised.value.reason, raised.value.code) == (reason, code)
    await state(session)
    assert len(lock.links) == 1


async def test_a_refusal_without_a_code_is_one(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.UNLOCK] = [b"\x00"]
    with pytest.raises(TTLockError) as raised:
        await unlock(session)
    assert raised.value.code == 0


async def test_a_key_that_is_too_small_is_told_before_anything_is_sent(lock: ScriptedLock) -> None:
    reader = Session(lock, LockKey(address=ADDRESS, aes=KEY.aes), patience=IMPATIENT)
    user = Session(lock, UNKNOWN_ACCOUNT, patience=IMPATIENT)
    with pytest.raises(NotPermitted, match="not_permitted"):
        await unlock(reader)
    with pytest.raises(NotPermitted, match="not_admin"):
        await user.request(Opcode.AUTO_LOCK, access=Access.PROVED)
    with pytest.raises(NotPermitted, match="not_admin"):
        await anext(user.follow(Opcode.CARDS, b"\x02", timeout=1))
    assert lock.attempts == []


async def test_what_a_lock_says_by_itself_is_no_reply(lock: ScriptedLock) -> None:
    event = bytes.fromhex("2c000000006a0224a31a050b0f3008")
    heard: list[tuple[int, bytes]] = []
    session = Session(lock, KEY, patience=IMPATIENT, on_push=lambda echo, data: heard.append((echo, data)))
    push = cut(envelope(Opcode.STATUS, ok(event)))
    lock.answers[Opcode.STATUS] = [push + cut(envelope(Opcode.UNLOCK, MOVED)) + cut(envelope(Opcode.STATUS, STATE))]
    assert await state(session) == STATE[1:]
    lock.links[0].notify(push)
    await asyncio.sleep(0)
    await session.close()
    assert heard == [(Opcode.STATUS, event), (Opcode.UNLOCK, MOVED[1:]), (Opcode.STATUS, event)]


async def test_nobody_has_to_listen(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.STATUS] = [cut(envelope(Opcode.LOG, ok(b"x"))) + cut(envelope(Opcode.STATUS, STATE))]
    assert await state(session) == STATE[1:]


async def test_a_lock_may_say_that_it_is_at_work(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.STATUS] = [cut(envelope(Opcode.STATUS, refused(0x24))) + cut(envelope(Opcode.STATUS, STATE))]
    assert await state(session) == STATE[1:]


async def test_noise_around_a_reply_does_no_harm(session: Session, lock: ScriptedLock) -> None:
    reply = envelope(Opcode.STATUS, STATE)
    lock.answers[Opcode.STATUS] = [[b"noise\x7f", reply[:5], *cut(b"\x7f\x5a" + reply), b"noise"], STATE]
    assert await state(session) == STATE[1:]
    assert await state(session) == STATE[1:]
    assert len(lock.links) == 1


async def test_a_frame_without_its_end_is_taken_after_a_while(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.STATUS] = [cut(envelope(Opcode.STATUS, STATE)[:-2])]
    assert await state(session) == STATE[1:]
    assert lock.opcodes == [Opcode.STATUS]


async def test_the_reply_to_a_reset_is_empty(session: Session, lock: ScriptedLock) -> None:
    empty = bytes.fromhex("7f5a0503010001000154aa00520d0a")
    lock.answers[Opcode.RESET_LOCK] = [[empty]]
    assert await session.request(Opcode.RESET_LOCK, access=Access.PROVED, control=True) == b""
    lock.answers[Opcode.STATUS] = [[empty, *cut(envelope(Opcode.STATUS, STATE))]]
    assert await state(session) == STATE[1:], "anything else is not answered by it"


async def test_a_lock_teaches_its_group_and_organisation(session: Session, lock: ScriptedLock) -> None:
    lock.header = OTHER_HEADER
    await state(session)
    assert session.key == KEY.with_header(OTHER_HEADER)
    await state(session)
    assert lock.writes[-1] != lock.writes[1]
    assert lock.writes[-2].hex().startswith("7f5a050302000a000c14")
    await session.close()
    assert session.key.header == OTHER_HEADER


async def test_a_key_of_another_lock_is_told(lock: ScriptedLock) -> None:
    stranger = replace(KEY, aes=Secret("00112233445566778899aabbccddeeff"))
    lock.answers[Opcode.STATUS] = [cut(envelope(Opcode.STATUS, STATE, stranger))]
    session = Session(lock, KEY, patience=IMPATIENT)
    with pytest.raises(KeyInvalid):
        await state(session)
    assert not session.is_connected
    assert lock.opcodes == [Opcode.STATUS], "the same would be answered again"


async def test_a_key_that_has_opened_a_reply_is_right(session: Session, lock: ScriptedLock) -> None:
    stranger = replace(KEY, aes=Secret("00112233445566778899aabbccddeeff"))
    lock.answers[Opcode.UNLOCK] = [cut(envelope(Opcode.UNLOCK, MOVED, stranger) + envelope(Opcode.UNLOCK, MOVED))]
    assert await unlock(session) == MOVED[1:]


async def test_a_lock_that_belongs_to_somebody_cannot_be_paired(lock: ScriptedLock) -> None:
    nobody = LockKey.unpaired(ADDRESS)
    lock.key = nobody
    lock.answers[Opcode.GET_AES_KEY] = [cut(envelope(Opcode.GET_AES_KEY, ok(bytes(16)), KEY))]
    session = Session(lock, nobody, patience=IMPATIENT)
    with pytest.raises(NotInSettingMode):
        await session.request(Opcode.GET_AES_KEY, VENDOR)


async def test_pairing_goes_on_with_the_new_key(lock: ScriptedLock) -> None:
    nobody = lock.key = LockKey.unpaired(ADDRESS)
    aes = bytes.fromhex(KEY.aes.reveal())
    reply = bytes.fromhex(
        "7f5a0503010001000119aa206697e1d20be730892235938636b6aa8152f8c1ce49dac222568c6b2f5d0dc791640d0a"
    )
    lock.answers[Opcode.GET_AES_KEY] = [cut(reply)]
    lock.answers[Opcode.ADD_ADMIN] = [ok(VENDOR)]
    session = Session(lock, nobody, patience=IMPATIENT)
    assert await session.request(Opcode.GET_AES_KEY, VENDOR, control=True) == aes
    session.key = lock.key = KEY
    assert await session.request(Opcode.ADD_ADMIN, KEY.owner(), control=True) == VENDOR
    await session.close()
    assert len(lock.links) == 1


async def test_some_requests_go_under_the_key_of_the_vendor(session: Session, lock: ScriptedLock) -> None:
    nobody = lock.key = LockKey.unpaired(ADDRESS)
    lock.answers[Opcode.VERIFY_LOCK] = [cut(envelope(Opcode.VERIFY_LOCK, ok(b"\x58\x01"), nobody))]
    assert await session.request(Opcode.VERIFY_LOCK, bytes(4)) == b"\x58\x01"
    assert lock.asked == [(Opcode.VERIFY_LOCK, bytes(4))]


async def test_a_lock_that_wants_to_be_read_from_first_is_remembered(lock: ScriptedLock) -> None:
    lock.deaf_until_read = True
    quirks = Quirks()
    session = Session(lock, KEY, patience=IMPATIENT, quirks=quirks)
    assert await unlock(session) == MOVED[1:]
    assert lock.reads == 1
    assert quirks.needs_read
    await session.close()
    assert await unlock(session) == MOVED[1:]
    await session.close()
    assert lock.reads == 2
    assert lock.opcodes == [Opcode.CHECK_USER_TIME, Opcode.UNLOCK] * 2, "nothing is lost any more"


async def test_a_command_that_comes_first_is_not_sent_again_to_a_deaf_lock(lock: ScriptedLock) -> None:
    lock.deaf_until_read = True
    session = Session(lock, KEY, patience=IMPATIENT)
    with pytest.raises(OutcomeUnknown):
        await session.request(Opcode.STATUS, VENDOR, control=True)
    assert len(lock.writes) == 2


async def test_what_is_followed_and_comes_first_wakes_a_deaf_lock_once(lock: ScriptedLock) -> None:
    lock.deaf_until_read = True
    lock.answers[Opcode.SCAN_WIFI] = [ok(b"\x01")]
    quirks = Quirks()
    session = Session(lock, KEY, patience=IMPATIENT, quirks=quirks)
    for quirks.needs_read in (False, True):
        async with aclosing(session.follow(Opcode.SCAN_WIFI, VENDOR, access=Access.KEY, timeout=0.05)) as following:
            assert await anext(following) == b"\x01"
    assert (lock.reads, lock.opcodes) == (2, [Opcode.SCAN_WIFI] * 2), "one for each connection"


@pytest.mark.parametrize("kind", [OutOfReach, NoConnectionSlot])
async def test_a_lock_that_is_not_found_is_looked_for_once_more(
    session: Session, lock: ScriptedLock, kind: type[BluetoothError]
) -> None:
    lock.faults = [kind()]
    await state(session)
    assert lock.attempts == [0, 1]
    await session.close()
    lock.faults = [kind(), kind()]
    with pytest.raises(kind):
        await state(session)
    assert lock.attempts == [0, 1, 0, 1]
    await state(session)


@pytest.mark.parametrize("count", range(5))
async def test_a_connection_that_breaks_at_any_piece(session: Session, lock: ScriptedLock, count: int) -> None:
    """Before the last piece of the command everything is begun again; from then on nothing is."""
    lock.broken_write = count
    if count < 4:
        assert await unlock(session) == MOVED[1:]
        assert len(lock.links) == 2
    else:
        with pytest.raises(OutcomeUnknown):
            await unlock(session)
        assert len(lock.links) == 1
    assert lock.opcodes.count(Opcode.UNLOCK) == (count < 4)
    assert await state(session) == STATE[1:]


@pytest.mark.parametrize("answer", [None, LinkLost()])
async def test_a_lost_reply_to_a_command_is_not_asked_for_again(
    session: Session, lock: ScriptedLock, answer: BluetoothError | None
) -> None:
    lock.answers[Opcode.UNLOCK] = [answer, MOVED]
    with pytest.raises(OutcomeUnknown) as raised:
        await unlock(session)
    assert isinstance(raised.value.__cause__, NoReply if answer is None else LinkLost)
    assert lock.opcodes.count(Opcode.UNLOCK) == 1
    assert await state(session) == STATE[1:]


@pytest.mark.parametrize("answer", [None, LinkLost(), [b"\x7f\x5a" + bytes(200)]])
async def test_a_lost_reply_to_a_question_is_asked_for_again(
    session: Session, lock: ScriptedLock, answer: BluetoothError | list[bytes] | None
) -> None:
    lock.answers[Opcode.STATUS] = [answer, answer, STATE]
    assert await state(session) == STATE[1:]
    kind = {type(None): NoReply, LinkLost: LinkLost, list: BadReply}[type(answer)]
    lock.answers[Opcode.STATUS] = [answer]
    with pytest.raises(kind):
        await state(session)
    assert not session.is_connected


async def test_a_token_that_is_none_is_asked_for_again(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.CHECK_USER_TIME] = [ok(b"\x01\x02"), ok(TOKEN_REPLY)]
    assert await unlock(session) == MOVED[1:]


async def test_what_arrived_damaged_is_sent_again_when_that_is_harmless(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.CHECK_USER_TIME] = [refused(0x01), ok(TOKEN_REPLY)]
    lock.answers[Opcode.STATUS] = [refused(0x01), STATE]
    lock.answers[Opcode.UNLOCK] = [refused(0x01), MOVED]
    assert await state(session) == STATE[1:]
    with pytest.raises(TTLockError, match="not_understood_by_lock"):
        await unlock(session)
    assert lock.opcodes == [Opcode.STATUS] * 2 + [Opcode.CHECK_USER_TIME] * 2 + [Opcode.UNLOCK]
    lock.answers[Opcode.CHECK_USER_TIME] = [refused(0x0E)]
    await session.close()
    with pytest.raises(NotPermitted):
        await unlock(session)


async def test_no_try_is_begun_when_time_is_up(lock: ScriptedLock) -> None:
    lock.answers[Opcode.STATUS] = [LinkLost(), STATE]
    session = Session(lock, KEY, patience=patience(total=0))
    with pytest.raises(LinkLost):
        await state(session)
    assert len(lock.links) == 1


async def test_requests_take_turns(session: Session, lock: ScriptedLock) -> None:
    await asyncio.gather(unlock(session), state(session), unlock(session, Opcode.LOCK))
    assert lock.opcodes == [Opcode.CHECK_USER_TIME, Opcode.UNLOCK, Opcode.STATUS, Opcode.LOCK]


async def test_a_request_that_is_given_up_ends_the_connection(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.UNLOCK] = [None, MOVED]
    asking = asyncio.create_task(unlock(session))
    await lock.has_heard(Opcode.UNLOCK)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not session.is_connected
    assert not lock.links[0].is_open
    assert await unlock(session) == MOVED[1:]


async def test_a_connection_is_let_go_when_nobody_needs_it(session: Session, lock: ScriptedLock) -> None:
    await state(session)
    await lock.links[0].closed.wait()
    assert not session.is_connected
    await state(session)
    assert len(lock.links) == 2


async def test_a_connection_that_the_lock_has_ended_is_made_again(session: Session, lock: ScriptedLock) -> None:
    await state(session)
    lock.links[0].lose()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not session.is_connected
    await unlock(session)
    assert lock.attempts == [0, 0]


async def test_what_a_lock_reports_over_time_is_followed(session: Session, lock: ScriptedLock) -> None:
    reports = [bytes.fromhex(f"5802{rest}") for rest in ("02", "030104", "0101020304")]
    lock.answers[Opcode.FINGERPRINTS] = [[piece for report in reports for piece in cut(envelope(0x06, ok(report)))]]
    heard = []
    async with aclosing(session.follow(Opcode.FINGERPRINTS, b"\x02", timeout=0.05)) as following:
        async for report in following:
            heard.append(report)
            if len(heard) == len(reports):
                break
    assert heard == reports
    assert lock.opcodes == [Opcode.CHECK_ADMIN, Opcode.CHECK_RANDOM, Opcode.FINGERPRINTS]
    assert not session.is_connected
    assert await state(session) == STATE[1:]


async def test_following_ends_with_what_goes_wrong(session: Session, lock: ScriptedLock) -> None:
    lock.answers[Opcode.FINGERPRINTS] = [ok(b"\x58\x02\x02"), LinkLost(), refused(0x16)]
    kinds = []
    for _ in range(3):
        with pytest.raises(TTLockError) as raised:
            async for _report in session.follow(Opcode.FINGERPRINTS, b"\x02", timeout=0.02):
                pass
        kinds.append(type(raised.value))
    assert kinds == [NoReply, LinkLost, InvalidInput]
    assert lock.opcodes.count(Opcode.FINGERPRINTS) == 3, "each was asked once"


@pytest.mark.parametrize(("what", "kind"), [("connect", OutOfReach), ("write", LinkLost), ("wake", LinkLost)])
async def test_a_stack_that_does_not_come_back_is_not_waited_for(
    swift: None, session: Session, lock: ScriptedLock, what: str, kind: type[BluetoothError]
) -> None:
    lock.stuck = {what, "close"}
    lock.deaf_until_read = True
    with pytest.raises(kind):
        await state(session)
    lock.stuck.clear()
    assert await state(session) == STATE[1:]


async def test_more_replies_than_any_lock_has_are_not_kept(session: Session, lock: ScriptedLock) -> None:
    """Then the link breaks, which is told in any case."""
    flood = [envelope(Opcode.LOG, ok(bytes((number % 256,)))) for number in range(MAX_REPLIES + 50)]
    lock.answers[Opcode.LOG] = [ok(b"first")]
    following = session.follow(Opcode.LOG, b"", access=Access.KEY, timeout=1)
    assert await anext(following) == b"first"
    lock.links[0].notify(flood)
    lock.links[0].lose()
    lock.links[0].notify(flood)
    await asyncio.sleep(0)
    heard = [await anext(following) for _ in range(MAX_REPLIES - 1)]
    assert len(set(heard)) == len(heard)
    with pytest.raises(LinkLost):
        await anext(following)


async def test_a_function_of_the_token_needs_one(session: Session) -> None:
    with pytest.raises(ValueError, match="handshake"):
        await session.request(Opcode.UNLOCK, command)


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  # the lock is a script
        await asyncio.sleep(0)


async def test_a_connection_that_is_only_kept_makes_room(session: Session, lock: ScriptedLock) -> None:
    assert not await session.rest()
    await state(session)
    assert await session.rest()
    await lock.links[0].closed.wait()
    lock.stuck.add("write")
    asking = asyncio.create_task(state(session))
    await until(lambda: len(lock.links) == 2)
    assert not await session.rest(), "a request is under way"
    lock.stuck.clear()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_connection_makes_no_room_between_two_requests(lock: ScriptedLock) -> None:
    session = Session(lock, KEY, patience=replace(IMPATIENT, pause=60, idle=60))
    await state(session)
    assert not await session.rest() and session.is_connected
    await session.close()


async def test_the_end_does_not_wait_for_a_connection(lock: ScriptedLock) -> None:
    session = Session(lock, KEY, patience=replace(IMPATIENT, connect=60))
    lock.stuck.add("connect")
    asking = asyncio.create_task(state(session))
    await until(lambda: lock.attempts)
    await session.end()
    with pytest.raises(LinkLost):
        await asking
    with pytest.raises(LinkLost):
        await state(session)
    assert lock.attempts == [0]


async def test_whoever_gives_up_waiting_for_a_connection_is_not_told_of_its_end(lock: ScriptedLock) -> None:
    session = Session(lock, KEY, patience=replace(IMPATIENT, connect=60))
    lock.stuck.add("connect")
    asking = asyncio.create_task(state(session))
    await until(lambda: lock.attempts)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    lock.stuck.clear()
    assert await state(session) == STATE[1:]
    await session.close()
