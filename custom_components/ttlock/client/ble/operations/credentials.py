"""What cards, fingerprints, faces, palms, QR codes and remotes have in common in a lock (ttlock-ble-protocol.md 5.9 to 5.15)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Final

from ...credentials import CredentialKind, Validity
from ...errors import BadReply, InvalidInput
from ...secret import Secret
from .dates import period, read_period
from .wire import Answer, Page, Reader, number, shown, u16, u32

ADD: Final = 2
DELETE: Final = 3
CLEAR: Final = 4
CHANGE: Final = 5
_KEYPAD: Final = 2
PERIOD_BYTES: Final = 10
ID_BYTES: Final = 6
"""The numbers of fingerprints, faces and palms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCredential:
    """A credential that the lock itself lists. Weekly windows are not in the list (5.11)."""

    kind: CredentialKind
    number: Secret
    validity: Validity


class EnrolmentStep(StrEnum):
    """How far the lock is with learning a credential that is shown to it."""

    READY = "ready"
    """It waits for the card, finger, face or palm."""
    PROGRESS = "progress"
    """A finger was taken up once more, or the reader says how to hold a face or palm."""
    TEMPLATE = "template"
    """It waits for a template instead."""
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """One step of learning a credential."""

    step: EnrolmentStep
    number: Secret | None = None
    """Under which the lock knows it from now on."""
    current: int | None = None
    total: int | None = None
    """How often a finger was taken up, and how often it has to be."""
    hint: int | None = None
    """What the reader says of a face or palm, see `biometrics`."""
    sequence: int = 0
    """With which packet a template begins."""
    packet_size: int = 0
    battery: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the requests of one kind of credential are spelled."""

    kind: CredentialKind
    encode: Callable[[Secret], bytes]
    decode: Callable[[bytes], Secret] = shown
    query: int = 1

    def ask(self, cursor: int) -> bytes:
        """Return the request for a page of the list."""
        return bytes((self.query,)) + u16(cursor)

    def add(self, digits: Secret, validity: Validity, zone: tzinfo) -> bytes:
        """Return the request that puts a known credential on the lock."""
        return bytes((ADD,)) + self.encode(digits) + period(validity, zone)

    def change(self, digits: Secret, validity: Validity, zone: tzinfo) -> bytes:
        """Return the request that changes when a credential opens."""
        return bytes((CHANGE,)) + self.encode(digits) + period(validity, zone)

    def delete(self, digits: Secret) -> bytes:
        """Return the request that takes a credential off the lock."""
        return bytes((DELETE,)) + self.encode(digits)

    def read(self, data: bytes, zone: tzinfo, width: Callable[[int], int]) -> Page[StoredCredential]:
        """Read a page of the list; `width` tells how long a number is from how much the page holds."""
        answer = Answer(data, self.query)
        cursor = answer.cursor()
        if cursor < 0 or not answer.left:
            return Page(entries=(), next=None, battery=answer.battery)
        size = width(answer.left)
        entries = []
        while answer.left:
            entries.append(self._entry(answer, size, zone))
        return Page(entries=tuple(entries), next=cursor if cursor > 0 else None, battery=answer.battery)

    def _entry(self, reader: Reader, size: int, zone: tzinfo) -> StoredCredential:
        return StoredCredential(
            kind=self.kind, number=self.decode(reader.take(size)), validity=read_period(reader, zone)
        )


def id_bytes(digits: Secret) -> bytes:
    """Return the number of a fingerprint, face or palm."""
    return number(digits, ID_BYTES)


def id_width(_: int) -> int:
    """Return the same for every page."""
    return ID_BYTES


def clear() -> bytes:
    """Return the request that takes all credentials of a kind off the lock."""
    return bytes((CLEAR,))


def enrol(*, at_keypad: bool = False) -> bytes:
    """Return the request to learn what is shown to the lock, or to its wireless keypad."""
    return bytes((ADD, _KEYPAD)) if at_keypad else bytes((ADD,))


def common_step(answer: Answer, status: int) -> Enrolment:
    """Read the steps that all readers of fingers, faces and palms tell alike."""
    match status:
        case 1:
            return Enrolment(step=EnrolmentStep.DONE, number=answer.number(ID_BYTES), battery=answer.battery)
        case 4:
            return Enrolment(
                step=EnrolmentStep.TEMPLATE,
                sequence=answer.u16(),
                packet_size=answer.u16(),
                battery=answer.battery,
            )
        case _:
            raise BadReply


def template_head(template: bytes, number_of_template: int, validity: Validity, zone: tzinfo) -> bytes:
    """Return the request that announces a template: its size and the sum of its bytes (5.10)."""
    if not template:
        raise InvalidInput("out_of_range")
    return (
        bytes((ADD,))
        + u32(number_of_template)
        + u16(len(template))
        + u16(sum(template) & 0xFFFF)
        + period(validity, zone)
    )


def template_packets(template: bytes, operation: int, first: int, size: int) -> tuple[bytes, ...]:
    """Return the requests that carry a template, in packets of the size that the lock asked for."""
    if not 0 < size <= MAX_PACKET:
        raise BadReply
    return tuple(
        bytes((operation,)) + u16(first + index) + template[at : at + size]
        for index, at in enumerate(range(0, len(template), size))
    )


MAX_PACKET: Final = 108
"""More would not fit into the longest frame (3.5): operation and sequence come on top."""
