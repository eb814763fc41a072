"""Names and numbers of the credentials of locks without an account, in a file of their own: they open doors."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .client.roads.tables import Tables
from .const import DOMAIN, LOGGER

VERSION: Final = 1
SAVE_DELAY_SECONDS: Final = 1


class LocalTables:
    """Keep the tables of one entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}.tables", private=True, atomic_writes=True
        )
        self.tables = Tables(self._save)

    async def async_load(self) -> None:
        """Read the file."""
        try:
            if (raw := await self._store.async_load()) is not None:
                self.tables.read(raw)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            LOGGER.error("The names of credentials cannot be read from the store: %s", type(err).__name__)

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self.tables.to_json())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _save(self) -> None:
        self._store.async_delay_save(self.tables.to_json, SAVE_DELAY_SECONDS)
