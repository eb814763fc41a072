"""What was known of the locks last, kept over restarts with its age. Holds no secrets."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.evidence import Evidence, FactSource, Trail
from .client.knowledge import Testimony
from .client.models import Bolt, Door
from .const import DOMAIN, LOGGER

VERSION = 1
SAVE_DELAY_SECONDS = 10


class FactStore:
    """Keep the evidence about every lock of one entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store: Store[dict[str, Any]] = Store(hass, VERSION, f"{DOMAIN}.{entry_id}.facts", private=True)
        self._testimonies: dict[int, Testimony] = {}

    async def async_load(self) -> None:
        """Read the file; what cannot be read is asked for again."""
        now = dt_util.utcnow()
        for key, raw in (await self._store.async_load() or {}).items():
            try:
                self._testimonies[int(key)] = _from_json(raw).restored(now)
            except (KeyError, TypeError, ValueError) as err:
                LOGGER.debug("Stored facts of lock %s are not readable: %r", key, err)

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self._as_json())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def get(self, lock_id: int) -> Testimony:
        """Return what is known of a lock."""
        return self._testimonies.get(lock_id, Testimony())

    @callback
    def put(self, lock_id: int, testimony: Testimony) -> None:
        """Keep evidence and write it soon."""
        self._testimonies[lock_id] = testimony
        self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    @callback
    def forget(self, lock_id: int) -> None:
        """Drop a lock that is gone."""
        if self._testimonies.pop(lock_id, None):
            self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    def _as_json(self) -> dict[str, Any]:
        return {str(lock_id): _to_json(testimony) for lock_id, testimony in self._testimonies.items()}


def _to_json(testimony: Testimony) -> dict[str, Any]:
    return {
        "bolt": [_dump(item) for item in testimony.bolt.items],
        "door": [_dump(item) for item in testimony.door.items],
        "battery": [_dump(item) for item in testimony.battery.items],
    }


def _from_json(raw: dict[str, Any]) -> Testimony:
    return Testimony(
        bolt=_trail(raw["bolt"], Bolt),
        door=_trail(raw["door"], Door),
        battery=_trail(raw["battery"], int),
    )


def _dump(item: Evidence[Any]) -> dict[str, Any]:
    return {
        "value": item.value,
        "source": item.source.value,
        "at": item.at.isoformat(),
        "heard": item.heard.isoformat(),
        "began": item.began and item.began.isoformat(),
        "order": item.order,
    }


def _trail[T](raw: list[dict[str, Any]], value_of: Callable[[Any], T]) -> Trail[T]:
    return Trail[T]().following(
        *(
            Evidence(
                value=None if item["value"] is None else value_of(item["value"]),
                source=FactSource(item["source"]),
                at=datetime.fromisoformat(item["at"]),
                heard=datetime.fromisoformat(item["heard"]),
                began=item["began"] and datetime.fromisoformat(item["began"]),
                order=int(item["order"]),
            )
            for item in raw
        )
    )
