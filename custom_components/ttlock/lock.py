"""The lock itself."""

from collections.abc import Awaitable
from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityDescription as HaLockEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.models import Bolt
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities

PARALLEL_UPDATES = 0
"""Commands queue in the client, one at a time per gateway."""


class BoltDescription(LockEntityDescription, HaLockEntityDescription):
    """Describe the lock entity."""


LOCKS = (BoltDescription(key="lock", name=None, needs_lock=True),)


async def async_setup_entry(
    hass: HomeAssistant, entry: TTLockConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Set up the locks of an account."""
    async_add_lock_entities(entry, async_add_entities, LOCKS, TTLockLock)


class TTLockLock(TTLockEntity, LockEntity):
    """A lock.

    It has no code format: assistants send none and would be locked out (voice-and-automation.md 1, fact 5).
    """

    entity_description: BoltDescription

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return whether the bolt is thrown; None when nobody knows."""
        return None if self.facts.bolt is Bolt.UNKNOWN else self.facts.bolt is Bolt.LOCKED

    @property
    @override
    def changed_by(self) -> str | None:
        """Return who moved the bolt last, as far as the log tells."""
        return self.facts.operator

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Throw the bolt."""
        self._attr_is_locking = True
        await self._async_move(self.coordinator.async_lock())

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Withdraw the bolt."""
        self._attr_is_unlocking = True
        await self._async_move(self.coordinator.async_unlock())

    async def _async_move(self, command: Awaitable[None]) -> None:
        self.async_write_ha_state()
        try:
            await self.async_run(command)
        finally:
            self._attr_is_locking = self._attr_is_unlocking = False
            self.async_write_ha_state()
