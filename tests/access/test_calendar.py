"""The calendars of a lock, as Home Assistant's own calendar page shows them."""

from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import get_diagnostics_for_config_entry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ttlock.const import CREDENTIAL_RETRY, FRESH_CREDENTIALS, SHORTEST_CREDENTIAL_INTERVAL
from simulator import CloudServer, Fault, World

from ..conftest import WHOLE_HOUSE, setup
from ..passing_time import pass_time
from ..test_actions import act
from ..test_lock import Find, state_of
from .conftest import Events
from .page import TABLES, hours, named, table_calls, teach_weekly_card

pytestmark = pytest.mark.locks("front_door", "garden_gate")

# -- Looking -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_the_calendar_tells_who_may_open_when_and_leaves_out_who_always_may(page: Events, world: World) -> None:
    events = await page()
    assert {(event["summary"], event["uid"].split("-")[0]) for event in events} == {
        ("Cleaner", "passcode"),
        ("Guest", "ekey"),
    }
    cleaner = named(events)["Cleaner"]
    assert hours(cleaner) == ("2026-01-15T09:00:00+01:00", "2036-01-15T09:00:00+01:00")
    number = cleaner["uid"].removeprefix("passcode-")
    assert cleaner["description"] == f"Passcode\nIn force\nID {number}"
    assert not [secret for secret in world.secrets() if secret in str(events)]


@pytest.mark.usefixtures("pages_enabled")
async def test_weekly_hours_are_events_that_come_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    page: Events,
    world: World,
) -> None:
    await teach_weekly_card(loaded, world)
    await pass_time(hass, freezer, FRESH_CREDENTIALS)
    events = [
        event for event in await page(start=dt_util.utcnow() - timedelta(hours=1)) if event["summary"] == "Office card"
    ]
    assert [hours(event) for event in events] == [
        (f"{day}T08:00:00+01:00", f"{day}T17:00:00+01:00")
        for day in ("2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04")
    ]
    first = events[0]
    assert first["rrule"] == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    assert first["recurrence_id"] == "20261130T080000"
    assert first["description"].startswith("IC card\nIn force\n")
    assert world.lock("front_door").swipe_card("2882343476").opened
    await pass_time(hass, freezer, timedelta(hours=9))
    assert not world.lock("front_door").swipe_card("2882343476").opened
    later = named(await page())["Office card"]
    assert later["description"].startswith("IC card\nOn the lock, does not open at the moment\n")


@pytest.mark.usefixtures("pages_enabled")
async def test_weekly_hours_stay_at_their_time_of_day_when_the_clocks_are_changed(
    hass: HomeAssistant, loaded: MockConfigEntry, page: Events, world: World
) -> None:
    await hass.config.async_set_time_zone("Europe/Rome")
    await teach_weekly_card(loaded, world)
    await loaded.runtime_data.locks[world.lock("front_door").lock_id].book.async_refresh()
    before_and_after = datetime.fromisoformat("2027-03-26T00:00:00+01:00")
    events = [event for event in await page(start=before_and_after, days=4) if event["summary"] == "Office card"]
    assert [hours(event) for event in events] == [
        ("2027-03-26T08:00:00+01:00", "2027-03-26T17:00:00+01:00"),
        ("2027-03-29T08:00:00+02:00", "2027-03-29T17:00:00+02:00"),
    ]


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_the_state_is_what_opens_now_or_next(
    hass: HomeAssistant, page: Events, entity_id: Find, world: World, freezer: FrozenDateTimeFactory
) -> None:
    gate, lock = entity_id("calendar", "garden_gate", "access"), entity_id("lock", "garden_gate", "lock")
    assert state_of(hass, gate).state == "off"
    code = {"entity_id": lock, "passcode_name": "Guest", "passcode": "482915"}
    await act(hass, "create_passcode", {**code, "start_time": "2026-11-30 10:00", "end_time": "2026-11-30 12:00"})
    await pass_time(hass, freezer, FRESH_CREDENTIALS)
    assert named(await page("garden_gate"))["Guest"]["description"].startswith("Passcode\nOn the lock, does not open")
    state = state_of(hass, gate)
    assert (state.state, state.attributes["message"]) == ("off", "Guest")
    await pass_time(hass, freezer, timedelta(minutes=91))
    assert state_of(hass, gate).state == "on"
    assert world.lock("garden_gate").enter_code("482915").opened
    await pass_time(hass, freezer, timedelta(hours=2))
    assert state_of(hass, gate).state == "off"
    assert "message" not in state_of(hass, gate).attributes


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_hours_of_passage_mode_have_a_calendar_of_their_own(
    hass: HomeAssistant, page: Events, entity_id: Find, world: World, freezer: FrozenDateTimeFactory
) -> None:
    assert await page(key="passage") == []
    await act(
        hass,
        "configure_passage_mode",
        {
            "entity_id": entity_id("lock", "front_door", "lock"),
            "enabled": True,
            "periods": [
                {"days": ["mon", "tue"], "start_time": "09:00", "end_time": "12:00"},
                {"days": ["sat"], "all_day": True},
            ],
        },
    )
    events = await page(key="passage")
    assert [hours(event) for event in events] == [
        ("2026-11-30T09:00:00+01:00", "2026-11-30T12:00:00+01:00"),
        ("2026-12-01T09:00:00+01:00", "2026-12-01T12:00:00+01:00"),
        ("2026-12-05T00:00:00+01:00", "2026-12-06T00:00:00+01:00"),
    ]
    assert events[0]["summary"] == "Passage mode"
    assert events[0]["description"] == "Once unlocked, the lock stays unlocked."
    assert events[2]["rrule"] == "FREQ=WEEKLY;BYDAY=SA"
    passage = entity_id("calendar", "front_door", "passage")
    assert not state_of(hass, passage).attributes.get("supported_features")
    assert state_of(hass, passage).state == "off"
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert state_of(hass, passage).state == "on"
    front_door = world.lock("front_door")
    assert front_door.passage.active(front_door.time + front_door.raw_offset)


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_whole_days_are_shown_as_such_where_the_lock_has_the_time_of_the_house(
    hass: HomeAssistant, page: Events, entity_id: Find
) -> None:
    await hass.config.async_set_time_zone("Europe/Rome")
    await act(
        hass,
        "configure_passage_mode",
        {"entity_id": entity_id("lock", "front_door", "lock"), "enabled": True, "days": ["sat"], "all_day": True},
    )
    (event,) = await page(key="passage")
    assert (hours(event), event["all_day"]) == (("2026-12-05", "2026-12-06"), True)


@WHOLE_HOUSE
@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_who_only_holds_an_ekey_gets_no_calendar(hass: HomeAssistant, world: World) -> None:
    calendars = [entity.unique_id for entity in er.async_get(hass).entities.values() if entity.domain == "calendar"]
    assert len(calendars) > 7
    assert not [unique_id for unique_id in calendars if str(world.lock("holiday_flat").lock_id) in unique_id]


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_the_words_come_in_english_while_the_language_is_being_changed(hass: HomeAssistant, page: Events) -> None:
    hass.config.language = "xx"
    assert named(await page())["Cleaner"]["description"].startswith("Passcode\nIn force\n")


@pytest.mark.usefixtures("pages_enabled")
async def test_diagnostics_count_keys_and_name_none(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client: ClientSessionGenerator, world: World
) -> None:
    await async_setup_component(hass, "diagnostics", {})
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, loaded)
    keys = [lock["keys"] for lock in diagnostics["locks"] if lock["keys"]["counts"]]
    assert [(key["complete"], key["counts"]) for key in keys] == [
        (
            True,
            {
                "card in_force": 1,
                "ekey in_force": 1,
                "fingerprint in_force": 1,
                "passcode in_force": 2,
            },
        )
    ]
    assert "Cleaner" not in str(diagnostics)


# -- Calls ---------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("loaded")
async def test_nobody_gets_a_calendar_unasked_and_then_no_table_is_read(
    hass: HomeAssistant, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    assert hass.states.async_entity_ids("calendar") == []
    await pass_time(hass, freezer, SHORTEST_CREDENTIAL_INTERVAL)
    assert table_calls(cloud) == 0


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_opening_the_page_reads_what_is_old_once(
    hass: HomeAssistant, page: Events, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    cloud.reset_calls()
    await page()
    assert table_calls(cloud) == 0
    await pass_time(hass, freezer, FRESH_CREDENTIALS)
    await page()
    await page()
    assert table_calls(cloud) == len(TABLES)


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_looking_every_quarter_of_an_hour_does_not_use_up_the_calls_of_the_month(
    hass: HomeAssistant, entity_id: Find, cloud: CloudServer, freezer: FrozenDateTimeFactory
) -> None:
    calendar = entity_id("calendar", "front_door", "access")
    cloud.reset_calls()
    for _ in range(20):
        freezer.tick(FRESH_CREDENTIALS)
        found = await hass.services.async_call(
            "calendar",
            "get_events",
            {"entity_id": calendar, "duration": {"days": 1}},
            blocking=True,
            return_response=True,
        )
        assert "Cleaner" in str(found)
    assert 0 < table_calls(cloud) <= 45


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_while_the_cloud_is_away_what_is_known_is_shown(
    hass: HomeAssistant, page: Events, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="http_503"))
    freezer.tick(FRESH_CREDENTIALS)
    assert set(named(await page())) == {"Cleaner", "Guest"}


@pytest.mark.usefixtures("pages_enabled")
async def test_credentials_that_were_never_read_are_not_shown_as_none(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="http_503", path="/v3/lock/listKey"))
    await setup(hass, entry)
    calendar = entity_id("calendar", "front_door", "access")
    assert state_of(hass, calendar).state == "unavailable"
    world.faults.clear()
    await pass_time(hass, freezer, CREDENTIAL_RETRY + timedelta(seconds=1))
    assert state_of(hass, calendar).state == "on"


@pytest.mark.usefixtures("pages_enabled", "loaded")
async def test_what_cannot_be_read_is_not_taken_for_gone(
    hass: HomeAssistant, page: Events, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="missing_fields", path="/v3/lock/listKeyboardPwd", fields=("keyboardPwdId",)))
    freezer.tick(FRESH_CREDENTIALS)
    assert set(named(await page())) == {"Cleaner", "Guest"}
