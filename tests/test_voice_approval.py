"""What others than administrators wish for by voice: an administrator approves it on a phone, or nothing happens."""

from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
import json
import logging
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.components.conversation.trace import async_get_traces
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, llm
from homeassistant.helpers.json import JSONEncoder
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
    async_get_persistent_notifications,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import CloudServer, Fault, World

from .passing_time import pass_time
from .phones import PRESSED, Phone, PushServer, push_server
from .recipients import Recipient
from .test_record_options import choose
from .test_share_access import RANDOM, code_in
from .test_voice_tools import (
    NAME,
    OPTIONS,
    STAY,
    agent,  # noqa: F401  # fixtures
    as_admin,  # noqa: F401
    christmas_eve,  # noqa: F401
    confirmed,
    door,  # noqa: F401
    guest,  # noqa: F401
)
from .voice_agent import ScriptedAgent

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

NOW: Final = {"lock": NAME, "guest": "Li", "start": "2026-12-24 13:00", "end": "2026-12-24 18:00"}
SENT: Final = {"approval_sent": True, "done": False}
WISH: Final = "Kim asks for a code for Li that opens Front Door from 2026-12-24 13:00 to 2026-12-24 18:00."


async def user(hass: HomeAssistant, name: str, group: str = GROUP_ID_USER) -> User:
    """Return somebody who has signed in."""
    found = await hass.auth.async_get_group(group)
    assert found is not None
    someone: User = MockUser(name=name, groups=[found]).add_to_hass(hass)
    return someone


@pytest.fixture
async def push(agent: ScriptedAgent) -> AsyncGenerator[PushServer]:  # noqa: F811
    async with push_server() as push:
        yield push


@pytest.fixture
async def ann(hass: HomeAssistant) -> User:
    """Return an administrator."""
    return await user(hass, "Ann", GROUP_ID_ADMIN)


@pytest.fixture
async def phone(hass: HomeAssistant, push: PushServer, ann: User, hass_client: ClientSessionGenerator) -> Phone:
    """Return the phone of the administrator."""
    return await Phone(hass, push, "phone").register(hass_client, ann)


@pytest.fixture
async def kim(hass: HomeAssistant) -> Context:
    """Return somebody who is signed in and no administrator."""
    return Context(user_id=(await user(hass, "Kim")).id)


@pytest.fixture
async def asked(
    hass: HomeAssistant,
    agent: ScriptedAgent,  # noqa: F811
    phone: Phone,
    guest: Recipient,  # noqa: F811
    loaded: MockConfigEntry,
) -> ScriptedAgent:
    """Return the agent in a house where the phone is asked."""
    await choose(hass, loaded, "voice", approving(phone))
    return agent


def approving(*phones: Phone) -> dict[str, Any]:
    """Return the options of a house where phones are asked."""
    return {**OPTIONS, "voice_approval": True, "voice_phones": [phone.device_id for phone in phones]}


def titles(note: dict[str, Any]) -> list[str]:
    """Return the buttons of a notification."""
    return [button["title"] for button in note["data"].get("actions", ())]


async def test_a_code_is_made_only_after_an_administrator_has_approved_it(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    guest: Recipient,  # noqa: F811
    door: Callable[[str], bool],  # noqa: F811
    world: World,
    cloud: CloudServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    hass.config.components.add("logbook")
    events = async_capture_events(hass, "*")
    known = set(world.lock("front_door").keypad.table)
    answer = await asked.ask("create_guest_code", kim, **NOW)
    assert {key: answer[key] for key in SENT} == SENT
    (note,) = phone.notes
    assert (note["title"], note["message"]) == ("Access asked for by voice", WISH)
    assert titles(note) == ["Approve", "Refuse"]
    assert [button["authenticationRequired"] for button in note["data"]["actions"]] == [True, False]
    assert (guest.messages, cloud.calls[RANDOM], set(world.lock("front_door").keypad.table)) == ([], 0, known)
    assert PRESSED not in {event.event_type for event in events}
    assert [event.as_dict() for event in events if note["data"]["tag"] in repr(event.data)] == []
    await phone.press("Approve")
    code = code_in(guest.message.partition("Valid")[0])
    assert door(code)
    (shown,) = phone.shown
    assert shown["message"] == f"{WISH}\nApproved by Ann. It is done, and the code was sent to guest."
    assert titles(shown) == []
    lines = [event.data["message"] for event in events if event.event_type == "logbook_entry"]
    assert lines == ["code for Li made by Kim by voice, approved by Ann"]
    await phone.press("Approve", note)
    assert (len(guest.messages), cloud.calls[RANDOM], len(phone.notes)) == (1, 1, 2), "an answer counts once"
    told = [
        *asked.logs,
        *map(str, phone.notes),
        *(str(trace.as_dict()) for trace in async_get_traces()),
        caplog.text,
        *(json.dumps(event.as_dict(), cls=JSONEncoder, default=repr) for event in events),
        *map(str, async_get_persistent_notifications(hass).values()),
    ]
    assert [text for text in told if code in text] == []
    assert "call_service" not in {event.event_type for event in events}


async def test_whoever_speaks_to_a_speaker_is_named_by_its_place(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    phone: Phone,
    loaded: MockConfigEntry,
    guest: Recipient,  # noqa: F811
) -> None:
    entry = MockConfigEntry(domain="test")
    entry.add_to_hass(hass)
    speaker = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("test", "speaker")}, name="Kitchen"
    )
    call = ("ttlock__make_one_time_code", {"lock": NAME})
    (answer,) = await asked.say(call, device_id=speaker.id)
    assert answer["approval_sent"] is True
    robot = await hass.auth.async_create_system_user("Cloud", group_ids=[GROUP_ID_ADMIN])
    await asked.say(call, context=Context(user_id=robot.id))
    period = "once, from 2026-12-24 13:00 to 2026-12-24 19:00."
    assert [note["message"] for note in phone.notes] == [
        f"Somebody at Kitchen asks for a code for guest that opens Front Door {period}",
        f"Somebody asks for a code for guest that opens Front Door {period}",
    ]
    await phone.press("Approve", phone.notes[0])
    assert len(guest.messages) == 1


async def test_nobody_but_an_administrator_with_a_chosen_phone_can_approve(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    push: PushServer,
    as_admin: Context,  # noqa: F811
    guest: Recipient,  # noqa: F811
    cloud: CloudServer,
    ann: User,
    hass_client: ClientSessionGenerator,
) -> None:
    await asked.ask("create_guest_code", kim, **NOW)
    (note,) = phone.notes
    data = {"action": note["data"]["actions"][0]["action"]}
    child = await hass.auth.async_get_user(str(kim.user_id))
    assert child is not None
    other = await Phone(hass, push, "other").register(hass_client, child)
    await other.say(data)
    robot = await hass.auth.async_create_system_user("Cloud", group_ids=[GROUP_ID_ADMIN])
    for context in (Context(), kim, Context(user_id=robot.id), Context(user_id="nobody"), as_admin):
        hass.bus.async_fire(PRESSED, data, context=context)
    for answer in ("ttlock_" + "0" * 32, note["data"]["tag"], None, 7, [data["action"]]):
        hass.bus.async_fire(PRESSED, {"action": answer}, context=Context(user_id=ann.id))
    hass.bus.async_fire(PRESSED, {}, context=Context(user_id=ann.id))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert (guest.messages, cloud.calls[RANDOM], len(phone.notes)) == ([], 0, 1)
    await hass.auth.async_update_user(ann, group_ids=[GROUP_ID_USER])
    await phone.say(data)
    assert guest.messages == []
    await hass.auth.async_update_user(ann, group_ids=[GROUP_ID_ADMIN])
    await phone.say(data)
    assert len(guest.messages) == 1


async def test_what_is_refused_or_not_answered_in_time_is_not_done(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    guest: Recipient,  # noqa: F811
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
) -> None:
    await asked.ask("create_guest_code", kim, **NOW)
    first = phone.notes[0]
    await phone.press("Refuse")
    assert phone.shown[0]["message"] == f"{WISH}\nRefused by Ann. Nothing was done."
    await phone.press("Approve", first)
    assert (guest.messages, cloud.calls[RANDOM]) == ([], 0), "it has been answered"
    await asked.ask("create_guest_code", kim, **NOW)
    second = phone.notes[-1]
    freezer.tick(timedelta(minutes=5))
    await phone.press("Approve", second)
    assert guest.messages == [], "late, though nothing has been put away yet"
    await pass_time(hass, freezer, timedelta(seconds=1))
    assert phone.shown[1]["message"] == f"{WISH}\nNobody answered in time. Nothing was done."
    assert (titles(phone.shown[1]), guest.messages, cloud.calls[RANDOM]) == ([], [], 0)


async def test_what_has_changed_since_is_not_done(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    loaded: MockConfigEntry,
    guest: Recipient,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    async def approved() -> str:
        """Return why it was not done."""
        await phone.press("Approve", phone.notes[-1])
        message: str = phone.shown[-1]["message"]
        wish, _, outcome = message.partition("\nApproved by Ann, but not done. ")
        assert wish == WISH
        return outcome

    no_longer = "It is not possible any more as it was asked for."
    await asked.ask("create_guest_code", kim, **NOW)
    async_expose_entity(hass, "conversation", "lock.front_door", False)
    assert await approved() == no_longer
    async_expose_entity(hass, "conversation", "lock.front_door", True)
    await asked.ask("create_guest_code", kim, **NOW)
    await choose(hass, loaded, "voice", {**approving(phone), "voice_approval": False})
    assert await approved() == no_longer
    await choose(hass, loaded, "voice", approving(phone))
    world.faults.add(Fault(kind="errcode", errcode=-3009, path=RANDOM))
    await asked.ask("create_guest_code", kim, **NOW)
    assert "Front Door" in await approved()
    world.faults.clear()
    await asked.ask("create_guest_code", kim, **NOW)
    await guest.async_remove()
    calls = cloud.calls[RANDOM]
    assert "notify.guest" in await approved()
    assert cloud.calls[RANDOM] == calls
    assert guest.messages == []


async def test_a_code_that_reached_nobody_is_told_on_the_phone_without_digits(
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    guest: Recipient,  # noqa: F811
    world: World,
) -> None:
    known = set(world.lock("front_door").keypad.table)
    await asked.ask("create_guest_code", kim, **NOW)
    guest.fault = RuntimeError("could not send")
    await phone.press("Approve")
    text = phone.shown[0]["message"]
    assert "Approved by Ann, but not done." in text
    assert not any(code in text for code in {*world.secrets(), *world.lock("front_door").keypad.table} - known)


async def test_access_is_taken_away_after_approval(
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    door: Callable[[str], bool],  # noqa: F811
) -> None:
    assert (await asked.ask("revoke_access", kim, lock=NAME, guest="cleaner"))["approval_sent"]
    wish = "Kim asks to take the access of cleaner off Front Door: Passcode."
    assert phone.notes[0]["message"] == wish
    assert door("73020914")
    await phone.press("Approve")
    assert phone.shown[0]["message"] == f"{wish}\nApproved by Ann. It is done."
    assert not door("73020914")


async def test_a_wish_outlives_a_reload_of_the_account(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    guest: Recipient,  # noqa: F811
    loaded: MockConfigEntry,
    door: Callable[[str], bool],  # noqa: F811
) -> None:
    await asked.ask("make_one_time_code", kim, lock=NAME)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await phone.press("Approve")
    assert door(code_in(guest.message.partition("Valid")[0]))


async def test_no_buttons_are_left_when_home_assistant_stops(
    hass: HomeAssistant, asked: ScriptedAgent, kim: Context, phone: Phone
) -> None:
    await asked.ask("create_guest_code", kim, **NOW)
    await hass.async_stop()
    assert phone.shown[0]["message"] == f"{WISH}\nNobody answered in time. Nothing was done."
    assert titles(phone.shown[0]) == []


async def test_nobody_floods_a_phone(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    as_admin: Context,  # noqa: F811
    guest: Recipient,  # noqa: F811
    freezer: FrozenDateTimeFactory,
) -> None:
    for _ in range(2):
        assert (await asked.ask("make_one_time_code", kim, lock=NAME, guest="A"))["approval_sent"]
    assert len(phone.notes) == 1, "the same wish is asked about once"
    for name in "BCD":
        await asked.ask("make_one_time_code", kim, lock=NAME, guest=name)
    assert await asked.ask("make_one_time_code", kim, lock=NAME, guest="E") == {"error": "rate_limited"}
    assert len(phone.notes) == 4
    # Administrators are not kept from what they may do; what they do counts for all.
    for _ in range(5):
        await confirmed(asked, "make_one_time_code", as_admin, lock=NAME)
    await phone.press("Approve", phone.notes[0])
    assert phone.notes[-1]["message"].endswith("Within an hour, five changes by voice are possible.")
    assert len(guest.messages) == 5
    freezer.tick(timedelta(hours=1))
    assert (await asked.ask("make_one_time_code", kim, lock=NAME))["approval_sent"]
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_without_anybody_who_could_approve_it_is_refused(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    ann: User,
    loaded: MockConfigEntry,
    cloud: CloudServer,
) -> None:
    await hass.auth.async_update_user(ann, group_ids=[GROUP_ID_USER])
    assert await asked.ask("make_one_time_code", kim, lock=NAME) == {"error": "no_approver"}
    (entry,) = hass.config_entries.async_entries("mobile_app")
    await hass.auth.async_update_user(ann, group_ids=[GROUP_ID_ADMIN])
    await hass.config_entries.async_unload(entry.entry_id)
    assert await asked.ask("make_one_time_code", kim, lock=NAME) == {"error": "no_approver"}
    assert (phone.notes, cloud.calls[RANDOM]) == ([], 0)


async def test_all_phones_are_asked_and_hear_how_it_ended(
    hass: HomeAssistant,
    asked: ScriptedAgent,
    kim: Context,
    phone: Phone,
    push: PushServer,
    loaded: MockConfigEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    tablet = await Phone(hass, push, "tablet").register(hass_client, await user(hass, "Bea", GROUP_ID_ADMIN))
    await choose(hass, loaded, "voice", approving(phone, tablet))
    await asked.ask("create_guest_code", kim, **NOW)
    old = phone.notes[0]
    assert [note["message"] for note in (*phone.shown, *tablet.shown)] == [WISH, WISH]
    await tablet.press("Refuse")
    await phone.press("Approve", old)
    assert {note["message"] for note in (*phone.shown, *tablet.shown)} == {f"{WISH}\nRefused by Bea. Nothing was done."}


async def test_a_client_without_conversation_asks_nobody(
    hass: HomeAssistant, asked: ScriptedAgent, kim: Context, phone: Phone
) -> None:
    context = llm.LLMContext("mcp_server", kim, "en", "conversation", None)
    api = await llm.async_get_api(hass, "assist", context)
    result = await api.async_call_tool(llm.ToolInput("ttlock__create_guest_code", dict(STAY)))
    assert (result.data["error"], phone.notes) == ("no_conversation", [])


async def test_only_phones_of_administrators_that_take_notifications_can_be_chosen(
    hass: HomeAssistant,
    phone: Phone,
    push: PushServer,
    guest: Recipient,  # noqa: F811
    loaded: MockConfigEntry,
    ann: User,
    hass_client: ClientSessionGenerator,
) -> None:
    child = await Phone(hass, push, "child").register(hass_client, await user(hass, "Kim"))
    silent = await Phone(hass, push, "silent").register(hass_client, ann, silent=True)
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "voice"})
    for phones, error in (
        ((), "voice_without_phone"),
        ((child,), "voice_phone_unfit"),
        ((phone, silent), "voice_phone_unfit"),
    ):
        form = await hass.config_entries.options.async_configure(flow["flow_id"], approving(*phones))
        assert (form["type"], form["errors"]) == (FlowResultType.FORM, {"voice_phones": error})
    saved = await hass.config_entries.options.async_configure(flow["flow_id"], approving(phone))
    assert saved["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options["voice_phones"] == [phone.device_id]
    await hass.async_block_till_done(wait_background_tasks=True)
