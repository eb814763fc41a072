"""Records, callbacks and the monthly quota (ttlock-open-api.md 1.6, 4.15, 5)."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
import json

from aiohttp import web
import pytest

from .conftest import Api, Json

FRONT, PADLOCK, BACK = 7252401, 7252405, 7252404
RECORD = """
lockId lockMac electricQuantity serverDate recordTypeFromLock recordType success keyboardPwd lockDate username
"""


async def recorded(api: Api, **params: object) -> list[Json]:
    answer = await api.call("lockRecord/list", lockId=FRONT, pageNo=1, pageSize=200, **params)
    items: list[Json] = answer["list"]
    return items


async def test_records_have_names_and_both_numbers(api: Api) -> None:
    lock = api.world.lock(FRONT)
    lock.enter_code("48151623")
    api.world.clock.advance(1)
    lock.swipe_card("1723612378")
    api.world.clock.advance(1)
    lock.enter_code("13572468")
    api.world.clock.advance(1)
    await api.call("lock/unlock", lockId=FRONT)
    # Nothing auto-locking did is in here, and the newest comes first.
    await asyncio.sleep(0)
    found = [
        (item["recordTypeFromLock"], item["recordType"], item["success"], item["username"], item["keyboardPwd"])
        for item in await recorded(api)
    ]
    assert found == [
        (28, 12, 1, "owner@example.com", ""),
        (7, 4, 0, "", "13572468"),
        (17, 7, 1, "Blue card", "1723612378"),
        (4, 4, 1, "Family", "48151623"),
    ]
    assert [item["recordType"] for item in await recorded(api, recordType=7)] == [7]
    assert [item["recordType"] for item in await recorded(api, uid=2340001)] == [12]
    assert [item["recordType"] for item in await recorded(api, searchStr="1357")] == [4]
    now = api.world.clock.now_ms()
    assert len(await recorded(api, startDate=now - 1000)) == 2
    assert len(await recorded(api, endDate=now - 1000)) == 3


async def test_records_wait_for_the_gateway(api: Api) -> None:
    lock, gateway = api.world.lock(FRONT), api.world.gateway("hall")
    gateway.online = False
    lock.turn_key()
    at = api.world.clock.now_ms()
    api.world.clock.advance(600)
    assert await recorded(api) == []
    gateway.online = True
    assert [(item["lockDate"], item["serverDate"]) for item in await recorded(api)] == [(at, at + 600_000)]


async def test_a_dead_lock_brings_its_records_up_when_it_lives_again(api: Api) -> None:
    lock, gateway = api.world.lock(FRONT), api.world.gateway("hall")
    gateway.online = False
    lock.turn_key()
    lock.remove_battery()
    gateway.online = True
    api.world.settle()
    assert await recorded(api) == []
    lock.insert_battery()
    assert [item["recordType"] for item in await recorded(api)] == [10]


async def test_records_of_a_lock_nobody_hears_stay_there(api: Api) -> None:
    api.world.lock(PADLOCK).turn_key()
    api.world.settle()
    assert api.world.row(PADLOCK).records == []


async def test_records_are_kept_for_half_a_year(api: Api) -> None:
    lock = api.world.lock(FRONT)
    lock.turn_key()
    api.world.clock.advance(184 * 86_400)
    await api.sign_in()
    lock.turn_key()
    api.world.settle()
    assert len(await recorded(api)) == 1


class Receiver:
    """A callback URL."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.url = ""
        self.arrived = asyncio.Condition()

    async def answer(self, request: web.Request) -> web.Response:
        self.forms.append({key: str(value) for key, value in (await request.post()).items()})
        async with self.arrived:
            self.arrived.notify_all()
        return web.Response(text="success")

    async def wait(self, count: int) -> list[dict[str, str]]:
        async with asyncio.timeout(3), self.arrived:
            await self.arrived.wait_for(lambda: len(self.forms) >= count)
        return self.forms


@pytest.fixture
async def receiver(api: Api) -> AsyncGenerator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    api.world.application.callback_url = receiver.url
    yield receiver
    await runner.cleanup()


async def test_record_callback(api: Api, receiver: Receiver) -> None:
    world = api.world
    world.gateway("hall").online = False
    world.lock(FRONT).enter_code("48151623")
    world.lock(FRONT).turn_key()
    world.gateway("hall").online = True
    forms = await receiver.wait(2)
    form = next(form for form in forms if form["notifyType"] == "1")
    assert {key: form[key] for key in ("lockId", "lockMac", "admin")} == {
        "lockId": str(FRONT),
        "lockMac": world.lock(FRONT).mac,
        "admin": "owner@example.com",
    }
    records = json.loads(form["records"])
    assert [record["recordType"] for record in records] == [4, 36]
    assert set(records[0]) == set(RECORD.split())
    assert all(sent.accepted for sent in api.server.callbacks.sent)


async def test_auto_lock_sends_no_callback(api: Api, receiver: Receiver) -> None:
    await api.call("lock/unlock", lockId=FRONT)
    await receiver.wait(1)
    api.world.clock.advance(60)
    assert api.world.lock(FRONT).bolt == "locked"
    await asyncio.sleep(0.15)
    assert len(receiver.forms) == 1


async def test_gateway_callbacks_are_late_when_it_goes(api: Api, receiver: Receiver) -> None:
    gateway = api.world.gateway("hall")
    gateway.online = False
    api.world.clock.advance(29 * 60)
    await asyncio.sleep(0.15)
    assert receiver.forms == []
    gateway.online = True
    assert [form["isOnline"] for form in await receiver.wait(1)] == ["1"]
    gateway.online = False
    api.world.clock.advance(30 * 60)
    forms = await receiver.wait(2)
    assert [(form["notifyType"], form["isOnline"]) for form in forms] == [("2", "1"), ("2", "0")]
    assert set(forms[1]) == {
        *("notifyType", "gatewayId", "gatewayName", "gatewayMac"),
        *("gatewayVersion", "networkName", "isOnline"),
    }


async def test_wifi_callbacks(api: Api, receiver: Receiver) -> None:
    api.world.set_wifi_online("back_door", online=False)
    api.world.clock.advance(15 * 60)
    (form,) = await receiver.wait(1)
    assert (form["notifyType"], form["lockId"], form["isOnline"]) == ("3", str(BACK), "0")


async def test_failed_delivery_callback(api: Api, receiver: Receiver) -> None:
    lock = api.world.lock(BACK)
    lock.keypad.add("482915")
    answer = await api.call("keyboardPwd/add", lockId=BACK, keyboardPwd="482915", keyboardPwdType=2, addType=4)
    api.world.wake(lock)
    (form,) = await receiver.wait(1)
    assert (form["notifyType"], form["objectType"], form["objectId"]) == ("4", "2", str(answer["keyboardPwdId"]))


async def test_standalone_sensor_callback(api: Api, receiver: Receiver) -> None:
    api.server.callbacks.standalone_sensor(2340001, sensor_id=5, mac="16:72:4E:00:00:01", name="Shed", record_type=1)
    (form,) = await receiver.wait(1)
    assert (form["notifyType"], form["doorSensorId"], form["recordType"]) == ("7", "5", "1")


async def test_duplicates_and_delay(api: Api, receiver: Receiver) -> None:
    api.server.callbacks.duplicates, api.server.callbacks.delay = 1, 60
    api.world.lock(FRONT).turn_key()
    api.world.upload()
    await asyncio.sleep(0.15)
    assert receiver.forms == []
    api.world.clock.advance(60)
    first, second = await receiver.wait(2)
    assert first == second


async def test_no_callback_without_a_token(api: Api, receiver: Receiver) -> None:
    api.world.revoke_tokens()
    api.world.lock(FRONT).turn_key()
    api.world.upload()
    await asyncio.sleep(0.15)
    assert receiver.forms == []


async def test_quota_month_begins_at_midnight_in_beijing(api: Api) -> None:
    application, clock = api.world.application, api.world.clock
    application.month_limit = 3
    clock.set(datetime(2026, 11, 30, 15, 59, 30, tzinfo=UTC).timestamp())

    async def count() -> int:
        form = {"clientId": application.client_id, "clientSecret": application.client_secret}
        return int((await api.raw("/app/getMonthRequestCount", form))["monthRequestCount"])

    assert [await api.code("user/getUid") for _ in range(4)] == [0, 0, 0, 30007]
    assert await count() == 3
    clock.advance(29)
    assert await api.code("user/getUid") == 30007
    clock.advance(1)
    assert await count() == 0
    assert await api.code("user/getUid") == 0
    assert await count() == 1


async def test_quota_query_wants_the_secret(api: Api) -> None:
    form = {"clientId": api.world.application.client_id, "clientSecret": "0" * 32}
    assert (await api.raw("/app/getMonthRequestCount", form))["errcode"] == 10001
