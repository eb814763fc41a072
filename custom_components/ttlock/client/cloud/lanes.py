"""One command at a time per gateway, other gateways in parallel.

A gateway holds one Bluetooth conversation; a second command meanwhile is refused with -3003 (ttlock-open-api.md 9,
quirk 4). The server chooses the gateway with the best signal, so the lane of a lock is that gateway; a lock whose
gateway is not known shares one lane with all others of its kind, which is the safe default of the spec.
"""

import asyncio
from collections.abc import AsyncGenerator, Hashable, Iterable
from contextlib import asynccontextmanager

from ..models import GatewayReach

UNKNOWN_LANE = "unknown"


class Lanes:
    """The queue in front of every gateway."""

    def __init__(self) -> None:
        """Start with no gateway known."""
        self._lane_of: dict[int, Hashable] = {}
        self._locks: dict[Hashable, asyncio.Lock] = {}

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
    async def turn(self, lock_id: int) -> AsyncGenerator[None]:
        """Wait for the gateway of the lock and keep it for one exchange."""
        async with self._locks.setdefault(self.lane_of(lock_id), asyncio.Lock()):
            yield


def _signal(reach: GatewayReach) -> int:
    return -999 if reach.rssi is None else reach.rssi
