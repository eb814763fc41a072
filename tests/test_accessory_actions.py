"""Wireless keypads and door sensors through actions, seen in the virtual world."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World
from simulator.lock import VirtualLock

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

SENSORS = "/v3/standaloneDoorSensor"


@pytest.fixture
def lock(world: World) -> VirtualLock:
    """Return the lock of the front door, which has a door sensor."""
    return world.lock("front_door")


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the entity of that lock."""
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
async def keypad_id(loaded: MockConfigEntry, lock: VirtualLock) -> int:
    """Do what the app does when it has paired a keypad with the lock; returns its id."""
    keypads = loaded.runtime_data.cloud.keypads
    number: int = await keypads.record_added(lock.lock_id, "KP_1", "02:00:5E:00:53:78", "Gate", "1", battery=66)
    return number


@pytest.fixture
async def sensor_id(loaded: MockConfigEntry) -> int:
    """Do what the app does when it has set a standalone sensor up; returns its id."""
    sensors = loaded.runtime_data.cloud.door_sensors.standalone
    number: int = await sensors.record_added("Garage", "virtual set-up data", "Home")
    return number


# -- Wireless keypads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", [False, True])
async def test_a_keypad_is_listed_renamed_and_deleted_once(
    hass: HomeAssistant, front_door: str, keypad_id: int, world: World, cloud: CloudServer, lost: bool
) -> None:
    listed = await act(hass, "list_keypads", {"entity_id": front_door})
    assert listed["keypads"][front_door] == [
        {"id": keypad_id, "name": "Gate", "number": "KP_1", "mac": "02:00:5E:00:53:78", "battery": 66}
    ]
    if lost:
        world.faults.add(Fault(kind="drop_after", path="/v3/wirelessKeypad/rename"))
        world.faults.add(Fault(kind="drop_after", path="/v3/wirelessKeypad/delete"))
    target = {"entity_id": front_door, "keypad_id": keypad_id}
    renamed = await act(hass, "rename_keypad", {**target, "name": "Garage"})
    assert renamed["results"][front_door] == {"status": "confirmed", "path": "cloud", "id": keypad_id}
    listed = await act(hass, "list_keypads", {"entity_id": front_door})
    assert listed["keypads"][front_door][0]["name"] == "Garage"
    await act(hass, "delete_keypad", target)
    assert (await act(hass, "list_keypads", {"entity_id": front_door}))["keypads"][front_door] == []
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "delete_keypad", target)
    assert failure.value.translation_key == "keypad_not_found"


async def test_a_change_that_never_arrived_is_not_called_done(
    hass: HomeAssistant, front_door: str, keypad_id: int, world: World
) -> None:
    world.faults.add(Fault(kind="drop_before", path="/v3/wirelessKeypad/rename"))
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "rename_keypad", {"entity_id": front_door, "keypad_id": keypad_id, "name": "Garage"})
    assert failure.value.translation_key == "cannot_connect"


# -- The door sensor of a lock -------------------------------------------------------------------------------------


@WHOLE_HOUSE
@pytest.mark.parametrize("lost", [False, True])
async def test_the_door_sensor_of_a_lock_is_listed_renamed_and_deleted(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World, entity_id: Find, lost: bool
) -> None:
    listed = await act(hass, "list_door_sensors", {"entity_id": [front_door, entity_id("lock", "office", "lock")]})
    (sensor,) = listed["door_sensors"][front_door]
    assert (sensor["name"], sensor["battery"], sensor["left_open_seconds"]) == ("Door sensor", 96, 0)
    assert listed["door_sensors"][entity_id("lock", "office", "lock")] == []
    if lost:
        world.faults.add(Fault(kind="drop_after", path="/v3/doorSensor/update"))
        world.faults.add(Fault(kind="drop_after", path="/v3/doorSensor/delete"))
    renamed = await act(hass, "rename_door_sensor", {"entity_id": front_door, "name": "Front"})
    assert renamed["results"][front_door]["id"] == sensor["id"]
    assert (await act(hass, "list_door_sensors", {"entity_id": front_door}))["door_sensors"][front_door] == [
        {**sensor, "name": "Front"}
    ]
    await act(hass, "delete_door_sensor", {"entity_id": front_door})
    assert world.rows[lock.lock_id].door_sensor is None
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "rename_door_sensor", {"entity_id": front_door, "name": "Front"})
    assert failure.value.translation_key == "door_sensor_not_found"


async def test_the_log_of_the_door_tells_when_it_moved(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World
) -> None:
    lock.turn_key()
    lock.open_door()
    world.clock.advance(60)
    lock.close_door()
    world.upload()
    listed = await act(hass, "list_door_sensor_records", {"entity_id": front_door})
    closed, opened = listed["records"][front_door]
    assert (closed["event"], opened["event"]) == ("closed", "opened")
    assert 59 <= (closed["date"] - opened["date"]).total_seconds() <= 61


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("rename_keypad", {"keypad_id": 1, "name": "x"}, "no_keypads"),
        ("delete_door_sensor", {}, "no_door_sensor"),
    ],
)
@WHOLE_HOUSE
async def test_a_lock_that_is_not_made_for_it_costs_no_call(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    entity_id: Find,
    cloud: CloudServer,
    action: str,
    data: dict[str, Any],
    reason: str,
) -> None:
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, {"entity_id": entity_id("lock", "padlock", "lock"), **data})
    assert failure.value.translation_key == reason
    assert cloud.calls.total() == 0


# -- Standalone sensors --------------------------------------------------------------------------------------------


async def sensors(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the standalone sensors."""
    found: list[dict[str, Any]] = (await act(hass, "list_standalone_sensors", {}))["sensors"]
    return found


@pytest.mark.parametrize("lost", [False, True])
async def test_a_standalone_sensor_tells_its_door_and_is_renamed_and_deleted(
    hass: HomeAssistant, sensor_id: int, world: World, lost: bool
) -> None:
    world.door_sensors[sensor_id].report(1, world.clock.now_ms())
    (sensor,) = await sensors(hass)
    assert (sensor["id"], sensor["name"], sensor["door"], sensor["network"]) == (sensor_id, "Garage", "open", "Home")
    assert sensor["alerts"]["left_open"] is False
    records = await act(hass, "list_standalone_sensor_records", {"sensor_id": sensor_id})
    assert [record["event"] for record in records["records"]] == ["opened"]
    if lost:
        world.faults.add(Fault(kind="drop_after", path=f"{SENSORS}/update"))
        world.faults.add(Fault(kind="drop_after", path=f"{SENSORS}/delete"))
    assert await act(hass, "rename_standalone_sensor", {"sensor_id": sensor_id, "name": "Shed"}) == {"id": sensor_id}
    assert [sensor["name"] for sensor in await sensors(hass)] == ["Shed"]
    await act(hass, "delete_standalone_sensor", {"sensor_id": sensor_id, "confirm": True})
    assert await sensors(hass) == []


@pytest.mark.parametrize("lost", [False, True])
async def test_a_standalone_sensor_warns_as_chosen(
    hass: HomeAssistant, sensor_id: int, world: World, lost: bool
) -> None:
    if lost:
        world.faults.add(Fault(kind="drop_after", path=f"{SENSORS}/configAlertFlag"))
    data = {"sensor_id": sensor_id, "left_open": True, "left_open_seconds": 300}
    answer = await act(hass, "set_standalone_sensor_alerts", data)
    wanted = {"left_open": True, "left_open_seconds": 300, "unused": False, "unused_days": 1}
    assert answer == {"id": sensor_id, "alerts": wanted}
    await act(hass, "set_standalone_sensor_alerts", {"sensor_id": sensor_id, "unused": True})
    assert (await sensors(hass))[0]["alerts"] == {**wanted, "unused": True}


async def test_a_sensor_that_does_not_tell_its_alerts_is_listed_without(
    hass: HomeAssistant, sensor_id: int, world: World
) -> None:
    world.faults.add(Fault(kind="errcode", path=f"{SENSORS}/getAlertFlag", errcode=-3))
    (sensor,) = await sensors(hass)
    assert (sensor["name"], sensor["alerts"]) == ("Garage", None)


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("set_standalone_sensor_alerts", {"left_open_seconds": 901}, "left_open_alert_range"),
        ("set_standalone_sensor_alerts", {"unused_days": 0}, "unused_days_range"),
        ("set_standalone_sensor_alerts", {}, "no_alert_given"),
        ("delete_standalone_sensor", {"confirm": False}, "not_confirmed"),
    ],
)
async def test_bad_input_is_refused_before_any_call(
    hass: HomeAssistant, sensor_id: int, cloud: CloudServer, action: str, data: dict[str, Any], reason: str
) -> None:
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, {"sensor_id": sensor_id, **data})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("list_standalone_sensor_records", {}),
        ("rename_standalone_sensor", {"name": "x"}),
        ("set_standalone_sensor_alerts", {"unused": True}),
        ("delete_standalone_sensor", {"confirm": True}),
    ],
)
async def test_an_unknown_sensor_is_named(
    hass: HomeAssistant, loaded: MockConfigEntry, action: str, data: dict[str, Any]
) -> None:
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, {"sensor_id": 1, **data})
    assert failure.value.translation_key == "door_sensor_unknown"
