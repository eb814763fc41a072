"""The lock as a thing of the account: names, owners, the end, master code, firmware, clock, working hours."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import CloudServer, Fault, Feature, World

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_lock import Find, state_of

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "sensor", "switch")]

MASTER = "40817263"


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock entity with everything."""
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
def holiday_flat(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock for which the account only holds an ekey."""
    return entity_id("lock", "holiday_flat", "lock")


def device(hass: HomeAssistant, entry: MockConfigEntry, mac: str) -> dr.DeviceEntry | None:
    """Return the device of a lock or gateway."""
    return dr.async_get(hass).async_get_device_by_identifier(("ttlock", mac), entry.entry_id)


# -- Name ----------------------------------------------------------------------------------------------------------


async def test_a_lock_is_renamed_in_the_account_and_here(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry, world: World
) -> None:
    await act(hass, "rename_lock", {"entity_id": front_door, "name": " Main Door "})
    assert world.row("front_door").alias == "Main Door"
    found = device(hass, loaded, world.lock("front_door").mac)
    assert found
    assert found.name == "Main Door"
    await loaded.runtime_data.async_refresh()
    assert loaded.runtime_data.locks[world.lock("front_door").lock_id].name == "Main Door"


@WHOLE_HOUSE
async def test_one_name_is_for_one_lock(
    hass: HomeAssistant, front_door: str, entity_id: Find, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    both = [front_door, entity_id("lock", "office", "lock")]
    for action, data in (("rename_lock", {"name": "Door"}), ("delete_lock", {"confirm": True})):
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, {"entity_id": both, **data})
        assert refusal.value.translation_key == "one_at_a_time"
    with pytest.raises(vol.Invalid):
        await act(hass, "rename_lock", {"entity_id": front_door, "name": "  "})
    assert cloud.calls.total() == 0


# -- Owner ---------------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_locks_change_their_owner_in_one_call(
    hass: HomeAssistant,
    front_door: str,
    entity_id: Find,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
) -> None:
    office = entity_id("lock", "office", "lock")
    landlord = world.account("landlord")
    cloud.reset_calls()
    response = await act(
        hass,
        "transfer_lock",
        {"entity_id": [front_door, office], "receiver_username": landlord.username, "confirm": True},
    )
    assert [result["status"] for result in response["results"].values()] == ["confirmed", "confirmed"]
    assert cloud.calls["/v3/lock/transfer"] == 1
    assert world.row("front_door").admin_uid == world.row("office").admin_uid == landlord.uid
    await hass.async_block_till_done()
    for key in ("front_door", "office"):
        assert device(hass, loaded, world.lock(key).mac) is None
    assert hass.states.get(front_door) is None
    assert device(hass, loaded, world.lock("garden_gate").mac)


@pytest.mark.parametrize(
    ("receiver", "reason"),
    [("owner@example.com", "receiver_is_self"), ("nobody@example.com", "receiver_unknown")],
)
@WHOLE_HOUSE
async def test_a_receiver_that_cannot_be_is_refused_in_words(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World, receiver: str, reason: str
) -> None:
    both = [front_door, entity_id("lock", "office", "lock")]
    with pytest.raises(HomeAssistantError) as refusal:
        await act(hass, "transfer_lock", {"entity_id": both, "receiver_username": receiver, "confirm": True})
    assert refusal.value.translation_key == reason
    assert world.row("front_door").admin_uid == world.account("owner").uid


async def test_the_cloud_s_word_about_oneself_is_understood(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry, world: World
) -> None:
    # An entry of hass-ttlock does not say whose account it is.
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, "username": None})
    owner = world.account("owner").username
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "transfer_lock", {"entity_id": front_door, "receiver_username": owner, "confirm": True})
    assert refusal.value.translation_key == "receiver_is_self"


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("transfer_lock", {"receiver_username": "landlord@example.com"}),
        ("delete_lock", {}),
    ],
)
@WHOLE_HOUSE
async def test_what_cannot_be_undone_is_confirmed_by_an_owner(
    hass: HomeAssistant,
    hass_admin_user: User,
    front_door: str,
    holiday_flat: str,
    cloud: CloudServer,
    action: str,
    data: dict[str, Any],
) -> None:
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    cloud.reset_calls()
    with pytest.raises(vol.Invalid, match="confirm"):
        await act(hass, action, {"entity_id": front_door, **data})
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, {"entity_id": front_door, **data, "confirm": False})
    assert refusal.value.translation_key == "not_confirmed"
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, {"entity_id": holiday_flat, **data, "confirm": True})
    assert failure.value.translation_key == "not_admin"
    with pytest.raises(Unauthorized):
        await act(hass, action, {"entity_id": front_door, **data, "confirm": True}, Context(user_id=household.id))
    assert cloud.calls.total() == 0


@WHOLE_HOUSE
async def test_one_foreign_lock_keeps_the_others_from_going(
    hass: HomeAssistant, front_door: str, holiday_flat: str, cloud: CloudServer, world: World
) -> None:
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await act(
            hass,
            "transfer_lock",
            {
                "entity_id": [front_door, holiday_flat],
                "receiver_username": world.account("guest").username,
                "confirm": True,
            },
        )
    assert failure.value.translation_key == "not_admin"
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(("kind", "gone"), [("drop_after", True), ("drop_before", False)])
@pytest.mark.parametrize(
    ("action", "data", "path"),
    [
        ("transfer_lock", {"receiver_username": "landlord@example.com"}, "/v3/lock/transfer"),
        ("delete_lock", {}, "/v3/lock/delete"),
    ],
)
async def test_a_lost_answer_is_looked_up_in_the_list_of_own_locks(
    hass: HomeAssistant,
    front_door: str,
    world: World,
    cloud: CloudServer,
    action: str,
    data: dict[str, Any],
    path: str,
    kind: str,
    gone: bool,
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path=path, times=1))
    lock_id = world.lock("front_door").lock_id
    call = {"entity_id": front_door, **data, "confirm": True}
    if gone:
        assert (await act(hass, action, call))["results"][front_door]["status"] == "confirmed"
    else:
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, action, call)
        assert failure.value.translation_key == "outcome_unknown"
    assert cloud.calls[path] == 1
    owned = world.rows.get(lock_id)
    assert (owned is None or owned.admin_uid != world.account("owner").uid) is gone


async def test_a_broken_lock_is_thrown_away(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry, world: World
) -> None:
    lock = world.lock("front_door")
    await act(hass, "delete_lock", {"entity_id": front_door, "confirm": True})
    assert lock.lock_id not in world.locks
    # It was not reset: that is what the words of the action warn of.
    assert lock.enter_code("48151623").opened
    await hass.async_block_till_done()
    assert device(hass, loaded, lock.mac) is None


# -- Master code ---------------------------------------------------------------------------------------------------


async def test_the_master_code_is_changed_at_the_lock(
    hass: HomeAssistant, front_door: str, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    lock = world.lock("front_door")
    old = lock.secrets.no_key_pwd
    response = await act(hass, "set_admin_passcode", {"entity_id": front_door, "passcode": MASTER})
    assert response["results"][front_door] == {"status": "confirmed", "path": "cloud"}
    assert lock.enter_code(MASTER).opened
    assert not lock.enter_code(old).opened
    hidden = await act(hass, "get_admin_passcode", {"entity_id": front_door})
    assert hidden["admin_passcodes"] == {front_door: {"passcode": "****"}}
    shown = await act(hass, "get_admin_passcode", {"entity_id": front_door, "include_secrets": True})
    assert shown["admin_passcodes"] == {front_door: {"passcode": MASTER}}
    assert MASTER not in caplog.text


async def test_a_master_code_that_the_cloud_does_not_tell(hass: HomeAssistant, front_door: str, world: World) -> None:
    world.faults.add(Fault(kind="missing_fields", path="/v3/lock/detail", fields=("noKeyPwd",), times=1))
    response = await act(hass, "get_admin_passcode", {"entity_id": front_door, "include_secrets": True})
    assert response["admin_passcodes"] == {front_door: {"passcode": None}}


@WHOLE_HOUSE
async def test_the_master_code_is_the_owner_s_business(
    hass: HomeAssistant, front_door: str, holiday_flat: str, hass_read_only_user: User, cloud: CloudServer
) -> None:
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    cloud.reset_calls()
    for action, data in (("set_admin_passcode", {"passcode": MASTER}), ("get_admin_passcode", {})):
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, action, {"entity_id": holiday_flat, **data})
        assert failure.value.translation_key == "not_admin"
        with pytest.raises(Unauthorized):
            await act(hass, action, {"entity_id": front_door, **data}, Context(user_id=household.id))
    for digits, reason in (("12", "passcode_length"), ("4081x", "passcode_digits")):
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, "set_admin_passcode", {"entity_id": front_door, "passcode": digits})
        assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_a_lock_without_keypad_gets_no_master_code(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    lock = world.lock("front_door")
    lock.feature_value = f"{int(lock.feature_value, 16) & ~(1 << Feature.PASSCODE):X}"
    await loaded.runtime_data.async_refresh()
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "set_admin_passcode", {"entity_id": front_door, "passcode": MASTER})
    assert failure.value.translation_key == "no_keypad"
    assert cloud.calls.total() == 0


# -- Firmware ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "status", "version"),
    [("9.9.9", "outdated", "9.9.9"), ("", "current", "6.0.6.210622"), (None, "unknown", "6.0.6.210622")],
)
async def test_newer_firmware_is_told(
    hass: HomeAssistant, front_door: str, world: World, newest: str | None, status: str, version: str
) -> None:
    world.row("front_door").newest_firmware = newest
    response = await act(hass, "check_firmware", {"entity_id": front_door})
    assert response["firmware"][front_door] == {
        "status": status,
        "installed": "6.0.6.210622",
        "newest": version,
        "model": "SN9206_PV53",
        "hardware": "1.6",
    }


@WHOLE_HOUSE
async def test_one_lock_that_is_refused_does_not_hide_the_others(
    hass: HomeAssistant, front_door: str, holiday_flat: str
) -> None:
    response = await act(hass, "check_firmware", {"entity_id": [front_door, holiday_flat]})
    assert set(response["firmware"]) == {front_door}
    assert response["errors"][holiday_flat]["code"] == -2018


# -- Clock ---------------------------------------------------------------------------------------------------------


async def test_the_clock_is_read_and_set_right(
    hass: HomeAssistant, front_door: str, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.lock("front_door").clock.offset = -600.0
    read = (await act(hass, "get_lock_clock", {"entity_id": front_door}))["clocks"][front_door]
    # A lock knows whole seconds.
    assert abs(read["drift"] + 600) <= 1
    assert read["time"].utcoffset() == timedelta(hours=1)
    assert read["time"].timestamp() == pytest.approx(world.lock("front_door").time, abs=2)
    response = await act(hass, "sync_clock", {"entity_id": front_door})
    result = response["results"][front_door]
    assert (result["status"], abs(result["drift"]) <= 1) == ("confirmed", True)
    assert abs(world.lock("front_door").time - world.clock.now()) < 5


async def test_a_lock_without_clock_chip_is_not_asked(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    world.lock("front_door").add_feature(Feature.NO_CLOCK)
    await loaded.runtime_data.async_refresh()
    cloud.reset_calls()
    for action in ("get_lock_clock", "sync_clock"):
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, action, {"entity_id": front_door})
        assert failure.value.translation_key == "no_clock"
    assert cloud.calls.total() == 0


# -- Plans ---------------------------------------------------------------------------------------------------------

NIGHT_AND_SATURDAY: list[dict[str, Any]] = [
    {"days": ["mon"], "start_time": "22:00", "end_time": "00:00"},
    {"days": ["tue"], "start_time": "00:00", "end_time": "06:00"},
    {"days": ["sat"], "all_day": True},
]


def by_days(periods: list[dict[str, Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """Return windows in an order that does not depend on the cloud's."""
    return sorted((period["days"], period) for period in periods)


async def test_the_plan_of_passage_mode_is_told_in_the_shape_in_which_it_is_given(
    hass: HomeAssistant, front_door: str, world: World, freezer: FrozenDateTimeFactory
) -> None:
    # The lock hangs at UTC+1; it is Monday, 21:30 there.
    freezer.move_to("2026-11-23T20:30:00Z")
    await act(hass, "configure_passage_mode", {"entity_id": front_door, "enabled": True, "periods": NIGHT_AND_SATURDAY})
    held = world.lock("front_door").passage
    plan = (await act(hass, "get_passage_mode", {"entity_id": front_door}))["passage_mode"][front_door]
    assert by_days(plan["periods"]) == by_days(NIGHT_AND_SATURDAY)
    assert (plan["enabled"], plan["auto_unlock"], plan["active"]) == (True, False, False)
    assert plan["next_change"].isoformat() == "2026-11-23T22:00:00+01:00"
    freezer.tick(timedelta(hours=1))
    again = (await act(hass, "get_passage_mode", {"entity_id": front_door}))["passage_mode"][front_door]
    assert again["active"] is True
    await act(hass, "configure_passage_mode", {"entity_id": front_door, "enabled": True, "all_day": True})
    await act(hass, "configure_passage_mode", {"entity_id": front_door, "enabled": True, "periods": plan["periods"]})
    assert sorted(world.lock("front_door").passage.periods, key=repr) == sorted(held.periods, key=repr)


async def test_a_plan_made_in_the_app_is_seen_when_it_is_asked_for(
    hass: HomeAssistant, front_door: str, world: World, entity_id: Find
) -> None:
    from simulator.schedule import PassageMode, PassagePeriod

    plan = PassageMode(enabled=True, periods=(PassagePeriod(all_day=True),))
    world.lock("front_door").command_passage(plan)
    world.row("front_door").passage = plan
    assert state_of(hass, entity_id("switch", "front_door", "passage_mode")).state == "off"
    told = (await act(hass, "get_passage_mode", {"entity_id": front_door}))["passage_mode"][front_door]
    assert (told["active"], told["next_change"]) == (True, None)
    assert state_of(hass, entity_id("switch", "front_door", "passage_mode")).state == "on"


async def test_a_lock_without_passage_mode_says_so(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry, world: World
) -> None:
    lock = world.lock("front_door")
    lock.feature_value = f"{int(lock.feature_value, 16) & ~(1 << Feature.PASSAGE_MODE):X}"
    await loaded.runtime_data.async_refresh()
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "get_passage_mode", {"entity_id": front_door})
    assert failure.value.translation_key == "no_passage_mode"


async def test_outside_its_working_hours_a_lock_opens_to_nobody(
    hass: HomeAssistant, front_door: str, world: World, freezer: FrozenDateTimeFactory
) -> None:
    lock = world.lock("front_door")
    freezer.move_to("2026-11-23T20:30:00Z")
    await act(
        hass,
        "set_working_hours",
        {"entity_id": front_door, "mode": "hours", "days": ["mon"], "start_time": "22:00", "end_time": "06:00"},
    )
    assert not lock.enter_code("48151623").opened
    freezer.tick(timedelta(hours=1))
    assert lock.enter_code("48151623").opened
    told = (await act(hass, "get_working_hours", {"entity_id": front_door}))["working_hours"][front_door]
    assert told["mode"] == "hours"
    assert by_days(told["periods"]) == by_days(NIGHT_AND_SATURDAY[:2])
    await act(hass, "set_working_hours", {"entity_id": front_door, "mode": "never"})
    assert not lock.enter_code("48151623").opened
    await act(hass, "set_working_hours", {"entity_id": front_door, "mode": "always"})
    assert lock.enter_code("48151623").opened
    told = (await act(hass, "get_working_hours", {"entity_id": front_door}))["working_hours"][front_door]
    assert told == {"mode": "always", "periods": []}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"mode": "hours"}, "working_hours_missing"),
        ({"mode": "never", "all_day": True}, "working_hours_missing"),
        ({"mode": "hours", "periods": [{"all_day": True}] * 6}, "working_hours_too_many"),
    ],
)
async def test_hours_that_make_no_sense_are_refused_here(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, data: dict[str, Any], reason: str
) -> None:
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "set_working_hours", {"entity_id": front_door, **data})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0
