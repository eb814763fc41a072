"""Settings that are a number or a switch (ttlock-ble-protocol.md 5.12)."""

from ..opcodes import Opcode
from ..operations import settings
from ..operations.settings import AutoLock, FullAutoLock, Sensitivity, Sound
from ..operations.switches import GET as SWITCHES, Switch, Switches as SwitchState
from .base import Topic, operation


class Settings(Topic):
    """How the lock behaves."""

    @operation(Opcode.AUTO_LOCK)
    async def read_auto_lock(self) -> AutoLock:
        """Return the delay of auto-lock and its limits."""
        return settings.read_auto_lock(await self._get(Opcode.AUTO_LOCK))

    @operation(Opcode.AUTO_LOCK)
    async def set_auto_lock(self, seconds: int) -> None:
        """Set the delay of auto-lock, 0 for off."""
        await self._change(Opcode.AUTO_LOCK, settings.write_auto_lock(seconds))

    @operation(Opcode.AUTO_LOCK)
    async def set_door_sensor_use(self, on: bool) -> None:
        """Have the built-in door sensor used for auto-lock or not; the lock cannot be asked for it."""
        await self._change(Opcode.AUTO_LOCK, settings.write_door_sensor(on))

    @operation(Opcode.SOUND)
    async def read_sound(self) -> Sound:
        """Return whether the lock makes sounds, and how loud."""
        return settings.read_sound(await self._get(Opcode.SOUND))

    @operation(Opcode.SOUND)
    async def set_sound(self, on: bool, volume: int | None = None) -> None:
        """Switch the sounds, with a volume of 1 to 5 where the lock has one."""
        await self._change(Opcode.SOUND, settings.write_sound(on, volume))

    @operation(Opcode.SHOW_PASSCODE)
    async def read_passcode_display(self) -> bool:
        """Return whether typed digits are shown."""
        return settings.read_flag(await self._get(Opcode.SHOW_PASSCODE))

    @operation(Opcode.SHOW_PASSCODE)
    async def set_passcode_display(self, on: bool) -> None:
        """Have typed digits shown or not."""
        await self._change(Opcode.SHOW_PASSCODE, settings.write_flag(on))

    @operation(Opcode.REMOTE_UNLOCK)
    async def read_remote_unlock(self) -> bool:
        """Return whether gateways may unlock; Bluetooth is not concerned."""
        return settings.read_flag(await self._get(Opcode.REMOTE_UNLOCK))

    @operation(Opcode.REMOTE_UNLOCK)
    async def set_remote_unlock(self, on: bool) -> None:
        """Allow gateways to unlock, or not."""
        await self._change(Opcode.REMOTE_UNLOCK, settings.write_flag(on))

    @operation(Opcode.FREEZE)
    async def read_frozen(self) -> bool:
        """Return whether the lock is frozen: it refuses everything but this."""
        return settings.read_flag(await self._get(Opcode.FREEZE))

    @operation(Opcode.FREEZE)
    async def set_frozen(self, on: bool) -> None:
        """Freeze or thaw the lock."""
        await self._change(Opcode.FREEZE, settings.write_flag(on))

    @operation(Opcode.LAMP)
    async def read_lamp(self) -> int:
        """Return for how many seconds the lamp is on."""
        return settings.read_seconds(await self._get(Opcode.LAMP))

    @operation(Opcode.LAMP)
    async def set_lamp(self, seconds: int) -> None:
        """Set for how many seconds the lamp is on, 0 for never."""
        await self._change(Opcode.LAMP, settings.write_seconds(seconds))

    @operation(Opcode.SENSITIVITY)
    async def read_sensitivity(self) -> Sensitivity:
        """Return how easily the keypad takes a touch."""
        return settings.read_sensitivity(await self._get(Opcode.SENSITIVITY))

    @operation(Opcode.SENSITIVITY)
    async def set_sensitivity(self, sensitivity: Sensitivity) -> None:
        """Set how easily the keypad takes a touch."""
        await self._change(Opcode.SENSITIVITY, settings.write_sensitivity(sensitivity))

    @operation(Opcode.FULL_AUTO_LOCK)
    async def read_full_auto_lock(self) -> FullAutoLock:
        """Return how the motor of a fully automatic lock drives."""
        return settings.read_full_auto_lock(await self._get(Opcode.FULL_AUTO_LOCK))

    @operation(Opcode.FULL_AUTO_LOCK)
    async def set_full_auto_lock(self, value: FullAutoLock) -> None:
        """Set how the motor of a fully automatic lock drives."""
        await self._change(Opcode.FULL_AUTO_LOCK, settings.write_full_auto_lock(value))

    @operation(Opcode.DOOR_LEFT_OPEN_ALARM)
    async def set_left_open_alarm(self, seconds: int) -> None:
        """Set after how many seconds an open door is reported, 0 for never; the lock cannot be asked for it."""
        await self._ask(Opcode.DOOR_LEFT_OPEN_ALARM, settings.left_open_alarm(seconds))

    @operation(Opcode.PARAMETERS)
    async def read_parameter(self, parameter: int) -> bytes:
        """Return a parameter of newer locks: 1 is the drive time of the motor, 2 a feature, 5 the working time."""
        return settings.read_parameter(
            self._note_first(await self._ask(Opcode.PARAMETERS, settings.ask_parameter(parameter))), parameter
        )

    @operation(Opcode.PARAMETERS)
    async def set_parameter(self, parameter: int, value: bytes) -> None:
        """Set a parameter of newer locks, see `read_parameter`."""
        await self._change(Opcode.PARAMETERS, settings.write_parameter(parameter, value))

    @operation(Opcode.NAME_PREFIX)
    async def set_name_prefix(self, prefix: str) -> None:
        """Set what the lock's name on the air begins with."""
        await self._ask(Opcode.NAME_PREFIX, prefix.encode())

    async def _get(self, opcode: Opcode) -> bytes:
        return self._note_first(await self._ask(opcode, settings.GET))


class Switches(Topic):
    """The switches that share one word."""

    @operation(Opcode.SWITCHES)
    async def read_switches(self) -> SwitchState:
        """Return which switches the lock has, and how they stand."""
        return SwitchState.read(self._note_first(await self._ask(Opcode.SWITCHES, SWITCHES)))

    @operation(Opcode.SWITCHES)
    async def set_switch(self, switch: Switch, on: bool) -> None:
        """Set one switch; the others are read first and stay as they are."""
        await self._write(await self.read_switches(), switch, on)

    @operation(Opcode.SWITCHES)
    async def set_tamper_alert(self, on: bool) -> None:
        """Have the lock sound and record when it is forced, or not."""
        await self.set_switch(Switch.TAMPER_ALERT, on)

    @operation(Opcode.SWITCHES)
    async def set_reset_button(self, on: bool) -> None:
        """Let the button inside the lock reset it, or not."""
        await self.set_switch(Switch.RESET_BUTTON, on)

    @operation(Opcode.SWITCHES)
    async def set_privacy_lock(self, on: bool) -> None:
        """Let the lock be closed from inside against all but the administrator, or not."""
        await self.set_switch(Switch.PRIVACY_LOCK, on)

    async def _write(self, state: SwitchState, switch: Switch, on: bool) -> None:
        await self._change(Opcode.SWITCHES, state.change(switch, on))
