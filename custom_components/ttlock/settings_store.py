"""Settings of the locks, kept over restarts so that a start costs no calls. Holds no secrets."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.passage import PassageMode, PassagePeriod
from .client.settings import LockSwitches, open_direction
from .const import DOMAIN, LOGGER
from .data import DoorSensor, LockSettings

VERSION = 1
SAVE_DELAY_SECONDS = 10
MOMENTS = ("read_at", "auto_lock_set_at", "passage_set_at")


class SettingsStore:
    """Keep the settings of every lock of one entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store: Store[dict[str, Any]] = Store(hass, VERSION, f"{DOMAIN}.{entry_id}", private=True)
        self._settings: dict[int, LockSettings] = {}

    async def async_load(self) -> None:
        """Read the file; what cannot be read is read from the cloud again."""
        for key, raw in (await self._store.async_load() or {}).items():
            try:
                self._settings[int(key)] = _from_json(raw)
            except (KeyError, TypeError, ValueError) as err:
                LOGGER.debug("Stored settings of lock %s are not readable: %r", key, err)

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self._as_json())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def get(self, lock_id: int) -> LockSettings:
        """Return what is known of a lock."""
        return self._settings.get(lock_id, LockSettings())

    @callback
    def put(self, lock_id: int, settings: LockSettings) -> None:
        """Keep settings and write them soon."""
        self._settings[lock_id] = settings
        self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    @callback
    def forget(self, lock_id: int) -> None:
        """Drop a lock that is gone."""
        if self._settings.pop(lock_id, None):
            self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    def _as_json(self) -> dict[str, Any]:
        return {str(lock_id): _to_json(settings) for lock_id, settings in self._settings.items()}


def _to_json(settings: LockSettings) -> dict[str, Any]:
    raw = asdict(settings)
    for name in MOMENTS:
        raw[name] = raw[name] and raw[name].isoformat()
    if settings.passage:
        for period in raw["passage"]["periods"]:
            period["weekdays"] = sorted(period["weekdays"])
    return raw


def _from_json(raw: dict[str, Any]) -> LockSettings:
    passage, sensor, switches = raw["passage"], raw["door_sensor"], raw["switches"]
    if switches:
        switches = LockSwitches(**{**switches, "open_direction": open_direction(switches["open_direction"])})
    if passage:
        periods = tuple(
            PassagePeriod(**{**period, "weekdays": frozenset(period["weekdays"])}) for period in passage["periods"]
        )
        passage = PassageMode(**{**passage, "periods": periods})
    return LockSettings(
        **{
            **raw,
            "passage": passage,
            "switches": switches,
            "door_sensor": DoorSensor(**sensor) if sensor else None,
            **{name: _moment(raw.get(name)) for name in MOMENTS},
        }
    )


def _moment(value: str | None) -> datetime | None:
    return None if value is None else dt_util.parse_datetime(value, raise_on_error=True)
