"""Steps of the check about a new lock: from discovery to the code at its keypad, all of it over the air."""

import asyncio
import time

from .api import ApiError, Json
from .entry_steps import FLOW, fill
from .house import DOMAIN, config_entries, settled_entities
from .stage import FOLLOW_SECONDS, Failed, Stage, expect

NEW = "new_lock"
NAME = "Garden shed"
CODE = "60419375"
OPTIONS = "/api/config/config_entries/options/flow"
PAIRING_SECONDS = 30


async def a_new_lock_is_paired(stage: Stage) -> None:
    """Touch a lock that nobody owns: it is discovered, paired, opened and given a code, and the phone app has it too."""
    (entry,) = await config_entries(stage.api)
    await stage.cloud.control("POST", "/box", {"key": NEW})
    await stage.cloud.radio(NEW, touch=True)
    flow_id = await _discovered(stage)
    await stage.cloud.radio(NEW, touch=True)
    await fill(stage, flow_id, name=NAME, account=entry["entry_id"])
    await _until_ended(stage, flow_id)
    seen = await stage.cloud.lock(NEW)
    expect(seen["alias"] == NAME, f"the cloud calls the lock {seen['alias']}")
    stage.entities = await settled_entities(stage.api)
    lock = stage.entities.lock(seen["lock_id"], "lock")
    if lock is None:
        raise Failed("the paired lock has no entity")
    await stage.api.action("lock.unlock", lock)
    expect((await stage.cloud.lock(NEW))["bolt"] == "unlocked", "the paired lock does not open")
    await stage.api.action(f"{DOMAIN}.create_passcode", lock, passcode_name="Gardener", passcode=CODE)
    await stage.api.action("lock.lock", lock)
    answer = await stage.cloud.enter_code(NEW, CODE)
    expect(answer["opened"], f"the code does not open the paired lock: {answer['reason']}")
    told = (await stage.cloud.lock(NEW))["passcodes_in_cloud"]
    expect(told == 1, f"the cloud knows of {told} codes of the paired lock")


async def the_new_lock_is_given_away(stage: Stage) -> None:
    """Reset the lock from the options: it belongs to nobody, knows no code, and the account does not have it any more."""
    (entry,) = await config_entries(stage.api)
    lock_id = (await stage.cloud.lock(NEW))["lock_id"]
    lock = stage.entities.lock(lock_id, "lock")
    menu: Json = await stage.api.post(OPTIONS, {"handler": entry["entry_id"]})
    for answer in ({"next_step_id": "remove_lock"}, {"lock": lock}):
        await stage.api.post(f"{OPTIONS}/{menu['flow_id']}", answer)
    ended: Json = await stage.api.post(f"{OPTIONS}/{menu['flow_id']}", {"confirm": True})
    expect(ended["type"] == "create_entry", f"the lock is not given away: {ended.get('errors')}")
    radio = await stage.cloud.radio(NEW)
    expect(not radio["owned"], "the lock still belongs to somebody")
    known: Json = (await stage.cloud.control("GET", "/state"))["locks"]
    expect(NEW not in known, "the cloud still has the lock")
    stage.entities = await settled_entities(stage.api)
    expect(stage.entities.lock(lock_id, "lock") is None, "the lock still has its entities")


async def _discovered(stage: Stage) -> str:
    """Return the flow with which Home Assistant offers the new lock."""
    deadline = time.monotonic() + FOLLOW_SECONDS
    while True:
        flows: list[Json] = await stage.api.command("config_entries/flow/progress")
        for flow in flows:
            if flow["handler"] == DOMAIN and flow["context"]["source"] == "bluetooth":
                return str(flow["flow_id"])
        expect(time.monotonic() < deadline, "the new lock is not discovered")
        await asyncio.sleep(0.2)


async def _until_ended(stage: Stage, flow_id: str) -> None:
    """Wait until the flow has done its work; a form that comes back says what is wrong."""
    deadline = time.monotonic() + PAIRING_SECONDS
    while True:
        try:
            step: Json = await stage.api.get(f"{FLOW}/{flow_id}")
        except ApiError as error:
            if error.code == "404":
                return
            raise
        expect(step["type"] != "form", f"the lock is not paired: {step.get('errors')}")
        expect(time.monotonic() < deadline, f"the lock is still not paired: {step['type']} {step.get('step_id')}")
        await asyncio.sleep(0.2)
