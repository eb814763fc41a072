"""One conversation: what the lock remembers of a client while the link is open (ttlock-ble-protocol.md 10.1, 10.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

from ..lock import VirtualLock
from .lockdata import Keys

if TYPE_CHECKING:
    from .credentials import Template
    from .lockradio import LockRadio


class Code(IntEnum):
    """Why the lock refuses (6.3)."""

    CRC = 0x01
    NO_PERMISSION = 0x02
    WRONG_ADMIN = 0x03
    NO_SPACE = 0x04
    NO_ADMIN = 0x06
    NOT_IN_SETTING_MODE = 0x07
    WRONG_DYNAMIC_CODE = 0x08
    FLAG_TOO_LOW = 0x0D
    EXPIRED = 0x0E
    PASSCODE_LENGTH = 0x0F
    SAME_AS_DELETE_CODE = 0x10
    NOT_YET_VALID = 0x11
    FAILED = 0x13
    PASSCODE_EXISTS = 0x14
    PASSCODE_MISSING = 0x15
    FULL = 0x16
    INVALID_LENGTH = 0x17
    CARD_MISSING = 0x18
    FINGERPRINT_DUPLICATE = 0x19
    FINGERPRINT_MISSING = 0x1A
    INVALID_COMMAND = 0x1B
    FROZEN = 0x1C
    INVALID_VENDOR = 0x1D
    DOUBLE_LOCKED = 0x1E
    RECORD_MISSING = 0x1F
    INVALID_PARAMETER = 0x20
    RECEIVED = 0x24
    WIFI_NAME = 0x25
    WIFI_PASSWORD = 0x26
    QR_EXISTS = 0x27


class Refused(Exception):
    """The lock answers with an error code."""

    def __init__(self, code: Code) -> None:
        """Keep the code."""
        super().__init__(code.name)
        self.code = code


class Level(IntEnum):
    """How far the client has shown who it is."""

    NONE = 0
    USER = 1
    ADMIN = 2


class Access(IntEnum):
    """What a request needs (7)."""

    FREE = 0
    """The key alone."""
    USER = 1
    """`55` or `41`."""
    PROVED = 2
    """The same and `30`."""
    ADMIN = 3
    """`41` and `30`."""


class Channel(Protocol):
    """What a session asks of its link."""

    def push(self, opcode: int, data: bytes) -> None:
        """Send a frame that nobody asked for."""
        ...

    def refuse(self, opcode: int, code: Code) -> None:
        """Send a refusal some time after the request."""
        ...

    def later(self, seconds: float, act: Callable[[], None], *, patient: bool = False) -> None:
        """Let something follow the reply to the request that is being handled; see `RadioTime` for patience."""
        ...

    def soon(self, seconds: float, act: Callable[[], None]) -> None:
        """Let something happen in a while, unless the link is gone by then."""
        ...


class Session:
    """What was said so far on one link."""

    def __init__(self, radio: LockRadio, channel: Channel) -> None:
        """Start knowing nothing of the client."""
        self.radio = radio
        self.push = channel.push
        self.refuse = channel.refuse
        self.later = channel.later
        self.soon = channel.soon
        self.token: int | None = None
        self.level = Level.NONE
        self.proved = False
        self.uid = 0
        self.offered: bytes | None = None
        """The key a lock that is being paired has given away."""
        self.adopted: Keys | None = None
        """What it will belong to once the client is finished."""
        self.template: Template | None = None
        """A finger or face that comes as data."""
        self.handling = False
        """A request is being handled: what happens to the lock is its doing, and needs no push."""
        self.ends = False
        """The link is to go down after the reply."""

    @property
    def lock(self) -> VirtualLock:
        """Return the lock the client talks to."""
        return self.radio.lock

    @property
    def key(self) -> bytes:
        """Return the key of the conversation: the lock's own once it has one."""
        return self.offered or self.radio.key

    def greet(self, level: Level, uid: int) -> bytes:
        """Let a client in and return the new token."""
        self.token = int.from_bytes(self.radio.draw(4))
        self.level, self.uid, self.proved = level, uid, False
        return self.token.to_bytes(4)

    def check_sum(self, octets: bytes) -> None:
        """Refuse a client that does not know token and unlock key (5.2, 5.4)."""
        if self.token is None:
            raise Refused(Code.NO_PERMISSION)
        if int.from_bytes(octets[:4]) != (self.token + self.radio.keys.unlock_key) % 2**32:
            raise Refused(Code.WRONG_DYNAMIC_CODE)

    def require(self, access: Access) -> None:
        """Refuse a request the client has not shown the right for."""
        if access is Access.FREE:
            return
        if access is Access.ADMIN and self.radio.fidelity.admin_without_admin:
            access = Access.USER
        needs = Level.ADMIN if access is Access.ADMIN else Level.USER
        if self.level < needs or (access > Access.USER and not self.proved):
            raise Refused(Code.NO_PERMISSION)

    def battery(self) -> bytes:
        """Return the octet most replies start with."""
        return bytes([self.lock.battery])


type Handler = Callable[[Session, bytes], bytes | None]
"""Takes the request's data and returns the reply's; None for an answer without a payload (3.6)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the decision table."""

    handler: Handler
    access: Access = Access.ADMIN
    features: tuple[int, ...] = ()
    """What the lock must have; of several any one."""
    frozen: bool = False
    """A frozen lock does it, too."""
    own_opcode: bool = False
    """The reply carries the opcode of the request (3.6)."""
    default_key: bool = False
    """Always spoken under the default key."""
    unpaired: bool = False
    """A lock that belongs to nobody does it, too."""
