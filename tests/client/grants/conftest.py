"""A house to test the engine in."""

import aiohttp
import pytest

from simulator import CloudServer, World

from .house import House


@pytest.fixture
async def house(world: World, server: CloudServer, session: aiohttp.ClientSession) -> House:
    """Return a house with nobody in it."""
    house = await House.build(world, server, session)
    for lock in world.locks.values():
        # What the world comes with is in the way of nobody here.
        lock.keypad.table.clear()
        world.rows[lock.lock_id].passcodes.clear()
    for ekey in [ekey for ekey in world.ekeys.values() if not ekey.admin and ekey.uid != world.account("owner").uid]:
        world.remove_ekey(ekey)
    return house
