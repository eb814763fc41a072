"""Gateways as devices, and the network of Wi-Fi locks (ttlock-open-api.md 4.14 and 4.17).

Guesses: a gateway in upgrade mode answers as a busy one for two minutes or until it tells of its new firmware;
``isInitSuccess`` makes a gateway the caller's that somebody deleted before.
"""

from ..reach import Unreachable
from .administration import need_upgrade, receiver
from .call import Call, Endpoint, Json, Target
from .errors import ApiError, body_of

LOCK_DEVICE = 0
G4 = 4
UPGRADE_SECONDS = 120
_NETWORK = {
    "networkName": "network_name",
    "wifiMac": "mac",
    "ip": "ip",
    "subnetMask": "subnet_mask",
    "defaultGateway": "default_gateway",
    "preferredDns": "preferred_dns",
    "alternateDns": "alternate_dns",
}


def rename(call: Call) -> Json:
    """Give a gateway another name."""
    call.gateway.name = call.text("gatewayName")
    return body_of(0)


def delete(call: Call) -> Json:
    """Take a gateway out of the account."""
    call.world.reach.remove_gateway(call.gateway)
    return body_of(0)


def transfer(call: Call) -> Json:
    """Give gateways to somebody else: all of them or none."""
    numbers = call.numbers("gatewayIdList")
    new_owner = receiver(call, -3016)
    gateways = call.world.reach.gateways
    for number in numbers:
        if number not in gateways:
            raise ApiError(-4037)
        if gateways[number].admin_uid != call.user.uid:
            raise ApiError(-2018)
    for number in numbers:
        gateways[number].admin_uid = new_owner.uid
    return body_of(0)


def devices(call: Call) -> Json:
    """List what a gateway hears; in this world only locks."""
    gateway, world = call.gateway, call.world
    return {
        "list": [
            {
                "deviceType": LOCK_DEVICE,
                "deviceId": lock_id,
                "deviceMac": world.locks[lock_id].mac,
                "deviceName": world.locks[lock_id].name,
                "deviceAlias": world.rows[lock_id].alias,
                "rssi": rssi,
                "updateDate": int((gateway.heard_at(world.locks[lock_id]) or 0) * 1000),
            }
            for lock_id, rssi in gateway.rssi.items()
            if lock_id in world.locks and gateway in world.reach.related(world.locks[lock_id], gateway.admin_uid)
        ]
    }


def is_init_success(call: Call) -> Json:
    """Return the id of a gateway a phone has just set up."""
    mac, world = call.text("gatewayNetMac"), call.world
    if (fresh := next((item for item in world.reach.unowned if item.mac == mac), None)) is not None:
        fresh.admin_uid = call.user.uid
        world.reach.adopt(fresh)
    known = (item for item in world.reach.gateways.values() if item.mac == mac and item.admin_uid == call.user.uid)
    if (gateway := next(known, None)) is None:
        raise ApiError(-4037)
    return {"gatewayId": gateway.gateway_id}


def upload_detail(call: Call) -> Json:
    """Take what a phone read out of a gateway."""
    gateway = call.gateway
    if not (network := call.text("networkName")) and gateway.version != G4:
        raise ApiError(-3)
    gateway.model, gateway.hardware = call.text("modelNum"), call.text("hardwareRevision")
    gateway.firmware = call.text("firmwareRevision")
    gateway.network_name = network or gateway.network_name
    if gateway.newest_firmware in (None, gateway.firmware):
        gateway.newest_firmware = ""
    gateway.upgrading_until = 0.0
    return body_of(0)


def upgrade_check(call: Call) -> Json:
    """Say whether there is newer firmware."""
    gateway = call.gateway
    return {
        "needUpgrade": need_upgrade(gateway.newest_firmware),
        "firmwareInfo": {
            "modelNum": gateway.model,
            "hardwareRevision": gateway.hardware,
            "firmwareRevision": gateway.firmware,
        },
        "version": gateway.newest_firmware or gateway.firmware,
    }


def set_upgrade_mode(call: Call) -> Json:
    """Let a gateway wait for new firmware; it takes no commands meanwhile."""
    gateway = call.gateway
    if not gateway.online:
        raise ApiError(-3002)
    if gateway.busy:
        raise ApiError(-3003)
    gateway.upgrading_until = call.world.clock.now() + UPGRADE_SECONDS
    return body_of(0)


def update_network(call: Call) -> Json:
    """Take the network a phone has set up in a Wi-Fi lock, which must be connected by then."""
    if (wifi := call.world.reach.wifi.get(call.lock.lock_id)) is None:
        raise ApiError(-4043)
    try:
        call.world.reach.require(call.lock, call.row.admin_uid)
    except Unreachable as error:
        raise ApiError(error.errcode) from None
    if call.text("useStaticIp", "false") not in ("true", "false"):
        raise ApiError(-3)
    if (rssi := call.number("rssi")) is not None:
        # The scale is the one of gateways (ttlock-open-api.md 4.14).
        wifi.rssi_grade = 1 if rssi < -85 else 2 if rssi <= -75 else 3
    for name, own in _NETWORK.items():
        if call.text(name):
            setattr(wifi, own, call.text(name))
    return body_of(0)


ROWS: dict[str, Endpoint] = {
    "/v3/gateway/rename": Endpoint(handler=rename, required=("gatewayName",), target=Target.GATEWAY),
    "/v3/gateway/delete": Endpoint(handler=delete, target=Target.GATEWAY),
    "/v3/gateway/transfer": Endpoint(
        handler=transfer,
        required=("receiverUsername", "gatewayIdList"),
        json_fields=("gatewayIdList",),
        target=Target.ACCOUNT,
    ),
    "/v3/gateway/listDevice": Endpoint(handler=devices, target=Target.GATEWAY),
    "/v3/gateway/isInitSuccess": Endpoint(handler=is_init_success, required=("gatewayNetMac",), target=Target.ACCOUNT),
    "/v3/gateway/uploadDetail": Endpoint(
        handler=upload_detail, required=("modelNum", "hardwareRevision", "firmwareRevision"), target=Target.GATEWAY
    ),
    "/v3/gateway/upgradeCheck": Endpoint(handler=upgrade_check, target=Target.GATEWAY),
    "/v3/gateway/setUpgradeMode": Endpoint(handler=set_upgrade_mode, target=Target.GATEWAY),
    "/v3/wifiLock/updateNetwork": Endpoint(handler=update_network),
}
