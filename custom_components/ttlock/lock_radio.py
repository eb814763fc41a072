"""One lock by radio: what it says to everybody around it, and the conversation with it (ttlock-ble-protocol.md 2, 9).

Nothing is connected for what advertisements tell. A conversation is shared by everybody who speaks to the lock and ends
by itself after a few seconds: a lock talks to one phone at a time, and others want their turn.
"""

import time
from typing import TYPE_CHECKING, Final

from homeassistant.components import bluetooth
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from .bluetooth_stack import connector_of
from .client.ble.advertisement import Advertisement, Watcher
from .client.ble.channel import Quirks
from .client.ble.key import LockKey
from .client.ble.lock import BleLock
from .client.ble.opcodes import Opcode
from .client.ble.operations.control import Status, read_push
from .client.ble.session import Session
from .client.errors import BadReply
from .client.models import Bolt
from .connection_keeper import ConnectionKeeper
from .const import ADVERTISED_AFTER_SECONDS, LOGGER

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator


ARRIVED_SECONDS: Final = 1.0


class LockRadio:
    """The radio of one lock."""

    def __init__(self, hass: HomeAssistant, lock: LockCoordinator) -> None:
        """Listen to nothing yet."""
        self._hass = hass
        self._lock = lock
        self.address = lock.data.ekey.mac.upper()
        self.watcher = Watcher(self.address)
        self._quirks = Quirks()
        self._session: Session | None = None
        self._ble: BleLock | None = None
        self._key: LockKey | None = None
        """The one in use."""
        self.key_refused = False
        """The lock does not take its key, and there is no other."""
        self._stops: list[CALLBACK_TYPE] = []
        self._keeper = ConnectionKeeper(hass, lock)

    @callback
    def async_begin(self) -> None:
        """Listen to the advertisements of the lock, through passive proxies too."""
        matcher = bluetooth.BluetoothCallbackMatcher(address=self.address, connectable=False)
        self._stops = [
            bluetooth.async_register_callback(
                self._hass, self._heard, matcher, bluetooth.BluetoothScanningMode.PASSIVE
            ),
            bluetooth.async_track_unavailable(self._hass, self._silent, self.address, connectable=False),
        ]

    async def async_shutdown(self) -> None:
        """Listen no more and end the conversation."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self._keeper.async_shutdown()
        await self._async_hang_up()

    async def async_rest(self) -> bool:
        """End a conversation in which nothing is said, so that another lock can be spoken to; False without one."""
        return self._session is not None and await self._session.rest()

    # -- What the roads need ---------------------------------------------------------------------------------------

    @property
    def has_key(self) -> bool:
        """Return whether the lock can be spoken to at all."""
        return self._lock.account.keys.get(self._lock.lock_id) is not None

    @property
    def in_range(self) -> bool:
        """Return whether somebody who can connect hears the lock now."""
        return bluetooth.async_address_present(self._hass, self.address, connectable=True)

    @property
    def was_heard(self) -> bool:
        """Return whether the lock was heard since the start."""
        return self.watcher.latest is not None

    @property
    def ble(self) -> BleLock:
        """Return the lock for somebody who wants something of it; only with a key."""
        self._keeper.async_used()
        return self.conversation

    @property
    def conversation(self) -> BleLock:
        """Return the lock, over a session that is shared; only with a key."""
        data = self._lock.account.keys.get(self._lock.lock_id)
        assert data is not None  # noqa: S101  # `has_key` was asked before
        # The rest of the data, such as the battery, may change at any reading of the inventory.
        if self._ble is None or data.key != self._key:
            self._key, before = data.key, self._session
            self.key_refused = False
            if before is not None:
                self._lock.config_entry.async_create_background_task(
                    self._hass, before.close(), f"{self._lock.name}: the conversation with the old key"
                )
            self._session = Session(
                connector_of(self._hass, self.address), data.key, quirks=self._quirks, on_push=self._told
            )
            self._ble = BleLock(self._session)
        self.watcher.connected(time.monotonic())
        return self._ble

    @callback
    def refused(self) -> None:
        """Look for another key: the lock does not accept this one any more."""
        lock = self._lock
        lock.config_entry.async_create_background_task(
            self._hass, self._async_look_for_key(), f"{lock.name}: another key"
        )

    async def _async_look_for_key(self) -> None:
        self.key_refused = not await self._lock.account.keys.async_refresh(self._lock.lock_id)
        self._lock.account.issues.async_review_radio(self._lock)

    # -- What the lock says ----------------------------------------------------------------------------------------

    @property
    def is_heard(self) -> bool:
        """Return whether anybody hears the lock, passive proxies included; Home Assistant knows who has gone silent."""
        return bluetooth.async_address_present(self._hass, self.address, connectable=False)

    @property
    def tells(self) -> bool:
        """Return whether what the lock advertises tells where its bolt is: then nobody has to ask."""
        latest = self.watcher.latest
        if latest is None or not self.is_heard:
            return False
        return latest.bolt is Bolt.UNLOCKED or (latest.bolt is Bolt.LOCKED and self._lock.data.settings.shows_unlocked)

    @callback
    def async_look(self) -> bool:
        """Take over where the bolt is by the last advertisement; False when the lock does not tell."""
        latest = self.watcher.latest
        if latest is None or not self.tells:
            return False
        self._lock.facts.async_note_advertisement(latest)
        return True

    @property
    def _speaks(self) -> bool:
        """Return whether the lock could be spoken to now."""
        return self.has_key and self.in_range

    @callback
    def _heard(self, info: bluetooth.BluetoothServiceInfoBleak, change: bluetooth.BluetoothChange) -> None:
        told = self.watcher.take(info.manufacturer_data, name=info.name, now=time.monotonic())
        if told is not None:
            self._take(told)

    def _take(self, told: Advertisement) -> None:
        lock = self._lock
        before = lock.data.bolt
        lock.facts.async_note_advertisement(told, battery=self.watcher.battery)
        if told.has_new_records and self._speaks:
            lock.log.async_heard_of_news()
        has_come = self._speaks and not lock.data.by_radio
        lock.async_publish(by_radio=self._speaks)
        self._look_who_opened(before)
        lock.questions.async_review_way()
        lock.account.issues.async_review_radio(lock)
        if self._speaks:
            self._keeper.async_heard()
        if has_come and lock.data.obstacle and lock.data.bolt is Bolt.UNKNOWN:
            # It could not be asked before.
            lock.questions.async_ask_in(ARRIVED_SECONDS)
        if self.tells and lock.data.bolt is not told.bolt:
            # Something else of the same moment is worth more; it shows a little later who is right.
            lock.questions.async_ask_in(ADVERTISED_AFTER_SECONDS)

    @callback
    def _silent(self, info: bluetooth.BluetoothServiceInfoBleak) -> None:
        """The lock is not heard any more: what it can be reached by is another question now."""
        self._lock.async_publish(by_radio=self._speaks)
        self._lock.questions.async_review_way()

    @callback
    def _told(self, opcode: int, data: bytes) -> None:
        """Take over what the lock says unasked while somebody speaks to it (ttlock-ble-protocol.md 5.5)."""
        if opcode != Opcode.STATUS or self._session is None:
            return
        try:
            told = read_push(data, self._session.key.zone)
        except BadReply as err:
            LOGGER.debug("%s: %s", self._lock.name, err)
            return
        if isinstance(told, Status):
            before = self._lock.data.bolt
            self._lock.facts.async_note_answer(told.open_state, self._lock.facts.moment())
            self._lock.async_publish()
            self._look_who_opened(before)

    def _look_who_opened(self, before: Bolt) -> None:
        """Radio tells that the lock is open now, and never who it was."""
        if before is Bolt.LOCKED and self._lock.data.bolt is Bolt.UNLOCKED:
            self._lock.log.async_heard_of_opening()

    async def _async_hang_up(self) -> None:
        session, self._session, self._ble = self._session, None, None
        if session is not None:
            await session.end()


class EntryRadio:
    """The radio of all locks of an account, see `Radio`."""

    def __init__(self, locks: dict[int, LockCoordinator]) -> None:
        """Look at the locks of an account, as they come and go."""
        self._locks = locks

    def lock(self, lock_id: int) -> LockRadio | None:
        """Return a lock whose key is known."""
        lock = self._locks.get(lock_id)
        return lock.radio if lock is not None and lock.radio.has_key else None
