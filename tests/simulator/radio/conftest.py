"""Locks on the air, and somebody who talks to them in bare frames."""

import pytest

from simulator import World
from simulator.lock import VirtualLock
from simulator.radio.air import Air
from simulator.radio.lockradio import LockRadio
from simulator.radio.timing import MadeTime

from .phone import Phone

ALL_FEATURES = range(127)
WITHOUT = {16, 20, 63, 66}
"""No mobile radio, a clock, no second factor, and the app may open."""


@pytest.fixture
def time() -> MadeTime:
    return MadeTime()


@pytest.fixture
def air(world: World, time: MadeTime) -> Air:
    return Air(world, time=time)


@pytest.fixture
def radio(air: Air) -> LockRadio:
    radio = air.lock("front_door")
    radio.lock.add_feature(*(bit for bit in ALL_FEATURES if bit not in WITHOUT))
    return radio


@pytest.fixture
def lock(radio: LockRadio) -> VirtualLock:
    return radio.lock


@pytest.fixture
async def phone(radio: LockRadio) -> Phone:
    return await Phone(radio).connect()


@pytest.fixture
def new_lock(air: Air) -> LockRadio:
    """Return a lock that belongs to nobody, touched a moment ago."""
    radio = air.out_of_the_box()
    radio.lock.add_feature(*(bit for bit in ALL_FEATURES if bit not in WITHOUT))
    radio.touch()
    return radio
