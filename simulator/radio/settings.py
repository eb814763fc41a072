"""Settings over Bluetooth (ttlock-ble-protocol.md 5.12)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from ..features import Feature
from ..lock import MAX_AUTO_LOCK
from ..schedule import CUSTOM, PassagePeriod, WorkingMode
from .codec import VENDOR
from .reader import Reader
from .session import Code, Operation, Refused, Session

GET, SET = 1, 2
ON, OFF = 1, 2
"""The lock's own numbers of a switch, which are the cloud's; on the wire it is 1 and 0."""
DOOR_SENSOR = 0xFFFF
MIN_AUTO_LOCK = 1

type Get = Callable[[Session], bytes]
type Set = Callable[[Session, Reader], None]


def pair(get: Get, put: Set, session: Session, data: bytes) -> bytes:
    """Read or write what one opcode is for."""
    reader = Reader(data)
    operation = reader.octet()
    if operation == GET:
        return session.battery() + bytes([GET]) + get(session)
    if operation == SET:
        put(session, reader)
        return session.battery() + bytes([SET])
    raise Refused(Code.INVALID_PARAMETER)


def _auto_lock(session: Session) -> bytes:
    limits = MIN_AUTO_LOCK.to_bytes(2) + MAX_AUTO_LOCK.to_bytes(2)
    return session.lock.auto_lock_seconds.to_bytes(2) + limits


def _set_auto_lock(session: Session, reader: Reader) -> None:
    if (seconds := reader.number(2)) == DOOR_SENSOR:
        session.lock.door_sensor = bool(reader.octet())
    else:
        session.lock.command_auto_lock(seconds)


def _sound(session: Session) -> bytes:
    settings = session.lock.settings
    volume = bytes([settings.sound_volume]) if session.lock.has(Feature.SOUND_VOLUME) else b""
    return bytes([settings.lock_sound == ON]) + volume


def _set_sound(session: Session, reader: Reader) -> None:
    sound = _bit(reader)
    if reader.left and session.lock.has(Feature.SOUND_VOLUME):
        if not 1 <= (volume := reader.octet()) <= 5:
            raise Refused(Code.INVALID_PARAMETER)
        session.lock.command_setting("sound_volume", volume)
    session.lock.command_setting("lock_sound", ON if sound else OFF)


def _bit(reader: Reader) -> bool:
    if (value := reader.octet()) > 1:
        raise Refused(Code.INVALID_PARAMETER)
    return value == 1


def _device_octet(name: str, highest: int) -> tuple[Get, Set]:
    def get(session: Session) -> bytes:
        return bytes([getattr(session.radio.device, name)])

    def put(session: Session, reader: Reader) -> None:
        if (value := reader.octet()) > highest:
            raise Refused(Code.INVALID_PARAMETER)
        setattr(session.radio.device, name, value)

    return get, put


def _remote_unlock(session: Session) -> bytes:
    return bytes([session.lock.remote_unlock_enabled])


def _set_remote_unlock(session: Session, reader: Reader) -> None:
    session.lock.remote_unlock_enabled = _bit(reader)


def _freeze(session: Session) -> bytes:
    return bytes([session.lock.frozen])


def _set_freeze(session: Session, reader: Reader) -> None:
    session.lock.command_freeze(_bit(reader))


def _lamp(session: Session) -> bytes:
    return session.radio.device.lamp_seconds.to_bytes(2)


def _set_lamp(session: Session, reader: Reader) -> None:
    session.radio.device.lamp_seconds = reader.number(2)


def _full_auto_lock(session: Session) -> bytes:
    return session.radio.device.full_auto_lock


def _set_full_auto_lock(session: Session, reader: Reader) -> None:
    session.radio.device.full_auto_lock = reader.take(3)


# --- switches (`68`) ------------------------------------------------------------------------------------------------

_LOCK_SWITCHES = {
    0x01: "tamper_alert",
    0x02: "reset_button",
    0x04: "privacy_lock",
    0x10: "open_direction",
    0x100: "dual_verification",
}
PASSAGE_AUTO_UNLOCK = 0x20
_SWITCH_FEATURES = {
    0x01: (28,),
    0x02: (29,),
    0x04: (30,),
    0x10: (36,),
    0x20: (46,),
    0x80: (56,),
    0x100: (63,),
    0x400: (86,),
    0x800: (87,),
    0x1000: (95,),
    0x2000: (95,),
    0x4000: (102,),
    0x8000: (82, 109),
    0x20000: (119,),
    0x40000: (126,),
}


def switch_items(session: Session) -> int:
    """Return the bits of the switches the lock has."""
    have = session.lock.features
    return sum(bit for bit, features in _SWITCH_FEATURES.items() if any(feature in have for feature in features))


def _switches(session: Session) -> bytes:
    lock = session.lock
    values = session.radio.device.switches
    values |= sum(bit for bit, name in _LOCK_SWITCHES.items() if getattr(lock.settings, name) == ON)
    values |= PASSAGE_AUTO_UNLOCK if lock.passage.auto_unlock else 0
    items = switch_items(session)
    return items.to_bytes(4) + (values & items).to_bytes(4)


def _set_switches(session: Session, reader: Reader) -> None:
    items, values = reader.number(4) & switch_items(session), reader.number(4)
    lock, device = session.lock, session.radio.device
    for bit in _SWITCH_FEATURES:
        if not items & bit:
            continue
        if bit in _LOCK_SWITCHES:
            lock.command_setting(_LOCK_SWITCHES[bit], ON if values & bit else OFF)
        elif bit == PASSAGE_AUTO_UNLOCK:
            lock.configure_passage(replace(lock.passage, auto_unlock=bool(values & bit)))
        else:
            device.switches = device.switches & ~bit | values & bit


# --- parameters, times, alarm, direction, angles ---------------------------------------------------------------------

_PARAMETER_SIZES = {1: 2, 2: 1, 5: 12}
_PARAMETER_FEATURES = {1: 88, 2: 89, 5: 107}


def parameters(session: Session, data: bytes) -> bytes:
    """`91`: one parameter by its number."""
    reader = Reader(data)
    operation, number = reader.octet(), reader.number(2)
    if number not in _PARAMETER_SIZES or _PARAMETER_FEATURES[number] not in session.lock.features:
        raise Refused(Code.INVALID_PARAMETER)
    known = session.radio.device.parameters
    if operation == GET:
        return session.battery() + bytes([GET]) + number.to_bytes(2) + known[number]
    if operation != SET:
        raise Refused(Code.INVALID_PARAMETER)
    known[number] = reader.take(_PARAMETER_SIZES[number])
    return session.battery() + bytes([SET])


FUNCTION, QUERY, ADD, CLEAR, WEEKLY = 1, 1, 2, 4, 1


def working_times(session: Session, data: bytes) -> bytes:
    """`94`: the times outside which the lock freezes itself."""
    reader, lock = Reader(data), session.lock
    function, operation = reader.octet(), reader.octet()
    if function != FUNCTION:
        raise Refused(Code.INVALID_PARAMETER)
    body = b""
    if operation == QUERY:
        index = reader.octet()
        entries = [(day, period) for period in lock.working_mode.periods for day in period.days]
        if index < len(entries):
            day, period = entries[index]
            times = (*divmod(period.start, 60), *divmod(period.end, 60))
            body = bytes((index + 1, WEEKLY, day, 0, *times))
        else:
            body = b"\xff"
    elif operation == ADD:
        kind, day, _, start_hour, start_minute, end_hour, end_minute = reader.take(7)
        start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
        if kind != WEEKLY or not 1 <= day <= 7 or max(start, end) > 24 * 60:
            raise Refused(Code.INVALID_PARAMETER)
        period = PassagePeriod(start=start, end=end, days=(day,))
        lock.command_working_mode(WorkingMode(mode=CUSTOM, periods=(*lock.working_mode.periods, period)))
    elif operation == CLEAR:
        lock.command_working_mode(WorkingMode())
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes((FUNCTION, operation)) + body


def door_alarm(session: Session, data: bytes) -> bytes:
    """`78`: after how many seconds an open door is reported."""
    session.lock.command_setting("door_alarm_seconds", Reader(data).number(2))
    return session.battery()


SEARCHING, LEFT, RIGHT = 1, 3, 4


def find_direction(session: Session, data: bytes) -> bytes:
    """`8c`: try out which way the door opens, and tell when it is known."""
    if data != VENDOR:
        raise Refused(Code.INVALID_VENDOR)
    found = LEFT if session.lock.settings.open_direction == ON else RIGHT
    session.later(0, lambda: session.push(0x8C, session.battery() + bytes([found])))
    return session.battery() + bytes([SEARCHING])


UNLOCK_ANGLE, LOCK_ANGLE, AUTO_ANGLE, LATCH, ANGLES = 1, 2, 3, 4, 5


def stick_on(session: Session, data: bytes) -> bytes:
    """`8a`: angles and latch of a lock that turns a knob; it takes the position the knob has."""
    reader, device = Reader(data), session.radio.device
    operation, body = reader.octet(), b""
    if operation == UNLOCK_ANGLE:
        device.unlock_angle = device.knob_angle
    elif operation == LOCK_ANGLE:
        device.lock_angle = device.knob_angle
    elif operation == AUTO_ANGLE:
        device.lock_angle, device.unlock_angle = 0, 90
    elif operation == LATCH:
        device.latch = (reader.octet(), reader.number(2), reader.number(reader.left))
    elif operation == ANGLES:
        body = device.unlock_angle.to_bytes(2) + device.lock_angle.to_bytes(2)
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation]) + body


def name_prefix(session: Session, data: bytes) -> bytes:
    """`4e`: what the advertised name begins with."""
    session.radio.device.name_prefix = data.decode()
    return session.battery()


SOUND, SHOW, REMOTE_SWITCH, FREEZE, LAMP, SENSITIVITY = 15, 9, 14, 11, 25, 52
AUTO_LOCK, ALARM, TIMES, PREFIX, DIRECTION = 4, 51, 98, 90, 81


def _row(get: Get, put: Set, *features: int, frozen: bool = False) -> Operation:
    return Operation(partial(pair, get, put), features=features, frozen=frozen)


ROWS = {
    0x36: _row(_auto_lock, _set_auto_lock, AUTO_LOCK),
    0x62: _row(_sound, _set_sound, SOUND),
    0x59: _row(*_device_octet("passcode_visible", 1), SHOW),
    0x37: _row(_remote_unlock, _set_remote_unlock, REMOTE_SWITCH),
    0x61: _row(_freeze, _set_freeze, FREEZE, frozen=True),
    0x67: _row(_lamp, _set_lamp, LAMP),
    0x68: _row(_switches, _set_switches, *(bit for bits in _SWITCH_FEATURES.values() for bit in bits)),
    0x80: _row(*_device_octet("sensitivity", 3), SENSITIVITY),
    0x81: _row(_full_auto_lock, _set_full_auto_lock, 54, 85),
    0x91: Operation(parameters, features=tuple(_PARAMETER_FEATURES.values())),
    0x94: Operation(working_times, features=(TIMES,)),
    0x78: Operation(door_alarm, features=(ALARM,)),
    0x8C: Operation(find_direction, features=(DIRECTION,)),
    0x8A: Operation(stick_on, features=(78, 79, 80)),
    0x4E: Operation(name_prefix, features=(PREFIX,)),
}
