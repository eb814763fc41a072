"""Application credentials: the developer application that the cloud wants to see."""

from homeassistant.components.application_credentials import (
    AuthImplementation,
    AuthorizationServer,
    ClientCredential,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2Implementation

from .account import region_hosts
from .client import DEFAULT_REGION
from .const import DOCS_URL, PORTAL_URL


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> AbstractOAuth2Implementation:
    """Return the keeper of client id and secret.

    The vendor has no page on which a user could consent, so only the credentials are used; signing in is done by the
    config flow and renewals by the token keeper of the entry.
    """
    server = AuthorizationServer(authorize_url="", token_url=region_hosts()[DEFAULT_REGION])
    return AuthImplementation(hass, auth_domain, credential, server)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return the addresses for the dialog that asks for the credentials."""
    return {"portal_url": PORTAL_URL, "docs_url": DOCS_URL}
