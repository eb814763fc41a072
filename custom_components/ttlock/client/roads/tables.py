"""The tables of locks of which no cloud knows: names and numbers of what was put on them from here.

A lock knows digits and numbers, and nothing of names; what else it holds gets a number when it is listed. What the lock
says counts, as soon as somebody asks: what is gone there goes from the table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self

from .. import cyclic, parse
from ..credentials import Credential, CredentialKind, QrCode, Remote, Validity, ValidityKind
from ..models import CredentialStatus, Passcode, PasscodeKind
from ..secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One credential of a lock."""

    number: int
    """By which it is called here."""
    kind: CredentialKind
    name: str | None
    digits: Secret
    """By which the lock knows it; of a remote its address."""
    validity: Validity
    created: datetime | None = None
    passcode_kind: PasscodeKind | None = None

    def credential(self) -> Credential:
        """Return it as the cloud would show it."""
        common: dict[str, Any] = {
            "kind": self.kind,
            "credential_id": self.number,
            "name": self.name,
            "number": self.digits,
            "validity": self.validity,
            "status": CredentialStatus.NORMAL,
            "created": self.created,
            "sender": None,
        }
        if self.kind is CredentialKind.QR_CODE:
            return QrCode(**common, link=None, refresh_minutes=None, is_custom=True)
        if self.kind is CredentialKind.REMOTE:
            return Remote(**common, mac=self.digits.reveal(), battery=None)
        return Credential(**common)

    def passcode(self) -> Passcode:
        """Return a passcode as the cloud would show it."""
        return Passcode(
            passcode_id=self.number,
            code=self.digits,
            name=self.name,
            kind=self.passcode_kind or PasscodeKind.PERMANENT,
            start=self.validity.start,
            end=self.validity.end,
            sender=None,
            status=CredentialStatus.NORMAL,
            created=self.created,
            is_random=False,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it for a file that holds what opens doors."""
        return {
            "number": self.number,
            "kind": self.kind.value,
            "name": self.name,
            "digits": self.digits.reveal(),
            "validity": self.validity.kind.value,
            "start": parse.epoch_ms(self.validity.start),
            "end": parse.epoch_ms(self.validity.end),
            "windows": cyclic.to_vendor(self.validity.windows) if self.validity.windows else None,
            "created": parse.epoch_ms(self.created),
            "passcode_kind": self.passcode_kind,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read it; KeyError, TypeError or ValueError when that cannot be."""
        kind = raw["passcode_kind"]
        return cls(
            number=int(raw["number"]),
            kind=CredentialKind(raw["kind"]),
            name=raw["name"],
            digits=Secret(raw["digits"]),
            validity=Validity(
                kind=ValidityKind(raw["validity"]),
                start=parse.moment(raw["start"]),
                end=parse.moment(raw["end"]),
                windows=cyclic.from_vendor(raw["windows"]),
            ),
            created=parse.moment(raw["created"]),
            passcode_kind=None if kind is None else PasscodeKind(kind),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A credential that the lock lists."""

    digits: Secret
    validity: Validity
    passcode_kind: PasscodeKind | None = None
    original: Secret | None = None
    """The digits before they were changed at the lock."""


FIRST_NUMBER: Final = 1


class Tables:
    """The credentials of every lock of a keyring."""

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        """Start empty; `changed` is called after each change."""
        self._rows: dict[int, dict[int, Row]] = {}
        self._next = FIRST_NUMBER
        self._changed = changed

    def of(self, lock_id: int, kind: CredentialKind) -> tuple[Row, ...]:
        """Return the credentials of a kind."""
        return tuple(row for row in self._rows.get(lock_id, {}).values() if row.kind is kind)

    def get(self, lock_id: int, number: int) -> Row | None:
        """Return one credential."""
        return self._rows.get(lock_id, {}).get(number)

    def lock_of(self, number: int) -> int | None:
        """Return the lock of a credential."""
        return next((lock_id for lock_id, rows in self._rows.items() if number in rows), None)

    def add(self, lock_id: int, kind: CredentialKind, found: Found, name: str | None, now: datetime | None) -> Row:
        """Write a credential down; one with the same digits is the same."""
        known = next((row for row in self.of(lock_id, kind) if row.digits == found.digits), None)
        number = self._next if known is None else known.number
        self._next = max(self._next, number + 1)
        row = Row(
            number=number,
            kind=kind,
            name=name,
            digits=found.digits,
            validity=found.validity,
            created=now,
            passcode_kind=found.passcode_kind,
        )
        self._rows.setdefault(lock_id, {})[number] = row
        self._changed()
        return row

    def change(self, lock_id: int, number: int, **changes: Any) -> bool:
        """Change a credential; False when it is not there."""
        if (row := self.get(lock_id, number)) is None:
            return False
        self._rows[lock_id][number] = replace(row, **changes)
        self._changed()
        return True

    def drop(self, lock_id: int, number: int) -> bool:
        """Forget a credential; False when it is not there."""
        if self._rows.get(lock_id, {}).pop(number, None) is None:
            return False
        self._changed()
        return True

    def clear(self, lock_id: int, kind: CredentialKind) -> None:
        """Forget all credentials of a kind."""
        for row in self.of(lock_id, kind):
            self.drop(lock_id, row.number)

    def forget(self, lock_id: int) -> None:
        """Forget a lock that is gone."""
        if self._rows.pop(lock_id, None):
            self._changed()

    def reconcile(self, lock_id: int, kind: CredentialKind, listed: Iterable[Found]) -> None:
        """Bring the table in line with what the lock says. It does not list weekly windows, so these are believed."""
        left = {row.number: row for row in self.of(lock_id, kind)}
        for found in listed:
            row = next((row for row in left.values() if row.digits in (found.digits, found.original)), None)
            if row is None:
                self.add(lock_id, kind, found, None, None)
                continue
            del left[row.number]
            validity = row.validity if _same(row.validity, found.validity) else found.validity
            if (row.digits, row.validity) != (found.digits, validity):
                self.change(lock_id, row.number, digits=found.digits, validity=validity)
        for number in left:
            self.drop(lock_id, number)

    # -- Kept ------------------------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return everything, for a file that holds what opens doors."""
        rows = {str(lock_id): [row.to_json() for row in found.values()] for lock_id, found in self._rows.items()}
        return {"next": self._next, "rows": rows}

    def read(self, raw: Mapping[str, Any]) -> None:
        """Take over what was kept; AttributeError, KeyError, TypeError or ValueError when that cannot be."""
        for lock_id, kept in raw["rows"].items():
            rows = [Row.from_json(one) for one in kept]
            self._rows[int(lock_id)] = {row.number: row for row in rows}
        self._next = int(raw["next"])


def _same(kept: Validity, listed: Validity) -> bool:
    """Return whether the lock, which knows minutes and no windows, says the same."""
    if kept.kind is ValidityKind.PERMANENT:
        return listed.kind is ValidityKind.PERMANENT
    return _minute(kept.start) == _minute(listed.start) and _minute(kept.end) == _minute(listed.end)


def _minute(when: datetime | None) -> float | None:
    return None if when is None else when.timestamp() // 60
