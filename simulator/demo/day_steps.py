"""Steps of the check about a day of the household: what people do at the door, and what their phone is told of it."""

import asyncio
from datetime import UTC, datetime, timedelta
import json
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from . import household
from .api import Json
from .companion import Notification
from .house import TIME_ZONE
from .household import AGENT, CARD, CODE, FORCED, LIGHT, Doors, Waits
from .phone import Phone
from .push_steps import webhook_path
from .stage import FOLLOW_SECONDS, LOCK, Failed, Stage, expect, until

GATE: Final = "garden_gate"
"""A lock without auto-lock and without a sensor at its door."""
FINGER: Final = "184710657179351"
FINGER_NAME: Final = "Other thumb"
"""A finger that no earlier step has used: what it opened before would be told now."""
GUEST: Final = "Plumber"
CODE_IN_MESSAGE: Final = re.compile(r"(?<=: )\d{4,9}(?=\. )")
SHORT: Final = Waits(first={"seconds": 1}, again={"seconds": 1})
NIGHT_AFTER: Final = timedelta(seconds=2)
"""What is to happen at night is made so long before."""
LEEWAY: Final = timedelta(seconds=10)
WRITTEN_SECONDS: Final = 30
SURE_SECONDS: Final = 60
"""When it is not clear which of two moves was the last one, the lock is asked half a minute later."""
AUTO_LOCK_SECONDS: Final = 5
"""As earlier steps have set it."""
MARK: Final = "demo_everything_until_here_is_written"


async def the_family_comes_home(stage: Stage) -> None:
    """Let the family open with a code and the owner with a finger: the owner is told by name and has a light."""
    doors = await _move_in(stage)
    await _enroll_the_finger(stage)
    before, last = len(stage.phone.notifications), await stage.api.state(doors.access[LOCK])
    await _open(stage, "enter_code", CODE)
    await _heard(stage, doors.access[LOCK], last, who="Family", event_type="unlocked")
    await _open(stage, "touch_finger", FINGER)
    await _told_like(stage, "Owner came home (Front Door", since=before)
    await _told(stage, "Light on for Owner", since=before)
    await stage.api.wait_for_state(LIGHT, "on", seconds=FOLLOW_SECONDS)
    told = [item.message for item in stage.phone.notifications[before:] if item.message.startswith("Light")]
    expect(told == ["Light on for Owner"], f"the trigger for the owner ran for {told}")


async def a_door_is_left_open_at_night(stage: Stage) -> None:
    """Leave one door open and another one unlocked: the first is told until it is closed, the second is locked."""
    doors, phone = await household.find_doors(stage.api, stage.cloud.access.lock_ids), stage.phone
    await stage.api.action("ttlock.configure_autolock", doors.locks[LOCK], enabled=False)
    try:
        before = len(phone.notifications)
        for key, act, value in ((LOCK, "enter_code", CODE), (LOCK, "open_door", ""), (GATE, "turn_key", "")):
            await stage.cloud.at_the_door(key, act, value)
        await stage.api.wait_for_state(doors.contacts[LOCK], "on", seconds=FOLLOW_SECONDS)
        for key in (LOCK, GATE):
            await stage.api.wait_for_state(doors.locks[key], "unlocked", seconds=SURE_SECONDS)
        await _let_it_be_night(stage, doors)
        await _told(stage, "Front Door is open", since=before, count=2)
        await _told(stage, "Front Door is not locked (unlocked)", since=before)
        await stage.expect_bolt("unlocked")
        await stage.api.wait_for_state(doors.locks[GATE], "locked", seconds=FOLLOW_SECONDS)
        expect((await stage.cloud.lock(GATE))["bolt"] == "locked", "nobody has locked the gate")
        await stage.cloud.at_the_door(LOCK, "close_door", "")
        await until(lambda: _is_over(stage), "the automation does not see that the door is closed")
        told = [item.message for item in phone.notifications[before:]]
        expect(not any(text.startswith("Garden Gate") for text in told), f"the gate is told as {told}")
    finally:
        await stage.cloud.at_the_door(LOCK, "close_door", "")
        await stage.api.action("ttlock.configure_autolock", doors.locks[LOCK], enabled=True, seconds=AUTO_LOCK_SECONDS)
    await stage.lock()


async def a_code_is_made_by_voice(stage: Stage) -> None:
    """Ask the agent for a code and say yes: the phone gets it, it opens the door, and it is written nowhere."""
    now = datetime.now(ZoneInfo(TIME_ZONE))
    if (now + LEEWAY).hour != now.hour:
        # An hour that has passed by the time of the yes would be refused.
        await asyncio.sleep(LEEWAY.total_seconds())
        now = datetime.now(ZoneInfo(TIME_ZONE))
    before = len(stage.phone.notifications)
    hours = f"from {now.hour} till {(now.hour + 3) % 24}"
    asked = await _say(stage, f"Make a code for the {GUEST.lower()} at the front door {hours}.")
    expect(f"for {GUEST} that opens Front Door from {now:%Y-%m-%d %H}" in _speech(asked), f"asks: {_speech(asked)}")
    expect(asked["continue_conversation"], "the agent does not wait for an answer")
    expect(len(stage.phone.notifications) == before, "a code was sent before anybody has said yes")
    done = await _say(stage, "Yes.", conversation_id=asked["conversation_id"])
    expect(_speech(done).startswith("Done."), f"after the yes: {_speech(done)}")
    told = await _told_like(stage, f"Code of {GUEST} for Front Door: ", since=before)
    found = CODE_IN_MESSAGE.search(told.message)
    if found is None:
        raise Failed("the message to the phone has no code")
    code = found.group()
    doors = await household.find_doors(stage.api, stage.cloud.access.lock_ids)
    last = await stage.api.state(doors.access[LOCK])
    await _open(stage, "enter_code", code)
    await _heard(stage, doors.access[LOCK], last, who=GUEST, event_type="unlocked")
    await stage.lock()
    expect(code not in json.dumps([asked, done]), "the agent has said the code")
    await _is_written_nowhere(stage, code)


async def somebody_is_forced_to_open(stage: Stage) -> None:
    """Open with the card that means duress: the alarm and the phone know, and nothing else in the house does."""
    doors = await household.find_doors(stage.api, stage.cloud.access.lock_ids)
    alarm, access = doors.alarms[LOCK], doors.access[LOCK]
    last, last_alarm = await stage.api.state(access), await stage.api.state(alarm)
    start, before = datetime.now(UTC), len(stage.phone.notifications)
    await _open(stage, "swipe_card", CARD)
    await _heard(stage, alarm, last_alarm, who=FORCED, event_type="duress")
    await _told_like(stage, f"Front Door: Opened under duress, {FORCED} (", since=before)
    await _told_like(stage, f"{FORCED} came home (Front Door", since=before)
    await _heard(stage, access, last, who=FORCED, event_type="unlocked")
    own = [entity for entity in stage.entities.by_unique_id.values() if entity != alarm]

    async def activity() -> list[Json]:
        lines: list[Json] = await stage.api.command("logbook/get_events", start_time=start.isoformat(), entity_ids=own)
        return lines

    async def has_its_line() -> bool:
        return f"unlocked by {FORCED}" in json.dumps(await activity())

    await until(has_its_line, "Activity does not tell of the opening")
    shown = {"Activity": await activity(), "notifications": await stage.api.command("persistent_notification/get")}
    for state in await stage.api.get("/api/states"):
        if state["entity_id"] != alarm:
            # The kinds of alarm that other locks could tell.
            state["attributes"].pop("event_types", None)
            shown[state["entity_id"]] = state
    seen = [where for where, what in shown.items() if "duress" in json.dumps(what).lower()]
    expect(not seen, f"whoever forces somebody sees it: {', '.join(seen)}")
    await stage.lock()
    await stage.expect_state("lock", "locked", seconds=SURE_SECONDS)


# -- The household ---------------------------------------------------------------------------------------------------


async def _move_in(stage: Stage) -> Doors:
    """Set everything up through the options and the editors; the vendor tells of the doors by callback."""
    api = stage.api
    url = f"{api.base_url}{await webhook_path(api)}"
    await stage.cloud.control("POST", "/callback", {"url": url})
    await stage.phone.join(api)
    person = await household.owner(api)
    await household.install_blueprints(api)
    doors = await household.find_doors(api, stage.cloud.access.lock_ids)
    await household.say_who_is_who(api, person, finger=FINGER_NAME)
    await household.let_the_agent_manage(api, doors.locks[LOCK])
    automations = household.automations(doors, LOCK, person, SHORT)
    # Made for a night of its own below: this one could come at any time of the check.
    del automations["lock_at_night"]
    await household.automate(api, automations)
    return doors


async def _enroll_the_finger(stage: Stage) -> None:
    """Have the lock learn the owner's finger, as the app does."""
    access = stage.cloud.access
    await stage.cloud.control("POST", "/enroll", {"lock": LOCK, "kind": "fingerprint", "number": FINGER})
    await Phone(access, access.username, access.password).call(
        "fingerprint/add",
        lockId=stage.lock_id,
        fingerprintNumber=FINGER,
        fingerprintName=FINGER_NAME,
        startDate=0,
        endDate=0,
    )


async def _let_it_be_night(stage: Stage, doors: Doors) -> None:
    """Have both doors locked in a moment; if that has passed before anything listens, in another one."""
    after, night = NIGHT_AFTER, 0
    while True:
        night += 1
        at = (datetime.now(ZoneInfo(TIME_ZONE)) + after).replace(microsecond=0)
        await household.automate(
            stage.api,
            {
                f"night_{night}_{key}": household.at_night(doors, key, name=f"Night {night} {key}", at=f"{at:%H:%M:%S}")
                for key in (LOCK, GATE)
            },
        )
        if datetime.now(ZoneInfo(TIME_ZONE)) < at:
            return
        after *= 2


async def _is_over(stage: Stage) -> bool:
    """Return whether nothing waits for a door to be closed any more."""
    return bool((await _attributes(stage, "automation.door_left_open"))["current"] == 0)


async def _open(stage: Stage, act: str, value: str) -> None:
    answer = await stage.cloud.at_the_door(LOCK, act, value)
    expect(answer["opened"], f"the door does not open: {answer['reason']}")


# -- What is seen of it ----------------------------------------------------------------------------------------------


async def _heard(stage: Stage, entity_id: str, last: str, **wanted: str) -> None:
    """Wait until an event tells what has happened since the last one."""

    async def is_told() -> bool:
        state: Json = await stage.api.get(f"/api/states/{entity_id}")
        return bool(state["state"] != last and wanted.items() <= state["attributes"].items())

    await until(is_told, f"{entity_id} does not tell {wanted}")


async def _told(stage: Stage, message: str, *, since: int, count: int = 1) -> None:
    """Wait until the phone shows a message so many times."""
    await stage.phone.expect(repr(message), message.__eq__, seconds=FOLLOW_SECONDS, since=since, count=count)


async def _told_like(stage: Stage, beginning: str, *, since: int) -> Notification:
    """Wait until the phone shows a message that begins so."""
    return await stage.phone.expect(
        f"{beginning!r} ...", lambda text: text.startswith(beginning), seconds=FOLLOW_SECONDS, since=since
    )


async def _say(stage: Stage, text: str, conversation_id: str | None = None) -> Json:
    """Say something to the agent, return the whole answer."""
    answer: Json = await stage.api.command(
        "conversation/process", text=text, agent_id=AGENT, conversation_id=conversation_id
    )
    return answer


def _speech(answer: Json) -> str:
    return str(answer["response"]["speech"]["plain"]["speech"])


async def _is_written_nowhere(stage: Stage, code: str) -> None:
    """Look for a code in Home Assistant's database and log, once all that has happened is in there."""
    await stage.api.post(f"/api/events/{MARK}", {})

    async def is_written() -> bool:
        return any(MARK.encode() in content for _, content in _files(stage))

    await until(is_written, "the recorder does not write", seconds=WRITTEN_SECONDS)
    digits = re.compile(rb"(?<!\d)%s(?!\d)" % code.encode())
    kept = [name for name, content in _files(stage) if digits.search(content)]
    expect(not kept, f"the code is in {', '.join(kept)}")


def _files(stage: Stage) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(stage.hass.folder.glob("home-assistant*"))]


async def _attributes(stage: Stage, entity_id: str) -> dict[str, Any]:
    attributes: dict[str, Any] = (await stage.api.get(f"/api/states/{entity_id}"))["attributes"]
    return attributes
