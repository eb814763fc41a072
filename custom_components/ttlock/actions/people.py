"""Actions on people: who holds what on which locks, and taking all of it back (compatibility.md 4.3)."""

from collections.abc import Iterable
from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..client.errors import NotPermitted
from ..client.grants import Access
from ..client.people import Held, Person, people_of
from ..client.secret import without_number
from ..const import DOMAIN
from ..credential_tables import async_accesses
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import NAME, Action
from .results import Locks, Result, local, results
from .several import async_take_off, combined


async def async_list_people(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return who holds what on locks, and until when; never what opens a door."""
    locks = await async_target_locks(hass, call)
    with_accounts = await async_may_see_secrets(hass, call)
    held, failed = await _async_held(hass, locks)
    entity_ids = {lock.lock_id: entity_id for entity_id, lock in locks.items()}
    answer: JsonObjectType = {"people": [_described(person, entity_ids, with_accounts) for person in people_of(held)]}
    if failed:
        answer["errors"] = {entity_id: result["error"] for entity_id, result in failed.items()}
    return answer


async def async_revoke_access(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take everything that somebody holds off locks, and take back what is on its way there."""
    locks = await async_target_locks(hass, call)
    held, failed = await _async_held(hass, locks)
    person = _find(people_of(held), call.data["name"])

    async def revoke(entity_id: str, lock: LockCoordinator) -> Result:
        there = [item for item in person.held if item.lock_id == lock.lock_id]
        credentials = [item.credential for item in there if item.credential is not None]
        wishes = [item.access.grant for item in there if item.access and item.credential is None and item.access.grant]
        if call.data["dry_run"]:
            return {"credentials": [_credential(item.access, None) for item in there if item.access is not None]}
        return combined(call, lock, await async_take_off(lock, credentials, wishes))

    readable = {entity_id: lock for entity_id, lock in locks.items() if entity_id not in failed}
    return {"results": {**failed, **await results(hass, readable, revoke, changes=not call.data["dry_run"])}}


async def _async_held(hass: HomeAssistant, locks: Locks) -> tuple[list[Held], dict[str, Result]]:
    """Return everything that people hold on locks, and the results of locks that could not be read."""
    held: list[Held] = []

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        if not lock.data.ekey.may_manage:
            raise NotPermitted("not_admin")
        held.extend(
            Held.of_access(lock.lock_id, access)
            for access in await async_accesses(lock)
            if access.shown is not None or (access.grant is not None and not access.grant.over)
        )
        return {}

    found = await results(hass, locks, read, changes=False)
    return held, {entity_id: result for entity_id, result in found.items() if result}


def _find(people: Iterable[Person], name: str) -> Person:
    """Return the one person of a name or an account."""
    meant = [person for person in people if person.called(name)]
    if len(meant) == 1:
        return meant[0]
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="person_ambiguous" if meant else "person_not_found",
        translation_placeholders={"person": name},
    )


def _described(person: Person, entity_ids: dict[int, str], with_account: bool) -> JsonObjectType:
    """Return a person for the answer; the account may be an e-mail address and is not for everybody."""
    hidden = None if with_account else person.account
    accesses = [item.access for item in person.held if item.access is not None]
    ends = [access.end for access in accesses if access.counts and access.end is not None]
    locks = dict.fromkeys(entity_ids[item.lock_id] for item in person.held)
    described = {
        "name": _name(person.name, accesses, hidden),
        "account": person.account if with_account else None,
        "opens": any(access.life.opens for access in accesses),
        "next_end": local(min(ends, default=None)),
        "locks": list(locks),
        "credentials": [
            {"lock": entity_ids[item.lock_id], **_credential(item.access, hidden)}
            for item in person.held
            if item.access is not None
        ],
    }
    return cast(JsonObjectType, described)


def _credential(access: Access, hidden: str | None) -> JsonObjectType:
    """Return one credential with its life, without what opens a door."""
    return {
        "kind": access.kind.value,
        "id": access.credential_id,
        "name": _name(access.name, [access], hidden),
        "state": access.life.value,
        "type": access.validity.kind.value,
        "start_date": local(access.validity.start),
        "end_date": local(access.end),
        "reason": access.grant.reason if access.grant else None,
    }


def _name(name: str | None, accesses: Iterable[Access], hidden: str | None) -> str | None:
    """Return a name without digits that open a door, and None for an account that is to be hidden."""
    if name is None or name == hidden:
        return None
    for access in accesses:
        name = without_number(name, access.number)
    return name


ACTIONS: Final = {
    "list_people": Action(handler=async_list_people, admin=False, response=SupportsResponse.ONLY),
    "revoke_access": Action(
        handler=async_revoke_access,
        fields={vol.Required("name"): NAME, vol.Optional("dry_run", default=False): cv.boolean},
    ),
}
