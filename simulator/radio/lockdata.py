"""``lockData``: what apps pass to the cloud and the cloud to apps (ttlock-ble-protocol.md 4.2, 4.4)."""

import base64
import binascii
from dataclasses import dataclass, field
import hashlib
import json
from typing import Any

from .codec import Header, Undecipherable, decode_field, encode_field, seal, unseal

ADMIN, USER = "110301", "110302"
_MAC_OCTETS = 6
_LEFT_OUT = 9
"""The character of the address that the key has not (4.4)."""


class NoLockData(ValueError):
    """The text is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What opens a lock over Bluetooth; unprintable."""

    aes_key: bytes
    admin_ps: int
    unlock_key: int

    def __repr__(self) -> str:
        """Show nothing."""
        return "<Keys>"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedLock:
    """What a client that paired a lock tells the cloud about it."""

    mac: str
    name: str
    keys: Keys
    flag: int
    feature_value: str
    no_key_pwd: str = field(repr=False)
    raw_offset: int
    """In seconds."""
    model: str
    hardware: str
    firmware: str


def aes_key_text(key: bytes) -> str:
    """Return the form of ``aesKeyStr``."""
    return ",".join(f"{octet:02x}" for octet in key)


def encode(mac: str, members: dict[str, Any]) -> str:
    """Return the text for a lock's address and members."""
    key = _key(mac)
    text = json.dumps(members, separators=(",", ":")).encode()
    return base64.b64encode(seal(text, key) + bytes.fromhex(mac.replace(":", ""))).decode()


def decode(text: str) -> dict[str, Any]:
    """Return the members of a text."""
    try:
        raw = base64.b64decode(text, validate=True)
        mac = ":".join(f"{octet:02X}" for octet in raw[-_MAC_OCTETS:])
        members = json.loads(unseal(raw[:-_MAC_OCTETS], _key(mac)))
    except (binascii.Error, ValueError, Undecipherable) as error:
        raise NoLockData from error
    if not isinstance(members, dict) or str(members.get("lockMac", "")).upper() != mac:
        raise NoLockData
    return members


def read(text: str) -> PairedLock:
    """Return what a client tells about a lock it paired."""
    members = decode(text)
    try:
        return PairedLock(
            mac=str(members["lockMac"]).upper(),
            name=str(members.get("lockName", "")),
            keys=Keys(
                aes_key=bytes(int(part, 16) for part in str(members["aesKeyStr"]).split(",")),
                admin_ps=int(decode_field(str(members["adminPwd"]))),
                unlock_key=int(decode_field(str(members["lockKey"]))),
            ),
            flag=int(members.get("lockFlagPos") or 0),
            feature_value=str(members.get("featureValue") or ""),
            no_key_pwd=decode_field(str(members.get("noKeyPwd") or "")),
            raw_offset=int(members.get("timezoneRawOffset") or 0) // 1000,
            model=str(members.get("modelNum") or ""),
            hardware=str(members.get("hardwareRevision") or ""),
            firmware=str(members.get("firmwareRevision") or ""),
        )
    except (KeyError, ValueError, binascii.Error, IndexError) as error:
        raise NoLockData from error


def version(header: Header) -> dict[str, int]:
    """Return ``lockVersion``."""
    return {
        "protocolType": header.protocol,
        "protocolVersion": header.version,
        "scene": header.scene,
        "groupId": header.group,
        "orgId": header.organisation,
    }


def secret_field(number: int, seed: bytes) -> str:
    """Return a number as the cloud shows it: ten digits, encoded with a seed that depends on nothing but the lock."""
    return encode_field(f"{number:010}", 1 + seed[0] % 127)


def password_information(seed: bytes, timestamp: int, year: int) -> str:
    """Return ``pwdInfo``: what lets the cloud work out passcodes (4.1, 4.4).

    The parts are ours, for the vendor's algorithm is not public; a client can only pass them on.
    """
    parts = []
    for index in range(10):
        digest = hashlib.sha256(seed + bytes([index])).digest()
        code, secret = int.from_bytes(digest[:2]) % 1071, int.from_bytes(digest[2:8]) % 10**10
        parts.append({"code": f"{code:04}", "secret": f"{secret:010}", "year": year + index})
    key = f"{timestamp:0<16}"[:16].encode()
    return base64.b64encode(seal(json.dumps(parts, separators=(",", ":")).encode(), key)).decode()


def _key(mac: str) -> bytes:
    return (mac[:_LEFT_OUT] + mac[_LEFT_OUT + 1 :]).encode()
