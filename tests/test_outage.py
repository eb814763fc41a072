"""Outages of the cloud: Home Assistant starts with what was known, says so once, and causes no storm."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World

from .passing_time import pass_time
from .test_lock import Find, command, state_of

INVENTORY = "/v3/key/list"


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
    fault: Fault,
) -> None:
    battery = entity_id("sensor", "front_door", "lockbattery")
    delay = entity_id("number", "front_door", "autolock_delay")
    before = {name: state_of(hass, name).state for name in (battery, delay)}
    devices = len(dr.async_get(hass).devices)
    world.faults.add(Fault(kind=fault.kind, errcode=fault.errcode))
    cloud.reset_calls()
    await restart(hass, loaded)
    assert loaded.state is ConfigEntryState.LOADED
    assert {name: state_of(hass, name).state for name in before} == before
    assert len(dr.async_get(hass).devices) == devices
    assert cloud.calls.total() <= 2, "locks are not asked in vain"

    world.faults.clear()
    await pass_time(hass, freezer, timedelta(hours=6, minutes=1))
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
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress()] == [SOURCE_REAUTH]


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
    assert sum(tries[:4]) > sum(tries[30:34])
    assert 10 <= sum(tries) <= 18
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(minutes=6))
    said = [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.ttlock"
        and "account" in record.getMessage()
        and record.levelname != "DEBUG"
    ]
    assert said == ["Fetching TTLock account data recovered"], "the way out was said before"


async def test_the_stored_inventory_goes_with_the_account(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, object]
) -> None:
    await restart(hass, loaded)
    assert any(key.endswith(".inventory") for key in hass_storage)
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done()
    assert not any(key.endswith(".inventory") for key in hass_storage)
