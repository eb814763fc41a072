"""All orders of what can happen to commands on two roads: the bolt is moved at most once by each, and nothing is made up.

Each run is one path through every choice there is: whether a road dies before, a command is carried out, its answer is lost,
comes too late, whether the lock can be asked afterwards, and what another command does meanwhile. All paths are played
against a lock of the virtual world, in the order in which they branch.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from custom_components.ttlock.client.errors import (
    ConnectionFailed,
    DeviceUnreachable,
    LinkLost,
    NotExecuted,
    NotPermitted,
    OutcomeUnknown,
    OutOfReach,
    ServerFault,
    TTLockError,
)
from custom_components.ttlock.client.models import Bolt, OpenState
from custom_components.ttlock.client.roads.router import Command, Preference, Road, Router
from custom_components.ttlock.client.roads.settle import settle
from simulator import World

from .conftest import Given

LOCK_ID: Final = 1
WANTED: Final = {Command.UNLOCK: Bolt.UNLOCKED, Command.LOCK: Bolt.LOCKED}
UNCLEAR: Final = (OutcomeUnknown, NotExecuted, ServerFault)
"""With these a command may have been carried out."""


class Path:
    """One path through all choices: those that are given, then the first of each."""

    def __init__(self, given: list[int]) -> None:
        self._given = given
        self.taken: list[int] = []
        self.wide: list[int] = []

    def choose[T](self, *options: T) -> T:
        """Return one of the options."""
        at = len(self.taken)
        chosen = self._given[at] if at < len(self._given) else 0
        self.taken.append(chosen)
        self.wide.append(len(options))
        return options[chosen]

    def next(self) -> list[int] | None:
        """Return what the next path begins with, None after the last."""
        for at in range(len(self.taken) - 1, -1, -1):
            if self.taken[at] + 1 < self.wide[at]:
                return [*self.taken[:at], self.taken[at] + 1]
        return None


@dataclass
class Door:
    """A lock of the virtual world, and which command has moved it how often."""

    lock: Any
    path: Path
    moved: dict[str, int] = field(default_factory=dict)
    late: list[Callable[[], None]] = field(default_factory=list)

    def move(self, name: str, command: Command) -> None:
        before = self.lock.actuations
        move = self.lock.command_unlock if command is Command.UNLOCK else self.lock.command_lock
        move(user="")
        self.moved[name] = self.moved.get(name, 0) + self.lock.actuations - before

    def time_passes(self) -> None:
        """Carry out, or not yet, what a gateway still holds."""
        while self.late:
            if not self.path.choose(True, False):
                return
            self.late.pop()()

    @property
    def state(self) -> OpenState:
        return OpenState(Bolt(self.lock.bolt), None)


@dataclass
class Near:
    """The lock as the radio knows it; whether it is in range is one of the choices."""

    in_range: bool
    was_heard: bool = True
    ble: Any = None

    def lock(self, lock_id: int) -> Near:
        return self

    def refused(self) -> None:
        """Take no note."""


type Outcome = tuple[TTLockError | None, str]
"""What is raised, and whether the lock did it: never, at once, or late."""

CLOUD: Final[tuple[Outcome, ...]] = (
    (None, "at once"),
    (DeviceUnreachable(), "never"),
    (ConnectionFailed(), "never"),
    (OutcomeUnknown(), "at once"),
    (OutcomeUnknown(), "never"),
    (OutcomeUnknown(), "late"),
    (NotExecuted("not_executed", code=1), "never"),
    (NotExecuted("not_executed", code=1), "late"),
    (ServerFault(code=90000), "at once"),
    (NotPermitted(), "never"),
)
RADIO: Final[tuple[Outcome, ...]] = (
    (None, "at once"),
    (OutOfReach(), "never"),
    (LinkLost(), "never"),
    (OutcomeUnknown(), "at once"),
    (OutcomeUnknown(), "never"),
    (OutcomeUnknown(), "late"),
    (NotPermitted(), "never"),
)
OTHERS: Final[dict[Road, tuple[Outcome, ...]]] = {
    Road.CLOUD: ((None, "at once"), (OutcomeUnknown(), "late")),
    Road.BLUETOOTH: ((None, "at once"), (LinkLost(), "never"), (OutcomeUnknown(), "at once")),
}
"""For the command that comes meanwhile."""


@dataclass
class Play:
    """One path, played."""

    door: Door
    router: Router

    async def command(self, name: str, command: Command, outcomes: dict[Road, tuple[Outcome, ...]]) -> str:
        """Move the bolt as the integration does, and return what is said of it."""
        door = self.door

        def on(road: Road) -> Callable[[], Awaitable[None]]:
            async def send() -> None:
                door.time_passes()
                err, done = door.path.choose(*outcomes[road])
                if done == "at once":
                    door.move(name, command)
                elif done == "late":
                    door.late.append(lambda: door.move(name, command))
                await asyncio.sleep(0)
                if err is not None:
                    raise err

            return send

        def asking(road: Road) -> Callable[[], Awaitable[OpenState]]:
            async def ask() -> OpenState:
                door.time_passes()
                if not door.path.choose(True, False):
                    raise ConnectionFailed if road is Road.CLOUD else LinkLost
                return door.state

            return ask

        async def send() -> None:
            await self.router.run(LOCK_ID, {road: on(road) for road in Road}, once=True, command=command)

        async def ask() -> OpenState:
            return await self.router.run(LOCK_ID, {road: asking(road) for road in Road})

        try:
            await settle(send, ask, WANTED[command])
        except UNCLEAR:
            return "unknown"
        except TTLockError:
            return "refused"
        return "done"


async def _play(world: World, wish: Preference, *commands: Command) -> set[tuple[str, ...]]:
    """Play all paths and return what was said on them."""
    lock, seen, paths = world.lock("front_door"), set[tuple[str, ...]](), 0
    rest: list[int] | None = []
    while rest is not None:
        path = Path(rest)
        # So many movements would use it up.
        lock.insert_battery()
        (lock.command_lock if commands[0] is Command.UNLOCK else lock.command_unlock)(user="")
        door, begun = Door(lock, path), lock.bolt
        near = Near(in_range=path.choose(True, False))
        play = Play(door, Router(near, Given(wish), lambda: 0.0))
        names = [f"{number} {command}" for number, command in enumerate(commands)]
        said = await asyncio.gather(
            *(
                play.command(name, command, OTHERS if number else {Road.CLOUD: CLOUD, Road.BLUETOOTH: RADIO})
                for number, (name, command) in enumerate(zip(names, commands, strict=True))
            )
        )
        bolt = lock.bolt
        while door.late:
            door.late.pop()()
        for name, word, command in zip(names, said, commands, strict=True):
            moved = door.moved.get(name, 0)
            assert moved <= 1, (name, word, path.taken)
            if word == "refused":
                assert moved == 0, (name, path.taken)
            if word == "done" and len(commands) == 1:
                assert bolt == WANTED[command].value, (name, path.taken)
            if word == "done":
                assert moved == 1 or begun != WANTED[command].value, (name, path.taken)
        seen.add(tuple(said))
        paths += 1
        rest = path.next()
    assert paths > 100
    return seen


@pytest.mark.parametrize("wish", [Preference.PREFER_LOCAL, Preference.PREFER_CLOUD])
@pytest.mark.parametrize("command", list(Command))
async def test_one_command_in_every_order(world: World, wish: Preference, command: Command) -> None:
    assert await _play(world, wish, command) == {("done",), ("refused",), ("unknown",)}


@pytest.mark.parametrize("commands", [(Command.UNLOCK, Command.LOCK), (Command.UNLOCK, Command.UNLOCK)])
async def test_two_commands_in_every_order(world: World, commands: tuple[Command, ...]) -> None:
    seen = await _play(world, Preference.PREFER_LOCAL, *commands)
    assert {word for said in seen for word in said} == {"done", "refused", "unknown"}
