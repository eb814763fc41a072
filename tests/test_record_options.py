"""What the user chooses about records: names, Activity, news, people, duress, doorbells; each by its effect."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.db_schema import Base
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import session_scope
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ttlock.client.events import EventType
from simulator import CloudServer, World
from simulator.journal import LockRecord

from .conftest import setup
from .test_actions import act
from .test_lock import Find, state_of
from .test_records import CARD, CODE, Events, front_door, read, told, types  # noqa: F401  # fixtures among them

pytestmark = pytest.mark.locks("front_door")

BELL = 4711
"""A number that nobody has described."""


async def choose(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    topic: str,
    *answers: dict[str, Any],
    errors: dict[str, str] | None = None,
) -> None:
    """Walk through one topic of the options."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.MENU
    result = await hass.config_entries.options.async_configure(result["flow_id"], {"next_step_id": topic})
    for answer in answers:
        assert result["type"] is FlowResultType.FORM
        assert not result["errors"]
        result = await hass.config_entries.options.async_configure(result["flow_id"], answer)
        if errors:
            assert result["errors"] == errors
            return
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)


RECORDS = {"record_names": True, "activity": True, "late_minutes": 10}


def happened(world: World, record_type: int, *, ago: float = 0, number: str = "") -> None:
    """Let the cloud get a record of the front door."""
    lock = world.lock("front_door")
    world.take_record(
        world.rows[lock.lock_id],
        LockRecord(
            sequence=0,
            lock_date=int((dt_util.utcnow().timestamp() - ago) * 1000),
            type_from_lock=record_type,
            success=True,
            number=number,
        ),
    )


async def test_how_late_news_may_be_is_an_option_and_options_of_hass_ttlock_stay(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    told: Events,  # noqa: F811
    world: World,
) -> None:
    hass.config_entries.async_update_entry(loaded, options={"poll_interval": 30})
    await choose(hass, loaded, "records", {**RECORDS, "late_minutes": 60})
    assert loaded.options == {"poll_interval": 30, **RECORDS, "late_minutes": 60}
    freezer.tick(7200)
    happened(world, 4, ago=1800, number=CODE)
    await read(loaded)
    assert types(told) == ["unlocked"]
    await choose(hass, loaded, "records", RECORDS)
    freezer.tick(7200)
    happened(world, 4, ago=1800, number=CODE)
    await read(loaded)
    assert [(event["event_type"], event.get("kind")) for event in told] == [("unlocked", None), ("late", "unlocked")]


@pytest.mark.parametrize("wanted", [True, False])
async def test_lines_on_the_activity_page_are_an_option(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    wanted: bool,
) -> None:
    hass.config.components.add("logbook")
    await choose(hass, loaded, "records", {**RECORDS, "activity": wanted})
    lines = async_capture_events(hass, "logbook_entry")
    freezer.tick(60)
    world.lock("front_door").swipe_card(CARD)
    await read(loaded)
    assert len(lines) == wanted


@pytest.fixture
def mock_recorder_before_hass(recorder_db_url: str) -> None:
    """Prepare the database before Home Assistant, as it has to be."""


@pytest.mark.parametrize("kept", [True, False])
async def test_names_are_told_but_kept_in_the_database_only_if_wanted(
    recorder_mock: object,
    hass: HomeAssistant,
    all_enabled: None,
    entry: MockConfigEntry,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
    hass_ws_client: WebSocketGenerator,
    kept: bool,
) -> None:
    hass.config_entries.async_update_entry(entry, options={"record_names": kept, "people": {"person.ann": ["Family"]}})
    await async_setup_component(hass, "logbook", {})
    await setup(hass, entry)
    hass.states.async_set("person.ann", "home")
    lock = entity_id("lock", "front_door", "lock")
    world.lock("front_door").enter_code(CODE)
    await read(entry)
    await act(hass, "create_passcode", {"entity_id": lock, "passcode_name": "Family", "type": "permanent"})
    assert told[0]["who"] == "Family"
    assert told[0]["person"] == "person.ann"
    assert state_of(hass, lock).attributes["changed_by"] == "Family"
    assert (state_of(hass, entity_id("sensor", "front_door", "lockoperator")).state == "Family") is kept
    await async_wait_recording_done(hass)
    told_last = state_of(hass, entity_id("event", "front_door", "access")).attributes
    assert (told_last["who"], told_last["person"], told_last["credential"]) == ("Family", "person.ann", "Family")
    socket = await hass_ws_client(hass)
    since = (dt_util.utcnow() - timedelta(hours=1)).isoformat()
    await socket.send_json_auto_id({"type": "logbook/get_events", "start_time": since, "entity_ids": [lock]})
    shown = [line["message"] for line in (await socket.receive_json())["result"] if line.get("domain") == "ttlock"]
    assert shown == [f"unlocked{' by Family' if kept else ''} with a passcode"]

    def recorded() -> str:
        with session_scope(hass=hass, read_only=True) as session:
            # A row itself leaves out the middle of long texts.
            rows = [
                repr(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(table.select())
            ]
        # What a caller puts into an action is the caller's.
        return "\n".join(row for row in rows if "create_passcode" not in row)

    found = await hass.async_add_executor_job(recorded)
    assert ("Family" in found) is kept
    assert ('"person":"person.ann"' in found) is kept
    assert (found.count('"who":"Family"'), found.count('"credential":"Family"')) == ((1, 1) if kept else (0, 0))
    assert "unlocked" in found


async def test_a_name_is_linked_to_a_person_and_belongs_to_one(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    told: Events,  # noqa: F811
    world: World,
) -> None:
    for person in ("ann", "bob"):
        hass.states.async_set(f"person.{person}", "home")
    fields = {"entity_id": front_door, "passcode_name": "Bob 592846", "passcode": "592846"}
    await act(hass, "create_passcode", fields)
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "people"})
    form = await hass.config_entries.options.async_configure(flow["flow_id"], {"person": "person.ann"})
    assert form["data_schema"] is not None
    (selector,) = form["data_schema"].schema.values()
    assert {"Blue card", "Cleaner", "Family", "Bob ****", "guest@example.com"} <= set(selector.config["options"])
    assert "592846" not in str(selector.config)
    await hass.config_entries.options.async_configure(flow["flow_id"], {"names": ["Blue card", "family "]})
    await hass.async_block_till_done(wait_background_tasks=True)
    await choose(hass, loaded, "people", {"person": "person.bob"}, {"names": ["Blue card"]})
    assert loaded.options["people"] == {"person.ann": ["family"], "person.bob": ["Blue card"]}
    freezer.tick(60)
    world.lock("front_door").enter_code(CODE)
    freezer.tick(60)
    world.lock("front_door").swipe_card(CARD)
    world.lock("front_door").turn_key()
    await read(loaded)
    assert [event.get("person") for event in told] == ["person.ann", "person.bob", None]
    await choose(hass, loaded, "people", {"person": "person.ann"}, {"names": []})
    assert loaded.options["people"] == {"person.bob": ["Blue card"]}


async def test_duress_is_an_alarm_and_looks_like_any_opening(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
) -> None:
    hass.config.components.add("logbook")
    lines = async_capture_events(hass, "logbook_entry")
    await choose(hass, loaded, "duress", {"duress_names": ["Family"]})
    freezer.tick(30)
    world.lock("front_door").enter_code(CODE)
    freezer.tick(20)
    world.lock("front_door").swipe_card(CARD)
    await read(loaded)
    assert [(event["event_type"], event["who"]) for event in told] == [
        ("unlocked", "Family"),
        ("duress", "Family"),
        ("unlocked", "Blue card"),
    ]
    assert told[1]["late"] is False
    assert state_of(hass, entity_id("event", "front_door", "access")).attributes["event_type"] == "unlocked"
    assert [line.data["message"] for line in lines] == [
        "unlocked by Family with a passcode",
        "unlocked by Blue card with an IC card",
    ]


async def test_a_doorbell_rings_once_the_user_says_what_it_writes(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
) -> None:
    freezer.tick(60)
    happened(world, BELL)
    await read(loaded)
    assert [(event["event_type"], event["record_type"]) for event in told] == [("other", BELL)]
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    form = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "doorbell"})
    assert form["data_schema"] is not None
    assert str(BELL) in str(form["data_schema"].schema["bell_records"].config["options"])
    for wrong, error in (("bell", "not_a_number"), (str(4), "known_number")):
        await choose(
            hass,
            loaded,
            "doorbell",
            {"bell_locks": [front_door], "bell_records": [wrong]},
            errors={"bell_records": error},
        )
    await choose(hass, loaded, "doorbell", {"bell_locks": [front_door], "bell_records": [str(BELL)]})
    bells = [entity for entity in er.async_get(hass).entities.values() if entity.unique_id.endswith("-doorbell")]
    assert [bell.entity_id for bell in bells] == [entity_id("event", "front_door", "doorbell")]
    assert bells[0].original_device_class == "doorbell"
    freezer.tick(60)
    happened(world, BELL)
    freezer.tick(3600)
    happened(world, BELL, ago=1800)
    happened(world, BELL)
    await read(loaded)
    late, ring = [event for event in told if event["event_type"] != "other"][-2:]
    assert (late["event_type"], late["kind"]) == ("late", EventType.RING)
    assert (ring["event_type"], ring["device_class"]) == ("ring", "doorbell")
    await choose(hass, loaded, "doorbell", {"bell_locks": [], "bell_records": [str(BELL)]})
    assert er.async_get(hass).async_get(bells[0].entity_id) is None


async def test_options_of_an_account_that_is_not_loaded_can_be_changed(
    hass: HomeAssistant, loaded: MockConfigEntry, cloud: CloudServer
) -> None:
    await hass.config_entries.async_unload(loaded.entry_id)
    cloud.reset_calls()
    await choose(hass, loaded, "duress", {"duress_names": [" Ann ", "Ann", ""]})
    assert loaded.options == {"duress_names": ["Ann"]}
