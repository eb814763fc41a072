"""Actions on door sensors with a Wi-Fi of their own, which belong to an account (ttlock-open-api.md 4.13)."""

from dataclasses import replace
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..client.accessories import SensorAlerts, StandaloneSensor
from ..client.cloud.door_sensors import StandaloneSensors, check_alerts
from ..client.errors import EndpointMissing, NotFound, NotPermitted, VendorError
from ..const import DOMAIN
from ..coordinator import AccountCoordinator
from ..errors import translated
from .accessories import door_record
from .action import CONFIRM, NAME, OBJECT_ID, Action, Target, confirmed
from .proof import async_proved
from .results import Result, local

ALERTS: Final[VolDictType] = {
    vol.Optional("left_open"): cv.boolean,
    vol.Optional("left_open_seconds"): vol.Coerce(int),
    vol.Optional("unused"): cv.boolean,
    vol.Optional("unused_days"): vol.Coerce(int),
}


def _account(hass: HomeAssistant, call: ServiceCall) -> AccountCoordinator:
    account: AccountCoordinator = async_get_config_entry(hass, DOMAIN, call.data.get("config_entry_id")).runtime_data
    return account


async def async_list(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the standalone sensors of an account: where their doors are, and what they warn of."""
    account = _account(hass, call)
    sensors = account.cloud.door_sensors.standalone
    with translated(hass, account.config_entry, account.name):
        found = (await sensors.list()).items
        return {"sensors": [_described(sensor, await _async_alerts(sensors, sensor.sensor_id)) for sensor in found]}


async def async_list_records(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return what a standalone sensor wrote down, newest first."""
    account, sensor_id = _account(hass, call), call.data["sensor_id"]
    sensors = account.cloud.door_sensors.standalone
    with translated(hass, account.config_entry, account.name):
        await _async_require(sensors, sensor_id)
        records = await sensors.list_records(sensor_id)
    return {"records": [door_record(record) for record in records.items]}


async def async_rename(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give a standalone sensor another name."""
    account, sensor_id, name = _account(hass, call), call.data["sensor_id"], call.data["name"]
    sensors = account.cloud.door_sensors.standalone

    async def is_done() -> bool:
        sensor = await _async_find(sensors, sensor_id)
        return sensor is not None and sensor.name == name

    with translated(hass, account.config_entry, account.name):
        await _async_require(sensors, sensor_id)
        await async_proved(sensors.rename(sensor_id, name), is_done)
    return {"id": sensor_id}


async def async_delete(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take a standalone sensor out of an account."""
    confirmed(call)
    account, sensor_id = _account(hass, call), call.data["sensor_id"]
    sensors = account.cloud.door_sensors.standalone

    async def is_done() -> bool:
        return await _async_find(sensors, sensor_id) is None

    with translated(hass, account.config_entry, account.name):
        await _async_require(sensors, sensor_id)
        await async_proved(sensors.delete(sensor_id), is_done)
    return {"id": sensor_id}


async def async_set_alerts(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Choose what a standalone sensor warns of; what is not given stays."""
    account, sensor_id = _account(hass, call), call.data["sensor_id"]
    sensors = account.cloud.door_sensors.standalone
    given = {field: call.data[field] for field in map(str, ALERTS) if field in call.data}
    if not given:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_alert_given")
    with translated(hass, account.config_entry, account.name):
        check_alerts(given.get("left_open_seconds"), given.get("unused_days"))
        await _async_require(sensors, sensor_id)
        alerts = replace(await sensors.get_alerts(sensor_id), **given)

        async def is_done() -> bool:
            return await sensors.get_alerts(sensor_id) == alerts

        await async_proved(sensors.set_alerts(sensor_id, alerts), is_done)
    return {"id": sensor_id, "alerts": _alerts(alerts)}


async def _async_find(sensors: StandaloneSensors, sensor_id: int) -> StandaloneSensor | None:
    found = await sensors.list()
    return next((sensor for sensor in found.items if sensor.sensor_id == sensor_id), None)


async def _async_require(sensors: StandaloneSensors, sensor_id: int) -> None:
    if await _async_find(sensors, sensor_id) is None:
        raise NotFound("door_sensor_unknown")


async def _async_alerts(sensors: StandaloneSensors, sensor_id: int) -> SensorAlerts | None:
    """Return what a sensor warns of, None when it does not say: the names of this call are inferred (4.13)."""
    try:
        return await sensors.get_alerts(sensor_id)
    except EndpointMissing, NotPermitted, VendorError:
        return None


def _described(sensor: StandaloneSensor, alerts: SensorAlerts | None) -> Result:
    return {
        "id": sensor.sensor_id,
        "name": sensor.name,
        "mac": sensor.mac,
        "door": sensor.door.value if sensor.door else None,
        "stale": sensor.stale,
        "battery": sensor.battery,
        "updated": local(sensor.updated),
        "network": sensor.network,
        "firmware": sensor.firmware_version,
        "administrator": sensor.is_admin,
        "alerts": _alerts(alerts) if alerts else None,
    }


def _alerts(alerts: SensorAlerts) -> Result:
    return {
        "left_open": alerts.left_open,
        "left_open_seconds": alerts.left_open_seconds,
        "unused": alerts.unused,
        "unused_days": alerts.unused_days,
    }


_SENSOR: Final[VolDictType] = {vol.Required("sensor_id"): OBJECT_ID}

ACTIONS: Final = {
    "list_standalone_sensors": Action(handler=async_list, target=Target.ACCOUNT, response=SupportsResponse.ONLY),
    "list_standalone_sensor_records": Action(
        handler=async_list_records,
        target=Target.ACCOUNT,
        fields=_SENSOR,
        response=SupportsResponse.ONLY,
    ),
    "rename_standalone_sensor": Action(
        handler=async_rename, target=Target.ACCOUNT, fields={**_SENSOR, vol.Required("name"): NAME}
    ),
    "set_standalone_sensor_alerts": Action(
        handler=async_set_alerts, target=Target.ACCOUNT, fields={**_SENSOR, **ALERTS}
    ),
    "delete_standalone_sensor": Action(handler=async_delete, target=Target.ACCOUNT, fields={**_SENSOR, **CONFIRM}),
}
