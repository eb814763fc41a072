"""Actions on the ekeys that others hold for locks of the account (compatibility.md 4.3, 4.4)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client.cloud.ekeys import Ekeys
from ..client.credentials import CredentialKind, EkeyCredential, Validity
from ..client.ekeys import EkeyRequest, SharedEkey
from ..client.errors import InvalidInput, NotFound
from ..client.grants import Change, Life, Wish
from ..client.passcodes import check_period
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import OBJECT_ID, Action, Handler
from .outcomes import result_of, result_of_all
from .period import PERIOD, period_of
from .results import CONFIRMED, Result, each, listed, results

type Act = Callable[[Ekeys, LockCoordinator, ServiceCall], Awaitable[None]]


async def async_list_ekeys(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return who else holds an ekey of locks."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        grants = lock.account.grants.grants
        table = await grants.read(lock.lock_id, CredentialKind.EKEY)
        return {
            "ekeys": [
                _described(shown.ekey, grants.life_of(lock.lock_id, shown))
                for shown in table.items
                if isinstance(shown, EkeyCredential)
            ]
        }

    return await listed(hass, locks, "ekeys", read)


async def async_send_ekey(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give somebody an ekey; one that the receiver has for the lock is replaced by the vendor."""
    locks = await async_target_locks(hass, call)
    wishes: dict[str, Wish] = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            start, end = _period(lock, call)
            wishes[entity_id] = ekey_wish(
                lock,
                EkeyRequest(
                    receiver=call.data["receiver_username"].strip(),
                    name=call.data["name"],
                    start=start,
                    end=end,
                    remarks=call.data.get("remarks"),
                    remote_unlock=call.data["remote_enable"],
                    create_user=call.data["create_user"],
                ),
            )

    async def send(entity_id: str, lock: LockCoordinator) -> Result:
        outcome = await lock.account.grants.async_place(wishes[entity_id])
        return result_of(hass, call, lock, outcome)

    sent = await results(hass, locks, send)
    # The fork of hass-ttlock that has this action answers with `key_ids`.
    key_ids = {entity_id: result["id"] for entity_id, result in sent.items() if result.get("id") is not None}
    return cast(ServiceResponse, {"results": sent, "key_ids": key_ids})


async def async_set_ekey_period(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Change when an ekey opens; without period it becomes permanent."""
    locks = await async_target_locks(hass, call)
    validities: dict[str, Validity] = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            validities[entity_id] = _validity(*_period(lock, call))

    async def change(entity_id: str, lock: LockCoordinator) -> Result:
        outcome = await lock.account.grants.async_change(
            lock, CredentialKind.EKEY, call.data["key_id"], Change(validity=validities[entity_id])
        )
        return result_of(hass, call, lock, outcome)

    return await each(hass, locks, change)


async def async_delete_ekey(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take an ekey back."""
    locks = await async_target_locks(hass, call)

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        outcomes = await lock.account.grants.async_remove(lock, CredentialKind.EKEY, [call.data["key_id"]])
        return result_of_all(hass, call, lock, outcomes)

    return await each(hass, locks, delete)


def ekey_wish(lock: LockCoordinator, request: EkeyRequest) -> Wish:
    """Return the wish that somebody hold an ekey of a lock."""
    return Wish(
        kind=CredentialKind.EKEY,
        lock_id=lock.lock_id,
        label=request.name,
        validity=_validity(request.start, request.end),
        ekey=request,
    )


def _validity(start: datetime | None, end: datetime | None) -> Validity:
    return Validity.period(start, end) if start and end else Validity.permanent()


def _changer(change: Act) -> Handler:
    """Return an action that changes one ekey at once, in the cloud alone; it has to belong to the lock that is meant."""

    async def change_one(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        key_id: int = call.data["key_id"]

        async def do(entity_id: str, lock: LockCoordinator) -> Result:
            ekeys = lock.account.cloud.ekeys
            if all(ekey.key_id != key_id for ekey in (await ekeys.list(lock.lock_id)).items):
                raise NotFound("ekey_not_found")
            await change(ekeys, lock, call)
            return {**CONFIRMED, "id": key_id}

        return await each(hass, locks, do)

    return change_one


async def _modify(ekeys: Ekeys, lock: LockCoordinator, call: ServiceCall) -> None:
    name, remote_unlock = call.data.get("name"), call.data.get("remote_enable")
    if name is None and remote_unlock is None:
        raise InvalidInput("nothing_to_change")
    await ekeys.update(call.data["key_id"], name=name, remote_unlock=remote_unlock)


async def _freeze(ekeys: Ekeys, lock: LockCoordinator, call: ServiceCall) -> None:
    await ekeys.freeze(call.data["key_id"])


async def _unfreeze(ekeys: Ekeys, lock: LockCoordinator, call: ServiceCall) -> None:
    await ekeys.unfreeze(call.data["key_id"])


async def _authorize(ekeys: Ekeys, lock: LockCoordinator, call: ServiceCall) -> None:
    await ekeys.authorize(lock.lock_id, call.data["key_id"])


async def _unauthorize(ekeys: Ekeys, lock: LockCoordinator, call: ServiceCall) -> None:
    await ekeys.unauthorize(lock.lock_id, call.data["key_id"])


def _period(lock: LockCoordinator, call: ServiceCall) -> tuple[datetime | None, datetime | None]:
    """Return start and end, both or none; naive ones are meant in the zone of the lock."""
    now = dt_util.utcnow()
    start, end = period_of(call.data, lock.data.zone, now)
    if (start is None) != (end is None):
        raise InvalidInput("period_missing")
    check_period(start, end, now)
    return start, end


def _described(ekey: SharedEkey, life: Life) -> Result:
    described = {
        "id": ekey.key_id,
        "name": ekey.name,
        "username": ekey.username,
        "sender": ekey.sender,
        "status": ekey.status.value,
        "life": life.value,
        "start_date": ekey.start and dt_util.as_local(ekey.start),
        "end_date": ekey.end and dt_util.as_local(ekey.end),
        "expired": ekey.end is not None and ekey.end < dt_util.utcnow(),
        "remote_enable": ekey.remote_unlock,
        "remarks": ekey.remarks,
        "administrator": ekey.may_manage,
    }
    return cast(Result, described)


_KEY_ID: Final[VolDictType] = {vol.Required("key_id"): OBJECT_ID}

ACTIONS: Final = {
    "list_ekeys": Action(handler=async_list_ekeys, response=SupportsResponse.ONLY),
    "send_ekey": Action(
        handler=async_send_ekey,
        fields={
            vol.Required("receiver_username"): cv.string,
            vol.Required("name"): cv.string,
            **PERIOD,
            vol.Optional("remote_enable", default=False): cv.boolean,
            vol.Optional("create_user", default=False): cv.boolean,
            vol.Optional("remarks"): cv.string,
        },
    ),
    "set_ekey_period": Action(
        handler=async_set_ekey_period,
        fields={**_KEY_ID, **PERIOD},
    ),
    "modify_ekey": Action(
        handler=_changer(_modify),
        fields={**_KEY_ID, vol.Optional("name"): cv.string, vol.Optional("remote_enable"): cv.boolean},
    ),
    "freeze_ekey": Action(handler=_changer(_freeze), fields=_KEY_ID),
    "unfreeze_ekey": Action(handler=_changer(_unfreeze), fields=_KEY_ID),
    "authorize_ekey": Action(handler=_changer(_authorize), fields=_KEY_ID),
    "unauthorize_ekey": Action(handler=_changer(_unauthorize), fields=_KEY_ID),
    "delete_ekey": Action(handler=async_delete_ekey, fields=_KEY_ID),
}
