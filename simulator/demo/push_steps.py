"""The step of the check that has TTLock tell of the door by callback."""

import asyncio
import time

from .api import HomeAssistantApi, Json
from .stage import LOCK, Stage, expect

CODE = "48151623"
"""The family's, on the lock from the beginning."""
DOMAIN = "ttlock"
LIMIT_SECONDS = 1.0
PATIENCE_SECONDS = 10
AFTER_COMMAND_SECONDS = 6
GLANCE_SECONDS = 0.01


async def the_door_is_heard_at_once(stage: Stage) -> None:
    """Enter Home Assistant's address in the portal, open the door with a code, and see how long it takes."""
    expect(await _offered(stage), "nothing offers to set callbacks up")
    await stage.lock()
    await stage.expect_state("lock", "locked")
    # So near to a command nobody can tell which of both moved the bolt last, and the lock is asked.
    await asyncio.sleep(AFTER_COMMAND_SECONDS)
    url = f"{stage.api.base_url}{await webhook_path(stage.api)}"
    await stage.cloud.control("POST", "/callback", {"url": url})
    lock = stage.entity("lock")
    start = time.monotonic()
    answer = await stage.cloud.enter_code(LOCK, CODE)
    expect(answer["opened"], f"the code does not open the door: {answer['reason']}")
    await wait_for_state(stage.api, lock, "unlocked", seconds=PATIENCE_SECONDS)
    seconds = time.monotonic() - start
    expect(seconds < LIMIT_SECONDS, f"the door was heard after {seconds:.2f} s")
    print(f"       from the door to the state in {seconds:.2f} s", flush=True)
    attributes = (await stage.api.get(f"/api/states/{lock}"))["attributes"]
    expect(attributes.get("changed_by") == "Family", f"it was {attributes.get('changed_by')}, not the family")
    expect(not await _offered(stage), "callbacks are still offered although they come")
    await stage.lock()
    await stage.expect_state("lock", "locked")


async def webhook_path(api: HomeAssistantApi) -> str:
    """Return where callbacks go, as Home Assistant lists it for its administrators."""
    hooks: list[Json] = await api.command("webhook/list")
    webhook_id = next(hook["webhook_id"] for hook in hooks if hook["domain"] == DOMAIN)
    return f"/api/webhook/{webhook_id}"


async def wait_for_state(api: HomeAssistantApi, entity_id: str, wanted: str, *, seconds: float) -> None:
    """Wait until an entity has a state, without a pause that would be part of the figure."""
    async with asyncio.timeout(seconds):
        while await api.state(entity_id) != wanted:  # noqa: ASYNC110  # Home Assistant is another process
            await asyncio.sleep(GLANCE_SECONDS)


async def _offered(stage: Stage) -> bool:
    issues: list[Json] = (await stage.api.command("repairs/list_issues"))["issues"]
    return any(issue["domain"] == DOMAIN and issue["translation_key"] == "callbacks" for issue in issues)
