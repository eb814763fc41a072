"""`lockData`: the key of a lock as the cloud hands it out and takes it (ttlock-ble-protocol.md 4.4)."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
import json
import secrets
from typing import Any, Final, NoReturn, Self, final, override

from .. import parse
from ..errors import KeyInvalid
from ..features import Features
from ..models import ADMIN_USER_TYPE
from ..secret import Secret
from . import cipher
from .codec import decode_field, encode_field
from .frame import DEFAULT_HEADER, Header
from .key import LockKey, Role, format_aes_key, parse_aes_key
from .operations.wire import MAC_BYTES

EKEY_USER_TYPE: Final = "110302"
_VERSION: Final = "1.0"
_DAY: Final = 86_400_000
_NO_START: Final = 949338000000
_NO_END: Final = 4099741200000
"""What stands for no limit, beside 0 (4.6)."""
_SIGNATURE: Final = ',"sign"'
_HEADER_FIELDS: Final = ("protocolType", "protocolVersion", "scene", "groupId", "orgId")


@dataclass(frozen=True, slots=True, kw_only=True)
class YearSeed:
    """From what the cloud computes the random passcodes of one year."""

    year: int
    """Four digits."""
    code: int
    secret: Secret
    """Ten digits."""


@final
@dataclass(frozen=True, slots=True, repr=False)
class LockData:
    """All members of a `lockData`. Most of them are secrets, so it cannot be printed or stored."""

    members: Secret
    """JSON."""

    @classmethod
    def decode(cls, text: Secret) -> Self:
        """Read what the cloud hands out; KeyInvalid when it is something else.

        It is hidden by nothing but the address of the lock. The signature at the end of an ekey's is not looked at: the
        cloud that it comes from is known by its certificate.
        """
        try:
            raw = base64.b64decode(text.reveal(), validate=True)
            address = raw[-MAC_BYTES:].hex(":").upper()
            members = cipher.decrypt(_cipher_key(address), raw[:-MAC_BYTES]).decode()
            found = cls(Secret(_json(_parsed(members))))
        except binascii.Error, ValueError:
            raise KeyInvalid("lock_data_unreadable") from None
        if found.address != address:
            raise KeyInvalid("lock_data_unreadable")
        return found

    @classmethod
    def of_pairing(
        cls,
        key: LockKey,
        *,
        name: str,
        now: datetime,
        features: Features,
        admin_passcode: Secret | None = None,
        delete_passcode: Secret | None = None,
        seeds: Iterable[YearSeed] = (),
        battery: int | None = None,
        model: str = "",
        hardware: str = "",
        firmware: str = "",
        manufactured: str = "",
        settings: Mapping[str, int] | None = None,
    ) -> Self:
        """Return what the cloud takes for a lock that was just paired, from whoever paired it.

        `settings` are the members that a lock was asked for, in the vendor's words and numbers.
        """
        timestamp = parse.epoch_ms(now)
        offset = now.astimezone(key.zone).utcoffset() or timedelta()
        return cls(Secret(_json({
            **_identity(key),
            "lockName": name,
            "userType": ADMIN_USER_TYPE,
            "noKeyPwd": _field(admin_passcode),
            "deletePwd": _field(delete_passcode),
            "pwdInfo": encode_seeds(seeds, timestamp).reveal(),
            "timestamp": timestamp,
            "specialValue": features.value & 0xFFFFFFFF,
            "featureValue": f"{features.value:X}",
            "electricQuantity": -1 if battery is None else battery,
            "timezoneRawOffset": offset // timedelta(milliseconds=1),
            "modelNum": model,
            "hardwareRevision": hardware,
            "firmwareRevision": firmware,
            "factoryDate": manufactured,
            "ref": _field(Secret(key.address[-5:] + manufactured)),
            "version": _VERSION,
            **(settings or {}),
        })))  # fmt: skip

    @classmethod
    def of_key(
        cls,
        key: LockKey,
        *,
        now: datetime,
        name: str = "",
        alias: str = "",
        features: Features | None = None,
        admin_passcode: Secret | None = None,
    ) -> Self:
        """Return what a key alone tells, as when it was typed in; without features they are not known."""
        offset = now.astimezone(key.zone).utcoffset() or timedelta()
        known = {} if features is None else {"featureValue": f"{features.value:X}"}
        return cls(Secret(_json({
            **_identity(key),
            "lockName": name,
            "lockAlias": alias,
            "userType": ADMIN_USER_TYPE if key.role is Role.ADMIN else EKEY_USER_TYPE,
            "noKeyPwd": _field(admin_passcode),
            "timezoneRawOffset": offset // timedelta(milliseconds=1),
            "version": _VERSION,
            **known,
        })))  # fmt: skip

    def encode(self) -> Secret:
        """Return what the cloud takes."""
        ciphertext = cipher.encrypt(_cipher_key(self.address), self.members.reveal().encode())
        return Secret(base64.b64encode(ciphertext + bytes.fromhex(self.address.replace(":", ""))).decode())

    def with_key(self, key: LockKey) -> Self:
        """Return the same with another key, as after a reset of all ekeys."""
        return type(self)(Secret(_json({**self._raw, **_identity(key)})))

    def with_members(self, members: Mapping[str, object]) -> Self:
        """Return the same with other values for what the vendor calls so, as after a change of settings."""
        return type(self)(Secret(_json({**self._raw, **members})))

    @property
    def address(self) -> str:
        """Return the address of the lock, in upper case with colons."""
        return str(self._raw.get("lockMac", "")).upper()

    @property
    def name(self) -> str:
        """Return the name by which the lock is seen over Bluetooth."""
        return str(self._raw.get("lockName", ""))

    @property
    def alias(self) -> str:
        """Return what its owner calls the lock; only the app's cloud and who typed a key in say so."""
        return parse.text(self._raw.get("lockAlias")) or self.name

    @property
    def is_of_admin(self) -> bool:
        """Return whether it is that of the administrator, not of an ekey."""
        return str(self._raw.get("userType")) != EKEY_USER_TYPE and "adminPwd" in self._raw

    @property
    def tells_features(self) -> bool:
        """Return whether it says what the lock is able to do: a typed key does not."""
        return "featureValue" in self._raw or "specialValue" in self._raw

    @property
    def features(self) -> Features:
        """Return what the lock is able to do."""
        return Features.from_vendor(self._raw.get("featureValue"), self._raw.get("specialValue"))

    @property
    def admin_passcode(self) -> Secret | None:
        """Return the passcode of the administrator."""
        return self._digits("noKeyPwd")

    @property
    def delete_passcode(self) -> Secret | None:
        """Return the digits that delete all passcodes when they are typed."""
        return self._digits("deletePwd")

    @property
    def seeds(self) -> tuple[YearSeed, ...]:
        """Return what the cloud computes random passcodes from."""
        value, timestamp = parse.text(self._raw.get("pwdInfo")), parse.integer(self._raw.get("timestamp"))
        return () if value is None or timestamp is None else decode_seeds(Secret(value), timestamp)

    @property
    def key(self) -> LockKey:
        """Return the key; KeyInvalid when it is not complete."""
        return key_from_cloud(self._raw)

    @property
    def _raw(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.members.reveal())
        return members

    def _digits(self, name: str) -> Secret | None:
        return _read(decode_field, parse.text(self._raw.get(name)))

    @override
    def __repr__(self) -> str:
        return "LockData(**hidden**)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("the data of a lock is not pickled")


def key_from_cloud(raw: Mapping[str, Any]) -> LockKey:
    """Return the key that the members of an object of the cloud make, whichever call it comes from (4.4, 4.5)."""
    address, aes = parse.text(raw.get("lockMac")), _read(parse_aes_key, parse.text(raw.get("aesKeyStr")))
    if address is None or aes is None:
        raise KeyInvalid("lock_data_unreadable")
    # In the cloud of the vendor's own app an ekey names its unlock key like the administrator's passcode.
    unlock = next((value for name in ("lockKey", "unlockKey") if (value := parse.text(raw.get(name)))), None)
    admin = next((value for name in ("adminPwd", "adminPs") if (value := parse.text(raw.get(name)))), None)
    return LockKey(
        address=address.upper(),
        aes=aes,
        unlock=_read(decode_field, unlock),
        admin=None if str(raw.get("userType")) == EKEY_USER_TYPE else _read(decode_field, admin),
        uid=parse.integer(raw.get("uid")) or 0,
        flag=parse.integer(raw.get("lockFlagPos")) or 0,
        start=_limit(raw.get("startDate"), _NO_START),
        end=_limit(raw.get("endDate"), _NO_END),
        zone=_zone(raw.get("timezoneRawOffset", raw.get("timezoneRawOffSet"))),
        header=_header(raw.get("lockVersion")),
    )


def encode_seeds(seeds: Iterable[YearSeed], timestamp: int) -> Secret:
    """Return `pwdInfo`, which the same object's `timestamp` encrypts; how the parts are named is not certain."""
    parts = [{"code": f"{seed.code:04}", "secret": seed.secret.reveal(), "year": seed.year} for seed in seeds]
    return Secret(base64.b64encode(cipher.encrypt(_seed_key(timestamp), _json(parts).encode())).decode())


def decode_seeds(value: Secret, timestamp: int) -> tuple[YearSeed, ...]:
    """Read a `pwdInfo`; what cannot be read is left out, since only the cloud needs it."""
    try:
        parts = json.loads(cipher.decrypt(_seed_key(timestamp), base64.b64decode(value.reveal(), validate=True)))
    except binascii.Error, ValueError:
        return ()
    return parse.listing(parts if isinstance(parts, list) else [], _seed).items


def _seed(raw: Mapping[str, Any]) -> YearSeed:
    if (secret := parse.secret(raw.get("secret"))) is None:
        raise ValueError("no secret")
    return YearSeed(
        year=parse.required_integer(raw, "year"),
        code=parse.required_integer(raw, "code"),
        secret=secret,
    )


def _seed_key(timestamp: int) -> bytes:
    return f"{timestamp:0<16}"[:16].encode()


def _json(value: object) -> str:
    """Return JSON as the vendor writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _cipher_key(address: str) -> bytes:
    """Return the key that hides the members: the address in text, without its tenth sign."""
    return (address[:9] + address[10:]).encode()


def _parsed(text: str) -> dict[str, Any]:
    """Return the members, without a signature behind them that is not part of the JSON."""
    try:
        found = json.loads(text)
    except ValueError:
        found = json.loads(text.partition(_SIGNATURE)[0] + "}")
    if not isinstance(found, dict):
        raise ValueError("no members")  # noqa: TRY004
    return found


def _identity(key: LockKey) -> dict[str, object]:
    """Return the members that a key is made of."""
    return {
        "uid": key.uid,
        "lockMac": key.address,
        "lockVersion": dict(zip(_HEADER_FIELDS, key.header, strict=True)),
        **({"adminPwd": _field(key.admin)} if key.role is Role.ADMIN else {}),
        "lockKey": _field(key.unlock),
        "lockFlagPos": key.flag,
        "aesKeyStr": format_aes_key(key.aes),
        "startDate": _NO_START if key.start is None else parse.epoch_ms(key.start),
        "endDate": _NO_END if key.end is None else parse.epoch_ms(key.end),
    }


def _field(value: Secret | None) -> str:
    return "" if value is None else encode_field(value, 1 + secrets.randbelow(127))


def _read(read: Callable[[str], Secret], text: str | None) -> Secret | None:
    """Return what a text stands for, None for nothing and for what cannot be read."""
    try:
        return None if text is None else (read(text) or None)
    except ValueError:
        return None


def _limit(value: object, none: int) -> datetime | None:
    return None if parse.integer(value) == none else parse.moment(value)


def _zone(value: object) -> tzinfo:
    milliseconds = parse.integer(value)
    return timezone(timedelta(milliseconds=milliseconds)) if milliseconds and abs(milliseconds) < _DAY else UTC


def _header(value: object) -> Header:
    """Return the version of a lock, given as an object or as its JSON text."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, Mapping):
        return DEFAULT_HEADER
    numbers = [parse.integer(value.get(name)) for name in _HEADER_FIELDS]
    limits = (0xFF, 0xFF, 0xFF, 0xFFFF, 0xFFFF)
    return Header(*(
        default if number is None or not 0 <= number <= limit else number
        for number, default, limit in zip(numbers, DEFAULT_HEADER, limits, strict=True)
    ))  # fmt: skip
