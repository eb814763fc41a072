"""Actions on passcodes: check first, then every lock on its own."""

from datetime import datetime
from typing import Any, Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import Secret
from ..client.credentials import Credential, CredentialKind, PasscodeCredential, Validity
from ..client.errors import InvalidInput, NotFound
from ..client.grants import Change, Life
from ..client.models import PasscodeKind
from ..client.passcodes import PasscodeRequest, check, check_code, check_period
from ..client.secret import HIDDEN
from ..const import DOMAIN
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import DIGITS, DURATION, OBJECT_ID, Action
from .outcomes import result_of, result_of_all
from .passcode_writer import async_place
from .period import LONGEST, PERIOD, full_hour, next_full_hour, period_of
from .results import CONFIRMED, Result, each, listed

PASSCODE_TYPES: Final = {kind.name.lower(): kind for kind in PasscodeKind if kind is not PasscodeKind.UNKNOWN}


async def async_create_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Put a passcode on locks: own digits through the gateway, or a random one that needs none."""
    locks = await async_target_locks(hass, call)
    requests = {entity_id: _request(hass, call.data, lock) for entity_id, lock in locks.items()}

    async def create(entity_id: str, lock: LockCoordinator) -> Result:
        placed = await async_place(lock, requests[entity_id])
        result = result_of(hass, call, lock, placed.outcome)
        if call.data["return_code"] and placed.code:
            result["passcode"] = placed.code.reveal()
        return result

    return await each(hass, locks, create)


async def async_modify_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Change name, digits or period of a passcode; what is not given stays."""
    locks = await async_target_locks(hass, call)
    changes = {entity_id: _change(hass, call.data, lock) for entity_id, lock in locks.items()}

    async def modify(entity_id: str, lock: LockCoordinator) -> Result:
        outcome = await lock.account.grants.async_change(
            lock, CredentialKind.PASSCODE, call.data["passcode_id"], changes[entity_id]
        )
        return result_of(hass, call, lock, outcome)

    return await each(hass, locks, modify)


async def async_delete_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take passcodes off locks, by id or by name; a removal is tried until the passcode is gone."""
    locks = await async_target_locks(hass, call)
    ids: list[int] = call.data.get("passcode_id", [])
    name: str | None = call.data.get("passcode_name")
    if not ids and name is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="passcode_not_named")

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        outcomes = await lock.account.grants.async_remove(
            lock, CredentialKind.PASSCODE, ids or (lambda passcode: passcode.name == name)
        )
        if not outcomes:
            raise NotFound("passcode_not_found")
        return result_of_all(hass, call, lock, outcomes)

    return await each(hass, locks, delete)


async def async_list_passcodes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the passcodes of locks; the digits only to administrators and automations."""
    locks = await async_target_locks(hass, call)
    with_digits = await async_may_see_secrets(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        table = await lock.account.grants.grants.read(lock.lock_id, CredentialKind.PASSCODE)
        return {
            "passcodes": [
                _described(shown, lock.account.grants.grants.life_of(lock.lock_id, shown), with_digits)
                for shown in table.items
                if isinstance(shown, PasscodeCredential)
            ]
        }

    return await listed(hass, locks, "passcodes", read)


async def async_cleanup_passcodes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take the passcodes off locks whose period is over; they keep their place in the lock's memory until then."""
    locks = await async_target_locks(hass, call)
    before = dt_util.utcnow() - min(call.data["older_than"], LONGEST)

    def expired(shown: Credential) -> bool:
        return shown.validity.over_at(before)

    async def clean(entity_id: str, lock: LockCoordinator) -> Result:
        if call.data["dry_run"]:
            table = await lock.account.grants.grants.read(lock.lock_id, CredentialKind.PASSCODE)
            return {"removed": [shown.shown_name for shown in table.items if expired(shown)]}
        outcomes = await lock.account.grants.async_remove(lock, CredentialKind.PASSCODE, expired)
        if outcomes:
            result_of_all(hass, call, lock, outcomes)
        return {"removed": [outcome.grant.name for outcome in outcomes if outcome.grant.over]}

    answer = await listed(hass, locks, "removed", clean, changes=not call.data["dry_run"])
    # As in hass-ttlock, locks with nothing to remove are left out.
    removed = cast(dict[str, Any], answer)["removed"]
    return {**cast(dict[str, Any], answer), "removed": {key: names for key, names in removed.items() if names}}


async def async_clear_passcodes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take every passcode off locks, one by one: the cloud has no call for all of them (ttlock-open-api.md 4.5)."""
    locks = await async_target_locks(hass, call)
    if not call.data["confirm"]:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="not_confirmed")

    async def clear(entity_id: str, lock: LockCoordinator) -> Result:
        outcomes = await lock.account.grants.async_remove(lock, CredentialKind.PASSCODE, lambda shown: True)
        result = result_of_all(hass, call, lock, outcomes) if outcomes else dict(CONFIRMED)
        return {**result, "removed": [outcome.grant.name for outcome in outcomes if outcome.grant.over]}

    return await each(hass, locks, clear)


# -- Fields --------------------------------------------------------------------------------------------------------


def _request(hass: HomeAssistant, data: dict[str, Any], lock: LockCoordinator) -> PasscodeRequest:
    """Return what is wished for one lock; naive times are meant in its zone."""
    now = dt_util.utcnow()
    code = Secret(data["passcode"]) if "passcode" in data else None
    with translated(hass, lock.config_entry, lock.name):
        start, end = period_of(data, lock.data.zone, now)
        timed = start is not None or end is not None
        kind = PASSCODE_TYPES.get(data.get("type", ""))
        if kind is None:
            kind = PasscodeKind.PERIOD if timed else PasscodeKind.PERMANENT
        if code is not None:
            start, end = _whole_minutes(start), _whole_minutes(end)
        elif "start_time" not in data:
            # One that begins now covers the hours it touches, since it knows no minutes.
            start, end = full_hour(now, lock.data.zone), end and next_full_hour(end, lock.data.zone)
        request = PasscodeRequest(name=data["passcode_name"], kind=kind, code=code, start=start, end=end)
        check(request, now, lock.data.zone)
    return request


def _change(hass: HomeAssistant, data: dict[str, Any], lock: LockCoordinator) -> Change:
    """Return what is to change about a passcode of one lock."""
    code = Secret(data["passcode"]) if "passcode" in data else None
    with translated(hass, lock.config_entry, lock.name):
        if code is not None:
            check_code(code)
        start, end = period_of(data, lock.data.zone, dt_util.utcnow())
        if (start is None) != (end is None):
            raise InvalidInput("period_missing")
        start, end = _whole_minutes(start), _whole_minutes(end)
        check_period(start, end, dt_util.utcnow())
        change = Change(
            label=data.get("passcode_name"),
            number=code,
            validity=Validity.period(start, end) if start and end else None,
        )
        if not change:
            raise InvalidInput("nothing_to_change")
    return change


def _whole_minutes(when: datetime | None) -> datetime | None:
    """Cut a time to what a lock keeps of it."""
    return None if when is None else when.replace(second=0, microsecond=0)


# -- Answers -------------------------------------------------------------------------------------------------------


def _described(shown: PasscodeCredential, life: Life, with_digits: bool) -> Result:
    """Return a passcode in the shape of hass-ttlock, with ours added; times stay datetimes for templates."""
    now = dt_util.utcnow()
    passcode = shown.passcode
    kind = passcode.kind
    legacy_type = {PasscodeKind.PERMANENT: "permanent", PasscodeKind.PERIOD: "temporary"}.get(kind, "unknown")
    digits = passcode.code.reveal() if passcode.code and with_digits else HIDDEN
    described = {
        "id": passcode.passcode_id,
        "name": passcode.name if with_digits else shown.shown_name,
        "passcode": digits if passcode.code else None,
        "type": legacy_type,
        "start_date": passcode.start and dt_util.as_local(passcode.start),
        "end_date": passcode.end and dt_util.as_local(passcode.end),
        "expired": passcode.expired_at(now),
        "kind": "cyclic" if kind.is_cyclic else kind.name.lower(),
        "cycle": kind.name.lower() if kind.is_cyclic else None,
        "status": life.value,
        "created_by": passcode.sender,
    }
    return cast(Result, described)


_NAME = {"name": "passcode_name"}

ACTIONS: Final = {
    "create_passcode": Action(
        handler=async_create_passcode,
        fields={
            vol.Required("passcode_name"): cv.string,
            vol.Optional("passcode"): DIGITS,
            vol.Optional("type"): vol.In(PASSCODE_TYPES),
            vol.Optional("return_code", default=False): cv.boolean,
            **PERIOD,
        },
        aliases=_NAME,
    ),
    "generate_passcode": Action(
        handler=async_create_passcode,
        fields={
            vol.Required("passcode_name"): cv.string,
            vol.Required("type"): vol.In(PASSCODE_TYPES),
            vol.Optional("return_code", default=False): cv.boolean,
            **PERIOD,
        },
        aliases=_NAME,
    ),
    "modify_passcode": Action(
        handler=async_modify_passcode,
        fields={
            vol.Required("passcode_id"): OBJECT_ID,
            vol.Optional("passcode_name"): cv.string,
            vol.Optional("passcode"): DIGITS,
            **PERIOD,
        },
        aliases=_NAME,
    ),
    "update_passcode": Action(
        handler=async_modify_passcode,
        fields={
            vol.Required("passcode_id"): OBJECT_ID,
            vol.Optional("passcode_name"): cv.string,
            vol.Optional("passcode"): DIGITS,
            **PERIOD,
        },
        aliases=_NAME,
    ),
    "delete_passcode": Action(
        handler=async_delete_passcode,
        fields={
            vol.Optional("passcode_id"): vol.All(cv.ensure_list, [OBJECT_ID]),
            vol.Optional("passcode_name"): cv.string,
        },
        aliases=_NAME,
    ),
    "cleanup_passcodes": Action(
        handler=async_cleanup_passcodes,
        fields={
            vol.Optional("older_than", default=0): DURATION,
            vol.Optional("dry_run", default=False): cv.boolean,
        },
    ),
    "clear_passcodes": Action(handler=async_clear_passcodes, fields={vol.Required("confirm"): cv.boolean}),
    "list_passcodes": Action(handler=async_list_passcodes, admin=False, response=SupportsResponse.ONLY),
}
