"""Frames on the wire (ttlock-ble-protocol.md 1.2, 1.3, 3.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
import struct
from typing import Final, Literal, NamedTuple

from .crc import crc8

MAGIC: Final = b"\x7f\x5a"
TERMINATOR: Final = b"\r\n"
PIECE: Final = 20
"""What fits into one write; locks are not known to take more, whatever was agreed (1.2)."""
MARKER: Final = 0xAA
"""The encrypt byte of every captured frame."""
_HEAD: Final = struct.Struct(">2sBBBHHBBB")
_CRC: Final = 1
MAX_FRAME: Final = _HEAD.size + 255 + _CRC + len(TERMINATOR)
MAX_PAYLOAD: Final = 112
"""The vendor's own clients read the length as a signed byte (3.5)."""


class Header(NamedTuple):
    """The version of a lock, which stands in every frame."""

    protocol_type: int = 5
    protocol_version: int = 3
    scene: int = 1
    group: int = 1
    organisation: int = 1


DEFAULT_HEADER: Final = Header()
"""What the vendor's apps send from the second frame on, and most locks answer to (3.2)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message, its payload encrypted."""

    header: Header
    opcode: int
    payload: bytes = b""
    marker: int = MARKER

    def encode(self) -> bytes:
        """Return the frame as it goes over the air, with its end."""
        if len(self.payload) > MAX_PAYLOAD:
            raise ValueError("longer than a lock can be expected to read")
        body = _HEAD.pack(MAGIC, *self.header, self.opcode, self.marker, len(self.payload)) + self.payload
        return body + bytes((crc8(body),)) + TERMINATOR


def pieces(data: bytes) -> Iterator[bytes]:
    """Cut a frame into what fits into single writes."""
    for begin in range(0, len(data), PIECE):
        yield data[begin : begin + PIECE]


class Reassembler:
    """Find frames in what a lock sends in pieces.

    A frame ends where its length says, since ciphertext may hold the bytes of the end as well. What only looks like the
    beginning of a frame holds up none that stands behind it. The buffer never grows beyond the longest frame.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buffer = bytearray()
        self.damaged = 0
        """How many beginnings of a frame came to nothing."""

    def __len__(self) -> int:
        """Return how many bytes wait for their rest."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """Take some bytes and return the frames that they complete."""
        frames: list[Frame] = []
        for begin in range(0, len(data), MAX_FRAME):
            self._buffer += data[begin : begin + MAX_FRAME]
            while (frame := self._next(TERMINATOR)) is not None:
                frames.append(frame)
        return frames

    def without_end(self) -> list[Frame]:
        """Return the frames that lack no more than their end, for when nothing has come for a while (1.3)."""
        frames: list[Frame] = []
        while (frame := self._next(b"")) is not None:
            frames.append(frame)
        return frames

    def _next(self, end: bytes) -> Frame | None:
        """Return the first whole frame; what cannot become one any more is dropped."""
        buffer = self._buffer
        waiting: int | None = None
        position = buffer.find(MAGIC)
        while position >= 0:
            whole = _frame_at(buffer, position, end)
            if isinstance(whole, Frame):
                self.damaged += waiting is not None
                del buffer[: position + _HEAD.size + len(whole.payload) + _CRC + len(end)]
                return whole
            if whole is None and waiting is None:
                waiting = position
            elif whole is False and waiting is None:
                self.damaged += 1
            position = buffer.find(MAGIC, position + len(MAGIC))
        # Without a frame that may go on, the first byte of one may be the last that came.
        del buffer[: len(buffer) - buffer.endswith(MAGIC[:1]) if waiting is None else waiting]
        return None


def _frame_at(buffer: bytearray, position: int, end: bytes) -> Frame | Literal[False] | None:
    """Return the frame that begins there, False when none does, None while that is open."""
    if len(buffer) - position < _HEAD.size:
        return None
    _, *header, opcode, marker, length = _HEAD.unpack_from(buffer, position)
    check = position + _HEAD.size + length
    stop = check + _CRC + len(end)
    if len(buffer) < stop:
        return None
    if not buffer.startswith(end, check + _CRC) or buffer[check] != crc8(buffer[position:check]):
        return False
    return Frame(Header(*header), opcode, bytes(buffer[position + _HEAD.size : check]), marker)
