"""Palm veins (ttlock-open-api.md 4.9). The selector is called `type` here, the validity's number in `add` too.

Changes name only the palm vein; the lock is sent along because it decides in which queue they wait.
"""

from ..credentials import Credential, Validity, common_type, read_palm_vein
from ..parse import Listing
from ..secret import Secret
from . import endpoints as at
from .paging import PAGE, all_pages, made
from .selector import VIA_GATEWAY
from .transport import Transport


class PalmVeins:
    """The palm veins of a lock; a hand can only be learned beside the lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[Credential]:
        """Return all palm veins in the cloud's table of a lock."""
        return await all_pages(self._transport, at.PALM_LIST, PAGE, read_palm_vein, lock_id=lock_id)

    async def record_added(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        """Note a palm vein that the lock learned over Bluetooth, and return its id; the lock is not reached."""
        body = await self._transport.send(
            at.PALM_ADD,
            lock_id,
            number=number.reveal(),
            name=name,
            type=common_type(validity),
            **validity.fields(),
        )
        return made(body, "id")

    async def change_period(self, lock_id: int, palm_vein_id: int, validity: Validity) -> None:
        """Change when a palm vein opens; it cannot become permanent."""
        await self._transport.send(
            at.PALM_PERIOD, lock_id, id=palm_vein_id, type=VIA_GATEWAY, **validity.change_fields()
        )

    async def rename(self, palm_vein_id: int, name: str) -> None:
        """Give a palm vein another name (names of the fields inferred)."""
        await self._transport.send(at.PALM_RENAME, id=palm_vein_id, name=name)

    async def delete(self, lock_id: int, palm_vein_id: int) -> None:
        """Take a palm vein off the lock."""
        await self._transport.send(at.PALM_DELETE, lock_id, id=palm_vein_id, type=VIA_GATEWAY)

    async def record_cleared(self, lock_id: int) -> None:
        """Note that all palm veins were taken off the lock over Bluetooth; the lock itself is not reached."""
        await self._transport.send(at.PALM_CLEAR, lock_id)
