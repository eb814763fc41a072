"""The lock actions of Matter under our domain that change something (compatibility.md 4.2, 4.3)."""

from dataclasses import dataclass, replace
from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import Feature, Secret
from ..client.credentials import Credential, CredentialKind, EkeyCredential, Validity, ValidityKind
from ..client.ekeys import EkeyRequest
from ..client.errors import InvalidInput, NotFound, Unsupported
from ..client.grants import Change, Grant, Wish
from ..client.grants.comparison import same_validity
from ..client.grants.refusals import exists
from ..client.models import PasscodeKind
from ..client.passcodes import PasscodeRequest, check
from ..client.people import named
from ..const import DOMAIN
from ..credential_tables import kinds_of
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from ..user_store import Announced, Place
from .action import NAME, Action
from .ekeys import ekey_wish
from .outcomes import result_of
from .passcode_writer import passcode_wish
from .results import CONFIRMED, Result, results
from .several import Item, async_take_off, combined
from .standard import CREDENTIAL_INDEX
from .standard_users import (
    CREDENTIAL_TYPES,
    EXPIRING,
    MAX_CARD_BYTES,
    MIN_CARD_BYTES,
    SCHEDULED,
    UNRESTRICTED,
    USER_TYPES,
    WEEK_DAY,
    YEAR_DAY,
    User,
    async_find_credential,
    async_users,
    grant_at,
    type_of,
)
from .topics import CARDS, QR_CODES
from .validity import VALIDITY, NewValidity

EVERY_ONE: Final = 65534
"""The number that means all users or credentials (CLEAR_ALL_INDEX in Home Assistant's components/matter/const.py)."""
USER_INDEX: Final = vol.All(vol.Coerce(int), vol.Range(min=1))
POSSIBLE_TYPES: Final = (UNRESTRICTED, YEAR_DAY, EXPIRING, WEEK_DAY, SCHEDULED)
"""Types of users that can be wished: one-time codes TTLock makes by itself, and the others it does not have."""


# -- Users ---------------------------------------------------------------------------------------------------------


async def async_set_lock_user(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Make somebody known to locks, or give somebody's credentials another name."""
    locks = await async_target_locks(hass, call)
    number: int | None = call.data.get("user_index")
    name: str | None = call.data.get("user_name")
    user_type: str | None = call.data.get("user_type")
    if number is None:
        _require_possible(user_type)
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            _check_rule(lock, call.data.get("credential_rule"))

    async def set_one(entity_id: str, lock: LockCoordinator) -> Result:
        users = await async_users(lock)
        if number is None:
            return {"user_index": _announce(lock, users, name, user_type), **CONFIRMED}
        if (user := users.get(number)) is None:
            raise NotFound("user_not_found")
        if user_type is not None and not _is_type(user_type, user.user_type):
            if user.credentials:
                raise InvalidInput("user_type_fixed")
            _require_possible(user_type)
        items: list[Item] = []
        if name is not None and name != user.name:
            if any(other.name == name for other in users.values()):
                raise InvalidInput("name_taken")
            items = await _async_rename(lock, user, name)
        result = combined(call, lock, items)
        if name is not None:
            lock.account.users.call(number, name)
        if user.announced is not None or not user.credentials:
            announced = Announced(name=name or user.name or "", user_type=user_type or user.user_type)
            lock.account.users.announce(lock.lock_id, number, announced)
        return {"user_index": number, **result}

    return cast(ServiceResponse, await results(hass, locks, set_one))


async def async_clear_lock_user(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take everything of somebody off locks, or of everybody."""
    locks = await async_target_locks(hass, call)
    number: int = call.data["user_index"]

    async def clear(entity_id: str, lock: LockCoordinator) -> Result:
        users = await async_users(lock)
        meant = list(users.values()) if number == EVERY_ONE else [users[number]] if number in users else []
        credentials = [credential for user in meant for credential in user.credentials]
        grants = [grant for grant in on_the_way(lock) if number == EVERY_ONE or any(_is_of(grant, u) for u in meant)]
        result = combined(call, lock, await async_take_off(lock, credentials, grants))
        for user in meant:
            lock.account.users.retract(lock.lock_id, user.number)
        return {"user_index": number, **result}

    return cast(ServiceResponse, await results(hass, locks, clear))


def _announce(lock: LockCoordinator, users: dict[int, User], name: str | None, user_type: str | None) -> int:
    """Return the number of somebody who is made known; who is known already keeps theirs."""
    store = lock.account.users
    known = next((number for number, user in users.items() if name is not None and user.name == name), None)
    if known is not None and users[known].credentials:
        if user_type is not None and not _is_type(user_type, users[known].user_type):
            raise InvalidInput("user_type_fixed")
        return known
    name = name or store.next_name
    number = known or next(iter(store.number([named(name)])))
    store.announce(lock.lock_id, number, Announced(name=name, user_type=user_type or UNRESTRICTED))
    return number


async def _async_rename(lock: LockCoordinator, user: User, name: str) -> list[Item]:
    """Give everything of somebody another name."""
    change = Change(label=name)
    grants = lock.account.grants
    return [
        Item.of(lock, await grants.async_change(lock, credential.kind, credential.credential_id, change))
        for credential in user.credentials
    ]


def _check_rule(lock: LockCoordinator, rule: str | None) -> None:
    """Refuse a rule that is not the lock's: how many credentials are wanted is a setting of the lock, for everybody."""
    switches = lock.data.settings.switches
    dual = switches is not None and switches.dual_verification is True
    if rule not in (None, "dual" if dual else "single"):
        raise InvalidInput("credential_rule_of_lock")


def _require_possible(user_type: str | None) -> None:
    if user_type is not None and user_type not in POSSIBLE_TYPES:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="user_type_not_possible")


def _is_type(wished: str, shown: str) -> bool:
    return wished == shown or {wished, shown} == {YEAR_DAY, EXPIRING}


def on_the_way(lock: LockCoordinator) -> list[Grant]:
    """Return what is wished for a lock and not in its tables yet."""
    grants = lock.account.grants.grants.of_lock(lock.lock_id)
    return [grant for grant in grants if grant.pending and grant.credential_id is None]


def _is_of(grant: Grant, user: User) -> bool:
    return is_for(grant, user.names, user.account)


def is_for(grant: Grant, names: tuple[str, ...], account: str | None) -> bool:
    """Return whether a wish is for somebody of these names or this account."""
    if grant.wish.ekey is not None:
        return grant.wish.ekey.receiver == account
    return grant.wish.label in names


# -- Credentials ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A credential that is to be set on one lock, as far as the call alone tells."""

    kind: CredentialKind
    data: Secret
    validity: Validity
    said: bool
    """The call says when it opens, or for what type of user it is."""


async def async_set_lock_credential(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Put a credential on locks, or change the one at a number."""
    locks = await async_target_locks(hass, call)
    _require_possible(call.data.get("user_type"))
    if call.data.get("user_status") == "occupied_disabled":
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="user_status_not_possible")
    plans: dict[str, Plan] = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            plans[entity_id] = _plan(lock, call)
    index: int | None = call.data.get("credential_index")

    async def set_one(entity_id: str, lock: LockCoordinator) -> Result:
        plan = plans[entity_id]
        owner = await _async_owner(lock, call)
        shown = None if index is None else await async_find_credential(lock, plan.kind, index)
        if shown is not None:
            return await _async_change(hass, call, lock, plan, shown, owner)
        return await _async_add(hass, call, lock, plan, owner)

    return cast(ServiceResponse, await results(hass, locks, set_one))


async def async_clear_lock_credential(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take a credential off locks, or all of its type; what is not there is no failure, as with Matter."""
    locks = await async_target_locks(hass, call)
    kind = CREDENTIAL_TYPES[call.data["credential_type"]]
    index: int = call.data["credential_index"]

    async def clear(entity_id: str, lock: LockCoordinator) -> Result:
        store = lock.account.users
        if index == EVERY_ONE:
            credentials = list((await lock.account.grants.grants.read(lock.lock_id, kind)).items)
            grants = [grant for grant in on_the_way(lock) if grant.wish.kind is kind]
        else:
            shown = await async_find_credential(lock, kind, index)
            credentials = [] if shown is None else [shown]
            grants = [grant for grant in on_the_way(lock) if grant == grant_at(lock, kind, index)]
        result = combined(call, lock, await async_take_off(lock, credentials, grants))
        store.empty(lock.lock_id, kind, None if index == EVERY_ONE else index)
        return {"credential_index": index, **result}

    return cast(ServiceResponse, await results(hass, locks, clear))


async def _async_owner(lock: LockCoordinator, call: ServiceCall) -> User | None:
    """Return the user that the call names by number; None when it names nobody."""
    if (number := call.data.get("user_index")) is None:
        return None
    if (user := (await async_users(lock)).get(number)) is None:
        raise NotFound("user_not_found")
    return user


async def _async_add(
    hass: HomeAssistant, call: ServiceCall, lock: LockCoordinator, plan: Plan, owner: User | None
) -> Result:
    store, index = lock.account.users, call.data.get("credential_index")
    table = (await lock.account.grants.grants.read(lock.lock_id, plan.kind)).items
    same_data = next((shown for shown in table if _data_of(shown) == plan.data), None)
    name: str | None = call.data.get("user_name")
    if same_data is not None and not (owner.holds(same_data) if owner else name in (None, same_data.name)):
        raise exists(plan.kind)
    label = name or (owner and owner.name) or (same_data and same_data.name) or store.next_name
    wish = _wish(lock, plan, label, owner)
    if (before := None if index is None else grant_at(lock, plan.kind, index)) is not None:
        if before.pending and before.credential_id is None and not before.wish.same_as(wish):
            # What was wished at this number is not wanted any more.
            await lock.account.grants.async_withdraw(before.grant_id)
    outcome = await lock.account.grants.async_place(wish)
    grant = outcome.grant
    if index is not None and index != grant.credential_id and not outcome.failed:
        store.put(lock.lock_id, plan.kind, index, Place(grant_id=grant.grant_id, credential_id=grant.credential_id))
    result = result_of(hass, call, lock, outcome)
    account = grant.wish.ekey.receiver if grant.wish.ekey else None
    number = owner.number if owner else next(iter(store.number([named(grant.wish.label, account)])))
    return {
        "credential_index": grant.credential_id if index is None else index,
        "user_index": number,
        "next_credential_index": None,
        **result,
    }


async def _async_change(
    hass: HomeAssistant, call: ServiceCall, lock: LockCoordinator, plan: Plan, shown: Credential, owner: User | None
) -> Result:
    if owner is not None and not owner.holds(shown):
        raise InvalidInput("credential_of_other_user")
    if plan.kind is not CredentialKind.PASSCODE and _data_of(shown) != plan.data:
        raise InvalidInput("credential_fixed")
    change = Change(
        number=plan.data if plan.kind is CredentialKind.PASSCODE and plan.data != shown.number else None,
        validity=plan.validity if plan.said and not same_validity(_wish(lock, plan, "", owner), shown) else None,
    )
    if change.validity and change.validity.kind is ValidityKind.PERMANENT and plan.kind is not CredentialKind.EKEY:
        raise InvalidInput("period_not_permanent")
    result: Result = {**CONFIRMED, "id": shown.credential_id}
    if change:
        outcome = await lock.account.grants.async_change(lock, plan.kind, shown.credential_id, change)
        result = result_of(hass, call, lock, outcome)
    users = (await async_users(lock)).values()
    return {
        "credential_index": call.data["credential_index"],
        "user_index": next((user.number for user in users if user.holds(shown)), None),
        "next_credential_index": None,
        **result,
    }


def _data_of(shown: Credential) -> Secret | None:
    """Return what `credential_data` says of a credential."""
    if isinstance(shown, EkeyCredential):
        return Secret(shown.username or "")
    return shown.number


def _plan(lock: LockCoordinator, call: ServiceCall) -> Plan:
    """Check a call against the rules of a lock, without a call to the cloud."""
    kind, text = CREDENTIAL_TYPES[call.data["credential_type"]], call.data["credential_data"].strip()
    if kind not in kinds_of(lock):
        raise Unsupported("credential_type_not_supported")
    announced = lock.account.users.announced(lock.lock_id).get(call.data.get("user_index", 0))
    user_type: str | None = call.data.get("user_type", announced.user_type if announced else None)
    said = NewValidity.of_call(lock, call)
    validity = said.for_new()
    _check_type(validity, user_type)
    plan = Plan(
        kind=kind,
        data=_data(lock, kind, text),
        validity=validity,
        said=said.start is not None or bool(said.windows) or "user_type" in call.data,
    )
    if kind is CredentialKind.PASSCODE:
        if validity.windows:
            raise InvalidInput("custom_passcode_kind")
        start, end = (when and when.replace(second=0) for when in (validity.start, validity.end))
        request = PasscodeRequest(
            name=None,
            kind=PasscodeKind.PERMANENT if start is None else PasscodeKind.PERIOD,
            code=plan.data,
            start=start,
            end=end,
        )
        check(request, dt_util.utcnow(), lock.data.zone)
        return replace(plan, validity=passcode_wish(lock, request).validity)
    if kind is CredentialKind.EKEY and validity.windows:
        raise InvalidInput("ekey_weekly_hours")
    if kind is CredentialKind.CARD:
        CARDS.check(lock, validity)
    return plan


def _check_type(validity: Validity, user_type: str | None) -> None:
    """Refuse a validity that is not that of the type of user."""
    if user_type is None or _is_type(user_type, type_of(validity)):
        return
    if user_type in (YEAR_DAY, EXPIRING, SCHEDULED) and validity.end is None:
        raise InvalidInput("period_missing")
    if user_type in (WEEK_DAY, SCHEDULED) and not validity.windows:
        raise InvalidInput("cyclic_days")
    raise InvalidInput("user_type_mismatch")


def _data(lock: LockCoordinator, kind: CredentialKind, text: str) -> Secret:
    """Return what goes to the lock; InvalidInput for nonsense, Unsupported for what the cloud cannot teach a lock."""
    match kind:
        case CredentialKind.PASSCODE:
            return Secret(text)
        case CredentialKind.CARD:
            return Secret(_card_number(text))
        case CredentialKind.QR_CODE:
            if not (text.isascii() and text.isdigit()):
                raise InvalidInput("qr_code_number")
            if lock.data.features.lack(Feature.CUSTOM_QR_CODE):
                raise Unsupported("no_custom_qr_codes")
            QR_CODES.check(lock)
            return Secret(text)
        case CredentialKind.EKEY:
            if not text:
                raise InvalidInput("receiver_unknown")
            return Secret(text)
        case CredentialKind.FACE:
            raise InvalidInput("face_needs_photo")
        case _:
            raise Unsupported("needs_bluetooth")


def _card_number(text: str) -> str:
    """Return the number of a card whose bytes are given in hexadecimal, as for Matter."""
    try:
        number = bytes.fromhex(text)
    except ValueError:
        raise InvalidInput("card_hexadecimal") from None
    if not MIN_CARD_BYTES <= len(number) <= MAX_CARD_BYTES:
        raise InvalidInput("card_hexadecimal")
    return str(int.from_bytes(number))


def _wish(lock: LockCoordinator, plan: Plan, label: str, owner: User | None) -> Wish:
    if plan.kind is CredentialKind.EKEY:
        receiver = plan.data.reveal()
        if owner is not None and owner.account not in (None, receiver):
            raise InvalidInput("credential_of_other_user")
        validity = plan.validity
        return ekey_wish(lock, EkeyRequest(receiver=receiver, name=label, start=validity.start, end=validity.end))
    return Wish(kind=plan.kind, lock_id=lock.lock_id, label=label, validity=plan.validity, number=plan.data)


ACTIONS: Final = {
    "set_lock_user": Action(
        handler=async_set_lock_user,
        fields={
            vol.Optional("user_index"): USER_INDEX,
            vol.Optional("user_name"): NAME,
            vol.Optional("user_type"): vol.In(USER_TYPES),
            vol.Optional("credential_rule"): vol.In(("single", "dual", "tri")),
        },
        aliases={"name": "user_name"},
    ),
    "clear_lock_user": Action(handler=async_clear_lock_user, fields={vol.Required("user_index"): USER_INDEX}),
    "set_lock_credential": Action(
        handler=async_set_lock_credential,
        fields={
            vol.Required("credential_type"): vol.In(CREDENTIAL_TYPES),
            vol.Required("credential_data"): cv.string,
            vol.Optional("credential_index"): CREDENTIAL_INDEX,
            vol.Optional("user_index"): USER_INDEX,
            vol.Optional("user_name"): NAME,
            vol.Optional("user_status"): vol.In(("occupied_enabled", "occupied_disabled")),
            vol.Optional("user_type"): vol.In(USER_TYPES),
            **VALIDITY,
        },
        aliases={"name": "user_name"},
    ),
    "clear_lock_credential": Action(
        handler=async_clear_lock_credential,
        fields={
            vol.Required("credential_type"): vol.In(CREDENTIAL_TYPES),
            vol.Required("credential_index"): CREDENTIAL_INDEX,
        },
    ),
}
