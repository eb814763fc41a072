"""What the user wants of the roads to a lock, and giving a lock away."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .conftest import setup
from .passing_time import pass_time
from .test_lock import command
from .test_without_account import local  # noqa: F401  # fixture

pytestmark = pytest.mark.locks("front_door")
LOCK = "lock.front_door"


@pytest.fixture
async def heard(hass: HomeAssistant, scanner: VirtualScanner, entry: MockConfigEntry) -> MockConfigEntry:  # noqa: F811
    """Return the account, with its lock in range."""
    await setup(hass, entry)
    return entry


async def choose(hass: HomeAssistant, entry: MockConfigEntry, topic: str, *answers: dict[str, Any]) -> ConfigFlowResult:
    """Go through a topic of the options."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    result = await hass.config_entries.options.async_configure(result["flow_id"], {"next_step_id": topic})
    for answer in answers:
        result = await hass.config_entries.options.async_configure(result["flow_id"], answer)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result


async def prefer(hass: HomeAssistant, entry: MockConfigEntry, preference: str, connection: str = "on_demand") -> None:
    wanted = {"preference": preference, "connection": connection}
    result = await choose(hass, entry, "bluetooth", {"lock": LOCK}, wanted)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_preferred_road_is_taken(
    hass: HomeAssistant,
    heard: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    air: Air,  # noqa: F811
) -> None:
    for preference, calls in (("prefer_cloud", 1), ("prefer_local", 0), ("cloud_only", 1), ("local_only", 0)):
        await prefer(hass, heard, preference)
        cloud.reset_calls()
        await command(hass, "unlock", LOCK)
        assert cloud.calls["/v3/lock/unlock"] == calls, preference
        assert world.lock("front_door").bolt == "unlocked"
        await command(hass, "lock", LOCK)
    radio = air.lock("front_door")
    assert radio.link is None or radio.link.connected


async def test_a_connection_is_let_go_unless_it_is_to_be_kept(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    heard: MockConfigEntry,
    world: World,
    air: Air,  # noqa: F811
) -> None:
    await prefer(hass, heard, "prefer_local", "warm")
    await command(hass, "unlock", LOCK)
    lock = next(iter(heard.runtime_data.locks.values()))
    asked = 0
    for _ in range(12):
        before = lock.data.known.bolt.at
        await pass_time(hass, freezer, timedelta(seconds=3))
        asked += lock.data.known.bolt.at > before
    assert asked == 9, "half a minute"


async def test_a_lock_is_reset_and_gone_everywhere(
    hass: HomeAssistant,
    heard: MockConfigEntry,
    world: World,
    air: Air,  # noqa: F811
) -> None:
    door = world.lock("front_door")
    result = await choose(hass, heard, "remove_lock", {"lock": LOCK}, {"confirm": False})
    assert result["errors"] == {"confirm": "not_confirmed"}
    assert door.owned
    result = await choose(hass, heard, "remove_lock", {"lock": LOCK}, {"confirm": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [stray.owned for stray in world.strays.values()] == [False]
    assert door.lock_id not in world.rows
    assert er.async_get(hass).async_get(LOCK) is None
    assert not heard.runtime_data.keys.lock_ids


async def test_a_lock_that_cannot_be_reset_stays(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    world: World,
    enable_bluetooth: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("custom_components.ttlock.bluetooth_stack.LOOK_SECONDS", 0.01)
    await setup(hass, entry)
    result = await choose(hass, entry, "remove_lock", {"lock": LOCK}, {"confirm": True})
    assert result["errors"] == {"base": "out_of_bluetooth_reach"}
    assert world.lock("front_door").owned
    assert world.lock("front_door").lock_id in world.rows


async def test_what_the_account_still_has_after_the_reset_is_said(
    hass: HomeAssistant,
    heard: MockConfigEntry,
    world: World,
) -> None:
    world.faults.add(Fault(kind="errcode", path="/v3/lock/delete", errcode=90000, times=None))
    result = await choose(hass, heard, "remove_lock", {"lock": LOCK}, {"confirm": True})
    assert result["errors"] == {"base": "reset_not_deleted"}
    assert not world.lock("front_door").owned


async def test_a_lock_without_account_that_is_gone_is_forgotten(
    hass: HomeAssistant,
    enable_bluetooth: None,
    local: MockConfigEntry,  # noqa: F811
    world: World,
) -> None:
    await setup(hass, local)
    (lock,) = hass.states.async_entity_ids("lock")
    result = await choose(hass, local, "remove_lock", {"lock": lock}, {"confirm": False, "forget": True})
    assert result["errors"] == {"confirm": "not_confirmed"}
    result = await choose(hass, local, "remove_lock", {"lock": lock}, {"confirm": True, "forget": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert er.async_get(hass).async_get(lock) is None
    assert world.lock("front_door").owned
