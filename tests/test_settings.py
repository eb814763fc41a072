"""Door, passage mode, auto-lock, sound, signals: everything beside the bolt."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, snapshot_platform
from syrupy.assertion import SnapshotAssertion

from custom_components.ttlock.quota_sensor import QuotaSensor
from custom_components.ttlock.road_sensor import RoadSensor
from simulator import CloudServer, Fault, Feature, World

from .conftest import WHOLE_HOUSE, setup
from .passing_time import pass_time
from .test_lock import Find, state_of

pytestmark = pytest.mark.locks("front_door")


@pytest.mark.parametrize(
    "platform",
    [
        Platform.BINARY_SENSOR,
        Platform.BUTTON,
        Platform.LOCK,
        Platform.NUMBER,
        Platform.SENSOR,
        Platform.SWITCH,
        Platform.UPDATE,
    ],
)
@WHOLE_HOUSE
async def test_entities_of_the_default_world(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    snapshot: SnapshotAssertion,
    all_enabled: None,
    freezer: FrozenDateTimeFactory,
    platform: Platform,
) -> None:
    with (
        patch("custom_components.ttlock.PLATFORMS", [platform]),
        patch.object(QuotaSensor, "native_value", 1234),
        # When each road worked last, and how long it took.
        patch.object(RoadSensor, "extra_state_attributes", None),
    ):
        await setup(hass, entry)
    await snapshot_platform(hass, er.async_get(hass), snapshot, entry.entry_id)


async def test_the_door_is_followed(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    door = entity_id("binary_sensor", "front_door", "sensor")
    assert state_of(hass, door).state == "off"
    world.lock("front_door").turn_key()
    world.lock("front_door").open_door()
    await hass.services.async_call(
        "ttlock", "update_state", {"entity_id": entity_id("lock", "front_door", "lock")}, blocking=True
    )
    assert state_of(hass, door).state == "on"
    world.lock("front_door").close_door()
    await hass.services.async_call(
        "ttlock", "update_state", {"entity_id": entity_id("lock", "front_door", "lock")}, blocking=True
    )
    assert state_of(hass, door).state == "off"


@WHOLE_HOUSE
async def test_a_lock_without_paired_sensor_has_no_door(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    registry = er.async_get(hass)
    lock_id = world.lock("office").lock_id
    assert registry.async_get_entity_id("binary_sensor", "ttlock", f"ttlock-{lock_id}-sensor") is None
    assert registry.async_get_entity_id("sensor", "ttlock", f"ttlock-{lock_id}-sensorbattery") is None


async def test_passage_mode_switches_and_keeps_its_plan(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    switch = entity_id("switch", "front_door", "passage_mode")
    lock = entity_id("lock", "front_door", "lock")
    await hass.services.async_call(
        "ttlock",
        "configure_passage_mode",
        {"entity_id": lock, "enabled": True, "days": ["mon", "sat"], "start_time": "09:00", "end_time": "17:00"},
        blocking=True,
    )
    assert state_of(hass, switch).state == "on"
    await hass.services.async_call("switch", "turn_off", {"entity_id": switch}, blocking=True)
    assert state_of(hass, switch).state == "off"
    assert not world.lock("front_door").passage.enabled
    await hass.services.async_call("switch", "turn_on", {"entity_id": switch}, blocking=True)
    assert state_of(hass, switch).state == "on"
    passage = world.lock("front_door").passage
    assert passage.enabled
    assert [(sorted(p.days), p.start, p.end) for p in passage.periods] == [([1, 6], 540, 1020)]


async def test_passage_mode_holds_the_door_and_says_when(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    freezer: FrozenDateTimeFactory,
) -> None:
    active = entity_id("binary_sensor", "front_door", "passagemode")
    lock = entity_id("lock", "front_door", "lock")
    await hass.services.async_call(
        "ttlock", "configure_autolock", {"entity_id": lock, "enabled": True, "seconds": 5}, blocking=True
    )
    await hass.services.async_call(
        "ttlock", "configure_passage_mode", {"entity_id": lock, "enabled": True, "all_day": True}, blocking=True
    )
    assert state_of(hass, active).state == "on"
    await hass.services.async_call("lock", "unlock", {"entity_id": lock}, blocking=True)
    await pass_time(hass, freezer, timedelta(minutes=5))
    await hass.services.async_call("ttlock", "update_state", {"entity_id": lock}, blocking=True)
    assert world.lock("front_door").bolt == "unlocked"
    assert state_of(hass, lock).state == "unlocked"
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": entity_id("switch", "front_door", "passage_mode")}, blocking=True
    )
    assert state_of(hass, active).state == "off"


@WHOLE_HOUSE
async def test_the_edges_of_passage_mode_are_seen_when_they_come(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    freezer: FrozenDateTimeFactory,
) -> None:
    # The lock hangs at UTC+1; it is 8:50 there.
    freezer.move_to("2026-11-23T07:50:00Z")
    await pass_time(hass, freezer, timedelta(0))
    active = entity_id("binary_sensor", "office", "passagemode")
    await hass.services.async_call(
        "ttlock",
        "configure_passage_mode",
        {
            "entity_id": entity_id("lock", "office", "lock"),
            "enabled": True,
            "auto_unlock": True,
            "start_time": "09:00",
            "end_time": "17:00",
        },
        blocking=True,
    )
    assert state_of(hass, active).state == "off"
    await pass_time(hass, freezer, timedelta(minutes=10, seconds=1))
    assert state_of(hass, active).state == "on"
    assert state_of(hass, entity_id("lock", "office", "lock")).state == world.lock("office").bolt == "unlocked"
    await pass_time(hass, freezer, timedelta(hours=8))
    assert state_of(hass, active).state == "off"


async def test_auto_lock_remembers_its_delay_while_it_is_off(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    switch = entity_id("switch", "front_door", "autolock")
    delay = entity_id("number", "front_door", "autolock_delay")
    await hass.services.async_call("number", "set_value", {"entity_id": delay, "value": 42}, blocking=True)
    assert world.lock("front_door").auto_lock_seconds == 42
    assert state_of(hass, switch).state == "on"
    assert state_of(hass, delay).state == "42"
    await hass.services.async_call("switch", "turn_off", {"entity_id": switch}, blocking=True)
    assert state_of(hass, switch).state == "off"
    assert world.lock("front_door").auto_lock_seconds == 0
    assert state_of(hass, delay).state == "42"
    await hass.services.async_call("switch", "turn_on", {"entity_id": switch}, blocking=True)
    assert world.lock("front_door").auto_lock_seconds == 42
    assert state_of(hass, delay).state == "42"


async def test_sound_is_switched(hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find) -> None:
    sound = entity_id("switch", "front_door", "locksound")
    for action, state in (("turn_off", "off"), ("turn_on", "on")):
        await hass.services.async_call("switch", action, {"entity_id": sound}, blocking=True)
        assert state_of(hass, sound).state == state
        assert world.lock("front_door").settings.lock_sound == (1 if state == "on" else 2)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("privacy_lock", "privacy_lock"),
        ("tamper_alert", "tamper_alert"),
        ("reset_button", "reset_button"),
        ("dual_verification", "dual_verification"),
    ],
)
async def test_switches_of_the_vendor_reach_the_lock(
    hass: HomeAssistant, all_enabled: None, loaded: MockConfigEntry, world: World, entity_id: Find, key: str, field: str
) -> None:
    switch = entity_id("switch", "front_door", key)
    for action, state, number in (("turn_on", "on", 1), ("turn_off", "off", 2)):
        await hass.services.async_call("switch", action, {"entity_id": switch}, blocking=True)
        assert state_of(hass, switch).state == state
        assert getattr(world.lock("front_door").settings, field) == number


async def test_a_frozen_lock_takes_no_commands_until_it_is_unfrozen(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock = world.lock("front_door")
    lock.add_feature(Feature.FREEZE)
    await setup(hass, entry)
    switch, front_door = entity_id("switch", "front_door", "frozen"), entity_id("lock", "front_door", "lock")
    await hass.services.async_call("switch", "turn_on", {"entity_id": switch}, blocking=True)
    assert lock.frozen
    assert state_of(hass, switch).state == "on"
    with pytest.raises(HomeAssistantError) as failure:
        await hass.services.async_call("lock", "unlock", {"entity_id": front_door}, blocking=True)
    assert failure.value.translation_key == "lock_frozen"
    await hass.services.async_call("switch", "turn_off", {"entity_id": switch}, blocking=True)
    await hass.services.async_call("lock", "unlock", {"entity_id": front_door}, blocking=True)
    assert lock.bolt == "unlocked"


async def test_volume_and_door_left_open_delay_reach_the_lock(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    volume, delay = entity_id("number", "front_door", "volume"), entity_id("number", "front_door", "left_open_delay")
    await hass.services.async_call("number", "set_value", {"entity_id": volume, "value": 5}, blocking=True)
    await hass.services.async_call("number", "set_value", {"entity_id": delay, "value": 120}, blocking=True)
    assert world.lock("front_door").settings.sound_volume == 5
    assert world.lock("front_door").door_alarm_seconds == 120
    assert (state_of(hass, volume).state, state_of(hass, delay).state) == ("5", "120")


async def test_the_opening_direction_reaches_the_lock_and_survives_a_restart(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    world.lock("front_door").add_feature(Feature.OPEN_DIRECTION)
    await setup(hass, entry)
    direction = entity_id("select", "front_door", "open_direction")
    assert state_of(hass, direction).state == "left"
    await hass.services.async_call(
        "select", "select_option", {"entity_id": direction, "option": "right"}, blocking=True
    )
    assert world.lock("front_door").settings.open_direction == 2
    assert state_of(hass, direction).state == "right"
    await hass.config_entries.async_reload(entry.entry_id)
    assert state_of(hass, direction).state == "right"


async def test_the_clock_of_the_lock_is_set_right(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock = world.lock("front_door")
    lock.clock.offset = 600.0
    assert abs(lock.time - world.clock.now()) > 500
    button = entity_id("button", "front_door", "set_clock")
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
    assert abs(lock.time - world.clock.now()) < 5


async def test_a_refused_setting_changes_nothing_here(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    delay = entity_id("number", "front_door", "autolock_delay")
    before = state_of(hass, delay).state
    world.faults.add(Fault(kind="errcode", errcode=-4082, path="/v3/lock/setAutoLockTime"))
    with pytest.raises(HomeAssistantError) as failure:
        await hass.services.async_call("number", "set_value", {"entity_id": delay, "value": 600}, blocking=True)
    assert failure.value.translation_key == "auto_lock_range"
    assert state_of(hass, delay).state == before


async def test_reading_settings_does_not_undo_a_change_made_meanwhile(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    # The delay has been read, the plan of passage mode is awaited, when somebody sets the delay.
    world.faults.add(Fault(kind="slow", path="/v3/lock/getPassageModeConfiguration", seconds=0.4))
    await hass.config_entries.async_setup(entry.entry_id)
    await asyncio.sleep(0.2)
    delay = entity_id("number", "front_door", "autolock_delay")
    await hass.services.async_call("number", "set_value", {"entity_id": delay, "value": 77}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.lock("front_door").auto_lock_seconds == 77
    assert state_of(hass, delay).state == "77"


@WHOLE_HOUSE
async def test_an_authorised_administrator_sees_what_he_sets(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    ekey = world.ekey(world.account("owner").uid, world.lock("holiday_flat").lock_id)
    assert ekey
    ekey.key_right = True
    await setup(hass, entry)
    delay = entity_id("number", "holiday_flat", "autolock_delay")
    await hass.services.async_call("number", "set_value", {"entity_id": delay, "value": 42}, blocking=True)
    assert world.lock("holiday_flat").auto_lock_seconds == 42
    assert state_of(hass, delay).state == "42"
    assert state_of(hass, entity_id("switch", "holiday_flat", "autolock")).state == "on"


async def test_a_change_in_the_app_is_seen_within_a_day(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    world.lock("front_door").command_auto_lock(55)
    world.row("front_door").auto_lock_seconds = 55
    for _ in range(25):
        await pass_time(hass, freezer, timedelta(hours=1))
    assert state_of(hass, entity_id("number", "front_door", "autolock_delay")).state == "55"


async def test_gateways_are_followed(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory
) -> None:
    gateway = next(iter(world.reach.gateways.values()))
    found = er.async_get(hass).async_get_entity_id("binary_sensor", "ttlock", f"ttlock-gateway-{gateway.gateway_id}")
    assert found
    assert state_of(hass, found).state == "on"
    gateway.online = False
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert state_of(hass, found).state == "off"


async def test_the_gateway_signal_names_its_gateway(
    hass: HomeAssistant, all_enabled: None, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    signal = state_of(hass, entity_id("sensor", "front_door", "lockgateway"))
    assert int(signal.state) < 0
    assert signal.attributes["gateway"] in {gateway.name for gateway in world.reach.gateways.values()}


async def test_nothing_that_opens_the_door_is_offered_to_voice_by_default(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Callable[[str, str, str], str], cloud: CloudServer
) -> None:
    from homeassistant.components.homeassistant.exposed_entities import async_should_expose
    from homeassistant.setup import async_setup_component

    await async_setup_component(hass, "homeassistant", {})
    for platform, key in (("switch", "passage_mode"), ("switch", "autolock"), ("lock", "lock")):
        assert not async_should_expose(hass, "conversation", entity_id(platform, "front_door", key))
    assert async_should_expose(hass, "conversation", entity_id("binary_sensor", "front_door", "sensor"))
