"""Settings of a lock (ttlock-open-api.md 4.1 to 4.3); those the lock itself holds are sent through its gateway."""

from datetime import datetime
import json
from typing import Final

from .. import parse
from ..errors import InvalidInput, ServerFault
from ..passcodes import check_code
from ..secret import Secret
from ..settings import (
    MAX_VOLUME,
    OpenDirection,
    Setting,
    WorkingHours,
    WorkingMode,
    check_working_hours,
    open_direction,
)
from . import endpoints as at
from .selector import ALREADY_ON_LOCK, VIA_GATEWAY
from .transport import Transport
from .weekly import period_fields

QUERYABLE: Final = (Setting.PRIVACY_LOCK, Setting.TAMPER_ALERT, Setting.RESET_BUTTON)
"""The switches that `query_switch` can ask the lock for; the open direction has a method of its own."""


class Settings:
    """The settings of locks."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    # -- Switches --------------------------------------------------------------------------------------------------

    async def query_switch(self, lock_id: int, setting: Setting) -> bool | None:
        """Ask the lock for one of `QUERYABLE`; None when it does not know. Wakes its radio."""
        if setting not in QUERYABLE:
            raise InvalidInput("setting_not_readable")
        return parse.on_off(await self._query(lock_id, setting))

    async def query_open_direction(self, lock_id: int) -> OpenDirection | None:
        """Ask the lock where its door opens to; None when it does not know. Wakes its radio."""
        return open_direction(await self._query(lock_id, Setting.OPEN_DIRECTION))

    async def set_volume(self, lock_id: int, volume: int) -> None:
        """Set how loud the lock is, 1 to 5."""
        if not 1 <= volume <= MAX_VOLUME:
            raise InvalidInput("volume_range")
        await self._set(lock_id, Setting.SOUND_VOLUME, volume)

    async def set_privacy_lock(self, lock_id: int, on: bool) -> None:
        """Switch whether the lock may be bolted from inside against everybody."""
        await self._set(lock_id, Setting.PRIVACY_LOCK, _on_off(on))

    async def set_tamper_alert(self, lock_id: int, on: bool) -> None:
        """Switch whether the lock warns when its cover is lifted."""
        await self._set(lock_id, Setting.TAMPER_ALERT, _on_off(on))

    async def set_reset_button(self, lock_id: int, on: bool) -> None:
        """Switch whether the button inside the lock may reset it."""
        await self._set(lock_id, Setting.RESET_BUTTON, _on_off(on))

    async def set_open_direction(self, lock_id: int, direction: OpenDirection) -> None:
        """Tell the lock where its door opens to."""
        await self._set(lock_id, Setting.OPEN_DIRECTION, direction)

    async def set_left_open_delay(self, lock_id: int, seconds: int) -> None:
        """Set after how long an open door is reported; 0 is never. Needs a door sensor."""
        if seconds < 0:
            raise InvalidInput("left_open_range")
        await self._set(lock_id, Setting.LEFT_OPEN_SECONDS, seconds)

    async def set_dual_verification(self, lock_id: int, on: bool) -> None:
        """Switch whether the lock wants two credentials (value inferred)."""
        await self._set(lock_id, Setting.DUAL_VERIFICATION, _on_off(on))

    async def record_power_saving(self, lock_id: int, on: bool) -> None:
        """Note that Wi-Fi power saving was switched over Bluetooth, the only way there is."""
        await self._transport.send(
            at.SETTING_NOTE,
            lock_id,
            type=Setting.POWER_SAVING.value,
            value=_on_off(on),
            changeType=ALREADY_ON_LOCK,
        )

    async def _set(self, lock_id: int, setting: Setting, value: int) -> None:
        await self._transport.send(at.SETTING, lock_id, type=setting.value, value=int(value), changeType=VIA_GATEWAY)

    async def _query(self, lock_id: int, setting: Setting) -> object:
        body = await self._transport.send(at.SETTING_QUERY, lock_id, type=setting.value)
        if "value" not in body:
            raise ServerFault
        return body["value"]

    # -- Working hours and freezing --------------------------------------------------------------------------------

    async def get_working_hours(self, lock_id: int) -> WorkingHours:
        """Return when the lock works."""
        return WorkingHours.from_vendor(await self._transport.send(at.WORKING_MODE_READ, lock_id))

    async def set_working_hours(self, lock_id: int, hours: WorkingHours) -> None:
        """Choose when the lock works; outside of it nothing but the mechanical key opens."""
        check_working_hours(hours)
        config = json.dumps([period_fields(period, "startTime", "endTime") for period in hours.periods])
        await self._transport.send(
            at.WORKING_MODE_WRITE,
            lock_id,
            workingMode=hours.mode.value,
            cyclicConfig=config if hours.mode is WorkingMode.HOURS else None,
            type=VIA_GATEWAY,
        )

    async def freeze(self, lock_id: int) -> None:
        """Freeze the lock: nothing opens it until it is unfrozen."""
        await self._transport.send(at.FREEZE, lock_id)

    async def unfreeze(self, lock_id: int) -> None:
        """Let a frozen lock work again."""
        await self._transport.send(at.UNFREEZE, lock_id)

    async def is_frozen(self, lock_id: int) -> bool | None:
        """Ask the lock whether it is frozen; None when the answer is not understood. Wakes its radio."""
        return parse.flag((await self._transport.send(at.FREEZE_STATUS, lock_id)).get("status"))

    # -- Clock and administrator -----------------------------------------------------------------------------------

    async def read_clock(self, lock_id: int) -> datetime:
        """Ask the lock what time it has; wakes its radio."""
        return _clock((await self._transport.send(at.CLOCK_READ, lock_id)).get("date"))

    async def adjust_clock(self, lock_id: int) -> datetime:
        """Set the clock of the lock right and return what it shows then."""
        return _clock((await self._transport.send(at.CLOCK_ADJUST, lock_id)).get("date"))

    async def get_admin_passcode(self, lock_id: int) -> Secret | None:
        """Return the administrator's passcode as the cloud has it; None when it does not say."""
        return parse.secret((await self._transport.send(at.LOCK_DETAIL, lock_id)).get("noKeyPwd"))

    async def set_admin_passcode(self, lock_id: int, code: Secret) -> None:
        """Replace the administrator's passcode on the lock."""
        check_code(code)
        await self._transport.send(at.ADMIN_PASSCODE, lock_id, password=code.reveal(), changeType=VIA_GATEWAY)


def _on_off(on: bool) -> int:
    return 1 if on else 2


def _clock(value: object) -> datetime:
    if (when := parse.moment(value)) is None:
        raise ServerFault
    return when
