"""Putting the credentials of one lock on another: first the plan, then the import (features.md 110)."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType
import voluptuous as vol

from ..client.accessories import WirelessKeypad
from ..client.clone import CloneKind, Item, Original, Target, plan
from ..client.credentials import Credential, CredentialKind
from ..client.errors import DeviceUnreachable, NotPermitted, TTLockError
from ..client.features import Feature
from ..client.grants import Life, Outcome
from ..client.parse import Listing
from ..const import DOMAIN, LOGGER
from ..credential_tables import async_read_all
from ..data import NO_GATEWAY
from ..errors import action_error, translated
from ..jobs import Failure
from ..lock_coordinator import LockCoordinator
from ..targets import async_named_lock, async_target_locks
from .action import Action
from .outcomes import ACCEPTED, CONFIRMED, PENDING, error_of, status_of
from .request import begin_credentials_job
from .results import Result
from .validity import described_validity

ORIGIN: Final = "clone"
FAILED: Final = "failed"
LEFT_OUT: Final = "left_out"
STATUSES: Final = (CONFIRMED, ACCEPTED, PENDING, FAILED, LEFT_OUT)


async def async_clone_lock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return what carries over from another lock and what cannot, and put it on the target when that is wanted."""
    locks = await async_target_locks(hass, call)
    source = await async_named_lock(hass, call, call.data["source"])
    if len(locks) != 1:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="clone_one_target")
    [(entity_id, target)] = locks.items()
    if source.lock_id == target.lock_id:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="clone_same_lock")
    kinds: list[CloneKind] = call.data["kinds"] or list(CloneKind)
    with translated(hass, source.config_entry, source.name):
        if not source.data.ekey.may_manage:
            raise NotPermitted
        credentials, keypads = await async_read_all(source, _credential_kinds(kinds)), Listing[WirelessKeypad](())
        if CloneKind.WIRELESS_KEYPAD in kinds and not source.data.features.lack(Feature.WIRELESS_KEYPAD):
            keypads = await source.account.cloud.keypads.list(source.lock_id)
        original = Original(
            zone=source.data.zone,
            credentials=credentials.items,
            keypads=keypads.items,
            died=await _async_died(source, credentials.items),
        )
    with translated(hass, target.config_entry, target.name):
        items = plan(original, await _async_target(target, kinds), dt_util.utcnow())
        if call.data["dry_run"]:
            answer: JsonObjectType = {"plan": {entity_id: [_planned(item, target) for item in items]}}
        else:
            done = await _async_import(hass, entity_id, target, items)
            answer = {"results": {entity_id: _summary(done, target)}}
    return {**answer, "unreadable": credentials.dropped + keypads.dropped}


# -- Reading and placing -------------------------------------------------------------------------------------------


def _credential_kinds(kinds: Iterable[CloneKind]) -> set[CredentialKind]:
    return {CredentialKind(kind) for kind in kinds if kind is not CloneKind.WIRELESS_KEYPAD}


async def _async_died(lock: LockCoordinator, credentials: Iterable[Credential]) -> frozenset[int]:
    """Return the random passcodes that the lock refuses, because nobody used them in time."""
    grants = lock.account.grants.grants
    return frozenset([item.credential_id for item in credentials if await grants.died_unused(lock.lock_id, item)])


async def _async_target(lock: LockCoordinator, kinds: Iterable[CloneKind]) -> Target:
    ekey = lock.data.ekey
    return Target(
        lock_id=lock.lock_id,
        zone=lock.data.zone,
        features=lock.data.features,
        credentials=(await async_read_all(lock, _credential_kinds(kinds))).items if ekey.may_manage else (),
        obstacle=DeviceUnreachable("no_gateway") if lock.data.obstacle == NO_GATEWAY else None,
        may_manage=ekey.may_manage and ekey.valid_at(dt_util.utcnow()),
        is_admin=ekey.is_admin,
        username=lock.config_entry.data.get(CONF_USERNAME),
        own_end=ekey.end,
    )


async def _async_import(
    hass: HomeAssistant, entity_id: str, target: LockCoordinator, items: Iterable[Item]
) -> list[Result]:
    """Put on the lock what is to be placed, for all to watch, and return what has become of each credential."""
    results = {_part(item): _left_as_it_is(item, target) for item in items if item.wish is None}
    placed = [(item, item.wish) for item in items if item.wish is not None]
    named = {_part(item): {"kind": item.kind.value, "name": item.name} for item, _ in placed}
    job = begin_credentials_job(hass, entity_id, target, named)

    def tell(index: int, outcome: Outcome) -> None:
        item, _ = placed[index]
        status, err = _status(outcome)
        news: Result = {"status": status, "new_id": outcome.grant.credential_id, "reason": _reason(err, target)}
        results[_part(item)] = {**_described(item), **news}
        if job:
            failure = Failure.of(action_error(err, target.name)) if err is not None and status == FAILED else None
            job.async_report(_part(item), news, failure)

    try:
        await target.account.grants.async_place_all([wish for _, wish in placed], origin=ORIGIN, tell=tell)
    finally:
        if job:
            job.async_finish()
    return [results[_part(item)] for item in items]


def _part(item: Item) -> str:
    return f"{item.kind.value} {item.credential_id}"


def _status(outcome: Outcome) -> tuple[str, TTLockError | None]:
    try:
        return status_of(outcome), outcome.error
    except TTLockError as err:
        return FAILED, err


# -- Answers -------------------------------------------------------------------------------------------------------


def _planned(item: Item, target: LockCoordinator) -> JsonValueType:
    """Return one line of the plan; what carries over may have to wait for the lock, which is then the reason."""
    reason = item.reason
    if item.wish is not None and item.wish.contacts_lock and target.data.trouble:
        reason = TTLockError(target.data.trouble)
    return {**_described(item), "there": item.there is not None, "reason": _reason(reason, target)}


def _left_as_it_is(item: Item, target: LockCoordinator) -> Result:
    """Return the result for what nothing is sent for: it is there already, or cannot be copied."""
    if item.there is None:
        return {**_described(item), "status": LEFT_OUT, "new_id": None, "reason": _reason(item.reason, target)}
    life = target.account.grants.grants.life_of(target.lock_id, item.there)
    status = ACCEPTED if life is Life.ACCEPTED else CONFIRMED
    return {**_described(item), "status": status, "new_id": item.there.credential_id, "reason": None}


def _summary(done: list[Result], target: LockCoordinator) -> Result:
    """Return the result of the lock: how many stand where, and each; raises when nothing came of it."""
    counts = Counter(str(item["status"]) for item in done)
    failed = [item["reason"] for item in done if item["status"] == FAILED]
    reasons = dict.fromkeys(str(reason["message"]) for reason in failed if isinstance(reason, dict))
    if failed and not counts.keys() & {CONFIRMED, ACCEPTED, PENDING}:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="clone_failed",
            translation_placeholders={"name": target.name, "reasons": "; ".join(reasons)},
        )
    for reason in reasons:
        LOGGER.warning("Not everything could be put on %s: %s", target.name, reason)
    counted: JsonObjectType = {status: counts[status] for status in STATUSES}
    credentials: list[JsonValueType] = [*done]
    summary: Result = {
        "status": next((word for word in (FAILED, PENDING) if counts[word]), CONFIRMED),
        "path": "cloud",
        "counts": counted,
        "credentials": credentials,
    }
    return {**summary, "error": failed[0]} if failed else summary


def _described(item: Item) -> Result:
    """Return which credential it is, never what opens the door."""
    nothing: Result = {"type": None, "start_date": None, "end_date": None, "cycle": None}
    return {
        "kind": item.kind.value,
        "id": item.credential_id,
        "name": item.name,
        **(nothing if item.validity is None else described_validity(item.validity)),
        "carries": item.carries,
    }


def _reason(err: TTLockError | None, target: LockCoordinator) -> Result | None:
    return None if err is None else error_of(target, err)


_CLONE: Final = Action(
    handler=async_clone_lock,
    fields={
        vol.Required("source"): cv.entity_id,
        vol.Optional("kinds", default=[]): vol.All(cv.ensure_list, [vol.Coerce(CloneKind)], vol.Unique()),
        vol.Optional("dry_run", default=True): cv.boolean,
    },
)
ACTIONS: Final = {"clone_lock": _CLONE, "import_from_lock": _CLONE}
