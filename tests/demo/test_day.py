"""The household of the demo: its view, its phone, and its agent."""

from datetime import datetime
import json

import aiohttp
from homeassistant.core import HomeAssistant
import pytest

from simulator.demo.companion import Companion, NotTold
from simulator.demo.day_dashboard import Day, day_view
from simulator.demo.door import act_card
from simulator.demo.household import HOUSE_DOORS, PATIENT, Doors, automations
from simulator.demo.ports import free_port
from simulator.demo.virtual_agent.agent import GUEST_CODE, LAST_OPENED, period, spoken, understood

DOORS = Doors(
    locks={key: f"lock.{key}" for key in HOUSE_DOORS},
    access={key: f"event.{key}_access" for key in HOUSE_DOORS},
    alarms={key: f"event.{key}_alarm" for key in HOUSE_DOORS},
    batteries={"front_door": "sensor.front_battery"},
    contacts={"front_door": "binary_sensor.front"},
    calendars={"front_door": "calendar.front"},
    lists={"front_door": "todo.front"},
)
DAY = Day(
    person="person.owner",
    locks={"lock.front": "Front Door"},
    house_doors=["lock.front"],
    contacts={"binary_sensor.front": "Front Door"},
    alarms=["event.front_alarm"],
    batteries={"sensor.front_battery": "Front Door"},
    calendars=["calendar.front"],
    lists=["todo.front"],
    automations=["automation.alarm"],
    light="input_boolean.hall",
    phone_url="http://127.0.0.1:8323",
    acts=[act_card("front_door", "lock.front", "touch_finger", "Thumb", "mdi:fingerprint", "12")],
)


def test_everything_of_the_day_has_its_place() -> None:
    shown = json.dumps(day_view(DAY))

    for thing in (
        *(DAY.person, DAY.light, DAY.phone_url, *DAY.locks, *DAY.contacts, *DAY.alarms, *DAY.batteries),
        *(*DAY.calendars, *DAY.lists, *DAY.automations),
    ):
        assert f'"{thing}"' in shown or f"'{thing}'" in shown
    assert '"value": "12"' in shown


def test_a_card_without_a_value_takes_what_stands_on_the_keypad() -> None:
    assert act_card("front_door", "lock.front", "enter_code", "Code", "mdi:dialpad")["tap_action"]["data"] == {
        "lock": "front_door",
        "act": "enter_code",
        "entity": "lock.front",
    }


def test_automations_have_the_id_that_their_name_becomes() -> None:
    """The check finds them by it."""
    made = automations(DOORS, "front_door", "person.owner", PATIENT)

    assert {name: content["alias"].lower().replace(" ", "_") for name, content in made.items()} == {
        name: name for name in made
    }


@pytest.mark.usefixtures("socket_enabled")
async def test_a_phone_keeps_what_it_is_told_and_says_what_it_was_not() -> None:
    async with Companion(free_port()) as phone, aiohttp.ClientSession() as session:
        for text in ("one", "two"):
            async with session.post(f"{phone.url}/push", json={"title": "Door", "message": text}) as answer:
                assert answer.status == 201
        assert (await phone.expect("a two", "two".__eq__, seconds=1)).title == "Door"
        with pytest.raises(NotTold, match="'two'"):
            await phone.expect("a one", "one".__eq__, seconds=0, since=1)
        async with session.get(f"{phone.url}/notifications") as answer:
            assert [item["message"] for item in await answer.json()] == ["two", "one"]
        async with session.get(phone.url) as answer:
            assert "fetch('notifications')" in await answer.text()


def test_the_agent_calls_the_tool_that_a_sentence_means(hass: HomeAssistant) -> None:
    hass.states.async_set("lock.front", "locked", {"friendly_name": "Front Door"})

    assert understood(hass, "Who opened the front door?") == (LAST_OPENED, {"lock": "Front Door"})
    call = understood(hass, "make a code for the plumber at the front door from 15 till 18:30")
    assert call is not None
    name, arguments = call
    assert name == GUEST_CODE
    assert (arguments["guest"], arguments["lock"]) == ("Plumber", "Front Door")
    assert arguments["start"].endswith("15:00") and arguments["end"].endswith("18:30")
    assert understood(hass, "make a code for the plumber at the front door from 25 till 26") is None
    assert understood(hass, "open the front door") is None


@pytest.mark.parametrize(
    ("now", "start", "end", "begins", "ends"),
    [
        ("14:30", "14", "17", "01-10 14:00", "01-10 17:00"),
        ("20:00", "15", "18", "01-11 15:00", "01-11 18:00"),
        ("21:00", "22", "2", "01-10 22:00", "01-11 02:00"),
        ("23:30", "23", "2", "01-10 23:00", "01-11 02:00"),
        ("01:00", "22", "2", "01-09 22:00", "01-10 02:00"),
    ],
)
def test_the_agent_means_the_next_time_that_a_period_ends(
    now: str, start: str, end: str, begins: str, ends: str
) -> None:
    day = datetime.fromisoformat(f"2026-01-10T{now}")

    assert period(start, end, day) == {"start": f"2026-{begins}", "end": f"2026-{ends}"}


def test_the_agent_says_what_a_tool_answers() -> None:
    opened = {"who": "Family", "method": "one_time_code", "side": "outside", "at": "2026-12-24T13:20+01:00"}

    assert spoken({"needs_confirmation": "ab12", "summary": "Make a code"}) == "Make a code. Shall I?"
    assert spoken({"done": True, "sent_to": ["Phone"]}) == "Done. It was sent to Phone."
    assert spoken({"error": "rate_limited"}) == "That does not work: rate limited."
    assert spoken({"events": [opened]}) == "Family with one time code, on 2026-12-24 at 13:20."
    assert spoken({"access": []}) == "Nobody."
