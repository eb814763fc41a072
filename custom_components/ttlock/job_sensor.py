"""How far an action on many locks is."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription

from .account_entity import AccountEntity, AccountEntityDescription
from .jobs import JobState


@dataclass(frozen=True, kw_only=True)
class JobSensorDescription(AccountEntityDescription, SensorEntityDescription):
    """Describe the sensor of jobs."""


class JobSensor(AccountEntity, SensorEntity):
    """The latest job on locks of the account; a restart forgets it."""

    entity_description: JobSensorDescription
    _unrecorded_attributes = frozenset({"job_id", "action", "done", "failed", "pending", "total"})

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the jobs."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.jobs.async_listen(self.async_write_ha_state))

    @property
    @override
    def available(self) -> bool:
        """Return True: a job is known here even while the cloud is not."""
        return True

    @property
    @override
    def native_value(self) -> str:
        """Return how the latest job stands."""
        job = self.coordinator.jobs.latest
        return job.state if job else JobState.IDLE

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return its figures."""
        job = self.coordinator.jobs.latest
        return job.figures if job else None
