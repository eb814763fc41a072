"""The lock itself."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityDescription as HaLockEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .client.models import Bolt
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities

PARALLEL_UPDATES = 0
"""Commands queue in the client, one at a time per gateway."""


@dataclass(frozen=True, kw_only=True)
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

    @property
    @override
    def is_locking(self) -> bool:
        """Return whether a command to lock is under way."""
        return self.facts.moving_to is Bolt.LOCKED

    @property
    @override
    def is_unlocking(self) -> bool:
        """Return whether a command to unlock is under way."""
        return self.facts.moving_to is Bolt.UNLOCKED

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Throw the bolt."""
        await self.async_run(self.coordinator.async_lock())

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Withdraw the bolt."""
        await self.async_run(self.coordinator.async_unlock())
