"""Steps of the check about entries of other kinds: from an account of the app, and as hass-ttlock left one."""

import json
from typing import Any

from .api import ApiError, Json
from .house import (
    DOMAIN,
    add_application,
    config_entries,
    enter_house,
    read_entities,
    settled_entities,
    until_loaded,
)
from .radio_steps import CODE, radio_only
from .stage import LOCK, Failed, Stage, expect

FLOW = "/api/config/config_entries/flow"
KEPT = ("lock", "lockbattery", "autolock")
"""Entities that an entry of any kind has, by the same unique ids."""
RECORD_SECONDS = 30
RELOAD_SECONDS = 30
"""A conversation with a lock that is under way is ended first."""
ENTRIES = ".storage/core.config_entries"


async def an_app_account_brings_its_keys(stage: Stage) -> None:
    """Remove the account, sign in with the app's instead, prove that the device is new, and open over the air alone."""
    before = await read_entities(stage.api)
    (entry,) = await config_entries(stage.api)
    await stage.api.delete(f"/api/config/config_entries/entry/{entry['entry_id']}")
    access = stage.cloud.access
    flow_id = await _chosen(stage, "app")
    form = await fill(stage, flow_id, username=access.username, password=access.password)
    expect(form.get("step_id") == "app_code", f"the cloud does not ask who this is: {form}")
    form = await fill(stage, flow_id, code="000000", resend=False)
    expect(form.get("errors") == {"base": "app_code_wrong"}, f"a wrong code is answered with {form}")
    mails: list[Json] = (await stage.cloud.control("GET", "/outbox"))["messages"]
    made = await fill(stage, flow_id, code=mails[-1]["code"], resend=False)
    expect(made["type"] == "create_entry", f"the code that was mailed is answered with {made}")
    stage.entities = await settled_entities(stage.api)
    _expect_the_same(stage, before.by_unique_id)
    await _opens_over_the_air(stage)
    answer = await stage.cloud.enter_code(LOCK, CODE)
    expect(answer["opened"], f"the code does not open the door: {answer['reason']}")
    # No cloud lists the record: it is fetched from the lock.
    await stage.expect_state("locktrigger", "unlock by passcode", seconds=RECORD_SECONDS)
    await stage.lock()


async def the_developer_account_joins_in(stage: Stage) -> None:
    """Give the entry of the app account a developer application: the same entities, and the cloud beside the air."""
    before = (await read_entities(stage.api)).by_unique_id
    (entry,) = await config_entries(stage.api)
    access = stage.cloud.access
    await add_application(stage.api, access)
    menu: Json = await stage.api.post(FLOW, {"handler": DOMAIN, "entry_id": entry["entry_id"]})
    await fill(stage, menu["flow_id"], next_step_id="developer")
    ended = await fill(stage, menu["flow_id"], username=access.username, password=access.password)
    expect(ended.get("reason") == "linked", f"linking ends with {ended}")
    await until_loaded(stage.api)
    stage.entities = await settled_entities(stage.api)
    missing = before.items() - stage.entities.by_unique_id.items()
    expect(not missing, f"entities are not the same: {sorted(missing)}")
    await stage.expect_state("lock", "locked", seconds=RELOAD_SECONDS)
    await stage.cloud.radio(LOCK, in_range=False)
    try:
        await stage.unlock()
        await stage.lock()
    finally:
        await stage.cloud.radio(LOCK, in_range=True)


async def an_entry_of_hass_ttlock_gains_bluetooth(stage: Stage) -> None:
    """Start with the entry as hass-ttlock leaves one, without any key: the next start opens over the air by itself."""
    before = (await read_entities(stage.api)).by_unique_id
    await stage.api.disconnect()
    await stage.hass.stop()
    _make_it_theirs(stage)
    await stage.hass.start()
    await enter_house(stage.api)
    stage.entities = await settled_entities(stage.api)
    missing = before.keys() - stage.entities.by_unique_id.keys()
    expect(not missing, f"entities are gone: {sorted(missing)}")
    await _opens_over_the_air(stage)


def _make_it_theirs(stage: Stage) -> None:
    """Turn the stored entry into what hass-ttlock stores, and lose what it does not know (compatibility.md 4.6)."""
    path = stage.hass.folder / ENTRIES
    stored: Json = json.loads(path.read_text(encoding="utf-8"))
    entry = next(entry for entry in stored["data"]["entries"] if entry["domain"] == DOMAIN)
    token = {name: value for name, value in entry["data"]["token"].items() if name != "uid"}
    entry |= {
        "data": {
            "auth_implementation": entry["data"]["auth_implementation"],
            "token": token,
            "webhook_id": "0123456789abcdef",
            "webhook_url": "https://example.org/api/webhook/0123456789abcdef",
            "webhook_status": True,
        },
        "options": {},
        "title": "TTLock",
        "unique_id": None,
        "version": 1,
        "minor_version": 1,
    }
    path.write_text(json.dumps(stored), encoding="utf-8")
    for ours in path.parent.glob(f"{DOMAIN}*"):
        ours.unlink()


async def _opens_over_the_air(stage: Stage) -> None:
    await stage.expect_state("lock", "locked", seconds=RELOAD_SECONDS)
    before = (await stage.cloud.radio(LOCK))["requests"]
    await stage.cloud.reset_calls()
    async with radio_only(stage):
        await stage.unlock()
        await stage.expect_state("lock", "unlocked")
        await stage.lock()
        await stage.expect_state("lock", "locked")
    expect((await stage.cloud.radio(LOCK))["requests"] > before, "nobody has spoken to the lock")


def _expect_the_same(stage: Stage, before: dict[str, str] | Any) -> None:
    for suffix in KEPT:
        unique_id = f"{DOMAIN}-{stage.lock_id}-{suffix}"
        now = stage.entities.by_unique_id.get(unique_id)
        expect(now == before.get(unique_id), f"{before.get(unique_id)} is {now} now")


async def _chosen(stage: Stage, choice: str) -> str:
    """Open the menu of the config flow and choose; return the flow."""
    menu: Json = await stage.api.post(FLOW, {"handler": DOMAIN})
    if choice not in menu.get("menu_options", ()):
        raise Failed(f"the menu has no {choice!r}: {menu}")
    await fill(stage, menu["flow_id"], next_step_id=choice)
    flow_id: str = menu["flow_id"]
    return flow_id


async def fill(stage: Stage, flow_id: str, **fields: Any) -> Json:
    """Send a form of a flow, return what comes next."""
    try:
        answer: Json = await stage.api.post(f"{FLOW}/{flow_id}", fields)
    except ApiError as error:
        raise Failed(f"the form is not accepted: {error}") from None
    return answer
