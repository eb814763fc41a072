"""Steps of the check about outages: of the cloud, of one gateway, and of the cloud while Home Assistant starts."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
import json
import time
from typing import Any

from .api import ApiError
from .hass import INTEGRATION
from .house import config_entries, enter_house, read_entities
from .stage import FOLLOW_SECONDS, Failed, Stage, expect, until

GATEWAY = "hall"
"""The only gateway that hears the lock."""
OTHER_LOCK = "garden_gate"
"""A lock behind another gateway."""
LASTING = ("lock", "sensor", "lockbattery", "autolock", "autolock_delay", "passage_mode")
"""Entities whose states outlast an outage of minutes, and a restart in it."""
PATIENCE_SECONDS = 15
"""A cloud that answers at all answers a command sooner."""
RETRY_SECONDS = 60
"""The first tries after a start in an outage come within half a minute."""
SAID_ONCE = "Error fetching TTLock account data"
TURNED_LOCK = "cellar"
"""A lock without auto-lock, at which somebody uses the key meanwhile."""


async def the_cloud_drops_out(stage: Stage) -> None:
    """Let every call fail: facts stay, a command says why at once, the outage is said once, and its end is seen."""
    before = await _facts(stage)
    async with outage(stage):
        await _fails(stage, "ttlock.configure_autolock", "server_fault", enabled=True, seconds=7)
        for _ in range(2):
            await stage.api.action("homeassistant.update_entity", _gateway(stage))
        expect(await _facts(stage) == before, "what is known does not outlast the outage")
        said = [entry for entry in stage.hass.log_entries() if SAID_ONCE in entry]
        expect(len(said) == 1, f"the outage is said {len(said)} times")
        stage.expected_errors.add(SAID_ONCE)
    await stage.cloud.reset_calls()
    await stage.unlock()
    await until(lambda: _is_called(stage, "/v3/key/list"), "the account does not notice that the cloud is back")
    await stage.lock()
    await stage.expect_state("lock", "locked")


async def a_gateway_drops_out(stage: Stage) -> None:
    """Take a gateway offline: the error names it, locks of others open meanwhile, and the next try works."""
    other = _entity(stage, OTHER_LOCK, "lock")
    await stage.cloud.set_gateway(GATEWAY, online=False)
    try:
        error = await _fails(stage, "lock.unlock", "gateway_offline_named")
        expect(error.placeholders["gateway"] == "Hall gateway", f"the gateway is called {error.placeholders}")
        await stage.expect_state("connection", "gateway_offline")
        await stage.api.action("lock.unlock", other)
        expect((await stage.cloud.lock(OTHER_LOCK))["bolt"] == "unlocked", "a lock behind another gateway stays shut")
        await stage.api.action("lock.lock", other)
    finally:
        await stage.cloud.set_gateway(GATEWAY, online=True)
    await stage.expect_bolt("locked")
    await stage.unlock()
    await stage.expect_state("connection", "connected")
    await stage.lock()
    await stage.expect_state("lock", "locked")


async def a_restart_in_an_outage(stage: Stage) -> None:
    """Restart Home Assistant while the cloud is away: the last facts are there, and the rest follows by itself."""
    before = await _facts(stage)
    await stage.api.disconnect()
    await stage.hass.stop()
    async with outage(stage):
        await stage.hass.start()
        await enter_house(stage.api)
        stage.entities = await read_entities(stage.api)
        (entry,) = await config_entries(stage.api)
        expect(entry["state"] == "loaded", f"the config entry is {entry['state']}: {entry['reason']}")
        for name, state in before.items():
            await stage.api.wait_for_state(name, state, seconds=FOLLOW_SECONDS)
        await _fails(stage, "ttlock.configure_autolock", "server_fault", enabled=True, seconds=7)
        await stage.cloud.at_the_door(TURNED_LOCK, "turn_key", "")
    await stage.api.wait_for_state(_entity(stage, TURNED_LOCK, "lock"), "unlocked", seconds=RETRY_SECONDS)
    await stage.cloud.at_the_door(TURNED_LOCK, "turn_key", "")
    await stage.expect_state("lock", "locked")
    await stage.unlock()
    await stage.lock()


@asynccontextmanager
async def outage(stage: Stage) -> AsyncGenerator[None]:
    """Let every call to the cloud fail meanwhile."""
    await stage.cloud.control("POST", "/faults", {"kind": "http_503", "path": "/v3/*"})
    try:
        yield
    finally:
        await stage.cloud.control("DELETE", "/faults")


async def _fails(stage: Stage, action: str, key: str, **data: Any) -> ApiError:
    """Run an action on the lock that fails for a reason, in its words and before anybody has lost patience."""
    start = time.monotonic()
    try:
        await stage.api.action(action, stage.entity("lock"), **data)
    except ApiError as error:
        expect(error.translation_key == key, f"the error is another: {error}")
        wanted = english(key, error.placeholders)
        expect(error.message.rstrip(".") == wanted, f"the error says {error.message!r}, the translation {wanted!r}")
        taken = time.monotonic() - start
        expect(taken < PATIENCE_SECONDS, f"the answer took {taken:.0f} s")
        return error
    raise Failed(f"{action} does not fail")


def english(key: str, placeholders: Mapping[str, str]) -> str:
    """Return the text that the integration's English translation has for an error, as Home Assistant shortens it."""
    translation = json.loads((INTEGRATION / "translations" / "en.json").read_text(encoding="utf-8"))
    text: str = translation["exceptions"][key]["message"]
    return text.format(**placeholders).rstrip(".")


async def _facts(stage: Stage, suffixes: Sequence[str] = LASTING) -> dict[str, str]:
    """Return what is shown of the lock, by entity."""
    names = [name for suffix in suffixes if (name := stage.entities.lock(stage.lock_id, suffix)) is not None]
    return {name: await stage.api.state(name) for name in names}


def _entity(stage: Stage, key: str, suffix: str) -> str:
    name = stage.entities.lock(stage.cloud.access.lock_ids[key], suffix)
    if name is None:
        raise Failed(f"{key} has no entity {suffix}")
    return name


def _gateway(stage: Stage) -> str:
    name = stage.entities.gateway(stage.cloud.access.gateway_ids[GATEWAY])
    if name is None:
        raise Failed("the gateway has no entity")
    return name


async def _is_called(stage: Stage, path: str) -> bool:
    return path in await stage.cloud.calls()
