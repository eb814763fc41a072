"""Two roads to one lock: how soon the bolt moves, how soon the door is shown, and what it costs the battery.

The short times are real ones, with Home Assistant and the world in a process each. What polling and a day cost is lived
through by a virtual clock.
"""

import asyncio
from collections.abc import Awaitable, Callable
from statistics import median
import time

from simulator.demo.api import ApiError, Json
from simulator.demo.cloud import VirtualCloud
from simulator.demo.house import open_account_form, settled_entities, submit_account
from simulator.demo.push_steps import wait_for_state, webhook_path

from .ble import MINIMUM_WAYS
from .calls import live_month
from .house import House, made_house

LOCK = "lock_0"
INTERVAL_SECONDS = 0.03
CONNECT_SECONDS = 0.2
"""The wait for an advertisement of the lock and the set-up of the link, of which nobody can save anything."""
WAYS_TO_THE_BOLT = MINIMUM_WAYS - 1
"""The bolt moves when the command arrives; its answer is not waited for."""
PATIENCE_SECONDS = 30
GLANCE_SECONDS = 0.002
IDLE_SECONDS = 40.0
"""After so long a connection that nobody needs is gone."""
WAITING_SECONDS = 0.2
AFTER_COMMAND_SECONDS = 6.0
"""So near to a command nobody can tell which of both moved the bolt last, and the lock is asked."""
OPPOSITE = {"locked": "unlocked", "unlocked": "locked"}
COMMANDS = {"locked": "lock.unlock", "unlocked": "lock.lock"}


async def measure_roads(*, latency: float, runs: int, days: int) -> Json:
    """Measure and return the figures."""
    async with made_house(locks=1, gateways=1, latency=latency, radio=True) as house:
        bench = await _Bench.build(house, latency)
        action = {"ble_cold": await bench.repeat(runs, bench.command, before=bench.until_unlinked)}
        action["ble_warm"] = await bench.repeat(runs, bench.command, before=bench.until_linked)
        door = {"advertisement": await bench.repeat(runs, bench.door, before=bench.until_settled)}
        await bench.leave_the_air()
        action["cloud"] = await bench.repeat(runs, bench.command)
        url = f"{house.api.base_url}{await webhook_path(house.api)}"
        await house.cloud.control("POST", "/callback", {"url": url})
        door["push"] = await bench.repeat(runs, bench.door, before=bench.until_settled)
    with_radio, without = await asyncio.gather(
        live_month(1, days, "--radio"),
        live_month(1, days, "--watch"),
    )
    door["poll"] = without["door_to_state_median_s"]
    figures: Json = {
        "action_to_bolt_s": action,
        "door_to_state_s": door,
        "ble_minimum_s": round(CONNECT_SECONDS + WAYS_TO_THE_BOLT * INTERVAL_SECONDS, 3),
        "connections_per_day": with_radio["connections_per_day"],
        "connected_seconds_per_day": with_radio["connected_seconds_per_day"],
    }
    _report(figures, with_radio, without)
    return figures


class _Bench:
    """A door, Home Assistant, and both roads between them."""

    def __init__(self, house: House, entity_id: str) -> None:
        self._house = house
        self._cloud: VirtualCloud = house.cloud
        self._entity_id = entity_id

    @classmethod
    async def build(cls, house: House, latency: float) -> _Bench:
        """Sign in, and wait until everything was read that is read after that."""
        await house.cloud.radio(pace={"interval": INTERVAL_SECONDS, "connect_seconds": CONNECT_SECONDS})
        await submit_account(house.api, await open_account_form(house.api), house.cloud.access)
        await house.wait_for_locks(1)
        await house.wait_until_quiet(latency)
        entities = await settled_entities(house.api)
        entity_id = entities.lock(house.cloud.access.lock_ids[LOCK], "lock")
        if entity_id is None:
            raise ApiError("bench", "the lock has no entity")
        return cls(house, entity_id)

    async def repeat(
        self, runs: int, act: Callable[[], Awaitable[float]], *, before: Callable[[], Awaitable[None]] | None = None
    ) -> float:
        """Return how long something takes, in the middle of some runs; the first one is not counted."""
        seconds = []
        for _ in range(runs + 1):
            if before is not None:
                await before()
            seconds.append(await act())
        return round(median(seconds[1:]), 3)

    async def command(self) -> float:
        """Let Home Assistant move the bolt to the other side, return how long until it has moved."""
        before = await self._bolt()
        wanted = OPPOSITE[before]
        start = time.monotonic()
        sent = asyncio.create_task(self._house.api.action(COMMANDS[before], self._entity_id))
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._bolt() != wanted:  # noqa: ASYNC110  # the world is another process
                await asyncio.sleep(GLANCE_SECONDS)
        taken = time.monotonic() - start
        await sent
        return taken

    async def door(self) -> float:
        """Turn the key in the lock, return how long until Home Assistant shows it."""
        wanted = OPPOSITE[await self._bolt()]
        start = time.monotonic()
        await self._cloud.at_the_door(LOCK, "turn_key", "")
        await wait_for_state(self._house.api, self._entity_id, wanted, seconds=PATIENCE_SECONDS)
        return time.monotonic() - start

    async def until_unlinked(self) -> None:
        """Wait until the connection of the last command is gone."""
        async with asyncio.timeout(IDLE_SECONDS):
            while (await self._cloud.radio(LOCK))["linked"]:  # noqa: ASYNC110  # as above
                await asyncio.sleep(WAITING_SECONDS)

    async def until_linked(self) -> None:
        """Make sure that there is a connection."""
        while not (await self._cloud.radio(LOCK))["linked"]:
            await self.command()

    async def until_settled(self) -> None:
        """Wait until whatever happened last cannot be confused with what comes now."""
        await self.until_unlinked()
        await wait_for_state(self._house.api, self._entity_id, await self._bolt(), seconds=PATIENCE_SECONDS)
        await asyncio.sleep(AFTER_COMMAND_SECONDS)

    async def leave_the_air(self) -> None:
        """Take the lock out of range, and let Home Assistant notice it."""
        await self._cloud.radio(LOCK, in_range=False)
        await self.command()

    async def _bolt(self) -> str:
        return str((await self._cloud.radio(LOCK))["bolt"])


def _report(figures: Json, with_radio: Json, without: Json) -> None:
    action, door = figures["action_to_bolt_s"], figures["door_to_state_s"]
    print(f"From the action to the bolt: {action}, of which Bluetooth cannot save {figures['ble_minimum_s']} s")
    print(f"From the door to the state: {door}")
    for name, row in (("on the air", with_radio), ("by the cloud alone", without)):
        print(
            f"A household {name}: {row['connections_per_day']} connections and "
            f"{row['connected_seconds_per_day']} s a day, door to state {row['door_to_state_median_s']} s "
            f"(at most {row['door_to_state_worst_s']} s, {row['missed_percent']} % never), {row['calls_per_hour']} calls an hour, {row['by_purpose']}"
        )
