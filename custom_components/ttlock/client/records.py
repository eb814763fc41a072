"""What the numbers in a lock's log mean (ttlock-open-api.md 5.4.1)."""

from typing import Final

from .models import Bolt

# The words are those that users of hass-ttlock know from its "last trigger" sensor, so that their automations
# keep working (compatibility.md 4.5).
RECORD_WORDS: Final[dict[int, str]] = {
    1: "unlock by app",
    4: "unlock by passcode",
    7: "unlock by IC card",
    8: "unlock by fingerprint",
    9: "unlock by wrist strap",
    10: "unlock by Mechanical key",
    11: "lock by app",
    12: "unlock by gateway",
    32: "open from inside",
    33: "lock by fingerprint",
    34: "lock by passcode",
    35: "lock by IC card",
    36: "lock by Mechanical key",
    45: "Auto Lock",
    46: "unlock by unlock key",
    47: "lock by lock key",
    49: "unlock by hotel card",
    50: "unlocked due to the high temperature",
    55: "unlock with key fob",
    57: "unlock with QR code success",
    61: "Lock with QR code success",
    63: "auto unlock at passage mode",
    67: "3D Face Unlock Success",
    69: "Locked via 3D Face",
    84: "unlock by palm vein",
    86: "lock by palm vein",
    92: "unlock by admin passcode",
}
UNKNOWN_RECORD: Final = "unknown"

_UNLOCKING: Final = frozenset({1, 3, 4, 7, 8, 9, 10, 12, 32, 46, 49, 50, 55, 57, 63, 67, 75, 76, 84, 92})
_LOCKING: Final = frozenset({11, 33, 34, 35, 36, 45, 47, 52, 53, 61, 69, 86})


def record_word(record_type: int) -> str:
    """Return the record in words; new numbers are unknown."""
    return RECORD_WORDS.get(record_type, UNKNOWN_RECORD)


def moves_to(record_type: int) -> Bolt | None:
    """Return where a successful record of this type leaves the bolt, None when it says nothing about it."""
    if record_type in _UNLOCKING:
        return Bolt.UNLOCKED
    return Bolt.LOCKED if record_type in _LOCKING else None
