"""The control API under ``/control/``: what a person, a demo or a test does to the world. Loopback only."""

from collections.abc import Callable
import ipaddress
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from ..credentials import Credential, CredentialKind
from ..faults import Fault
from ..features import Feature
from ..lock import LockRefused, VirtualLock
from ..mechanism import DoorResult
from ..radio import acts
from ..radio.air import Air
from .call import Json

if TYPE_CHECKING:
    from .server import CloudServer

type _Control = Callable[[CloudServer, Json], Json]

_DOOR_ACTS: dict[str, Callable[[VirtualLock, str], DoorResult | None]] = {
    "enter_code": lambda lock, value: lock.enter_code(value),
    "swipe_card": lambda lock, value: lock.swipe_card(value),
    "touch_finger": lambda lock, value: lock.touch_finger(value),
    "show_face": lambda lock, value: lock.show_face(value),
    "show_palm": lambda lock, value: lock.show_palm(value),
    "show_qr": lambda lock, value: lock.show_qr(value),
    "press_remote": lambda lock, value: lock.press_remote(value),
    "turn_key": lambda lock, _: lock.turn_key(),
    "press_button": lambda lock, _: lock.press_button(),
    "open_door": lambda lock, _: lock.open_door(),
    "close_door": lambda lock, _: lock.close_door(),
    "force_open": lambda lock, _: lock.force_open(),
    "tamper": lambda lock, _: lock.tamper(),
    "double_lock": lambda lock, _: lock.set_double_lock(True),
    "release_double_lock": lambda lock, _: lock.set_double_lock(False),
    "remove_battery": lambda lock, _: lock.remove_battery(),
    "insert_battery": lambda lock, value: lock.insert_battery(int(value or 100)),
}


def add_routes(app: web.Application, server: CloudServer) -> None:
    """Add the control API to the site."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if not _is_local(request):
            return web.json_response({"error": "only for this machine"}, status=403)
        control = _CONTROLS.get((request.method, request.match_info["name"]))
        if control is None:
            return web.json_response({"error": "no such control"}, status=404)
        try:
            body: Json = await request.json() if request.can_read_body else {}
            result = control(server, {**request.query, **body})
        except KeyError as error:
            return web.json_response({"error": f"missing or unknown: {error.args[0]}"}, status=400)
        except (ValueError, TypeError, LockRefused) as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(result)

    # One route for all: each costs every one of some thousand worlds of the tests a moment.
    app.router.add_route("*", "/control/{name}", answer)


def _is_local(request: web.Request) -> bool:
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    # The name in the request must be local, too, or a page in a browser could reach this through its own name.
    host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
    return peer is not None and _is_loopback(peer[0]) and (host == "localhost" or _is_loopback(host.strip("[]")))


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _key(value: Any) -> str | int:
    text = str(value)
    return int(text) if text.isdigit() else text


def _found(server: CloudServer, body: Json) -> VirtualLock:
    return server.world.lock(_key(body["lock"]))


def _air(server: CloudServer) -> Air:
    if server.air is None:
        raise ValueError("nobody has put the locks on the air")
    return server.air


def _lock_state(server: CloudServer, lock: VirtualLock) -> Json:
    row, wifi = server.world.rows[lock.lock_id], server.world.reach.wifi.get(lock.lock_id)
    return {
        "lock_id": lock.lock_id,
        "alias": row.alias,
        "bolt": lock.bolt,
        "door_open": lock.door_open,
        "battery": lock.battery,
        "alive": lock.alive,
        "actuations": lock.actuations,
        "auto_lock_seconds": lock.auto_lock_seconds,
        "passage_enabled": lock.passage.enabled,
        "passage_active": lock.passage_active,
        "frozen": lock.frozen,
        "working": lock.working,
        "remote_unlock": lock.remote_unlock_enabled,
        "lock_time": lock.time,
        "utc_offset": lock.raw_offset,
        "passcodes_in_lock": len(lock.keypad.table),
        "passcodes_in_cloud": len(row.passcodes),
        "credentials_in_lock": {kind.value: len(known) for kind, known in lock.credentials.items()},
        "credentials_in_cloud": {kind.value: len(known) for kind, known in row.credentials.items()},
        "wifi": None if wifi is None else {"online": wifi.online, "power_saving": wifi.power_saving},
    }


def _state(server: CloudServer, body: Json) -> Json:
    world = server.world
    world.settle()
    application = world.application
    return {
        "now": world.clock.now(),
        "rate": world.clock.rate,
        "locks": {lock.key: _lock_state(server, lock) for lock in world.locks.values()},
        "gateways": {
            gateway.key: {
                "gateway_id": gateway.gateway_id,
                "online": gateway.online,
                "latency": gateway.latency,
                "hears": {str(lock_id): rssi for lock_id, rssi in gateway.rssi.items()},
            }
            for gateway in world.reach.gateways.values()
        },
        "faults": len(world.faults),
        "quota": {"used": application.count(world.clock.now()), "limit": application.month_limit},
        "callback_url": application.callback_url,
    }


def _records(server: CloudServer, body: Json) -> Json:
    return {
        "records": [
            {
                "lock_date": record.lock_date,
                "type_from_lock": record.type_from_lock,
                "record_type": record.record_type,
                "success": record.success,
                "number": record.number,
                "user": record.user,
            }
            for record in _found(server, body).journal
        ]
    }


def _calls(server: CloudServer, body: Json) -> Json:
    return {"calls": dict(server.calls), "total": server.calls.total(), "unknown": dict(server.unknown_calls)}


def _reset_calls(server: CloudServer, body: Json) -> Json:
    server.reset_calls()
    return _calls(server, body)


def _door(server: CloudServer, body: Json) -> Json:
    lock = _found(server, body)
    result = _DOOR_ACTS[str(body["act"])](lock, str(body.get("value", "")))
    server.world.upload()
    opened = lock.bolt == "unlocked" if result is None else result.opened
    return {
        "opened": opened,
        "reason": None if result is None else result.reason,
        "bolt": lock.bolt,
        "door_open": lock.door_open,
    }


def _lock(server: CloudServer, body: Json) -> Json:
    """Change what an app near the lock, the weather or a screwdriver would change."""
    lock, world = _found(server, body), server.world
    lock.settle()
    if "remote_unlock" in body:
        lock.remote_unlock_enabled = bool(body["remote_unlock"])
    if "battery" in body:
        lock.battery = int(body["battery"])
    if "jammed" in body:
        lock.jammed = bool(body["jammed"])
    if "silent" in body:
        lock.silent = bool(body["silent"])
    if "clock_offset" in body:
        lock.clock.offset = float(body["clock_offset"])
    if "firmware" in body:
        world.rows[lock.lock_id].newest_firmware = None if body["firmware"] is None else str(body["firmware"])
    if "features" in body:
        lock.add_feature(*(Feature(int(bit)) for bit in body["features"]))
    if "power_saving" in body:
        world.wifi(lock.lock_id).power_saving = bool(body["power_saving"])
    if "wifi_online" in body:
        world.set_wifi_online(lock.lock_id, bool(body["wifi_online"]))
    if body.get("wake"):
        world.wake(lock)
    return _lock_state(server, lock)


def _enroll(server: CloudServer, body: Json) -> Json:
    """Store a credential as a phone does over Bluetooth; the cloud hears of it from the phone, or not."""
    lock, kind = _found(server, body), CredentialKind(str(body["kind"]))
    credential = Credential(
        number=str(body["number"]),
        start=float(body.get("start", 0)),
        end=float(body.get("end", 0)),
        mac=str(body.get("mac", "")),
    )
    lock.add_credential(lock.credentials[kind], credential)
    server.world.upload()
    return _lock_state(server, lock)


def _gateway(server: CloudServer, body: Json) -> Json:
    gateway = server.world.gateway(_key(body["gateway"]))
    if "firmware" in body:
        gateway.newest_firmware = None if body["firmware"] is None else str(body["firmware"])
    if "online" in body:
        gateway.online = bool(body["online"])
    if "latency" in body:
        gateway.latency = float(body["latency"])
    if "stale_seconds" in body:
        gateway.stale_seconds = float(body["stale_seconds"])
    return {"gateway_id": gateway.gateway_id, "online": gateway.online, "latency": gateway.latency}


def _time(server: CloudServer, body: Json) -> Json:
    clock = server.world.clock
    if "freeze" in body:
        if body["freeze"]:
            clock.freeze()
        else:
            clock.thaw()
    if "rate" in body:
        clock.run_at(float(body["rate"]))
    if "advance" in body:
        clock.advance(float(body["advance"]))
    return {"now": clock.now(), "rate": clock.rate}


def _add_fault(server: CloudServer, body: Json) -> Json:
    times = body.get("times")
    server.world.faults.add(
        Fault(
            kind=str(body["kind"]),
            path=str(body.get("path", "*")),
            times=None if times is None else int(times),
            seconds=float(body.get("seconds", 1.0)),
            errcode=int(body.get("errcode", 90000)),
            fields=tuple(body.get("fields", ())),
        )
    )
    return {"faults": len(server.world.faults)}


def _clear_faults(server: CloudServer, body: Json) -> Json:
    server.world.faults.clear()
    return {"faults": 0}


def _quota(server: CloudServer, body: Json) -> Json:
    world, application = server.world, server.world.application
    if "used" in body:
        application.set_count(world.clock.now(), int(body["used"]))
    if "limit" in body:
        application.month_limit = None if body["limit"] is None else int(body["limit"])
    return {"used": application.count(world.clock.now()), "limit": application.month_limit}


def _callback(server: CloudServer, body: Json) -> Json:
    application, sender = server.world.application, server.callbacks
    if "url" in body:
        application.callback_url = None if body["url"] is None else str(body["url"])
    sender.duplicates = int(body.get("duplicates", sender.duplicates))
    sender.delay = float(body.get("delay", sender.delay))
    return {
        "url": application.callback_url,
        "sent": len(sender.sent),
        "accepted": sum(sent.accepted for sent in sender.sent),
    }


def _sensor(server: CloudServer, body: Json) -> Json:
    """Let a standalone door sensor report: one the cloud knows, or any other of the first account."""
    world, record_type = server.world, int(body["record_type"])
    owner = next(iter(world.accounts.values())).uid
    mac, name = body.get("mac"), body.get("name")
    if (sensor := world.door_sensors.get(int(body["sensor"]))) is not None:
        sensor.report(record_type, world.clock.now_ms())
        owner, mac, name = sensor.admin_uid, mac or sensor.mac, name or sensor.name
    if mac is None or name is None:
        raise KeyError("mac" if mac is None else "name")
    server.callbacks.standalone_sensor(
        owner, sensor_id=int(body["sensor"]), mac=str(mac), name=str(name), record_type=record_type
    )
    return {"queued": True}


def _outbox(server: CloudServer, body: Json) -> Json:
    """Show the mails and text messages that the cloud of the apps has sent."""
    return {"messages": [{"to": receiver, "code": code} for receiver, code in server.world.app.outbox]}


def _tokens(server: CloudServer, body: Json) -> Json:
    """Expire all access tokens, or with ``forget`` the refresh tokens as well."""
    if body.get("forget"):
        server.world.tokens.forget_all()
    else:
        server.world.revoke_tokens()
    return {"revoked": True}


_CONTROLS: Final[dict[tuple[str, str], _Control]] = {
    ("GET", "state"): _state,
    ("GET", "records"): _records,
    ("GET", "calls"): _calls,
    ("DELETE", "calls"): _reset_calls,
    ("POST", "door"): _door,
    ("POST", "lock"): _lock,
    ("POST", "enroll"): _enroll,
    ("POST", "gateway"): _gateway,
    ("POST", "time"): _time,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("POST", "quota"): _quota,
    ("POST", "callback"): _callback,
    ("POST", "sensor"): _sensor,
    ("POST", "tokens"): _tokens,
    ("GET", "outbox"): _outbox,
    ("GET", "radio"): lambda server, body: acts.state(_air(server)),
    ("POST", "radio"): lambda server, body: acts.change(_air(server), body),
    ("DELETE", "radio"): lambda server, body: acts.clear(_air(server)),
    ("POST", "box"): lambda server, body: acts.unpack(_air(server), body),
}
