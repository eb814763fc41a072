"""A frame in, frames out: who may ask for what, and how the answer is wrapped (ttlock-ble-protocol.md 3.6, 10.1)."""

from collections.abc import Callable
from dataclasses import dataclass

from ..keypad import CodeExists, CodeMissing, KeypadError, TableFull
from ..lock import LockRefused, Refusal
from .codec import ALTERED, DEFAULT_KEY, MARKER, RESPONSE, TEXTBOOK, Frame, Undecipherable, build, seal, unseal
from .session import Code, Operation, Refused, Session
from .table import OPERATIONS

_REFUSALS = {
    Refusal.FROZEN: Code.FROZEN,
    Refusal.UNSUPPORTED: Code.INVALID_COMMAND,
    Refusal.REMOTE_UNLOCK_OFF: Code.INVALID_COMMAND,
    Refusal.BLOCKED: Code.FAILED,
    Refusal.DOUBLE_LOCKED: Code.DOUBLE_LOCKED,
    Refusal.OUT_OF_RANGE: Code.INVALID_PARAMETER,
    Refusal.STORAGE_FULL: Code.FULL,
    Refusal.NOT_STORED: Code.CARD_MISSING,
}
_KEYPAD: dict[type[KeypadError], Code] = {
    CodeExists: Code.PASSCODE_EXISTS,
    CodeMissing: Code.PASSCODE_MISSING,
    TableFull: Code.FULL,
}
STATUS = 0x14
MOTOR = frozenset({0x47, 0x4C, 0x58, 0x69})


@dataclass(frozen=True, slots=True)
class Answer:
    """Frames that go out for one request, and how long the lock takes."""

    request: int
    frames: list[bytes]
    seconds: float = 0.0
    then: Callable[[], None] | None = None
    ends: bool = False


class Dispatcher:
    """The lock's end of one conversation."""

    def __init__(self, session: Session) -> None:
        """Talk within a session."""
        self.session = session

    def answer(self, frame: Frame) -> Answer | None:
        """Return what the lock says to a frame; None when it stays silent."""
        session, fidelity = self.session, self.session.radio.fidelity
        if fidelity.refuse_foreign_header and frame.header != session.radio.header.encode():
            return None
        if not frame.intact(forgive_textbook=fidelity.forgive_textbook_crc):
            return self._failure(frame, Code.CRC) if fidelity.answer_bad_crc else None
        operation = OPERATIONS.get(frame.opcode)
        key = DEFAULT_KEY if operation is not None and operation.default_key else session.key
        try:
            data = unseal(frame.payload, key)
        except Undecipherable:
            return self._failure(frame, Code.CRC) if fidelity.answer_undecipherable else None
        # The key may change while the request is handled; the reply to `19` still goes out under the old one.
        try:
            session.lock.answer()
            session.handling = True
            body = self._handle(operation, data)
        except Refused as refused:
            return self._failure(frame, refused.code, key)
        except LockRefused as refused:
            code = _REFUSALS.get(refused.refusal)
            return None if code is None else self._failure(frame, code, key)
        except KeypadError as error:
            return self._failure(frame, _KEYPAD.get(type(error), Code.FAILED), key)
        finally:
            session.handling = False
        frames = self._before(frame)
        opcode = frame.opcode if operation is not None and operation.own_opcode else RESPONSE
        if body is None:
            frames.append(self._build(RESPONSE, b"", frame.marker))
        else:
            frames.append(self._build(opcode, seal(bytes((frame.opcode, 1)) + body, key), frame.marker))
        motor = fidelity.motor_seconds if frame.opcode in MOTOR else 0.0
        return Answer(frame.opcode, frames, fidelity.reply_seconds + motor, ends=session.ends)

    def push(self, opcode: int, data: bytes) -> bytes:
        """Return a frame the lock sends by itself (5.5)."""
        operation = OPERATIONS.get(opcode)
        key = DEFAULT_KEY if operation is not None and operation.default_key else self.session.key
        return self._build(RESPONSE, seal(bytes((opcode, 1)) + data, key), MARKER)

    def refusal(self, opcode: int, code: Code) -> bytes:
        """Return a refusal that comes some time after the request."""
        return self._build(RESPONSE, seal(bytes((opcode, 0, code)), self.session.key), MARKER)

    def _handle(self, operation: Operation | None, data: bytes) -> bytes | None:
        session, lock = self.session, self.session.lock
        if operation is None:
            raise Refused(Code.INVALID_COMMAND)
        if not (lock.owned or session.offered or operation.unpaired):
            # A lock without an owner knows nobody (10.2, row of `41`).
            raise Refused(Code.NO_ADMIN)
        if lock.frozen and not operation.frozen:
            raise Refused(Code.FROZEN)
        if operation.features and not any(feature in lock.features for feature in operation.features):
            raise Refused(Code.INVALID_COMMAND)
        session.require(operation.access)
        try:
            return operation.handler(session, data)
        except (IndexError, UnicodeDecodeError) as error:
            raise Refused(Code.INVALID_LENGTH) from error

    def _before(self, frame: Frame) -> list[bytes]:
        fidelity, frames = self.session.radio.fidelity, list[bytes]()
        if fidelity.intermediate:
            sealed = seal(bytes((frame.opcode, 0, Code.RECEIVED)), self.session.key)
            frames.append(self._build(RESPONSE, sealed, frame.marker))
        if fidelity.push_before_reply:
            frames.append(self.push(STATUS, self.session.radio.state_push()))
        return frames

    def _failure(self, frame: Frame, code: Code, key: bytes | None = None) -> Answer:
        opcode = RESPONSE
        if (operation := OPERATIONS.get(frame.opcode)) is not None and operation.own_opcode:
            opcode = frame.opcode
        sealed = seal(bytes((frame.opcode, 0, code)), key or self.session.key)
        return Answer(
            frame.opcode, [self._build(opcode, sealed, frame.marker)], self.session.radio.fidelity.reply_seconds
        )

    def _build(self, opcode: int, payload: bytes, marker: int) -> bytes:
        table = TEXTBOOK if self.session.radio.fidelity.textbook_crc_replies else ALTERED
        return build(self.session.radio.header, opcode, payload, marker=marker, table=table)
