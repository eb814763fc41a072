"""Actions that export locks, credentials and records, as rows or CSV, in the answer and into a file."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from ..client.cloud.records import RecordQuery
from ..client.events import method_of, reason_of, side_of, type_of
from ..client.period import check_order
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import Action
from .holdings import COLUMNS, async_holdings, rows
from .record_filter import FILTER, RecordFilter
from .results import Locks, Result, aware, results
from .tables import CSV, JSON, Row, answer, async_file, async_write, moment

LOCK_COLUMNS: Final = (
    "lock",
    "entity_id",
    "lock_id",
    "mac",
    "model",
    "hardware",
    "firmware",
    "battery",
    "bolt",
    "connection",
    "owner",
    "gateway",
    "rssi",
    "auto_lock_seconds",
    "passage_mode",
)
RECORD_COLUMNS: Final = (
    "lock",
    "entity_id",
    "id",
    "time",
    "received",
    "event",
    "method",
    "side",
    "who",
    "success",
    "reason",
    "record_type",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What was read of one lock, and what of it could not be read."""

    rows: Sequence[Row]
    gaps: Result = field(default_factory=dict)


type Reader = Callable[[str, LockCoordinator], Awaitable[Table]]


async def async_export_locks(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return what is known of locks, without a call."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Table:
        return Table(rows=(_lock_row(entity_id, lock),))

    return await _async_export(hass, call, locks, "locks", LOCK_COLUMNS, read)


async def async_export_credentials(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return everything that opens locks or is on its way to them."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Table:
        holdings = await async_holdings(lock)
        return Table(rows=rows(hass, entity_id, lock, holdings), gaps=dict(holdings.gaps))

    return await _async_export(hass, call, locks, "credentials", COLUMNS, read)


async def async_export_records(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return what is wanted of the log of locks; the cloud keeps six months of it."""
    locks = await async_target_locks(hass, call)
    queries: dict[str, RecordQuery] = {}
    wanted = RecordFilter.of(call.data)
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            queries[entity_id] = _query(lock, call.data.get("start_time"), call.data.get("end_time"))

    async def read(entity_id: str, lock: LockCoordinator) -> Table:
        found = await lock.account.cloud.records.list(lock.lock_id, queries[entity_id])
        return Table(
            rows=[
                {
                    "lock": lock.name,
                    "entity_id": entity_id,
                    "id": record.record_id,
                    "time": moment(record.when, lock.data.zone),
                    "received": moment(record.stored, lock.data.zone),
                    "event": type_of(record).value,
                    "method": method_of(record.record_type),
                    "side": side_of(record.record_type),
                    "who": record.who,
                    "success": record.success,
                    "reason": reason_of(record),
                    "record_type": record.record_type,
                }
                for record in found.items
                if wanted.wants(record)
            ],
            gaps={} if found.complete else {"records": {"unreadable": found.dropped}},
        )

    return await _async_export(hass, call, locks, "records", RECORD_COLUMNS, read)


async def _async_export(
    hass: HomeAssistant, call: ServiceCall, locks: Locks, what: str, columns: Sequence[str], read: Reader
) -> ServiceResponse:
    """Read every lock and answer with its rows; what could not be read is named, and a file written if one is."""
    form: str = call.data["format"]
    secrets_in_answer, secrets_in_file = (call.data.get(key, False) for key in ("include_secrets", "secrets_in_file"))
    file = await async_file(hass, call.data.get("path"), with_secrets=secrets_in_file)
    tables: dict[str, Table] = {}

    async def one(entity_id: str, lock: LockCoordinator) -> Result:
        tables[entity_id] = await read(entity_id, lock)
        return {}

    found = await results(hass, locks, one, changes=False)
    tables = {entity_id: tables[entity_id] for entity_id in locks if entity_id in tables}
    shown: JsonObjectType = {
        entity_id: answer(columns, table.rows, form, with_secrets=secrets_in_answer)
        for entity_id, table in tables.items()
    }
    given: JsonObjectType = {what: shown}
    if failed := {entity_id: result["error"] for entity_id, result in found.items() if "error" in result}:
        given["errors"] = failed
    incomplete: dict[str, JsonValueType] = {entity_id: table.gaps for entity_id, table in tables.items() if table.gaps}
    if incomplete:
        given["incomplete"] = incomplete
    if file is not None:
        everything = {entity_id: table.rows for entity_id, table in tables.items()}
        await async_write(hass, file, columns, everything, form, with_secrets=secrets_in_file)
        given["path"] = str(file)
    return given


def _lock_row(entity_id: str, lock: LockCoordinator) -> Row:
    data, settings = lock.data, lock.data.settings
    best = data.reach[0] if data.reach else None
    gateway = lock.account.data.gateways.get(best.gateway_id) if best else None
    return {
        "lock": lock.name,
        "entity_id": entity_id,
        "lock_id": lock.lock_id,
        "mac": data.ekey.mac,
        "model": settings.model or data.ekey.hardware_name,
        "hardware": settings.hardware_version,
        "firmware": settings.firmware_version,
        "battery": data.battery,
        "bolt": data.bolt.value,
        "connection": data.connection,
        "owner": data.ekey.is_admin,
        "gateway": gateway.name if gateway else None,
        "rssi": best.rssi if best else None,
        "auto_lock_seconds": settings.auto_lock_seconds,
        "passage_mode": settings.passage.enabled if settings.passage else None,
    }


def _query(lock: LockCoordinator, start: datetime | None, end: datetime | None) -> RecordQuery:
    start, end = aware(start, lock.data.zone), aware(end, lock.data.zone)
    check_order(start, end)
    return RecordQuery(start=start, end=end)


FILE: Final[VolDictType] = {
    vol.Optional("format", default=JSON): vol.In((JSON, CSV)),
    vol.Optional("path"): cv.string,
}

ACTIONS: Final = {
    "export_locks": Action(handler=async_export_locks, fields=FILE, reads=True),
    "export_credentials": Action(
        handler=async_export_credentials,
        fields={
            **FILE,
            vol.Optional("include_secrets", default=False): cv.boolean,
            vol.Optional("secrets_in_file", default=False): cv.boolean,
        },
        reads=True,
    ),
    "export_records": Action(
        handler=async_export_records,
        fields={**FILE, vol.Optional("start_time"): cv.datetime, vol.Optional("end_time"): cv.datetime, **FILTER},
        reads=True,
    ),
}
