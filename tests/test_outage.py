"""Outages of the cloud: Home Assistant starts with what was known, says so once, and causes no storm."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE
from .passing_time import pass_time
from .test_actions import act
from .test_lock import Find, command, state_of

pytestmark = pytest.mark.locks("front_door")

INVENTORY = "/v3/key/list"
STATE = "/v3/lock/queryOpenState"
RECORDS = "/v3/lockRecord/list"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration wrote into the log."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.ttlock" and record.levelname != "DEBUG"
    ]


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Unload an account and set it up again, as a restart of Home Assistant does."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="http_503"),
        Fault(kind="drop_before"),
        Fault(kind="html"),
        Fault(kind="errcode", errcode=30007),
        Fault(kind="errcode", errcode=80000),
    ],
    ids=lambda fault: f"{fault.kind} {fault.errcode}",
)
async def test_a_start_in_an_outage_shows_the_last_facts(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
) -> None:
    battery = entity_id("sensor", "front_door", "lockbattery")
    delay = entity_id("number", "front_door", "autolock_delay")
    before = {name: state_of(hass, name).state for name in (battery, delay)}
    devices = len(dr.async_get(hass).devices)
    world.faults.add(Fault(kind=fault.kind, errcode=fault.errcode))
    cloud.reset_calls()
    caplog.clear()
    await restart(hass, loaded)
    assert loaded.state is ConfigEntryState.LOADED
    said = lines(caplog)
    assert len(said) == 1
    assert "starting with what was known last" in said[0] or "refuses calls" in said[0]
    caplog.clear()
    assert {name: state_of(hass, name).state for name in before} == before
    assert len(dr.async_get(hass).devices) == devices
    assert cloud.calls.total() <= 2, "locks are not asked in vain"

    await pass_time(hass, freezer, timedelta(hours=6, minutes=1))
    assert lines(caplog) == []
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(hours=6, minutes=1))
    assert lines(caplog) in (["Fetching TTLock account data recovered"], ["TTLock accepts calls again"])
    assert state_of(hass, entity_id("lock", "front_door", "lock")).state == "locked"
    assert state_of(hass, battery).state == before[battery]


async def test_a_start_in_an_outage_refuses_commands_with_the_reason(
    hass: HomeAssistant, loaded: MockConfigEntry, short_patience: None, world: World, entity_id: Find
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=90000))
    await restart(hass, loaded)
    with pytest.raises(HomeAssistantError) as failure:
        await command(hass, "unlock", entity_id("lock", "front_door", "lock"))
    assert failure.value.translation_key == "server_fault"
    assert world.lock("front_door").actuations == 0


async def test_a_start_with_a_lost_sign_in_asks_for_it_and_does_not_pretend(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=10011, path=INVENTORY))
    await restart(hass, loaded)
    assert loaded.state is ConfigEntryState.SETUP_ERROR
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)] == [
        SOURCE_REAUTH
    ]


async def test_an_outage_is_tried_ever_less_often_and_said_once_in_each_direction(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=90000, path=INVENTORY))
    await pass_time(hass, freezer, timedelta(minutes=31))
    caplog.clear()
    tries = []
    for _ in range(60):
        cloud.reset_calls()
        await pass_time(hass, freezer, timedelta(minutes=1))
        tries.append(cloud.calls[INVENTORY] > 0)
    assert sum(tries[:12]) > sum(tries[30:42])
    assert 10 <= sum(tries) <= 18
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(minutes=6))
    assert lines(caplog) in (["Fetching TTLock account data recovered"], ["TTLock accepts calls again"]), (
        "the way out was said before"
    )


async def test_pauses_grow_and_are_not_the_same_for_every_house(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=90000, path=INVENTORY))
    account = loaded.runtime_data
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return low

    monkeypatch.setattr("random.uniform", uniform)
    pauses = []
    for _ in range(6):
        await account.async_refresh()
        pauses.append(account.update_interval.total_seconds())
    assert pauses == [24, 48, 96, 192, 240, 240]
    assert asked == [(0.8, 1.0)] * 6


@WHOLE_HOUSE
async def test_in_an_outage_no_lock_is_asked_and_afterwards_those_whose_turn_it_was(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
    caplog: pytest.LogCaptureFixture,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    battery = entity_id("sensor", "front_door", "lockbattery")
    world.faults.add(Fault(kind="http_503"))
    await loaded.runtime_data.async_refresh()
    caplog.clear()
    cloud.reset_calls()
    # Within the age in which known facts are shown nothing changes, then nothing is pretended.
    await pass_time(hass, freezer, timedelta(minutes=14))
    assert state_of(hass, front_door).state == "locked"
    await pass_time(hass, freezer, timedelta(minutes=2))
    assert state_of(hass, front_door).state == state_of(hass, battery).state == "unavailable"
    for _ in range(12):
        await pass_time(hass, freezer, timedelta(minutes=31))
    assert set(cloud.calls) == {INVENTORY}, "only the account's own tries"
    assert cloud.calls.total() <= 2 * 14
    assert lines(caplog) == []
    world.lock("cellar").turn_key()
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(minutes=6))
    assert state_of(hass, front_door).state == "locked"
    assert state_of(hass, entity_id("lock", "cellar", "lock")).state == "unlocked"
    assert cloud.calls[STATE] >= 1
    assert [line for line in lines(caplog) if "account" in line] == ["Fetching TTLock account data recovered"]
    assert [line for line in lines(caplog) if "reached" in line] == []


async def test_a_lock_that_answers_tells_that_the_cloud_is_back(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, cloud: CloudServer, entity_id: Find
) -> None:
    world.faults.add(Fault(kind="http_503"))
    account = loaded.runtime_data
    await account.async_refresh()
    assert not account.last_update_success
    world.faults.clear()
    cloud.reset_calls()
    await command(hass, "unlock", entity_id("lock", "front_door", "lock"))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert account.last_update_success
    assert cloud.calls[INVENTORY] == 1
    assert cloud.calls[RECORDS] == 0, "nothing was missed in so short a time"


@WHOLE_HOUSE
async def test_a_gateway_that_is_offline_takes_only_its_locks_with_it_and_each_says_so_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    caplog: pytest.LogCaptureFixture,
) -> None:
    front, garden = entity_id("lock", "front_door", "lock"), entity_id("lock", "garden_gate", "lock")
    world.gateway("hall").online = False
    caplog.clear()
    for _ in range(6):
        await pass_time(hass, freezer, timedelta(minutes=31))
    assert state_of(hass, front).state == "unavailable"
    assert state_of(hass, entity_id("sensor", "front_door", "connection")).state == "gateway_offline"
    assert state_of(hass, entity_id("sensor", "front_door", "lockbattery")).state != "unavailable"
    assert state_of(hass, garden).state == "locked"
    assert state_of(hass, entity_id("lock", "office", "lock")).state == "locked", "another gateway hears it"
    await command(hass, "unlock", garden)
    # The vendor has forgotten by now that the lock had a gateway; Home Assistant has not.
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "batch_unlock", {"entity_id": front})
    assert failure.value.translation_key == "gateway_offline_named"
    assert "Hall gateway is offline, so Front Door cannot be reached" in str(failure.value)
    assert caplog.text.count("Front Door cannot be reached") == 1
    assert "Garden Gate cannot be reached" not in caplog.text
    world.gateway("hall").online = True
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert state_of(hass, front).state == "locked"
    assert caplog.text.count("Front Door is reached again") == 1


async def test_the_stored_inventory_goes_with_the_account(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, object]
) -> None:
    await restart(hass, loaded)
    assert any(key.endswith(".inventory") for key in hass_storage)
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done()
    assert not any(key.endswith(".inventory") for key in hass_storage)
