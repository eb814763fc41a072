"""How long an account takes from signing in to lock entities, and what it costs."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
import tempfile
import time

from simulator.demo.api import ApiError, HomeAssistantApi, Json
from simulator.demo.cloud import VirtualCloud
from simulator.demo.hass import HomeAssistant
from simulator.demo.house import COUNTRY, TIME_ZONE, add_application, enter_house, open_account_form, submit_account
from simulator.demo.ports import free_port

LOCKS_PER_GATEWAY = 10
LIMIT_SECONDS = 600


async def measure_setup(*, locks: int, gateways: int | None, latency: float) -> Json:
    """Sign an account with so many locks in and return the figures."""
    if gateways is None:
        gateways = max(1, locks // LOCKS_PER_GATEWAY)
    with tempfile.TemporaryDirectory(prefix="ttlock-bench-", ignore_cleanup_errors=True) as folder:
        async with AsyncExitStack() as stack:
            cloud = VirtualCloud(["--locks", str(locks), "--gateways", str(gateways)])
            stack.push_async_callback(cloud.stop)
            await cloud.start(free_port(), latency=latency)
            hass = HomeAssistant(
                Path(folder), free_port(), api_url=cloud.access.base_url, country=COUNTRY, time_zone=TIME_ZONE
            )
            stack.push_async_callback(hass.stop)
            await hass.start()
            api = await stack.enter_async_context(HomeAssistantApi(hass.base_url))
            await enter_house(api)
            await add_application(api, cloud.access)
            idle = hass.memory_mb()
            flow_id = await open_account_form(api)
            await cloud.reset_calls()
            start = time.monotonic()
            await submit_account(api, flow_id, cloud.access)
            await _wait_for_locks(api, locks)
            seconds = time.monotonic() - start
            calls = await cloud.calls()
            memory = hass.memory_mb()
            _report(calls, idle=idle, warnings=hass.slow_warnings())
    return {
        "locks": locks,
        "calls_before_entities": sum(calls.values()),
        "seconds": round(seconds, 2),
        "rss_mb": memory,
    }


async def _wait_for_locks(api: HomeAssistantApi, wanted: int) -> None:
    deadline = time.monotonic() + LIMIT_SECONDS
    while True:
        # Counting in Home Assistant: sending all states of a thousand locks would be part of the figure.
        found = int(await api.render("{{ states.lock | count }}"))
        if found >= wanted:
            return
        if time.monotonic() > deadline:
            raise ApiError("bench", f"{found} of {wanted} locks after {LIMIT_SECONDS} s")
        await asyncio.sleep(0.1)


def _report(calls: dict[str, int], *, idle: int, warnings: list[str]) -> None:
    print("Calls before the entities were there:")
    for path, count in sorted(calls.items()):
        print(f"  {count:6}  {path}")
    print(f"Memory before signing in: {idle} MB")
    print(f"Warnings about a blocked loop or a slow set-up: {len(warnings)}")
    for warning in warnings:
        print(f"  {warning}")
