"""The address for callbacks: what belongs into the vendor's portal, and why it cannot work."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.network import NoURLAvailableError

from .const import DOMAIN, LOGGER

PORTS: Final = (443, 80)
CHECK_SECONDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where callbacks are to go."""

    url: str | None
    """What belongs into the vendor's portal. Who knows it can send made-up callbacks."""
    problem: str | None = None
    """Why callbacks cannot come, as one word: the vendor wants https, a real name, port 443 or 80 and a certificate that
    the world trusts (ttlock-open-api.md 5.1)."""


async def async_address(hass: HomeAssistant, entry: ConfigEntry) -> Address:
    """Return the address of an entry; with Home Assistant Cloud one that needs no open port."""
    webhook_id = entry.data[CONF_WEBHOOK_ID]
    subscribed = False
    if "cloud" in hass.config.components:
        # Its library is there only with Home Assistant Cloud.
        from homeassistant.components import cloud  # noqa: PLC0415

        if subscribed := cloud.async_active_subscription(hass):
            try:
                return Address(url=await cloud.async_get_or_create_cloudhook(hass, webhook_id))
            except (
                cloud.CloudNotAvailable,
                cloud.NabuCasaBaseError,  # type: ignore[attr-defined]
                ValueError,
                TimeoutError,
            ) as err:
                LOGGER.debug("Home Assistant Cloud gives no address: %s", type(err).__name__)
    try:
        url = webhook.async_generate_url(hass, webhook_id, allow_internal=False, allow_ip=False)
    except NoURLAvailableError:
        if subscribed:
            return Address(url=None, problem="cloud_disconnected")
        return Address(url=None, problem="ip_address" if hass.config.external_url else "no_external_url")
    if not url.startswith("https://"):
        return Address(url=url, problem="plain_http")
    if (urlsplit(url).port or PORTS[0]) not in PORTS:
        return Address(url=url, problem="other_port")
    return Address(url=url, problem=await _async_problem(hass, url))


async def _async_problem(hass: HomeAssistant, url: str) -> str | None:
    """Look at the address from here; many networks do not let their own name in, which tells nothing."""
    try:
        async with (
            asyncio.timeout(CHECK_SECONDS),
            async_get_clientsession(hass).head(url, allow_redirects=False),
        ):
            return None
    except aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError:
        return "certificate"
    except aiohttp.ClientError, OSError:
        return None


async def async_release_address(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give back the address that Home Assistant Cloud made, with the last entry that has it."""
    webhook_id = entry.data.get(CONF_WEBHOOK_ID)
    shared = any(
        other.data.get(CONF_WEBHOOK_ID) == webhook_id and other.entry_id != entry.entry_id
        for other in hass.config_entries.async_entries(DOMAIN)
    )
    if webhook_id is None or shared or "cloud" not in hass.config.components:
        return
    from homeassistant.components import cloud  # noqa: PLC0415  # as above

    # Without one there is nothing to give back.
    with suppress(cloud.CloudNotAvailable, ValueError):
        await cloud.async_delete_cloudhook(hass, webhook_id)
