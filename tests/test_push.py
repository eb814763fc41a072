"""Callbacks: what happens at the door is known at once, and nothing made up does harm."""

import asyncio
import json
import time
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ttlock import push_state
from custom_components.ttlock.client.callbacks import notices_of
from custom_components.ttlock.push import CALLBACKS_A_MINUTE, LARGEST_BODY, async_callback_state
from simulator import CloudServer, World

from .conftest import setup
from .test_lock import Find, state_of
from .test_records import Events, told, types  # noqa: F401  # a fixture

CODE = "48151623"
STATE = "/v3/lock/queryOpenState"
LIST = "/v3/lockRecord/list"


@pytest.fixture
async def client(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return somebody outside of the house."""
    outside: TestClient[Any, Any] = await hass_client_no_auth()
    return outside


@pytest.fixture
def path(loaded: MockConfigEntry) -> str:
    """Return where callbacks go."""
    return f"/api/webhook/{loaded.data['webhook_id']}"


@pytest.fixture
def pushed(world: World, client: TestClient[Any, Any], path: str) -> None:
    """Enter the address in the portal."""
    world.application.callback_url = str(client.make_url(path))


def form(world: World, *records: dict[str, Any], **more: Any) -> dict[str, Any]:
    lock = world.lock("front_door")
    return {
        "notifyType": 1,
        "lockId": lock.lock_id,
        "lockMac": lock.mac,
        "admin": "owner@example.com",
        "records": json.dumps(records),
        **more,
    }


def record(record_type: int = 4, *, ago: float = 0, **more: Any) -> dict[str, Any]:
    now = int((time.time() - ago) * 1000)
    return {
        "recordType": record_type,
        "success": 1,
        "username": "Family",
        "keyboardPwd": CODE,
        "lockDate": now,
        "serverDate": now,
        "electricQuantity": 93,
        **more,
    }


async def post(hass: HomeAssistant, client: TestClient[Any, Any], path: str, data: Any) -> str:
    response = await client.post(path, data=data)
    assert response.status == 200
    await hass.async_block_till_done(wait_background_tasks=True)
    return await response.text()


async def until(hass: HomeAssistant, entity_id: str, wanted: str) -> None:
    async with asyncio.timeout(5):
        while state_of(hass, entity_id).state != wanted:  # noqa: ASYNC110  # the callback comes from outside
            await asyncio.sleep(0.01)


async def test_what_happens_at_the_door_is_known_without_a_question(
    hass: HomeAssistant,
    pushed: None,
    told: Events,  # noqa: F811
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    cloud.reset_calls()
    world.lock("front_door").enter_code(CODE)
    world.upload()
    await until(hass, front_door, "unlocked")
    assert cloud.calls.total() == 0
    assert state_of(hass, front_door).attributes["changed_by"] == "Family"
    (event,) = told
    assert (event["event_type"], event["who"], event["source"]) == ("unlocked", "Family", "webhook")
    assert all(sent.accepted for sent in cloud.callbacks.sent)
    assert CODE not in str(told)


async def test_locked_is_believed_when_it_stands_in_the_list(
    hass: HomeAssistant, pushed: None, world: World, cloud: CloudServer, entity_id: Find
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.lock("front_door").turn_key()
    world.upload()
    await until(hass, front_door, "unlocked")
    cloud.reset_calls()
    world.lock("front_door").turn_key()
    world.upload()
    await until(hass, front_door, "locked")
    assert cloud.calls[STATE] == 0
    assert cloud.calls[LIST] == 1


async def test_a_made_up_locked_is_not_believed(
    hass: HomeAssistant, client: TestClient[Any, Any], path: str, world: World, entity_id: Find, cloud: CloudServer
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    await hass.services.async_call("lock", "unlock", {"entity_id": front_door}, blocking=True)
    cloud.reset_calls()
    for _ in range(20):
        await post(hass, client, path, form(world, record(36)))
    assert state_of(hass, front_door).state == "unlocked"
    assert cloud.calls.total() <= 3


async def test_the_same_callback_again_is_no_event_and_an_old_one_no_state(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
) -> None:
    opened = form(world, record())
    for _ in range(3):
        assert await post(hass, client, path, opened) == "success"
    assert types(told) == ["unlocked"]
    await hass.services.async_call(
        "lock", "lock", {"entity_id": entity_id("lock", "front_door", "lock")}, blocking=True
    )
    await post(hass, client, path, opened)
    await post(hass, client, path, form(world, record(ago=3600)))
    assert state_of(hass, entity_id("lock", "front_door", "lock")).state == "locked"
    assert types(told) == ["unlocked"]


@pytest.mark.parametrize(
    "change",
    [
        {"lockId": 4711},
        {"lockMac": "00:00:00:00:00:00"},
        {"lockMac": ""},
        {"notifyType": 6},
        {"records": ""},
        {"records": "[{"},
        {"records": "[" * 5000},
        {"records": '"text"'},
        {"lockId": "x"},
    ],
)
async def test_what_is_not_ours_or_no_record_changes_nothing(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
    cloud: CloudServer,
    change: dict[str, Any],
) -> None:
    cloud.reset_calls()
    assert await post(hass, client, path, form(world, record(), **change)) == "success"
    assert state_of(hass, entity_id("lock", "front_door", "lock")).state == "locked"
    assert told == []
    assert cloud.calls.total() == 0


async def test_one_odd_record_does_not_lose_the_others(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
) -> None:
    odd: list[Any] = [{}, 5, None, {"recordType": "x"}, {**record(), "lockId": 4711}]
    await post(hass, client, path, form(world, *odd, record(4711), record()))
    assert sorted(types(told)) == ["other", "unlocked"]
    assert {event["record_type"] for event in told} == {4711, 4}


async def test_bodies_are_bounded_in_size_and_number(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
) -> None:
    await post(hass, client, path, b"notifyType=1&records=" + b"x" * (LARGEST_BODY + 1))
    await post(hass, client, path, b"\xff\xfe=\x00&&&=")
    for _ in range(CALLBACKS_A_MINUTE):
        await client.post(path, data={"notifyType": 9})
    await post(hass, client, path, form(world, record()))
    assert told == []


@pytest.mark.parametrize("key", ["notifyType", "lockId", "records", "isOnline", "gatewayId"])
def test_no_form_raises(key: str) -> None:
    for value in ("", "1", "[]", "1e400", "nan", "-1", "[" * 100_000, "\x00", '{"a":1}', "9" * 5000):
        notices_of({"notifyType": ["1"], "lockId": ["5"], key: [value, value]})
        notices_of({"notifyType": ["2"], "gatewayId": ["5"], key: [value]})


async def test_a_gateway_that_goes_is_looked_up(
    hass: HomeAssistant, client: TestClient[Any, Any], path: str, world: World, cloud: CloudServer
) -> None:
    gateway = world.gateway("hall")
    cloud.reset_calls()
    data = {"notifyType": 2, "gatewayId": gateway.gateway_id, "gatewayMac": gateway.mac, "isOnline": 0}
    for _ in range(5):
        await post(hass, client, path, data)
    assert cloud.calls["/v3/gateway/list"] <= 1


async def test_accounts_of_one_application_share_an_address_and_an_old_one_is_kept(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: CloudServer
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, "webhook_id": "kept"})
    other = MockConfigEntry(
        domain="ttlock",
        unique_id="other",
        minor_version=2,
        data={key: value for key, value in entry.data.items() if key != "webhook_id"},
    )
    other.add_to_hass(hass)
    await setup(hass, entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.data["webhook_id"] == "kept"
    assert other.data["webhook_id"] == "kept"


async def test_why_callbacks_cannot_work_is_told(
    hass: HomeAssistant, loaded: MockConfigEntry, client: TestClient[Any, Any], path: str, world: World
) -> None:
    state = await async_callback_state(hass, loaded)
    assert (state.url, state.problem, state.last_ping, state.alive) == (None, "no_external_url", None, False)
    await hass.config.async_update(external_url="http://house.example.com:8123")
    assert (await async_callback_state(hass, loaded)).problem == "plain_http"
    await hass.config.async_update(external_url="https://house.example.com")
    state = await async_callback_state(hass, loaded)
    assert (state.url, state.problem) == (f"https://house.example.com{path}", None)
    await post(hass, client, path, {"test": "1"})
    assert (await async_callback_state(hass, loaded)).last_ping
    await post(hass, client, path, form(world, record()))
    state = await async_callback_state(hass, loaded)
    assert state.last_event
    assert state.alive


async def test_silence_is_noticed_and_asking_is_resumed(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],
    path: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    account = loaded.runtime_data
    asked = account.state_interval
    await post(hass, client, path, form(world, record()))
    assert account.state_interval >= asked
    assert account.push.alive
    monkeypatch.setattr(push_state, "GRACE", push_state.GRACE * -1)
    lock = next(lock for lock in account.locks.values() if lock.name == "Front Door")
    for _ in range(2):
        world.lock("front_door").turn_key()
        world.upload()
        await asyncio.sleep(0.01)
    await lock.log.async_read()
    assert not account.push.alive
    assert account.state_interval == asked
    assert caplog.text.count("Callbacks of TTLock have stopped") == 1
    await post(hass, client, path, form(world, record()))
    assert account.push.alive
