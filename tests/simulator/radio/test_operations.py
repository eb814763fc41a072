"""What is done over the air opens the same door, and stands in the same log, as what the cloud does."""

import json

import pytest

from simulator import World
from simulator.credentials import CredentialKind
from simulator.lock import VirtualLock
from simulator.radio.fidelity import Enrolment
from simulator.radio.lockradio import LockRadio
from simulator.radio.session import Code
from simulator.radio.timing import MadeTime
from simulator.schedule import CUSTOM

from ..conftest import Api
from .phone import Phone

pytestmark = pytest.mark.locks("front_door")

FRONT_DOOR = 7252401
TODAY = "1a0b130000"
TOMORROW = "1a0b140000"
NO_LIMIT = "0001010000" + "6301010000"
HOUR = 3600


@pytest.fixture
async def admin(phone: Phone) -> Phone:
    return await phone.admin()


# What is asked twice in a test is asked by a function, or the type checker takes the first answer for the last.


def holds(lock: VirtualLock) -> bool:
    return lock.passage_active


def unread(radio: LockRadio) -> bool:
    return radio.unread


def waits(radio: LockRadio) -> bool:
    return radio.present is not None


def has_sensor(radio: LockRadio) -> bool:
    return radio.lock.door_sensor


def text(digits: str) -> str:
    return f"{len(digits):02x}{digits.encode().hex()}"


# --- passcodes ------------------------------------------------------------------------------------------------------


async def passcodes(phone: Phone) -> list[str]:
    """Return the entries of the list, each without its length."""
    found, cursor = [], 0
    while (data := await phone.done(0x07, cursor.to_bytes(2))) != bytes(2):
        assert int.from_bytes(data[:2]) == len(data) - 2
        assert int.from_bytes(data[2:4]) > cursor
        cursor = int.from_bytes(data[2:4])
        assert data[4] == len(data) - 5
        found.append(data[5:].hex())
    return found


async def test_passcodes_of_each_type_open_the_door_when_they_should(
    admin: Phone, lock: VirtualLock, world: World
) -> None:
    assert (await admin.done(0x03, "01"))[1:] == b"\1"
    await admin.done(0x03, "0201" + text("111111") + TODAY)
    await admin.done(0x03, "0202" + text("222222") + TODAY + TOMORROW)
    await admin.done(0x03, "0203" + text("333333") + TODAY + TOMORROW)
    await admin.done(0x03, "0203" + text("4444") + "00011f0e00" + "630b1e0e00")
    assert await passcodes(admin) == [
        "01" + text("111111") * 2 + TODAY,
        "02" + text("222222") * 2 + TODAY + TOMORROW,
        "03" + text("333333") * 2 + TODAY + TOMORROW,
        "03" + text("4444") * 2 + NO_LIMIT,
    ]
    for digits in ("111111", "222222", "333333", "4444"):
        assert lock.enter_code(digits).opened
    assert not lock.enter_code("222222").opened, "one time means once"
    world.clock.advance(15 * HOUR)
    assert not lock.enter_code("333333").opened
    assert lock.enter_code("111111").opened
    assert next(record.number for record in lock.journal if record.type_from_lock == 93) == "111111"


async def test_passcode_is_changed_and_deleted(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x03, "0203" + text("123456") + TODAY + TOMORROW)
    await admin.done(0x03, "0503" + text("123456") + text("654321"))
    assert "03" + text("654321") + text("123456") + TODAY + TOMORROW in await passcodes(admin)
    assert lock.enter_code("654321").opened
    assert not lock.enter_code("123456").opened
    await admin.done(0x03, "0503" + text("654321") + "00" + "1a0b120000" + TODAY)
    assert not lock.enter_code("654321").opened
    assert (await admin.done(0x03, "0303" + text("654321")))[1:] == b"\3"
    assert await admin.refused(0x03, "0303" + text("654321")) == Code.PASSCODE_MISSING


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ("0201" + text("48151623") + TODAY, Code.PASSCODE_EXISTS),
        ("0201" + text("123") + TODAY, Code.PASSCODE_LENGTH),
        ("0201" + text("1234567890") + TODAY, Code.PASSCODE_LENGTH),
        ("0209" + text("123456") + TODAY, Code.INVALID_PARAMETER),
        ("0203" + text("123456") + TODAY, Code.INVALID_LENGTH),
        ("0503" + text("999999") + text("888888"), Code.PASSCODE_MISSING),
        ("0604" + text("123456") + text("123456") + TODAY + "0001", Code.INVALID_PARAMETER),
        ("04", Code.INVALID_PARAMETER),
    ],
)
async def test_passcodes_that_cannot_be(admin: Phone, lock: VirtualLock, request_: str, code: Code) -> None:
    before = dict(lock.keypad.table)
    assert await admin.refused(0x03, request_) == code
    assert dict(lock.keypad.table) == before


async def test_delete_code_erases_and_cannot_be_a_passcode(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x44, "0908070605" + "ff" * 5)
    assert await admin.refused(0x03, "0201" + text("98765") + TODAY) == Code.SAME_AS_DELETE_CODE
    assert lock.enter_code("98765").reason == "all passcodes erased"
    assert await passcodes(admin) == []


async def test_cyclic_passcode_is_recovered_and_listed_as_it_came(
    admin: Phone, lock: VirtualLock, world: World
) -> None:
    # Working days, ten hours from eight: 1000 + 24 * 2 + 9.
    await admin.done(0x03, "01")
    await admin.done(0x03, "0604" + text("13579246") + text("13579246") + "1a0b130800" + (1057).to_bytes(2).hex())
    assert await passcodes(admin) == ["04" + text("13579246") * 2 + "0001010800" + (1057).to_bytes(2).hex()]
    assert lock.enter_code("13579246").opened
    world.clock.advance(8 * HOUR)
    assert not lock.enter_code("13579246").opened


async def test_admin_passcode(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x53, "07060504030201")
    assert (await admin.done(0x65))[1:] == b"\x077654321"
    assert lock.enter_code("7654321").opened
    assert await admin.refused(0x53, "01020a04") == Code.PASSCODE_LENGTH


async def test_code_of_the_cloud_and_code_of_the_phone_are_in_one_table(
    admin: Phone, lock: VirtualLock, api: Api
) -> None:
    await admin.done(0x03, "0201" + text("111111") + TODAY)
    form = {"lockId": FRONT_DOOR, "keyboardPwdName": "Visitor", "keyboardPwdType": 2, "addType": 2}
    assert await api.code("keyboardPwd/add", keyboardPwd="111111", **form) != 0
    assert await api.code("keyboardPwd/add", keyboardPwd="861357", **form) == 0
    assert any(text("861357") in entry for entry in await passcodes(admin))
    lock.enter_code("111111")
    lock.enter_code("861357")
    records = (await api.call("lockRecord/list", lockId=FRONT_DOOR, pageNo=1, pageSize=20, startDate=0, endDate=0))[
        "list"
    ]
    assert [record["keyboardPwd"] for record in records][:2] == ["861357", "111111"]


# --- cards, fingers, faces, palms, QR codes, remotes ---------------------------------------------------------------------


async def listed(phone: Phone, opcode: int, search: int = 1) -> list[str]:
    found, cursor = [], 0
    while (data := await phone.done(opcode, bytes([search]) + cursor.to_bytes(2)))[2:4] != b"\xff\xff":
        assert data[1] == search
        cursor = int.from_bytes(data[2:4])
        found.append(data[4:].hex())
    assert len(data) == 4
    return found


@pytest.mark.parametrize("number", ["deadbeef", "00000b3a73ce2ff2"])
async def test_card_comes_by_its_number(admin: Phone, lock: VirtualLock, world: World, number: str) -> None:
    digits = str(int(number, 16))
    assert (await admin.done(0x05, "04"))[1:] == b"\4"
    assert (await admin.done(0x05, "02" + number + TODAY + TOMORROW))[1:].hex() == "0201" + number
    assert await listed(admin, 0x05) == [number + TODAY + TOMORROW]
    assert lock.swipe_card(digits).opened
    world.clock.advance(15 * HOUR)
    assert not lock.swipe_card(digits).opened
    await admin.done(0x05, "05" + number + NO_LIMIT)
    assert lock.swipe_card(digits).opened
    assert await listed(admin, 0x05) == [number + NO_LIMIT]
    await admin.done(0x05, "03" + number)
    assert await admin.refused(0x05, "03" + number) == Code.CARD_MISSING
    assert not lock.swipe_card(digits).opened


async def test_finger_is_restored_by_its_number(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x06, "04")
    await admin.done(0x06, "02010203040506" + NO_LIMIT)
    assert await admin.refused(0x06, "02010203040506" + NO_LIMIT) == Code.FINGERPRINT_DUPLICATE
    assert await listed(admin, 0x06, 6) == ["010203040506" + NO_LIMIT]
    assert lock.touch_finger(str(0x010203040506)).opened
    await admin.done(0x06, "05010203040506" + "1a0b120000" + TODAY)
    assert not lock.touch_finger(str(0x010203040506)).opened
    await admin.done(0x06, "03010203040506")
    assert await admin.refused(0x06, "03010203040506") == Code.FINGERPRINT_MISSING


@pytest.mark.parametrize("opcode", [0x06, 0x79, 0x83])
async def test_enrolment_says_how_far_it_is(admin: Phone, radio: LockRadio, lock: VirtualLock, opcode: int) -> None:
    kind = {0x06: CredentialKind.FINGERPRINT, 0x79: CredentialKind.FACE, 0x83: CredentialKind.PALM_VEIN}[opcode]
    lock.credentials[kind].clear()
    radio.fidelity.enrolment = Enrolment(presses=3)
    replies = [reply for reply in await admin.all(opcode, b"\2") if reply.echo == opcode]
    assert all(reply.ok and reply.data[1] == 2 for reply in replies)
    steps = [reply.data[2:].hex() for reply in replies]
    if opcode == 0x06:
        assert steps[:4] == ["0203", "030103", "030203", "030303"]
    else:
        assert steps[:4] == ["02", "0300", "0300", "0300"]
    assert steps[4].startswith("01") and len(steps) == 5
    assert lock.present(kind, str(int.from_bytes(bytes.fromhex(steps[4][2:])))).opened


async def test_card_is_learnt_at_the_door_after_a_while(
    admin: Phone, radio: LockRadio, lock: VirtualLock, time: MadeTime
) -> None:
    radio.fidelity.idle_seconds = None
    radio.fidelity.enrolment = Enrolment(by_itself=False)
    assert [reply.data[1:].hex() for reply in await admin.all(0x05, b"\2")] == ["0202"]
    assert await admin.refused(0x05, "02") == Code.FAILED, "one at a time"
    time.advance(12)
    assert radio.present is not None
    admin.frames.clear()
    radio.present("3735928559")
    await admin.listen()
    assert [reply.data[1:].hex() for reply in admin.heard()] == ["0201deadbeef"]
    assert lock.swipe_card("3735928559").opened
    assert radio.present is None


async def test_lock_stops_waiting_for_a_finger_without_a_word(admin: Phone, radio: LockRadio, time: MadeTime) -> None:
    radio.fidelity.idle_seconds = None
    radio.fidelity.enrolment = Enrolment(by_itself=False, patience=8.5)
    await admin.done(0x06, "02")
    admin.frames.clear()
    time.advance(9)
    await admin.listen()
    assert radio.present is None and not admin.frames


async def test_enrolment_ends_with_the_link(admin: Phone, radio: LockRadio, lock: VirtualLock) -> None:
    radio.fidelity.enrolment = Enrolment(by_itself=False, presses=2)
    await admin.done(0x06, "02")
    assert waits(radio) and radio.present is not None
    show, before = radio.present, len(lock.fingerprints)
    show("")
    admin.link.drop()
    assert not waits(radio)
    assert len(lock.fingerprints) == before


async def test_finger_as_data(admin: Phone, lock: VirtualLock) -> None:
    template = bytes(range(100))
    head = (7).to_bytes(4) + (100).to_bytes(2) + (sum(template) % 2**16).to_bytes(2)
    before = set(lock.fingerprints)
    assert (await admin.done(0x06, b"\2" + head + bytes.fromhex(NO_LIMIT)))[1:] == bytes((2, 4, 0, 0, 0, 80))
    assert (await admin.done(0x06, b"\7\0\0" + template[:80]))[1:] == bytes((7, 0, 0))
    assert await admin.refused(0x06, b"\7\0\5" + template[80:]) == Code.INVALID_PARAMETER
    replies = await admin.all(0x06, b"\7\0\1" + template[80:])
    assert [reply.data[1:4].hex() for reply in replies if reply.echo == 6] == ["070001", replies[1].data[1:4].hex()]
    (number,) = set(lock.fingerprints) - before
    assert replies[1].data[3:] == int(number).to_bytes(6)
    await admin.done(0x06, b"\2" + head + bytes.fromhex(NO_LIMIT))
    await admin.done(0x06, b"\7\0\0" + template[:80])
    assert await admin.refused(0x06, b"\7\0\1" + bytes(20)) == Code.CRC


async def test_qr_codes(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x95, "020000303f" + NO_LIMIT)
    assert await admin.refused(0x95, "020000303f" + NO_LIMIT) == Code.QR_EXISTS
    assert await listed(admin, 0x95) == ["0000303f" + NO_LIMIT]
    assert lock.show_qr(str(0x303F)).opened
    await admin.done(0x95, "050000303f" + "1a0b120000" + TODAY)
    assert not lock.show_qr(str(0x303F)).opened
    await admin.done(0x95, "030000303f" + TODAY)
    assert await admin.refused(0x95, "030000303f" + TODAY) == Code.RECORD_MISSING
    await admin.done(0x95, "04")


async def test_remotes(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x73, "02332211ccbbaa" + NO_LIMIT)
    number = str(0xAABBCC112233)
    assert lock.press_remote(number).opened
    await admin.done(0x73, "02332211ccbbaa" + "1a0b120000" + TODAY)
    assert not lock.press_remote(number).opened
    data = await admin.done(0x74, "02332211ccbbaa")
    assert data[1:].hex() == "02332211ccbbaa" + "1a0b130a0000" + "64"
    await admin.done(0x73, "03332211ccbbaa")
    assert await admin.refused(0x73, "03332211ccbbaa") == Code.RECORD_MISSING
    await admin.done(0x73, "04")


async def test_cyclic_windows_limit_a_card(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x05, "02deadbeef" + NO_LIMIT)
    # Thursday, which it is, in the afternoon, which it is not.
    await admin.done(0x70, "020204deadbeef0104000e001200" + "00000000")
    assert not lock.swipe_card("3735928559").opened
    await admin.done(0x70, "020204deadbeef01040008001200")
    assert lock.swipe_card("3735928559").opened
    await admin.done(0x70, "040204deadbeef")
    assert await admin.refused(0x70, "040204deadbeef") == Code.RECORD_MISSING
    assert await admin.refused(0x70, "020204cafebabe01040008001200") == Code.CARD_MISSING
    assert await admin.refused(0x70, "020204deadbeef01080008001200") == Code.INVALID_PARAMETER


# --- passage mode and settings --------------------------------------------------------------------------------------------


async def entries(phone: Phone) -> list[str]:
    found: list[str] = []
    while (data := await phone.done(0x66, bytes((1, len(found)))))[2] != 0xFF:
        assert data[2] == len(found) + 1 and len(data) == 10
        found.append(data[3:].hex())
    assert len(data) == 3
    return found


async def test_passage_mode_comes_entry_by_entry(admin: Phone, lock: VirtualLock) -> None:
    assert await entries(admin) == []
    for entry in ("01010008001100", "0104000a0a0c0a", "01000000000000", "02180c16001700"):
        await admin.done(0x66, "02" + entry)
    assert await entries(admin) == ["01010008001100", "0104000a0a0c0a", "01000000000000", "02180c16001700"]
    assert holds(lock)
    await admin.done(0x66, "03010000")
    assert await entries(admin) == ["01010008001100", "0104000a0a0c0a", "02180c16001700"]
    assert await admin.refused(0x66, "0301000000000000") == Code.RECORD_MISSING
    assert not holds(lock)
    for wrong in ("02", "0201080008001100", "0203010008001100", "0202200008001100", "02007f00000000"):
        assert await admin.refused(0x66, wrong) in (Code.INVALID_PARAMETER, Code.INVALID_LENGTH)
    await admin.done(0x66, "04")
    assert await entries(admin) == [] and not lock.passage.enabled


async def test_monthly_passage_time_holds_on_its_day(admin: Phone, lock: VirtualLock, world: World) -> None:
    await admin.done(0x66, "0202140009000c00")
    assert not holds(lock)
    world.clock.advance(24 * HOUR)
    assert holds(lock)
    world.clock.advance(30 * 24 * HOUR)
    assert holds(lock)


async def test_passage_mode_of_the_cloud_is_that_of_the_phone(admin: Phone, api: Api) -> None:
    config = [{"isAllDay": 2, "startTime": 480, "endTime": 1020, "weekDays": [1, 5]}]
    answer = await api.call(
        "lock/configurePassageMode", lockId=FRONT_DOOR, passageMode=1, cyclicConfig=json.dumps(config), type=2
    )
    assert answer["errcode"] == 0
    assert await entries(admin) == ["01010008001100", "01050008001100"]


async def test_auto_lock(admin: Phone, lock: VirtualLock, world: World) -> None:
    assert (await admin.done(0x36, "01"))[1:].hex() == "01" + "001e" + "0001" + "0384"
    assert (await admin.done(0x36, "020005"))[1:] == b"\2"
    await admin.done(0x47, admin.control())
    world.clock.advance(6)
    assert lock.bolt == "locked"
    assert await admin.refused(0x36, "020385") == Code.INVALID_PARAMETER
    await admin.done(0x36, "02ffff00")
    assert not lock.door_sensor and lock.auto_lock_seconds == 5


@pytest.mark.parametrize(
    ("opcode", "before", "change", "after"),
    [
        (0x62, "0103", "02010500", "0105"),
        (0x62, "0103", "0200", "0003"),
        (0x59, "01", "0200", "00"),
        (0x37, "01", "0200", "00"),
        (0x67, "0000", "02001e", "001e"),
        (0x80, "02", "0203", "03"),
        (0x81, "010101", "02020304", "020304"),
    ],
)
async def test_settings_are_read_as_they_were_set(
    admin: Phone, opcode: int, before: str, change: str, after: str
) -> None:
    assert (await admin.done(opcode, "01"))[1:].hex() == "01" + before
    assert (await admin.done(opcode, change))[1:] == b"\2"
    assert (await admin.done(opcode, "01"))[1:].hex() == "01" + after


async def test_switches_change_only_what_is_named(admin: Phone, lock: VirtualLock) -> None:
    data = await admin.done(0x68, "01")
    items, values = int.from_bytes(data[2:6]), int.from_bytes(data[6:10])
    assert items == 0x6FDB7 | 0x8000 and values == 0x13
    await admin.done(0x68, b"\2" + (7).to_bytes(4) + (0x14).to_bytes(4))
    assert (lock.settings.tamper_alert, lock.settings.reset_button, lock.settings.privacy_lock) == (2, 2, 1)
    assert lock.settings.open_direction == 1
    await admin.done(0x68, b"\2" + (0x37).to_bytes(4) + (0x24).to_bytes(4))
    assert lock.settings.open_direction == 2 and lock.passage.auto_unlock
    await admin.done(0x68, b"\2" + (0x400).to_bytes(4) + (0x400).to_bytes(4))
    assert int.from_bytes((await admin.done(0x68, "01"))[6:]) == 0x424


async def test_remote_unlock_switch_stops_the_gateway_and_not_the_phone(
    admin: Phone, lock: VirtualLock, api: Api
) -> None:
    await admin.done(0x37, "0200")
    assert await api.code("lock/unlock", lockId=FRONT_DOOR) != 0
    await admin.done(0x47, admin.control())
    assert lock.bolt == "unlocked"


async def test_working_times(admin: Phone, lock: VirtualLock) -> None:
    await admin.done(0x94, "01020104000e001200")
    assert lock.working_mode.mode == CUSTOM and not lock.working
    assert (await admin.done(0x94, "010100"))[1:].hex() == "0101" + "01" + "0104000e001200"
    assert (await admin.done(0x94, "010101"))[1:].hex() == "0101ff"
    await admin.done(0x94, "0104")
    assert lock.working


async def test_smaller_settings(admin: Phone, lock: VirtualLock, radio: LockRadio) -> None:
    await admin.done(0x78, "003c")
    assert lock.door_alarm_seconds == 60
    replies = await admin.all(0x8C, b"SCIENER")
    assert [reply.data[1] for reply in replies] == [1, 3]
    radio.device.knob_angle = 270
    await admin.done(0x8A, "01")
    assert (await admin.done(0x8A, "05"))[1:].hex() == "05" + "010e" + "0000"
    await admin.done(0x8A, "040100050007")
    assert radio.device.latch == (1, 5, 7)
    await admin.done(0x8A, "03")
    assert (await admin.done(0x8A, "05"))[1:].hex() == "05" + "005a" + "0000"
    await admin.done(0x4E, b"OFFICE")
    assert radio.name == "OFFICE_010000"
    await admin.done(0x91, "0200010123")
    assert (await admin.done(0x91, "010001"))[1:].hex() == "01" + "0001" + "0123"


async def test_networks_and_hotels(admin: Phone, radio: LockRadio) -> None:
    names = [reply.data[1:] for reply in await admin.all(0xF2, b"SCIENER")]
    assert names == [b"\4Home\xce", b"\nNeighbours\xb0", b""]
    assert await admin.refused(0xF3, b"\5Other\0") == Code.WIFI_NAME
    radio.wifi_passwords["Home"] = "right"
    assert await admin.refused(0xF3, b"\4Home\5wrong") == Code.WIFI_PASSWORD
    await admin.done(0xF3, b"\4Home\5right")
    await admin.done(0xF5, b"\x0fwww.example.com\x11\x5c")
    await admin.done(0x8F, "0201000108001100")
    await admin.done(0x8F, "04")
    await admin.done(0x64, b"\2\2\x10" + bytes(range(16)))
    assert (await admin.done(0x64, "0102"))[1:] == b"\1\2\x10" + bytes(range(16))
    assert await admin.refused(0x64, "020205") == Code.INVALID_LENGTH
    await admin.done(0x76, "332211ccbbaa")
    assert radio.device.door_sensor_mac == "AA:BB:CC:11:22:33" and has_sensor(radio)
    await admin.done(0x76, "000000000000")
    assert not has_sensor(radio)
    await admin.done(0x89, b"\1" + bytes.fromhex("332211ccbbaa") + bytes(16))
    assert radio.device.keypad_mac == "AA:BB:CC:11:22:33"


async def test_device_says_what_it_is(admin: Phone, lock: VirtualLock, radio: LockRadio) -> None:
    data = await admin.done(0x01)
    words = [int.from_bytes(data[at : at + 4]) for at in range(1, len(data), 4)]
    assert sum(word << 32 * index for index, word in enumerate(words)) == int(lock.feature_value, 16)
    assert await admin.done(0x90, "01") == b"SN9206_PV53\0"
    assert (await admin.done(0x90, "05")).hex() == "0100004c7216"
    assert (await admin.done(0x90, "06")).hex() == "1a0b130a0000"
    assert await admin.refused(0x90, "07") == 0x19
    radio.device.nb_operator = "50212"
    assert await admin.done(0x90, "07") == b"50212\0"


async def test_clock_is_set_and_read(admin: Phone, lock: VirtualLock, world: World) -> None:
    await admin.done(0x43, "1a0c180a1e2d")
    assert (await admin.done(0x34)).hex() == "1a0c180a1e2d"
    assert lock.clock.offset == 35 * 24 * HOUR + 30 * 60 + 45
    assert await admin.refused(0x43, "1a0d180a1e2d") == Code.INVALID_PARAMETER
    lock.clock.drift_per_day = 60
    world.clock.advance(24 * HOUR)
    assert lock.local_time % 60 == 45 and (lock.local_time // 60) % 60 == 31


async def test_seeds_of_passcodes(admin: Phone) -> None:
    seeds = "1a06403b9aca00" + "0650423a35c7" * 9
    await admin.done(0x31, seeds)
    assert (await admin.done(0x32))[:7].hex() == "0064" + "003b9aca00"
    assert await admin.refused(0x31, seeds[:-2]) == Code.INVALID_LENGTH
    await admin.done(0x33)
    assert await passcodes(admin) == []


async def test_lock_that_waits_for_firmware_says_nothing_else(admin: Phone, radio: LockRadio) -> None:
    assert await admin.refused(0x02, b"somebody") == Code.INVALID_VENDOR
    await admin.all(0x02, b"SCIENER")
    advert = radio.advertisement()
    assert admin.dropped and advert is not None and list(advert.manufacturer_data) == [0x1912]


# --- log -------------------------------------------------------------------------------------------------------------------


async def log(phone: Phone, cursor: int) -> list[str]:
    """Read the log from a place to its end; the records without their lengths."""
    found = []
    while (data := await phone.done(0x25, cursor.to_bytes(2))) != bytes(2):
        assert int.from_bytes(data[:2]) == len(data) - 2
        rest, following = data[4:], int.from_bytes(data[2:4])
        assert following > cursor or cursor == 0xFFFF
        cursor = following
        while rest:
            found.append(rest[1 : 1 + rest[0]].hex())
            rest = rest[1 + rest[0] :]
    return found


NOW = "1a0b130a0000"


async def test_log_has_what_happened_at_the_door_and_over_the_air(
    phone: Phone, lock: VirtualLock, world: World
) -> None:
    uid = world.account("owner").uid
    lock.battery = 88
    lock.clock.drift_per_day = 0
    await phone.user(uid=uid)
    await phone.done(0x47, phone.control())
    lock.enter_code("48151623")
    lock.enter_code("000000")
    lock.swipe_card("1723612378")
    lock.touch_finger("179351284710657")
    lock.turn_key()
    lock.command_unlock(user="owner@example.com")
    battery = f"{88:02x}"
    assert await log(phone, 0) == [
        "01" + NOW + battery + uid.to_bytes(4).hex() + "6955b900",
        "04" + NOW + battery + text("48151623") * 2,
        "07" + NOW + battery + text("000000"),
        "11" + NOW + battery + (1723612378).to_bytes(4).hex(),
        "14" + NOW + battery + (179351284710657).to_bytes(6).hex(),
        "24" + NOW + battery,
        "1c" + NOW + battery + uid.to_bytes(4).hex() + int(world.clock.now()).to_bytes(4).hex(),
    ]


@pytest.mark.parametrize("page", [1, 3])
async def test_bookmark_of_the_log(phone: Phone, radio: LockRadio, lock: VirtualLock, page: int) -> None:
    radio.fidelity.records_per_page = page
    assert not unread(radio)
    for _ in range(3):
        lock.turn_key()
    assert unread(radio)
    assert len(await log(phone, 0xFFFF)) == 3
    assert not unread(radio)
    assert await log(phone, 0xFFFF) == []
    lock.turn_key()
    assert len(await log(phone, 0xFFFF)) == 1
    assert len(await log(phone, 0)) == 4
    assert len(await log(phone, 2)) == 2
    assert await log(phone, 4) == []


async def test_page_that_was_lost_is_skipped_and_found_again_by_its_number(phone: Phone, lock: VirtualLock) -> None:
    for _ in range(3):
        lock.turn_key()
    await phone.done(0x25, "ffff")
    assert (await phone.done(0x25, "ffff"))[2:4] == bytes((0, 2))
    assert len(await log(phone, 0)) == 3


async def test_cursor_nobody_gave_out_is_an_error_not_an_end(phone: Phone, radio: LockRadio, lock: VirtualLock) -> None:
    lock.turn_key()
    assert await phone.refused(0x25, "0007") == Code.INVALID_PARAMETER
    radio.fidelity.stale_cursor = True
    assert await phone.refused(0x25, "0001") == Code.INVALID_PARAMETER
    assert (await phone.ask(0x25, b"\0\0")).ok


async def test_numbers_of_the_log_begin_again_after_the_last(phone: Phone, lock: VirtualLock) -> None:
    lock.journal.last_sequence = 0xFFFE - 1
    for _ in range(3):
        lock.turn_key()
    assert (await phone.done(0x25, "0000"))[2:4] == bytes((0xFF, 0xFE))
    assert (await phone.done(0x25, "fffe"))[2:4] == bytes((0, 1))
    assert (await phone.done(0x25, "0001"))[2:4] == bytes((0, 2))


# --- what the lock says by itself ---------------------------------------------------------------------------------------


async def test_what_happens_at_the_door_is_pushed(phone: Phone, lock: VirtualLock, world: World) -> None:
    await phone.user()
    replies = await phone.all(0x47, phone.control())
    assert len(replies) == 1, "its own doing needs no push"
    phone.frames.clear()
    world.clock.advance(30)
    lock.enter_code("48151623")
    await phone.listen()
    replies = phone.heard()
    assert [(reply.echo, len(reply.data)) for reply in replies] == [(0x14, 3), (0x14, 3), (0x14, 15)]
    assert [reply.data[1] for reply in replies[:2]] == [0, 1]


async def test_door_sensor_is_in_the_state(phone: Phone, lock: VirtualLock) -> None:
    assert (await phone.done(0x14, b"SCIENER"))[1:].hex() == "0001"
    lock.turn_key()
    lock.open_door()
    await phone.listen()
    assert (await phone.done(0x14))[1:].hex() == "0100"
    lock.door_sensor = False
    assert (await phone.done(0x14))[1:].hex() == "0102"
    lock.knows_bolt_state = False
    assert (await phone.done(0x14))[1:].hex() == "0202"
