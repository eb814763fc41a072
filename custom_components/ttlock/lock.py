"""The lock itself."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityDescription as HaLockEntityDescription
from homeassistant.const import ATTR_CODE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .activity import async_write_activity
from .client.events import LockEvent
from .client.models import Bolt
from .coordinator import TTLockConfigEntry
from .entity import LockEntityDescription, TTLockEntity, async_add_lock_entities
from .options import RecordOptions
from .unlock_code import FORMAT

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
    names = RecordOptions.of(entry.options).names
    async_add_lock_entities(entry, async_add_entities, LOCKS, TTLockLock if names else TTLockLockWithoutNames)


class TTLockLock(TTLockEntity, LockEntity):
    """A lock.

    It has no code format unless the user wants one: assistants send no code and are locked out (unlock_code.py).
    """

    entity_description: BoltDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Keep the diary of the lock."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.log.async_listen(self._write_activity))

    @callback
    def _write_activity(self, event: LockEvent) -> None:
        lock = self.coordinator
        async_write_activity(self.hass, self.entity_id, lock.name, event, lock.log.options)

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return whether the bolt is thrown; None when nobody knows."""
        return None if self.facts.bolt is Bolt.UNKNOWN else self.facts.bolt is Bolt.LOCKED

    @property
    @override
    def code_format(self) -> str | None:
        """Return what a code looks like that is asked for; nothing fits, too, so that locking needs none."""
        return FORMAT if self.coordinator.account.unlock_code else None

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
        await self.async_run(self.coordinator.commands.async_lock())

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Withdraw the bolt."""
        await self.async_run(self._async_unlock(kwargs.get(ATTR_CODE)))

    async def _async_unlock(self, code: str | None) -> None:
        if asked_for := self.coordinator.account.unlock_code:
            with self.coordinator.log.telling_failure("unlock"):
                await asked_for.async_check(self.hass, code)
        await self.coordinator.commands.async_unlock()


class TTLockLockWithoutNames(TTLockLock):
    """A lock of which the database keeps no names."""

    _unrecorded_attributes = frozenset({"changed_by"})
