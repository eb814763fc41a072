"""The log of a lock: listed, told as events, filled from every road."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
import voluptuous as vol

from custom_components.ttlock.client.events import Source
from custom_components.ttlock.client.models import Record
from simulator import CloudServer, World
from simulator.journal import LockRecord, LockRecordType

from .conftest import WHOLE_HOUSE, setup
from .passing_time import pass_time
from .test_actions import act
from .test_lock import Find, state_of

pytestmark = pytest.mark.locks("front_door")

CODE = "48151623"
CARD = "1723612378"
LIST = "/v3/lockRecord/list"


# -- list_records --------------------------------------------------------------------------------------------------


async def listed(hass: HomeAssistant, entity_id: str, **fields: Any) -> list[dict[str, Any]]:
    response = await act(hass, "list_records", {"entity_id": entity_id, **fields})
    records: list[dict[str, Any]] = response["records"][entity_id]
    return records


async def test_records_are_listed_with_causes_and_without_digits(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.lock("front_door").enter_code(CODE)
    world.lock("front_door").enter_code("13572468")
    newest = await listed(hass, front_door, page_no=1, page_size=2)
    by_success = {record["success"]: record for record in newest}
    assert {
        key: by_success[True][key] for key in ("record_type", "event", "username", "failure_reason", "credential")
    } == {
        "record_type": "unlock by passcode",
        "event": "unlocked",
        "username": "Family",
        "failure_reason": None,
        "credential": "code",
    }
    assert by_success[False]["event"] == "access_denied"
    assert by_success[False]["failure_reason"] == "unknown_credential"
    assert {record["keyboard_pwd"] for record in newest} == {"****"}
    assert {record["lock_id"] for record in newest} == {world.lock("front_door").lock_id}
    assert CODE not in str(newest)
    assert "13572468" not in str(newest)


async def test_records_are_listed_page_by_page_or_all(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, cloud: CloudServer
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    for _ in range(3):
        world.lock("front_door").swipe_card(CARD)
    everything = await listed(hass, front_door)
    assert [await listed(hass, front_door, page_no=page, page_size=2) for page in (1, 2)] == [
        everything[:2],
        everything[2:4],
    ]
    assert await listed(hass, front_door, page_size=1) == everything
    assert len(everything) >= 3
    assert await listed(hass, front_door, end_date=everything[-1]["lock_date"].replace(year=2020)) == []


async def test_records_are_listed_by_what_how_who_and_success(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, cloud: CloudServer
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    lock = world.lock("front_door")
    for _ in range(2):
        lock.enter_code(CODE)
        lock.swipe_card(CARD)
    lock.enter_code("13572468")
    lock.turn_key()

    async def count(**wanted: Any) -> int:
        return len(await listed(hass, front_door, **wanted))

    assert await count(methods=["card"], operator="blue CARD ") == 2
    assert await count(methods="code") == 3
    assert await count(methods=["code"], success=True) == await count(operator="Family") == 2
    assert await count(events=["access_denied"]) == await count(success=False) == 1
    assert await count(events=["locked", "access_denied"], methods=["key"]) == 1
    assert await count(operator="Nobody") == 0
    opened = await listed(hass, front_door, operator="Family")
    cloud.reset_calls()
    assert [await listed(hass, front_door, operator="Family", page_no=page, page_size=1) for page in (1, 2, 3)] == [
        opened[:1],
        opened[1:],
        [],
    ]
    assert cloud.calls[LIST] == 3
    with pytest.raises(vol.Invalid):
        await listed(hass, front_door, events=["ring"])


async def test_a_range_that_ends_before_it_begins_costs_no_call(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    now = dt_util.utcnow()
    with pytest.raises(ServiceValidationError):
        await listed(hass, entity_id("lock", "front_door", "lock"), start_date=now, end_date=now)
    assert not cloud.calls


# -- Events --------------------------------------------------------------------------------------------------------


type Events = list[dict[str, Any]]


@pytest.fixture
def told(hass: HomeAssistant) -> Events:
    """Collect what event entities tell, oldest first."""
    found: Events = []

    @callback
    def hear(event: Event[EventStateChangedData]) -> None:
        new, old = event.data["new_state"], event.data["old_state"]
        if new and new.domain == "event" and new.state not in ("unknown", "unavailable"):
            if old is not None and old.state != "unavailable" and old.attributes != new.attributes:
                found.append(dict(new.attributes))

    hass.bus.async_listen("state_changed", hear)
    return found


def types(events: Events) -> list[str]:
    return [event["event_type"] for event in events]


async def look(hass: HomeAssistant, entity_id: str) -> None:
    """Have the log read."""
    await hass.services.async_call("ttlock", "update_state", {"entity_id": entity_id}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def front_door(hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return a lock that stays as it is left."""
    front_door = entity_id("lock", "front_door", "lock")
    await hass.services.async_call(
        "ttlock", "configure_autolock", {"entity_id": front_door, "enabled": False}, blocking=True
    )
    return front_door


async def test_who_opened_and_how_is_an_event(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,
    told: Events,
    world: World,
    entity_id: Find,
) -> None:
    freezer.tick(60)
    world.lock("front_door").enter_code(CODE)
    await look(hass, front_door)
    (event,) = told
    assert {key: event[key] for key in ("event_type", "who", "method", "side", "record_type", "source")} == {
        "event_type": "unlocked",
        "who": "Family",
        "method": "code",
        "side": "outside",
        "record_type": 4,
        "source": "cloud",
    }
    opened = state_of(hass, entity_id("sensor", "front_door", "last_opened")).state
    assert dt_util.parse_datetime(opened, raise_on_error=True) == dt_util.utcnow().replace(microsecond=0)
    assert CODE not in str(told)


async def test_the_same_person_twice_is_two_events_and_no_record_is_told_twice(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, front_door: str, told: Events, world: World
) -> None:
    for _ in range(2):
        freezer.tick(60)
        world.lock("front_door").swipe_card(CARD)
        world.lock("front_door").turn_key()
        await pass_time(hass, freezer, timedelta(hours=2))
    await pass_time(hass, freezer, timedelta(hours=2))
    cards = [event for event in told if event.get("method") == "card"]
    assert [(event["event_type"], event["kind"], event["who"]) for event in cards] == [
        ("late", "unlocked", "Blue card"),
        ("late", "unlocked", "Blue card"),
    ]
    assert len(told) == 4
    assert [event["at"] for event in told] == sorted(event["at"] for event in told)


async def test_wrong_codes_are_refusals_with_a_cause_and_then_an_alarm(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, front_door: str, told: Events, world: World
) -> None:
    for digits in ("13572468", "13572469", "13572470"):
        freezer.tick(30)
        world.lock("front_door").enter_code(digits)
    world.lock("front_door").turn_key()
    await look(hass, front_door)
    assert types(told)[:4] == ["access_denied", "access_denied", "access_denied", "wrong_attempts"]
    assert {event["reason"] for event in told[:3]} == {"unknown_credential"}
    assert told[3]["count"] == 3
    assert "1357" not in str(told)


async def read(entry: MockConfigEntry) -> None:
    """Have the logs read, as they are now and then."""
    for lock in entry.runtime_data.locks.values():
        await lock.log.async_read()


async def test_a_first_use_is_told_apart_and_how_long_somebody_was_away(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,
    loaded: MockConfigEntry,
    told: Events,
    world: World,
) -> None:
    lock = world.lock("front_door")
    for pause in (60, 600):
        freezer.tick(pause)
        lock.enter_code(CODE)
        await read(loaded)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    freezer.tick(60)
    lock.enter_code(CODE)
    lock.swipe_card(CARD)
    await read(loaded)
    assert [(event["who"], event["first_use"], event.get("since_last")) for event in told] == [
        ("Family", True, None),
        ("Family", False, 600),
        ("Family", False, 60),
        ("Blue card", True, None),
    ]


async def test_who_has_opened_before_the_first_start_is_not_new(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, world: World, entry: MockConfigEntry, told: Events
) -> None:
    world.lock("front_door").enter_code(CODE)
    freezer.tick(3600)
    await setup(hass, entry)
    world.lock("front_door").enter_code(CODE)
    await read(entry)
    assert [(event["first_use"], event["since_last"]) for event in told] == [(False, 3600)]


async def test_one_time_and_recurring_codes_are_told_apart_and_so_is_too_early(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,
    loaded: MockConfigEntry,
    told: Events,
    world: World,
) -> None:
    lock, codes = world.lock("front_door"), {}
    for kind in ("one_time", "daily"):
        fields = {"entity_id": front_door, "passcode_name": kind, "type": kind, "return_code": True}
        if kind == "daily":
            hour = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
            fields |= {"start_time": hour.isoformat(), "end_time": (hour + timedelta(hours=2)).isoformat()}
        made = await act(hass, "create_passcode", fields)
        codes[kind] = made["results"][front_door]["passcode"]
    later = dt_util.utcnow() + timedelta(days=2)
    await act(
        hass,
        "create_passcode",
        {
            "entity_id": front_door,
            "passcode_name": "Later",
            "passcode": "592846",
            "start_time": later.isoformat(),
            "end_time": (later + timedelta(days=1)).isoformat(),
        },
    )
    freezer.tick(60)
    assert lock.enter_code(codes["one_time"]).opened
    assert lock.enter_code(codes["daily"]).opened
    assert not lock.enter_code("592846").opened
    await read(loaded)
    assert [(event["who"], event["method"], event.get("reason")) for event in told] == [
        ("one_time", "one_time_code", None),
        ("daily", "periodic_code", None),
        ("Later", "code", "not_yet_valid"),
    ]


async def test_whose_credential_it_was_is_looked_up_once_where_nobody_follows_the_tables(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,
    loaded: MockConfigEntry,
    told: Events,
    world: World,
    cloud: CloudServer,
) -> None:
    cloud.reset_calls()
    for _ in range(2):
        freezer.tick(60)
        world.lock("front_door").swipe_card(CARD)
        await read(loaded)
    assert cloud.calls["/v3/identityCard/list"] == 1
    assert {(event["credential"], event["credential_id"] > 0) for event in told} == {("Blue card", True)}
    world.lock("front_door").enter_code("13572468")
    await read(loaded)
    assert cloud.calls["/v3/lock/listKeyboardPwd"] == 0


async def test_digits_that_somebody_wrote_into_a_name_are_not_told(
    hass: HomeAssistant, front_door: str, loaded: MockConfigEntry, told: Events, world: World
) -> None:
    fields = {"entity_id": front_door, "passcode_name": "Bob 592846", "passcode": "592846"}
    await act(hass, "create_passcode", fields)
    assert world.lock("front_door").enter_code("592846").opened
    await read(loaded)
    (event,) = told
    assert (event["who"], event["credential"]) == ("Bob ****", "Bob ****")
    assert "592846" not in str(event)


async def test_what_happened_while_home_assistant_was_away_is_told_late_and_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,
    loaded: MockConfigEntry,
    told: Events,
    world: World,
) -> None:
    freezer.tick(60)
    world.lock("front_door").enter_code(CODE)
    await look(hass, front_door)
    assert types(told) == ["unlocked"]
    assert await hass.config_entries.async_unload(loaded.entry_id)
    freezer.tick(60)
    world.lock("front_door").turn_key()
    freezer.tick(3600)
    for _ in range(2):
        await hass.config_entries.async_setup(loaded.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        await hass.config_entries.async_unload(loaded.entry_id)
    assert [(event["event_type"], event.get("kind")) for event in told] == [("unlocked", None), ("late", "locked")]


@pytest.mark.locks("padlock")
async def test_what_a_phone_brings_up_from_a_lock_without_a_gateway_is_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, loaded: MockConfigEntry, told: Events, world: World
) -> None:
    padlock = world.lock("padlock")
    assert loaded.runtime_data.locks[padlock.lock_id].reachable is False
    freezer.tick(60)
    when = int(dt_util.utcnow().timestamp() * 1000)
    record = LockRecord(sequence=0, lock_date=when, type_from_lock=LockRecordType.CARD_UNLOCK, success=False)
    world.take_record(world.rows[padlock.lock_id], record)
    await pass_time(hass, freezer, timedelta(hours=2))
    assert [(event["event_type"], event["kind"]) for event in told] == [("late", "access_denied")]


async def test_old_records_are_no_news_at_the_first_start(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, world: World, entry: MockConfigEntry, told: Events
) -> None:
    world.lock("front_door").enter_code(CODE)
    freezer.tick(30)
    await setup(hass, entry)
    await pass_time(hass, freezer, timedelta(hours=3))
    assert told == []


async def test_a_command_that_failed_is_an_event(
    hass: HomeAssistant, front_door: str, told: Events, world: World, entity_id: Find
) -> None:
    for gateway in world.reach.gateways.values():
        gateway.online = False
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("lock", "unlock", {"entity_id": front_door}, blocking=True)
    (event,) = told
    assert (event["event_type"], event["command"], event["reason"]) == ("command_failed", "unlock", "gateway_offline")


@WHOLE_HOUSE
async def test_a_command_that_the_lock_cannot_take_fails_as_an_event_too(
    hass: HomeAssistant, loaded: MockConfigEntry, told: Events, entity_id: Find, cloud: CloudServer
) -> None:
    hass.config.components.add("logbook")
    lines = async_capture_events(hass, "logbook_entry")
    cloud.reset_calls()
    for lock in ("safe", "cellar"):
        with pytest.raises(HomeAssistantError):
            await hass.services.async_call(
                "lock", "unlock", {"entity_id": entity_id("lock", lock, "lock")}, blocking=True
            )
    assert [(event["event_type"], event["reason"]) for event in told] == [
        ("command_failed", "no_remote_unlock"),
        ("command_failed", "remote_unlock_disabled"),
    ]
    assert [line.data["message"] for line in lines] == [
        "could not be unlocked: Lock cannot be unlocked from afar",
        "could not be unlocked: Remote unlock is off",
    ]


async def test_own_commands_are_named_and_told_once(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, front_door: str, told: Events, world: World
) -> None:
    hass.config.components.add("logbook")
    lines = async_capture_events(hass, "logbook_entry")
    freezer.tick(60)
    await hass.services.async_call("lock", "unlock", {"entity_id": front_door}, blocking=True)
    await pass_time(hass, freezer, timedelta(seconds=11))
    await pass_time(hass, freezer, timedelta(hours=2))
    (event,) = told
    assert (event["event_type"], event["who"], event["method"]) == ("unlocked", "Home Assistant", "remote")
    assert lines == [], "Home Assistant says itself whose command it was"
    assert state_of(hass, front_door).attributes["changed_by"] == "Home Assistant"


async def test_a_random_passcode_is_proved_by_its_first_use(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, front_door: str, told: Events, world: World
) -> None:
    made = await act(
        hass,
        "create_passcode",
        {"entity_id": front_door, "passcode_name": "Guest", "type": "permanent", "return_code": True},
    )
    result = made["results"][front_door]
    assert result["status"] == "accepted"
    freezer.tick(60)
    assert world.lock("front_door").enter_code(result["passcode"]).opened
    await look(hass, front_door)
    assert told[-1]["credential_id"] == result["id"]
    listed_codes = await act(hass, "list_passcodes", {"entity_id": front_door})
    (guest,) = [code for code in listed_codes["passcodes"][front_door] if code["id"] == result["id"]]
    assert guest["status"] == "in_force"


async def test_the_activity_page_tells_who_and_how(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, front_door: str, world: World
) -> None:
    hass.config.components.add("logbook")
    lines = async_capture_events(hass, "logbook_entry")
    for _ in range(2):
        freezer.tick(20)
        world.lock("front_door").touch_finger("179351284710657")
    freezer.tick(20)
    world.lock("front_door").enter_code(CODE)
    for _ in range(2):
        await look(hass, front_door)
    assert [line.data["message"] for line in lines] == [
        *["unlocked by Owner thumb with a fingerprint"] * 2,
        "unlocked by Family with a passcode",
    ]
    assert {(line.data["entity_id"], line.data["domain"], line.data["name"]) for line in lines} == {
        (front_door, "ttlock", "Front Door")
    }


async def test_a_line_says_why_and_when(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, front_door: str, loaded: MockConfigEntry, world: World
) -> None:
    hass.config.components.add("logbook")
    lines = async_capture_events(hass, "logbook_entry")
    freezer.tick(60)
    world.lock("front_door").enter_code("13572468")
    await read(loaded)
    await hass.config.async_set_time_zone("Europe/Rome")
    freezer.move_to("2026-12-24T10:00:30+00:00")
    world.lock("front_door").swipe_card(CARD)
    freezer.move_to("2026-12-24T10:05:00+00:00")
    await read(loaded)
    world.lock("front_door").swipe_card(CARD)
    freezer.move_to("2026-12-25T10:05:00+00:00")
    await read(loaded)
    assert [line.data["message"] for line in lines] == [
        "refused access with a passcode: Not known to the lock",
        "unlocked by Blue card with an IC card, at 11:00",
        "unlocked by Blue card with an IC card, at 2026-12-24 11:05",
    ]


async def test_a_wrong_clock_is_a_fault_once(
    hass: HomeAssistant, loaded: MockConfigEntry, told: Events, world: World, entity_id: Find
) -> None:
    world.lock("front_door").clock.offset = 600
    for _ in range(2):
        await loaded.runtime_data.locks[world.lock("front_door").lock_id].upkeep.async_read_clock()
    assert [(event["event_type"], event["reason"]) for event in told] == [("fault", "clock_wrong")]


async def test_the_battery_of_the_inventory_is_an_alarm_once_over_restarts_too(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    told: Events,
    world: World,
) -> None:
    row = world.rows[world.lock("front_door").lock_id]
    for battery in (19, 18, 22, 17, 9, 100, 20):
        row.battery = battery
        await pass_time(hass, freezer, timedelta(minutes=31))
        if battery == 18:
            assert await hass.config_entries.async_reload(loaded.entry_id)
            await hass.async_block_till_done(wait_background_tasks=True)
    assert [(event["event_type"], event["battery"]) for event in told] == [
        ("battery_low", 19),
        ("battery_critical", 9),
        ("battery_low", 20),
    ]


async def test_the_battery_is_an_alarm_once(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, front_door: str, told: Events, loaded: MockConfigEntry
) -> None:
    lock = next(lock for lock in loaded.runtime_data.locks.values() if lock.name == "Front Door")
    for battery in (21, 20, 19, 10):
        freezer.tick(60)
        now = int(dt_util.utcnow().timestamp() * 1000)
        raw = {"recordType": 30, "success": 1, "lockDate": now, "serverDate": now, "electricQuantity": battery}
        await lock.log.async_take([Record.from_vendor(raw)], Source.CLOUD)
    await hass.async_block_till_done()
    assert [kind for kind in types(told) if kind != "door_closed"] == ["battery_low", "battery_critical"]
