"""What a month costs: simulated months with few and many locks, with and without callbacks."""

import asyncio
from collections.abc import Sequence
import json
from pathlib import Path
import sys

from simulator.demo.api import Json

ROOT = Path(__file__).resolve().parents[2]
LOCKS = (1, 10, 50, 500)
AT_ONCE = 2
"""Each month keeps one core busy."""
FREE_PLAN = 30_000
HOURS = 720
OTHER_DESIGNS = {"16 x L an hour": (16.0, 0.0), "2.5 x L + 4 an hour": (2.5, 4.0), "36 x L an hour": (36.0, 0.0)}
"""Calls an hour of other designs, by their published intervals: for each lock, and beside that."""
WANTED = (
    "locks",
    "push",
    "calls_per_hour",
    "calls_per_month",
    "state_age_median_s",
    "state_age_p99_s",
    "commands_refused",
)


async def measure_calls(*, locks: Sequence[int], days: int, idle: bool) -> Json:
    """Simulate a month for each number of locks, with and without callbacks, and return the figures."""
    turns = asyncio.Semaphore(AT_ONCE)
    months = [_month(number, push, days, idle, turns) for number in locks for push in (False, True)]
    rows = await asyncio.gather(*months)
    _report(rows)
    return {"rows": [{key: row[key] for key in WANTED} for row in rows]}


async def _month(locks: int, push: bool, days: int, idle: bool, turns: asyncio.Semaphore) -> Json:
    options = [*(["--push"] if push else []), *(["--idle"] if idle else [])]
    async with turns:
        row = await live_month(locks, days, *options)
    kind = "with" if push else "without"
    print(f"{locks} locks {kind} callbacks: {row['seconds']} s, {row['by_purpose']}", flush=True)
    return row


async def live_month(locks: int, days: int, *options: str) -> Json:
    """Simulate a time in a process of its own, return its figures."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.bench.month"),
        *("--locks", str(locks), "--days", str(days)),
        *options,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    if process.returncode or not output.strip():
        raise RuntimeError(f"the month with {locks} locks failed:\n{errors.decode()[-4000:]}")
    row: Json = json.loads(output.strip().splitlines()[-1])
    return row


def _report(rows: Sequence[Json]) -> None:
    print(
        "\n| Locks | Callbacks | Calls an hour | Calls a month | Of the free plan | Age, median | Age, 99 % | Wrong |"
    )
    print("| ----: | --------- | ------------: | ------------: | ---------------: | ----------: | --------: | ----: |")
    for row in rows:
        share = row["calls_per_month"] / FREE_PLAN
        print(
            f"| {row['locks']} | {'yes' if row['push'] else 'no'} | {row['calls_per_hour']} "
            f"| {row['calls_per_month']:,} | {share:.0%} | {_age(row['state_age_median_s'])} "
            f"| {_age(row['state_age_p99_s'])} | {row['wrong_percent']} % |"
        )
    print("\n| Locks |", " | ".join(OTHER_DESIGNS), "|")
    print("| ----: |", " | ".join("---:" for _ in OTHER_DESIGNS), "|")
    for locks in sorted({row["locks"] for row in rows}):
        needed = (round((each * locks + more) * HOURS) for each, more in OTHER_DESIGNS.values())
        print(f"| {locks} |", " | ".join(f"{calls:,}" for calls in needed), "|")


def _age(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
