"""``lockData`` as the cloud hands it out for an ekey (ttlock-ble-protocol.md 4.4)."""

import hashlib
from typing import Any

from .accounts import Ekey
from .database import LockRow
from .features import special_value
from .lock import VirtualLock
from .radio.codec import Header, encode_field
from .radio.lockdata import ADMIN, USER, encode, password_information, version

LOCK_VERSION = version(Header())
_MADE_AT = 1_750_000_000_000
_YEAR = 25


def lock_data(lock: VirtualLock, row: LockRow, ekey: Ekey | None) -> str:
    """Return the keys to a lock as one text: the admin's, or what anybody else needs."""
    admin = ekey is None or ekey.admin
    if admin and row.lock_data:
        return row.lock_data
    secrets, mark = lock.secrets, row.lock_id % 127 + 1
    members: dict[str, Any] = {
        "uid": row.admin_uid if ekey is None else ekey.uid,
        "lockName": lock.name,
        "lockMac": lock.mac,
        "userType": ADMIN if admin else USER,
        "lockVersion": LOCK_VERSION,
        "lockKey": secrets.lock_key,
        "lockFlagPos": row.flag,
        "timestamp": _MADE_AT,
        "aesKeyStr": secrets.aes_key_str,
        "specialValue": special_value(lock.feature_value),
        "featureValue": lock.feature_value,
        "startDate": 0 if ekey is None else ekey.start,
        "endDate": 0 if ekey is None else ekey.end,
        "electricQuantity": row.battery,
        "timezoneRawOffset": lock.raw_offset * 1000,
        "modelNum": row.model,
        "hardwareRevision": row.hardware,
        "firmwareRevision": row.firmware,
        "autoLockTime": row.auto_lock_seconds,
        "version": "1.0",
    }
    if not admin:
        # The vendor signs it; no client can check ours (4.4).
        return encode(lock.mac, {**members, "sign": hashlib.sha256(secrets.seed + b"sign").hexdigest()})
    factory_date = "20250630"
    members |= {
        "adminPwd": secrets.admin_pwd,
        "noKeyPwd": encode_field(row.admin_passcode or secrets.no_key_pwd, mark),
        "deletePwd": secrets.delete_pwd,
        "pwdInfo": password_information(secrets.seed, _MADE_AT, _YEAR),
        "factoryDate": factory_date,
        "ref": encode_field(lock.mac[-5:] + factory_date, mark),
    }
    return encode(lock.mac, members)
