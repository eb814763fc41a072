"""Alexa, Google and Assist: the handlers of the installed Home Assistant against the virtual house."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, Final, override

from aiohttp import web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components import conversation
from homeassistant.components.alexa import SMART_HOME_SCHEMA, smart_home as alexa, state_report
from homeassistant.components.google_assistant import GOOGLE_ASSISTANT_SCHEMA, http as google, smart_home as actions
from homeassistant.components.google_assistant.const import SOURCE_CLOUD
from homeassistant.components.homeassistant.const import DATA_EXPOSED_ENTITIES
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity, async_should_expose
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, intent
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World

from .conftest import setup
from .documentation import ROOT, blocks
from .passing_time import pass_time
from .test_lock import LOCK as LOCK_CALL, STATE, UNLOCK, command, state_of
from .test_record_options import BELL, choose, happened
from .test_records import LIST, Events, read, told  # noqa: F401  # a fixture
from .voice_agent import add_agent

pytestmark = pytest.mark.locks("front_door")

PAGE: Final = ROOT / "docs" / "voice.md"
LOCK: Final = "lock.front_door"
DOOR: Final = "binary_sensor.front_door_door"
BELL_EVENT: Final = "event.front_door_doorbell"
PIN: Final = "1234"


def documented(domain: str) -> dict[str, Any]:
    """Return the configuration that our page tells users to copy."""
    (found,) = [block.content[domain] for block in blocks(PAGE) if domain in block.content]
    return dict(found)


@pytest.fixture
async def house(hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry, world: World) -> MockConfigEntry:
    """Return the account with everything that it may have: all entities, and a bell."""
    lock_id = world.lock("front_door").lock_id
    hass.config_entries.async_update_entry(entry, options={"bell_locks": [lock_id], "bell_records": [BELL]})
    await setup(hass, entry)
    return entry


def ours(hass: HomeAssistant) -> set[str]:
    return {entity.entity_id for entity in er.async_get(hass).entities.values() if entity.platform == "ttlock"}


# -- Alexa ---------------------------------------------------------------------------------------------------------


class Alexa(alexa.AlexaConfig):
    """A skill that is linked, and whose event gateway is somewhere else."""

    def __init__(self, hass: HomeAssistant, config: dict[str, Any], endpoint: str | None = None) -> None:
        super().__init__(hass, SMART_HOME_SCHEMA(config))
        self._gateway = endpoint

    @property
    @override
    def supports_auth(self) -> bool:
        return True

    @property
    @override
    def should_report_state(self) -> bool:
        return self._gateway is not None

    @property
    @override
    def endpoint(self) -> str | None:
        return self._gateway

    @override
    async def async_get_access_token(self) -> str | None:
        return "token"

    async def ask(self, namespace: str, name: str, entity_id: str | None = None, **payload: Any) -> dict[str, Any]:
        """Send a directive; returns the event of the answer."""
        directive: dict[str, Any] = {
            "header": {
                "namespace": namespace,
                "name": name,
                "messageId": "1",
                "correlationToken": "2",
                "payloadVersion": "3",
            },
            "payload": payload,
        }
        if entity_id:
            directive["endpoint"] = {"endpointId": entity_id.replace(".", "#"), "cookie": {}}
        answer = await alexa.async_handle_message(self.hass, self, {"directive": directive})
        return {**answer["event"], "context": answer.get("context", {})}

    async def move(self, name: str, **payload: Any) -> str:
        """Lock or unlock; returns what Alexa is told at once."""
        answer = await self.ask("Alexa.LockController", name, LOCK, **payload)
        assert answer["header"]["name"] == "Response"
        (value,) = [item["value"] for item in answer["context"]["properties"] if item["name"] == "lockState"]
        return str(value)

    async def properties(self, entity_id: str = LOCK) -> dict[str, Any]:
        """Return what Alexa is told when it asks for a state."""
        answer = await self.ask("Alexa", "ReportState", entity_id)
        return {item["name"]: item["value"] for item in answer["context"]["properties"]}

    async def endpoints(self) -> dict[str, list[str] | None]:
        """Return the display categories of what Alexa finds, None for what it has no use for."""
        answer = await self.ask("Alexa.Discovery", "Discover", scope={"type": "BearerToken", "token": "t"})
        return {
            item["endpointId"].replace("#", "."): item["displayCategories"] for item in answer["payload"]["endpoints"]
        }


async def linked(hass: HomeAssistant, config: dict[str, Any] | None = None, endpoint: str | None = None) -> Alexa:
    skill = Alexa(hass, config or {}, endpoint)
    await skill.async_initialize()
    return skill


async def test_alexa_finds_what_it_understands(hass: HomeAssistant, house: MockConfigEntry) -> None:
    hass.states.async_set("script.door_code", "off")
    there = {entity_id for entity_id in ours(hass) if hass.states.get(entity_id)}
    assert there > {
        "switch.front_door_passage_mode",
        "button.front_door_one_time_code",
        "todo.front_door_expiring_access",
    }
    unfiltered = await (await linked(hass)).endpoints()
    assert {name: unfiltered[name] for name in (LOCK, DOOR, BELL_EVENT)} == {
        LOCK: ["SMARTLOCK"],
        DOOR: ["CONTACT_SENSOR"],
        BELL_EVENT: ["DOORBELL"],
    }
    assert {name for name, categories in unfiltered.items() if categories is None} == {
        "event.front_door_access_log",
        "event.front_door_alarm",
    }
    domains = {name.partition(".")[0] for name in there & unfiltered.keys()}
    assert domains == {"lock", "binary_sensor", "event"}, "no switch, button, list or number"
    filtered = await (await linked(hass, documented("alexa")["smart_home"])).endpoints()
    assert filtered == {name: unfiltered[name] for name in (LOCK, DOOR, BELL_EVENT, "script.door_code")}
    assert None not in filtered.values()


async def test_alexa_moves_the_bolt_and_says_so_at_once(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    skill = await linked(hass)
    for name, bolt in (("Unlock", "unlocked"), ("Lock", "locked")):
        # It knows no PIN, and passes over one.
        assert await skill.move(name, pin=PIN) == bolt.upper()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert world.lock("front_door").bolt == bolt
        assert (await skill.properties())["lockState"] == bolt.upper()
    assert world.lock("front_door").actuations == 2


async def test_a_failure_after_alexa_said_done_is_told(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    told: Events,  # noqa: F811
) -> None:
    await command(hass, "unlock", LOCK)
    world.faults.add(Fault(kind="errcode", errcode=-3003, path=LOCK_CALL))
    skill = await linked(hass)
    assert await skill.move("Lock") == "LOCKED"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, LOCK).state == world.lock("front_door").bolt == "unlocked"
    assert (await skill.properties())["lockState"] == "UNLOCKED"
    failures = [event for event in told if event["event_type"] == "command_failed"]
    assert [(event["command"], event["reason"]) for event in failures] == [("lock", "gateway_busy")]


async def test_alexa_is_told_the_state_in_its_words(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=-3003, path=STATE))
    await setup(hass, entry)
    skill = await linked(hass)
    seen: dict[str, tuple[str, str]] = {}

    async def note() -> None:
        properties = await skill.properties()
        seen[state_of(hass, LOCK).state] = (properties["lockState"], properties["connectivity"]["value"])

    @callback
    def moved(event: Event[EventStateChangedData]) -> None:
        if event.data["entity_id"] == LOCK:
            hass.async_create_task(note())

    await note()
    hass.bus.async_listen("state_changed", moved)
    world.faults.clear()
    for action in ("unlock", "lock"):
        await command(hass, action, LOCK)
        await hass.async_block_till_done(wait_background_tasks=True)
    world.faults.add(Fault(kind="http_503"))
    for _ in range(8):
        await pass_time(hass, freezer, timedelta(minutes=10))
    for state in ("jammed", "open", "opening"):
        # No lock of ours says so; Alexa would be told this.
        hass.states.async_set(LOCK, state)
        await hass.async_block_till_done()
    assert seen == {
        "jammed": ("JAMMED", "OK"),
        "open": ("JAMMED", "OK"),
        "opening": ("JAMMED", "OK"),
        "unknown": ("JAMMED", "OK"),
        "unlocking": ("LOCKED", "OK"),
        "unlocked": ("UNLOCKED", "OK"),
        "locking": ("UNLOCKED", "OK"),
        "locked": ("LOCKED", "OK"),
        "unavailable": ("JAMMED", "UNREACHABLE"),
    }


@pytest.fixture
async def gateway(socket_enabled: None) -> AsyncGenerator[tuple[str, list[dict[str, Any]]]]:
    """Return the address of Alexa's event gateway, and what it got."""
    got: list[dict[str, Any]] = []

    async def take(request: web.Request) -> web.Response:
        got.append((await request.json())["event"])
        return web.Response(status=202)

    application = web.Application()
    application.router.add_post("/events", take)
    async with TestServer(application) as server:
        yield str(server.make_url("/events")), got


async def test_alexa_hears_of_what_moved_and_of_nothing_else(
    hass: HomeAssistant,
    house: MockConfigEntry,
    world: World,
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
    gateway: tuple[str, list[dict[str, Any]]],
) -> None:
    address, got = gateway
    skill = await linked(hass, documented("alexa")["smart_home"], address)
    stop = await state_report.async_enable_proactive_mode(hass, skill)
    assert stop
    cloud.reset_calls()
    for _ in range(3):
        await pass_time(hass, freezer, timedelta(hours=1))
    await house.runtime_data.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert min(cloud.calls[path] for path in (STATE, LIST, "/v3/lock/list")) > 0
    assert got == [], "nothing has moved"
    await command(hass, "unlock", LOCK)
    await hass.async_block_till_done(wait_background_tasks=True)
    changes = [
        item["value"]
        for event in got
        if event["header"]["name"] == "ChangeReport" and event["endpoint"]["endpointId"] == "lock#front_door"
        for item in event["payload"]["change"]["properties"]
        if item["name"] == "lockState"
    ]
    assert changes == ["LOCKED", "UNLOCKED"], "it is locked while the bolt moves"
    got.clear()
    freezer.tick(20)
    happened(world, BELL)
    await read(house)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [(event["header"]["name"], event["endpoint"]["endpointId"]) for event in got] == [
        ("DoorbellPress", "event#front_door_doorbell")
    ]
    stop()


# -- Google --------------------------------------------------------------------------------------------------------


class Google(google.GoogleConfig):
    """A project that is linked."""

    def __init__(self, hass: HomeAssistant, config: dict[str, Any], user: User) -> None:
        super().__init__(hass, GOOGLE_ASSISTANT_SCHEMA(config))  # type: ignore[no-untyped-call]
        self._user = user

    async def ask(self, name: str, **payload: Any) -> dict[str, Any]:
        """Send an intent; returns the payload of the answer."""
        message = {"requestId": "1", "inputs": [{"intent": f"action.devices.{name}", "payload": payload}]}
        answer = await actions.async_handle_message(  # type: ignore[no-untyped-call]
            self.hass, self, "agent", self._user.id, message, SOURCE_CLOUD
        )
        return dict(answer["payload"])

    async def query(self) -> dict[str, Any]:
        return dict((await self.ask("QUERY", devices=[{"id": LOCK}]))["devices"][LOCK])

    async def execute(self, lock: bool, pin: str | None = None) -> dict[str, Any]:
        """Lock or unlock; returns the payload of the answer."""
        execution: dict[str, Any] = {"command": "action.devices.commands.LockUnlock", "params": {"lock": lock}}
        if pin is not None:
            execution["challenge"] = {"pin": pin}
        return await self.ask("EXECUTE", commands=[{"devices": [{"id": LOCK}], "execution": [execution]}])

    async def move(self, lock: bool, pin: str | None = None) -> dict[str, Any]:
        """Lock or unlock; returns the result."""
        (result,) = (await self.execute(lock, pin))["commands"]
        return dict(result)


@pytest.fixture
async def project(hass: HomeAssistant, hass_admin_user: User) -> Google:
    """Return the project that our page describes."""
    project = Google(hass, documented("google_assistant"), hass_admin_user)
    await project.async_initialize()  # type: ignore[no-untyped-call]
    return project


async def test_google_finds_what_the_page_says(hass: HomeAssistant, house: MockConfigEntry, project: Google) -> None:
    hass.states.async_set("script.door_code", "off")
    devices = {item["id"]: item for item in (await project.ask("SYNC"))["devices"]}
    assert {name: item["type"].rpartition(".")[2] for name, item in devices.items()} == {
        LOCK: "LOCK",
        DOOR: "DOOR",
        BELL_EVENT: "DOORBELL",
        "script.door_code": "SCENE",
    }
    assert devices[LOCK]["traits"] == ["action.devices.traits.LockUnlock"]
    assert devices[LOCK]["roomHint"] == "Hall"


async def test_google_unlocks_with_the_pin_only(
    hass: HomeAssistant, loaded: MockConfigEntry, project: Google, world: World, cloud: CloudServer
) -> None:
    assert (await project.query())["isLocked"] is True
    for pin, need in ((None, "pinNeeded"), ("0000", "challengeFailedPinNeeded")):
        result = await project.move(False, pin)
        assert (result["errorCode"], result["challengeNeeded"]) == ("challengeNeeded", {"type": need})
    assert cloud.calls[UNLOCK] == 0
    assert (await project.move(False, PIN))["status"] == "SUCCESS"
    assert (cloud.calls[UNLOCK], world.lock("front_door").bolt) == (1, "unlocked")
    assert (await project.query())["isLocked"] is False
    assert (await project.move(True))["status"] == "SUCCESS", "locking needs no PIN"
    assert (world.lock("front_door").bolt, cloud.calls[UNLOCK], cloud.calls[LOCK_CALL]) == ("locked", 1, 1)


async def test_google_without_a_pin_locks_only(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_admin_user: User, cloud: CloudServer
) -> None:
    project = Google(hass, {"project_id": "my-project", "report_state": False}, hass_admin_user)
    await project.async_initialize()  # type: ignore[no-untyped-call]
    result = await project.move(False, PIN)
    assert (result["status"], result["errorCode"]) == ("ERROR", "challengeFailedNotSetup")
    assert cloud.calls[UNLOCK] == 0
    assert (await project.move(True))["status"] == "SUCCESS"


async def test_google_is_told_of_a_failure_when_it_waits(
    hass: HomeAssistant, loaded: MockConfigEntry, project: Google, world: World
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=-3003, path=UNLOCK))
    answer = await project.execute(False, PIN)
    assert answer == {"errorCode": "unknownError"}
    assert (await project.query())["isLocked"] is True


async def test_google_reads_no_opening_into_a_poll(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    project: Google,
    world: World,
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
) -> None:
    answers: list[dict[str, Any]] = []

    async def ask() -> None:
        answers.append(await project.query())

    @callback
    def written(event: Event[Any]) -> None:
        if event.data["entity_id"] == LOCK:
            hass.async_create_task(ask())

    hass.bus.async_listen("state_changed", written)
    for fault in (Fault(kind="http_500"), Fault(kind="errcode", errcode=-3003), Fault(kind="truncated"), None):
        cloud.reset_calls()
        if fault:
            fault.path = STATE
            world.faults.add(fault)
        await pass_time(hass, freezer, timedelta(hours=1))
        await ask()
        assert cloud.calls[STATE] > 0
        world.faults.clear()
    world.faults.add(Fault(kind="http_503"))
    await pass_time(hass, freezer, timedelta(hours=1))
    await pass_time(hass, freezer, timedelta(minutes=16))
    assert [answer["online"] for answer in answers].count(False) == 1, "and that because nobody knows"
    assert {answer.get("isLocked") for answer in answers} == {True, None}


# -- Exposure and sentences of Home Assistant -----------------------------------------------------------------------


@pytest.mark.locks("front_door", "garden_gate")
async def test_only_the_door_is_exposed_by_itself(hass: HomeAssistant, house: MockConfigEntry) -> None:
    assert LOCK in ours(hass)
    assert "lock.garden_gate" in ours(hass)
    assistants = ("conversation", "cloud.alexa", "cloud.google_assistant")
    for assistant in assistants:
        hass.data[DATA_EXPOSED_ENTITIES].async_set_expose_new_entities(assistant, True)
        assert {name for name in ours(hass) if async_should_expose(hass, assistant, name)} == {DOOR}


async def say(hass: HomeAssistant, text: str, language: str = "en") -> tuple[str, str]:
    """Say something to Assist; returns the kind of the answer, and what it says."""
    response = await answer_to(hass, text, language)
    return response.response_type.value, response.speech["plain"]["speech"]


async def answer_to(hass: HomeAssistant, text: str, language: str = "en") -> intent.IntentResponse:
    """Say something to Assist; returns all of the answer."""
    result = await conversation.async_converse(hass, text, None, Context(), language=language)
    await hass.async_block_till_done(wait_background_tasks=True)
    return result.response


@pytest.fixture
async def assist(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Set Assist up."""
    for component in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, component, {})


async def test_assist_unlocks_what_is_exposed_and_asks_for_no_code(
    hass: HomeAssistant, assist: None, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    lock = world.lock("front_door")
    assert await say(hass, "unlock the front door") == ("error", "Sorry, Front Door is not exposed")
    assert (cloud.calls[UNLOCK], lock.actuations) == (0, 0)
    async_expose_entity(hass, "conversation", LOCK, True)
    assert (await say(hass, "unlock the front door"))[0] == "action_done"
    assert (lock.bolt, cloud.calls[UNLOCK]) == ("unlocked", 1)
    await choose(hass, loaded, "unlock_code", {"ask": True, "code": "907163"})
    assert (await say(hass, "lock the front door"))[0] == "action_done"
    assert lock.bolt == "locked"
    assert (await say(hass, "unlock the front door"))[0] == "error"
    assert (lock.bolt, lock.actuations, cloud.calls[UNLOCK], cloud.calls[LOCK_CALL]) == ("locked", 2, 1, 1)


async def test_an_agent_cannot_unlock_where_a_code_is_asked_for(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    agent = await add_agent(hass)
    async_expose_entity(hass, "conversation", LOCK, True)
    unlock = ("intent__HassTurnOff", {"name": "Front Door", "domain": ["lock"]})
    await choose(hass, loaded, "unlock_code", {"ask": True, "code": "907163"})
    (refused,) = await agent.say(unlock)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "error" in refused
    assert world.lock("front_door").actuations == 0
    await choose(hass, loaded, "unlock_code", {"ask": False})
    await agent.say(unlock)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.lock("front_door").bolt == "unlocked"


async def test_assist_understands_chinese(
    hass: HomeAssistant, assist: None, loaded: MockConfigEntry, world: World
) -> None:
    er.async_get(hass).async_update_entity(LOCK, name="前门")
    async_expose_entity(hass, "conversation", LOCK, True)
    await hass.async_block_till_done()
    lock = world.lock("front_door")
    for text, meant, kind, said, bolt in (
        ("解锁前门", "HassTurnOff", "action_done", "前门已解锁", "unlocked"),
        ("前门锁了吗", "HassGetState", "query_answer", "不是", "unlocked"),
        ("锁上前门", "HassTurnOn", "action_done", "前门已上锁", "locked"),
        ("前门锁了吗", "HassGetState", "query_answer", "是的", "locked"),
    ):
        answer = await answer_to(hass, text, "zh-CN")
        assert answer.intent is not None
        assert (answer.intent.intent_type, answer.response_type.value) == (meant, kind)
        assert answer.speech["plain"]["speech"].startswith(said)
        assert lock.bolt == bolt
