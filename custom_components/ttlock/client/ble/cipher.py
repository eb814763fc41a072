"""The encryption of frames: AES-128-CBC with the key as its own start, and no authentication (ttlock-ble-protocol.md 3.4)."""

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_LENGTH: Final = 16
BLOCK: Final = 16
DEFAULT_KEY: Final = bytes.fromhex("987623e8a923a1bb3d9e7d0378124588")
"""The vendor's key, known to everyone: a lock that belongs to nobody has no other."""


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES128(key), modes.CBC(key))


def encrypt(key: bytes, plain: bytes) -> bytes:
    """Return the ciphertext; nothing becomes one block of padding."""
    missing = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(key).encryptor()
    return encryptor.update(plain + bytes((missing,)) * missing) + encryptor.finalize()


def decrypt(key: bytes, ciphertext: bytes) -> bytes:
    """Return the plaintext; ValueError when these bytes were not made with this key."""
    if not ciphertext or len(ciphertext) % BLOCK:
        raise ValueError("not a number of blocks")
    decryptor = _cipher(key).decryptor()
    padded = decryptor.update(ciphertext) + decryptor.finalize()
    length = padded[-1]
    if not 1 <= length <= BLOCK or padded[-length:] != bytes((length,)) * length:
        raise ValueError("wrong padding")
    return padded[:-length]
