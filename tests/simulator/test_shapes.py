"""Answers against the recorded samples (ttlock-open-api.md 8), lists and pages."""

from typing import Any

import pytest

from simulator import CloudServer, World
from simulator.database import CredentialRow
from simulator.schedule import CyclicWindow

from .conftest import Api

FRONT, GATE, BACK = 7252401, 7252402, 7252404

# Keys of the recorded lock/detail.
DETAIL = """
date lockAlias lockSound modelNum lockMac privacyLock deletePwd featureValue adminPwd soundVolume hasGateway
autoLockTime wirelessKeypadFeatureValue lockKey isFrozen lockName resetButton firmwareRevision tamperAlert specialValue
displayPasscode noKeyPwd passageMode passageModeAutoUnlock timezoneRawOffset lockId electricQuantity lockFlagPos
lockUpdateDate keyboardPwdVersion aesKeyStr hardwareRevision openDirection lockVersion sensitivity
"""


async def test_lock_detail(api: Api) -> None:
    # The recorded lock has the same feature value.
    detail = await api.call("lock/detail", "GET", lockId=GATE)
    assert set(detail) == set(DETAIL.split())
    assert (detail["specialValue"], detail["timezoneRawOffset"]) == (894227955, 3_600_000)
    assert (detail["autoLockTime"], detail["hasGateway"], detail["isFrozen"]) == (-1, 1, 2)
    assert set(detail["lockVersion"]) == {"groupId", "protocolVersion", "protocolType", "orgId", "scene"}


async def test_fields_without_the_feature_are_missing(api: Api) -> None:
    detail = await api.call("lock/detail", lockId=7252406)
    assert "soundVolume" in detail
    padlock = await api.call("lock/detail", lockId=7252405)
    assert "soundVolume" not in padlock
    assert (padlock["hasGateway"], padlock["passageMode"]) == (0, 2)


@pytest.mark.parametrize(
    ("path", "params", "keys"),
    [
        (
            "gateway/detail",
            {"gatewayId": 3470001},
            "gatewayId gatewayMac gatewayName gatewayVersion networkName networkMac lockNum isOnline",
        ),
        ("lock/queryOpenState", {"lockId": FRONT}, "state sensorState"),
        ("lock/queryOpenState", {"lockId": GATE}, "state"),
        ("lock/queryElectricQuantity", {"lockId": GATE}, "electricQuantity"),
        ("lock/queryDate", {"lockId": GATE}, "date"),
        ("lock/updateDate", {"lockId": GATE}, "date"),
        ("lock/unlock", {"lockId": GATE}, "errcode errmsg description"),
        (
            "doorSensor/query",
            {"lockId": FRONT},
            "doorSensorId name electricQuantity version mac number doorNotClosedWarningTime",
        ),
        (
            "wifiLock/detail",
            {"lockId": BACK},
            "networkName ip subnetMask defaultGateway preferredDns alternateDns wifiMac rssiGrade isOnline powerSavingMode",
        ),
        ("key/list", {"pageNo": 1, "pageSize": 20}, "list pageNo pageSize pages total"),
        ("gateway/listByLock", {"lockId": FRONT}, "list"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_keys(api: Api, path: str, params: dict[str, Any], keys: str, method: str) -> None:
    assert set(await api.call(path, method, **params)) == set(keys.split())


ITEMS = {
    "lock/list": "lockId lockName lockAlias lockMac electricQuantity featureValue hasGateway lockData groupId groupName "
    "date keyboardPwdVersion specialValue lockVersion",
    "key/list": "keyId lockData lockId userType keyStatus lockName lockAlias lockMac noKeyPwd electricQuantity startDate "
    "endDate remarks keyRight featureValue remoteEnable passageMode timezoneRawOffset groupId groupName lockVersion "
    "keyboardPwdVersion specialValue deletePwd keyName",
    "gateway/list": "gatewayId gatewayMac gatewayName gatewayVersion networkName networkMac lockNum isOnline",
    "gateway/listByLock": "gatewayId gatewayMac gatewayName rssi rssiUpdateDate",
    "gateway/listLock": "lockId lockMac lockName lockAlias rssi updateDate",
    "lock/listKeyboardPwd": "endDate sendDate keyboardPwdId nickName keyboardPwdType lockId keyboardPwdVersion isCustom "
    "keyboardPwdName keyboardPwd startDate senderUsername receiverUsername status",
    "identityCard/list": "cardId lockId cardNumber cardName startDate endDate createDate senderUsername cardType status",
    "fingerprint/list": "fingerprintId lockId fingerprintNumber fingerprintName startDate endDate createDate "
    "senderUsername fingerprintType status",
    "lockRecord/list": "recordId lockId recordTypeFromLock recordType success username keyboardPwd lockDate serverDate",
}


@pytest.mark.parametrize(("path", "keys"), ITEMS.items())
async def test_items(api: Api, path: str, keys: str) -> None:
    await api.call("lock/unlock", lockId=FRONT)
    answer = await api.call(path, lockId=FRONT, gatewayId=3470001, pageNo=1, pageSize=20)
    assert set(answer["list"][0]) == set(keys.split())


async def test_whose_locks(api: Api) -> None:
    own = await api.call("lock/list", pageNo=1, pageSize=20)
    keys = await api.call("key/list", pageNo=1, pageSize=20)
    assert {item["lockId"] for item in keys["list"]} - {item["lockId"] for item in own["list"]} == {7252408}
    shared = next(item for item in keys["list"] if item["lockId"] == 7252408)
    assert (shared["userType"], shared["keyStatus"]) == ("110302", "110401")
    assert "noKeyPwd" not in shared
    assert (await api.call("key/get", lockId=7252408)) == shared
    assert [
        item["lockId"] for item in (await api.call("lock/list", pageNo=1, pageSize=20, lockAlias="door"))["list"]
    ] == [
        FRONT,
        BACK,
    ]
    assert (await api.call("lock/list", pageNo=1, pageSize=20, type=2))["total"] == 0


async def test_no_door_sensor_is_an_indistinct_error(api: Api) -> None:
    assert await api.code("doorSensor/query", lockId=GATE) == 1
    assert await api.code("wifiLock/detail", lockId=GATE) == -4043


async def test_pages(socket_enabled: None, stranger: Api) -> None:
    world = World.generate(locks=45, gateways=3)
    async with CloudServer(world) as server:
        api = Api(server, stranger.session)
        await api.sign_in()
        seen = []
        for number in (1, 2, 3):
            page = await api.call("key/list", pageNo=number, pageSize=20)
            assert (page["pages"], page["total"], page["pageNo"], page["pageSize"]) == (3, 45, number, 20)
            seen += [item["lockId"] for item in page["list"]]
        assert sorted(seen) == sorted(world.locks)
        assert (await api.call("key/list", pageNo=4, pageSize=20))["list"] == []
        assert await api.code("gateway/list", pageNo=1, pageSize=201) == -3


async def test_open_state_and_sensor_polarity(api: Api) -> None:
    lock = api.world.lock(FRONT)
    lock.turn_key()
    lock.open_door()
    assert await api.call("lock/queryOpenState", lockId=FRONT) == {"state": 1, "sensorState": 0}
    lock.close_door()
    lock.turn_key()
    assert await api.call("lock/queryOpenState", lockId=FRONT) == {"state": 0, "sensorState": 1}
    lock.knows_bolt_state = False
    assert (await api.call("lock/queryOpenState", lockId=FRONT))["state"] == 2


async def test_battery_is_stale_until_asked(api: Api) -> None:
    api.world.lock(FRONT).battery = 40
    assert (await api.call("lock/detail", lockId=FRONT))["electricQuantity"] == 93
    assert await api.call("lock/queryElectricQuantity", lockId=FRONT) == {"electricQuantity": 40}
    assert (await api.call("lock/detail", lockId=FRONT))["electricQuantity"] == 40


async def test_clock_is_read_and_set(api: Api) -> None:
    api.world.lock(FRONT).clock.offset = 90
    now = api.world.clock.now_ms()
    assert (await api.call("lock/queryDate", lockId=FRONT))["date"] == now + 90_000
    assert (await api.call("lock/updateDate", lockId=FRONT))["date"] == now
    assert (await api.call("lock/queryDate", lockId=FRONT))["date"] == now


async def test_a_gateway_may_look_online_for_a_while(api: Api) -> None:
    gateway = api.world.gateway("hall")
    gateway.stale_seconds = 300
    gateway.online = False
    assert (await api.call("gateway/detail", gatewayId=3470001))["isOnline"] == 1
    api.world.clock.advance(300)
    assert (await api.call("gateway/detail", gatewayId=3470001))["isOnline"] == 0


async def test_ask_order_of_gateways(api: Api) -> None:
    names = [
        [item["gatewayName"] for item in (await api.call("gateway/list", pageNo=1, pageSize=9, orderBy=order))["list"]]
        for order in (0, 1, 2)
    ]
    assert names == [
        ["Garden gateway", "Hall gateway"],
        ["Garden gateway", "Hall gateway"],
        ["Hall gateway", "Garden gateway"],
    ]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("identityCard/list", "cardName"),
        ("fingerprint/list", "fingerprintName"),
        ("lock/listKeyboardPwd", "keyboardPwdName"),
    ],
)
async def test_order_by_name(api: Api, path: str, field: str) -> None:
    row = api.world.row("front_door")
    for number, name in enumerate(("Beta", "Alpha", "Gamma")):
        api.world.clock.advance(1)
        created = api.world.clock.now_ms()
        for rows in (row.cards, row.fingerprints):
            rows[number] = CredentialRow(
                credential_id=number, number=str(number), name=name, start=0, end=0, created=created, sender="-"
            )
        form = {"lockId": FRONT, "keyboardPwd": f"48291{number}", "keyboardPwdName": name}
        await api.call("keyboardPwd/add", **form, keyboardPwdType=2, addType=1)

    async def names(order: int) -> list[str]:
        answer = await api.call(path, lockId=FRONT, pageNo=1, pageSize=20, orderBy=order)
        found = [item[field] for item in answer["list"]]
        return [name for name in found if name in {"Alpha", "Beta", "Gamma"}]

    assert [await names(order) for order in (0, 1, 2)] == [
        ["Alpha", "Beta", "Gamma"],
        ["Gamma", "Alpha", "Beta"],
        ["Gamma", "Beta", "Alpha"],
    ]


async def test_cyclic_card_is_told_as_such(api: Api) -> None:
    row = api.world.row("front_door")
    next(iter(row.cards.values())).cycle = (CyclicWindow(day=1, start=480, end=1080),)
    (item,) = (await api.call("identityCard/list", lockId=FRONT, pageNo=1, pageSize=20))["list"]
    assert item["cardType"] == 4
    assert item["cyclicConfig"] == [{"weekDay": 1, "startTime": 480, "endTime": 1080}]
