"""Fingerprints (ttlock-open-api.md 4.7)."""

from ..credentials import Credential, Validity, common_type, read_fingerprint
from ..parse import Listing
from ..secret import Secret
from . import endpoints as at
from .paging import PAGE, all_pages, made
from .selector import VIA_GATEWAY
from .transport import Transport


class Fingerprints:
    """The fingerprints of a lock; a finger can only be learned beside the lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[Credential]:
        """Return all fingerprints in the cloud's table of a lock."""
        return await all_pages(self._transport, at.FINGERPRINT_LIST, PAGE, read_fingerprint, lock_id=lock_id, orderBy=1)

    async def record_added(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        """Note a fingerprint that the lock learned over Bluetooth, and return its id; the lock is not reached."""
        body = await self._transport.send(
            at.FINGERPRINT_ADD,
            lock_id,
            fingerprintNumber=number.reveal(),
            fingerprintName=name,
            fingerprintType=common_type(validity),
            **validity.fields(),
        )
        return made(body, "fingerprintId")

    async def change_period(self, lock_id: int, fingerprint_id: int, validity: Validity) -> None:
        """Change when a fingerprint opens; it cannot become permanent."""
        await self._transport.send(
            at.FINGERPRINT_PERIOD,
            lock_id,
            fingerprintId=fingerprint_id,
            changeType=VIA_GATEWAY,
            **validity.change_fields(),
        )

    async def rename(self, lock_id: int, fingerprint_id: int, name: str) -> None:
        """Give a fingerprint another name (names of the fields inferred)."""
        await self._transport.send(at.FINGERPRINT_RENAME, lock_id, fingerprintId=fingerprint_id, fingerprintName=name)

    async def delete(self, lock_id: int, fingerprint_id: int) -> None:
        """Take a fingerprint off the lock."""
        await self._transport.send(at.FINGERPRINT_DELETE, lock_id, fingerprintId=fingerprint_id, deleteType=VIA_GATEWAY)

    async def record_cleared(self, lock_id: int) -> None:
        """Note that all fingerprints were taken off the lock over Bluetooth; the lock itself is not reached."""
        await self._transport.send(at.FINGERPRINT_CLEAR, lock_id)
