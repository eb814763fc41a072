"""Keys made, changed and taken off in the calendar of a lock, through the page of Home Assistant, proved at the door."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_get_persistent_notifications
from pytest_homeassistant_custom_component.typing import MockHAClientWebSocket, WebSocketGenerator

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import Validity
from custom_components.ttlock.const import FRESH_CREDENTIALS
from simulator import CloudServer, Fault, World
from simulator.credentials import Credential, CredentialKind

from ..client.test_accessories import FIRMWARE
from ..conftest import WHOLE_HOUSE
from ..passing_time import pass_time
from ..test_actions import passcodes
from ..test_lock import Find, state_of
from ..test_share_access import code_in
from .conftest import Events
from .page import named, table_calls, teach_weekly_card

ADD = "/v3/keyboardPwd/add"
CODE = "482915"
STAY = {"dtstart": "2026-11-30T10:00:00+01:00", "dtend": "2026-11-30T12:30:00+01:00"}
"""An hour and a half from now, for two and a half hours."""

type Write = Callable[..., Awaitable[str | None]]

pytestmark = [pytest.mark.usefixtures("pages_enabled", "loaded"), pytest.mark.locks("front_door", "garden_gate")]


@pytest.fixture
def write(socket: MockHAClientWebSocket, entity_id: Find) -> Write:
    """Return how the calendar page writes; gives what it tells the person who did, None when it is well."""

    async def send(what: str, lock: str = "front_door", **fields: Any) -> str | None:
        calendar = entity_id("calendar", lock, "access")
        await socket.send_json_auto_id({"type": f"calendar/event/{what}", "entity_id": calendar, **fields})
        answer = await socket.receive_json()
        return None if answer["success"] else answer["error"]["message"]

    return send


@pytest.fixture
def create(write: Write) -> Write:
    """Return how an event is made."""

    async def make(summary: str = "Guest", lock: str = "garden_gate", **fields: Any) -> str | None:
        return await write("create", lock, event={"summary": summary, **STAY, **fields})

    return make


def messages(hass: HomeAssistant) -> list[str]:
    """Return the texts of the notifications."""
    return [notification["message"] for notification in async_get_persistent_notifications(hass).values()]


def edited(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an event as the page sends it back."""
    sent = {
        "dtstart": event["start"],
        "dtend": event["end"],
        **{key: event[key] for key in ("summary", "description", "rrule") if event.get(key)},
    }
    return {**sent, **changes}


# -- Making --------------------------------------------------------------------------------------------------------


async def test_an_event_is_a_passcode_for_its_time(
    hass: HomeAssistant, create: Write, page: Events, world: World, freezer: FrozenDateTimeFactory, entity_id: Find
) -> None:
    gate = world.lock("garden_gate")
    assert await create(description=f"Two people\nCode {CODE}\n") is None
    (event,) = await page("garden_gate")
    listed = (await passcodes(hass, entity_id("lock", "garden_gate", "lock")))["Guest"]
    assert event["uid"] == f"passcode-{listed['id']}"
    assert (event["start"], event["end"]) == (STAY["dtstart"], STAY["dtend"])
    assert event["description"] == f"Passcode\nOn the lock, does not open at the moment\nID {listed['id']}"
    assert messages(hass) == [], "the digits of somebody's own are shown"
    assert not gate.enter_code(CODE).opened
    await pass_time(hass, freezer, timedelta(minutes=91))
    assert gate.enter_code(CODE).opened
    assert (await page("garden_gate"))[0]["description"].startswith("Passcode\nIn force, ends within a week\n")
    assert state_of(hass, entity_id("calendar", "garden_gate", "access")).attributes["message"] == "Guest"
    await pass_time(hass, freezer, timedelta(minutes=150))
    assert not gate.enter_code(CODE).opened


@pytest.mark.parametrize(
    "line",
    ["Code 482915", "code: 482 915", "  CODE = 482915 #", "Passcode482915", "密码：482915", "Note\npin:482915#\nBye"],
)
async def test_the_line_with_the_code_may_be_written_as_people_do(create: Write, world: World, line: str) -> None:
    assert await create(description=line, dtstart="2026-11-30T08:00:00+01:00") is None
    assert world.lock("garden_gate").enter_code(CODE).opened


async def test_digits_of_our_own_choosing_are_shown_once_and_kept_nowhere(
    hass: HomeAssistant,
    everything_said: list[str],
    create: Write,
    page: Events,
    world: World,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.clear()
    assert await create(dtstart="2026-11-30T08:00:00+01:00") is None
    (message,) = messages(hass)
    code = code_in(message)
    assert message == (
        f"Code of Guest for Garden Gate: {code}. Valid 2026-11-30 08:00 to 2026-11-30 12:30. Press # after the code."
    )
    assert world.lock("garden_gate").enter_code(code).opened
    shown = str(await page("garden_gate")) + str([state.as_dict() for state in hass.states.async_all()])
    assert code not in shown
    assert code not in " ".join(everything_said)
    assert code not in caplog.text
    await pass_time(hass, freezer, timedelta(minutes=10, seconds=1))
    assert messages(hass) == []


@WHOLE_HOUSE
async def test_without_a_gateway_the_cloud_makes_the_digits(
    hass: HomeAssistant, create: Write, page: Events, world: World, freezer: FrozenDateTimeFactory
) -> None:
    assert "full hours only" in str(await create(lock="padlock"))
    assert "Put a TTLock gateway close" in str(await create(lock="padlock", description=f"Code {CODE}"))
    assert await create(lock="padlock", dtend="2026-12-03T12:00:00+01:00") is None
    (message,) = messages(hass)
    assert "Use it for the first time before 2026-12-01 10:00." in message
    (event,) = await page("padlock")
    assert event["description"].splitlines()[:3] == [
        "Passcode",
        "Accepted by TTLock; the lock has not proved it yet",
        "Has to be used for the first time before 2026-12-01 10:00",
    ]
    await pass_time(hass, freezer, timedelta(minutes=91))
    assert world.lock("padlock").enter_code(code_in(message)).opened


async def test_whole_days_are_those_of_the_lock(
    hass: HomeAssistant, create: Write, page: Events, world: World, freezer: FrozenDateTimeFactory
) -> None:
    """Home Assistant stands nine hours behind the locks in these tests."""
    assert await create(dtstart="2026-12-01", dtend="2026-12-02", description=f"Code {CODE}") is None
    (event,) = await page("garden_gate")
    assert (event["start"], event["end"]) == ("2026-12-01T00:00:00+01:00", "2026-12-02T00:00:00+01:00")
    freezer.move_to("2026-11-30T22:59:00+00:00")
    assert not world.lock("garden_gate").enter_code(CODE).opened
    freezer.move_to("2026-11-30T23:01:00+00:00")
    assert world.lock("garden_gate").enter_code(CODE).opened
    freezer.move_to("2026-12-01T23:01:00+00:00")
    assert not world.lock("garden_gate").enter_code(CODE).opened


async def test_the_action_of_calendars_makes_codes_too(hass: HomeAssistant, entity_id: Find, world: World) -> None:
    event = {
        "entity_id": entity_id("calendar", "garden_gate", "access"),
        "summary": "Cleaner",
        "description": f"Code {CODE}",
        "start_date_time": "2026-11-30T08:00:00+01:00",
        "end_date_time": "2026-11-30T18:00:00+01:00",
    }
    await hass.services.async_call("calendar", "create_event", event, blocking=True)
    assert world.lock("garden_gate").enter_code(CODE).opened
    with pytest.raises(ServiceValidationError) as refusal:
        await hass.services.async_call("calendar", "create_event", {**event, "summary": " "}, blocking=True)
    assert refusal.value.translation_key == "event_without_name"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rrule": "FREQ=WEEKLY"}, "cannot come back"),
        ({"dtstart": "2026-11-29T10:00:00+01:00", "dtend": "2026-11-30T08:00:00+01:00"}, "already over"),
        ({"dtend": "9999-12-31T23:59:00+01:00"}, "2000 to 2099"),
        ({"summary": "Guest 482 915"}, "must not hold the code"),
        ({"description": "Code 48x915"}, "digits only"),
        ({"description": "Code 123456"}, "easy to guess"),
        ({"description": "Code 482"}, "4 to 9 digits"),
    ],
)
async def test_what_cannot_be_is_refused_in_words_before_any_call(
    create: Write, cloud: CloudServer, fields: dict[str, Any], words: str
) -> None:
    cloud.reset_calls()
    refusal = await create(**{"description": f"Code {CODE}", **fields})
    assert refusal is not None
    assert words in refusal
    assert cloud.calls.total() == 0


async def test_digits_that_the_lock_knows_already_are_refused(create: Write, page: Events) -> None:
    assert await create(description=f"Code {CODE}") is None
    later = {"dtstart": "2026-12-01T10:00:00+01:00", "dtend": "2026-12-01T12:00:00+01:00"}
    assert "already has a passcode with these digits" in str(await create("Other", description=f"Code {CODE}", **later))
    events = named(await page("garden_gate"))
    assert events["Other"]["description"].startswith("Passcode\nFailed, not on the lock\nGarden Gate already has")


async def test_an_own_event_is_known_without_another_reading(create: Write, page: Events, cloud: CloudServer) -> None:
    assert await create(description=f"Code {CODE}") is None
    cloud.reset_calls()
    assert named(await page("garden_gate"))["Guest"]
    assert table_calls(cloud) == 0


# -- While the way to the lock is blocked --------------------------------------------------------------------------


async def test_a_code_waits_for_the_gateway_over_a_restart_and_comes_once(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    create: Write,
    page: Events,
    world: World,
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    world.gateway("garden").online = False
    assert await create() is None
    (message,) = messages(hass)
    assert message.endswith("It is not on the lock yet; Home Assistant keeps trying.")
    (event,) = await page("garden_gate")
    assert event["uid"].startswith("grant-")
    assert event["description"] == (
        "Passcode\nNot on the lock yet; being tried\n"
        "The gateway of Garden Gate is offline. Check its power and network."
    )
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert messages(hass) == [], "a code was left behind"
    (waiting,) = await page("garden_gate")
    assert waiting["uid"] == event["uid"]
    world.gateway("garden").online = True
    await pass_time(hass, freezer, timedelta(minutes=100))
    assert world.lock("garden_gate").enter_code(code_in(message)).opened
    (there,) = await page("garden_gate")
    assert there["uid"].startswith("passcode-")
    assert len(world.row("garden_gate").passcodes) == 1


async def test_an_event_that_waits_can_be_moved_and_renamed(
    hass: HomeAssistant,
    create: Write,
    write: Write,
    page: Events,
    world: World,
    freezer: FrozenDateTimeFactory,
    entity_id: Find,
) -> None:
    world.gateway("garden").online = False
    assert await create(description=f"Code {CODE}") is None
    (event,) = await page("garden_gate")
    changed = edited(event, summary="Painter", dtstart="2026-11-30T14:00:00+01:00", dtend="2026-11-30T16:00:00+01:00")
    assert await write("update", "garden_gate", uid=event["uid"], event=changed) is None
    assert set(named(await page("garden_gate"))) == {"Painter"}
    world.gateway("garden").online = True
    await pass_time(hass, freezer, timedelta(hours=3))
    assert not world.lock("garden_gate").enter_code(CODE).opened
    await pass_time(hass, freezer, timedelta(hours=3))
    assert world.lock("garden_gate").enter_code(CODE).opened
    assert set(await passcodes(hass, entity_id("lock", "garden_gate", "lock"))) == {"Painter"}


async def test_an_event_that_waits_can_be_taken_back(
    hass: HomeAssistant, create: Write, write: Write, page: Events, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.gateway("garden").online = False
    assert await create(description=f"Code {CODE}") is None
    (event,) = await page("garden_gate")
    assert await write("delete", "garden_gate", uid=event["uid"]) is None
    assert await page("garden_gate") == []
    world.gateway("garden").online = True
    await pass_time(hass, freezer, timedelta(hours=2))
    assert not world.lock("garden_gate").enter_code(CODE).opened


async def test_whoever_deletes_an_event_is_told_when_the_code_still_opens(
    hass: HomeAssistant, create: Write, write: Write, page: Events, world: World, freezer: FrozenDateTimeFactory
) -> None:
    assert await create(description=f"Code {CODE}", dtstart="2026-11-30T08:00:00+01:00") is None
    (event,) = await page("garden_gate")
    world.gateway("garden").online = False
    assert "keeps trying" in str(await write("delete", "garden_gate", uid=event["uid"]))
    (event,) = await page("garden_gate")
    assert event["description"].startswith("Passcode\nBeing removed, may still open\n")
    assert world.lock("garden_gate").enter_code(CODE).opened
    world.gateway("garden").online = True
    await pass_time(hass, freezer, timedelta(minutes=15))
    assert not world.lock("garden_gate").enter_code(CODE).opened
    assert await page("garden_gate") == []


async def test_an_event_that_failed_can_be_tried_again_or_cleared_away(
    create: Write, write: Write, page: Events, world: World
) -> None:
    assert await create(description=f"Code {CODE}") is None
    for name in ("One", "Two"):
        assert await create(name, description=f"Code {CODE}", dtstart="2026-11-30T08:00:00+01:00") is not None
    events = named(await page("garden_gate"))
    assert await write("delete", "garden_gate", uid=events["One"]["uid"]) is None
    again = edited(events["Two"], description="Code 592846")
    assert await write("update", "garden_gate", uid=events["Two"]["uid"], event=again) is None
    events = named(await page("garden_gate"))
    assert set(events) == {"Guest", "Two"}
    assert events["Two"]["description"].startswith("Passcode\nIn force")
    assert world.lock("garden_gate").enter_code("592846").opened


# -- Changing ------------------------------------------------------------------------------------------------------


async def test_an_event_is_moved_renamed_and_given_other_digits(
    hass: HomeAssistant,
    create: Write,
    write: Write,
    page: Events,
    world: World,
    entity_id: Find,
) -> None:
    gate = world.lock("garden_gate")
    assert await create(description=f"Code {CODE}") is None
    (event,) = await page("garden_gate")
    moved = edited(event, dtstart="2026-11-30T08:00:00+01:00")
    assert await write("update", "garden_gate", uid=event["uid"], event=moved) is None
    assert gate.enter_code(CODE).opened
    renamed = {**moved, "summary": "Painter", "description": f"{event['description']}\ncode: 592846"}
    assert await write("update", "garden_gate", uid=event["uid"], event=renamed) is None
    assert not gate.enter_code(CODE).opened
    assert gate.enter_code("592846").opened
    assert set(await passcodes(hass, entity_id("lock", "garden_gate", "lock"))) == {"Painter"}
    (event,) = await page("garden_gate")
    assert (event["summary"], event["start"]) == ("Painter", "2026-11-30T08:00:00+01:00")
    assert "592846" not in str(event)


async def test_what_is_not_changed_costs_no_call(create: Write, write: Write, page: Events, cloud: CloudServer) -> None:
    assert await create(description=f"Code {CODE}") is None
    (event,) = await page("garden_gate")
    cloud.reset_calls()
    assert await write("update", "garden_gate", uid=event["uid"], event=edited(event)) is None
    assert cloud.calls.total() == 0


async def test_the_ekey_of_somebody_is_prolonged_and_taken_back(write: Write, page: Events, world: World) -> None:
    lock_id, guest = world.lock("front_door").lock_id, world.account("guest").uid

    def ekey() -> Any:
        return world.ekey(guest, lock_id)

    event = named(await page())["Guest"]
    later = edited(event, dtend="2036-02-01T09:00:00+01:00", summary="Friend")
    assert await write("update", uid=event["uid"], event=later) is None
    assert (ekey().name, ekey().end) == ("Friend", 2085465600000)
    assert "Only a passcode has digits" in str(
        await write("update", uid=event["uid"], event={**later, "description": "Code 482915"})
    )
    assert await write("delete", uid=event["uid"]) is None
    assert ekey() is None
    assert set(named(await page())) == {"Cleaner"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dtend": "2026-11-30T08:00:00+01:00"}, "already over"),
        ({"rrule": "FREQ=DAILY"}, "cannot come back"),
    ],
)
async def test_changes_that_make_no_sense_are_refused_before_any_call(
    write: Write, page: Events, cloud: CloudServer, changes: dict[str, Any], words: str
) -> None:
    event = named(await page())["Cleaner"]
    cloud.reset_calls()
    assert words in str(await write("update", uid=event["uid"], event=edited(event, **changes)))
    assert cloud.calls.total() == 0


async def test_weekly_hours_are_renamed_and_removed_as_a_whole(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    write: Write,
    page: Events,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    await teach_weekly_card(loaded, world)
    await pass_time(hass, freezer, FRESH_CREDENTIALS)
    first, second, *_ = [event for event in await page() if event["summary"] == "Office card"]
    all_future = {"recurrence_range": "THISANDFUTURE"}

    def of(event: dict[str, Any]) -> dict[str, Any]:
        return {"uid": event["uid"], "recurrence_id": event["recurrence_id"]}

    for refused in (of(first), {**of(second), **all_future}):
        assert "as a whole" in str(await write("delete", **refused))
        assert "as a whole" in str(await write("update", **refused, event=edited(first, summary="Staff")))
    shorter = edited(first, dtend="2026-11-30T16:00:00+01:00")
    assert "cannot be moved" in str(await write("update", **of(first), **all_future, event=shorter))
    other_days = edited(first, rrule="FREQ=WEEKLY;BYDAY=SA")
    assert "cannot be moved" in str(await write("update", **of(first), **all_future, event=other_days))
    assert await write("update", **of(first), **all_future, event=edited(first, summary="Staff")) is None
    assert "Staff" in named(await page())
    assert world.lock("front_door").swipe_card("2882343476").opened
    assert await write("delete", **of(first), **all_future) is None
    assert not world.lock("front_door").swipe_card("2882343476").opened
    assert "Staff" not in named(await page())


async def test_an_event_that_somebody_removed_elsewhere_is_gone(
    loaded: MockConfigEntry, create: Write, write: Write, page: Events, world: World, freezer: FrozenDateTimeFactory
) -> None:
    assert await create(description=f"Code {CODE}") is None
    (event,) = await page("garden_gate")
    passcode_id = int(event["uid"].removeprefix("passcode-"))
    await loaded.runtime_data.cloud.delete_passcode(world.lock("garden_gate").lock_id, passcode_id)
    freezer.tick(FRESH_CREDENTIALS)
    assert await page("garden_gate") == []
    assert "nothing any more" in str(await write("delete", "garden_gate", uid=event["uid"]))


async def test_a_remote_is_taken_off_at_the_lock_only(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    write: Write,
    page: Events,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Through the cloud it would leave the list and go on opening the door."""
    lock, number = world.lock("front_door"), "4711"
    now = dt_util.utcnow()
    validity = Validity.period(now - timedelta(hours=1), now + timedelta(days=1))
    lock.command_store(CredentialKind.REMOTE, Credential(number=number, start=now.timestamp() - 3600))
    await loaded.runtime_data.cloud.remotes.record_added(
        lock.lock_id,
        Secret(number),
        "02:00:5E:00:53:77",
        validity,
        battery=80,
        firmware=FIRMWARE,
        name="Fob",
    )
    await pass_time(hass, freezer, FRESH_CREDENTIALS)
    fob = named(await page())["Fob"]
    assert "needs Bluetooth beside Front Door" in str(await write("delete", uid=fob["uid"]))
    assert "Fob" in named(await page())
    assert lock.press_remote(number).opened


async def test_a_fault_of_the_cloud_is_told_in_words(create: Write, world: World) -> None:
    world.faults.add(Fault(kind="errcode", path=ADD, errcode=-4056))
    assert "memory" in str(await create(description=f"Code {CODE}"))


async def test_who_may_not_control_the_calendar_may_not_write(
    hass: HomeAssistant,
    entity_id: Find,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
    world: World,
) -> None:
    socket = await hass_ws_client(hass, hass_read_only_access_token)
    await socket.send_json_auto_id(
        {
            "type": "calendar/event/create",
            "entity_id": entity_id("calendar", "garden_gate", "access"),
            "event": {"summary": "Guest", "description": f"Code {CODE}", **STAY},
        }
    )
    assert (await socket.receive_json())["error"]["code"] == "unauthorized"
    assert not world.row("garden_gate").passcodes
