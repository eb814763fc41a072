"""What opens a lock over Bluetooth (ttlock-ble-protocol.md 4)."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import IntEnum
import struct
from typing import Final, NoReturn, Self, final, override

from ..errors import NotPermitted
from ..secret import Secret
from . import cipher
from .frame import DEFAULT_HEADER, Header
from .opcodes import VENDOR
from .operations.dates import end5, start5
from .operations.wire import decimal

WORD: Final = 1 << 32


class Role(IntEnum):
    """What a key lets its holder do, each more than the one before (7)."""

    READER = 0
    """State, clock, log and features: only the encryption is known."""
    USER = 1
    """Lock and unlock."""
    ADMIN = 2
    """Everything."""


def parse_aes_key(text: str) -> Secret:
    """Return the key of an `aesKeyStr` (4.2) as 32 hexadecimal digits; ValueError when it is none.

    Bytes are separated by commas or dots, sometimes without a leading zero, or not separated at all.
    """
    parts = [part.strip() for part in text.replace(".", ",").split(",")]
    try:
        key = bytes.fromhex(text.strip()) if len(parts) == 1 else bytes(int(part, 16) for part in parts)
    except ValueError:
        raise ValueError("not a key") from None
    if len(key) != cipher.KEY_LENGTH:
        raise ValueError("not a key")
    return Secret(key.hex())


def format_aes_key(key: Secret) -> str:
    """Return the `aesKeyStr` of a key."""
    return bytes.fromhex(key.reveal()).hex(",")


@final
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class LockKey:
    """The key of one lock, as the administrator or the holder of an ekey has it. It cannot be printed or stored."""

    address: str
    """In upper case with colons."""
    aes: Secret
    """Encrypts every frame: 32 hexadecimal digits, made by the lock when it is paired."""
    unlock: Secret | None = None
    """`unlockKey`, a 32-bit number in decimal digits; needed to lock and unlock."""
    admin: Secret | None = None
    """`adminPs`, a 32-bit number in decimal digits; only the administrator has it."""
    uid: int = 0
    """The account, as the lock writes it into its log."""
    flag: int = 0
    """`lockFlagPos`: a lock refuses keys with a lower one than it has seen."""
    start: datetime | None = None
    end: datetime | None = None
    """When the key opens; None means no limit."""
    zone: tzinfo = UTC
    """The time that the lock keeps."""
    header: Header = DEFAULT_HEADER

    @classmethod
    def unpaired(cls, address: str, header: Header | None = None) -> Self:
        """Return the key of a lock that belongs to nobody."""
        return cls(address=address, aes=Secret(cipher.DEFAULT_KEY.hex()), header=header or DEFAULT_HEADER)

    @property
    def role(self) -> Role:
        """Return what the key lets its holder do."""
        if self.unlock is None:
            return Role.READER
        return Role.USER if self.admin is None else Role.ADMIN

    @property
    def is_default(self) -> bool:
        """Return whether this is the vendor's key, that of a lock without an owner."""
        return self.aes == Secret(cipher.DEFAULT_KEY.hex())

    def encrypt(self, plain: bytes) -> bytes:
        """Return the ciphertext of a payload."""
        return cipher.encrypt(bytes.fromhex(self.aes.reveal()), plain)

    def decrypt(self, ciphertext: bytes) -> bytes:
        """Return a payload in clear; ValueError when it was not made with this key."""
        return cipher.decrypt(bytes.fromhex(self.aes.reveal()), ciphertext)

    def answer_to(self, token: int) -> int:
        """Return the proof that the unlock key is known: token and key, added within 32 bits (5.2, 5.4)."""
        return (token + _number(self.unlock)) % WORD

    def admin_check(self, flag: int | None = None) -> bytes:
        """Return the request of CHECK_ADMIN (5.2); a higher `flag` than that of the key resets all ekeys."""
        return struct.pack(">I", _number(self.admin)) + _u24(self.flag if flag is None else flag) + self._account()

    def user_check(self) -> bytes:
        """Return the request of CHECK_USER_TIME (5.3), with the period of this key and nothing wider."""
        return start5(self.start, self.zone) + end5(self.end, self.zone) + _u24(self.flag) + self._account()

    def owner(self) -> bytes:
        """Return the request of ADD_ADMIN (5.1), which makes both numbers known to the lock."""
        return struct.pack(">II", _number(self.admin), _number(self.unlock)) + VENDOR

    def permit(self, role: Role) -> None:
        """Refuse what the key does not allow; NotPermitted."""
        if self.role < role:
            raise NotPermitted("not_admin" if role is Role.ADMIN else "not_permitted")

    def with_header(self, header: Header) -> Self:
        """Return the same key for a lock of which more is known."""
        return replace(self, header=header)

    def _account(self) -> bytes:
        return (self.uid % WORD).to_bytes(4)

    @override
    def __repr__(self) -> str:
        return f"LockKey({self.role.name.lower()})"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a key is not pickled")


def _number(secret: Secret | None) -> int:
    if secret is None:
        raise ValueError("the key does not have this part")
    return decimal(secret) % WORD


def _u24(value: int) -> bytes:
    return (value & 0xFFFFFF).to_bytes(3)
