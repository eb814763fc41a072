"""The switches that share one word (ttlock-ble-protocol.md 5.12, opcode `68`)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from ...settings import LockSwitches, OpenDirection
from .settings import Sound
from .wire import MODIFY, QUERY, Answer, u32

GET: Final = QUERY
GET_OPERATION: Final = 1
ALWAYS_SENT: Final = 7
"""The vendor's client says the first three each time, whatever it changes."""


class Switch(IntEnum):
    """One switch each."""

    TAMPER_ALERT = 0x01
    RESET_BUTTON = 0x02
    PRIVACY_LOCK = 0x04
    OPENS_LEFT = 0x10
    PASSAGE_AUTO_UNLOCK = 0x20
    WIFI_AWAKE = 0x80
    """Power saving, the other way round."""
    DUAL_VERIFICATION = 0x100
    PUBLIC_MODE = 0x400
    LOW_BATTERY_UNLOCK = 0x800
    CLEAR_BY_CODE = 0x1000
    STOP_ALGORITHM = 0x2000
    FORCED_OPENING_ALARM = 0x4000
    SECURE_CARDS = 0x8000
    SEMI_AUTOMATIC = 0x20000
    SUPERVISION = 0x40000


@dataclass(frozen=True, slots=True, kw_only=True)
class Switches:
    """Which switches a lock has, and how they stand."""

    items: int
    values: int

    def get(self, switch: Switch) -> bool | None:
        """Return how a switch stands, None when the lock has none such."""
        return bool(self.values & switch) if self.items & switch else None

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read the reply."""
        answer = Answer(data, GET_OPERATION)
        return cls(items=answer.u32(), values=answer.u32())

    def change(self, switch: Switch, on: bool) -> bytes:
        """Return the request that sets one switch and leaves the others as they are."""
        values = self.values | switch if on else self.values & ~switch
        items = (self.items | switch) & (switch | ALWAYS_SENT)
        return MODIFY + u32(items) + u32(values)

    def in_cloud(self, sound: Sound | None = None, *, frozen: bool | None = None) -> LockSwitches:
        """Return them in the shape in which the cloud tells them."""
        left = self.get(Switch.OPENS_LEFT)
        return LockSwitches(
            volume=sound.volume if sound else None,
            privacy_lock=self.get(Switch.PRIVACY_LOCK),
            tamper_alert=self.get(Switch.TAMPER_ALERT),
            reset_button=self.get(Switch.RESET_BUTTON),
            open_direction=None if left is None else OpenDirection.LEFT if left else OpenDirection.RIGHT,
            dual_verification=self.get(Switch.DUAL_VERIFICATION),
            frozen=frozen,
        )
