"""Somebody who doubts a state can see why it is shown."""

from dataclasses import replace
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client.evidence import Confidence, FactSource
from custom_components.ttlock.client.knowledge import Fact
from custom_components.ttlock.client.models import Bolt
from custom_components.ttlock.lock_coordinator import LockCoordinator
from simulator import Fault, World

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


async def test_what_a_wrong_clock_has_noted_is_not_believed_after_a_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    lock = entity_id("lock", "front_door", "lock")
    right = dt_util.utcnow()
    freezer.move_to(right + timedelta(days=3))
    await command(hass, "unlock", lock)
    freezer.move_to(right)
    world.lock("front_door").silent = True
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    world.lock("front_door").turn_key()
    world.lock("front_door").silent = False
    await pass_time(hass, freezer, timedelta(minutes=5))
    assert state_of(hass, lock).state == "locked"


async def test_a_clock_that_is_set_back_silences_nobody(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    front_door, lock = entity_id("lock", "front_door", "lock"), world.lock("front_door")
    followed: LockCoordinator = loaded.runtime_data.locks[lock.lock_id]
    right = dt_util.utcnow()
    freezer.move_to(right + timedelta(days=400))
    followed.facts.async_note_command(Bolt.LOCKED, followed.facts.moment())
    followed.async_publish()
    freezer.move_to(right + timedelta(seconds=10))
    lock.press_button()
    world.upload()
    await followed.log.async_read()
    assert state_of(hass, front_door).state == lock.bolt == "unlocked"


async def test_a_start_in_an_outage_makes_nothing_younger(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World
) -> None:
    def battery() -> Fact[int] | None:
        known: Fact[int] | None = loaded.runtime_data.locks[world.lock("front_door").lock_id].data.known.battery
        return known

    before = battery()
    assert before
    world.faults.add(Fault(kind="http_503"))
    freezer.tick(timedelta(hours=3))
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert battery() == replace(before, source=FactSource.RESTORED, confidence=Confidence.LIKELY)
