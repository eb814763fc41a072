"""The check byte of a frame (ttlock-ble-protocol.md 3.3)."""

from typing import Final


def _table() -> bytes:
    table = bytearray()
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x8C if value & 1 else 0)
        table.append(value)
    # Every lock has this one entry altered; with the textbook's 7d it takes part of the frames for damaged.
    table[33] = 0x07
    return bytes(table)


TABLE: Final = _table()


def crc8(data: bytes | bytearray) -> int:
    """Return the check byte of some bytes."""
    crc = 0
    for byte in data:
        crc = TABLE[crc ^ byte]
    return crc
