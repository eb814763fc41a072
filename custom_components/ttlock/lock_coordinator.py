"""One lock: what is known of it, and the commands it takes."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .client import Feature, in_background
from .client.errors import (
    DeviceUnreachable,
    NotExecuted,
    NotPermitted,
    OutcomeUnknown,
    QuotaExceeded,
    SignInError,
    TransportError,
    TTLockError,
    Unsupported,
)
from .client.events import EventType, Source
from .client.history import News
from .client.inventory import Firmware
from .client.models import Bolt, Door, GatewayReach, OpenState, Passcode
from .client.parse import Listing
from .client.passage import EVERY_DAY, PassageMode, PassagePeriod, check
from .client.records import record_word
from .client.settings import LockSwitches, WorkingHours
from .const import (
    AUTO_LOCK_MARGIN_SECONDS,
    DOMAIN,
    LOGGER,
    OUTAGE_LIMIT,
    SETTINGS_RETRY,
    TROUBLE_PAUSES_SECONDS,
    UNCLEAR_PAUSE_SECONDS,
)
from .credential_book import CredentialBook
from .data import GATEWAY_OFFLINE, NO_GATEWAY, InventoryLock, LockData, LockSettings
from .details import LOCK_FIRMWARE, WIFI, WORKING_MODE
from .errors import translated_update
from .lock_log import OWN_OPERATOR, LockLog
from .settings_reader import async_read_settings
from .timer import Timer

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator, TTLockConfigEntry

WHOLE_WEEK = (PassagePeriod(weekdays=EVERY_DAY, all_day=True),)
SWITCHED_OFF = "not_supported"
"""What the vendor says when remote unlock is switched off in the lock (ttlock-open-api.md 9, quirk 13)."""
INSTANT = timedelta(seconds=1)
FRESH = timedelta(minutes=1)
"""A record tells where the bolt is now only as long as nothing else is likely to have moved it."""
HINT_PAUSE = timedelta(seconds=20)
"""Made-up callbacks shall not use up the calls of the month."""
AROUND_COMMAND = timedelta(seconds=5)
"""Clocks of locks are not exact enough to tell what came first."""


class LockCoordinator(DataUpdateCoordinator[LockData]):
    """Follow one lock and carry out its commands.

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
        """Start with what inventory and stored settings tell."""
        super().__init__(hass, LOGGER, config_entry=entry, name=inventory.ekey.name, always_update=False)
        self.account = account
        self.lock_id = inventory.ekey.lock_id
        self.data = LockData(inventory=inventory, settings=account.settings.get(self.lock_id))
        self._trouble_since: datetime | None = None
        self._troubles = 0
        self._settings_tried_at: datetime | None = None
        self._was_blocked = self.data.obstacle is not None
        self._commands = 0
        self.commanded_at: datetime | None = None
        """When the last command moved the bolt."""
        self._hint_at: datetime | None = None
        self._explained_at: datetime | None = None
        """Of when operator and trigger are."""
        self._watchers: set[CALLBACK_TYPE] = set()
        self._question = Timer(hass, f"{self.name} question", self.async_refresh)
        self._auto_lock_end = Timer(hass, f"{self.name} auto-lock", self._async_auto_lock_ended)
        self._outage = Timer(hass, f"{self.name} outage", self._async_tell)
        self._edge = Timer(hass, f"{self.name} edge", self._async_edge_passed)
        self._wait_for_edge()
        self.book = CredentialBook(hass, entry, self)
        self.log = LockLog(hass, self)

    @property
    def reachable(self) -> bool:
        """Return whether commands can reach the lock, as far as is known."""
        if self.account.outage or self.data.obstacle:
            return False
        return self._trouble_since is None or dt_util.utcnow() - self._trouble_since < OUTAGE_LIMIT

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
        for timer in (self._question, self._auto_lock_end, self._outage, self._edge):
            timer.cancel()

    # -- What others know ------------------------------------------------------------------------------------------

    @callback
    def async_set_inventory(self, inventory: InventoryLock) -> None:
        """Take over what the inventory says."""
        if self.name != inventory.ekey.name and (device := self._device()):
            dr.async_get(self.hass).async_update_device(device.id, name=inventory.ekey.name)
        self.name = inventory.ekey.name
        self._set(replace(self.data, inventory=inventory))
        self._wait_for_edge()

    @callback
    def async_review_way(self) -> bool:
        """Ask the lock as often as the calls of the month allow, never one that cannot be reached.

        Returns whether the way to the lock has become free.
        """
        was_blocked, self._was_blocked = self._was_blocked, self.data.obstacle is not None
        self.update_interval = None if self._was_blocked else self.account.state_interval
        return was_blocked and not self._was_blocked

    @callback
    def async_set_reach(self, reach: tuple[GatewayReach, ...]) -> None:
        """Take over which gateways hear the lock, and hang its device below the best."""
        self._set(replace(self.data, reach=reach))
        best = self.account.data.gateways.get(reach[0].gateway_id) if reach else None
        device = self._device()
        gateway = self._device(best.mac) if best else None
        if device and gateway:
            dr.async_get(self.hass).async_update_device(device.id, via_device_id=gateway.id)

    def _device(self, mac: str | None = None) -> dr.DeviceEntry | None:
        """Return the device of the lock, or of the gateway with that address."""
        identifier = (DOMAIN, mac or self.data.ekey.mac)
        return dr.async_get(self.hass).async_get_device_by_identifier(identifier, self.config_entry.entry_id)

    # -- What records tell -----------------------------------------------------------------------------------------

    @callback
    def async_hear(self, news: Iterable[News], *, asked: bool = False) -> None:
        """Take over what new records tell of bolt, door and people; `asked` when the lock itself has just answered."""
        self._explain()
        if asked:
            return
        moves = [item for item in news if item.event.bolt is not None]
        for item in news:
            self._hear_of_door(item)
        if moves:
            self._hear_of_bolt(moves[-1])

    def _explain(self) -> None:
        """Name who moved the bolt last, by the newest record there is."""
        move = self.log.history.last_move
        if move is None or move.record_type is None or (self._explained_at and move.at <= self._explained_at):
            return
        if self.log.is_own(move):
            # The command has said already who and how.
            return
        self._explained_at = move.at
        self._set(replace(self.data, operator=move.who, trigger=record_word(move.record_type)))

    def _hear_of_door(self, news: News) -> None:
        """A door event moves the door and never the bolt."""
        door = {EventType.DOOR_OPENED: Door.OPEN, EventType.DOOR_CLOSED: Door.CLOSED}.get(news.event.type)
        if door is not None and not news.event.late and not self._older(news):
            self._set(replace(self.data, door=door))

    def _hear_of_bolt(self, news: News) -> None:
        """Believe where a record leaves the bolt, or ask.

        Unlocked is believed at once. Locked only when it stands in the cloud's own list, since callbacks are not
        signed (ttlock-open-api.md 5.3), and never behind a door that is open.
        """
        event, bolt = news.event, news.event.bolt
        if bolt is None or self._older(news):
            return
        near = self.commanded_at is not None and abs(event.at - self.commanded_at) <= AROUND_COMMAND
        if bolt is self.data.bolt:
            if not self.log.is_own(event) and event.received - event.at <= FRESH:
                self._believe(bolt, max(event.at, self.data.checked_at or event.at))
        elif event.received - event.at > FRESH or near or (bolt is Bolt.LOCKED and self.data.door is Door.OPEN):
            self._ask_for_hint(self.async_refresh, "a record that is not clear")
        elif bolt is Bolt.LOCKED and event.source is Source.WEBHOOK and not self.log.history.lists(news):
            self._ask_for_hint(partial(self._async_confirm, news), "a callback that says locked")
        else:
            self._believe(bolt, event.at)

    async def _async_confirm(self, news: News) -> None:
        """Look a record up in the cloud's list, and ask the lock where it is not there."""
        commands = self._commands
        await self.log.async_read()
        if commands != self._commands or self._older(news):
            return
        if self.log.history.lists(news):
            self._believe(Bolt.LOCKED, news.event.at)
        else:
            await self.async_refresh()

    def _ask_for_hint(self, work: Callable[[], Coroutine[Any, Any, None]], why: str) -> None:
        """Ask because of a record; when the last time is not long ago, once a little later, whatever comes until then."""
        now = dt_util.utcnow()
        if self._hint_at is not None and now - self._hint_at < HINT_PAUSE:
            self._question.after(HINT_PAUSE)
            return
        self._hint_at = now
        self.config_entry.async_create_background_task(self.hass, work(), f"{self.name}: {why}")

    def _believe(self, bolt: Bolt, at: datetime) -> None:
        self._note_contact()
        self._expect_auto_lock(bolt, at)
        self._set(replace(self.data, bolt=bolt, checked_at=at, trouble=None))

    def _older(self, news: News) -> bool:
        """Return whether more is known already than a record can tell; clocks of locks know whole seconds."""
        checked_at = self.data.checked_at
        return checked_at is not None and news.event.at < _second(checked_at)

    # -- Asking the lock -------------------------------------------------------------------------------------------

    @override
    async def _async_update_data(self) -> LockData:
        """Ask the lock where its bolt is."""
        if self.data.obstacle:
            return self.data
        self.update_interval = self.account.state_pause(self)
        if self.account.passes_over(self.lock_id):
            return self.data
        commands = self._commands
        try:
            with self.account.issues.watching(self), in_background():
                state = await self.account.cloud.get_state(self.lock_id)
        except SignInError:
            with translated_update(self.name):
                raise
        except TTLockError as err:
            return self._with_trouble(err)
        return await self._async_with_state(state, commands)

    async def _async_with_state(self, state: OpenState, commands: int) -> LockData:
        """Return the data with an answer of the lock, asked for after so many commands."""
        before = self.data
        if state.bolt is not before.bolt and Bolt.UNKNOWN not in (state.bolt, before.bolt):
            await self.log.async_read(asked=True)
        if commands != self._commands:
            # A command went to the lock meanwhile: the answer is older than its result.
            return self.data
        self._note_contact()
        data = replace(self.data, bolt=state.bolt, door=state.door, checked_at=dt_util.utcnow(), trouble=None)
        if state.bolt is before.bolt:
            return data
        self._expect_auto_lock(state.bolt)
        move = self.log.history.last_move
        if move is None or move.bolt is not state.bolt or (before.checked_at and move.at < _second(before.checked_at)):
            # Nobody is named for what no record explains.
            data = replace(data, operator=None, trigger=None)
        return data

    async def async_ask(self) -> None:
        """Ask the lock for its state and raise when it does not answer, unlike a refresh."""
        state = await self.async_command(self.account.cloud.get_state(self.lock_id, now=True))
        self._set(await self._async_with_state(state, self._commands))

    async def async_read_settings(self, *, anyway: bool = False) -> None:
        """Read settings that have grown old, or anyway; failures leave what is known."""
        settings = self.data.settings
        now = dt_util.utcnow()
        if not anyway and (
            _younger(settings.read_at, self.account.settings_age, now)
            or _younger(self._settings_tried_at, SETTINGS_RETRY, now)
        ):
            return
        self._settings_tried_at = now
        commands = self._commands
        try:
            with nullcontext() if anyway else in_background():
                settings = await async_read_settings(self.account.cloud, self.data.ekey, settings)
        except TTLockError as err:
            LOGGER.debug("%s: could not read settings: %s", self.name, err)
            return
        if commands == self._commands:
            # Otherwise a command has changed a setting meanwhile, and knows better.
            self._set_settings(replace(settings, read_at=now))

    async def async_rename(self, name: str) -> None:
        """Give the lock another name in the account."""
        await self.account.cloud.locks.rename(self.lock_id, name)
        self.async_set_inventory(replace(self.data.inventory, ekey=replace(self.data.ekey, name=name)))

    async def async_set_group(self, group_id: int | None) -> None:
        """Put the lock into a group of the account, or into none."""
        await self.account.cloud.locks.set_group(self.lock_id, group_id)
        self.async_set_inventory(replace(self.data.inventory, ekey=replace(self.data.ekey, group_id=group_id)))

    async def async_read_firmware(self) -> Firmware:
        """Ask the cloud for the firmware of the lock, and note it; wakes nothing."""
        firmware = await self.account.cloud.locks.check_firmware(self.lock_id)
        self.account.details.note(LOCK_FIRMWARE, self.lock_id, firmware)
        return firmware

    async def async_read_wifi(self) -> None:
        """Ask the cloud for the network side of a Wi-Fi lock, and note it; wakes nothing."""
        self.account.details.note(WIFI, self.lock_id, await self.account.cloud.locks.get_wifi(self.lock_id))

    async def async_read_working_hours(self) -> WorkingHours:
        """Ask the cloud when the lock works, and note how; wakes nothing."""
        hours = await self.account.cloud.settings.get_working_hours(self.lock_id)
        self.account.details.note(WORKING_MODE, self.lock_id, hours.mode)
        return hours

    async def async_set_working_hours(self, hours: WorkingHours) -> None:
        """Choose when the lock works."""
        await self.async_command(self.account.cloud.settings.set_working_hours(self.lock_id, hours))
        self.account.details.note(WORKING_MODE, self.lock_id, hours.mode)

    # -- Commands --------------------------------------------------------------------------------------------------

    async def async_unlock(self) -> None:
        """Withdraw the bolt, once."""
        with self.log.telling_failure("unlock"):
            await self._async_unlock()

    async def _async_unlock(self) -> None:
        self.require(Feature.GATEWAY_UNLOCK, "no_remote_unlock")
        if self.data.ekey.remote_unlock is False:
            raise NotPermitted("no_remote_right")
        try:
            await self._async_move(self.account.cloud.unlock, Bolt.UNLOCKED, "unlock by gateway")
        except Unsupported as err:
            if err.reason == SWITCHED_OFF:
                self._note_remote_unlock(False)
            raise
        self._note_remote_unlock(True)

    def _note_remote_unlock(self, possible: bool) -> None:
        if self.data.settings.remote_unlock is not possible:
            self._set_settings(replace(self.data.settings, remote_unlock=possible))
        self.account.issues.async_review(self)

    @callback
    def async_forget_remote_unlock(self) -> None:
        """Forget whether the lock lets itself be unlocked from afar: somebody says that it does now."""
        self._set_settings(replace(self.data.settings, remote_unlock=None))

    async def async_lock(self) -> None:
        """Throw the bolt."""
        with self.log.telling_failure("lock"):
            self.require(Feature.LOCK_COMMAND, "no_remote_lock")
            await self._async_move(self.account.cloud.lock, Bolt.LOCKED, "lock by app")

    def require(self, feature: Feature, reason: str) -> None:
        """Refuse what the lock is not built for, without spending a call; no bits at all mean that nobody knows."""
        if self.data.features.lack(feature):
            raise Unsupported(reason)

    async def _async_move(self, command: Callable[[int], Awaitable[None]], wanted: Bolt, trigger: str) -> None:
        self._set(replace(self.data, moving_to=wanted))
        try:
            await self.async_command(self._async_settled(command, wanted))
        except TTLockError as err:
            if isinstance(err, NotExecuted | OutcomeUnknown):
                # A lock that answered too late may have moved all the same.
                self._ask_in(UNCLEAR_PAUSE_SECONDS)
            raise
        else:
            self._note_contact()
            self._expect_auto_lock(wanted)
            self.commanded_at = self._explained_at = dt_util.utcnow()
            self.log.async_read_soon()
            self._set(
                replace(
                    self.data,
                    bolt=wanted,
                    moving_to=None,
                    checked_at=dt_util.utcnow(),
                    trouble=None,
                    operator=OWN_OPERATOR,
                    trigger=trigger,
                )
            )
        finally:
            self._set(replace(self.data, moving_to=None))

    async def _async_settled(self, command: Callable[[int], Awaitable[None]], wanted: Bolt) -> None:
        """Send a command; when its answer is lost, ask the lock instead of sending it again."""
        try:
            await command(self.lock_id)
        except OutcomeUnknown:
            try:
                state = await self.account.cloud.get_state(self.lock_id, now=True)
            except TTLockError:
                # Nobody can say now where the bolt is.
                self._set(replace(self.data, bolt=Bolt.UNKNOWN))
                raise OutcomeUnknown from None
            if state.bolt is not wanted:
                self._set(replace(self.data, bolt=state.bolt, door=state.door, checked_at=dt_util.utcnow()))
                raise

    async def async_set_auto_lock(self, seconds: int) -> None:
        """Set the delay of auto-lock; 0 switches it off."""
        await self._async_change(self.account.cloud.set_auto_lock(self.lock_id, seconds))
        self._set_settings(self.data.settings.with_auto_lock(seconds))
        self._expect_auto_lock(self.data.bolt)

    async def async_set_sound(self, on: bool) -> None:
        """Switch the lock's sounds."""
        await self._async_change(self.account.cloud.set_sound(self.lock_id, on))
        self._set_settings(replace(self.data.settings, sound=on))

    async def async_set_switch(self, command: Awaitable[None], change: Callable[[LockSwitches], LockSwitches]) -> None:
        """Await a command that sets one of the lock's switches, and note the change."""
        await self._async_change(command)
        if switches := self.data.settings.switches:
            self._set_settings(replace(self.data.settings, switches=change(switches)))

    async def async_set_left_open_delay(self, seconds: int) -> None:
        """Set after how long an open door is reported; 0 is never."""
        await self._async_change(self.account.cloud.settings.set_left_open_delay(self.lock_id, seconds))
        if sensor := self.data.settings.door_sensor:
            self._set_settings(replace(self.data.settings, door_sensor=replace(sensor, left_open_seconds=seconds)))

    async def async_read_clock(self) -> int:
        """Ask the lock what time it has; return by how many seconds it is ahead, and note that."""
        self.require_clock()
        return self.account.note_clock(
            self, await self.async_command(self.account.cloud.settings.read_clock(self.lock_id))
        )

    async def async_look_at_clock(self) -> None:
        """Read the clock unless that would be in vain."""
        if self.reachable:
            await self.async_read_clock()

    async def async_set_clock(self) -> int:
        """Set the clock of the lock right; return by how many seconds it is ahead then."""
        self.require_clock()
        return self.account.note_clock(
            self, await self.async_command(self.account.cloud.settings.adjust_clock(self.lock_id))
        )

    def require_clock(self) -> None:
        """Refuse what needs a clock chip for a lock without."""
        if Feature.NO_CLOCK in self.data.features:
            raise Unsupported("no_clock")

    async def async_set_passage_mode(self, mode: PassageMode) -> None:
        """Write the plan of passage mode."""
        check(mode)
        await self._async_change(self.account.cloud.set_passage_mode(self.lock_id, mode))
        self._set_settings(replace(self.data.settings, passage=mode))

    async def async_read_passage_mode(self) -> PassageMode:
        """Read the plan of passage mode from the cloud."""
        self.require(Feature.PASSAGE_MODE, "no_passage_mode")
        plan = await self.account.cloud.get_passage_mode(self.lock_id)
        self._set_settings(replace(self.data.settings, passage=plan))
        return plan

    async def async_switch_passage_mode(self, on: bool) -> None:
        """Switch passage mode and keep its plan; without one it holds the door all week."""
        plan = self.data.settings.passage
        if plan is None:
            plan = await self.account.cloud.get_passage_mode(self.lock_id)
        await self.async_set_passage_mode(replace(plan, enabled=on, periods=plan.periods or WHOLE_WEEK))

    async def async_list_passcodes(self) -> Listing[Passcode]:
        """Return the passcodes of the lock; needs no contact with it."""
        return await self.account.cloud.list_passcodes(self.lock_id)

    async def _async_change(self, command: Awaitable[None]) -> None:
        """Await a change of settings; when its answer is lost, read what has become of it before saying so."""
        try:
            await self.async_command(command)
        except TransportError, OutcomeUnknown:
            await self.async_read_settings(anyway=True)
            raise

    async def async_command[T](self, command: Awaitable[T]) -> T:
        """Await a command and remember what it tells about the way to the lock."""
        self._commands += 1
        try:
            with self.account.issues.watching(self):
                return await command
        except TTLockError as err:
            self._set(self._with_trouble(err))
            raise
        finally:
            self._commands += 1

    # -- Trouble ---------------------------------------------------------------------------------------------------

    @callback
    def async_note_failure(self, err: TTLockError) -> None:
        """Take note of what keeps commands from the lock, as somebody else has seen it."""
        self._set(self._with_trouble(err))

    def _with_trouble(self, err: TTLockError) -> LockData:
        """Return the data with the failure noted, if it speaks of the way to the lock."""
        if isinstance(err, QuotaExceeded):
            # That is nothing about the lock: a command may be tried at any time.
            return replace(self.data, trouble=err.reason)
        if not isinstance(err, DeviceUnreachable | NotExecuted):
            return self.data
        if self._trouble_since is None:
            self._trouble_since = dt_util.utcnow()
            self._outage.after(OUTAGE_LIMIT + INSTANT)
            LOGGER.info("%s cannot be reached: %s", self.name, err)
        if self._troubles < len(TROUBLE_PAUSES_SECONDS):
            self._ask_in(TROUBLE_PAUSES_SECONDS[self._troubles])
            self._troubles += 1
        if err.reason == NO_GATEWAY and self.data.trouble == GATEWAY_OFFLINE:
            # Half an hour after a gateway went silent the vendor forgets that the lock ever had one.
            return self.data
        return replace(self.data, trouble=err.reason)

    def _note_contact(self) -> None:
        if self._trouble_since is not None:
            LOGGER.info("%s is reached again", self.name)
        self.account.issues.async_reached(self)
        self._trouble_since = None
        self._troubles = 0
        self._outage.cancel()
        self._question.cancel()

    # -- What time brings ------------------------------------------------------------------------------------------

    def _ask_in(self, seconds: float) -> None:
        if not self._shutdown_requested:
            self._question.after(timedelta(seconds=seconds))

    def _expect_auto_lock(self, bolt: Bolt, since: datetime | None = None) -> None:
        """Ask once when the lock should have locked itself: most locks do not report it."""
        self._auto_lock_end.cancel()
        seconds = self.data.settings.auto_lock_seconds
        if bolt is Bolt.UNLOCKED and seconds and not self.data.passage_active and not self._shutdown_requested:
            delay = timedelta(seconds=seconds + AUTO_LOCK_MARGIN_SECONDS)
            self._auto_lock_end.at((since or dt_util.utcnow()) + delay)

    async def _async_auto_lock_ended(self) -> None:
        await self.async_refresh()
        if self.data.bolt is Bolt.UNLOCKED:
            # The delay that was known may be an old one.
            with in_background():
                await self.async_read_settings(anyway=True)

    def _wait_for_edge(self) -> None:
        """Wait for the moment at which passage mode or the ekey begins or ends."""
        now = dt_util.utcnow()
        plan = self.data.settings.passage
        change = plan.next_change(now.astimezone(self.data.zone)) if plan else None
        edges = (change and dt_util.as_utc(change), self.data.ekey.start, self.data.ekey.end)
        self._edge.at(min((edge for edge in edges if edge and edge > now), default=None))

    async def _async_edge_passed(self) -> None:
        self._wait_for_edge()
        self.async_review_way()
        self.async_update_listeners()
        await self.async_refresh()

    async def _async_tell(self) -> None:
        self.async_update_listeners()

    # -- Data ------------------------------------------------------------------------------------------------------

    @callback
    def _set_settings(self, settings: LockSettings) -> None:
        self.account.settings.put(self.lock_id, settings)
        if settings.model and (device := self._device()):
            dr.async_get(self.hass).async_update_device(
                device.id,
                model=settings.model,
                hw_version=settings.hardware_version,
                sw_version=settings.firmware_version,
            )
        self._set(replace(self.data, settings=settings))
        self._wait_for_edge()

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


def _second(when: datetime) -> datetime:
    """Return the beginning of a second."""
    return when.replace(microsecond=0)


def _younger(than: datetime | None, age: timedelta, now: datetime) -> bool:
    return than is not None and now - than < age
