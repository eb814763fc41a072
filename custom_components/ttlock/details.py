"""What is read rarely, and only while an entity shows it: a clock, firmware, a network.

Kept over restarts, so that a start costs no calls. Holds no secrets.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.errors import TTLockError, is_refusal
from .client.inventory import Firmware, FirmwareState, WifiDetail
from .client.settings import WorkingMode
from .const import DETAILS_CALLS_A_MONTH, DOMAIN, LOGGER, SETTINGS_RETRY, SHORTEST_DETAILS_AGE
from .data import spread

VERSION = 1
SAVE_DELAY_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail[T]:
    """One kind of thing to read about a lock or gateway, and how it is stored."""

    key: str
    dump: Callable[[T], Any]
    load: Callable[[Any], T]
    reads_a_day: int = 1
    """At most; fewer when the calls of the month do not suffice."""


def _firmware(raw: dict[str, Any]) -> Firmware:
    return Firmware(**{**raw, "state": FirmwareState(raw["state"])})


def _wifi(raw: dict[str, Any]) -> WifiDetail:
    return WifiDetail(**raw)


CLOCK_DRIFT: Final = Detail[int](key="clock_drift", dump=int, load=int)
"""Seconds by which the clock of a lock is ahead."""
LOCK_FIRMWARE: Final = Detail[Firmware](key="lock_firmware", dump=asdict, load=_firmware)
GATEWAY_FIRMWARE: Final = Detail[Firmware](key="gateway_firmware", dump=asdict, load=_firmware)
WIFI: Final = Detail[WifiDetail](key="wifi", dump=asdict, load=_wifi, reads_a_day=4)
WORKING_MODE: Final = Detail[WorkingMode](key="working_mode", dump=int, load=WorkingMode)
ALL: Final[tuple[Detail[Any], ...]] = (CLOCK_DRIFT, LOCK_FIRMWARE, GATEWAY_FIRMWARE, WIFI, WORKING_MODE)


@dataclass(frozen=True, slots=True)
class _Known:
    value: Any
    read_at: datetime


@dataclass(slots=True)
class _Wish:
    """Entities that show one detail of one lock or gateway."""

    detail: Detail[Any]
    read: Callable[[], Awaitable[object]]
    listeners: list[CALLBACK_TYPE]
    tried_at: datetime | None = None


class Details:
    """Keep the details of the locks and gateways of one account, by their numbers."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the entry."""
        self._store: Store[dict[str, Any]] = Store(hass, VERSION, f"{DOMAIN}.{entry_id}.details", private=True)
        self._known: dict[tuple[str, int], _Known] = {}
        self._wishes: dict[tuple[str, int], _Wish] = {}

    async def async_load(self) -> None:
        """Read the file; what cannot be read is read from the cloud again."""
        stored = await self._store.async_load() or {}
        for detail in ALL:
            for number, raw in stored.get(detail.key, {}).items():
                try:
                    read_at = dt_util.parse_datetime(raw["read_at"], raise_on_error=True)
                    self._known[detail.key, int(number)] = _Known(detail.load(raw["value"]), read_at)
                except (KeyError, TypeError, ValueError) as err:
                    LOGGER.debug("Stored %s of %s is not readable: %r", detail.key, number, err)

    async def async_flush(self) -> None:
        """Write now what was to be written soon."""
        await self._store.async_save(self._as_json())

    async def async_remove(self) -> None:
        """Delete the file."""
        await self._store.async_remove()

    def get[T](self, detail: Detail[T], number: int) -> T | None:
        """Return what is known of a lock or gateway."""
        known = self._known.get((detail.key, number))
        value: T | None = known.value if known else None
        return value

    @callback
    def note[T](self, detail: Detail[T], number: int, value: T) -> None:
        """Keep what was just read and tell the entities that show it."""
        self._known[detail.key, number] = _Known(value, dt_util.utcnow())
        self._save_soon()
        if wish := self._wishes.get((detail.key, number)):
            for listener in tuple(wish.listeners):
                listener()

    @callback
    def forget[T](self, detail: Detail[T], number: int) -> None:
        """Drop what is known of a lock or gateway that is gone."""
        if self._known.pop((detail.key, number), None):
            self._save_soon()

    @callback
    def follow[T](
        self, detail: Detail[T], number: int, read: Callable[[], Awaitable[object]], listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Read a detail now and then by something that notes it, and tell of it; returns how to stop."""
        key = (detail.key, number)
        wish = self._wishes.setdefault(key, _Wish(detail, read, []))
        wish.listeners.append(listener)

        @callback
        def stop() -> None:
            wish.listeners.remove(listener)
            if not wish.listeners:
                self._wishes.pop(key, None)

        return stop

    async def async_read_due(self, sharers: int) -> None:
        """Read what is shown and has grown old, one after the other; failures leave what is known.

        So many accounts share the calls of the month.
        """
        for key, wish in list(self._wishes.items()):
            now = dt_util.utcnow()
            known = self._known.get(key)
            if known and now - known.read_at < self._age(wish.detail, sharers):
                continue
            if wish.tried_at and now - wish.tried_at < SETTINGS_RETRY:
                continue
            wish.tried_at = now
            try:
                await wish.read()
            except TTLockError as err:
                LOGGER.debug("Could not read %s of %s: %s", *key, err)
                if not is_refusal(err):
                    # The next would fare no better; it is its turn after the next inventory.
                    return

    def _age(self, detail: Detail[Any], sharers: int) -> timedelta:
        """Return how old a detail may grow."""
        reads = sum(wish.detail.reads_a_day for wish in self._wishes.values())
        return spread(reads, DETAILS_CALLS_A_MONTH / sharers, SHORTEST_DETAILS_AGE) / detail.reads_a_day

    def _save_soon(self) -> None:
        self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    def _as_json(self) -> dict[str, Any]:
        return {
            detail.key: {
                str(number): {"value": detail.dump(known.value), "read_at": known.read_at.isoformat()}
                for (key, number), known in self._known.items()
                if key == detail.key
            }
            for detail in ALL
        }
