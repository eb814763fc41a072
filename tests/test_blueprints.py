"""The blueprints, loaded by Home Assistant and run on what happens at the virtual door."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import automation, script
from homeassistant.components.automation.helpers import async_get_blueprints as automation_blueprints
from homeassistant.components.script.helpers import async_get_blueprints as script_blueprints
from homeassistant.const import EVENT_CALL_SERVICE, EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.yaml import extract_inputs
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
    async_mock_service,
    mock_restore_cache,
)

from custom_components.ttlock import __file__ as integration
from simulator import Fault, World

from .conftest import setup
from .passing_time import pass_time
from .recipients import Recipient, add_recipient
from .repository.source import english
from .test_actions import act
from .test_lock import command, state_of
from .test_record_options import choose, happened
from .test_records import CARD, CODE, front_door, read  # noqa: F401  # a fixture among them

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.usefixtures("shelf")]

SOURCE: Final = Path(integration).parent / "blueprints"
FILES: Final = sorted(str(path.relative_to(SOURCE)) for path in SOURCE.glob("*/*.yaml"))
ACCESS: Final = "event.front_door_access_log"
ALARM: Final = "event.front_door_alarm"
DOOR: Final = "binary_sensor.front_door_door"
HEAT: Final = 50
"""The record of a lock that fire has unlocked."""
LOCK: Final = "lock.front_door"
DONE: Final = "more_was_done"
TELL: Final[dict[str, Any]] = {
    "notify": {"entity_id": ["notify.nobody", "notify.phone"]},
    "actions": [{"event": DONE}],
    "back": [{"event": DONE}],
}
"""What most blueprints can be given; what one does not ask for does no harm."""
SLOWLY: Final = [{"delay": {"seconds": 30}}, {"event": DONE}]
FOLLOWED: Final[HassKey[bool]] = HassKey("test_blueprints_followed")
TURNS: Final = 50_000
"""Of the event loop; whatever comes needs a few hundred."""
MINUTE: Final = timedelta(minutes=1)


@pytest.fixture
async def shelf(hass: HomeAssistant, tmp_path: Path) -> AsyncGenerator[None]:
    """Give Home Assistant a folder of its own, with our blueprints; stop what still waits in the end."""
    hass.config.config_dir = str(tmp_path)
    for domain in ("automation", "script"):
        folder = tmp_path / "blueprints" / domain
        folder.mkdir(parents=True)
        (folder / "ttlock").symlink_to(SOURCE / domain)
    yield
    if hass.services.has_service("automation", "turn_off"):
        target = {"entity_id": "all", "stop_actions": True}
        await hass.services.async_call("automation", "turn_off", target, blocking=True)
    if hass.services.has_service("script", "turn_off"):
        await hass.services.async_call("script", "turn_off", {"entity_id": "all"}, blocking=True)


@pytest.fixture
async def phone(hass: HomeAssistant) -> AsyncGenerator[Recipient]:
    """Return somebody who is told; whatever else is to be done follows each time, although somebody else is not."""
    out_of_reach = HomeAssistantError(
        translation_domain="mobile_app",
        translation_key="error_sending_notification",
        translation_placeholders={"device_name": "nobody"},
    )
    await add_recipient(hass, Recipient("nobody", out_of_reach))
    found = await add_recipient(hass, Recipient("phone"))
    done = async_capture_events(hass, DONE)
    yield found
    if hass.data.get(FOLLOWED):
        assert len(done) == len(found.titles)


async def use(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Set an automation up that is made of a blueprint, telling the phone."""
    hass.data[FOLLOWED] = True
    inputs = TELL | inputs
    config = {"id": name, "alias": name, "use_blueprint": {"path": f"ttlock/{name}.yaml", "input": inputs}}
    assert await async_setup_component(hass, "automation", {"automation": [config]})
    await turn(hass, lambda: hass.states.get(f"automation.{name}") is not None)
    assert state_of(hass, f"automation.{name}").state == "on"


async def turn(hass: HomeAssistant, done: Callable[[], object], turns: int = TURNS) -> None:
    """Wait until something is so: to wait until nothing is to be done would be for ever while an automation waits."""
    for _ in range(turns):
        if done():
            return
        await asyncio.sleep(0)
    assert done()


async def later(hass: HomeAssistant, freezer: FrozenDateTimeFactory, span: timedelta = MINUTE) -> None:
    """Let time pass for automations that wait."""
    for _ in range(100):
        # What goes on at the time being does so, and does not time out.
        await asyncio.sleep(0)
    freezer.tick(span)
    async_fire_time_changed(hass)
    for _ in range(300):
        await asyncio.sleep(0)


async def heard(hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry) -> None:
    """Let a minute pass and have the log read."""
    await later(hass, freezer)
    await read(entry)
    for _ in range(300):
        await asyncio.sleep(0)


async def start(hass: HomeAssistant) -> None:
    """Finish the start of Home Assistant."""
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    for _ in range(300):
        await asyncio.sleep(0)


def taken(phone: Recipient) -> list[str]:
    """Return what was told since it was asked last."""
    found = list(phone.messages)
    phone.messages.clear()
    return found


# -- Files ---------------------------------------------------------------------------------------------------------


def test_there_are_fifteen() -> None:
    assert len(FILES) == 15


@pytest.mark.parametrize("file", FILES)
async def test_a_blueprint_is_sound(hass: HomeAssistant, file: str) -> None:
    domain, name = file.split("/")
    shelves = {"automation": automation_blueprints, "script": script_blueprints}
    blueprint = await shelves[domain](hass).async_get_blueprint(f"ttlock/{name}")
    assert blueprint.validate() is None
    assert blueprint.metadata["homeassistant"]["min_version"] == "2026.10.0"
    assert blueprint.metadata["description"]
    assert set(blueprint.inputs) == extract_inputs(blueprint.data)
    for text in blueprint.inputs.values():
        assert text["name"] and text["selector"]
    kind = " (script)" if domain == "script" else ""
    assert english()["selector"]["blueprint"]["options"][Path(name).stem] == blueprint.name + kind
    page = (SOURCE.parents[2] / "docs" / "automations.md").read_text(encoding="utf-8")
    assert f"\n## {blueprint.name}\n\n`{Path(name).stem}`" in page


SAMPLES: Final[dict[str, Any]] = {
    "access": {"entity_id": ACCESS},
    "alarm": {"entity_id": ALARM},
    "batteries": ["sensor.front_door_battery"],
    "calendar": {"entity_id": "calendar.front_door_access"},
    "door": DOOR,
    "doorbell": "event.front_door_doorbell",
    "last_opened": "sensor.front_door_last_opened",
    "lock": LOCK,
    "locks": [LOCK],
    "people": ["person.ann"],
    "recipients": ["notify.phone"],
}


CHOICES: Final[dict[str, Any]] = {
    **SAMPLES,
    **TELL,
    "again": {"minutes": 3},
    "at": "21:00:00",
    "back_message": "Back",
    "before": {"days": 2},
    "blocked_by": ["switch.front_door_passage_mode"],
    "button": "Open",
    "daily": False,
    "doors": [DOOR],
    "keys": ["sensor.key_id"],
    "kinds": ["unlocked"],
    "level": 30,
    "message": "Look",
    "passage": ["switch.front_door_passage_mode"],
    "pause": {"minutes": 3},
    "quiet": {"days": 1},
    "wait": {"minutes": 1},
    "zone": "zone.work",
}
"""Whatever can be chosen, other than it is by default."""


@pytest.mark.parametrize("everything", [False, True])
async def test_with_what_has_to_be_chosen_and_with_all_that_can_be_all_are_automations_and_scripts(
    hass: HomeAssistant, everything: bool
) -> None:
    for domain, blueprints in (("automation", automation_blueprints(hass)), ("script", script_blueprints(hass))):
        configs: dict[str, Any] = {}
        for file in FILES:
            if not file.startswith(domain):
                continue
            path = f"ttlock/{Path(file).name}"
            texts = (await blueprints.async_get_blueprint(path)).inputs
            inputs = {
                key: SAMPLES.get(key, "notify.mobile_app_phone") for key, text in texts.items() if "default" not in text
            }
            if everything:
                inputs = {key: CHOICES[key] for key in texts} | inputs
            configs[Path(file).stem] = {"use_blueprint": {"path": path, "input": inputs}}
        config: Any = (
            configs
            if domain == "script"
            else [{"id": name, "alias": name, **content} for name, content in configs.items()]
        )
        assert await async_setup_component(hass, domain, {domain: config})
        await hass.async_block_till_done()
        expected = "off" if domain == "script" else "on"
        assert {state.entity_id: state.state for state in hass.states.async_all(domain)} == {
            f"{domain}.{name}": expected for name in configs
        }
    assert automation.automations_with_blueprint(hass, "ttlock/alarm.yaml") == ["automation.alarm"]
    assert script.scripts_with_blueprint(hass, "ttlock/lockdown.yaml") == ["script.lockdown"]


# -- Who comes -----------------------------------------------------------------------------------------------------


async def test_who_came_home_is_told_once_and_who_leaves_is_not(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    assert state_of(hass, ACCESS).state == "unknown"
    await use(hass, "family_home", access={"entity_id": ACCESS}, actions=SLOWLY)
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    lock.swipe_card(CARD)
    await heard(hass, freezer, loaded)
    family = "Family came home (Front Door, with a passcode)"
    assert sorted(taken(phone)) == ["Blue card came home (Front Door, with an IC card)", family], "both at once"
    await later(hass, freezer, timedelta(minutes=7))
    lock.enter_code(CODE)
    lock.press_button()
    lock.press_button()
    lock.enter_code("00000000")
    await heard(hass, freezer, loaded)
    await command(hass, "unlock", front_door)
    await heard(hass, freezer, loaded)
    assert state_of(hass, ACCESS).attributes["method"] == "remote"
    assert taken(phone) == [], "again at once, from inside, refused, and our own command"
    assert not lock.turn_key().opened
    assert lock.turn_key().opened
    await heard(hass, freezer, loaded)
    told = state_of(hass, ACCESS).attributes
    assert (told["event_type"], told["method"], told.get("who")) == ("unlocked", "key", None)
    assert taken(phone) == [], "nobody knows whose key it was"
    await later(hass, freezer, timedelta(minutes=11))
    await hass.config_entries.async_reload(loaded.entry_id)
    await later(hass, freezer, timedelta(0))
    assert taken(phone) == [], "what is restored is no news"
    world.faults.add(Fault(kind="http_503"))
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert taken(phone) == [], "the cloud is out of reach"
    world.faults.clear()
    await heard(hass, freezer, loaded)
    assert taken(phone) == [family]
    await later(hass, freezer, timedelta(minutes=20))
    lock.enter_code(CODE)
    await later(hass, freezer, timedelta(minutes=30))
    await read(loaded)
    await later(hass, freezer, timedelta(0))
    assert state_of(hass, ACCESS).attributes["event_type"] == "late"
    assert taken(phone) == [], "half an hour ago"


async def test_only_the_chosen_people_come_home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    other = "event.back_door_access_log"

    def opened(minute: int, side: str) -> None:
        facts = {"event_type": "unlocked", "who": "Blue card", "side": side}
        hass.states.async_set(other, f"2026-01-01T00:{minute:02}:00.000+00:00", facts)

    opened(0, "outside")
    await use(
        hass,
        "family_home",
        access={"entity_id": [ACCESS, other]},
        people=["Blue card"],
        message="{{ who }}, {{ method }}",
    )
    world.lock("front_door").enter_code(CODE)
    world.lock("front_door").swipe_card(CARD)
    await heard(hass, freezer, loaded)
    assert taken(phone) == ["Blue card, card"]
    opened(1, "inside")
    opened(2, "outside")
    await later(hass, freezer)
    assert taken(phone) == ["Blue card,"], "nobody comes home from inside"


async def test_a_person_is_told_by_name_and_can_be_chosen_by_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    hass.states.async_set("person.ann", "not_home", {"friendly_name": "Ann"})
    await choose(hass, loaded, "people", {"person": "person.ann"}, {"names": ["Blue card"]})
    await use(hass, "family_home", access={"entity_id": ACCESS}, people=["Ann"])
    world.lock("front_door").enter_code(CODE)
    world.lock("front_door").swipe_card(CARD)
    await heard(hass, freezer, loaded)
    assert taken(phone) == ["Ann came home (Front Door, with an IC card)"]


async def test_guests_arrive_once_also_if_that_is_learned_late(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    for name, code in (("Li", "592846"), ("Wang", "592847"), ("Zhao", "592848")):
        await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": name, "passcode": code})
    await use(hass, "guest_arrived", access={"entity_id": ACCESS}, actions=SLOWLY)
    lock = world.lock("front_door")
    lock.enter_code("592846")
    early = dt_util.now().strftime("%Y-%m-%d %H:%M")
    await later(hass, freezer, timedelta(minutes=40))
    for code in ("592846", "592847", "592848"):
        lock.enter_code(code)
    now = dt_util.now().strftime("%Y-%m-%d %H:%M")
    await heard(hass, freezer, loaded)
    for _ in range(3):
        await later(hass, freezer)
    assert sorted(taken(phone)) == [
        f"Li arrived at {early} (Front Door)",
        f"Wang arrived at {now} (Front Door)",
        f"Zhao arrived at {now} (Front Door)",
    ]
    assert "592846" not in str([state.as_dict() for state in hass.states.async_all()])
    await hass.config_entries.async_reload(loaded.entry_id)
    await later(hass, freezer, timedelta(0))
    lock.enter_code("592847")
    await heard(hass, freezer, loaded)
    assert state_of(hass, ACCESS).attributes["who"] == "Wang"
    assert taken(phone) == [], "a restart makes nobody new"


# -- What is wrong -------------------------------------------------------------------------------------------------


async def test_alarms_that_come_together_are_all_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    await choose(hass, loaded, "duress", {"duress_names": ["Family"]})
    critical = {"push": {"sound": {"name": "default", "critical": 1, "volume": 1.0}}}
    loud = {"action": "notify.mobile_app_phone", "data": {"message": "{{ door }}: {{ kind }}", "data": critical}}
    shouted = async_mock_service(hass, "notify", "mobile_app_phone")
    called = async_capture_events(hass, EVENT_CALL_SERVICE)
    await use(hass, "alarm", alarm={"entity_id": ALARM}, actions=[*SLOWLY, loud])
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    at = dt_util.now().strftime("%Y-%m-%d %H:%M")
    for digits in ("13572468", "13572469", "13572470"):
        lock.enter_code(digits)
    lock.tamper()
    happened(world, HEAT)
    await later(hass, freezer, timedelta(hours=1))
    await read(loaded)
    for _ in range(3):
        await later(hass, freezer)
    assert sorted(taken(phone)) == [
        f"Front Door: Opened under duress, Family ({at})",
        f"Front Door: Repeatedly refused ({at})",
        f"Front Door: Tampering ({at})",
    ], "although they are learned an hour late"
    assert set(phone.titles) == {"Front Door"}
    kinds = ("duress", "tamper", "wrong_attempts")
    assert sorted(call.data["message"] for call in shouted) == [f"Front Door: {kind}" for kind in kinds]
    assert [call.data["data"] for call in shouted] == [critical] * 3
    assert {call.data["domain"] for call in called} == {"notify"}, "nothing is said in the house"
    await hass.config_entries.async_reload(loaded.entry_id)
    await later(hass, freezer, timedelta(0))
    assert taken(phone) == []


async def test_a_command_that_failed_is_told_with_its_cause(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    await use(hass, "command_failed", access={"entity_id": ACCESS}, actions=SLOWLY)
    for what, code in (("lock", -3003), ("lock", -3003), ("unlock", -2012)):
        world.faults.add(Fault(kind="errcode", path=f"/v3/lock/{what}", errcode=code))
        with pytest.raises(HomeAssistantError):
            await command(hass, what, LOCK)
    for _ in range(3):
        await later(hass, freezer)
    assert taken(phone) == [
        "Front Door could not be locked: Gateway busy",
        "Front Door could not be locked: Gateway busy",
        "Front Door could not be unlocked: No gateway",
    ]
    await hass.config_entries.async_reload(loaded.entry_id)
    await later(hass, freezer, timedelta(0))
    assert taken(phone) == [], "what is restored is no news"
    world.faults.clear()
    await command(hass, "lock", LOCK)
    await later(hass, freezer)
    assert taken(phone) == [], "this one succeeded"


async def test_a_battery_that_is_low_is_told_when_it_falls_and_every_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    await use(hass, "battery_low", batteries=["sensor.front_door_battery"])
    row = world.rows[world.lock("front_door").lock_id]

    async def falls(charge: int) -> list[str]:
        row.battery = charge
        await pass_time(hass, freezer, timedelta(minutes=31))
        return taken(phone)

    freezer.move_to(dt_util.start_of_local_day() + timedelta(days=1, hours=9, minutes=45))
    assert await falls(23) == [], "it is ten o'clock, and nothing is low"
    assert await falls(19) == ["Low battery: Front Door Battery 19 %"]
    assert await falls(18) == [], "it was low before"
    assert await falls(70) == []
    world.faults.add(Fault(kind="http_503"))
    await falls(70)
    await falls(70)
    assert state_of(hass, "sensor.front_door_battery").state == "unavailable"
    world.faults.clear()
    assert await falls(12) == [], "it fell while nobody could see it"
    for day in (1, 1):
        ten = dt_util.start_of_local_day() + timedelta(days=day, hours=10)
        await pass_time(hass, freezer, ten - dt_util.now() - timedelta(minutes=1))
        assert taken(phone) == []
        await pass_time(hass, freezer, timedelta(minutes=1))
        assert taken(phone) == ["Low battery: Front Door Battery 12 %"]


async def test_batteries_that_fall_together_are_all_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, phone: Recipient
) -> None:
    names = ("sensor.back", "sensor.front", "sensor.new", "sensor.off")

    def are(*known: int) -> None:
        charges = (*known, "unknown", "unavailable")
        for name, charge in zip(names, charges, strict=True):
            hass.states.async_set(name, str(charge), {"device_class": "battery", "unit_of_measurement": "%"})

    are(30, 30)
    await use(hass, "battery_low", batteries=[*names], actions=SLOWLY)
    are(30, 19)
    await later(hass, freezer, timedelta(seconds=1))
    are(18, 19)
    await later(hass, freezer)
    await later(hass, freezer)
    assert taken(phone) == ["Low battery: front 19 %", "Low battery: front 19 %, back 18 %"]


async def test_silence_is_told_by_day_and_again_each_day_over_a_restart(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    midnight = dt_util.start_of_local_day() + timedelta(days=1)
    freezer.move_to(midnight)
    world.lock("front_door").enter_code(CODE)
    await read(loaded)
    told: list[tuple[int, int]] = []

    async def hours(count: int) -> None:
        nonlocal told
        told = []
        for _ in range(count):
            await pass_time(hass, freezer, timedelta(hours=1))
            for message in taken(phone):
                assert message.startswith("Front Door has not been opened since ")
                told.append(((dt_util.now() - midnight).days, dt_util.now().hour))

    await use(hass, "no_activity", last_opened="sensor.front_door_last_opened")
    world.faults.add(Fault(kind="http_503"))
    await pass_time(hass, freezer, timedelta(hours=36))
    assert taken(phone) == []
    await hours(23)
    assert told == [(2, 8)], "not at night, and although the cloud is out of reach"
    world.faults.clear()
    await hass.config_entries.async_reload(loaded.entry_id)
    world.faults.add(Fault(kind="http_503"))
    await hours(23)
    assert told == [(3, 8)], "the restart in between is no matter"
    world.faults.clear()
    world.lock("front_door").enter_code(CODE)
    await read(loaded)
    await hours(30)
    assert told == []
    await pass_time(hass, freezer, timedelta(hours=17))
    await hours(2)
    assert told == [(5, 11)], "the next silence is told too"


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("2026-03-02T09:30:00", ["Back door opened has not been opened since 2026-03-02 09:30"]),
        ("2026-03-02T11:00:00", []),
        ("unknown", []),
        ("unavailable", []),
    ],
)
async def test_a_silence_that_began_before_the_start_is_told_at_once_if_it_is_known(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    phone: Recipient,
    caplog: pytest.LogCaptureFixture,
    since: str,
    told: list[str],
) -> None:
    now = datetime(2026, 3, 4, 10, 30, tzinfo=dt_util.get_default_time_zone())
    freezer.move_to(now)
    if since.startswith("2026"):
        since = datetime.fromisoformat(since).replace(tzinfo=now.tzinfo).isoformat()
    hass.states.async_set("sensor.opened", since, {"friendly_name": "Back door opened"})
    hass.set_state(CoreState.starting)
    await use(hass, "no_activity", last_opened="sensor.opened")
    await start(hass)
    assert taken(phone) == told
    assert told or "Error" not in caplog.text


@pytest.mark.parametrize("daily", [True, False])
async def test_a_restart_does_not_tell_the_same_silence_twice(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, phone: Recipient, daily: bool
) -> None:
    noon = dt_util.start_of_local_day() + timedelta(days=1, hours=12)
    freezer.move_to(noon)
    hass.states.async_set("sensor.last_opened", (noon - timedelta(days=3)).isoformat())
    triggered = {"last_triggered": (noon - timedelta(hours=2)).isoformat()}
    mock_restore_cache(hass, [State("automation.no_activity", "on", triggered)])
    hass.set_state(CoreState.starting)
    await use(hass, "no_activity", last_opened="sensor.last_opened", daily=daily)
    await start(hass)
    assert taken(phone) == []
    await later(hass, freezer, timedelta(hours=21, minutes=1))
    await later(hass, freezer, timedelta(minutes=59))
    assert len(taken(phone)) == daily
    hass.states.async_set("sensor.last_opened", dt_util.now().isoformat())
    for hours, told in ((24, False), (25, True), (24, daily)):
        await later(hass, freezer, timedelta(hours=hours))
        assert len(taken(phone)) == told, "somebody opened: the next silence is another one"


# -- Doors ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_door(world: World) -> None:
    """Have the door open from the beginning."""
    world.lock("front_door").enter_code(CODE)
    world.lock("front_door").open_door()


async def test_a_door_that_is_left_open_is_told_again_and_again_until_it_is_closed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    await use(hass, "door_left_open", door=DOOR)
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    lock.open_door()
    await heard(hass, freezer, loaded)
    assert state_of(hass, DOOR).state == "on"
    assert taken(phone) == []
    is_open = ["Front Door is open"]

    async def told_after(*pauses: int) -> None:
        for pause in pauses:
            await later(hass, freezer, timedelta(minutes=pause - 1))
            assert taken(phone) == [], pause
            await later(hass, freezer)
            assert taken(phone) == is_open, pause

    await told_after(5, 15, 15)
    for move in (lock.close_door, lock.open_door):
        move()
        await heard(hass, freezer, loaded)
    await told_after(5, 15)
    lock.close_door()
    await heard(hass, freezer, loaded)
    for _ in range(2):
        await later(hass, freezer, timedelta(minutes=20))
    assert taken(phone) == []
    lock.open_door()
    await heard(hass, freezer, loaded)
    await told_after(5)
    world.faults.add(Fault(kind="http_503"))
    await loaded.runtime_data.async_refresh()
    await later(hass, freezer, 14 * MINUTE)
    assert state_of(hass, DOOR).state == "on", "a reading that failed makes nobody unsure"
    await later(hass, freezer)
    assert state_of(hass, DOOR).state == "unavailable"
    await later(hass, freezer, 20 * MINUTE)
    assert taken(phone) == [], "nobody knows"
    world.faults.clear()
    await loaded.runtime_data.async_refresh()
    assert state_of(hass, DOOR).state == "on"
    await told_after(5, 15)
    door = state_of(hass, DOOR)
    for nobody_knows, minutes in (("unavailable", 1), ("unknown", 1), ("unknown", 20)):
        hass.states.async_set(DOOR, nobody_knows, door.attributes)
        await later(hass, freezer, minutes * MINUTE)
        assert taken(phone) == []
        hass.states.async_set(DOOR, "on", door.attributes)
        await told_after(5, 15)


@pytest.mark.usefixtures("open_door")
@pytest.mark.parametrize("out_of_reach", [True, False])
async def test_a_door_that_is_open_when_home_assistant_starts_is_told_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    phone: Recipient,
    out_of_reach: bool,
) -> None:
    hass.set_state(CoreState.starting)
    await setup(hass, entry)
    await use(hass, "door_left_open", door=DOOR)
    if out_of_reach:
        await hass.config_entries.async_unload(entry.entry_id)
        assert state_of(hass, DOOR).state == "unavailable"
        await setup(hass, entry)
    assert state_of(hass, DOOR).state == "on"
    await later(hass, freezer, timedelta(seconds=10))
    await start(hass)
    for minutes, told in ((4, 0), (1, 1), (1, 0), (13, 0), (1, 1)):
        await later(hass, freezer, timedelta(minutes=minutes))
        assert taken(phone) == ["Front Door is open"] * told


@pytest.mark.usefixtures("open_door")
async def test_a_door_that_is_heard_of_long_after_the_start_is_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry, phone: Recipient
) -> None:
    await setup(hass, entry)
    await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.starting)
    await use(hass, "door_left_open", door=DOOR)
    await start(hass)
    await later(hass, freezer, timedelta(minutes=20))
    assert taken(phone) == []
    await setup(hass, entry)
    await later(hass, freezer, timedelta(minutes=4))
    assert taken(phone) == []
    await later(hass, freezer)
    assert taken(phone) == ["Front Door is open"]


async def test_at_night_a_door_is_locked_or_somebody_is_told_why_not(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,
) -> None:
    night = dt_util.start_of_local_day() + timedelta(days=1, hours=23)
    lock = world.lock("front_door")
    await use(hass, "lock_at_night", lock=LOCK, doors=[DOOR])

    async def night_comes() -> list[str]:
        nonlocal night
        freezer.move_to(night - MINUTE)
        night += timedelta(days=1)
        await read(loaded)
        await later(hass, freezer, MINUTE)
        await later(hass, freezer, 2 * MINUTE)
        return taken(phone)

    lock.enter_code(CODE)
    assert await night_comes() == []
    await turn(hass, lambda: lock.bolt == "locked")
    moved = lock.actuations
    assert await night_comes() == []
    assert lock.actuations == moved, "it is locked"
    lock.enter_code(CODE)
    lock.open_door()
    assert await night_comes() == ["Front Door is not locked (unlocked)"]
    assert lock.bolt == "unlocked", "the bolt is not thrown into the air"
    lock.close_door()
    for gateway in world.reach.gateways.values():
        gateway.online = False
    await loaded.runtime_data.async_refresh()
    assert await night_comes() == ["Front Door is not locked (out of reach)"]
    for gateway in world.reach.gateways.values():
        gateway.online = True
    lock.jammed = True
    await loaded.runtime_data.async_refresh()
    assert await night_comes() == ["Front Door is not locked (unlocked)"], "a jammed bolt"


async def test_a_lock_of_another_maker_gets_a_minute_to_say_that_it_is_locked(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, phone: Recipient
) -> None:
    named = {"friendly_name": "Shed"}
    night = dt_util.start_of_local_day() + timedelta(days=1, hours=23)
    locked = async_mock_service(hass, "lock", "lock")
    await use(hass, "lock_at_night", lock="lock.shed")
    for in_time, told in ((True, []), (False, ["Shed is not locked (unknown)"])):
        hass.states.async_set("lock.shed", "unknown", named)
        freezer.move_to(night)
        await later(hass, freezer, timedelta(0))
        await turn(hass, lambda: locked)
        await later(hass, freezer, timedelta(seconds=59))
        assert taken(phone) == []
        if in_time:
            hass.states.async_set("lock.shed", "locked", named)
        await later(hass, freezer, timedelta(seconds=1))
        assert taken(phone) == told
        locked.clear()
        night += timedelta(days=1)
