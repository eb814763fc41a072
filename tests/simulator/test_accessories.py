"""Wireless keypads, paired and standalone door sensors (ttlock-open-api.md 4.12 and 4.13)."""

from typing import Any

from simulator import Feature

from .conftest import Api, Json
from .test_control import control

FRONT, PADLOCK = 7252401, 7252405
SENSOR_KEYS = {
    *("doorSensorId", "name", "mac", "doorSensorNumber", "featureValue", "electricQuantity", "doorSensorState"),
    *("statusDelayFlag", "recordUpdateDate", "wifiName", "wifiMac", "userType", "firmwareRevision"),
}


async def test_wireless_keypads(api: Api) -> None:
    form = {
        "lockId": FRONT,
        "wirelessKeypadNumber": "77",
        "wirelessKeypadName": "Porch",
        "wirelessKeypadMac": "16:72:4F:00:00:01",
        "wirelessKeypadFeatureValue": "F",
        "electricQuantity": 90,
    }
    number = (await api.call("wirelessKeypad/add", **form))["wirelessKeypadId"]
    assert (await api.call("lock/detail", lockId=FRONT))["wirelessKeypadFeatureValue"] == "F"
    assert await api.code("wirelessKeypad/rename", wirelessKeypadId=number, wirelessKeypadName="Gate") == 0
    upgrade = {"wirelessKeypadId": number, "slotNumber": 1, "featureValue": "1F"}
    assert await api.code("wirelessKeypad/upgradeSuccess", **upgrade) == 0
    assert (await api.call("lock/detail", lockId=FRONT))["wirelessKeypadFeatureValue"] == "1F"
    assert await api.call("wirelessKeypad/listByLock", lockId=FRONT) == {
        "list": [
            {
                "wirelessKeypadId": number,
                "wirelessKeypadNumber": "77",
                "wirelessKeypadName": "Gate",
                "wirelessKeypadMac": "16:72:4F:00:00:01",
                "electricQuantity": 90,
            }
        ]
    }
    other = (await api.call("wirelessKeyboard/add", **form))["wirelessKeypadId"]
    assert await api.code("wirelessKeypad/delete", wirelessKeypadId=number) == 0
    assert await api.code("wirelessKeypad/delete", wirelessKeypadId=number) == -3
    assert [
        item["wirelessKeypadId"] for item in (await api.call("wirelessKeypad/listByLock", lockId=FRONT))["list"]
    ] == [other]
    api.world.lock(PADLOCK).features -= {Feature.WIRELESS_KEYPAD}
    assert await api.code("wirelessKeypad/add", **{**form, "lockId": PADLOCK}) == -4043


async def test_paired_door_sensor(api: Api) -> None:
    old = (await api.call("doorSensor/query", lockId=FRONT))["doorSensorId"]
    assert await api.code("doorSensor/update", doorSensorId=old, name="Big door") == 0
    assert (await api.call("doorSensor/query", lockId=FRONT))["name"] == "Big door"
    assert await api.code("doorSensor/delete", doorSensorId=old) == 0
    assert await api.code("doorSensor/query", lockId=FRONT) == 1
    form = {"lockId": FRONT, "mac": "16:72:4D:00:00:09", "number": "9", "electricQuantity": 80}
    new = (await api.call("doorSensor/add", **form, firmwareInfo={"firmwareRevision": "2.1"}))["doorSensorId"]
    found = await api.call("doorSensor/query", lockId=FRONT)
    assert (found["doorSensorId"], found["version"], found["electricQuantity"]) == (new, "2.1", 80)
    assert await api.code("doorSensor/add", **{**form, "lockId": PADLOCK}, firmwareInfo={}) == -4043
    lock = api.world.lock(FRONT)
    lock.enter_code("48151623")
    lock.open_door()
    api.world.clock.advance(5)
    lock.close_door()
    records = await api.call("doorSensor/listRecord", lockId=FRONT, pageNo=1, pageSize=20)
    assert [item["recordType"] for item in records["list"]] == [30, 31]
    assert set(records["list"][0]) == {
        *("recordId", "recordTypeFromLock", "recordType", "success", "lockDate", "serverDate"),
    }


async def test_standalone_door_sensor(api: Api) -> None:
    form = {"name": "Window", "doorSensorData": "sensor data", "wifiName": "Home"}
    number = (await api.call("standaloneDoorSensor/add", **form))["doorSensorId"]

    async def listed(**more: Any) -> list[Json]:
        items: list[Json] = (await api.call("standaloneDoorSensor/list", pageNo=1, pageSize=20, **more))["list"]
        return items

    (item,) = await listed()
    assert set(item) == SENSOR_KEYS
    assert item["doorSensorState"] == 2
    for record_type, state in ((1, 1), (2, 1), (0, 0)):
        await control(api, "POST", "sensor", sensor=number, record_type=record_type)
        assert [item["doorSensorState"] for item in await listed(searchStr="Win")] == [state]
    assert await listed(searchStr="Door") == []
    records = await api.call("standaloneDoorSensor/listRecord", doorSensorId=number, pageNo=1, pageSize=20)
    assert [item["recordType"] for item in records["list"]] == [0, 2, 1]
    alerts = {
        "notCloseAlertFlag": 1,
        "notCloseAlertSecondNum": 900,
        "longTimeNotOpenAlertFlag": 1,
        "longTimeNotOpenDayNum": 15,
    }
    assert await api.code("standaloneDoorSensor/configAlertFlag", doorSensorId=number, **alerts) == 0
    assert await api.call("standaloneDoorSensor/getAlertFlag", doorSensorId=number) == alerts
    wrong = {**alerts, "notCloseAlertSecondNum": 901}
    assert await api.code("standaloneDoorSensor/configAlertFlag", doorSensorId=number, **wrong) == -3
    assert await api.code("standaloneDoorSensor/update", doorSensorId=number, name="Roof") == 0
    assert [item["name"] for item in await listed()] == ["Roof"]
    await api.sign_in("landlord")
    assert await listed() == []
    assert await api.code("standaloneDoorSensor/delete", doorSensorId=number) == -2018
    await api.sign_in("owner")
    assert await api.code("standaloneDoorSensor/delete", doorSensorId=number) == 0
    assert await api.code("standaloneDoorSensor/delete", doorSensorId=number) == -3
    await control(api, "POST", "sensor", 400, sensor=number, record_type=0)
