"""Capability bits of a lock (ttlock-open-api.md 6)."""

from enum import IntEnum


class Feature(IntEnum):
    """The bits of ``featureValue`` that the virtual world looks at."""

    PASSCODE = 0
    CARD = 1
    FINGERPRINT = 2
    AUTO_LOCK = 4
    DELETE_CODE = 5
    CHANGE_PASSCODE = 7
    REMOTE_LOCK = 8
    GATEWAY_UNLOCK = 10
    FREEZE = 11
    CYCLIC_PASSCODE = 12
    DOOR_SENSOR = 13
    SOUND = 15
    NB_IOT = 16
    NO_CLOCK = 20
    PASSAGE_MODE = 22
    WIRELESS_KEYPAD = 24
    TAMPER_ALERT = 28
    RESET_BUTTON = 29
    PRIVACY_LOCK = 30
    CYCLIC_CARD = 34
    OPEN_DIRECTION = 36
    REMOTE = 41
    SOUND_VOLUME = 43
    QR_CODE = 44
    PASSAGE_AUTO_UNLOCK = 46
    WIRELESS_DOOR_SENSOR = 50
    DOOR_OPEN_ALARM = 51
    FACE_3D = 53
    WIFI = 56
    DUAL_VERIFICATION = 63
    FACE = 69
    PALM_VEIN = 70
    CUSTOM_QR_CODE = 108
    FACE_YISHENG = 110


def bits_of(feature_value: str) -> frozenset[int]:
    """Return the set bits of a hexadecimal feature value of any length."""
    value = int(feature_value, 16)
    return frozenset(bit for bit in range(value.bit_length()) if value >> bit & 1)


def special_value(feature_value: str) -> int:
    """Return the legacy decimal field: the low 32 bits."""
    return int(feature_value, 16) & 0xFFFFFFFF
