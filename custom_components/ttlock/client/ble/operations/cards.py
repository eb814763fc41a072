"""IC cards (ttlock-ble-protocol.md 5.9)."""

from typing import Final

from ...credentials import CredentialKind
from ...errors import BadReply
from ...secret import Secret
from .credentials import ADD, PERIOD_BYTES, Enrolment, EnrolmentStep, Style
from .wire import Answer, decimal, shown, unsigned

SHORT: Final = 4
LONG: Final = 8
_FILLED: Final = b"\xff" * 4
"""Behind a short number that the lock gives in eight bytes."""


def encode(digits: Secret) -> bytes:
    """Return the number of a card: four bytes, or eight where it needs them.

    The vendor's clients count decimal digits, which cuts ten-digit numbers that do not fit into four bytes.
    """
    value = decimal(digits)
    return unsigned(value, SHORT if value < 1 << 32 else LONG)


def width(size: int) -> int:
    """Return how long the numbers in a page are; several long ones in one page are a guess (5.9)."""
    short, long = SHORT + PERIOD_BYTES, LONG + PERIOD_BYTES
    return LONG if size == long or (size % short and not size % long) else SHORT


def read_enrolment(data: bytes) -> Enrolment:
    """Read a step of learning a card."""
    answer = Answer(data, ADD)
    match answer.u8():
        case 1:
            return Enrolment(step=EnrolmentStep.DONE, number=read_number(answer.rest()), battery=answer.battery)
        case 2:
            return Enrolment(step=EnrolmentStep.READY, battery=answer.battery)
        case _:
            raise BadReply


def read_number(data: bytes) -> Secret:
    """Return the number of a card of either length."""
    if len(data) == LONG and data.endswith(_FILLED):
        data = data[:SHORT]
    if len(data) not in (SHORT, LONG):
        raise BadReply
    return shown(data)


STYLE: Final = Style(kind=CredentialKind.CARD, encode=encode, decode=read_number)
