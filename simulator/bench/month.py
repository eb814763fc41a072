"""One simulated month: a real Home Assistant and the virtual world in one process, by one virtual clock.

`python -m simulator.bench.month` is started by `script/bench calls`, once for each row of its table, and by
`script/bench roads` for a week with the locks on the air and one without.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
import json
import os
from pathlib import Path
import random
from statistics import median
import sys
import tempfile
import time
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from simulator import CloudServer, World, world as world_module
from simulator.cloud import callbacks
from simulator.demo.hass import API_URL_VARIABLE, INTEGRATION, http_store, write_json
from simulator.demo.house import DOMAIN, TIME_ZONE
from simulator.demo.ports import free_port
from simulator.lock import VirtualLock
from simulator.radio.air import Air

from .household import Act, acts_of
from .virtual_time import VirtualClock, VirtualLoop, install

type Json = dict[str, Any]

START = datetime(2026, 11, 30, 16, tzinfo=UTC)
"""Midnight of the first of December in Beijing, when the calls of a month start anew."""
LOCKS_PER_GATEWAY = 5
QUIET_SECONDS = 86_400.0
"""The world settles whatever is asked for; it need not look by itself ..."""
TICK_SECONDS = 5.0
"""... unless somebody listens: what a lock does by itself changes what it sends."""
ADVERTISING_SECONDS = 60.0
"""Often enough for Home Assistant to know that a lock is there; what changes is heard at once in any case."""
SAMPLE = timedelta(minutes=5)
SETTLED_SECONDS = 1800
CODE = "135791"
FULL = 100.0
NEEDED = ("application_credentials", "frontend", "logger", "network")
CONFIGURATION = f"""\
homeassistant:
  name: Bench
  country: IT
  time_zone: {TIME_ZONE}
  external_url: https://bench.example.com
"""
PURPOSES = {
    "/oauth2/token": "sign_in",
    "/app/getMonthRequestCount": "count",
    "/v3/lock/queryOpenState": "state",
    "/v3/lock/lock": "command",
    "/v3/lock/unlock": "command",
    "/v3/lockRecord/list": "records",
    "/v3/key/list": "inventory",
    "/v3/lock/list": "inventory",
    "/v3/gateway/list": "inventory",
    "/v3/gateway/listLock": "inventory",
}
"""Everything else that is read is a setting."""


@dataclass(slots=True)
class Seen:
    """What a month showed."""

    ages: list[float] = field(default_factory=list)
    samples: int = 0
    wrong: int = 0
    refused: int = 0
    commands: int = 0
    waiting: dict[str, tuple[float, str]] = field(default_factory=dict)
    """What happened at the doors and is not shown yet: since when, and where the bolt is."""
    delays: list[float] = field(default_factory=list)
    """From the door to the state."""
    missed: int = 0
    """Over before it was shown."""


class Month:
    """A house in the making, a month of it, and its figures."""

    def __init__(
        self,
        *,
        locks: int,
        push: bool,
        radio: bool,
        watch: bool,
        days: int,
        idle: bool,
        folder: Path,
        clock: VirtualClock,
    ) -> None:
        """Build the world."""
        self._push = push
        self._radio = radio
        self._watch = watch
        self._days = days
        self._folder = folder
        self._clock = clock
        self._world = World.generate(locks=locks, gateways=max(1, locks // LOCKS_PER_GATEWAY))
        self._air = Air(self._world)
        self._zone = ZoneInfo(TIME_ZONE)
        self._acts = [] if idle else self._all_acts()
        self._seen = Seen()
        self._commanding = False

    def _all_acts(self) -> list[Act]:
        start = START.astimezone(self._zone)
        return sorted(act for lock_id in self._world.locks for act in acts_of(lock_id, start, self._days))

    async def run(self) -> Json:
        """Live through it."""
        world = self._world
        for lock in world.locks.values():
            lock.keypad.add(CODE)
            # Made locks differ in their batteries; one that is empty at the end of the month would be measured as silence.
            lock.charge = FULL
            if self._watch:
                # What is over before anybody asks is never shown.
                lock.auto_lock_seconds = 0
        async with CloudServer(world, region="eu") as cloud:
            os.environ[API_URL_VARIABLE] = cloud.url
            hass = await self._start_home_assistant()
            entry = await self._sign_in(hass)
            if self._radio:
                self._put_on_the_air(hass)
            await asyncio.sleep(60)
            if self._push:
                world.application.callback_url = await self._callback_url(hass, entry)
                # Callbacks have to have come once before they are relied on.
                next(iter(world.locks.values())).press_button()
                world.upload()
                await asyncio.sleep(SETTLED_SECONDS)
            first = Counter(cloud.calls)
            await self._live(hass, entry)
            used = world.application.count(self._clock.time())
            figures = self._figures(cloud.calls, first, used)
            await hass.async_stop(force=True)
        return figures

    async def _start_home_assistant(self) -> Any:
        from homeassistant import bootstrap  # noqa: PLC0415  # after the clock was exchanged
        from homeassistant.runner import RuntimeConfig  # noqa: PLC0415

        (self._folder / "custom_components").mkdir()
        (self._folder / "custom_components" / DOMAIN).symlink_to(INTEGRATION, target_is_directory=True)
        (self._folder / ".storage").mkdir()
        write_json(self._folder / ".storage" / "http", http_store(free_port()))
        (self._folder / "configuration.yaml").write_text(CONFIGURATION, encoding="utf-8")
        # The rest of a usual installation asks nothing of TTLock, and its timers would take most of the time.
        bootstrap.DEFAULT_INTEGRATIONS.intersection_update(NEEDED)
        config = RuntimeConfig(
            str(self._folder), skip_pip=True, log_file=str(self._folder / "home-assistant.log"), log_no_color=True
        )
        hass = await bootstrap.async_setup_hass(config)
        if hass is None:
            raise RuntimeError("Home Assistant does not start")
        await hass.async_start()
        return hass

    def _put_on_the_air(self, hass: Any) -> None:
        from simulator.radio.bleak_backend import VirtualScanner  # noqa: PLC0415  # as above

        # Links take no time here, as gateways take none: else the faster road would always be the cloud.
        VirtualScanner(self._air).listen(hass, every=ADVERTISING_SECONDS)

    async def _sign_in(self, hass: Any) -> Any:
        from homeassistant.components.application_credentials import (  # noqa: PLC0415  # as above
            ClientCredential,
            async_import_client_credential,
        )

        application = self._world.application
        await async_import_client_credential(
            hass, DOMAIN, ClientCredential(application.client_id, application.client_secret), "bench"
        )
        owner = next(iter(self._world.accounts.values()))
        flow = hass.config_entries.flow
        menu = await flow.async_init(DOMAIN, context={"source": "user"})
        form = await flow.async_configure(menu["flow_id"], {"next_step_id": "developer"})
        if form["step_id"] == "pick_implementation":
            form = await flow.async_configure(form["flow_id"], {"implementation": "bench"})
        done = await flow.async_configure(form["flow_id"], {"username": owner.username, "password": owner.password})
        await hass.async_block_till_done()
        return done["result"]

    async def _callback_url(self, hass: Any, entry: Any) -> str:
        return f"http://127.0.0.1:{hass.http.server_port}/api/webhook/{entry.data['webhook_id']}"

    async def _live(self, hass: Any, entry: Any) -> None:
        end = START + timedelta(days=self._days)
        dice = random.Random("samples")
        sample = self._clock.now(UTC) + SAMPLE
        entities = self._entities(hass, entry)
        acts = iter(act for act in self._acts if act.at > sample)
        act = next(acts, None)
        hass.bus.async_listen("state_changed", self._shown)
        for lock_id, entity_id in entities.items():
            lock = self._world.locks[lock_id]
            lock.on_bolt.append(partial(self._moved, hass, entity_id, lock))
        while sample < end:
            while act is not None and act.at <= sample:
                await asyncio.sleep(max(act.at.timestamp() - self._clock.time(), 0))
                await self._do(hass, act, entities[act.lock])
                act = next(acts, None)
            await asyncio.sleep(max(sample.timestamp() - self._clock.time(), 0))
            self._sample(hass, entry, entities)
            # Not in step with any interval.
            sample += dice.uniform(0.5, 1.5) * SAMPLE

    def _entities(self, hass: Any, entry: Any) -> dict[int, str]:
        from homeassistant.helpers import entity_registry as er  # noqa: PLC0415  # as above

        registry = er.async_get(hass)
        found = {
            lock_id: registry.async_get_entity_id("lock", DOMAIN, f"ttlock-{lock_id}-lock")
            for lock_id in self._world.locks
        }
        if missing := [lock_id for lock_id, entity_id in found.items() if entity_id is None]:
            raise RuntimeError(f"{len(missing)} locks have no entity")
        return {lock_id: str(entity_id) for lock_id, entity_id in found.items()}

    async def _do(self, hass: Any, act: Act, entity_id: str) -> None:
        lock = self._world.locks[act.lock]
        lock.settle()
        if act.what in ("lock", "unlock"):
            from homeassistant.exceptions import HomeAssistantError  # noqa: PLC0415  # as above

            self._seen.commands += 1
            self._commanding = True
            try:
                await hass.services.async_call("lock", act.what, {"entity_id": entity_id}, blocking=True)
            except HomeAssistantError as err:
                print(f"{act.what} refused: {err}", file=sys.stderr)
                self._seen.refused += 1
            finally:
                self._commanding = False
            return
        if act.what == "code":
            lock.enter_code(CODE)
        else:
            lock.press_button()
        self._world.upload()

    def _moved(self, hass: Any, entity_id: str, lock: VirtualLock) -> None:
        """Start to wait for what is shown to be right, or give up what was over before it was shown."""
        seen, shown = self._seen, hass.states.get(entity_id)
        if self._commanding:
            return
        if shown is None or shown.state != lock.bolt:
            seen.waiting.setdefault(entity_id, (self._clock.time(), lock.bolt))
        elif seen.waiting.pop(entity_id, None) is not None:
            seen.missed += 1

    def _shown(self, event: Any) -> None:
        seen, state = self._seen, event.data["new_state"]
        waiting = seen.waiting.get(event.data["entity_id"])
        if waiting is not None and state is not None and state.state == waiting[1]:
            del seen.waiting[event.data["entity_id"]]
            seen.delays.append(self._clock.time() - waiting[0])

    def _sample(self, hass: Any, entry: Any, entities: dict[int, str]) -> None:
        now, seen = self._clock.now(UTC), self._seen
        for lock_id, entity_id in entities.items():
            lock = self._world.locks[lock_id]
            lock.settle()
            said = entry.runtime_data.locks[lock_id].facts.testimony.bolt.items
            # What is only inferred is as old as what it is inferred from.
            known_at = max((item.at for item in said if item.value is not None), default=START)
            seen.samples += 1
            seen.ages.append((now - known_at).total_seconds())
            seen.wrong += hass.states.get(entity_id).state != lock.bolt

    def _figures(self, calls: Counter[str], first: Counter[str], used: int) -> Json:
        seen, month = self._seen, timedelta(days=30)
        months = timedelta(days=self._days) / month
        purposes: Counter[str] = Counter()
        for path, count in calls.items():
            purposes[PURPOSES.get(path, "settings")] += count
        ages, radios = sorted(seen.ages), list(self._air.radios())
        # The first reading happens once; the rest is what an hour costs.
        regular = calls.total() - first.total()
        return {
            "locks": len(self._world.locks),
            "push": self._push,
            "radio": self._radio,
            "calls_per_hour": round(regular / (self._days * 24), 2),
            "calls_per_month": round(first.total() + regular / months),
            "state_age_median_s": round(ages[len(ages) // 2]),
            "state_age_p99_s": round(ages[int(len(ages) * 0.99)]),
            "commands_refused": seen.refused,
            "commands": seen.commands,
            "days": self._days,
            "idle": not self._acts,
            "first_reading": first.total(),
            "counted_by_the_vendor": used,
            "by_purpose": dict(sorted(purposes.items())),
            "door_to_state_median_s": round(median(seen.delays), 3) if seen.delays else None,
            "door_to_state_worst_s": round(max(seen.delays), 3) if seen.delays else None,
            "missed_percent": round(100 * seen.missed / max(1, seen.missed + len(seen.delays)), 1),
            "connections_per_day": round(sum(radio.links for radio in radios) / len(radios) / self._days, 1),
            "connected_seconds_per_day": round(
                sum(radio.linked_seconds for radio in radios) / len(radios) / self._days, 1
            ),
            "wrong_percent": round(100 * seen.wrong / seen.samples, 3),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Live one month and print its figures."""
    parser = argparse.ArgumentParser(prog="simulator.bench.month")
    parser.add_argument("--locks", type=int, required=True)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--push", action="store_true")
    parser.add_argument("--radio", action="store_true", help="the locks are in range of a Bluetooth proxy")
    parser.add_argument("--watch", action="store_true", help="no lock locks itself: how soon is shown what happens?")
    parser.add_argument("--idle", action="store_true", help="nobody is at home")
    parser.add_argument("--keep-log", help="where to copy the log of Home Assistant")
    options = parser.parse_args(arguments)
    began = time.perf_counter()
    clock = install(START)
    loop = VirtualLoop(clock)
    loop.watch(aiohttp.ClientSession)
    world_module.TICK_SECONDS = TICK_SECONDS if options.radio or options.watch else QUIET_SECONDS
    callbacks.POLL_SECONDS = QUIET_SECONDS
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory(prefix="ttlock-bench-", ignore_cleanup_errors=True) as folder:
        month = Month(
            locks=options.locks,
            push=options.push,
            radio=options.radio,
            watch=options.watch,
            days=options.days,
            idle=options.idle,
            folder=Path(folder),
            clock=clock,
        )
        try:
            figures = loop.run_until_complete(month.run())
        finally:
            log = Path(folder) / "home-assistant.log"
            if options.keep_log and log.exists():
                Path(options.keep_log).write_text(log.read_text(encoding="utf-8"), encoding="utf-8")
    figures["seconds"] = round(time.perf_counter() - began)
    print(json.dumps(figures), flush=True)
    sys.stdout.flush()
    # Threads of Home Assistant may still sleep by the real clock.
    os._exit(0)


if __name__ == "__main__":
    main()
