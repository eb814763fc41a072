"""Settings of a lock on two roads."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, override

from ..ble.lock import BleLock
from ..ble.operations.switches import Switch
from ..cloud.settings import QUERYABLE, Settings
from ..cloud.transport import Transport
from ..errors import InvalidInput, Unsupported
from ..passcodes import check_code
from ..secret import Secret
from ..settings import MAX_VOLUME, OpenDirection, Setting
from .way import Way

SWITCHES: Final = {
    Setting.PRIVACY_LOCK: Switch.PRIVACY_LOCK,
    Setting.TAMPER_ALERT: Switch.TAMPER_ALERT,
    Setting.RESET_BUTTON: Switch.RESET_BUTTON,
    Setting.OPEN_DIRECTION: Switch.OPENS_LEFT,
    Setting.DUAL_VERIFICATION: Switch.DUAL_VERIFICATION,
}


class RoadSettings(Settings):
    """The settings of locks; working hours go through the cloud only."""

    def __init__(self, transport: Transport, way: Way) -> None:
        """Take both roads."""
        super().__init__(transport)
        self._way = way

    # -- Switches --------------------------------------------------------------------------------------------------

    @override
    async def query_switch(self, lock_id: int, setting: Setting) -> bool | None:
        if setting not in QUERYABLE:
            raise InvalidInput("setting_not_readable")
        stands, _ = await self._way.either(
            lock_id,
            lambda: Settings.query_switch(self, lock_id, setting),
            lambda ble: _read(ble, SWITCHES[setting]),
        )
        return stands

    @override
    async def query_open_direction(self, lock_id: int) -> OpenDirection | None:
        async def by_radio(ble: BleLock) -> OpenDirection | None:
            return (await ble.read_switches()).in_cloud().open_direction

        direction, _ = await self._way.either(lock_id, lambda: Settings.query_open_direction(self, lock_id), by_radio)
        return direction

    @override
    async def set_volume(self, lock_id: int, volume: int) -> None:
        if not 1 <= volume <= MAX_VOLUME:
            raise InvalidInput("volume_range")

        async def by_radio(ble: BleLock) -> None:
            if not (await ble.read_sound()).on:
                # A volume switches the sound on over Bluetooth.
                raise Unsupported
            await ble.set_sound(True, volume)

        await self._set_one(
            lock_id,
            Setting.SOUND_VOLUME,
            lambda: Settings.set_volume(self, lock_id, volume),
            by_radio,
            lambda: self._way.record.settings.set_volume(lock_id, volume),
        )

    @override
    async def set_privacy_lock(self, lock_id: int, on: bool) -> None:
        await self._set_switch(
            lock_id,
            Setting.PRIVACY_LOCK,
            on,
            lambda: Settings.set_privacy_lock(self, lock_id, on),
            lambda: self._way.record.settings.set_privacy_lock(lock_id, on),
        )

    @override
    async def set_tamper_alert(self, lock_id: int, on: bool) -> None:
        await self._set_switch(
            lock_id,
            Setting.TAMPER_ALERT,
            on,
            lambda: Settings.set_tamper_alert(self, lock_id, on),
            lambda: self._way.record.settings.set_tamper_alert(lock_id, on),
        )

    @override
    async def set_reset_button(self, lock_id: int, on: bool) -> None:
        await self._set_switch(
            lock_id,
            Setting.RESET_BUTTON,
            on,
            lambda: Settings.set_reset_button(self, lock_id, on),
            lambda: self._way.record.settings.set_reset_button(lock_id, on),
        )

    @override
    async def set_open_direction(self, lock_id: int, direction: OpenDirection) -> None:
        await self._set_switch(
            lock_id,
            Setting.OPEN_DIRECTION,
            direction is OpenDirection.LEFT,
            lambda: Settings.set_open_direction(self, lock_id, direction),
            lambda: self._way.record.settings.set_open_direction(lock_id, direction),
        )

    @override
    async def set_dual_verification(self, lock_id: int, on: bool) -> None:
        await self._set_switch(
            lock_id,
            Setting.DUAL_VERIFICATION,
            on,
            lambda: Settings.set_dual_verification(self, lock_id, on),
            lambda: self._way.record.settings.set_dual_verification(lock_id, on),
        )

    @override
    async def set_left_open_delay(self, lock_id: int, seconds: int) -> None:
        if seconds < 0:
            raise InvalidInput("left_open_range")
        await self._set_one(
            lock_id,
            Setting.LEFT_OPEN_SECONDS,
            lambda: Settings.set_left_open_delay(self, lock_id, seconds),
            lambda ble: ble.set_left_open_alarm(seconds),
            lambda: self._way.record.settings.set_left_open_delay(lock_id, seconds),
        )

    async def _set_switch(
        self,
        lock_id: int,
        setting: Setting,
        on: bool,
        cloud: Callable[[], Awaitable[None]],
        tell: Callable[[], Awaitable[None]],
    ) -> None:
        await self._set_one(lock_id, setting, cloud, lambda ble: ble.set_switch(SWITCHES[setting], on), tell)

    async def _set_one(
        self,
        lock_id: int,
        setting: Setting,
        cloud: Callable[[], Awaitable[None]],
        radio: Callable[[BleLock], Awaitable[None]],
        tell: Callable[[], Awaitable[None]],
    ) -> None:
        await self._way.set(lock_id, setting.name, cloud, radio, tell)

    # -- Beside the lock only --------------------------------------------------------------------------------------

    async def read_remote_unlock(self, lock_id: int) -> bool:
        """Return whether gateways may unlock."""
        on, _ = await self._way.either(lock_id, None, BleLock.read_remote_unlock)
        return on

    async def set_remote_unlock(self, lock_id: int, on: bool) -> None:
        """Let gateways unlock, or not; the cloud has no word for it."""
        await self._way.either(lock_id, None, lambda ble: ble.set_remote_unlock(on))

    async def set_power_saving(self, lock_id: int, on: bool) -> None:
        """Have a Wi-Fi lock save power, or stay connected so that it can be reached from afar."""
        await self._way.set(
            lock_id,
            Setting.POWER_SAVING.name,
            None,
            lambda ble: ble.set_switch(Switch.WIFI_AWAKE, not on),
            lambda: self._way.record.settings.record_power_saving(lock_id, on),
        )

    # -- Freezing --------------------------------------------------------------------------------------------------

    @override
    async def freeze(self, lock_id: int) -> None:
        await self._way.either(lock_id, lambda: Settings.freeze(self, lock_id), lambda ble: ble.set_frozen(True))

    @override
    async def unfreeze(self, lock_id: int) -> None:
        await self._way.either(lock_id, lambda: Settings.unfreeze(self, lock_id), lambda ble: ble.set_frozen(False))

    @override
    async def is_frozen(self, lock_id: int) -> bool | None:
        frozen, _ = await self._way.either(lock_id, lambda: Settings.is_frozen(self, lock_id), _read_frozen)
        return frozen

    # -- Clock and administrator -----------------------------------------------------------------------------------

    @override
    async def read_clock(self, lock_id: int) -> datetime:
        shown, _ = await self._way.either(lock_id, lambda: Settings.read_clock(self, lock_id), BleLock.read_clock)
        return shown

    @override
    async def adjust_clock(self, lock_id: int) -> datetime:
        shown, _ = await self._way.either(lock_id, lambda: Settings.adjust_clock(self, lock_id), BleLock.set_clock)
        return shown

    @override
    async def get_admin_passcode(self, lock_id: int) -> Secret | None:
        """Return the administrator's passcode, as the cloud has it or the lock itself tells."""
        code, _ = await self._way.either(
            lock_id,
            lambda: Settings.get_admin_passcode(self, lock_id),
            BleLock.read_admin_passcode,
            cloud_first=True,
        )
        return code

    @override
    async def set_admin_passcode(self, lock_id: int, code: Secret) -> None:
        check_code(code)
        await self._way.set(
            lock_id,
            "ADMIN_PASSCODE",
            lambda: Settings.set_admin_passcode(self, lock_id, code),
            lambda ble: ble.set_admin_passcode(code),
            lambda: self._way.record.settings.set_admin_passcode(lock_id, code),
        )


async def _read(ble: BleLock, switch: Switch) -> bool | None:
    return (await ble.read_switches()).get(switch)


async def _read_frozen(ble: BleLock) -> bool | None:
    return await ble.read_frozen()
