"""The vectors of ttlock-ble-protocol.md 8 that are used in more than one place. All secrets are synthetic."""

import base64
from typing import Final

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble import cipher
from custom_components.ttlock.client.ble.frame import Header
from custom_components.ttlock.client.ble.key import LockKey

AES: Final = bytes.fromhex("a1b2c3d4e5f60718293a4b5c6d7e8f90")
ADDRESS: Final = "AA:BB:CC:11:22:33"
KEY: Final = LockKey(
    address=ADDRESS, aes=Secret(AES.hex()), unlock=Secret("0246813579"), admin=Secret("0135792468"), uid=1234567, flag=3
)
TOKEN: Final = 0x01020304
UNKNOWN_ACCOUNT: Final = LockKey(address=ADDRESS, aes=KEY.aes, unlock=KEY.unlock)
"""A key without account, counter and limits, as most public clients use one."""
OTHER_HEADER: Final = Header(5, 3, 2, 0x000A, 0x000C)


def packed(text: str, address: str = ADDRESS) -> Secret:
    """Return a text as `lockData`, independently of the product's own way."""
    mac = bytes.fromhex(address.replace(":", ""))
    key = (address[:9] + address[10:]).encode()
    return Secret(base64.b64encode(cipher.encrypt(key, text.encode()) + mac).decode())
