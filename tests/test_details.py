"""What is read rarely and only while an entity shows it: firmware, clock drift, working hours, Wi-Fi; remote unlock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.update import UpdateEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, Feature, World

from .conftest import WHOLE_HOUSE, setup
from .passing_time import pass_time
from .test_actions import act
from .test_lock import Find, state_of

pytestmark = pytest.mark.locks("front_door")

LOCK_FIRMWARE = "/v3/lock/upgradeCheck"
GATEWAY_FIRMWARE = "/v3/gateway/upgradeCheck"
CLOCK = "/v3/lock/queryDate"
WIFI = "/v3/wifiLock/detail"
WORKING_MODE = "/v3/lock/getWorkingMode"
RARE = (LOCK_FIRMWARE, GATEWAY_FIRMWARE, CLOCK, WIFI, WORKING_MODE)

WIFI_ENTITIES = (
    ("sensor", "wifi_network"),
    ("sensor", "wifi_address"),
    ("sensor", "wifi_signal"),
    ("binary_sensor", "wifi_power_saving"),
)

type Enable = Callable[[str, str], None]


@pytest.fixture
def enable(hass: HomeAssistant, entry: MockConfigEntry, world: World) -> Enable:
    """Return how to enable one entity that is disabled at first, before the entry is set up."""

    def enable_one(platform: str, unique_id: str) -> None:
        er.async_get(hass).async_get_or_create(platform, "ttlock", unique_id, config_entry=entry, disabled_by=None)

    return enable_one


def of_lock(world: World, lock: str, key: str) -> str:
    """Return the unique id of an entity."""
    return f"ttlock-{world.lock(lock).lock_id}-{key}"


def of_gateway(hass: HomeAssistant, platform: str, key: str) -> str:
    """Return an entity of the gateway in the hall."""
    found = er.async_get(hass).async_get_entity_id(platform, "ttlock", f"ttlock-gateway-3470001-{key}")
    assert found
    return found


async def pass_hours(hass: HomeAssistant, freezer: FrozenDateTimeFactory, *hours: int) -> None:
    """Let spans of hours pass, with an inventory after each."""
    for span in hours:
        await pass_time(hass, freezer, timedelta(hours=span))


# -- Calls ---------------------------------------------------------------------------------------------------------


async def test_nothing_is_read_for_entities_that_are_disabled(
    hass: HomeAssistant, loaded: MockConfigEntry, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    await pass_hours(hass, freezer, 2, 23, 24)
    assert cloud.calls["/v3/key/list"] > 3
    assert {path: cloud.calls[path] for path in RARE if path != CLOCK} == dict.fromkeys(set(RARE) - {CLOCK}, 0)


@WHOLE_HOUSE
async def test_the_clock_of_every_lock_that_has_one_is_read_once_a_week_one_after_the_other(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    world.lock("office").add_feature(Feature.NO_CLOCK)
    await setup(hass, entry)
    assert cloud.calls[CLOCK] == 0, "a start is busy enough"
    seen = []
    for _ in range(14):
        before = cloud.calls[CLOCK]
        await pass_time(hass, freezer, timedelta(minutes=31))
        seen.append(cloud.calls[CLOCK] - before)
    assert set(seen) == {0, 1}
    first_round = sum(seen)
    # Not the padlock, which no gateway reaches, not the office, and not the lock of somebody else.
    assert first_round == len({"front_door", "garden_gate", "back_door", "safe", "cellar"})
    await pass_hours(hass, freezer, *[24] * 5)
    assert cloud.calls[CLOCK] == first_round
    await pass_hours(hass, freezer, *[12] * 8)
    assert cloud.calls[CLOCK] == 2 * first_round


async def test_a_clock_that_cannot_be_read_is_not_asked_for_all_day(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=-4043, path=CLOCK))
    await pass_hours(hass, freezer, *[2] * 84)
    locks = 6
    assert cloud.calls[CLOCK] <= 4 * locks


async def test_one_enabled_entity_costs_one_call_a_day_over_restarts(
    hass: HomeAssistant,
    enable: Enable,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    enable("update", of_lock(world, "front_door", "firmware"))
    await setup(hass, entry)
    assert {path: cloud.calls[path] for path in RARE} == {**dict.fromkeys(RARE, 0), LOCK_FIRMWARE: 1}
    await pass_hours(hass, freezer, 7, 13)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert cloud.calls[LOCK_FIRMWARE] == 1
    await pass_hours(hass, freezer, 3, 2)
    assert cloud.calls[LOCK_FIRMWARE] == 2


@WHOLE_HOUSE
async def test_all_entities_of_a_lock_share_one_reading(
    hass: HomeAssistant,
    enable: Enable,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    for platform, key in WIFI_ENTITIES:
        enable(platform, of_lock(world, "back_door", key))
    await setup(hass, entry)
    assert cloud.calls[WIFI] == 1
    await pass_hours(hass, freezer, 5, 1, 6, 6, 6)
    assert cloud.calls[WIFI] == 1 + 4


async def test_many_details_are_read_less_often(
    hass: HomeAssistant,
    all_enabled: None,
    loaded: MockConfigEntry,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = cloud.calls[LOCK_FIRMWARE]
    assert read
    hass.config_entries.async_update_entry(loaded, options={"calls_a_month": 200})
    loaded.runtime_data.quota.async_weigh()
    await pass_hours(hass, freezer, 25, 5)
    assert cloud.calls[LOCK_FIRMWARE] == read


async def test_a_failed_reading_is_not_repeated_with_every_inventory(
    hass: HomeAssistant,
    enable: Enable,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    enable("update", of_lock(world, "front_door", "firmware"))
    world.faults.add(Fault(kind="errcode", errcode=-4043, path=LOCK_FIRMWARE))
    await setup(hass, entry)
    update = er.async_get(hass).async_get_entity_id("update", "ttlock", of_lock(world, "front_door", "firmware"))
    assert update
    assert state_of(hass, update).state == "unknown"
    await pass_hours(hass, freezer, 1, 4)
    assert cloud.calls[LOCK_FIRMWARE] == 1
    world.faults.clear()
    await pass_hours(hass, freezer, 2)
    assert cloud.calls[LOCK_FIRMWARE] == 2
    assert state_of(hass, update).state == "off"


async def test_without_calls_left_the_others_are_not_tried(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=30006, path=LOCK_FIRMWARE))
    await setup(hass, entry)
    assert cloud.calls[LOCK_FIRMWARE] == 1


async def test_a_disabled_entity_ends_the_reading(
    hass: HomeAssistant,
    enable: Enable,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    enable("update", of_lock(world, "front_door", "firmware"))
    await setup(hass, entry)
    update = er.async_get(hass).async_get_entity_id("update", "ttlock", of_lock(world, "front_door", "firmware"))
    assert update
    er.async_get(hass).async_update_entity(update, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done()
    await pass_hours(hass, freezer, 2, 24)
    assert cloud.calls[LOCK_FIRMWARE] == 1


async def test_what_was_stored_wrongly_is_read_again(
    hass: HomeAssistant,
    enable: Enable,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    hass_storage: dict[str, Any],
) -> None:
    enable("update", of_lock(world, "front_door", "firmware"))
    hass_storage[f"ttlock.{entry.entry_id}.details"] = {
        "version": 1,
        "minor_version": 1,
        "key": f"ttlock.{entry.entry_id}.details",
        "data": {
            "lock_firmware": {
                str(world.lock("front_door").lock_id): {"read_at": "2026-01-01T00:00:00+00:00", "value": {}}
            }
        },
    }
    await setup(hass, entry)
    assert cloud.calls[LOCK_FIRMWARE] == 1


async def test_a_removed_entry_leaves_no_file(
    hass: HomeAssistant, all_enabled: None, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    assert f"ttlock.{loaded.entry_id}.details" in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    assert f"ttlock.{loaded.entry_id}.details" not in hass_storage


@WHOLE_HOUSE
async def test_a_lock_that_is_gone_is_forgotten(
    hass: HomeAssistant, all_enabled: None, loaded: MockConfigEntry, world: World, hass_storage: dict[str, Any]
) -> None:
    lock, gateway = world.lock("front_door"), world.gateway("hall")
    world.remove_lock(lock)
    world.reach.remove_gateway(gateway)
    await loaded.runtime_data.async_refresh()
    await hass.config_entries.async_unload(loaded.entry_id)
    kept = hass_storage[f"ttlock.{loaded.entry_id}.details"]["data"]
    assert kept["lock_firmware"]
    assert kept["gateway_firmware"]
    assert not [topic for topic in kept.values() if {str(lock.lock_id), str(gateway.gateway_id)} & topic.keys()]


# -- Firmware ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "state", "latest"),
    [("6.0.5.200101", "on", "6.0.5.200101"), ("", "off", "6.0.6.210622"), (None, "unknown", None)],
)
async def test_newer_firmware_of_a_lock_is_shown_but_not_installed(
    hass: HomeAssistant,
    all_enabled: None,
    entry: MockConfigEntry,
    world: World,
    entity_id: Find,
    newest: str | None,
    state: str,
    latest: str | None,
) -> None:
    # The vendor's numbers are not for comparing: what it calls newer is newer.
    world.row("front_door").newest_firmware = newest
    await setup(hass, entry)
    update = state_of(hass, entity_id("update", "front_door", "firmware"))
    assert update.state == state
    assert update.attributes["installed_version"] == "6.0.6.210622"
    assert update.attributes["latest_version"] == latest
    assert not update.attributes["supported_features"] & UpdateEntityFeature.INSTALL


async def test_the_firmware_of_a_gateway_is_shown_at_its_device(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.gateway("hall").newest_firmware = "3.0"
    await setup(hass, entry)
    update = of_gateway(hass, "update", "firmware")
    assert state_of(hass, update).state == "on"
    world.gateway("hall").firmware, world.gateway("hall").newest_firmware = "3.0", ""
    await act(hass, "check_gateway_firmware", {"gateway_id": 3470001})
    assert state_of(hass, update).state == "off"
    assert state_of(hass, update).attributes["installed_version"] == "3.0"
    assert state_of(hass, of_gateway(hass, "sensor", "network")).state == "Home"


# -- Clock ---------------------------------------------------------------------------------------------------------


async def test_the_drift_of_the_clock_is_shown_and_mended(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    enable: Enable,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    enable("sensor", of_lock(world, "front_door", "clock_drift"))
    world.lock("front_door").clock.offset = 600.0
    await setup(hass, entry)
    drift = entity_id("sensor", "front_door", "clock_drift")
    assert state_of(hass, drift).state == "600"
    button = entity_id("button", "front_door", "set_clock")
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
    assert state_of(hass, drift).state == "0"
    assert cloud.calls[CLOCK] == 1


@WHOLE_HOUSE
async def test_a_lock_that_cannot_be_reached_is_not_asked_for_its_clock(
    hass: HomeAssistant,
    enable: Enable,
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
    entity_id: Find,
) -> None:
    enable("sensor", of_lock(world, "padlock", "clock_drift"))
    for other in ("front_door", "garden_gate", "office", "back_door", "safe", "cellar"):
        world.lock(other).add_feature(Feature.NO_CLOCK)
    await setup(hass, entry)
    await pass_hours(hass, freezer, 6, 7)
    assert cloud.calls[CLOCK] == 0
    assert state_of(hass, entity_id("sensor", "padlock", "clock_drift")).state == "unknown"


@WHOLE_HOUSE
async def test_a_lock_without_clock_chip_has_no_drift(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World
) -> None:
    world.lock("front_door").add_feature(Feature.NO_CLOCK)
    await setup(hass, entry)
    registry = er.async_get(hass)
    assert registry.async_get_entity_id("sensor", "ttlock", of_lock(world, "front_door", "clock_drift")) is None
    assert registry.async_get_entity_id("sensor", "ttlock", of_lock(world, "office", "clock_drift"))


# -- Working hours and Wi-Fi ---------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_working_hours_are_shown_where_a_lock_can_freeze_itself(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    world.lock("front_door").add_feature(Feature.FREEZE)
    await setup(hass, entry)
    hours = entity_id("sensor", "front_door", "working_mode")
    assert state_of(hass, hours).state == "always"
    front_door = entity_id("lock", "front_door", "lock")
    await act(hass, "set_working_hours", {"entity_id": front_door, "mode": "hours", "all_day": True, "days": ["sun"]})
    assert state_of(hass, hours).state == "hours"
    await hass.config_entries.async_reload(entry.entry_id)
    assert state_of(hass, hours).state == "hours"
    registry = er.async_get(hass)
    assert registry.async_get_entity_id("sensor", "ttlock", of_lock(world, "office", "working_mode")) is None


async def test_a_working_mode_that_nobody_knows_is_not_guessed(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    world.lock("front_door").add_feature(Feature.FREEZE)
    world.faults.add(Fault(kind="missing_fields", path=WORKING_MODE, fields=("workingMode",)))
    await setup(hass, entry)
    assert state_of(hass, entity_id("sensor", "front_door", "working_mode")).state == "unknown"


@WHOLE_HOUSE
async def test_the_network_of_a_wifi_lock_is_shown(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    wifi = world.wifi("back_door")
    wifi.rssi_grade, wifi.network_name = 1, "Attic"
    await setup(hass, entry)
    shown = {key: state_of(hass, entity_id(platform, "back_door", key)).state for platform, key in WIFI_ENTITIES}
    assert shown == {
        "wifi_network": "Attic",
        "wifi_address": "192.0.2.24",
        "wifi_signal": "weak",
        "wifi_power_saving": "off",
    }
    registry = er.async_get(hass)
    assert registry.async_get_entity_id("sensor", "ttlock", of_lock(world, "front_door", "wifi_network")) is None


# -- Remote unlock -------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_remote_unlock_is_known_once_it_was_tried(
    hass: HomeAssistant, all_enabled: None, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock, shown = entity_id("lock", "cellar", "lock"), entity_id("binary_sensor", "cellar", "remote_unlock")
    assert state_of(hass, shown).state == "unknown"
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("lock", "unlock", {"entity_id": lock}, blocking=True)
    assert state_of(hass, shown).state == "off"
    await hass.config_entries.async_reload(loaded.entry_id)
    assert state_of(hass, shown).state == "off"
    world.lock("cellar").remote_unlock_enabled = True
    await hass.services.async_call("lock", "unlock", {"entity_id": lock}, blocking=True)
    assert state_of(hass, shown).state == "on"


async def test_another_refusal_says_nothing_about_remote_unlock(
    hass: HomeAssistant, all_enabled: None, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock, shown = entity_id("lock", "front_door", "lock"), entity_id("binary_sensor", "front_door", "remote_unlock")
    world.faults.add(Fault(kind="errcode", errcode=-2025, path="/v3/lock/unlock", times=1))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("lock", "unlock", {"entity_id": lock}, blocking=True)
    assert state_of(hass, shown).state == "unknown"


@WHOLE_HOUSE
async def test_an_ekey_without_the_right_cannot_unlock_from_afar(
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    ekey = world.ekey(world.account("owner").uid, world.lock("holiday_flat").lock_id)
    assert ekey
    ekey.remote_enable = False
    world.lock("holiday_flat").add_feature(Feature.GATEWAY_UNLOCK)
    await setup(hass, entry)
    assert state_of(hass, entity_id("binary_sensor", "holiday_flat", "remote_unlock")).state == "off"


# -- Plan ----------------------------------------------------------------------------------------------------------


async def test_the_switch_of_passage_mode_shows_its_plan(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find
) -> None:
    switch = entity_id("switch", "front_door", "passage_mode")
    assert state_of(hass, switch).attributes["periods"] == []
    await act(
        hass,
        "configure_passage_mode",
        {
            "entity_id": entity_id("lock", "front_door", "lock"),
            "enabled": True,
            "days": ["mon", "sat"],
            "start_time": "09:00",
            "end_time": "17:00",
        },
    )
    plan = [{"days": ["mon", "sat"], "start_time": "09:00", "end_time": "17:00"}]
    assert state_of(hass, switch).attributes["periods"] == plan
    await hass.services.async_call("switch", "turn_off", {"entity_id": switch}, blocking=True)
    assert state_of(hass, switch).attributes["periods"] == plan
