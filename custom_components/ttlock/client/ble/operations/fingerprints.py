"""Fingerprints (ttlock-ble-protocol.md 5.10)."""

from typing import Final

from ...credentials import CredentialKind
from .credentials import ADD, Enrolment, EnrolmentStep, Style, common_step, id_bytes
from .wire import Answer

QUERY: Final = 6
PACKET: Final = 7

STYLE: Final = Style(kind=CredentialKind.FINGERPRINT, encode=id_bytes, query=QUERY)


def read_enrolment(data: bytes) -> Enrolment:
    """Read a step of learning a finger."""
    answer = Answer(data, ADD)
    match status := answer.u8():
        case 2:
            presses = answer.u8() if answer.left else None
            return Enrolment(step=EnrolmentStep.READY, total=presses, battery=answer.battery)
        case 3:
            return Enrolment(
                step=EnrolmentStep.PROGRESS, current=answer.u8(), total=answer.u8(), battery=answer.battery
            )
        case _:
            return common_step(answer, status)
