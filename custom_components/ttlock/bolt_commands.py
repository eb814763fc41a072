"""Moving the bolt of one lock, once, and what is known of it afterwards."""

from asyncio import CancelledError
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from .client.errors import NotExecuted, OutcomeUnknown, TTLockError, Unsupported
from .client.events import LockEvent
from .client.evidence import FactSource
from .client.models import Bolt, OpenState
from .client.roads.router import Road
from .client.roads.settle import settle
from .const import UNCLEAR_PAUSE_SECONDS
from .lock_log import OWN_OPERATOR

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

SWITCHED_OFF = "not_supported"
"""What the vendor says when remote unlock is switched off in the lock (ttlock-open-api.md 9, quirk 13)."""


TRIGGERS: Final = {
    (Bolt.UNLOCKED, Road.CLOUD): "unlock by gateway",
    (Bolt.UNLOCKED, Road.BLUETOOTH): "unlock by app",
    (Bolt.LOCKED, Road.CLOUD): "lock by app",
    (Bolt.LOCKED, Road.BLUETOOTH): "lock by app",
}
"""What the record of the command will say (compatibility.md 4)."""


SENT_KEPT: Final = 32
"""More than anybody sends before their records come up."""
OWN_RECORDS: Final = {Road.CLOUD: frozenset({3, 11, 12}), Road.BLUETOOTH: frozenset({1, 11, 12})}
"""What is written down for commands through a gateway (ttlock-open-api.md 5.4.1), and beside the lock as for those of a
phone."""
OWN_COMMAND: Final = timedelta(minutes=1)
"""Between a command and its record: clocks of locks are not exact."""


@dataclass(slots=True)
class Sent:
    """A command that has moved the bolt, or may have."""

    wanted: Bolt
    at: datetime
    road: Road
    record: LockEvent | None = None
    """Each command has one; further ones are somebody else's."""

    def is_told_by(self, event: LockEvent) -> bool:
        """Return whether a record may be that of this command."""
        return (
            event.bolt is self.wanted
            and event.record_type in OWN_RECORDS[self.road]
            and abs(event.at - self.at) < OWN_COMMAND
        )

    def has(self, event: LockEvent) -> bool:
        """Return whether this is its record, on whatever road it has come."""
        return self.record is not None and (event.record_type, event.written) == (
            self.record.record_type,
            self.record.written,
        )


class BoltCommands:
    """The commands that move the bolt."""

    def __init__(self, lock: LockCoordinator) -> None:
        """Nothing was moved yet."""
        self._lock = lock
        self.sent: deque[Sent] = deque(maxlen=SENT_KEPT)
        """The last commands, oldest first."""

    async def async_unlock(self) -> None:
        """Withdraw the bolt, once."""
        with self._lock.log.telling_failure("unlock"):
            await self._async_unlock()

    async def _async_unlock(self) -> None:
        try:
            await self._async_move(self._lock.account.cloud.unlock, Bolt.UNLOCKED)
        except Unsupported as err:
            if err.reason == SWITCHED_OFF:
                self.async_note_remote_unlock(False)
            raise
        if self._road is Road.CLOUD:
            self.async_note_remote_unlock(True)

    async def async_lock(self) -> None:
        """Throw the bolt."""
        with self._lock.log.telling_failure("lock"):
            await self._async_move(self._lock.account.cloud.lock, Bolt.LOCKED)

    @callback
    def async_forget_remote_unlock(self) -> None:
        """Forget whether the lock lets itself be unlocked from afar: somebody says that it does now."""
        self._lock.async_set_settings(replace(self._lock.data.settings, remote_unlock=None))

    @callback
    def async_note_remote_unlock(self, possible: bool) -> None:
        """Take note whether the lock lets itself be unlocked from afar."""
        lock = self._lock
        if lock.data.settings.remote_unlock is not possible:
            lock.async_set_settings(replace(lock.data.settings, remote_unlock=possible))
        lock.account.issues.async_review(lock)

    @property
    def _road(self) -> Road | None:
        """Return the road that the last command went."""
        return self._lock.account.cloud.router.last.get(self._lock.lock_id)

    async def _async_move(self, command: Callable[[int], Awaitable[None]], wanted: Bolt) -> None:
        lock = self._lock
        lock.async_publish(moving_to=wanted)
        sent = lock.facts.moment()
        try:
            await lock.async_command(self._async_settled(command, wanted, sent))
        except CancelledError:
            # Nobody waits for the answer any more, which would have told where the bolt is.
            lock.facts.async_note_command(Bolt.UNKNOWN, sent)
            lock.questions.async_ask_in(UNCLEAR_PAUSE_SECONDS)
            self._note_sent(wanted)
            raise
        except TTLockError as err:
            if isinstance(err, NotExecuted | OutcomeUnknown):
                # A lock that answered too late may have moved all the same.
                self._note_sent(wanted)
                lock.questions.async_ask_in(UNCLEAR_PAUSE_SECONDS)
            raise
        else:
            lock.contact.async_made(FactSource.COMMAND)
            lock.facts.async_note_command(wanted, sent)
            own = self._note_sent(wanted)
            lock.explained_at = own.at
            lock.log.async_read_soon()
            lock.async_publish(moving_to=None, operator=OWN_OPERATOR, trigger=TRIGGERS[wanted, own.road])
        finally:
            lock.async_publish(moving_to=None)

    def claim(self, event: LockEvent) -> datetime | None:
        """Note of which command this is the record; return when that was sent, None for what is not ours."""
        own = next((sent for sent in self.sent if sent.has(event)), None) or next(
            (sent for sent in self.sent if sent.record is None and sent.is_told_by(event)), None
        )
        if own is None:
            return None
        own.record = event
        return own.at

    def is_own(self, event: LockEvent) -> bool:
        """Return whether a record, noted before, is that of a command of ours."""
        return any(sent.has(event) for sent in self.sent)

    def _note_sent(self, wanted: Bolt) -> Sent:
        """Note a command, whose record is to be known as ours."""
        own = Sent(wanted, self._lock.facts.moment(), self._road or Road.CLOUD)
        self.sent.append(own)
        return own

    async def _async_settled(self, command: Callable[[int], Awaitable[None]], wanted: Bolt, sent: datetime) -> None:
        """Send a command, once, and learn what became of it."""
        lock = self._lock

        async def ask() -> OpenState:
            asked = lock.facts.moment()
            try:
                state = await lock.account.cloud.get_state(lock.lock_id, now=True)
            except TTLockError:
                # Nobody can say now where the bolt is.
                lock.facts.async_note_command(Bolt.UNKNOWN, sent)
                raise
            lock.facts.async_note_answer(state, asked)
            return state

        await settle(lambda: command(lock.lock_id), ask, wanted)
