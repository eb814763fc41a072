"""What a lock tells of itself (ttlock-ble-protocol.md 5.13)."""

from ...errors import TTLockError
from ...features import Features
from ..opcodes import Opcode
from ..operations import info
from ..operations.info import Accessory, AccessoryBattery, DeviceInfo, InfoStep
from .base import Topic, operation


class Info(Topic):
    """Features, model and versions."""

    @operation(Opcode.FEATURES)
    async def read_features(self) -> Features:
        """Return what the lock is able to do. Some do things that they do not tell of."""
        known = info.read_features(await self._ask(Opcode.FEATURES, info.FEATURES))
        self._note_battery(known.battery)
        return known.features

    @operation(Opcode.DEVICE_INFO)
    async def read_device_info(self) -> DeviceInfo:
        """Return model and versions; what the lock does not know is None."""
        return DeviceInfo(
            model=await self.read_info_text(InfoStep.MODEL),
            hardware_version=await self.read_info_text(InfoStep.HARDWARE),
            firmware_version=await self.read_info_text(InfoStep.FIRMWARE),
            made_on=await self.read_info_text(InfoStep.MADE_ON),
        )

    @operation(Opcode.DEVICE_INFO)
    async def read_info_text(self, step: InfoStep) -> str | None:
        """Return one text of the lock, None when it has none."""
        data = await self._info(step)
        return None if data is None else info.read_text(data)

    @operation(Opcode.DEVICE_INFO)
    async def read_address(self) -> str | None:
        """Return the lock's own address."""
        data = await self._info(InfoStep.ADDRESS)
        return None if data is None else info.read_address(data)

    @operation(Opcode.DEVICE_INFO)
    async def read_passcode_keys(self) -> int | None:
        """Return how many keys the keypad has, of locks that tell."""
        data = await self._info(InfoStep.PASSCODE_KEYS)
        return data[0] if data else None

    @operation(Opcode.DEVICE_INFO)
    async def read_signal(self) -> int | None:
        """Return the signal of the mobile network in dBm."""
        data = await self._info(InfoStep.NB_RSSI)
        return None if data is None else info.read_signal(data)

    @operation(Opcode.ACCESSORY_BATTERY)
    async def read_accessory_battery(self, accessory: Accessory, address: str) -> AccessoryBattery:
        """Return the battery of a keypad, remote or door sensor."""
        data = await self._ask(Opcode.ACCESSORY_BATTERY, info.ask_accessory(accessory, address))
        found = info.read_accessory(data, self.key.zone)
        self._note_battery(found.lock_battery)
        return found

    async def _info(self, step: InfoStep) -> bytes | None:
        try:
            return await self._ask(Opcode.DEVICE_INFO, info.ask(step))
        except TTLockError as err:
            if err.code != UNKNOWN_STEP:
                raise
            return None


UNKNOWN_STEP = 0x19
"""What locks say to a step that they do not know (5.13)."""
