"""Numbers and times about the credentials of a lock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription

from .book_entity import BookEntity
from .credential_book import CredentialBook
from .entity import LockEntityDescription


@dataclass(frozen=True, kw_only=True)
class BookSensorDescription(LockEntityDescription, SensorEntityDescription):
    """Describe what the book of a lock tells."""

    book_fn: Callable[[CredentialBook], int | datetime | None]
    from_tables: bool = True
    """It takes a reading of the tables to know."""


class BookSensor(BookEntity, SensorEntity):
    """Something that the book of a lock tells."""

    entity_description: BookSensorDescription

    @property
    @override
    def available(self) -> bool:
        """Return whether it is known."""
        return super().available or not self.entity_description.from_tables

    @property
    @override
    def native_value(self) -> int | datetime | None:
        """Return what the book tells now."""
        return self.entity_description.book_fn(self.book)
