"""Everything that opens a lock, whatever its kind."""

import asyncio
from collections.abc import Container
from typing import TYPE_CHECKING, Final

from homeassistant.util import dt as dt_util

from .client import Feature
from .client.credentials import Credential, CredentialKind
from .client.errors import Unsupported
from .client.grants import Access, overview
from .client.parse import Listing

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

FEATURES: Final[dict[CredentialKind, tuple[Feature, ...]]] = {
    CredentialKind.PASSCODE: (Feature.PASSCODE,),
    CredentialKind.CARD: (Feature.CARD,),
    CredentialKind.FINGERPRINT: (Feature.FINGERPRINT,),
    CredentialKind.FACE: (Feature.FACE_3D, Feature.FACE, Feature.FACE_YISHENG),
    CredentialKind.PALM_VEIN: (Feature.PALM_VEIN,),
    CredentialKind.QR_CODE: (Feature.QR_CODE, Feature.CUSTOM_QR_CODE),
    CredentialKind.REMOTE: (Feature.REMOTE,),
}
"""What a lock needs for a kind, any one of these (ttlock-open-api.md 6); ekeys open every lock."""


def kinds_of(lock: LockCoordinator) -> tuple[CredentialKind, ...]:
    """Return what may open a lock."""
    features = lock.data.features
    return tuple(kind for kind in CredentialKind if kind not in FEATURES or not features.lack(*FEATURES[kind]))


async def async_read_all(
    lock: LockCoordinator, kinds: Container[CredentialKind] = frozenset(CredentialKind)
) -> Listing[Credential]:
    """Return every credential of a lock, or those of some kinds; contacts no lock, fails when one cannot be read."""
    grants = lock.account.grants.grants

    async def read(kind: CredentialKind) -> Listing[Credential]:
        try:
            return await grants.read(lock.lock_id, kind)
        except Unsupported:
            # The lock has no such reader, whatever its bits say or leave open.
            return Listing(())

    tables = await asyncio.gather(*(read(kind) for kind in kinds_of(lock) if kind in kinds))
    return Listing(tuple(item for table in tables for item in table.items), sum(table.dropped for table in tables))


async def async_accesses(lock: LockCoordinator) -> tuple[Access, ...]:
    """Return everything that is on a lock, on its way there or failed, as of now."""
    began = dt_util.utcnow()
    found = await async_read_all(lock)
    grants = lock.account.grants.grants.of_lock(lock.lock_id)
    return overview(found.items, grants, began, dt_util.utcnow(), lock.data.zone)
