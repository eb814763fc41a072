"""Actions on the settings of locks, and on their state."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time
from typing import Any, Final

from homeassistant.const import WEEKDAYS
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..client.passage import PassageMode, PassagePeriod, check as check_passage, window
from ..errors import translated
from ..lock_coordinator import WHOLE_WEEK, LockCoordinator
from ..switch import DEFAULT_AUTO_LOCK_SECONDS
from ..targets import async_target_locks
from .action import Action
from .results import CONFIRMED, Result, each

MAX_AUTO_LOCK_SECONDS = 3600


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
        return CONFIRMED

    return await each(hass, locks, configure)


async def async_configure_autolock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Set the delay of auto-lock; without seconds the last one comes back."""
    locks = await async_target_locks(hass, call)

    async def configure(entity_id: str, lock: LockCoordinator) -> Result:
        remembered = lock.data.settings.remembered_auto_lock or DEFAULT_AUTO_LOCK_SECONDS
        await lock.async_set_auto_lock((call.data.get("seconds") or remembered) if call.data["enabled"] else 0)
        return CONFIRMED

    return await each(hass, locks, configure)


async def async_update_state(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Ask locks for their state now."""
    locks = await async_target_locks(hass, call)

    async def update(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.async_ask()
        return {**CONFIRMED, "state": lock.data.bolt.value}

    return await each(hass, locks, update)


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


_PERIOD: VolDictType = {
    vol.Optional("start_time"): cv.time,
    vol.Optional("end_time"): cv.time,
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
    "update_state": Action(handler=async_update_state, admin=False),
}
