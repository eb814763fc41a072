"""`script/bench <name>`: run a measurement."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
import json
import sys
from typing import Any

from simulator.demo.api import Json

from .batch import measure_batch
from .ble import measure_ble
from .calls import LOCKS, measure_calls
from .push import measure_push
from .roads import measure_roads
from .setup import measure_setup

MEASUREMENTS: Mapping[str, Callable[..., Coroutine[Any, Any, Json]]] = {
    "batch": measure_batch,
    "ble": measure_ble,
    "calls": measure_calls,
    "push": measure_push,
    "roads": measure_roads,
    "setup": measure_setup,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, measure, print the figures as the last line."""
    parser = argparse.ArgumentParser(
        prog="script/bench", description="Measure the integration in a real Home Assistant."
    )
    names = parser.add_subparsers(dest="name", required=True)
    setup = names.add_parser("setup", help="from signing in to the lock entities of an account")
    setup.add_argument("--locks", type=int, default=10, help="locks in the account (default %(default)s)")
    setup.add_argument("--gateways", type=int, default=None, help="gateways (default: one for every ten locks)")
    setup.add_argument(
        "--latency", type=float, default=1.0, help="seconds each conversation with a lock takes (default %(default)s)"
    )
    batch = names.add_parser("batch", help="opening many locks in one action, against those of one gateway in turn")
    batch.add_argument("--locks", type=int, default=20, help="locks in the account (default %(default)s)")
    batch.add_argument("--gateways", type=int, default=4, help="gateways (default %(default)s)")
    batch.add_argument(
        "--latency", type=float, default=1.0, help="seconds each conversation with a lock takes (default %(default)s)"
    )
    names.add_parser("ble", help="talking to a lock over Bluetooth, without Home Assistant")
    push = names.add_parser("push", help="made-up callbacks by the thousand, and how soon the door is heard")
    push.add_argument("--locks", type=int, default=10, help="locks in the account (default %(default)s)")
    push.add_argument("--gateways", type=int, default=1, help="gateways (default %(default)s)")
    push.add_argument(
        "--latency", type=float, default=0.1, help="seconds each conversation with a lock takes (default %(default)s)"
    )
    push.add_argument("--rate", type=int, default=1000, help="made-up callbacks a second (default %(default)s)")
    push.add_argument("--seconds", type=int, default=5, help="length of each flood (default %(default)s)")
    calls = names.add_parser("calls", help="simulated months: calls by purpose, and how old states are")
    calls.add_argument(
        "--locks", type=int, nargs="+", default=LOCKS, help="locks in the account (default: 1 10 50 500)"
    )
    calls.add_argument("--days", type=int, default=30, help="days of the month (default %(default)s)")
    calls.add_argument("--idle", action="store_true", help="nobody moves a bolt")
    roads = names.add_parser("roads", help="opening and following a door by Bluetooth and by the cloud")
    roads.add_argument(
        "--latency",
        type=float,
        default=1.0,
        help="seconds each conversation with a gateway takes (default %(default)s)",
    )
    roads.add_argument("--runs", type=int, default=9, help="of each measurement (default %(default)s)")
    roads.add_argument("--days", type=int, default=7, help="days of the household (default %(default)s)")
    options = vars(parser.parse_args(arguments))
    measure = MEASUREMENTS[options.pop("name")]
    figures = asyncio.run(measure(**options))
    print(json.dumps(figures), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
