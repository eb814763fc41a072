"""A client with a cloud over HTTP and a radio beside the doors, both of one world."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from custom_components.ttlock.client import Transport
from custom_components.ttlock.client.ble.channel import Patience
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import TTLockError
from custom_components.ttlock.client.roads.client import RoadClient
from custom_components.ttlock.client.roads.router import Command, Preference, Router
from simulator import CloudServer, World
from simulator.radio.air import Air

from ..ble.on_air import RadioConnector, key_of
from ..conftest import MemoryTokens, Pauses

SHORT = Patience(reply=0.02, first_silence=0.01, quiet=0.01, connect=1, connect_again=1, total=0.2)


class Handset:
    """One lock by radio."""

    def __init__(self, air: Air, which: str | int) -> None:
        """Make the session that everybody shares."""
        self.radio = air.lock(which)
        self.radio.fidelity.idle_seconds = None
        self.refusals = 0
        self.session = Session(RadioConnector(self.radio), key_of(air.world, self.radio.lock), patience=SHORT)
        self.ble = BleLock(self.session, clock=air.world.clock.now)

    @property
    def in_range(self) -> bool:
        """Return whether it is heard."""
        return self.radio.advertisement() is not None

    was_heard = True

    def refused(self) -> None:
        """Count how often the key did not fit."""
        self.refusals += 1


@dataclass
class Handsets:
    """The locks whose key is known."""

    known: dict[int, Handset] = field(default_factory=dict)

    def lock(self, lock_id: int) -> Handset | None:
        """Return one of them."""
        return self.known.get(lock_id)


@dataclass
class Given:
    """What the user wants, and what the cloud cannot."""

    wish: Preference = Preference.PREFER_LOCAL
    obstacles: dict[Command | None, TTLockError] = field(default_factory=dict)

    def preference(self, lock_id: int) -> Preference:
        """Return the wish."""
        return self.wish

    def cloud_obstacle(self, lock_id: int, command: Command | None) -> TTLockError | None:
        """Return what is in the way."""
        return self.obstacles.get(command) or self.obstacles.get(None)


@dataclass
class TwoRoads:
    """Everything in one hand."""

    world: World
    server: CloudServer
    client: RoadClient
    given: Given
    handset: Handset
    clock: list[float]

    @property
    def lock_id(self) -> int:
        """Return the lock that it is about."""
        return self.world.lock("front_door").lock_id

    @property
    def door(self) -> Any:
        """Return the lock itself."""
        return self.world.lock("front_door")


@pytest.fixture
def air(world: World) -> Air:
    """Return the air around the locks."""
    return Air(world)


@pytest.fixture
async def roads(
    session: aiohttp.ClientSession, server: CloudServer, tokens: MemoryTokens, pauses: Pauses, world: World, air: Air
) -> AsyncGenerator[TwoRoads]:
    """Return the client of the owner, beside the front door."""
    transport = Transport(
        session, server.url, tokens.application.client_id, tokens, clock=world.clock.now, sleep=pauses
    )
    client, given, handset, clock = RoadClient(transport), Given(), Handset(air, "front_door"), [0.0]
    client.router = Router(Handsets({world.lock("front_door").lock_id: handset}), given, lambda: clock[0])
    server.reset_calls()
    yield TwoRoads(world, server, client, given, handset, clock)
    await handset.session.close()
