"""Actions on the accounts that the developer application registered (feature 1 of features.md; ttlock-open-api.md 2.5).

Passwords become digests before anything else is done with them.
"""

from typing import Final, cast

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import (
    HomeAssistantError,
    ImplementationUnavailableError,
    UnknownImplementationError,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..account import async_create_users
from ..client import password_digest
from ..client.cloud.users import Users
from ..client.errors import OutcomeUnknown
from ..client.inventory import ApplicationUser
from ..const import DOMAIN
from ..coordinator import ACCOUNT_NAME
from ..errors import translated
from .action import CONFIRM, NAME, Action, Target, confirmed


async def async_list_users(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the accounts that the application registered."""
    entry, users = await _async_users(hass, call)
    with translated(hass, entry, ACCOUNT_NAME):
        found = (await users.list()).items

    def described(user: ApplicationUser) -> JsonValueType:
        registered = user.registered and dt_util.as_local(user.registered)
        return {"username": user.username, "registered": cast(JsonValueType, registered)}

    return {"users": [described(user) for user in found]}


async def async_register_user(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Register an account; the vendor puts the prefix of the application before its name."""
    entry, users = await _async_users(hass, call)
    password = password_digest(call.data["password"])
    with translated(hass, entry, ACCOUNT_NAME):
        return {"username": await users.register(call.data["username"], password)}


async def async_reset_user_password(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give an account another password."""
    entry, users = await _async_users(hass, call)
    password = password_digest(call.data["password"])
    with translated(hass, entry, ACCOUNT_NAME):
        await users.reset_password(call.data["username"], password)
    return {"username": call.data["username"]}


async def async_delete_user(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Delete an account that owns no locks any more."""
    confirmed(call)
    entry, users = await _async_users(hass, call)
    username: str = call.data["username"]
    with translated(hass, entry, ACCOUNT_NAME):
        try:
            await users.delete(username)
        except OutcomeUnknown:
            left = await users.list()
            if not left.complete or any(user.username == username for user in left.items):
                raise
    return {"username": username}


async def _async_users(hass: HomeAssistant, call: ServiceCall) -> tuple[ConfigEntry, Users]:
    """Return the accounts of the application through which an entry signs in."""
    entry = async_get_config_entry(hass, DOMAIN, call.data.get("config_entry_id"))
    try:
        return entry, await async_create_users(hass, entry)
    except UnknownImplementationError as err:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="application_missing") from err
    except ImplementationUnavailableError as err:
        raise HomeAssistantError(translation_domain=DOMAIN, translation_key="application_unavailable") from err


_USERNAME: Final[VolDictType] = {vol.Required("username"): NAME}
_PASSWORD: Final[VolDictType] = {vol.Required("password"): vol.All(cv.string, vol.Length(min=1))}

ACTIONS: Final = {
    "list_users": Action(handler=async_list_users, target=Target.ACCOUNT, response=SupportsResponse.ONLY),
    "register_user": Action(handler=async_register_user, target=Target.ACCOUNT, fields={**_USERNAME, **_PASSWORD}),
    "reset_user_password": Action(
        handler=async_reset_user_password, target=Target.ACCOUNT, fields={**_USERNAME, **_PASSWORD}
    ),
    "delete_user": Action(handler=async_delete_user, target=Target.ACCOUNT, fields={**_USERNAME, **CONFIRM}),
}
