"""Locks in range of Home Assistant's own Bluetooth: followed without a call, opened without the internet."""

from datetime import timedelta
from unittest.mock import patch

import bleak_retry_connector
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.const import CONF_CALLS_A_MONTH
from simulator import CloudServer, Fault, World
from simulator.radio import acts
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .conftest import setup
from .passing_time import pass_time
from .test_lock import Find, command, state_of
from .test_records import CODE

pytestmark = pytest.mark.locks("front_door")

RECORDS = "/v3/lockRecord/list"


@pytest.fixture
async def lock(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    entry: MockConfigEntry,
    cloud: CloudServer,
    entity_id: Find,
) -> str:
    """Return the front door, in range."""
    await setup(hass, entry)
    cloud.reset_calls()
    return entity_id("lock", "front_door", "lock")


async def test_a_lock_in_range_is_opened_while_the_cloud_is_down(
    hass: HomeAssistant, lock: str, world: World, cloud: CloudServer
) -> None:
    world.faults.add(Fault(kind="http_503"))
    await command(hass, "unlock", lock)
    assert world.lock("front_door").bolt == "unlocked"
    assert state_of(hass, lock).state == "unlocked"
    await command(hass, "lock", lock)
    assert state_of(hass, lock).state == "locked"
    assert world.lock("front_door").actuations == 2
    assert not cloud.calls


async def test_a_lock_out_of_range_is_opened_through_the_cloud(
    hass: HomeAssistant,
    lock: str,
    world: World,
    cloud: CloudServer,
    air: Air,  # noqa: F811
) -> None:
    air.lock("front_door").in_range = False
    await command(hass, "unlock", lock)
    assert world.lock("front_door").actuations == 1
    assert state_of(hass, lock).state == "unlocked"
    assert cloud.calls["/v3/lock/unlock"] == 1


async def test_with_no_road_at_all_it_is_said_and_nothing_moves(
    hass: HomeAssistant,
    lock: str,
    world: World,
    air: Air,  # noqa: F811
) -> None:
    air.lock("front_door").in_range = False
    world.faults.add(Fault(kind="errcode", errcode=-3002))
    with pytest.raises(HomeAssistantError):
        await command(hass, "unlock", lock)
    assert world.lock("front_door").actuations == 0
    assert state_of(hass, lock).state == "locked"


async def test_what_happens_at_the_door_is_seen_without_any_call(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, lock: str, world: World, cloud: CloudServer
) -> None:
    freezer.tick(60)
    world.lock("front_door").enter_code(CODE)
    await hass.async_block_till_done()
    assert state_of(hass, lock).state == "unlocked"
    freezer.tick(5)
    world.lock("front_door").turn_key()
    await hass.async_block_till_done()
    assert state_of(hass, lock).state == "locked"
    assert cloud.calls["/v3/lock/queryOpenState"] == 0


async def test_who_opened_is_looked_up_once_in_the_list_after_the_radio_has_told_that_somebody_did(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, lock: str, world: World, cloud: CloudServer, entity_id: Find
) -> None:
    freezer.tick(60)
    world.lock("front_door").enter_code(CODE)
    await hass.async_block_till_done()
    assert cloud.calls[RECORDS] == 0, "its gateway needs a moment"
    await pass_time(hass, freezer, timedelta(seconds=10))
    access = state_of(hass, entity_id("event", "front_door", "access")).attributes
    assert (access["event_type"], access["who"]) == ("unlocked", "Family")
    world.lock("front_door").turn_key()
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert cloud.calls[RECORDS] == 1, "closing concerns nobody"
    assert state_of(hass, lock).state == "locked"


async def test_where_calls_are_few_nobody_looks_up_who_opened(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    lock: str,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
) -> None:
    hass.config_entries.async_update_entry(entry, options={CONF_CALLS_A_MONTH: 500})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(60)
    cloud.reset_calls()
    world.lock("front_door").enter_code(CODE)
    await hass.async_block_till_done()
    assert state_of(hass, lock).state == "unlocked"
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert cloud.calls[RECORDS] == 0


async def test_a_lock_that_is_heard_is_not_asked_for_all_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    lock: str,
    scanner: VirtualScanner,  # noqa: F811
    world: World,
    cloud: CloudServer,
    entry: MockConfigEntry,
    entity_id: Find,
) -> None:
    world.lock("front_door").enter_code(CODE)
    world.lock("front_door").turn_key()
    await hass.async_block_till_done()
    await pass_time(hass, freezer, timedelta(minutes=1))
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, entity_id("sensor", "front_door", "connection")).state == "bluetooth", (
        "nothing else was tried"
    )
    cloud.reset_calls()
    for _ in range(24):
        await pass_time(hass, freezer, timedelta(hours=1))
        scanner.advertise()
    assert cloud.calls["/v3/lock/queryOpenState"] == 0
    assert state_of(hass, lock).state == "locked"


@pytest.mark.locks("front_door", "garden_gate")
async def test_a_connection_that_nobody_uses_makes_room_for_another_lock(
    hass: HomeAssistant,
    lock: str,
    entity_id: Find,
    world: World,
    air: Air,  # noqa: F811
) -> None:
    world.faults.add(Fault(kind="http_503"))
    await command(hass, "unlock", lock)
    assert air.linked() == [air.lock("front_door").address]
    air.slots = 1
    # Whoever waits for a connection waits for nothing.
    with patch.object(bleak_retry_connector, "BLEAK_OUT_OF_SLOTS_BACKOFF_TIME", 0):
        await command(hass, "unlock", entity_id("lock", "garden_gate", "lock"))
    assert world.lock("garden_gate").bolt == "unlocked"
    assert air.linked() == [air.lock("garden_gate").address]


async def test_nothing_is_connected_to_once_home_assistant_stops(
    hass: HomeAssistant,
    lock: str,
    world: World,
    air: Air,  # noqa: F811
) -> None:
    world.faults.add(Fault(kind="http_503"))
    await command(hass, "unlock", lock)
    acts.change(air, {"lock": "front_door", "drop": True})
    before = air.lock("front_door").links
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    with pytest.raises(HomeAssistantError):
        await command(hass, "lock", lock)
    assert air.lock("front_door").links == before
