"""Battery, signals, clock and networks, who used a lock, and how far an action on many locks is."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, SIGNAL_STRENGTH_DECIBELS_MILLIWATT, EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .battery_forecast import BatteryForecast, BatteryForecastDescription
from .bluetooth_signal import BluetoothSignal, BluetoothSignalDescription
from .book_sensor import BookSensor, BookSensorDescription
from .callback_sensor import CallbackSensor, CallbackSensorDescription
from .client import Feature
from .client.errors import VENDOR_CODES, DeviceUnreachable, NotExecuted, QuotaExceeded
from .client.evidence import Confidence, FactSource
from .client.grants import EXPIRING, Life
from .client.history import History
from .client.models import Gateway
from .client.roads.router import Road
from .client.settings import WorkingMode
from .coordinator import TTLockConfigEntry
from .data import BLUETOOTH, CONNECTED, EKEY_INVALID, LockData
from .details import CLOCK_DRIFT, WIFI, WORKING_MODE
from .entity import (
    LockDetailDescription,
    LockDetailEntity,
    LockEntityDescription,
    TTLockEntity,
    async_add_lock_entities,
)
from .gateway_entity import GatewayEntity, async_add_gateway_entities
from .job_sensor import JobSensor, JobSensorDescription
from .jobs import JobState
from .lock_coordinator import LockCoordinator
from .push_state import Callbacks
from .quota_sensor import QuotaSensor, QuotaSensorDescription
from .road_sensor import RoadSensor, RoadSensorDescription
from .standalone_entity import StandaloneEntity, async_add_standalone_entities

PARALLEL_UPDATES = 0

CONNECTION_STATES = sorted(
    {BLUETOOTH, CONNECTED, EKEY_INVALID}
    | {
        reason
        for kind, reason, _ in VENDOR_CODES.values()
        if issubclass(kind, DeviceUnreachable | NotExecuted | QuotaExceeded)
    }
)


BOLT_SOURCES = [source.value for source in FactSource if source not in (FactSource.INVENTORY, FactSource.SETTINGS)]
WIFI_SIGNALS = {3: "strong", 2: "medium", 1: "weak"}
"""The vendor's grades (ttlock-open-api.md 4.17)."""


@dataclass(frozen=True, kw_only=True)
class LockSensorDescription(LockEntityDescription, SensorEntityDescription):
    """Describe a reading of a lock."""

    value_fn: Callable[[LockData], StateType]
    restored: bool = False
    """The value is not read again after a restart, so Home Assistant remembers it."""
    names: bool = False
    """The value is the name of somebody."""


@dataclass(frozen=True, kw_only=True)
class LockDetailSensorDescription(LockDetailDescription, SensorEntityDescription):
    """Describe a reading of a lock that is taken rarely."""

    value_fn: Callable[[Any], StateType]


@dataclass(frozen=True, kw_only=True)
class LogSensorDescription(LockEntityDescription, SensorEntityDescription):
    """Describe what the log of a lock tells."""

    value_fn: Callable[[History], datetime | None]


@dataclass(frozen=True, kw_only=True)
class GatewaySensorDescription(SensorEntityDescription):
    """Describe what the cloud tells of a gateway."""

    value_fn: Callable[[Gateway], StateType]


def _may_manage(data: LockData) -> bool:
    return data.ekey.may_manage


SENSORS = (
    LockSensorDescription(
        key="lockbattery",
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.battery,
    ),
    LockSensorDescription(
        key="sensorbattery",
        translation_key="door_sensor_battery",
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        entity_category=EntityCategory.DIAGNOSTIC,
        supported_fn=lambda data: data.settings.door_sensor is not None,
        value_fn=lambda data: data.settings.door_sensor.battery if data.settings.door_sensor else None,
    ),
    LockSensorDescription(
        key="connection",
        translation_key="connection",
        device_class=SensorDeviceClass.ENUM,
        options=CONNECTION_STATES,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda data: data.connection,
    ),
    LockSensorDescription(
        key="state_source",
        translation_key="state_source",
        device_class=SensorDeviceClass.ENUM,
        options=BOLT_SOURCES,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.known.bolt.source.value if data.known.bolt else None,
    ),
    LockSensorDescription(
        key="state_confidence",
        translation_key="state_confidence",
        device_class=SensorDeviceClass.ENUM,
        options=[confidence.value for confidence in Confidence],
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.known.bolt.confidence.value if data.known.bolt else None,
    ),
    LockSensorDescription(
        key="lockoperator",
        translation_key="last_operator",
        restored=True,
        names=True,
        value_fn=lambda data: data.operator,
    ),
    LockSensorDescription(
        key="locktrigger",
        translation_key="last_trigger",
        restored=True,
        value_fn=lambda data: data.trigger,
    ),
)
DETAILS = (
    LockDetailSensorDescription(
        # Reading it wakes the lock.
        key="clock_drift",
        translation_key="clock_drift",
        device_class=SensorDeviceClass.DURATION,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: Feature.NO_CLOCK not in data.features and data.ekey.may_manage,
        detail=CLOCK_DRIFT,
        read_fn=lambda lock: lock.upkeep.async_look_at_clock(),
        value_fn=lambda seconds: seconds,
    ),
    LockDetailSensorDescription(
        key="working_mode",
        translation_key="working_mode",
        device_class=SensorDeviceClass.ENUM,
        options=["always", "hours", "never"],
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        # No bit tells of working hours; outside of them a lock freezes itself (ttlock-open-api.md 4.3).
        supported_fn=lambda data: Feature.FREEZE in data.features and data.ekey.may_manage,
        detail=WORKING_MODE,
        read_fn=lambda lock: lock.upkeep.async_read_working_hours(),
        value_fn=lambda mode: None if mode is WorkingMode.UNKNOWN else mode.name.lower(),
    ),
    LockDetailSensorDescription(
        key="wifi_network",
        translation_key="wifi_network",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: Feature.WIFI in data.features,
        detail=WIFI,
        read_fn=lambda lock: lock.upkeep.async_read_wifi(),
        value_fn=lambda wifi: wifi.network,
    ),
    LockDetailSensorDescription(
        key="wifi_address",
        translation_key="wifi_address",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: Feature.WIFI in data.features,
        detail=WIFI,
        read_fn=lambda lock: lock.upkeep.async_read_wifi(),
        value_fn=lambda wifi: wifi.ip,
    ),
    LockDetailSensorDescription(
        key="wifi_signal",
        translation_key="wifi_signal",
        device_class=SensorDeviceClass.ENUM,
        options=list(WIFI_SIGNALS.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=lambda data: Feature.WIFI in data.features,
        detail=WIFI,
        read_fn=lambda lock: lock.upkeep.async_read_wifi(),
        value_fn=lambda wifi: WIFI_SIGNALS.get(wifi.signal),
    ),
)
GATEWAY_SENSORS = (
    GatewaySensorDescription(
        key="network",
        translation_key="network",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda gateway: gateway.network,
    ),
)
GATEWAY_SIGNAL = LockSensorDescription(
    key="lockgateway",
    translation_key="gateway_signal",
    device_class=SensorDeviceClass.SIGNAL_STRENGTH,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    supported_fn=lambda data: data.inventory.has_gateway is not False,
    value_fn=lambda data: data.reach[0].rssi if data.reach else None,
)
ROAD = RoadSensorDescription(
    key="road",
    translation_key="road",
    device_class=SensorDeviceClass.ENUM,
    options=[road.value for road in Road],
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)
BOOK_SENSORS = (
    BookSensorDescription(
        key="next_expiry",
        translation_key="next_expiry",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=_may_manage,
        book_fn=lambda book: book.next_expiry,
    ),
    BookSensorDescription(
        key="access_in_force",
        translation_key="access_in_force",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=_may_manage,
        book_fn=lambda book: sum(access.life.opens for access in book.accesses),
    ),
    BookSensorDescription(
        key="access_expiring",
        translation_key="access_expiring",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=_may_manage,
        book_fn=lambda book: sum(access.ends_within(EXPIRING, dt_util.utcnow()) for access in book.accesses),
    ),
    BookSensorDescription(
        key="access_expired",
        translation_key="access_expired",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=_may_manage,
        book_fn=lambda book: sum(access.life is Life.EXPIRED for access in book.accesses),
    ),
    BookSensorDescription(
        key="pending_changes",
        translation_key="pending_changes",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        supported_fn=_may_manage,
        from_tables=False,
        book_fn=lambda book: sum(access.grant is not None and access.grant.pending for access in book.accesses),
    ),
)
LAST_OPENED = (
    LogSensorDescription(
        key="last_opened",
        translation_key="last_opened",
        device_class=SensorDeviceClass.TIMESTAMP,
        supported_fn=_may_manage,
        value_fn=lambda history: history.last_opened,
    ),
)
BATTERY_LOW_ON = BatteryForecastDescription(
    key="battery_low_on",
    translation_key="battery_low_on",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
    battery="lockbattery",
)
BLUETOOTH_SIGNAL = BluetoothSignalDescription(
    key="lockblesignal",
    translation_key="bluetooth_signal",
    device_class=SensorDeviceClass.SIGNAL_STRENGTH,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
    entity_category=EntityCategory.DIAGNOSTIC,
    entity_registry_enabled_default=False,
)
CALLBACKS = CallbackSensorDescription(
    key="callbacks",
    translation_key="callbacks",
    device_class=SensorDeviceClass.ENUM,
    options=[state.value for state in Callbacks],
    entity_category=EntityCategory.DIAGNOSTIC,
)
STANDALONE_BATTERY = SensorEntityDescription(
    key="battery",
    device_class=SensorDeviceClass.BATTERY,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=PERCENTAGE,
    entity_category=EntityCategory.DIAGNOSTIC,
)
JOB = JobSensorDescription(
    key="job",
    translation_key="job",
    device_class=SensorDeviceClass.ENUM,
    options=[state.value for state in JobState],
    entity_category=EntityCategory.DIAGNOSTIC,
)


CALLS = (
    QuotaSensorDescription(
        key="calls_used",
        translation_key="calls_used",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda governor, now: governor.used(now),
        itemized=True,
    ),
    QuotaSensorDescription(
        key="calls_forecast",
        translation_key="calls_forecast",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda governor, now: governor.forecast(now),
    ),
    QuotaSensorDescription(
        key="calls_limit",
        translation_key="calls_limit",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda governor, now: governor.limit,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the readings of an account and of its locks."""
    async_add_entities([JobSensor(entry.runtime_data, JOB)])
    if not entry.runtime_data.is_local:
        async_add_entities([CallbackSensor(entry.runtime_data, CALLBACKS)])
        async_add_entities(QuotaSensor(entry.runtime_data, description) for description in CALLS)
    async_add_lock_entities(entry, async_add_entities, SENSORS, _sensor)
    async_add_lock_entities(entry, async_add_entities, LAST_OPENED, LastOpened)
    async_add_lock_entities(entry, async_add_entities, (BATTERY_LOW_ON,), BatteryForecast)
    async_add_lock_entities(entry, async_add_entities, (GATEWAY_SIGNAL,), GatewaySignal)
    async_add_lock_entities(entry, async_add_entities, DETAILS, LockDetailSensor)
    async_add_gateway_entities(entry, async_add_entities, GATEWAY_SENSORS, GatewaySensor)
    async_add_lock_entities(entry, async_add_entities, BOOK_SENSORS, BookSensor)
    async_add_standalone_entities(entry, async_add_entities, (STANDALONE_BATTERY,), StandaloneBattery)
    async_add_lock_entities(entry, async_add_entities, (BLUETOOTH_SIGNAL,), BluetoothSignal)
    async_add_lock_entities(entry, async_add_entities, (ROAD,), RoadSensor)


def _sensor(coordinator: LockCoordinator, description: LockSensorDescription) -> SensorEntity:
    if description.names and not coordinator.log.options.names:
        # The database keeps every state: there is nothing to show that it must not know.
        return LockSensor(coordinator, replace(description, value_fn=lambda data: None))
    kind = RememberedSensor if description.restored else LockSensor
    return kind(coordinator, description)


class LockSensor(TTLockEntity, SensorEntity):
    """A reading of a lock."""

    entity_description: LockSensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        """Return the reading, None when it is not known."""
        return self.entity_description.value_fn(self.facts)


class LastOpened(TTLockEntity, SensorEntity):
    """A moment out of the log, kept over restarts with it."""

    entity_description: LogSensorDescription

    @property
    @override
    def available(self) -> bool:
        """Return True: the past does not depend on whoever can be reached."""
        return True

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return it, None when the log does not tell."""
        return self.entity_description.value_fn(self.coordinator.log.history)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the log."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.log.async_watch(self.async_write_ha_state))


class RememberedSensor(LockSensor, RestoreSensor):
    """A reading that outlives a restart."""

    _remembered: StateType = None

    @override
    async def async_added_to_hass(self) -> None:
        """Take over what was shown before the restart."""
        await super().async_added_to_hass()
        if last := await self.async_get_last_sensor_data():
            self._remembered = last.native_value  # type: ignore[assignment]

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Remember what is known now, so that nothing older is shown once it is not."""
        self._remembered = super().native_value or self._remembered
        super()._handle_coordinator_update()

    @property
    @override
    def native_value(self) -> StateType:
        """Return the newest reading."""
        return super().native_value or self._remembered


class GatewaySignal(LockSensor):
    """How well the best gateway hears the lock."""

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return which gateway that is."""
        if not self.facts.reach:
            return None
        gateway = self.coordinator.account.data.gateways.get(self.facts.reach[0].gateway_id)
        return {"gateway": gateway.name} if gateway else None


class LockDetailSensor(LockDetailEntity, SensorEntity):
    """A reading of a lock that is taken rarely."""

    entity_description: LockDetailSensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        """Return the reading, None when it is not known."""
        return None if self.detail is None else self.entity_description.value_fn(self.detail)


class GatewaySensor(GatewayEntity, SensorEntity):
    """What the cloud tells of a gateway."""

    entity_description: GatewaySensorDescription

    @property
    @override
    def native_value(self) -> StateType:
        """Return it, None when it is not known."""
        return self.entity_description.value_fn(self.gateway)


class StandaloneBattery(StandaloneEntity, SensorEntity):
    """The battery of a standalone door sensor."""

    @property
    @override
    def native_value(self) -> int | None:
        """Return the battery level."""
        return self.sensor.battery
