"""How the calls of the month stand that all accounts of a developer application share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.util import dt as dt_util

from .account_entity import AccountEntity, AccountEntityDescription
from .client.quota import Governor


@dataclass(frozen=True, kw_only=True)
class QuotaSensorDescription(AccountEntityDescription, SensorEntityDescription):
    """Describe a figure about the calls of the month."""

    value_fn: Callable[[Governor, datetime], int]
    itemized: bool = False
    """Attributes tell what the calls were for."""


class QuotaSensor(AccountEntity, SensorEntity):
    """A figure about the calls of the month."""

    entity_description: QuotaSensorDescription
    _unrecorded_attributes = frozenset(
        {"command", "sign_in", "proof", "state", "records", "settings", "inventory", "other_programs"}
    )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the figures."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.quota.async_listen(self.async_write_ha_state))

    @property
    @override
    def available(self) -> bool:
        """Return True: calls are counted here."""
        return True

    @property
    @override
    def native_value(self) -> int:
        """Return the figure of this moment."""
        return self.entity_description.value_fn(self.coordinator.quota.governor, dt_util.utcnow())

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what the calls of this Home Assistant were for, and how many others made."""
        if not self.entity_description.itemized:
            return None
        governor = self.coordinator.quota.governor
        own = {purpose.value: count for purpose, count in governor.calls.items()}
        return {**own, "other_programs": governor.foreign(dt_util.utcnow())}
