"""Ekeys: who gets them, what they open, who may manage (ttlock-open-api.md 4.4)."""

from typing import Any

import pytest

from simulator import Feature

from .conftest import Api, Json

FRONT, SAFE, PADLOCK, CELLAR, FLAT = 7252401, 7252406, 7252405, 7252407, 7252408
HOUR = 3_600_000


async def send(api: Api, /, **changes: Any) -> Json:
    form = {"lockId": FRONT, "receiverUsername": "landlord@example.com", "keyName": "Neighbor"}
    return await api.call("key/send", **{**form, "startDate": 0, "endDate": 0, "remoteEnable": 1, **changes})


async def keys(api: Api, lock: int = FRONT, **more: Any) -> list[Json]:
    items: list[Json] = (await api.call("lock/listKey", lockId=lock, pageNo=1, pageSize=20, **more))["list"]
    return items


async def as_(api: Api, who: str, path: str, /, **params: Any) -> int:
    await api.sign_in(who)
    try:
        return await api.code(path, **params)
    finally:
        await api.sign_in("owner")


async def test_send_and_unlock(api: Api) -> None:
    number = (await send(api, remarks="Second floor"))["keyId"]
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == 0
    item = next(item for item in await keys(api) if item["keyId"] == number)
    assert set(item) == {
        "keyId",
        "lockId",
        "username",
        "uid",
        "keyName",
        "keyStatus",
        "startDate",
        "endDate",
        "keyRight",
        "remoteEnable",
        "senderUsername",
        "remarks",
        "date",
    }
    assert (item["username"], item["remarks"], item["keyStatus"]) == ("landlord@example.com", "Second floor", "110401")
    assert item["senderUsername"] == "owner@example.com"
    # The top administrator's own ekey is not in the list; the guest's was there before.
    assert [item["keyName"] for item in await keys(api)] == ["Neighbor", "Guest"]
    assert [item["keyName"] for item in await keys(api, orderBy=0)] == ["Guest", "Neighbor"]
    assert [item["keyName"] for item in await keys(api, searchStr="guest@example.com")] == ["Guest"]
    assert await keys(api, keyRight=1) == []


async def test_one_ekey_for_each_user_and_lock(api: Api) -> None:
    first, second = await send(api), await send(api, keyName="Tenant")
    assert first["keyId"] != second["keyId"]
    assert [item["keyName"] for item in await keys(api)] == ["Tenant", "Guest"]
    assert await api.code("key/freeze", keyId=first["keyId"]) == -1008


async def test_refused_receivers(api: Api) -> None:
    assert (await send(api, receiverUsername="owner@example.com"))["errcode"] == -2019
    assert (await send(api, receiverUsername="nobody@example.com"))["errcode"] == -4064
    assert (await send(api, lockId=FLAT))["errcode"] == -2018
    assert (await send(api, startDate=2, endDate=1))["errcode"] == -3
    ekey = api.world.ekey(api.world.account("owner").uid, FLAT)
    assert ekey is not None
    ekey.key_right, ekey.end = True, 0
    assert (await send(api, lockId=FLAT))["errcode"] == -2020


async def test_an_account_is_made(api: Api) -> None:
    number = (await send(api, receiverUsername="cleaner@example.com", createUser=1))["keyId"]
    account = api.world.find_account("cleaner@example.com")
    assert account is not None and account.password == "le.com"
    # This password is no secret that logs would have to hide.
    assert "le.com" not in api.world.secrets()
    assert await as_(api, account.key, "key/get", lockId=FRONT) == 0
    assert next(item["keyId"] for item in await keys(api)) == number


async def test_freezing_and_running_out_end_unlocking(api: Api) -> None:
    now = api.world.clock.now_ms()
    number = (await send(api, startDate=now, endDate=now + HOUR))["keyId"]
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == 0
    assert await api.code("key/freeze", keyId=number) == 0
    assert next(item for item in await keys(api) if item["keyId"] == number)["keyStatus"] == "110405"
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == -2018
    assert await api.code("key/changePeriod", keyId=number, startDate=now, endDate=now + 2 * HOUR) == -2023
    assert await api.code("key/unfreeze", keyId=number) == 0
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == 0
    api.world.clock.advance(3600)
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == -2018
    assert await api.code("key/changePeriod", keyId=number, startDate=now, endDate=now + 2 * HOUR) == 0
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == 0


async def test_update(api: Api) -> None:
    number = (await send(api))["keyId"]
    assert await api.code("key/update", keyId=number, keyName="Tenant", remoteEnable=2) == 0
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == -3046
    item = next(item for item in await keys(api) if item["keyId"] == number)
    assert (item["keyName"], item["remoteEnable"]) == ("Tenant", 2)


async def test_authorised_admin_manages(api: Api) -> None:
    number = (await send(api))["keyId"]
    manage = {"lockId": FRONT, "keyboardPwd": "482917", "keyboardPwdType": 2, "addType": 2}
    assert await as_(api, "landlord", "keyboardPwd/add", **manage) == -2018
    assert await api.code("key/authorize", lockId=FRONT, keyId=number) == 0
    assert [item["keyId"] for item in await keys(api, keyRight=1)] == [number]
    assert await as_(api, "landlord", "keyboardPwd/add", **manage) == 0
    assert api.world.lock(FRONT).enter_code("482917").opened
    # What is the top administrator's alone stays so.
    assert await as_(api, "landlord", "key/authorize", lockId=FRONT, keyId=number) == 20002
    assert await as_(api, "landlord", "lock/deleteAllKey", lockId=FRONT) == 20002
    guest = {"lockId": FRONT, "receiverUsername": "guest@example.com", "keyName": "G", "startDate": 0, "endDate": 0}
    assert await as_(api, "landlord", "key/send", **guest, keyRight=1) == -2018
    assert await as_(api, "landlord", "key/send", **guest) == 0
    assert await api.code("key/unauthorize", lockId=FRONT, keyId=number) == 0
    assert await as_(api, "landlord", "key/send", **guest) == -2018
    assert await api.code("key/authorize", lockId=SAFE, keyId=number) == -1008


async def test_nobody_grants_more_than_he_has(api: Api) -> None:
    now = api.world.clock.now_ms()
    await send(api, startDate=now, endDate=now + HOUR, keyRight=1)
    guest = {"lockId": FRONT, "receiverUsername": "guest@example.com", "keyName": "G", "startDate": now}
    assert await as_(api, "landlord", "key/send", **guest, endDate=now + 2 * HOUR) == -3039
    assert await as_(api, "landlord", "key/send", **{**guest, "startDate": 0}, endDate=0) == -3039
    assert await as_(api, "landlord", "key/send", **guest, endDate=now + HOUR) == 0


async def test_delete(api: Api) -> None:
    first = (await send(api))["keyId"]
    assert await api.code("key/delete", keyId=first) == 0
    assert await as_(api, "landlord", "lock/unlock", lockId=FRONT) == -2018
    second = (await send(api))["keyId"]
    assert await api.code("key/freeze", keyId=second) == 0
    assert await as_(api, "guest", "key/delete", keyId=second) == -2018
    # A holder gives it back, even when it is frozen.
    assert await as_(api, "landlord", "key/delete", keyId=second) == 0
    assert await api.code("key/delete", keyId=second) == -1008


async def test_the_admin_ekey_takes_the_lock_with_it(api: Api) -> None:
    own = await api.call("key/get", lockId=FRONT)
    await send(api, keyRight=1)
    lock = api.world.lock(FRONT)
    for path in ("key/freeze", "key/unfreeze"):
        assert await api.code(path, keyId=own["keyId"]) == -2018
    assert await api.code("key/changePeriod", keyId=own["keyId"], startDate=0, endDate=0) == -2023
    assert await as_(api, "landlord", "key/delete", keyId=own["keyId"]) == 20002
    assert await api.code("key/delete", keyId=own["keyId"]) == 0
    assert await api.code("lock/detail", lockId=FRONT) == -1003
    found = await api.call("key/list", pageNo=1, pageSize=100)
    assert FRONT not in {item["lockId"] for item in found["list"]}
    # The lock itself was not told, and the world goes on.
    assert lock.enter_code("48151623").opened
    api.world.clock.advance(60)


async def test_delete_all(api: Api) -> None:
    await send(api)
    assert await api.code("lock/deleteAllKey", lockId=FRONT) == 0
    assert await keys(api) == []
    assert await api.code("lock/unlock", lockId=FRONT) == 0


@pytest.mark.parametrize(("lock", "errcode"), [(FRONT, 0), (SAFE, -4043), (PADLOCK, -2012), (CELLAR, -4043)])
async def test_unlock_link(api: Api, lock: int, errcode: int) -> None:
    own = await api.call("key/get", lockId=lock)
    answer = await api.call("key/getUnlockLink", keyId=own["keyId"])
    assert answer.get("errcode", 0) == errcode
    if not errcode:
        assert answer["link"].startswith("https://") and answer["link"] in api.world.secrets()
        assert await api.call("key/getUnlockLink", keyId=own["keyId"]) == answer


async def test_unlock_link_needs_the_right(api: Api) -> None:
    number = (await send(api, remoteEnable=2))["keyId"]
    assert await as_(api, "landlord", "key/getUnlockLink", keyId=number) == -3046
    api.world.gateway("hall").online = False
    await api.code("key/update", keyId=number, remoteEnable=1)
    assert await as_(api, "landlord", "key/getUnlockLink", keyId=number) == -3002
    await api.code("key/freeze", keyId=number)
    assert await as_(api, "landlord", "key/getUnlockLink", keyId=number) == -2018
    assert api.world.lock(FRONT).has(Feature.GATEWAY_UNLOCK)
