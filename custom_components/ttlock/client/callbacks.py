"""What the cloud tells by callback (ttlock-open-api.md 5.2). Whatever is sent, nothing here raises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from . import parse
from .models import Record

MOST_RECORDS: Final = 500
"""As many as a lock stores (ttlock-open-api.md 4.15)."""


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
        )
    ]


def _first(form: Mapping[str, Sequence[str]], key: str) -> str | None:
    values = form.get(key)
    return values[0] if values else None


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
