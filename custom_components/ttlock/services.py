"""Registration of the actions, which exist whether or not an account is loaded."""

from functools import partial

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from .actions import ACTIONS, Action, Request
from .const import DOMAIN


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; what changes who may open a door is for administrators."""
    for name, action in ACTIONS.items():
        register = partial(async_register_admin_service, hass) if action.admin else hass.services.async_register
        run = partial(_async_run, hass, name, action)
        register(DOMAIN, name, run, action.schema, supports_response=action.response)


async def _async_run(hass: HomeAssistant, name: str, action: Action, call: ServiceCall) -> ServiceResponse:
    return await Request(name=name, action=action, call=call).async_run(hass, call)
