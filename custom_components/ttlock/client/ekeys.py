"""Ekeys that others hold for a lock of the account (ttlock-open-api.md 4.4, lock/listKey and key/send)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from . import parse
from .models import EkeyStatus
from .parse import Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedEkey:
    """An ekey of somebody else."""

    key_id: int
    lock_id: int
    name: str | None
    username: str | None
    account_id: int | None
    status: EkeyStatus
    start: datetime | None
    end: datetime | None
    may_manage: bool
    """The holder is an authorised administrator."""
    remote_unlock: bool | None
    sender: str | None
    remarks: str | None
    created: datetime | None

    @classmethod
    def from_vendor(cls, raw: Raw) -> Self:
        """Read one item; ValueError without the ids that make it an ekey."""
        return cls(
            key_id=parse.required_integer(raw, "keyId"),
            lock_id=parse.required_integer(raw, "lockId"),
            name=parse.text(raw.get("keyName")),
            username=parse.text(raw.get("username")),
            account_id=parse.integer(raw.get("uid")),
            status=EkeyStatus.from_vendor(raw.get("keyStatus")),
            start=parse.moment(raw.get("startDate")),
            end=parse.moment(raw.get("endDate")),
            may_manage=parse.flag(raw.get("keyRight")) is True,
            remote_unlock=parse.on_off(raw.get("remoteEnable")),
            sender=parse.text(raw.get("senderUsername")),
            remarks=parse.text(raw.get("remarks")),
            created=parse.moment(raw.get("date")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EkeyRequest:
    """A wish to give somebody an ekey; without start and end it is permanent."""

    receiver: str
    """The receiver's user name: an e-mail address or a telephone number with its country code."""
    name: str
    start: datetime | None = None
    end: datetime | None = None
    remarks: str | None = None
    remote_unlock: bool = False
    may_manage: bool = False
    create_user: bool = False
    """Open an account for a receiver without one; its password is the last six characters of the user name."""
