"""Hotel data of a lock (ttlock-ble-protocol.md 5.15, opcode `64`)."""

from enum import IntEnum
from typing import Final

from ...errors import BadReply, InvalidInput
from ...secret import Secret
from .wire import MODIFY, QUERY, Answer, sized


class HotelData(IntEnum):
    """What hotel software writes into a lock."""

    CARD_KEY = 1
    AES_KEY = 2
    PLACE = 3
    """Hotel, building and floor."""
    SECTORS = 4
    FLOORS = 5
    LIFT_MODE = 6
    POWER_MODE = 7
    LOCK_ADDRESS = 8


SIZES: Final = {
    HotelData.CARD_KEY: 6,
    HotelData.AES_KEY: 16,
    HotelData.PLACE: 5,
    HotelData.SECTORS: 2,
    HotelData.LIFT_MODE: 9,
    HotelData.POWER_MODE: 1,
    HotelData.LOCK_ADDRESS: 6,
}


def ask(what: HotelData) -> bytes:
    """Return the question for a value."""
    return QUERY + bytes((what,))


def write(what: HotelData, hexadecimal: Secret) -> bytes:
    """Return the request that sets a value; InvalidInput when it is none, or has another size than it must."""
    try:
        value = bytes.fromhex(hexadecimal.reveal())
    except ValueError:
        raise InvalidInput("out_of_range") from None
    if len(value) != SIZES.get(what, len(value)):
        raise InvalidInput("out_of_range")
    return MODIFY + bytes((what,)) + sized(value)


def read(data: bytes, what: HotelData) -> Secret:
    """Read a value, in hexadecimal digits; keys are among them.

    That it comes back as it is written, behind its number and length, is a guess.
    """
    answer = Answer(data, QUERY[0])
    if answer.u8() != what:
        raise BadReply
    return Secret(answer.take(answer.u8()).hex())
