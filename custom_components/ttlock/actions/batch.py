"""Actions on many locks at once, and repeating one where it failed."""

from typing import Any, Final, cast

from homeassistant.const import ATTR_AREA_ID, ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.util.json import JsonObjectType

from ..client.errors import NotExecuted
from ..client.models import Bolt
from ..const import DOMAIN
from ..coordinator import TTLockConfigEntry
from ..jobs import Failure, Job
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import Action, Target
from .request import Request, current_request
from .results import CONFIRMED, Result, each

TARGET: Final = {ATTR_AREA_ID, ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID, "gateway_id"}
"""What names the locks or gateways of a call."""


async def async_batch_unlock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Unlock locks, each once."""
    locks = await async_target_locks(hass, call)
    request = current_request()
    failed = request.failed if request else {}

    async def unlock(entity_id: str, lock: LockCoordinator) -> Result:
        before = failed.get(entity_id)
        if before and before.key == NotExecuted.default_reason:
            # A lock that answered its gateway too late may have moved all the same.
            await lock.async_ask()
            if lock.data.bolt is Bolt.UNLOCKED:
                return CONFIRMED
        await lock.commands.async_unlock()
        return CONFIRMED

    return await each(hass, locks, unlock)


async def async_batch_lock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Lock locks."""
    locks = await async_target_locks(hass, call)

    async def lock_one(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.commands.async_lock()
        return CONFIRMED

    return await each(hass, locks, lock_one)


async def async_retry_failed(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Repeat an action on many locks for those that failed, never where it may have unlocked a door already."""
    job = _find(hass, call.data.get("job_id"))
    request = job.request
    if job.running or job.repeating:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="job_running")
    if request is None or request.call is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="job_not_repeatable")
    if request.action.admin and not await async_may_see_secrets(hass, call):
        raise Unauthorized(context=call.context)
    unclear = {key: failure for key, failure in job.failures.items() if request.action.once and failure.unclear}
    failed = {key: failure for key, failure in job.failures.items() if key not in unclear}
    if not failed:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="nothing_repeated",
            translation_placeholders={"reasons": "; ".join(failure.message for failure in unclear.values())},
        )
    data = {key: value for key, value in request.call.data.items() if key not in TARGET}
    data[ATTR_ENTITY_ID] = job.targets(failed)
    repetition = ServiceCall(hass, DOMAIN, request.name, data, call.context, call.return_response)
    again = Request(name=request.name, action=request.action, call=repetition, failed=failed, unclear=unclear)
    job.repeating = True
    try:
        answer = await again.async_run(hass, repetition)
    finally:
        job.repeating = False
        if again.job:
            # From here on the new job is the one to repeat.
            job.async_forget()
    return {
        **cast(JsonObjectType, answer),
        "not_retried": {key: _described(failure) for key, failure in unclear.items()},
    }


def _find(hass: HomeAssistant, job_id: str | None) -> Job:
    """Return the job of that id, without one the latest; a job that succeeded is the latest, too."""
    entries: list[TTLockConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    jobs = {job.job_id: job for entry in entries for job in entry.runtime_data.jobs.known}
    found = jobs.get(job_id or max(jobs, default=""))
    if found is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="job_not_found")
    return found


def _described(failure: Failure) -> dict[str, Any]:
    return {"key": failure.key, "message": failure.message}


ACTIONS: Final = {
    "batch_unlock": Action(handler=async_batch_unlock, admin=False, once=True),
    "batch_lock": Action(handler=async_batch_lock, admin=False),
    "retry_failed": Action(handler=async_retry_failed, target=Target.JOB, admin=False, reads=True),
}
