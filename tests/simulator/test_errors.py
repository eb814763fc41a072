"""Every error in its situation, and the order in which a call is judged."""

import asyncio

import pytest

from simulator import Feature
from simulator.accounts import KEY_FROZEN, Ekey

from .conftest import Api

FRONT, PADLOCK, BACK, SAFE, CELLAR, FLAT, OFFICE = 7252401, 7252405, 7252404, 7252406, 7252407, 7252408, 7252403


async def test_order_of_judgement(stranger: Api) -> None:
    path, world = "/v3/lock/unlock", stranger.world
    application = world.application
    form: dict[str, str] = {}

    async def code() -> int:
        return int((await stranger.raw(path, form))["errcode"])

    assert await code() == 10000
    form["clientId"] = application.client_id
    assert await code() == 10003
    form["accessToken"] = (await stranger.sign_in())["access_token"]
    assert await code() == 80000
    form["date"] = str(world.clock.now_ms() - 300_001)
    assert await code() == 80000
    form["date"] = str(world.clock.now_ms() - 300_000)
    assert await code() == -3
    form["lockId"] = "1"
    application.month_limit = 0
    assert await code() == 30007
    application.restricted = True
    assert await code() == 30006
    application.restricted, application.month_limit = False, None
    assert await code() == -1003
    form["lockId"] = str(CELLAR)
    assert await code() == -4043
    world.lock(CELLAR).frozen = True
    assert await code() == -2025
    world.ekey(world.account("owner").uid, CELLAR).admin = False  # type: ignore[union-attr]
    world.ekey(world.account("owner").uid, CELLAR).status = KEY_FROZEN  # type: ignore[union-attr]
    assert await code() == -2018


async def test_the_date_header_is_the_worlds(api: Api) -> None:
    async with api.session.get(api.server.url + "/v3/lock/list") as response:
        assert response.headers["Date"] == "Thu, 19 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("lock", "errcode"), [(FRONT, 0), (PADLOCK, -2012), (SAFE, -4043), (CELLAR, -4043), (FLAT, 0), (BACK, 0)]
)
async def test_unlock_by_lock(api: Api, lock: int, errcode: int) -> None:
    assert await api.code("lock/unlock", lockId=lock) == errcode
    assert api.world.lock(lock).actuations == (1 if errcode == 0 else 0)


async def test_gateway_offline_and_back(api: Api) -> None:
    gateway = api.world.gateway("hall")
    gateway.online = False
    assert await api.code("lock/queryOpenState", lockId=FRONT) == -3002
    # The office has a second gateway, if a weaker one.
    assert await api.code("lock/queryOpenState", lockId=OFFICE) == 0
    api.world.clock.advance(30 * 60)
    # The relation of lock and gateway is forgotten after half an hour.
    assert await api.code("lock/queryOpenState", lockId=FRONT) == -2012
    gateway.online = True
    assert await api.code("lock/queryOpenState", lockId=FRONT) == 0


async def test_two_conversations_at_once(api: Api) -> None:
    api.world.gateway("hall").latency = 0.05
    codes = await asyncio.gather(api.code("lock/unlock", lockId=FRONT), api.code("lock/queryOpenState", lockId=SAFE))
    assert sorted(codes) == [-3003, 0]
    assert await api.code("lock/queryOpenState", lockId=SAFE) == 0


async def test_wifi_lock(api: Api) -> None:
    wifi = api.world.wifi("back_door")
    wifi.busy = True
    assert await api.code("lock/queryOpenState", lockId=BACK) == -3037
    wifi.online = False
    assert await api.code("lock/queryOpenState", lockId=BACK) == -3036
    wifi.power_saving = True
    assert await api.code("lock/queryOpenState", lockId=BACK) == -3035
    wifi.configured = False
    assert await api.code("lock/queryOpenState", lockId=BACK) == -3034


@pytest.mark.parametrize("trouble", ["silent", "jammed", "powered", "double_locked"])
async def test_the_lock_does_not_do_it(api: Api, trouble: str) -> None:
    setattr(api.world.lock(FRONT), trouble, trouble != "powered")
    assert await api.code("lock/unlock", lockId=FRONT) == 1


async def test_rights(api: Api) -> None:
    assert await api.code("lock/detail", lockId=FLAT) == 20002
    assert await api.code("lock/listKeyboardPwd", lockId=FLAT, pageNo=1, pageSize=20) == -2018
    owner = api.world.account("owner").uid
    ekey = api.world.ekey(owner, FLAT)
    assert ekey is not None
    ekey.remote_enable = False
    assert await api.code("lock/unlock", lockId=FLAT) == -3046
    ekey.key_right = True
    assert await api.code("lock/listKeyboardPwd", lockId=FLAT, pageNo=1, pageSize=20) == 0
    assert await api.code("lock/detail", lockId=FLAT) == 20002
    ekey.end = api.world.clock.now_ms()
    assert await api.code("lock/queryOpenState", lockId=FLAT) == -2018


async def test_strangers_and_missing_things(api: Api) -> None:
    await api.sign_in("guest")
    assert await api.code("lock/queryOpenState", lockId=OFFICE) == -2018
    assert await api.code("key/get", lockId=OFFICE) == -1008
    assert await api.code("gateway/detail", gatewayId=1) == -4037
    assert await api.code("gateway/detail", gatewayId=3470001) == -2018
    # The guest's ekey of the front door has no remote unlocking.
    assert await api.code("lock/unlock", lockId=FRONT) == -3046


async def test_a_second_ekey_replaces_the_first(api: Api) -> None:
    guest = api.world.account("guest").uid
    api.world.add_ekey(Ekey(key_id=1, lock_id=FRONT, uid=guest))
    assert [ekey.key_id for ekey in api.world.ekeys_of(guest)] == [1]
    await api.sign_in("guest")
    assert await api.code("lock/unlock", lockId=FRONT) == 0


async def test_bad_parameters(api: Api) -> None:
    assert await api.code("lock/detail", lockId="front") == -3
    assert await api.code("key/list", pageNo=0, pageSize=20) == -3
    assert await api.code("key/list", pageNo=1, pageSize=1001) == -3
    assert await api.code("key/list", pageNo=1) == -3
    assert await api.code("lock/configPassageMode", lockId=FRONT, passageMode=1, weekDays="[1,") == 80002
    assert await api.code("lock/setAutoLockTime", lockId=FRONT, seconds=5, type=3) == -4067
    assert await api.code("lock/setAutoLockTime", lockId=FRONT, seconds=5, type=9) == -3


async def test_freezing(api: Api) -> None:
    assert await api.code("lock/freeze", lockId=FRONT) == -4043
    lock = api.world.lock(FRONT)
    lock.features |= {Feature.FREEZE}
    assert await api.code("lock/freeze", lockId=FRONT) == 0
    assert await api.call("lock/queryStatus", lockId=FRONT) == {"status": 1}
    assert (await api.call("lock/detail", lockId=FRONT))["isFrozen"] == 1
    assert await api.code("lock/unlock", lockId=FRONT) == -2025
    assert await api.code("keyboardPwd/add", lockId=FRONT, keyboardPwd="482915", keyboardPwdType=2, addType=2) == -2025
    assert await api.code("lock/queryOpenState", lockId=FRONT) == 0
    assert await api.code("lock/unfreeze", lockId=FRONT) == 0
    assert await api.code("lock/unlock", lockId=FRONT) == 0


async def test_unknown_endpoint_is_counted(api: Api) -> None:
    async with api.session.post(api.server.url + "/v3/lock/dance") as response:
        assert response.status == 404
    assert api.server.unknown_calls == {"/v3/lock/dance": 1}


async def test_data_answers_carry_no_errcode_unless_told(api: Api) -> None:
    assert "errcode" not in await api.call("lock/queryOpenState", lockId=FRONT)
    api.server.include_errcode = True
    assert (await api.call("lock/queryOpenState", lockId=FRONT))["errcode"] == 0
