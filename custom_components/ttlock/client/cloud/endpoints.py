"""Every endpoint the client uses, with what the request path has to know about it (ttlock-open-api.md 4)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What a call is for; calls are counted by it."""

    COMMAND = "command"
    SIGN_IN = "sign_in"
    PROOF = "proof"
    STATE = "state"
    RECORDS = "records"
    SETTINGS = "settings"
    INVENTORY = "inventory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path of the cloud."""

    path: str
    purpose: Purpose
    post: bool = False
    live: bool = False
    """The cloud talks to the lock while we wait: seconds of latency, one at a time per gateway."""
    repeatable: bool = True
    """Sending it again does no harm when the first answer was lost."""
    patient: bool = True
    """A refusal because the gateway is busy is worth waiting for."""
    deferrable: bool = False
    """A Wi-Fi lock that saves power may get it when it wakes; the list tells what became of it (7.6)."""

    @property
    def urgent(self) -> bool:
        """Return whether somebody waits for the answer, so that it goes before what is asked by the clock."""
        return self.purpose in (Purpose.COMMAND, Purpose.PROOF)


OPEN_STATE: Final = Endpoint(path="/v3/lock/queryOpenState", purpose=Purpose.STATE, live=True)
OPEN_STATE_NOW: Final = Endpoint(path="/v3/lock/queryOpenState", purpose=Purpose.PROOF, live=True)
"""The same, to prove what a command did or because somebody asks."""
LOCK_BATTERY: Final = Endpoint(path="/v3/lock/queryElectricQuantity", purpose=Purpose.STATE, live=True)
UNLOCK: Final = Endpoint(
    # Never sent twice, not even after a refusal: an unlocked door is the one mistake nobody forgives.
    path="/v3/lock/unlock",
    purpose=Purpose.COMMAND,
    post=True,
    live=True,
    repeatable=False,
    patient=False,
)
LOCK: Final = Endpoint(path="/v3/lock/lock", purpose=Purpose.COMMAND, post=True, live=True, repeatable=False)

KEY_LIST: Final = Endpoint(path="/v3/key/list", purpose=Purpose.INVENTORY, post=True)
KEY_GET: Final = Endpoint(path="/v3/key/get", purpose=Purpose.INVENTORY)
LOCK_LIST: Final = Endpoint(path="/v3/lock/list", purpose=Purpose.INVENTORY)
LOCK_DETAIL: Final = Endpoint(path="/v3/lock/detail", purpose=Purpose.SETTINGS)
GATEWAY_LIST: Final = Endpoint(path="/v3/gateway/list", purpose=Purpose.INVENTORY)
GATEWAY_LOCKS: Final = Endpoint(path="/v3/gateway/listLock", purpose=Purpose.INVENTORY)
DOOR_SENSOR: Final = Endpoint(path="/v3/doorSensor/query", purpose=Purpose.INVENTORY, post=True)
RECORD_LIST: Final = Endpoint(path="/v3/lockRecord/list", purpose=Purpose.RECORDS)
ACCOUNT_ID: Final = Endpoint(path="/v3/user/getUid", purpose=Purpose.SIGN_IN)

AUTO_LOCK: Final = Endpoint(path="/v3/lock/setAutoLockTime", purpose=Purpose.COMMAND, post=True, live=True)
SETTING: Final = Endpoint(path="/v3/lock/updateSetting", purpose=Purpose.COMMAND, post=True, live=True)
PASSAGE_READ: Final = Endpoint(path="/v3/lock/getPassageModeConfiguration", purpose=Purpose.SETTINGS)
PASSAGE_READ_FLAT: Final = Endpoint(path="/v3/lock/getPassageModeConfig", purpose=Purpose.SETTINGS)
PASSAGE_WRITE: Final = Endpoint(path="/v3/lock/configurePassageMode", purpose=Purpose.COMMAND, post=True, live=True)
PASSAGE_WRITE_FLAT: Final = Endpoint(path="/v3/lock/configPassageMode", purpose=Purpose.COMMAND, post=True, live=True)

PASSCODE_LIST: Final = Endpoint(path="/v3/lock/listKeyboardPwd", purpose=Purpose.PROOF)
PASSCODE_RANDOM: Final = Endpoint(path="/v3/keyboardPwd/get", purpose=Purpose.COMMAND, post=True, repeatable=False)
PASSCODE_ADD: Final = Endpoint(
    path="/v3/keyboardPwd/add", purpose=Purpose.COMMAND, post=True, live=True, repeatable=False, deferrable=True
)
PASSCODE_CHANGE: Final = Endpoint(
    path="/v3/keyboardPwd/change", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
PASSCODE_RENAME: Final = Endpoint(path="/v3/keyboardPwd/change", purpose=Purpose.COMMAND, post=True)
PASSCODE_DELETE: Final = Endpoint(
    path="/v3/keyboardPwd/delete", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)

# Shared ekeys: section 4.4
LOCK_EKEYS: Final = Endpoint(path="/v3/lock/listKey", purpose=Purpose.PROOF)
KEY_SEND: Final = Endpoint(path="/v3/key/send", purpose=Purpose.COMMAND, post=True, repeatable=False)
KEY_DELETE: Final = Endpoint(path="/v3/key/delete", purpose=Purpose.COMMAND, post=True)
KEY_DELETE_ALL: Final = Endpoint(path="/v3/lock/deleteAllKey", purpose=Purpose.COMMAND, post=True)
KEY_FREEZE: Final = Endpoint(path="/v3/key/freeze", purpose=Purpose.COMMAND, post=True)
KEY_UNFREEZE: Final = Endpoint(path="/v3/key/unfreeze", purpose=Purpose.COMMAND, post=True)
KEY_PERIOD: Final = Endpoint(path="/v3/key/changePeriod", purpose=Purpose.COMMAND, post=True)
KEY_UPDATE: Final = Endpoint(path="/v3/key/update", purpose=Purpose.COMMAND, post=True)
KEY_AUTHORIZE: Final = Endpoint(path="/v3/key/authorize", purpose=Purpose.COMMAND, post=True)
KEY_UNAUTHORIZE: Final = Endpoint(path="/v3/key/unauthorize", purpose=Purpose.COMMAND, post=True)
KEY_LINK: Final = Endpoint(path="/v3/key/getUnlockLink", purpose=Purpose.COMMAND, post=True)

# Passcodes, after Bluetooth: section 4.5
PASSCODES_READ_FROM_LOCK: Final = Endpoint(
    path="/v3/keyboardPwd/uploadValidCodeFromLock", purpose=Purpose.COMMAND, post=True
)

# IC cards: section 4.6
CARD_LIST: Final = Endpoint(path="/v3/identityCard/list", purpose=Purpose.PROOF)
CARD_ADD: Final = Endpoint(
    path="/v3/identityCard/add", purpose=Purpose.COMMAND, post=True, live=True, repeatable=False, deferrable=True
)
CARD_ADD_REVERSED: Final = Endpoint(
    path="/v3/identityCard/addForReversedCardNumber", purpose=Purpose.COMMAND, post=True, live=True, repeatable=False
)
CARD_PERIOD: Final = Endpoint(
    path="/v3/identityCard/changePeriod", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
CARD_RENAME: Final = Endpoint(path="/v3/identityCard/rename", purpose=Purpose.COMMAND, post=True)
CARD_DELETE: Final = Endpoint(
    path="/v3/identityCard/delete", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
CARD_CLEAR: Final = Endpoint(path="/v3/identityCard/clear", purpose=Purpose.COMMAND, post=True)

# Fingerprints: section 4.7
FINGERPRINT_LIST: Final = Endpoint(path="/v3/fingerprint/list", purpose=Purpose.PROOF)
FINGERPRINT_ADD: Final = Endpoint(path="/v3/fingerprint/add", purpose=Purpose.COMMAND, post=True, repeatable=False)
FINGERPRINT_PERIOD: Final = Endpoint(
    path="/v3/fingerprint/changePeriod", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
FINGERPRINT_RENAME: Final = Endpoint(path="/v3/fingerprint/rename", purpose=Purpose.COMMAND, post=True)
FINGERPRINT_DELETE: Final = Endpoint(
    path="/v3/fingerprint/delete", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
FINGERPRINT_CLEAR: Final = Endpoint(path="/v3/fingerprint/clear", purpose=Purpose.COMMAND, post=True)

# Faces: section 4.8
FACE_FEATURES: Final = Endpoint(path="/v3/face/getFeatureDataByPhoto", purpose=Purpose.COMMAND, post=True)
FACE_LIST: Final = Endpoint(path="/v3/face/list", purpose=Purpose.PROOF)
FACE_ADD: Final = Endpoint(
    path="/v3/face/add", purpose=Purpose.COMMAND, post=True, live=True, repeatable=False, deferrable=True
)
FACE_PERIOD: Final = Endpoint(
    path="/v3/face/changePeriod", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
FACE_RENAME: Final = Endpoint(path="/v3/face/rename", purpose=Purpose.COMMAND, post=True)
FACE_DELETE: Final = Endpoint(path="/v3/face/delete", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True)
FACE_CLEAR: Final = Endpoint(path="/v3/face/clear", purpose=Purpose.COMMAND, post=True)

# Palm veins: section 4.9
PALM_LIST: Final = Endpoint(path="/v3/palmVein/list", purpose=Purpose.PROOF, post=True)
PALM_ADD: Final = Endpoint(path="/v3/palmVein/add", purpose=Purpose.COMMAND, post=True, repeatable=False)
PALM_PERIOD: Final = Endpoint(
    path="/v3/palmVein/changePeriod", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
PALM_RENAME: Final = Endpoint(path="/v3/palmVein/rename", purpose=Purpose.COMMAND, post=True)
PALM_DELETE: Final = Endpoint(
    path="/v3/palmVein/delete", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
PALM_CLEAR: Final = Endpoint(path="/v3/palmVein/clear", purpose=Purpose.COMMAND, post=True)

# QR codes (4.10); random ones need nothing from the lock
QR_LIST: Final = Endpoint(path="/v3/qrCode/list", purpose=Purpose.PROOF)
QR_DATA: Final = Endpoint(path="/v3/qrCode/getData", purpose=Purpose.PROOF)
QR_ADD_RANDOM: Final = Endpoint(path="/v3/qrCode/add", purpose=Purpose.COMMAND, post=True, repeatable=False)
QR_ADD_CUSTOM: Final = Endpoint(path="/v3/qrCode/add", purpose=Purpose.COMMAND, post=True, live=True, repeatable=False)
QR_UPDATE_RANDOM: Final = Endpoint(path="/v3/qrCode/update", purpose=Purpose.COMMAND, post=True)
QR_UPDATE_CUSTOM: Final = Endpoint(path="/v3/qrCode/update", purpose=Purpose.COMMAND, post=True, live=True)
QR_DELETE_RANDOM: Final = Endpoint(path="/v3/qrCode/delete", purpose=Purpose.COMMAND, post=True)
QR_DELETE_CUSTOM: Final = Endpoint(path="/v3/qrCode/delete", purpose=Purpose.COMMAND, post=True, live=True)
QR_CLEAR_RANDOM: Final = Endpoint(path="/v3/qrCode/clear", purpose=Purpose.COMMAND, post=True)
QR_CLEAR_CUSTOM: Final = Endpoint(path="/v3/qrCode/clear", purpose=Purpose.COMMAND, post=True, live=True)

# Remotes: section 4.11
REMOTE_LIST: Final = Endpoint(path="/v3/remote/listByLock", purpose=Purpose.PROOF)
REMOTE_ADD: Final = Endpoint(path="/v3/remote/add", purpose=Purpose.COMMAND, post=True, repeatable=False)
REMOTE_UPDATE: Final = Endpoint(
    path="/v3/remote/update", purpose=Purpose.COMMAND, post=True, live=True, deferrable=True
)
REMOTE_DELETE: Final = Endpoint(path="/v3/remote/delete", purpose=Purpose.COMMAND, post=True)
REMOTE_CLEAR: Final = Endpoint(path="/v3/remote/clear", purpose=Purpose.COMMAND, post=True)

# Wireless keypads: section 4.12
KEYPAD_LIST: Final = Endpoint(path="/v3/wirelessKeypad/listByLock", purpose=Purpose.INVENTORY)
KEYPAD_ADD: Final = Endpoint(path="/v3/wirelessKeypad/add", purpose=Purpose.COMMAND, post=True, repeatable=False)
KEYPAD_RENAME: Final = Endpoint(path="/v3/wirelessKeypad/rename", purpose=Purpose.COMMAND, post=True)
KEYPAD_DELETE: Final = Endpoint(path="/v3/wirelessKeypad/delete", purpose=Purpose.COMMAND, post=True)
KEYPAD_UPGRADED: Final = Endpoint(path="/v3/wirelessKeypad/upgradeSuccess", purpose=Purpose.COMMAND, post=True)

# Door sensors: section 4.13
DOOR_SENSOR_ADD: Final = Endpoint(path="/v3/doorSensor/add", purpose=Purpose.COMMAND, post=True, repeatable=False)
DOOR_SENSOR_UPDATE: Final = Endpoint(path="/v3/doorSensor/update", purpose=Purpose.COMMAND, post=True)
DOOR_SENSOR_DELETE: Final = Endpoint(path="/v3/doorSensor/delete", purpose=Purpose.COMMAND, post=True)
DOOR_SENSOR_RECORDS: Final = Endpoint(path="/v3/doorSensor/listRecord", purpose=Purpose.RECORDS)
STANDALONE_ADD: Final = Endpoint(
    path="/v3/standaloneDoorSensor/add", purpose=Purpose.COMMAND, post=True, repeatable=False
)
STANDALONE_LIST: Final = Endpoint(path="/v3/standaloneDoorSensor/list", purpose=Purpose.INVENTORY, post=True)
STANDALONE_RECORDS: Final = Endpoint(path="/v3/standaloneDoorSensor/listRecord", purpose=Purpose.RECORDS, post=True)
STANDALONE_ALERTS: Final = Endpoint(path="/v3/standaloneDoorSensor/getAlertFlag", purpose=Purpose.SETTINGS, post=True)
STANDALONE_SET_ALERTS: Final = Endpoint(
    path="/v3/standaloneDoorSensor/configAlertFlag", purpose=Purpose.COMMAND, post=True
)
STANDALONE_UPDATE: Final = Endpoint(path="/v3/standaloneDoorSensor/update", purpose=Purpose.COMMAND, post=True)
STANDALONE_DELETE: Final = Endpoint(path="/v3/standaloneDoorSensor/delete", purpose=Purpose.COMMAND, post=True)

# Settings of a lock (4.1 to 4.3)
SETTING_NOTE: Final = Endpoint(path="/v3/lock/updateSetting", purpose=Purpose.COMMAND, post=True)
SETTING_QUERY: Final = Endpoint(path="/v3/lock/querySetting", purpose=Purpose.SETTINGS, post=True, live=True)
WORKING_MODE_READ: Final = Endpoint(path="/v3/lock/getWorkingMode", purpose=Purpose.SETTINGS, post=True)
WORKING_MODE_WRITE: Final = Endpoint(path="/v3/lock/configWorkingMode", purpose=Purpose.COMMAND, post=True, live=True)
FREEZE: Final = Endpoint(path="/v3/lock/freeze", purpose=Purpose.COMMAND, post=True, live=True)
UNFREEZE: Final = Endpoint(path="/v3/lock/unfreeze", purpose=Purpose.COMMAND, post=True, live=True)
FREEZE_STATUS: Final = Endpoint(path="/v3/lock/queryStatus", purpose=Purpose.STATE, live=True)
CLOCK_READ: Final = Endpoint(path="/v3/lock/queryDate", purpose=Purpose.SETTINGS, live=True)
CLOCK_ADJUST: Final = Endpoint(path="/v3/lock/updateDate", purpose=Purpose.COMMAND, post=True, live=True)
ADMIN_PASSCODE: Final = Endpoint(path="/v3/lock/changeAdminKeyboardPwd", purpose=Purpose.COMMAND, post=True, live=True)

# The lock as a thing of the account (4.1, 4.3, 4.16, 4.17); what cannot be repeated would answer that it is gone
LOCK_INITIALIZE: Final = Endpoint(path="/v3/lock/initialize", purpose=Purpose.COMMAND, post=True, repeatable=False)
LOCK_RENAME: Final = Endpoint(path="/v3/lock/rename", purpose=Purpose.COMMAND, post=True)
LOCK_DELETE: Final = Endpoint(path="/v3/lock/delete", purpose=Purpose.COMMAND, post=True, repeatable=False)
LOCK_TRANSFER: Final = Endpoint(path="/v3/lock/transfer", purpose=Purpose.COMMAND, post=True, repeatable=False)
LOCK_GROUP: Final = Endpoint(path="/v3/lock/setGroup", purpose=Purpose.COMMAND, post=True)
LOCK_BATTERY_NOTE: Final = Endpoint(path="/v3/lock/updateElectricQuantity", purpose=Purpose.COMMAND, post=True)
LOCK_DATA_NOTE: Final = Endpoint(path="/v3/lock/updateLockData", purpose=Purpose.COMMAND, post=True)
LOCK_FIRMWARE: Final = Endpoint(path="/v3/lock/upgradeCheck", purpose=Purpose.SETTINGS, post=True)
LOCK_FIRMWARE_AGAIN: Final = Endpoint(path="/v3/lock/upgradeRecheck", purpose=Purpose.SETTINGS, post=True)
LOCK_NB: Final = Endpoint(path="/v3/lock/getNbDeviceInfo", purpose=Purpose.INVENTORY)
LOCK_WIFI: Final = Endpoint(path="/v3/wifiLock/detail", purpose=Purpose.INVENTORY, post=True)
LOCK_WIFI_NOTE: Final = Endpoint(path="/v3/wifiLock/updateNetwork", purpose=Purpose.COMMAND, post=True)

# Gateways: section 4.14
GATEWAY_DETAIL: Final = Endpoint(path="/v3/gateway/detail", purpose=Purpose.INVENTORY)
GATEWAYS_OF_LOCK: Final = Endpoint(path="/v3/gateway/listByLock", purpose=Purpose.INVENTORY)
GATEWAY_DEVICES: Final = Endpoint(path="/v3/gateway/listDevice", purpose=Purpose.INVENTORY)
GATEWAY_RENAME: Final = Endpoint(path="/v3/gateway/rename", purpose=Purpose.COMMAND, post=True)
GATEWAY_DELETE: Final = Endpoint(path="/v3/gateway/delete", purpose=Purpose.COMMAND, post=True, repeatable=False)
GATEWAY_TRANSFER: Final = Endpoint(path="/v3/gateway/transfer", purpose=Purpose.COMMAND, post=True, repeatable=False)
GATEWAY_ADDED: Final = Endpoint(path="/v3/gateway/isInitSuccess", purpose=Purpose.INVENTORY, post=True)
GATEWAY_NOTE: Final = Endpoint(path="/v3/gateway/uploadDetail", purpose=Purpose.COMMAND, post=True)
GATEWAY_FIRMWARE: Final = Endpoint(path="/v3/gateway/upgradeCheck", purpose=Purpose.SETTINGS)
GATEWAY_UPGRADE: Final = Endpoint(
    path="/v3/gateway/setUpgradeMode", purpose=Purpose.COMMAND, post=True, repeatable=False
)

# Groups: section 4.16
GROUP_LIST: Final = Endpoint(path="/v3/group/list", purpose=Purpose.INVENTORY)
GROUP_ADD: Final = Endpoint(path="/v3/group/add", purpose=Purpose.COMMAND, post=True, repeatable=False)
GROUP_RENAME: Final = Endpoint(path="/v3/group/update", purpose=Purpose.COMMAND, post=True)
GROUP_DELETE: Final = Endpoint(path="/v3/group/delete", purpose=Purpose.COMMAND, post=True)
GROUP_DEVICE: Final = Endpoint(path="/v3/group/setDeviceGroup", purpose=Purpose.COMMAND, post=True)

# Records: section 4.15
RECORD_UPLOAD: Final = Endpoint(path="/v3/lockRecord/upload", purpose=Purpose.COMMAND, post=True, repeatable=False)
RECORD_DELETE: Final = Endpoint(path="/v3/lockRecord/delete", purpose=Purpose.COMMAND, post=True)
RECORD_CLEAR: Final = Endpoint(path="/v3/lockRecord/clear", purpose=Purpose.COMMAND, post=True)

# Users that the application registered (2.5); they take the client secret, not a token
USER_REGISTER: Final = Endpoint(path="/v3/user/register", purpose=Purpose.SIGN_IN, post=True, repeatable=False)
USER_LIST: Final = Endpoint(path="/v3/user/list", purpose=Purpose.INVENTORY, post=True)
USER_PASSWORD: Final = Endpoint(path="/v3/user/resetPassword", purpose=Purpose.SIGN_IN, post=True)
USER_DELETE: Final = Endpoint(path="/v3/user/delete", purpose=Purpose.SIGN_IN, post=True, repeatable=False)
