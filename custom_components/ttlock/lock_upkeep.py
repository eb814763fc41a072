"""Settings, clock, plans and description of one lock: read, written, and noted."""

from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from homeassistant.util import dt as dt_util

from .client import CloudClient, Feature, in_background
from .client.errors import OutcomeUnknown, TransportError, TTLockError, Unsupported
from .client.inventory import Firmware
from .client.passage import EVERY_DAY, PassageMode, PassagePeriod, check
from .client.settings import LockSwitches, WorkingHours
from .const import LOGGER, SETTINGS_RETRY
from .details import LOCK_FIRMWARE, WIFI, WORKING_MODE
from .settings_reader import async_read_settings

if TYPE_CHECKING:
    from .lock_coordinator import LockCoordinator

WHOLE_WEEK = (PassagePeriod(weekdays=EVERY_DAY, all_day=True),)


class LockUpkeep:
    """Everything about one lock that is not where bolt and door are."""

    def __init__(self, lock: LockCoordinator) -> None:
        """Nothing was tried yet."""
        self._lock = lock
        self._settings_tried_at: datetime | None = None

    @property
    def _cloud(self) -> CloudClient:
        return self._lock.account.cloud

    @property
    def _id(self) -> int:
        return self._lock.lock_id

    # -- Description -----------------------------------------------------------------------------------------------

    async def async_rename(self, name: str) -> None:
        """Give the lock another name in the account."""
        await self._cloud.locks.rename(self._id, name)
        self._note_ekey(name=name)

    async def async_set_group(self, group_id: int | None) -> None:
        """Put the lock into a group of the account, or into none."""
        await self._cloud.locks.set_group(self._id, group_id)
        self._note_ekey(group_id=group_id)

    def _note_ekey(self, **changes: Any) -> None:
        data = self._lock.data
        self._lock.async_set_inventory(replace(data.inventory, ekey=replace(data.ekey, **changes)))

    async def async_read_firmware(self) -> Firmware:
        """Ask the cloud for the firmware of the lock, and note it; wakes nothing."""
        firmware = await self._cloud.locks.check_firmware(self._id)
        self._lock.account.details.note(LOCK_FIRMWARE, self._id, firmware)
        return firmware

    async def async_read_wifi(self) -> None:
        """Ask the cloud for the network side of a Wi-Fi lock, and note it; wakes nothing."""
        self._lock.account.details.note(WIFI, self._id, await self._cloud.locks.get_wifi(self._id))

    # -- Settings --------------------------------------------------------------------------------------------------

    async def async_read_settings(self, *, anyway: bool = False) -> None:
        """Read settings that have grown old, or anyway; failures leave what is known."""
        settings = self._lock.data.settings
        now = dt_util.utcnow()
        if not anyway and (
            _younger(settings.read_at, self._lock.account.settings_age, now)
            or _younger(self._settings_tried_at, SETTINGS_RETRY, now)
        ):
            return
        self._settings_tried_at = now
        commands = self._lock.commands_sent
        try:
            with nullcontext() if anyway else in_background():
                settings = await async_read_settings(
                    self._cloud, self._lock.account.keys, self._lock.data.ekey, settings
                )
        except TTLockError as err:
            LOGGER.debug("%s: could not read settings: %s", self._lock.name, err)
            return
        if commands == self._lock.commands_sent:
            # Otherwise a command has changed a setting meanwhile, and knows better.
            self._lock.async_set_settings(replace(settings, read_at=now))

    async def async_set_auto_lock(self, seconds: int) -> None:
        """Set the delay of auto-lock; 0 switches it off."""
        await self._async_change(self._cloud.set_auto_lock(self._id, seconds))
        now = self._lock.facts.moment()
        self._lock.async_set_settings(self._lock.data.settings.with_auto_lock(seconds, now))

    async def async_set_sound(self, on: bool) -> None:
        """Switch the lock's sounds."""
        await self._async_change(self._cloud.set_sound(self._id, on))
        self._note(sound=on)

    async def async_set_switch(self, command: Awaitable[None], change: Callable[[LockSwitches], LockSwitches]) -> None:
        """Await a command that sets one of the lock's switches, and note the change."""
        await self._async_change(command)
        if switches := self._lock.data.settings.switches:
            self._note(switches=change(switches))

    async def async_set_left_open_delay(self, seconds: int) -> None:
        """Set after how long an open door is reported; 0 is never."""
        await self._async_change(self._cloud.settings.set_left_open_delay(self._id, seconds))
        if sensor := self._lock.data.settings.door_sensor:
            self._note(door_sensor=replace(sensor, left_open_seconds=seconds))

    def _note(self, **changes: Any) -> None:
        self._lock.async_set_settings(replace(self._lock.data.settings, **changes))

    async def _async_change(self, command: Awaitable[None]) -> None:
        """Await a change of settings; when its answer is lost, read what has become of it before saying so."""
        try:
            await self._lock.async_command(command)
        except TransportError, OutcomeUnknown:
            await self.async_read_settings(anyway=True)
            raise

    # -- Clock and plans -------------------------------------------------------------------------------------------

    async def async_read_clock(self) -> int:
        """Ask the lock what time it has; return by how many seconds it is ahead, and note that."""
        self.require_clock()
        return self._lock.account.note_clock(
            self._lock, await self._lock.async_command(self._cloud.settings.read_clock(self._id))
        )

    async def async_look_at_clock(self) -> None:
        """Read the clock unless that would be in vain."""
        if self._lock.reachable:
            await self.async_read_clock()

    async def async_set_clock(self) -> int:
        """Set the clock of the lock right; return by how many seconds it is ahead then."""
        self.require_clock()
        return self._lock.account.note_clock(
            self._lock, await self._lock.async_command(self._cloud.settings.adjust_clock(self._id))
        )

    def require_clock(self) -> None:
        """Refuse what needs a clock chip for a lock without."""
        if Feature.NO_CLOCK in self._lock.data.features:
            raise Unsupported("no_clock")

    async def async_set_passage_mode(self, mode: PassageMode) -> None:
        """Write the plan of passage mode."""
        check(mode)
        await self._async_change(self._cloud.set_passage_mode(self._id, mode))
        self._note(passage=mode, passage_set_at=dt_util.utcnow())

    async def async_read_passage_mode(self) -> PassageMode:
        """Read the plan of passage mode from the cloud."""
        self._lock.require(Feature.PASSAGE_MODE, "no_passage_mode")
        plan = await self._cloud.get_passage_mode(self._id)
        self._note(passage=plan)
        return plan

    async def async_switch_passage_mode(self, on: bool) -> None:
        """Switch passage mode and keep its plan; without one it holds the door all week."""
        plan = self._lock.data.settings.passage
        if plan is None:
            plan = await self._cloud.get_passage_mode(self._id)
        await self.async_set_passage_mode(replace(plan, enabled=on, periods=plan.periods or WHOLE_WEEK))

    async def async_read_working_hours(self) -> WorkingHours:
        """Ask the cloud when the lock works, and note how; wakes nothing."""
        hours = await self._cloud.settings.get_working_hours(self._id)
        self._lock.account.details.note(WORKING_MODE, self._id, hours.mode)
        return hours

    async def async_set_working_hours(self, hours: WorkingHours) -> None:
        """Choose when the lock works."""
        await self._lock.async_command(self._cloud.settings.set_working_hours(self._id, hours))
        self._lock.account.details.note(WORKING_MODE, self._id, hours.mode)


def _younger(than: datetime | None, age: timedelta, now: datetime) -> bool:
    return than is not None and now - than < age
