"""One call of every method of a lock, with values that no rule forbids."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.operations.accessories import ControlKey
from custom_components.ttlock.client.ble.operations.hotel import HotelData
from custom_components.ttlock.client.ble.operations.info import Accessory, InfoStep
from custom_components.ttlock.client.ble.operations.network import NbMode, NbTime
from custom_components.ttlock.client.ble.operations.passage import PassageEntry
from custom_components.ttlock.client.ble.operations.seeds import random_seeds
from custom_components.ttlock.client.ble.operations.settings import FullAutoLock, Sensitivity
from custom_components.ttlock.client.ble.operations.switches import Switch
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passage import PassageMode, PassagePeriod

from .vectors import ADDRESS

type Call = Callable[[BleLock], Awaitable[Any] | AsyncGenerator[Any]]

START: Final = datetime(2026, 1, 15, 10, tzinfo=UTC)
END: Final = datetime(2027, 12, 31, 23, tzinfo=UTC)
PERIOD: Final = Validity.period(START, END)
WEEKLY: Final = Validity.cyclic(weekly({1, 2}, 8 * 60, 18 * 60), START, END)
CODE: Final = Secret("483920")
NUMBER: Final = Secret("1108152157446")
QR: Final = Secret("70000")
ENTRY: Final = PassageEntry(day=3, start=60, end=120)
PLAN: Final = PassageMode(
    enabled=True, auto_unlock=True, periods=(PassagePeriod(weekdays=frozenset({1, 2}), start=540, end=600),)
)

CALLS: Final[dict[str, Call]] = {
    "unlock": lambda lock: lock.unlock(),
    "lock": lambda lock: lock.lock(),
    "dead_lock": lambda lock: lock.dead_lock(),
    "status": lambda lock: lock.status(),
    "read_clock": lambda lock: lock.read_clock(),
    "set_clock": lambda lock: lock.set_clock(),
    "new_records": lambda lock: lock.new_records(),
    "records": lambda lock: lock.records(4),
    "read_log": lambda lock: lock.read_log(),
    "list_passcodes": lambda lock: lock.list_passcodes(),
    "add_passcode": lambda lock: lock.add_passcode(CODE, PasscodeKind.WORKDAY, START, END),
    "change_passcode": lambda lock: lock.change_passcode(CODE, Secret("5839201"), PERIOD),
    "delete_passcode": lambda lock: lock.delete_passcode(CODE),
    "recover_passcode": lambda lock: lock.recover_passcode(CODE, CODE, PasscodeKind.PERIOD, START, END),
    "clear_passcodes": lambda lock: lock.clear_passcodes(),
    "read_admin_passcode": lambda lock: lock.read_admin_passcode(),
    "set_admin_passcode": lambda lock: lock.set_admin_passcode(CODE),
    "set_delete_code": lambda lock: lock.set_delete_code(CODE),
    "set_passcode_seeds": lambda lock: lock.set_passcode_seeds(random_seeds(START.date())),
    "read_passcode_seed": lambda lock: lock.read_passcode_seed(),
    "reset_passcode_count": lambda lock: lock.reset_passcode_count(),
    "list_cards": lambda lock: lock.list_cards(),
    "enrol_card": lambda lock: lock.enrol_card(at_keypad=True),
    "add_card": lambda lock: lock.add_card(NUMBER, WEEKLY),
    "change_card_period": lambda lock: lock.change_card_period(NUMBER, WEEKLY),
    "delete_card": lambda lock: lock.delete_card(NUMBER),
    "clear_cards": lambda lock: lock.clear_cards(),
    "list_fingerprints": lambda lock: lock.list_fingerprints(),
    "enrol_fingerprint": lambda lock: lock.enrol_fingerprint(at_keypad=True),
    "add_fingerprint": lambda lock: lock.add_fingerprint(NUMBER, PERIOD),
    "add_fingerprint_template": lambda lock: lock.add_fingerprint_template(bytes(300), 1, PERIOD),
    "change_fingerprint_period": lambda lock: lock.change_fingerprint_period(NUMBER, PERIOD),
    "delete_fingerprint": lambda lock: lock.delete_fingerprint(NUMBER),
    "clear_fingerprints": lambda lock: lock.clear_fingerprints(),
    "open_windows": lambda lock: lock.open_windows(CredentialKind.CARD, NUMBER, WEEKLY.windows),
    "clear_windows": lambda lock: lock.clear_windows(CredentialKind.CARD, NUMBER),
    "list_faces": lambda lock: lock.list_faces(),
    "enrol_face": lambda lock: lock.enrol_face(),
    "add_face_template": lambda lock: lock.add_face_template(bytes(300), 1, PERIOD),
    "change_face_period": lambda lock: lock.change_face_period(NUMBER, PERIOD),
    "delete_face": lambda lock: lock.delete_face(NUMBER),
    "clear_faces": lambda lock: lock.clear_faces(),
    "list_palm_veins": lambda lock: lock.list_palm_veins(),
    "enrol_palm_vein": lambda lock: lock.enrol_palm_vein(),
    "change_palm_vein_period": lambda lock: lock.change_palm_vein_period(NUMBER, PERIOD),
    "delete_palm_vein": lambda lock: lock.delete_palm_vein(NUMBER),
    "clear_palm_veins": lambda lock: lock.clear_palm_veins(),
    "list_qr_codes": lambda lock: lock.list_qr_codes(),
    "add_qr_code": lambda lock: lock.add_qr_code(QR, WEEKLY),
    "change_qr_code_period": lambda lock: lock.change_qr_code_period(QR, PERIOD),
    "delete_qr_code": lambda lock: lock.delete_qr_code(QR, END),
    "clear_qr_codes": lambda lock: lock.clear_qr_codes(),
    "add_remote": lambda lock: lock.add_remote(ADDRESS, WEEKLY),
    "delete_remote": lambda lock: lock.delete_remote(ADDRESS),
    "clear_remotes": lambda lock: lock.clear_remotes(),
    "list_passage_entries": lambda lock: lock.list_passage_entries(),
    "add_passage_entry": lambda lock: lock.add_passage_entry(ENTRY),
    "delete_passage_entry": lambda lock: lock.delete_passage_entry(ENTRY),
    "clear_passage_mode": lambda lock: lock.clear_passage_mode(),
    "read_passage_mode": lambda lock: lock.read_passage_mode(),
    "set_passage_mode": lambda lock: lock.set_passage_mode(PLAN),
    "list_frozen_times": lambda lock: lock.list_frozen_times(),
    "add_frozen_time": lambda lock: lock.add_frozen_time(WEEKLY.windows[0]),
    "clear_frozen_times": lambda lock: lock.clear_frozen_times(),
    "read_auto_lock": lambda lock: lock.read_auto_lock(),
    "set_auto_lock": lambda lock: lock.set_auto_lock(30),
    "set_door_sensor_use": lambda lock: lock.set_door_sensor_use(True),
    "read_sound": lambda lock: lock.read_sound(),
    "set_sound": lambda lock: lock.set_sound(True, 2),
    "read_passcode_display": lambda lock: lock.read_passcode_display(),
    "set_passcode_display": lambda lock: lock.set_passcode_display(False),
    "read_remote_unlock": lambda lock: lock.read_remote_unlock(),
    "set_remote_unlock": lambda lock: lock.set_remote_unlock(False),
    "read_frozen": lambda lock: lock.read_frozen(),
    "set_frozen": lambda lock: lock.set_frozen(True),
    "read_lamp": lambda lock: lock.read_lamp(),
    "set_lamp": lambda lock: lock.set_lamp(5),
    "read_sensitivity": lambda lock: lock.read_sensitivity(),
    "set_sensitivity": lambda lock: lock.set_sensitivity(Sensitivity.HIGH),
    "read_full_auto_lock": lambda lock: lock.read_full_auto_lock(),
    "set_full_auto_lock": lambda lock: lock.set_full_auto_lock(FullAutoLock(torque=1, keep=2, drive=3)),
    "set_left_open_alarm": lambda lock: lock.set_left_open_alarm(60),
    "read_parameter": lambda lock: lock.read_parameter(1),
    "set_parameter": lambda lock: lock.set_parameter(1, b"\x00\x64"),
    "set_name_prefix": lambda lock: lock.set_name_prefix("Door"),
    "read_switches": lambda lock: lock.read_switches(),
    "set_switch": lambda lock: lock.set_switch(Switch.SUPERVISION, True),
    "set_tamper_alert": lambda lock: lock.set_tamper_alert(True),
    "set_reset_button": lambda lock: lock.set_reset_button(False),
    "set_privacy_lock": lambda lock: lock.set_privacy_lock(True),
    "read_features": lambda lock: lock.read_features(),
    "read_device_info": lambda lock: lock.read_device_info(),
    "read_info_text": lambda lock: lock.read_info_text(InfoStep.UUID),
    "read_address": lambda lock: lock.read_address(),
    "read_passcode_keys": lambda lock: lock.read_passcode_keys(),
    "read_signal": lambda lock: lock.read_signal(),
    "read_accessory_battery": lambda lock: lock.read_accessory_battery(Accessory.REMOTE, ADDRESS),
    "reset": lambda lock: lock.reset(),
    "reset_ekeys": lambda lock: lock.reset_ekeys(),
    "enter_firmware_update": lambda lock: lock.enter_firmware_update(),
    "pair_door_sensor": lambda lock: lock.pair_door_sensor(ADDRESS),
    "forget_door_sensor": lambda lock: lock.forget_door_sensor(),
    "pair_keypad": lambda lock: lock.pair_keypad(ADDRESS, Secret("00112233445566778899aabbccddeeff")),
    "set_wristband_key": lambda lock: lock.set_wristband_key(Secret("wristband")),
    "press": lambda lock: lock.press(ControlKey.PAUSE),
    "read_hotel_data": lambda lock: lock.read_hotel_data(HotelData.SECTORS),
    "set_hotel_data": lambda lock: lock.set_hotel_data(HotelData.SECTORS, Secret("000f")),
    "scan_wifi": lambda lock: lock.scan_wifi(),
    "join_wifi": lambda lock: lock.join_wifi("Hall", Secret("correct horse")),
    "set_wifi_server": lambda lock: lock.set_wifi_server("wifi.example.com", 4999),
    "add_wifi_sleep": lambda lock: lock.add_wifi_sleep(0, 60, 300),
    "clear_wifi_sleep": lambda lock: lock.clear_wifi_sleep(),
    "set_nb_server": lambda lock: lock.set_nb_server("nb.example.com", 8011),
    "set_nb_modes": lambda lock: lock.set_nb_modes(NbMode.KEYPAD | NbMode.CARD),
    "set_nb_times": lambda lock: lock.set_nb_times((NbTime.POINT, 480), (NbTime.INTERVAL, 120)),
    "find_unlock_direction": lambda lock: lock.find_unlock_direction(),
    "learn_unlock_angle": lambda lock: lock.learn_unlock_angle(),
    "learn_lock_angle": lambda lock: lock.learn_lock_angle(),
    "find_angles": lambda lock: lock.find_angles(),
    "read_angles": lambda lock: lock.read_angles(),
    "set_latch": lambda lock: lock.set_latch(True, 2, 5),
}


async def make(call: Call, lock: BleLock) -> Any:
    """Make a call and return what it returns or, of something that is told over time, all of it."""
    result = call(lock)
    if isinstance(result, AsyncGenerator):
        return [step async for step in result]
    return await result
