"""Every request of ttlock-ble-protocol.md 8.3 and 8.4, from the method to the frame."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.frame import DEFAULT_HEADER, Frame, Header
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.lock_data import YearSeed
from custom_components.ttlock.client.ble.opcodes import Opcode
from custom_components.ttlock.client.ble.operations import pairing
from custom_components.ttlock.client.ble.operations.info import InfoStep
from custom_components.ttlock.client.ble.operations.passage import PassageEntry
from custom_components.ttlock.client.ble.operations.switches import Switch
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.cyclic import CyclicWindow
from custom_components.ttlock.client.models import PasscodeKind

from .conversation_script import END, START, scripted
from .vectors import ADDRESS, KEY, OTHER_HEADER, UNKNOWN_ACCOUNT

MONDAY = PassageEntry(day=1, start=8 * 60 + 30, end=17 * 60 + 45)
MONDAY_WINDOW = CyclicWindow(weekday=1, start=8 * 60 + 30, end=17 * 60 + 45)
PERIOD = Validity.period(START, END)
CODE = Secret("123456")
FINGER = Secret(str(0x010203040506))
LONG_CARD = Secret("12345678901234")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A method, what it sends, and what the lock said before where that matters."""

    call: Callable[[BleLock], Awaitable[Any] | AsyncGenerator[Any]]
    opcode: Opcode
    plain: str
    frame: str
    replies: tuple[str, ...] = ()
    header: Header = DEFAULT_HEADER
    asked: int = 0
    """Which of the requests it is."""


VECTORS = {
    "unlock": Vector(
        call=lambda lock: lock.unlock(),
        opcode=Opcode.UNLOCK,
        plain="0fb8168f6955b900",
        frame="7f5a0503010001000147aa101adca06896d56e4b77c6ed4908906c3b80",
    ),
    "lock": Vector(
        call=lambda lock: lock.lock(),
        opcode=Opcode.LOCK,
        plain="0fb8168f6955b900",
        frame="7f5a0503010001000158aa101adca06896d56e4b77c6ed4908906c3b06",
    ),
    "dead lock": Vector(
        call=lambda lock: lock.dead_lock(),
        opcode=Opcode.DEAD_LOCK,
        plain="0fb8168f6955b900",
        frame="7f5a0503010001000169aa101adca06896d56e4b77c6ed4908906c3bb0",
    ),
    "get time": Vector(
        call=lambda lock: lock.read_clock(),
        opcode=Opcode.GET_CLOCK,
        plain="",
        frame="7f5a0503010001000134aa00f7",
        replies=("1a010f0a1e2d",),
    ),
    "features": Vector(
        call=lambda lock: lock.read_features(),
        opcode=Opcode.FEATURES,
        plain="",
        frame="7f5a0503010001000101aa001c",
        replies=("64",),
    ),
    "admin code": Vector(
        call=lambda lock: lock.read_admin_passcode(),
        opcode=Opcode.GET_ADMIN_PASSCODE,
        plain="",
        frame="7f5a0503010001000165aa0027",
        replies=("5800",),
    ),
    "reset": Vector(
        call=lambda lock: lock.reset(), opcode=Opcode.RESET_LOCK, plain="", frame="7f5a0503010001000152aa0083"
    ),
    "status": Vector(
        call=lambda lock: lock.status(),
        opcode=Opcode.STATUS,
        plain="534349454e4552",
        frame="7f5a0503010001000114aa1070a33471847bcd96bc28a01df1ccf318e8",
        replies=("580002",),
    ),
    "status of another header": Vector(
        call=lambda lock: lock.status(),
        opcode=Opcode.STATUS,
        plain="534349454e4552",
        frame="7f5a050302000a000c14aa1070a33471847bcd96bc28a01df1ccf318b8",
        replies=("580002",),
        header=OTHER_HEADER,
    ),
    "new records": Vector(
        call=lambda lock: lock.new_records(),
        opcode=Opcode.LOG,
        plain="ffff",
        frame="7f5a0503010001000125aa102a20efca5d1ea56e8e610f5c10c78639cb",
        replies=("0000",),
    ),
    "passcode list": Vector(
        call=lambda lock: lock.list_passcodes(),
        opcode=Opcode.PASSCODE_LIST,
        plain="0000",
        frame="7f5a0503010001000107aa1061241b21b799a962888c25f58c8631c957",
        replies=("0000",),
    ),
    "auto-lock get": Vector(
        call=lambda lock: lock.read_auto_lock(),
        opcode=Opcode.AUTO_LOCK,
        plain="01",
        frame="7f5a0503010001000136aa10666236976772afb235530649df5b1fcd47",
        replies=("58010005",),
    ),
    "auto-lock 300 s": Vector(
        call=lambda lock: lock.set_auto_lock(300),
        opcode=Opcode.AUTO_LOCK,
        plain="02012c",
        frame="7f5a0503010001000136aa10df90f37b0f77dfb86aec1fde943a76646f",
    ),
    "add permanent passcode": Vector(
        call=lambda lock: lock.add_passcode(CODE, PasscodeKind.PERMANENT, START),
        opcode=Opcode.PASSCODES,
        plain="0201063132333435361a010f0a1e",
        frame="7f5a0503010001000103aa109faf88d6d3e6d863f7d0a0be4bf710e788",
    ),
    "add passcode for a period": Vector(
        call=lambda lock: lock.add_passcode(CODE, PasscodeKind.PERIOD, START, END),
        opcode=Opcode.PASSCODES,
        plain="0203063132333435361a010f0a1e1b0c1f173b",
        frame="7f5a0503010001000103aa20cf63e27d419960fc0edd186ec600c9e56b050355f88329dd4361942d935631342a",
    ),
    "delete passcode": Vector(
        call=lambda lock: lock.delete_passcode(CODE),
        opcode=Opcode.PASSCODES,
        plain="030306313233343536",
        frame="7f5a0503010001000103aa101cb519b629975e17fafa47c5d5d23e08d5",
    ),
    "change passcode": Vector(
        call=lambda lock: lock.change_passcode(CODE, Secret("654321"), PERIOD),
        opcode=Opcode.PASSCODES,
        plain="050306313233343536063635343332311a010f0a1e1b0c1f173b",
        frame="7f5a0503010001000103aa20827ff82904c314b9d54ab97b8244c679ecfb11c9376fc839f6ff4164f64782d3d1",
    ),
    "clear passcodes": Vector(
        call=lambda lock: lock.clear_passcodes(),
        opcode=Opcode.PASSCODES,
        plain="01",
        frame="7f5a0503010001000103aa10666236976772afb235530649df5b1fcd31",
    ),
    "card list": Vector(
        call=lambda lock: lock.list_cards(),
        opcode=Opcode.CARDS,
        plain="010000",
        frame="7f5a0503010001000105aa10f83771c1531c8b006b8b91e9130df23fcd",
        replies=("5801ffff",),
    ),
    "card scan": Vector(
        call=lambda lock: lock.enrol_card(),
        opcode=Opcode.CARDS,
        plain="02",
        frame="7f5a0503010001000105aa1056c01f922354e655f786ae33c86fdf04bd",
        replies=("580201deadbeef",),
    ),
    "clear cards": Vector(
        call=lambda lock: lock.clear_cards(),
        opcode=Opcode.CARDS,
        plain="04",
        frame="7f5a0503010001000105aa1089c7d6831cf64149dc14d3804babde8101",
    ),
    "add card": Vector(
        call=lambda lock: lock.add_card(Secret("3735928559"), PERIOD),
        opcode=Opcode.CARDS,
        plain="02deadbeef1a010f0a1e1b0c1f173b",
        frame="7f5a0503010001000105aa100cdf1e4ad62f93e0a1c739828f012b5183",
    ),
    "change card": Vector(
        call=lambda lock: lock.change_card_period(LONG_CARD, PERIOD),
        opcode=Opcode.CARDS,
        plain="0500000b3a73ce2ff21a010f0a1e1b0c1f173b",
        frame="7f5a0503010001000105aa203732c73c2a7c64daa55f72622810a7e2d869df50feca0c109352b53ea3a497805f",
    ),
    "delete card": Vector(
        call=lambda lock: lock.delete_card(LONG_CARD),
        opcode=Opcode.CARDS,
        plain="0300000b3a73ce2ff2",
        frame="7f5a0503010001000105aa10955b68d16112c25b0986a7014f6898d72e",
    ),
    "fingerprint list": Vector(
        call=lambda lock: lock.list_fingerprints(),
        opcode=Opcode.FINGERPRINTS,
        plain="060000",
        frame="7f5a0503010001000106aa107ee301611f3f003a598a8b1409a313dfde",
        replies=("5806ffff",),
    ),
    "enrol fingerprint": Vector(
        call=lambda lock: lock.enrol_fingerprint(),
        opcode=Opcode.FINGERPRINTS,
        plain="02",
        frame="7f5a0503010001000106aa1056c01f922354e655f786ae33c86fdf04cf",
        replies=("580201010203040506",),
    ),
    "delete fingerprint": Vector(
        call=lambda lock: lock.delete_fingerprint(FINGER),
        opcode=Opcode.FINGERPRINTS,
        plain="03010203040506",
        frame="7f5a0503010001000106aa10583be46a5745f11e6e05ec48324e3b2e7b",
    ),
    "weekly window of a fingerprint": Vector(
        call=lambda lock: lock.open_windows(CredentialKind.FINGERPRINT, FINGER, [MONDAY_WINDOW]),
        opcode=Opcode.CYCLIC,
        plain="020106010203040506010100081e112d00000000",
        frame="7f5a0503010001000170aa20bbc71f95f2fc2024af609d3cf04c034bfcad8d9e6b961e33f82544027785f38d68",
    ),
    "weekly window of a card": Vector(
        call=lambda lock: lock.open_windows(CredentialKind.CARD, Secret("3735928559"), [MONDAY_WINDOW]),
        opcode=Opcode.CYCLIC,
        plain="020204deadbeef010100081e112d00000000",
        frame="7f5a0503010001000170aa209979e26ffb54e912f4c40bb8f8edc04d0d9bfce69af656d3b49f71d9b5afff4c61",
    ),
    "passage query": Vector(
        call=lambda lock: lock.list_passage_entries(),
        opcode=Opcode.PASSAGE_MODE,
        plain="0100",
        frame="7f5a0503010001000166aa1064883b22367dc2d4ee2afefddc27203b56",
        replies=("5801ff",),
    ),
    "clear passage mode": Vector(
        call=lambda lock: lock.clear_passage_mode(),
        opcode=Opcode.PASSAGE_MODE,
        plain="04",
        frame="7f5a0503010001000166aa1089c7d6831cf64149dc14d3804babde81ad",
    ),
    "add passage": Vector(
        call=lambda lock: lock.add_passage_entry(MONDAY),
        opcode=Opcode.PASSAGE_MODE,
        plain="02010100081e112d",
        frame="7f5a0503010001000166aa1091fa0b69aedfc112169954a9fcf9b8619d",
    ),
    "delete passage": Vector(
        call=lambda lock: lock.delete_passage_entry(MONDAY),
        opcode=Opcode.PASSAGE_MODE,
        plain="03010100081e112d",
        frame="7f5a0503010001000166aa1055ff6c6e212e0350b807b18434a5b73f74",
    ),
    "switches get": Vector(
        call=lambda lock: lock.read_switches(),
        opcode=Opcode.SWITCHES,
        plain="01",
        frame="7f5a0503010001000168aa10666236976772afb235530649df5b1fcd03",
        replies=("58010000001700000003",),
    ),
    "switch off the privacy lock": Vector(
        call=lambda lock: lock.set_switch(Switch.PRIVACY_LOCK, on=False),
        opcode=Opcode.SWITCHES,
        plain="020000000700000003",
        frame="7f5a0503010001000168aa10d1bd489592fa9d5fc39e1b70aecd7f1262",
        replies=("58010000001700000007",),
        asked=1,
    ),
    "sound of level 5": Vector(
        call=lambda lock: lock.set_sound(True, 5),
        opcode=Opcode.SOUND,
        plain="02010500",
        frame="7f5a0503010001000162aa10e380339da0718f6e4b9d5ba5a1a2d484ec",
    ),
    "sound off": Vector(
        call=lambda lock: lock.set_sound(False),
        opcode=Opcode.SOUND,
        plain="0200",
        frame="7f5a0503010001000162aa1079f7bfe0a493d7bc621b8fcad2e4bfa79f",
    ),
    "remote unlock on": Vector(
        call=lambda lock: lock.set_remote_unlock(True),
        opcode=Opcode.REMOTE_UNLOCK,
        plain="0201",
        frame="7f5a0503010001000137aa105299ca3e2d346e2c844ea1adf10bd57e53",
    ),
    "lamp 30 s": Vector(
        call=lambda lock: lock.set_lamp(30),
        opcode=Opcode.LAMP,
        plain="02001e",
        frame="7f5a0503010001000167aa10cdb23d1aed3cbcd9bdb8c8e4aff111df3a",
    ),
    "set admin code": Vector(
        call=lambda lock: lock.set_admin_passcode(Secret("7654321")),
        opcode=Opcode.SET_ADMIN_PASSCODE,
        plain="07060504030201",
        frame="7f5a0503010001000153aa105df41a21521ad0fdf3c8fbf741f1953af9",
    ),
    "device info 1": Vector(
        call=lambda lock: lock.read_info_text(InfoStep.MODEL),
        opcode=Opcode.DEVICE_INFO,
        plain="01",
        frame="7f5a0503010001000190aa10666236976772afb235530649df5b1fcd57",
    ),
    "add remote": Vector(
        call=lambda lock: lock.add_remote(ADDRESS, PERIOD),
        opcode=Opcode.KEY_FOBS,
        plain="02332211ccbbaa1a010f0a1e1b0c1f173b",
        frame="7f5a0503010001000173aa20ba9127b7468cd6f3af2fd3a378b22e241d259ddf13f84dee2f7c9f8844c2943e51",
    ),
    "pair door sensor": Vector(
        call=lambda lock: lock.pair_door_sensor(ADDRESS),
        opcode=Opcode.DOOR_SENSOR,
        plain="332211ccbbaa",
        frame="7f5a0503010001000176aa10ae5906fd9647817e293f30990538b4f581",
    ),
    "door alarm 60 s": Vector(
        call=lambda lock: lock.set_left_open_alarm(60),
        opcode=Opcode.DOOR_LEFT_OPEN_ALARM,
        plain="003c",
        frame="7f5a0503010001000178aa10b1707d65ed3817a3a96cf5e2c7af60d510",
    ),
    "init passwords": Vector(
        call=lambda lock: lock.set_passcode_seeds(
            [YearSeed(year=2026 + i, code=100 + i, secret=Secret(str(1000000000 + 111111111 * i))) for i in range(10)]
        ),
        opcode=Opcode.INIT_PASSCODES,
        plain="1a06403b9aca000650423a35c7066048d9a18e06704f790d5506805618791c06905cb7e4e306a0635750aa06b069f6bc7106c07"
        "096283806d0773593ff",
        frame="7f5a0503010001000131aa40181b164dfb309491d8afb827c516f17e618d921f213405a2fae588374f14769e17d763162a433aa"
        "25fc41936cb52b554627c723239cae821e5b7e3cfe387bd6776",
    ),
}


def framed(key: LockKey, opcode: int, plain: bytes) -> str:
    """Return a frame without its end."""
    frame = Frame(key.header, opcode, key.encrypt(plain) if plain else b"").encode()
    assert frame.endswith(b"\r\n")
    return frame[:-2].hex()


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
async def test_a_method_sends_what_the_vendor_sends(vector: Vector) -> None:
    lock, script = scripted(*vector.replies, key=KEY.with_header(vector.header))
    result = vector.call(lock)
    if isinstance(result, AsyncGenerator):
        _ = [step async for step in result]
    else:
        await result
    asked = script.asked[vector.asked]
    assert (asked.opcode, asked.data.hex()) == (vector.opcode, vector.plain)
    assert framed(script.key, asked.opcode, asked.data) == vector.frame


async def test_the_clock_is_set_to_the_wall_time_of_the_lock() -> None:
    lock, script = scripted("")
    lock = BleLock(script, clock=datetime(2026, 1, 15, 10, 30, 45, tzinfo=UTC).timestamp)
    await lock.set_clock()
    assert script.asked[0].data.hex() == "1a010f0a1e2d"
    assert (
        framed(KEY, Opcode.SET_CLOCK, script.asked[0].data)
        == "7f5a0503010001000143aa10af592f7b145895aae36f5628841466bc47"
    )


@pytest.mark.parametrize(
    ("opcode", "plain", "frame"),
    [
        (Opcode.ADD_ADMIN, KEY.owner(), "7f5a0503010001000156aa10b35c4d098d551f7b2e083979062b144476"),
        (Opcode.INITIALIZATION, b"", "7f5a0503010001000145aa00b3"),
        (Opcode.OPERATE_FINISHED, b"", "7f5a0503010001000157aa00b6"),
        (Opcode.CHECK_ADMIN, KEY.admin_check(), "7f5a0503010001000141aa10f8b95d66815c3f6869ed4569eaee382c51"),
        (
            Opcode.CHECK_USER_TIME,
            UNKNOWN_ACCOUNT.user_check(),
            "7f5a0503010001000155aa207ac5eb74697c18b497df69525bec9ec3c931f4ca74b513e28e6f63b531c55c69ce",
        ),
        (
            Opcode.CHECK_USER_TIME,
            replace(KEY, start=START, end=END).user_check(),
            "7f5a0503010001000155aa205f4bacfeea6865c07a39f02251341e5fe3c4ca7d650770f34b25981b1801f30ac5",
        ),
        (Opcode.CHECK_RANDOM, bytes.fromhex("0fb8168f"), "7f5a0503010001000130aa10101f51ad603dbf80c3ca1135f79437e944"),
    ],
)
def test_pairing_and_handshakes_send_what_the_vendor_sends(opcode: Opcode, plain: bytes, frame: str) -> None:
    assert framed(KEY, opcode, plain) == frame


def test_the_key_of_a_new_lock_is_asked_for_under_the_key_of_the_vendor() -> None:
    key = LockKey.unpaired(ADDRESS)
    frame = "7f5a0503010001000119aa1026ed1d9258a1e428fcb48bbd1c0e5a46bc"
    assert framed(key, Opcode.GET_AES_KEY, pairing.GET_AES_KEY) == frame
