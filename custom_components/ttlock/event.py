"""Who used a lock and how, and what is wrong at it, as events."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .activity import async_write_activity
from .client.events import ACCESS, ALARMS, EventType, LockEvent
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities

PARALLEL_UPDATES = 0

_PLAIN: Final = (
    "who",
    "method",
    "side",
    "credential_id",
    "reason",
    "command",
    "count",
    "battery",
    "record_type",
)


@dataclass(frozen=True, kw_only=True)
class LockEventDescription(LockEntityDescription, EventEntityDescription):
    """Describe events of a lock."""

    alarms: bool


# They have no category: triggers on areas and labels see only what has none (voice-and-automation.md 9).
EVENTS = (
    LockEventDescription(
        key="access",
        translation_key="access",
        event_types=[kind.value for kind in ACCESS],
        alarms=False,
    ),
    LockEventDescription(
        key="alarm",
        translation_key="alarm",
        event_types=[kind.value for kind in ALARMS],
        alarms=True,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the events of the locks of an account."""
    async_add_lock_entities(entry, async_add_entities, EVENTS, LockEvents)


class LockEvents(TTLockEntity, EventEntity):
    """Events of a lock."""

    entity_description: LockEventDescription

    @property
    @override
    def available(self) -> bool:
        """Return True: what has happened stays so, whoever can be reached."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the log."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.log.async_listen(self._hear))

    @callback
    def _hear(self, event: LockEvent) -> None:
        """Tell an event, the same person twice in a row included."""
        if event.is_alarm is not self.entity_description.alarms:
            return
        late = event.late and not event.is_alarm
        self._trigger_event(EventType.LATE.value if late else event.type.value, attributes_of(event))
        self.async_write_ha_state()
        async_write_activity(self.hass, self.coordinator, event)


def attributes_of(event: LockEvent) -> dict[str, Any]:
    """Return what is told about an event (voice-and-automation.md 10.2); what is not known is left out."""
    attributes: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(event, name)) is not None}
    if event.is_alarm:
        attributes["late"] = event.late
    elif event.late:
        attributes["kind"] = event.type.value
    attributes["at"] = event.at.isoformat()
    attributes["received"] = event.received.isoformat()
    attributes["source"] = event.source.value
    return attributes
