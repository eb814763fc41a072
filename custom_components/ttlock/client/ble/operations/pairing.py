"""Becoming the owner of a lock, and giving it back (ttlock-ble-protocol.md 5.1 and 5.16)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ...errors import BadReply
from ...secret import Secret
from ..opcodes import VENDOR
from .wire import Reader, percent

GET_AES_KEY: Final = VENDOR
GET_RANDOM_CODE: Final = VENDOR
ENTER_DFU: Final = VENDOR
AES_KEY_BYTES: Final = 16
TIME_BYTES: Final = 4


class Touch(IntEnum):
    """What a lock without an owner says while somebody is to touch it."""

    WAITING = 1
    TOUCHED = 2


@dataclass(frozen=True, slots=True)
class ResetChallenge:
    """What a lock hands out to be reset with a code of the manufacturer."""

    random: bytes


def read_aes_key(data: bytes) -> Secret:
    """Read the key that the lock made, as hexadecimal digits."""
    if len(data) != AES_KEY_BYTES:
        raise BadReply
    return Secret(data.hex())


def check_owner(data: bytes) -> None:
    """Check that the lock understood under its new key; BadReply when it said something else."""
    if data != VENDOR:
        raise BadReply


def read_challenge(data: bytes) -> ResetChallenge:
    """Read what the manufacturer computes its code from."""
    reader = Reader(data)
    percent(reader.u8())
    return ResetChallenge(reader.rest())


def reset_by_code(challenge: ResetChallenge, code: bytes) -> bytes:
    """Return the request that resets a lock; in which form the manufacturer gives its code is not known."""
    return challenge.random + code


def verify(now: float) -> bytes:
    """Return the request to tell when the lock is touched."""
    return int(now).to_bytes(TIME_BYTES)


def read_touch(data: bytes) -> Touch:
    """Read whether the lock was touched."""
    reader = Reader(data)
    percent(reader.u8())
    try:
        return Touch(reader.u8())
    except ValueError:
        raise BadReply from None
