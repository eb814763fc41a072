"""Teaching locks IC cards by their number (ttlock-open-api.md 4.6)."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client import Secret
from ..client.cloud.cards import check_number
from ..client.credentials import CredentialKind
from ..client.grants import Wish
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import DIGITS, NAME, Action
from .credentials import validities
from .outcomes import result_of
from .results import Result, each
from .topics import CARDS
from .validity import VALIDITY


async def async_add_card(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Teach locks a card by its number; the same wish twice gives the same card."""
    locks = await async_target_locks(hass, call)
    number = Secret(call.data["card_number"])
    reverse: bool = call.data["reversed"]
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            check_number(number, reverse=reverse)
    said = validities(hass, locks, call)

    async def add(entity_id: str, lock: LockCoordinator) -> Result:
        wish = Wish(
            kind=CredentialKind.CARD,
            lock_id=lock.lock_id,
            label=call.data["card_name"],
            validity=said[entity_id].for_new(),
            number=number,
            reversed_number=reverse,
        )
        CARDS.check(lock, wish.validity)
        return result_of(hass, call, lock, await lock.account.grants.async_place(wish))

    return await each(hass, locks, add)


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
