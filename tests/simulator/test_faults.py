"""Faults that can be put in the way of calls."""

import asyncio
import json
import time

import aiohttp
import pytest

from simulator import CloudServer, Fault, World

from .conftest import Api

FRONT = 7252401
UNLOCK = "/v3/lock/unlock"


async def attempt(api: Api, seconds: float = 5) -> tuple[int, str]:
    form = {
        "clientId": api.world.application.client_id,
        "accessToken": api.token,
        "date": str(api.world.clock.now_ms()),
        "lockId": str(FRONT),
    }
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with api.session.post(api.server.url + UNLOCK, data=form, timeout=timeout) as response:
        return response.status, await response.text()


@pytest.mark.parametrize(
    ("kind", "status", "begins", "moved"),
    [
        ("http_500", 500, "<html", 0),
        ("http_503", 503, "<html", 0),
        ("html", 200, "<html", 1),
        ("truncated", 200, '{"errcode', 1),
        ("empty", 200, "", 1),
        ("wrong_type", 200, "[{", 1),
        ("errcode", 200, '{"errcode": -3003', 0),
    ],
)
async def test_spoiled_answers(api: Api, kind: str, status: int, begins: str, moved: int) -> None:
    api.world.faults.add(Fault(kind=kind, path=UNLOCK, times=1, errcode=-3003))
    assert await api.code("lock/queryOpenState", lockId=FRONT) == 0
    code, text = await attempt(api)
    assert code == status
    assert text.startswith(begins)
    assert api.world.lock(FRONT).actuations == moved
    if kind in ("truncated", "empty"):
        with pytest.raises(json.JSONDecodeError):
            json.loads(text)
    assert (await attempt(api))[0] == 200
    assert api.world.lock(FRONT).actuations == moved + 1


@pytest.mark.parametrize(("kind", "moved"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_timeouts(api: Api, kind: str, moved: int) -> None:
    api.world.faults.add(Fault(kind=kind, path=UNLOCK, times=1))
    with pytest.raises(TimeoutError):
        await attempt(api, 0.2)
    assert api.world.lock(FRONT).actuations == moved


@pytest.mark.parametrize(("kind", "moved"), [("drop_before", 0), ("drop_after", 1)])
async def test_drops(api: Api, kind: str, moved: int) -> None:
    api.world.faults.add(Fault(kind=kind, path="/v3/lock/*", times=1))
    with pytest.raises(aiohttp.ClientError):
        await attempt(api)
    assert api.world.lock(FRONT).actuations == moved


async def test_slow(api: Api) -> None:
    api.world.faults.add(Fault(kind="slow", seconds=0.15, times=1))
    begin = time.monotonic()
    assert (await attempt(api))[0] == 200
    assert time.monotonic() - begin >= 0.15


async def test_content_faults(api: Api) -> None:
    faults = api.world.faults
    faults.add(Fault(kind="missing_fields", path="*/key/list", fields=("lockMac", "electricQuantity")))
    item = (await api.call("key/list", pageNo=1, pageSize=1))["list"][0]
    assert "lockMac" not in item
    assert "electricQuantity" not in item
    assert "lockId" in item
    faults.clear()
    faults.add(Fault(kind="missing_fields", path="*/queryOpenState", times=1))
    assert await api.call("lock/queryOpenState", lockId=7252402) == {}
    faults.add(Fault(kind="numbers_as_text", path="*/key/list", times=1))
    item = (await api.call("key/list", pageNo=1, pageSize=1))["list"][0]
    assert (item["lockId"], item["electricQuantity"]) == (str(FRONT), "93")
    faults.add(Fault(kind="unknown_enums", path="*/queryOpenState", times=1))
    assert (await api.call("lock/queryOpenState", lockId=7252402)) == {"state": 9999}
    faults.add(Fault(kind="null_item", path="*/key/list", times=1))
    assert (await api.call("key/list", pageNo=1, pageSize=1))["list"][0] is None
    faults.add(Fault(kind="garbage_item", path="*/key/list", times=1))
    assert (await api.call("key/list", pageNo=1, pageSize=1))["list"][0] == "garbage"
    assert len(faults) == 0


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Fault(kind="earthquake")


async def test_stopping_is_quick_while_calls_hang(socket_enabled: None) -> None:
    world = World.load()
    world.faults.add(Fault(kind="timeout_before"))
    server = CloudServer(world)
    await server.start(0)
    async with aiohttp.ClientSession() as session:
        hanging = asyncio.create_task(session.get(server.url + UNLOCK))
        while not server.calls:  # noqa: ASYNC110  # the server has no event for it
            await asyncio.sleep(0.01)
        begin = time.monotonic()
        await server.stop()
        assert time.monotonic() - begin < 1
        with pytest.raises(aiohttp.ClientError):
            await hanging
