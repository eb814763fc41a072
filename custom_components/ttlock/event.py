"""Who used a lock and how, what is wrong at it, and who rings, as events."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.event import EventDeviceClass, EventEntity, EventEntityDescription
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.accessories import DoorEvent
from .client.events import ACCESS, ALARMS, DOORBELL, EventType, LockEvent
from .const import DOMAIN
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities
from .options import RecordOptions
from .standalone_entity import StandaloneEntity, async_add_standalone_entities

PARALLEL_UPDATES = 0

_PLAIN: Final = (
    "who",
    "method",
    "side",
    "credential",
    "credential_id",
    "reason",
    "command",
    "count",
    "first_use",
    "battery",
    "record_type",
)


@dataclass(frozen=True, kw_only=True)
class LockEventDescription(LockEntityDescription, EventEntityDescription):
    """Describe events of a lock."""

    event_types: list[str]


# They have no category: triggers on areas and labels see only what has none (voice-and-automation.md 9).
EVENTS = (
    LockEventDescription(
        key="access",
        translation_key="access",
        event_types=[kind.value for kind in ACCESS],
    ),
    LockEventDescription(
        key="alarm",
        translation_key="alarm",
        event_types=[kind.value for kind in ALARMS],
    ),
)

DOOR_ALARM = EventEntityDescription(
    key="alarm",
    translation_key="door_alarm",
    event_types=[DoorEvent.LEFT_OPEN.value, DoorEvent.LONG_UNUSED.value],
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the events of the locks and door sensors of an account."""
    options = RecordOptions.of(entry.options)
    # No bit and no number of the vendor tells of a bell for sure (ttlock-open-api.md 4.18): the user does.
    bell = LockEventDescription(
        key="doorbell",
        device_class=EventDeviceClass.DOORBELL,
        event_types=[kind.value for kind in DOORBELL],
        supported_fn=lambda data: bool(options.bells_at(data.ekey.lock_id)),
    )
    async_add_lock_entities(
        entry, async_add_entities, (*EVENTS, bell), LockEvents if options.names else LockEventsWithoutNames
    )
    async_add_standalone_entities(entry, async_add_entities, (DOOR_ALARM,), DoorAlarm)
    registry = er.async_get(hass)
    for lock_id in entry.runtime_data.locks:
        unique_id = f"{DOMAIN}-{lock_id}-{bell.key}"
        if not options.bells_at(lock_id) and (gone := registry.async_get_entity_id(Platform.EVENT, DOMAIN, unique_id)):
            registry.async_remove(gone)


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
        told_as = EventType.LATE if event.late and not event.is_alarm else event.type
        if told_as.value in self.entity_description.event_types:
            self._trigger_event(told_as.value, self._attributes(event))
            self.async_write_ha_state()

    def _attributes(self, event: LockEvent) -> dict[str, Any]:
        """Return what is told about an event (voice-and-automation.md 10.2); what is not known is left out."""
        attributes: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(event, name)) is not None}
        person = self.coordinator.log.options.person_of((event.who, event.credential))
        if person is not None and self.hass.states.get(person) is not None:
            attributes["person"] = person
        if event.since_last is not None:
            attributes["since_last"] = round(event.since_last.total_seconds())
        if event.is_alarm:
            attributes["late"] = event.late
        elif event.late:
            attributes["kind"] = event.type.value
        attributes["at"] = event.at.isoformat()
        attributes["received"] = event.received.isoformat()
        attributes["source"] = event.source.value
        return attributes


class LockEventsWithoutNames(LockEvents):
    """Events of a lock of which the database keeps no names."""

    _unrecorded_attributes = frozenset({"who", "person", "credential"})


class DoorAlarm(StandaloneEntity, EventEntity):
    """What a standalone door sensor warns of; only callbacks tell of it in time."""

    @property
    @override
    def available(self) -> bool:
        """Return True: what has happened stays so, whoever can be reached."""
        return True

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to the sensors."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_listen(self._hear))

    @callback
    def _hear(self, sensor_id: int, event: DoorEvent) -> None:
        if sensor_id == self.sensor_id and event.value in self.event_types:
            self._trigger_event(event.value)
            self.async_write_ha_state()
