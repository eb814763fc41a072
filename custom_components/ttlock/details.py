"""What is read rarely: daily while an entity shows it, and a few things weekly for everybody; a clock, firmware, a network.

Kept over restarts, so that a start costs no calls. Holds no secrets.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from .client.errors import TTLockError, is_refusal
from .client.inventory import Firmware, FirmwareState, WifiDetail
from .client.settings import WorkingMode
from .const import DOMAIN, LOGGER, SETTINGS_RETRY, SHORTEST_DETAILS_AGE, WATCHED_READS_A_DAY

VERSION = 1
SAVE_DELAY_SECONDS = 10
_HOUR: Final = timedelta(hours=1)


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
    """Who wants one detail of one lock or gateway: entities that show it, or we ourselves."""

    detail: Detail[Any]
    read: Callable[[], Awaitable[object]]
    listeners: list[CALLBACK_TYPE] = field(default_factory=list)
    watched: bool = False
    """It is read now and then although no entity shows it."""
    tried_at: datetime | None = None

    @property
    def reads_a_day(self) -> float:
        """Return how often it is read, as far as the calls of the month allow."""
        return self.detail.reads_a_day if self.listeners else WATCHED_READS_A_DAY


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
        if wish := self._wishes.get((detail.key, number)):
            wish.watched = False
            self._drop_unless_wanted(wish, number)
        if self._known.pop((detail.key, number), None):
            self._save_soon()

    @callback
    def watch[T](self, detail: Detail[T], number: int, read: Callable[[], Awaitable[object]]) -> None:
        """Read a detail now and then by something that notes it, whether or not an entity shows it."""
        self._wishes.setdefault((detail.key, number), _Wish(detail, read)).watched = True

    @callback
    def follow[T](
        self, detail: Detail[T], number: int, read: Callable[[], Awaitable[object]], listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Read a detail now and then by something that notes it, and tell of it; returns how to stop."""
        wish = self._wishes.setdefault((detail.key, number), _Wish(detail, read))
        wish.listeners.append(listener)

        @callback
        def stop() -> None:
            wish.listeners.remove(listener)
            self._drop_unless_wanted(wish, number)

        return stop

    def _drop_unless_wanted(self, wish: _Wish, number: int) -> None:
        if not wish.listeners and not wish.watched:
            self._wishes.pop((wish.detail.key, number), None)

    @property
    def wanted(self) -> float:
        """Return how many calls an hour it takes to read everything as often as it should be."""
        return sum(wish.reads_a_day for wish in self._wishes.values()) * (_HOUR / SHORTEST_DETAILS_AGE)

    async def async_read_due(self, stretch: float) -> None:
        """Read what is shown and has grown old, one after the other; failures leave what is known.

        It may grow so much older than it should.
        """
        for key, wish in list(self._wishes.items()):
            if wish.listeners and self._is_due(key, wish, stretch) and not await self._async_read(key, wish):
                # The next would fare no better; it is its turn after the next inventory.
                return

    async def async_watch_one(self, stretch: float) -> None:
        """Read what is longest due of what no entity shows: one at a time, so that no gateway is kept busy with it."""
        due = [(key, wish) for key, wish in self._wishes.items() if not wish.listeners]
        due = [(key, wish) for key, wish in due if self._is_due(key, wish, stretch)]
        if due:
            await self._async_read(*min(due, key=lambda item: self._last(*item)))

    async def _async_read(self, key: tuple[str, int], wish: _Wish) -> bool:
        """Read one; returns whether others are worth a try."""
        wish.tried_at = dt_util.utcnow()
        try:
            await wish.read()
        except TTLockError as err:
            LOGGER.debug("Could not read %s of %s: %s", *key, err)
            return is_refusal(err)
        return True

    def _is_due(self, key: tuple[str, int], wish: _Wish, stretch: float) -> bool:
        now, age = dt_util.utcnow(), SHORTEST_DETAILS_AGE * stretch / wish.reads_a_day
        known = self._known.get(key)
        if known and now - known.read_at < age:
            return False
        return wish.tried_at is None or now - wish.tried_at >= max(SETTINGS_RETRY, age / 4)

    def _last(self, key: tuple[str, int], wish: _Wish) -> float:
        """Return when somebody last tried to read it."""
        known = self._known.get(key)
        return max((when.timestamp() for when in (wish.tried_at, known and known.read_at) if when), default=0.0)

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
