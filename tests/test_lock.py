"""The lock entity: commands, state, and what is said when nothing is known."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    mock_restore_cache_with_extra_data,
)

from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World
from simulator.features import bits_of

from .conftest import WHOLE_HOUSE, setup
from .passing_time import pass_time

pytestmark = pytest.mark.locks("front_door")

UNLOCK = "/v3/lock/unlock"
LOCK = "/v3/lock/lock"
STATE = "/v3/lock/queryOpenState"

type Find = Callable[[str, str, str], str]


async def command(hass: HomeAssistant, action: str, entity_id: str) -> None:
    await hass.services.async_call("lock", action, {"entity_id": entity_id}, blocking=True)


def state_of(hass: HomeAssistant, entity_id: str) -> State:
    state = hass.states.get(entity_id)
    assert state
    return state


async def test_unlock_and_lock_move_the_bolt_once_each(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    changes = async_capture_events(hass, "state_changed")
    assert state_of(hass, front_door).state == "locked"
    await command(hass, "unlock", front_door)
    assert world.lock("front_door").bolt == "unlocked"
    assert world.lock("front_door").actuations == 1
    assert state_of(hass, front_door).state == "unlocked"
    assert state_of(hass, front_door).attributes["changed_by"] == "Home Assistant"
    await command(hass, "lock", front_door)
    assert world.lock("front_door").bolt == "locked"
    assert state_of(hass, front_door).state == "locked"
    await hass.async_block_till_done()
    seen = [event.data["new_state"].state for event in changes if event.data["entity_id"] == front_door]
    assert seen == ["unlocking", "unlocked", "locking", "locked"]


async def test_the_lock_asks_for_no_code(hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find) -> None:
    attributes = state_of(hass, entity_id("lock", "front_door", "lock")).attributes
    assert attributes.get("code_format") is None
    assert attributes["supported_features"] == 0


async def test_auto_lock_is_followed_with_one_question(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    await hass.services.async_call(
        "ttlock", "configure_autolock", {"entity_id": front_door, "enabled": True, "seconds": 20}, blocking=True
    )
    await command(hass, "unlock", front_door)
    cloud.reset_calls()
    await pass_time(hass, freezer, timedelta(seconds=15))
    assert cloud.calls[STATE] == 0
    assert state_of(hass, front_door).state == "unlocked"
    await pass_time(hass, freezer, timedelta(seconds=9))
    assert cloud.calls[STATE] == 1
    assert world.lock("front_door").bolt == "locked"
    assert state_of(hass, front_door).state == "locked"


async def test_a_turn_of_the_key_is_seen_on_the_next_question_with_its_cause(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    await hass.services.async_call(
        "ttlock", "configure_autolock", {"entity_id": front_door, "enabled": False}, blocking=True
    )
    freezer.tick(60)
    world.lock("front_door").turn_key()
    await pass_time(hass, freezer, timedelta(minutes=60))
    assert state_of(hass, front_door).state == "unlocked"
    assert state_of(hass, entity_id("sensor", "front_door", "locktrigger")).state == "unlock by Mechanical key"


async def test_who_entered_a_code_is_told_by_name(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    await hass.services.async_call(
        "ttlock", "configure_autolock", {"entity_id": front_door, "enabled": False}, blocking=True
    )
    await hass.services.async_call(
        "ttlock",
        "create_passcode",
        {"entity_id": front_door, "passcode_name": "Cleaner", "passcode": "592846"},
        blocking=True,
    )
    freezer.tick(60)
    assert world.lock("front_door").enter_code("592846").opened
    await hass.services.async_call("ttlock", "update_state", {"entity_id": front_door}, blocking=True)
    assert state_of(hass, front_door).attributes["changed_by"] == "Cleaner"
    assert state_of(hass, entity_id("sensor", "front_door", "lockoperator")).state == "Cleaner"
    assert state_of(hass, entity_id("sensor", "front_door", "locktrigger")).state == "unlock by passcode"


async def test_without_a_record_nobody_is_named(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    freezer: FrozenDateTimeFactory,
    short_patience: None,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    await command(hass, "unlock", front_door)
    world.faults.add(Fault(kind="http_500", path="/v3/lockRecord/list"))
    world.lock("front_door").command_lock(user="owner")
    await hass.services.async_call("ttlock", "update_state", {"entity_id": front_door}, blocking=True)
    assert state_of(hass, front_door).state == "locked"
    assert state_of(hass, front_door).attributes.get("changed_by") is None


# -- When something is in the way ----------------------------------------------------------------------------------


def bring_up_late(world: World, lock_id: int, count: int, later: timedelta) -> None:
    """Have the cloud get the last records of a lock later."""
    records, by = world.rows[lock_id].records, later // timedelta(milliseconds=1)
    records[-count:] = [replace(record, server_date=record.server_date + by) for record in records[-count:]]


async def test_somebody_else_may_lock_right_after_our_commands(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    front_door, lock = entity_id("lock", "front_door", "lock"), world.lock("front_door")
    await pass_time(hass, freezer, timedelta(minutes=2))
    for action in ("lock", "unlock"):
        await command(hass, action, front_door)
        freezer.tick(4)
    lock.command_lock(user="owner@example.com")
    world.upload()
    await loaded.runtime_data.locks[lock.lock_id].log.async_read()
    assert state_of(hass, front_door).state == lock.bolt == "locked"


async def test_what_the_log_has_before_our_command_is_over(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    front_door, lock = entity_id("lock", "front_door", "lock"), world.lock("front_door")
    await pass_time(hass, freezer, timedelta(minutes=2))
    # Nobody knows yet that the clock of the lock is fast.
    lock.clock.offset = 40
    lock.press_button()
    freezer.tick(3)
    await command(hass, "lock", front_door)
    freezer.tick(3)
    world.upload()
    # Nor does its gateway bring records up at once.
    bring_up_late(world, lock.lock_id, 2, timedelta(seconds=6))
    await loaded.runtime_data.locks[lock.lock_id].log.async_read()
    assert state_of(hass, front_door).state == lock.bolt == "locked"


async def test_the_late_record_of_one_command_does_not_undo_the_next(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    front_door, lock = entity_id("lock", "front_door", "lock"), world.lock("front_door")
    await pass_time(hass, freezer, timedelta(minutes=2))
    # Nobody knows yet that the clock of the lock is fast, and its gateway takes some seconds for a record.
    lock.clock.offset = 30
    await command(hass, "lock", front_door)
    await hass.async_block_till_done()
    bring_up_late(world, lock.lock_id, 1, timedelta(seconds=7))
    freezer.tick(3)
    await command(hass, "unlock", front_door)
    await pass_time(hass, freezer, timedelta(seconds=12))
    assert state_of(hass, front_door).state == lock.bolt == "unlocked"


@WHOLE_HOUSE
async def test_a_lock_that_nothing_reaches_says_so(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, cloud: CloudServer, world: World
) -> None:
    assert state_of(hass, entity_id("lock", "padlock", "lock")).state == "unavailable"
    assert state_of(hass, entity_id("sensor", "padlock", "connection")).state == "no_gateway"
    assert state_of(hass, entity_id("sensor", "padlock", "lockbattery")).state == str(world.lock("padlock").battery)


@WHOLE_HOUSE
async def test_remote_unlock_switched_off_is_explained(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    cellar = entity_id("lock", "cellar", "lock")
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", cellar)
    assert failure.value.translation_key == "not_supported"
    assert "Remote unlock" in str(failure.value)
    assert state_of(hass, cellar).state == "locked"
    assert world.lock("cellar").actuations == 0


@WHOLE_HOUSE
async def test_a_shared_lock_works_as_far_as_the_ekey_allows(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    flat = entity_id("lock", "holiday_flat", "lock")
    await command(hass, "unlock", flat)
    assert world.lock("holiday_flat").bolt == "unlocked"
    with pytest.raises(AssertionError):
        entity_id("switch", "holiday_flat", "passage_mode")


async def test_an_offline_gateway_is_named_and_known_facts_stay_for_a_while(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    entity_id: Find,
    world: World,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    connection = entity_id("sensor", "front_door", "connection")
    assert state_of(hass, connection).state == "connected"
    for gateway in world.reach.gateways.values():
        gateway.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", front_door)
    assert failure.value.translation_key == "gateway_offline_named"
    assert failure.value.translation_placeholders
    assert failure.value.translation_placeholders["name"] in str(failure.value)
    assert state_of(hass, front_door).state == "locked"
    assert state_of(hass, connection).state == "gateway_offline"
    for _ in range(3):
        await pass_time(hass, freezer, timedelta(minutes=40))
    assert state_of(hass, front_door).state == "unavailable"
    assert state_of(hass, connection).state == "gateway_offline"
    assert caplog.text.count("Front Door cannot be reached") == 1
    for gateway in world.reach.gateways.values():
        gateway.online = True
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert state_of(hass, front_door).state == "locked"
    assert state_of(hass, connection).state == "connected"


@pytest.mark.parametrize("kind", ["timeout_after", "drop_after", "html", "truncated"])
async def test_a_lost_answer_is_cleared_up_by_asking_not_by_repeating(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    entity_id: Find,
    cloud: CloudServer,
    kind: str,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path=UNLOCK, times=1))
    await command(hass, "unlock", front_door)
    assert cloud.calls[UNLOCK] == 1
    assert cloud.calls[STATE] >= 1
    assert world.lock("front_door").actuations == 1
    assert state_of(hass, front_door).state == "unlocked"


@pytest.mark.parametrize("kind", ["timeout_before", "drop_before", "http_500"])
async def test_a_command_that_was_lost_on_its_way_is_reported_as_unclear(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    entity_id: Find,
    cloud: CloudServer,
    kind: str,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path=UNLOCK, times=1))
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", front_door)
    assert failure.value.translation_key == "outcome_unknown"
    assert cloud.calls[UNLOCK] == 1
    assert world.lock("front_door").actuations == 0
    assert state_of(hass, front_door).state == "locked"


async def test_when_the_lock_cannot_be_asked_either_nothing_is_claimed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    short_patience: None,
    world: World,
    entity_id: Find,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    cloud.reset_calls()
    world.faults.add(Fault(kind="drop_after", path=UNLOCK, times=1))
    world.faults.add(Fault(kind="errcode", errcode=-3002, path=STATE, times=1))
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", front_door)
    assert failure.value.translation_key == "outcome_unknown"
    assert state_of(hass, front_door).state == "unknown"
    assert cloud.calls[UNLOCK] == 1
    await pass_time(hass, freezer, timedelta(seconds=31))
    assert state_of(hass, front_door).state == world.lock("front_door").bolt


async def test_an_answer_older_than_a_command_does_not_undo_its_result(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.lock("front_door").turn_key()
    # The question has its answer, unlocked, and looks for the cause when the command overtakes it.
    world.faults.add(Fault(kind="slow", path="/v3/lockRecord/list", times=1, seconds=0.3))
    question = hass.async_create_task(
        hass.services.async_call("homeassistant", "update_entity", {"entity_id": front_door}, blocking=True)
    )
    await asyncio.sleep(0.1)
    await command(hass, "lock", front_door)
    await question
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.lock("front_door").bolt == "locked"
    assert state_of(hass, front_door).state == "locked"


@WHOLE_HOUSE
async def test_a_frozen_ekey_makes_the_lock_unavailable(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    flat = world.lock("holiday_flat").lock_id
    for ekey in world.ekeys.values():
        if ekey.lock_id == flat and not ekey.manages:
            ekey.status = "110405"
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert state_of(hass, entity_id("lock", "holiday_flat", "lock")).state == "unavailable"
    assert state_of(hass, entity_id("sensor", "holiday_flat", "connection")).state == "ekey_invalid"


async def test_a_lock_that_is_not_built_for_a_command_costs_no_call(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find, cloud: CloudServer
) -> None:
    lock = world.lock("front_door")
    lock.feature_value = f"{int(lock.feature_value, 16) & ~(1 << 8 | 1 << 10):X}"
    lock.features = bits_of(lock.feature_value)
    await setup(hass, entry)
    cloud.reset_calls()
    for action, reason in (("lock", "no_remote_lock"), ("unlock", "no_remote_unlock")):
        with pytest.raises(HomeAssistantError) as failure:
            await command(hass, action, entity_id("lock", "front_door", "lock"))
        assert failure.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_the_calls_of_a_month_are_not_overrun_by_asking(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    cloud.reset_calls()
    for _ in range(12):
        await pass_time(hass, freezer, timedelta(minutes=60))
    assert cloud.calls[STATE] > 0
    assert cloud.calls.total() * 2 * 30 < 30_000


async def test_an_exhausted_quota_stops_the_questions(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    cloud: CloudServer,
    world: World,
    freezer: FrozenDateTimeFactory,
    entity_id: Find,
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=30007))
    await pass_time(hass, freezer, timedelta(minutes=60))
    cloud.reset_calls()
    for _ in range(5):
        await pass_time(hass, freezer, timedelta(minutes=60))
    assert cloud.calls.total() <= 5, "one call an hour tries whether the month is over or calls were bought"
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    data: dict[str, Any] = dict(state_of(hass, entity_id("sensor", "front_door", "connection")).attributes)
    assert "quota_month_exceeded" in data["options"]


# -- What time brings ----------------------------------------------------------------------------------------------


async def test_a_lock_that_stays_open_is_not_asked_without_end(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    await command(hass, "unlock", entity_id("lock", "front_door", "lock"))
    # Switched off in the app, so that here the old delay is still believed.
    world.lock("front_door").command_auto_lock(0)
    world.row("front_door").auto_lock_seconds = 0
    cloud.reset_calls()
    for _ in range(120):
        await pass_time(hass, freezer, timedelta(seconds=30))
    asked_by_schedule = len(hass.states.async_entity_ids("lock")) * 6
    assert cloud.calls[STATE] <= asked_by_schedule
    assert state_of(hass, entity_id("switch", "front_door", "autolock")).state == "off"


async def test_a_silent_lock_is_not_shown_as_locked_for_ever(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.lock("front_door").silent = True
    await hass.services.async_call("homeassistant", "update_entity", {"entity_id": front_door}, blocking=True)
    assert state_of(hass, front_door).state == "locked"
    assert state_of(hass, entity_id("sensor", "front_door", "connection")).state == "not_executed"
    cloud.reset_calls()
    for _ in range(16):
        await pass_time(hass, freezer, timedelta(minutes=1))
    # It was asked again some times, so that one lost radio contact does not count.
    assert cloud.calls[STATE] >= 3
    assert state_of(hass, front_door).state == "unavailable"
    world.lock("front_door").silent = False
    await hass.services.async_call("ttlock", "update_state", {"entity_id": front_door}, blocking=True)
    assert state_of(hass, front_door).state == "locked"


async def test_one_lost_contact_is_made_good_soon(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.faults.add(Fault(kind="errcode", errcode=1, path=STATE, times=1))
    await hass.services.async_call("homeassistant", "update_entity", {"entity_id": front_door}, blocking=True)
    connection = entity_id("sensor", "front_door", "connection")
    assert state_of(hass, connection).state == "not_executed"
    await pass_time(hass, freezer, timedelta(seconds=61))
    assert state_of(hass, connection).state == "connected"


async def test_without_sign_in_nothing_is_claimed_for_long(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.tokens.forget_all()
    await loaded.runtime_data.async_refresh()
    assert state_of(hass, front_door).state == "locked"
    await pass_time(hass, freezer, timedelta(minutes=15, seconds=2))
    assert state_of(hass, front_door).state == "unavailable"
    gateway = next(iter(world.reach.gateways))
    found = er.async_get(hass).async_get_entity_id("binary_sensor", "ttlock", f"ttlock-gateway-{gateway}")
    assert found
    assert state_of(hass, found).state == "unavailable"


@WHOLE_HOUSE
async def test_an_ekey_ends_and_begins_on_the_second(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    ekey = world.ekey(world.account("owner").uid, world.lock("holiday_flat").lock_id)
    assert ekey
    now = world.clock.now_ms()
    ekey.start, ekey.end = now + 600_000, now + 1_200_000
    await setup(hass, entry)
    flat, connection = entity_id("lock", "holiday_flat", "lock"), entity_id("sensor", "holiday_flat", "connection")
    assert state_of(hass, flat).state == "unavailable"
    assert state_of(hass, connection).state == "ekey_invalid"
    await pass_time(hass, freezer, timedelta(seconds=601))
    assert state_of(hass, flat).state == "locked"
    await pass_time(hass, freezer, timedelta(seconds=600))
    assert state_of(hass, flat).state == "unavailable"
    assert state_of(hass, connection).state == "ekey_invalid"


@WHOLE_HOUSE
async def test_an_ekey_without_remote_right_is_told_before_any_call(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find, cloud: CloudServer
) -> None:
    ekey = world.ekey(world.account("owner").uid, world.lock("holiday_flat").lock_id)
    assert ekey
    ekey.remote_enable = False
    await setup(hass, entry)
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", entity_id("lock", "holiday_flat", "lock"))
    assert failure.value.translation_key == "no_remote_right"
    assert cloud.calls.total() == 0


async def test_an_unexplained_change_does_not_name_who_came_before_the_restart(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock_id = world.lock("front_door").lock_id
    operator = er.async_get(hass).async_get_or_create(
        "sensor", "ttlock", f"ttlock-{lock_id}-lockoperator", suggested_object_id="operator"
    )
    restored = State(operator.entity_id, "Family")
    mock_restore_cache_with_extra_data(
        hass, [(restored, {"native_value": "Family", "native_unit_of_measurement": None})]
    )
    await setup(hass, entry)
    front_door = entity_id("lock", "front_door", "lock")
    assert state_of(hass, operator.entity_id).state == "Family"
    await command(hass, "unlock", front_door)
    assert state_of(hass, operator.entity_id).state == "Home Assistant"
    world.row("front_door").records.clear()
    world.lock("front_door").command_lock(user="owner")
    world.faults.add(Fault(kind="errcode", errcode=-2018, path="/v3/lockRecord/list"))
    await hass.services.async_call("ttlock", "update_state", {"entity_id": front_door}, blocking=True)
    assert state_of(hass, operator.entity_id).state == "Home Assistant"


async def test_a_lost_command_is_looked_for_once_more(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.faults.add(Fault(kind="drop_before", path=UNLOCK, times=1))
    with pytest.raises(HomeAssistantError):
        await command(hass, "unlock", front_door)
    assert state_of(hass, front_door).state == "locked"
    # The command was late rather than lost.
    world.lock("front_door").command_unlock(user="owner")
    world.lock("front_door").command_auto_lock(0)
    await pass_time(hass, freezer, timedelta(seconds=31))
    assert state_of(hass, front_door).state == "unlocked"


async def test_an_answer_that_acknowledges_nothing_is_not_taken_for_a_lock_that_has_moved(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.lock("front_door").turn_key()
    world.lock("front_door").jammed = True
    world.faults.add(Fault(kind="missing_fields", path=LOCK, times=1))
    with pytest.raises(HomeAssistantError):
        await command(hass, "lock", front_door)
    assert state_of(hass, front_door).state == "unlocked"
