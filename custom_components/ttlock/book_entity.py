"""What entities that tell of the credentials of a lock have in common."""

from typing import override

from .entity import LockEntityDescription, TTLockEntity
from .lock_coordinator import LockCoordinator


class BookEntity(TTLockEntity):
    """An entity that looks into the book of a lock. While there is one, the book is kept up to date."""

    def __init__(self, coordinator: LockCoordinator, description: LockEntityDescription) -> None:
        """Find the book."""
        super().__init__(coordinator, description)
        self.book = coordinator.book

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the credentials."""
        await super().async_added_to_hass()
        self.async_on_remove(self.book.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def available(self) -> bool:
        """Return whether the credentials were read: none that are known are not the same as none."""
        return super().available and self.book.data.read_at is not None
