"""Everything that opens a lock or is on its way to it, read anew, as rows of a table."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.const import WEEKDAYS
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..access_words import name_of
from ..client.credentials import Credential, CredentialKind, EkeyCredential
from ..client.cyclic import CyclicWindow
from ..client.errors import TTLockError, Unsupported, is_refusal
from ..client.grants import Access, overview
from ..client.parse import Listing
from ..credential_tables import kinds_of
from ..errors import action_error
from ..lock_coordinator import LockCoordinator
from .results import Result, reason
from .tables import Row, moment

COLUMNS: Final = (
    "lock",
    "entity_id",
    "kind",
    "id",
    "name",
    "account",
    "administrator",
    "number",
    "validity",
    "start",
    "end",
    "hours",
    "state",
    "created",
    "created_by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Who may open a lock, and of which kinds not everything could be read."""

    accesses: tuple[Access, ...]
    gaps: dict[str, Result]


async def async_holdings(lock: LockCoordinator) -> Holdings:
    """Read all tables of a lock to their last page; contacts no lock.

    What the cloud refuses for one kind is a gap; raises what it refuses for every kind, and all other failures.
    """
    began, grants = dt_util.utcnow(), lock.account.grants.grants
    kinds = kinds_of(lock)
    tables = await asyncio.gather(*(_async_table(lock, kind) for kind in kinds))
    shown: list[Credential] = []
    gaps: dict[str, Result] = {}
    refusals: list[TTLockError] = []
    for kind, table in zip(kinds, tables, strict=True):
        if isinstance(table, TTLockError):
            refusals.append(table)
            gaps[kind.value] = {"error": reason(action_error(table, lock.name))}
            continue
        shown.extend(table.items)
        if not table.complete:
            gaps[kind.value] = {"unreadable": table.dropped}
    if len(refusals) == len(kinds):
        raise refusals[0]
    accesses = overview(shown, grants.of_lock(lock.lock_id), began, dt_util.utcnow(), lock.data.zone)
    return Holdings(accesses=accesses, gaps=gaps)


async def _async_table(lock: LockCoordinator, kind: CredentialKind) -> Listing[Credential] | TTLockError:
    try:
        return await lock.account.grants.grants.read(lock.lock_id, kind)
    except Unsupported:
        # The lock has no such reader, whatever its bits say or leave open.
        return Listing(())
    except TTLockError as err:
        if not is_refusal(err):
            raise
        return err


def rows(hass: HomeAssistant, entity_id: str, lock: LockCoordinator, holdings: Holdings) -> list[Row]:
    """Return one row for each credential; digits are secrets, and are left out of names."""

    def row(access: Access) -> Row:
        shown, validity = access.shown, access.validity
        ekey = shown if isinstance(shown, EkeyCredential) else None
        return {
            "lock": lock.name,
            "entity_id": entity_id,
            "kind": access.kind.value,
            "id": access.credential_id,
            "name": access.name and name_of(hass, access),
            "account": ekey.username if ekey else None,
            "administrator": ekey.ekey.may_manage if ekey else None,
            "number": access.number,
            "validity": validity.kind.value,
            "start": moment(validity.start, lock.data.zone),
            "end": moment(validity.end, lock.data.zone),
            "hours": _hours(validity.windows) or None,
            "state": access.life.value,
            "created": moment(shown.created, lock.data.zone) if shown else None,
            "created_by": shown.sender if shown else None,
        }

    return [row(access) for access in holdings.accesses]


def _hours(windows: Iterable[CyclicWindow]) -> str:
    """Return weekly windows as text, days of the same hours together."""
    days: dict[str, list[str]] = {}
    for window in sorted(windows, key=lambda window: window.weekday):
        days.setdefault(f"{_clock(window.start)}-{_clock(window.end)}", []).append(WEEKDAYS[window.weekday - 1])
    return "; ".join(f"{' '.join(names)} {hours}" for hours, names in days.items())


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
