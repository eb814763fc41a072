"""Actions on passcodes: check first, then every lock on its own."""

from datetime import datetime, timedelta, tzinfo
from typing import Any, Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import Secret
from ..client.errors import InvalidInput
from ..client.models import Passcode, PasscodeKind
from ..client.passcodes import PasscodeRequest, check, check_code, check_period
from ..const import DOMAIN
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import DIGITS, OBJECT_ID, Action
from .passcode_writer import Placed, async_delete, async_delete_each, async_place
from .results import CONFIRMED, HIDDEN, Result, aware, each, listed

PASSCODE_TYPES: Final = {kind.name.lower(): kind for kind in PasscodeKind if kind is not PasscodeKind.UNKNOWN}


async def async_create_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Put a passcode on locks: own digits through the gateway, or a random one that needs none."""
    locks = await async_target_locks(hass, call)
    requests = {entity_id: _request(hass, call.data, lock) for entity_id, lock in locks.items()}

    async def create(entity_id: str, lock: LockCoordinator) -> Result:
        placed = await async_place(lock, requests[entity_id])
        return _placed(placed, random=requests[entity_id].code is None)

    return await each(hass, locks, create)


async def async_modify_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Change name, digits or period of a passcode; what is not given stays."""
    locks = await async_target_locks(hass, call)
    code = Secret(call.data["passcode"]) if "passcode" in call.data else None
    periods = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            if code is not None:
                check_code(code)
            start, end = _period(call.data, lock.data.zone, dt_util.utcnow())
            if (start is None) != (end is None):
                raise InvalidInput("period_missing")
            check_period(start, end, dt_util.utcnow())
            if code is None and start is None and "passcode_name" not in call.data:
                raise InvalidInput("nothing_to_change")
        periods[entity_id] = (start, end)
    passcode_id: int = call.data["passcode_id"]

    async def modify(entity_id: str, lock: LockCoordinator) -> Result:
        start, end = periods[entity_id]
        await lock.account.cloud.change_passcode(
            lock.lock_id, passcode_id, name=call.data.get("passcode_name"), code=code, start=start, end=end
        )
        return {**CONFIRMED, "id": passcode_id}

    return await each(hass, locks, modify)


async def async_delete_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take passcodes off locks, by id or by name."""
    locks = await async_target_locks(hass, call)
    ids: list[int] = call.data.get("passcode_id", [])
    name: str | None = call.data.get("passcode_name")
    if not ids and name is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="passcode_not_named")

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        deleted = await async_delete(lock, ids, name)
        return {**CONFIRMED, "id": deleted[0] if len(deleted) == 1 else list(deleted)}

    return await each(hass, locks, delete)


async def async_list_passcodes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the passcodes of locks; the digits only to administrators and automations."""
    locks = await async_target_locks(hass, call)
    with_digits = await async_may_see_secrets(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        passcodes = await lock.async_list_passcodes()
        return {"passcodes": [_described(passcode, with_digits) for passcode in passcodes.items]}

    return await listed(hass, locks, "passcodes", read)


async def async_cleanup_passcodes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take the passcodes off locks whose period is over; they keep their place in the lock's memory until then."""
    locks = await async_target_locks(hass, call)
    before = dt_util.utcnow() - call.data["older_than"]

    async def clean(entity_id: str, lock: LockCoordinator) -> Result:
        passcodes = await lock.async_list_passcodes()
        expired = [passcode for passcode in passcodes.items if passcode.expired_at(before)]
        if expired and not call.data["dry_run"]:
            await async_delete_each(lock, [passcode.passcode_id for passcode in expired])
        return {"removed": [passcode.name for passcode in expired]}

    answer = await listed(hass, locks, "removed", clean, changes=not call.data["dry_run"])
    # As in hass-ttlock, locks with nothing to remove are left out.
    removed = cast(dict[str, Any], answer)["removed"]
    return {**cast(dict[str, Any], answer), "removed": {key: names for key, names in removed.items() if names}}


# -- Fields --------------------------------------------------------------------------------------------------------


def _request(hass: HomeAssistant, data: dict[str, Any], lock: LockCoordinator) -> PasscodeRequest:
    """Return what is wished for one lock; naive times are meant in its zone."""
    now = dt_util.utcnow()
    code = Secret(data["passcode"]) if "passcode" in data else None
    with translated(hass, lock.config_entry, lock.name):
        start, end = _period(data, lock.data.zone, now)
        timed = start is not None or end is not None
        kind = PASSCODE_TYPES.get(data.get("type", ""))
        if kind is None:
            kind = PasscodeKind.PERIOD if timed else PasscodeKind.PERMANENT
        if code is not None:
            start, end = _whole_minutes(start), _whole_minutes(end)
        elif "start_time" not in data:
            start, end = _whole_hours(now.astimezone(lock.data.zone), end)
        request = PasscodeRequest(name=data["passcode_name"], kind=kind, code=code, start=start, end=end)
        check(request, now, lock.data.zone)
    return request


def _period(data: dict[str, Any], zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime | None]:
    start = aware(data.get("start_time"), zone)
    end = aware(data.get("end_time"), zone)
    if (duration := data.get("duration")) is not None:
        if end is not None:
            raise InvalidInput("period_twice")
        start = start or now
        end = start + duration
    return start, end


def _whole_minutes(when: datetime | None) -> datetime | None:
    """Cut a time to what a lock keeps of it."""
    return None if when is None else when.replace(second=0, microsecond=0)


def _whole_hours(now: datetime, end: datetime | None) -> tuple[datetime, datetime | None]:
    """Return the full hours around a random code that begins now, since it knows no minutes."""
    hour = timedelta(hours=1)
    floor = now.replace(minute=0, second=0, microsecond=0)
    return floor, None if end is None else floor + -((floor - end) // hour) * hour


# -- Answers -------------------------------------------------------------------------------------------------------


def _placed(placed: Placed, random: bool) -> Result:
    result: Result = {"status": placed.status, "id": placed.passcode_id, "path": "cloud"}
    if random and placed.code:
        # Whoever asks for a random code has to learn it, and this answer is the only place.
        result["passcode"] = placed.code.reveal()
    return result


def _described(passcode: Passcode, with_digits: bool) -> Result:
    """Return a passcode in the shape of hass-ttlock, with ours added; times stay datetimes for templates."""
    now = dt_util.utcnow()
    kind = passcode.kind
    legacy_type = {PasscodeKind.PERMANENT: "permanent", PasscodeKind.PERIOD: "temporary"}.get(kind, "unknown")
    digits = passcode.code.reveal() if passcode.code and with_digits else HIDDEN
    described = {
        "id": passcode.passcode_id,
        "name": passcode.name,
        "passcode": digits if passcode.code else None,
        "type": legacy_type,
        "start_date": passcode.start and dt_util.as_local(passcode.start),
        "end_date": passcode.end and dt_util.as_local(passcode.end),
        "expired": passcode.expired_at(now),
        "kind": "cyclic" if kind.is_cyclic else kind.name.lower(),
        "cycle": kind.name.lower() if kind.is_cyclic else None,
        "created_by": passcode.sender,
    }
    return cast(Result, described)


_VALIDITY: VolDictType = {
    vol.Optional("start_time"): cv.datetime,
    vol.Optional("end_time"): cv.datetime,
    vol.Optional("duration"): cv.positive_time_period,
}
_NAME = {"name": "passcode_name"}

ACTIONS: Final = {
    "create_passcode": Action(
        handler=async_create_passcode,
        fields={
            vol.Required("passcode_name"): cv.string,
            vol.Optional("passcode"): DIGITS,
            vol.Optional("type"): vol.In(PASSCODE_TYPES),
            **_VALIDITY,
        },
        aliases=_NAME,
    ),
    "modify_passcode": Action(
        handler=async_modify_passcode,
        fields={
            vol.Required("passcode_id"): OBJECT_ID,
            vol.Optional("passcode_name"): cv.string,
            vol.Optional("passcode"): DIGITS,
            **_VALIDITY,
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
            vol.Optional("older_than", default=0): cv.positive_time_period,
            vol.Optional("dry_run", default=False): cv.boolean,
        },
    ),
    "list_passcodes": Action(handler=async_list_passcodes, admin=False, response=SupportsResponse.ONLY),
}
