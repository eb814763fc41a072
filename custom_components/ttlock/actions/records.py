"""The action that lists the log of locks; never with what a door was opened with (compatibility.md 4.4)."""

from contextlib import aclosing
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client.cloud.paging import PAGE
from ..client.cloud.records import RecordQuery
from ..client.events import method_of, reason_of, side_of, type_of
from ..client.models import Record
from ..client.period import check_order
from ..client.records import record_word
from ..client.secret import HIDDEN
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import Action
from .record_filter import FILTER, RecordFilter
from .results import Result, aware, listed, local


async def async_list_records(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the log of locks, newest first: one page of what is wanted of it, or all of that."""
    locks = await async_target_locks(hass, call)
    queries: dict[str, RecordQuery] = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            queries[entity_id] = _query(call, lock)
    size: int = call.data["page_size"]
    page_no: int | None = call.data.get("page_no")
    wanted = RecordFilter.of(call.data)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        records = lock.account.cloud.records
        found: list[Record] = []
        if page_no is not None and not wanted.limits:
            found.extend((await records.page(lock.lock_id, queries[entity_id], page_no, size)).items)
        else:
            # The cloud knows nothing of what is wanted: its pages are not those of the caller.
            last = None if page_no is None else page_no * size
            async with aclosing(
                records.pages(lock.lock_id, queries[entity_id], PAGE if wanted.limits else size)
            ) as pages:
                async for page in pages:
                    found.extend(record for record in page.items if wanted.wants(record))
                    if last is not None and len(found) >= last:
                        break
            if last is not None:
                found = found[last - size : last]
        return {"records": [_described(lock, record) for record in found]}

    return await listed(hass, locks, "records", read)


def _query(call: ServiceCall, lock: LockCoordinator) -> RecordQuery:
    start, end = (aware(call.data.get(name), lock.data.zone) for name in ("start_date", "end_date"))
    check_order(start, end)
    return RecordQuery(start=start, end=end)


def _described(lock: LockCoordinator, record: Record) -> Result:
    return {
        "id": record.record_id,
        "lock_id": lock.lock_id,
        "record_type": record_word(record.record_type),
        "success": record.success,
        "username": record.who,
        "keyboard_pwd": HIDDEN if record.number else None,
        "lock_date": local(record.when),
        "server_date": local(record.stored),
        "event": type_of(record).value,
        "failure_reason": reason_of(record),
        "credential": method_of(record.record_type),
        "side": side_of(record.record_type),
        "record_type_id": record.record_type,
    }


ACTIONS: Final = {
    "list_records": Action(
        handler=async_list_records,
        fields={
            vol.Optional("start_date"): cv.datetime,
            vol.Optional("end_date"): cv.datetime,
            **FILTER,
            vol.Optional("page_size", default=PAGE): vol.All(vol.Coerce(int), vol.Range(min=1, max=PAGE)),
            vol.Optional("page_no"): vol.All(vol.Coerce(int), vol.Range(min=1)),
        },
        response=SupportsResponse.ONLY,
    ),
}
