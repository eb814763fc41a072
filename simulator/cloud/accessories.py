"""Remotes, wireless keypads and paired door sensors (ttlock-open-api.md 4.11-4.13)."""

from functools import partial

from ..credentials import CredentialKind
from ..database import CredentialRow, DoorSensorRow, KeypadRow
from ..features import Feature
from ..journal import LockRecordType
from ..world import World
from . import credentials
from .biometrics import holder
from .call import Call, Endpoint, Json, Right, Subject
from .credentials import UNDOCUMENTED_MISSING, Spelling
from .errors import ApiError, body_of
from .records import record_item

SENSOR_FEATURES = (Feature.DOOR_SENSOR, Feature.WIRELESS_DOOR_SENSOR)
DOOR_RECORDS = (LockRecordType.DOOR_CLOSED, LockRecordType.DOOR_OPEN)


def _more_of_remote(call: Call, row: CredentialRow) -> Json:
    account = call.world.find_account(row.sender)
    return {
        "mac": row.mac,
        "electricQuantity": row.battery,
        "userId": account.uid if account else 0,
        **holder(call, row),
    }


REMOTE = Spelling(
    kind=CredentialKind.REMOTE,
    id="remoteId",
    number="number",
    name="name",
    type="type",
    more=_more_of_remote,
    object_type=7,
)


def _remote_number(call: Call) -> str:
    return call.text("number")


def remote_list(call: Call) -> Json:
    """List the remotes of a lock, which are never so many that they need pages."""
    return {"list": credentials.items(REMOTE, call)}


def touches_remote(call: Call) -> bool:
    """Say whether an update concerns the lock; a name alone does not."""
    return any(call.text(name) for name in ("startDate", "endDate", "cyclicConfig"))


def _remote_change(call: Call) -> None:
    if touches_remote(call):
        credentials.changed_validity(REMOTE, call)


def remote_update(call: Call) -> Json:
    """Change name, period or both of a remote."""
    return (credentials.changer if touches_remote(call) else credentials.renamer)(REMOTE)(call)


def keypad_add(call: Call) -> Json:
    """Write down a wireless keypad that was paired over Bluetooth."""
    keypad = KeypadRow(
        keypad_id=call.world.next_id(),
        number=call.text("wirelessKeypadNumber"),
        name=call.text("wirelessKeypadName"),
        mac=call.text("wirelessKeypadMac"),
        feature_value=call.text("wirelessKeypadFeatureValue"),
        battery=call.integer("electricQuantity", 100),
    )
    call.row.keypads[keypad.keypad_id] = keypad
    return {"wirelessKeypadId": keypad.keypad_id}


def keypad_list(call: Call) -> Json:
    """List the wireless keypads of a lock."""
    return {
        "list": [
            {
                "wirelessKeypadId": keypad.keypad_id,
                "wirelessKeypadNumber": keypad.number,
                "wirelessKeypadName": keypad.name,
                "wirelessKeypadMac": keypad.mac,
                "electricQuantity": keypad.battery,
            }
            for keypad in call.row.keypads.values()
        ]
    }


def keypad_rename(call: Call) -> Json:
    """Give a wireless keypad another name."""
    call.row.keypads[call.integer("wirelessKeypadId")].name = call.text("wirelessKeypadName")
    return body_of(0)


def keypad_delete(call: Call) -> Json:
    """Forget a wireless keypad."""
    del call.row.keypads[call.integer("wirelessKeypadId")]
    return body_of(0)


def keypad_upgraded(call: Call) -> Json:
    """Take note of new firmware in a wireless keypad."""
    keypad = call.row.keypads[call.integer("wirelessKeypadId")]
    keypad.slot = call.integer("slotNumber")
    keypad.feature_value = call.text("featureValue", keypad.feature_value)
    return body_of(0)


def sensor_add(call: Call) -> Json:
    """Write down a door sensor that was paired over Bluetooth; it takes the place of an earlier one."""
    firmware = call.structure("firmwareInfo")
    if not isinstance(firmware, dict):
        raise ApiError(-3)
    sensor = DoorSensorRow(
        sensor_id=call.world.next_id(),
        mac=call.text("mac"),
        number=call.text("number"),
        name=call.text("name", "Door sensor"),
        battery=call.integer("electricQuantity"),
        version=str(firmware.get("firmwareRevision", "")),
    )
    call.row.door_sensor = sensor
    return {"doorSensorId": sensor.sensor_id}


def sensor_query(call: Call) -> Json:
    """Describe the paired door sensor; without one an indistinct error (ttlock-open-api.md 4.13)."""
    sensor = _sensor(call)
    return {
        "doorSensorId": sensor.sensor_id,
        "name": sensor.name,
        "electricQuantity": sensor.battery,
        "version": sensor.version,
        "mac": sensor.mac,
        "number": sensor.number,
        "doorNotClosedWarningTime": call.row.settings.get("door_alarm_seconds", 0),
    }


def sensor_update(call: Call) -> Json:
    """Give the door sensor another name."""
    _sensor(call).name = call.text("name")
    return body_of(0)


def sensor_delete(call: Call) -> Json:
    """Forget the door sensor."""
    call.row.door_sensor = None
    return body_of(0)


def sensor_records(call: Call) -> Json:
    """List when the door was opened and closed, newest first."""
    found = [kept for kept in call.row.records if kept.record_type in DOOR_RECORDS]
    found.sort(key=lambda kept: (kept.record.lock_date, kept.record_id), reverse=True)
    fields = ("recordId", "recordTypeFromLock", "recordType", "success", "lockDate", "serverDate")
    items = [record_item(call.lock, kept) for kept in found]
    return call.page([{name: item[name] for name in fields} for item in items], 200)


def _sensor(call: Call) -> DoorSensorRow:
    if (sensor := call.row.door_sensor) is None:
        raise ApiError(1)
    return sensor


def _locate_keypad(world: World, number: int) -> int | None:
    return next((lock_id for lock_id, row in world.rows.items() if number in row.keypads), None)


def _locate_sensor(world: World, number: int) -> int | None:
    return next(
        (lock_id for lock_id, row in world.rows.items() if row.door_sensor and row.door_sensor.sensor_id == number),
        None,
    )


_REMOTE = credentials.subject(REMOTE)
_KEYPAD = Subject(parameter="wirelessKeypadId", locate=_locate_keypad, missing=UNDOCUMENTED_MISSING)
_SENSOR = Subject(parameter="doorSensorId", locate=_locate_sensor, missing=UNDOCUMENTED_MISSING)
_KEYPAD_ADD = Endpoint(
    handler=keypad_add,
    required=("wirelessKeypadNumber", "wirelessKeypadName", "wirelessKeypadMac", "wirelessKeypadFeatureValue"),
    right=Right.MANAGER,
    capability=Feature.WIRELESS_KEYPAD,
)

ROWS: dict[str, Endpoint] = {
    # A remote is paired and unpaired over Bluetooth; the cloud takes note.
    "/v3/remote/add": Endpoint(
        handler=credentials.adder(REMOTE, _remote_number),
        check=partial(credentials.new_validity, REMOTE),
        required=("number", "mac", "startDate", "endDate", "electricQuantity", "firmwareInfo"),
        json_fields=("cyclicConfig", "firmwareInfo"),
        right=Right.MANAGER,
        capability=Feature.REMOTE,
    ),
    "/v3/remote/listByLock": Endpoint(handler=remote_list, right=Right.MANAGER),
    "/v3/remote/update": Endpoint(
        handler=remote_update,
        check=_remote_change,
        json_fields=("cyclicConfig",),
        subject=_REMOTE,
        right=Right.MANAGER,
        capability=Feature.REMOTE,
        # The English page says changeType, the Chinese one type (ttlock-open-api.md 1.7).
        selector=("changeType", "type"),
        contacts=touches_remote,
        while_frozen=False,
    ),
    "/v3/remote/delete": Endpoint(
        handler=credentials.remover(REMOTE), subject=_REMOTE, right=Right.MANAGER, capability=Feature.REMOTE
    ),
    "/v3/remote/clear": Endpoint(handler=credentials.clearer(REMOTE), right=Right.MANAGER, capability=Feature.REMOTE),
    "/v3/wirelessKeypad/add": _KEYPAD_ADD,
    "/v3/wirelessKeyboard/add": _KEYPAD_ADD,
    "/v3/wirelessKeypad/listByLock": Endpoint(handler=keypad_list),
    "/v3/wirelessKeypad/rename": Endpoint(
        handler=keypad_rename, required=("wirelessKeypadName",), subject=_KEYPAD, right=Right.MANAGER
    ),
    "/v3/wirelessKeypad/delete": Endpoint(handler=keypad_delete, subject=_KEYPAD, right=Right.MANAGER),
    "/v3/wirelessKeypad/upgradeSuccess": Endpoint(
        handler=keypad_upgraded, required=("slotNumber",), subject=_KEYPAD, right=Right.MANAGER
    ),
    "/v3/doorSensor/add": Endpoint(
        handler=sensor_add,
        required=("mac", "number", "electricQuantity", "firmwareInfo"),
        json_fields=("firmwareInfo",),
        right=Right.MANAGER,
        capability=SENSOR_FEATURES,
    ),
    "/v3/doorSensor/query": Endpoint(handler=sensor_query),
    "/v3/doorSensor/update": Endpoint(handler=sensor_update, required=("name",), subject=_SENSOR, right=Right.MANAGER),
    "/v3/doorSensor/delete": Endpoint(handler=sensor_delete, subject=_SENSOR, right=Right.MANAGER),
    "/v3/doorSensor/listRecord": Endpoint(handler=sensor_records, required=("pageNo", "pageSize")),
}
