"""The account and its locks, over the cloud or over Bluetooth, whichever is better (docs/bluetooth.md)."""

import time
from typing import override

from ..cloud.api import CloudClient
from ..cloud.transport import Transport
from ..models import OpenState
from .radio import NoRadio
from .router import CloudOnly, Command, Road, Router


class RoadClient(CloudClient):
    """What a signed-in account can see and do: what reaches a lock goes the better of two roads."""

    def __init__(self, transport: Transport, router: Router | None = None) -> None:
        """Talk through a transport, and past it by radio; without a router there is only the cloud."""
        super().__init__(transport)
        self.router = router or Router(NoRadio(), CloudOnly(), time.monotonic)

    @override
    async def get_state(self, lock_id: int, *, now: bool = False) -> OpenState:
        """Ask the lock where bolt and door are.

        What nobody waits for goes through the cloud as long as that can be: a connection costs the battery more.
        """

        async def by_radio() -> OpenState:
            return (await self.router.radio_lock(lock_id).ble.status()).open_state

        return await self.router.run(
            lock_id,
            {Road.CLOUD: lambda: CloudClient.get_state(self, lock_id, now=now), Road.BLUETOOTH: by_radio},
            cloud_first=not now,
        )

    @override
    async def unlock(self, lock_id: int) -> None:
        """Withdraw the bolt, once; OutcomeUnknown when the answer was lost."""

        async def by_radio() -> None:
            await self.router.radio_lock(lock_id).ble.unlock()

        await self.router.run(
            lock_id,
            {Road.CLOUD: lambda: CloudClient.unlock(self, lock_id), Road.BLUETOOTH: by_radio},
            once=True,
            command=Command.UNLOCK,
        )

    @override
    async def lock(self, lock_id: int) -> None:
        """Throw the bolt, once; OutcomeUnknown when the answer was lost."""

        async def by_radio() -> None:
            await self.router.radio_lock(lock_id).ble.lock()

        await self.router.run(
            lock_id,
            {Road.CLOUD: lambda: CloudClient.lock(self, lock_id), Road.BLUETOOTH: by_radio},
            once=True,
            command=Command.LOCK,
        )
