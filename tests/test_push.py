"""Callbacks: what happens at the door is known at once, and nothing made up does harm."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
import json
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from hypothesis import assume, given, settings, strategies as st
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ttlock import lock_log
from custom_components.ttlock.client.callbacks import claimed_mac, notices_of, notices_of_body
from custom_components.ttlock.client.history import LOOSE_CAPACITY
from custom_components.ttlock.push import LARGEST_BODY, MOST_RECORDS_AT_ONCE, RECORD_BYTES
from custom_components.ttlock.push_state import GRACE, MISSED
from custom_components.ttlock.questions import FIRST_PAUSE, LONGEST_PAUSE
from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE, setup
from .passing_time import pass_time
from .test_actions import act
from .test_lock import Find, state_of
from .test_records import Events, told, types  # noqa: F401  # a fixture

pytestmark = pytest.mark.locks("front_door")

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


async def opens_and_jams(hass: HomeAssistant, client: TestClient[Any, Any], path: str, world: World) -> None:
    """Open the front door, of which a callback tells; it will not lock itself."""
    world.lock("front_door").enter_code(CODE)
    await post(hass, client, path, form(world, record()))
    world.lock("front_door").jammed = True


async def test_where_callbacks_come_an_answer_that_was_lost_is_asked_for_again_and_not_half_a_day_later(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    client: TestClient[Any, Any],
    path: str,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    front_door, door = entity_id("lock", "front_door", "lock"), world.lock("front_door")
    await opens_and_jams(hass, client, path, world)
    world.faults.add(Fault(kind="http_503"))
    await pass_time(hass, freezer, timedelta(seconds=door.auto_lock_seconds + 4))
    await pass_time(hass, freezer, timedelta(seconds=30))
    assert state_of(hass, front_door).state == "locked", "it should have locked itself, and nobody could look"
    await pass_time(hass, freezer, timedelta(minutes=14))
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert state_of(hass, front_door).state == "unavailable", "the outage is known"
    world.faults.clear()
    cloud.reset_calls()
    await pass_time(hass, freezer, timedelta(minutes=6))
    assert state_of(hass, front_door).state == "unlocked"
    assert cloud.calls[STATE] <= 2


async def test_where_callbacks_come_one_lost_answer_is_no_outage_and_asked_for_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    client: TestClient[Any, Any],
    path: str,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    front_door, door = entity_id("lock", "front_door", "lock"), world.lock("front_door")
    await opens_and_jams(hass, client, path, world)
    world.faults.add(Fault(kind="errcode", errcode=-3003, path=STATE))
    await pass_time(hass, freezer, timedelta(seconds=door.auto_lock_seconds + 4))
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(seconds=30))
    assert state_of(hass, front_door).state == "locked", "its gateway was busy"
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert state_of(hass, front_door).state == "unlocked"


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


async def test_what_is_not_ours_or_no_record_changes_nothing(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
    cloud: CloudServer,
) -> None:
    cloud.reset_calls()
    for change in (
        {"lockId": 4711},
        {"lockMac": "00:00:00:00:00:00"},
        {"lockMac": ""},
        {"notifyType": 6},
        {"records": ""},
        {"records": "[{"},
        {"records": "[" * 5000},
        {"records": '"text"'},
        {"lockId": "x"},
    ):
        assert await post(hass, client, path, form(world, record(), **change)) == "success"
        assert state_of(hass, entity_id("lock", "front_door", "lock")).state == "locked", change
        assert told == [], change
    assert cloud.calls.total() == 0
    await post(hass, client, path, form(world, record()))
    assert types(told) == ["unlocked"]


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


# -- Bounds --------------------------------------------------------------------------------------------------------


async def test_bodies_are_bounded_in_size(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
) -> None:
    for length in (LARGEST_BODY, 10_000_000):
        too_big = form(world, record(), padding="x" * length)
        assert await post(hass, client, path, too_big) == "success"

    true = urlencode(form(world, record())).encode()

    async def trickle() -> Any:
        yield true + b"&"
        for _ in range(LARGEST_BODY // 1000 + 2):
            yield b"padding=" + b"x" * 992

    assert await post(hass, client, path, trickle()) == "success"
    await post(hass, client, path, b"\xff\xfe=\x00&&&=")
    await post(hass, client, path, true + b"&" + b"&".join(b"a%d=1" % number for number in range(100)))
    assert told == []
    await post(hass, client, path, form(world, record()))
    assert types(told) == ["unlocked"]


async def test_a_callback_that_breaks_off_is_dropped_without_a_word(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    caplog: pytest.LogCaptureFixture,
) -> None:
    body = urlencode(form(world, record())).encode()
    host, port = client.server.host, client.server.port
    for head in (f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"):
        _, writer = await asyncio.open_connection(host, port)
        writer.write(f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{head}\r\n\r\n".encode())
        writer.write(body[:-20] if "Length" in head else b"ffff\r\n" + body)
        await writer.drain()
        await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()
    await post(hass, client, path, form(world, record(48)))
    assert types(told) == ["wrong_attempts"]
    assert "ERROR" not in caplog.text


async def test_replays_take_nothing_from_true_callbacks(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    heard = form(world, record(48), padding="x" * (MOST_RECORDS_AT_ONCE * RECORD_BYTES // 3))
    cloud.reset_calls()
    for _ in range(5):
        await client.post(path, data=heard)
    await post(hass, client, path, form(world, record()))
    assert types(told) == ["wrong_attempts", "unlocked"]
    assert cloud.calls.total() == 0


async def test_a_flood_of_strangers_takes_nothing_from_true_callbacks(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    cloud.reset_calls()
    whole = MOST_RECORDS_AT_ONCE * RECORD_BYTES
    for size in (*(whole >> share for share in range(1, 10)), *[0] * 6):
        stranger = form(world, record(), lockMac="00:11:22:33:44:55", lockId=4711, padding="x" * size)
        await client.post(path, data=stranger)
    await post(hass, client, path, form(world, record()))
    assert types(told) == ["unlocked"]
    assert cloud.calls.total() == 0


async def test_what_a_flood_in_the_name_of_a_lock_displaces_is_read_from_the_list(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    half = LARGEST_BODY // 2
    freezer.tick(10)
    for number in range(MOST_RECORDS_AT_ONCE * RECORD_BYTES // half):
        await client.post(path, data=form(world, record(4711), padding=f"{number}" * half))
    for number in range(60):
        await client.post(path, data=form(world, record(4711, lockDate=number)))
    world.lock("front_door").enter_code(CODE)
    world.upload()
    cloud.reset_calls()
    await post(hass, client, path, form(world, record()))
    assert "unlocked" not in types(told)
    await pass_time(hass, freezer, FIRST_PAUSE)
    assert [event["source"] for event in told if event["event_type"] == "unlocked"] == ["cloud"]
    assert cloud.calls[LIST] == 1
    for minute in range(0, 60, 5):
        for number in range(3):
            await client.post(path, data=form(world, record(4711), padding=f"{number}{minute}" * (half // 2)))
        await pass_time(hass, freezer, timedelta(minutes=5))
    assert cloud.calls[LIST] <= 10 + len(world.locks), "beside the regular look at each log"


async def test_thousands_of_made_up_records_do_not_hide_a_true_one(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    lock = next(lock for lock in loaded.runtime_data.locks.values() if lock.name == "Front Door")
    floor = lock.log.history.floor
    freezer.tick(10)
    world.lock("front_door").enter_code(CODE)
    for number in range(5):
        made_up = [record(4711, lockDate=number * 1000 + second) for second in range(150)]
        await post(hass, client, path, form(world, *made_up))
    assert lock.log.history.floor == floor
    assert types(told).count("other") <= LOOSE_CAPACITY
    freezer.tick(1)
    world.upload()
    await lock.log.async_read()
    assert [event["who"] for event in told if event["event_type"] == "unlocked"] == ["Family"]


# -- Forms of every kind -------------------------------------------------------------------------------------------

TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "0", "1", "2", "3", "4", "7", "[]", "{}", "null", "1e400", "nan", "-1", "[" * 2000, "9" * 5000, "\x00"]
    ),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
RECORD_KEYS = (
    "recordType",
    "success",
    "username",
    "keyboardPwd",
    "lockDate",
    "serverDate",
    "electricQuantity",
    "lockId",
)
ODD_RECORDS = st.lists(st.one_of(JSON, st.dictionaries(st.sampled_from(RECORD_KEYS), JSON)), max_size=4)
KEYS = (
    *("notifyType", "lockId", "lockMac", "gatewayId", "gatewayMac", "isOnline", "doorSensorId", "mac"),
    *("recordType", "objectType", "objectId", "records"),
)


@settings(max_examples=60)
@given(fields=st.dictionaries(st.sampled_from(KEYS), st.lists(TEXT, min_size=1, max_size=2)), records=ODD_RECORDS)
def test_no_form_raises(fields: dict[str, list[str]], records: list[Any]) -> None:
    odd = {"notifyType": ["1"], "lockId": ["5"], "records": [json.dumps(records)], **fields}
    for notice in notices_of(odd):
        for item in notice.records:
            repr(item)


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_no_body_raises(body: bytes) -> None:
    for prefix in (b"", b"notifyType=1&lockId=5&lockMac=", b"notifyType=7&doorSensorId=5&mac="):
        claimed_mac(prefix + body)
        notices_of_body(prefix + body)


async def test_odd_forms_about_a_lock_change_no_state_and_lose_no_true_record(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Play forms from Hypothesis against Home Assistant's own webhook, each with a true record among the odd ones."""
    forms: list[tuple[list[Any], dict[str, str]]] = []

    @settings(max_examples=40, database=None)
    @given(records=ODD_RECORDS, fields=st.dictionaries(st.sampled_from(KEYS[5:]), TEXT, max_size=2))
    def collect(records: list[Any], fields: dict[str, str]) -> None:
        fields.pop("records", None)
        # All of them together stay below what is looked at in one go (`MOST_RECORDS_AT_ONCE`).
        assume(len(urlencode({"records": json.dumps(records), **fields})) < 6000)
        forms.append((records, fields))

    collect()
    before = {state.entity_id: state.state for state in hass.states.async_all() if state.domain != "event"}
    for number, (odd, fields) in enumerate(forms):
        true = record(30, lockDate=int((time.time() - 7200 + number) * 1000))
        await client.post(path, data=form(world, *odd, true, **fields))
    await hass.async_block_till_done(wait_background_tasks=True)
    kinds = [event.get("kind", event["event_type"]) for event in told]
    assert kinds.count("door_closed") >= len(forms)
    after = {state.entity_id: state.state for state in hass.states.async_all() if state.domain != "event"}
    changed = {name for name in before if before[name] != after[name]}
    assert not {name for name in changed if name.split(".")[0] in ("lock", "binary_sensor", "switch")}
    json.dumps([state.as_dict_json.decode() for state in hass.states.async_all()])
    assert "ERROR" not in caplog.text


async def test_a_gateway_that_goes_is_looked_up(
    hass: HomeAssistant, client: TestClient[Any, Any], path: str, world: World, cloud: CloudServer
) -> None:
    gateway = world.gateway("hall")
    cloud.reset_calls()
    data = {"notifyType": 2, "gatewayId": gateway.gateway_id, "gatewayMac": gateway.mac, "isOnline": 0}
    for _ in range(5):
        await post(hass, client, path, data)
    assert cloud.calls["/v3/gateway/list"] == 1


@WHOLE_HOUSE
async def test_a_credential_that_did_not_reach_a_sleeping_lock_is_shown_as_failed(
    hass: HomeAssistant, pushed: None, all_enabled: None, world: World, cloud: CloudServer, entity_id: Find
) -> None:
    sleeper = world.lock("back_door")
    world.wifi(sleeper.lock_id).power_saving = True
    lock = entity_id("lock", "back_door", "lock")
    news: list[dict[str, Any]] = []
    hass.bus.async_listen("ttlock_credential", lambda event: news.append(dict(event.data)))
    await act(hass, "add_card", {"entity_id": lock, "card_name": "Guest", "card_number": "2882343476"})
    await hass.async_block_till_done(wait_background_tasks=True)
    cloud.reset_calls()
    sleeper.frozen = True
    world.deliver(sleeper)
    async with asyncio.timeout(5):
        while not [item for item in news if item["state"] == "failed"]:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.01)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [(item["kind"], item["name"], item["reason"]) for item in news if item["state"] == "failed"] == [
        ("card", "Guest", "delivery_failed")
    ]
    assert cloud.calls == {"/v3/identityCard/list": 1}
    assert cloud.callbacks.sent[-1].form["notifyType"] == "4"


@WHOLE_HOUSE
async def test_a_wifi_lock_that_comes_and_goes_is_asked(
    hass: HomeAssistant, pushed: None, world: World, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    world.set_wifi_online(world.lock("back_door").lock_id, False)
    world.set_wifi_online(world.lock("back_door").lock_id, True)
    async with asyncio.timeout(5):
        while not cloud.calls[STATE]:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.01)
    assert cloud.callbacks.sent[-1].form["notifyType"] == "3"


# -- Coming in a bad moment ----------------------------------------------------------------------------------------


async def test_what_comes_while_an_account_is_unloaded_is_told_when_it_is_back(
    hass: HomeAssistant,
    pushed: None,
    told: Events,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unload = hass.config_entries.async_unload_platforms

    async def unload_while_somebody_opens(*args: Any) -> bool:
        unloaded = await unload(*args)
        world.lock("front_door").enter_code(CODE)
        world.upload()
        async with asyncio.timeout(5):
            while not cloud.callbacks.sent:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.01)
        return unloaded

    monkeypatch.setattr(hass.config_entries, "async_unload_platforms", unload_while_somebody_opens)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert types(told) == ["unlocked"]


async def test_what_is_being_looked_up_when_an_account_is_unloaded_is_told_before(
    hass: HomeAssistant,
    told: Events,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lock_log, "LOOKING_UP_SECONDS", 0.1)
    world.faults.add(Fault(path="/v3/identityCard/list", kind="timeout_before"))
    world.lock("front_door").swipe_card("1723612378")
    log = loaded.runtime_data.locks[world.lock("front_door").lock_id].log
    reading = loaded.async_create_background_task(hass, log.async_read(), "reading")
    async with asyncio.timeout(5):
        while not cloud.calls["/v3/identityCard/list"]:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.01)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert reading.done()
    assert types(told) == ["unlocked"]


async def test_a_list_that_does_not_answer_does_not_hold_callbacks_up(
    hass: HomeAssistant,
    client: TestClient[Any, Any],
    path: str,
    told: Events,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(path=LIST, kind="timeout_before"))
    log = loaded.runtime_data.locks[world.lock("front_door").lock_id].log
    reading = loaded.async_create_background_task(hass, log.async_read(), "reading")
    async with asyncio.timeout(5):
        while not cloud.calls[LIST]:  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.01)
    await client.post(path, data=form(world, record()))
    await until(hass, entity_id("lock", "front_door", "lock"), "unlocked")
    await hass.async_block_till_done()
    assert types(told) == ["unlocked"]
    assert not reading.done()
    reading.cancel()


# -- Accounts ------------------------------------------------------------------------------------------------------

type Other = Callable[..., MockConfigEntry]


@pytest.fixture
def other(hass: HomeAssistant, entry: MockConfigEntry) -> Other:
    """Return how to make another entry of the same application; the cloud does not care that it is the same account."""

    def make(**data: Any) -> MockConfigEntry:
        own = {key: value for key, value in entry.data.items() if key != "webhook_id"}
        made = MockConfigEntry(domain="ttlock", unique_id="other", minor_version=2, data={**own, **data})
        made.add_to_hass(hass)
        return made

    return make


async def test_accounts_of_one_application_share_an_address_and_an_old_one_is_kept(
    hass: HomeAssistant, entry: MockConfigEntry, other: Other
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, "webhook_id": "kept"})
    second = other()
    await setup(hass, entry)
    assert entry.data["webhook_id"] == "kept"
    assert second.data["webhook_id"] == "kept"


async def test_the_address_of_one_account_serves_all_of_its_application(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    other: Other,
    hass_client_no_auth: ClientSessionGenerator,
    world: World,
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, "webhook_id": "in-the-portal"})
    second = other(webhook_id="of-hass-ttlock")
    await setup(hass, entry)
    outside = await hass_client_no_auth()
    await post(hass, outside, "/api/webhook/in-the-portal", form(world, record()))
    assert second.runtime_data.push.alive
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    before = second.runtime_data.push.last_event
    await post(hass, outside, "/api/webhook/in-the-portal", form(world, record()))
    assert second.runtime_data.push.last_event == before
    await post(hass, outside, "/api/webhook/of-hass-ttlock", form(world, record()))
    assert second.runtime_data.push.last_event != before


# -- Silence -------------------------------------------------------------------------------------------------------


@pytest.fixture
def callbacks(hass: HomeAssistant, loaded: MockConfigEntry) -> Callable[[], str]:
    """Return how to look at the sensor of callbacks."""
    found = er.async_get(hass).async_get_entity_id("sensor", "ttlock", f"ttlock-{loaded.entry_id}-callbacks")
    assert found
    return lambda: state_of(hass, found).state


async def test_silence_is_noticed_and_asking_is_resumed_until_callbacks_come_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],
    path: str,
    world: World,
    cloud: CloudServer,
    callbacks: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    account = loaded.runtime_data
    asked = account.state_interval
    assert callbacks() == "never_heard"
    await post(hass, client, path, form(world, record()))
    assert callbacks() == "working"
    assert account.state_interval > asked
    lock = next(lock for lock in account.locks.values() if lock.name == "Front Door")
    for _ in range(MISSED):
        freezer.tick(30)
        world.lock("front_door").turn_key()
        world.upload()
    await lock.log.async_read()
    assert callbacks() == "working"
    cloud.reset_calls()
    await pass_time(hass, freezer, GRACE + timedelta(seconds=2))
    assert callbacks() == "silent"
    assert account.state_interval == asked
    assert lock.update_interval is not None and lock.update_interval <= 4 * asked, "by the hour of the day"
    assert cloud.calls[STATE] >= 1
    assert caplog.text.count("Callbacks of TTLock have stopped") == 1
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert callbacks() == "silent"
    await post(hass, client, path, form(world, record()))
    assert callbacks() == "working"
    assert "Callbacks of TTLock come again" in caplog.text


async def test_what_happened_while_home_assistant_was_away_is_no_silence(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    client: TestClient[Any, Any],
    path: str,
    world: World,
    callbacks: Callable[[], str],
) -> None:
    await post(hass, client, path, form(world, record()))
    await hass.config_entries.async_unload(loaded.entry_id)
    for _ in range(MISSED):
        freezer.tick(600)
        world.lock("front_door").turn_key()
        world.upload()
    freezer.tick(600)
    await hass.config_entries.async_setup(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await pass_time(hass, freezer, GRACE + timedelta(seconds=2))
    assert callbacks() == "working"


async def test_who_floods_the_gateway_costs_a_handful_of_calls(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    client: TestClient[Any, Any],
    path: str,
    world: World,
    cloud: CloudServer,
) -> None:
    gateway = world.gateway("hall")
    cloud.reset_calls()
    data = {"notifyType": 2, "gatewayId": gateway.gateway_id, "gatewayMac": gateway.mac, "isOnline": 0}
    for _ in range(LONGEST_PAUSE // timedelta(minutes=2)):
        await client.post(path, data=data)
        await pass_time(hass, freezer, timedelta(minutes=2))
    # Two of them are the inventory's own turn.
    assert cloud.calls["/v3/gateway/list"] <= 10
