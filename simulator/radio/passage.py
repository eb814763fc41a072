"""Hold-open times over Bluetooth (ttlock-ble-protocol.md 5.14)."""

from collections.abc import Iterator
from dataclasses import replace

from ..schedule import ALL_DAYS, PassageMode, PassagePeriod
from .reader import Reader
from .session import Code, Operation, Refused, Session

QUERY, ADD, DELETE, CLEAR = 1, 2, 3, 4
WEEKLY, MONTHLY = 1, 2
EVERY_DAY = 0
END = 0xFF
MOST_ENTRIES = 50


def configure(session: Session, data: bytes) -> bytes:
    """`66`: query one entry, add, delete, clear."""
    reader, passage = Reader(data), session.lock.passage
    operation, body = reader.octet(), b""
    if operation == QUERY:
        entries, index = list(_entries(passage)), reader.octet()
        # The end is a reply of its own, and never more than one entry comes at a time: clients need both (10.3).
        body = bytes([index + 1]) + entries[index] if index < len(entries) else bytes([END])
    elif operation == ADD:
        _add(session, reader)
    elif operation == DELETE:
        _delete(session, reader)
    elif operation == CLEAR:
        session.lock.command_passage(replace(passage, enabled=False, periods=()))
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation]) + body


def _entries(passage: PassageMode) -> Iterator[bytes]:
    if not passage.enabled:
        return
    for period in passage.periods:
        start, end = (0, 0) if period.all_day else (period.start, period.end)
        times = bytes((*divmod(start, 60), *divmod(end, 60)))
        if period.month_day:
            yield bytes((MONTHLY, period.month_day, period.month)) + times
            continue
        days = (EVERY_DAY,) if period.days == ALL_DAYS else period.days
        for day in days:
            yield bytes((WEEKLY, day, 0)) + times


def _period(reader: Reader) -> PassagePeriod:
    kind, day, month, *times = reader.take(7)
    start, end = times[0] * 60 + times[1], times[2] * 60 + times[3]
    if max(start, end) > 24 * 60 or kind not in (WEEKLY, MONTHLY):
        raise Refused(Code.INVALID_PARAMETER)
    whole_day = not any(times)
    if kind == MONTHLY:
        if not 1 <= day <= 31 or month > 12:
            raise Refused(Code.INVALID_PARAMETER)
        return PassagePeriod(all_day=whole_day, start=start, end=end, month_day=day, month=month)
    if day > 7:
        raise Refused(Code.INVALID_PARAMETER)
    # Some clients mark "every day" otherwise; what is no day of the week is refused.
    return PassagePeriod(all_day=whole_day, start=start, end=end, days=ALL_DAYS if day == EVERY_DAY else (day,))


def _add(session: Session, reader: Reader) -> None:
    passage, period = session.lock.passage, _period(reader)
    periods = passage.periods if passage.enabled else ()
    if period in periods:
        return
    if len(list(_entries(passage))) >= MOST_ENTRIES:
        raise Refused(Code.FULL)
    session.lock.command_passage(replace(passage, enabled=True, periods=(*periods, period)))


def _delete(session: Session, reader: Reader) -> None:
    """Take an entry away: named in full, or as older clients do by type, day and month only."""
    octets, passage = reader.take(reader.left), session.lock.passage
    if len(octets) not in (3, 7):
        raise Refused(Code.INVALID_LENGTH)
    entries = list(_entries(passage))
    kept = [entry for entry in entries if not entry.startswith(octets)]
    if len(kept) == len(entries):
        raise Refused(Code.RECORD_MISSING)
    periods = tuple(_period(Reader(entry)) for entry in kept)
    session.lock.command_passage(replace(passage, enabled=bool(periods), periods=periods))


PASSAGE_MODE = 22

ROWS = {0x66: Operation(configure, features=(PASSAGE_MODE,))}
