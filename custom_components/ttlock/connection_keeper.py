"""Keeping a connection to a lock when the user wants that.

A lock ends one that is silent for about five seconds (ttlock-ble-protocol.md 9.1).
"""

from datetime import timedelta
import time
from typing import TYPE_CHECKING, Final

from homeassistant.core import HomeAssistant, callback

from .client.errors import TTLockError
from .const import LOGGER
from .road_options import Connection, RoadOptions
from .timer import Timer

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

BEAT: Final = timedelta(seconds=3)
WARM_SECONDS: Final = 30.0
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=5)


class ConnectionKeeper:
    """Ask a lock where its bolt is, so often that it does not hang up."""

    def __init__(self, hass: HomeAssistant, lock: LockCoordinator) -> None:
        """Keep nothing yet."""
        self._lock = lock
        self._wish = RoadOptions.of(lock.config_entry.options, lock.lock_id).connection
        self._until = 0.0
        self._failures = 0
        self._beat = Timer(hass, f"{lock.name} connection", self._async_beat)

    @callback
    def async_used(self) -> None:
        """Somebody speaks to the lock: keep the connection for a while, or for good."""
        if self._wish is Connection.ON_DEMAND:
            return
        self._until = time.monotonic() + WARM_SECONDS
        if self._beat.due is None:
            self._beat.after(BEAT)

    @callback
    def async_heard(self) -> None:
        """The lock is in range: connect to one that shall always be connected."""
        if self._wish is Connection.PERMANENT and self._beat.due is None:
            self._beat.after(BEAT)

    @callback
    def async_shutdown(self) -> None:
        """Keep nothing any more."""
        self._beat.cancel()

    async def _async_beat(self) -> None:
        lock = self._lock
        if self._wish is Connection.WARM and time.monotonic() >= self._until:
            return
        asked = lock.facts.moment()
        try:
            status = await lock.radio.conversation.status()
        except TTLockError as err:
            LOGGER.debug("%s: no connection to keep: %s", lock.name, err)
            if self._wish is Connection.PERMANENT and lock.radio.in_range:
                self._beat.after(min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE))
                self._failures = min(self._failures + 1, 8)
            return
        self._failures = 0
        lock.facts.async_note_answer(status.open_state, asked)
        lock.async_publish()
        if not lock.is_shut_down:
            self._beat.after(BEAT)
