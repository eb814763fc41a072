"""Cards, fingers, faces, palms, QR codes and remotes over Bluetooth (ttlock-ble-protocol.md 5.9 to 5.11, 5.15)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ..credentials import Credential, CredentialKind
from ..schedule import CyclicWindow
from .enrolment import Enrolling
from .logrecords import card_octets, long_number, period
from .reader import Reader
from .session import Code, Operation, Refused, Session

END = b"\xff\xff"
ADD, DELETE, CLEAR, MODIFY = 2, 3, 4, 5
DONE = 1


def _id_octets(number: str) -> bytes:
    return (int(number) % 2**32).to_bytes(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """How one kind of credential is spoken of."""

    opcode: int
    kind: CredentialKind
    search: int
    octets: Callable[[str], bytes]
    """How a number stands on the wire."""
    missing: Code


CARD = Spelling(
    opcode=0x05,
    kind=CredentialKind.CARD,
    search=1,
    octets=card_octets,
    missing=Code.CARD_MISSING,
)
FINGERPRINT = Spelling(
    opcode=0x06,
    kind=CredentialKind.FINGERPRINT,
    search=6,
    octets=long_number,
    missing=Code.FINGERPRINT_MISSING,
)
FACE = Spelling(
    opcode=0x79,
    kind=CredentialKind.FACE,
    search=1,
    octets=long_number,
    missing=Code.RECORD_MISSING,
)
PALM = Spelling(
    opcode=0x83,
    kind=CredentialKind.PALM_VEIN,
    search=1,
    octets=long_number,
    missing=Code.RECORD_MISSING,
)
QR = Spelling(
    opcode=0x95,
    kind=CredentialKind.QR_CODE,
    search=1,
    octets=_id_octets,
    missing=Code.RECORD_MISSING,
)
_DATES = 10
_TEMPLATE = 18
"""Template number, size, checksum and dates of a finger or face that comes as data."""
WRITE_FINGER, WRITE_FACE = 7, 6


def manage(spelling: Spelling, session: Session, data: bytes) -> bytes:
    """`05`, `06`, `79`, `83`: search, add, delete, clear, modify."""
    reader = Reader(data)
    operation = reader.octet()
    if operation == spelling.search:
        body = _page(spelling, session, reader.number(2))
    elif operation == ADD:
        body = _add(spelling, session, reader)
    elif operation == DELETE:
        number = _known(spelling, session, reader.take(reader.left)).number
        session.lock.command_remove(spelling.kind, number)
        body = b""
    elif operation == CLEAR:
        session.lock.command_clear(spelling.kind)
        body = b""
    elif operation == MODIFY:
        known = _known(spelling, session, reader.take(reader.left - _DATES) if reader.left > _DATES else b"")
        start, end = reader.date(session), reader.date(session)
        session.lock.command_change_period(spelling.kind, known.number, start=start, end=end, cycle=known.cycle)
        body = b""
    elif operation == _template_operation(spelling):
        body = _take_template(spelling, session, reader)
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation]) + body


def manage_qr(session: Session, data: bytes) -> bytes:
    """`95`: search, add or modify, delete, clear."""
    reader = Reader(data)
    operation, table = reader.octet(), session.lock.credentials[CredentialKind.QR_CODE]
    body = b""
    if operation == QR.search:
        body = _page(QR, session, reader.number(2))
    elif operation in (ADD, MODIFY):
        number = str(reader.number(4))
        if operation == ADD and number in table:
            raise Refused(Code.QR_EXISTS)
        if operation == MODIFY and number not in table:
            raise Refused(Code.RECORD_MISSING)
        start, end = reader.date(session), reader.date(session)
        credential = Credential(number=number, start=start, end=end)
        session.lock.command_store(CredentialKind.QR_CODE, credential)
    elif operation == DELETE:
        known = _known(QR, session, reader.take(4))
        session.lock.command_remove(CredentialKind.QR_CODE, known.number)
    elif operation == CLEAR:
        session.lock.command_clear(CredentialKind.QR_CODE)
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation]) + body


def manage_remotes(session: Session, data: bytes) -> bytes:
    """`73`: add or modify by address, delete, clear."""
    reader = Reader(data)
    operation, table = reader.octet(), session.lock.credentials[CredentialKind.REMOTE]
    if operation == ADD:
        mac = reader.mac()
        start, end = reader.date(session), reader.date(session)
        known = next((remote for remote in table.values() if remote.mac == mac), None)
        number = known.number if known is not None else str(int(mac.replace(":", ""), 16))
        session.lock.command_store(CredentialKind.REMOTE, Credential(number=number, start=start, end=end, mac=mac))
        session.radio.accessory_batteries.setdefault(mac, 100)
    elif operation == DELETE:
        mac = reader.mac()
        if (known := next((remote for remote in table.values() if remote.mac == mac), None)) is None:
            raise Refused(Code.RECORD_MISSING)
        session.lock.command_remove(CredentialKind.REMOTE, known.number)
    elif operation == CLEAR:
        session.lock.command_clear(CredentialKind.REMOTE)
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation])


_CYCLIC_KINDS = {
    1: FINGERPRINT,
    2: CARD,
    4: FACE,
    5: PALM,
    7: QR,
}
_REMOTE = 3


def manage_cyclic(session: Session, data: bytes) -> bytes:
    """`70`: one weekday's window of a credential at a time, or all of them away."""
    reader = Reader(data)
    operation, kind, octets = reader.octet(), reader.octet(), reader.take(reader.octet())
    if kind == _REMOTE:
        mac = ":".join(f"{octet:02X}" for octet in reversed(octets))
        remotes = session.lock.credentials[CredentialKind.REMOTE].values()
        known = next((remote for remote in remotes if remote.mac == mac), None)
        if known is None:
            raise Refused(Code.RECORD_MISSING)
    elif kind in _CYCLIC_KINDS:
        known = _known(_CYCLIC_KINDS[kind], session, octets)
    else:
        raise Refused(Code.INVALID_PARAMETER)
    if operation == ADD:
        _, day, _, start_hour, start_minute, end_hour, end_minute = reader.take(7)
        if not 1 <= day <= 7 or max(start_hour, end_hour) > 24 or max(start_minute, end_minute) > 59:
            raise Refused(Code.INVALID_PARAMETER)
        window = CyclicWindow(day=day, start=start_hour * 60 + start_minute, end=end_hour * 60 + end_minute)
        if window not in known.cycle:
            known.cycle = (*known.cycle, window)
    elif operation == CLEAR:
        if not known.cycle:
            raise Refused(Code.RECORD_MISSING)
        known.cycle = ()
    else:
        raise Refused(Code.INVALID_PARAMETER)
    return session.battery() + bytes([operation])


def _page(spelling: Spelling, session: Session, cursor: int) -> bytes:
    entries = list(session.lock.credentials[spelling.kind].values())[cursor:]
    if not entries:
        return END
    known = entries[0]
    return (cursor + 1).to_bytes(2) + spelling.octets(known.number) + period(session.radio, known.start, known.end)


def _known(spelling: Spelling, session: Session, octets: bytes) -> Credential:
    table = session.lock.credentials[spelling.kind]
    value = int.from_bytes(octets)
    for known in table.values():
        if int.from_bytes(spelling.octets(known.number)) == value:
            return known
    raise Refused(spelling.missing)


def _add(spelling: Spelling, session: Session, reader: Reader) -> bytes:
    """Enrol somebody at the door, or store what comes with its number."""
    if reader.left <= 1:
        return Enrolling(spelling.opcode, spelling.kind, spelling.octets, session).begin()
    if reader.left == _TEMPLATE and spelling.kind in (CredentialKind.FINGERPRINT, CredentialKind.FACE):
        return _expect_template(session, reader)
    octets = reader.take(reader.left - _DATES) if reader.left > _DATES else b""
    if len(octets) != 6 and not (spelling is CARD and len(octets) in (4, 8)):
        raise Refused(Code.INVALID_LENGTH)
    number, start, end = str(int.from_bytes(octets)), reader.date(session), reader.date(session)
    if spelling is FINGERPRINT and number in session.lock.credentials[spelling.kind]:
        raise Refused(Code.FINGERPRINT_DUPLICATE)
    session.lock.command_store(spelling.kind, Credential(number=number, start=start, end=end))
    return bytes([DONE]) + octets


# --- a finger or face as data ---------------------------------------------------------------------------------------


def _template_operation(spelling: Spelling) -> int | None:
    return {CredentialKind.FINGERPRINT: WRITE_FINGER, CredentialKind.FACE: WRITE_FACE}.get(spelling.kind)


RECEIVING, PACKET_SIZE = 4, 80


def _expect_template(session: Session, reader: Reader) -> bytes:
    reader.take(4)
    size, checksum = reader.number(2), reader.number(2)
    start, end = reader.date(session), reader.date(session)
    session.template = Template(size=size, checksum=checksum, start=start, end=end)
    return bytes([RECEIVING]) + (0).to_bytes(2) + PACKET_SIZE.to_bytes(2)


def _take_template(spelling: Spelling, session: Session, reader: Reader) -> bytes:
    template, sequence = session.template, reader.number(2)
    if template is None or sequence != template.packets:
        raise Refused(Code.INVALID_PARAMETER)
    template.octets += reader.take(reader.left)
    template.packets += 1
    if len(template.octets) < template.size:
        return sequence.to_bytes(2)
    session.template = None
    if len(template.octets) != template.size or sum(template.octets) % 2**16 != template.checksum:
        raise Refused(Code.CRC)
    number = str(int.from_bytes(session.radio.draw(6)))
    credential = Credential(number=number, start=template.start, end=template.end)
    session.lock.command_store(spelling.kind, credential)
    done = session.battery() + bytes((ADD, DONE)) + spelling.octets(number)
    session.later(0, partial(session.push, spelling.opcode, done))
    return sequence.to_bytes(2)


@dataclass(slots=True, kw_only=True)
class Template:
    """A finger or face on its way."""

    size: int
    checksum: int
    start: float
    end: float
    octets: bytes = b""
    packets: int = 0


CARDS, FINGERPRINTS, CYCLIC, REMOTES, PALMS = 1, 2, 34, 41, 70
QR_CODES, FACES = (44, 108), (53, 69, 103, 110, 112)

ROWS = {
    0x05: Operation(partial(manage, CARD), features=(CARDS,)),
    0x06: Operation(partial(manage, FINGERPRINT), features=(FINGERPRINTS,)),
    0x79: Operation(partial(manage, FACE), features=FACES),
    0x83: Operation(partial(manage, PALM), features=(PALMS,)),
    0x95: Operation(manage_qr, features=QR_CODES),
    0x73: Operation(manage_remotes, features=(REMOTES,)),
    0x70: Operation(manage_cyclic, features=(CYCLIC,)),
}
