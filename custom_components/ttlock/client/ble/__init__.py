"""TTLock locks over Bluetooth: the protocol 5.3 ("V3") of ttlock-ble-protocol.md.

Knows neither Home Assistant nor a Bluetooth stack: whoever uses it brings the connections. `BleLock` is one lock,
`Session` the conversation with it, `pair` makes a key for a lock that has none; docs/bluetooth-library.md has all of it.
"""

from .conversation import Access, Conversation
from .key import LockKey, Role
from .lock import BleLock
from .lock_data import LockData
from .pairing import pair
from .session import Session

__all__ = ["Access", "BleLock", "Conversation", "LockData", "LockKey", "Role", "Session", "pair"]
