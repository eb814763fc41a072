"""Putting passcodes on a lock, with proof."""

from dataclasses import dataclass

from ..client import Secret
from ..client.credentials import CredentialKind, passcode_validity
from ..client.errors import OutcomeUnknown
from ..client.grants import Outcome, Wish
from ..client.passcodes import PasscodeRequest
from ..lock_coordinator import LockCoordinator
from .outcomes import status_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A passcode that was wished for, and how far it has come."""

    outcome: Outcome
    status: str
    code: Secret | None

    @property
    def passcode_id(self) -> int | None:
        """Return the vendor's number; None while it is still tried."""
        return self.outcome.grant.credential_id


def passcode_wish(lock: LockCoordinator, request: PasscodeRequest) -> Wish:
    """Return the wish that a passcode be on a lock."""
    return Wish(
        kind=CredentialKind.PASSCODE,
        lock_id=lock.lock_id,
        label=request.name or "",
        validity=passcode_validity(request.kind, request.start, request.end, lock.data.zone),
        number=request.code,
        passcode_kind=request.kind if request.code is None else None,
    )


async def async_place(lock: LockCoordinator, request: PasscodeRequest, *, origin: str | None = None) -> Placed:
    """Put a passcode on a lock; the same wish twice gives the same passcode.

    Raises the client's error when it failed for good; what can succeed later is tried again and is pending.
    """
    outcome = await lock.account.grants.async_place(passcode_wish(lock, request), origin=origin)
    return Placed(outcome=outcome, status=status_of(outcome), code=outcome.grant.number or request.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A passcode with its digits, to be told to somebody."""

    passcode_id: int
    status: str
    code: Secret


async def async_make(lock: LockCoordinator, request: PasscodeRequest, *, origin: str | None = None) -> Made:
    """Have the cloud make a random passcode for somebody who waits for its digits.

    One that cannot be made now is of no use to them later: the wish is taken back, and the client's error raised.
    """
    placed = await async_place(lock, request, origin=origin)
    if placed.passcode_id is None or placed.code is None:
        await lock.account.grants.async_withdraw(placed.outcome.grant.grant_id)
        raise placed.outcome.error or OutcomeUnknown
    return Made(passcode_id=placed.passcode_id, status=placed.status, code=placed.code)
