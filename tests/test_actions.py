"""The actions: passcodes, passage mode, auto-lock, state; targets, responses and refusals."""

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import ANY

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE
from .passing_time import pass_time
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "sensor")]

ADD = "/v3/keyboardPwd/add"


async def act(hass: HomeAssistant, action: str, data: dict[str, Any], context: Context | None = None) -> Any:
    """Call an action of ours and return its response."""
    return await hass.services.async_call("ttlock", action, data, blocking=True, return_response=True, context=context)


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock entity with everything."""
    return entity_id("lock", "front_door", "lock")


async def passcodes(hass: HomeAssistant, entity_id: str) -> dict[str, dict[str, Any]]:
    """Return the passcodes of a lock by name."""
    response = await act(hass, "list_passcodes", {"entity_id": entity_id})
    return {passcode["name"]: passcode for passcode in response["passcodes"][entity_id]}


# -- Passcodes -----------------------------------------------------------------------------------------------------


async def test_a_passcode_lives_from_wish_to_removal(hass: HomeAssistant, front_door: str, world: World) -> None:
    lock = world.lock("front_door")
    response = await act(
        hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915"}
    )
    result = response["results"][front_door]
    assert result == {"status": "confirmed", "id": result["id"], "path": "cloud"}
    assert lock.enter_code("482915").opened
    listed = (await passcodes(hass, front_door))["Guest"]
    assert (listed["id"], listed["passcode"], listed["type"], listed["kind"]) == (
        result["id"],
        "482915",
        "permanent",
        "permanent",
    )
    assert (listed["start_date"], listed["end_date"], listed["expired"]) == (listed["start_date"], None, False)
    await act(
        hass,
        "modify_passcode",
        {"entity_id": front_door, "passcode_id": result["id"], "passcode_name": "Painter", "passcode": "592846"},
    )
    assert not lock.enter_code("482915").opened
    assert lock.enter_code("592846").opened
    assert "Painter" in await passcodes(hass, front_door)
    await act(hass, "delete_passcode", {"entity_id": front_door, "passcode_id": result["id"]})
    assert not lock.enter_code("592846").opened
    assert "Painter" not in await passcodes(hass, front_door)


async def test_a_timed_passcode_opens_within_its_period_only(
    hass: HomeAssistant, front_door: str, world: World, freezer: FrozenDateTimeFactory
) -> None:
    lock = world.lock("front_door")
    start = dt_util.now() + timedelta(hours=1)
    data = {
        "entity_id": front_door,
        "passcode_name": "Guest",
        "passcode": "482915",
        "start_time": start,
        "end_time": start + timedelta(hours=2),
    }
    await act(hass, "create_passcode", data)
    assert not lock.enter_code("482915").opened
    freezer.tick(timedelta(hours=2))
    assert lock.enter_code("482915").opened
    listed = (await passcodes(hass, front_door))["Guest"]
    assert (listed["type"], listed["kind"], listed["expired"]) == ("temporary", "period", False)
    assert isinstance(listed["end_date"], datetime)
    freezer.tick(timedelta(hours=2))
    assert not lock.enter_code("482915").opened
    assert (await passcodes(hass, front_door))["Guest"]["expired"] is True


async def test_the_call_of_the_rental_blueprint_works(hass: HomeAssistant, front_door: str, world: World) -> None:
    # tykeal/homeassistant-blueprints sends local times as text and a lock target (compatibility.md 4.4).
    await hass.config.async_set_time_zone("Europe/Rome")
    start = dt_util.now().replace(second=0, microsecond=0)
    await hass.services.async_call(
        "ttlock",
        "create_passcode",
        {
            "passcode_name": "Booking",
            "passcode": "4829",
            "start_time": start.strftime("%Y-%m-%d %H:%M:%S"),
            "end_time": (start + timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S"),
        },
        target={"entity_id": front_door},
        blocking=True,
    )
    assert world.lock("front_door").enter_code("4829").opened
    listed = (await passcodes(hass, front_door))["Booking"]
    assert listed["start_date"] == start


@WHOLE_HOUSE
async def test_a_random_passcode_needs_no_gateway_and_is_told_once(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    padlock = entity_id("lock", "padlock", "lock")
    data = {"entity_id": padlock, "passcode_name": "Guest"}
    response = await act(hass, "create_passcode", data)
    assert response["results"][padlock] == {"status": "accepted", "id": ANY, "path": "cloud"}
    response = await act(hass, "create_passcode", {**data, "return_code": True})
    assert len(await passcodes(hass, padlock)) == 1
    result = response["results"][padlock]
    assert world.lock("padlock").enter_code(result["passcode"]).opened
    listed = (await passcodes(hass, padlock))["Guest"]
    assert (listed["id"], listed["passcode"]) == (result["id"], result["passcode"])


async def test_short_names_and_duration_are_understood(hass: HomeAssistant, front_door: str, world: World) -> None:
    await act(
        hass,
        "create_passcode",
        {"entity_id": front_door, "name": "Guest", "code": 482915, "duration": {"hours": 3}, "start": ""},
    )
    listed = (await passcodes(hass, front_door))["Guest"]
    assert listed["passcode"] == "482915"
    assert listed["end_date"] - listed["start_date"] == timedelta(hours=3)


async def test_the_same_wish_twice_is_one_passcode(hass: HomeAssistant, front_door: str, world: World) -> None:
    data = {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915"}
    first = await act(hass, "create_passcode", data)
    second = await act(hass, "create_passcode", data)
    assert first == second
    start = dt_util.utcnow()
    other_period = {**data, "start_time": start, "end_time": start + timedelta(days=1)}
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "create_passcode", other_period)
    assert refusal.value.translation_key == "passcode_exists"


async def test_an_answer_without_id_is_looked_up(hass: HomeAssistant, front_door: str, world: World) -> None:
    world.faults.add(Fault(kind="missing_fields", path=ADD, fields=("keyboardPwdId",), times=1))
    response = await act(
        hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915"}
    )
    assert response["results"][front_door]["id"] == (await passcodes(hass, front_door))["Guest"]["id"]


@pytest.mark.parametrize("kind", ["timeout_after", "drop_after", "truncated"])
async def test_a_lost_answer_is_looked_up_not_repeated(
    hass: HomeAssistant, short_patience: None, front_door: str, world: World, cloud: CloudServer, kind: str
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path=ADD, times=1))
    response = await act(
        hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915"}
    )
    assert response["results"][front_door]["status"] == "confirmed"
    assert response["results"][front_door]["id"] == (await passcodes(hass, front_door))["Guest"]["id"]
    assert cloud.calls[ADD] == 1


@pytest.mark.parametrize("kind", ["timeout_before", "drop_before", "http_500"])
async def test_a_passcode_that_is_not_there_is_never_called_placed(
    hass: HomeAssistant, short_patience: None, front_door: str, world: World, cloud: CloudServer, kind: str
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path=ADD, times=1))
    data = {"passcode_name": "Guest", "passcode": "482915"}
    response = await act(hass, "create_passcode", {"entity_id": front_door, **data})
    result = response["results"][front_door]
    assert (result["status"], result["id"], result["error"]["key"]) == ("pending", None, "outcome_unknown")
    assert cloud.calls[ADD] == 1
    assert not world.lock("front_door").enter_code("482915").opened


async def test_what_got_lost_is_sent_again_when_it_is_certain_that_it_never_arrived(
    hass: HomeAssistant, front_door: str, world: World, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(kind="drop_before", path=ADD, times=1))
    data = {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915"}
    # Who does not ask for the answer is told all the same.
    with pytest.raises(HomeAssistantError) as failure:
        await hass.services.async_call("ttlock", "create_passcode", data, blocking=True)
    assert failure.value.translation_key == "still_trying_until"
    assert cloud.calls[ADD] == 1
    # The same wish meanwhile is the same wish, not a second one.
    assert (await act(hass, "create_passcode", data))["results"][front_door]["status"] == "pending"
    assert cloud.calls[ADD] == 1
    await pass_time(hass, freezer, timedelta(minutes=2))
    assert cloud.calls[ADD] == 2
    assert world.lock("front_door").enter_code("482915").opened


async def test_passcodes_are_deleted_by_name(hass: HomeAssistant, front_door: str, world: World) -> None:
    for code in ("482915", "592846"):
        await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Guest", "passcode": code})
    response = await act(hass, "delete_passcode", {"entity_id": front_door, "passcode_name": "Guest"})
    assert len(response["results"][front_door]["id"]) == 2
    assert not world.lock("front_door").enter_code("482915").opened
    assert not world.lock("front_door").enter_code("592846").opened
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "delete_passcode", {"entity_id": front_door, "passcode_name": "Guest"})
    assert failure.value.translation_key == "passcode_not_found"


@WHOLE_HOUSE
async def test_expired_passcodes_are_cleaned_up(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World, freezer: FrozenDateTimeFactory
) -> None:
    data = {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915", "duration": {"hours": 1}}
    await act(hass, "create_passcode", data)
    await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Family too", "passcode": "592846"})
    targets = {"entity_id": [front_door, entity_id("lock", "office", "lock")]}
    assert await act(hass, "cleanup_passcodes", targets) == {"removed": {}}
    freezer.tick(timedelta(hours=2))
    removed = {"removed": {front_door: ["Guest"]}}
    assert await act(hass, "cleanup_passcodes", {**targets, "dry_run": True}) == removed
    assert await act(hass, "cleanup_passcodes", {**targets, "older_than": {"days": 1}}) == {"removed": {}}
    assert "Guest" in await passcodes(hass, front_door)
    assert await act(hass, "cleanup_passcodes", targets) == removed
    left = await passcodes(hass, front_door)
    assert "Guest" not in left
    assert "Family too" in left
    assert world.lock("front_door").enter_code("592846").opened


async def test_a_random_passcode_for_some_hours_covers_them_all(
    hass: HomeAssistant, front_door: str, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(dt_util.utcnow().replace(minute=20, second=0, microsecond=0))
    await act(hass, "create_passcode", {"entity_id": front_door, "name": "Guest", "duration": {"hours": 3}})
    listed = (await passcodes(hass, front_door))["Guest"]
    assert listed["start_date"] == dt_util.utcnow().replace(minute=0)
    assert listed["end_date"] - listed["start_date"] == timedelta(hours=4)


def _hours(hours: float) -> datetime:
    return dt_util.utcnow() + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("create_passcode", {"passcode": "123"}, "passcode_length"),
        ("create_passcode", {"passcode": "1234567890"}, "passcode_length"),
        ("create_passcode", {"passcode": "12a456"}, "passcode_digits"),
        ("create_passcode", {"passcode": "482915", "start_time": 2, "end_time": 1}, "period_order"),
        ("create_passcode", {"passcode": "482915", "start_time": -3, "end_time": -1}, "period_past"),
        ("create_passcode", {"passcode": "482915", "start_time": 1}, "period_missing"),
        ("create_passcode", {"passcode": "482915", "type": "one_time"}, "custom_passcode_kind"),
        ("create_passcode", {"start_time": 0, "end_time": 9000}, "random_period_too_long"),
        ("create_passcode", {"start_time": 0.5, "end_time": 2.5}, "random_whole_hours"),
        (
            "create_passcode",
            {"passcode": "482915", "start_time": 1, "end_time": 2, "duration": {"hours": 1}},
            "period_twice",
        ),
        ("modify_passcode", {"passcode_id": 1, "passcode": "12"}, "passcode_length"),
        ("modify_passcode", {"passcode_id": 1, "start_time": 2, "end_time": 1}, "period_order"),
        ("modify_passcode", {"passcode_id": 1, "start_time": 2}, "period_missing"),
        ("modify_passcode", {"passcode_id": 1}, "nothing_to_change"),
        ("delete_passcode", {}, "passcode_not_named"),
        ("configure_passage_mode", {"enabled": True, "periods": []}, "passage_mode_empty"),
        ("configure_passage_mode", {"enabled": True, "days": []}, "passage_mode_days"),
        (
            "configure_passage_mode",
            {"enabled": True, "periods": [{"start_time": "22:00", "end_time": "06:00"}] * 3},
            "passage_mode_too_many",
        ),
    ],
)
async def test_bad_input_is_refused_before_any_call(
    hass: HomeAssistant,
    front_door: str,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
    action: str,
    data: dict[str, Any],
    reason: str,
) -> None:
    freezer.move_to(dt_util.utcnow().replace(minute=0, second=0, microsecond=0))
    cloud.reset_calls()
    times = {key: _hours(value) for key, value in data.items() if isinstance(value, int | float) and "time" in key}
    name = {"passcode_name": "Guest"} if action == "create_passcode" else {}
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, {"entity_id": front_door, **name, **data, **times})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("create_passcode", {"passcode": "482915"}),
        ("create_passcode", {"passcode_name": "x", "start_time": "soon"}),
        ("modify_passcode", {"passcode_id": 0, "passcode_name": "x"}),
        ("configure_autolock", {"enabled": True, "seconds": -1}),
        ("configure_autolock", {"seconds": 5}),
        ("configure_passage_mode", {"enabled": True, "days": ["someday"]}),
    ],
)
async def test_malformed_fields_are_refused_by_the_schema(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, action: str, data: dict[str, Any]
) -> None:
    cloud.reset_calls()
    with pytest.raises(vol.Invalid):
        await act(hass, action, {"entity_id": front_door, **data})
    assert cloud.calls.total() == 0


# -- Targets and results -------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_every_kind_of_target_finds_its_locks(
    hass: HomeAssistant, front_door: str, entity_id: Find, loaded: MockConfigEntry, world: World
) -> None:
    office = entity_id("lock", "office", "lock")
    registry = er.async_get(hass)
    device = registry.async_get(front_door).device_id  # type: ignore[union-attr]
    assert device
    area = ar.async_get(hass).async_create("Hall")
    label = lr.async_get(hass).async_create("Doors")
    dr.async_get(hass).async_update_device(device, area_id=area.id)
    for found in (front_door, office):
        registry.async_update_entity(found, labels={label.label_id})
    targets: list[tuple[dict[str, Any], set[str]]] = [
        ({"device_id": device}, {front_door}),
        ({"area_id": area.id}, {front_door}),
        ({"label_id": label.label_id}, {front_door, office}),
        ({"entity_id": [front_door, office]}, {front_door, office}),
    ]
    for target, expected in targets:
        response = await act(hass, "list_passcodes", target)
        assert set(response["passcodes"]) == expected


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({"entity_id": "lock.foreign"}, "not_our_lock"),
        ({"entity_id": "lock.does_not_exist"}, "not_our_lock"),
        ({"device_id": "gone"}, "target_missing"),
        ({"area_id": "nowhere"}, "target_missing"),
        ({"entity_id": []}, "no_lock_targeted"),
    ],
)
async def test_a_target_that_is_not_ours_is_refused(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, target: dict[str, Any], reason: str
) -> None:
    er.async_get(hass).async_get_or_create("lock", "other", "1", suggested_object_id="foreign")
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "list_passcodes", target)
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_another_entity_of_the_lock_is_not_the_lock(
    hass: HomeAssistant, front_door: str, entity_id: Find
) -> None:
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "update_state", {"entity_id": entity_id("sensor", "front_door", "lockbattery")})
    assert refusal.value.translation_key == "not_our_lock"


async def test_an_account_that_is_not_loaded_says_so(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "update_state", {"entity_id": front_door})
    assert refusal.value.translation_key == "account_not_loaded"


@WHOLE_HOUSE
async def test_each_lock_answers_for_itself(
    hass: HomeAssistant, front_door: str, entity_id: Find, caplog: pytest.LogCaptureFixture
) -> None:
    padlock = entity_id("lock", "padlock", "lock")
    response = await act(
        hass,
        "create_passcode",
        {"entity_id": [front_door, padlock], "passcode_name": "Guest", "passcode": "482915"},
    )
    assert response["results"][front_door]["status"] == "confirmed"
    failed = response["results"][padlock]
    assert failed["status"] == "failed"
    assert (failed["error"]["code"], failed["error"]["key"]) == (-2012, "no_gateway")
    assert failed["error"]["message"] in caplog.text
    assert "482915" not in caplog.text


@WHOLE_HOUSE
async def test_an_action_fails_when_nothing_succeeded(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World
) -> None:
    for gateway in world.reach.gateways.values():
        gateway.online = False
    padlock = entity_id("lock", "padlock", "lock")
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "configure_autolock", {"entity_id": [front_door, padlock], "enabled": True, "seconds": 5})
    assert failure.value.translation_key == "nothing_succeeded"
    assert "offline" in str(failure.value)
    assert "No gateway" in str(failure.value)


@WHOLE_HOUSE
async def test_a_list_that_fails_for_one_lock_still_shows_the_others(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World, short_patience: None
) -> None:
    office = entity_id("lock", "office", "lock")
    world.faults.add(Fault(kind="errcode", errcode=-1003, path="/v3/lock/listKeyboardPwd", times=1))
    response = await act(hass, "list_passcodes", {"entity_id": [front_door, office]})
    assert len(response["errors"]) == 1
    assert set(response["passcodes"]) == {front_door, office}


# -- Rights --------------------------------------------------------------------------------------------------------


async def test_users_without_administration_change_nothing_and_see_no_digits(
    hass: HomeAssistant, front_door: str, hass_admin_user: User, hass_read_only_user: User, cloud: CloudServer
) -> None:
    await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915"})
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    context = Context(user_id=household.id)
    for action, data in (
        ("create_passcode", {"passcode_name": "Mine", "passcode": "592846"}),
        ("delete_passcode", {"passcode_name": "Guest"}),
        ("configure_autolock", {"enabled": False}),
        ("configure_passage_mode", {"enabled": True}),
    ):
        with pytest.raises(Unauthorized):
            await act(hass, action, {"entity_id": front_door, **data}, context)
    listed = await act(hass, "list_passcodes", {"entity_id": front_door}, context)
    assert "482915" not in str(listed)
    assert "Guest" in str(listed)
    await act(hass, "update_state", {"entity_id": front_door}, context)
    with pytest.raises(Unauthorized):
        await act(hass, "update_state", {"entity_id": front_door}, Context(user_id=hass_read_only_user.id))
    shown = await act(hass, "list_passcodes", {"entity_id": front_door}, Context(user_id=hass_admin_user.id))
    assert "482915" in str(shown)


# -- Passage mode, auto-lock, state --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"all_day": True}, [([1, 2, 3, 4, 5, 6, 7], True, 0, 0)]),
        (
            {"days": ["mon"], "start_time": "22:00", "end_time": "06:00"},
            [([1], False, 1320, 1440), ([2], False, 0, 360)],
        ),
        (
            {
                "periods": [
                    {"days": ["mon", "tue"], "start_time": "09:00", "end_time": "12:00"},
                    {"days": ["sat"], "all_day": True},
                ]
            },
            [([1, 2], False, 540, 720), ([6], True, 0, 0)],
        ),
    ],
    ids=["all day", "across midnight", "several"],
)
async def test_a_plan_of_passage_mode_reaches_the_lock(
    hass: HomeAssistant, front_door: str, world: World, data: dict[str, Any], expected: list[Any]
) -> None:
    response = await act(hass, "configure_passage_mode", {"entity_id": front_door, "enabled": True, **data})
    assert response["results"][front_door]["status"] == "confirmed"
    periods = world.lock("front_door").passage.periods
    held = [(sorted(p.days), p.all_day, 0 if p.all_day else p.start, 0 if p.all_day else p.end) for p in periods]
    assert sorted(held) == sorted(expected)


async def test_the_passage_call_of_hass_ttlock_holds_the_whole_day(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    # Its form sends every field, with 00:00 for both times.
    await act(
        hass,
        "configure_passage_mode",
        {
            "entity_id": front_door,
            "enabled": True,
            "auto_unlock": False,
            "all_day": False,
            "start_time": "00:00:00",
            "end_time": "00:00:00",
            "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        },
    )
    assert world.lock("front_door").passage_active


async def test_auto_lock_without_seconds_takes_the_last_delay(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    await act(hass, "configure_autolock", {"entity_id": front_door, "enabled": True, "seconds": 33})
    await act(hass, "configure_autolock", {"entity_id": front_door, "enabled": False})
    assert world.lock("front_door").auto_lock_seconds <= 0
    await act(hass, "configure_autolock", {"entity_id": front_door, "enabled": True})
    assert world.lock("front_door").auto_lock_seconds == 33


@WHOLE_HOUSE
async def test_update_state_asks_now_and_tells_failures(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World
) -> None:
    world.lock("front_door").command_unlock(user="owner")
    response = await act(hass, "update_state", {"entity_id": front_door})
    assert response["results"][front_door] == {"status": "confirmed", "path": "cloud", "state": "unlocked"}
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "update_state", {"entity_id": entity_id("lock", "padlock", "lock")})
    assert failure.value.translation_key == "no_gateway"
