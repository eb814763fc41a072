"""How long one action takes to open many doors, against the commands of one gateway one after the other."""

from collections.abc import Mapping, Sequence
import time

from simulator.demo.api import ApiError, Json
from simulator.demo.house import open_account_form, read_entities, submit_account

from .house import House, made_house

type Doors = Mapping[str, Sequence[str]]
"""Lock entities by the key of the gateway that hears them best."""


async def measure_batch(*, locks: int, gateways: int, latency: float) -> Json:
    """Open all locks gateway by gateway, then all at once, and return the figures."""
    async with made_house(locks=locks, gateways=gateways, latency=latency) as house:
        await submit_account(house.api, await open_account_form(house.api), house.cloud.access)
        await house.wait_for_locks(locks)
        await house.wait_until_quiet(latency)
        doors = await _doors(house)
        everyone = [entity_id for behind in doors.values() for entity_id in behind]
        # A lock that locks itself is asked for its state, which would keep its gateway busy meanwhile.
        await _act(house, "configure_autolock", everyone, enabled=False)
        one_by_one = {gateway: await _open_one_by_one(house, behind) for gateway, behind in doors.items()}
        await _act(house, "batch_lock", everyone)
        start = time.monotonic()
        await _act(house, "batch_unlock", everyone)
        batch = time.monotonic() - start
        await _check_bolts(house)
    for gateway, seconds in one_by_one.items():
        print(f"{gateway}: {len(doors[gateway])} locks one after the other in {seconds:.2f} s")
    slowest = max(one_by_one.values())
    return {
        "locks": locks,
        "gateways": gateways,
        "slowest_gateway_s": round(slowest, 2),
        "batch_s": round(batch, 2),
        "ratio": round(batch / slowest, 2),
    }


async def _doors(house: House) -> Doors:
    """Return the locks by gateway, once Home Assistant shows each below the gateway that the cloud will use for it.

    That is how the integration tells which queue it has put a lock into.
    """
    state = await house.cloud.control("GET", "/state")
    devices: list[Json] = await house.api.command("config/device_registry/list")
    rows: list[Json] = await house.api.command("config/entity_registry/list")
    entities = await read_entities(house.api)
    device_of = {row["entity_id"]: row["device_id"] for row in rows}
    above = {device["id"]: device["via_device_id"] for device in devices}
    doors: dict[str, list[str]] = {}
    for lock in state["locks"].values():
        heard = {
            key: gateway["hears"][str(lock["lock_id"])]
            for key, gateway in state["gateways"].items()
            if str(lock["lock_id"]) in gateway["hears"]
        }
        best = max(heard, key=lambda key: heard[key])
        entity_id = entities.lock(lock["lock_id"], "lock")
        connectivity = entities.gateway(state["gateways"][best]["gateway_id"])
        if entity_id is None or connectivity is None:
            raise ApiError("bench", f"{lock['alias']} or its gateway has no entity")
        if above[device_of[entity_id]] != device_of[connectivity]:
            raise ApiError("bench", f"{entity_id} is not below {connectivity}, which hears it best")
        doors.setdefault(best, []).append(entity_id)
    return doors


async def _open_one_by_one(house: House, doors: Sequence[str]) -> float:
    start = time.monotonic()
    for entity_id in doors:
        await house.api.action("lock.unlock", entity_id)
    return time.monotonic() - start


async def _act(house: House, action: str, doors: Sequence[str], **data: object) -> None:
    answer = await house.api.command(
        "call_service",
        domain="ttlock",
        service=action,
        service_data=data,
        target={"entity_id": list(doors)},
        return_response=True,
    )
    results: dict[str, Json] = answer["response"]["results"]
    if wrong := [entity_id for entity_id in doors if results[entity_id]["status"] != "confirmed"]:
        raise ApiError("bench", f"{action} failed for {', '.join(wrong)}: {results[wrong[0]]}")


async def _check_bolts(house: House) -> None:
    """Make sure that every bolt was moved by each of the three commands, and by nothing else."""
    locks: dict[str, Json] = (await house.cloud.control("GET", "/state"))["locks"]
    if wrong := [lock for lock in locks.values() if (lock["bolt"], lock["actuations"]) != ("unlocked", 3)]:
        raise ApiError("bench", f"bolts did not move three times: {wrong[0]}")
