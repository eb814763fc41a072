"""What all kinds of credentials have in common: to be listed, renamed, limited, taken off (compatibility.md 4.3, 4.4)."""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..client import Secret
from ..client.credentials import Credential, QrCode, Remote
from ..client.errors import OutcomeUnknown
from ..client.grants import Change, Life, Outcome
from ..client.grants.refusals import not_found
from ..client.secret import HIDDEN
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import CONFIRM, NAME, OBJECT_ID, Action, Handler, confirmed
from .outcomes import error_of, result_of, result_of_all
from .results import CONFIRMED, Locks, Result, each, listed
from .topics import CARDS, FACES, FINGERPRINTS, PALM_VEINS, QR_CODES, REMOTES, Topic
from .validity import VALIDITY, NewValidity, check_said, described_validity

# -- The verbs -----------------------------------------------------------------------------------------------------


def _lister(topic: Topic) -> Handler:
    async def list_all(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        with_secrets = call.data["include_secrets"] and await async_may_see_secrets(hass, call)

        async def read(entity_id: str, lock: LockCoordinator) -> Result:
            found = await lock.account.grants.grants.read(lock.lock_id, topic.kind)
            return {topic.plural: [described(lock, credential, with_secrets) for credential in found.items]}

        return await listed(hass, locks, topic.plural, read)

    return list_all


def _renamer(topic: Topic) -> Handler:
    async def rename(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            topic.check(lock)
            outcome = await lock.account.grants.async_change(
                lock, topic.kind, call.data[topic.id_field], Change(label=call.data["name"])
            )
            return result_of(hass, call, lock, outcome)

        return await each(hass, locks, one)

    return rename


def _period_setter(topic: Topic) -> Handler:
    async def set_period(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        said = validities(hass, locks, call, check=check_said)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            shown = await async_find(lock, topic, call.data[topic.id_field])
            wanted = said[entity_id].after(shown.validity)
            topic.check(lock, wanted)
            outcome = await lock.account.grants.async_change(
                lock, topic.kind, shown.credential_id, Change(validity=wanted)
            )
            return result_of(hass, call, lock, outcome)

        return await each(hass, locks, one)

    return set_period


def _deleter(topic: Topic) -> Handler:
    async def delete(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            topic.check(lock)
            outcomes = await lock.account.grants.async_remove(lock, topic.kind, [call.data[topic.id_field]])
            return result_of_all(hass, call, lock, outcomes)

        return await each(hass, locks, one)

    return delete


def _clearer(topic: Topic) -> Handler:
    async def clear(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        confirmed(call)
        locks = await async_target_locks(hass, call)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            topic.check(lock)
            outcomes = await lock.account.grants.async_remove(lock, topic.kind, lambda shown: True)
            result = result_of_all(hass, call, lock, outcomes) if outcomes else CONFIRMED
            return {
                **result,
                "removed": [outcome.grant.name for outcome in outcomes if outcome.grant.over],
                "not_removed": [_left(lock, outcome) for outcome in outcomes if not outcome.grant.over],
            }

        return await each(hass, locks, one)

    return clear


def _left(lock: LockCoordinator, outcome: Outcome) -> JsonValueType:
    """Return what is still on the lock, and why as far as anything went wrong."""
    return {
        "id": outcome.grant.credential_id,
        "name": outcome.grant.name,
        "error": error_of(lock, outcome.error) if outcome.error else None,
    }


# -- What they are made of -----------------------------------------------------------------------------------------


def validities(
    hass: HomeAssistant, locks: Locks, call: ServiceCall, *, check: Callable[[NewValidity], None] | None = None
) -> dict[str, NewValidity]:
    """Return what a call says of a validity, for each lock in its own zone; nonsense is refused before any call."""
    said: dict[str, NewValidity] = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            said[entity_id] = NewValidity.of_call(lock, call)
            if check is not None:
                check(said[entity_id])
    return said


async def async_find(lock: LockCoordinator, topic: Topic, credential_id: int) -> Credential:
    """Return a credential of the lock, which has to be there."""
    topic.check(lock)
    table = await lock.account.grants.grants.read(lock.lock_id, topic.kind)
    for credential in table.items:
        if credential.credential_id == credential_id:
            return credential
    raise not_found(topic.kind) if table.complete else OutcomeUnknown


def described(lock: LockCoordinator, credential: Credential, with_secrets: bool) -> Result:
    """Return a credential in the shape of hass-ttlock, with ours added."""
    life: Life = lock.account.grants.grants.life_of(lock.lock_id, credential)
    shown: dict[str, Any] = {
        "id": credential.credential_id,
        "name": credential.name if with_secrets else credential.shown_name,
        "number": hidden(credential.number, with_secrets),
        "sender": credential.sender,
        **described_validity(credential.validity),
        "expired": credential.validity.over_at(dt_util.utcnow()),
        "status": life.value,
    }
    if isinstance(credential, Remote):
        shown |= {"mac": credential.mac, "battery": credential.battery}
    if isinstance(credential, QrCode):
        shown |= {
            "custom": credential.is_custom,
            "refresh_minutes": credential.refresh_minutes,
            "link": hidden(credential.link, with_secrets),
        }
    return shown


def hidden(secret: Secret | None, with_secrets: bool) -> str | None:
    """Return a secret for those who may see it, a mask for others, None when there is none."""
    if secret is None:
        return None
    return secret.reveal() if with_secrets else HIDDEN


# -- The actions ---------------------------------------------------------------------------------------------------


def _actions(topic: Topic) -> dict[str, Action]:
    credential_id: VolDictType = {vol.Required(topic.id_field): OBJECT_ID}
    return {
        f"list_{topic.plural}": Action(
            handler=_lister(topic),
            fields={vol.Optional("include_secrets", default=False): cv.boolean},
            admin=False,
            response=SupportsResponse.ONLY,
        ),
        f"rename_{topic.kind}": Action(handler=_renamer(topic), fields={**credential_id, vol.Required("name"): NAME}),
        f"set_{topic.kind}_period": Action(handler=_period_setter(topic), fields={**credential_id, **VALIDITY}),
    }


def _removing(topic: Topic) -> dict[str, Action]:
    return {
        f"delete_{topic.kind}": Action(handler=_deleter(topic), fields={vol.Required(topic.id_field): OBJECT_ID}),
        f"clear_{topic.plural}": Action(handler=_clearer(topic), fields=CONFIRM),
    }


ACTIONS: Final = {
    **_actions(CARDS),
    **_removing(CARDS),
    **_actions(FINGERPRINTS),
    **_removing(FINGERPRINTS),
    **_actions(FACES),
    **_removing(FACES),
    **_actions(PALM_VEINS),
    **_removing(PALM_VEINS),
    **_actions(QR_CODES),
    **_removing(QR_CODES),
    # Through the cloud a remote only leaves the list, and goes on opening the door (ttlock-open-api.md 4.11).
    **_actions(REMOTES),
}
