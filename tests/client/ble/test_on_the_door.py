"""Each operation against a virtual lock: what comes back, what the lock is like then, its log, and the exchanges."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.operations.accessories import ControlKey
from custom_components.ttlock.client.ble.operations.hotel import HotelData
from custom_components.ttlock.client.ble.operations.info import Accessory
from custom_components.ttlock.client.ble.operations.motor import Angles, Search
from custom_components.ttlock.client.ble.operations.network import HeardNetwork, NbMode, NbTime
from custom_components.ttlock.client.ble.operations.passage import PassageEntry, Repeat
from custom_components.ttlock.client.ble.operations.seeds import random_seeds
from custom_components.ttlock.client.ble.operations.settings import AutoLock, FullAutoLock, Sensitivity, Sound
from custom_components.ttlock.client.ble.operations.switches import Switch
from custom_components.ttlock.client.cyclic import CyclicWindow
from custom_components.ttlock.client.errors import Unsupported
from custom_components.ttlock.client.models import Bolt, Door
from simulator.radio.air import Air

from .house import Beside, beside

pytestmark = pytest.mark.locks("front_door")

SENSOR = "16:72:4C:00:00:0A"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is done, and what is true afterwards."""

    do: Callable[[Beside], Awaitable[Any]]
    asked: str
    """The opcodes that go out on a new connection, each of them one exchange."""
    returns: Callable[[Beside], Any] = lambda _: None
    holds: Callable[[Beside], bool] = lambda _: True
    records: tuple[int, ...] = ()
    before: Callable[[Beside], object] = lambda _: None


def _loud(person: Beside) -> None:
    person.door.settings.lock_sound, person.door.settings.sound_volume = 1, 4


def _with_reset_button(person: Beside) -> None:
    person.door.settings.reset_button, person.door.settings.tamper_alert = 1, 2
    person.radio.device.switches = int(Switch.SUPERVISION)


def _slow(person: Beside) -> None:
    person.world.clock.freeze()
    person.door.clock.offset = -1000.0


def _open(person: Beside) -> None:
    person.door.door_sensor = True
    person.door.press_button()
    person.door.open_door()


async def _all(steps: Any) -> list[Any]:
    return [step async for step in steps]


async def _state(person: Beside) -> tuple[Bolt, Door | None, bool]:
    status = await person.lock.status()
    assert status.battery == person.lock.battery == person.door.battery
    return status.bolt, status.door, status.dead_locked


async def _feature_bits(person: Beside) -> int:
    return (await person.lock.read_features()).value


async def _info(person: Beside) -> tuple[str | None, ...]:
    found = await person.lock.read_device_info()
    return found.model, found.hardware_version, found.firmware_version, found.made_on


async def _seed_of_this_year(person: Beside) -> tuple[int, bool]:
    person.world.clock.freeze()
    of_years = random_seeds(date(2026, 5, 1))
    await person.lock.set_passcode_seeds(of_years)
    found = await person.lock.read_passcode_seed()
    assert found.since == person.now()
    return of_years[0].year, (found.code, found.secret) == (of_years[0].code, of_years[0].secret)


async def _accessory(person: Beside) -> tuple[int, str, int | None]:
    found = await person.lock.read_accessory_battery(Accessory.DOOR_SENSOR, SENSOR)
    return found.accessory, found.mac, found.battery


def _password(person: Beside) -> Secret:
    return Secret(person.radio.wifi_passwords.get(person.radio.networks[0][0], "any"))


DEEDS = {
    "auto-lock is read": Deed(
        do=lambda p: p.lock.read_auto_lock(),
        asked="41 30 36",
        returns=lambda p: AutoLock(seconds=p.door.auto_lock_seconds, minimum=1, maximum=900),
    ),
    "auto-lock is set": Deed(
        do=lambda p: p.lock.set_auto_lock(77), asked="41 30 36", holds=lambda p: p.door.auto_lock_seconds == 77
    ),
    "auto-lock is switched off": Deed(
        do=lambda p: p.lock.set_auto_lock(0), asked="41 30 36", holds=lambda p: p.door.auto_lock_seconds == 0
    ),
    "the door sensor is used": Deed(
        do=lambda p: p.lock.set_door_sensor_use(True), asked="41 30 36", holds=lambda p: p.door.door_sensor
    ),
    "sound is read": Deed(
        do=lambda p: p.lock.read_sound(),
        asked="41 30 62",
        before=_loud,
        returns=lambda _: Sound(on=True, volume=4),
    ),
    "sound gets louder": Deed(
        do=lambda p: p.lock.set_sound(True, 5),
        asked="41 30 62",
        holds=lambda p: (p.door.settings.lock_sound, p.door.settings.sound_volume) == (1, 5),
    ),
    "sound is switched off": Deed(
        do=lambda p: p.lock.set_sound(False), asked="41 30 62", holds=lambda p: p.door.settings.lock_sound == 2
    ),
    "typed digits are hidden": Deed(
        do=lambda p: p.lock.set_passcode_display(False),
        asked="41 30 59",
        holds=lambda p: p.radio.device.passcode_visible == 0,
    ),
    "remote unlock is switched off": Deed(
        do=lambda p: p.lock.set_remote_unlock(False),
        asked="41 30 37",
        holds=lambda p: not p.door.remote_unlock_enabled,
    ),
    "the lock is frozen": Deed(do=lambda p: p.lock.set_frozen(True), asked="41 30 61", holds=lambda p: p.door.frozen),
    "a frozen lock says so": Deed(
        do=lambda p: p.lock.read_frozen(),
        asked="41 30 61",
        before=lambda p: setattr(p.door, "frozen", True),
        returns=lambda _: True,
    ),
    "the lamp is set": Deed(
        do=lambda p: p.lock.set_lamp(300), asked="41 30 67", holds=lambda p: p.radio.device.lamp_seconds == 300
    ),
    "the sensitivity is set": Deed(
        do=lambda p: p.lock.set_sensitivity(Sensitivity.HIGH),
        asked="41 30 80",
        holds=lambda p: p.radio.device.sensitivity == 3,
    ),
    "the motor is set": Deed(
        do=lambda p: p.lock.set_full_auto_lock(FullAutoLock(torque=2, keep=3, drive=4)),
        asked="41 30 81",
        holds=lambda p: p.radio.device.full_auto_lock == bytes((2, 3, 4)),
    ),
    "a parameter is set": Deed(
        do=lambda p: p.lock.set_parameter(1, b"\x00\x7b"),
        asked="41 30 91",
        holds=lambda p: p.radio.device.parameters[1] == b"\x00\x7b",
    ),
    "a parameter is read": Deed(
        do=lambda p: p.lock.read_parameter(1), asked="41 30 91", returns=lambda p: p.radio.device.parameters[1]
    ),
    "tamper alert is switched on, and nothing else": Deed(
        do=lambda p: p.lock.set_tamper_alert(True),
        asked="41 30 68 68",
        before=_with_reset_button,
        holds=lambda p: (
            (p.door.settings.tamper_alert, p.door.settings.reset_button) == (1, 1)
            and p.radio.device.switches == Switch.SUPERVISION
        ),
    ),
    "the reset button is switched off": Deed(
        do=lambda p: p.lock.set_reset_button(False),
        asked="41 30 68 68",
        holds=lambda p: p.door.settings.reset_button == 2,
    ),
    "privacy lock is switched on": Deed(
        do=lambda p: p.lock.set_privacy_lock(True),
        asked="41 30 68 68",
        holds=lambda p: p.door.settings.privacy_lock == 1,
    ),
    "an open door is reported": Deed(
        do=lambda p: p.lock.set_left_open_alarm(90),
        asked="41 30 78",
        holds=lambda p: p.door.door_alarm_seconds == 90,
    ),
    "the name on the air is set": Deed(
        do=lambda p: p.lock.set_name_prefix("Gate"),
        asked="41 30 4e",
        holds=lambda p: p.radio.name.startswith("Gate_"),
    ),
    "the clock is read": Deed(
        do=lambda p: p.lock.read_clock(),
        asked="34",
        before=lambda p: p.world.clock.freeze(),
        returns=lambda p: p.world.clock.utc().replace(microsecond=0),
    ),
    "the clock is set": Deed(
        do=lambda p: p.lock.set_clock(),
        asked="41 30 43",
        before=_slow,
        returns=lambda p: p.world.clock.utc().replace(microsecond=0),
        holds=lambda p: abs(p.door.time - p.world.clock.now()) <= 1,
    ),
    "the state is asked for": Deed(
        do=_state, asked="14", before=_open, returns=lambda _: (Bolt.UNLOCKED, Door.OPEN, False)
    ),
    "features are read": Deed(do=_feature_bits, asked="01", returns=lambda p: int(p.door.feature_value, 16)),
    "model and versions are read": Deed(
        do=_info,
        asked="41 30 90 90 90 90",
        returns=lambda p: (p.radio.device.model, p.radio.device.hardware, p.radio.device.firmware, "20250630"),
    ),
    "the address is read": Deed(do=lambda p: p.lock.read_address(), asked="41 30 90", returns=lambda p: p.door.mac),
    "the number of keys is read": Deed(
        do=lambda p: p.lock.read_passcode_keys(), asked="41 30 90", returns=lambda _: 12
    ),
    "a lock without mobile radio has no signal": Deed(
        do=lambda p: p.lock.read_signal(), asked="41 30 90", returns=lambda _: None
    ),
    "the admin passcode is read": Deed(
        do=lambda p: p.lock.read_admin_passcode(),
        asked="41 30 65",
        returns=lambda p: Secret(p.door.secrets.no_key_pwd),
    ),
    "the admin passcode is set": Deed(
        do=lambda p: p.lock.set_admin_passcode(Secret("7654321")),
        asked="41 30 53",
        holds=lambda p: p.door.enter_code("7654321").opened,
        records=(92,),
    ),
    "the delete code is set": Deed(
        do=lambda p: p.lock.set_delete_code(Secret("99887766")),
        asked="41 30 44",
        holds=lambda p: p.door.secrets.delete_code == "99887766",
    ),
    "the seeds of random passcodes are set": Deed(
        do=lambda p: p.lock.set_passcode_seeds(random_seeds(p.now().date())),
        asked="41 30 31",
        holds=lambda p: len(p.radio.device.passcode_seeds) == 61,
    ),
    "the seed of this year is read": Deed(
        do=_seed_of_this_year,
        asked="41 30 31 55 30 32",
        returns=lambda p: (2026, True),
    ),
    "a door sensor is paired": Deed(
        do=lambda p: p.lock.pair_door_sensor(SENSOR),
        asked="41 30 76",
        holds=lambda p: p.radio.device.door_sensor_mac == SENSOR and p.door.door_sensor,
    ),
    "a door sensor is forgotten": Deed(
        do=lambda p: p.lock.forget_door_sensor(),
        asked="41 30 76",
        holds=lambda p: not p.radio.device.door_sensor_mac and not p.door.door_sensor,
    ),
    "the battery of an accessory is read": Deed(
        do=_accessory,
        asked="74",
        before=lambda p: p.radio.accessory_batteries.update({SENSOR: 44}),
        returns=lambda _: (Accessory.DOOR_SENSOR, SENSOR, 44),
    ),
    "a keypad is paired": Deed(
        do=lambda p: p.lock.pair_keypad(SENSOR, Secret("00112233445566778899aabbccddeeff")),
        asked="41 30 89",
        holds=lambda p: p.radio.device.keypad_mac == SENSOR,
    ),
    "a wristband is made known": Deed(
        do=lambda p: p.lock.set_wristband_key(Secret("band")),
        asked="41 30 35",
        holds=lambda p: p.radio.device.wristband == "band",
    ),
    "hotel data are written": Deed(
        do=lambda p: p.lock.set_hotel_data(HotelData.PLACE, Secret("0001020304")),
        asked="41 30 64",
        holds=lambda p: p.radio.device.hotel[3] == b"\x00\x01\x02\x03\x04",
    ),
    "hotel data are read": Deed(
        do=lambda p: p.lock.read_hotel_data(HotelData.SECTORS), asked="41 30 64", returns=lambda _: Secret("0000")
    ),
    "the server of the mobile radio is set": Deed(
        do=lambda p: p.lock.set_nb_server("nb.example.com", 8011),
        asked="41 30 12",
        holds=lambda p: p.radio.device.nb_server == ("nb.example.com", 8011),
    ),
    "what wakes the mobile radio is set": Deed(
        do=lambda p: p.lock.set_nb_modes(NbMode.KEYPAD | NbMode.FINGERPRINT),
        asked="41 30 13",
        holds=lambda p: p.radio.device.nb_modes == 5,
    ),
    "when the mobile radio wakes is set": Deed(
        do=lambda p: p.lock.set_nb_times((NbTime.POINT, 450), (NbTime.INTERVAL, 120)),
        asked="41 30 13",
        holds=lambda p: p.radio.device.nb_times == bytes((1, 7, 30, 2, 2, 0)),
    ),
    "networks are heard": Deed(
        do=lambda p: p.lock.scan_wifi(),
        asked="f2",
        returns=lambda p: tuple(HeardNetwork(name=name, rssi=rssi) for name, rssi in p.radio.networks),
    ),
    "a network is joined": Deed(
        do=lambda p: p.lock.join_wifi(p.radio.networks[0][0], _password(p)),
        asked="41 30 f3",
        holds=lambda p: 0xF3 in p.radio.device.wifi,
    ),
    "the server of the Wi-Fi is set": Deed(
        do=lambda p: p.lock.set_wifi_server("wifi.example.com", 4999),
        asked="41 30 f5",
        holds=lambda p: p.radio.device.wifi[0xF5] == b"\x10wifi.example.com\x13\x87",
    ),
    "a time without Wi-Fi is added": Deed(
        do=lambda p: p.lock.add_wifi_sleep(0, 60, 330),
        asked="41 30 8f",
        holds=lambda p: p.radio.device.wifi_sleep == bytes((1, 0, 5, 30)),
    ),
    "times without Wi-Fi are cleared": Deed(
        do=lambda p: p.lock.clear_wifi_sleep(),
        asked="41 30 8f",
        before=lambda p: setattr(p.radio.device, "wifi_sleep", bytes(4)),
        holds=lambda p: p.radio.device.wifi_sleep == b"",
    ),
    "the lock finds out which way it opens": Deed(
        do=lambda p: _all(p.lock.find_unlock_direction()),
        asked="41 30 8c",
        returns=lambda p: [Search.WORKING, Search.LEFT if p.door.settings.open_direction == 1 else Search.RIGHT],
    ),
    "an angle is learnt": Deed(
        do=lambda p: p.lock.learn_unlock_angle(),
        asked="41 30 8a",
        before=lambda p: setattr(p.radio.device, "knob_angle", 135),
        holds=lambda p: p.radio.device.unlock_angle == 135,
    ),
    "the other angle is learnt": Deed(
        do=lambda p: p.lock.learn_lock_angle(),
        asked="41 30 8a",
        before=lambda p: setattr(p.radio.device, "knob_angle", 5),
        holds=lambda p: p.radio.device.lock_angle == 5,
    ),
    "both angles are found": Deed(
        do=lambda p: p.lock.find_angles(),
        asked="41 30 8a",
        holds=lambda p: (p.radio.device.lock_angle, p.radio.device.unlock_angle) == (0, 90),
    ),
    "angles are read": Deed(
        do=lambda p: p.lock.read_angles(), asked="41 30 8a", returns=lambda _: Angles(unlocked=90, locked=0)
    ),
    "the latch is set": Deed(
        do=lambda p: p.lock.set_latch(True, 2, 5),
        asked="41 30 8a",
        holds=lambda p: p.radio.device.latch == (1, 2, 5),
    ),
    "a frozen time is added": Deed(
        do=lambda p: p.lock.add_frozen_time(CyclicWindow(weekday=2, start=60, end=330)),
        asked="41 30 94",
        holds=lambda p: [(one.days, one.start, one.end) for one in p.door.working_mode.periods] == [((2,), 60, 330)],
    ),
    "frozen times are cleared": Deed(
        do=lambda p: p.lock.clear_frozen_times(),
        asked="41 30 94",
        holds=lambda p: p.door.working_mode.periods == (),
    ),
    "a passage window is added": Deed(
        do=lambda p: p.lock.add_passage_entry(PassageEntry(repeat=Repeat.MONTHLY, day=31, start=60, end=90)),
        asked="41 30 66",
        holds=lambda p: [(one.month_day, one.start, one.end) for one in p.door.passage.periods] == [(31, 60, 90)],
        before=lambda p: setattr(p.door, "passage", replace(p.door.passage, enabled=False, periods=())),
    ),
    "passage mode is cleared": Deed(
        do=lambda p: p.lock.clear_passage_mode(),
        asked="41 30 66",
        holds=lambda p: not p.door.passage.enabled,
    ),
    "random passcodes are counted anew": Deed(do=lambda p: p.lock.reset_passcode_count(), asked="41 30 33"),
    "the lock waits for firmware": Deed(
        do=lambda p: p.lock.enter_firmware_update(), asked="41 30 02", holds=lambda p: p.radio.device.updating
    ),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
async def test_it_is_done(air: Air, deed: Deed, swift: None) -> None:
    person = beside(air)
    deed.before(person)
    person.records()
    assert await deed.do(person) == deed.returns(person)
    assert person.asked() == deed.asked
    assert deed.holds(person)
    assert person.records() == [*deed.records]
    await person.session.close()


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda lock: lock.read_passcode_display(), True),
        (lambda lock: lock.read_remote_unlock(), True),
        (lambda lock: lock.read_lamp(), 0),
        (lambda lock: lock.read_sensitivity(), Sensitivity.MEDIUM),
        (lambda lock: lock.read_full_auto_lock(), FullAutoLock(torque=1, keep=1, drive=1)),
        (lambda lock: lock.list_frozen_times(), ()),
    ],
)
async def test_settings_are_read_as_they_are(air: Air, read: Callable[[Any], Awaitable[Any]], expected: Any) -> None:
    person = beside(air)
    assert await read(person.lock) == expected
    await person.session.close()


async def test_a_lock_refuses_what_it_is_not_made_for(air: Air) -> None:
    """A remote control is none of a door lock."""
    person = beside(air)
    with pytest.raises(Unsupported):
        await person.lock.press(ControlKey.UP)
    assert person.asked() == "55 30 63"
    await person.session.close()


async def test_the_buttons_of_a_gate_are_pressed(air: Air) -> None:
    person = beside(air)
    person.radio.header = replace(person.radio.header, scene=10)
    await person.lock.press(ControlKey.UP)
    assert person.asked() == "55 30 63"
    assert person.door.bolt == "unlocked"
    [record] = [one for one in await person.lock.read_log() if one.type == 37]
    assert (record.key, record.uid) == (ControlKey.UP, person.session.key.uid)
    await person.session.close()
