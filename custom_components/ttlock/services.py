"""Registration of the actions, which exist whether or not an account is loaded."""

from functools import partial

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.service import async_register_admin_service

from .actions import ACTIONS
from .const import DOMAIN


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions; what changes who may open a door is for administrators."""
    for name, action in ACTIONS.items():
        register = partial(async_register_admin_service, hass) if action.admin else hass.services.async_register
        register(DOMAIN, name, partial(action.handler, hass), action.schema, supports_response=action.response)
