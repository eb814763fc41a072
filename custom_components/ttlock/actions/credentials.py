"""What all kinds of credentials have in common: to be listed, renamed, limited, taken off (compatibility.md 4.3, 4.4).

Each change is proved: the cloud answers after the lock did, and where the answer was lost the list is read again.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..client import Secret
from ..client.credentials import Credential, QrCode, Remote
from ..client.errors import (
    DeviceUnreachable,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    ServerFault,
    SignInError,
    TransportError,
    TTLockError,
    VendorError,
)
from ..client.models import CredentialStatus
from ..client.parse import Listing
from ..const import LOGGER
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import CONFIRM, NAME, OBJECT_ID, Action, Handler, confirmed
from .results import ACCEPTED, CONFIRMED, HIDDEN, PENDING, Locks, Result, each, listed, reason
from .topics import CARDS, FACES, FINGERPRINTS, PALM_VEINS, QR_CODES, REMOTES, RemovableTopic, Topic
from .validity import VALIDITY, NewValidity, check_said, same

UNCLEAR: Final = (TransportError, OutcomeUnknown, NotFound, VendorError)
"""After these the list has the last word. The second of two tries is told that the thing is gone, in words that the
vendor documents for some kinds only."""


# -- The verbs -----------------------------------------------------------------------------------------------------


def _lister[C: Credential](topic: Topic[C]) -> Handler:
    async def list_all(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        with_secrets = call.data["include_secrets"] and await async_may_see_secrets(hass, call)

        async def read(entity_id: str, lock: LockCoordinator) -> Result:
            found = await topic.listing(lock.account.cloud, lock.lock_id)
            return {topic.plural: [described(credential, with_secrets) for credential in found.items]}

        return await listed(hass, locks, topic.plural, read)

    return list_all


def _renamer[C: Credential](topic: Topic[C]) -> Handler:
    async def rename(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        name: str = call.data["name"]

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            credential = await async_find(lock, topic, call.data[topic.id_field])
            await _async_proved(
                lock,
                topic,
                credential,
                topic.rename(lock.account.cloud, lock.lock_id, credential, name),
                lambda current: current is not None and current.name == name,
            )
            return {**CONFIRMED, "id": credential.credential_id}

        return await each(hass, locks, one)

    return rename


def _period_setter[C: Credential](topic: Topic[C]) -> Handler:
    async def set_period(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        said = validities(hass, locks, call, check=check_said)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            credential = await async_find(lock, topic, call.data[topic.id_field])
            wanted = said[entity_id].after(credential.validity)
            topic.check(lock, wanted)
            await _async_proved(
                lock,
                topic,
                credential,
                lock.async_command(topic.change(lock.account.cloud, lock.lock_id, credential, wanted)),
                lambda current: current is not None and same(current.validity, wanted),
            )
            return {**reached(lock, credential), "id": credential.credential_id}

        return await each(hass, locks, one)

    return set_period


def _deleter[C: Credential](topic: RemovableTopic[C]) -> Handler:
    async def delete(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            credential = await async_find(lock, topic, call.data[topic.id_field])
            await async_delete(lock, topic, credential)
            return {**reached(lock, credential), "id": credential.credential_id}

        return await each(hass, locks, one)

    return delete


def _clearer[C: Credential](topic: RemovableTopic[C]) -> Handler:
    async def clear(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        confirmed(call)
        locks = await async_target_locks(hass, call)

        async def one(entity_id: str, lock: LockCoordinator) -> Result:
            topic.check(lock)
            found = await topic.listing(lock.account.cloud, lock.lock_id)
            if not found.complete:
                # What cannot be read cannot be taken off, and to say that nothing is left would be a lie.
                raise ServerFault
            left = there = found.items
            if topic.clear is not None and there:
                left = await _async_cleared_at_once(lock, topic, topic.clear(lock.account.cloud, lock.lock_id, there))
            failed = await _async_delete_each(hass, lock, topic, left)
            removed: list[JsonValueType] = [item.name for item in there if item.credential_id not in failed]
            if failed and not removed:
                raise next(iter(failed.values()))
            if not failed:
                far = ACCEPTED if any(reached(lock, item) is ACCEPTED for item in there) else written(lock)
                return {**far, "removed": removed}
            errors: list[JsonValueType] = [
                {"id": item.credential_id, "name": item.name, "error": reason(failed[item.credential_id])}
                for item in there
                if item.credential_id in failed
            ]
            first = next(iter(failed.values()))
            return {"status": "failed", "error": reason(first), "removed": removed, "not_removed": errors}

        return await each(hass, locks, one)

    return clear


async def _async_cleared_at_once[C: Credential](
    lock: LockCoordinator, topic: Topic[C], command: Awaitable[None]
) -> tuple[C, ...]:
    """Await a command that takes all credentials off at once, and return those that are still there."""
    try:
        await lock.async_command(command)
    except TTLockError as err:
        LOGGER.debug("%s: not cleared at once: %s", lock.name, err)
    return (await topic.listing(lock.account.cloud, lock.lock_id)).items


async def _async_delete_each[C: Credential](
    hass: HomeAssistant, lock: LockCoordinator, topic: RemovableTopic[C], credentials: Iterable[C]
) -> dict[int, HomeAssistantError]:
    """Take credentials off one by one; returns what went wrong by id. What fails them all is not tried for each."""
    failed: dict[int, HomeAssistantError] = {}
    in_vain: HomeAssistantError | None = None
    for credential in credentials:
        try:
            if in_vain is not None:
                raise in_vain
            with translated(hass, lock.config_entry, lock.name):
                await async_delete(lock, topic, credential)
        except HomeAssistantError as err:
            failed[credential.credential_id] = err
            if isinstance(err.__cause__, DeviceUnreachable | SignInError | QuotaExceeded | TransportError):
                in_vain = err
    return failed


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


async def async_find[C: Credential](lock: LockCoordinator, topic: Topic[C], credential_id: int) -> C:
    """Return a credential of the lock, which has to be there: the cloud does not always say when it is not."""
    topic.check(lock)
    found = await topic.listing(lock.account.cloud, lock.lock_id)
    for credential in found.items:
        if credential.credential_id == credential_id:
            return credential
    raise topic.missing()


async def async_delete[C: Credential](lock: LockCoordinator, topic: RemovableTopic[C], credential: C) -> None:
    """Take a credential off the lock that is in its list."""
    await _async_proved(
        lock,
        topic,
        credential,
        lock.async_command(topic.delete(lock.account.cloud, lock.lock_id, credential)),
        lambda current: current is None or current.status is CredentialStatus.DELETING,
    )


async def _async_proved[C: Credential](
    lock: LockCoordinator,
    topic: Topic[C],
    credential: C,
    command: Awaitable[None],
    done: Callable[[C | None], bool],
) -> None:
    """Await a change; when its answer was lost, look whether it was done instead of sending it again."""
    try:
        await command
    except UNCLEAR:
        try:
            found = await topic.listing(lock.account.cloud, lock.lock_id)
        except TTLockError:
            raise OutcomeUnknown from None
        current = next((item for item in found.items if item.credential_id == credential.credential_id), None)
        if (current is None and not found.complete) or not done(current):
            raise


async def async_made[C: Credential, T](
    lock: LockCoordinator,
    topic: Topic[C],
    before: Listing[C],
    command: Awaitable[T],
    recognise: Callable[[C], T | None],
) -> T:
    """Await a command that makes a credential; when its answer was lost, look for the one that was not there before.

    `recognise` returns what the answer would have been if a credential is the wanted one, else None.
    """
    try:
        return await command
    except OutcomeUnknown:
        known = {credential.credential_id for credential in before.items}
        after = await topic.listing(lock.account.cloud, lock.lock_id)
        new = [credential for credential in after.items if credential.credential_id not in known]
        made = [found for credential in new if (found := recognise(credential)) is not None]
        if len(made) != 1:
            raise
        return made[0]


def reached(lock: LockCoordinator, credential: Credential) -> Result:
    """Return how far a change of the credential has come when the cloud took it."""
    if isinstance(credential, QrCode) and not credential.is_custom:
        return ACCEPTED
    return written(lock)


def written(lock: LockCoordinator) -> Result:
    """Return how far something has come that was written to the lock: one that saves power gets it when it wakes."""
    return PENDING if lock.account.cloud.saves_power(lock.lock_id) else CONFIRMED


def described(credential: Credential, with_secrets: bool) -> Result:
    """Return a credential in the shape of hass-ttlock, with ours added; times stay datetimes for templates."""
    validity = credential.validity
    cycle = [
        {"day": window.weekday, "start": _clock(window.start), "end": _clock(window.end)} for window in validity.windows
    ]
    shown: dict[str, Any] = {
        "id": credential.credential_id,
        "name": credential.name,
        "number": hidden(credential.number, with_secrets),
        "type": validity.kind.value,
        "sender": credential.sender,
        "start_date": validity.start and dt_util.as_local(validity.start),
        "end_date": validity.end and dt_util.as_local(validity.end),
        "expired": validity.end is not None and validity.end < dt_util.utcnow(),
        "cycle": cycle or None,
        "status": credential.status.name.lower(),
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


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


# -- The actions ---------------------------------------------------------------------------------------------------


def _actions[C: Credential](topic: Topic[C]) -> dict[str, Action]:
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


def _removing[C: Credential](topic: RemovableTopic[C]) -> dict[str, Action]:
    return {
        **_actions(topic),
        f"delete_{topic.kind}": Action(handler=_deleter(topic), fields={vol.Required(topic.id_field): OBJECT_ID}),
        f"clear_{topic.plural}": Action(handler=_clearer(topic), fields=CONFIRM),
    }


ACTIONS: Final = {
    **_removing(CARDS),
    **_removing(FINGERPRINTS),
    **_removing(FACES),
    **_removing(PALM_VEINS),
    **_removing(QR_CODES),
    **_actions(REMOTES),
}
