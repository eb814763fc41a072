"""Who opened a lock last, for people who ask."""

from contextlib import aclosing
from dataclasses import replace
from typing import Final

from homeassistant.util import dt as dt_util

from ..client.cloud.paging import PAGE
from ..client.cloud.records import RecordQuery
from ..client.errors import TTLockError
from ..client.events import EventType, LockEvent, Source, type_of
from ..client.models import Record
from ..lock_coordinator import LockCoordinator
from ..lock_log import KINDS, OWN_OPERATOR

MOST_PAGES: Final = 3
"""Six hundred records: who asks at a speaker wants an answer at once."""


async def async_last_openings(lock: LockCoordinator, count: int) -> list[LockEvent]:
    """Return the last openings, the newest first.

    What was heard since the start has to do when the list cannot be read; raises the client's error without even that.
    """
    found: list[LockEvent] = []
    left = MOST_PAGES
    try:
        async with aclosing(lock.account.cloud.records.pages(lock.lock_id, RecordQuery(), PAGE)) as pages:
            async for page in pages:
                found += [_named(lock, record) for record in page.items if type_of(record) is EventType.UNLOCKED]
                left -= 1
                if len(found) >= count or not left:
                    break
    except TTLockError:
        found = list(lock.log.openings)
        if not found:
            raise
    found.sort(key=lambda event: event.at, reverse=True)
    return found[:count]


def _named(lock: LockCoordinator, record: Record) -> LockEvent:
    """Return an opening with the name of its credential, as far as that is known without another call."""
    now = dt_util.utcnow()
    event = LockEvent.of(record, at=record.when or record.stored or now, received=now, source=Source.CLOUD)
    if lock.commands.is_own(event):
        return replace(event, who=OWN_OPERATOR, method="remote")
    kind = KINDS.get(event.method or "")
    known = lock.book.find(kind, record.number, record.who) if kind else None
    return replace(event, who=event.who or (known.name if known else None))
