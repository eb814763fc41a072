"""Remotes, the key fobs of a lock (ttlock-open-api.md 4.11)."""

import json

from ..credentials import Remote, Validity, common_type, read_remote
from ..inventory import Firmware
from ..parse import Listing, listing
from ..secret import Secret
from . import endpoints as at
from .paging import list_of, made
from .selector import VIA_GATEWAY
from .transport import Transport


class Remotes:
    """The remotes of a lock; pairing and unpairing happen beside the lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[Remote]:
        """Return all remotes of a lock."""
        return listing(list_of(await self._transport.send(at.REMOTE_LIST, lock_id, orderBy=1)), read_remote)

    async def record_added(
        self,
        lock_id: int,
        number: Secret,
        mac: str,
        validity: Validity,
        *,
        battery: int,
        firmware: Firmware,
        name: str | None = None,
    ) -> int:
        """Note a remote that was paired over Bluetooth, and return its id; the lock is not reached."""
        body = await self._transport.send(
            at.REMOTE_ADD,
            lock_id,
            number=number.reveal(),
            mac=mac,
            name=name,
            type=common_type(validity),
            electricQuantity=battery,
            firmwareInfo=json.dumps(firmware.to_vendor()),
            **validity.fields(),
        )
        return made(body, "remoteId")

    async def update(
        self, lock_id: int, remote_id: int, *, validity: Validity | None = None, name: str | None = None
    ) -> None:
        """Change what is given: when a remote opens, which cannot become permanent, or its name.

        The lock is sent along because it decides in which queue the change waits.
        """
        await self._transport.send(
            at.REMOTE_UPDATE,
            lock_id,
            remoteId=remote_id,
            name=name,
            # The English page names the selector one way, the Chinese page the other (1.7).
            changeType=VIA_GATEWAY,
            type=VIA_GATEWAY,
            **(validity.change_fields() if validity else {}),
        )

    async def record_deleted(self, remote_id: int) -> None:
        """Note that a remote was taken off the lock over Bluetooth; the lock itself is not reached."""
        await self._transport.send(at.REMOTE_DELETE, remoteId=remote_id)

    async def record_cleared(self, lock_id: int) -> None:
        """Note that all remotes were taken off the lock over Bluetooth (name of the field inferred)."""
        await self._transport.send(at.REMOTE_CLEAR, lock_id)
