"""What made-up callbacks do to Home Assistant, and how long the door takes to be heard."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import json
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlencode

from simulator.demo.api import ApiError, Json
from simulator.demo.cloud import ROOT
from simulator.demo.house import open_account_form, read_entities, submit_account
from simulator.demo.push_steps import wait_for_state, webhook_path

from .house import House, made_house

PROBE_SECONDS = 0.02
PATIENCE_SECONDS = 15
TRUE_PAUSE_SECONDS = 0.2
TURNED_KEY = 10
"""What a lock writes down when it is opened with its key (ttlock-open-api.md 5.4.1)."""
WATCHED = ("lock", "binary_sensor", "event", "switch", "number", "select")


async def measure_push(*, locks: int, gateways: int, latency: float, rate: int, seconds: int) -> Json:
    """Hear doors in peace, then flood the address: alone, and while doors move."""
    async with made_house(locks=locks, gateways=gateways, latency=latency) as house:
        await submit_account(house.api, await open_account_form(house.api), house.cloud.access)
        await house.wait_for_locks(locks)
        await house.wait_until_quiet(latency)
        url = f"{house.api.base_url}{await webhook_path(house.api)}"
        await house.cloud.control("POST", "/callback", {"url": url})
        doors = await _doors(house)
        memory = house.hass.memory_mb()
        in_peace = await _move(house, doors)
        await _lock_up(house, doors)
        order = {"rate": rate, "seconds": seconds, **await _order(house, doors)}
        async with _probed(house) as idle:
            await asyncio.sleep(seconds)
        async with _probed(house) as elsewhere:
            await _flood({**order, "url": f"{house.api.base_url}/api/webhook/unknown"})
        before = await _states(house)
        async with _probed(house) as flooded:
            sent = await _flood({**order, "url": url})
        changed = [name for name, state in (await _states(house)).items() if before.get(name) != state]
        flood = asyncio.create_task(_flood({**order, "url": url}))
        in_flood = await _move(house, doors)
        await flood
        after = house.hass.memory_mb()
    print(f"Changed by made-up callbacks: {', '.join(changed) or 'nothing'}")
    return {
        "made_up_a_second": round(sent["sent"] / seconds),
        "seconds": seconds,
        "bodies_of_10_mb": sent["big"],
        "states_changed": len(changed),
        "true_events": len(doors),
        "true_events_heard": len(in_flood),
        "door_to_state_s": _figures(in_peace, 2),
        "door_to_state_in_flood_s": _figures(in_flood, 2),
        "answer_ms": {
            name: _figures([1000 * seconds for seconds in found], 1)
            for name, found in (("idle", idle), ("flood_elsewhere", elsewhere), ("flood", flooded))
        },
        "memory_mb": [memory, after],
    }


async def _doors(house: House) -> dict[str, str]:
    """Return the lock entity of each lock of the world."""
    entities = await read_entities(house.api)
    found = {key: entities.lock(lock_id, "lock") for key, lock_id in house.cloud.access.lock_ids.items()}
    return {key: entity_id for key, entity_id in found.items() if entity_id is not None}


async def _order(house: House, doors: dict[str, str]) -> Json:
    """Return the lock in whose name callbacks are made up, and a true callback to send again."""
    key, entity_id = next(iter(doors.items()))
    lock_id = house.cloud.access.lock_ids[key]
    rows: list[Json] = await house.api.command("config/entity_registry/list")
    devices: list[Json] = await house.api.command("config/device_registry/list")
    device_id = next(row["device_id"] for row in rows if row["entity_id"] == entity_id)
    mac = next(device["connections"][0][1] for device in devices if device["id"] == device_id)
    kept = (await house.cloud.control("GET", f"/records?lock={key}"))["records"]
    true = next(record for record in kept if record["record_type"] == TURNED_KEY)
    record = {"recordType": TURNED_KEY, "success": 1, "lockDate": true["lock_date"], "serverDate": true["lock_date"]}
    form = {"notifyType": 1, "lockId": lock_id, "lockMac": mac, "records": json.dumps([record])}
    return {"lock_id": lock_id, "mac": mac, "replay": urlencode(form)}


async def _move(house: House, doors: dict[str, str]) -> list[float]:
    """Open one door after the other with its key; return how long each took to be heard, without those that were not."""
    heard: list[float] = []
    for key, entity_id in doors.items():
        await wait_for_state(house.api, entity_id, "locked", seconds=PATIENCE_SECONDS)
        start = time.monotonic()
        await house.cloud.at_the_door(key, "turn_key", "")
        with suppress(TimeoutError):
            await wait_for_state(house.api, entity_id, "unlocked", seconds=PATIENCE_SECONDS)
            heard.append(time.monotonic() - start)
        await asyncio.sleep(TRUE_PAUSE_SECONDS)
    return heard


async def _lock_up(house: House, doors: dict[str, str]) -> None:
    for entity_id in doors.values():
        await house.api.action("lock.lock", entity_id)


async def _states(house: House) -> dict[str, str]:
    states: list[Json] = await house.api.get("/api/states")
    return {item["entity_id"]: item["state"] for item in states if item["entity_id"].split(".")[0] in WATCHED}


@asynccontextmanager
async def _probed(house: House) -> AsyncGenerator[list[float]]:
    """Ask Home Assistant something cheap all the time, and collect how long it takes to answer."""
    found: list[float] = []

    async def probe() -> None:
        while True:
            start = time.monotonic()
            await house.api.get("/api/")
            found.append(time.monotonic() - start)
            await asyncio.sleep(PROBE_SECONDS)

    task = asyncio.create_task(probe())
    try:
        yield found
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _flood(order: Json) -> dict[str, int]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.bench.flood"),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate(json.dumps(order).encode() + b"\n")
    if process.returncode:
        raise ApiError("bench", "the flood ended by itself")
    done: dict[str, int] = json.loads(said)
    return done


def _figures(values: list[float], digits: int) -> dict[str, Any]:
    ordered = sorted(values)
    if not ordered:
        return {}
    return {
        "median": round(statistics.median(ordered), digits),
        "p99": round(ordered[int(len(ordered) * 0.99)], digits),
        "max": round(ordered[-1], digits),
    }
