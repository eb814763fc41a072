"""Voice tools, called by a scripted agent in real conversations: what is told, to whom, and what is done only after yes."""

from collections.abc import Callable
from datetime import timedelta
import json
import logging
import re
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.components.conversation.trace import async_get_traces
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.persistent_notification import _async_get_or_create_notifications
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import llm
from homeassistant.helpers.json import JSONEncoder
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser, async_capture_events

from simulator import CloudServer, Fault, World

from .recipients import Recipient, add_recipient
from .test_actions import act, passcodes
from .test_record_options import choose
from .test_records import CARD, CODE, read
from .test_share_access import RANDOM, code_in
from .voice_agent import ScriptedAgent, add_agent

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

NAME: Final = "Front Door"
OPTIONS: Final = {"voice_manage": True, "voice_names": False, "voice_recipients": ["notify.guest"]}
STAY: Final = {"lock": NAME, "guest": "Li", "start": "2026-12-24 15:00", "end": "2026-12-27 11:00"}
WRITES: Final = (
    ("create_guest_code", STAY),
    ("make_one_time_code", {"lock": NAME}),
    ("revoke_access", {"lock": NAME, "guest": "Cleaner"}),
)


@pytest.fixture
def as_admin(hass_admin_user: User) -> Context:
    return Context(user_id=hass_admin_user.id)


@pytest.fixture(autouse=True)
def christmas_eve(freezer: FrozenDateTimeFactory) -> None:
    """Let it be that day before anything is scheduled."""
    freezer.move_to("2026-12-24 12:20:00+00:00")


@pytest.fixture
async def agent(hass: HomeAssistant, loaded: MockConfigEntry) -> ScriptedAgent:
    """Return an agent to which the front door is exposed, in a house where voice manages nothing."""
    await hass.config.async_set_time_zone("Europe/Rome")
    agent = await add_agent(hass)
    async_expose_entity(hass, "conversation", "lock.front_door", True)
    return agent


@pytest.fixture
async def guest(hass: HomeAssistant) -> Recipient:
    """Return somebody whom codes reach."""
    return await add_recipient(hass, Recipient("guest"))


@pytest.fixture
async def managed(
    hass: HomeAssistant, agent: ScriptedAgent, guest: Recipient, loaded: MockConfigEntry
) -> ScriptedAgent:
    """Return the agent in a house where voice may manage access."""
    await choose(hass, loaded, "voice", OPTIONS)
    return agent


# -- Which tools there are -----------------------------------------------------------------------------------------


async def test_a_lock_that_is_not_exposed_has_no_tools(hass: HomeAssistant, agent: ScriptedAgent) -> None:
    await agent.say()
    assert len(agent.tools) == 5
    assert "Front Door" in agent.prompt
    assert "never invent, repeat or spell a code" in agent.prompt
    async_expose_entity(hass, "conversation", "lock.front_door", False)
    await agent.say()
    assert agent.tools == []
    assert "never invent" not in agent.prompt


LOOKS: Final = llm.ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)
MAKES: Final = llm.ToolAnnotations(read_only=False, destructive=False, idempotent=False, open_world=True)
TAKES: Final = llm.ToolAnnotations(read_only=False, destructive=True, idempotent=True, open_world=True)
DESCRIBED: Final[dict[str, tuple[llm.ToolAnnotations, set[str], set[str]]]] = {
    "ttlock__get_last_opened": (LOOKS, {"lock"}, {"count"}),
    "ttlock__list_access": (LOOKS, {"lock"}, {"scope"}),
    "ttlock__create_guest_code": (MAKES, {"lock", "guest", "start", "end"}, {"confirmation"}),
    "ttlock__make_one_time_code": (MAKES, {"lock"}, {"guest", "confirmation"}),
    "ttlock__revoke_access": (TAKES, {"lock", "guest"}, {"confirmation"}),
}
"""What a tool is like, what it must be told and what it may be told (voice-and-automation.md 12)."""
ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "lock": {"type": "string", "enum": [NAME]},
    "count": {"type": "integer", "minimum": 1, "maximum": 10, "default": 1},
    "scope": {"type": "string", "enum": ["now", "upcoming", "all"], "default": "all"},
    "start": {"type": "string", "format": "date-time"},
    "end": {"type": "string", "format": "date-time"},
    "confirmation": {"type": "string"},
}


async def test_tools_are_described_as_home_assistant_wants_them(
    agent: ScriptedAgent, caplog: pytest.LogCaptureFixture
) -> None:
    await agent.say(*((name, {"lock": NAME}) for name in DESCRIBED))
    assert len(agent.results) == len(agent.tools)
    assert {tool.name for tool in agent.tools} == set(DESCRIBED)
    for tool in agent.tools:
        annotations, required, optional = DESCRIBED[tool.name]
        schema = probatio.to_openapi(tool.parameters, custom_serializer=llm.selector_serializer)
        assert schema["additionalProperties"] is False
        assert (set(schema["required"]), set(schema["properties"])) == (required, required | optional)
        for name, described in schema["properties"].items():
            assert described.pop("description")
            assert name == "guest" or described == ARGUMENTS[name]
        assert (tool.integration, bool(tool.title), bool(tool.description)) == ("ttlock", True, True)
        assert tool.annotations == annotations
    # What Home Assistant has to say about integrations that do something in an old way begins so.
    assert "Detected that" not in caplog.text
    assert "deprecated" not in caplog.text


# -- Reading -------------------------------------------------------------------------------------------------------


def digits_in(answer: dict[str, Any]) -> list[str]:
    """Return what may be a number that opens something, of an answer with times."""
    without_times = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+\d\d:\d\d", "", json.dumps(answer))
    return re.findall(r"\d{4,}", without_times)


async def test_who_opened_is_told_newest_first(
    agent: ScriptedAgent, freezer: FrozenDateTimeFactory, world: World, as_admin: Context
) -> None:
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    freezer.tick(120)
    lock.swipe_card(CARD)
    freezer.tick(60)
    lock.enter_code("13572468")
    answer = await agent.ask("get_last_opened", as_admin, lock=NAME, count=2)
    assert answer == {
        "events": [
            {"who": "Blue card", "method": "card", "side": "outside", "at": "2026-12-24T13:22+01:00"},
            {"who": "Family", "method": "code", "side": "outside", "at": "2026-12-24T13:20+01:00"},
        ]
    }
    assert not digits_in(answer)
    (newest,) = (await agent.ask("get_last_opened", as_admin, lock=NAME))["events"]
    assert newest["who"] == "Blue card"
    freezer.tick(60)
    lock.swipe_card(CARD)
    lock.enter_code(CODE)
    assert len((await agent.ask("get_last_opened", as_admin, lock=NAME, count=10))["events"]) == 4


async def test_our_own_opening_is_told_as_such_whatever_the_clock_of_the_lock_says(
    hass: HomeAssistant,
    agent: ScriptedAgent,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    as_admin: Context,
) -> None:
    lock = world.lock("front_door")
    lock.clock.offset = 40
    await hass.services.async_call("lock", "unlock", {"entity_id": "lock.front_door"}, blocking=True)
    freezer.tick(15)
    await read(loaded)
    (newest,) = (await agent.ask("get_last_opened", as_admin, lock=NAME))["events"]
    assert (newest["who"], newest["method"]) == ("Home Assistant", "remote")


async def test_in_an_outage_what_was_heard_before_is_told(
    agent: ScriptedAgent, loaded: MockConfigEntry, world: World, as_admin: Context
) -> None:
    world.lock("front_door").swipe_card(CARD)
    await read(loaded)
    world.faults.add(Fault(kind="http_500", path="/v3/lockRecord/list"))
    (newest,) = (await agent.ask("get_last_opened", as_admin, lock=NAME))["events"]
    assert newest["who"] == "Blue card"


async def test_who_has_access_is_told_without_digits(
    hass: HomeAssistant, agent: ScriptedAgent, as_admin: Context
) -> None:
    soon = {"entity_id": "lock.front_door", "passcode_name": "Bo 0612345678", "passcode": "592846"}
    await act(hass, "create_passcode", {**soon, "start_time": "2026-12-25 10:00", "end_time": "2026-12-25 12:00"})
    answer = await agent.ask("list_access", as_admin, lock=NAME)
    found = {item["name"]: item for item in answer["access"]}
    assert {"Family", "Cleaner", "Blue card", "Owner thumb", "Guest"} <= found.keys()
    assert found["Cleaner"] == {
        "name": "Cleaner",
        "kind": "passcode",
        "from": "2026-01-15T09:00+01:00",
        "until": "2036-01-15T09:00+01:00",
        "status": "in_force",
    }
    assert not digits_in(answer)
    assert await agent.ask("list_access", as_admin, lock=NAME, scope="upcoming") == {
        "access": [
            {
                "name": "Bo ****",
                "kind": "passcode",
                "from": "2026-12-25T10:00+01:00",
                "until": "2026-12-25T12:00+01:00",
                "status": "confirmed",
            }
        ]
    }
    now = (await agent.ask("list_access", as_admin, lock=NAME, scope="now"))["access"]
    assert [item for item in answer["access"] if item not in now] == [found["Bo ****"]]


async def test_a_caller_whom_nobody_knows_hears_names_only_if_wanted(
    hass: HomeAssistant, agent: ScriptedAgent, loaded: MockConfigEntry, world: World, guest: Recipient
) -> None:
    world.lock("front_door").enter_code(CODE)
    robot = await hass.auth.async_create_system_user("Cloud", group_ids=["system-admin"])
    for context in (Context(), Context(user_id=robot.id)):
        (event,) = (await agent.ask("get_last_opened", context, lock=NAME))["events"]
        access = (await agent.ask("list_access", context, lock=NAME))["access"]
        assert {event["who"], *(item["name"] for item in access)} == {"someone"}
    await choose(hass, loaded, "voice", {**OPTIONS, "voice_names": True})
    (event,) = (await agent.ask("get_last_opened", lock=NAME))["events"]
    assert event["who"] == "Family"


async def test_a_client_without_conversation_reads_as_administrator_only(
    hass: HomeAssistant, managed: ScriptedAgent, as_admin: Context, hass_read_only_user: User
) -> None:
    def asked(context: Context) -> llm.LLMContext:
        return llm.LLMContext("mcp_server", context, "en", "conversation", None)

    async def call(context: Context, tool: str, **arguments: Any) -> llm.ToolResult:
        api = await llm.async_get_api(hass, "assist", asked(context))
        return await api.async_call_tool(llm.ToolInput(f"ttlock__{tool}", arguments))

    result = await call(as_admin, "get_last_opened", lock=NAME)
    assert not result.error
    result = await call(Context(user_id=hass_read_only_user.id), "get_last_opened", lock=NAME)
    assert (result.data["error"], result.error) == ("not_allowed", True)
    for tool, arguments in WRITES:
        result = await call(as_admin, tool, **arguments)
        assert (result.data["error"], result.error) == ("no_conversation", True)


WRONG: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("get_last_opened", {"lock": "Back Door"}),
    ("get_last_opened", {"lock": [NAME]}),
    ("get_last_opened", {"lock": NAME, "count": "many"}),
    ("get_last_opened", {"lock": NAME, "count": 11}),
    ("get_last_opened", {}),
    ("list_access", {"lock": NAME, "scope": "yesterday"}),
    ("create_guest_code", {**STAY, "guest": "  "}),
    ("create_guest_code", {**STAY, "guest": "x" * 31}),
    ("create_guest_code", {**STAY, "start": "soon"}),
    ("create_guest_code", {**STAY, "start": 12}),
    ("create_guest_code", {**STAY, "start": "\ud800"}),
    ("make_one_time_code", {"lock": NAME, "guest": "\ud800"}),
    ("create_guest_code", {**STAY, "guest": 7}),
    ("make_one_time_code", {"lock": NAME, "confirmation": 7}),
    ("create_guest_code", {**STAY, "code": "4815"}),
    ("revoke_access", {"lock": NAME}),
)


async def test_wrong_arguments_are_refused_and_the_conversation_goes_on(
    managed: ScriptedAgent, as_admin: Context, cloud: CloudServer
) -> None:
    await managed.say(context=as_admin)
    conversation_id = managed.conversation_id
    cloud.reset_calls()
    wrong = [(f"ttlock__{tool}", arguments) for tool, arguments in WRONG]
    for call, answer in zip(wrong, await managed.say(*wrong, context=as_admin), strict=True):
        assert answer["error"] == "MultipleInvalid", call
    assert not cloud.calls
    assert "events" in await managed.ask("get_last_opened", as_admin, lock=NAME)
    assert managed.conversation_id == conversation_id


# -- Writing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def door(world: World) -> Callable[[str], bool]:
    """Return whether digits open the front door."""
    return lambda code: world.lock("front_door").enter_code(code).opened


async def confirmed(agent: ScriptedAgent, tool: str, context: Context, **arguments: Any) -> dict[str, Any]:
    """Have something done in two turns."""
    asked = await agent.ask(tool, context, **arguments)
    assert set(asked) == {"needs_confirmation", "summary"}, asked
    return await agent.ask(tool, context, **arguments, confirmation=asked["needs_confirmation"])


async def test_a_guest_gets_a_code_after_the_user_has_said_yes(
    hass: HomeAssistant,
    managed: ScriptedAgent,
    as_admin: Context,
    guest: Recipient,
    door: Callable[[str], bool],
    freezer: FrozenDateTimeFactory,
    hass_admin_user: User,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    hass.config.components.add("logbook")
    events = async_capture_events(hass, "*")
    stay = {**STAY, "start": "2026-12-24T15:10:00", "end": "2026-12-27T10:15:00"}
    asked = await managed.ask("create_guest_code", as_admin, **stay)
    assert "Li" in asked["summary"]
    assert "from 2026-12-24 15:00 to 2026-12-27 11:00" in asked["summary"]
    assert guest.messages == []
    # The same moments, spelled in another way.
    done = await managed.ask(
        "create_guest_code",
        as_admin,
        **{**STAY, "start": "2026-12-24T14:00:00+00:00"},
        confirmation=asked["needs_confirmation"],
    )
    assert done == {
        "done": True,
        "valid_from": "2026-12-24T15:00+01:00",
        "valid_until": "2026-12-27T11:00+01:00",
        "sent_to": ["guest"],
    }
    code = code_in(guest.message.partition("Valid")[0])
    assert guest.message.startswith(f"Code of Li for Front Door: {code}. Valid 2026-12-24 15:00 to 2026-12-27 11:00.")
    assert not door(code)
    freezer.tick(timedelta(hours=2))
    assert door(code)
    lines = [event.data for event in events if event.event_type == "logbook_entry"]
    assert [(line["entity_id"], line["message"]) for line in lines] == [
        ("lock.front_door", f"code for Li made by {hass_admin_user.name} by voice")
    ]
    notes = _async_get_or_create_notifications(hass).values()
    assert [note["title"] for note in notes] == ["Access changed by voice"]
    told = [
        *managed.logs,
        *(str(trace.as_dict()) for trace in async_get_traces()),
        caplog.text,
        *(json.dumps(event.as_dict(), cls=JSONEncoder, default=repr) for event in events),
        *(str(note) for note in notes),
    ]
    assert [text for text in told if code in text] == []
    assert "call_service" not in {event.event_type for event in events}


async def test_a_one_time_code_opens_once(
    managed: ScriptedAgent, as_admin: Context, guest: Recipient, door: Callable[[str], bool]
) -> None:
    done = await confirmed(managed, "make_one_time_code", as_admin, lock=NAME)
    assert (done["valid_from"], done["valid_until"]) == ("2026-12-24T13:00+01:00", "2026-12-24T19:00+01:00")
    code = code_in(guest.message.partition("Valid")[0])
    assert door(code)
    assert not door(code)


async def test_access_is_taken_away(
    managed: ScriptedAgent, as_admin: Context, door: Callable[[str], bool], hass: HomeAssistant
) -> None:
    assert door("73020914")
    done = await confirmed(managed, "revoke_access", as_admin, lock=NAME, guest=" cleaner")
    assert done == {"done": True, "pending": False}
    assert not door("73020914")
    assert door(CODE)
    assert (await managed.ask("revoke_access", as_admin, lock=NAME, guest="Cleaner"))["error"] == "not_found"


async def test_whoever_shares_a_name_is_not_taken_for_another(
    hass: HomeAssistant, managed: ScriptedAgent, as_admin: Context, cloud: CloudServer
) -> None:
    for receiver in ("landlord@example.com", "developer@example.com"):
        await hass.services.async_call(
            "ttlock",
            "send_ekey",
            {"entity_id": "lock.front_door", "receiver_username": receiver, "name": "Li"},
            blocking=True,
        )
    cloud.reset_calls()
    refused = await managed.ask("revoke_access", as_admin, lock=NAME, guest="Li")
    assert refused == {"error": "ambiguous", "names": ["developer@example.com", "landlord@example.com"]}
    assert not any("delete" in path for path in cloud.calls)
    done = await confirmed(managed, "revoke_access", as_admin, lock=NAME, guest="landlord@example.com")
    assert done["done"]
    left = (await managed.ask("list_access", as_admin, lock=NAME))["access"]
    assert [item["name"] for item in left].count("Li") == 1


ONE_TIME: Final = ("ttlock__make_one_time_code", {"lock": NAME})


async def test_a_model_that_agrees_with_itself_does_nothing(
    managed: ScriptedAgent, as_admin: Context, guest: Recipient, cloud: CloudServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("secrets.token_hex", lambda size: "0f" * size)
    asked, refused = await managed.say(
        ONE_TIME, (ONE_TIME[0], {**ONE_TIME[1], "confirmation": "0f0f0f0f"}), context=as_admin
    )
    assert asked["needs_confirmation"] == "0f0f0f0f"
    assert refused == {"error": "expired_confirmation"}
    late = await managed.ask("make_one_time_code", as_admin, lock=NAME, confirmation="0f0f0f0f")
    assert late == {"error": "expired_confirmation"}, "used up by then"
    assert (guest.messages, cloud.calls[RANDOM]) == ([], 0)


@pytest.mark.locks("front_door", "garden_gate")
async def test_what_was_changed_since_is_not_what_was_agreed_to(
    hass: HomeAssistant, managed: ScriptedAgent, as_admin: Context, cloud: CloudServer
) -> None:
    async_expose_entity(hass, "conversation", "lock.garden_gate", True)
    for changed in (
        {"lock": "Garden Gate"},
        {"guest": "Bo"},
        {"start": "2026-12-24 13:00"},
        {"end": "2026-12-28 11:00"},
    ):
        asked = await managed.ask("create_guest_code", as_admin, **STAY)
        refused = await managed.ask(
            "create_guest_code", as_admin, **STAY | changed, confirmation=asked["needs_confirmation"]
        )
        assert (refused, cloud.calls[RANDOM]) == ({"error": "expired_confirmation"}, 0), changed
    asked = await managed.ask("make_one_time_code", as_admin, lock=NAME, guest="Cleaner")
    refused = await managed.ask(
        "revoke_access", as_admin, lock=NAME, guest="Cleaner", confirmation=asked["needs_confirmation"]
    )
    assert refused == {"error": "expired_confirmation"}
    assert not any("delete" in path for path in cloud.calls)


async def test_a_yes_counts_once_soon_and_in_its_own_conversation(
    hass: HomeAssistant,
    managed: ScriptedAgent,
    as_admin: Context,
    guest: Recipient,
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
    door: Callable[[str], bool],
) -> None:
    async def ask() -> str:
        token: str = (await managed.ask("make_one_time_code", as_admin, lock=NAME))["needs_confirmation"]
        return token

    def with_token(token: str) -> tuple[str, dict[str, Any]]:
        return (ONE_TIME[0], {**ONE_TIME[1], "confirmation": token})

    token = await ask()
    own, managed.conversation_id = managed.conversation_id, None
    for _ in range(2):
        # The user has said more here than there.
        await managed.say(context=as_admin)
    assert managed.conversation_id != own
    assert await managed.say(with_token(token), context=as_admin) == [{"error": "expired_confirmation"}]
    managed.conversation_id = own
    token = await ask()
    other = MockUser(groups=(await hass.auth.async_get_user(str(as_admin.user_id))).groups).add_to_hass(hass)  # type: ignore[union-attr]
    assert await managed.say(with_token(token), context=Context(user_id=other.id)) == [
        {"error": "expired_confirmation"}
    ]
    token = await ask()
    freezer.tick(timedelta(minutes=2))
    assert await managed.say(with_token(token), context=as_admin) == [{"error": "expired_confirmation"}]
    assert (guest.messages, cloud.calls[RANDOM]) == ([], 0)
    token = await ask()
    first, second = await managed.say(with_token(token), with_token(token), context=as_admin)
    assert (first["done"], second) == (True, {"error": "expired_confirmation"})
    assert await managed.say(with_token(token), context=as_admin) == [{"error": "expired_confirmation"}]
    assert (len(guest.messages), cloud.calls[RANDOM]) == (1, 1)
    code = code_in(guest.message.partition("Valid")[0])
    assert door(code)
    assert code not in "".join(managed.logs)


async def test_who_may_not_changes_nothing(
    hass: HomeAssistant,
    agent: ScriptedAgent,
    loaded: MockConfigEntry,
    guest: Recipient,
    as_admin: Context,
    hass_read_only_user: User,
    cloud: CloudServer,
) -> None:
    cloud.reset_calls()
    for tool, arguments in WRITES:
        assert await agent.ask(tool, as_admin, **arguments) == {"error": "disabled"}
    assert not cloud.calls
    await choose(hass, loaded, "voice", OPTIONS)
    robot = await hass.auth.async_create_system_user("Cloud", group_ids=["system-admin"])
    cloud.reset_calls()
    for user_id in (None, robot.id, hass_read_only_user.id):
        for tool, arguments in WRITES:
            assert await agent.ask(tool, Context(user_id=user_id), **arguments) == {"error": "not_allowed"}
    assert not cloud.calls
    assert guest.messages == []


async def test_more_than_five_writes_an_hour_are_refused(
    hass: HomeAssistant,
    managed: ScriptedAgent,
    loaded: MockConfigEntry,
    as_admin: Context,
    guest: Recipient,
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(5):
        await confirmed(managed, "make_one_time_code", as_admin, lock=NAME)
    await hass.config_entries.async_reload(loaded.entry_id)
    assert await managed.ask("make_one_time_code", as_admin, lock=NAME) == {"error": "rate_limited"}
    assert len(guest.messages) == 5
    freezer.tick(timedelta(hours=1))
    assert "summary" in await managed.ask("make_one_time_code", as_admin, lock=NAME)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_period_that_no_lock_takes_is_refused_before_anybody_is_asked(
    managed: ScriptedAgent, as_admin: Context, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    for start, end in (
        ("2026-12-20 15:00", "2026-12-21 11:00"),
        ("2026-12-20 15:00", "2026-12-27 11:00"),
        ("2026-12-27 15:00", "2026-12-24 11:00"),
        ("2026-12-27 15:00", "2029-01-04 11:00"),
        ("2026-12-27 15:00", "9999-12-31T23:59:59-12:00"),
        ("0001-01-01T00:00:00+14:00", "2026-12-27 11:00"),
    ):
        refused = await managed.ask("create_guest_code", as_admin, **{**STAY, "start": start, "end": end})
        assert refused["error"] == "invalid_period", (start, end)
    assert not cloud.calls


async def test_a_code_for_nobody_is_not_made_and_one_that_reached_nobody_is_told(
    hass: HomeAssistant, managed: ScriptedAgent, as_admin: Context, guest: Recipient, cloud: CloudServer
) -> None:
    guest.fault = RuntimeError("could not send")
    asked = await managed.ask("make_one_time_code", as_admin, lock=NAME, guest="Li")
    refused = await managed.ask(
        "make_one_time_code", as_admin, lock=NAME, guest="Li", confirmation=asked["needs_confirmation"]
    )
    assert refused == {"error": "no_recipient", "reason": "passcode_undelivered"}
    assert "Li" in await passcodes(hass, "lock.front_door")
    assert len(_async_get_or_create_notifications(hass)) == 1
    await guest.async_remove()
    cloud.reset_calls()
    refused = await managed.ask("make_one_time_code", as_admin, lock=NAME)
    assert (refused["error"], cloud.calls[RANDOM]) == ("no_recipient", 0)


async def test_what_the_vendor_refuses_is_told_in_one_word(
    managed: ScriptedAgent, as_admin: Context, world: World, guest: Recipient
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=-3009, path=RANDOM))
    asked = await managed.ask("make_one_time_code", as_admin, lock=NAME)
    refused = await managed.ask("make_one_time_code", as_admin, lock=NAME, confirmation=asked["needs_confirmation"])
    assert refused["error"] == "vendor_error"
    assert guest.messages == []


async def test_names_are_not_kept_where_the_user_wants_none_kept(
    hass: HomeAssistant, managed: ScriptedAgent, loaded: MockConfigEntry, as_admin: Context
) -> None:
    hass.config.components.add("logbook")
    lines = async_capture_events(hass, "logbook_entry")
    await choose(hass, loaded, "records", {"record_names": False, "activity": True, "late_minutes": 10})
    await confirmed(managed, "make_one_time_code", as_admin, lock=NAME, guest="Li")
    assert [line.data["message"] for line in lines] == ["code for someone made by someone by voice"]


# -- Options -------------------------------------------------------------------------------------------------------


async def test_codes_need_somebody_to_be_sent_to(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "voice"})
    alone = {**OPTIONS, "voice_recipients": []}
    form = await hass.config_entries.options.async_configure(flow["flow_id"], alone)
    assert (form["type"], form["errors"]) == (
        FlowResultType.FORM,
        {"voice_recipients": "voice_without_recipient"},
    )
    await hass.config_entries.options.async_configure(flow["flow_id"], {**alone, "voice_manage": False})
    assert loaded.options == {
        "voice_manage": False,
        "voice_names": False,
        "voice_recipients": [],
        "voice_approval": False,
        "voice_phones": [],
    }
    await hass.async_block_till_done(wait_background_tasks=True)
