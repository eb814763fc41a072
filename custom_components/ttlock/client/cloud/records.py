"""The log of a lock (ttlock-open-api.md 4.15); the cloud keeps six months of it."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
import json

from .. import parse
from ..models import Record
from ..parse import Listing
from ..secret import Secret
from . import endpoints as at
from .paging import PAGE, all_pages, each_page, list_of
from .transport import Transport


class RecordFilter(IntEnum):
    """By what a lock was opened, with the numbers of the list's filter."""

    FACE = -5
    QR_CODE = -4
    PASSCODE = 4
    CARD = 7
    FINGERPRINT = 8
    REMOTE = 55


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """Which records are wanted; what is not given does not limit."""

    start: datetime | None = None
    end: datetime | None = None
    by: RecordFilter | None = None
    account_id: int | None = None
    number: Secret | None = None
    """The passcode, or the number of the card, fingerprint, face or QR code."""

    def fields(self) -> dict[str, str | int | None]:
        """Return the vendor's spelling."""
        return {
            "startDate": parse.epoch_ms(self.start) or None,
            "endDate": parse.epoch_ms(self.end) or None,
            "recordType": self.by,
            "uid": self.account_id,
            "searchStr": self.number.reveal() if self.number else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntry:
    """An entry as it was read from the lock over Bluetooth, with the lock's own number for its type (5.4.2)."""

    number: int
    lock_type: int
    when: datetime
    battery: int | None = None
    credential: Secret | None = None
    account_id: int | None = None
    key_id: int | None = None

    def to_vendor(self) -> dict[str, str | int]:
        """Return the vendor's spelling."""
        fields: dict[str, str | int | None] = {
            "recordId": self.number,
            "recordType": self.lock_type,
            "operateDate": parse.epoch_ms(self.when),
            "electricQuantity": self.battery,
            "password": self.credential.reveal() if self.credential else None,
            "uid": self.account_id,
            "keyId": self.key_id,
        }
        return {name: value for name, value in fields.items() if value is not None}


EVERYTHING = RecordQuery()


class Records:
    """The logs of locks."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int, query: RecordQuery = EVERYTHING) -> Listing[Record]:
        """Return all records that a query matches."""
        return await all_pages(
            self._transport, at.RECORD_LIST, PAGE, Record.from_vendor, lock_id=lock_id, **query.fields()
        )

    def pages(self, lock_id: int, query: RecordQuery = EVERYTHING, size: int = PAGE) -> AsyncGenerator[Listing[Record]]:
        """Yield the records that a query matches page by page; who has seen enough stops asking."""
        return each_page(self._transport, at.RECORD_LIST, size, Record.from_vendor, lock_id=lock_id, **query.fields())

    async def page(self, lock_id: int, query: RecordQuery, number: int, size: int) -> Listing[Record]:
        """Return one page of the records that a query matches; the first has the newest."""
        body = await self._transport.send(at.RECORD_LIST, lock_id, pageNo=number, pageSize=size, **query.fields())
        return parse.listing(list_of(body), Record.from_vendor)

    async def record_read(self, lock_id: int, entries: Iterable[LockEntry]) -> None:
        """Give the cloud what was read from the lock over Bluetooth."""
        await self._transport.send(
            at.RECORD_UPLOAD, lock_id, records=json.dumps([entry.to_vendor() for entry in entries])
        )

    async def delete(self, lock_id: int, record_ids: Sequence[int]) -> None:
        """Delete records from the cloud; for the top administrator only."""
        await self._transport.send(at.RECORD_DELETE, lock_id, recordIdList=json.dumps([*record_ids]))

    async def clear(self, lock_id: int) -> None:
        """Delete all records of a lock from the cloud; for the top administrator only."""
        await self._transport.send(at.RECORD_CLEAR, lock_id)
