"""Passcodes that were read from a lock over Bluetooth (ttlock-open-api.md 4.5); the others are `CloudClient`'s."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
import json

from .. import parse
from ..models import PasscodeKind
from ..secret import Secret
from . import endpoints as at
from .transport import Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class PasscodeOnLock:
    """A passcode as the lock holds it."""

    code: Secret
    kind: PasscodeKind
    start: datetime | None = None
    end: datetime | None = None
    original: Secret | None = None
    """The digits under which it was first made, when they were changed since."""
    cycle: int | None = None
    """The vendor's number for the days of a cyclic one."""

    def to_vendor(self) -> dict[str, str | int]:
        """Return the vendor's spelling: the first digits, then those that hold now."""
        fields: dict[str, str | int | None] = {
            "keyboardPwd": (self.original or self.code).reveal(),
            "newKeyboardPwd": self.code.reveal(),
            "keyboardPwdType": self.kind.value,
            "startDate": parse.epoch_ms(self.start),
            "endDate": parse.epoch_ms(self.end),
            "cycleType": self.cycle,
        }
        return {name: value for name, value in fields.items() if value is not None}


class Passcodes:
    """What the cloud has to be told about the passcodes of a lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def record_read(self, lock_id: int, passcodes: Iterable[PasscodeOnLock]) -> None:
        """Give the cloud all passcodes that the lock holds: it adds what it did not know and drops what is gone."""
        await self._transport.send(
            at.PASSCODES_READ_FROM_LOCK,
            lock_id,
            keyboardPwdList=json.dumps([passcode.to_vendor() for passcode in passcodes]),
        )
