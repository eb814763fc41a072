"""The queue in front of a gateway: commands first, nobody waits for ever, what was not sent moved nothing."""

import asyncio
from collections.abc import Callable
import random

import pytest

from custom_components.ttlock.client import CloudClient
from custom_components.ttlock.client.cloud import lanes, transport
from custom_components.ttlock.client.cloud.lanes import Lanes
from custom_components.ttlock.client.errors import DeviceBusy, NotSent, OutcomeUnknown
from simulator import CloudServer, Fault, World

from .conftest import Pauses

UNLOCK = "/v3/lock/unlock"
LOCK = "/v3/lock/lock"
STATE = "/v3/lock/queryOpenState"

type SetPatience = Callable[[float, float], None]


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> SetPatience:
    """Return how to shorten what a command waits for."""

    def shorten(seconds: float, per_place: float) -> None:
        monkeypatch.setattr(lanes, "QUEUE_SECONDS", seconds)
        monkeypatch.setattr(lanes, "QUEUE_SECONDS_PER_PLACE", per_place)

    return shorten


async def test_a_command_behind_a_hanging_one_is_not_sent_and_says_so(
    client: CloudClient, world: World, server: CloudServer, patience: SetPatience, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience(0.05, 0.0)
    monkeypatch.setattr(transport, "LIVE_TIMEOUT_SECONDS", 0.3)
    front, office = world.lock("front_door"), world.lock("office")
    world.faults.add(Fault(kind="timeout_before", path=LOCK))
    hanging = asyncio.create_task(client.lock(front.lock_id))
    await asyncio.sleep(0)
    with pytest.raises(NotSent):
        await client.unlock(office.lock_id)
    assert not hanging.done()
    assert server.calls[UNLOCK] == 0
    assert office.actuations == 0
    with pytest.raises(OutcomeUnknown):
        await hanging
    await client.unlock(office.lock_id)
    assert office.bolt == "unlocked"


async def test_the_last_of_many_locks_behind_one_gateway_has_its_turn(
    client: CloudClient, world: World, server: CloudServer, patience: SetPatience
) -> None:
    patience(0.1, 0.1)
    world.gateway("hall").latency = 0.02
    await asyncio.gather(*(client.lock(world.lock("front_door").lock_id) for _ in range(20)))
    assert server.calls[LOCK] == 20


async def test_commands_go_before_questions_that_come_by_the_clock(client: CloudClient, world: World) -> None:
    lock_id = world.lock("front_door").lock_id
    order: list[str] = []

    async def note(name: str) -> None:
        match name:
            case "unlock":
                await client.unlock(lock_id)
            case "look":
                await client.get_state(lock_id, now=True)
            case _:
                await client.get_state(lock_id)
        order.append(name)

    await asyncio.gather(*(note(name) for name in ("poll 1", "poll 2", "unlock", "poll 3", "look")))
    assert order == ["poll 1", "unlock", "look", "poll 2", "poll 3"]


async def test_who_lets_commands_pass_has_more_patience(patience: SetPatience) -> None:
    patience(0.05, 0.05)
    queue = Lanes()
    order: list[str] = []

    async def take(name: str, seconds: float, *, urgent: bool) -> None:
        async with queue.turn(1, urgent=urgent):
            order.append(name)
            await asyncio.sleep(seconds)

    await asyncio.gather(
        take("first", 0.02, urgent=False),
        take("poll", 0.0, urgent=False),
        *(take(f"command {number}", 0.02, urgent=True) for number in range(4)),
    )
    assert order == ["first", *(f"command {number}" for number in range(4)), "poll"]


@pytest.mark.parametrize("seed", range(20))
async def test_a_gateway_is_never_held_twice_and_free_again_whatever_comes_in_between(
    patience: SetPatience, seed: int
) -> None:
    # Patience that ends at once meets turns that come at once, and callers that give up.
    patience(0.0, 0.0)
    dice = random.Random(seed)
    queue = Lanes()
    inside = 0

    async def take() -> None:
        nonlocal inside
        async with queue.turn(1, urgent=dice.random() < 0.5):
            inside += 1
            try:
                assert inside == 1
                for _ in range(dice.randrange(3)):
                    await asyncio.sleep(0)
            finally:
                inside -= 1

    tasks = []
    for _ in range(40):
        tasks.append(asyncio.create_task(take()))
        if dice.random() < 0.3:
            dice.choice(tasks).cancel()
        for _ in range(dice.randrange(3)):
            await asyncio.sleep(0)
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(end is None or isinstance(end, NotSent | asyncio.CancelledError) for end in ends)
    assert any(end is None for end in ends)
    await asyncio.wait_for(take(), 1)


async def test_a_busy_gateway_is_not_waited_for_longer_than_anybody_stays(
    client: CloudClient, world: World, server: CloudServer, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "BUSY_LIMIT_SECONDS", -1.0)
    world.faults.add(Fault(kind="errcode", errcode=-3003, path=LOCK))
    with pytest.raises(DeviceBusy):
        await client.lock(world.lock("front_door").lock_id)
    assert server.calls[LOCK] == 1
    assert pauses.seconds == []
