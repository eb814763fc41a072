"""A virtual lock on the air, and waits that take no time."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from simulator import World
from simulator.radio.air import Air


@pytest.fixture
async def swift() -> AsyncGenerator[None]:
    """Let the clock of the event loop jump to the next timer as soon as there is nothing else to do."""
    loop: Any = asyncio.get_running_loop()
    selector, select, now = loop._selector, loop._selector.select, loop.time()

    def jump(timeout: float | None = None) -> Any:
        nonlocal now
        events = select(0)
        if not events and timeout:
            now += timeout
        return events

    loop.time, selector.select = lambda: now, jump
    yield
    del loop.time
    selector.select = select


@pytest.fixture
def air(world: World) -> Air:
    """Return the air around the locks of the world."""
    return Air(world)
