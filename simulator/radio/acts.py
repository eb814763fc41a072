"""What a person, a wall or an empty proxy does to the radio of a lock: the radio's part of the control API."""

from typing import Any

from .air import Air
from .faults import Kind, RadioFault
from .fidelity import Pace
from .lockradio import LockRadio

type Json = dict[str, Any]


def state(air: Air) -> Json:
    """Return every radio as it is."""
    return {"radios": {_name(radio): _state(radio) for radio in air.radios()}}


def change(air: Air, body: Json) -> Json:
    """Change one radio, or all of them when no lock is named."""
    radios = list(air.radios()) if "lock" not in body else [_found(air, str(body["lock"]))]
    for radio in radios:
        _change(radio, body)
    return {"radios": {_name(radio): _state(radio) for radio in radios}}


def clear(air: Air) -> Json:
    """Take all faults out of the way."""
    for radio in air.radios():
        radio.faults.clear()
        radio.fidelity.lost_connections = 0
    return state(air)


def unpack(air: Air, body: Json) -> Json:
    """Put up a lock that belongs to nobody."""
    radio = air.out_of_the_box(**{name: str(body[name]) for name in ("mac", "key", "features") if name in body})
    return {"radios": {_name(radio): _state(radio)}}


def _name(radio: LockRadio) -> str:
    return radio.lock.key


def _found(air: Air, which: str) -> LockRadio:
    for radio in air.radios():
        if which in (_name(radio), radio.address, str(radio.lock.lock_id)):
            return radio
    raise KeyError(which)


def _state(radio: LockRadio) -> Json:
    return {
        "address": radio.address,
        "name": radio.name,
        "bolt": radio.lock.bolt,
        "owned": radio.lock.owned,
        "in_range": radio.in_range,
        "rssi": radio.rssi,
        "linked": radio.link is not None,
        "links": radio.links,
        "linked_seconds": round(radio.linked_seconds, 3),
        "requests": radio.requests,
        "unread": radio.unread,
        "setting_mode": radio.setting_mode,
        "faults": len(radio.faults.waiting),
        "struck": radio.faults.struck,
    }


def _change(radio: LockRadio, body: Json) -> None:
    if "in_range" in body:
        radio.in_range = bool(body["in_range"])
        if not radio.in_range and radio.link is not None:
            radio.link.drop()
    if "rssi" in body:
        radio.rssi = int(body["rssi"])
    if "lost_connections" in body:
        radio.fidelity.lost_connections = int(body["lost_connections"])
    if "dormant_after" in body:
        radio.fidelity.dormant_after = None if body["dormant_after"] is None else float(body["dormant_after"])
    if "pace" in body:
        radio.pace = _pace(body["pace"])
    if "motor_seconds" in body:
        radio.fidelity.motor_seconds = float(body["motor_seconds"])
    if body.get("touch"):
        radio.touch()
    if "present" in body and radio.present is not None:
        radio.present(str(body["present"]))
    if body.get("drop") and radio.link is not None:
        radio.link.drop()
    if "fault" in body:
        radio.faults.add(_fault(body["fault"]))
    radio.time_passed()


def _pace(body: Json) -> Pace:
    """Read a pace; what is not named happens at once."""
    known = Pace()
    return Pace(
        interval=float(body.get("interval", known.interval)),
        connect_seconds=float(body.get("connect_seconds", known.connect_seconds)),
        pieces_per_event=int(body.get("pieces_per_event", known.pieces_per_event)),
        discovery_exchanges=int(body.get("discovery_exchanges", known.discovery_exchanges)),
    )


def _fault(body: Json) -> RadioFault:
    opcode, times = body.get("opcode"), body.get("times", 1)
    return RadioFault(
        kind=Kind(str(body["kind"])),
        to_lock=bool(body.get("to_lock", False)),
        opcode=None if opcode is None else int(opcode),
        byte=int(body.get("byte", 0)),
        skip=int(body.get("skip", 0)),
        times=None if times is None else int(times),
        chance=float(body.get("chance", 1.0)),
    )
