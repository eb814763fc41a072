"""What a lock is able to do, read from its `featureValue` (ttlock-open-api.md 6)."""

from dataclasses import dataclass
from enum import IntEnum


class Feature(IntEnum):
    """Bit numbers that the product asks for."""

    PASSCODE = 0
    CARD = 1
    FINGERPRINT = 2
    AUTO_LOCK = 4
    FIRMWARE_UPGRADE = 6
    PASSCODE_MANAGEMENT = 7
    LOCK_COMMAND = 8
    PASSCODE_DISPLAY = 9
    GATEWAY_UNLOCK = 10
    FREEZE = 11
    CYCLIC_PASSCODE = 12
    DOOR_SENSOR = 13
    REMOTE_UNLOCK_SWITCH = 14
    SOUND = 15
    ADMIN_PASSCODE = 18
    NO_CLOCK = 20
    PASSAGE_MODE = 22
    WIRELESS_KEYPAD = 24
    LAMP = 25
    TAMPER_ALERT = 28
    RESET_BUTTON = 29
    PRIVACY_LOCK = 30
    CYCLIC_CARD = 34
    """Weekly hours for cards and fingerprints."""
    OPEN_DIRECTION = 36
    REMOTE = 41
    SOUND_VOLUME = 43
    QR_CODE = 44
    """Random ones, which the lock knows by calculation."""
    PASSAGE_AUTO_UNLOCK = 46
    WIRELESS_DOOR_SENSOR = 50
    LEFT_OPEN_ALERT = 51
    SENSITIVITY = 52
    FACE_3D = 53
    WIFI = 56
    DUAL_VERIFICATION = 63
    FACE = 69
    PALM_VEIN = 70
    CUSTOM_QR_CODE = 108
    FACE_YISHENG = 110


@dataclass(frozen=True, slots=True)
class Features:
    """The capability bits of one lock; `Feature.X in features` asks for one."""

    value: int = 0

    @classmethod
    def from_vendor(cls, feature_value: object, special_value: object = None) -> Features:
        """Parse the hex text; fall back to the legacy decimal `specialValue`, its low 32 bits."""
        try:
            return cls(int(str(feature_value), 16))
        except ValueError:
            pass
        try:
            return cls(int(str(special_value)) & 0xFFFFFFFF)
        except ValueError:
            return cls()

    def __contains__(self, feature: Feature) -> bool:
        """Return whether the bit is set."""
        return bool(self.value >> feature & 1)

    def lack(self, *any_of: Feature) -> bool:
        """Return whether the lock can do none of these; no bits at all mean that nobody knows."""
        return bool(self.value) and not any(feature in self for feature in any_of)

    def names(self) -> list[str]:
        """Return the known set bits in words, for diagnostics."""
        return [feature.name.lower() for feature in Feature if feature in self]
