"""What all entities of a lock have in common."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.device_registry import CONNECTION_BLUETOOTH, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, MANUFACTURER
from .coordinator import TTLockConfigEntry
from .data import LockData
from .details import Detail
from .errors import translated
from .lock_coordinator import LockCoordinator


@dataclass(frozen=True, kw_only=True)
class LockEntityDescription(EntityDescription):
    """Describe an entity of a lock; `key` ends its unique id."""

    supported_fn: Callable[[LockData], bool] = lambda data: True
    needs_lock: bool = False
    """The entity sends commands to the lock, so it is available only while the lock is reached."""


class TTLockEntity(CoordinatorEntity[LockCoordinator]):
    """An entity of a lock."""

    _attr_has_entity_name = True
    entity_description: LockEntityDescription

    def __init__(self, coordinator: LockCoordinator, description: LockEntityDescription) -> None:
        """Name the entity after lock and key."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"{DOMAIN}-{coordinator.lock_id}-{description.key}"
        ekey = coordinator.data.ekey
        settings = coordinator.data.settings
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, ekey.mac)},
            connections={(CONNECTION_BLUETOOTH, ekey.mac.upper())},
            manufacturer=MANUFACTURER,
            model=settings.model or ekey.hardware_name,
            hw_version=settings.hardware_version,
            sw_version=settings.firmware_version,
            serial_number=str(coordinator.lock_id),
            name=ekey.name,
        )

    @property
    def facts(self) -> LockData:
        """Return what is known of the lock."""
        return self.coordinator.data

    @property
    @override
    def available(self) -> bool:
        """Return whether what the entity shows or does can be relied on.

        A single failed reading changes nothing: known facts stay until the outage limit.
        """
        if self.entity_description.needs_lock:
            return self.coordinator.reachable
        return not self.coordinator.account.outage or self.facts.by_radio

    async def async_run(self, command: Awaitable[object]) -> None:
        """Await a command and turn its failure into the user's language."""
        with translated(self.hass, self.coordinator.config_entry, self.coordinator.name):
            await command


@dataclass(frozen=True, kw_only=True)
class LockDetailDescription(LockEntityDescription):
    """Describe an entity that shows what is read rarely, and only because the entity is there."""

    detail: Detail[Any]
    read_fn: Callable[[LockCoordinator], Awaitable[object]]


class LockDetailEntity(TTLockEntity):
    """An entity of a lock that shows a detail."""

    entity_description: LockDetailDescription

    @property
    def detail(self) -> Any:
        """Return what was read last, None when it never was."""
        return self.coordinator.account.details.get(self.entity_description.detail, self.coordinator.lock_id)

    @override
    async def async_added_to_hass(self) -> None:
        """Have the detail read now and then."""
        await super().async_added_to_hass()
        description, lock = self.entity_description, self.coordinator
        read = partial(description.read_fn, lock)
        details = lock.account.details
        self.async_on_remove(details.follow(description.detail, lock.lock_id, read, self.async_write_ha_state))


def async_add_lock_entities[D: LockEntityDescription](
    entry: TTLockConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    descriptions: Iterable[D],
    build: Callable[[LockCoordinator, D], Entity],
) -> None:
    """Add the entities that each lock supports, now and as soon as a lock appears or turns out to support one."""
    account = entry.runtime_data
    watched: dict[int, tuple[LockCoordinator, CALLBACK_TYPE]] = {}

    @callback
    def follow_inventory() -> None:
        for lock_id, (lock, stop) in list(watched.items()):
            if account.locks.get(lock_id) is not lock:
                stop()
                del watched[lock_id]
        for lock_id in account.locks.keys() - watched.keys():
            lock = account.locks[lock_id]
            watched[lock_id] = (lock, watch(lock))

    @callback
    def watch(lock: LockCoordinator) -> CALLBACK_TYPE:
        missing = list(descriptions)

        @callback
        def add_supported() -> None:
            if supported := [description for description in missing if description.supported_fn(lock.data)]:
                missing[:] = [description for description in missing if description not in supported]
                async_add_entities(build(lock, description) for description in supported)
            if not missing:
                stop()

        stop = lock.async_watch(add_supported)
        add_supported()
        return stop

    @callback
    def stop_all() -> None:
        for _, stop in watched.values():
            stop()

    entry.async_on_unload(account.async_add_listener(follow_inventory))
    entry.async_on_unload(stop_all)
    follow_inventory()
