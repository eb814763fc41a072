"""Records of the log as they are read over Bluetooth (ttlock-ble-protocol.md 5.7)."""

from typing import TYPE_CHECKING

from ..journal import LockRecord
from . import calendar
from .advertising import reversed_mac

if TYPE_CHECKING:
    from .lockradio import LockRadio

_COMMANDS = frozenset({1, 26, 28, 41, 52, 75, 76, 77})
_PASSCODES = frozenset({4, 5, 6, 9, 10, 11, 12, 13, 34, 38, 78, 92})
_CARDS = frozenset({15, 17, 18, 25, 35, 39, 51, 74, 80, 91})
_LONG_NUMBERS = frozenset({20, 21, 22, 23, 33, 40, 79, *range(67, 73), 81, *range(83, 90)})
_REMOTES = frozenset({55, 82})
_QR = frozenset({57, 58, 61, 62})
_ADDED_PASSCODE = 93
_UNKNOWN_PASSCODE = 7
_REMOTE_CONTROL_KEY = 37


def encode(radio: LockRadio, record: LockRecord) -> bytes:
    """Return a record with its length."""
    local = record.lock_date / 1000 + radio.lock.raw_offset
    body = bytes([record.type_from_lock]) + calendar.encode(local) + bytes([record.battery]) + _tail(radio, record)
    return bytes([len(body)]) + body


def card_octets(number: str) -> bytes:
    """Return a card number: four octets where its digits allow it (5.9)."""
    value = int(number)
    return value.to_bytes(4 if len(number) <= 10 and value < 2**32 else 8)


def long_number(number: str) -> bytes:
    """Return the number of a finger, face or palm in its six octets."""
    return (int(number) % 2**48).to_bytes(6)


def _tail(radio: LockRadio, record: LockRecord) -> bytes:
    kind, number = record.type_from_lock, record.number
    if kind in _COMMANDS:
        return radio.uid_of(record).to_bytes(4) + record.record_id.to_bytes(4)
    if kind == _REMOTE_CONTROL_KEY:
        return radio.uid_of(record).to_bytes(4) + record.record_id.to_bytes(4) + bytes([int(number)])
    if kind == _UNKNOWN_PASSCODE:
        return _digits(number)
    if kind in _PASSCODES:
        stored = radio.lock.keypad.table.get(number)
        return _digits(number) + _digits(stored.original if stored is not None and stored.original else number)
    if kind == _ADDED_PASSCODE:
        stored = radio.lock.keypad.table.get(number)
        start, end = (stored.start, stored.end) if stored is not None else (0.0, 0.0)
        return _digits(number) + period(radio, start, end)
    if not number:
        return b""
    if kind in _CARDS:
        return card_octets(number)
    if kind in _LONG_NUMBERS:
        return long_number(number)
    if kind in _REMOTES:
        # Key 1 and a battery that is full.
        return reversed_mac(number) + bytes((1, 100)) if ":" in number else b""
    if kind in _QR:
        return (int(number) & 0xFFFF).to_bytes(2)
    return b""


def period(radio: LockRadio, start: float, end: float) -> bytes:
    """Return a validity as two dates; what has no limit as locks list it (4.6)."""
    offset = radio.lock.raw_offset
    first = calendar.encode5(start + offset) if start else calendar.PERMANENT_START
    return first + (calendar.encode5(end + offset) if end else calendar.PERMANENT_END)


def _digits(number: str) -> bytes:
    return bytes([len(number)]) + number.encode()
