"""What can go wrong on the air (ttlock-ble-protocol.md 10.4)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
import random


class Kind(StrEnum):
    """What happens to a piece of a frame, or to the link."""

    LOSE = "lose"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    """It arrives behind the piece that follows it."""
    TRUNCATE = "truncate"
    CORRUPT = "corrupt"
    DROP = "drop"
    """The link is gone."""


@dataclass(slots=True, kw_only=True)
class RadioFault:
    """A fault and when it strikes."""

    kind: Kind
    to_lock: bool = False
    """Whether it strikes what the client writes, or what the lock notifies."""
    opcode: int | None = None
    """Only while this request is written or answered."""
    piece: int | None = None
    """Only the piece of this number in its frame, from 0."""
    byte: int = 0
    """`DROP`: how many octets of the frame still arrive; all of them means that only the answer is lost.
    `TRUNCATE`: how many octets of the piece arrive. `CORRUPT`: which octet of the piece is damaged."""
    bit: int = 0
    skip: int = 0
    """So many occasions pass unharmed before the first."""
    times: int | None = 1
    """How often it strikes, without end for None."""
    chance: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a frame on its way."""

    data: bytes
    to_lock: bool
    opcode: int | None
    number: int
    offset: int
    total: int


@dataclass(slots=True)
class Outcome:
    """What becomes of a piece: what arrives, and whether the link breaks before or after that."""

    arriving: list[bytes]
    drop_before: bool = False
    drop_after: bool = False


@dataclass(slots=True)
class RadioFaults:
    """The faults in the way of one lock."""

    waiting: list[RadioFault] = field(default_factory=list)
    seed: int = 1
    struck: int = 0
    _held: dict[bool, bytes] = field(default_factory=dict)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        """Make the same dice in every run."""
        self._random = random.Random(self.seed)

    def add(self, fault: RadioFault) -> RadioFault:
        """Put a fault in the way."""
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Take all faults away."""
        self.waiting.clear()
        self._held.clear()

    def new_link(self) -> None:
        """Forget pieces that were held back on an earlier link."""
        self._held.clear()

    def strike(self, piece: Piece) -> Outcome:
        """Return what becomes of a piece."""
        outcome = Outcome([piece.data])
        if piece.to_lock in self._held:
            outcome.arriving.append(self._held.pop(piece.to_lock))
        for fault in self._matching(piece):
            if fault.kind is Kind.DROP:
                outcome.drop_before |= fault.byte < piece.offset + len(piece.data)
                outcome.drop_after = not outcome.drop_before
            elif fault.kind is Kind.REORDER:
                self._held[piece.to_lock] = piece.data
                outcome.arriving.remove(piece.data)
            else:
                outcome.arriving = [_damaged(fault, data) for data in outcome.arriving]
                if fault.kind is Kind.LOSE:
                    outcome.arriving.clear()
                elif fault.kind is Kind.DUPLICATE:
                    outcome.arriving *= 2
        return outcome

    def _matching(self, piece: Piece) -> Iterator[RadioFault]:
        for fault in list(self.waiting):
            if fault.to_lock != piece.to_lock or fault.opcode not in (None, piece.opcode):
                continue
            if fault.piece not in (None, piece.number) or not _reaches(fault, piece):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.chance < 1 and self._random.random() >= fault.chance:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
            self.struck += 1
            yield fault


def _reaches(fault: RadioFault, piece: Piece) -> bool:
    """Say whether a break falls into this piece, or right behind it at the end of the frame."""
    if fault.kind is not Kind.DROP:
        return True
    end = piece.offset + len(piece.data)
    return piece.offset <= fault.byte < end or (end >= piece.total and fault.byte >= end)


def _damaged(fault: RadioFault, data: bytes) -> bytes:
    if fault.kind is Kind.TRUNCATE:
        return data[: fault.byte]
    if fault.kind is Kind.CORRUPT and data:
        place = fault.byte % len(data)
        return data[:place] + bytes([data[place] ^ 1 << fault.bit % 8]) + data[place + 1 :]
    return data
