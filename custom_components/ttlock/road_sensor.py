"""How a lock was reached, and how each road to it has been (docs/bluetooth.md)."""

from dataclasses import dataclass
import time
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.util import dt as dt_util

from .client.roads.router import Road
from .entity import LockEntityDescription, TTLockEntity
from .lock_coordinator import LockCoordinator


@dataclass(frozen=True, kw_only=True)
class RoadSensorDescription(LockEntityDescription, SensorEntityDescription):
    """Describe the sensor."""


class RoadSensor(TTLockEntity, SensorEntity):
    """The road that was taken last."""

    entity_description: RoadSensorDescription
    _unrecorded_attributes = frozenset(
        {f"{road.value}_{what}" for road in Road for what in ("last_success", "seconds", "failures")} | {"new_records"}
    )

    @property
    @override
    def available(self) -> bool:
        """Return True: it tells of the past."""
        return True

    @property
    @override
    def native_value(self) -> str | None:
        """Return the road, None before any was taken."""
        road = self.coordinator.account.cloud.router.last.get(self.coordinator.lock_id)
        return None if road is None else road.value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return how each road has been, and whether the lock has records that nobody has read."""
        return road_figures(self.coordinator)


def road_figures(lock: LockCoordinator) -> dict[str, Any]:
    """Return the figures of both roads: when each worked last, how long it takes, and why it failed how often."""
    found: dict[str, Any] = {}
    for road in Road:
        health = lock.account.cloud.router.health(lock.lock_id, road)
        ago = None if health.worked_at is None else time.monotonic() - health.worked_at
        worked = None if ago is None else dt_util.utc_from_timestamp(dt_util.utcnow().timestamp() - ago)
        found[f"{road.value}_last_success"] = worked and worked.replace(microsecond=0).isoformat()
        found[f"{road.value}_seconds"] = None if health.seconds is None else round(health.seconds, 2)
        found[f"{road.value}_failures"] = dict(health.causes)
    latest = lock.radio.watcher.latest
    found["new_records"] = None if latest is None else latest.has_new_records
    return found
