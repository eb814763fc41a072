"""The last inventory of an account, so that Home Assistant starts with it while the cloud does not answer.

Holds names and addresses as the registries of Home Assistant do, and no secrets.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.features import Features
from .client.models import Ekey, EkeyStatus, Gateway, GatewayReach
from .const import DOMAIN, LOGGER
from .data import Inventory, InventoryLock

VERSION = 1
SAVE_DELAY_SECONDS = 10


class InventoryStore:
    """Keep the inventory of one entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store: Store[dict[str, Any]] = Store(hass, VERSION, f"{DOMAIN}.{entry_id}.inventory", private=True)
        self._inventory: Inventory | None = None

    async def async_load(self) -> Inventory | None:
        """Return what was known last; None when there is nothing or it cannot be read."""
        if (raw := await self._store.async_load()) is None:
            return None
        try:
            locks = [_lock(item) for item in raw["locks"]]
            gateways = [Gateway(**item) for item in raw["gateways"]]
            reach = tuple(GatewayReach(**item) for item in raw.get("reach", ()))
        except (KeyError, TypeError, ValueError) as err:
            LOGGER.debug("The stored inventory is not readable: %r", err)
            return None
        return Inventory(
            locks={lock.ekey.lock_id: lock for lock in locks},
            gateways={gateway.gateway_id: gateway for gateway in gateways},
            reach=reach,
        )

    @callback
    def put(self, inventory: Inventory) -> None:
        """Keep an inventory, and write it soon when it is another than before."""
        if inventory != self._inventory:
            self._inventory = inventory
            self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        if self._inventory is not None:
            await self._store.async_save(self._as_json())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def _as_json(self) -> dict[str, Any]:
        inventory = self._inventory or Inventory()
        return {
            "locks": [_to_json(lock) for lock in inventory.locks.values()],
            "gateways": [asdict(gateway) for gateway in inventory.gateways.values()],
            "reach": [asdict(reach) for reach in inventory.reach],
        }


def _to_json(lock: InventoryLock) -> dict[str, Any]:
    ekey = lock.ekey
    return {
        **asdict(lock),
        "ekey": {
            **{name: value for name, value in asdict(ekey).items() if name != "lock_data"},
            # More bits than a number in JSON may have.
            "features": f"{ekey.features.value:X}",
            "status": ekey.status.value,
            "start": ekey.start and ekey.start.isoformat(),
            "end": ekey.end and ekey.end.isoformat(),
            "utc_offset": None if ekey.utc_offset is None else ekey.utc_offset.total_seconds(),
        },
    }


def _lock(raw: dict[str, Any]) -> InventoryLock:
    ekey = raw["ekey"]
    start, end, offset = ekey["start"], ekey["end"], ekey["utc_offset"]
    return InventoryLock(
        **{
            **raw,
            "ekey": Ekey(
                **{
                    **ekey,
                    "features": Features(int(ekey["features"], 16)),
                    "status": EkeyStatus(ekey["status"]),
                    "start": start and dt_util.parse_datetime(start, raise_on_error=True),
                    "end": end and dt_util.parse_datetime(end, raise_on_error=True),
                    "utc_offset": None if offset is None else timedelta(seconds=offset),
                }
            ),
        }
    )
