"""The step of the check about calls: a month is used up, and the next one begins.

Home Assistant's own clock cannot be moved, so the month turns where it counts: in the cloud.
"""

import asyncio
import time

from .api import ApiError, Json
from .stage import FOLLOW_SECONDS, Failed, Stage, expect

REPAIR = "quota_exhausted"
REASON = "quota_month_exceeded"


async def a_month_of_calls_ends(stage: Stage) -> None:
    """Use the calls up: facts stay, commands say why, a repair says when. Then let the month turn: all goes on."""
    quota: Json = (await stage.cloud.control("GET", "/state"))["quota"]
    await stage.cloud.control("POST", "/quota", {"used": quota["limit"]})
    try:
        await stage.api.action("lock.unlock", stage.entity("lock"))
    except ApiError as error:
        expect(error.translation_key == REASON, f"the error is another: {error}")
    else:
        raise Failed("a command without calls does not fail")
    finally:
        await stage.cloud.reset_calls()
    await stage.expect_bolt("locked")
    await _until_repair(stage, shown=True)
    await stage.expect_state("lock", "locked")
    flows: list[Json] = await stage.api.command("config_entries/flow/progress")
    expect(not [flow for flow in flows if flow["handler"] == "ttlock"], "somebody is asked to sign in again")
    asked = sum((await stage.cloud.calls()).values())
    expect(asked <= 1, f"Home Assistant goes on asking: {asked} calls")
    await stage.cloud.control("POST", "/quota", {"used": 0})
    await stage.unlock()
    await stage.expect_state("lock", "unlocked")
    await _until_repair(stage, shown=False)
    calls = await stage.cloud.calls()
    expect(calls.get("/v3/key/list", 0) > 0, "the inventory is not read again")
    await stage.lock()
    await stage.expect_state("lock", "locked")


async def _until_repair(stage: Stage, *, shown: bool) -> None:
    deadline = time.monotonic() + FOLLOW_SECONDS
    while True:
        issues: list[Json] = (await stage.api.command("repairs/list_issues"))["issues"]
        if any(issue["translation_key"] == REPAIR for issue in issues) is shown:
            return
        expect(time.monotonic() < deadline, f"the repair is {'not ' if shown else ''}there")
        await asyncio.sleep(0.5)
