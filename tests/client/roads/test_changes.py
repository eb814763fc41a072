"""Everything that a lock can be told, over Bluetooth: the door has it, and the cloud knows of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.operations.credentials import Enrolment, EnrolmentStep
from custom_components.ttlock.client.ble.operations.switches import Switch
from custom_components.ttlock.client.credentials import Credential, Validity
from custom_components.ttlock.client.errors import (
    ConnectionFailed,
    InvalidInput,
    NotFound,
    NotTold,
    OutcomeUnknown,
    OutOfReach,
    TTLockError,
)
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.parse import Listing
from custom_components.ttlock.client.passage import PassageMode, PassagePeriod
from custom_components.ttlock.client.passcodes import PasscodeRequest
from custom_components.ttlock.client.roads.client import RoadClient
from custom_components.ttlock.client.roads.router import Preference, Road
from custom_components.ttlock.client.settings import OpenDirection, Setting
from simulator import Fault
from simulator.radio.faults import Kind, RadioFault

from .conftest import TwoRoads

HOUR: Final = timedelta(hours=1)
DIGITS: Final = Secret("730518")
OTHER: Final = Secret("904426")
CARD: Final = Secret("3661413478")
NO_APP: Final = 66


@pytest.fixture(autouse=True)
def beside(roads: TwoRoads) -> None:
    """Have the lock able to do everything, and only beside it."""
    roads.door.add_feature(*(bit for bit in range(127) if bit != NO_APP))
    roads.given.wish = Preference.LOCAL_ONLY


def custom(roads: TwoRoads) -> PasscodeRequest:
    """Return a passcode for some hours."""
    validity = hours(roads)
    return PasscodeRequest(name="Guest", kind=PasscodeKind.PERIOD, start=validity.start, end=validity.end)


def hours(roads: TwoRoads, first: int = -1, last: int = 2) -> Validity:
    """Return a period around now."""
    now = roads.world.clock.utc().replace(second=0, microsecond=0)
    return Validity.period(now + first * HOUR, now + last * HOUR)


def ids(listing: Listing[Credential]) -> set[int]:
    """Return what the tables call the credentials of a list."""
    return {item.credential_id for item in listing.items}


def cloud_is_down(roads: TwoRoads) -> None:
    """Have the cloud answer nothing."""
    roads.world.faults.add(Fault(kind="drop_before", path="*", times=None))


async def test_a_passcode_lives_at_the_door_and_in_the_cloud(roads: TwoRoads) -> None:
    client, lock_id, door = roads.client, roads.lock_id, roads.door
    passcode_id = await client.add_passcode(lock_id, DIGITS, custom(roads))
    assert door.enter_code(DIGITS.reveal()).opened
    shown = {code.passcode_id: code for code in (await client.list_passcodes(lock_id)).items}[passcode_id]
    assert (shown.name, shown.code) == ("Guest", DIGITS)
    await client.change_passcode(lock_id, passcode_id, code=OTHER)
    assert door.enter_code(OTHER.reveal()).opened
    assert not door.enter_code(DIGITS.reveal()).opened
    await client.change_passcode(
        lock_id, passcode_id, start=roads.world.clock.utc() - 2 * HOUR, end=roads.world.clock.utc() - HOUR
    )
    assert not door.enter_code(OTHER.reveal()).opened
    await client.change_passcode(lock_id, passcode_id, name="Nobody")
    shown = {code.passcode_id: code for code in (await client.list_passcodes(lock_id)).items}[passcode_id]
    assert (shown.name, shown.code) == ("Nobody", OTHER)
    await client.delete_passcode(lock_id, passcode_id)
    assert passcode_id not in {code.passcode_id for code in (await client.list_passcodes(lock_id)).items}
    assert OTHER.reveal() not in door.keypad.table


async def test_a_card_lives_at_the_door_and_in_the_cloud(roads: TwoRoads) -> None:
    cards, lock_id, door = roads.client.cards, roads.lock_id, roads.door
    card_id = await cards.add(lock_id, CARD, hours(roads), "Guest")
    assert door.swipe_card(CARD.reveal()).opened
    turned_id = await cards.add_reversed(lock_id, CARD, Validity.permanent())
    assert door.swipe_card("1723612378").opened
    await cards.change_period(lock_id, card_id, hours(roads, -2, -1))
    assert not door.swipe_card(CARD.reveal()).opened
    await cards.rename(lock_id, card_id, "Cleaner")
    shown = {card.credential_id: card for card in (await cards.list(lock_id)).items}
    assert (shown[card_id].name, shown[card_id].validity) == ("Cleaner", hours(roads, -2, -1))
    await cards.delete(lock_id, card_id)
    assert CARD.reveal() not in door.cards
    assert ids(await cards.list(lock_id)) & {card_id, turned_id} == {turned_id}
    await cards.clear(lock_id)
    assert not door.cards
    assert not ids(await cards.list(lock_id))


async def test_a_fingerprint_is_taken_up_step_by_step(roads: TwoRoads) -> None:
    prints, lock_id, door = roads.client.fingerprints, roads.lock_id, roads.door
    steps: list[Enrolment] = []
    known = set(door.fingerprints)
    finger = await prints.enrol(lock_id, hours(roads), "Thumb", steps.append)
    assert [step.step for step in steps][:2] == [EnrolmentStep.READY, EnrolmentStep.PROGRESS]
    assert steps[-1].step is EnrolmentStep.DONE
    (number,) = set(door.fingerprints) - known
    assert door.touch_finger(number).opened
    shown = {item.credential_id: item for item in (await prints.list(lock_id)).items}[finger]
    assert (shown.name, shown.number, shown.validity) == ("Thumb", Secret(number), hours(roads))
    await prints.change_period(lock_id, finger, hours(roads, 1, 2))
    assert not door.touch_finger(number).opened
    await prints.delete(lock_id, finger)
    assert set(door.fingerprints) == known
    await prints.clear(lock_id)
    assert not door.fingerprints


async def test_a_card_is_learned_from_whoever_holds_it_to_the_lock(roads: TwoRoads) -> None:
    known = set(roads.door.cards)
    card_id = await roads.client.cards.enrol(roads.lock_id, Validity.permanent(), "Blue card", lambda step: None)
    (number,) = set(roads.door.cards) - known
    assert roads.door.swipe_card(number).opened
    assert card_id in ids(await roads.client.cards.list(roads.lock_id))


async def test_nobody_holds_a_finger_to_the_lock_in_vain(roads: TwoRoads) -> None:
    cloud_is_down(roads)
    known, steps = set(roads.door.fingerprints), list[Enrolment]()
    with pytest.raises(ConnectionFailed):
        await roads.client.fingerprints.enrol(roads.lock_id, Validity.permanent(), None, steps.append)
    assert not steps
    assert set(roads.door.fingerprints) == known


async def test_a_finger_that_the_cloud_does_not_take_comes_off_the_lock(roads: TwoRoads) -> None:
    known = set(roads.door.fingerprints)
    roads.world.faults.add(Fault(kind="drop_before", path="/v3/fingerprint/add"))
    with pytest.raises((ConnectionFailed, NotTold)):
        await roads.client.fingerprints.enrol(roads.lock_id, hours(roads), None, lambda step: None)
    assert set(roads.door.fingerprints) == known


async def test_a_finger_whose_period_could_not_be_set_comes_off_the_lock(roads: TwoRoads) -> None:
    known = set(roads.door.fingerprints)

    def refuse_next(step: Enrolment) -> None:
        if step.step is EnrolmentStep.DONE:
            roads.handset.radio.faults.add(RadioFault(kind=Kind.DROP, opcode=0x06, to_lock=True, times=3))

    with pytest.raises(TTLockError):
        await roads.client.fingerprints.enrol(roads.lock_id, hours(roads), None, refuse_next)
    assert set(roads.door.fingerprints) == known


async def test_a_qr_code_of_our_own_lives_at_the_door_and_in_the_cloud(roads: TwoRoads) -> None:
    codes, lock_id, door = roads.client.qr_codes, roads.lock_id, roads.door
    made = await codes.add_custom(lock_id, 70707, hours(roads), "Parcel")
    shown = {code.credential_id: code for code in (await codes.list(lock_id)).items}[made.qr_code_id]
    assert shown.is_custom
    (stored,) = [table for kind, table in door.credentials.items() if kind == "qr_code"]
    assert "70707" in stored
    await codes.update(lock_id, shown, validity=hours(roads, 1, 3))
    assert stored["70707"].start > roads.world.clock.now()
    await codes.delete(lock_id, shown)
    assert "70707" not in stored
    assert made.qr_code_id not in ids(await codes.list(lock_id))


async def test_what_the_cloud_cannot_be_told_of_is_not_on_the_lock_either(roads: TwoRoads) -> None:
    roads.world.faults.add(Fault(kind="drop_before", path="/v3/identityCard/add"))
    with pytest.raises(NotTold):
        await roads.client.cards.add(roads.lock_id, CARD, hours(roads))
    assert CARD.reveal() not in roads.door.cards


async def test_what_the_cloud_has_noted_without_answering_is_found_there(roads: TwoRoads) -> None:
    roads.world.faults.add(Fault(kind="drop_after", path="/v3/identityCard/add"))
    card_id = await roads.client.cards.add(roads.lock_id, CARD, hours(roads))
    assert card_id in ids(await roads.client.cards.list(roads.lock_id))
    assert roads.door.swipe_card(CARD.reveal()).opened


async def test_what_the_cloud_may_have_noted_stays_until_it_can_be_asked(roads: TwoRoads) -> None:
    cloud_is_down(roads)
    with pytest.raises(OutcomeUnknown):
        await roads.client.cards.add(roads.lock_id, CARD, hours(roads))
    assert roads.door.swipe_card(CARD.reveal()).opened
    roads.world.faults.clear()
    assert await roads.client.cards.add(roads.lock_id, CARD, hours(roads))


async def test_a_passcode_that_only_the_cloud_could_take_back_is_said_to_be_on_the_lock(roads: TwoRoads) -> None:
    roads.world.faults.add(Fault(kind="errcode", path="/v3/keyboardPwd/add", errcode=-3007, times=1))
    with pytest.raises(InvalidInput, match="passcode_exists"):
        await roads.client.add_passcode(roads.lock_id, DIGITS, custom(roads))
    assert not roads.door.enter_code(DIGITS.reveal()).opened
    passcode_id = await roads.client.add_passcode(roads.lock_id, DIGITS, custom(roads))
    roads.world.faults.add(Fault(kind="drop_before", path="/v3/keyboardPwd/delete"))
    with pytest.raises(NotTold, match="cloud_not_told"):
        await roads.client.delete_passcode(roads.lock_id, passcode_id)
    assert not roads.door.enter_code(DIGITS.reveal()).opened
    roads.world.faults.clear()
    await roads.client.delete_passcode(roads.lock_id, passcode_id)
    assert passcode_id not in {code.passcode_id for code in (await roads.client.list_passcodes(roads.lock_id)).items}


async def test_an_addition_whose_answer_was_lost_is_looked_for_and_not_sent_again(roads: TwoRoads) -> None:
    roads.handset.radio.faults.add(RadioFault(kind=Kind.LOSE, opcode=0x03))
    passcode_id = await roads.client.add_passcode(roads.lock_id, DIGITS, custom(roads))
    assert roads.door.enter_code(DIGITS.reveal()).opened
    # The same again, as after a restart, is no other passcode.
    roads.world.rows[roads.lock_id].passcodes.pop(passcode_id)
    assert await roads.client.add_passcode(roads.lock_id, DIGITS, custom(roads))
    with pytest.raises(InvalidInput, match="passcode_exists"):
        await roads.client.add_passcode(roads.lock_id, DIGITS, PasscodeRequest(name=None, kind=PasscodeKind.PERMANENT))


async def test_what_may_be_on_the_lock_is_unclear_as_long_as_it_cannot_be_asked(roads: TwoRoads) -> None:
    roads.given.wish = Preference.PREFER_LOCAL
    roads.handset.radio.faults.add(RadioFault(kind=Kind.LOSE, opcode=0x05))
    roads.handset.radio.faults.add(RadioFault(kind=Kind.LOSE, opcode=0x05, skip=1, times=None))
    with pytest.raises(OutcomeUnknown):
        await roads.client.cards.add(roads.lock_id, CARD, hours(roads))
    assert not roads.server.calls["/v3/identityCard/add"]


async def test_what_certainly_did_not_reach_the_lock_takes_the_other_road(roads: TwoRoads) -> None:
    roads.given.wish = Preference.PREFER_LOCAL
    roads.handset.radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, byte=3, times=None))
    assert await roads.client.cards.add(roads.lock_id, CARD, hours(roads))
    assert roads.door.swipe_card(CARD.reveal()).opened
    assert roads.client.router.last[roads.lock_id] is Road.CLOUD


async def test_what_the_tables_do_not_show_is_not_found(roads: TwoRoads) -> None:
    with pytest.raises(NotFound, match="card_not_found"):
        await roads.client.cards.delete(roads.lock_id, 999_999)
    with pytest.raises(NotFound, match="passcode_not_found"):
        await roads.client.delete_passcode(roads.lock_id, 999_999)


# -- Settings ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A setting, what changes it, what the lock has then and what the cloud has noted."""

    change: Callable[[RoadClient, int], Awaitable[None]]
    at_the_door: Callable[[Any], object]
    expected: object
    in_cloud: Callable[[Any], object] | None = None


PLAN: Final = PassageMode(enabled=True, periods=(PassagePeriod(weekdays=frozenset({1, 2}), start=8 * 60, end=18 * 60),))
SETTINGS: Final = {
    "auto-lock": Case(
        lambda client, lock_id: client.set_auto_lock(lock_id, 42),
        lambda door: door.auto_lock_seconds,
        42,
        lambda row: row.auto_lock_seconds,
    ),
    "sound": Case(
        lambda client, lock_id: client.set_sound(lock_id, False),
        lambda door: door.settings.lock_sound,
        2,
        lambda row: row.settings["lock_sound"],
    ),
    "volume": Case(
        lambda client, lock_id: client.settings.set_volume(lock_id, 2),
        lambda door: door.settings.sound_volume,
        2,
        lambda row: row.settings["sound_volume"],
    ),
    "privacy lock": Case(
        lambda client, lock_id: client.settings.set_privacy_lock(lock_id, True),
        lambda door: door.settings.privacy_lock,
        1,
        lambda row: row.settings["privacy_lock"],
    ),
    "tamper alert": Case(
        lambda client, lock_id: client.settings.set_tamper_alert(lock_id, False),
        lambda door: door.settings.tamper_alert,
        2,
        lambda row: row.settings["tamper_alert"],
    ),
    "reset button": Case(
        lambda client, lock_id: client.settings.set_reset_button(lock_id, False),
        lambda door: door.settings.reset_button,
        2,
        lambda row: row.settings["reset_button"],
    ),
    "open direction": Case(
        lambda client, lock_id: client.settings.set_open_direction(lock_id, OpenDirection.RIGHT),
        lambda door: door.settings.open_direction,
        2,
        lambda row: row.settings["open_direction"],
    ),
    "dual verification": Case(
        lambda client, lock_id: client.settings.set_dual_verification(lock_id, True),
        lambda door: door.settings.dual_verification,
        1,
        lambda row: row.settings["dual_verification"],
    ),
    "left open": Case(
        lambda client, lock_id: client.settings.set_left_open_delay(lock_id, 90),
        lambda door: door.door_alarm_seconds,
        90,
        lambda row: row.settings["door_alarm_seconds"],
    ),
    "admin passcode": Case(
        lambda client, lock_id: client.settings.set_admin_passcode(lock_id, OTHER),
        lambda door: door.secrets.no_key_pwd,
        OTHER.reveal(),
    ),
    "remote unlock": Case(
        lambda client, lock_id: client.settings.set_remote_unlock(lock_id, False),
        lambda door: door.remote_unlock_enabled,
        False,
    ),
    "freezing": Case(lambda client, lock_id: client.settings.freeze(lock_id), lambda door: door.frozen, True),
    "passage mode": Case(
        lambda client, lock_id: client.set_passage_mode(lock_id, PLAN),
        lambda door: {day for period in door.passage.periods for day in period.days},
        {1, 2},
        lambda row: {day for period in row.passage.periods for day in period.days},
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
async def test_a_setting_is_made_at_the_lock_and_noted_in_the_cloud(roads: TwoRoads, name: str) -> None:
    case, row = SETTINGS[name], roads.world.rows[roads.lock_id]
    await case.change(roads.client, roads.lock_id)
    assert case.at_the_door(roads.door) == case.expected
    if case.in_cloud is not None:
        assert case.in_cloud(row) == case.expected
    assert roads.client.router.last[roads.lock_id] is Road.BLUETOOTH


async def test_power_saving_of_the_wi_fi_is_switched_beside_the_lock(roads: TwoRoads) -> None:
    device, row = roads.handset.radio.device, roads.world.rows[roads.lock_id]
    await roads.client.settings.set_power_saving(roads.lock_id, True)
    assert not device.switches & Switch.WIFI_AWAKE
    assert row.settings["power_saving"] == 1
    await roads.client.settings.set_power_saving(roads.lock_id, False)
    assert device.switches & Switch.WIFI_AWAKE
    assert row.settings["power_saving"] == 2


async def test_the_cloud_is_told_of_a_setting_when_it_is_back(roads: TwoRoads) -> None:
    row = roads.world.rows[roads.lock_id]
    cloud_is_down(roads)
    await roads.client.set_auto_lock(roads.lock_id, 42)
    assert roads.door.auto_lock_seconds == 42
    await roads.client.way.tell_untold()
    assert roads.client.way.untold == 1
    roads.world.faults.clear()
    await roads.client.way.tell_untold()
    assert (row.auto_lock_seconds, roads.client.way.untold) == (42, 0)


async def test_a_lock_tells_its_settings_itself(roads: TwoRoads) -> None:
    client, lock_id, door = roads.client, roads.lock_id, roads.door
    await client.set_auto_lock(lock_id, 42)
    await client.settings.set_volume(lock_id, 3)
    await client.set_passage_mode(lock_id, PLAN)
    roads.server.reset_calls()
    detail = await client.get_lock(lock_id)
    assert (detail.auto_lock_seconds, detail.sound, detail.switches.volume) == (42, True, 3)
    assert detail.switches.tamper_alert is await client.settings.query_switch(lock_id, Setting.TAMPER_ALERT)
    assert (await client.get_passage_mode(lock_id)).periods == PLAN.periods
    assert await client.settings.get_admin_passcode(lock_id) == Secret(door.secrets.no_key_pwd)
    assert await client.settings.is_frozen(lock_id) is False
    assert await client.settings.read_remote_unlock(lock_id) is True
    assert await client.query_battery(lock_id) is not None
    door.clock.offset += 100
    assert (await client.settings.read_clock(lock_id) - roads.world.clock.utc()).total_seconds() > 90
    await client.settings.adjust_clock(lock_id)
    assert abs((await client.settings.read_clock(lock_id) - roads.world.clock.utc()).total_seconds()) < 5
    assert not roads.server.calls


async def test_what_only_bluetooth_can_do_says_so_out_of_range(roads: TwoRoads) -> None:
    roads.handset.radio.in_range = False
    with pytest.raises(OutOfReach, match="out_of_bluetooth_reach"):
        await roads.client.settings.set_remote_unlock(roads.lock_id, False)
    with pytest.raises(OutOfReach, match="out_of_bluetooth_reach"):
        await roads.client.clear_passcodes(roads.lock_id)
