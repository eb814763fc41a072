"""The blueprints that move a bolt or make a code, and those that wait for a lock, at the virtual door."""

from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_capture_events,
    async_mock_service,
)

from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE, setup
from .documentation import automation
from .recipients import Recipient
from .test_actions import act
from .test_blueprints import (  # noqa: F401  # fixtures among them
    DOOR,
    LOCK,
    MINUTE,
    SLOWLY,
    heard,
    later,
    phone,
    shelf,
    start,
    taken,
    turn,
    use,
)
from .test_lock import command, state_of
from .test_record_options import BELL, choose, happened
from .test_records import CODE, front_door, read  # noqa: F401  # a fixture among them
from .test_share_access import code_in

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.usefixtures("shelf")]

LOCKING: Final = "/v3/lock/lock"
PASSAGE: Final = "switch.front_door_passage_mode"
PARTY: Final = "input_boolean.party"
SHED: Final = "lock.shed"
"""Of another maker, which says later what it did."""


def reach(world: World, online: bool) -> None:
    """Take the gateways off the net, or bring them back."""
    for gateway in world.reach.gateways.values():
        gateway.online = online


# -- Closed, but not locked ----------------------------------------------------------------------------------------


async def test_a_door_is_locked_some_time_after_it_was_closed_unless_passage_mode_is_on(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    lock = world.lock("front_door")
    assert await async_setup_component(hass, "input_boolean", {"input_boolean": {"party": {}}})
    await use(hass, "closed_not_locked", lock=LOCK, door=DOOR, blocked_by=[PASSAGE, PARTY])
    lock.enter_code(CODE)
    lock.open_door()
    await heard(hass, freezer, loaded)
    await later(hass, freezer, 3 * MINUTE)
    assert lock.bolt == "unlocked", "the door is open"
    lock.close_door()
    await heard(hass, freezer, loaded)
    assert lock.bolt == "unlocked"
    await later(hass, freezer, 2 * MINUTE)
    await turn(hass, lambda: lock.bolt == "locked")
    await turn(hass, lambda: state_of(hass, LOCK).state == "locked")
    moved = lock.actuations
    lock.enter_code(CODE)
    lock.open_door()
    await heard(hass, freezer, loaded)
    lock.close_door()
    lock.press_button()
    await heard(hass, freezer, loaded)
    await later(hass, freezer, 3 * MINUTE)
    assert (lock.bolt, lock.actuations) == ("locked", moved), "somebody has locked it by hand"

    for blocker in (PASSAGE, PARTY):
        await hass.services.async_call("homeassistant", "turn_on", {"entity_id": blocker}, blocking=True)
        lock.enter_code(CODE)
        await heard(hass, freezer, loaded)
        await later(hass, freezer, 3 * MINUTE)
        assert lock.bolt == "unlocked", blocker
        await hass.services.async_call("homeassistant", "turn_off", {"entity_id": blocker}, blocking=True)
        await later(hass, freezer)
        await later(hass, freezer, timedelta(seconds=59))
        assert lock.bolt == "unlocked", blocker
        await later(hass, freezer, timedelta(seconds=1))
        await turn(hass, lambda: lock.bolt == "locked")
        await turn(hass, lambda: state_of(hass, LOCK).state == "locked")
    assert taken(phone) == []


async def test_a_lock_that_does_not_lock_is_told_once_and_not_tried_for_ever(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    phone: Recipient,  # noqa: F811
) -> None:
    failed = ["Front Door is closed but not locked (unlocked)"]
    await use(hass, "closed_not_locked", lock=LOCK, door=DOOR)
    world.faults.add(Fault(kind="errcode", path=LOCKING, errcode=-3003))
    world.lock("front_door").enter_code(CODE)
    await heard(hass, freezer, loaded)
    await later(hass, freezer, 2 * MINUTE)
    await turn(hass, lambda: state_of(hass, "event.front_door_access_log").attributes["event_type"] == "command_failed")
    await later(hass, freezer, timedelta(seconds=59))
    assert taken(phone) == []
    await later(hass, freezer, timedelta(seconds=1))
    assert taken(phone) == failed
    tried = cloud.calls[LOCKING]
    for _ in range(5):
        await later(hass, freezer, 2 * MINUTE)
    assert (taken(phone), cloud.calls[LOCKING]) == ([], tried)
    world.lock("front_door").open_door()
    await heard(hass, freezer, loaded)
    world.lock("front_door").close_door()
    await heard(hass, freezer, loaded)
    await later(hass, freezer, 2 * MINUTE)
    await turn(hass, lambda: cloud.calls[LOCKING] == 2 * tried)
    await later(hass, freezer)
    assert taken(phone) == failed, "it was closed anew"


@pytest.fixture
async def unlocked(hass: HomeAssistant, entry: MockConfigEntry, world: World) -> None:
    """Have the door unlocked and closed before Home Assistant starts."""
    world.lock("front_door").auto_lock_seconds = 0
    world.lock("front_door").enter_code(CODE)


@pytest.mark.usefixtures("unlocked")
async def test_a_door_that_is_unlocked_when_home_assistant_starts_or_after_an_outage_is_locked(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    lock = world.lock("front_door")
    await setup(hass, entry)
    hass.set_state(CoreState.starting)
    await use(hass, "closed_not_locked", lock=LOCK, door=DOOR)
    assert (state_of(hass, LOCK).state, state_of(hass, DOOR).state) == ("unlocked", "off")
    await start(hass)
    await later(hass, freezer, MINUTE)
    assert lock.bolt == "unlocked"
    await later(hass, freezer, 2 * MINUTE)
    await turn(hass, lambda: lock.bolt == "locked")
    await turn(hass, lambda: state_of(hass, LOCK).state == "locked")

    lock.enter_code(CODE)
    await heard(hass, freezer, entry)
    assert state_of(hass, LOCK).state == "unlocked"
    reach(world, False)
    await later(hass, freezer, 31 * MINUTE)
    await entry.runtime_data.async_refresh()
    assert state_of(hass, LOCK).state == "unavailable"
    await later(hass, freezer, 3 * MINUTE)
    assert lock.bolt == "unlocked"
    reach(world, True)
    await later(hass, freezer, 31 * MINUTE)
    await entry.runtime_data.async_refresh()
    assert state_of(hass, LOCK).state == "unlocked"
    await later(hass, freezer, timedelta(seconds=119))
    assert lock.bolt == "unlocked"
    await later(hass, freezer, timedelta(seconds=1))
    await turn(hass, lambda: lock.bolt == "locked")
    await turn(hass, lambda: state_of(hass, LOCK).state == "locked")

    moved = lock.actuations
    # Of the door and of the lock it is learned at once: the one does not stop what was begun because of the other.
    door = state_of(hass, DOOR)
    hass.states.async_set(DOOR, "unavailable", door.attributes)
    lock.enter_code(CODE)
    await heard(hass, freezer, entry)
    hass.states.async_set(DOOR, "off", door.attributes)
    await later(hass, freezer, 2 * MINUTE)
    await turn(hass, lambda: lock.bolt == "locked")
    await turn(hass, lambda: state_of(hass, LOCK).state == "locked")
    assert lock.actuations == moved + 1


async def test_a_door_is_locked_whatever_was_out_of_reach_before(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    locked = async_mock_service(hass, "lock", "lock")
    door = "binary_sensor.shed"

    def says(entity_id: str, state: str) -> None:
        hass.states.async_set(entity_id, state, {"device_class": "door"} if entity_id == door else {})

    async def is_locked_after_the_wait() -> None:
        assert locked == []
        await later(hass, freezer, timedelta(seconds=119))
        assert locked == []
        await later(hass, freezer, timedelta(seconds=1))
        assert len(locked) == 1
        says(SHED, "locked")
        await later(hass, freezer, timedelta(seconds=1))
        locked.clear()

    says(door, "off")
    says(SHED, "unlocked")
    hass.set_state(CoreState.starting)
    await use(hass, "closed_not_locked", lock=SHED, door=door)
    await start(hass)
    await is_locked_after_the_wait()
    for nobody_knows in ("unavailable", "unknown"):
        says(SHED, nobody_knows)
        await later(hass, freezer, 10 * MINUTE)
        says(SHED, "unlocked")
        await is_locked_after_the_wait()
        says(door, nobody_knows)
        says(SHED, "unlocked")
        await later(hass, freezer, 10 * MINUTE)
        says(door, "off")
        await is_locked_after_the_wait()


# -- Nobody at home ------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_everything_is_locked_when_everybody_has_left_and_what_is_not_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    assert await async_setup_component(hass, "zone", {})
    people = [("person.ann", "home"), ("person.bob", "home")]

    async def are(where: str, *names: str) -> None:
        for name in names:
            hass.states.async_set(name, where, {"in_zones": ["zone.home"] if where == "home" else []})
        await later(hass, freezer, timedelta(seconds=1))

    await are("home", *(name for name, _ in people))
    gate = "lock.garden_gate"
    hass.states.async_set(SHED, "unlocked")
    await use(hass, "everybody_left", locks=[LOCK, gate, SHED])
    front, garden = world.lock("front_door"), world.lock("garden_gate")
    for lock in (LOCK, gate):
        await act(hass, "configure_autolock", {"entity_id": lock, "enabled": False})
        await command(hass, "unlock", lock)
    await are("not_home", "person.ann")
    await later(hass, freezer, 4 * MINUTE)
    assert (front.bolt, garden.bolt) == ("unlocked", "unlocked"), "somebody is at home"
    await are("not_home", "person.bob")
    await later(hass, freezer, 2 * MINUTE)
    await are("home", "person.bob")
    await later(hass, freezer, 3 * MINUTE)
    assert (front.bolt, garden.bolt) == ("unlocked", "unlocked"), "back within the grace"
    garden.jammed = True
    await are("not_home", "person.bob")
    await later(hass, freezer, 3 * MINUTE)
    await turn(hass, lambda: front.bolt == "locked")
    await turn(hass, lambda: state_of(hass, LOCK).state == "locked")
    await turn(hass, lambda: state_of(hass, gate).state not in ("locking", "locked"))
    await later(hass, freezer, timedelta(seconds=59))
    assert taken(phone) == []
    hass.states.async_set(SHED, "locked")
    await later(hass, freezer, timedelta(seconds=1))
    assert taken(phone) == ["Everybody left. Not locked: Garden Gate"]
    garden.jammed = False
    await are("home", "person.ann")
    await are("not_home", "person.ann")
    await later(hass, freezer, 3 * MINUTE)
    await turn(hass, lambda: garden.bolt == "locked")
    await turn(hass, lambda: state_of(hass, gate).state == "locked")
    await later(hass, freezer, 2 * MINUTE)
    assert taken(phone) == []
    await command(hass, "unlock", LOCK)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    await later(hass, freezer, 4 * MINUTE)
    assert front.bolt == "unlocked", "a restart is nobody's leaving"
    await are("home", "person.ann")
    reach(world, False)
    await later(hass, freezer, 31 * MINUTE)
    await loaded.runtime_data.async_refresh()
    await are("not_home", "person.ann")
    await later(hass, freezer, 3 * MINUTE)
    await later(hass, freezer)
    assert taken(phone) == ["Everybody left. Not locked: Garden Gate, Front Door"], "out of reach"


@WHOLE_HOUSE
async def test_a_lockdown_ends_passage_mode_locks_all_and_tells_what_stayed_open(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    gate = "lock.garden_gate"
    hass.states.async_set(SHED, "locked")
    await script(hass, "lockdown", locks=[LOCK, gate, SHED], passage=[PASSAGE], notify={"entity_id": "notify.phone"})
    await hass.services.async_call("switch", "turn_on", {"entity_id": PASSAGE}, blocking=True)
    front, garden = world.lock("front_door"), world.lock("garden_gate")
    await command(hass, "unlock", LOCK)
    await command(hass, "unlock", gate)
    changes = async_capture_events(hass, "state_changed")
    await hass.services.async_call("script", "lockdown")
    await turn(hass, lambda: phone.messages)
    assert taken(phone) == ["Everything is locked"]
    steps = [(change.data["entity_id"], change.data["new_state"].state) for change in changes]
    steps = [step for step in steps if step[0] in (PASSAGE, LOCK, gate)]
    assert steps[0] == (PASSAGE, "off"), "passage mode would draw the bolt again"
    assert set(steps[1:3]) == {(LOCK, "locking"), (gate, "locking")}, "neither waits for the other"
    assert set(steps[3:]) == {(LOCK, "locked"), (gate, "locked")}
    assert (front.bolt, garden.bolt, state_of(hass, PASSAGE).state) == ("locked", "locked", "off")

    await command(hass, "unlock", LOCK)
    await command(hass, "unlock", gate)
    await hass.services.async_call("switch", "turn_on", {"entity_id": PASSAGE}, blocking=True)
    garden.jammed = True
    hass.states.async_set(SHED, "unlocked")
    world.faults.add(Fault(kind="errcode", path="/v3/lock/configPassageMode", errcode=-2012))
    for _ in range(2):
        await hass.services.async_call("script", "lockdown")
        await turn(hass, lambda: state_of(hass, LOCK).state == "locked")
        await turn(hass, lambda: state_of(hass, gate).state not in ("locking", "locked"))
    await later(hass, freezer, timedelta(seconds=89))
    assert taken(phone) == []
    hass.states.async_set(SHED, "locked")
    await later(hass, freezer, timedelta(seconds=1))
    assert taken(phone) == ["Not locked: Garden Gate"]
    await later(hass, freezer, 2 * MINUTE)
    assert taken(phone) == [], "asked for twice, it is done once"
    assert (front.bolt, garden.bolt) == ("locked", "unlocked")
    assert state_of(hass, PASSAGE).state == "on", "what fails does not keep the rest from being locked"
    reach(world, False)
    await later(hass, freezer, 31 * MINUTE)
    await loaded.runtime_data.async_refresh()
    await hass.services.async_call("script", "lockdown")
    await later(hass, freezer, 2 * MINUTE)
    assert taken(phone) == ["Not locked: Garden Gate, Front Door"], "nobody knows of what is out of reach"
    assert front.enter_code(CODE).opened, "it suspends no code"


# -- Out of reach --------------------------------------------------------------------------------------------------


async def test_a_lock_out_of_reach_is_told_once_and_when_it_is_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    await use(hass, "lock_offline", lock=LOCK, wait={"hours": 2})

    async def goes(online: bool, pause: timedelta) -> list[str]:
        reach(world, online)
        await later(hass, freezer, 31 * MINUTE)
        await loaded.runtime_data.async_refresh()
        assert (state_of(hass, LOCK).state == "unavailable") is not online
        await later(hass, freezer, pause)
        return taken(phone)

    assert await goes(False, 60 * MINUTE) == []
    assert await goes(True, 120 * MINUTE) == [], "a short outage"
    assert await goes(False, 121 * MINUTE) == ["Front Door cannot be reached"]
    assert await goes(False, 121 * MINUTE) == []
    assert await goes(True, MINUTE) == ["Front Door is back"]
    hass.states.async_set(LOCK, "unknown", state_of(hass, LOCK).attributes)
    await later(hass, freezer, 121 * MINUTE)
    assert taken(phone) == [], "it answers, but does not know its bolt"


@pytest.mark.parametrize("online", [True, False])
async def test_a_lock_that_is_out_of_reach_when_home_assistant_starts_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
    online: bool,
) -> None:
    reach(world, online)
    hass.set_state(CoreState.starting)
    await setup(hass, entry)
    await use(hass, "lock_offline", lock=LOCK)
    await start(hass)
    await later(hass, freezer, 29 * MINUTE)
    assert taken(phone) == []
    await later(hass, freezer, 2 * MINUTE)
    assert taken(phone) == ["Front Door cannot be reached"] * (not online)
    reach(world, True)
    await entry.runtime_data.async_refresh()
    await later(hass, freezer, timedelta(seconds=1))
    assert taken(phone) == ["Front Door is back"] * (not online)


# -- Visitors and guests -------------------------------------------------------------------------------------------


async def test_only_chosen_people_unlock_for_a_visitor_once_and_soon(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
) -> None:
    await choose(hass, loaded, "doorbell", {"bell_locks": [LOCK], "bell_records": [str(BELL)]})
    ann, bob = (MockUser(name=name).add_to_hass(hass) for name in ("Ann", "Bob"))
    hass.states.async_set("person.ann", "not_home", {"user_id": ann.id})
    hass.states.async_set("person.bob", "not_home", {"user_id": bob.id})
    hass.states.async_set("person.child", "home")
    sent = async_mock_service(hass, "notify", "mobile_app_phone")
    await use(
        hass,
        "visitor_unlock",
        doorbell="event.front_door_doorbell",
        lock=LOCK,
        people=["person.ann", "person.child"],
        notify="notify.mobile_app_phone",
    )

    async def ring() -> str:
        sent.clear()
        await later(hass, freezer, MINUTE)
        happened(world, BELL)
        await read(loaded)
        await turn(hass, lambda: sent)
        assert sent[0].data["message"] == "Someone is at Front Door"
        (button,) = sent[0].data["data"]["actions"]
        assert button["title"] == "Unlock"
        token: str = button["action"]
        return token

    async def press(token: str, user: User | None) -> str:
        context = Context(user_id=user.id if user else None)
        hass.bus.async_fire("mobile_app_notification_action", {"action": token}, context=context)
        await later(hass, freezer, timedelta(seconds=1))
        await turn(hass, lambda: state_of(hass, LOCK).state != "unlocking")
        return world.lock("front_door").bolt

    token = await ring()
    assert await press(token, bob) == "locked", "somebody else"
    assert await press(token, None) == "locked", "nobody"
    assert await press("UNLOCK_", ann) == "locked", "another button"
    assert await press(token, ann) == "unlocked", "whoever pressed before is no matter"
    await command(hass, "lock", LOCK)
    assert await press(token, ann) == "locked", "it works once"
    second = await ring()
    assert second != token
    assert await press(token, ann) == "locked", "that of the first ring"
    await later(hass, freezer, 2 * MINUTE)
    assert await press(second, ann) == "locked", "too late"
    third = await ring()
    await later(hass, freezer)
    happened(world, BELL)
    await read(loaded)
    await later(hass, freezer, timedelta(seconds=55))
    assert len(sent) == 1, "rung again and again"
    assert await press(third, ann) == "unlocked"
    await command(hass, "lock", LOCK)
    await later(hass, freezer, 3 * MINUTE)
    assert len(sent) == 1
    fourth = await ring()
    for service in ("turn_off", "turn_on"):
        await hass.services.async_call("automation", service, {"entity_id": "automation.visitor_unlock"}, blocking=True)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    assert await press(fourth, ann) == "locked", "rung before the restart"
    assert len(sent) == 1, "what is restored is no ring"


async def test_nobody_unlocks_for_a_visitor_if_nobody_chosen_has_a_user(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    ann = MockUser(name="Ann").add_to_hass(hass)
    bell = {"event_type": "ring", "device_class": "doorbell"}
    hass.states.async_set("event.bell", "2026-01-01T00:00:00.000+00:00", bell)
    hass.states.async_set("person.child", "home")
    sent = async_mock_service(hass, "notify", "mobile_app_phone")
    opened = async_mock_service(hass, "lock", "unlock")
    inputs = {"doorbell": "event.bell", "lock": SHED, "people": ["person.child"], "notify": "notify.mobile_app_phone"}
    await use(hass, "visitor_unlock", **inputs)
    hass.states.async_set("event.bell", "2026-01-01T00:01:00.000+00:00", bell)
    await turn(hass, lambda: sent)
    token = sent[0].data["data"]["actions"][0]["action"]
    for context in (Context(user_id=ann.id), Context()):
        hass.bus.async_fire("mobile_app_notification_action", {"action": token}, context=context)
        await later(hass, freezer, timedelta(seconds=1))
    await later(hass, freezer, 2 * MINUTE)
    assert opened == []


@pytest.mark.usefixtures("all_enabled")
async def test_the_end_of_access_is_told_before(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    entry: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    now = dt_util.utcnow().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    # Home Assistant loses what ends at the very moment at which it looks.
    freezer.move_to(now + MINUTE)
    end = now + timedelta(days=1, hours=2)
    period = {"start_time": now.isoformat(), "end_time": end.isoformat()}
    for name, code, when in (("Li", "592846", period), ("Wang", "592847", period), ("Zhao", "592848", {})):
        await act(hass, "create_passcode", {"entity_id": LOCK, "passcode_name": name, "passcode": code, **when})
    calendar = {"entity_id": "calendar.front_door_access"}
    await use(hass, "access_expiring", calendar=calendar, actions=SLOWLY)
    told = []
    for quarter in range(1, 12):
        if quarter == 4:
            await hass.config_entries.async_reload(entry.entry_id)
        if quarter == 5:
            world.faults.add(Fault(kind="http_503"))
        await later(hass, freezer, timedelta(minutes=14))
        await later(hass, freezer)
        told += [(quarter, message) for message in sorted(taken(phone))]
    assert state_of(hass, calendar["entity_id"]).state == "unavailable", "since the sixth quarter"
    then = f"{dt_util.as_local(end):%Y-%m-%d %H:%M}"
    assert told == [(8, f"The access of {name} ends at {then} (Front Door)") for name in ("Li", "Wang")], (
        "two hours from now, a day before the end"
    )


async def test_the_automations_of_the_page_ask_about_who_is_away_and_who_comes_home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    copied = [
        automation("automations.md", alias)
        for alias in ("Opened by somebody who is away", "Ask to unlock when Ann comes home")
    ]
    assert await async_setup_component(hass, "zone", {})
    ann = MockUser(name="Ann").add_to_hass(hass)

    async def ann_is(where: str) -> None:
        zones = ["zone.home"] if where == "home" else []
        hass.states.async_set("person.ann", where, {"user_id": ann.id, "in_zones": zones})
        await later(hass, freezer, timedelta(seconds=1))

    await ann_is("home")
    hass.config_entries.async_update_entry(loaded, options={"people": {"person.ann": ["Family"]}})
    await hass.config_entries.async_reload(loaded.entry_id)
    sent = async_mock_service(hass, "notify", "mobile_app_phone")
    assert await async_setup_component(hass, "automation", {"automation": copied})
    await hass.async_block_till_done()
    assert [state.state for state in hass.states.async_all("automation")] == ["on", "on"]
    for where, told in (("home", []), ("not_home", ["Family opened the front door, but is away?"])):
        await ann_is(where)
        world.lock("front_door").enter_code(CODE)
        await heard(hass, freezer, loaded)
        assert taken(phone) == told
    await command(hass, "lock", LOCK)
    await ann_is("home")
    await turn(hass, lambda: sent)
    await ann_is("not_home")
    await ann_is("home")
    assert len(sent) == 1, "a position that jumps asks once"
    assert world.lock("front_door").bolt == "locked", "and unlocks nothing by itself"
    token = sent[0].data["data"]["actions"][0]["action"]
    for user, bolt in ((MockUser(name="Bob").add_to_hass(hass), "locked"), (ann, "unlocked")):
        context = Context(user_id=user.id)
        hass.bus.async_fire("mobile_app_notification_action", {"action": token}, context=context)
        await later(hass, freezer, timedelta(seconds=1))
        await turn(hass, lambda: state_of(hass, LOCK).state != "unlocking")
        assert world.lock("front_door").bolt == bolt


async def script(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Set a script up that is made of a blueprint."""
    config = {name: {"use_blueprint": {"path": f"ttlock/{name}.yaml", "input": inputs}}}
    assert await async_setup_component(hass, "script", {"script": config})
    await hass.async_block_till_done()


async def test_a_one_time_code_is_sent_once_for_one_wish_and_seen_nowhere_else(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    phone: Recipient,  # noqa: F811
) -> None:
    await script(hass, "one_time_code", lock=LOCK, recipients=["notify.phone"])
    calls: list[str] = []
    hass.bus.async_listen("*", lambda event: calls.append(str(event.data)))
    world.faults.add(Fault(kind="http_503"))
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("script", "one_time_code", blocking=True)
    world.faults.clear()
    assert taken(phone) == []
    await hass.services.async_call("script", "one_time_code")
    await turn(hass, lambda: phone.messages)
    (message,) = taken(phone)
    for seconds in (29, 1):
        await hass.services.async_call("script", "one_time_code")
        await later(hass, freezer, timedelta(seconds=seconds))
        assert taken(phone) == []
    await hass.services.async_call("script", "one_time_code")
    await turn(hass, lambda: phone.messages)
    code = code_in(message)
    assert code_in(taken(phone)[0]) != code
    assert message.startswith(f"One-time code for Front Door: {code}. It works once, until")
    assert world.lock("front_door").enter_code(code).opened
    assert not world.lock("front_door").enter_code(code).opened
    await heard(hass, freezer, loaded)
    assert calls
    assert code not in str(calls)
