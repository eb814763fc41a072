"""One answer for all locks of a call: every lock on its own, partial success visible (compatibility.md 4.3)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import Final

from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..client.errors import TTLockError
from ..const import DOMAIN, LOGGER
from ..errors import translated
from ..lock_coordinator import LockCoordinator

type Result = dict[str, JsonValueType]
type Locks = dict[str, LockCoordinator]
type Work = Callable[[str, LockCoordinator], Awaitable[Result]]

HIDDEN: Final = "****"
"""Shown instead of digits and numbers that open a door."""
CONFIRMED: Result = {"status": "confirmed", "path": "cloud"}


async def each(hass: HomeAssistant, locks: Locks, work: Work) -> ServiceResponse:
    """Do the work on every lock and answer with a result for each."""
    return {"results": dict(await results(hass, locks, work))}


async def listed(hass: HomeAssistant, locks: Locks, plural: str, work: Work) -> ServiceResponse:
    """Read a list from every lock; the answer names the lists by lock entity, and failures under `errors`."""
    found = await results(hass, locks, work)
    answer: JsonObjectType = {plural: {entity_id: result.get(plural, []) for entity_id, result in found.items()}}
    if failed := {entity_id: result["error"] for entity_id, result in found.items() if "error" in result}:
        answer["errors"] = failed
    return answer


async def results(hass: HomeAssistant, locks: Locks, work: Work) -> dict[str, Result]:
    """Do the work on every lock at once; raise only when nothing succeeded."""
    failures: list[HomeAssistantError] = []

    async def one(entity_id: str, lock: LockCoordinator) -> Result:
        try:
            with translated(hass, lock.config_entry, lock.name):
                return await work(entity_id, lock)
        except HomeAssistantError as err:
            failures.append(err)
            code = err.__cause__.code if isinstance(err.__cause__, TTLockError) else None
            return {"status": "failed", "error": {"code": code, "key": err.translation_key, "message": str(err)}}

    found = await asyncio.gather(*(one(entity_id, lock) for entity_id, lock in locks.items()))
    if len(failures) == len(locks):
        if len(failures) == 1:
            raise failures[0]
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="nothing_succeeded",
            translation_placeholders={"reasons": "; ".join(str(failure) for failure in failures)},
        ) from failures[0]
    for failure in failures:
        LOGGER.warning("%s", failure)
    return dict(zip(locks, found, strict=True))


def aware(when: datetime | None, zone: tzinfo) -> datetime | None:
    """Return a time with its zone; a naive one is meant in the zone of the lock."""
    if when is None:
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)
