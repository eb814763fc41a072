"""Canaries: a code that was shared is nowhere but with its receiver (voice-and-automation.md 8, 19 S1 and S2)."""

from collections.abc import Generator
import json
import logging
import re
from typing import Any, override

from homeassistant.components.recorder.db_schema import Base
from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.json import ExtendedJSONEncoder, JSONEncoder
from homeassistant.helpers.recorder import session_scope
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_get_persistent_notifications
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from simulator import World

from .recipients import Recipient, add_recipient
from .test_actions import passcodes
from .test_lock import Find
from .test_message_templates import add_template
from .test_share_access import code_in, ekey_id

pytestmark = pytest.mark.locks("front_door")

TYPED = "918273645"
"""Digits that a user puts into an action: these the recorder keeps, which shows that the search finds what is there."""


class Gossip(Recipient):
    """Somebody who is not reached, and whose error quotes the message."""

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        raise HomeAssistantError(message, translation_domain="notify", translation_placeholders={"message": message})


@pytest.fixture
def mock_recorder_before_hass(recorder_db_url: str) -> None:
    """Prepare the database before Home Assistant, as it has to be."""


@pytest.fixture
def said(hass: HomeAssistant, caplog: pytest.LogCaptureFixture) -> Generator[list[str]]:
    """Collect every event of the bus as text, calls of actions too; the log is at debug."""
    caplog.set_level(logging.DEBUG)
    for of_the_database in ("sqlalchemy.engine", "homeassistant.components.recorder"):
        # They only repeat the events, each of them.
        caplog.set_level(logging.WARNING, of_the_database)
    events: list[str] = []

    def hear(event: Event) -> None:
        events.append(json.dumps(event.as_dict(), cls=JSONEncoder, default=repr))

    stop = hass.bus.async_listen("*", hear)
    yield events
    stop()


async def recorded(hass: HomeAssistant) -> str:
    """Return everything in the database."""
    await async_wait_recording_done(hass)

    def read() -> str:
        with session_scope(hass=hass, read_only=True) as session:
            return "\n".join(
                repr(row) for table in Base.metadata.sorted_tables for row in session.execute(table.select())
            )

    return await hass.async_add_executor_job(read)


def traced(hass: HomeAssistant) -> str:
    """Return the traces as they are written to their file when Home Assistant stops."""
    traces = [trace for bucket in hass.data[DATA_TRACE].values() for trace in bucket.all_traces()]
    return json.dumps([trace.as_extended_dict() for trace in traces], cls=ExtendedJSONEncoder)


def is_in(secret: str, shown: str) -> bool:
    """Return whether a secret is shown, and not by chance as some of the digits of a time."""
    return re.search(rf"(?<![\d.]){re.escape(secret)}(?!\d)", shown) is not None


def automation(name: str, action: str, front_door: str, **data: Any) -> dict[str, Any]:
    """Return an automation that calls an action and keeps its response."""
    return {
        "id": name,
        "alias": name,
        "triggers": [{"trigger": "event", "event_type": name}],
        "actions": [
            {
                "action": f"ttlock.{action}",
                "target": {"entity_id": front_door},
                "data": data,
                "response_variable": "response",
            },
            {"event": "done", "event_data": {"response": "{{ response }}"}},
        ],
    }


async def test_what_is_shared_leaves_no_trace(
    recorder_mock: object,
    hass: HomeAssistant,
    said: list[str],
    all_enabled: None,
    loaded: MockConfigEntry,
    entity_id: Find,
    world: World,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    guest = await add_recipient(hass, Recipient("guest"))
    await add_recipient(hass, Gossip("broken"))
    await add_template(hass, loaded, "Welcome", "{guest} {lock} {code} {end}")
    key_id = await ekey_id(hass, front_door)
    both = ["notify.guest", "notify.broken"]
    automations = [
        automation("one_time", "share_access", front_door, notify=both),
        automation("timed", "share_access", front_door, notify=both, duration="05:00:00", template="Welcome"),
        automation("undelivered", "share_access", front_door, guest="Lost", notify="notify.broken"),
        automation("link", "get_unlock_link", front_door, key_id=key_id, notify=both),
        automation("typed", "create_passcode", front_door, passcode_name="Typed", passcode=TYPED),
        automation("random", "create_passcode", front_door, passcode_name="Random", return_code=True),
    ]
    assert await async_setup_component(hass, "automation", {"automation": automations})
    shares = [{"action": "ttlock.share_access", "target": {"entity_id": front_door}, "data": {"notify": both}}]
    assert await async_setup_component(hass, "script", {"script": {"share": {"sequence": shares}}})
    await hass.async_block_till_done()

    errors: list[str] = []

    async def attempt(domain: str, action: str, data: dict[str, Any]) -> None:
        try:
            await hass.services.async_call(domain, action, data, blocking=True, return_response=domain == "ttlock")
        except HomeAssistantError as err:
            errors.append(f"{err} {err!r} {err.__cause__!r} {err.__context__!r} {err.translation_placeholders}")

    for one in automations:
        hass.bus.async_fire(one["id"])
        await hass.async_block_till_done()
    await attempt("script", "share", {})
    await attempt("ttlock", "share_access", {"entity_id": front_door, "notify": "notify.broken", "guest": "Lost again"})
    await attempt("button", "press", {"entity_id": entity_id("button", "front_door", "one_time_code")})
    await hass.async_block_till_done()

    assert len(guest.messages) == 4
    links = [message.rsplit(" ", 1)[1] for message in guest.messages if "https://" in message]
    told = [code_in(message) for message in guest.messages if "https://" not in message]
    listed = await passcodes(hass, front_door)
    lost = [listed[name]["passcode"] for name in ("Lost", "Lost again")]
    (notification,) = async_get_persistent_notifications(hass).values()
    told.append(code_in(notification["message"]))
    assert all(world.lock("front_door").enter_code(code).opened for code in [*told, *lost])
    random = listed["Random"]["passcode"]

    await async_setup_component(hass, "diagnostics", {})
    places = {
        "database": await recorded(hass),
        "traces": traced(hass),
        "log": caplog.text,
        "events": "\n".join(said),
        "errors": "\n".join(errors),
        "states": json.dumps([state.as_dict() for state in hass.states.async_all()], cls=JSONEncoder),
        "diagnostics": json.dumps(await get_diagnostics_for_config_entry(hass, hass_client, loaded)),
    }
    assert is_in(TYPED, places["database"]), "the search of the database finds nothing"
    assert is_in(random, places["traces"]), "the search of the traces finds nothing"
    assert len(errors) == 1
    assert "reached none of the recipients" in places["traces"]
    secrets = [*told, *lost, *links]
    assert len(set(secrets)) == 7
    leaks = {place: [secret for secret in secrets if is_in(secret, shown)] for place, shown in places.items()}
    assert not any(leaks.values()), leaks
