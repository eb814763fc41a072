"""Making QR codes that open locks, and reading what their pictures say (ttlock-open-api.md 4.10)."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..client import Feature, Secret
from ..client.cloud.qr_codes import check_new
from ..client.credentials import CredentialKind
from ..client.errors import Unsupported
from ..client.grants import Wish
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import NAME, OBJECT_ID, Action
from .credentials import async_find, described, hidden, validities
from .outcomes import result_of
from .results import Result, each, listed
from .topics import QR_CODES
from .validity import VALIDITY


async def async_add_qr_code(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Make a QR code: a random one needs no gateway, one with a number of our own is taught to the lock."""
    locks = await async_target_locks(hass, call)
    number: int | None = call.data.get("qr_code_number")
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            check_new(number, call.data.get("refresh_minutes"))
    said = validities(hass, locks, call)
    with_secrets = call.data["include_secrets"] and await async_may_see_secrets(hass, call)

    async def add(entity_id: str, lock: LockCoordinator) -> Result:
        wish = Wish(
            kind=CredentialKind.QR_CODE,
            lock_id=lock.lock_id,
            label=call.data["qr_code_name"],
            validity=said[entity_id].for_new(),
            number=None if number is None else Secret(str(number)),
            refresh_minutes=call.data.get("refresh_minutes"),
        )
        _check_lock(lock, wish)
        result = result_of(hass, call, lock, await lock.account.grants.async_place(wish))
        qr_code_id = result["id"]
        if with_secrets and isinstance(qr_code_id, int):
            shown = await _async_shown(lock, qr_code_id, with_secrets)
            result |= {key: shown[key] for key in ("number", "link", "content")}
        return result

    return await each(hass, locks, add)


async def async_get_qr_code(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return one QR code and what its picture has to say now, to those who may see it."""
    locks = await async_target_locks(hass, call)
    with_secrets = call.data["include_secrets"] and await async_may_see_secrets(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        return {"qr_codes": [await _async_shown(lock, call.data["qr_code_id"], with_secrets)]}

    return await listed(hass, locks, "qr_codes", read)


async def _async_shown(lock: LockCoordinator, qr_code_id: int, with_secrets: bool) -> Result:
    code = await async_find(lock, QR_CODES, qr_code_id)
    content = await lock.account.cloud.qr_codes.content(qr_code_id)
    return {**described(lock, code, with_secrets), "content": hidden(content, with_secrets)}


def _check_lock(lock: LockCoordinator, wish: Wish) -> None:
    QR_CODES.check(lock, wish.validity)
    if wish.is_random and lock.data.features.lack(Feature.QR_CODE):
        raise Unsupported("no_random_qr_codes")
    if not wish.is_random and lock.data.features.lack(Feature.CUSTOM_QR_CODE):
        raise Unsupported("no_custom_qr_codes")


_SECRETS: VolDictType = {vol.Optional("include_secrets", default=False): cv.boolean}

ACTIONS: Final = {
    "add_qr_code": Action(
        handler=async_add_qr_code,
        fields={
            vol.Required("qr_code_name"): NAME,
            vol.Optional("qr_code_number"): vol.Coerce(int),
            vol.Optional("refresh_minutes"): vol.Coerce(int),
            **VALIDITY,
            **_SECRETS,
        },
        aliases={"name": "qr_code_name", "number": "qr_code_number"},
    ),
    "get_qr_code": Action(
        handler=async_get_qr_code,
        fields={vol.Required("qr_code_id"): OBJECT_ID, **_SECRETS},
        admin=False,
        response=SupportsResponse.ONLY,
    ),
}
