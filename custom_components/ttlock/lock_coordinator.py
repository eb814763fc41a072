"""One lock: what is known of it, and the commands it takes."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .client import Feature
from .client.errors import (
    DeviceUnreachable,
    NotExecuted,
    OutcomeUnknown,
    QuotaExceeded,
    SignInError,
    TTLockError,
    Unsupported,
)
from .client.models import Bolt, GatewayReach, OpenState, Passcode, Record
from .client.parse import Listing
from .client.passage import EVERY_DAY, PassageMode, PassagePeriod, check
from .client.records import moves_to, record_word
from .const import (
    AUTO_LOCK_MARGIN_SECONDS,
    DOMAIN,
    LOGGER,
    OUTAGE_LIMIT,
    QUOTA_PAUSE,
    SETTINGS_MAX_AGE,
    SETTINGS_RETRY,
    UNCLEAR_PAUSE_SECONDS,
)
from .data import GATEWAY_OFFLINE, NO_GATEWAY, InventoryLock, LockData, LockSettings
from .errors import translated_update
from .settings_reader import async_read_settings

if TYPE_CHECKING:
    from .coordinator import AccountCoordinator, TTLockConfigEntry

OWN_OPERATOR = "Home Assistant"
WHOLE_WEEK = (PassagePeriod(weekdays=EVERY_DAY, all_day=True),)


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
        self._paused_until: datetime | None = None
        self._settings_tried_at: datetime | None = None
        self._commands = 0
        self._recheck: CALLBACK_TYPE | None = None
        self._edge: CALLBACK_TYPE | None = None
        self._watch_passage()

    @property
    def reachable(self) -> bool:
        """Return whether commands can reach the lock, as far as is known."""
        if self.account.outage or self.data.obstacle:
            return False
        return self._trouble_since is None or dt_util.utcnow() - self._trouble_since <= OUTAGE_LIMIT

    @override
    async def async_shutdown(self) -> None:
        """Stop following the lock."""
        self._cancel_recheck()
        self._cancel_edge()
        await super().async_shutdown()

    # -- What others know ------------------------------------------------------------------------------------------

    @callback
    def async_set_inventory(self, inventory: InventoryLock) -> None:
        """Take over what the inventory says."""
        self.name = inventory.ekey.name
        self._set(replace(self.data, inventory=inventory))

    @callback
    def async_set_interval(self) -> None:
        """Ask the lock as often as the calls of the month allow, never one that cannot be reached."""
        self.update_interval = None if self.data.obstacle else self.account.state_interval

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

    # -- Asking the lock -------------------------------------------------------------------------------------------

    @override
    async def _async_update_data(self) -> LockData:
        """Ask the lock where its bolt is."""
        now = dt_util.utcnow()
        if self.data.obstacle or (self._paused_until and now < self._paused_until):
            return self.data
        commands = self._commands
        try:
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
        record = None
        if state.bolt is not before.bolt and Bolt.UNKNOWN not in (state.bolt, before.bolt):
            record = await self._async_explanation(state.bolt, before.checked_at)
        if commands != self._commands:
            # A command went to the lock meanwhile: the answer is older than its result.
            return self.data
        self._note_contact()
        self._recheck_after_auto_lock(state.bolt)
        data = replace(self.data, bolt=state.bolt, door=state.door, checked_at=dt_util.utcnow(), trouble=None)
        if state.bolt is before.bolt:
            return data
        return replace(
            data,
            operator=record.who if record else None,
            trigger=record_word(record.record_type) if record else None,
        )

    async def _async_explanation(self, bolt: Bolt, since: datetime | None) -> Record | None:
        """Return the record that tells who moved the bolt, None when the log does not say."""
        try:
            records = await self.account.cloud.newest_records(self.lock_id, since)
        except TTLockError as err:
            LOGGER.debug("%s: no record explains the change: %s", self.name, err)
            return None
        return next(
            (record for record in records.items if record.success and moves_to(record.record_type) is bolt), None
        )

    async def async_ask(self) -> None:
        """Ask the lock for its state and raise when it does not answer, unlike a refresh."""
        state = await self.async_command(self.account.cloud.get_state(self.lock_id))
        self._set(await self._async_with_state(state, self._commands))

    async def async_read_settings(self) -> None:
        """Read settings that are older than a day; failures leave what is known."""
        settings = self.data.settings
        now = dt_util.utcnow()
        if settings.read_at and now - settings.read_at < SETTINGS_MAX_AGE:
            return
        if self._settings_tried_at and now - self._settings_tried_at < SETTINGS_RETRY:
            return
        self._settings_tried_at = now
        try:
            settings = await async_read_settings(self.account.cloud, self.data.ekey, settings)
        except TTLockError as err:
            LOGGER.debug("%s: could not read settings: %s", self.name, err)
            return
        self._set_settings(replace(settings, read_at=now))

    # -- Commands --------------------------------------------------------------------------------------------------

    async def async_unlock(self) -> None:
        """Withdraw the bolt, once."""
        self._require(Feature.GATEWAY_UNLOCK, "no_remote_unlock")
        await self._async_move(self.account.cloud.unlock, Bolt.UNLOCKED, "unlock by gateway")

    async def async_lock(self) -> None:
        """Throw the bolt."""
        self._require(Feature.LOCK_COMMAND, "no_remote_lock")
        await self._async_move(self.account.cloud.lock, Bolt.LOCKED, "lock by app")

    def _require(self, feature: Feature, reason: str) -> None:
        """Refuse what the lock is not built for, without spending a call; no bits at all mean that nobody knows."""
        if self.data.features.value and feature not in self.data.features:
            raise Unsupported(reason)

    async def _async_move(self, command: Callable[[int], Awaitable[None]], wanted: Bolt, trigger: str) -> None:
        self._set(replace(self.data, moving_to=wanted))
        try:
            await self.async_command(self._async_settled(command, wanted))
        except NotExecuted:
            # A lock that answered too late may have moved all the same.
            self._ask_in(UNCLEAR_PAUSE_SECONDS)
            raise
        else:
            self._note_contact()
            self._recheck_after_auto_lock(wanted)
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
                state = await self.account.cloud.get_state(self.lock_id)
            except TTLockError:
                # Nobody can say now where the bolt is.
                self._set(replace(self.data, bolt=Bolt.UNKNOWN))
                self._ask_in(UNCLEAR_PAUSE_SECONDS)
                raise OutcomeUnknown from None
            if state.bolt is not wanted:
                self._set(replace(self.data, bolt=state.bolt, door=state.door, checked_at=dt_util.utcnow()))
                raise

    async def async_set_auto_lock(self, seconds: int) -> None:
        """Set the delay of auto-lock; 0 switches it off."""
        await self.async_command(self.account.cloud.set_auto_lock(self.lock_id, seconds))
        self._set_settings(self.data.settings.with_auto_lock(seconds))
        self._recheck_after_auto_lock(self.data.bolt)

    async def async_set_sound(self, on: bool) -> None:
        """Switch the lock's sounds."""
        await self.async_command(self.account.cloud.set_sound(self.lock_id, on))
        settings = self.data.settings
        if settings.detail:
            self._set_settings(replace(settings, detail=replace(settings.detail, sound=on)))

    async def async_set_passage_mode(self, mode: PassageMode) -> None:
        """Write the plan of passage mode."""
        check(mode)
        await self.async_command(self.account.cloud.set_passage_mode(self.lock_id, mode))
        self._set_settings(replace(self.data.settings, passage=mode))

    async def async_switch_passage_mode(self, on: bool) -> None:
        """Switch passage mode and keep its plan; without one it holds the door all week."""
        plan = self.data.settings.passage
        if plan is None:
            plan = await self.account.cloud.get_passage_mode(self.lock_id)
        await self.async_set_passage_mode(replace(plan, enabled=on, periods=plan.periods or WHOLE_WEEK))

    async def async_list_passcodes(self) -> Listing[Passcode]:
        """Return the passcodes of the lock; needs no contact with it."""
        return await self.account.cloud.list_passcodes(self.lock_id)

    async def async_command[T](self, command: Awaitable[T]) -> T:
        """Await a command and remember what it tells about the way to the lock."""
        self._commands += 1
        try:
            return await command
        except TTLockError as err:
            self._set(self._with_trouble(err))
            raise
        finally:
            self._commands += 1

    # -- Trouble ---------------------------------------------------------------------------------------------------

    def _with_trouble(self, err: TTLockError) -> LockData:
        """Return the data with the failure noted, if it speaks of the way to the lock."""
        if isinstance(err, QuotaExceeded):
            self._paused_until = dt_util.utcnow() + QUOTA_PAUSE
        if not isinstance(err, DeviceUnreachable | NotExecuted | QuotaExceeded):
            return self.data
        if self._trouble_since is None:
            self._trouble_since = dt_util.utcnow()
            LOGGER.info("%s cannot be reached: %s", self.name, err)
        if err.reason == NO_GATEWAY and self.data.trouble == GATEWAY_OFFLINE:
            # Half an hour after a gateway went silent the vendor forgets that the lock ever had one.
            return self.data
        return replace(self.data, trouble=err.reason)

    def _note_contact(self) -> None:
        if self._trouble_since is not None:
            LOGGER.info("%s is reached again", self.name)
        self._trouble_since = None
        self._paused_until = None

    # -- Asking again -------------------------------------------------------------------------------------------------

    def _recheck_after_auto_lock(self, bolt: Bolt) -> None:
        """Ask once more when the lock should have locked itself: most locks do not report it."""
        self._cancel_recheck()
        seconds = self.data.settings.auto_lock_seconds
        if bolt is Bolt.UNLOCKED and seconds and not self.data.passage_active:
            self._ask_in(seconds + AUTO_LOCK_MARGIN_SECONDS)

    def _ask_in(self, seconds: float) -> None:
        """Ask the lock once, later."""
        self._cancel_recheck()

        async def ask(now: datetime) -> None:
            self._recheck = None
            await self.async_refresh()

        self._recheck = async_call_later(self.hass, seconds, ask)

    @callback
    def _cancel_recheck(self) -> None:
        if self._recheck:
            self._recheck()
            self._recheck = None

    @callback
    def _watch_passage(self) -> None:
        """Look at the lock whenever its passage mode begins or ends to hold the door."""
        self._cancel_edge()
        plan = self.data.settings.passage
        edge = plan.next_change(dt_util.utcnow().astimezone(self.data.zone)) if plan else None
        if edge is None:
            return

        async def passed(now: datetime) -> None:
            self._edge = None
            self._watch_passage()
            self.async_update_listeners()
            await self.async_refresh()

        self._edge = async_track_point_in_utc_time(self.hass, passed, dt_util.as_utc(edge))

    @callback
    def _cancel_edge(self) -> None:
        if self._edge:
            self._edge()
            self._edge = None

    # -- Data ------------------------------------------------------------------------------------------------------

    @callback
    def _set_settings(self, settings: LockSettings) -> None:
        self.account.settings.put(self.lock_id, settings)
        if settings.detail and (device := self._device()):
            dr.async_get(self.hass).async_update_device(
                device.id,
                model=settings.detail.model or device.model,
                hw_version=settings.detail.hardware_version,
                sw_version=settings.detail.firmware_version,
            )
        self._set(replace(self.data, settings=settings))
        self._watch_passage()

    @callback
    def _set(self, data: LockData) -> None:
        """Take new data over and tell the entities, without moving the next question to the lock."""
        if data != self.data:
            self.data = data
            self.async_update_listeners()
