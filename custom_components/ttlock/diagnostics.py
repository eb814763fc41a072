"""What users attach to a report: everything that helps, nothing that opens a door or names a person."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .client.quota import Regular
from .const import CONF_REGION, DOMAIN
from .coordinator import AccountCoordinator, TTLockConfigEntry
from .credential_book import CredentialBook
from .lock_coordinator import LockCoordinator
from .road_sensor import road_figures

TO_REDACT = {
    "key_id",
    "lock_id",
    "gateway_id",
    "group_id",
    "sensor_id",
    "mac",
    "name",
    "hardware_name",
    "network",
    "operator",
}


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: TTLockConfigEntry) -> dict[str, Any]:
    """Return the state of an account; locks and gateways are numbered, their ids and names left out."""
    account = entry.runtime_data
    gateways = [async_redact_data(asdict(gateway), TO_REDACT) for gateway in account.data.gateways.values()]
    return {
        "region": entry.data.get(CONF_REGION),
        "minor_version": entry.minor_version,
        "has_unique_id": entry.unique_id is not None,
        "last_update_success": account.last_update_success,
        "outage": account.outage,
        "calls": {purpose.value: count for purpose, count in account.cloud.calls.items()},
        "calls_of_the_month": _calls(account),
        "state_interval_seconds": account.state_interval.total_seconds(),
        "callbacks": {
            "state": account.push.state.value,
            "last_ping": account.push.last_ping,
            "last_event": account.push.last_event,
            "missed": account.push.missed,
            "can_work": account.push.can_work,
        },
        "gateways": gateways,
        "locks": [_lock(lock) for lock in account.locks.values()],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: TTLockConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the state of one lock, of the gateway, or of the account."""
    account = entry.runtime_data
    if (DOMAIN, entry.entry_id) in device.identifiers:
        return await async_get_config_entry_diagnostics(hass, entry)
    for lock in account.locks.values():
        if (DOMAIN, lock.data.ekey.mac) in device.identifiers:
            return _lock(lock)
    return {
        "gateways": [
            async_redact_data(asdict(gateway), TO_REDACT)
            for gateway in account.data.gateways.values()
            if (DOMAIN, gateway.mac) in device.identifiers
        ]
    }


def _calls(account: AccountCoordinator) -> dict[str, Any]:
    """Return how the calls of the developer application stand, whoever made them."""
    now, governor = dt_util.utcnow(), account.quota.governor
    return {
        "used": governor.used(now),
        "foreign": governor.foreign(now),
        "forecast": governor.forecast(now),
        "limit": governor.limit,
        "refusal": governor.refusal,
        "corrected_at": governor.corrected_at,
        "accounts": account.quota.sharers,
        "by_purpose": {purpose.value: count for purpose, count in governor.calls.items()},
        "stretch": {kind.value: round(account.quota.stretch(kind), 2) for kind in Regular},
    }


def _lock(lock: LockCoordinator) -> dict[str, Any]:
    data = asdict(lock.data)
    features = lock.data.features
    data["reach"] = list(data["reach"])
    del data["inventory"]["ekey"]["lock_data"]
    bluetooth = lock.account.keys.get(lock.lock_id)
    data["inventory"]["ekey"]["features"] = {"value": f"{features.value:X}", "known": features.names()}
    return {
        **async_redact_data(data, TO_REDACT),
        "bolt": lock.data.bolt.value,
        "uncertain": lock.data.uncertain,
        "passage": lock.data.passage and asdict(lock.data.passage),
        "connection": lock.data.connection,
        "reachable": lock.reachable,
        "keys": _keys(lock.book),
        "bluetooth": {
            "heard": lock.radio.is_heard,
            "in_range": lock.radio.in_range,
            "tells_bolt": lock.radio.tells,
            "key_refused": lock.radio.key_refused,
            **road_figures(lock),
        },
        "bluetooth_key": bluetooth and bluetooth.key.role.name.lower(),
        "update_interval_seconds": lock.update_interval.total_seconds() if lock.update_interval else None,
        "next_question": lock.questions.due,
    }


def _keys(book: CredentialBook) -> dict[str, Any]:
    """Return how many keys of which kind have come how far, without anything about a single one."""
    counts = Counter(f"{access.kind.value} {access.life.value}" for access in book.accesses)
    return {"read_at": book.data.read_at, "complete": book.data.complete, "counts": dict(sorted(counts.items()))}
