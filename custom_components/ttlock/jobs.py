"""Many locks in one action: how far it is, for people to watch, and what to repeat where it failed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.ulid import ulid_now

from .client.errors import OutcomeUnknown
from .const import DOMAIN
from .errors import word_of
from .timer import Timer

if TYPE_CHECKING:
    from .actions.request import Request

EVENT_PROGRESS: Final = f"{DOMAIN}_job_progress"
EVENT_FINISHED: Final = f"{DOMAIN}_job_finished"
KEPT_FOR: Final = timedelta(hours=1)
"""How long a job with failures may be repeated: what it was called with may hold digits."""
CONFIRMED: Final = "confirmed"
PENDING: Final = "pending"
FAILED: Final = "failed"


class JobState(StrEnum):
    """How a job stands."""

    IDLE = "idle"
    RUNNING = "running"
    FINISHED = "finished"
    FINISHED_WITH_ERRORS = "finished_with_errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why one lock of a job failed."""

    key: str | None
    message: str
    unclear: bool
    """Nobody knows whether the lock carried it out."""

    @classmethod
    def of(cls, err: HomeAssistantError) -> Failure:
        """Return the failure that an action would raise for this lock alone."""
        unclear = isinstance(err.__cause__, OutcomeUnknown)
        return cls(key=word_of(err), message=str(err), unclear=unclear)


class Job:
    """One action on many locks. Its events hold neither digits nor anything else of the call."""

    def __init__(self, hass: HomeAssistant, request: Request, entity_ids: Iterable[str]) -> None:
        """Begin with nothing done; what a repetition does not dare to repeat counts as failed from the start."""
        self._hass = hass
        self._context = request.call.context if request.call else None
        self._open = set(entity_ids)
        self._listeners: set[CALLBACK_TYPE] = set()
        self._end = Timer(hass, "End of a job", self._async_forget)
        self.job_id = ulid_now()
        self.action = request.name
        self.request: Request | None = request
        self.failures: dict[str, Failure] = dict(request.unclear)
        self.total = len(self._open) + len(self.failures)
        self.done = 0
        self.pending = 0
        self.running = True
        self.repeating = False

    @property
    def state(self) -> JobState:
        """Return how the job stands."""
        if self.running:
            return JobState.RUNNING
        return JobState.FINISHED_WITH_ERRORS if self.failures else JobState.FINISHED

    @property
    def figures(self) -> dict[str, Any]:
        """Return what a person watches; what the lock has yet to confirm is neither done nor failed."""
        return {
            "job_id": self.job_id,
            "action": self.action,
            "done": self.done,
            "failed": len(self.failures),
            "pending": self.pending,
            "total": self.total,
        }

    def about(self, key: str) -> dict[str, Any]:
        """Return what events say of one of its parts."""
        return {"entity_id": key}

    def targets(self, keys: Iterable[str]) -> list[str]:
        """Return the entities to call again for some of its parts."""
        return list(keys)

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> None:
        """Call a listener on every change, until the job is over."""
        self._listeners.add(listener)

    @callback
    def async_report(self, part: str, result: Mapping[str, Any], failure: Failure | None = None) -> None:
        """Note what has become of one lock, or of another part of the job."""
        self._open.discard(part)
        status = str(result.get("status", CONFIRMED))
        if failure is not None:
            self.failures[part] = failure
        elif status == PENDING:
            self.pending += 1
        else:
            self.done += 1
        key = failure.key if failure else None
        self._fire(EVENT_PROGRESS, {**self.about(part), "status": status, "error": key})

    @callback
    def async_finish(self) -> None:
        """End the job; of locks without a result, as after an interruption, nobody knows what they did."""
        interrupted = HomeAssistantError(translation_domain=DOMAIN, translation_key="job_interrupted")
        failure = Failure(key=interrupted.translation_key, message=str(interrupted), unclear=True)
        self.failures |= dict.fromkeys(self._open, failure)
        self.running = False
        failures = [
            {**self.about(part), "key": failure.key, "message": failure.message}
            for part, failure in self.failures.items()
        ]
        self._fire(EVENT_FINISHED, {"failures": failures})
        self._listeners.clear()
        # The account may have been unloaded meanwhile, and what the job was called with forgotten.
        if self.failures and self.request:
            self._end.after(KEPT_FOR)
        else:
            self.async_forget()

    @callback
    def async_forget(self) -> None:
        """Drop what the job was called with; its figures stay."""
        self._end.cancel()
        if self.request:
            self.request.call = None
        self.request = None

    async def _async_forget(self) -> None:
        self.async_forget()

    def _fire(self, event: str, more: Mapping[str, Any]) -> None:
        for listener in self._listeners:
            listener()
        self._hass.bus.async_fire(event, {**self.figures, **more}, context=self._context)


class CredentialsJob(Job):
    """One action that puts many credentials on one lock. Its events name them by kind and name only."""

    def __init__(
        self, hass: HomeAssistant, request: Request, entity_id: str, credentials: Mapping[str, Mapping[str, Any]]
    ) -> None:
        """Begin with nothing done; the credentials come with what events say of them."""
        super().__init__(hass, request, credentials)
        self._entity_id = entity_id
        self._credentials = credentials

    @override
    def about(self, key: str) -> dict[str, Any]:
        return {"entity_id": self._entity_id, **self._credentials[key]}

    @override
    def targets(self, keys: Iterable[str]) -> list[str]:
        return [self._entity_id]


class Jobs:
    """The jobs on the locks of one account."""

    def __init__(self) -> None:
        """Start with none."""
        self.latest: Job | None = None
        self._kept: list[Job] = []
        self._listeners: set[CALLBACK_TYPE] = set()

    @property
    def known(self) -> Iterable[Job]:
        """Return the latest job, and those before it that run or may be repeated."""
        return tuple(self._kept)

    @callback
    def async_listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener on every change of the latest job; returns how to stop."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    @callback
    def async_add(self, job: Job) -> None:
        """Follow a job that begins."""
        self.latest = job
        self._kept = [*(known for known in self._kept if known.running or known.request), job]
        job.async_listen(self._tell)
        self._tell()

    @callback
    def async_forget(self) -> None:
        """Drop what the jobs were called with."""
        for job in self._kept:
            job.async_forget()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
