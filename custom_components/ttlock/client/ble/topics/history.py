"""The log (ttlock-ble-protocol.md 5.7)."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from ...errors import TTLockError, is_refusal
from ..opcodes import Opcode
from ..operations import log
from ..operations.log import LockRecord, LogPage
from .base import Topic, operation


class History(Topic):
    """Reading the log. It comes in pages, so that what was read is not lost with the connection."""

    @operation(Opcode.LOG)
    def new_records(self) -> AsyncGenerator[LogPage]:
        """Yield what the lock has not handed over yet; it moves its bookmark while it answers.

        The answer to the first question is not asked for again: when it is lost (OutcomeUnknown), its records are
        found by `records` only.
        """
        return self._pages(log.UNREAD)

    @operation(Opcode.LOG)
    def records(self, after: int = log.OLDEST) -> AsyncGenerator[LogPage]:
        """Yield the records after a cursor, `LogPage.next` of an earlier page, or all that are kept.

        It changes nothing in the lock. A cursor that the lock does not know any more means all of them.
        """
        return self._pages(after)

    @operation(Opcode.LOG)
    async def read_log(self) -> tuple[LockRecord, ...]:
        """Return all records that are kept, oldest first, each of them once."""
        found = [record async for page in self._pages(log.OLDEST) for record in page.records]
        return tuple(dict.fromkeys(found))

    async def _pages(self, cursor: int) -> AsyncGenerator[LogPage]:
        begin = log.UNREAD if cursor == log.UNREAD else log.OLDEST
        told: set[LockRecord] = set()
        passed: set[int] = set()
        again = False
        while True:
            try:
                data = await self._ask(Opcode.LOG, log.ask(cursor), once=cursor == log.UNREAD)
            except TTLockError as err:
                # A refused cursor is stale or unknown; it is not the end of the log (5.7).
                if cursor == begin or again or not is_refusal(err):
                    raise
                cursor, again = begin, begin == log.OLDEST
                passed.clear()
                continue
            page = log.read(data, self.key.zone)
            if page.next is None:
                return
            yield replace(page, records=tuple(one for one in page.records if one not in told)) if again else page
            # Locks count in their own ways, but one that names the same place again would never end.
            if page.next in passed or page.next in (log.OLDEST, log.UNREAD):
                return
            told.update(page.records)
            passed.add(page.next)
            cursor = page.next
