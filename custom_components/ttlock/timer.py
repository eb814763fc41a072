"""A call that is due once, later."""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

type Action = Callable[[], Coroutine[Any, Any, None]]


class Timer:
    """Call something at one moment; a new moment replaces the one before."""

    def __init__(self, hass: HomeAssistant, name: str, action: Action) -> None:
        """Wait for nothing yet."""
        self._hass = hass
        self._job = HassJob(self._due, name, cancel_on_shutdown=True)
        self._action = action
        self._cancel: CALLBACK_TYPE | None = None
        self.due: datetime | None = None
        """The moment it waits for."""

    def after(self, delay: timedelta) -> None:
        """Call after a while, whatever the clock does meanwhile."""
        self.cancel()
        self.due = dt_util.utcnow() + delay
        self._cancel = async_call_later(self._hass, delay, self._job)

    def at(self, when: datetime | None) -> None:
        """Call at a moment, never for None."""
        self.cancel()
        self.due = when
        if when is not None:
            self._cancel = async_track_point_in_utc_time(self._hass, self._job, when)

    def cancel(self) -> None:
        """Call no more."""
        if self._cancel:
            self._cancel()
            self._cancel = self.due = None

    async def _due(self, now: datetime) -> None:
        self._cancel = self.due = None
        await self._action()
