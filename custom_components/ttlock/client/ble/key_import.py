"""Keys as other programs keep them, so that nobody has to pair a lock again."""

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
import json
import re
from typing import Any, Final

from .. import parse
from ..errors import KeyInvalid
from ..features import Features
from ..secret import Secret
from .codec import decode_field
from .key import WORD, LockKey, parse_aes_key
from .lock_data import LockData, key_from_cloud

_ADDRESS: Final = re.compile(r"(?:[0-9A-F]{2}[:-]?){5}[0-9A-F]{2}", re.IGNORECASE)
_AES_SEPARATORS: Final = re.compile(r"[\s:;-]+")
_DEEPEST: Final = 12
"""How many brackets around a key are looked into: the storage of Home Assistant has five."""


class NoKey(ValueError):
    """What was given is not a key; `reason` is a word that callers translate. Says nothing of what was given."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundKey:
    """One key that was found."""

    data: LockData
    lock_id: int | None
    """The number that the cloud knows the lock by, where the other program had it from there."""


def find_keys(text: Secret, *, zone: tzinfo, now: datetime) -> tuple[FoundKey, ...]:
    """Return the keys in a text: a `lockData`, or JSON with keys at any depth; NoKey when there is none.

    Known are the entries of the integration `ttlock_ble` (ttlock-ble-protocol.md 4.5), the file of kind3r's add-on, and
    whatever holds a `lockData`. `zone` is that of a lock of which nothing is said.
    """
    stripped = text.reveal().strip()
    try:
        value = json.loads(stripped)
    except ValueError:
        # The only form that is not JSON; it may have been broken into lines.
        value = {"lockData": "".join(stripped.split())}
    except RecursionError:
        value = None
    found = list(_in_json(value, zone, now, 0))
    if not found:
        raise NoKey("no_key_found")
    # The last of several keys of a lock is the one that was added last.
    return tuple({item.data.address: item for item in found}.values())


def typed_key(address: str, aes: Secret, unlock: Secret | None, admin: Secret | None, *, zone: tzinfo) -> LockKey:
    """Return the key that somebody typed; NoKey says which part is none."""
    if (read := _address(address)) is None:
        raise NoKey("address_invalid")
    try:
        aes = parse_aes_key(_AES_SEPARATORS.sub(",", aes.reveal().strip()))
    except ValueError:
        raise NoKey("aes_key_invalid") from None
    return LockKey(
        address=read,
        aes=aes,
        unlock=_number(unlock, "unlock_key_invalid"),
        admin=_number(admin, "admin_key_invalid"),
        zone=zone,
    )


def _in_json(value: object, zone: tzinfo, now: datetime, depth: int) -> Iterator[FoundKey]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        key = _of_object(value, zone, now)
        if key is not None:
            yield key
            return
        value = [*value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _in_json(item, zone, now, depth + 1)


def _of_object(raw: Mapping[str, Any], zone: tzinfo, now: datetime) -> FoundKey | None:
    lock_id = parse.integer(raw.get("lockId")) or None
    try:
        if isinstance(raw.get("lockData"), str):
            return FoundKey(data=_checked(LockData.decode(Secret(raw["lockData"]))), lock_id=lock_id)
        if "aesKeyStr" in raw:
            return FoundKey(data=_checked(_of_virtual_key(raw, now)), lock_id=lock_id)
        if isinstance(raw.get("privateData"), Mapping):
            return FoundKey(data=_of_add_on(raw, raw["privateData"], zone, now), lock_id=None)
    except KeyInvalid, NoKey:
        pass
    return None


def _of_virtual_key(raw: Mapping[str, Any], now: datetime) -> LockData:
    """Read a flat object of the app's cloud, also as `ttlock_ble` keeps it: with numbers in clear and other names."""
    key = key_from_cloud({**raw, "startDate": raw.get("startDate", raw.get("startTime")),
                          "endDate": raw.get("endDate", raw.get("endTime"))})  # fmt: skip
    if (address := _address(key.address)) is None:
        raise NoKey("address_invalid")
    tells = parse.text(raw.get("featureValue")) or parse.integer(raw.get("specialValue"))
    return LockData.of_key(
        replace(key, address=address),
        now=now,
        name=parse.text(raw.get("lockName")) or "",
        alias=parse.text(raw.get("lockAlias")) or "",
        features=Features.from_vendor(raw.get("featureValue"), raw.get("specialValue")) if tells else None,
    )


def _of_add_on(raw: Mapping[str, Any], private: Mapping[str, Any], zone: tzinfo, now: datetime) -> LockData:
    """Read what kind3r's add-on keeps of a lock."""
    admin = private.get("admin")
    numbers = admin if isinstance(admin, Mapping) else {}
    key = typed_key(
        str(raw.get("address")),
        Secret(str(private.get("aesKey"))),
        parse.secret(numbers.get("unlockKey")),
        parse.secret(numbers.get("adminPs")),
        zone=zone,
    )
    return LockData.of_key(key, now=now, admin_passcode=_digits(private.get("adminPasscode")))


def _checked(data: LockData) -> LockData:
    """Return it when there is a key in it."""
    if data.key.unlock is None:
        raise NoKey("no_key_found")
    return data


def _address(text: str) -> str | None:
    if not _ADDRESS.fullmatch(text.strip()):
        return None
    return binascii.unhexlify(re.sub("[:-]", "", text.strip())).hex(":").upper()


def _number(value: Secret | None, reason: str) -> Secret | None:
    """Return a 32-bit number that was given in clear or in the vendor's disguise."""
    if value is None:
        return None
    try:
        digits = decode_field(value.reveal().strip())
    except ValueError:
        raise NoKey(reason) from None
    if not digits or int(digits.reveal()) >= WORD:
        raise NoKey(reason)
    return digits


def _digits(value: object) -> Secret | None:
    shown = parse.text(value)
    return Secret(shown) if shown and shown.isascii() and shown.isdigit() else None
