"""Locks, gateways, groups, users and records as things of an account (ttlock-open-api.md 2.5, 4.1, 4.3, 4.14-4.17)."""

import asyncio
from typing import Any

import pytest

from simulator import Feature
from simulator.cloud.users import prefix

from .conftest import Api, Json
from .test_control import control

FRONT, GATE, BACK, PADLOCK, FLAT = 7252401, 7252402, 7252404, 7252405, 7252408
HALL = 3470001
HOUR = 3600
DIGEST = "0123456789abcdef0123456789ABCDEF"


async def signed(api: Api, path: str, /, **params: Any) -> Json:
    """Call what takes the application's secret in place of a token."""
    application = api.world.application
    form = {"clientId": application.client_id, "clientSecret": application.client_secret}
    return await api.raw("/v3/" + path, {**form, "date": str(api.world.clock.now_ms()), **params})


async def test_set_up(api: Api) -> None:
    answer = await api.call("lock/initialize", lockData="canary lock data", lockAlias="Shed")
    assert isinstance(answer["lockId"], int) and answer["keyId"].isdigit()
    found = await api.call("lock/list", pageNo=1, pageSize=20, lockAlias="Shed")
    assert [(item["lockId"], item["lockData"]) for item in found["list"]] == [(answer["lockId"], "canary lock data")]
    assert (await api.call("lock/detail", lockId=answer["lockId"]))["lockAlias"] == "Shed"
    assert await api.code("lock/unlock", lockId=answer["lockId"]) == -2012
    assert await api.code("lock/initialize", lockData="canary lock data") == -3
    assert await api.code("lock/getNbDeviceInfo", lockId=answer["lockId"]) == -4067
    mobile = (await api.call("lock/initialize", lockData="other lock data", nbInitSuccess=1))["lockId"]
    assert set(await api.call("lock/getNbDeviceInfo", lockId=mobile)) == {
        *("nbNodeId", "nbCardNumber", "nbOperator", "nbOperatorName", "nbRssi", "updateDate"),
    }
    assert api.world.lock(mobile).has(Feature.NB_IOT)


async def test_what_a_phone_tells(api: Api) -> None:
    assert await api.code("lock/rename", lockId=GATE, lockAlias="Old Gate") == 0
    assert await api.code("lock/updateElectricQuantity", lockId=GATE, electricQuantity=12) == 0
    assert await api.code("lock/updateElectricQuantity", lockId=GATE, electricQuantity=101) == -3
    assert await api.code("lock/updateLockData", lockId=GATE, lockData="new lock data") == 0
    (item,) = (await api.call("lock/list", pageNo=1, pageSize=20, lockAlias="Old"))["list"]
    assert (item["lockId"], item["electricQuantity"], item["lockData"]) == (GATE, 12, "new lock data")


async def test_delete(api: Api) -> None:
    lock = api.world.lock(FRONT)
    assert await api.code("lock/delete", lockId=FRONT) == 0
    for path in ("lock/detail", "lock/unlock"):
        assert await api.code(path, lockId=FRONT) == -1003
    assert FRONT not in api.world.rows
    heard = await api.call("gateway/listLock", gatewayId=HALL)
    assert FRONT not in {item["lockId"] for item in heard["list"]}
    assert lock.enter_code("48151623").opened
    api.world.clock.advance(HOUR)


async def test_deleted_while_the_cloud_talks_to_it(api: Api) -> None:
    api.world.gateway("hall").latency = 0.1
    slow = asyncio.create_task(api.code("lock/unlock", lockId=FRONT))
    await asyncio.sleep(0.03)
    assert await api.code("lock/delete", lockId=FRONT) == 0
    assert await slow == -1003


async def test_transfer(api: Api) -> None:
    form = {"receiverUsername": "landlord@example.com", "lockIdList": [FRONT, GATE]}
    assert await api.code("lock/transfer", **{**form, "lockIdList": [FRONT, FLAT]}) == 20002
    assert await api.code("lock/transfer", **{**form, "lockIdList": [FRONT, 1]}) == -1003
    assert await api.code("lock/transfer", **{**form, "lockIdList": "[]"}) == -3
    assert await api.code("lock/transfer", **{**form, "receiverUsername": "owner@example.com"}) == -3011
    assert await api.code("lock/transfer", **{**form, "receiverUsername": "nobody@example.com"}) == -4064
    assert await api.code("lock/detail", lockId=FRONT) == 0
    assert await api.code("lock/transfer", **form) == 0
    assert await api.code("lock/detail", lockId=FRONT) == -2018
    # The gateway is still the former owner's.
    await api.sign_in("landlord")
    assert await api.code("lock/detail", lockId=FRONT) == 0
    assert await api.code("lock/unlock", lockId=FRONT) == -2012
    await api.sign_in("owner")
    gateways = {"receiverUsername": "landlord@example.com", "gatewayIdList": [HALL]}
    assert await api.code("gateway/transfer", **{**gateways, "receiverUsername": "owner@example.com"}) == -3016
    assert await api.code("gateway/transfer", **{**gateways, "gatewayIdList": [1]}) == -4037
    assert await api.code("gateway/transfer", **{**gateways, "gatewayIdList": [3470003]}) == -2018
    assert await api.code("gateway/transfer", **gateways) == 0
    await api.sign_in("landlord")
    assert await api.code("lock/unlock", lockId=FRONT) == 0
    # Common ekeys went along.
    assert (await api.call("lock/listKey", lockId=FRONT, pageNo=1, pageSize=20))["total"] == 1


async def test_admin_passcode(api: Api) -> None:
    lock = api.world.lock(FRONT)
    old = lock.secrets.no_key_pwd
    assert lock.enter_code(old).opened
    assert api.world.row(FRONT).records[-1].record_type == 92
    form = {"lockId": FRONT, "password": "8264917"}
    assert await api.code("lock/changeAdminKeyboardPwd", **form) == 0
    assert (await api.call("lock/detail", lockId=FRONT))["noKeyPwd"] == "8264917"
    assert "8264917" in api.world.secrets()
    # The default method tells the cloud only.
    assert (lock.enter_code(old).opened, lock.enter_code("8264917").opened) == (True, False)
    assert await api.code("lock/changeAdminKeyboardPwd", **form, changeType=2) == 0
    assert (lock.enter_code(old).opened, lock.enter_code("8264917").opened) == (False, True)
    for wrong, errcode in (("123", -3006), ("1234", -2032), ("48151623", -3007)):
        assert await api.code("lock/changeAdminKeyboardPwd", lockId=FRONT, password=wrong, changeType=2) == errcode


async def test_reset_passcodes(api: Api) -> None:
    assert await api.code("lock/resetKeyboardPwd", lockId=FRONT, pwdInfo="x", timestamp=1) == 0
    assert (await api.call("lock/listKeyboardPwd", lockId=FRONT, pageNo=1, pageSize=20))["total"] == 0
    assert api.world.lock(FRONT).enter_code("48151623").opened


async def test_passcodes_read_by_a_phone(api: Api) -> None:
    found = [
        {"keyboardPwd": "48151623", "newKeyboardPwd": "59260734", "keyboardPwdType": 2},
        {"keyboardPwd": "314159", "keyboardPwdType": 3, "startDate": 1_800_000_000_000, "endDate": 1_900_000_000_000},
    ]
    assert await api.code("keyboardPwd/uploadValidCodeFromLock", lockId=FRONT, keyboardPwdList=found) == 0
    answer = await api.call("lock/listKeyboardPwd", lockId=FRONT, pageNo=1, pageSize=20)
    assert {item["keyboardPwd"]: item["status"] for item in answer["list"]} == {
        "59260734": 1,
        "314159": 1,
        "73020914": 2,
    }
    assert await api.code("keyboardPwd/uploadValidCodeFromLock", lockId=FRONT, keyboardPwdList=["1"]) == -3


async def test_working_hours(api: Api) -> None:
    # It is Thursday, 10:00 at the lock.
    lock = api.world.lock(FRONT)
    assert await api.call("lock/getWorkingMode", lockId=FRONT) == {"workingMode": 1, "cyclicConfig": []}
    morning = {"isAllDay": 2, "startTime": 540, "endTime": 660, "weekDays": [4]}
    form = {"lockId": FRONT, "workingMode": 3, "cyclicConfig": [morning], "type": 2}
    assert await api.code("lock/configWorkingMode", **form) == 0
    assert await api.call("lock/getWorkingMode", lockId=FRONT) == {"workingMode": 3, "cyclicConfig": [morning]}
    assert await api.code("lock/unlock", lockId=FRONT) == 0
    api.world.clock.advance(HOUR)
    assert lock.bolt == "locked"
    assert await api.code("lock/unlock", lockId=FRONT) == -2025
    assert await api.code("lock/lock", lockId=FRONT) == -2025
    assert lock.enter_code("48151623").reason == "outside working hours"
    assert not lock.swipe_card("1723612378").opened
    assert lock.turn_key().opened
    # The hours themselves can be changed.
    assert await api.code("lock/configWorkingMode", lockId=FRONT, workingMode=1, type=2) == 0
    assert lock.enter_code("48151623").opened
    assert await api.code("lock/configWorkingMode", lockId=FRONT, workingMode=2) == 0
    assert lock.enter_code("48151623").opened
    assert await api.code("lock/configWorkingMode", lockId=FRONT, workingMode=2, type=2) == 0
    assert not lock.enter_code("48151623").opened
    assert await api.code("lock/configWorkingMode", lockId=FRONT, workingMode=3, type=2) == -3
    assert await api.code("lock/configWorkingMode", **{**form, "cyclicConfig": [morning] * 6}) == -3


@pytest.mark.parametrize(("newest", "need"), [("6.0.7", 1), ("", 0), (None, 2)])
async def test_firmware(api: Api, newest: str | None, need: int) -> None:
    await control(api, "POST", "lock", lock="front_door", firmware=newest)
    await control(api, "POST", "gateway", gateway="hall", firmware=newest)
    answer = await api.call("lock/upgradeCheck", lockId=FRONT)
    assert set(answer) == {"needUpgrade", "firmwareInfo", "firmwarePackage", "version"}
    assert set(answer["firmwareInfo"]) == {"modelNum", "hardwareRevision", "firmwareRevision"}
    gateway = await api.call("gateway/upgradeCheck", gatewayId=HALL)
    assert set(gateway) == {"needUpgrade", "firmwareInfo", "version"}
    assert (answer["needUpgrade"], gateway["needUpgrade"]) == (need, need)
    info = {"modelNum": "SN9206_PV53", "hardwareRevision": "1.6", "firmwareRevision": "6.0.7"}
    answer = await api.call("lock/upgradeRecheck", lockId=FRONT, firmwareInfo=info)
    assert (answer["needUpgrade"], answer["firmwareInfo"]) == (0, info)
    assert (await api.call("lock/upgradeRecheck", lockId=FRONT, lockData="x")) == answer
    assert await api.code("lock/upgradeRecheck", lockId=FRONT) == -3


async def test_gateway(api: Api) -> None:
    assert await api.code("gateway/rename", gatewayId=HALL, gatewayName="Stairs") == 0
    info = {"modelNum": "SN-G2", "hardwareRevision": "1.1", "firmwareRevision": "2.0.9"}
    assert await api.code("gateway/uploadDetail", gatewayId=HALL, **info) == -3
    assert await api.code("gateway/uploadDetail", gatewayId=HALL, **info, networkName="Office") == 0
    detail = await api.call("gateway/detail", gatewayId=HALL)
    assert (detail["gatewayName"], detail["networkName"]) == ("Stairs", "Office")
    (device,) = [
        item for item in (await api.call("gateway/listDevice", gatewayId=HALL))["list"] if item["deviceId"] == FRONT
    ]
    assert set(device) == {"deviceType", "deviceId", "deviceMac", "deviceName", "deviceAlias", "rssi", "updateDate"}
    assert await api.code("gateway/setUpgradeMode", gatewayId=HALL) == 0
    assert await api.code("lock/unlock", lockId=FRONT) == -3003
    assert await api.code("gateway/uploadDetail", gatewayId=HALL, **info, networkName="Office") == 0
    assert await api.code("lock/unlock", lockId=FRONT) == 0
    assert await api.code("gateway/setUpgradeMode", gatewayId=HALL) == 0
    api.world.clock.advance(120)
    assert await api.code("lock/unlock", lockId=FRONT) == 0
    api.world.gateway("hall").online = False
    assert await api.code("gateway/setUpgradeMode", gatewayId=HALL) == -3002


async def test_gateway_goes_and_comes_back(api: Api) -> None:
    mac = api.world.gateway("hall").mac
    assert await api.code("gateway/delete", gatewayId=HALL) == 0
    assert await api.code("gateway/detail", gatewayId=HALL) == -4037
    assert await api.code("lock/unlock", lockId=FRONT) == -2012
    assert await api.code("gateway/isInitSuccess", gatewayNetMac="00:00") == -4037
    assert await api.call("gateway/isInitSuccess", gatewayNetMac=mac) == {"gatewayId": HALL}
    assert await api.code("lock/unlock", lockId=FRONT) == 0


async def test_wifi_network(api: Api) -> None:
    form = {"lockId": BACK, "networkName": "Office", "ip": "192.0.2.99", "rssi": -80, "useStaticIp": "true"}
    assert await api.code("wifiLock/updateNetwork", **form) == 0
    detail = await api.call("wifiLock/detail", lockId=BACK)
    assert (detail["networkName"], detail["ip"], detail["rssiGrade"]) == ("Office", "192.0.2.99", 2)
    assert await api.code("wifiLock/updateNetwork", **{**form, "useStaticIp": "perhaps"}) == -3
    api.world.set_wifi_online(BACK, False)
    assert await api.code("wifiLock/updateNetwork", **form) == -3036
    assert await api.code("wifiLock/updateNetwork", lockId=FRONT) == -4043


async def test_groups(api: Api) -> None:
    first = (await api.call("group/add", name="House"))["groupId"]
    second = (await api.call("group/add", name="Annex"))["groupId"]
    assert await api.code("group/add", name="House") == -1016
    assert await api.code("group/update", groupId=second, name="House") == -1016
    assert await api.code("group/update", groupId=second, name="Yard") == 0
    listed = await api.call("group/list", orderBy=0)
    assert listed == {"list": [{"groupId": first, "name": "House"}, {"groupId": second, "name": "Yard"}]}
    assert await api.code("lock/setGroup", lockId=FRONT, groupId=first) == 0
    assert await api.code("lock/setGroup", lockId=FLAT, groupId=first) == 0
    assert await api.code("group/setDeviceGroup", deviceType=0, deviceId=GATE, groupId=second) == 0
    assert await api.code("group/setDeviceGroup", deviceType=1, deviceId=GATE, groupId=second) == -3
    assert await api.code("lock/setGroup", lockId=FRONT, groupId=1) == -1018
    keys = await api.call("key/list", pageNo=1, pageSize=20, groupId=first)
    assert {item["lockId"]: item["groupName"] for item in keys["list"]} == {FRONT: "House", FLAT: "House"}
    assert [
        item["lockId"] for item in (await api.call("lock/list", pageNo=1, pageSize=20, groupId=second))["list"]
    ] == [GATE]
    # Somebody else's view of the same lock has other groups.
    await api.sign_in("landlord")
    assert (await api.call("group/list"))["list"] == []
    assert (await api.call("key/get", lockId=FLAT))["groupId"] == 0
    assert await api.code("group/delete", groupId=first) == -1018
    await api.sign_in("owner")
    assert await api.code("group/delete", groupId=first) == 0
    assert (await api.call("key/get", lockId=FRONT))["groupId"] == 0


async def test_users(api: Api) -> None:
    form = {"username": "lodger7", "password": DIGEST}
    name = (await signed(api, "user/register", **form))["username"]
    assert name == f"{prefix(api.world.application)}_lodger7"
    assert (await signed(api, "user/register", **form))["errcode"] == 30003
    assert (await signed(api, "user/register", **{**form, "username": "lod-ger"}))["errcode"] == 30002
    assert (await signed(api, "user/register", **{**form, "password": "plain"}))["errcode"] == 30005
    listed = await signed(api, "user/list", pageNo="1", pageSize="20")
    assert listed["list"] == [{"username": name, "regtime": api.world.clock.now_ms()}]
    late = str(api.world.clock.now_ms() + 1)
    assert (await signed(api, "user/list", pageNo="1", pageSize="20", startDate=late))["total"] == 0
    assert "access_token" in await api.sign_in(username=name, password=DIGEST.lower())
    lock_id = (await api.call("lock/initialize", lockData="lodger lock"))["lockId"]
    assert (await signed(api, "user/delete", username=name))["errcode"] == -4063
    assert await api.code("lock/delete", lockId=lock_id) == 0
    assert (await signed(api, "user/resetPassword", username=name, password=DIGEST[::-1]))["errcode"] == 0
    assert (await api.sign_in(username=name, password=DIGEST.lower()))["errcode"] == 10007
    assert "access_token" in await api.sign_in(username=name, password=DIGEST[::-1])
    assert (await signed(api, "user/delete", username="owner@example.com"))["errcode"] == 30004
    assert (await signed(api, "user/delete", username=name))["errcode"] == 0
    assert await api.code("user/getUid") == 10003
    assert (await signed(api, "user/resetPassword", username=name, password=DIGEST))["errcode"] == 30004
    application = api.world.application
    bare = {"clientId": application.client_id, "clientSecret": "wrong"}
    assert (await api.raw("/v3/user/register", bare))["errcode"] == 10001


async def test_records(api: Api) -> None:
    date = api.world.clock.now_ms() - 60_000
    item = {"operateDate": date, "recordType": 17, "password": "1723612378", "electricQuantity": 44, "recordId": 1}
    failed = {"operateDate": date - 1000, "recordType": 11, "password": "73020914"}
    for _ in range(2):
        assert await api.code("lockRecord/upload", lockId=FRONT, records=[item, failed]) == 0

    async def listed() -> list[Json]:
        items: list[Json] = (await api.call("lockRecord/list", lockId=FRONT, pageNo=1, pageSize=20))["list"]
        return items

    found = await listed()
    assert [(item["recordType"], item["success"], item["username"]) for item in found] == [
        (7, 1, "Blue card"),
        (4, 0, "Cleaner"),
    ]
    assert (await api.call("lock/detail", lockId=FRONT))["electricQuantity"] == 44
    assert await api.code("lockRecord/upload", lockId=FRONT, records=[{"recordType": 17}]) == -3
    assert await api.code("lockRecord/delete", lockId=FRONT, recordIdList=[found[0]["recordId"]]) == 0
    assert [item["recordType"] for item in await listed()] == [4]
    assert await api.code("lockRecord/clear", lockId=FRONT) == 0
    assert await listed() == []


async def test_a_lock_out_of_reach_is_not_doubled_by_a_phone(api: Api) -> None:
    gateway, lock = api.world.gateway("hall"), api.world.lock(FRONT)
    gateway.online = False
    lock.swipe_card("1723612378")
    item = {"operateDate": api.world.clock.now_ms(), "recordType": 17, "password": "1723612378"}
    assert await api.code("lockRecord/upload", lockId=FRONT, records=[item]) == 0
    api.world.clock.advance(10)
    gateway.online = True
    assert [kept.record_type for kept in api.world.row(FRONT).records] == [7]
    await control(api, "POST", "enroll", lock="front_door", kind="face", number="5")
    answer = await control(api, "POST", "door", lock="front_door", act="show_face", value="5")
    assert answer["opened"]
