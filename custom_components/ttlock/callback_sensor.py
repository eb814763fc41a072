"""Whether TTLock tells of what happens, by callback."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription

from .account_entity import AccountEntity, AccountEntityDescription


@dataclass(frozen=True, kw_only=True)
class CallbackSensorDescription(AccountEntityDescription, SensorEntityDescription):
    """Describe the sensor of callbacks."""


class CallbackSensor(AccountEntity, SensorEntity):
    """How callbacks of the account stand."""

    entity_description: CallbackSensorDescription

    @property
    @override
    def available(self) -> bool:
        """Return True: callbacks come by another road than answers."""
        return True

    @property
    @override
    def native_value(self) -> str:
        """Return how callbacks stand."""
        return self.coordinator.push.state
