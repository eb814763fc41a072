"""The action that tells which keys deserve attention, of some locks or of all (compatibility.md 4.3; features 49)."""

from typing import Any, Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..access_notes import Note, notes_of
from ..access_words import name_of
from ..client.errors import NotPermitted
from ..client.grants import EXPIRING
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_or_all_locks
from .action import DURATION, Action, Target
from .results import Result, listed


async def async_list_expiring(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the keys that end within a time, have ended, or are not as they should be."""
    locks = await async_target_or_all_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        if not lock.data.ekey.may_manage:
            raise NotPermitted("not_admin")
        await lock.book.async_freshen(anyway=True)
        if not lock.book.last_update_success and lock.book.last_exception is not None:
            raise lock.book.last_exception
        now = dt_util.utcnow()
        first = (next(notes_of(access, now, call.data["within"]), None) for access in lock.book.accesses)
        notes = sorted((note for note in first if note is not None), key=lambda note: note.urgency)
        return {"expiring": [_described(hass, note) for note in notes]}

    return await listed(hass, locks, "expiring", read)


def _described(hass: HomeAssistant, note: Note) -> Result:
    access, validity = note.access, note.access.validity
    described: dict[str, Any] = {
        "concern": note.concern.value,
        "kind": access.kind.value,
        "id": access.credential_id,
        "name": name_of(hass, access),
        "state": access.life.value,
        "start_date": validity.start and dt_util.as_local(validity.start),
        "end_date": access.end and dt_util.as_local(access.end),
        "first_use_by": access.first_use_by and dt_util.as_local(access.first_use_by),
        "reason": access.grant.reason if access.grant else None,
    }
    return cast(Result, described)


ACTIONS: Final = {
    "list_expiring": Action(
        handler=async_list_expiring,
        target=Target.ALL_LOCKS,
        fields={vol.Optional("within", default=EXPIRING): DURATION},
        admin=False,
        response=SupportsResponse.ONLY,
    ),
}
