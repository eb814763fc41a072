"""What an action answers for a credential that was wished, changed or taken off (compatibility.md 4.3, rule 2)."""

from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..client.errors import OutcomeUnknown, SignInError, TTLockError
from ..client.grants import Outcome, Stage
from ..const import DOMAIN
from ..errors import action_error, word_of
from ..lock_coordinator import LockCoordinator
from .results import Result

ACCEPTED: Final = "accepted"
"""The lock will know it by calculation or when it wakes up; it is not proved yet (ttlock-open-api.md 1.7, 7.1)."""
CONFIRMED: Final = "confirmed"
"""The lock took it, and the cloud's table shows it."""
PENDING: Final = "pending"
"""It did not work yet, and is tried again without anybody having to ask."""


def status_of(outcome: Outcome) -> str:
    """Return how far it has come, in one word; raises what was wrong when it failed."""
    if outcome.failed:
        raise outcome.error or TTLockError(outcome.grant.reason, code=outcome.grant.code)
    if outcome.grant.pending:
        return PENDING
    return ACCEPTED if outcome.grant.stage is Stage.ACCEPTED else CONFIRMED


def result_of(hass: HomeAssistant, call: ServiceCall, lock: LockCoordinator, outcome: Outcome) -> Result:
    """Return the result for one credential.

    Who does not look at the answer is told by an error that something is not there yet, and that it is being tried:
    nothing fails silently, nothing has to be asked for twice.
    """
    status = status_of(outcome)
    result: Result = {"status": status, "id": outcome.grant.credential_id, "path": "cloud"}
    if status != PENDING:
        return result
    if outcome.error is None and lock.account.cloud.saves_power(lock.lock_id):
        # Nothing went wrong: the lock is told when it wakes.
        return result
    err = outcome.error or OutcomeUnknown()
    if not call.return_response:
        raise _still_trying(lock, outcome, _trouble(lock, err)) from err
    return {**result, "error": error_of(lock, err)}


def error_of(lock: LockCoordinator, err: TTLockError) -> Result:
    """Return what is in the way: the vendor's number, a word for templates, a sentence to read."""
    why = _trouble(lock, err)
    return {"code": err.code, "key": word_of(why), "message": str(why)}


def raise_unless_done(lock: LockCoordinator, outcome: Outcome) -> None:
    """Raise what keeps something from being done: for good, or for now while it is tried again."""
    if status_of(outcome) == PENDING:
        err = outcome.error or OutcomeUnknown()
        raise _still_trying(lock, outcome, _trouble(lock, err)) from err


def result_of_all(hass: HomeAssistant, call: ServiceCall, lock: LockCoordinator, outcomes: Iterable[Outcome]) -> Result:
    """Return one result for several credentials of a lock: as far as the slowest has come."""
    found = [result_of(hass, call, lock, outcome) for outcome in outcomes]
    ids = [result["id"] for result in found]
    slowest = next((result for result in found if result["status"] == PENDING), found[0])
    return {**slowest, "id": ids[0] if len(ids) == 1 else ids}


def _trouble(lock: LockCoordinator, err: TTLockError) -> HomeAssistantError:
    """Return what is in the way of something that is tried again; a lost sign-in needs the user."""
    if isinstance(err, SignInError):
        lock.config_entry.async_start_reauth(lock.hass)
    return action_error(err, lock.name)


def _still_trying(lock: LockCoordinator, outcome: Outcome, why: HomeAssistantError) -> HomeAssistantError:
    deadline = outcome.grant.deadline
    until = None if deadline is None else dt_util.as_local(deadline).strftime("%Y-%m-%d %H:%M")
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="still_trying" if until is None else "still_trying_until",
        translation_placeholders={"name": lock.name, "reason": str(why), "until": until or ""},
    )
