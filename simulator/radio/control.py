"""Bolt, clock and log (ttlock-ble-protocol.md 5.4 to 5.7)."""

from ..journal import LockRecord, LockRecordType
from . import calendar
from .logrecords import encode
from .session import Access, Code, Level, Operation, Refused, Session

NEW_RECORDS = 0xFFFF
_WIRE_NUMBERS = 0xFFFE
"""Sequence numbers of the log run from 1 to this, then begin again."""


def unlock(session: Session, data: bytes) -> bytes:
    """`47`: drive the bolt open."""
    user = _controller(session, data)
    record = session.lock.command_unlock(
        user=user,
        kind=LockRecordType.BLUETOOTH_UNLOCK,
        uid=session.uid,
        record_id=int.from_bytes(data[4:8]),
    )
    return _done(session, record)


def lock(session: Session, data: bytes) -> bytes:
    """`58`, and `4c` of older locks: drive it out."""
    user = _controller(session, data)
    record_id = int.from_bytes(data[4:8])
    return _done(session, session.lock.command_lock(user=user, uid=session.uid, record_id=record_id))


def dead_lock(session: Session, data: bytes) -> bytes:
    """`69`: drive it out and engage the double lock."""
    user = _controller(session, data)
    record_id = int.from_bytes(data[4:8])
    return _done(session, session.lock.command_dead_lock(user=user, uid=session.uid, record_id=record_id))


def status(session: Session, data: bytes) -> bytes:
    """`14`: bolt and door."""
    return session.radio.state_push()


def calibrate(session: Session, data: bytes) -> bytes:
    """`43`: set the clock to the wall time the client says."""
    if (local := calendar.decode(data[:6])) is None or len(data) < 6:
        raise Refused(Code.INVALID_PARAMETER)
    session.lock.set_local_time(local)
    return b""


def read_clock(session: Session, data: bytes) -> bytes:
    """`34`: what the clock shows."""
    return calendar.encode(session.lock.local_time)


def log(session: Session, data: bytes) -> bytes:
    """`25`: a page of the log; `ffff` goes on where the last such request ended (5.7)."""
    radio, journal = session.radio, session.lock.journal
    cursor = int.from_bytes(data[:2])
    kept = list(journal)
    if cursor == NEW_RECORDS:
        found = [record for record in kept if record.sequence > radio.bookmark]
        radio.mark_read()
    elif cursor == 0:
        found = kept
    else:
        place = next((index for index, record in enumerate(kept) if wire(record) == cursor), None)
        if place is None or radio.fidelity.stale_cursor:
            raise Refused(Code.INVALID_PARAMETER)
        found = kept[place + 1 :]
    page = found[: radio.fidelity.records_per_page]
    if not page:
        return bytes(2)
    if cursor == NEW_RECORDS or page[0].sequence == radio.bookmark + 1:
        radio.bookmark = max(radio.bookmark, page[-1].sequence)
    body = wire(page[-1]).to_bytes(2) + b"".join(encode(radio, record) for record in page)
    return len(body).to_bytes(2) + body


def wire(record: LockRecord) -> int:
    """Return the number of a record in two octets."""
    return (record.sequence - 1) % _WIRE_NUMBERS + 1


def _controller(session: Session, data: bytes) -> str:
    """Return who wants to move the bolt, or refuse."""
    if len(data) < 8:
        raise Refused(Code.INVALID_LENGTH)
    if session.radio.fidelity.control_needs_user and session.level is Level.ADMIN:
        raise Refused(Code.WRONG_DYNAMIC_CODE)
    session.check_sum(data)
    if NO_APP in session.lock.features:
        raise Refused(Code.INVALID_COMMAND)
    return session.radio.surroundings.username(session.uid)


def _done(session: Session, record: LockRecord) -> bytes:
    if session.radio.fidelity.short_unlock_reply:
        # As recorded: the battery, and two octets of nothing (5.4).
        return session.battery() + bytes(2)
    return session.radio.record_push(record)


MANUAL_LOCK, DEAD_LOCK, NO_APP, DEAD_LOCKING = 8, 32, 66, 106

ROWS = {
    0x47: Operation(unlock, Access.USER),
    0x58: Operation(lock, Access.USER, (MANUAL_LOCK,)),
    0x4C: Operation(lock, Access.USER, (MANUAL_LOCK,)),
    0x69: Operation(dead_lock, Access.USER, (DEAD_LOCK, DEAD_LOCKING)),
    0x14: Operation(status, Access.FREE),
    0x43: Operation(calibrate, Access.PROVED),
    0x34: Operation(read_clock, Access.FREE),
    0x25: Operation(log, Access.FREE),
}
