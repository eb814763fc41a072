"""The link: how long it takes, what breaks it, and how a lock may behave that is not the common one."""

import asyncio
from contextlib import suppress
from itertools import pairwise

import pytest

from simulator import World
from simulator.lock import VirtualLock
from simulator.radio.air import Air
from simulator.radio.codec import TEXTBOOK, crc
from simulator.radio.faults import Kind, RadioFault
from simulator.radio.fidelity import Enrolment
from simulator.radio.lockradio import LockRadio
from simulator.radio.peripheral import (
    BATTERY_LEVEL,
    FIRMWARE,
    LOCK_SERVICE,
    MODEL,
    NOTIFY,
    WRITE,
    AttributeMissing,
    LinkLost,
    NoSlot,
    NotInRange,
    RadioError,
)
from simulator.radio.session import Code
from simulator.radio.timing import MadeTime

from .phone import SENTINELS, UNIX, Phone

UNLOCK, TOKEN, STATUS = 0x47, 0x55, 0x14


# --- on the air ---------------------------------------------------------------------------------------------------------


def flags(radio: LockRadio) -> int:
    advert = radio.advertisement()
    assert advert is not None
    return advert.manufacturer_data[773][1]


async def test_advertisement_follows_the_lock(radio: LockRadio, lock: VirtualLock, world: World) -> None:
    changes: list[int] = []
    stop = radio.watch(lambda: changes.append(flags(radio)))
    assert flags(radio) == 0
    lock.enter_code("48151623")
    assert flags(radio) == 0x03
    world.clock.advance(30)
    assert flags(radio) == 0x02
    radio.touch()
    assert flags(radio) == 0x0A
    world.clock.advance(12)
    assert flags(radio) == 0x02
    assert changes == [0x01, 0x03, 0x02, 0x0A, 0x02]
    stop()
    lock.turn_key()
    assert changes[-1] == 0x02
    lock.battery = 7
    advert = radio.advertisement()
    assert advert is not None
    raw = (773).to_bytes(2, "little") + advert.manufacturer_data[773]
    assert len(raw) == 17 and raw[4] == 7 and raw[11:].hex() == "0100004c7216"
    assert advert.service_uuids == (LOCK_SERVICE,) and advert.name == "S31_010000"


async def test_sleeping_lock_does_not_say_whether_it_is_open(radio: LockRadio, lock: VirtualLock, world: World) -> None:
    radio.fidelity.dormant_after = 20
    radio.fidelity.extra_flags = 0x20
    lock.enter_code("48151623")
    assert flags(radio) == 0x23
    lock.configure_auto_lock(0)
    world.clock.advance(21)
    assert flags(radio) == 0x32
    radio.touch()
    assert flags(radio) == 0x2B


async def test_lock_is_silent_without_power_out_of_range_and_while_somebody_talks_to_it(
    radio: LockRadio, lock: VirtualLock
) -> None:
    phone = await Phone(radio).connect()
    assert radio.advertisement() is None
    with pytest.raises(NotInRange):
        await radio.connect()
    await phone.link.disconnect()
    for silence in ("in_range", "power", "reception"):
        radio.in_range = silence != "in_range"
        lock.powered = silence != "power"
        lock.silent = silence == "reception"
        assert radio.advertisement() is None
        with pytest.raises(NotInRange):
            await radio.connect()
    lock.silent = False
    assert flags(radio) == 0
    await radio.connect()


async def test_adapter_has_so_many_slots(world: World) -> None:
    air = Air(world, slots=1)
    link = await air.lock("front_door").connect()
    with pytest.raises(NoSlot):
        await air.lock("garden_gate").connect()
    await link.disconnect()
    link = await air.lock("garden_gate").connect()
    await link.disconnect()


async def test_table_of_attributes(phone: Phone, radio: LockRadio) -> None:
    services = {service.uuid: service.characteristics for service in await phone.link.discover()}
    assert [(item.uuid, item.properties) for item in services[LOCK_SERVICE]] == [
        (WRITE, ("write", "write-without-response")),
        (NOTIFY, ("notify",)),
    ]
    assert await phone.link.read(MODEL) == b"SN9206_PV53"
    assert await phone.link.read(FIRMWARE) == b"6.0.6.210622"
    assert await phone.link.read(BATTERY_LEVEL) == bytes([100])
    for wrong in (phone.link.read(WRITE), phone.link.write(NOTIFY, b""), phone.link.subscribe(MODEL, print)):
        with pytest.raises(AttributeMissing):
            await wrong
    with pytest.raises(RadioError):
        await phone.link.write(WRITE, bytes(21))


@pytest.mark.parametrize("response", [False, True])
async def test_frames_may_be_written_either_way(phone: Phone, response: bool) -> None:
    await phone.write(phone.frame(TOKEN, SENTINELS + bytes(7)), response=response)
    await phone.listen()
    assert [reply.echo for reply in phone.heard()] == [TOKEN]
    assert [len(piece) for piece in phone.pieces] == [20, 11]


async def test_without_a_subscription_the_lock_is_heard_by_nobody(phone: Phone) -> None:
    await phone.link.unsubscribe(NOTIFY)
    assert await phone.all(STATUS, b"SCIENER") == []


# --- time ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interval", [0.015, 0.05])
async def test_packets_cross_at_connection_events(radio: LockRadio, time: MadeTime, interval: float) -> None:
    radio.pace.interval, radio.pace.connect_seconds, radio.pace.pieces_per_event = interval, 0.2, 1
    phone = await Phone(radio).connect()
    assert time.now() == pytest.approx(0.2 + 2 * interval), "one event there and one back for the subscription"
    begun = time.now()
    await phone.write(phone.frame(TOKEN, SENTINELS + bytes(7)))
    await phone.until(1)
    # Three pieces there and two back, one in each event.
    assert time.now() - begun == pytest.approx(5 * interval)
    moments = [packet.at for packet in phone.link.packets]
    assert all(later - earlier == pytest.approx(interval) for earlier, later in pairwise(moments))
    assert [packet.to_lock for packet in phone.link.packets] == [True] * 3 + [False] * 2


async def test_several_pieces_share_an_event_and_confirmed_ones_wait(radio: LockRadio, time: MadeTime) -> None:
    radio.pace.interval = 0.03
    phone = await Phone(radio).connect()
    begun = time.now()
    await phone.write(phone.frame(TOKEN, SENTINELS + bytes(7)))
    await phone.until(1)
    assert time.now() - begun == pytest.approx(0.06)
    begun = time.now()
    await phone.write(phone.frame(TOKEN, SENTINELS + bytes(7)), response=True)
    assert time.now() - begun == pytest.approx(6 * 0.03), "there and back for each piece"
    begun = time.now()
    await phone.link.discover()
    assert time.now() - begun == pytest.approx(20 * 0.03)


async def test_motor_and_thinking_take_their_time(phone: Phone, radio: LockRadio, time: MadeTime) -> None:
    radio.fidelity.reply_seconds, radio.fidelity.motor_seconds = 0.2, 0.5
    await phone.write(phone.frame(TOKEN, SENTINELS + bytes(7)))
    # While it thinks it takes no other request.
    await phone.write(phone.frame(STATUS, b"SCIENER"))
    await phone.until(1)
    assert time.now() == pytest.approx(0.2)
    phone.token = int.from_bytes(phone.heard()[0].data)
    phone.frames.clear()
    await phone.write(phone.frame(UNLOCK, phone.control()))
    await phone.until(1)
    assert time.now() == pytest.approx(0.9)
    assert [reply.echo for reply in phone.heard()] == [UNLOCK]


async def test_lock_drops_a_link_on_which_nobody_speaks(phone: Phone, radio: LockRadio, time: MadeTime) -> None:
    time.advance(4)
    assert await phone.all(STATUS, b"SCIENER")
    time.advance(4.9)
    assert radio.link is not None
    time.advance(0.2)
    assert phone.dropped and radio.advertisement() is not None
    with pytest.raises(LinkLost):
        await phone.link.write(WRITE, b"")


async def test_finger_that_comes_late_is_told_when_it_comes(radio: LockRadio, time: MadeTime) -> None:
    radio.fidelity.enrolment = Enrolment(presses=2, seconds=10)
    radio.fidelity.idle_seconds = None
    phone = await (await Phone(radio).connect()).admin()
    begun = time.now()
    await phone.write(phone.frame(0x06, b"\2"))
    await phone.until(5)
    assert time.now() - begun == pytest.approx(20)


# --- faults -------------------------------------------------------------------------------------------------------------


REQUEST = 31
"""Octets of an unlock with its terminator."""


@pytest.mark.parametrize("byte", [0, 1, 19, 20, 30])
async def test_link_that_breaks_within_the_request_moves_no_bolt(
    phone: Phone, radio: LockRadio, lock: VirtualLock, byte: int
) -> None:
    await phone.user()
    radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, opcode=UNLOCK, byte=byte))
    assert len(phone.frame(UNLOCK, phone.control())) == REQUEST
    with suppress(LinkLost):
        await phone.write(phone.frame(UNLOCK, phone.control()))
    await phone.listen()
    assert phone.dropped and lock.bolt == "locked" and lock.actuations == 0
    assert len([packet for packet in phone.link.packets[-2:] if packet.to_lock]) == byte // 20
    await (await Phone(radio).connect()).user()


async def test_link_that_breaks_behind_the_request_has_moved_the_bolt(
    phone: Phone, radio: LockRadio, lock: VirtualLock
) -> None:
    await phone.user()
    radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, opcode=UNLOCK, byte=REQUEST))
    assert await phone.all(UNLOCK, phone.control()) == []
    assert phone.dropped and lock.bolt == "unlocked"


@pytest.mark.parametrize("byte", [0, 19, 20, 46, 47])
async def test_link_that_breaks_within_the_reply(phone: Phone, radio: LockRadio, lock: VirtualLock, byte: int) -> None:
    await phone.user()
    radio.faults.add(RadioFault(kind=Kind.DROP, opcode=UNLOCK, byte=byte))
    phone.pieces.clear()
    replies = await phone.all(UNLOCK, phone.control())
    assert phone.dropped and lock.bolt == "unlocked"
    assert bool(replies) == (byte == 47)
    assert len(phone.pieces) == (byte // 20 if byte < 47 else 3)


@pytest.mark.parametrize("to_lock", [True, False])
@pytest.mark.parametrize(
    "fault",
    [
        RadioFault(kind=Kind.LOSE, piece=1),
        RadioFault(kind=Kind.TRUNCATE, piece=1, byte=3),
        RadioFault(kind=Kind.REORDER, piece=0),
        RadioFault(kind=Kind.CORRUPT, piece=0, byte=15, bit=3),
        RadioFault(kind=Kind.CORRUPT, piece=0, byte=11, bit=4),
    ],
    ids=lambda fault: f"{fault.kind} {fault.byte}",
)
async def test_damaged_frame_spoils_its_exchange_and_nothing_else(
    phone: Phone, radio: LockRadio, fault: RadioFault, to_lock: bool
) -> None:
    radio.faults.add(
        RadioFault(kind=fault.kind, piece=fault.piece, byte=fault.byte, bit=fault.bit, to_lock=to_lock, opcode=TOKEN)
    )
    replies = await phone.send(phone.frame(TOKEN, SENTINELS + bytes(7))) if to_lock else None
    if replies is None:
        await phone.write(phone.frame(TOKEN, SENTINELS + bytes(7)))
        await phone.listen()
        assert not any(frame.intact(forgive_textbook=False) for frame in phone.frames)
    else:
        assert replies == []
    assert radio.faults.struck == 1
    phone.frames.clear()
    for _ in range(3):
        await phone.write(phone.frame(STATUS, b"SCIENER"))
        await phone.listen()
    assert any(reply.echo == STATUS for reply in phone.heard())


async def test_request_that_never_ended_is_forgotten_after_a_silence(
    phone: Phone, radio: LockRadio, time: MadeTime
) -> None:
    radio.faults.add(RadioFault(kind=Kind.CORRUPT, to_lock=True, piece=0, byte=11, bit=7))
    for _ in range(3):
        assert await phone.all(STATUS, b"SCIENER") == []
    time.advance(1.5)
    assert await phone.all(STATUS, b"SCIENER")


async def test_piece_that_comes_twice_at_the_end_harms_nobody(phone: Phone, radio: LockRadio) -> None:
    radio.faults.add(RadioFault(kind=Kind.DUPLICATE, piece=1, times=None))
    assert [reply.echo for reply in await phone.all(STATUS, b"SCIENER")] == [STATUS]
    assert [reply.echo for reply in await phone.all(STATUS, b"SCIENER")] == [STATUS]


async def test_faults_strike_when_and_as_often_as_they_are_told(phone: Phone, radio: LockRadio) -> None:
    radio.faults.add(RadioFault(kind=Kind.LOSE, opcode=STATUS, piece=0, skip=1, times=2))
    heard = [bool(await phone.all(STATUS, b"SCIENER")) for _ in range(4)]
    assert heard == [True, False, False, True]
    radio.faults.add(RadioFault(kind=Kind.LOSE, opcode=STATUS, piece=0, times=None, chance=0.5))
    heard = [bool(await phone.all(STATUS, b"SCIENER")) for _ in range(30)]
    assert {True, False} == set(heard)
    radio.faults.clear()
    assert await phone.all(STATUS, b"SCIENER")


# --- other kinds of locks -----------------------------------------------------------------------------------------------


async def test_first_connections_may_break_at_once(radio: LockRadio) -> None:
    radio.fidelity.lost_connections = 1
    link = await radio.connect()
    await asyncio.sleep(0)
    assert not link.connected
    assert await (await Phone(radio).connect()).all(STATUS, b"SCIENER")


async def test_replies_may_come_in_odd_pieces_with_the_textbooks_check_value(radio: LockRadio) -> None:
    radio.fidelity.piece_sizes = (7, 1, 20)
    radio.fidelity.textbook_crc_replies = True
    phone = await Phone(radio).connect()
    await phone.all(STATUS, b"SCIENER")
    assert [len(piece) for piece in phone.pieces] == [7, 1, 20, 3]
    (frame,) = phone.frames
    assert frame.check == crc(frame.checked, TEXTBOOK)


async def test_reply_may_come_behind_a_push_and_a_please_wait(phone: Phone, radio: LockRadio) -> None:
    radio.fidelity.push_before_reply = radio.fidelity.intermediate = True
    replies = await phone.all(TOKEN, SENTINELS + bytes(7))
    assert [(reply.echo, reply.ok) for reply in replies] == [(TOKEN, False), (STATUS, True), (TOKEN, True)]
    assert replies[0].code == Code.RECEIVED


async def test_unlock_may_be_answered_shortly(phone: Phone, radio: LockRadio) -> None:
    radio.fidelity.short_unlock_reply = True
    await phone.user()
    assert (await phone.done(UNLOCK, phone.control())).hex() == "5d0000"


async def test_lock_may_answer_only_after_something_was_read(radio: LockRadio) -> None:
    radio.fidelity.needs_read = True
    phone = await Phone(radio).connect()
    assert await phone.all(STATUS, b"SCIENER") == []
    await phone.link.read(BATTERY_LEVEL)
    assert await phone.all(STATUS, b"SCIENER")


async def test_bolt_may_want_the_token_of_a_user(phone: Phone, radio: LockRadio) -> None:
    radio.fidelity.control_needs_user = True
    await phone.admin()
    assert await phone.refused(UNLOCK, phone.control(UNIX)) == Code.WRONG_DYNAMIC_CODE
    await phone.user()
    await phone.done(UNLOCK, phone.control(UNIX))


async def test_administration_may_be_open_to_users(phone: Phone, radio: LockRadio) -> None:
    radio.fidelity.admin_without_admin = True
    assert await phone.refused(0x36, "01") == Code.NO_PERMISSION
    await phone.user()
    await phone.done(0x36, "01")


async def test_address_in_the_advertisement_may_be_another(radio: LockRadio) -> None:
    radio.fidelity.advertised_mac = "AA:BB:CC:11:22:33"
    advert = radio.advertisement()
    assert advert is not None and advert.manufacturer_data[773].endswith(bytes.fromhex("332211ccbbaa"))
    assert radio.address == "16:72:4C:00:00:01"
