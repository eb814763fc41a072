"""The actions: names, fields and registration (compatibility.md 4.3, 4.4)."""

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from homeassistant.const import WEEKDAYS
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from . import actions
from .const import DOMAIN

MAX_AUTO_LOCK_SECONDS = 3600

_PERIOD: VolDictType = {
    vol.Optional("start_time"): cv.time,
    vol.Optional("end_time"): cv.time,
    vol.Optional("all_day", default=False): cv.boolean,
    vol.Optional("days", default=list(WEEKDAYS)): cv.weekdays,
}
_VALIDITY: VolDictType = {
    vol.Optional("start_time"): cv.datetime,
    vol.Optional("end_time"): cv.datetime,
    vol.Optional("duration"): cv.positive_time_period,
}
# Digits may arrive as a number when a template was rendered to one.
_DIGITS = vol.Coerce(str)
_ID = vol.All(vol.Coerce(int), vol.Range(min=1))

_ALIASES = {"name": "passcode_name", "code": "passcode", "start": "start_time", "end": "end_time"}


def _with_aliases(data: dict[str, Any]) -> dict[str, Any]:
    """Take the short names of fields beside the documented ones; an empty field counts as absent."""
    given = {_ALIASES.get(key, key): value for key, value in data.items()}
    return {key: value for key, value in given.items() if value not in ("", None)}


def _schema(fields: VolDictType) -> vol.All[Any]:
    return vol.All(_with_aliases, cv.make_entity_service_schema(fields))


SCHEMAS: dict[str, vol.All[Any]] = {
    "create_passcode": _schema(
        {
            vol.Required("passcode_name"): cv.string,
            vol.Optional("passcode"): _DIGITS,
            vol.Optional("type"): vol.In(actions.PASSCODE_TYPES),
            **_VALIDITY,
        }
    ),
    "modify_passcode": _schema(
        {
            vol.Required("passcode_id"): _ID,
            vol.Optional("passcode_name"): cv.string,
            vol.Optional("passcode"): _DIGITS,
            **_VALIDITY,
        }
    ),
    "delete_passcode": _schema(
        {
            vol.Optional("passcode_id"): vol.All(cv.ensure_list, [_ID]),
            vol.Optional("passcode_name"): cv.string,
        }
    ),
    "list_passcodes": _schema({}),
    "configure_passage_mode": _schema(
        {
            vol.Required("enabled"): cv.boolean,
            vol.Optional("auto_unlock"): cv.boolean,
            vol.Optional("periods"): vol.All(cv.ensure_list, [vol.Schema(_PERIOD)]),
            vol.Optional("start_time"): cv.time,
            vol.Optional("end_time"): cv.time,
            vol.Optional("all_day"): cv.boolean,
            vol.Optional("days"): cv.weekdays,
        }
    ),
    "configure_autolock": _schema(
        {
            vol.Required("enabled"): cv.boolean,
            vol.Optional("seconds"): vol.All(vol.Coerce(int), vol.Range(min=0, max=MAX_AUTO_LOCK_SECONDS)),
        }
    ),
    "update_state": _schema({}),
}

type Handler = Callable[[HomeAssistant, ServiceCall], Coroutine[Any, Any, ServiceResponse]]

# What changes who may open the door is for administrators; automations have no user and may.
ADMIN_ACTIONS: dict[str, Handler] = {
    "create_passcode": actions.async_create_passcode,
    "modify_passcode": actions.async_modify_passcode,
    "delete_passcode": actions.async_delete_passcode,
    "configure_passage_mode": actions.async_configure_passage_mode,
    "configure_autolock": actions.async_configure_autolock,
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, handler in ADMIN_ACTIONS.items():
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(handler, hass),
            SCHEMAS[name],
            supports_response=SupportsResponse.OPTIONAL,
        )
    hass.services.async_register(
        DOMAIN,
        "list_passcodes",
        partial(actions.async_list_passcodes, hass),
        SCHEMAS["list_passcodes"],
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        "update_state",
        partial(actions.async_update_state, hass),
        SCHEMAS["update_state"],
        supports_response=SupportsResponse.OPTIONAL,
    )
