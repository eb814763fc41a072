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


OPEN_STATE: Final = Endpoint(path="/v3/lock/queryOpenState", purpose=Purpose.STATE, live=True)
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
    path="/v3/keyboardPwd/add", purpose=Purpose.COMMAND, post=True, live=True, repeatable=False
)
PASSCODE_CHANGE: Final = Endpoint(path="/v3/keyboardPwd/change", purpose=Purpose.COMMAND, post=True, live=True)
PASSCODE_RENAME: Final = Endpoint(path="/v3/keyboardPwd/change", purpose=Purpose.COMMAND, post=True)
PASSCODE_DELETE: Final = Endpoint(path="/v3/keyboardPwd/delete", purpose=Purpose.COMMAND, post=True, live=True)
