"""Door sensors with a Wi-Fi of their own: shown, told by callback, and believed by rule."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.ttlock import async_remove_config_entry_device
from simulator import CloudServer, World
from simulator.database import StandaloneSensor

from .conftest import setup
from .passing_time import pass_time
from .test_lock import state_of
from .test_push import client, path, post  # noqa: F401  # fixtures

pytestmark = pytest.mark.locks("front_door")

LIST = "/v3/standaloneDoorSensor/list"
CLOSED, OPEN, LEFT_OPEN, LONG_UNUSED = range(4)

type Shown = Callable[[str, str], str]


@pytest.fixture
def terrace(world: World) -> StandaloneSensor:
    """Put a sensor beside the terrace door."""
    sensor = StandaloneSensor(
        sensor_id=world.next_id(),
        admin_uid=world.account("owner").uid,
        name="Terrace",
        mac="C0:FF:EE:00:00:01",
        number="DS3_1",
        wifi_name="home",
    )
    sensor.report(CLOSED, world.clock.now_ms())
    world.door_sensors[sensor.sensor_id] = sensor
    return sensor


@pytest.fixture
def shown(hass: HomeAssistant, terrace: StandaloneSensor) -> Shown:
    """Return how to look at an entity of the sensor."""

    def state(platform: str, key: str) -> str:
        unique_id = f"ttlock-doorsensor-{terrace.sensor_id}-{key}"
        found = er.async_get(hass).async_get_entity_id(platform, "ttlock", unique_id)
        assert found
        return state_of(hass, found).state

    return state


def told(sensor: StandaloneSensor, record_type: int, **more: Any) -> dict[str, Any]:
    return {
        "notifyType": 7,
        "doorSensorId": sensor.sensor_id,
        "mac": sensor.mac,
        "name": sensor.name,
        "recordType": record_type,
        **more,
    }


async def test_the_door_follows_its_callbacks_and_closed_is_looked_up(
    hass: HomeAssistant,
    terrace: StandaloneSensor,
    shown: Shown,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    assert shown("binary_sensor", "door") == "off"
    assert shown("sensor", "battery") == str(terrace.battery)
    cloud.reset_calls()
    terrace.report(OPEN, world.clock.now_ms())
    await post(hass, client, path, told(terrace, OPEN))
    assert shown("binary_sensor", "door") == "on"
    assert cloud.calls.total() == 0
    await post(hass, client, path, told(terrace, CLOSED))
    assert shown("binary_sensor", "door") == "on"
    assert cloud.calls == {LIST: 1}
    await post(hass, client, path, told(terrace, LEFT_OPEN))
    assert hass.states.get("event.terrace_alarm").attributes["event_type"] == "left_open"  # type: ignore[union-attr]
    assert loaded.runtime_data.push.alive


async def test_an_alarm_whose_callback_comes_twice_is_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    terrace: StandaloneSensor,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
) -> None:
    changes = async_capture_events(hass, "state_changed")
    for event in (LEFT_OPEN, LEFT_OPEN, CLOSED, OPEN, LEFT_OPEN):
        await post(hass, client, path, told(terrace, event))
    freezer.tick(24 * 3600)
    await post(hass, client, path, told(terrace, LEFT_OPEN))
    assert len([change for change in changes if change.data["entity_id"] == "event.terrace_alarm"]) == 3


async def test_a_door_that_closes_is_shown_at_once_or_a_little_later(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    terrace: StandaloneSensor,
    shown: Shown,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    for _ in range(2):
        await post(hass, client, path, told(terrace, OPEN))
        assert shown("binary_sensor", "door") == "on"
        await post(hass, client, path, told(terrace, CLOSED))
    await pass_time(hass, freezer, timedelta(seconds=11))
    assert shown("binary_sensor", "door") == "off"
    cloud.reset_calls()
    for _ in range(60):
        await client.post(path, data=told(terrace, CLOSED))
        await pass_time(hass, freezer, timedelta(minutes=1))
    assert cloud.calls[LIST] <= 16


@pytest.mark.parametrize(
    "change", [{"mac": "00:00:00:00:00:00"}, {"doorSensorId": 4711}, {"recordType": 9}, {"recordType": "x"}]
)
async def test_what_is_not_about_the_sensor_changes_nothing(
    hass: HomeAssistant,
    terrace: StandaloneSensor,
    shown: Shown,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    cloud: CloudServer,
    change: dict[str, Any],
) -> None:
    cloud.reset_calls()
    await post(hass, client, path, told(terrace, OPEN, **change))
    assert shown("binary_sensor", "door") == "off"
    assert cloud.calls.total() == 0
    assert not loaded.runtime_data.push.alive


async def test_the_callback_of_the_virtual_cloud_arrives(
    hass: HomeAssistant,
    terrace: StandaloneSensor,
    shown: Shown,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],  # noqa: F811
    path: str,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    world.application.callback_url = str(client.make_url(path))
    cloud.callbacks.standalone_sensor(
        terrace.admin_uid, sensor_id=terrace.sensor_id, mac=terrace.mac, name=terrace.name, record_type=OPEN
    )
    async with asyncio.timeout(5):
        while shown("binary_sensor", "door") != "on":  # noqa: ASYNC110  # the callback comes from outside
            await asyncio.sleep(0.01)


async def test_a_sensor_keeps_its_device_over_a_restart_and_loses_it_when_it_is_gone(
    hass: HomeAssistant, terrace: StandaloneSensor, loaded: MockConfigEntry, world: World
) -> None:
    registry = dr.async_get(hass)
    known = ("ttlock", f"door-sensor-{terrace.sensor_id}")
    device = registry.async_get_device_by_identifier(known, loaded.entry_id)
    assert device is not None
    assert device.name == "Terrace"
    assert not await async_remove_config_entry_device(hass, loaded, device)
    registry.async_update_device(device.id, name_by_user="Patio")
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    kept = registry.async_get_device_by_identifier(known, loaded.entry_id)
    assert kept is not None
    assert (kept.id, kept.name_by_user) == (device.id, "Patio")
    del world.door_sensors[terrace.sensor_id]
    await loaded.runtime_data.doors.async_refresh()
    assert registry.async_get_device_by_identifier(known, loaded.entry_id) is None


async def test_an_account_without_sensors_is_asked_once_a_day(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry, cloud: CloudServer
) -> None:
    await setup(hass, entry)
    assert cloud.calls[LIST] == 1
    for _ in range(25):
        await pass_time(hass, freezer, timedelta(hours=1))
    assert cloud.calls[LIST] == 2
