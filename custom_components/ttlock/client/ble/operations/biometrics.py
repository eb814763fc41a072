"""Faces and palms of newer locks (ttlock-ble-protocol.md 5.15); known from the vendor's client only."""

from enum import IntEnum
from typing import Final

from ...credentials import CredentialKind
from .credentials import ADD, Enrolment, EnrolmentStep, Style, common_step, id_bytes
from .wire import Answer

PACKET: Final = 6

FACES: Final = Style(kind=CredentialKind.FACE, encode=id_bytes)
PALMS: Final = Style(kind=CredentialKind.PALM_VEIN, encode=id_bytes)


class FaceHint(IntEnum):
    """What the reader says while it looks at a face."""

    OK = 0
    NO_FACE = 1
    TOO_HIGH = 2
    TOO_LOW = 3
    TOO_FAR_LEFT = 4
    TOO_FAR_RIGHT = 5
    TOO_FAR = 6
    TOO_NEAR = 7
    EYEBROWS_COVERED = 8
    EYES_COVERED = 9
    FACE_COVERED = 10
    WRONG_DIRECTION = 11
    EYES_OPENING = 12
    EYES_CLOSED = 13
    EYES_NOT_FOUND = 14
    TURN_LEFT = 15
    TURN_RIGHT = 16
    RAISE_HEAD = 17
    LOWER_HEAD = 18
    TILT_LEFT = 19
    TILT_RIGHT = 20


class PalmHint(IntEnum):
    """What the reader says while it looks at a palm."""

    NO_PALM = 1
    UNSURE = 2
    UNSURE_STILL = 3
    ROLLED = 4
    LEANING = 5
    COVERED = 6
    BLURRED = 7
    BACK_OF_HAND = 8


def read_enrolment(data: bytes) -> Enrolment:
    """Read a step of learning a face or palm; a hint that is not in the tables is handed on as it is."""
    answer = Answer(data, ADD)
    match status := answer.u8():
        case 2:
            return Enrolment(step=EnrolmentStep.READY, battery=answer.battery)
        case 3:
            return Enrolment(step=EnrolmentStep.PROGRESS, hint=answer.u8(), battery=answer.battery)
        case _:
            return common_step(answer, status)
