"""The method selector: how the lock was or will be changed (ttlock-open-api.md 1.7).

The name of its field differs per endpoint; every topic of this package writes it out beside the call.
"""

from enum import IntEnum
from typing import Final


class Selector(IntEnum):
    """The ways to a lock, with the vendor's numbers."""

    CLOUD_ONLY = 0
    ALREADY_ON_LOCK = 1
    VIA_GATEWAY = 2
    WHEN_IT_WAKES = 4


VIA_GATEWAY: Final = Selector.VIA_GATEWAY
"""The method selector for everything that must reach the lock. Its default, 1, would only write the cloud's table
and leave a ghost that opens no door (ttlock-open-api.md 1.7)."""

ALREADY_ON_LOCK: Final = Selector.ALREADY_ON_LOCK
"""The lock was changed over Bluetooth before; the cloud only notes it. Methods that send it are named `record_...`, and
so is the transport that says it of every change (`recording.RecordTransport`)."""

CLOUD_ONLY: Final = Selector.CLOUD_ONLY
"""Random QR codes, which the lock knows by calculation; nothing has to reach it (ttlock-open-api.md 4.10)."""


def when_it_wakes(value: str | int | None) -> str | int | None:
    """Return a field for a Wi-Fi lock that saves power: what was to go through at once waits until it wakes."""
    return Selector.WHEN_IT_WAKES if value is Selector.VIA_GATEWAY else value


def record_selector(value: str | int | None) -> str | int | None:
    """Return a field for what was done over Bluetooth: what was to go through the gateway is on the lock already."""
    return ALREADY_ON_LOCK if value is Selector.VIA_GATEWAY else value
