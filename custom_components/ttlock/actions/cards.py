"""Teaching locks IC cards by their number (ttlock-open-api.md 4.6)."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client import Secret
from ..client.cloud.cards import check_number, swapped
from ..client.credentials import Validity
from ..client.errors import OutcomeUnknown
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import DIGITS, NAME, Action
from .credentials import validities, written
from .results import Result, each
from .topics import CARDS
from .validity import VALIDITY, same


async def async_add_card(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Teach locks a card by its number; a lost answer is looked up, never repeated."""
    locks = await async_target_locks(hass, call)
    number = Secret(call.data["card_number"])
    reverse: bool = call.data["reversed"]
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            check_number(number, reverse=reverse)
    said = validities(hass, locks, call)

    async def add(entity_id: str, lock: LockCoordinator) -> Result:
        validity = said[entity_id].for_new()
        CARDS.check(lock, validity)
        card_id = await _async_teach(lock, number, validity, call.data["card_name"], reverse=reverse)
        return {**written(lock), "id": card_id}

    return await each(hass, locks, add)


async def _async_teach(lock: LockCoordinator, number: Secret, validity: Validity, name: str, *, reverse: bool) -> int:
    cards = lock.account.cloud.cards
    teach = cards.add_reversed if reverse else cards.add
    try:
        return await lock.async_command(teach(lock.lock_id, number, validity, name))
    except OutcomeUnknown:
        stored = swapped(number) if reverse else number
        for card in (await cards.list(lock.lock_id)).items:
            if card.number == stored and same(card.validity, validity):
                return card.credential_id
        raise


ACTIONS: Final = {
    "add_card": Action(
        handler=async_add_card,
        fields={
            vol.Required("card_name"): NAME,
            vol.Required("card_number"): DIGITS,
            vol.Optional("reversed", default=False): cv.boolean,
            **VALIDITY,
        },
        aliases={"name": "card_name", "number": "card_number"},
    ),
}
