"""What the people of the house have made of the integration: options, automations of its blueprints, an agent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .api import ApiError, HomeAssistantApi, Json
from .companion import NOTIFY
from .day_dashboard import PATH, Day, day_view
from .door import act_card
from .house import DASHBOARD_PATH, DOMAIN, config_entries, device_names, settled_entities, until_loaded

CONFIGURATION: Final = """
automation: !include automations.yaml
script ui: !include scripts.yaml
person:
mobile_app:
conversation:
virtual_agent:
recorder:
  commit_interval: 1
input_boolean:
  hall_light:
    name: Hall light
    icon: mdi:lightbulb
"""
AGENT: Final = "conversation.virtual_agent"
LIGHT: Final = "input_boolean.hall_light"
OPTIONS: Final = "/api/config/config_entries/options/flow"
AUTOMATIONS: Final = "/api/config/automation/config"
STATE_SECONDS: Final = 20

OWN_FINGER: Final = "Owner thumb"
FORCED: Final = "Blue card"
"""Names of the default world: the owner's finger, and the card that says that somebody is forced."""
FINGER: Final = "179351284710657"
CODE: Final = "48151623"
CARD: Final = "1723612378"
"""Numbers of these, and the code of the family."""
WRONG_CODE: Final = "13572468"
ACTS: Final = (
    ("touch_finger", "Owner's thumb", "mdi:fingerprint", FINGER),
    ("enter_code", "Family's code", "mdi:dialpad", CODE),
    ("swipe_card", "Duress card", "mdi:card-account-details", CARD),
    ("enter_code", "Wrong code", "mdi:close-circle", WRONG_CODE),
    ("open_door", "Open door", "mdi:door-open", None),
    ("close_door", "Close door", "mdi:door-closed", None),
)
"""What people can do at the front door."""
HOUSE_DOORS: Final = ("front_door", "back_door", "garden_gate")
NO_DOORS: Final = ("padlock", "safe")
MORNING: Final = (("touch_finger", FINGER), ("open_door", ""), ("close_door", ""))
"""What they have done when the demo begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long a door may stand open before that is told, and until it is told again."""

    first: Mapping[str, int]
    again: Mapping[str, int]


PATIENT: Final = Waits(first={"seconds": 30}, again={"minutes": 1})
"""As long as somebody who tries it out waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """The integration's entities that the household uses, by key of the lock in the virtual world."""

    locks: Mapping[str, str]
    access: Mapping[str, str]
    alarms: Mapping[str, str]
    batteries: Mapping[str, str]
    contacts: Mapping[str, str]
    calendars: Mapping[str, str]
    lists: Mapping[str, str]
    """Of what has to be done."""


async def find_doors(api: HomeAssistantApi, lock_ids: Mapping[str, int]) -> Doors:
    """Return those that are enabled."""
    rows: list[Json] = await api.command("config/entity_registry/list")
    # A calendar and an event of one lock share their unique id.
    known = {
        (row["entity_id"].partition(".")[0], row["unique_id"]): row["entity_id"]
        for row in rows
        if row["platform"] == DOMAIN and row["disabled_by"] is None
    }

    def of(platform: str, suffix: str) -> dict[str, str]:
        found = {key: known.get((platform, f"{DOMAIN}-{lock_id}-{suffix}")) for key, lock_id in lock_ids.items()}
        return {key: entity_id for key, entity_id in found.items() if entity_id is not None}

    return Doors(
        locks=of("lock", "lock"),
        access=of("event", "access"),
        alarms=of("event", "alarm"),
        batteries=of("sensor", "lockbattery"),
        contacts=of("binary_sensor", "sensor"),
        calendars=of("calendar", "access"),
        lists=of("todo", "expiring"),
    )


async def owner(api: HomeAssistantApi) -> str:
    """Return the person who has signed in."""
    user: Json = await api.command("auth/current_user")
    people: list[Json] = (await api.command("person/list"))["storage"]
    person = next((person for person in people if person["user_id"] == user["id"]), None)
    if person is None:
        person = await api.command("person/create", name=user["name"], user_id=user["id"], device_trackers=[])
    return f"person.{person['id']}"


async def choose(api: HomeAssistantApi, topic: str, *answers: Json) -> None:
    """Walk through one topic of the integration's options, as a user does in the browser."""
    path, step = await _open(api, topic)
    for answer in answers:
        step = await api.post(path, answer)
    if step["type"] != "create_entry":
        raise ApiError("options", f"{topic} ends with {step.get('step_id')!r}: {step.get('errors')}")
    await until_loaded(api)


async def _open(api: HomeAssistantApi, topic: str) -> tuple[str, Json]:
    """Open one topic of the options; returns where its answers go, and its first form."""
    (entry,) = await config_entries(api)
    menu: Json = await api.post(OPTIONS, {"handler": entry["entry_id"]})
    path = f"{OPTIONS}/{menu['flow_id']}"
    return path, await api.post(path, {"next_step_id": topic})


async def install_blueprints(api: HomeAssistantApi) -> None:
    """Have everything installed that the options offer."""
    path, form = await _open(api, "blueprints")
    offered = next(field for field in form["data_schema"] if field["name"] == "blueprints")["selector"]["select"]
    done: Json = await api.post(path, {"blueprints": offered["options"]})
    if done["type"] != "create_entry":
        raise ApiError("options", f"the blueprints are not installed: {done.get('errors') or done.get('reason')}")


async def say_who_is_who(api: HomeAssistantApi, person: str, *, finger: str = OWN_FINGER) -> None:
    """Link the owner's finger, and mark the card that means duress."""
    await choose(api, "people", {"person": person}, {"names": [finger]})
    await choose(api, "duress", {"duress_names": [FORCED]})


async def let_the_agent_manage(api: HomeAssistantApi, lock: str) -> None:
    """Expose a lock to Assist, and have codes that are made by voice sent to the phone."""
    await choose(api, "voice", {"voice_manage": True, "voice_names": True, "voice_recipients": [NOTIFY]})
    await api.command("homeassistant/expose_entity", assistants=["conversation"], entity_ids=[lock], should_expose=True)


async def is_settled(api: HomeAssistantApi) -> bool:
    """Return whether an earlier run did all this."""
    config: Json = await api.command("lovelace/config", url_path=DASHBOARD_PATH)
    return any(view.get("path") == PATH for view in config["views"])


async def settle(api: HomeAssistantApi, lock_ids: Mapping[str, int], door: str, phone_url: str) -> None:
    """Choose the options, make the automations, and add the day to the dashboard."""
    person = await owner(api)
    doors = await find_doors(api, lock_ids)
    await install_blueprints(api)
    await say_who_is_who(api, person)
    await let_the_agent_manage(api, doors.locks[door])
    await talk_to_the_agent(api)
    await settled_entities(api)
    made = automations(doors, door, person, PATIENT)
    await automate(api, made)
    names = await device_names(api)

    def named(entities: Mapping[str, str]) -> dict[str, str]:
        return {entity_id: names[entity_id] for entity_id in entities.values()}

    day = Day(
        person=person,
        locks=named({key: lock for key, lock in doors.locks.items() if key not in NO_DOORS}),
        house_doors=[doors.locks[key] for key in HOUSE_DOORS if key in doors.locks],
        contacts=named(doors.contacts),
        alarms=list(doors.alarms.values()),
        batteries=named(doors.batteries),
        calendars=list(doors.calendars.values()),
        lists=list(doors.lists.values()),
        automations=[f"automation.{name}" for name in made],
        light=LIGHT,
        phone_url=phone_url,
        acts=[act_card(door, doors.locks[door], act, name, icon, value) for act, name, icon, value in ACTS],
    )
    config: Json = await api.command("lovelace/config", url_path=DASHBOARD_PATH)
    config["views"].append(day_view(day))
    await api.command("lovelace/config/save", url_path=DASHBOARD_PATH, config=config)


async def talk_to_the_agent(api: HomeAssistantApi) -> None:
    """Have the Assist dialog talk to the agent."""
    nothing = dict.fromkeys(
        ("stt_engine", "stt_language", "tts_engine", "tts_language", "tts_voice", "wake_word_entity", "wake_word_id")
    )
    pipeline: Json = await api.command(
        "assist_pipeline/pipeline/create",
        name="Virtual agent",
        language="en",
        conversation_engine=AGENT,
        conversation_language="en",
        **nothing,
    )
    await api.command("assist_pipeline/pipeline/set_preferred", pipeline_id=pipeline["id"])


async def automate(api: HomeAssistantApi, automations: Mapping[str, Json]) -> None:
    """Make automations and wait until they listen."""
    for name, content in automations.items():
        await api.post(f"{AUTOMATIONS}/{name}", content)
    for name in automations:
        await api.wait_for_state(f"automation.{name}", "on", seconds=STATE_SECONDS)


def automations(doors: Doors, door: str, person: str, waits: Waits) -> dict[str, Json]:
    """Return the automations of the house, by id; those of one door are for the one that is named."""
    return {
        "someone_came_home": of_blueprint(
            "Someone came home", "family_home", access={"entity_id": [doors.access[key] for key in HOUSE_DOORS]}
        ),
        "light_for_the_owner": light_for(person, doors.access[door]),
        "door_left_open": of_blueprint(
            "Door left open",
            "door_left_open",
            door=doors.contacts[door],
            wait=dict(waits.first),
            again=dict(waits.again),
        ),
        "lock_at_night": at_night(doors, door),
        "alarm_of_a_lock": of_blueprint("Alarm of a lock", "alarm", alarm={"entity_id": list(doors.alarms.values())}),
        "battery_low": of_blueprint("Battery low", "battery_low", batteries=list(doors.batteries.values())),
    }


def at_night(doors: Doors, door: str, *, name: str = "Lock at night", at: str = "23:00:00") -> Json:
    """Return the automation that locks one door at a time."""
    contacts = [doors.contacts[door]] if door in doors.contacts else []
    return of_blueprint(name, "lock_at_night", lock=doors.locks[door], doors=contacts, at=at)


def of_blueprint(alias: str, blueprint: str, **inputs: Any) -> Json:
    """Return an automation that is made of one of our blueprints and tells the phone."""
    return {
        "alias": alias,
        "use_blueprint": {
            "path": f"{DOMAIN}/{blueprint}.yaml",
            "input": {**inputs, "notify": {"entity_id": NOTIFY}},
        },
    }


def light_for(person: str, access: str) -> Json:
    """Return an automation with a trigger of ours, as its editor writes it."""
    return {
        "alias": "Light for the owner",
        "description": "When the owner opens the front door from outside.",
        "mode": "single",
        "triggers": [
            {
                "trigger": f"{DOMAIN}.unlocked_by",
                "target": {"entity_id": access},
                "options": {"person": [person], "side": "outside"},
            }
        ],
        "conditions": [],
        "actions": [
            {"action": "input_boolean.turn_on", "target": {"entity_id": LIGHT}},
            {
                "action": "notify.send_message",
                "target": {"entity_id": NOTIFY},
                "data": {
                    "message": "Light on for {{ state_attr(trigger.to_state.attributes.person, 'friendly_name') }}"
                },
            },
        ],
    }
