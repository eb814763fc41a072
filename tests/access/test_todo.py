"""The list of keys that somebody should look at: what is on it, and that completing an item never locks anybody out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World

from ..conftest import WHOLE_HOUSE
from ..passing_time import pass_time
from ..test_actions import act, passcodes
from ..test_lock import Find, state_of

CODE = "482915"

type Items = Callable[[], Awaitable[list[dict[str, Any]]]]

pytestmark = [pytest.mark.usefixtures("pages_enabled", "loaded"), pytest.mark.locks("front_door", "garden_gate")]


@pytest.fixture
def gate(entity_id: Find) -> str:
    """Return the lock that has no key of its own at first."""
    return entity_id("lock", "garden_gate", "lock")


@pytest.fixture
def todo(entity_id: Find) -> str:
    """Return the list of that lock."""
    return entity_id("todo", "garden_gate", "expiring")


@pytest.fixture
def items(hass: HomeAssistant, todo: str) -> Items:
    """Return what is on the list."""

    async def listed() -> list[dict[str, Any]]:
        found = await hass.services.async_call(
            "todo", "get_items", {"entity_id": todo}, blocking=True, return_response=True
        )
        assert found
        content: Any = found[todo]
        return list(content["items"])

    return listed


@pytest.fixture
def tick(hass: HomeAssistant, todo: str) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Return how an item is completed."""

    async def complete(item: dict[str, Any]) -> None:
        data = {"entity_id": todo, "item": item["uid"], "status": "completed"}
        await hass.services.async_call("todo", "update_item", data, blocking=True)

    return complete


type Tick = Callable[[dict[str, Any]], Awaitable[None]]


async def make(hass: HomeAssistant, gate: str, **data: Any) -> None:
    """Put a passcode on the gate for some hours from now, if nothing else is said."""
    fields = {"passcode_name": "Guest", "passcode": CODE, "duration": {"hours": 3}}
    await act(hass, "create_passcode", {"entity_id": gate, **fields, **data})


async def test_a_key_turns_from_yellow_to_red_and_is_removed_by_completing_it(
    hass: HomeAssistant,
    gate: str,
    todo: str,
    items: Items,
    tick: Tick,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    assert await items() == []
    await make(hass, gate)
    (yellow,) = await items()
    assert (yellow["summary"], yellow["due"]) == ("Expires soon: Guest (Passcode)", "2026-11-30T11:30:00+01:00")
    assert yellow["description"].endswith("Completing this takes note of it and changes nothing on the lock.")
    await pass_time(hass, freezer, timedelta(hours=3, minutes=1))
    (red,) = await items()
    assert red["summary"] == "Expired: Guest (Passcode)"
    assert red["description"].startswith("Expired · ")
    assert red["description"].endswith("Completing this removes it.")
    assert state_of(hass, todo).state == "1"
    await tick(red)
    assert await items() == []
    assert state_of(hass, todo).state == "0"
    assert not world.row("garden_gate").passcodes


async def test_completing_a_key_in_force_only_takes_note_and_it_comes_back_when_it_has_expired(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    gate: str,
    items: Items,
    tick: Tick,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    await make(hass, gate)
    (yellow,) = await items()
    await tick(yellow)
    assert await items() == []
    assert world.lock("garden_gate").enter_code(CODE).opened
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await items() == [], "a note that was taken is forgotten by a restart"
    await pass_time(hass, freezer, timedelta(hours=3, minutes=1))
    (red,) = await items()
    assert red["summary"] == "Expired: Guest (Passcode)"


async def test_an_item_that_was_clicked_too_late_does_nothing(
    hass: HomeAssistant, gate: str, items: Items, tick: Tick, world: World, freezer: FrozenDateTimeFactory
) -> None:
    await make(hass, gate)
    (yellow,) = await items()
    await pass_time(hass, freezer, timedelta(hours=3, minutes=1))
    with pytest.raises(HomeAssistantError):
        await tick(yellow)
    assert world.row("garden_gate").passcodes


async def test_a_key_that_somebody_has_prolonged_elsewhere_is_left_alone(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    gate: str,
    items: Items,
    tick: Tick,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    await make(hass, gate)
    passcode_id = (await passcodes(hass, gate))["Guest"]["id"]
    await pass_time(hass, freezer, timedelta(hours=3, minutes=1))
    (red,) = await items()
    start, end = (freezer.time_to_freeze.astimezone() + timedelta(hours=hours) for hours in (-1, 240))
    await loaded.runtime_data.cloud.change_passcode(
        world.lock("garden_gate").lock_id, passcode_id, start=start, end=end
    )
    assert world.lock("garden_gate").enter_code(CODE).opened
    with pytest.raises(ServiceValidationError, match="changed this at Garden Gate in the meantime"):
        await tick(red)
    assert world.lock("garden_gate").enter_code(CODE).opened
    assert [item["summary"] for item in await items()] == ["Changed elsewhere: Guest (Passcode)"]


async def test_deleting_an_item_is_completing_it(
    hass: HomeAssistant, gate: str, todo: str, items: Items, world: World, freezer: FrozenDateTimeFactory
) -> None:
    await make(hass, gate)
    await make(hass, gate, passcode_name="Friend", passcode="592846", duration={"days": 3})
    await pass_time(hass, freezer, timedelta(hours=3, minutes=1))
    both = [item["uid"] for item in await items()]
    assert len(both) == 2
    await hass.services.async_call("todo", "remove_item", {"entity_id": todo, "item": both}, blocking=True)
    assert await items() == []
    assert world.lock("garden_gate").enter_code("592846").opened
    assert [code.name for code in world.row("garden_gate").passcodes.values()] == ["Friend"]


async def test_a_random_code_warns_before_it_dies_unused_and_is_cleared_away_afterwards(
    hass: HomeAssistant, gate: str, items: Items, tick: Tick, world: World, freezer: FrozenDateTimeFactory
) -> None:
    random = {"passcode": "", "start_time": "2026-11-30T08:00:00+01:00", "end_time": "2026-12-24T08:00:00+01:00"}
    await make(hass, gate, **{**random, "duration": ""})
    (warning,) = await items()
    assert (warning["summary"], warning["due"]) == ("Not used yet: Guest (Passcode)", "2026-12-01T08:00:00+01:00")
    assert "Has to be used for the first time before 2026-12-01 08:00" in warning["description"]
    await pass_time(hass, freezer, timedelta(hours=24))
    (dead,) = await items()
    assert dead["summary"] == "Never used in time: Guest (Passcode)"
    await tick(dead)
    assert await items() == []
    assert not world.row("garden_gate").passcodes


async def test_a_random_code_that_was_used_is_no_trouble(
    hass: HomeAssistant, gate: str, items: Items, world: World, freezer: FrozenDateTimeFactory
) -> None:
    random = {"passcode": "", "start_time": "2026-11-30T08:00:00+01:00", "end_time": "2026-12-24T08:00:00+01:00"}
    await make(hass, gate, **{**random, "duration": ""})
    (code,) = [code.digits for code in world.row("garden_gate").passcodes.values()]
    assert world.lock("garden_gate").enter_code(code).opened
    await pass_time(hass, freezer, timedelta(hours=24))
    assert await items() == []


async def test_what_did_not_get_through_is_told_with_its_reason(
    hass: HomeAssistant, gate: str, items: Items, tick: Tick, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.gateway("garden").online = False
    await make(hass, gate, duration={"days": 30})
    (waiting,) = await items()
    assert waiting["summary"] == "Not on the lock yet: Guest (Passcode)"
    assert "The gateway of Garden Gate is offline." in waiting["description"]
    world.gateway("garden").online = True
    await pass_time(hass, freezer, timedelta(minutes=10))
    assert await items() == []
    world.gateway("garden").online = False
    passcode_id = (await passcodes(hass, gate))["Guest"]["id"]
    await act(hass, "delete_passcode", {"entity_id": gate, "passcode_id": passcode_id})
    (still_there,) = await items()
    assert still_there["summary"] == "Not removed yet: Guest (Passcode)"
    await tick(still_there)
    assert await items() == []
    assert world.lock("garden_gate").enter_code(CODE).opened


async def test_a_lost_answer_is_told_until_it_is_cleared_up(
    hass: HomeAssistant, gate: str, items: Items, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="drop_before", path="/v3/keyboardPwd/add", times=1))
    await make(hass, gate, duration={"days": 30})
    assert [item["summary"] for item in await items()] == ["Not certain: Guest (Passcode)"]
    await pass_time(hass, freezer, timedelta(minutes=2))
    assert await items() == []
    assert world.lock("garden_gate").enter_code(CODE).opened


async def test_what_failed_for_good_is_cleared_away(
    hass: HomeAssistant, gate: str, items: Items, tick: Tick, world: World
) -> None:
    world.faults.add(Fault(kind="errcode", path="/v3/keyboardPwd/add", errcode=-4056, times=1))
    with pytest.raises(HomeAssistantError):
        await make(hass, gate)
    (failed,) = await items()
    assert failed["summary"] == "Failed: Guest (Passcode)"
    assert "memory" in failed["description"]
    await tick(failed)
    assert await items() == []


async def test_what_was_removed_elsewhere_is_told_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    gate: str,
    items: Items,
    tick: Tick,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    await make(hass, gate, duration={"days": 30})
    passcode_id = (await passcodes(hass, gate))["Guest"]["id"]
    lock_id = world.lock("garden_gate").lock_id
    await loaded.runtime_data.cloud.delete_passcode(lock_id, passcode_id)
    freezer.tick(timedelta(minutes=1))
    await loaded.runtime_data.locks[lock_id].book.async_refresh()
    (gone,) = await items()
    assert gone["summary"] == "Removed elsewhere: Guest (Passcode)"
    await tick(gone)
    assert await items() == []


async def test_the_list_is_written_by_the_lock_alone(hass: HomeAssistant, gate: str, todo: str, items: Items) -> None:
    await make(hass, gate)
    (yellow,) = await items()
    rename = {"entity_id": todo, "item": yellow["uid"], "rename": "Milk"}
    with pytest.raises(ServiceValidationError) as refusal:
        await hass.services.async_call("todo", "update_item", rename, blocking=True)
    assert refusal.value.translation_key == "todo_item_fixed"


async def test_voice_assistants_do_not_read_the_list_out(hass: HomeAssistant, todo: str) -> None:
    entity = er.async_get(hass).async_get(todo)
    assert entity is not None
    assert entity.entity_category == "diagnostic"


# -- Numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("all_enabled")
async def test_sensors_count_keys_and_tell_the_next_end(
    hass: HomeAssistant, gate: str, entity_id: Find, world: World, freezer: FrozenDateTimeFactory
) -> None:
    def shown(key: str) -> str:
        return state_of(hass, entity_id("sensor", "garden_gate", key)).state

    keys = ("access_in_force", "access_expiring", "access_expired", "pending_changes", "next_expiry")
    assert [shown(key) for key in keys] == ["0", "0", "0", "0", "unknown"]
    await make(hass, gate)
    assert [shown(key) for key in keys] == ["1", "1", "0", "0", "2026-11-30T10:30:00+00:00"]
    await make(hass, gate, passcode_name="Friend", passcode="592846", duration={"days": 8})
    assert [shown(key) for key in keys] == ["2", "1", "0", "0", "2026-11-30T10:30:00+00:00"]
    world.gateway("garden").online = False
    await make(hass, gate, passcode_name="Late", passcode="736152", duration={"days": 8})
    assert [shown(key) for key in keys[:4]] == ["2", "1", "0", "1"]
    await pass_time(hass, freezer, timedelta(hours=3, minutes=1))
    assert [shown(key) for key in keys] == ["1", "0", "1", "1", "2026-12-08T07:30:00+00:00"]
    await pass_time(hass, freezer, timedelta(days=1))
    assert shown("access_expiring") == "2"


async def test_digits_and_names_are_in_no_state(hass: HomeAssistant, gate: str) -> None:
    await make(hass, gate)
    states = [state for state in hass.states.async_all() if state.domain in ("sensor", "todo")]
    assert not [state for state in states if CODE in str(state.as_dict()) or "Guest" in str(state.as_dict())]


# -- The action ----------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_an_action_lists_what_deserves_attention_of_one_lock_or_of_all(
    hass: HomeAssistant, gate: str, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    await make(hass, gate)
    one = await act(hass, "list_expiring", {"entity_id": gate})
    assert list(one["expiring"]) == [gate]
    (key,) = one["expiring"][gate]
    assert (key["concern"], key["kind"], key["name"], key["state"]) == ("expiring", "passcode", "Guest", "expiring")
    assert key["end_date"].isoformat() == "2026-11-30T02:30:00-08:00"
    everywhere = await act(hass, "list_expiring", {})
    assert {name: len(keys) for name, keys in everywhere["expiring"].items() if keys} == {gate: 1}
    assert len(everywhere["expiring"]) == 7
    front_door = entity_id("lock", "front_door", "lock")
    decade = await act(hass, "list_expiring", {"entity_id": front_door, "within": {"days": 4000}})
    assert {key["name"] for key in decade["expiring"][front_door]} == {"Cleaner", "Guest"}
    await pass_time(hass, freezer, timedelta(hours=4))
    (key,) = (await act(hass, "list_expiring", {"entity_id": gate}))["expiring"][gate]
    assert key["concern"] == "expired"


@WHOLE_HOUSE
async def test_the_action_tells_which_locks_could_not_be_read(
    hass: HomeAssistant, gate: str, entity_id: Find, world: World, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    with pytest.raises(HomeAssistantError, match="administrator"):
        await act(hass, "list_expiring", {"entity_id": entity_id("lock", "holiday_flat", "lock")})
    freezer.tick(timedelta(minutes=20))
    world.faults.add(Fault(kind="http_503", path="/v3/lock/listKeyboardPwd"))
    with pytest.raises(HomeAssistantError, match="problem of its own"):
        await act(hass, "list_expiring", {"entity_id": gate})
