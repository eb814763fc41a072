"""One command at a time per gateway, other gateways in parallel.

A gateway holds one Bluetooth conversation; a second command meanwhile is refused with -3003 (ttlock-open-api.md 9,
quirk 4). The server chooses the gateway with the best signal, so the lane of a lock is that gateway; a lock whose
gateway is not known shares one lane with all others of its kind, which is the safe default of the spec.

Somebody waits for a command, nobody for a question that comes by the clock: commands go first. None waits for ever, and
what was not sent in time has certainly moved nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from ..errors import NotSent
from ..models import GatewayReach

UNKNOWN_LANE = "unknown"
QUEUE_SECONDS: Final = 30.0
"""A gateway needs two to eight seconds for one command (ttlock-open-api.md 9, quirk 5); one that takes longer hangs."""
QUEUE_SECONDS_PER_PLACE: Final = 10.0
"""What each that is ahead may take besides: the twentieth lock of a house behind one gateway has its turn, too."""


@dataclass(slots=True)
class _Waiting:
    """Somebody in a queue."""

    urgent: bool
    turn: asyncio.Future[None]
    patience: asyncio.Timeout

    def make_way(self) -> None:
        """Have one more ahead."""
        until = self.patience.when()
        if until is not None and not self.patience.expired():
            self.patience.reschedule(until + QUEUE_SECONDS_PER_PLACE)


class Lane:
    """The queue in front of one gateway: the urgent first, each in the order of coming."""

    def __init__(self) -> None:
        """Start free."""
        self._taken = False
        self._queue: list[_Waiting] = []

    @asynccontextmanager
    async def turn(self, *, urgent: bool) -> AsyncGenerator[None]:
        """Wait for the turn and keep it; NotSent when it does not come in time."""
        await self.take(urgent=urgent)
        try:
            yield
        finally:
            self.leave()

    async def take(self, *, urgent: bool) -> None:
        """Wait for the turn; NotSent when it does not come in time."""
        if not self._taken:
            self._taken = True
            return
        place = sum(other.urgent for other in self._queue) if urgent else len(self._queue)
        for behind in self._queue[place:]:
            behind.make_way()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        patience = asyncio.timeout(QUEUE_SECONDS + QUEUE_SECONDS_PER_PLACE * place)
        waiting = _Waiting(urgent, turn, patience)
        self._queue.insert(place, waiting)
        try:
            async with patience:
                await turn
        except BaseException as err:
            if waiting in self._queue:
                self._queue.remove(waiting)
            elif not turn.cancelled():
                # The turn came in the very moment in which the patience ended.
                self.leave()
            if isinstance(err, TimeoutError):
                raise NotSent from None
            raise

    def leave(self) -> None:
        """Let the next one in."""
        while self._queue:
            first = self._queue.pop(0)
            if not first.turn.done():
                first.turn.set_result(None)
                return
        self._taken = False


class Lanes:
    """The queue in front of every gateway."""

    def __init__(self) -> None:
        """Start with no gateway known."""
        self._lane_of: dict[int, Hashable] = {}
        self._lanes: dict[Hashable, Lane] = {}

    def assign(self, reaches: Iterable[GatewayReach], own_radio: Iterable[int]) -> None:
        """Learn which gateway serves which lock from how well each hears it.

        `reaches` are those of gateways that are online; a Wi-Fi lock, one of `own_radio`, is its own gateway.
        """
        best: dict[int, GatewayReach] = {}
        for reach in reaches:
            known = best.get(reach.lock_id)
            if known is None or _signal(reach) > _signal(known):
                best[reach.lock_id] = reach
        self._lane_of = {lock_id: ("gateway", reach.gateway_id) for lock_id, reach in best.items()}
        self._lane_of |= {lock_id: ("lock", lock_id) for lock_id in own_radio}

    def lane_of(self, lock_id: int) -> Hashable:
        """Return the queue in which commands for the lock wait."""
        return self._lane_of.get(lock_id, UNKNOWN_LANE)

    @asynccontextmanager
    async def turn(self, lock_id: int, *, urgent: bool) -> AsyncGenerator[None]:
        """Wait for the gateway of the lock and keep it for one exchange; NotSent when it is never free."""
        lane = self._lanes.setdefault(self.lane_of(lock_id), Lane())
        async with lane.turn(urgent=urgent):
            yield


def _signal(reach: GatewayReach) -> int:
    return -999 if reach.rssi is None else reach.rssi
