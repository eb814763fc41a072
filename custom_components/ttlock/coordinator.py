"""The account: which locks and gateways there are, and the coordinator of each lock."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
import time
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import CONNECTION_BLUETOOTH
from homeassistant.helpers.typing import UNDEFINED
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from . import const
from .application_quota import ApplicationQuota
from .client import Feature, Secret, asked_for, in_background
from .client.errors import DeviceUnreachable, QuotaExceeded, TTLockError, Withheld
from .client.inventory import Firmware
from .client.models import Ekey, Gateway, GatewayReach, OwnLock
from .client.parse import Listing
from .client.quota import Regular, pause
from .client.roads.client import RoadClient
from .client.roads.router import Router
from .const import (
    CALLS_FOR_INVENTORY,
    CALLS_FOR_SETTINGS,
    CONF_CALLS_A_MONTH,
    CONF_KIND,
    CONF_POLL_MINUTES,
    CREDENTIAL_CALLS_AT_ONCE,
    DOMAIN,
    FIRST_RETRY_INTERVAL,
    FIRST_WATCH_DELAY,
    INVENTORY_INTERVAL,
    INVENTORY_RETRY_INTERVAL,
    LOGGER,
    MANUFACTURER,
    OUTAGE_LIMIT,
    PUSHED_INVENTORY_INTERVAL,
    PUSHED_REACH_INTERVAL,
    PUSHED_RECORD_INTERVAL,
    PUSHED_SETTINGS_AGE,
    PUSHED_STATE_INTERVAL,
    SHORTEST_CREDENTIAL_INTERVAL,
    SHORTEST_REACH_INTERVAL,
    SHORTEST_RECORD_INTERVAL,
    SHORTEST_SETTINGS_AGE,
    SHORTEST_STATE_INTERVAL,
)
from .data import GATEWAY_OFFLINE, Allowance, Inventory, InventoryLock, jittered
from .details import CLOCK_DRIFT, GATEWAY_FIRMWARE, LOCK_FIRMWARE, WIFI, WORKING_MODE, Detail, Details
from .errors import translated_update
from .fact_store import FactStore
from .grant_keeper import GrantKeeper
from .inventory_store import InventoryStore
from .jobs import Jobs
from .key_store import KeyStore
from .lock_coordinator import LockCoordinator
from .lock_radio import EntryRadio
from .log_store import LogStore
from .push_state import PushState
from .repair_issues import RepairIssues
from .road_wishes import RoadWishes
from .settings_store import SettingsStore
from .standalone_doors import StandaloneDoors, is_door
from .timer import Timer
from .unlock_code import UnlockCode
from .user_store import UserStore

type TTLockConfigEntry = ConfigEntry[AccountCoordinator]

ACCOUNT_NAME = "TTLock account"
LOCK_DETAILS: Final[tuple[Detail[Any], ...]] = (CLOCK_DRIFT, LOCK_FIRMWARE, WIFI, WORKING_MODE)
PARALLEL_READS = 8
"""Locks read at the same time after start: enough to keep several gateways busy, few enough to spare the cloud."""
PARALLEL_TALKS = 2
"""The same without a cloud: a Bluetooth proxy has three connections, of which one is for commands."""


class AccountCoordinator(DataUpdateCoordinator[Inventory]):
    """Follow the inventory of one account in three calls, whatever the number of locks."""

    config_entry: TTLockConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: TTLockConfigEntry, cloud: RoadClient, quota: ApplicationQuota
    ) -> None:
        """Start with an empty inventory."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            # Not the title, which is an e-mail address or phone number and would be logged.
            name=ACCOUNT_NAME,
            update_interval=INVENTORY_INTERVAL,
            always_update=False,
        )
        self.cloud = cloud
        self.quota = quota
        self.locks: dict[int, LockCoordinator] = {}
        self.wishes = RoadWishes(self)
        self.cloud.router = Router(EntryRadio(self.locks), self.wishes, time.monotonic)
        self.settings = SettingsStore(hass, entry.entry_id)
        self.grants = GrantKeeper(hass, self)
        self.users = UserStore(hass, entry.entry_id)
        self._allowance = Allowance(CREDENTIAL_CALLS_AT_ONCE)
        self.details = Details(hass, entry.entry_id)
        self.logs = LogStore(hass, entry.entry_id)
        self.push = PushState(hass, self)
        self.doors = StandaloneDoors(hass, self)
        self.facts = FactStore(hass, entry.entry_id)
        self.jobs = Jobs()
        self.unlock_code = UnlockCode.of(entry.options)
        self.inventory_store = InventoryStore(hass, entry.entry_id)
        self.keys = KeyStore(hass, entry.entry_id, self._async_fetch_key)
        self.issues = RepairIssues(hass, self)
        self._failing_since: datetime | None = None
        self._failures = 0
        self._looking = False
        self._doubted_at: datetime | None = None
        """When the lists were read last because the cloud did not answer about a lock."""
        self.talks = asyncio.Semaphore(PARALLEL_TALKS)
        """Turns of the locks that nobody waits for and that only Bluetooth reaches."""
        self._passed_over: set[int] = set()
        """Locks that were not asked in their turn, since the cloud was failing."""
        self._explored_at: datetime | None = None
        self._stored: Inventory | None = None
        """What was known before the start."""
        self._reach: tuple[GatewayReach, ...] = ()
        self._outage = Timer(hass, f"{self.name} outage", self._async_tell)
        self._reach_due = Timer(hass, f"{self.name} reach", self._async_read_reach)

    @property
    def is_local(self) -> bool:
        """Return whether these are locks without an account in the cloud."""
        return CONF_KIND in self.config_entry.data

    # -- What may be asked, and how often --------------------------------------------------------------------------

    @property
    def state_interval(self) -> timedelta:
        """Return how often a lock may be asked for its state, on average over a day."""
        return self.shortest_state_interval * self.quota.stretch(Regular.STATE)

    def state_pause(self, lock: LockCoordinator) -> timedelta:
        """Return how long to wait for the next question to a lock that was asked just now: less where people move."""
        return pause(
            dt_util.utcnow(),
            interval=self.state_interval,
            shortest=self.shortest_state_interval,
            weights=lock.log.habit.weights,
            zone=lock.data.zone,
        )

    @property
    def shortest_state_interval(self) -> timedelta:
        """Return how often a lock may be asked at most."""
        # An entry of hass-ttlock may hold a wish for rarer questions; it is kept, more often than here is not.
        wished = timedelta(minutes=self.config_entry.options.get(CONF_POLL_MINUTES, 0))
        # What moves is told; what auto-lock does is asked for at its end.
        return max(PUSHED_STATE_INTERVAL if self.push.alive else SHORTEST_STATE_INTERVAL, wished)

    @property
    def record_interval(self) -> timedelta:
        """Return how often the log of a lock may be read when nothing tells of news."""
        return self._shortest_record_interval * self.quota.stretch(Regular.RECORDS)

    @property
    def _shortest_record_interval(self) -> timedelta:
        return PUSHED_RECORD_INTERVAL if self.push.alive else SHORTEST_RECORD_INTERVAL

    @property
    def settings_age(self) -> timedelta:
        """Return how old settings of a lock may grow."""
        return self._shortest_settings_age * self.quota.stretch(Regular.SETTINGS)

    @property
    def _shortest_settings_age(self) -> timedelta:
        return PUSHED_SETTINGS_AGE if self.push.alive else SHORTEST_SETTINGS_AGE

    @property
    def credential_interval(self) -> timedelta:
        """Return how often the tables of credentials of a lock may be read, as long as an entity shows them."""
        return SHORTEST_CREDENTIAL_INTERVAL * self.quota.stretch(Regular.CREDENTIALS)

    @property
    def _inventory_interval(self) -> timedelta:
        return self._shortest_inventory_interval * self.quota.stretch(Regular.INVENTORY)

    @property
    def _shortest_inventory_interval(self) -> timedelta:
        # Callbacks tell of gateways, and records of batteries.
        return PUSHED_INVENTORY_INTERVAL if self.push.alive else INVENTORY_INTERVAL

    @property
    def _reach_interval(self) -> timedelta:
        return self._shortest_reach_interval * self.quota.stretch(Regular.REACH)

    @property
    def _shortest_reach_interval(self) -> timedelta:
        return PUSHED_REACH_INTERVAL if self.push.alive else SHORTEST_REACH_INTERVAL

    @property
    def wanted(self) -> Mapping[Regular, float]:
        """Return how many calls an hour would be made at the shortest pauses."""
        locks = self.locks.values()
        reachable = sum(lock.data.obstacle is None and not lock.radio.tells for lock in locks)
        managed = sum(lock.data.ekey.may_manage for lock in locks)
        tables = sum(len(lock.book.kinds) for lock in locks if lock.book.followed)
        gateways = len(self.data.gateways) if self.data else 0
        return {
            Regular.STATE: reachable / _hours(self.shortest_state_interval),
            Regular.RECORDS: managed / _hours(self._shortest_record_interval),
            Regular.SETTINGS: CALLS_FOR_SETTINGS * len(self.locks) / _hours(self._shortest_settings_age),
            Regular.INVENTORY: CALLS_FOR_INVENTORY / _hours(self._shortest_inventory_interval),
            Regular.REACH: gateways / _hours(self._shortest_reach_interval),
            Regular.CREDENTIALS: tables / _hours(SHORTEST_CREDENTIAL_INTERVAL),
            Regular.DETAILS: self.details.wanted,
        }

    @property
    def plan(self) -> int | None:
        """Return the calls of a month that the user has named."""
        named: int | None = self.config_entry.options.get(CONF_CALLS_A_MONTH)
        return named

    @property
    def quiet(self) -> bool:
        """Return whether callbacks tell most."""
        return self.push.alive

    def may_ask(self, calls: int, calls_a_month: float) -> bool:
        """Return whether so many calls may be made because somebody looks at something; they count as made."""
        return self._allowance.take(calls, calls_a_month / self.quota.sharers, dt_util.utcnow())

    @callback
    def async_quota_changed(self) -> None:
        """Say so when the figures are bad."""
        self.issues.async_review_quota()

    @callback
    def async_quota_returned(self) -> None:
        """Go on asking: calls are accepted again, or a new month has begun."""
        self.async_quota_changed()
        self._in_background(self._async_go_on(), f"{self.name}: calls are accepted again")

    async def _async_go_on(self) -> None:
        explored = self._explored_at
        await self.async_refresh()
        if explored:
            await self._async_explore(self.locks.values())

    @property
    def outage(self) -> bool:
        """Return whether the cloud has been failing for longer than known facts are shown."""
        return self._failing_since is not None and dt_util.utcnow() - self._failing_since >= OUTAGE_LIMIT

    @property
    def failing(self) -> bool:
        """Return whether the cloud did not answer last: until it does, its own retry asks and nothing else."""
        return self._failing_since is not None

    @callback
    def async_heard(self) -> None:
        """Take note that the cloud has answered about a lock: when it was failing, see at once whether it is back."""
        if self.failing and not self._looking:
            self._looking = True
            self._in_background(self._async_look(), f"{self.name}: the cloud answers")

    @callback
    def async_unanswered(self, lock_id: int) -> None:
        """Take note that the cloud did not answer about a lock: see soon whether it is out, and ask when it is back."""
        self._passed_over.add(lock_id)
        now = dt_util.utcnow()
        if self.failing or self._looking or (self._doubted_at and now - self._doubted_at < INVENTORY_RETRY_INTERVAL):
            return
        self._doubted_at = now
        self._looking = True
        self._in_background(self._async_look(), f"{self.name}: the cloud does not answer")

    @callback
    def passes_over(self, lock_id: int) -> bool:
        """Return whether a lock would be asked in vain now; its turn comes when the cloud is back."""
        if self.failing:
            self._passed_over.add(lock_id)
        return self.failing

    async def _async_look(self) -> None:
        try:
            await self.async_refresh()
        finally:
            self._looking = False

    @override
    async def _async_setup(self) -> None:
        await self.keys.async_load(self.config_entry.unique_id)
        await self.settings.async_load()
        await self.grants.async_load()
        await self.users.async_load()
        await self.details.async_load()
        await self.logs.async_load()
        self._stored = await self.inventory_store.async_load()
        self._reach = self._stored.reach if self._stored else ()
        await self.push.async_load()
        await self.facts.async_load()

    @override
    async def _async_update_data(self) -> Inventory:
        """Read ekeys, own locks and gateways; at a start in an outage, remember them instead."""
        known = self.data or self._stored
        try:
            with translated_update(ACCOUNT_NAME), self.issues.watching():
                try:
                    ekeys, own, gateways = await self._async_read_lists(waited_for=known is None)
                except (QuotaExceeded, Withheld) as err:
                    if known is None:
                        raise
                    LOGGER.debug("Going on with what is known: %s", err)
                    if isinstance(err, QuotaExceeded):
                        self.issues.async_note(err)
                    return self._with(known)
        except Exception as err:
            if self._failing_since is None:
                self._failing_since = dt_util.utcnow()
                self._outage.after(OUTAGE_LIMIT)
            # Sooner than usual, so that the end of an outage is seen before known facts are too old.
            self.update_interval = self._retry_interval()
            if self.data or known is None or not isinstance(err, UpdateFailed):
                raise
            LOGGER.warning("%s cannot be reached; starting with what was known last: %s", self.name, err)
            self._apply(known, complete=False, remembered=True)
            return known
        self._failures = 0
        was_failing, self._failing_since = self._failing_since, None
        self._outage.cancel()
        own_by_id = {lock.lock_id: lock for lock in own.items}
        locks: dict[int, InventoryLock] = {}
        for ekey in ekeys.items:
            mine = own_by_id.get(ekey.lock_id)
            self._keep_key(ekey, mine)
            locks[ekey.lock_id] = InventoryLock(
                ekey=replace(ekey, lock_data=None),
                has_gateway=mine.has_gateway if mine else None,
                battery=ekey.battery if mine is None or mine.battery is None else mine.battery,
            )
        found_gateways = {gateway.gateway_id: gateway for gateway in gateways.items}
        complete = ekeys.complete and gateways.complete
        if self.data and not complete:
            # An item that could not be read is not gone.
            locks = {**self.data.locks, **locks}
            found_gateways = {**self.data.gateways, **found_gateways}
        inventory = Inventory(locks=locks, gateways=found_gateways, reach=self._reach)
        self._apply(inventory, complete)
        self.update_interval = self._inventory_interval
        self.issues.async_account_answered(inventory, complete=complete)
        self.issues.async_review_quota()
        self.inventory_store.put(inventory)
        if self.cloud.way.untold:
            self._in_background(self.cloud.way.tell_untold(), f"{self.name}: what was set over Bluetooth")
        if was_failing:
            await self._async_tell()
            self._in_background(self._async_make_up(dt_util.utcnow() - was_failing), f"{self.name} is back")
        if self.data and self._explored_at:
            self._in_background(self._async_read_settings(), f"{self.name} settings")
        elif self.data:
            # The start was in an outage.
            self.async_start()
        return inventory

    async def _async_read_lists(self, *, waited_for: bool) -> tuple[Listing[Ekey], Listing[OwnLock], Listing[Gateway]]:
        """Read the lists of the account; a set-up that knows nothing yet waits for them."""
        with asked_for() if waited_for else in_background():
            return (
                await self.cloud.list_ekeys(),
                await self.cloud.list_own_locks(),
                await self.cloud.list_gateways(),
            )

    def _keep_key(self, ekey: Ekey, mine: OwnLock | None) -> None:
        """Keep the Bluetooth key of a lock: the administrator's where there is one."""
        for text in (mine.lock_data if mine else None, ekey.lock_data):
            if text is not None and self.keys.put(ekey.lock_id, text):
                return

    async def _async_fetch_key(self, lock_id: int) -> Secret | None:
        return (await self.cloud.get_ekey(lock_id)).lock_data

    def _with(self, known: Inventory) -> Inventory:
        """Go on with what is known: that no calls are left is no outage."""
        if not self.data:
            self._apply(known, complete=False, remembered=True)
        self.update_interval = jittered(INVENTORY_INTERVAL)
        self.issues.async_review_quota()
        return known

    def _retry_interval(self) -> timedelta:
        """Return when to try again in an outage: soon, then less often."""
        pause = min(FIRST_RETRY_INTERVAL * 2**self._failures, INVENTORY_RETRY_INTERVAL)
        # A look in between, since a lock has answered, makes nobody wait longer.
        self._failures = min(self._failures + (not self._looking), 8)
        return jittered(pause)

    @override
    async def async_shutdown(self) -> None:
        """Stop following the account."""
        await super().async_shutdown()
        self.quota.async_leave(self)
        self._outage.cancel()
        self._reach_due.cancel()
        self.grants.async_shutdown()
        self.jobs.async_forget()

    async def async_read_gateway_firmware(self, gateway_id: int) -> Firmware:
        """Ask the cloud for the firmware of a gateway, and note it at its device."""
        firmware = await self.cloud.gateways.check_firmware(gateway_id)
        self.details.note(GATEWAY_FIRMWARE, gateway_id, firmware)
        if gateway := self.data.gateways.get(gateway_id):
            self._describe_gateway(gateway)
        return firmware

    # -- Inventory to locks and devices ----------------------------------------------------------------------------

    def _apply(self, inventory: Inventory, complete: bool, *, remembered: bool = False) -> None:
        """Bring lock coordinators and devices in line with the inventory, before entities hear of it.

        What is only remembered is no evidence: what it told is among the facts already, with its age.
        """
        back_online = self._gateways_back(inventory)
        for gateway in inventory.gateways.values():
            self._describe_gateway(gateway)
        for lock_id, item in inventory.locks.items():
            if (lock := self.locks.get(lock_id)) is None:
                lock = self.locks[lock_id] = LockCoordinator(self.hass, self.config_entry, self, item)
                self.details.watch(CLOCK_DRIFT, lock_id, partial(self._async_look_at_clock, lock))
                if self.data:
                    self._in_background(self._async_explore([lock]), f"read new lock {lock_id}")
            if not remembered:
                lock.async_set_inventory(item)
        for lock_id in self.locks.keys() - inventory.locks.keys():
            self.config_entry.async_create_task(self.hass, self.locks.pop(lock_id).async_shutdown())
            self._forget(lock_id)
        if complete:
            if self._stored and not self.data:
                for lock_id in self._stored.locks.keys() - inventory.locks.keys():
                    self._forget(lock_id)
            self._remove_stale_devices(inventory)
            for gateway_id in (self.data.gateways.keys() if self.data else set()) - inventory.gateways.keys():
                self.details.forget(GATEWAY_FIRMWARE, gateway_id)
                self.issues.async_forget_gateway(gateway_id)
        self._assign_gateways(inventory)
        self.quota.async_weigh()
        for gateway in inventory.gateways.values():
            if not _online(gateway):
                for lock in self.locks_behind(gateway, inventory.gateways):
                    lock.async_note_failure(DeviceUnreachable(GATEWAY_OFFLINE))
        for lock in self.locks.values():
            self.issues.async_review(lock)
            if lock.questions.async_review_way() or (
                lock.data.trouble and any(reach.gateway_id in back_online for reach in lock.data.reach)
            ):
                self._in_background(lock.async_refresh(), f"{lock.name}: the way to it is free again")

    def _forget(self, lock_id: int) -> None:
        """Drop what was kept of a lock that is gone."""
        for store in (self.settings, self.logs, self.facts, self.keys, self.users):
            store.forget(lock_id)
        self.issues.async_forget_lock(lock_id)
        for detail in LOCK_DETAILS:
            self.details.forget(detail, lock_id)

    def _describe_gateway(self, gateway: Gateway) -> None:
        """Bring the device of a gateway up to date.

        Its `networkMac` is no connection: that is the address of the network it is in, shared with its other devices
        (page gateway/detail of the vendor).
        """
        firmware = self.details.get(GATEWAY_FIRMWARE, gateway.gateway_id)
        dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.config_entry.entry_id,
            identifiers={(DOMAIN, gateway.mac)},
            connections={(CONNECTION_BLUETOOTH, gateway.mac.upper())} if ":" in gateway.mac else UNDEFINED,
            manufacturer=MANUFACTURER,
            model=gateway.model,
            model_id=firmware.model if firmware else UNDEFINED,
            hw_version=firmware.hardware_version if firmware else UNDEFINED,
            sw_version=firmware.version if firmware else UNDEFINED,
            serial_number=str(gateway.gateway_id),
            name=gateway.name,
        )

    def _assign_gateways(self, inventory: Inventory) -> None:
        """Let the queues know which gateway the cloud will use for each lock: the best that is online."""
        self.cloud.assign_gateways(
            (reach for reach in self._reach if _online(inventory.gateways.get(reach.gateway_id))),
            (lock_id for lock_id, lock in inventory.locks.items() if Feature.WIFI in lock.ekey.features),
        )

    def _gateways_back(self, inventory: Inventory) -> set[int]:
        before = self.data.gateways if self.data else {}
        return {
            gateway_id
            for gateway_id, gateway in inventory.gateways.items()
            if gateway.online and gateway_id in before and not before[gateway_id].online
        }

    def _remove_stale_devices(self, inventory: Inventory) -> None:
        registry = dr.async_get(self.hass)
        present = {(DOMAIN, self.config_entry.entry_id)}
        present |= {(DOMAIN, lock.ekey.mac) for lock in inventory.locks.values()}
        present |= {(DOMAIN, gateway.mac) for gateway in inventory.gateways.values()}
        for device in dr.async_entries_for_config_entry(registry, self.config_entry.entry_id):
            if not device.identifiers & present and not is_door(device):
                registry.async_remove_device(device.id)

    def gateway_of(self, lock: LockCoordinator) -> Gateway | None:
        """Return the gateway by which the cloud reaches a lock: the best that is online, else the best at all."""
        gateways = self.data.gateways if self.data else {}
        heard = self._hearing().get(lock.lock_id, ())
        known = [gateways[reach.gateway_id] for reach in heard if reach.gateway_id in gateways]
        return next((gateway for gateway in known if _online(gateway)), known[0] if known else None)

    def locks_behind(self, gateway: Gateway, gateways: Mapping[int, Gateway]) -> list[LockCoordinator]:
        """Return the locks that no gateway but this one reaches now."""
        heard = self._hearing()
        return [
            lock
            for lock in self.locks.values()
            if Feature.WIFI not in lock.data.features
            and {gateway.gateway_id}
            == {
                reach.gateway_id
                for reach in heard.get(lock.lock_id, ())
                if reach.gateway_id == gateway.gateway_id or _online(gateways.get(reach.gateway_id))
            }
        ]

    async def _async_tell(self) -> None:
        """Tell every entity that an outage has lasted too long, or is over."""
        self.async_update_listeners()
        for lock in self.locks.values():
            lock.async_update_listeners()

    # -- Reading in the background ---------------------------------------------------------------------------------

    def async_start(self) -> None:
        """Begin to read, in the background, what the inventory does not tell."""
        if self.failing:
            # It was said at the start, and its end will be.
            self.last_update_success = False
        self._in_background(self._async_first_reading(), f"{self.name} first reading")

    async def _async_first_reading(self) -> None:
        await asyncio.sleep(const.FIRST_READING_DELAY_SECONDS)
        if self._failing_since is not None or self.quota.governor.refusal is not None:
            # It is done when the cloud is back: a hundred locks would be asked in vain.
            return
        self._explored_at = dt_util.utcnow()
        if not self.is_local:
            await self.quota.async_start()
            await self._async_read_reach()
        await self.grants.async_work()
        await self._async_explore(list(self.locks.values()))
        if not self.is_local:
            await self.doors.async_refresh()
        await self._async_read_details()

    async def _async_make_up(self, lasted: timedelta) -> None:
        """Ask the locks whose turn was passed over, a few at a time, then read what happened meanwhile.

        In a long outage callbacks were missed, too: what has just happened is news only if it is read at once.
        """
        passed_over, self._passed_over = self._passed_over, set()
        slots = asyncio.Semaphore(PARALLEL_READS)
        known_for = OUTAGE_LIMIT if lasted >= OUTAGE_LIMIT else self.record_interval

        async def ask(lock: LockCoordinator) -> None:
            async with slots:
                await lock.async_refresh()

        async def read(lock: LockCoordinator) -> None:
            async with slots:
                await lock.log.async_catch_up(known_for)

        await asyncio.gather(*(ask(self.locks[lock_id]) for lock_id in passed_over & self.locks.keys()))
        if self._explored_at:
            await asyncio.gather(*(read(lock) for lock in list(self.locks.values())))

    async def _async_explore(self, locks: Iterable[LockCoordinator]) -> None:
        """Read state and settings of locks, a few at a time: where all bolts are before anything else."""
        slots = asyncio.Semaphore(PARALLEL_TALKS if self.is_local else PARALLEL_READS)
        locks = list(locks)

        async def ask(lock: LockCoordinator) -> None:
            async with slots:
                await lock.async_refresh()

        async def read(lock: LockCoordinator) -> None:
            async with slots:
                await lock.upkeep.async_read_settings()
                await lock.book.async_begin()
                await lock.log.async_begin()

        await asyncio.gather(*(ask(lock) for lock in locks))
        await asyncio.gather(*(read(lock) for lock in locks))

    async def _async_read_settings(self) -> None:
        """Read settings that have grown old, one lock after the other."""
        for lock in list(self.locks.values()):
            await lock.upkeep.async_read_settings()
        await self._async_read_details()
        if self._explored_at and dt_util.utcnow() - self._explored_at >= FIRST_WATCH_DELAY:
            with in_background():
                await self.details.async_watch_one(self.quota.stretch(Regular.DETAILS))

    async def _async_read_details(self) -> None:
        with in_background():
            await self.details.async_read_due(self.quota.stretch(Regular.DETAILS))

    async def _async_look_at_clock(self, lock: LockCoordinator) -> None:
        """Read the clock of a lock that has one, unless that would be in vain; not as a command, which outdates polls."""
        if lock.reachable and lock.data.ekey.may_manage and Feature.NO_CLOCK not in lock.data.features:
            with self.issues.watching(lock):
                self.note_clock(lock, await self.cloud.settings.read_clock(lock.lock_id))

    @callback
    def note_clock(self, lock: LockCoordinator, shown: datetime) -> int:
        """Take note of the time that a lock has now; returns by how many seconds it is ahead."""
        # A lock knows whole seconds.
        drift = round((shown - dt_util.utcnow().replace(microsecond=0)).total_seconds())
        self.details.note(CLOCK_DRIFT, lock.lock_id, drift)
        self.issues.async_review(lock)
        return drift

    async def _async_read_reach(self) -> None:
        """Learn which gateway hears which lock, and how well; and again after some hours."""
        if self.failing:
            self._reach_due.after(INVENTORY_INTERVAL)
            return
        self._reach_due.after(self._reach_interval)
        found: list[GatewayReach] = []
        for gateway_id in list(self.data.gateways):
            try:
                with in_background():
                    listing: Listing[GatewayReach] = await self.cloud.list_reach(gateway_id)
            except TTLockError as err:
                LOGGER.debug("Could not read what gateway %s hears: %s", gateway_id, err)
                found.extend(self._heard_by(gateway_id))
            else:
                # Half an hour after a gateway went silent the vendor forgets what it hears (ttlock-open-api.md 9, 27).
                forgotten = not listing.items and not _online(self.data.gateways.get(gateway_id))
                found.extend(self._heard_by(gateway_id) if forgotten else listing.items)
        self._reach = tuple(sorted(found, key=_weakness))
        self.inventory_store.put(replace(self.data, reach=self._reach))
        self._assign_gateways(self.data)
        heard = self._hearing()
        for lock_id, lock in self.locks.items():
            lock.async_set_reach(heard.get(lock_id, ()))

    def _hearing(self) -> dict[int, tuple[GatewayReach, ...]]:
        """Return by which gateways each lock is heard, the best first."""
        heard: dict[int, tuple[GatewayReach, ...]] = {}
        for reach in self._reach:
            heard[reach.lock_id] = (*heard.get(reach.lock_id, ()), reach)
        return heard

    def _heard_by(self, gateway_id: int) -> list[GatewayReach]:
        return [reach for reach in self._reach if reach.gateway_id == gateway_id]

    def _in_background(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self.config_entry.async_create_background_task(self.hass, work, name)


def _hours(span: timedelta) -> float:
    return span / timedelta(hours=1)


def _online(gateway: Gateway | None) -> bool:
    return gateway is not None and gateway.online is not False


def _weakness(reach: GatewayReach) -> int:
    return 999 if reach.rssi is None else -reach.rssi
