"""Who the client is: handshakes, and pairing from nothing (ttlock-ble-protocol.md 5.1 to 5.3, 5.16)."""

from dataclasses import replace
import hashlib

from . import calendar
from .codec import VENDOR
from .lockdata import Keys
from .session import Access, Code, Level, Operation, Refused, Session

_NONE = b""
WAIT, TOUCHED = 1, 2


def check_admin(session: Session, data: bytes) -> bytes:
    """`41`: the admin's number; a higher flag makes older ekeys worthless."""
    radio, lock = session.radio, session.lock
    if not lock.owned and session.adopted is None:
        raise Refused(Code.NO_ADMIN)
    if int.from_bytes(data[:4]) != (session.adopted or radio.keys).admin_ps:
        raise Refused(Code.WRONG_ADMIN)
    _raise_flag(session, data[4:7])
    return session.greet(Level.ADMIN, int.from_bytes(data[7:11]))


def check_user_time(session: Session, data: bytes) -> bytes:
    """`55`: the window the client claims, against the lock's clock."""
    lock = session.lock
    start, end = calendar.decode(data[:5]), calendar.decode(data[5:10])
    # A date that is not on the calendar is no limit: some clients send the permanent ones in BCD (4.6).
    if start is not None and lock.local_time < start:
        raise Refused(Code.NOT_YET_VALID)
    if end is not None and start is not None and lock.local_time > end:
        raise Refused(Code.EXPIRED)
    if int.from_bytes(data[10:13]) < lock.flag:
        raise Refused(Code.FLAG_TOO_LOW)
    return session.greet(Level.USER, int.from_bytes(data[13:17]))


def check_random(session: Session, data: bytes) -> bytes:
    """`30`: the client knows the unlock key."""
    session.check_sum(data)
    session.proved = True
    return _NONE


def initialise(session: Session, data: bytes) -> bytes:
    """`45`: harmless."""
    return _NONE


def get_aes_key(session: Session, data: bytes) -> bytes:
    """`19`: a lock that belongs to nobody and was touched gives a new key away."""
    radio = session.radio
    if session.lock.owned or not radio.setting_mode:
        raise Refused(Code.NOT_IN_SETTING_MODE)
    if not data:
        raise Refused(Code.INVALID_VENDOR)
    session.offered = radio.draw(16)
    return session.offered


def add_admin(session: Session, data: bytes) -> bytes:
    """`56`: the numbers the lock is to belong to; it does once the client is finished."""
    if session.offered is None:
        raise Refused(Code.NOT_IN_SETTING_MODE)
    if data[8:] != VENDOR:
        raise Refused(Code.INVALID_VENDOR)
    session.adopted = Keys(
        aes_key=session.offered, admin_ps=int.from_bytes(data[:4]), unlock_key=int.from_bytes(data[4:8])
    )
    session.level, session.proved = Level.ADMIN, True
    return VENDOR


def finished(session: Session, data: bytes) -> bytes:
    """`57`: commits a pairing; otherwise there is nothing to tell."""
    if session.adopted is not None:
        session.radio.adopt(session.adopted)
        session.offered = session.adopted = None
    return _NONE


def reset(session: Session, data: bytes) -> None:
    """`52`: forget everything; the link goes down after an answer without a payload."""
    session.radio.forget()
    session.ends = True


def random_code(session: Session, data: bytes) -> bytes:
    """`85`: the number the manufacturer's code is made for."""
    session.radio.reset_random = session.radio.draw(4)
    return session.battery() + session.radio.reset_random


def reset_by_code(session: Session, data: bytes) -> bytes:
    """`86`: reset with the manufacturer's code."""
    radio = session.radio
    if radio.reset_random is None or data != radio.reset_random + manufacturer_code(radio.reset_random):
        raise Refused(Code.WRONG_DYNAMIC_CODE)
    radio.reset_random = None
    radio.forget()
    session.ends = True
    return session.battery()


def manufacturer_code(random: bytes) -> bytes:
    """Return the code for a number; the vendor's way is unknown, this is ours."""
    return f"{int.from_bytes(hashlib.sha256(b'manufacturer' + random).digest()[:4]) % 10**8:08}".encode()


def verify_lock(session: Session, data: bytes) -> bytes:
    """`8b`: which lock is it? Wait for a touch, and tell of it."""

    def touched() -> None:
        session.radio.on_touch = None
        session.push(0x8B, session.battery() + bytes([TOUCHED]))

    if session.radio.awake:
        return session.battery() + bytes([TOUCHED])
    session.radio.on_touch = touched
    return session.battery() + bytes([WAIT])


def set_admin_code(session: Session, data: bytes) -> bytes:
    """`53`: the passcode of the admin, one octet for each digit."""
    if not 4 <= len(data) <= 9 or any(digit > 9 for digit in data):
        raise Refused(Code.PASSCODE_LENGTH)
    session.lock.command_admin_passcode("".join(str(digit) for digit in data))
    return _NONE


def get_admin_code(session: Session, data: bytes) -> bytes:
    """`65`: that passcode."""
    digits = session.lock.secrets.no_key_pwd.encode()
    return session.battery() + bytes([len(digits)]) + digits


def set_delete_code(session: Session, data: bytes) -> bytes:
    """`44`: the code that erases all passcodes, ten octets padded with `ff`."""
    digits = data.rstrip(b"\xff")
    if any(digit > 9 for digit in digits):
        raise Refused(Code.INVALID_PARAMETER)
    code = "".join(str(digit) for digit in digits)
    session.lock.secrets = replace(session.lock.secrets, delete_code=code)
    return _NONE


def init_passcodes(session: Session, data: bytes) -> bytes:
    """`31`: what the passcodes of the cloud are worked out with (5.6)."""
    if len(data) != 61:
        raise Refused(Code.INVALID_LENGTH)
    session.radio.device.passcode_seeds = data
    return _NONE


def read_passcode_parameters(session: Session, data: bytes) -> bytes:
    """`32`: code and secret of the current year and since when they are used (5.6)."""
    seeds = session.radio.device.passcode_seeds
    if not seeds:
        raise Refused(Code.RECORD_MISSING)
    group = seeds[1:7]
    code, secret = group[0] << 4 | group[1] >> 4, (group[1] & 0x0F) << 32 | int.from_bytes(group[2:])
    return code.to_bytes(2) + secret.to_bytes(5) + calendar.encode5(session.lock.local_time)


def reset_passcode_counters(session: Session, data: bytes) -> bytes:
    """`33`: all passcodes the lock knows become worthless."""
    session.lock.keypad.clear()
    return _NONE


def _raise_flag(session: Session, octets: bytes) -> None:
    flag = int.from_bytes(octets)
    if flag < session.lock.flag:
        raise Refused(Code.FLAG_TOO_LOW)
    session.lock.flag = flag


PASSCODE, DELETE_CODE, GET_ADMIN_CODE, RESET_BY_CODE = 0, 5, 18, 76

ROWS = {
    0x45: Operation(initialise, Access.FREE, unpaired=True, frozen=True),
    0x19: Operation(get_aes_key, Access.FREE, unpaired=True, own_opcode=True),
    0x56: Operation(add_admin, Access.FREE, unpaired=True),
    0x57: Operation(finished, Access.FREE, unpaired=True),
    0x41: Operation(check_admin, Access.FREE, frozen=True),
    0x55: Operation(check_user_time, Access.FREE),
    0x30: Operation(check_random, Access.FREE, frozen=True),
    0x52: Operation(reset),
    0x85: Operation(
        random_code, Access.FREE, (RESET_BY_CODE,), unpaired=True, frozen=True, own_opcode=True, default_key=True
    ),
    0x86: Operation(
        reset_by_code, Access.FREE, (RESET_BY_CODE,), unpaired=True, frozen=True, own_opcode=True, default_key=True
    ),
    0x8B: Operation(verify_lock, Access.FREE, unpaired=True, default_key=True),
    0x53: Operation(set_admin_code, features=(PASSCODE,)),
    0x65: Operation(get_admin_code, features=(GET_ADMIN_CODE,)),
    0x44: Operation(set_delete_code, features=(DELETE_CODE,)),
    0x31: Operation(init_passcodes, features=(PASSCODE,)),
    0x32: Operation(read_passcode_parameters, Access.PROVED, (PASSCODE,)),
    0x33: Operation(reset_passcode_counters, features=(PASSCODE,)),
}
