"""Who may ask a lock for what: the decision table row by row (ttlock-ble-protocol.md 7, 10.2)."""

import pytest

from simulator import World
from simulator.lock import VirtualLock
from simulator.radio.codec import DEFAULT_KEY, TEXTBOOK, Header, build, seal
from simulator.radio.lockradio import LockRadio
from simulator.radio.session import Access, Code
from simulator.radio.table import OPERATIONS

from .phone import SENTINELS, UNIX, Phone

pytestmark = pytest.mark.locks("front_door")

FREE = {0x01, 0x14, 0x25, 0x34, 0x74, 0xF2, 0xF6}
HANDSHAKES = {0x41, 0x55, 0x30, 0x45, 0x57, 0x19, 0x56, 0x85, 0x86, 0x8B}
ADMIN = (
    {0x03, 0x04, 0x05, 0x06, 0x07, 0x12, 0x13, 0x31, 0x33, 0x36, 0x37, 0x44, 0x4E, 0x52, 0x53, 0x59, 0x61, 0x62}
    | {0x64, 0x65, 0x66, 0x67, 0x68, 0x70, 0x73, 0x76, 0x78, 0x79, 0x80, 0x81, 0x83, 0x89, 0x8A, 0x8C, 0x8F, 0x90}
    | {0x91, 0x94, 0x95, 0x02, 0x35, 0xF3, 0xF4, 0xF5, 0xFA}
)
PROVED = {0x43, 0x32, 0x63}
CONTROL = {0x47, 0x58, 0x69, 0x4C}


def test_table_has_every_request_of_the_protocol_and_the_right_it_needs() -> None:
    assert set(OPERATIONS) == FREE | HANDSHAKES | ADMIN | PROVED | CONTROL
    needs = {opcode: operation.access for opcode, operation in OPERATIONS.items()}
    assert {opcode for opcode, access in needs.items() if access is Access.ADMIN} == ADMIN
    assert {opcode for opcode, access in needs.items() if access is Access.PROVED} == PROVED
    assert {opcode for opcode, access in needs.items() if access is Access.USER} == CONTROL


@pytest.mark.parametrize("opcode", sorted(ADMIN))
async def test_administration_is_for_admins_who_have_proved_it(phone: Phone, opcode: int, lock: VirtualLock) -> None:
    lock.add_feature(16)
    before = (lock.owned, dict(lock.keypad.table), lock.auto_lock_seconds)
    assert await phone.refused(opcode) == Code.NO_PERMISSION
    await phone.user()
    await phone.prove()
    assert await phone.refused(opcode) == Code.NO_PERMISSION
    await phone.admin(prove=False)
    assert await phone.refused(opcode) == Code.NO_PERMISSION
    assert (lock.owned, dict(lock.keypad.table), lock.auto_lock_seconds) == before
    await phone.prove()
    reply = await phone.ask(opcode, b"\1")
    assert reply.ok or reply.code != Code.NO_PERMISSION


@pytest.mark.parametrize("opcode", sorted(PROVED))
async def test_clock_and_its_like_are_for_users_who_have_proved_it(phone: Phone, opcode: int) -> None:
    assert await phone.refused(opcode) == Code.NO_PERMISSION
    await phone.user()
    assert await phone.refused(opcode) == Code.NO_PERMISSION
    await phone.prove()
    reply = await phone.ask(opcode, b"\1")
    assert reply.ok or reply.code != Code.NO_PERMISSION


@pytest.mark.parametrize("opcode", sorted(FREE - {0x74}))
async def test_reading_needs_the_key_alone(phone: Phone, opcode: int) -> None:
    assert (await phone.ask(opcode, b"\0\0" if opcode == 0x25 else b"")).ok


async def test_unknown_requests_are_invalid_commands(phone: Phone) -> None:
    for opcode in set(range(256)) - set(OPERATIONS):
        assert await phone.refused(opcode) == Code.INVALID_COMMAND


@pytest.mark.parametrize("opcode", sorted(code for code, operation in OPERATIONS.items() if operation.features))
async def test_what_a_lock_has_not_it_calls_an_invalid_command(phone: Phone, lock: VirtualLock, opcode: int) -> None:
    lock.features = lock.features - set(OPERATIONS[opcode].features)
    await phone.admin()
    (reply,) = await phone.all(opcode, b"SCIENER", _key(opcode))
    assert reply.code == Code.INVALID_COMMAND


def _key(opcode: int) -> bytes | None:
    return DEFAULT_KEY if OPERATIONS[opcode].default_key else None


async def test_frozen_lock_lets_nobody_but_the_admin_thaw_it(phone: Phone, lock: VirtualLock) -> None:
    await phone.admin()
    await phone.done(0x61, "0201")
    assert lock.frozen
    for opcode in (0x47, 0x14, 0x55, 0x25, 0x36, 0x52):
        assert await phone.refused(opcode, b"\1") == Code.FROZEN
    await phone.admin()
    assert (await phone.done(0x61, "01"))[1:] == bytes((1, 1))
    await phone.done(0x61, "0200")
    assert not lock.frozen


# --- handshakes -----------------------------------------------------------------------------------------------------


async def test_admin_must_know_the_number(phone: Phone, radio: LockRadio) -> None:
    wrong = (radio.keys.admin_ps + 1).to_bytes(4) + bytes(7)
    assert await phone.refused(0x41, wrong) == Code.WRONG_ADMIN


async def test_higher_flag_makes_older_ekeys_worthless(phone: Phone, lock: VirtualLock) -> None:
    await phone.user(flag=0)
    await phone.admin(flag=3)
    assert lock.flag == 3
    assert await phone.refused(0x55, SENTINELS + (2).to_bytes(3) + bytes(4)) == Code.FLAG_TOO_LOW
    assert await phone.refused(0x41, phone.keys.admin_ps.to_bytes(4) + (2).to_bytes(3) + bytes(4)) == Code.FLAG_TOO_LOW
    await phone.user(flag=3)


@pytest.mark.parametrize(
    ("dates", "code"),
    [
        # The lock's clock shows 2026-11-19 10:00.
        ("1a0b130a00 1a0b130a01", None),
        ("1a0b130a01 1b0b130a00", Code.NOT_YET_VALID),
        ("1a0a010000 1a0b130959", None),
        ("1a0a010000 1a0b13093b", Code.EXPIRED),
        # The permanent dates in BCD: day 49, year 2153 (4.6).
        ("0001311400 9911301400", None),
        ("00011f0e00 630b1e0e00", None),
    ],
)
async def test_window_of_an_ekey_is_compared_with_the_locks_clock(phone: Phone, dates: str, code: Code | None) -> None:
    reply = await phone.ask(0x55, bytes.fromhex(dates) + bytes(7))
    assert reply.ok == (code is None)
    assert code is None or reply.code == code


async def test_each_handshake_brings_a_new_token_and_wants_a_new_proof(phone: Phone) -> None:
    await phone.user()
    first = phone.token
    await phone.prove()
    await phone.user()
    assert phone.token != first
    assert await phone.refused(0x43, "1a010f0a1e2d") == Code.NO_PERMISSION
    stale = ((first + phone.keys.unlock_key) % 2**32).to_bytes(4)
    assert await phone.refused(0x30, stale) == Code.WRONG_DYNAMIC_CODE
    assert await phone.refused(0x47, stale + bytes(4)) == Code.WRONG_DYNAMIC_CODE


async def test_token_sum_wraps_around(phone: Phone, radio: LockRadio) -> None:
    await phone.user()
    phone.link.session.token = phone.token = 0xFFFFFFFF
    assert int.from_bytes(phone.sum) == radio.keys.unlock_key - 1
    await phone.done(0x47, phone.control())


async def test_session_ends_with_the_link(phone: Phone, radio: LockRadio) -> None:
    await phone.admin()
    await phone.link.disconnect()
    again = await Phone(radio).connect()
    again.token = phone.token
    assert await again.refused(0x47, again.control()) == Code.NO_PERMISSION
    assert await again.refused(0x36, "01") == Code.NO_PERMISSION


# --- bolt -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opcode", "bolt", "record"), [(0x47, "unlocked", 1), (0x58, "locked", 26), (0x4C, "locked", 26)]
)
async def test_user_moves_the_bolt(
    phone: Phone, world: World, lock: VirtualLock, opcode: int, bolt: str, record: int
) -> None:
    if bolt == "locked":
        lock.turn_key()
    guest = world.account("owner")
    await phone.user(uid=guest.uid)
    data = await phone.done(opcode, phone.control())
    assert lock.bolt == bolt
    written = list(lock.journal)[-1]
    assert (written.type_from_lock, written.user, written.uid) == (record, guest.username, guest.uid)
    assert data[1:9] == guest.uid.to_bytes(4) + UNIX.to_bytes(4)
    # The lock's own clock, in its own time zone.
    assert data[9:] == bytes((26, 11, 19, 10, 0, 0))


async def test_dead_lock_engages_the_double_lock(phone: Phone, lock: VirtualLock) -> None:
    await phone.user()
    await phone.done(0x69, phone.control())
    assert lock.double_locked
    assert (await phone.done(0x14, b"SCIENER"))[1] == 3
    assert await phone.refused(0x47, phone.control()) == Code.DOUBLE_LOCKED
    assert [record.type_from_lock for record in lock.journal] == [52, 41]


async def test_admin_may_unlock_without_proving_it(phone: Phone, lock: VirtualLock) -> None:
    await phone.admin(prove=False)
    await phone.done(0x47, phone.control())
    assert lock.bolt == "unlocked"


async def test_bolt_needs_a_handshake_and_the_unlock_key(phone: Phone, lock: VirtualLock) -> None:
    assert await phone.refused(0x47, phone.control()) == Code.NO_PERMISSION
    await phone.user()
    phone.token += 1
    assert await phone.refused(0x47, phone.control()) == Code.WRONG_DYNAMIC_CODE
    assert lock.actuations == 0


async def test_jammed_bolt_and_app_lock_out_are_refusals(phone: Phone, lock: VirtualLock) -> None:
    await phone.user()
    lock.jammed = True
    assert await phone.refused(0x47, phone.control()) == Code.FAILED
    lock.jammed = False
    lock.add_feature(66)
    assert await phone.refused(0x47, phone.control()) == Code.INVALID_COMMAND


# --- frames ---------------------------------------------------------------------------------------------------------


async def test_textbook_check_value_is_forgiven_unless_it_must_not_be(phone: Phone, radio: LockRadio) -> None:
    # A frame whose running value meets the altered entry (3.3).
    data = next(
        text
        for text in (number.to_bytes(2) for number in range(1000))
        if build(phone.header, 0x25, seal(text, phone.key))
        != build(phone.header, 0x25, seal(text, phone.key), table=TEXTBOOK)
    )
    frame = build(phone.header, 0x25, seal(data, phone.key), table=TEXTBOOK)
    assert await phone.send(frame)
    radio.fidelity.forgive_textbook_crc = False
    assert await phone.send(frame) == []
    radio.fidelity.answer_bad_crc = True
    assert [reply.code for reply in await phone.send(frame)] == [Code.CRC]


async def test_frame_under_another_key_meets_silence_or_an_error(phone: Phone, radio: LockRadio) -> None:
    frame = phone.frame(0x14, b"SCIENER", DEFAULT_KEY)
    assert await phone.send(frame) == []
    radio.fidelity.answer_undecipherable = True
    assert [reply.code for reply in await phone.send(frame)] == [Code.CRC]


@pytest.mark.parametrize("padded", [False, True])
async def test_empty_request_may_be_padded(phone: Phone, padded: bool) -> None:
    frame = build(phone.header, 0x34, seal(b"", phone.key) if padded else b"")
    (reply,) = await phone.send(frame)
    assert reply.data == bytes((26, 11, 19, 10, 0, 0))


async def test_lock_answers_any_header_with_its_own_and_echoes_the_marker(radio: LockRadio) -> None:
    phone = await Phone(radio, Header(scene=1, group=1, organisation=1)).connect()
    await phone.send(build(phone.header, 0x14, seal(b"SCIENER", phone.key), marker=0))
    assert [(frame.header.hex(), frame.marker) for frame in phone.frames] == [("050302000a0022", 0)]
    radio.fidelity.refuse_foreign_header = True
    assert await phone.all(0x14, b"SCIENER") == []


@pytest.mark.parametrize("opcode", sorted(OPERATIONS))
async def test_short_and_senseless_data_is_refused_never_fatal(radio: LockRadio, opcode: int) -> None:
    radio.fidelity.idle_seconds = None
    phone = await Phone(radio).connect()
    for data in (b"", b"\1", b"\2", b"\3\4", b"\xff" * 3, b"\2" * 16, b"\xff" * 40):
        if not phone.link.connected:
            # A reset, or the mode for new firmware.
            radio.lock.owned = True
            phone = await Phone(radio).connect()
        if opcode != 0x41:
            await phone.admin()
        assert await phone.all(opcode, data, _key(opcode))
