"""Actions on what hangs on a lock: wireless keypads and its door sensor (ttlock-open-api.md 4.12 and 4.13).

They are paired beside the lock; the cloud keeps the books. Taking one out of the books tells neither it nor the lock.
"""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..client import Feature
from ..client.accessories import DoorRecord, PairedSensor, WirelessKeypad
from ..client.errors import NotFound, Unsupported
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import NAME, OBJECT_ID, Action
from .proof import async_proved
from .results import CONFIRMED, Result, each, listed, local

# -- Wireless keypads ----------------------------------------------------------------------------------------------


async def async_list_keypads(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the wireless keypads of locks."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        found = await lock.account.cloud.keypads.list(lock.lock_id)
        return {"keypads": [_keypad(keypad) for keypad in found.items]}

    return await listed(hass, locks, "keypads", read)


async def async_rename_keypad(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give a wireless keypad another name."""
    locks = await async_target_locks(hass, call)
    keypad_id, name = call.data["keypad_id"], call.data["name"]

    async def rename(entity_id: str, lock: LockCoordinator) -> Result:
        async def is_done() -> bool:
            keypad = await _async_keypad(lock, keypad_id)
            return keypad is not None and keypad.name == name

        await _async_require_keypad(lock, keypad_id)
        await async_proved(lock.account.cloud.keypads.rename(keypad_id, name), is_done)
        return {**CONFIRMED, "id": keypad_id}

    return await each(hass, locks, rename)


async def async_delete_keypad(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take a wireless keypad that is no longer there out of the cloud's books."""
    locks = await async_target_locks(hass, call)
    keypad_id = call.data["keypad_id"]

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        async def is_done() -> bool:
            return await _async_keypad(lock, keypad_id) is None

        await _async_require_keypad(lock, keypad_id)
        await async_proved(lock.account.cloud.keypads.delete(keypad_id), is_done)
        return {**CONFIRMED, "id": keypad_id}

    return await each(hass, locks, delete)


async def _async_keypad(lock: LockCoordinator, keypad_id: int) -> WirelessKeypad | None:
    found = await lock.account.cloud.keypads.list(lock.lock_id)
    return next((keypad for keypad in found.items if keypad.keypad_id == keypad_id), None)


async def _async_require_keypad(lock: LockCoordinator, keypad_id: int) -> None:
    if lock.data.features.lack(Feature.WIRELESS_KEYPAD):
        raise Unsupported("no_keypads")
    if await _async_keypad(lock, keypad_id) is None:
        raise NotFound("keypad_not_found")


def _keypad(keypad: WirelessKeypad) -> Result:
    return {
        "id": keypad.keypad_id,
        "name": keypad.name,
        "number": keypad.number,
        "mac": keypad.mac,
        "battery": keypad.battery,
    }


# -- The door sensor -----------------------------------------------------------------------------------------------


async def async_list_door_sensors(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the door sensors of locks, of which each has one at most."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        sensor = await lock.account.cloud.door_sensors.get(lock.lock_id)
        return {"door_sensors": [] if sensor is None else [_sensor(sensor)]}

    return await listed(hass, locks, "door_sensors", read)


async def async_rename_door_sensor(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give the door sensor of locks another name."""
    locks = await async_target_locks(hass, call)
    name = call.data["name"]

    async def rename(entity_id: str, lock: LockCoordinator) -> Result:
        sensors = lock.account.cloud.door_sensors

        async def is_done() -> bool:
            current = await sensors.get(lock.lock_id)
            return current is not None and current.name == name

        sensor = await _async_sensor(lock)
        await async_proved(sensors.rename(sensor.sensor_id, name), is_done)
        return {**CONFIRMED, "id": sensor.sensor_id}

    return await each(hass, locks, rename)


async def async_delete_door_sensor(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take the door sensor of locks that is no longer there out of the cloud's books."""
    locks = await async_target_locks(hass, call)

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        sensors = lock.account.cloud.door_sensors

        async def is_done() -> bool:
            return await sensors.get(lock.lock_id) is None

        sensor = await _async_sensor(lock)
        await async_proved(sensors.delete(sensor.sensor_id), is_done)
        await lock.upkeep.async_read_settings(anyway=True)
        return {**CONFIRMED, "id": sensor.sensor_id}

    return await each(hass, locks, delete)


async def async_list_door_sensor_records(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return when the doors of locks were opened and closed in the last six months, newest first."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        found = await lock.account.cloud.door_sensors.list_records(lock.lock_id)
        return {"records": [door_record(record) for record in found.items]}

    return await listed(hass, locks, "records", read)


async def _async_sensor(lock: LockCoordinator) -> PairedSensor:
    if lock.data.features.lack(Feature.DOOR_SENSOR, Feature.WIRELESS_DOOR_SENSOR):
        raise Unsupported("no_door_sensor")
    if (sensor := await lock.account.cloud.door_sensors.get(lock.lock_id)) is None:
        raise NotFound("door_sensor_not_found")
    return sensor


def _sensor(sensor: PairedSensor) -> Result:
    return {
        "id": sensor.sensor_id,
        "name": sensor.name,
        "number": sensor.number,
        "mac": sensor.mac,
        "version": sensor.version,
        "battery": sensor.battery,
        "left_open_seconds": sensor.left_open_seconds,
    }


def door_record(record: DoorRecord) -> JsonValueType:
    """Return what a door sensor wrote down."""
    return {"event": record.event.value, "date": local(record.when)}


_KEYPAD: Final[VolDictType] = {vol.Required("keypad_id"): OBJECT_ID}
_NAME: Final[VolDictType] = {vol.Required("name"): NAME}

ACTIONS: Final = {
    "list_keypads": Action(handler=async_list_keypads, admin=False, response=SupportsResponse.ONLY),
    "rename_keypad": Action(handler=async_rename_keypad, fields={**_KEYPAD, **_NAME}),
    "delete_keypad": Action(handler=async_delete_keypad, fields=_KEYPAD),
    "list_door_sensors": Action(handler=async_list_door_sensors, admin=False, response=SupportsResponse.ONLY),
    "rename_door_sensor": Action(handler=async_rename_door_sensor, fields=_NAME),
    "delete_door_sensor": Action(handler=async_delete_door_sensor),
    "list_door_sensor_records": Action(
        handler=async_list_door_sensor_records, admin=False, response=SupportsResponse.ONLY
    ),
}
