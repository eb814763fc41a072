"""Frames, their check value and their cipher, as a lock speaks them (ttlock-ble-protocol.md 3, 4.3).

Deliberately written anew: sharing this with a client would let both be wrong together.
"""

import base64
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

DEFAULT_KEY = bytes.fromhex("987623e8a923a1bb3d9e7d0378124588")
VENDOR = b"SCIENER"
MAGIC = b"\x7f\x5a"
TERMINATOR = b"\r\n"
MARKER = 0xAA
RESPONSE = 0x54
HEAD = 12
BLOCK = 16
LONGEST = HEAD + 255 + 1 + len(TERMINATOR)


def _table() -> bytes:
    entries = bytearray()
    for index in range(256):
        value = index
        for _ in range(8):
            value = value >> 1 ^ (0x8C if value & 1 else 0)
        entries.append(value)
    return bytes(entries)


TEXTBOOK = _table()
ALTERED = TEXTBOOK[:33] + b"\x07" + TEXTBOOK[34:]
"""What the vendor's library holds: one entry differs from the textbook (3.3)."""


class Undecipherable(Exception):
    """The payload was not made with this key."""


def crc(data: bytes, table: bytes = ALTERED) -> int:
    """Return the check value of a frame."""
    value = 0
    for octet in data:
        value = table[value ^ octet]
    return value


def seal(plain: bytes, key: bytes) -> bytes:
    """Encrypt; the key is the initial value, too."""
    padding = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key)).encryptor()
    return encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()


def unseal(data: bytes, key: bytes) -> bytes:
    """Decrypt; nothing stays nothing."""
    if not data:
        return b""
    if len(data) % BLOCK:
        raise Undecipherable
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key)).decryptor()
    plain = decryptor.update(data) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise Undecipherable
    return plain[:-padding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The version of a lock, which stands in its frames."""

    protocol: int = 5
    version: int = 3
    scene: int = 2
    group: int = 10
    organisation: int = 34

    def encode(self) -> bytes:
        """Return its octets."""
        return bytes((self.protocol, self.version, self.scene)) + self.group.to_bytes(2) + self.organisation.to_bytes(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame as it came in; the check value is the receiver's to judge."""

    header: bytes
    opcode: int
    marker: int
    payload: bytes
    check: int
    checked: bytes
    """What the check value covers."""

    def intact(self, *, forgive_textbook: bool) -> bool:
        """Say whether the check value fits; a textbook one may be forgiven."""
        return self.check == crc(self.checked) or (forgive_textbook and self.check == crc(self.checked, TEXTBOOK))


def build(header: Header, opcode: int, payload: bytes, *, marker: int = MARKER, table: bytes = ALTERED) -> bytes:
    """Return a frame with its terminator."""
    body = MAGIC + header.encode() + bytes((opcode, marker, len(payload))) + payload
    return body + bytes([crc(body, table)]) + TERMINATOR


class Intake:
    """Puts frames together out of what is written, by their length and never by their terminator."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._buffer = b""

    def feed(self, piece: bytes) -> list[Frame]:
        """Take a piece and return the frames it completed."""
        self._buffer += piece
        frames: list[Frame] = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        self._buffer = self._buffer[-LONGEST:]
        return frames

    def _next(self) -> Frame | None:
        while True:
            start = self._buffer.find(MAGIC)
            if start < 0:
                self._buffer = self._buffer[-1:] if self._buffer.endswith(MAGIC[:1]) else b""
                return None
            self._buffer = self._buffer[start:]
            if len(self._buffer) < HEAD:
                return None
            end = HEAD + self._buffer[HEAD - 1] + 1
            if len(self._buffer) < end + len(TERMINATOR):
                return None
            if self._buffer[end : end + len(TERMINATOR)] != TERMINATOR:
                # This was no beginning, or the frame is damaged: look for the next one.
                self._buffer = self._buffer[len(MAGIC) :]
                continue
            raw, self._buffer = self._buffer[:end], self._buffer[end + len(TERMINATOR) :]
            return Frame(
                header=raw[2:9],
                opcode=raw[9],
                marker=raw[10],
                payload=raw[HEAD:-1],
                check=raw[-1],
                checked=raw[:-1],
            )


def encode_field(text: str, seed: int) -> str:
    """Return a secret as the cloud shows it (4.3); the seed is between 1 and 127."""
    plain = text.encode("latin1")
    mask = seed ^ ALTERED[len(plain) & 0xFF]
    octets = [octet ^ mask for octet in plain] + [seed]
    return base64.b64encode(",".join(str(octet) for octet in octets).encode()).decode()


def decode_field(field: str) -> str:
    """Return a secret out of its form in the cloud; what has ten characters or fewer is plain already."""
    if len(field) <= 10:
        return field
    octets = [int(part) & 0xFF for part in base64.b64decode(field).decode().split(",") if part]
    mask = octets[-1] ^ ALTERED[(len(octets) - 1) & 0xFF]
    return bytes(octet ^ mask for octet in octets[:-1]).decode("latin1")


def key_that_yields_terminator(plain: bytes) -> bytes:
    """Return a key under which the ciphertext of a text contains the terminator, to test who looks for it."""
    number = 0
    while True:
        key = number.to_bytes(BLOCK)
        if TERMINATOR in seal(plain, key):
            return key
        number += 1
