"""Houses to test the engine in."""

from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from simulator import CloudServer, World

from .house import House

type Build = Callable[[], Awaitable[House]]


@pytest.fixture
def build(server: CloudServer, session: aiohttp.ClientSession) -> Build:
    """Return how to get a house in which nothing has happened yet."""

    async def fresh() -> House:
        server.world = World.load()
        house = await House.build(server.world, server, session)
        house.move_out()
        return house

    return fresh


@pytest.fixture
async def house(build: Build) -> House:
    """Return a house with nobody in it."""
    return await build()
