"""What has to be known of the logs after a restart, so that nothing old is told as news. Holds no digits."""

import secrets
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.history import History
from .client.quota import Habit
from .const import DOMAIN, LOGGER

VERSION = 1
SAVE_DELAY_SECONDS = 10
SALT_BYTES = 16


class LogStore:
    """Keep the histories of the locks of one entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}.records", private=True, atomic_writes=True
        )
        self._salt = secrets.token_bytes(SALT_BYTES)
        self._histories: dict[int, History] = {}
        self._habits: dict[int, Habit] = {}

    async def async_load(self) -> None:
        """Read the file; a history that cannot be read begins anew."""
        raw = await self._store.async_load()
        if raw is None:
            return
        try:
            self._salt = bytes.fromhex(raw["salt"])
            for key, kept in raw["locks"].items():
                history = History(self._salt, dt_util.utcnow())
                history.restore(kept)
                self._histories[int(key)] = history
            for key, kept in raw.get("habits", {}).items():
                self.habit(int(key)).restore(kept)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            LOGGER.warning("What was known of records cannot be read from the store: %s", type(err).__name__)

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self._as_json())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    @callback
    def get(self, lock_id: int) -> History:
        """Return the history of a lock, which begins now unless it was kept."""
        if lock_id not in self._histories:
            self._histories[lock_id] = History(self._salt, dt_util.utcnow())
            self.save()
        return self._histories[lock_id]

    @callback
    def habit(self, lock_id: int) -> Habit:
        """Return at which hours a lock is used."""
        return self._habits.setdefault(lock_id, Habit())

    @callback
    def save(self) -> None:
        """Write soon."""
        self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    @callback
    def forget(self, lock_id: int) -> None:
        """Drop a lock that is gone."""
        self._habits.pop(lock_id, None)
        if self._histories.pop(lock_id, None):
            self.save()

    def _as_json(self) -> dict[str, Any]:
        return {
            "salt": self._salt.hex(),
            "habits": {str(lock_id): habit.to_json() for lock_id, habit in self._habits.items()},
            "locks": {str(lock_id): history.to_json() for lock_id, history in self._histories.items()},
        }
