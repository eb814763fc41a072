"""What Home Assistant itself keeps of a number, which is why ours do not go these ways (voice-and-automation.md 8).

It proves at the same time that the search finds something in every place.
"""

from datetime import timedelta
import logging
from typing import Any, Final, override

from homeassistant.auth.models import User
from homeassistant.components import persistent_notification
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT as CALENDARS
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.logbook import async_log_entry
from homeassistant.components.notify.const import DATA_COMPONENT
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service

from ..documentation import ROOT, automation as documented_automation, blocks
from ..recipients import Recipient, add_recipient
from ..test_actions import passcodes
from ..test_assistants import Google, documented
from ..voice_agent import add_agent
from .browser import Browser
from .conftest import ReadAll
from .flock import BROWSER, CALL, NOTIFICATION, TRACE, Flock, Where, at, event, passing
from .steps import LOCK, automation, call, fire, kept_on_purpose
from .stores import Stores

pytestmark = pytest.mark.locks("front_door")

NO_TRACES: Final = documented_automation("sharing.md", "Code on the display")
(RECORDER,) = (
    block.content["recorder"] for block in blocks(ROOT / "docs" / "sharing.md") if "recorder" in block.content
)
NAME: Final = at("registries", "file core.entity_registry", "state lock.front_door", "database state lock.front_door")
CHANGE: Final = passing("state_changed") | at("database file")
SORTS: Final = (
    *("activity", "bus", "conversations", "database", "diagnostics", "entries", "file", "log"),
    *("notifications", "pages", "registries", "repairs", "state", "system log", "traces"),
)


def told(name: str) -> dict[str, Any]:
    """Return a step that has a code made and is told it."""
    return {
        **call("ttlock.create_passcode", LOCK, passcode_name=name, return_code=True),
        "response_variable": "made",
    }


def without_id(config: dict[str, Any]) -> dict[str, Any]:
    """Return an automation as those write it who know no better."""
    return {key: value for key, value in config.items() if key != "id"}


async def say_pin(hass: HomeAssistant, user: User, pin: str) -> None:
    """Have Google unlock with a PIN."""
    project = Google(hass, {**documented("google_assistant"), "secure_devices_pin": pin}, user)
    await project.async_initialize()  # type: ignore[no-untyped-call]
    assert (await project.move(False, pin))["status"] == "SUCCESS"


async def automate(hass: HomeAssistant, flock: Flock, kept: Where) -> None:
    """Let numbers loose in automations: given to actions, and told by them."""
    configs = {
        name: automation(name, step)
        for name, step in {
            "typed": call(
                "ttlock.create_passcode", LOCK, passcode_name="Typed", passcode=flock.loose("typed", CALL, TRACE, kept)
            ),
            "unlock": call("lock.unlock", LOCK, code=flock.loose("unlock", CALL, TRACE)),
            "message": call(
                "notify.send_message", {"entity_id": "notify.guest"}, message=flock.loose("message", CALL, TRACE)
            ),
            "app": call("notify.mobile_app_phone", message=flock.loose("message to an app", CALL, TRACE)),
            "note": call("persistent_notification.create", message=flock.loose("note", CALL, TRACE, NOTIFICATION)),
            "told": told("told"),
        }.items()
    }
    configs["no id"] = without_id(automation("no_id", told("no id")))
    configs["my_booking"] = {"id": "untraced", **NO_TRACES}
    configs["trigger"] = automation("trigger")
    configs["change"] = {
        "id": "change",
        "alias": "change",
        "triggers": [{"trigger": "state", "entity_id": ["event.any", "lock.any"]}],
        "actions": [],
        "mode": "parallel",
    }
    async_mock_service(hass, "notify", "mobile_app_phone")
    assert await async_setup_component(hass, "automation", {"automation": list(configs.values())})
    for name in ("typed", "unlock", "message", "app", "note", "told", "no_id", "my_booking"):
        await fire(hass, name)
    await fire(hass, "trigger", code=flock.loose("data of an event", event("trigger"), TRACE))
    listed = await passcodes(hass, "lock.front_door")
    flock.note("told", listed["told"]["passcode"], TRACE, kept)
    flock.note("told without id", listed["no id"]["passcode"], kept)
    flock.note("told without traces", listed["Guest"]["passcode"], kept)


async def ask_agent(hass: HomeAssistant, flock: Flock, kept: Where, user: User) -> None:
    """Let an agent run a script that is told a code."""
    script = {"sequence": [told("by script"), {"stop": "Done", "response_variable": "made"}]}
    assert await async_setup_component(hass, "script", {"script": {"tell": script}})
    agent = await add_agent(hass)
    async_expose_entity(hass, "conversation", "script.tell", True)
    (answer,) = await agent.say(("script__tell", {}), context=Context(user_id=user.id))
    code = (await passcodes(hass, "lock.front_door"))["by script"]["passcode"]
    assert code in str(answer)
    assert code in str(agent.logs)
    logged = at("log homeassistant.components.conversation.chat_log")
    flock.note("told to a script", code, TRACE, kept, at("conversations"), logged)


class Diary(CalendarEntity):
    """A calendar with one event, now."""

    entity_id = "calendar.any"

    def __init__(self, summary: str, description: str) -> None:
        """Begin an hour ago."""
        now, hour = dt_util.utcnow(), timedelta(hours=1)
        self._event = CalendarEvent(now - hour, now + hour, summary, description)

    @property
    @override
    def event(self) -> CalendarEvent:
        return self._event


async def show_in_calendar(hass: HomeAssistant, flock: Flock) -> Diary:
    """Have a calendar show numbers: the summary of what is now is recorded, its description is not."""
    assert await async_setup_component(hass, "calendar", {})
    diary = Diary(
        flock.loose("summary", CHANGE, at("state calendar.any", "database state calendar.any")),
        flock.loose("description", passing("state_changed"), at("state calendar.any")),
    )
    await hass.data[CALENDARS].async_add_entities([diary])
    return diary


async def test_home_assistant_keeps_what_passes_through_it(
    stores: Stores,
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    read_all: ReadAll,
    browser: Browser,
    hass_admin_user: User,
) -> None:
    flock, kept = Flock(), kept_on_purpose(loaded)
    await add_recipient(hass, Recipient("guest"))
    await automate(hass, flock, kept)
    await ask_agent(hass, flock, kept, hass_admin_user)
    digits = flock.loose("browser", CALL, kept, BROWSER, at("pages"))
    typed = {**LOCK, "passcode_name": "Browser", "passcode": digits, "return_code": True}
    action = {"domain": "ttlock", "service": "create_passcode", "return_response": True}
    await browser.ask("call_service", **action, service_data=typed)
    logged = at("log homeassistant.components.google_assistant.smart_home")
    await say_pin(hass, hass_admin_user, flock.loose("Google", event("google_assistant_command"), logged))

    persistent_notification.async_create(hass, flock.loose("note from inside", NOTIFICATION))
    guest = hass.data[DATA_COMPONENT].get_entity("notify.guest")
    assert guest is not None
    await guest.async_send_message(flock.loose("message from inside"))

    for name, entity_id in {"code": "event.any", "changed_by": "lock.any"}.items():
        kept_in = at(f"state {entity_id}", f"database state {entity_id}")
        hass.states.async_set(entity_id, "before")
        hass.states.async_set(entity_id, "now", {name: flock.loose(name, CHANGE, TRACE, kept_in)})
    diary = await show_in_calendar(hass, flock)
    async_log_entry(hass, "Door", flock.loose("activity", event("logbook_entry"), at("activity")))
    logging.getLogger("any").error("It is %s", flock.loose("log", at("log any", "system log")))
    er.async_get(hass).async_update_entity("lock.front_door", name=flock.loose("name", CHANGE, NAME))
    ir.async_create_issue(
        hass,
        "any",
        "any",
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="any",
        translation_placeholders={"code": flock.loose("issue", at("repairs"))},
    )
    region = flock.loose("entry", at("entries", "file core.config_entries", "diagnostics"))
    hass.config_entries.async_update_entry(loaded, data={**loaded.data, "region": region})

    places = await read_all()
    await diary.async_remove()
    assert flock.astray(places) == {}
    found = set().union(*flock.expected.values())
    assert {sort for sort in SORTS if any(place.startswith(sort) for place in found)} == set(SORTS)
    assert {place for place in places if not place.startswith(SORTS)} == set(), "nobody looks for these"


@pytest.mark.parametrize("recorder_config", [RECORDER])
async def test_the_recorder_leaves_out_what_the_page_tells_it_to(
    stores: Stores,
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    read_all: ReadAll,
    hass_admin_user: User,
) -> None:
    flock = Flock()
    code = flock.loose("typed", passing("call_service"), TRACE, kept_on_purpose(loaded))
    config = automation("typed", call("ttlock.create_passcode", LOCK, passcode_name="Typed", passcode=code))
    assert await async_setup_component(hass, "automation", {"automation": [config]})
    await fire(hass, "typed")
    logged = at("log homeassistant.components.google_assistant.smart_home")
    await say_pin(hass, hass_admin_user, flock.loose("Google", passing("google_assistant_command"), logged))
    places = await read_all()
    assert flock.astray(places) == {}
    assert "database event automation_triggered" in places
