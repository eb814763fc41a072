"""Standalone Wi-Fi door sensors (ttlock-open-api.md 4.13).

Guesses: the parameters of ``update``, ``delete`` and ``getAlertFlag``; any text is good as ``doorSensorData``; an
unknown sensor is -3, somebody else's -2018; the sensor's state is never stale.
"""

import hashlib

from ..database import StandaloneSensor
from .call import Call, Endpoint, Json, Target
from .credentials import UNDOCUMENTED_MISSING
from .errors import ApiError, body_of

# name -> (value before anybody has set it, allowed values)
ALERTS: dict[str, tuple[int, range]] = {
    "notCloseAlertFlag": (2, range(1, 3)),
    "notCloseAlertSecondNum": (60, range(1, 901)),
    "longTimeNotOpenAlertFlag": (2, range(1, 3)),
    "longTimeNotOpenDayNum": (1, range(1, 16)),
}


def add(call: Call) -> Json:
    """Make a sensor the caller's that a phone has set up."""
    digest = hashlib.sha256(call.text("doorSensorData").encode()).hexdigest().upper()
    sensor = StandaloneSensor(
        sensor_id=call.world.next_id(),
        admin_uid=call.user.uid,
        name=call.text("name"),
        mac=":".join(digest[index : index + 2] for index in range(0, 12, 2)),
        number=f"DS3_{digest[:6].lower()}",
        wifi_name=call.text("wifiName"),
    )
    call.world.door_sensors[sensor.sensor_id] = sensor
    return {"doorSensorId": sensor.sensor_id}


def sensor_list(call: Call) -> Json:
    """List the account's sensors; the state is 0 closed, 1 open, 2 unknown."""
    items = [
        {
            "doorSensorId": sensor.sensor_id,
            "name": sensor.name,
            "mac": sensor.mac,
            "doorSensorNumber": sensor.number,
            "featureValue": "1",
            "electricQuantity": sensor.battery,
            "doorSensorState": sensor.state,
            "statusDelayFlag": 0,
            "recordUpdateDate": sensor.changed,
            "wifiName": sensor.wifi_name,
            "wifiMac": "02:00:5E:00:53:30",
            "userType": "ADMIN",
            "firmwareRevision": "1.0.2",
        }
        for sensor in call.world.door_sensors.values()
        if sensor.admin_uid == call.user.uid and call.text("searchStr") in sensor.name
    ]
    return call.page(items, 200)


def records(call: Call) -> Json:
    """List what a sensor saw, newest first."""
    seen = reversed(_find(call).records)
    return call.page([{"date": date, "recordType": kind} for date, kind in seen], 200)


def set_alerts(call: Call) -> Json:
    """Set when a sensor complains."""
    sensor = _find(call)
    sensor.alerts = {name: call.choice(name, tuple(allowed)) for name, (_, allowed) in ALERTS.items()}
    return body_of(0)


def alerts(call: Call) -> Json:
    """Read when a sensor complains."""
    sensor = _find(call)
    return {name: sensor.alerts.get(name, default) for name, (default, _) in ALERTS.items()}


def update(call: Call) -> Json:
    """Give a sensor another name."""
    _find(call).name = call.text("name")
    return body_of(0)


def delete(call: Call) -> Json:
    """Forget a sensor."""
    del call.world.door_sensors[_find(call).sensor_id]
    return body_of(0)


def _find(call: Call) -> StandaloneSensor:
    if (sensor := call.world.door_sensors.get(call.integer("doorSensorId"))) is None:
        raise ApiError(UNDOCUMENTED_MISSING)
    if sensor.admin_uid != call.user.uid:
        raise ApiError(-2018)
    return sensor


_BASE = "/v3/standaloneDoorSensor"

ROWS: dict[str, Endpoint] = {
    f"{_BASE}/add": Endpoint(handler=add, required=("name", "doorSensorData", "wifiName"), target=Target.ACCOUNT),
    f"{_BASE}/list": Endpoint(handler=sensor_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT),
    f"{_BASE}/listRecord": Endpoint(
        handler=records, required=("doorSensorId", "pageNo", "pageSize"), target=Target.ACCOUNT
    ),
    f"{_BASE}/configAlertFlag": Endpoint(handler=set_alerts, required=("doorSensorId", *ALERTS), target=Target.ACCOUNT),
    f"{_BASE}/getAlertFlag": Endpoint(handler=alerts, required=("doorSensorId",), target=Target.ACCOUNT),
    f"{_BASE}/update": Endpoint(handler=update, required=("doorSensorId", "name"), target=Target.ACCOUNT),
    f"{_BASE}/delete": Endpoint(handler=delete, required=("doorSensorId",), target=Target.ACCOUNT),
}
