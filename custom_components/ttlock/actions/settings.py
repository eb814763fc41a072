"""Actions on the settings of locks, and on their state."""

from dataclasses import replace
from datetime import timedelta
from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..client.passage import PassageMode, check as check_passage
from ..client.settings import WorkingHours, WorkingMode, check_working_hours
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..lock_upkeep import WHOLE_WEEK
from ..plans import described, windows
from ..switch import DEFAULT_AUTO_LOCK_SECONDS
from ..targets import async_target_locks
from .action import TIME_OF_DAY, Action
from .results import CONFIRMED, Result, each, one_each

MAX_AUTO_LOCK_SECONDS = 3600
WORKING_MODES: Final = {mode.name.lower(): mode for mode in WorkingMode if mode is not WorkingMode.UNKNOWN}


async def async_configure_passage_mode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Write the plan of passage mode, or switch it off and keep the plan."""
    locks = await async_target_locks(hass, call)
    periods = windows(call.data)
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            check_passage(PassageMode(enabled=call.data["enabled"], periods=WHOLE_WEEK if periods is None else periods))

    async def configure(entity_id: str, lock: LockCoordinator) -> Result:
        plan = lock.data.settings.passage
        if plan is None and periods is None:
            plan = await lock.account.cloud.get_passage_mode(lock.lock_id)
        plan = plan or PassageMode(enabled=False)
        await lock.upkeep.async_set_passage_mode(
            replace(
                plan,
                enabled=call.data["enabled"],
                auto_unlock=call.data.get("auto_unlock", plan.auto_unlock if periods is None else False),
                periods=periods or plan.periods or WHOLE_WEEK,
            )
        )
        return CONFIRMED

    return await each(hass, locks, configure)


async def async_configure_autolock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Set the delay of auto-lock; without seconds the last one comes back."""
    locks = await async_target_locks(hass, call)

    async def configure(entity_id: str, lock: LockCoordinator) -> Result:
        remembered = lock.data.settings.remembered_auto_lock or DEFAULT_AUTO_LOCK_SECONDS
        await lock.upkeep.async_set_auto_lock((call.data.get("seconds") or remembered) if call.data["enabled"] else 0)
        return CONFIRMED

    return await each(hass, locks, configure)


async def async_get_passage_mode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the plan of passage mode, and whether it holds the door now."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        plan = await lock.upkeep.async_read_passage_mode()
        now = dt_util.utcnow().astimezone(lock.data.zone)
        return {
            "enabled": plan.enabled,
            "auto_unlock": plan.auto_unlock,
            "active": plan.active_at(now),
            "next_change": cast(JsonValueType, plan.next_change(now)),
            "periods": described(plan.periods),
        }

    return await one_each(hass, locks, "passage_mode", read)


async def async_set_working_hours(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Choose when locks work at all; outside of it nothing but the mechanical key opens them."""
    locks = await async_target_locks(hass, call)
    hours = WorkingHours(mode=WORKING_MODES[call.data["mode"]], periods=windows(call.data) or ())
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            check_working_hours(hours)

    async def set_hours(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.upkeep.async_set_working_hours(hours)
        return CONFIRMED

    return await each(hass, locks, set_hours)


async def async_get_working_hours(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return when locks work at all."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        hours = await lock.upkeep.async_read_working_hours()
        return {"mode": hours.mode.name.lower(), "periods": described(hours.periods)}

    return await one_each(hass, locks, "working_hours", read)


async def async_sync_clock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Set the clocks of locks right."""
    locks = await async_target_locks(hass, call)

    async def sync(entity_id: str, lock: LockCoordinator) -> Result:
        return {**CONFIRMED, "drift": await lock.upkeep.async_set_clock()}

    return await each(hass, locks, sync)


async def async_get_lock_clock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return by how many seconds the clocks of locks are ahead."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        drift = await lock.upkeep.async_read_clock()
        local = (dt_util.utcnow() + timedelta(seconds=drift)).astimezone(lock.data.zone)
        return {"time": cast(JsonValueType, local.replace(microsecond=0)), "drift": drift}

    return await one_each(hass, locks, "clocks", read)


async def async_update_state(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Ask locks for their state now."""
    locks = await async_target_locks(hass, call)

    async def update(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.async_ask()
        return {**CONFIRMED, "state": lock.data.bolt.value}

    return await each(hass, locks, update)


_PERIOD: VolDictType = {
    vol.Optional("start_time"): TIME_OF_DAY,
    vol.Optional("end_time"): TIME_OF_DAY,
    vol.Optional("all_day"): cv.boolean,
    vol.Optional("days"): cv.weekdays,
}

ACTIONS: Final = {
    "configure_passage_mode": Action(
        handler=async_configure_passage_mode,
        fields={
            vol.Required("enabled"): cv.boolean,
            vol.Optional("auto_unlock"): cv.boolean,
            vol.Optional("periods"): vol.All(cv.ensure_list, [vol.Schema(_PERIOD)]),
            **_PERIOD,
        },
    ),
    "configure_autolock": Action(
        handler=async_configure_autolock,
        fields={
            vol.Required("enabled"): cv.boolean,
            vol.Optional("seconds"): vol.All(vol.Coerce(int), vol.Range(min=0, max=MAX_AUTO_LOCK_SECONDS)),
        },
    ),
    "get_passage_mode": Action(handler=async_get_passage_mode, admin=False, response=SupportsResponse.ONLY),
    "set_working_hours": Action(
        handler=async_set_working_hours,
        fields={
            vol.Required("mode"): vol.In(WORKING_MODES),
            vol.Optional("periods"): vol.All(cv.ensure_list, [vol.Schema(_PERIOD)]),
            **_PERIOD,
        },
    ),
    "get_working_hours": Action(handler=async_get_working_hours, admin=False, response=SupportsResponse.ONLY),
    "sync_clock": Action(handler=async_sync_clock),
    "get_lock_clock": Action(handler=async_get_lock_clock, admin=False, response=SupportsResponse.ONLY),
    "update_state": Action(handler=async_update_state, admin=False, reads=True),
}
