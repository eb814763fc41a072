"""Passcodes over Bluetooth (ttlock-ble-protocol.md 5.8)."""

from dataclasses import replace

from ..keypad import StoredPasscode
from ..passcodes import HOUR, PasscodeKind, RandomCode
from ..schedule import DAY
from . import calendar
from .logrecords import period
from .reader import Reader
from .session import Code, Operation, Refused, Session

CLEAR, ADD, REMOVE, MODIFY, RECOVER = 1, 2, 3, 5, 6
PERMANENT, COUNT, PERIOD, CYCLIC = 1, 2, 3, 4
_KINDS = {PERMANENT: PasscodeKind.PERMANENT, COUNT: PasscodeKind.ONE_TIME, PERIOD: PasscodeKind.PERIOD}
_WIRE = {kind: number for number, kind in _KINDS.items()}
_CYCLE = 1000
"""`cycle` is this, 24 for each kind of day and the hours less one (5.8)."""


def manage(session: Session, data: bytes) -> bytes:
    """`03`: clear, add, delete, modify, recover."""
    reader = Reader(data)
    operation = reader.octet()
    if operation == CLEAR:
        session.lock.keypad.clear()
    elif operation == ADD:
        _add(session, reader)
    elif operation == REMOVE:
        reader.octet()
        session.lock.command_delete_passcode(reader.text())
    elif operation == MODIFY:
        _modify(session, reader)
    elif operation == RECOVER:
        _recover(session, reader)
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation])


def list_passcodes(session: Session, data: bytes) -> bytes:
    """`07`: what was added or used, one entry in each reply; the cursor is a place in the table."""
    cursor = Reader(data).number(2)
    entries = list(session.lock.keypad.table.values())[cursor:]
    if not entries:
        return bytes(2)
    entry = _entry(session, entries[0])
    body = (cursor + 1).to_bytes(2) + bytes([len(entry)]) + entry
    # Counts the octets that follow, as in every recorded reply.
    return len(body).to_bytes(2) + body


def _entry(session: Session, stored: StoredPasscode) -> bytes:
    kind = CYCLIC if stored.cycle is not None else _WIRE.get(stored.kind, PERIOD)
    digits, original = stored.digits.encode(), (stored.original or stored.digits).encode()
    head = bytes([kind, len(digits)]) + digits + bytes([len(original)]) + original
    dates = period(session.radio, stored.start, stored.end)
    if stored.cycle is not None:
        start = calendar.PERMANENT_START[:3] + bytes((stored.cycle.start_hour % 24, 0))
        return head + start + _cycle_number(stored.cycle).to_bytes(2)
    return head + (dates[:5] if kind == PERMANENT else dates)


def _add(session: Session, reader: Reader) -> None:
    kind, digits, start = reader.octet(), reader.text(), reader.date(session)
    end = reader.date(session) if kind in (COUNT, PERIOD) else 0.0
    if kind not in _KINDS:
        raise Refused(Code.INVALID_PARAMETER)
    _check(session, digits)
    session.lock.command_add_passcode(digits, start=start, end=end, kind=_KINDS[kind])


def _modify(session: Session, reader: Reader) -> None:
    reader.octet()
    old, new = reader.text(), reader.text()
    start = end = None
    if reader.left:
        start, end = reader.date(session), reader.date(session)
    if new:
        _check(session, new)
    session.lock.command_change_passcode(old, new_digits=new or None, start=start, end=end)


def _recover(session: Session, reader: Reader) -> None:
    kind, original, digits = reader.octet(), reader.text(), reader.text()
    local = calendar.decode(reader.take(5))
    _check(session, digits)
    table = session.lock.keypad.table
    if kind == CYCLIC:
        if CYCLIC_RECOVERY not in session.lock.features:
            raise Refused(Code.INVALID_COMMAND)
        cycle = _cycle(reader.number(2), local)
        session.lock.command_add_passcode(digits, start=0, end=0, kind=cycle.kind, cycle=cycle)
    elif kind in _KINDS:
        start = 0.0 if local is None else local - session.lock.raw_offset
        end = reader.date(session) if kind == PERIOD else 0.0
        session.lock.command_add_passcode(digits, start=start, end=end, kind=_KINDS[kind])
    else:
        raise Refused(Code.INVALID_PARAMETER)
    if original != digits:
        table[digits] = replace(table[digits], original=original)


def _check(session: Session, digits: str) -> None:
    if not 4 <= len(digits) <= 9 or not digits.isdigit():
        raise Refused(Code.PASSCODE_LENGTH)
    if digits == session.lock.secrets.delete_code:
        raise Refused(Code.SAME_AS_DELETE_CODE)
    if digits == session.lock.secrets.no_key_pwd:
        raise Refused(Code.PASSCODE_EXISTS)


def _cycle(number: int, local: float | None) -> RandomCode:
    days, hours = divmod(number - _CYCLE, 24)
    if not 0 <= days <= PasscodeKind.SUNDAY - PasscodeKind.WEEKEND or local is None:
        raise Refused(Code.INVALID_PARAMETER)
    start = int(local % DAY // HOUR)
    end = start + hours + 1
    # A whole day ends at 24; what reaches over midnight ends on the next day's hour.
    return RandomCode(
        kind=PasscodeKind(PasscodeKind.WEEKEND + days), start_hour=start, end_hour=end if end <= 24 else end - 24
    )


def _cycle_number(cycle: RandomCode) -> int:
    hours = (cycle.end_hour - cycle.start_hour - 1) % 24
    return _CYCLE + 24 * (cycle.kind - PasscodeKind.WEEKEND) + hours


PASSCODE, CYCLIC_RECOVERY = 0, 40

ROWS = {
    0x03: Operation(manage, features=(PASSCODE,)),
    0x07: Operation(list_passcodes, features=(PASSCODE,)),
    0x04: Operation(list_passcodes, features=(PASSCODE,)),
}
