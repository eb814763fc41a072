"""The lock's own log (ttlock-ble-protocol.md 5.7 and 6.5; the cloud's numbers: ttlock-open-api.md 5.4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final

from ...credentials import Validity
from ...errors import BadReply
from ...models import Record
from ...secret import Secret
from .dates import read_date5, read_date6, read_period
from .wire import Reader, percent, u16

UNREAD: Final = 0xFFFF
"""Asks for what was not handed over since the last such question; the lock moves its bookmark."""
OLDEST: Final = 0
HEAD: Final = 8
"""Type, date and battery, which every record has."""

_TO_CLOUD: Final = {1: 1, 3: 3, 4: 4, 17: 7, 19: 9, 20: 8, 26: 11, 27: 10, 28: 12}
_REFUSED: Final = {
    **dict.fromkeys((7, 11, 12, 13, 38), 4),
    **dict.fromkeys((25, 39), 7),
    **dict.fromkeys((22, 40), 8),
    41: 1,
    **{same: same for same in (51, 58, 62, 68, 71, 85, 88, 91, 96, 97)},
    74: 7,
}
_NOT_OF_CLOUD: Final = frozenset({56, 70, 72, 73, 87, 89, 90, 93, 99, 100, 101})
"""What is written down about the administration of a lock has no number in the cloud."""
FIRST_SHARED: Final = 29
"""From here on lock and cloud number alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRecord:
    """One record as the lock wrote it; what a record of its type does not hold is None."""

    type: int
    """The lock's own number, see 6.5."""
    when: datetime | None
    """By the lock's clock; None for a date that is on no calendar."""
    battery: int | None
    uid: int | None = None
    """The account whose phone did it."""
    command_id: int | None = None
    """The unix time that came with the command."""
    number: Secret | None = None
    """Digits of the passcode, or the number of the card, finger, face, palm or QR code."""
    original: Secret | None = None
    """Of a passcode: how it was called first, or what it was changed to."""
    mac: str | None = None
    """Of a remote, keypad, wristband or other device."""
    key: int | None = None
    """The button of a remote control."""
    accessory_battery: int | None = None
    validity: Validity | None = None
    """Of a passcode that was added at the keypad."""
    deleted_at: datetime | None = None

    @property
    def record_type(self) -> int | None:
        """Return the cloud's number, None for what the cloud never shows."""
        if self.type in _REFUSED:
            return _REFUSED[self.type]
        if self.type < FIRST_SHARED:
            return _TO_CLOUD.get(self.type)
        return None if self.type in _NOT_OF_CLOUD else self.type

    @property
    def success(self) -> bool:
        """Return whether it tells of something that worked."""
        return self.type not in _REFUSED

    def record(self, who: str | None = None) -> Record | None:
        """Return it in the shape of the cloud's records, None for what the cloud never shows.

        The lock knows accounts by number only; `who` is the name that the caller knows for it.
        """
        if self.record_type is None:
            return None
        return Record(
            record_id=0,
            record_type=self.record_type,
            success=self.success,
            who=who,
            when=self.when,
            lock_type=self.type,
            battery=self.battery,
            number=self.number,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Some records in the order in which they were written, and the cursor for those after them."""

    records: tuple[LockRecord, ...]
    next: int | None
    """None at the end of the log. Locks number records in different ways: it is a cursor and nothing else."""


def ask(cursor: int) -> bytes:
    """Return the request for the records after a cursor; `UNREAD` and `OLDEST` are special ones."""
    return u16(cursor)


def read(data: bytes, zone: tzinfo) -> LogPage:
    """Read a page."""
    reader = Reader(data)
    if reader.u16() == 0:
        return LogPage(records=(), next=None)
    cursor = reader.u16()
    records = []
    while reader.left:
        records.append(read_record(Reader(reader.take(reader.u8())), zone))
    return LogPage(records=tuple(records), next=cursor)


def read_record(reader: Reader, zone: tzinfo) -> LockRecord:
    """Read one record. A tail that is not what its type should have is left out, so that the record is not lost."""
    kind, when, battery = reader.u8(), read_date6(reader, zone), percent(reader.u8())
    tail = _TAILS.get(kind)
    try:
        fields = tail(reader, zone) if tail else {}
    except BadReply:
        fields = {}
    return LockRecord(type=kind, when=when, battery=battery, **fields)


type _Fields = dict[str, Any]
type _Tail = Callable[[Reader, tzinfo], _Fields]


def _account(reader: Reader, _: tzinfo) -> _Fields:
    return {"uid": reader.u32(), "command_id": reader.u32()}


def _button(reader: Reader, zone: tzinfo) -> _Fields:
    return {**_account(reader, zone), "key": reader.u8()}


def _passcode(reader: Reader, _: tzinfo) -> _Fields:
    number = reader.digits() or None
    return {"number": number, "original": (reader.digits() or None) if reader.left else None}


def _deletion(reader: Reader, zone: tzinfo) -> _Fields:
    deleted_at = read_date5(reader, zone)
    return {"deleted_at": deleted_at, "number": (reader.digits() or None) if reader.left else None}


def _card(reader: Reader, _: tzinfo) -> _Fields:
    if not reader.left:
        raise BadReply
    return {"number": reader.number(reader.left)}


def _short_number(reader: Reader, _: tzinfo) -> _Fields:
    return {"number": reader.number(2)}


def _long_number(reader: Reader, _: tzinfo) -> _Fields:
    return {"number": reader.number(6)}


def _device(reader: Reader, _: tzinfo) -> _Fields:
    return {"mac": reader.mac()}


def _fob(reader: Reader, _: tzinfo) -> _Fields:
    return {"mac": reader.mac(), "key": reader.u8(), "accessory_battery": percent(reader.u8())}


def _keypad(reader: Reader, _: tzinfo) -> _Fields:
    # One public client reads a number of a key first; the vendor's does not (5.7).
    return {"mac": reader.mac(), "accessory_battery": percent(reader.u8())}


def _door(reader: Reader, _: tzinfo) -> _Fields:
    return {"accessory_battery": percent(reader.u8()) if reader.left else None}


def _added(reader: Reader, zone: tzinfo) -> _Fields:
    number = reader.digits() or None
    return {"number": number, "validity": read_period(reader, zone) if reader.left else None}


_TAILS: Final[dict[int, _Tail]] = {
    **dict.fromkeys((1, 26, 28, 41, 52, 75, 76, 77), _account),
    37: _button,
    **dict.fromkeys((4, 5, 6, 7, 9, 10, 11, 12, 13, 34, 38, 78, 92), _passcode),
    8: _deletion,
    **dict.fromkeys((15, 17, 18, 25, 35, 39, 51, 74, 80, 91), _card),
    **dict.fromkeys((19, *range(94, 101)), _device),
    **dict.fromkeys((20, 21, 22, 23, 33, 40, 79, *range(67, 73), 81, *range(83, 90)), _long_number),
    **dict.fromkeys((30, 31), _door),
    **dict.fromkeys((55, 82), _fob),
    56: _keypad,
    **dict.fromkeys((57, 58, 61, 62), _short_number),
    93: _added,
}
