"""How long an account takes from signing in to lock entities, and what it costs."""

import time

from simulator.demo.api import Json
from simulator.demo.house import open_account_form, submit_account

from .house import made_house

LOCKS_PER_GATEWAY = 10


async def measure_setup(*, locks: int, gateways: int | None, latency: float) -> Json:
    """Sign an account with so many locks in and return the figures."""
    if gateways is None:
        gateways = max(1, locks // LOCKS_PER_GATEWAY)
    async with made_house(locks=locks, gateways=gateways, latency=latency) as house:
        idle = house.hass.memory_mb()
        flow_id = await open_account_form(house.api)
        await house.cloud.reset_calls()
        start = time.monotonic()
        await submit_account(house.api, flow_id, house.cloud.access)
        await house.wait_for_locks(locks)
        seconds = time.monotonic() - start
        calls = await house.cloud.calls()
        memory = house.hass.memory_mb()
        _report(calls, idle=idle, warnings=house.hass.slow_warnings())
    return {
        "locks": locks,
        "calls_before_entities": sum(calls.values()),
        "seconds": round(seconds, 2),
        "rss_mb": memory,
    }


def _report(calls: dict[str, int], *, idle: int, warnings: list[str]) -> None:
    print("Calls before the entities were there:")
    for path, count in sorted(calls.items()):
        print(f"  {count:6}  {path}")
    print(f"Memory before signing in: {idle} MB")
    print(f"Warnings about a blocked loop or a slow set-up: {len(warnings)}")
    for warning in warnings:
        print(f"  {warning}")
