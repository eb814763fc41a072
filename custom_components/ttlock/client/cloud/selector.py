"""The method selector: how the lock was or will be changed (ttlock-open-api.md 1.7).

The name of its field differs per endpoint; every topic of this package writes it out beside the call.
"""

from typing import Final

VIA_GATEWAY: Final = 2
"""The method selector for everything that must reach the lock. Its default, 1, would only write the cloud's table
and leave a ghost that opens no door (ttlock-open-api.md 1.7)."""

ALREADY_ON_LOCK: Final = 1
"""The lock was changed over Bluetooth before; the cloud only notes it. Methods that send it are named `record_...`."""

CLOUD_ONLY: Final = 0
"""Random QR codes, which the lock knows by calculation; nothing has to reach it (ttlock-open-api.md 4.10)."""
