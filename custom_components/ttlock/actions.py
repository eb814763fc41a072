"""What the actions do: check first, then every lock on its own, then one answer for all."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, time, tzinfo
from typing import Any, Final, cast

from homeassistant.const import WEEKDAYS
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from .client import Secret
from .client.errors import InvalidInput, TTLockError
from .client.models import Passcode, PasscodeKind
from .client.passage import PassageMode, PassagePeriod, check as check_passage, window
from .client.passcodes import PasscodeRequest, check, check_code, check_period
from .const import DOMAIN, LOGGER
from .errors import translated
from .lock_coordinator import WHOLE_WEEK, LockCoordinator
from .passcode_writer import Placed, async_delete, async_place
from .switch import DEFAULT_AUTO_LOCK_SECONDS
from .targets import async_may_see_secrets, async_target_locks

PASSCODE_TYPES: Final = {kind.name.lower(): kind for kind in PasscodeKind if kind is not PasscodeKind.UNKNOWN}
HIDDEN = "****"

type Result = dict[str, JsonValueType]


async def async_create_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Put a passcode on locks: own digits through the gateway, or a random one that needs none."""
    locks = await async_target_locks(hass, call)
    requests = {entity_id: _request(hass, call.data, lock) for entity_id, lock in locks.items()}

    async def create(entity_id: str, lock: LockCoordinator) -> Result:
        placed = await async_place(lock, requests[entity_id])
        return _placed(placed, random=requests[entity_id].code is None)

    return await _each(hass, locks, create)


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
        return {"status": "confirmed", "id": passcode_id, "path": "cloud"}

    return await _each(hass, locks, modify)


async def async_delete_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take passcodes off locks, by id or by name."""
    locks = await async_target_locks(hass, call)
    ids: list[int] = call.data.get("passcode_id", [])
    name: str | None = call.data.get("passcode_name")
    if not ids and name is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="passcode_not_named")

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        deleted = await async_delete(lock, ids, name)
        return {"status": "confirmed", "id": deleted[0] if len(deleted) == 1 else list(deleted), "path": "cloud"}

    return await _each(hass, locks, delete)


async def async_list_passcodes(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the passcodes of locks; the digits only to administrators and automations."""
    locks = await async_target_locks(hass, call)
    with_digits = await async_may_see_secrets(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        passcodes = await lock.async_list_passcodes()
        return {"passcodes": [_described(passcode, with_digits) for passcode in passcodes.items]}

    results = await _results(hass, locks, read)
    answer: JsonObjectType = {"passcodes": {key: result.get("passcodes", []) for key, result in results.items()}}
    if failed := {key: result["error"] for key, result in results.items() if "error" in result}:
        answer["errors"] = failed
    return answer


async def async_configure_passage_mode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Write the plan of passage mode, or switch it off and keep the plan."""
    locks = await async_target_locks(hass, call)
    periods = _passage_periods(call.data)
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            check_passage(PassageMode(enabled=call.data["enabled"], periods=WHOLE_WEEK if periods is None else periods))

    async def configure(entity_id: str, lock: LockCoordinator) -> Result:
        plan = lock.data.settings.passage
        if plan is None and periods is None:
            plan = await lock.account.cloud.get_passage_mode(lock.lock_id)
        plan = plan or PassageMode(enabled=False)
        await lock.async_set_passage_mode(
            replace(
                plan,
                enabled=call.data["enabled"],
                auto_unlock=call.data.get("auto_unlock", plan.auto_unlock if periods is None else False),
                periods=periods or plan.periods or WHOLE_WEEK,
            )
        )
        return {"status": "confirmed", "path": "cloud"}

    return await _each(hass, locks, configure)


async def async_configure_autolock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Set the delay of auto-lock; without seconds the last one comes back."""
    locks = await async_target_locks(hass, call)

    async def configure(entity_id: str, lock: LockCoordinator) -> Result:
        remembered = lock.data.settings.remembered_auto_lock or DEFAULT_AUTO_LOCK_SECONDS
        await lock.async_set_auto_lock((call.data.get("seconds") or remembered) if call.data["enabled"] else 0)
        return {"status": "confirmed", "path": "cloud"}

    return await _each(hass, locks, configure)


async def async_update_state(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Ask locks for their state now."""
    locks = await async_target_locks(hass, call)

    async def update(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.async_ask()
        return {"status": "confirmed", "path": "cloud", "state": lock.data.bolt.value}

    return await _each(hass, locks, update)


# -- One answer for all locks --------------------------------------------------------------------------------------


async def _each(
    hass: HomeAssistant,
    locks: dict[str, LockCoordinator],
    work: Callable[[str, LockCoordinator], Awaitable[Result]],
) -> ServiceResponse:
    """Do the work on every lock and answer with a result for each."""
    return {"results": dict(await _results(hass, locks, work))}


async def _results(
    hass: HomeAssistant,
    locks: dict[str, LockCoordinator],
    work: Callable[[str, LockCoordinator], Awaitable[Result]],
) -> dict[str, Result]:
    """Do the work on every lock at once; raise only when nothing succeeded."""
    failures: list[HomeAssistantError] = []

    async def one(entity_id: str, lock: LockCoordinator) -> Result:
        try:
            with translated(hass, lock.config_entry, lock.name):
                return await work(entity_id, lock)
        except HomeAssistantError as err:
            failures.append(err)
            code = err.__cause__.code if isinstance(err.__cause__, TTLockError) else None
            return {"status": "failed", "error": {"code": code, "key": err.translation_key, "message": str(err)}}

    results = await asyncio.gather(*(one(entity_id, lock) for entity_id, lock in locks.items()))
    if len(failures) == len(locks):
        if len(failures) == 1:
            raise failures[0]
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="nothing_succeeded",
            translation_placeholders={"reasons": "; ".join(str(failure) for failure in failures)},
        ) from failures[0]
    for failure in failures:
        LOGGER.warning("%s", failure)
    return dict(zip(locks, results, strict=True))


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
        if code is None:
            start = start or now.astimezone(lock.data.zone).replace(minute=0, second=0, microsecond=0)
        request = PasscodeRequest(name=data["passcode_name"], kind=kind, code=code, start=start, end=end)
        check(request, now, lock.data.zone)
    return request


def _period(data: dict[str, Any], zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime | None]:
    start = _aware(data.get("start_time"), zone)
    end = _aware(data.get("end_time"), zone)
    if (duration := data.get("duration")) is not None:
        if end is not None:
            raise InvalidInput("period_twice")
        start = start or now.replace(second=0, microsecond=0)
        end = start + duration
    return start, end


def _aware(when: datetime | None, zone: tzinfo) -> datetime | None:
    if when is None:
        return None
    return when if when.tzinfo else when.replace(tzinfo=zone)


def _passage_periods(data: dict[str, Any]) -> tuple[PassagePeriod, ...] | None:
    """Return the windows that were given, None when the plan is to stay; the flat fields are one window."""
    if "periods" in data:
        given: list[dict[str, Any]] = data["periods"]
    elif any(key in data for key in ("start_time", "end_time", "all_day", "days")):
        given = [data]
    else:
        return None
    return tuple(period for fields in given for period in _windows(fields))


def _windows(fields: dict[str, Any]) -> Iterable[PassagePeriod]:
    weekdays = frozenset(WEEKDAYS.index(day) + 1 for day in fields.get("days", WEEKDAYS))
    if fields.get("all_day"):
        return (PassagePeriod(weekdays=weekdays, all_day=True),)
    return window(_minute(fields.get("start_time")), _minute(fields.get("end_time")), weekdays)


def _minute(when: time | None) -> int:
    return 0 if when is None else when.hour * 60 + when.minute


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
