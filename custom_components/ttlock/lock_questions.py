"""When one lock is asked next.

Everything that makes a question to the lock worth a call comes together here: the regular interval, a failure, doubt,
auto-lock, and the edges of passage mode and ekey.
"""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .client import in_background
from .client.models import Bolt
from .const import ADVERTISED_AFTER_SECONDS, AUTO_LOCK_MARGIN_SECONDS, RADIO_STATE_INTERVAL
from .timer import Timer

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

HINT_PAUSE = timedelta(seconds=20)
"""Made-up callbacks shall not use up the calls of the month."""


class LockQuestions:
    """The questions to one lock that are due."""

    def __init__(self, hass: HomeAssistant, lock: LockCoordinator) -> None:
        """Nothing is due yet."""
        self._hass = hass
        self._lock = lock
        self._was_blocked = lock.data.obstacle is not None
        self._hint_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._expected: datetime | None = None
        self._once = Timer(hass, f"{lock.name} question", lock.async_refresh)
        self._auto_lock_end = Timer(hass, f"{lock.name} auto-lock", self._async_auto_lock_ended)
        self._edge = Timer(hass, f"{lock.name} edge", self._async_edge_passed)

    @property
    def due(self) -> datetime | None:
        """Return when the next question is due, None for never."""
        interval = self._lock.update_interval
        regular = self._asked_at + interval if self._asked_at and interval else None
        moments = (self._once.due, self._auto_lock_end.due, self._edge.due, regular)
        return min((moment for moment in moments if moment), default=None)

    @callback
    def async_review_way(self) -> bool:
        """Ask the lock as often as the calls of the month allow, never one that cannot be reached.

        Returns whether the way to the lock has become free.
        """
        was_blocked, self._was_blocked = self._was_blocked, self._lock.data.obstacle is not None
        self._lock.update_interval = self._interval
        return was_blocked and not self._was_blocked

    @property
    def _interval(self) -> timedelta | None:
        """Return how often to look, None for never."""
        lock = self._lock
        if self._was_blocked and not lock.radio.tells and not lock.data.by_radio:
            return None
        return self._spared(lock.account.state_interval)

    @property
    def pause(self) -> timedelta:
        """Return how long to wait for the next question to a lock that is asked just now."""
        return self._spared(self._lock.account.state_pause(self._lock))

    def _spared(self, pause: timedelta) -> timedelta:
        """Return a longer pause for a lock that only a connection can tell of: each costs its battery."""
        if self._lock.radio.tells or not self._was_blocked:
            return pause
        return max(pause, RADIO_STATE_INTERVAL)

    @callback
    def async_asked(self) -> None:
        """Note that the lock is asked now."""
        self._asked_at = dt_util.utcnow()

    @callback
    def async_answered(self) -> None:
        """Note that the lock was heard of: what was to be asked once more is known."""
        self._once.cancel()

    @callback
    def async_ask_in(self, seconds: float) -> None:
        """Ask once, a little later."""
        if not self._lock.is_shut_down:
            self._once.after(timedelta(seconds=seconds))

    @callback
    def async_ask_for_hint(self, work: Callable[[], Coroutine[Any, Any, None]], why: str) -> None:
        """Ask because of a record; when the last time is not long ago, once a little later, whatever comes until then."""
        now = dt_util.utcnow()
        if self._hint_at is not None and now - self._hint_at < HINT_PAUSE:
            self.async_ask_in(HINT_PAUSE.total_seconds())
            return
        self._hint_at = now
        self._lock.config_entry.async_create_background_task(self._hass, work(), f"{self._lock.name}: {why}")

    @callback
    def async_expect_auto_lock(self, at: datetime | None) -> None:
        """Ask once when the lock should have locked itself: most locks do not report it."""
        if at == self._expected or self._lock.is_shut_down:
            return
        self._expected = at
        due = at + timedelta(seconds=AUTO_LOCK_MARGIN_SECONDS) if at else None
        self._auto_lock_end.at(due if due and due > dt_util.utcnow() else None)

    @callback
    def async_wait_for_edge(self) -> None:
        """Wait for the moment at which passage mode or the ekey begins or ends."""
        data, now = self._lock.data, dt_util.utcnow()
        plan = data.settings.passage
        change = plan.next_change(now.astimezone(data.zone)) if plan else None
        edges = (change and dt_util.as_utc(change), data.ekey.start, data.ekey.end)
        self._edge.at(min((edge for edge in edges if edge and edge > now), default=None))

    @callback
    def async_shutdown(self) -> None:
        """Ask no more."""
        for timer in (self._once, self._auto_lock_end, self._edge):
            timer.cancel()

    async def _async_auto_lock_ended(self) -> None:
        await self._lock.async_refresh()
        if self._lock.radio.tells:
            # It shows a little later what has become of it.
            self.async_ask_in(ADVERTISED_AFTER_SECONDS)
        elif self._lock.data.bolt is Bolt.UNLOCKED:
            # The delay that was known may be an old one.
            with in_background():
                await self._lock.upkeep.async_read_settings(anyway=True)

    async def _async_edge_passed(self) -> None:
        self.async_wait_for_edge()
        self.async_review_way()
        self._lock.async_update_listeners()
        await self._lock.async_refresh()
