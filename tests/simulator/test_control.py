"""The control API and the process."""

import asyncio
import json
from pathlib import Path
import signal
import sys

import aiohttp
import pytest

from simulator import CloudServer, World

from .conftest import Api, Json

FRONT = 7252401
ROOT = Path(__file__).parents[2]


async def control(api: Api, method: str, path: str, status: int = 200, /, **body: object) -> Json:
    url = f"{api.server.url}/control/{path}"
    async with api.session.request(method, url, json=body or None) as response:
        assert response.status == status, await response.text()
        answer: Json = await response.json()
        return answer


async def test_door_and_state(api: Api) -> None:
    answer = await control(api, "POST", "door", lock="front_door", act="enter_code", value="48151623")
    assert answer == {"opened": True, "reason": None, "bolt": "unlocked", "door_open": False}
    answer = await control(api, "POST", "door", lock=FRONT, act="enter_code", value="13572468")
    assert (answer["opened"], answer["reason"], answer["bolt"]) == (False, "unknown", "unlocked")
    await control(api, "POST", "door", lock=FRONT, act="open_door")
    state = await control(api, "GET", "state")
    assert state["locks"]["front_door"]["door_open"] is True
    assert state["locks"]["front_door"]["lock_id"] == FRONT
    assert state["gateways"]["hall"] == {
        "gateway_id": 3470001,
        "online": True,
        "latency": 0.0,
        "hears": {"7252401": -58, "7252403": -79, "7252406": -66, "7252407": -71},
    }
    records = (await control(api, "GET", f"records?lock={FRONT}"))["records"]
    assert [record["type_from_lock"] for record in records] == [4, 7, 31]


@pytest.mark.parametrize(
    "act",
    [
        "swipe_card",
        "touch_finger",
        "show_face",
        "show_palm",
        "show_qr",
        "press_remote",
        "turn_key",
        "press_button",
        "open_door",
        "close_door",
        "force_open",
        "tamper",
        "double_lock",
        "release_double_lock",
        "remove_battery",
        "insert_battery",
    ],  # one word per act reads better
)
async def test_every_act(api: Api, act: str) -> None:
    assert set(await control(api, "POST", "door", lock="front_door", act=act)) == {
        "opened",
        "reason",
        "bolt",
        "door_open",
    }


async def test_time(api: Api) -> None:
    before = api.world.clock.now()
    assert (await control(api, "POST", "time", advance=60))["now"] == before + 60
    assert (await control(api, "POST", "time", rate=60))["rate"] == 60
    assert (await control(api, "POST", "time", freeze=False))["rate"] == 1
    assert (await control(api, "POST", "time", freeze=True))["rate"] == 0
    await control(api, "POST", "time", 400, advance=-1)


async def test_switches(api: Api) -> None:
    world = api.world
    await control(api, "POST", "gateway", gateway="hall", online=False, latency=0.5)
    assert (world.gateway("hall").online, world.gateway("hall").latency) == (False, 0.5)
    await control(
        api,
        "POST",
        "lock",
        lock="front_door",
        remote_unlock=False,
        battery=12,
        jammed=True,
        silent=True,
        clock_offset=7200,
    )
    lock = world.lock(FRONT)
    assert (lock.remote_unlock_enabled, lock.battery, lock.jammed, lock.silent) == (False, 12, True, True)
    assert lock.time == world.clock.now() + 7200
    await control(api, "POST", "lock", lock="back_door", power_saving=True, wifi_online=False, wake=True)
    assert (world.wifi("back_door").power_saving, world.wifi("back_door").online) == (True, False)
    assert (await control(api, "POST", "quota", used=30_000)) == {"used": 30_000, "limit": 30_000}
    assert await api.code("user/getUid") == 30007
    await control(api, "POST", "quota", limit=None)
    assert await api.code("user/getUid") == 0
    await control(api, "POST", "callback", url="http://127.0.0.1:9/", duplicates=1, delay=2)
    assert world.application.callback_url == "http://127.0.0.1:9/"
    assert (await control(api, "POST", "sensor", sensor=1, mac="16:72:4E:00:00:01", name="Shed", record_type=0))[
        "queued"
    ]
    await control(api, "POST", "tokens")
    assert await api.code("user/getUid") == 10004


async def test_faults_and_calls(api: Api) -> None:
    await control(api, "POST", "faults", kind="errcode", path="/v3/user/*", errcode=90000, times=1)
    assert await api.code("user/getUid") == 90000
    assert await api.code("user/getUid") == 0
    calls = await control(api, "GET", "calls")
    assert calls["calls"] == {"/oauth2/token": 1, "/v3/user/getUid": 2}
    assert (await control(api, "DELETE", "calls"))["total"] == 0
    await control(api, "POST", "faults", kind="empty")
    assert (await control(api, "DELETE", "faults"))["faults"] == 0
    assert await api.code("user/getUid") == 0


async def test_bad_requests(api: Api) -> None:
    await control(api, "POST", "door", 400, lock="nowhere", act="turn_key")
    await control(api, "POST", "door", 400, lock="front_door", act="sing")
    await control(api, "POST", "door", 400, lock="front_door")
    await control(api, "POST", "faults", 400, kind="earthquake")
    async with api.session.post(f"{api.server.url}/control/door", data=b"[1]") as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("host", "status"), [("localhost:1", 200), ("127.0.0.1", 200), ("[::1]:80", 200), ("evil.example", 403)]
)
async def test_only_local_names(api: Api, host: str, status: int) -> None:
    async with api.session.get(f"{api.server.url}/control/state", headers={"Host": host}) as response:
        assert response.status == status


async def test_control_calls_do_not_count(api: Api) -> None:
    api.server.reset_calls()
    await control(api, "GET", "state")
    assert not api.server.calls


async def test_process(socket_enabled: None) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "serve", "--port", "0", "--latency", "0.01"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            facts = json.loads(await process.stdout.readline())
        assert facts["lock_ids"]["front_door"] == FRONT
        async with aiohttp.ClientSession() as session, session.get(facts["control_url"] + "/state") as response:
            state = await response.json()
        assert state["gateways"]["hall"]["latency"] == 0.01
        world = World.load()
        assert (facts["client_id"], facts["password"]) == (world.application.client_id, world.account("owner").password)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert (process.returncode, out, err) == (0, b"", b"")


async def test_a_world_of_ones_own(socket_enabled: None, tmp_path: Path) -> None:
    text = """
        time_zone = "Pacific/Auckland"
        [application]
        client_id = "00000000000000000000000000000001"
        client_secret = "00000000000000000000000000000002"
        [[account]]
        key = "owner"
        uid = 1
        username = "owner@example.com"
        password = "a canary password"
        [[lock]]
        key = "shed"
        id = 5
        mac = "16:72:4C:00:00:05"
        features = "F44354CD5F3"
        passage = { all_day = true, days = [6, 7] }
        faces = [{ name = "Owner", number = "1" }]
        palm_veins = [{ name = "Owner", number = "2" }]
        remotes = [{ name = "Owner", number = "3", until = 2026-01-01T00:00:00Z }]
        [[gateway]]
        key = "gw"
        id = 6
        mac = "DC:A4:53:00:00:06"
        stale_seconds = 60
        hears = { shed = -60 }
    """
    path = tmp_path / "world.toml"
    await asyncio.to_thread(path.write_text, text)
    world = await asyncio.to_thread(World.load, path)
    assert world.lock("shed").raw_offset == 13 * 3600
    assert world.lock("shed").passage.periods[0].days == (6, 7)
    shed = world.lock("shed")
    opened = (shed.show_face("1").opened, shed.show_palm("2").opened, shed.press_remote("3").opened)
    assert opened == (True, True, False)
    async with CloudServer(world) as server, aiohttp.ClientSession() as session:
        api = Api(server, session)
        await api.sign_in()
        assert await api.code("lock/unlock", lockId=5) == 0
