"""``python -m simulator serve``: the virtual world as a process of its own."""

import argparse
import asyncio
from collections.abc import Sequence
import json
import signal

from . import CloudServer, World
from .radio.air import Air
from .radio.socket import RadioServer
from .reach import Link


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description="A virtual TTLock world with its cloud.")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve the cloud until interrupted")
    serve.add_argument("--port", type=int, default=0, help="port on the loopback interface; 0 takes a free one")
    serve.add_argument("--world", help="a world file; without it the default world")
    serve.add_argument("--locks", type=int, help="make a world of this many locks instead; with --world beside it")
    serve.add_argument("--gateways", type=int, default=1, help="gateways of the made locks")
    serve.add_argument("--region", default="eu", help="region of the site")
    serve.add_argument("--latency", type=float, help="seconds each conversation with a lock takes")
    serve.add_argument("--radio-port", type=int, help="port for clients that talk to the locks over Bluetooth")
    return parser.parse_args(argv)


def _world(arguments: argparse.Namespace) -> World:
    if arguments.world is not None:
        world = World.load(arguments.world, more_locks=arguments.locks or 0, more_gateways=arguments.gateways)
    elif arguments.locks is not None:
        world = World.generate(locks=arguments.locks, gateways=arguments.gateways)
    else:
        world = World.load()
    if arguments.latency is not None:
        links: list[Link] = [*world.reach.gateways.values(), *world.reach.wifi.values()]
        for link in links:
            link.latency = arguments.latency
    return world


async def _serve(arguments: argparse.Namespace) -> None:
    world = _world(arguments)
    air = Air(world) if arguments.radio_port is not None else None
    server = CloudServer(world, region=arguments.region, air=air)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    await server.start(arguments.port)
    account = next(iter(world.accounts.values()))
    facts: dict[str, object] = {
        "base_url": server.url,
        "control_url": f"{server.url}/control",
        "client_id": world.application.client_id,
        "client_secret": world.application.client_secret,
        "username": account.username,
        "password": account.password,
        "lock_ids": {lock.key: lock.lock_id for lock in world.locks.values()},
        "gateway_ids": {gateway.key: gateway.gateway_id for gateway in world.reach.gateways.values()},
    }
    radio = RadioServer(air) if air is not None else None
    if radio is not None:
        await radio.start(arguments.radio_port)
        facts["radio_port"] = radio.port
    print(json.dumps(facts), flush=True)
    await ended.wait()
    if radio is not None:
        await radio.stop()
    await server.stop()


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line."""
    asyncio.run(_serve(_arguments(argv)))


if __name__ == "__main__":
    main()
