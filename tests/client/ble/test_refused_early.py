"""What no lock can hold or take is refused before anything is sent; what a lock should never say is a bad reply."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.operations import control, log, passcodes
from custom_components.ttlock.client.ble.operations.credentials import EnrolmentStep
from custom_components.ttlock.client.ble.operations.log import LockRecord
from custom_components.ttlock.client.ble.operations.network import NbMode, NbTime
from custom_components.ttlock.client.ble.operations.passage import PassageEntry
from custom_components.ttlock.client.ble.operations.seeds import random_seeds
from custom_components.ttlock.client.ble.operations.wire import Reader
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.cyclic import CyclicWindow, weekly
from custom_components.ttlock.client.errors import BadReply, InvalidInput, LinkLost, error_from_lock
from custom_components.ttlock.client.models import PasscodeKind

from .calls import CALLS, CODE, NUMBER, PERIOD, QR, WEEKLY, make
from .conversation_script import scripted
from .vectors import ADDRESS

AT = datetime(2026, 1, 15, 10, 30, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda lock: lock.set_auto_lock(0xFFFF), "auto_lock_range"),
        (lambda lock: lock.set_auto_lock(-1), "auto_lock_range"),
        (lambda lock: lock.set_sound(True, 6), "volume_range"),
        (lambda lock: lock.set_lamp(70_000), "out_of_range"),
        (lambda lock: lock.set_left_open_alarm(-1), "left_open_range"),
        (lambda lock: lock.set_admin_passcode(Secret("12")), "passcode_length"),
        (lambda lock: lock.set_delete_code(Secret("")), "passcode_length"),
        (lambda lock: lock.recover_passcode(CODE, CODE, PasscodeKind.ERASE), "custom_passcode_kind"),
        (lambda lock: lock.change_passcode(CODE), "nothing_to_change"),
        (lambda lock: lock.pair_door_sensor("AA:BB"), "mac_invalid"),
        (lambda lock: lock.add_remote("AABBCC112233", PERIOD), "mac_invalid"),
        (lambda lock: lock.pair_keypad(ADDRESS, Secret("00")), "out_of_range"),
        (lambda lock: lock.pair_keypad(ADDRESS, Secret("no key")), "out_of_range"),
        (lambda lock: lock.set_wristband_key(Secret("schlüssel")), "out_of_range"),
        (lambda lock: lock.delete_fingerprint(Secret("ab")), "credential_number"),
        (lambda lock: lock.delete_fingerprint(Secret(str(2**48))), "out_of_range"),
        (lambda lock: lock.delete_card(Secret("9" * 5000)), "credential_number"),
        (lambda lock: lock.add_card(NUMBER, Validity.cyclic(())), "cyclic_days"),
        (lambda lock: lock.add_face_template(b"", 1, PERIOD), "out_of_range"),
        (lambda lock: lock.open_windows(CredentialKind.CARD, NUMBER, weekly({1}, 60, 60)), "cyclic_times"),
        (lambda lock: lock.join_wifi("", Secret("x")), "wifi_name_wrong"),
        (lambda lock: lock.join_wifi("Hall", Secret("x" * 64)), "wifi_password_wrong"),
        (lambda lock: lock.add_wifi_sleep(0, 60, 1500), "out_of_range"),
        (lambda lock: lock.add_frozen_time(CyclicWindow(weekday=9, start=60, end=120)), "cyclic_days"),
        (lambda lock: lock.set_nb_server("x" * 300, 8011), "out_of_range"),
        (lambda lock: lock.set_nb_modes(NbMode(256)), "out_of_range"),
        (lambda lock: lock.set_nb_times(*((NbTime(1), 60),) * 256), "out_of_range"),
        (lambda lock: lock.set_parameter(1, bytes(109)), "out_of_range"),
        (lambda lock: lock.set_name_prefix("x" * 112), "out_of_range"),
        (lambda lock: lock.add_fingerprint_template(b"x", 2**32, PERIOD), "out_of_range"),
        (lambda lock: lock.add_passage_entry(PassageEntry(day=1, month=256)), "out_of_range"),
    ],
)
async def test_a_value_that_is_not_possible_sends_nothing(call: Callable[[BleLock], Any], reason: str) -> None:
    lock, script = scripted()
    with pytest.raises(InvalidInput) as err:
        await call(lock)
    assert err.value.reason == reason
    assert script.asked == []


@pytest.mark.parametrize(
    ("name", "replies"),
    [
        ("read_clock", ("1a0d20182e2e",)),
        ("read_sensitivity", ("580107",)),
        ("read_parameter", ("58010002" + "0064",)),
        ("enrol_card", ("580209",)),
        ("enrol_card", ("580201deadbe",)),
        ("enrol_fingerprint", ("580209",)),
        ("enrol_face", ("580209",)),
        ("find_unlock_direction", ("5809",)),
        ("read_hotel_data", ("580103" + "020000",)),
        ("list_frozen_times", ("580102ff",)),
        ("read_accessory_battery", ("5801",)),
        ("add_fingerprint_template", ("580202",)),
        ("add_fingerprint_template", ("580204" + "0000" + "0000",)),
        ("add_fingerprint_template", ("580204" + "0000" + "0070",)),
        ("add_face_template", ("580204" + "0000" + "0050", "58060000", "58060001", "58060002", "58060003")),
        ("reset_ekeys", ("0102",)),
        ("set_auto_lock", ("5801",)),
        ("list_passcodes", ("0017" + "00b4" + "14" + "01" + "02" + "6162",)),
    ],
)
async def test_an_answer_that_makes_no_sense_is_a_bad_reply(name: str, replies: tuple[str, ...]) -> None:
    lock, _ = scripted(*replies)
    with pytest.raises(BadReply):
        await make(CALLS[name], lock)


async def test_a_card_in_eight_bytes_that_is_filled_up_has_four() -> None:
    lock, _ = scripted("580201" + "deadbeef" + "ffffffff", "58010001" + "deadbeef" + "ffffffff" + "00" * 10, "5801ffff")
    [done] = [step async for step in lock.enrol_card()]
    assert (done.step, done.number) == (EnrolmentStep.DONE, Secret("3735928559"))
    [card] = await lock.list_cards()
    assert card.number == Secret("3735928559")


async def test_a_connection_that_is_lost_between_windows_leaves_nothing_unsaid() -> None:
    """Whoever asked learns of it, though the card could not be taken off again."""
    lock, script = scripted("5802", LinkLost(), LinkLost())
    with pytest.raises(LinkLost):
        await lock.add_card(NUMBER, WEEKLY)
    assert [asked.data[0] for asked in script.asked] == [2, 2, 3]


async def test_weekly_windows_of_qr_codes_are_four_bytes_long() -> None:
    lock, script = scripted()
    await lock.open_windows(CredentialKind.QR_CODE, QR, WEEKLY.windows[:1])
    assert script.asked[0].data.hex() == "020704" + "00011170" + "010100" + "0800" + "1200"


@pytest.mark.parametrize(
    ("kind", "tail", "expected"),
    [
        (1, "0000000100000002", {"uid": 1, "command_id": 2}),
        (37, "000000010000000208", {"uid": 1, "command_id": 2, "key": 8}),
        (9, "0431323334" + "0435363738", {"number": Secret("1234"), "original": Secret("5678")}),
        (7, "0431323334", {"number": Secret("1234")}),
        (8, "1a010f0a1e" + "0431323334", {"deleted_at": AT.replace(second=0), "number": Secret("1234")}),
        (17, "deadbeef", {"number": Secret("3735928559")}),
        (17, "00000b3a73ce2ff2", {"number": Secret("12345678901234")}),
        (19, "332211ccbbaa", {"mac": ADDRESS}),
        (20, "000000000007", {"number": Secret("7")}),
        (30, "", {}),
        (31, "32", {"accessory_battery": 50}),
        (55, "332211ccbbaa0132", {"mac": ADDRESS, "key": 1, "accessory_battery": 50}),
        (56, "332211ccbbaa32", {"mac": ADDRESS, "accessory_battery": 50}),
        (57, "0007", {"number": Secret("7")}),
        (67, "000000000007", {"number": Secret("7")}),
        (93, "0431323334" + "00011f0e00630b1e0e00", {"number": Secret("1234"), "validity": Validity.permanent()}),
        (94, "332211ccbbaa", {"mac": ADDRESS}),
        (64, "", {}),
        (249, "ffff", {}),
        (17, "", {}),
        (1, "00", {}),
    ],
)
def test_what_a_record_holds_goes_by_its_type(kind: int, tail: str, expected: dict[str, Any]) -> None:
    data = bytes((kind,)) + bytes.fromhex("1a010f0a1e2d58" + tail)
    assert log.read_record(Reader(data), UTC) == LockRecord(type=kind, when=AT, battery=88, **expected)


@pytest.mark.parametrize(
    ("kind", "record_type", "success"),
    [(1, 1, True), (17, 7, True), (20, 8, True), (26, 11, True), (28, 12, True), (7, 4, False), (41, 1, False),
     (22, 8, False), (91, 91, False), (47, 47, True), (15, None, True), (93, None, True), (14, None, True)],
)  # fmt: skip
def test_records_have_the_numbers_of_the_cloud(kind: int, record_type: int | None, success: bool) -> None:
    record = LockRecord(type=kind, when=AT, battery=50)
    assert (record.record_type, record.success) == (record_type, success)


def test_a_passcode_of_an_unknown_type_is_listed_all_the_same() -> None:
    lock_page = "0018" + "0001" + "15" + "09" + "0431323334" * 2 + "1a010f0a1e" + "1b0c1f173b"
    [found] = passcodes.read(bytes.fromhex(lock_page), UTC).entries
    assert (found.code, found.kind) == (Secret("1234"), PasscodeKind.UNKNOWN)


async def test_the_step_that_a_lock_refuses_is_none() -> None:
    lock, _ = scripted(error_from_lock(0x19))
    assert await lock.read_signal() is None
    lock, _ = scripted(b"\xce")
    assert await lock.read_signal() == -50


def test_an_empty_push_says_nothing() -> None:
    with pytest.raises(BadReply):
        control.read_push(b"", UTC)


async def test_a_list_that_names_the_same_place_again_ends() -> None:
    record = "001300011001" + "1a010f0a1e2d58000000006955b900"
    lock, script = scripted(*[record] * 5)
    assert len([page async for page in lock.records()]) == 2
    assert len(script.asked) == 2
    times = "5801010101" + "010008001200"
    lock, script = scripted(*[times] * 5)
    assert len(await lock.list_frozen_times()) == 2
    assert len(script.asked) == 2


async def test_seeds_that_do_not_fit_are_refused() -> None:
    lock, script = scripted()
    of_years = list(random_seeds(AT.date()))
    of_years[3] = replace(of_years[3], secret=Secret("9" * 11))
    with pytest.raises(InvalidInput):
        await lock.set_passcode_seeds(of_years)
    assert script.asked == []
