"""Somebody who doubts a state can see why it is shown."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator.world import World

from .passing_time import pass_time
from .test_lock import Find, command, state_of

pytestmark = pytest.mark.locks("front_door")


@pytest.mark.usefixtures("all_enabled")
async def test_the_source_of_a_state_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    lock = entity_id("lock", "front_door", "lock")
    source = entity_id("sensor", "front_door", "state_source")
    confidence = entity_id("sensor", "front_door", "state_confidence")
    assert [state_of(hass, entity).state for entity in (lock, source, confidence)] == ["locked", "lock", "confirmed"]
    await command(hass, "unlock", lock)
    assert [state_of(hass, entity).state for entity in (lock, source, confidence)] == [
        "unlocked",
        "command",
        "confirmed",
    ]
    # The lock does not answer any more, so that only its auto-lock tells where the bolt should be.
    world.lock("front_door").silent = True
    seconds = loaded.runtime_data.locks[world.lock("front_door").lock_id].data.settings.auto_lock_seconds
    assert seconds
    await pass_time(hass, freezer, timedelta(seconds=seconds + 20))
    assert [state_of(hass, entity).state for entity in (lock, source, confidence)] == [
        "locked",
        "inferred",
        "inferred",
    ]


@pytest.mark.usefixtures("all_enabled")
async def test_after_a_restart_a_state_is_an_old_one_until_the_lock_has_answered(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    lock = entity_id("lock", "front_door", "lock")
    source = entity_id("sensor", "front_door", "state_source")
    world.lock("front_door").silent = True
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    assert [state_of(hass, entity).state for entity in (lock, source)] == ["locked", "restored"]
    world.lock("front_door").silent = False
    await pass_time(hass, freezer, timedelta(minutes=5))
    assert [state_of(hass, entity).state for entity in (lock, source)] == ["locked", "lock"]
