"""One lock: what is known of it, who is told, and how it is asked.

What belongs together is done by one part each: `facts` decide what is believed, `hearing` takes records over,
`commands` move the bolt, `questions` say when the lock is asked, `contact` whether it can be, `upkeep` has the rest.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .bolt_commands import BoltCommands
from .client import Feature, in_background
from .client.errors import SignInError, TTLockError, Unsupported
from .client.evidence import FactSource
from .client.models import Bolt, GatewayReach, OpenState
from .const import DOMAIN, LOGGER, UNCLEAR_PAUSE_SECONDS
from .credential_book import CredentialBook
from .data import InventoryLock, LockData, LockSettings
from .errors import translated_update
from .lock_contact import LockContact
from .lock_facts import LockFacts
from .lock_log import LockLog
from .lock_questions import LockQuestions
from .lock_radio import LockRadio
from .lock_upkeep import LockUpkeep
from .record_hearing import RecordHearing

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator, TTLockConfigEntry


class LockCoordinator(DataUpdateCoordinator[LockData]):
    """Follow one lock.

    A failed question to the lock is not a failed update: known facts stay, `trouble` says what is wrong.
    """

    config_entry: TTLockConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: TTLockConfigEntry,
        account: AccountCoordinator,
        inventory: InventoryLock,
    ) -> None:
        """Start with what the inventory tells and what was known before the restart."""
        super().__init__(hass, LOGGER, config_entry=entry, name=inventory.ekey.name, always_update=False)
        self.account = account
        self.lock_id = inventory.ekey.lock_id
        self.data = LockData(inventory=inventory, settings=account.settings.get(self.lock_id))
        self.commands_sent = 0
        """Grows with the beginning and the end of each command."""
        self.under_way: set[asyncio.Future[None]] = set()
        """The commands that have not ended yet, and that a reload would lose."""
        self.explained_at: datetime | None = None
        """Of when operator and trigger are."""
        self._watchers: set[CALLBACK_TYPE] = set()
        self.facts: LockFacts = LockFacts(hass, self)
        self.radio: LockRadio = LockRadio(hass, self)
        self.contact: LockContact = LockContact(hass, self)
        self.questions: LockQuestions = LockQuestions(hass, self)
        self.commands: BoltCommands = BoltCommands(self)
        self.upkeep: LockUpkeep = LockUpkeep(self)
        self.hearing: RecordHearing = RecordHearing(self)
        self.book = CredentialBook(hass, entry, self)
        self.log = LockLog(hass, self)
        self.data = self._composed()
        self.questions.async_wait_for_edge()
        self.radio.async_begin()

    @property
    def reachable(self) -> bool:
        """Return whether commands can reach the lock, as far as is known."""
        return self.contact.reachable

    @property
    def is_shut_down(self) -> bool:
        """Return whether nobody follows the lock any more."""
        return self._shutdown_requested

    @callback
    def async_watch(self, watcher: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a watcher on news, without keeping the lock awake for it as a listener would; returns how to stop."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    @override
    async def async_shutdown(self) -> None:
        """Stop following the lock."""
        await super().async_shutdown()
        await self.book.async_shutdown()
        self.log.async_shutdown()
        await self.radio.async_shutdown()
        self.facts.async_shutdown()
        self.contact.async_shutdown()
        self.questions.async_shutdown()

    # -- What others know ------------------------------------------------------------------------------------------

    @callback
    def async_set_inventory(self, inventory: InventoryLock) -> None:
        """Take over what the inventory says."""
        if self.name != inventory.ekey.name and (device := self._device()):
            dr.async_get(self.hass).async_update_device(device.id, name=inventory.ekey.name)
        self.name = inventory.ekey.name
        self.facts.async_note_inventory(inventory)
        self.async_publish(inventory=inventory)
        self.questions.async_wait_for_edge()

    @callback
    def async_set_reach(self, reach: tuple[GatewayReach, ...]) -> None:
        """Take over which gateways hear the lock, and hang its device below the best."""
        self.async_publish(reach=reach)
        best = self.account.data.gateways.get(reach[0].gateway_id) if reach else None
        device = self._device()
        gateway = self._device(best.mac) if best else None
        if device and gateway:
            dr.async_get(self.hass).async_update_device(device.id, via_device_id=gateway.id)

    def _device(self, mac: str | None = None) -> dr.DeviceEntry | None:
        """Return the device of the lock, or of the gateway with that address."""
        identifier = (DOMAIN, mac or self.data.ekey.mac)
        return dr.async_get(self.hass).async_get_device_by_identifier(identifier, self.config_entry.entry_id)

    @callback
    def async_set_settings(self, settings: LockSettings) -> None:
        """Take over settings and keep them."""
        self.account.settings.put(self.lock_id, settings)
        if settings.model and (device := self._device()):
            dr.async_get(self.hass).async_update_device(
                device.id,
                model=settings.model,
                hw_version=settings.hardware_version,
                sw_version=settings.firmware_version,
            )
        self.async_publish(settings=settings)
        self.questions.async_wait_for_edge()

    # -- Asking the lock -------------------------------------------------------------------------------------------

    @override
    async def _async_update_data(self) -> LockData:
        """Ask the lock where its bolt is."""
        if self.radio.async_look():
            # It says so to everybody: nobody has to ask, and nothing is spent.
            self.questions.async_asked()
            return self._composed()
        if self.data.obstacle and not self.data.by_radio:
            return self.data
        self.update_interval = self.questions.pause
        if self.account.passes_over(self.lock_id):
            return self.data
        asked = self.facts.moment()
        self.questions.async_asked()
        try:
            with self.account.issues.watching(self), in_background():
                # Many locks that come into range together must not take all connections from a command.
                async with self.account.talks if self._needs_radio else nullcontext():
                    state = await self.account.cloud.get_state(self.lock_id)
        except SignInError:
            with translated_update(self.name):
                raise
        except TTLockError as err:
            self.contact.async_failed(err, FactSource.LOCK)
            self.contact.async_unanswered(err)
            return self._composed()
        return await self._async_with_answer(state, asked)

    @property
    def _needs_radio(self) -> bool:
        """Return whether the lock cannot be asked over the cloud."""
        return self.account.is_local or self.data.obstacle is not None

    async def async_ask(self) -> None:
        """Ask the lock for its state and raise when it does not answer, unlike a refresh."""
        asked = self.facts.moment()
        state = await self.async_command(self.account.cloud.get_state(self.lock_id, now=True))
        self._set(await self._async_with_answer(state, asked))

    async def _async_with_answer(self, state: OpenState, asked: datetime) -> LockData:
        """Return the data with an answer of the lock, once its log has told why."""
        before = self.data.known.bolt
        self.facts.async_note_answer(state, asked)
        if before and state.bolt not in (before.value, Bolt.UNKNOWN):
            await self.log.async_read(asked=True)
        self.contact.async_made(FactSource.LOCK)
        data = self._composed()
        if data.known.doubtful:
            # A record of the same moment says otherwise.
            self.questions.async_ask_in(UNCLEAR_PAUSE_SECONDS)
        return data

    @callback
    def async_note_failure(self, err: TTLockError) -> None:
        """Take note of what keeps commands from the lock, as somebody else has seen it."""
        self.contact.async_failed(err, FactSource.INVENTORY)
        self.async_publish()

    # -- Commands --------------------------------------------------------------------------------------------------

    def require(self, feature: Feature, reason: str) -> None:
        """Refuse what the lock is not built for, without spending a call; no bits at all mean that nobody knows."""
        if self.data.features.lack(feature):
            raise Unsupported(reason)

    async def async_command[T](self, command: Awaitable[T], *, resumed: bool = False) -> T:
        """Await a command and remember what it tells about the way to the lock.

        One that is resumed after a reload needs nobody to wait for it.
        """
        self.commands_sent += 1
        ended = self.hass.loop.create_future()
        if not resumed:
            self.under_way.add(ended)
        try:
            with self.account.issues.watching(self):
                return await command
        except TTLockError as err:
            self.contact.async_failed(err, FactSource.COMMAND)
            self.async_publish()
            raise
        finally:
            self.commands_sent += 1
            self.under_way.discard(ended)
            ended.set_result(None)

    # -- Data ------------------------------------------------------------------------------------------------------

    @callback
    def async_publish(self, **changes: Any) -> None:
        """Weigh what is known, take changes over and tell the entities."""
        self._set(self._composed(**changes))

    def _composed(self, **changes: Any) -> LockData:
        """Return the data with changes, and with what is believed now."""
        data = replace(self.data, **changes)
        known = self.facts.async_weigh(data.auto_lock)
        self.questions.async_expect_auto_lock(known.auto_lock_at)
        moved = known.bolt is not None and known.bolt.value is not data.bolt
        if moved and "operator" not in changes and not self.hearing.explains(known.bolt, data.known.bolt):
            data = replace(data, operator=None, trigger=None)
        return replace(data, known=known, contact=self.contact.last)

    @callback
    def _set(self, data: LockData) -> None:
        """Take new data over and tell the entities, without moving the next question to the lock."""
        if data != self.data:
            self.data = data
            self.async_update_listeners()

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Tell entities and watchers."""
        for watcher in tuple(self._watchers):
            watcher()
        super().async_update_listeners()
