"""Locks without any account: what is known of them is their keys, and everything else is asked of them by radio."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Protocol, override

import aiohttp

from ..ble.key import Role
from ..ble.lock import BleLock
from ..ble.lock_data import LockData
from ..ble.operations.log import LockRecord
from ..cloud.locks import Locks
from ..cloud.paging import PAGE
from ..cloud.records import EVERYTHING, RecordQuery, Records
from ..cloud.transport import Transport
from ..errors import NotFound, Unsupported
from ..models import Ekey, EkeyStatus, Gateway, GatewayReach, OwnLock, Record
from ..parse import Listing
from ..secret import Secret
from .client import RoadClient
from .local_record import LocalRecord, Shelf
from .radio import RadioLock
from .tables import Tables


class Keyring(Protocol):
    """The keys of locks, by the numbers that they have here."""

    @property
    def lock_ids(self) -> Iterable[int]:
        """Return the locks whose key is known."""

    def get(self, lock_id: int) -> LockData | None:
        """Return the key of a lock with what else is known of it."""

    def put(self, lock_id: int, text: Secret) -> bool:
        """Keep the `lockData` of a lock."""


class NoTokens:
    """Nobody is signed in."""

    async def access_token(self) -> Secret:
        """Refuse."""
        raise Unsupported("needs_cloud")

    async def renew(self, rejected: Secret) -> Secret:
        """Refuse."""
        raise Unsupported("needs_cloud")


class LocalLocks(Locks):
    """What can be done with the description of a lock of which no cloud knows."""

    def __init__(self, transport: Transport, keyring: Callable[[], Keyring]) -> None:
        """Keep names beside the keys."""
        super().__init__(transport)
        self._keyring = keyring

    @override
    async def rename(self, lock_id: int, name: str) -> None:
        """Give a lock another name."""
        keyring = self._keyring()
        if (data := keyring.get(lock_id)) is None:
            raise NotFound("lock_not_found")
        keyring.put(lock_id, data.with_members({"lockAlias": name}).encode())


class LocalRecords(Records):
    """The log that a lock itself keeps, in the shape of the cloud's list: the newest first."""

    def __init__(self, transport: Transport, read: Callable[[int], Awaitable[tuple[LockRecord, ...]]]) -> None:
        """Read logs in this way."""
        super().__init__(transport)
        self._read = read

    @override
    async def list(self, lock_id: int, query: RecordQuery = EVERYTHING) -> Listing[Record]:
        found = [record for one in await self._read(lock_id) if (record := one.record()) is not None]
        return Listing(tuple(record for record in reversed(found) if _wanted(record, query)))

    @override
    async def pages(
        self, lock_id: int, query: RecordQuery = EVERYTHING, size: int = PAGE
    ) -> AsyncGenerator[Listing[Record]]:
        yield await self.list(lock_id, query)

    @override
    async def page(self, lock_id: int, query: RecordQuery, number: int, size: int) -> Listing[Record]:
        found = (await self.list(lock_id, query)).items
        return Listing(found[(number - 1) * size : number * size])


def _wanted(record: Record, query: RecordQuery) -> bool:
    if query.by is not None and record.record_type != query.by:
        return False
    if query.number is not None and record.number != query.number:
        return False
    if record.when is None:
        return query.start is None and query.end is None
    return (query.start is None or record.when >= query.start) and (query.end is None or record.when <= query.end)


class LocalClient(RoadClient):
    """The locks of a keyring, as an account shows its own."""

    def __init__(self, session: aiohttp.ClientSession, keyring: Callable[[], Keyring], tables: Tables) -> None:
        """Talk to locks only; the keyring is looked up when it is needed, and `tables` hold what is on the locks."""
        # Nothing is ever sent: without a token no request begins.
        transport = Transport(session, "", "", NoTokens())
        shelf = Shelf(tables, self._near)
        super().__init__(transport, record=LocalRecord(transport, shelf))
        self.locks = LocalLocks(transport, keyring)
        self._keyring = keyring
        self.records = LocalRecords(transport, self._read_log)

    async def _read_log(self, lock_id: int) -> tuple[LockRecord, ...]:
        log, _ = await self.way.either(lock_id, None, BleLock.read_log)
        return log

    def _near(self, lock_id: int) -> RadioLock | None:
        return self.router.radio.lock(lock_id)

    @override
    async def account_id(self) -> int | None:
        """Return None."""
        return None

    @override
    async def list_ekeys(self) -> Listing[Ekey]:
        """Return what the keys say of their locks."""
        keyring = self._keyring()
        known = ((lock_id, keyring.get(lock_id)) for lock_id in sorted(keyring.lock_ids))
        return Listing(tuple(_ekey(lock_id, data) for lock_id, data in known if data is not None))

    @override
    async def list_own_locks(self) -> Listing[OwnLock]:
        """Return the locks, none of which a gateway reaches."""
        ids = sorted(self._keyring().lock_ids)
        return Listing(
            tuple(OwnLock(lock_id=lock_id, has_gateway=False, battery=None, lock_data=None) for lock_id in ids)
        )

    @override
    async def list_gateways(self) -> Listing[Gateway]:
        """Return none."""
        return Listing(())

    @override
    async def list_reach(self, gateway_id: int) -> Listing[GatewayReach]:
        """Refuse: there is no gateway."""
        raise Unsupported("needs_cloud")


def _ekey(lock_id: int, data: LockData) -> Ekey:
    key = data.key
    is_admin = key.role is Role.ADMIN
    return Ekey(
        key_id=0,
        lock_id=lock_id,
        name=data.alias or key.address,
        mac=key.address,
        features=data.features,
        is_admin=is_admin,
        may_manage=is_admin,
        status=EkeyStatus.NORMAL,
        remote_unlock=False,
        start=key.start,
        end=key.end,
        battery=None,
        utc_offset=datetime.now(UTC).astimezone(key.zone).utcoffset(),
        hardware_name=data.name or None,
        group_id=None,
    )
