"""Hypothesis plays with a house, in which everything may go wrong at any moment; see `machine`."""

import asyncio
import os
from typing import cast

import aiohttp
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from simulator import CloudServer, World

from .house import House
from .machine import Household
from .wire import DirectSession

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
"""Ten times as many houses, each for twice as long; see CONTRIBUTING.md."""
EXAMPLES = 5000 if LONG else 500
STEPS = 25 if LONG else 10


def test_what_is_said_of_a_door_is_true() -> None:
    loop = asyncio.new_event_loop()
    server = CloudServer(World.load(), region="eu")
    session = cast("aiohttp.ClientSession", DirectSession(server))

    async def move_in() -> House:
        server.world = World.load()
        return await House.build(server.world, server, session)

    class Played(Household):
        def __init__(self) -> None:
            super().__init__(loop.run_until_complete, move_in)

    try:
        run_state_machine_as_test(
            Played,
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                # The suite plays the same houses each time; the long run looks for what nobody has met yet.
                derandomize=not LONG,
                # A house takes its time, and that its rules are refused at times is what they are for.
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        loop.close()
