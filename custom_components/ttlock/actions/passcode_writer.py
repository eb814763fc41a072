"""Putting passcodes on a lock and taking them off, with proof."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..client import Secret
from ..client.errors import InvalidInput, NotFound, OutcomeUnknown
from ..client.models import Passcode
from ..client.passcodes import PasscodeRequest, fulfils
from ..lock_coordinator import LockCoordinator

CONFIRMED = "confirmed"
"""The lock itself took the code: the cloud answers only after the lock did (ttlock-open-api.md 1.7, selector 2)."""
ACCEPTED = "accepted"
"""The lock will know the code by calculation; it proves itself at its first use (7.1)."""
PASSCODE_EXISTS = -3007


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A passcode that was wished for and is there."""

    status: str
    passcode_id: int
    code: Secret | None


async def async_place(lock: LockCoordinator, request: PasscodeRequest) -> Placed:
    """Put a passcode on the lock; the same wish twice gives the same passcode.

    A lost answer is looked up before anything else: what the list shows is on the lock, what it does not show is
    reported as unclear and never sent again.
    """
    cloud = lock.account.cloud
    if request.code is None:
        passcode_id, code = await cloud.random_passcode(lock.lock_id, request)
        return Placed(status=ACCEPTED, passcode_id=passcode_id, code=code)
    try:
        passcode_id = await lock.async_command(cloud.add_passcode(lock.lock_id, request.code, request))
    except OutcomeUnknown:
        if (found := await _find(lock, request)) is None:
            raise
        passcode_id = found.passcode_id
    except InvalidInput as err:
        if err.code != PASSCODE_EXISTS or (found := await _find(lock, request)) is None:
            raise
        passcode_id = found.passcode_id
    return Placed(status=CONFIRMED, passcode_id=passcode_id, code=request.code)


async def async_delete(lock: LockCoordinator, ids: list[int], name: str | None) -> tuple[int, ...]:
    """Take passcodes off the lock, by id or by name; returns the ids.

    The cloud reports success even for ids it never had, so they are looked up first (ttlock-open-api.md 4.5).
    """
    passcodes = {passcode.passcode_id: passcode for passcode in (await lock.async_list_passcodes()).items}
    wanted = ids or [passcode.passcode_id for passcode in passcodes.values() if passcode.name == name]
    if not wanted or any(passcode_id not in passcodes for passcode_id in wanted):
        raise NotFound("passcode_not_found")
    await async_delete_each(lock, wanted)
    return tuple(wanted)


async def async_delete_each(lock: LockCoordinator, ids: Iterable[int]) -> None:
    """Take passcodes off the lock that are known to be in its list."""
    for passcode_id in ids:
        await lock.async_command(lock.account.cloud.delete_passcode(lock.lock_id, passcode_id))


async def _find(lock: LockCoordinator, request: PasscodeRequest) -> Passcode | None:
    passcodes = await lock.async_list_passcodes()
    return next((passcode for passcode in passcodes.items if fulfils(passcode, request)), None)
