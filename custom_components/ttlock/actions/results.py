"""One answer for all locks of a call: every lock on its own, partial success visible (compatibility.md 4.3)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, tzinfo
from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..client.errors import TTLockError
from ..client.roads.router import Road, noting_roads
from ..const import DOMAIN, LOGGER
from ..errors import translated, word_of
from ..jobs import FAILED, Failure
from ..lock_coordinator import LockCoordinator
from .request import Subject, begin_job

type Result = dict[str, JsonValueType]
type Locks = dict[str, LockCoordinator]
type Work[T] = Callable[[str, T], Awaitable[Result]]

CONFIRMED: Result = {"status": "confirmed", "path": "cloud"}
"""The lock itself has it: the cloud answers only after the lock did (ttlock-open-api.md 1.7, selector 2)."""
BLUETOOTH_PATH: Final = "ble"
"""Instead, when the lock was told beside it (compatibility.md 4.3)."""
PENDING: Result = {"status": "pending", "path": "cloud"}

STILL_TRYING: Final = ("still_trying", "still_trying_until")
"""Raised where nobody would see that something is pending; for a job it is that all the same."""


async def each[T: Subject](hass: HomeAssistant, locks: dict[str, T], work: Work[T]) -> ServiceResponse:
    """Do the work on every lock and answer with a result for each."""
    return {"results": dict(await results(hass, locks, work))}


async def one_each[T: Subject](hass: HomeAssistant, locks: dict[str, T], what: str, work: Work[T]) -> ServiceResponse:
    """Read one thing of every lock; the answer names it by lock entity, and failures under `errors`."""
    found = await results(hass, locks, work, changes=False)
    answer: JsonObjectType = {what: {key: result for key, result in found.items() if "error" not in result}}
    if failed := {key: result["error"] for key, result in found.items() if "error" in result}:
        answer["errors"] = failed
    return answer


async def listed(
    hass: HomeAssistant, locks: Locks, plural: str, work: Work[LockCoordinator], *, changes: bool = False
) -> ServiceResponse:
    """Return a list of every lock; the answer names the lists by lock entity, and failures under `errors`."""
    found = await results(hass, locks, work, changes=changes)
    answer: JsonObjectType = {plural: {entity_id: result.get(plural, []) for entity_id, result in found.items()}}
    if failed := {entity_id: result["error"] for entity_id, result in found.items() if "error" in result}:
        answer["errors"] = failed
    return answer


async def results[T: Subject](
    hass: HomeAssistant, locks: dict[str, T], work: Work[T], *, changes: bool = True
) -> dict[str, Result]:
    """Do the work on every lock at once; raise only when nothing succeeded.

    Changes of many locks are a job, which people may watch and repeat where it failed.
    """
    failures: list[HomeAssistantError] = []
    job = begin_job(hass, locks) if changes else None

    async def one(entity_id: str, lock: T) -> Result:
        failure: Failure | None = None
        try:
            with translated(hass, lock.config_entry, lock.name), noting_roads() as roads:
                result = await work(entity_id, lock)
            if "path" in result and Road.BLUETOOTH in roads:
                result = {**result, "path": BLUETOOTH_PATH}
        except HomeAssistantError as err:
            failures.append(err)
            result = {"status": FAILED, "error": reason(err)}
            if err.translation_key in STILL_TRYING:
                far = PENDING
            else:
                far, failure = result, Failure.of(err)
        else:
            far = result
        if job:
            job.async_report(entity_id, far, failure)
        return result

    try:
        # Even after a fault of ours every other lock is waited for, so that its result is known.
        found = await asyncio.gather(
            *(one(entity_id, lock) for entity_id, lock in locks.items()), return_exceptions=True
        )
    finally:
        if job:
            job.async_finish()
    answers = dict(zip(locks, (_or_raise(result) for result in found), strict=True))
    if len(failures) == len(locks):
        reasons = dict.fromkeys(str(failure) for failure in failures)
        if len(reasons) == 1:
            raise failures[0]
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="nothing_succeeded",
            translation_placeholders={"reasons": "; ".join(reasons)},
        ) from failures[0]
    for failure in failures:
        LOGGER.warning("%s", failure)
    return answers


def _or_raise(result: Result | BaseException) -> Result:
    if isinstance(result, BaseException):
        raise result
    return result


def single[T](subjects: dict[str, T]) -> dict[str, T]:
    """Refuse more than one lock or gateway, for what nobody means to do to a whole house."""
    if len(subjects) > 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="one_at_a_time")
    return subjects


def reason(err: HomeAssistantError) -> Result:
    """Return why something failed, for the answer: the vendor's number, a word for templates, a sentence to read."""
    code = err.__cause__.code if isinstance(err.__cause__, TTLockError) else None
    return {"code": code, "key": word_of(err), "message": str(err)}


def local(when: datetime | None) -> JsonValueType:
    """Return a moment in the zone of Home Assistant; it stays a datetime for templates."""
    return cast(JsonValueType, when and dt_util.as_local(when))


def aware(when: datetime | None, zone: tzinfo) -> datetime | None:
    """Return a time with its zone; a naive one is meant in the zone of the lock."""
    if when is None:
        return None
    # Nobody means fractions of a second, and the vendor would cut them.
    when = when.replace(microsecond=0)
    return when if when.tzinfo else when.replace(tzinfo=zone)
