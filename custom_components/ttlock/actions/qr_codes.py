"""Making QR codes that open locks, and reading what their pictures say (ttlock-open-api.md 4.10)."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..client import Feature
from ..client.cloud.qr_codes import NewQrCode, check_new
from ..client.credentials import QrCode, Validity
from ..client.errors import InvalidInput, Unsupported
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_may_see_secrets, async_target_locks
from .action import NAME, OBJECT_ID, Action
from .credentials import async_find, async_made, described, hidden, validities, written
from .results import ACCEPTED, Result, each, listed
from .topics import QR_CODES
from .validity import VALIDITY, same


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
        validity = said[entity_id].for_new()
        _check_lock(lock, number, validity)
        made = await _async_make(lock, call, number, validity)
        result: Result = {**(ACCEPTED if number is None else written(lock)), "id": made.qr_code_id}
        if with_secrets:
            content = await lock.account.cloud.qr_codes.content(made.qr_code_id)
            result |= {
                "number": hidden(made.number, with_secrets),
                "link": hidden(made.link, with_secrets),
                "content": hidden(content, with_secrets),
            }
        return result

    return await each(hass, locks, add)


async def async_get_qr_code(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return one QR code and what its picture has to say now, to those who may see it."""
    locks = await async_target_locks(hass, call)
    with_secrets = call.data["include_secrets"] and await async_may_see_secrets(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        code = await async_find(lock, QR_CODES, call.data["qr_code_id"])
        content = await lock.account.cloud.qr_codes.content(code.credential_id)
        return {"qr_codes": [{**described(code, with_secrets), "content": hidden(content, with_secrets)}]}

    return await listed(hass, locks, "qr_codes", read)


def _check_lock(lock: LockCoordinator, number: int | None, validity: Validity) -> None:
    QR_CODES.check(lock, validity)
    if number is None and lock.data.features.lack(Feature.QR_CODE):
        raise Unsupported("no_random_qr_codes")
    if number is not None and lock.data.features.lack(Feature.CUSTOM_QR_CODE):
        raise Unsupported("no_custom_qr_codes")


async def _async_make(lock: LockCoordinator, call: ServiceCall, number: int | None, validity: Validity) -> NewQrCode:
    """Make a QR code and return it; the same wish for a number of our own twice gives the same code."""
    codes = lock.account.cloud.qr_codes
    name: str = call.data["qr_code_name"]
    before = await QR_CODES.listing(lock.account.cloud, lock.lock_id)
    if number is None:
        return await async_made(
            lock,
            QR_CODES,
            before,
            codes.add_random(lock.lock_id, validity, name, call.data.get("refresh_minutes")),
            lambda code: _made(code) if code.name == name and same(code.validity, validity) else None,
        )
    for code in before.items:
        if code.number and code.number.reveal() == str(number):
            if same(code.validity, validity):
                return _made(code)
            raise InvalidInput("qr_code_exists")
    return await async_made(
        lock,
        QR_CODES,
        before,
        lock.async_command(codes.add_custom(lock.lock_id, number, validity, name)),
        lambda code: _made(code) if code.number and code.number.reveal() == str(number) else None,
    )


def _made(code: QrCode) -> NewQrCode:
    return NewQrCode(qr_code_id=code.credential_id, number=code.number, link=code.link)


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
