"""The vendor's disguise of numbers and digits that leave its app (ttlock-ble-protocol.md 4.3)."""

import base64
import binascii
from typing import Final

from ..secret import Secret
from .crc import TABLE

_PLAIN_LENGTH: Final = 10
"""Fields that are not longer than this are not disguised."""


def unscramble(data: bytes) -> bytes:
    """Return the bytes behind the disguise; the last byte is its seed."""
    if not data:
        raise ValueError("no seed")
    count = len(data) - 1
    mask = data[-1] ^ TABLE[count & 0xFF]
    return bytes(byte ^ mask for byte in data[:-1])


def scramble(plain: bytes, seed: int) -> bytes:
    """Return the bytes in disguise."""
    mask = seed ^ TABLE[len(plain) & 0xFF]
    return bytes(byte ^ mask for byte in plain) + bytes((seed,))


def decode_field(field: str) -> Secret:
    """Return the digits of a field such as `lockKey`; ValueError when it holds none."""
    digits = field if len(field) <= _PLAIN_LENGTH else _revealed(field)
    if digits and not (digits.isascii() and digits.isdigit()):
        raise ValueError("no digits")
    return Secret(digits)


def _revealed(field: str) -> str:
    try:
        numbers = base64.b64decode(field, validate=True).decode("ascii").split(",")
        return unscramble(bytes(int(number) & 0xFF for number in numbers)).decode("ascii")
    except binascii.Error, UnicodeDecodeError, ValueError:
        raise ValueError("not a field of the vendor") from None


def encode_field(digits: Secret, seed: int) -> str:
    """Return digits as the vendor's own apps write them; `seed` is a random number of 1 to 127."""
    scrambled = scramble(digits.reveal().encode("ascii"), seed)
    field = base64.b64encode(",".join(str(byte) for byte in scrambled).encode("ascii")).decode("ascii")
    return field if len(field) > _PLAIN_LENGTH else digits.reveal()
