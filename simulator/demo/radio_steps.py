"""Steps of the check about the two roads: each stands in for the other, and the bolt moves once whatever breaks."""

import asyncio
from collections.abc import AsyncGenerator
import contextlib
from dataclasses import dataclass
import time

from .api import ApiError
from .cloud import RADIO_PACE
from .neighbour import Neighbour, NoTurn
from .outage_steps import outage
from .push_steps import wait_for_state
from .stage import FOLLOW_SECONDS, LOCK, Failed, Stage, expect

CODE = "48151623"
"""The family's, on the lock from the beginning."""
HEARD_SECONDS = 1.0
TURN_SECONDS = 15.0
"""As long as somebody with another client waits before the door without losing patience."""
SETTLED_SECONDS = 10.0
ASKING = ("/v3/lock/queryOpenState", "/v3/lockRecord/list", "/v3/lock/queryElectricQuantity")
GREETING, UNLOCK = 0x55, 0x47
UNLOCK_OCTETS = 31


@dataclass(frozen=True, slots=True)
class Death:
    """Where in an unlock the radio dies."""

    name: str
    opcode: int
    to_lock: bool
    octets: int


DEATHS = (
    Death("as the greeting begins", GREETING, True, 0),
    Death("in the middle of the greeting", GREETING, True, 25),
    Death("before the answer to the greeting", GREETING, False, 0),
    Death("as the command begins", UNLOCK, True, 0),
    Death("in the middle of the command", UNLOCK, True, 20),
    Death("when the lock has the command", UNLOCK, True, UNLOCK_OCTETS),
    Death("before the answer", UNLOCK, False, 0),
    Death("in the middle of the answer", UNLOCK, False, 20),
)
"""After the connection itself, which is its own case."""


async def the_radio_is_switched_on(stage: Stage) -> None:
    """Let the locks come into range, callbacks off: the radio alone now tells of the door."""
    await stage.cloud.control("POST", "/callback", {"url": None})
    await stage.cloud.radio(in_range=True, pace=RADIO_PACE)
    await stage.lock()
    await stage.expect_state("lock", "locked")
    await _until_by_radio(stage)


async def bluetooth_opens_without_the_cloud(stage: Stage) -> None:
    """Let every call to the cloud fail: the door opens and locks all the same, once, over the air."""
    before = await _truth(stage)
    async with outage(stage):
        await stage.unlock()
        await stage.expect_state("lock", "unlocked", seconds=HEARD_SECONDS)
        await stage.lock()
        await stage.expect_state("lock", "locked", seconds=HEARD_SECONDS)
    after = await _truth(stage)
    expect(after.actuations - before.actuations == 2, f"the motor ran {after.actuations - before.actuations} times")
    expect(after.requests > before.requests, "nobody has spoken to the lock")


async def the_cloud_opens_without_bluetooth(stage: Stage) -> None:
    """Take the lock out of range, which Home Assistant does not know yet: the cloud opens the door, once."""
    before = await _truth(stage)
    await stage.cloud.reset_calls()
    await stage.cloud.radio(LOCK, in_range=False)
    try:
        await stage.unlock()
        await stage.expect_state("lock", "unlocked")
        await stage.lock()
        await stage.expect_state("lock", "locked")
    finally:
        await stage.cloud.radio(LOCK, in_range=True)
    calls, after = await stage.cloud.calls(), await _truth(stage)
    expect(calls.get("/v3/lock/unlock") == 1, f"the cloud was told to unlock {calls.get('/v3/lock/unlock', 0)} times")
    expect(after.actuations - before.actuations == 2, f"the motor ran {after.actuations - before.actuations} times")


async def the_radio_dies_at_each_step(stage: Stage) -> None:
    """Break the link at each step of an unlock: the motor runs at most once, and the state is right within seconds."""
    for turn, death in enumerate((None, *DEATHS)):
        await _until_by_radio(stage)
        before = await _truth(stage)
        expect(before.bolt == "locked", "the door was not locked before")
        # Each unlock is one from the beginning, connection and greeting included.
        await stage.cloud.radio(LOCK, drop=True)
        if death is None:
            await stage.cloud.radio(LOCK, lost_connections=9)
        else:
            fault = {"kind": "drop", "to_lock": death.to_lock, "opcode": death.opcode, "byte": death.octets}
            await stage.cloud.radio(LOCK, fault=fault)
        name = "as soon as there is a connection" if death is None else death.name
        refused = await _refused(stage)
        after = await _truth(stage)
        moved = after.actuations - before.actuations
        struck = after.struck > before.struck or turn == 0
        await stage.cloud.clear_radio()
        expect(struck, f"the radio did not die {name}: the command took another way")
        expect(moved <= 1, f"the radio died {name}, and the motor ran {moved} times")
        expect(refused is not None or moved == 1, f"the radio died {name}, and success is told of a door that is shut")
        await stage.expect_state("lock", after.bolt, seconds=SETTLED_SECONDS)
        await stage.lock()
        await stage.expect_state("lock", "locked")


async def the_keypad_is_heard_over_the_air(stage: Stage) -> None:
    """Open the door at its keypad: Home Assistant sees it at once, and asks the cloud nothing."""
    lock = stage.entity("lock")
    await stage.lock()
    await stage.expect_state("lock", "locked")
    await stage.cloud.reset_calls()
    start = time.monotonic()
    answer = await stage.cloud.enter_code(LOCK, CODE)
    expect(answer["opened"], f"the code does not open the door: {answer['reason']}")
    await wait_for_state(stage.api, lock, "unlocked", seconds=FOLLOW_SECONDS)
    seconds = time.monotonic() - start
    expect(seconds < HEARD_SECONDS, f"the door was heard after {seconds:.2f} s")
    print(f"       from the door to the state in {seconds:.2f} s", flush=True)
    asked = {path: count for path, count in (await stage.cloud.calls()).items() if path in ASKING}
    expect(not asked, f"the cloud was asked for it: {asked}")
    await stage.lock()
    await stage.expect_state("lock", "locked")


async def another_client_gets_its_turn(stage: Stage) -> None:
    """Open the door with a client that others wrote, right after ours: the lock speaks to one of them at a time."""
    async with Neighbour.of(stage.cloud.access, stage.lock_id) as neighbour:
        await stage.unlock()
        start = time.monotonic()
        try:
            await neighbour.lock(seconds=TURN_SECONDS)
        except NoTurn as error:
            raise Failed(f"the other client did not get through to the lock: {error}") from None
        print(f"       its turn came after {time.monotonic() - start:.1f} s", flush=True)
    await stage.expect_bolt("locked")
    await stage.expect_state("lock", "locked", seconds=SETTLED_SECONDS)
    await stage.unlock()
    await stage.lock()
    await stage.expect_state("lock", "locked")


@dataclass(frozen=True, slots=True)
class _Truth:
    bolt: str
    actuations: int
    requests: int
    struck: int


async def _truth(stage: Stage) -> _Truth:
    lock, radio = await stage.cloud.lock(LOCK), await stage.cloud.radio(LOCK)
    return _Truth(lock["bolt"], lock["actuations"], radio["requests"], radio["struck"])


async def _refused(stage: Stage) -> ApiError | None:
    """Unlock through Home Assistant and return why not."""
    try:
        await stage.api.action("lock.unlock", stage.entity("lock"))
    except ApiError as error:
        return error
    return None


async def _until_by_radio(stage: Stage) -> None:
    """Send commands until one goes over the air, which also makes good for what failed there lately."""
    deadline = time.monotonic() + FOLLOW_SECONDS
    async with outage(stage):
        while True:
            before = await _truth(stage)
            with contextlib.suppress(ApiError):
                await stage.lock()
            if (await _truth(stage)).requests > before.requests:
                return
            expect(time.monotonic() < deadline, "commands do not go over the air")
            await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def radio_only(stage: Stage) -> AsyncGenerator[None]:
    """Let the cloud be away and the radio be good meanwhile."""
    await stage.cloud.radio(in_range=True, pace=RADIO_PACE)
    async with outage(stage):
        yield
