"""Putting passcodes on a lock, with proof."""

from dataclasses import dataclass, replace
from typing import Final

from ..client import Secret
from ..client.credentials import CredentialKind, passcode_validity
from ..client.errors import OutcomeUnknown
from ..client.grants import Outcome, Wish
from ..client.models import PasscodeKind
from ..client.passcodes import PasscodeRequest, random_code
from ..lock_coordinator import LockCoordinator
from .outcomes import status_of

WITHOUT_CLOUD: Final = (PasscodeKind.PERMANENT, PasscodeKind.PERIOD, PasscodeKind.ONE_TIME)
"""The random passcodes in whose place a lock takes digits of our own; weekly ones, and those that erase, it does not."""


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
    """Return the wish that a passcode be on a lock.

    Without an account no cloud makes digits that the lock knows by calculation. Ours are put on it over Bluetooth
    instead, for one use, too, which no cloud takes (ttlock-ble-protocol.md 5.8).
    """
    wish = Wish(
        kind=CredentialKind.PASSCODE,
        lock_id=lock.lock_id,
        label=request.name or "",
        validity=passcode_validity(request.kind, request.start, request.end, lock.data.zone),
        number=request.code,
        passcode_kind=request.kind if request.code is None else None,
    )
    if request.code is not None or not lock.account.is_local or request.kind not in WITHOUT_CLOUD:
        return wish
    kept = request.kind if wish.repeats else None
    return replace(wish, number=_digits_for(lock, wish), passcode_kind=kept)


def _digits_for(lock: LockCoordinator, wish: Wish) -> Secret:
    """Return the digits that stand for a wish already, else new ones."""
    if not wish.repeats:
        label = wish.label.strip()
        for grant in lock.account.grants.grants.of_lock(lock.lock_id):
            known = grant.wish
            same = (known.kind, known.label) == (wish.kind, label) and known.same_times(wish.validity)
            if same and known.number is not None and not grant.over:
                return known.number
    return random_code({access.number for access in lock.book.accesses if access.number})


async def async_place(lock: LockCoordinator, request: PasscodeRequest, *, origin: str | None = None) -> Placed:
    """Put a passcode on a lock; the same wish twice gives the same passcode.

    Raises the client's error when it failed for good; what can succeed later is tried again and is pending.
    """
    outcome = await lock.account.grants.async_place(passcode_wish(lock, request), origin=origin)
    code = outcome.grant.number or outcome.grant.wish.number
    return Placed(outcome=outcome, status=status_of(outcome), code=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A passcode with its digits, to be told to somebody."""

    passcode_id: int
    status: str
    code: Secret
    is_random: bool
    """Whether the lock knows it by calculation, so that it dies without a first use."""


async def async_make(lock: LockCoordinator, request: PasscodeRequest, *, origin: str | None = None) -> Made:
    """Have a random passcode made for somebody who waits for its digits.

    One that cannot be made now is of no use to them later: the wish is taken back, and the client's error raised.
    """
    placed = await async_place(lock, request, origin=origin)
    if placed.passcode_id is None or placed.code is None:
        await lock.account.grants.async_withdraw(placed.outcome.grant.grant_id)
        raise placed.outcome.error or OutcomeUnknown
    return Made(
        passcode_id=placed.passcode_id,
        status=placed.status,
        code=placed.code,
        is_random=placed.outcome.grant.wish.is_random,
    )
