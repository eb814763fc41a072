"""Actions on cards and fingerprints, which differ in little but their names (compatibility.md 4.3, 4.4)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import CloudClient, Secret
from ..client.cloud.cards import Cards
from ..client.cloud.fingerprints import Fingerprints
from ..client.credentials import Credential, Validity, ValidityKind
from ..client.errors import InvalidInput, NotFound, OutcomeUnknown
from ..client.passcodes import check_period
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import DIGITS, OBJECT_ID, Action, Handler
from .results import CONFIRMED, HIDDEN, Result, aware, each, listed


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One kind of credential: its words, and the part of the client that serves it."""

    plural: str
    id_field: str
    client: Callable[[CloudClient], Cards | Fingerprints]


CARDS: Final = Topic(plural="cards", id_field="card_id", client=lambda cloud: cloud.cards)
FINGERPRINTS: Final = Topic(plural="fingerprints", id_field="fingerprint_id", client=lambda cloud: cloud.fingerprints)


def _lister(topic: Topic) -> Handler:
    async def list_all(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        with_numbers = call.data["include_secrets"] and await async_may_see_secrets(hass, call)

        async def read(entity_id: str, lock: LockCoordinator) -> Result:
            found = await topic.client(lock.account.cloud).list(lock.lock_id)
            return {topic.plural: [_described(credential, with_numbers) for credential in found.items]}

        return await listed(hass, locks, topic.plural, read)

    return list_all


def _changer(topic: Topic, change: Callable[[LockCoordinator, int, ServiceCall], Awaitable[None]]) -> Handler:
    """Return an action that changes one credential, which has to be there: the cloud does not always say so."""

    async def change_one(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
        locks = await async_target_locks(hass, call)
        credential_id: int = call.data[topic.id_field]
        if "start_time" in call.data:
            for lock in locks.values():
                with translated(hass, lock.config_entry, lock.name):
                    check_period(*_period(lock, call), dt_util.utcnow())

        async def do(entity_id: str, lock: LockCoordinator) -> Result:
            found = await topic.client(lock.account.cloud).list(lock.lock_id)
            if all(credential.credential_id != credential_id for credential in found.items):
                raise NotFound(f"{topic.plural[:-1]}_not_found")
            await change(lock, credential_id, call)
            return {**CONFIRMED, "id": credential_id}

        return await each(hass, locks, do)

    return change_one


def _renamer(topic: Topic) -> Handler:
    async def rename(lock: LockCoordinator, credential_id: int, call: ServiceCall) -> None:
        await topic.client(lock.account.cloud).rename(lock.lock_id, credential_id, call.data["name"])

    return _changer(topic, rename)


def _period_setter(topic: Topic) -> Handler:
    async def set_period(lock: LockCoordinator, credential_id: int, call: ServiceCall) -> None:
        start, end = _period(lock, call)
        validity = Validity(kind=ValidityKind.PERIOD, start=start, end=end)
        client = topic.client(lock.account.cloud)
        await lock.async_command(client.change_period(lock.lock_id, credential_id, validity))

    return _changer(topic, set_period)


def _deleter(topic: Topic) -> Handler:
    async def delete(lock: LockCoordinator, credential_id: int, call: ServiceCall) -> None:
        await lock.async_command(topic.client(lock.account.cloud).delete(lock.lock_id, credential_id))

    return _changer(topic, delete)


async def async_add_card(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Teach locks a card by its number; a lost answer is looked up, never repeated."""
    locks = await async_target_locks(hass, call)
    number = Secret(call.data["card_number"])
    validities: dict[str, Validity] = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            start, end = _period(lock, call)
            if (start is None) != (end is None):
                raise InvalidInput("period_missing")
            check_period(start, end, dt_util.utcnow())
            if not (number.reveal().isascii() and number.reveal().isdigit()):
                raise InvalidInput("card_digits")
            validities[entity_id] = Validity.period(start, end) if start and end else Validity.permanent()

    async def add(entity_id: str, lock: LockCoordinator) -> Result:
        cards = lock.account.cloud.cards
        teach = cards.add_reversed if call.data["reversed"] else cards.add
        try:
            card_id = await lock.async_command(
                teach(lock.lock_id, number, validities[entity_id], call.data["card_name"])
            )
        except OutcomeUnknown:
            name = call.data["card_name"]
            found = [card for card in (await cards.list(lock.lock_id)).items if card.name == name]
            if len(found) != 1:
                raise
            card_id = found[0].credential_id
        return {**CONFIRMED, "id": card_id}

    return await each(hass, locks, add)


def _period(lock: LockCoordinator, call: ServiceCall) -> tuple[Any, Any]:
    zone = lock.data.zone
    return aware(call.data.get("start_time"), zone), aware(call.data.get("end_time"), zone)


def _described(credential: Credential, with_numbers: bool) -> Result:
    """Return a credential in the shape of hass-ttlock, with ours added."""
    validity = credential.validity
    number = credential.number.reveal() if credential.number and with_numbers else HIDDEN
    cycle = [
        {"day": window.weekday, "start": _clock(window.start), "end": _clock(window.end)} for window in validity.windows
    ]
    described = {
        "id": credential.credential_id,
        "name": credential.name,
        "number": number if credential.number else None,
        "type": validity.kind.value,
        "sender": credential.sender,
        "start_date": validity.start and dt_util.as_local(validity.start),
        "end_date": validity.end and dt_util.as_local(validity.end),
        "expired": validity.end is not None and validity.end < dt_util.utcnow(),
        "cycle": cycle or None,
        "status": credential.status.name.lower(),
    }
    return cast(Result, described)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _actions(topic: Topic, singular: str) -> dict[str, Action]:
    credential_id: VolDictType = {vol.Required(topic.id_field): OBJECT_ID}
    return {
        f"list_{topic.plural}": Action(
            handler=_lister(topic),
            fields={vol.Optional("include_secrets", default=False): cv.boolean},
            admin=False,
            response=SupportsResponse.ONLY,
        ),
        f"rename_{singular}": Action(
            handler=_renamer(topic), fields={**credential_id, vol.Required("name"): cv.string}
        ),
        f"set_{singular}_period": Action(
            handler=_period_setter(topic),
            fields={
                **credential_id,
                vol.Required("start_time"): cv.datetime,
                vol.Required("end_time"): cv.datetime,
            },
        ),
        f"delete_{singular}": Action(handler=_deleter(topic), fields=credential_id),
    }


ACTIONS: Final = {
    "add_card": Action(
        handler=async_add_card,
        fields={
            vol.Required("card_name"): cv.string,
            vol.Required("card_number"): DIGITS,
            vol.Optional("reversed", default=False): cv.boolean,
            vol.Optional("start_time"): cv.datetime,
            vol.Optional("end_time"): cv.datetime,
        },
        aliases={"name": "card_name", "number": "card_number"},
    ),
    **_actions(CARDS, "card"),
    **_actions(FINGERPRINTS, "fingerprint"),
}
