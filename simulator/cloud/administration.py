"""What happens to a lock as a whole: set-up, name, owner, admin passcode, firmware (ttlock-open-api.md 4.1, 4.3, 4.17).

Guesses: ``lockData`` of a lock that is there registers that lock and ends what the cloud knew of it before; any other
text is good, too, and makes a new lock; a receiver nobody knows is -4064, as with ekeys;
resetting passcodes tells the cloud only; ``upgradeRecheck`` takes either of the two fields; a lock without NB-IoT is
-4067.
"""

from dataclasses import replace
import hashlib

from ..accounts import Account
from ..database import LockRow, NbDevice
from ..features import Feature
from ..lock import VirtualLock
from ..radio.lockdata import NoLockData, PairedLock, read as read_lock_data
from .call import Call, Endpoint, Json, Right, Target
from .errors import ApiError, body_of
from .passcodes import check_digits

NEW_LOCK_FEATURES = "F44354CD5F3"
UP_TO_DATE, UPGRADE, UNKNOWN = 0, 1, 2


def initialize(call: Call) -> Json:
    """Make a lock the caller's that a phone has set up over Bluetooth."""
    data = call.text("lockData")
    if any(row.lock_data == data for row in call.world.rows.values()):
        raise ApiError(-3)
    world, now = call.world, call.world.clock.now_ms()
    digest = hashlib.sha256(data.encode()).hexdigest().upper()
    try:
        told = read_lock_data(data)
    except NoLockData:
        told = None
    mac = told.mac if told else ":".join(digest[index : index + 2] for index in range(0, 12, 2))
    if (lock := world.find_lock(mac)) is None:
        lock = VirtualLock(
            key=f"lock_{digest[:12].lower()}",
            lock_id=0,
            mac=mac,
            now=world.clock.now,
            feature_value=(told and told.feature_value) or NEW_LOCK_FEATURES,
        )
        if told is not None:
            # One that was paired elsewhere.
            number = told.no_key_pwd or lock.secrets.no_key_pwd
            lock.secrets = replace(lock.secrets, keys=told.keys, no_key_pwd=number)
    elif lock.lock_id in world.locks:
        world.remove_lock(lock)
    if told is not None:
        _take_over(lock, told)
    lock.lock_id = world.next_id()
    row = LockRow(
        lock_id=lock.lock_id,
        alias=call.text("lockAlias", lock.name),
        admin_uid=call.user.uid,
        created=now,
        battery=lock.battery,
        updated=now,
        settings=lock.settings.as_numbers(),
        auto_lock_seconds=lock.auto_lock_seconds or -1,
        passage=lock.passage,
        lock_data=data,
        uploaded=lock.journal.last_sequence,
    )
    if told is not None:
        row.flag = told.flag
        row.model, row.hardware, row.firmware = (
            told.model or row.model,
            told.hardware or row.hardware,
            told.firmware or row.firmware,
        )
    if call.choice("nbInitSuccess", (0, 1), 0):
        lock.add_feature(Feature.NB_IOT)
        row.nb_device = NbDevice(node_id=digest[12:24], card_number=digest[24:44], updated=now)
    world.add_lock(lock, row)
    if (ekey := world.ekey(call.user.uid, lock.lock_id)) is None:
        raise ApiError(90000)
    group = world.groups.get(call.integer("groupId", 0))
    ekey.group_id = group.group_id if group is not None and group.uid == call.user.uid else 0
    # The documented sample shows this id as text.
    return {"lockId": lock.lock_id, "keyId": str(ekey.key_id)}


def _take_over(lock: VirtualLock, told: PairedLock) -> None:
    """Let the cloud know a lock as the phone that paired it tells."""
    lock.known_to_cloud = lock.owned and lock.secrets.keys == told.keys
    lock.move_to_offset(told.raw_offset)


def rename(call: Call) -> Json:
    """Give a lock another name."""
    call.row.alias = call.text("lockAlias")
    return body_of(0)


def delete(call: Call) -> Json:
    """Forget a lock; it is not told and keeps its credentials."""
    call.world.remove_lock(call.lock)
    return body_of(0)


def receiver(call: Call, refusal: int) -> Account:
    """Return who is to get a lock or gateway, or refuse."""
    if (account := call.world.find_account(call.text("receiverUsername"))) is None:
        raise ApiError(-4064)
    if account.uid == call.user.uid:
        raise ApiError(refusal)
    return account


def transfer(call: Call) -> Json:
    """Give locks to somebody else: all of them or none."""
    numbers = call.numbers("lockIdList")
    new_owner = receiver(call, -3011)
    for number in numbers:
        if number not in call.world.locks:
            raise ApiError(-1003)
        if call.world.rows[number].admin_uid != call.user.uid:
            raise ApiError(20002)
    for number in dict.fromkeys(numbers):
        call.world.transfer_lock(call.world.locks[number], new_owner)
    return body_of(0)


def update_lock_data(call: Call) -> Json:
    """Take what a phone read out of the lock."""
    data = call.row.lock_data = call.text("lockData")
    try:
        told = read_lock_data(data)
    except NoLockData:
        return body_of(0)
    # After a reset of all ekeys over Bluetooth this is how the cloud learns of it (ttlock-ble-protocol.md 5.2).
    call.row.flag = told.flag
    call.lock.known_to_cloud = call.lock.secrets.keys == told.keys
    return body_of(0)


def update_battery(call: Call) -> Json:
    """Take the battery a phone read."""
    if not 0 <= (percent := call.integer("electricQuantity")) <= 100:
        raise ApiError(-3)
    call.row.battery = percent
    return body_of(0)


def delete_all_keys(call: Call) -> Json:
    """Take all common ekeys away."""
    for ekey in call.world.ekeys_for(call.lock.lock_id):
        if not ekey.admin:
            call.world.remove_ekey(ekey)
    return body_of(0)


def reset_passcodes(call: Call) -> Json:
    """Forget all passcodes; the lock was told over Bluetooth before."""
    call.row.deleted_ids |= call.row.passcodes.keys()
    call.row.passcodes.clear()
    return body_of(0)


def admin_passcode(call: Call) -> str:
    """Return the digits of the new admin passcode, or refuse."""
    digits = call.text("password")
    check_digits(digits)
    if any(row.digits == digits for row in call.row.passcodes.values()):
        raise ApiError(-3007)
    return digits


def change_admin_passcode(call: Call) -> Json:
    """Replace the admin passcode."""
    digits, lock = admin_passcode(call), call.lock
    call.hand_over(lambda: lock.command_admin_passcode(digits))
    call.row.admin_passcode = digits
    return body_of(0)


def upgrade_check(call: Call) -> Json:
    """Say whether there is newer firmware."""
    row = call.row
    return {
        "needUpgrade": need_upgrade(row.newest_firmware),
        "firmwareInfo": {
            "modelNum": row.model,
            "hardwareRevision": row.hardware,
            "firmwareRevision": row.firmware,
        },
        "firmwarePackage": "",
        "version": row.newest_firmware or row.firmware,
    }


def need_upgrade(newest: str | None) -> int:
    """Return the API's number: 0 no, 1 yes, 2 unknown."""
    if newest is None:
        return UNKNOWN
    return UPGRADE if newest else UP_TO_DATE


def upgrade_recheck(call: Call) -> Json:
    """Say whether there is newer firmware than what a phone read out of the lock."""
    info = call.structure("firmwareInfo")
    if isinstance(info, dict):
        row = call.row
        row.model = str(info.get("modelNum", row.model))
        row.hardware = str(info.get("hardwareRevision", row.hardware))
        row.firmware = str(info.get("firmwareRevision", row.firmware))
        if row.newest_firmware is None or row.newest_firmware == row.firmware:
            row.newest_firmware = ""
    elif not call.text("lockData"):
        raise ApiError(-3)
    return upgrade_check(call)


def nb_device(call: Call) -> Json:
    """Describe the mobile side of an NB-IoT lock."""
    if (device := call.row.nb_device) is None:
        raise ApiError(-4067)
    return {
        "nbNodeId": device.node_id,
        "nbCardNumber": device.card_number,
        "nbOperator": device.operator,
        "nbOperatorName": "Mobile operator",
        "nbRssi": device.rssi,
        "updateDate": device.updated,
    }


ROWS: dict[str, Endpoint] = {
    "/v3/lock/initialize": Endpoint(handler=initialize, required=("lockData",), target=Target.ACCOUNT),
    "/v3/lock/rename": Endpoint(handler=rename, required=("lockAlias",), right=Right.ADMIN),
    "/v3/lock/delete": Endpoint(handler=delete, right=Right.ADMIN),
    "/v3/lock/transfer": Endpoint(
        handler=transfer,
        required=("receiverUsername", "lockIdList"),
        json_fields=("lockIdList",),
        target=Target.ACCOUNT,
    ),
    "/v3/lock/updateLockData": Endpoint(handler=update_lock_data, required=("lockData",), right=Right.MANAGER),
    "/v3/lock/updateElectricQuantity": Endpoint(handler=update_battery, required=("electricQuantity",)),
    "/v3/lock/deleteAllKey": Endpoint(handler=delete_all_keys, right=Right.ADMIN),
    "/v3/lock/resetKeyboardPwd": Endpoint(
        handler=reset_passcodes, required=("pwdInfo", "timestamp"), right=Right.ADMIN, capability=Feature.PASSCODE
    ),
    "/v3/lock/changeAdminKeyboardPwd": Endpoint(
        handler=change_admin_passcode,
        check=admin_passcode,
        required=("password",),
        right=Right.ADMIN,
        capability=Feature.PASSCODE,
        selector="changeType",
        while_frozen=False,
    ),
    "/v3/lock/upgradeCheck": Endpoint(handler=upgrade_check, right=Right.MANAGER),
    "/v3/lock/upgradeRecheck": Endpoint(handler=upgrade_recheck, json_fields=("firmwareInfo",), right=Right.MANAGER),
    "/v3/lock/getNbDeviceInfo": Endpoint(handler=nb_device),
}
