"""What the cloud tells by callback (ttlock-open-api.md 5.2). Whatever is sent, nothing here raises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
import re
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_to_bytes

from . import parse
from .accessories import STANDALONE_EVENTS, DoorEvent
from .credentials import CredentialKind
from .models import Record

MOST_RECORDS: Final = 500
"""As many as a lock stores (ttlock-open-api.md 4.15)."""
MOST_FIELDS: Final = 50
_MAC: Final = re.compile(rb"(?:^|&)(?:lockMac|gatewayMac|mac)=([^&]{1,60})(?:&|$)")
_OBJECTS: Final = {
    2: CredentialKind.PASSCODE,
    3: CredentialKind.CARD,
    4: CredentialKind.FINGERPRINT,
    5: CredentialKind.PALM_VEIN,
    6: CredentialKind.FACE,
    7: CredentialKind.REMOTE,
}


class NoticeKind(IntEnum):
    """What a callback is about, with the vendor's numbers."""

    RECORDS = 1
    GATEWAY = 2
    WIFI_LOCK = 3
    UNDELIVERED = 4
    DOOR_SENSOR = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One callback, as far as it could be read."""

    kind: NoticeKind
    subject_id: int
    """Of the lock, gateway or sensor."""
    mac: str | None
    records: tuple[Record, ...] = ()
    online: bool | None = None
    credential: CredentialKind | None = None
    """Of which kind the credential is that did not reach the lock."""
    door: DoorEvent | None = None
    """What a standalone sensor saw."""


def claimed_mac(body: bytes) -> str | None:
    """Return of which address a form says it is, without reading the rest: most of what is made up knows none."""
    found = _MAC.search(body)
    return unquote_to_bytes(found[1]).decode("ascii", "replace").lower() if found else None


def notices_of_body(body: bytes) -> list[Notice]:
    """Read a form as it came."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []
    form: dict[str, list[str]] = {}
    for key, value in pairs:
        form.setdefault(key, []).append(value)
    return notices_of(form)


def notices_of(form: Mapping[str, Sequence[str]]) -> list[Notice]:
    """Read a form, in which each key may stand several times."""
    number = parse.integer(_first(form, "notifyType"))
    if number not in set(NoticeKind):
        return []
    kind = NoticeKind(number)
    key, mac_key = {
        NoticeKind.GATEWAY: ("gatewayId", "gatewayMac"),
        NoticeKind.DOOR_SENSOR: ("doorSensorId", "mac"),
    }.get(kind, ("lockId", "lockMac"))
    subject_id = parse.integer(_first(form, key))
    if subject_id is None:
        return []
    records: list[Record] = []
    if kind is NoticeKind.RECORDS:
        for text in form.get("records", ()):
            raw = [item for item in _embedded(text) if _belongs(item, subject_id)]
            records.extend(parse.listing(raw[: MOST_RECORDS - len(records)], Record.from_vendor).items)
    return [
        Notice(
            kind=kind,
            subject_id=subject_id,
            mac=parse.text(_first(form, mac_key)),
            records=tuple(records),
            online=parse.flag(_first(form, "isOnline")),
            credential=_OBJECTS.get(parse.integer(_first(form, "objectType")) or 0),
            door=_door(_first(form, "recordType")),
        )
    ]


def _first(form: Mapping[str, Sequence[str]], key: str) -> str | None:
    values = form.get(key)
    return values[0] if values else None


def _door(text: str | None) -> DoorEvent | None:
    number = parse.integer(text)
    return None if number is None else STANDALONE_EVENTS.get(number)


def _embedded(text: str) -> list[Any]:
    try:
        return parse.embedded(text)
    except RecursionError:
        return []


def _belongs(item: object, lock_id: int) -> bool:
    """Return whether a record is that of the lock it is told of."""
    if not isinstance(item, Mapping):
        return False
    named = item.get("lockId")
    return named is None or parse.integer(named) == lock_id
