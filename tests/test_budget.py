"""The calls of a month suffice, whatever the number of locks and accounts."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ttlock.const import CREDENTIAL_CALLS_AT_ONCE, CREDENTIAL_CALLS_ON_DEMAND_A_MONTH, DOMAIN, MONTH
from custom_components.ttlock.data import Allowance
from simulator import CloudServer, Fault, World

from .conftest import ENTRY_ID, setup
from .passing_time import pass_time
from .test_lock import Find, command, state_of
from .test_record_options import choose

FREE_PLAN = 30_000
COUNT = "/app/getMonthRequestCount"
START = "2026-12-20T08:00:00+00:00"
MONTH_TURNS = "2026-12-31T16:06:00+00:00"
"""Midnight in Beijing, and what an installation waits so that not all of them come at once."""


@given(calls=st.integers(1, 60), minutes=st.integers(1, 10_000))
def test_whoever_looks_however_often_costs_no_more_than_was_set_aside(calls: int, minutes: int) -> None:
    from datetime import UTC, datetime

    allowance = Allowance(CREDENTIAL_CALLS_AT_ONCE)
    now, made = datetime(2026, 12, 1, tzinfo=UTC), 0
    for _ in range(100):
        if allowance.take(calls, CREDENTIAL_CALLS_ON_DEMAND_A_MONTH, now):
            made += min(calls, CREDENTIAL_CALLS_AT_ONCE)
        now += timedelta(minutes=minutes)
    months = timedelta(minutes=100 * minutes) / MONTH
    assert 0 < made <= CREDENTIAL_CALLS_AT_ONCE + CREDENTIAL_CALLS_ON_DEMAND_A_MONTH * months


@pytest.fixture
def clock(freezer: FrozenDateTimeFactory) -> FrozenDateTimeFactory:
    """Return the clock, in the middle of a month of calls."""
    freezer.move_to(START)
    return freezer


def issue(name: str) -> ir.IssueEntry | None:
    return _registry().async_get_issue(DOMAIN, f"{name}_{ENTRY_ID}")


def _registry() -> ir.IssueRegistry:
    from homeassistant.core import async_get_hass

    return ir.async_get(async_get_hass())


def figures(entry: MockConfigEntry) -> tuple[int, int]:
    """Return the calls that are counted here and those that are left."""
    from homeassistant.util import dt as dt_util

    governor = entry.runtime_data.quota.governor
    return governor.used(dt_util.utcnow()), governor.left(dt_util.utcnow())


async def test_every_request_is_counted_and_the_vendor_has_the_last_word(
    hass: HomeAssistant,
    clock: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    assert cloud.calls[COUNT] == 1
    await command(hass, "unlock", entity_id("lock", "front_door", "lock"))
    await pass_time(hass, clock, timedelta(hours=1))
    assert figures(loaded)[0] == pytest.approx(world.application.count(world.clock.now()), abs=8)
    world.application.set_count(world.clock.now(), 9000)
    for _ in range(6):
        await pass_time(hass, clock, timedelta(hours=1))
    assert cloud.calls[COUNT] == 2
    assert figures(loaded)[0] == pytest.approx(world.application.count(world.clock.now()), abs=8)


async def test_an_application_that_may_not_ask_for_the_count_counts_its_own(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, entry: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=10001, path=COUNT))
    cloud.reset_calls()
    await setup(hass, entry)
    assert figures(entry)[0] == cloud.calls.total()
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_the_count_outlives_a_restart(
    hass: HomeAssistant,
    clock: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    hass_storage: dict[str, Any],
    world: World,
) -> None:
    used = figures(loaded)[0]
    await hass.config_entries.async_unload(loaded.entry_id)
    (kept,) = hass_storage["ttlock.calls"]["data"].values()
    assert sum(kept["own"].values()) + kept["foreign"] == used
    assert set(hass_storage["ttlock.calls"]["data"]) == {world.application.client_id}


async def test_accounts_of_one_application_share_its_calls(
    hass: HomeAssistant,
    clock: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    await async_setup_component(hass, "diagnostics", {})
    hass.config_entries.async_update_entry(loaded, options={"calls_a_month": 1000})
    loaded.runtime_data.quota.async_weigh()
    alone = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    other = MockConfigEntry(domain=DOMAIN, unique_id="other", minor_version=2, data=dict(loaded.data))
    other.add_to_hass(hass)
    await setup(hass, other)
    shared = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    assert (alone["calls_of_the_month"]["accounts"], shared["calls_of_the_month"]["accounts"]) == (1, 2)
    assert shared["state_interval_seconds"] > 1.5 * alone["state_interval_seconds"]
    assert shared["calls_of_the_month"]["used"] > alone["calls_of_the_month"]["used"]
    assert (await get_diagnostics_for_config_entry(hass, hass_client, other))["calls_of_the_month"] == shared[
        "calls_of_the_month"
    ]
    await hass.config_entries.async_unload(other.entry_id)
    assert loaded.runtime_data.quota.sharers == 1


async def test_what_is_left_is_for_commands(
    hass: HomeAssistant,
    clock: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.application.set_count(world.clock.now(), 26_500)
    for _ in range(7):
        await pass_time(hass, clock, timedelta(hours=1))
    cloud.reset_calls()
    for _ in range(24):
        await pass_time(hass, clock, timedelta(hours=1))
    assert cloud.calls.total() - cloud.calls[COUNT] == 0
    assert state_of(hass, front_door).state == "locked"
    assert issue("quota_forecast") is not None
    await command(hass, "unlock", front_door)
    assert world.lock("front_door").actuations == 1
    listed = await hass.services.async_call(
        DOMAIN, "list_records", {"entity_id": front_door}, blocking=True, return_response=True
    )
    assert listed, "what somebody asks for is read"


async def test_a_start_without_calls_for_the_background_shows_what_is_known(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    known = len(hass.states.async_entity_ids())
    world.application.set_count(world.clock.now(), 29_000)
    await pass_time(hass, clock, timedelta(hours=7))
    cloud.reset_calls()
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cloud.calls.total() == 0
    assert len(hass.states.async_entity_ids()) == known


async def test_a_month_that_is_used_up_keeps_the_facts_and_ends(
    hass: HomeAssistant,
    clock: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    battery = entity_id("sensor", "front_door", "lockbattery")
    before = state_of(hass, battery).state
    world.application.set_count(world.clock.now(), FREE_PLAN)
    with pytest.raises(HomeAssistantError) as refused:
        await command(hass, "unlock", front_door)
    assert refused.value.translation_key == "quota_month_exceeded"
    found = issue("quota_exhausted")
    assert found is not None
    for _ in range(2):
        await pass_time(hass, clock, timedelta(hours=12))
    assert state_of(hass, front_door).state == "locked"
    for _ in range(18):
        await pass_time(hass, clock, timedelta(hours=12))
    assert state_of(hass, battery).state == before
    assert state_of(hass, front_door).state == "unknown", "nobody has seen the bolt for two days"
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN), "nobody has to sign in for that"
    assert issue("quota_exhausted") is not None
    cloud.reset_calls()
    clock.move_to(MONTH_TURNS)
    await pass_time(hass, clock, timedelta())
    assert issue("quota_exhausted") is None
    assert cloud.calls["/v3/lock/queryOpenState"] > 0
    assert figures(loaded)[0] < 200
    await command(hass, "unlock", front_door)


async def test_somebody_buys_calls_and_the_next_command_notices(
    hass: HomeAssistant,
    clock: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.application.month_limit = world.application.count(world.clock.now())
    with pytest.raises(HomeAssistantError):
        await command(hass, "unlock", front_door)
    cloud.reset_calls()
    world.application.month_limit = None
    await command(hass, "unlock", front_door)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue("quota_exhausted") is None
    assert cloud.calls["/v3/key/list"] == 1


async def test_a_runaway_is_a_repair_before_it_is_too_late(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World
) -> None:
    for _ in range(3):
        assert issue("quota_forecast") is None
        now = world.clock.now()
        world.application.set_count(now, world.application.count(now) + 4000)
        await pass_time(hass, clock, timedelta(hours=6, minutes=1))
        await pass_time(hass, clock, timedelta(minutes=31))
        if issue("quota_forecast"):
            break
    found = issue("quota_forecast")
    assert found is not None and found.translation_placeholders is not None
    assert figures(loaded)[1] > FREE_PLAN / 2
    assert int(found.translation_placeholders["forecast"]) > FREE_PLAN
    assert int(found.translation_placeholders["foreign"]) >= 2000
    for _ in range(14):
        await pass_time(hass, clock, timedelta(hours=12))
    assert issue("quota_forecast") is None, "it has stopped"


async def test_another_plan_is_named_in_the_options(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, loaded: MockConfigEntry
) -> None:
    await choose(hass, loaded, "calls", {"calls_a_month": 100_000})
    assert loaded.runtime_data.quota.governor.limit == 100_000
    await choose(hass, loaded, "calls", {"calls_a_month": FREE_PLAN})
    assert loaded.runtime_data.quota.governor.limit == FREE_PLAN


async def test_the_named_plan_counts_from_the_first_call_of_a_start(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    world.application.month_limit = 100_000
    await choose(hass, loaded, "calls", {"calls_a_month": 100_000})
    world.application.set_count(world.clock.now(), 40_000)
    await pass_time(hass, clock, timedelta(hours=7))
    assert figures(loaded)[0] > FREE_PLAN
    cloud.reset_calls()
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert cloud.calls["/v3/key/list"] == 1


async def test_the_count_of_a_month_that_has_just_begun_may_be_an_old_one(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    quota = loaded.runtime_data.quota
    clock.move_to("2026-12-31T16:03:00+00:00")
    # The vendor's clock is a little behind.
    world.application.set_count(world.clock.now(), 20_000)
    cloud.reset_calls()
    quota.governor.corrected_at = None
    await quota.async_start()
    assert cloud.calls[COUNT] == 1
    assert figures(loaded)[0] < 200


async def test_a_lock_is_asked_less_often_at_night(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World
) -> None:
    await choose(hass, loaded, "calls", {"calls_a_month": 2000})
    lock = loaded.runtime_data.locks[world.lock("front_door").lock_id]
    pauses = []
    for hour in (12, 0):
        clock.move_to(f"2026-12-21T{hour:02}:00:00+00:00")
        await lock.async_refresh()
        pauses.append(lock.update_interval)
    assert pauses[0] != pauses[1]
    assert min(pauses) >= timedelta(minutes=10)


async def test_sensors_tell_how_the_calls_stand(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, all_enabled: None, loaded: MockConfigEntry
) -> None:
    registry = er.async_get(hass)

    def shown(key: str) -> Any:
        found = registry.async_get_entity_id("sensor", DOMAIN, f"ttlock-{ENTRY_ID}-{key}")
        assert found
        return state_of(hass, found)

    await pass_time(hass, clock, timedelta(minutes=31))
    used = shown("calls_used")
    assert 0 < int(used.state) <= figures(loaded)[0]
    assert used.attributes["unit_of_measurement"] == "calls"
    assert used.attributes["state"] > 0 and used.attributes["inventory"] > 0 and used.attributes["command"] == 0
    assert shown("calls_limit").state == str(FREE_PLAN)
    assert int(used.state) < int(shown("calls_forecast").state) <= FREE_PLAN
