"""Motors that find out or are told which way a door opens (ttlock-ble-protocol.md 5.12, opcodes `8a` and `8c`)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from ...errors import BadReply
from ..opcodes import VENDOR
from .wire import Answer, Reader, percent, u16

FIND_DIRECTION: Final = VENDOR
UNLOCK_ANGLE: Final = 1
LOCK_ANGLE: Final = 2
AUTO_ANGLE: Final = 3
LATCH: Final = 4
ANGLES: Final = 5


class Search(IntEnum):
    """What the search for the direction came to."""

    WORKING = 1
    FAILED = 2
    LEFT = 3
    RIGHT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Angles:
    """At which angles a stick-on lock is open and shut. Two numbers of two bytes are a guess."""

    unlocked: int
    locked: int


def read_search(data: bytes) -> Search:
    """Read what the search for the direction came to."""
    reader = Reader(data)
    percent(reader.u8())
    try:
        return Search(reader.u8())
    except ValueError:
        raise BadReply from None


def learn(angle: int) -> bytes:
    """Return the request that takes the present position as an angle, or that has the lock find both."""
    return bytes((angle,))


def ask_angles() -> bytes:
    """Return the question for the angles."""
    return bytes((ANGLES,))


def read_angles(data: bytes) -> Angles:
    """Read the angles."""
    answer = Answer(data, ANGLES)
    return Angles(unlocked=answer.u16(), locked=answer.u16())


def latch(on: bool, delay: int, hold: int) -> bytes:
    """Return the request that has the latch drawn in: after how many seconds, and for how long."""
    return bytes((LATCH, on)) + u16(delay) + u16(hold)
