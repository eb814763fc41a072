"""Somebody at the door shows the lock a new card, finger, face or palm (ttlock-ble-protocol.md 5.9, 5.10, 5.15)."""

from collections.abc import Callable

from ..credentials import Credential, CredentialKind
from ..lock import LockRefused, Refusal
from .session import Code, Refused, Session

ADD, DONE = 2, 1
READY, PROGRESS = 2, 3
_COLLECTION_OK = 0
_PRESSED = frozenset({CredentialKind.FINGERPRINT})


class Enrolling:
    """One enrolment, from "ready" to the number; it ends with the link at the latest."""

    def __init__(
        self,
        opcode: int,
        kind: CredentialKind,
        octets: Callable[[str], bytes],
        session: Session,
    ) -> None:
        """Make the lock wait for somebody."""
        self._opcode = opcode
        self._kind = kind
        self._octets = octets
        self._session = session
        self._how = session.radio.fidelity.enrolment
        self._steps = self._how.presses if kind is not CredentialKind.CARD else 0
        self._taken = 0
        self._over = False

    def begin(self) -> bytes:
        """Say that the lock is ready, and let the rest follow."""
        session = self._session
        if session.radio.present is not None:
            raise Refused(Code.FAILED)
        session.radio.present = self._present
        if self._how.by_itself:
            session.later(self._how.seconds, self._next)
        else:
            session.later(self._how.patience, self._give_up, patient=True)
        presses = bytes([self._steps]) if self._kind in _PRESSED else b""
        return bytes([READY]) + presses

    def _next(self) -> None:
        if self._over:
            return
        self._present("")
        if not self._over:
            self._session.soon(self._how.seconds, self._next)

    def _present(self, number: str) -> None:
        """Take one press, look or card."""
        if self._over:
            return
        session = self._session
        if self._taken < self._steps:
            self._taken += 1
            progress = bytes((self._taken, self._steps)) if self._kind in _PRESSED else bytes([_COLLECTION_OK])
            self._tell(bytes([PROGRESS]) + progress)
            if self._taken < self._steps:
                return
        self._finish()
        number = number or self._new_number()
        if self._kind is CredentialKind.CARD and number in session.lock.cards:
            # The same card again is no mistake: its number comes back.
            self._tell(bytes([DONE]) + self._octets(number))
            return
        session.handling = True
        try:
            session.lock.command_store(self._kind, Credential(number=number))
        except LockRefused as refused:
            code = Code.FULL if refused.refusal is Refusal.STORAGE_FULL else Code.FAILED
            session.refuse(self._opcode, code)
        else:
            self._tell(bytes([DONE]) + self._octets(number))
        finally:
            session.handling = False

    def _tell(self, body: bytes) -> None:
        self._session.push(self._opcode, self._session.battery() + bytes([ADD]) + body)

    def _give_up(self) -> None:
        """Stop waiting, without a word (9.3)."""
        if not self._over and not self._taken:
            self._finish()

    def _finish(self) -> None:
        self._over = True
        self._session.radio.present = None

    def _new_number(self) -> str:
        size = 4 if self._kind is CredentialKind.CARD else 6
        return str(int.from_bytes(self._session.radio.draw(size)))
