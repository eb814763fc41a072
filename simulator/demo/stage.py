"""What the steps of the check act on, and how one fails."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import time

from .api import HomeAssistantApi
from .cloud import VirtualCloud
from .companion import Companion
from .hass import HomeAssistant
from .house import Entities

LOCK = "front_door"
FOLLOW_SECONDS = 15
"""How long Home Assistant may take to show what happened at the lock."""
GLANCE_SECONDS = 0.2


class Failed(Exception):
    """A step did not see what it wanted to see."""


@dataclass(slots=True, kw_only=True)
class Stage:
    """What the steps act on."""

    cloud: VirtualCloud
    hass: HomeAssistant
    api: HomeAssistantApi
    phone: Companion
    entities: Entities = field(default_factory=lambda: Entities(by_unique_id={}))
    expected_errors: set[str] = field(default_factory=set)
    """What the log may hold since a step has caused it."""

    @property
    def lock_id(self) -> int:
        """Return the number of the lock that the steps use."""
        return self.cloud.access.lock_ids[LOCK]

    def entity(self, suffix: str) -> str:
        """Return an entity of that lock."""
        entity_id = self.entities.lock(self.lock_id, suffix)
        if entity_id is None:
            raise Failed(f"the lock has no entity with the unique id ttlock-{self.lock_id}-{suffix}")
        return entity_id

    async def expect_state(self, suffix: str, wanted: str, *, seconds: float = FOLLOW_SECONDS) -> None:
        """Wait until an entity of the lock has a state."""
        await self.api.wait_for_state(self.entity(suffix), wanted, seconds=seconds)

    async def expect_bolt(self, wanted: str) -> None:
        """Look where the simulated bolt is."""
        bolt = (await self.cloud.lock(LOCK))["bolt"]
        expect(bolt == wanted, f"the bolt is {bolt}, not {wanted}")

    async def lock(self) -> None:
        """Lock through Home Assistant."""
        await self.api.action("lock.lock", self.entity("lock"))
        await self.expect_bolt("locked")

    async def unlock(self) -> None:
        """Unlock through Home Assistant."""
        await self.api.action("lock.unlock", self.entity("lock"))
        await self.expect_bolt("unlocked")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the check."""

    title: str
    run: Callable[[Stage], Awaitable[None]]
    needed: bool = False
    """Nothing after this step makes sense without it."""


def expect(condition: bool, message: str) -> None:
    """Fail the step unless the condition holds."""
    if not condition:
        raise Failed(message)


async def until(done: Callable[[], Awaitable[bool]], otherwise: str, *, seconds: float = FOLLOW_SECONDS) -> None:
    """Wait until something is so, and fail the step when it does not become so."""
    deadline = time.monotonic() + seconds
    while not await done():
        expect(time.monotonic() < deadline, otherwise)
        await asyncio.sleep(GLANCE_SECONDS)
