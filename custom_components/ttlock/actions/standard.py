"""The lock actions of Matter under our domain that read: same fields, same keys (compatibility.md 4.2, 4.3).

Answers name the lock entity first and hold the keys of Matter below it; keys of our own are only added.
"""

from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from ..client import Feature
from ..client.credentials import Credential, CredentialKind
from ..client.passcodes import MAX_CUSTOM_PASSCODES, MAX_DIGITS, MIN_DIGITS
from ..client.people import account_of
from ..client.secret import without_number
from ..credential_tables import kinds_of
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import Action
from .results import Result, local, results
from .standard_users import (
    CREDENTIAL_TYPES,
    MAX_CARD_BYTES,
    MAX_USERS,
    MIN_CARD_BYTES,
    TYPE_OF_KIND,
    User,
    async_find_credential,
    async_users,
)

MASTER_CODE: Final = "programming_pin"
FOREIGN_TYPES: Final = (
    MASTER_CODE,
    "aliro_credential_issuer_key",
    "aliro_evictable_endpoint_key",
    "aliro_non_evictable_endpoint_key",
)
"""Words of Matter that may be asked for and that no credential of TTLock answers to."""
CREDENTIAL_INDEX: Final = vol.All(vol.Coerce(int), vol.Range(min=0))


async def async_get_lock_info(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return what locks take, without a call."""
    locks = await async_target_locks(hass, call)

    async def info(entity_id: str, lock: LockCoordinator) -> Result:
        kinds = kinds_of(lock)
        pins, cards = CredentialKind.PASSCODE in kinds, CredentialKind.CARD in kinds
        return {
            "supports_user_management": True,
            "supported_credential_types": [TYPE_OF_KIND[kind] for kind in kinds],
            "max_users": MAX_USERS,
            "max_pin_users": MAX_CUSTOM_PASSCODES if pins else None,
            # What a lock holds of these, and one person of all, the vendor does not say.
            "max_rfid_users": None,
            "max_credentials_per_user": None,
            "min_pin_length": MIN_DIGITS if pins else None,
            "max_pin_length": MAX_DIGITS if pins else None,
            "min_rfid_length": MIN_CARD_BYTES if cards else None,
            "max_rfid_length": MAX_CARD_BYTES if cards else None,
        }

    return _answer(await results(hass, locks, info, changes=False))


async def async_get_lock_users(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return who may open locks, with what; never what opens the door."""
    locks = await async_target_locks(hass, call)
    with_accounts = await async_may_see_secrets(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        users = await async_users(lock)
        return {"max_users": MAX_USERS, "users": [_user(lock, user, with_accounts) for user in users.values()]}

    return _answer(await results(hass, locks, read, changes=False))


async def async_get_lock_credential_status(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return whether locks have a credential, and whose it is."""
    locks = await async_target_locks(hass, call)
    word: str = call.data["credential_type"]
    index: int = call.data["credential_index"]
    with_accounts = await async_may_see_secrets(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        nothing: Result = {
            "credential_exists": False,
            "user_index": None,
            "creator_fabric_index": None,
            "last_modified_fabric_index": None,
            "next_credential_index": None,
        }
        if word in FOREIGN_TYPES:
            # Every keypad has a master code, which belongs to nobody and has no number.
            return {
                **nothing,
                "credential_exists": word == MASTER_CODE and not lock.data.features.lack(Feature.PASSCODE),
            }
        found = await async_find_credential(lock, CREDENTIAL_TYPES[word], index)
        if found is None:
            return nothing
        users = await async_users(lock)
        owner = next((user.number for user in users.values() if found in user.credentials), None)
        hidden = None if with_accounts else account_of(found)
        return {**nothing, "credential_exists": True, "user_index": owner, **_credential(lock, found, hidden)}

    return _answer(await results(hass, locks, read, changes=False))


def _user(lock: LockCoordinator, user: User, with_account: bool) -> JsonObjectType:
    account = None if user.person is None else user.person.account
    hidden = None if with_account else account
    switches = lock.data.settings.switches
    described = {
        "user_index": user.number,
        "user_name": _name(_user_name(user), hidden),
        "user_unique_id": None,
        "user_status": "occupied_enabled" if user.enabled(lock) else "occupied_disabled",
        "user_type": user.user_type,
        "credential_rule": "dual" if switches and switches.dual_verification else "single",
        "credentials": [
            {
                "type": TYPE_OF_KIND[credential.kind],
                "index": lock.account.users.index_of(lock.lock_id, credential.kind, credential.credential_id),
                **_credential(lock, credential, hidden),
            }
            for credential in user.credentials
        ],
        "creator_fabric_index": None,
        "last_modified_fabric_index": None,
        "next_user_index": None,
        "account": account if with_account else None,
    }
    return cast(JsonObjectType, described)


def _user_name(user: User) -> str | None:
    """Return the name of a user, without digits of theirs that somebody may have written into it."""
    name = user.name
    for credential in user.credentials:
        name = name and without_number(name, credential.number)
    return name


def _name(name: str | None, hidden: str | None) -> str | None:
    """Return a name, unless it is the account, which may be an e-mail address and is not for everybody."""
    return None if name == hidden else name


def _credential(lock: LockCoordinator, credential: Credential, hidden: str | None) -> JsonObjectType:
    """Return what we say of a credential beyond Matter."""
    validity = credential.validity
    return {
        "id": credential.credential_id,
        "name": credential.name and _name(without_number(credential.name, credential.number), hidden),
        "status": lock.account.grants.grants.life_of(lock.lock_id, credential).value,
        "start_date": local(validity.start),
        "end_date": local(validity.end),
    }


def _answer(found: dict[str, Result]) -> ServiceResponse:
    return cast(ServiceResponse, found)


ACTIONS: Final = {
    "get_lock_info": Action(handler=async_get_lock_info, admin=False, response=SupportsResponse.ONLY),
    "get_lock_users": Action(handler=async_get_lock_users, admin=False, response=SupportsResponse.ONLY),
    "get_lock_credential_status": Action(
        handler=async_get_lock_credential_status,
        fields={
            vol.Required("credential_type"): vol.In((*CREDENTIAL_TYPES, *FOREIGN_TYPES)),
            vol.Required("credential_index"): CREDENTIAL_INDEX,
        },
        admin=False,
        response=SupportsResponse.ONLY,
    ),
}
