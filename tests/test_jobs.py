"""Many locks in one action: progress, reasons, and repeating it where it failed. Proved at twenty simulated bolts."""

import asyncio
from collections import Counter
from datetime import timedelta
import gc
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, Event, HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World

from .passing_time import pass_time
from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "sensor")]

STATE = "/v3/lock/queryOpenState"
UNLOCK = "/v3/lock/unlock"

type Doors = dict[str, str]
"""Key of the lock in the world by lock entity."""


@pytest.fixture
def locks() -> int | None:
    """Return how many doors the house has; None for the default world."""
    return 8


@pytest.fixture
def world(locks: int | None) -> World:
    """Return a house of many doors behind four gateways."""
    return World.load() if locks is None else World.generate(locks=locks, gateways=4)


@pytest.fixture
def doors(loaded: MockConfigEntry, entity_id: Find, world: World) -> Doors:
    """Return the doors of the house."""
    return {entity_id("lock", lock.key, "lock"): lock.key for lock in world.locks.values()}


@pytest.fixture
def job(hass: HomeAssistant, loaded: MockConfigEntry) -> str:
    """Return the sensor of jobs."""
    found = er.async_get(hass).async_get_entity_id("sensor", DOMAIN, f"ttlock-{loaded.entry_id}-job")
    assert found
    return found


@pytest.fixture
def progress(hass: HomeAssistant) -> list[Event]:
    """Collect the events of progress."""
    events: list[Event] = async_capture_events(hass, "ttlock_job_progress")
    return events


@pytest.fixture
def finished(hass: HomeAssistant) -> list[Event]:
    """Collect the events at the end of jobs."""
    events: list[Event] = async_capture_events(hass, "ttlock_job_finished")
    return events


def actuations(world: World) -> Counter[str]:
    """Return how often each bolt was moved."""
    return Counter({lock.key: lock.actuations for lock in world.locks.values()})


def figures(hass: HomeAssistant, job: str) -> tuple[str, dict[str, Any]]:
    """Return state and figures of the sensor of jobs."""
    state = hass.states.get(job)
    assert state
    names = ("action", "done", "failed", "pending", "total")
    return state.state, {name: state.attributes[name] for name in names if name in state.attributes}


@pytest.mark.parametrize("locks", [20])
async def test_twenty_locks_with_one_gateway_offline_and_its_five_again(
    hass: HomeAssistant, doors: Doors, job: str, progress: list[Event], finished: list[Event], world: World
) -> None:
    assert figures(hass, job) == ("idle", {})
    changes = async_capture_events(hass, "state_changed")
    dead = world.gateway("gateway_2")
    cut_off = {entity_id for entity_id, key in doors.items() if world.lock(key).lock_id in dead.rssi}
    assert len(cut_off) == 5
    dead.online = False

    response = await act(hass, "batch_unlock", {"entity_id": list(doors)})

    results = response["results"]
    assert Counter(result["status"] for result in results.values()) == {"confirmed": 15, "failed": 5}
    assert {entity_id for entity_id in results if results[entity_id]["status"] == "failed"} == cut_off
    reasons = {entity_id: results[entity_id]["error"] for entity_id in cut_off}
    assert {(reason["code"], reason["key"]) for reason in reasons.values()} == {(-3002, "gateway_offline")}
    assert all("offline" in reason["message"] for reason in reasons.values())
    assert actuations(world) == Counter({key: 0 if entity_id in cut_off else 1 for entity_id, key in doors.items()})

    assert {event.data["entity_id"] for event in progress} == doors.keys()
    last = progress[-1].data
    assert [last[key] for key in ("action", "done", "failed", "pending", "total")] == ["batch_unlock", 15, 5, 0, 20]
    assert Counter(event.data["status"] for event in progress) == {"confirmed": 15, "failed": 5}
    assert {event.data["entity_id"] for event in progress if event.data["error"] == "gateway_offline"} == cut_off
    end = finished[0].data
    assert {failure["entity_id"]: failure["message"] for failure in end["failures"]} == {
        entity_id: reason["message"] for entity_id, reason in reasons.items()
    }
    assert {event.data["job_id"] for event in (*progress, *finished)} == {response["job_id"]}
    states = [event.data["new_state"].state for event in changes if event.data["entity_id"] == job]
    assert states == ["running"] * (len(states) - 1) + ["finished_with_errors"]
    assert figures(hass, job) == (
        "finished_with_errors",
        {"action": "batch_unlock", "done": 15, "failed": 5, "pending": 0, "total": 20},
    )

    dead.online = True
    again = await act(hass, "retry_failed", {})

    assert again["results"] == {entity_id: {"status": "confirmed", "path": "cloud"} for entity_id in sorted(cut_off)}
    assert again["not_retried"] == {}
    assert again["job_id"] != response["job_id"]
    assert actuations(world) == Counter(doors.values())
    assert figures(hass, job) == (
        "finished",
        {"action": "batch_unlock", "done": 5, "failed": 0, "pending": 0, "total": 5},
    )
    assert finished[-1].data["failures"] == []
    for job_id in (None, response["job_id"], again["job_id"]):
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, "retry_failed", {"job_id": job_id})
        assert refusal.value.translation_key == "job_not_repeatable"
    assert actuations(world) == Counter(doors.values())


async def test_locks_are_locked_together(hass: HomeAssistant, doors: Doors, world: World) -> None:
    await act(hass, "batch_unlock", {"entity_id": list(doors)})
    response = await act(hass, "batch_lock", {"entity_id": list(doors)})
    assert {result["status"] for result in response["results"].values()} == {"confirmed"}
    assert {lock.bolt for lock in world.locks.values()} == {"locked"}


async def test_a_door_that_may_be_open_is_not_unlocked_again(
    hass: HomeAssistant, doors: Doors, job: str, world: World, cloud: CloudServer
) -> None:
    world.gateway("gateway_1").online = False
    # One lock moves, but its answer is lost, and nobody can be asked what it did.
    world.faults.add(Fault(kind="drop_after", path=UNLOCK, times=1))
    world.faults.add(Fault(kind="http_500", path=STATE))
    response = await act(hass, "batch_unlock", {"entity_id": list(doors)})
    keys = {entity_id: result["error"]["key"] for entity_id, result in response["results"].items() if "error" in result}
    assert Counter(keys.values()) == {"gateway_offline": 2, "outcome_unknown": 1}
    lost = next(entity_id for entity_id, key in keys.items() if key == "outcome_unknown")
    assert world.lock(doors[lost]).bolt == "unlocked"

    world.faults.clear()
    world.gateway("gateway_1").online = True
    cloud.reset_calls()
    again = await act(hass, "retry_failed", {"job_id": response["job_id"]})
    assert again["results"].keys() == keys.keys() - {lost}
    assert again["not_retried"][lost]["key"] == "outcome_unknown"
    assert "not certain" in again["not_retried"][lost]["message"]
    assert cloud.calls[UNLOCK] == 2
    assert actuations(world) == Counter(doors.values())
    # It stays on the list of failures, so nobody takes the job for a complete one.
    assert figures(hass, job) == (
        "finished_with_errors",
        {"action": "batch_unlock", "done": 2, "failed": 1, "pending": 0, "total": 3},
    )
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "retry_failed", {})
    assert failure.value.translation_key == "nothing_repeated"
    assert cloud.calls[UNLOCK] == 2


async def test_a_lock_that_answered_too_late_is_asked_before_it_is_unlocked_again(
    hass: HomeAssistant, doors: Doors, world: World
) -> None:
    late, still = (world.lock(key) for key in ("lock_0", "lock_1"))
    late.silent = still.silent = True
    response = await act(hass, "batch_unlock", {"entity_id": list(doors)})
    failed = [result["error"]["key"] for result in response["results"].values() if result["status"] == "failed"]
    assert failed == ["not_executed", "not_executed"]
    late.silent = still.silent = False
    late.command_unlock(user="owner")
    again = await act(hass, "retry_failed", {})
    assert {result["status"] for result in again["results"].values()} == {"confirmed"}
    assert actuations(world) == Counter(doors.values())


async def test_what_was_interrupted_may_have_unlocked(
    hass: HomeAssistant, doors: Doors, job: str, world: World, cloud: CloudServer
) -> None:
    for gateway in world.gateways.values():
        gateway.latency = 0.02
    begun = asyncio.Event()
    hass.bus.async_listen_once("ttlock_job_progress", callback(lambda event: begun.set()))
    unlocking = hass.async_create_task(act(hass, "batch_unlock", {"entity_id": list(doors)}))
    await begun.wait()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "retry_failed", {})
    assert refusal.value.translation_key == "job_running"
    unlocking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await unlocking
    state, counted = figures(hass, job)
    assert state == "finished_with_errors"
    assert counted["done"] + counted["failed"] == len(doors)
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "retry_failed", {})
    assert failure.value.translation_key == "nothing_repeated"
    assert cloud.calls[UNLOCK] == 0


async def test_any_change_of_many_locks_is_a_job_and_its_digits_stay_inside(
    hass: HomeAssistant,
    doors: Doors,
    job: str,
    progress: list[Event],
    finished: list[Event],
    world: World,
    cloud: CloudServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.gateway("gateway_3").online = False
    response = await act(hass, "set_admin_passcode", {"entity_id": list(doors), "passcode": "482915"})
    assert Counter(result["status"] for result in response["results"].values()) == {"confirmed": 6, "failed": 2}
    world.gateway("gateway_3").online = True
    cloud.reset_calls()
    await act(hass, "retry_failed", {"job_id": response["job_id"]})
    assert cloud.calls["/v3/lock/changeAdminKeyboardPwd"] == 2
    assert all(lock.enter_code("482915").opened for lock in world.locks.values())
    assert [event.data["action"] for event in finished] == ["set_admin_passcode"] * 2
    said = [event.as_dict() for event in (*progress, *finished)]
    assert len(said) == 12
    assert "482915" not in f"{said}{hass.states.get(job)}{caplog.text}"


@pytest.mark.parametrize("asked", [True, False])
async def test_what_a_lock_has_yet_to_confirm_is_neither_done_nor_failed(
    hass: HomeAssistant, doors: Doors, job: str, progress: list[Event], world: World, asked: bool
) -> None:
    world.gateway("gateway_3").online = False
    data = {"entity_id": list(doors), "passcode_name": "Guest", "passcode": "482915"}
    await hass.services.async_call("ttlock", "create_passcode", data, blocking=True, return_response=asked)
    assert Counter(event.data["status"] for event in progress) == {"confirmed": 6, "pending": 2}
    assert figures(hass, job) == (
        "finished",
        {"action": "create_passcode", "done": 6, "failed": 0, "pending": 2, "total": 8},
    )


@pytest.mark.parametrize("locks", [None])
async def test_a_lock_where_only_some_of_it_worked_is_not_done(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, job: str, world: World
) -> None:
    front_door, office = (entity_id("lock", key, "lock") for key in ("front_door", "office"))
    await act(hass, "add_card", {"entity_id": front_door, "card_name": "Guest", "card_number": "3661413478"})
    world.faults.add(Fault(kind="errcode", errcode=1, path="/v3/identityCard/delete", times=1))
    response = await act(hass, "clear_cards", {"entity_id": [front_door, office], "confirm": True})
    assert len(response["results"][front_door]["removed"]) == 1
    assert figures(hass, job) == (
        "finished",
        {"action": "clear_cards", "done": 1, "failed": 0, "pending": 1, "total": 2},
    )


async def test_what_a_job_was_called_with_is_dropped_when_nothing_is_left_to_repeat(
    hass: HomeAssistant, doors: Doors, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.gateway("gateway_3").online = False
    await act(hass, "set_admin_passcode", {"entity_id": list(doors), "passcode": "482915"})
    assert kept("482915")
    world.gateway("gateway_3").online = True
    await act(hass, "retry_failed", {})
    assert not kept("482915")
    world.gateway("gateway_3").online = False
    await act(hass, "set_admin_passcode", {"entity_id": list(doors), "passcode": "592846"})
    assert kept("592846")
    await pass_time(hass, freezer, timedelta(minutes=61))
    assert not kept("592846")


def kept(digits: str) -> bool:
    """Return whether the call of an action with these digits is still in memory."""
    gc.collect()
    return any(isinstance(item, ServiceCall) and digits in str(dict(item.data)) for item in gc.get_objects())


async def test_a_job_is_forgotten_after_an_hour(
    hass: HomeAssistant, doors: Doors, job: str, world: World, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    world.gateway("gateway_0").online = False
    response = await act(hass, "batch_unlock", {"entity_id": list(doors)})
    await pass_time(hass, freezer, timedelta(minutes=59))
    world.gateway("gateway_0").online = True
    await pass_time(hass, freezer, timedelta(minutes=2))
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "retry_failed", {"job_id": response["job_id"]})
    assert refusal.value.translation_key == "job_not_repeatable"
    assert cloud.calls[UNLOCK] == 0
    assert figures(hass, job)[0] == "finished_with_errors"


async def test_a_repetition_that_is_refused_can_be_tried_again(
    hass: HomeAssistant, doors: Doors, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=-2018, path="/v3/identityCard/add", times=1))
    end = dt_util.utcnow() + timedelta(minutes=30)
    data = {"card_name": "Guest", "card_number": "3661413478", "start_time": end - timedelta(hours=1), "end_time": end}
    response = await act(hass, "add_card", {"entity_id": list(doors), **data})
    freezer.tick(timedelta(minutes=31))
    for _ in range(2):
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, "retry_failed", {"job_id": response["job_id"]})
        assert refusal.value.translation_key == "period_past"


async def test_when_nothing_succeeds_the_job_can_be_repeated_all_the_same(
    hass: HomeAssistant, doors: Doors, job: str, world: World
) -> None:
    for gateway in world.gateways.values():
        gateway.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "batch_unlock", {"entity_id": list(doors)})
    assert failure.value.translation_key == "nothing_succeeded"
    assert figures(hass, job)[1]["failed"] == len(doors)
    for gateway in world.gateways.values():
        gateway.online = True
    await act(hass, "retry_failed", {})
    assert actuations(world) == Counter(doors.values())


async def test_a_single_lock_and_a_question_are_no_jobs(
    hass: HomeAssistant, doors: Doors, job: str, progress: list[Event], finished: list[Event]
) -> None:
    one = next(iter(doors))
    assert await act(hass, "batch_unlock", {"entity_id": one}) == {
        "results": {one: {"status": "confirmed", "path": "cloud"}}
    }
    await act(hass, "update_state", {"entity_id": list(doors)})
    await act(hass, "list_passcodes", {"entity_id": list(doors)})
    assert not progress
    assert not finished
    assert figures(hass, job) == ("idle", {})
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "retry_failed", {})
    assert refusal.value.translation_key == "job_not_found"


async def test_who_may_control_the_locks_may_unlock_many(
    hass: HomeAssistant, doors: Doors, world: World, hass_read_only_user: User, finished: list[Event]
) -> None:
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    context = Context(user_id=household.id)
    world.gateway("gateway_0").online = False
    await act(hass, "batch_unlock", {"entity_id": list(doors)}, context)
    assert finished[0].context.user_id == household.id
    world.gateway("gateway_0").online = True
    for action, data in (("batch_unlock", {"entity_id": list(doors)}), ("retry_failed", {})):
        with pytest.raises(Unauthorized):
            await act(hass, action, data, Context(user_id=hass_read_only_user.id))
    await act(hass, "retry_failed", {}, context)
    assert actuations(world) == Counter(doors.values())

    world.gateway("gateway_0").online = False
    await act(hass, "set_admin_passcode", {"entity_id": list(doors), "passcode": "482915"})
    with pytest.raises(Unauthorized):
        await act(hass, "retry_failed", {}, context)


async def test_the_device_of_the_account_stays_as_long_as_its_entry(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    job: str,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    registry = dr.async_get(hass)
    entity = er.async_get(hass).async_get(job)
    assert entity and entity.device_id
    await pass_time(hass, freezer, timedelta(minutes=31))
    device = registry.async_get(entity.device_id)
    assert isinstance(device, dr.DeviceEntry)
    assert (device.name, device.entry_type) == ("TTLock account", dr.DeviceEntryType.SERVICE)
    response = await client.remove_device(device.id)
    assert not response["success"]
    assert registry.async_get(entity.device_id)


async def test_jobs_end_with_the_account(
    hass: HomeAssistant, doors: Doors, loaded: MockConfigEntry, world: World
) -> None:
    world.gateway("gateway_0").online = False
    response = await act(hass, "batch_unlock", {"entity_id": list(doors)})
    await hass.config_entries.async_reload(loaded.entry_id)
    assert loaded.state is ConfigEntryState.LOADED
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "retry_failed", {"job_id": response["job_id"]})
    assert refusal.value.translation_key == "job_not_found"
    await hass.async_block_till_done(wait_background_tasks=True)
