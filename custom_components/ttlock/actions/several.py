"""Several credentials of one lock in one action, each with a result of its own (compatibility.md 4.3, rule 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Self, cast

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.json import JsonValueType

from ..client.credentials import Credential, CredentialKind
from ..client.errors import OutcomeUnknown, TTLockError
from ..client.grants import Grant, Outcome
from ..const import DOMAIN
from ..errors import action_error
from ..lock_coordinator import LockCoordinator
from .outcomes import ACCEPTED, CONFIRMED, PENDING, error_of, status_of
from .results import Result

FAILED: Final = "failed"
_WORST_FIRST: Final = (FAILED, PENDING, ACCEPTED, CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What has become of one credential."""

    kind: CredentialKind
    credential_id: int | None
    name: str | None
    status: str
    error: TTLockError | None = None
    """Why it failed, or why it is not done yet."""

    @classmethod
    def of(cls, lock: LockCoordinator, outcome: Outcome) -> Self:
        """Return what has become of something that was placed, changed or taken off."""
        grant = outcome.grant
        try:
            status, error = status_of(outcome), outcome.error
        except TTLockError as err:
            status, error = FAILED, err
        if status == PENDING and error is None and not lock.account.cloud.saves_power(lock.lock_id):
            error = OutcomeUnknown()
        return cls(
            kind=grant.wish.kind,
            credential_id=grant.credential_id,
            name=grant.name or None,
            status=status,
            error=error,
        )

    @classmethod
    def failed(cls, credential: Credential, err: TTLockError) -> Self:
        """Return that a credential stays as it is."""
        return cls(
            kind=credential.kind,
            credential_id=credential.credential_id,
            name=credential.shown_name,
            status=FAILED,
            error=err,
        )

    def described(self, lock: LockCoordinator) -> Result:
        """Return it as a part of the answer."""
        shown: Result = {
            "kind": self.kind.value,
            "id": self.credential_id,
            "name": self.name,
            "status": self.status,
        }
        return shown if self.error is None else {**shown, "error": error_of(lock, self.error)}


def combined(call: ServiceCall, lock: LockCoordinator, items: Sequence[Item]) -> Result:
    """Return one result for all credentials of a lock: as good as the worst, with each below it.

    Raises when everything failed, and when something is left to do for a caller who does not look at the answer.
    """
    failed = [item for item in items if item.status == FAILED]
    unfinished = [item.error for item in items if item.status in (FAILED, PENDING) and item.error]
    if failed and len(failed) == len(items):
        raise unfinished[0]
    if unfinished and not call.return_response:
        reasons = dict.fromkeys(str(action_error(err, lock.name)) for err in unfinished)
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="partly_done",
            translation_placeholders={"name": lock.name, "reasons": " ".join(reasons)},
        ) from unfinished[0]
    described = cast(list[JsonValueType], [item.described(lock) for item in items])
    worst = min((_WORST_FIRST.index(item.status) for item in items), default=_WORST_FIRST.index(CONFIRMED))
    result: Result = {"status": _WORST_FIRST[worst], "path": "cloud", "credentials": described}
    return {**result, "error": error_of(lock, unfinished[0])} if unfinished else result


async def async_take_off(
    lock: LockCoordinator, credentials: Iterable[Credential], on_the_way: Iterable[Grant] = ()
) -> list[Item]:
    """Take credentials off a lock, and take back what was wished and is not there yet."""
    by_kind: dict[CredentialKind, list[Credential]] = {}
    for credential in credentials:
        by_kind.setdefault(credential.kind, []).append(credential)
    items: list[Item] = []
    for kind, found in by_kind.items():
        items += await _async_remove(lock, kind, found)
    for grant in on_the_way:
        items.append(Item.of(lock, await lock.account.grants.async_withdraw(grant.grant_id)))
    return items


async def _async_remove_remote(lock: LockCoordinator, remote: Credential) -> Item:
    """Take a remote off beside the lock: in the cloud it only leaves the list, and goes on opening the door (4.11)."""
    try:
        await lock.async_command(lock.account.cloud.remotes.delete(lock.lock_id, remote.credential_id))
    except TTLockError as err:
        return Item.failed(remote, err)
    return Item(kind=remote.kind, credential_id=remote.credential_id, name=remote.shown_name, status=CONFIRMED)


async def _async_remove(lock: LockCoordinator, kind: CredentialKind, found: list[Credential]) -> list[Item]:
    if kind is CredentialKind.REMOTE:
        return [await _async_remove_remote(lock, credential) for credential in found]
    ids = {credential.credential_id for credential in found}
    try:
        outcomes = await lock.account.grants.async_remove(lock, kind, lambda shown: shown.credential_id in ids)
    except TTLockError as err:
        return [Item.failed(credential, err) for credential in found]
    done = {outcome.grant.credential_id: Item.of(lock, outcome) for outcome in outcomes}
    # What the table does not show any more was taken off by somebody else meanwhile.
    return [
        done.get(credential.credential_id)
        or Item(kind=kind, credential_id=credential.credential_id, name=credential.shown_name, status=CONFIRMED)
        for credential in found
    ]
