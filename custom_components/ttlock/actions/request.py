"""The call of an action under way: who works for it knows what it is and whether it is a job."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse

from ..jobs import CredentialsJob, Failure, Job
from .action import Action


class Subject(Protocol):
    """A lock or gateway on which work is done."""

    @property
    def name(self) -> str:
        """Return its name, for errors."""

    @property
    def config_entry(self) -> ConfigEntry:
        """Return the entry of its account."""


_CURRENT: ContextVar[Request | None] = ContextVar("ttlock_request", default=None)


@dataclass(kw_only=True)
class Request:
    """One call of one action.

    Timers that work for it has set keep their surroundings, and with them this, far longer than the call takes.
    """

    name: str
    action: Action
    call: ServiceCall | None = field(repr=False)
    """Its data may hold digits; dropped once nothing is left to do or to repeat."""
    failed: Mapping[str, Failure] = field(default_factory=dict)
    """The failures that this call repeats, by lock entity."""
    unclear: Mapping[str, Failure] = field(default_factory=dict)
    """Failures that this call does not repeat, since the lock may have carried the command out."""
    job: Job | None = None

    async def async_run(self, hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        """Run the action; an answer with a result for each lock names the job, if it was one."""
        token = _CURRENT.set(self)
        try:
            answer = await self.action.handler(hass, call)
        finally:
            _CURRENT.reset(token)
            if self.job is None:
                self.call = None
        if self.job and answer and "results" in answer:
            return {**answer, "job_id": self.job.job_id}
        return answer


def current_request() -> Request | None:
    """Return the call under way, None in work that no action asked for."""
    return _CURRENT.get()


def begin_job(hass: HomeAssistant, locks: Mapping[str, Subject]) -> Job | None:
    """Return the job of the call under way, if it changes something on more than one lock."""
    request = _CURRENT.get()
    if request is None or request.job or not request.action.changes:
        return None
    if len(locks) < 2 and not request.failed:
        return None
    request.job = job = Job(hass, request, locks)
    for entry in {lock.config_entry.entry_id: lock.config_entry for lock in locks.values()}.values():
        entry.runtime_data.jobs.async_add(job)
    return job


def begin_credentials_job(
    hass: HomeAssistant, entity_id: str, lock: Subject, credentials: Mapping[str, Mapping[str, Any]]
) -> CredentialsJob | None:
    """Return the job of the call under way, if it puts something on a lock."""
    request = _CURRENT.get()
    if request is None or request.job or not credentials:
        return None
    request.job = job = CredentialsJob(hass, request, entity_id, credentials)
    lock.config_entry.runtime_data.jobs.async_add(job)
    return job
