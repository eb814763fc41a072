"""What can be asked of a lock (ttlock-ble-protocol.md 6.1)."""

from enum import IntEnum
from typing import Final


class Opcode(IntEnum):
    """The byte that names a request; a reply repeats it inside its envelope."""

    FEATURES = 0x01
    ENTER_DFU = 0x02
    PASSCODES = 0x03
    VALID_PASSCODES = 0x04
    CARDS = 0x05
    FINGERPRINTS = 0x06
    PASSCODE_LIST = 0x07
    NB_SERVER = 0x12
    NB_ACTIVATION = 0x13
    STATUS = 0x14
    GET_AES_KEY = 0x19
    LOG = 0x25
    CHECK_RANDOM = 0x30
    INIT_PASSCODES = 0x31
    READ_PASSCODE_SEED = 0x32
    RESET_PASSCODE_COUNT = 0x33
    GET_CLOCK = 0x34
    WRISTBAND_KEY = 0x35
    AUTO_LOCK = 0x36
    REMOTE_UNLOCK = 0x37
    CHECK_ADMIN = 0x41
    SET_CLOCK = 0x43
    DELETE_CODE = 0x44
    INITIALIZATION = 0x45
    UNLOCK = 0x47
    SYNC_PASSCODES = 0x49
    LEGACY_LOCK = 0x4C
    NAME_PREFIX = 0x4E
    RESET_LOCK = 0x52
    SET_ADMIN_PASSCODE = 0x53
    RESPONSE = 0x54
    """The opcode of the frame around most replies."""
    CHECK_USER_TIME = 0x55
    ADD_ADMIN = 0x56
    OPERATE_FINISHED = 0x57
    LOCK = 0x58
    SHOW_PASSCODE = 0x59
    FREEZE = 0x61
    SOUND = 0x62
    REMOTE_CONTROL = 0x63
    HOTEL = 0x64
    GET_ADMIN_PASSCODE = 0x65
    PASSAGE_MODE = 0x66
    LAMP = 0x67
    SWITCHES = 0x68
    DEAD_LOCK = 0x69
    CYCLIC = 0x70
    UNLOCK_DIRECTION = 0x71
    KEY_FOBS = 0x73
    ACCESSORY_BATTERY = 0x74
    DOOR_SENSOR = 0x76
    DOOR_LEFT_OPEN_ALARM = 0x78
    FACES = 0x79
    SENSITIVITY = 0x80
    FULL_AUTO_LOCK = 0x81
    PALM_VEINS = 0x83
    GET_RANDOM_CODE = 0x85
    RESET_BY_CODE = 0x86
    MULTI_KEYPAD = 0x89
    STICK_ON_LOCK = 0x8A
    VERIFY_LOCK = 0x8B
    FIND_UNLOCK_DIRECTION = 0x8C
    WIFI_SLEEP = 0x8F
    DEVICE_INFO = 0x90
    PARAMETERS = 0x91
    WORKING_TIMES = 0x94
    QR_CODES = 0x95
    SCAN_WIFI = 0xF2
    WIFI_ACCESS_POINT = 0xF3
    STATIC_IP = 0xF4
    WIFI_SERVER = 0xF5
    WIFI_INFO = 0xF6
    GATEWAY_ACCOUNT = 0xFA


OWN_REPLIES: Final = frozenset({Opcode.GET_AES_KEY, Opcode.GET_RANDOM_CODE, Opcode.RESET_BY_CODE})
"""Requests whose reply frame carries their own opcode (3.6)."""
UNDER_DEFAULT_KEY: Final = frozenset(
    {Opcode.GET_AES_KEY, Opcode.GET_RANDOM_CODE, Opcode.RESET_BY_CODE, Opcode.VERIFY_LOCK}
)
"""Requests that go under the vendor's key, whatever the lock's own (3.4, 7)."""
VENDOR: Final = b"SCIENER"
"""The text that stands in requests for nothing in particular (5.1, 5.5)."""
