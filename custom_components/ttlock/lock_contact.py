"""Whether one lock can be reached, and what stands in the way."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .client.errors import DeviceBusy, DeviceUnreachable, NotExecuted, QuotaExceeded, TransportError, TTLockError
from .client.evidence import Confidence, FactSource
from .client.knowledge import Fact
from .const import LOGGER, OUTAGE_LIMIT, TROUBLE_PAUSES_SECONDS
from .data import CONNECTED, GATEWAY_OFFLINE, NO_GATEWAY
from .timer import Timer

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

INSTANT = timedelta(seconds=1)


class LockContact:
    """The way to one lock, as the last tries showed it.

    A failed try takes no fact away: facts stay as long as they are young, and trouble says what is wrong.
    """

    def __init__(self, hass: HomeAssistant, lock: LockCoordinator) -> None:
        """Nothing was tried yet."""
        self._lock = lock
        self.last: Fact[str] | None = None
        """How the last try ended."""
        self._trouble_since: datetime | None = None
        self._troubles = 0
        self._outage = Timer(hass, f"{lock.name} outage", self._async_tell)

    @property
    def reachable(self) -> bool:
        """Return whether commands can reach the lock, as far as is known."""
        if self._lock.data.by_radio:
            return True
        if self._lock.account.outage or self._lock.data.obstacle:
            return False
        return self._trouble_since is None or dt_util.utcnow() - self._trouble_since < OUTAGE_LIMIT

    @callback
    def async_made(self, source: FactSource) -> None:
        """Note that the lock was heard of."""
        if self._trouble_since is not None:
            LOGGER.info("%s is reached again", self._lock.name)
        self._lock.account.issues.async_reached(self._lock)
        self._trouble_since = None
        self._troubles = 0
        self._outage.cancel()
        self._lock.questions.async_answered()
        self._note(CONNECTED, source)

    @callback
    def async_failed(self, err: TTLockError, source: FactSource) -> None:
        """Note a failure, if it speaks of the way to the lock."""
        if isinstance(err, QuotaExceeded):
            # That is nothing about the lock: a command may be tried at any time.
            self._note(err.reason, source)
            return
        if not isinstance(err, DeviceUnreachable | NotExecuted):
            return
        if self._trouble_since is None:
            self._trouble_since = dt_util.utcnow()
            self._outage.after(OUTAGE_LIMIT + INSTANT)
            LOGGER.info("%s cannot be reached: %s", self._lock.name, err)
        self._ask_again()
        if err.reason == NO_GATEWAY and self._lock.data.trouble == GATEWAY_OFFLINE:
            # Half an hour after a gateway went silent the vendor forgets that the lock ever had one.
            return
        self._note(err.reason, source)

    @callback
    def async_unanswered(self, err: TTLockError) -> None:
        """Ask again for an answer that was lost on the way: where callbacks come the next turn may be hours away."""
        if not isinstance(err, TransportError | DeviceBusy):
            return
        self._ask_again()
        if isinstance(err, TransportError):
            self._lock.account.async_unanswered(self._lock.lock_id)

    @callback
    def async_shutdown(self) -> None:
        """Wait for nothing any more."""
        self._outage.cancel()

    def _ask_again(self) -> None:
        if self._troubles < len(TROUBLE_PAUSES_SECONDS):
            self._lock.questions.async_ask_in(TROUBLE_PAUSES_SECONDS[self._troubles])
            self._troubles += 1

    def _note(self, word: str, source: FactSource) -> None:
        now = dt_util.utcnow()
        self.last = Fact(value=word, source=source, at=now, heard=now, confidence=Confidence.CONFIRMED, witness=source)

    async def _async_tell(self) -> None:
        self._lock.async_update_listeners()
