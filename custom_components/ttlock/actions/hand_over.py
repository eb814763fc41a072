"""What there is when a lock changes hands: the lock, who hears it, its settings, everybody who may open it."""

from collections import Counter
from datetime import datetime
from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType

from ..client.errors import TTLockError, is_refusal
from ..client.models import GatewayReach
from ..client.settings import WorkingHours
from ..lock_coordinator import LockCoordinator
from ..plans import described
from ..targets import async_target_locks
from .action import Action
from .hand_over_text import as_markdown
from .holdings import async_holdings, rows
from .results import Result, results
from .tables import moment, plain


async def async_hand_over_report(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return a report for each lock, as data and as text; never with digits."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        return await _async_report(hass, entity_id, lock)

    found = await results(hass, locks, read, changes=False)
    reports: JsonObjectType = {key: report for key, report in found.items() if "error" not in report}
    given: JsonObjectType = {
        "reports": reports,
        "markdown": {key: as_markdown(hass, cast(JsonObjectType, report)) for key, report in reports.items()},
    }
    if failed := {key: report["error"] for key, report in found.items() if "error" in report}:
        given["errors"] = failed
    return given


async def _async_report(hass: HomeAssistant, entity_id: str, lock: LockCoordinator) -> Result:
    """Read what is not followed all the time, and put it together with what is; contacts no lock."""
    holdings = await async_holdings(lock)
    await lock.upkeep.async_read_settings(anyway=True)
    hours = await _async_working_hours(lock)
    now = dt_util.utcnow()
    credentials = [
        {key: value for key, value in row.items() if key not in ("lock", "entity_id", "number")}
        for row in plain(rows(hass, entity_id, lock, holdings), with_secrets=False)
    ]
    return {
        "made": moment(now, lock.data.zone),
        "lock": _lock(lock),
        "gateways": [_gateway(lock, reach) for reach in lock.data.reach],
        "settings": _settings(lock),
        "passage_mode": _passage(lock, now),
        "working_hours": _hours(hours) if hours else None,
        "counts": dict(Counter(access.kind.value for access in holdings.accesses)),
        "credentials": cast(JsonValueType, credentials),
        "incomplete": dict(holdings.gaps),
    }


async def _async_working_hours(lock: LockCoordinator) -> WorkingHours | None:
    try:
        return await lock.upkeep.async_read_working_hours()
    except TTLockError as err:
        if not is_refusal(err):
            raise
        return None


def _lock(lock: LockCoordinator) -> Result:
    ekey, settings = lock.data.ekey, lock.data.settings
    return {
        "name": lock.name,
        "id": lock.lock_id,
        "mac": ekey.mac,
        "model": settings.model or ekey.hardware_name,
        "hardware": settings.hardware_version,
        "firmware": settings.firmware_version,
        "battery": lock.data.battery,
        "owner": ekey.is_admin,
    }


def _gateway(lock: LockCoordinator, reach: GatewayReach) -> Result:
    gateway = lock.account.data.gateways.get(reach.gateway_id)
    return {
        "name": gateway.name if gateway else str(reach.gateway_id),
        "online": gateway.online if gateway else None,
        "rssi": reach.rssi,
    }


def _settings(lock: LockCoordinator) -> Result:
    """Return what is known of the settings; what the lock lacks is None."""
    settings = lock.data.settings
    switches, sensor = settings.switches, settings.door_sensor
    direction = switches.open_direction if switches else None
    return {
        "auto_lock_seconds": settings.auto_lock_seconds,
        "sound": settings.sound,
        "volume": switches.volume if switches else None,
        "privacy_lock": switches.privacy_lock if switches else None,
        "tamper_alert": switches.tamper_alert if switches else None,
        "reset_button": switches.reset_button if switches else None,
        "open_direction": direction.name.lower() if direction else None,
        "dual_verification": switches.dual_verification if switches else None,
        "frozen": switches.frozen if switches else None,
        "left_open_seconds": sensor.left_open_seconds if sensor else None,
    }


def _passage(lock: LockCoordinator, now: datetime) -> Result | None:
    plan = lock.data.settings.passage
    if plan is None:
        return None
    return {
        "enabled": plan.enabled,
        "auto_unlock": plan.auto_unlock,
        "active": plan.active_at(now.astimezone(lock.data.zone)),
        "periods": described(plan.periods),
    }


def _hours(hours: WorkingHours) -> Result:
    return {"mode": hours.mode.name.lower(), "periods": described(hours.periods)}


ACTIONS: Final = {
    "hand_over_report": Action(handler=async_hand_over_report, response=SupportsResponse.ONLY),
}
