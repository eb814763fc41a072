"""Networks, accessories and what hotels write into a lock (ttlock-ble-protocol.md 5.12, 5.15)."""

from functools import partial

from ..credentials import Credential, CredentialKind
from .advertising import reversed_mac
from .codec import VENDOR
from .reader import Reader
from .session import Access, Code, Operation, Refused, Session

GET, SET = 1, 2


def door_sensor(session: Session, data: bytes) -> bytes:
    """`76`: pair a wireless door sensor by its address, or with zeros forget it."""
    mac = Reader(data).mac()
    paired = any(data[:6])
    session.radio.device.door_sensor_mac = mac if paired else ""
    session.lock.door_sensor = paired
    if paired:
        session.radio.accessory_batteries.setdefault(mac, 100)
    return session.battery()


PAIR, FINGER, CARD = 1, 3, 4


def multi_keypad(session: Session, data: bytes) -> bytes:
    """`89`: pair a keypad with its key, and take what it has enrolled."""
    reader, device = Reader(data), session.radio.device
    operation = reader.octet()
    if operation == PAIR:
        device.keypad_mac = reader.mac()
        reader.take(16)
        session.radio.accessory_batteries.setdefault(device.keypad_mac, 100)
    elif operation in (FINGER, CARD):
        if not device.keypad_mac:
            raise Refused(Code.RECORD_MISSING)
        kind = CredentialKind.FINGERPRINT if operation == FINGER else CredentialKind.CARD
        number = str(reader.number(reader.left)) if reader.left else ""
        if not number:
            raise Refused(Code.INVALID_LENGTH)
        session.lock.command_store(kind, Credential(number=number))
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation])


UP, DOWN, PAUSE, LOCK = 1, 2, 4, 8


def remote_control(session: Session, data: bytes) -> bytes:
    """`63`: the buttons of a gate or shutter: up opens it, down and lock shut it."""
    reader = Reader(data)
    operation = reader.octet()
    if operation == GET:
        return session.battery() + bytes((GET, session.radio.bolt_state()))
    if operation != SET:
        raise Refused(Code.INVALID_PARAMETER)
    session.check_sum(reader.take(4))
    record_id, key = reader.number(4), reader.octet()
    if key not in (UP, DOWN, PAUSE, LOCK):
        raise Refused(Code.INVALID_PARAMETER)
    if session.radio.header.scene != REMOTE_SCENE:
        raise Refused(Code.INVALID_COMMAND)
    user = session.radio.surroundings.username(session.uid)
    session.lock.command_remote_key(key, user=user, uid=session.uid, record_id=record_id)
    return session.battery() + bytes([SET])


_HOTEL_SIZES = {1: 6, 2: 16, 3: 5, 4: 2, 6: 9, 7: 1, 8: 6}
_FLOORS = 5


def hotel(session: Session, data: bytes) -> bytes:
    """`64`: data of a hotel by its number."""
    reader, known = Reader(data), session.radio.device.hotel
    operation, number = reader.octet(), reader.octet()
    if number not in _HOTEL_SIZES and number != _FLOORS:
        raise Refused(Code.INVALID_PARAMETER)
    if operation == GET:
        value = known.get(number, bytes(_HOTEL_SIZES.get(number, 0)))
        return session.battery() + bytes((GET, number, len(value))) + value
    if operation != SET:
        raise Refused(Code.INVALID_PARAMETER)
    value = reader.take(reader.octet())
    if len(value) != _HOTEL_SIZES.get(number, len(value)):
        raise Refused(Code.INVALID_LENGTH)
    known[number] = value
    return session.battery() + bytes([SET])


def wristband(session: Session, data: bytes) -> bytes:
    """`35`: the key of a wristband."""
    session.radio.device.wristband = data.decode("ascii")
    return session.battery()


def enter_dfu(session: Session, data: bytes) -> bytes:
    """`02`: wait for new firmware."""
    if data != VENDOR:
        raise Refused(Code.INVALID_VENDOR)
    session.radio.device.updating = True
    session.ends = True
    return b""


def nb_server(session: Session, data: bytes) -> bytes:
    """`12`: the server of the mobile radio."""
    reader = Reader(data)
    port = reader.number(2)
    session.radio.device.nb_server = (reader.take(reader.left).decode("ascii"), port)
    return session.battery()


MODES, TIMES = 1, 2


def nb_activation(session: Session, data: bytes) -> bytes:
    """`13`: what wakes the mobile radio, and when it wakes by itself."""
    reader, device = Reader(data), session.radio.device
    operation, kind = reader.octet(), reader.octet()
    if kind not in (MODES, TIMES) or operation not in (GET, SET):
        raise Refused(Code.INVALID_PARAMETER)
    if operation == SET:
        if kind == MODES:
            device.nb_modes = reader.octet()
        else:
            device.nb_times = reader.take(3 * reader.octet())
        return session.battery() + bytes((SET, kind))
    value = bytes([device.nb_modes]) if kind == MODES else bytes([len(device.nb_times) // 3]) + device.nb_times
    return session.battery() + bytes((GET, kind)) + value


def scan_wifi(session: Session, data: bytes) -> bytes:
    """`f2`: one reply for each network that is heard, the last one without a name."""
    networks = session.radio.networks
    replies = [bytes([len(name)]) + name.encode() + bytes([rssi % 256]) for name, rssi in networks]
    for reply in [*replies, b""][1:]:
        session.later(0, partial(session.push, 0xF2, session.battery() + reply))
    return session.battery() + (replies[0] if replies else b"")


def configure_wifi(opcode: int, session: Session, data: bytes) -> bytes:
    """`f3`, `f4`, `f5`, `fa`: where the lock finds its network and its server."""
    reader = Reader(data)
    if opcode == JOIN:
        name, password = reader.take(reader.octet()).decode(), reader.take(reader.octet())
        if name not in [known for known, _ in session.radio.networks]:
            raise Refused(Code.WIFI_NAME)
        if name in session.radio.wifi_passwords and password.decode() != session.radio.wifi_passwords[name]:
            raise Refused(Code.WIFI_PASSWORD)
    session.radio.device.wifi[opcode] = data
    return session.battery()


def wifi_information(session: Session, data: bytes) -> bytes:
    """`f6`: address and signal of the network side; the layout is ours, no source has one."""
    return session.battery() + reversed_mac(session.radio.device.wifi_mac) + bytes([-50 % 256])


WIFI_ADD, WIFI_CLEAR = 2, 4


def wifi_sleep(session: Session, data: bytes) -> bytes:
    """`8f`: times without Wi-Fi, kept as they came."""
    reader, device = Reader(data), session.radio.device
    operation, body = reader.octet(), b""
    if operation == GET:
        index = reader.octet()
        entry = device.wifi_sleep[index * 4 : index * 4 + 4]
        body = bytes((index + 1, 1)) + entry if entry else b"\xff"
    elif operation == WIFI_ADD:
        reader.take(3)
        device.wifi_sleep += reader.take(4)
    elif operation == WIFI_CLEAR:
        device.wifi_sleep = b""
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation]) + body


NB, HOTEL, NB_ACTIVATION, WIRELESS_SENSOR, WIFI, STATIC_IP = 16, 19, 39, 50, 56, 58
WIFI_SLEEP, MULTI_KEYPAD, WRISTBAND, REMOTE_SCENE = 83, 84, 3, 10
JOIN, FIXED, SERVER, ACCOUNT = 0xF3, 0xF4, 0xF5, 0xFA

ROWS = {
    0x76: Operation(door_sensor, features=(WIRELESS_SENSOR,)),
    0x89: Operation(multi_keypad, features=(MULTI_KEYPAD,)),
    0x63: Operation(remote_control, Access.PROVED),
    0x64: Operation(hotel, features=(HOTEL,)),
    0x35: Operation(wristband, features=(WRISTBAND,)),
    0x02: Operation(enter_dfu),
    0x12: Operation(nb_server, features=(NB,)),
    0x13: Operation(nb_activation, features=(NB_ACTIVATION,)),
    0xF2: Operation(scan_wifi, Access.FREE, (WIFI,)),
    0xF6: Operation(wifi_information, Access.FREE, (WIFI,)),
    JOIN: Operation(partial(configure_wifi, JOIN), features=(WIFI,)),
    FIXED: Operation(partial(configure_wifi, FIXED), features=(STATIC_IP,)),
    SERVER: Operation(partial(configure_wifi, SERVER), features=(WIFI,)),
    ACCOUNT: Operation(partial(configure_wifi, ACCOUNT), features=(WIFI,)),
    0x8F: Operation(wifi_sleep, features=(WIFI_SLEEP,)),
}
