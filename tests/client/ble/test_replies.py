"""Every reply of ttlock-ble-protocol.md 8.5 and the captures of 8.2, from the frame to what a method returns."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.frame import Reassembler
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.opcodes import Opcode
from custom_components.ttlock.client.ble.operations import control, pairing
from custom_components.ttlock.client.ble.operations.control import Moved, Status
from custom_components.ttlock.client.ble.operations.credentials import Enrolment, EnrolmentStep, StoredCredential
from custom_components.ttlock.client.ble.operations.info import InfoStep
from custom_components.ttlock.client.ble.operations.log import LockRecord, LogPage
from custom_components.ttlock.client.ble.operations.passage import PassageEntry
from custom_components.ttlock.client.ble.operations.passcodes import StoredPasscode
from custom_components.ttlock.client.ble.operations.settings import AutoLock, Sound
from custom_components.ttlock.client.ble.operations.switches import Switch, Switches
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import (
    InvalidInput,
    NotPermitted,
    TTLockError,
    Unsupported,
    error_from_lock,
)
from custom_components.ttlock.client.features import Features
from custom_components.ttlock.client.models import Bolt, Door, OpenState, PasscodeKind

from .conversation_script import END, START, scripted
from .vectors import ADDRESS, KEY

CODE = Secret("123456")
PERIOD = Validity.period(START, END)
AT = datetime(2026, 1, 15, 10, 30, 45, tzinfo=UTC)


def opened(frame: str, key: LockKey = KEY) -> bytes:
    """Return what a captured frame holds, in clear; most are written down without their end."""
    [found] = Reassembler().feed(bytes.fromhex(frame) + b"\r\n")
    return key.decrypt(found.payload) if found.payload else b""


def reply(frame: str, opcode: int) -> bytes:
    """Return the data of a reply that worked."""
    envelope = opened(frame)
    assert envelope[:2] == bytes((opcode, 1))
    return envelope[2:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A method, the frames with which the lock answers, and what comes out."""

    call: Callable[[BleLock], Awaitable[Any] | AsyncGenerator[Any]]
    opcode: Opcode
    frames: tuple[str, ...]
    result: Any


VECTORS = {
    "unlock": Vector(
        call=lambda lock: lock.unlock(),
        opcode=Opcode.UNLOCK,
        frames=("7f5a0503010001000154aa20f26238c9fef0af38653ffc1c8b097058a22adb9e4a5387e0ee21deb52573d4634b",),
        result=Moved(battery=88, uid=0, command_id=1767225600, when=AT),
    ),
    "short unlock": Vector(
        call=lambda lock: lock.unlock(),
        opcode=Opcode.UNLOCK,
        frames=("7f5a0503010001000154aa10074a0640276d103867a318e2d98a7f3fcc",),
        result=Moved(battery=88),
    ),
    "status, locked": Vector(
        call=lambda lock: lock.status(),
        opcode=Opcode.STATUS,
        frames=("7f5a0503010001000154aa10ab42eab13a813deba86640ab8540cf771d",),
        result=Status(battery=88, bolt=Bolt.LOCKED, door=None),
    ),
    "status, unlocked": Vector(
        call=lambda lock: lock.status(),
        opcode=Opcode.STATUS,
        frames=("7f5a0503010001000154aa10c9c3d264a0e264c723eaf303e87151bb4d",),
        result=Status(battery=88, bolt=Bolt.UNLOCKED, door=None),
    ),
    "clock": Vector(
        call=lambda lock: lock.read_clock(),
        opcode=Opcode.GET_CLOCK,
        frames=("7f5a0503010001000154aa10ed3b4c235b3865dec4c483e0d7eaaf837a",),
        result=AT,
    ),
    "auto-lock": Vector(
        call=lambda lock: lock.read_auto_lock(),
        opcode=Opcode.AUTO_LOCK,
        frames=("7f5a0503010001000154aa10a2a25ee141484cfa4ac99c866da7678536",),
        result=AutoLock(seconds=5, minimum=1, maximum=900),
    ),
    "features": Vector(
        call=lambda lock: lock.read_features(),
        opcode=Opcode.FEATURES,
        frames=("7f5a0503010001000154aa109d7359766a0a941cb2beb816abf27f9ace",),
        result=Features(0x0000051071C4F5F1),
    ),
    "log, empty": Vector(
        call=lambda lock: lock.new_records(),
        opcode=Opcode.LOG,
        frames=("7f5a0503010001000154aa10da48994d325a72ee654368f18b8dd16895",),
        result=[],
    ),
    "log": Vector(
        call=lambda lock: lock.records(16),
        opcode=Opcode.LOG,
        frames=(
            "7f5a0503010001000154aa203fb561a3e23262579649e46e2a591be9a25b6619860b7157e4d0ceb4ba821d7e63",
            "7f5a0503010001000154aa2038b706767ce8fce3b109486459e7542ce99886547c2019fab8afe6f177f043268e",
            "7f5a0503010001000154aa10da48994d325a72ee654368f18b8dd16895",
        ),
        result=[
            LogPage(records=(LockRecord(type=1, when=AT, battery=88, uid=0, command_id=1767225600),), next=17),
            LogPage(
                records=(LockRecord(type=4, when=AT.replace(minute=31), battery=88, number=CODE, original=CODE),),
                next=18,
            ),
        ],
    ),
    "passcodes": Vector(
        call=lambda lock: lock.list_passcodes(),
        opcode=Opcode.PASSCODE_LIST,
        frames=(
            "7f5a0503010001000154aa203d9b7c8098e3d39d40cb8740075e366dc873fda822c9f00ad28bd292a804022c3e",
            "7f5a0503010001000154aa101c387100bfb4086268d3b9379660421ff9",
        ),
        result=(StoredPasscode(code=CODE, original=CODE, kind=PasscodeKind.PERMANENT, validity=Validity.permanent()),),
    ),
    "passcode added": Vector(
        call=lambda lock: lock.add_passcode(CODE),
        opcode=Opcode.PASSCODES,
        frames=("7f5a0503010001000154aa108237d1002efb67f53af16f2905d0eb4061",),
        result=None,
    ),
    "card enrolled": Vector(
        call=lambda lock: lock.enrol_card(),
        opcode=Opcode.CARDS,
        frames=(
            "7f5a0503010001000154aa10ee94513fe77650b7eb42c74af27f2a48c1",
            "7f5a0503010001000154aa10bf1d041eb70d14c8e0e88c933f5c4c5e56",
        ),
        result=[
            Enrolment(step=EnrolmentStep.READY, battery=88),
            Enrolment(step=EnrolmentStep.DONE, number=Secret("3735928559"), battery=88),
        ],
    ),
    "cards": Vector(
        call=lambda lock: lock.list_cards(),
        opcode=Opcode.CARDS,
        frames=(
            "7f5a0503010001000154aa20b3fa9f677901ff53c19c85c6f2c518d61a68c10e440b9751dd1b43c942222c2bc1",
            "7f5a0503010001000154aa10e81110913da0a19c29d34e5349a24d0fb4",
        ),
        result=(StoredCredential(kind=CredentialKind.CARD, number=Secret("3735928559"), validity=PERIOD),),
    ),
    "fingerprints": Vector(
        call=lambda lock: lock.list_fingerprints(),
        opcode=Opcode.FINGERPRINTS,
        frames=(
            "7f5a0503010001000154aa20dc151df341e05c1107b4c7f88501d5bd536a822b06ce842cf5f32279c4b49d9f09",
            "7f5a0503010001000154aa10d4639f15534db35c5cda7033b93cadaecd",
        ),
        result=(
            StoredCredential(kind=CredentialKind.FINGERPRINT, number=Secret(str(0x010203040506)), validity=PERIOD),
        ),
    ),
    "passage mode": Vector(
        call=lambda lock: lock.list_passage_entries(),
        opcode=Opcode.PASSAGE_MODE,
        frames=(
            "7f5a0503010001000154aa10e21ef58c570b02b40dc5b216604de931f6",
            "7f5a0503010001000154aa10ce2f93004e43e867b862f289dee90d551c",
        ),
        result=(PassageEntry(day=1, start=8 * 60 + 30, end=17 * 60 + 45),),
    ),
    "switches": Vector(
        call=lambda lock: lock.read_switches(),
        opcode=Opcode.SWITCHES,
        frames=("7f5a0503010001000154aa107146c88ffd1c8a704b543caeacdd18023a",),
        result=Switches(items=0x17, values=0x03),
    ),
    "sound": Vector(
        call=lambda lock: lock.read_sound(),
        opcode=Opcode.SOUND,
        frames=("7f5a0503010001000154aa1065d290190f2b3432a71ac7dfb3a6788540",),
        result=Sound(on=True, volume=3),
    ),
    "remote unlock": Vector(
        call=lambda lock: lock.read_remote_unlock(),
        opcode=Opcode.REMOTE_UNLOCK,
        frames=("7f5a0503010001000154aa10cc950567d1a3295b3501ba7eab7813edbf",),
        result=True,
    ),
    "admin passcode, all digits of it": Vector(
        call=lambda lock: lock.read_admin_passcode(),
        opcode=Opcode.GET_ADMIN_PASSCODE,
        frames=("7f5a0503010001000154aa10be96d9914d348dc96dda396a741c22244b",),
        result=Secret("7654321"),
    ),
    "model": Vector(
        call=lambda lock: lock.read_info_text(InfoStep.MODEL),
        opcode=Opcode.DEVICE_INFO,
        frames=("7f5a0503010001000154aa10978b98906d8826808eba222b06381a88af",),
        result="SN478_PV53",
    ),
    "address": Vector(
        call=lambda lock: lock.read_address(),
        opcode=Opcode.DEVICE_INFO,
        frames=("7f5a0503010001000154aa1009609886faa3295713c82d8297f8c048db",),
        result="AA:BB:CC:DD:EE:FF",
    ),
    "reset": Vector(
        call=lambda lock: lock.reset(),
        opcode=Opcode.RESET_LOCK,
        frames=("7f5a0503010001000154aa0052",),
        result=None,
    ),
}


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
async def test_a_method_understands_what_locks_answer(vector: Vector) -> None:
    lock, _ = scripted(
        *(b"" if vector.opcode is Opcode.RESET_LOCK else reply(frame, vector.opcode) for frame in vector.frames)
    )
    result = vector.call(lock)
    if isinstance(result, AsyncGenerator):
        assert [step async for step in result] == vector.result
    else:
        assert await result == vector.result
    if vector.result and vector.opcode in (Opcode.UNLOCK, Opcode.CARDS, Opcode.SWITCHES, Opcode.SOUND):
        assert lock.battery == 88


def test_pushes_of_a_lock_are_read_by_their_length() -> None:
    short = reply("7f5a0503010001000154aa108727e401339126f9d87c460efc2e046a3e", Opcode.STATUS)
    assert control.read_push(short, UTC) == Status(battery=44, bolt=Bolt.UNLOCKED, door=None)
    long = reply(
        "7f5a0503010001000154aa204f1ca6645842bc2bd2d487c6c3d23a7dea9c2c4f3a365bf5f1253b4c9272cde873", Opcode.STATUS
    )
    when = datetime(2026, 5, 11, 15, 48, 8, tzinfo=UTC)
    assert control.read_push(long, UTC) == Moved(battery=44, uid=0, command_id=0x6A0224A3, when=when)


def test_the_key_of_a_new_lock_is_read() -> None:
    frame = "7f5a0503010001000119aa206697e1d20be730892235938636b6aa8152f8c1ce49dac222568c6b2f5d0dc79164"
    envelope = opened(frame, LockKey.unpaired(ADDRESS))
    assert envelope[:2] == bytes((Opcode.GET_AES_KEY, 1))
    assert pairing.read_aes_key(envelope[2:]) == KEY.aes
    pairing.check_owner(reply("7f5a0503010001000154aa10f6b458779f7c5df458607a95870697a031", Opcode.ADD_ADMIN))


@pytest.mark.parametrize(
    ("frame", "plain"),
    [
        ("7f5a0503010001000154aa10ce17feac4a0c888c7aa99f16996bb19488", "550101020304"),
        ("7f5a0503010001000154aa10039c9fd5a4db0bf616bc326b93e78b932a", "410101020304"),
        ("7f5a0503010001000154aa10c5cfa96fcb4177ba2db1bdd30819043a47", "3001"),
        ("7f5a0503010001000154aa108ff1f754d779e07ab443d12a19cc59c036", "4301"),
    ],
)
def test_replies_to_handshakes_are_opened(frame: str, plain: str) -> None:
    assert opened(frame).hex() == plain


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        ("7f5a0503010001000154aa1094abe57cd6c3e4224f1d0ddfd8a5c6cff0", NotPermitted),
        ("7f5a0503010001000154aa105aacdc890db115141a72e3ef6519bebbe4", Unsupported),
        ("7f5a0503010001000154aa10ebfe591143f4510783070e8b635bef93be", InvalidInput),
    ],
)
def test_refusals_are_typed(frame: str, kind: type[TTLockError]) -> None:
    _, status, code = opened(frame)
    assert status == 0
    assert isinstance(error_from_lock(code), kind)


async def test_captures_of_real_locks_are_understood() -> None:
    """C10 and C11 of 8.2: short unlock, state without sensor, end of the fingerprint list."""
    lock, _ = scripted("2a0000", "2d0002", "6406ffff")
    assert await lock.unlock() == Moved(battery=42)
    assert (await lock.status()).open_state == OpenState(Bolt.LOCKED, None)
    assert await lock.list_fingerprints() == ()
    assert lock.battery == 100


async def test_a_door_sensor_and_a_dead_lock_are_told() -> None:
    lock, _ = scripted("640001", "640300", "640502")
    assert (await lock.status()).open_state == OpenState(Bolt.LOCKED, Door.CLOSED)
    assert await lock.status() == Status(battery=100, bolt=Bolt.LOCKED, door=Door.OPEN, dead_locked=True)
    assert (await lock.status()).open_state == OpenState(Bolt.UNKNOWN, None)


async def test_features_of_real_locks_come_least_significant_word_first() -> None:
    """The KT170 of 6.4, whose cloud says 800C2D4435CCF5F7; a word that was cut off says nothing."""
    lock, _ = scripted("6435ccf5f7800c2d440000000000000000" + "ffff")
    assert await lock.read_features() == Features.from_vendor("800C2D4435CCF5F7")


async def test_a_refused_cursor_of_the_log_is_not_its_end() -> None:
    empty = "0000"
    lock, script = scripted(error_from_lock(0x1F), "00131110" + "1001" + "1a010f0a1e2d58000000006955b900", empty)
    [page] = [page async for page in lock.records(4000)]
    assert len(page.records) == 1
    assert [asked.data.hex() for asked in script.asked] == ["0fa0", "0000", "1110"]


async def test_switches_are_told_as_the_cloud_tells_them() -> None:
    lock, _ = scripted("580100000017" + "00000013", "58010103")
    switches = await lock.read_switches()
    cloud = switches.in_cloud(await lock.read_sound(), frozen=False)
    assert (cloud.tamper_alert, cloud.reset_button, cloud.privacy_lock) == (True, True, False)
    assert (cloud.open_direction, cloud.dual_verification, cloud.volume, cloud.frozen) == (1, None, 3, False)
    assert switches.get(Switch.SUPERVISION) is None


async def test_a_step_of_the_information_that_a_lock_does_not_know_is_none() -> None:
    lock, _ = scripted(b"SN478\x00", error_from_lock(0x19), b"6.0.6\x00", b"")
    found = await lock.read_device_info()
    assert (found.model, found.hardware_version, found.firmware_version, found.made_on) == (
        "SN478",
        None,
        "6.0.6",
        None,
    )
    lock, _ = scripted(error_from_lock(0x02))
    with pytest.raises(NotPermitted):
        await lock.read_device_info()


async def test_a_lost_card_list_ends_with_its_cursor() -> None:
    """A lock that names the same place again does not hold the reader for ever (11, K hangs)."""
    entry = "deadbeef" + "1a010f0a1e1b0c1f173b"
    lock, script = scripted("58010001" + entry, "58010001" + entry, "58010001" + entry)
    assert len(await lock.list_cards()) == 2
    assert len(script.asked) == 2


async def test_several_passage_entries_in_one_reply_are_all_read() -> None:
    lock, _ = scripted("58010201010000000000" + "02" + "1f00081e112d", "5801ff")
    entries = await lock.list_passage_entries()
    assert [(entry.repeat, entry.day, entry.all_day) for entry in entries] == [(1, 1, True), (2, 31, False)]
