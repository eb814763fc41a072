"""What the operations of a lock need of a connection to it."""

from collections.abc import AsyncGenerator, Callable
from enum import IntEnum
from typing import Final, Protocol

from .key import LockKey, Role
from .opcodes import Opcode

TOKEN_BYTES: Final = 4
"""What a handshake is answered with."""


class Access(IntEnum):
    """What a request needs before it (ttlock-ble-protocol.md 7)."""

    KEY = 0
    """Nothing: the encryption is enough."""
    USER = 1
    """CHECK_USER_TIME."""
    PROVED_USER = 2
    """CHECK_USER_TIME and CHECK_RANDOM."""
    ADMIN = 3
    """CHECK_ADMIN."""
    PROVED = 4
    """CHECK_ADMIN and CHECK_RANDOM."""

    @property
    def role(self) -> Role:
        """Return whose key is needed for it."""
        match self:
            case Access.KEY:
                return Role.READER
            case Access.USER | Access.PROVED_USER:
                return Role.USER
            case _:
                return Role.ADMIN

    @property
    def is_proved(self) -> bool:
        """Return whether CHECK_RANDOM is part of it."""
        return self in (Access.PROVED_USER, Access.PROVED)


class Conversation(Protocol):
    """Ask one lock, one request at a time."""

    key: LockKey
    """Pairing puts the new key here; the group and organisation of the lock are learnt from its first reply."""

    async def request(
        self,
        opcode: Opcode,
        data: bytes | Callable[[int], bytes] = b"",
        *,
        access: Access = Access.KEY,
        control: bool = False,
    ) -> bytes:
        """Send one request and return what the reply holds behind its status, battery byte included.

        Where `data` depends on the session, it is a function of the number that proves the unlock key
        (`LockKey.answer_to`); this needs an access beyond KEY. `control` means that the lock changes something: once
        the frame has been written it is never sent again, and a lost reply raises OutcomeUnknown. Everything else may
        be sent again, and may raise a BluetoothError when that did not help. A refusal raises its typed error, a key
        that is too small for the access NotPermitted before anything is sent.
        """

    def follow(
        self,
        opcode: Opcode,
        data: bytes = b"",
        *,
        access: Access = Access.PROVED,
        timeout: float,
    ) -> AsyncGenerator[bytes]:
        """Send one request, once, and yield what each reply to it holds, until closed (`contextlib.aclosing`).

        For what a lock reports over time, such as an enrolment; `timeout` is the longest silence, which raises NoReply.
        Closing it also ends the connection, since a lock may go on reporting.
        """
