"""What an account has: locks, ekeys, gateways, sensors (ttlock-open-api.md 4.1, 4.4, 4.13, 4.14, 4.17)."""

from ..accounts import Ekey
from ..features import Feature, special_value
from ..keys import LOCK_VERSION, lock_data
from ..lock import VirtualLock
from ..reach import Gateway
from ..world import World
from .call import Call, Endpoint, Json, Right, Target
from .errors import ApiError

# Setting fields of lock/detail: name in the cloud, name in our row, capability it depends on
_DETAIL_SETTINGS: tuple[tuple[str, str, Feature], ...] = (
    ("lockSound", "lock_sound", Feature.SOUND),
    ("soundVolume", "sound_volume", Feature.SOUND_VOLUME),
    ("tamperAlert", "tamper_alert", Feature.TAMPER_ALERT),
    ("resetButton", "reset_button", Feature.RESET_BUTTON),
    ("doubleVerification", "dual_verification", Feature.DUAL_VERIFICATION),
)


def _identity(world: World, lock: VirtualLock) -> Json:
    row = world.rows[lock.lock_id]
    return {
        "lockId": lock.lock_id,
        "lockName": lock.name,
        "lockAlias": row.alias,
        "lockMac": lock.mac,
        "electricQuantity": row.battery,
        "featureValue": lock.feature_value,
        "specialValue": special_value(lock.feature_value),
        "keyboardPwdVersion": 4,
        "lockVersion": dict(LOCK_VERSION),
    }


def _admin_data(world: World, lock: VirtualLock) -> str:
    row = world.rows[lock.lock_id]
    return lock_data(lock, row, world.ekey(row.admin_uid, lock.lock_id))


def _has_gateway(world: World, lock: VirtualLock) -> int:
    return int(bool(world.reach.related(lock, world.rows[lock.lock_id].admin_uid)))


def _group(call: Call, lock: VirtualLock) -> Json:
    """Return the group the caller put the lock into."""
    ekey = call.world.ekey(call.user.uid, lock.lock_id)
    group = call.world.groups.get(ekey.group_id) if ekey is not None else None
    return {"groupId": group.group_id, "groupName": group.name} if group else {"groupId": 0, "groupName": ""}


def _matches(call: Call, lock: VirtualLock) -> bool:
    alias = call.world.rows[lock.lock_id].alias
    wanted = call.number("groupId")
    return call.text("lockAlias").casefold() in alias.casefold() and wanted in (None, 0, _group(call, lock)["groupId"])


def lock_list(call: Call) -> Json:
    """List the locks whose top administrator the account is."""
    if call.choice("type", (1, 2, 3), 1) != 1:
        return call.page([], 1000)
    items = [
        {
            **_identity(call.world, lock),
            "hasGateway": _has_gateway(call.world, lock),
            "lockData": _admin_data(call.world, lock),
            **_group(call, lock),
            "date": call.world.rows[lock.lock_id].created,
        }
        for lock in call.world.locks.values()
        if call.world.rows[lock.lock_id].admin_uid == call.user.uid and _matches(call, lock)
    ]
    return call.page(items, 1000)


def lock_detail(call: Call) -> Json:
    """Describe a lock to its top administrator."""
    lock, row = call.lock, call.row
    item = {
        **_identity(call.world, lock),
        "date": row.created,
        "noKeyPwd": row.admin_passcode or lock.secrets.no_key_pwd,
        "deletePwd": lock.secrets.delete_pwd,
        "adminPwd": lock.secrets.admin_pwd,
        "lockKey": lock.secrets.lock_key,
        "aesKeyStr": lock.secrets.aes_key_str,
        "lockFlagPos": row.flag,
        "modelNum": row.model,
        "hardwareRevision": row.hardware,
        "firmwareRevision": row.firmware,
        "timezoneRawOffset": lock.raw_offset * 1000,
        "hasGateway": _has_gateway(call.world, lock),
        "isFrozen": 1 if row.frozen else 2,
        "displayPasscode": 0,
        "sensitivity": -1,
        "wirelessKeypadFeatureValue": next((keypad.feature_value for keypad in row.keypads.values()), "0"),
        "lockUpdateDate": row.updated,
    }
    # These two came without their bits in the recorded sample (ttlock-open-api.md 8).
    item["privacyLock"] = row.settings["privacy_lock"] if lock.has(Feature.PRIVACY_LOCK) else 2
    item["openDirection"] = row.settings["open_direction"] if lock.has(Feature.OPEN_DIRECTION) else 0
    item.update({name: row.settings[own] for name, own, feature in _DETAIL_SETTINGS if lock.has(feature)})
    if lock.has(Feature.AUTO_LOCK):
        item["autoLockTime"] = row.auto_lock_seconds
    if lock.has(Feature.PASSAGE_MODE):
        item["passageMode"] = 1 if row.passage.enabled else 2
        item["passageModeAutoUnlock"] = 1 if row.passage.auto_unlock else 2
    return item


def _ekey(call: Call, ekey: Ekey) -> Json:
    world = call.world
    lock, row = world.locks[ekey.lock_id], world.rows[ekey.lock_id]
    item = {
        **_identity(world, lock),
        "keyId": ekey.key_id,
        "lockData": lock_data(lock, row, ekey),
        "userType": "110301" if ekey.admin else "110302",
        "keyStatus": ekey.status,
        "startDate": ekey.start,
        "endDate": ekey.end,
        "remarks": ekey.remarks,
        "keyName": ekey.name,
        "keyRight": int(ekey.key_right),
        "remoteEnable": 1 if ekey.remote_enable else 2,
        "passageMode": 1 if row.passage.enabled else 2,
        "timezoneRawOffset": lock.raw_offset * 1000,
        **_group(call, lock),
    }
    if ekey.admin:
        item["noKeyPwd"] = row.admin_passcode or lock.secrets.no_key_pwd
        item["deletePwd"] = ""
    return item


def key_list(call: Call) -> Json:
    """List all ekeys of the account, of its own locks and of shared ones."""
    items = [
        _ekey(call, ekey)
        for ekey in call.world.ekeys_of(call.user.uid)
        if _matches(call, call.world.locks[ekey.lock_id])
    ]
    return call.page(items, 1000)


def key_get(call: Call) -> Json:
    """Return the account's ekey of one lock."""
    if call.ekey is None:
        raise ApiError(-1008)
    return _ekey(call, call.ekey)


def _gateway(gateway: Gateway) -> Json:
    return {
        "gatewayId": gateway.gateway_id,
        "gatewayMac": gateway.mac,
        "gatewayName": gateway.name,
        "gatewayVersion": gateway.version,
        "networkName": gateway.network_name,
        "networkMac": gateway.network_mac,
        "lockNum": len(gateway.rssi),
        "isOnline": int(gateway.shown_online),
    }


def gateway_list(call: Call) -> Json:
    """List the account's gateways."""
    own = [item for item in call.world.reach.gateways.values() if item.admin_uid == call.user.uid]
    order = call.choice("orderBy", (0, 1, 2), 1)
    if order == 1:
        own.sort(key=lambda item: item.gateway_id, reverse=True)
    else:
        own.sort(key=lambda item: item.name, reverse=order == 2)
    return call.page([_gateway(gateway) for gateway in own], 200)


def gateway_detail(call: Call) -> Json:
    """Describe a gateway."""
    return _gateway(call.gateway)


def gateways_by_lock(call: Call) -> Json:
    """List the gateways that hear a lock."""
    related = call.world.reach.related(call.lock, call.row.admin_uid)
    return {
        "list": [
            {
                "gatewayId": gateway.gateway_id,
                "gatewayMac": gateway.mac,
                "gatewayName": gateway.name,
                "rssi": gateway.rssi[call.lock.lock_id],
                "rssiUpdateDate": int((gateway.heard_at(call.lock) or 0) * 1000),
            }
            for gateway in related
        ]
    }


def locks_by_gateway(call: Call) -> Json:
    """List the locks a gateway hears."""
    gateway, world = call.gateway, call.world
    return {
        "list": [
            {
                "lockId": lock_id,
                "lockMac": world.locks[lock_id].mac,
                "lockName": world.locks[lock_id].name,
                "lockAlias": world.rows[lock_id].alias,
                "rssi": rssi,
                "updateDate": int((gateway.heard_at(world.locks[lock_id]) or 0) * 1000),
            }
            for lock_id, rssi in gateway.rssi.items()
            if lock_id in world.locks and gateway in world.reach.related(world.locks[lock_id], gateway.admin_uid)
        ]
    }


def wifi_detail(call: Call) -> Json:
    """Describe the network side of a Wi-Fi lock."""
    if (wifi := call.world.reach.wifi.get(call.lock.lock_id)) is None:
        raise ApiError(-4043)
    return {
        "networkName": wifi.network_name,
        "ip": wifi.ip,
        "subnetMask": wifi.subnet_mask,
        "defaultGateway": wifi.default_gateway,
        "preferredDns": wifi.preferred_dns,
        "alternateDns": wifi.alternate_dns,
        "wifiMac": wifi.mac,
        "rssiGrade": wifi.rssi_grade,
        # The documented sample shows a boolean here and 0/1 everywhere else.
        "isOnline": wifi.online,
        "powerSavingMode": 1 if wifi.power_saving else 2,
    }


ROWS: dict[str, Endpoint] = {
    "/v3/lock/list": Endpoint(handler=lock_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT),
    "/v3/lock/detail": Endpoint(handler=lock_detail, right=Right.ADMIN),
    "/v3/key/list": Endpoint(handler=key_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT),
    "/v3/key/get": Endpoint(handler=key_get, target=Target.EKEY),
    "/v3/gateway/list": Endpoint(handler=gateway_list, required=("pageNo", "pageSize"), target=Target.ACCOUNT),
    "/v3/gateway/detail": Endpoint(handler=gateway_detail, target=Target.GATEWAY),
    "/v3/gateway/listLock": Endpoint(handler=locks_by_gateway, target=Target.GATEWAY),
    "/v3/gateway/listByLock": Endpoint(handler=gateways_by_lock),
    "/v3/wifiLock/detail": Endpoint(handler=wifi_detail),
}
