"""Telling the cloud what was done to a lock already (ttlock-open-api.md 1.7)."""

from dataclasses import replace
from typing import override

from .endpoints import Endpoint
from .http import Json
from .selector import record_selector
from .transport import Transport


class RecordTransport(Transport):
    """The same calls, but none reaches a lock: each says that the lock was changed over Bluetooth before.

    A `CloudClient` over it records. It is used after the lock was changed, and never otherwise: what is recorded and
    not on the lock opens no door.
    """

    def __init__(self, transport: Transport) -> None:
        """Send by a transport."""
        self._inner = transport
        self.lanes, self.calls = transport.lanes, transport.calls

    @property
    @override
    def clock_offset(self) -> float:
        return self._inner.clock_offset

    @override
    def saves_power(self, lock_id: int) -> bool:
        return self._inner.saves_power(lock_id)

    @override
    async def send(self, endpoint: Endpoint, lock_id: int | None = None, **fields: str | int | None) -> Json:
        """Send one request that changes nothing but the cloud's tables; raises as the transport."""
        noted = replace(endpoint, live=False, deferrable=False)
        said = {key: record_selector(value) for key, value in fields.items()}
        return await self._inner.send(noted, lock_id, **said)
