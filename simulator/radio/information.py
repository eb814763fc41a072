"""What a lock tells about itself (ttlock-ble-protocol.md 5.13)."""

from . import calendar
from .advertising import reversed_mac
from .session import Access, Code, Operation, Refused, Session

_WORD_BITS = 32


def features(session: Session, data: bytes) -> bytes:
    """`01`: the bits in words, the least significant word first."""
    value = int(session.lock.feature_value, 16)
    words = max(2, -(-value.bit_length() // _WORD_BITS))
    return session.battery() + b"".join(
        (value >> _WORD_BITS * index & 0xFFFFFFFF).to_bytes(4) for index in range(words)
    )


def device_info(session: Session, data: bytes) -> bytes:
    """`90`: one fact for each step, without the battery."""
    radio, device = session.radio, session.radio.device
    step = data[0]
    texts = {
        1: device.model,
        2: device.hardware,
        3: device.firmware,
        4: device.manufactured,
        7: device.nb_operator,
        8: device.nb_imei,
        9: device.nb_card,
        13: device.camera_serial,
        14: device.uuid,
        15: device.auth_code,
    }
    if step in texts and (texts[step] or step <= 4):
        return texts[step].encode() + b"\0"
    if step == 5:
        return reversed_mac(radio.address)
    if step == 6:
        return calendar.encode(session.lock.local_time)
    if step == 10 and device.nb_imei:
        return bytes([device.nb_rssi])
    if step == 12:
        return bytes([device.keypad_keys])
    raise Refused(Code.FINGERPRINT_DUPLICATE)


def accessory_battery(session: Session, data: bytes) -> bytes:
    """`74`: kind, address, when it was read, battery."""
    kind, mac = data[0], data[1:7]
    if len(mac) != 6 or kind not in (1, 2, 3):
        raise Refused(Code.INVALID_PARAMETER)
    text = ":".join(f"{octet:02X}" for octet in reversed(mac))
    if (percent := session.radio.accessory_batteries.get(text)) is None:
        raise Refused(Code.RECORD_MISSING)
    return session.battery() + bytes([kind]) + mac + calendar.encode(session.lock.local_time) + bytes([percent])


ACCESSORY_BATTERY = 42

ROWS = {
    0x01: Operation(features, Access.FREE),
    0x90: Operation(device_info),
    0x74: Operation(accessory_battery, Access.FREE, (ACCESSORY_BATTERY,)),
}
