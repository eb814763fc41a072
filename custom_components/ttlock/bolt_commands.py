"""Moving the bolt of one lock, once, and what is known of it afterwards."""

from asyncio import CancelledError
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from homeassistant.core import callback

from .client import Feature
from .client.errors import NotExecuted, NotPermitted, OutcomeUnknown, TTLockError, Unsupported
from .client.evidence import FactSource
from .client.models import Bolt
from .const import UNCLEAR_PAUSE_SECONDS
from .lock_log import OWN_OPERATOR

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

SWITCHED_OFF = "not_supported"
"""What the vendor says when remote unlock is switched off in the lock (ttlock-open-api.md 9, quirk 13)."""


class BoltCommands:
    """The commands that move the bolt."""

    def __init__(self, lock: LockCoordinator) -> None:
        """Nothing was moved yet."""
        self._lock = lock
        self.moved_at: datetime | None = None
        """When the last command moved the bolt."""
        self.moved_to: Bolt | None = None

    async def async_unlock(self) -> None:
        """Withdraw the bolt, once."""
        with self._lock.log.telling_failure("unlock"):
            await self._async_unlock()

    async def _async_unlock(self) -> None:
        lock = self._lock
        lock.require(Feature.GATEWAY_UNLOCK, "no_remote_unlock")
        if lock.data.ekey.remote_unlock is False:
            raise NotPermitted("no_remote_right")
        try:
            await self._async_move(lock.account.cloud.unlock, Bolt.UNLOCKED, "unlock by gateway")
        except Unsupported as err:
            if err.reason == SWITCHED_OFF:
                self._note_remote_unlock(False)
            raise
        self._note_remote_unlock(True)

    async def async_lock(self) -> None:
        """Throw the bolt."""
        with self._lock.log.telling_failure("lock"):
            self._lock.require(Feature.LOCK_COMMAND, "no_remote_lock")
            await self._async_move(self._lock.account.cloud.lock, Bolt.LOCKED, "lock by app")

    @callback
    def async_forget_remote_unlock(self) -> None:
        """Forget whether the lock lets itself be unlocked from afar: somebody says that it does now."""
        self._lock.async_set_settings(replace(self._lock.data.settings, remote_unlock=None))

    def _note_remote_unlock(self, possible: bool) -> None:
        lock = self._lock
        if lock.data.settings.remote_unlock is not possible:
            lock.async_set_settings(replace(lock.data.settings, remote_unlock=possible))
        lock.account.issues.async_review(lock)

    async def _async_move(self, command: Callable[[int], Awaitable[None]], wanted: Bolt, trigger: str) -> None:
        lock = self._lock
        lock.async_publish(moving_to=wanted)
        sent = lock.facts.moment()
        try:
            await lock.async_command(self._async_settled(command, wanted, sent))
        except CancelledError:
            # Nobody waits for the answer any more, which would have told where the bolt is.
            lock.facts.async_note_command(Bolt.UNKNOWN, sent)
            lock.questions.async_ask_in(UNCLEAR_PAUSE_SECONDS)
            raise
        except TTLockError as err:
            if isinstance(err, NotExecuted | OutcomeUnknown):
                # A lock that answered too late may have moved all the same.
                lock.questions.async_ask_in(UNCLEAR_PAUSE_SECONDS)
            raise
        else:
            lock.contact.async_made(FactSource.COMMAND)
            lock.facts.async_note_command(wanted, sent)
            self.moved_at = lock.explained_at = lock.facts.moment()
            self.moved_to = wanted
            lock.log.async_read_soon()
            lock.async_publish(moving_to=None, operator=OWN_OPERATOR, trigger=trigger)
        finally:
            lock.async_publish(moving_to=None)

    async def _async_settled(self, command: Callable[[int], Awaitable[None]], wanted: Bolt, sent: datetime) -> None:
        """Send a command; when its answer is lost, ask the lock instead of sending it again."""
        lock = self._lock
        try:
            await command(lock.lock_id)
        except OutcomeUnknown:
            asked = lock.facts.moment()
            try:
                state = await lock.account.cloud.get_state(lock.lock_id, now=True)
            except TTLockError:
                # Nobody can say now where the bolt is.
                lock.facts.async_note_command(Bolt.UNKNOWN, sent)
                raise OutcomeUnknown from None
            lock.facts.async_note_answer(state, asked)
            if state.bolt is not wanted:
                raise
