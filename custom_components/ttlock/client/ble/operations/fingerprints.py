"""Fingerprints (ttlock-ble-protocol.md 5.10)."""

from typing import Final

from ...credentials import CredentialKind
from ...errors import BadReply
from .credentials import ADD, ID_BYTES, Enrolment, EnrolmentStep, Style, id_bytes
from .wire import Answer

QUERY: Final = 6
PACKET: Final = 7
KEYPAD: Final = 2

STYLE: Final = Style(kind=CredentialKind.FINGERPRINT, encode=id_bytes, query=QUERY)


def enrol(*, at_keypad: bool = False) -> bytes:
    """Return the request to learn the finger that is laid on the lock, or on its wireless keypad."""
    return bytes((ADD, KEYPAD)) if at_keypad else bytes((ADD,))


def read_enrolment(data: bytes) -> Enrolment:
    """Read a step of learning a finger."""
    answer = Answer(data, ADD)
    match answer.u8():
        case 1:
            return Enrolment(step=EnrolmentStep.DONE, number=answer.number(ID_BYTES), battery=answer.battery)
        case 2:
            presses = answer.u8() if answer.left else None
            return Enrolment(step=EnrolmentStep.READY, total=presses, battery=answer.battery)
        case 3:
            return Enrolment(
                step=EnrolmentStep.PROGRESS, current=answer.u8(), total=answer.u8(), battery=answer.battery
            )
        case 4:
            return Enrolment(
                step=EnrolmentStep.TEMPLATE,
                sequence=answer.u16(),
                packet_size=answer.u16(),
                battery=answer.battery,
            )
        case _:
            raise BadReply
