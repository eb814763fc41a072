"""Access to the account of a config entry: where its cloud is, and the token it keeps."""

import asyncio
from collections.abc import Mapping
from functools import partial
import os
import time
from typing import Any, cast

import aiohttp
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    LocalOAuth2Implementation,
    async_get_config_entry_implementation,
)

from .application_quota import ApplicationQuota, async_quota
from .client import (
    DEFAULT_REGION,
    REGION_HOSTS,
    Application,
    Meter,
    Purpose,
    Secret,
    Token,
    Transport,
    month_request_count,
    renew,
)
from .client.cloud.users import Users
from .client.errors import TTLockError
from .client.roads.client import RoadClient
from .const import CONF_REGION, CONF_TOKEN, ENV_API_URL

EARLY_RENEWAL_SECONDS = 60
"""A token is renewed a little before its end, so that no command meets an expired one."""


def region_hosts() -> Mapping[str, str]:
    """Return the hosts by region, or the one that the environment names instead."""
    if url := os.environ.get(ENV_API_URL):
        return {DEFAULT_REGION: url.rstrip("/")}
    return REGION_HOSTS


def application_of(implementation: LocalOAuth2Implementation) -> Application:
    """Return the developer application that the user entered as application credentials."""
    return Application(client_id=implementation.client_id, client_secret=Secret(implementation.client_secret))


def token_data(token: Token) -> dict[str, Any]:
    """Return a token in the shape in which Home Assistant keeps OAuth2 tokens, with the account's number."""
    data: dict[str, Any] = {
        "access_token": token.access.reveal(),
        "refresh_token": token.refresh.reveal(),
        "expires_in": token.lifetime_seconds,
        "expires_at": time.time() + token.lifetime_seconds,
    }
    if token.account_id is not None:
        data["uid"] = token.account_id
    return data


async def async_create_client(hass: HomeAssistant, entry: ConfigEntry) -> tuple[RoadClient, ApplicationQuota]:
    """Return the client of an entry, and the calls that it shares with others; raises as `_async_application`."""
    application, host = await _async_application(hass, entry)
    session = async_get_clientsession(hass)
    quota = await async_quota(hass, application.client_id)
    quota.counter = partial(month_request_count, session, host, application)
    tokens = EntryTokens(hass, entry, session, host, application, quota)
    transport = Transport(session, host, application.client_id, tokens, clock=time.time, meter=quota)
    return RoadClient(transport), quota


async def async_create_users(hass: HomeAssistant, entry: ConfigEntry) -> Users:
    """Return the accounts that the developer application of a loaded entry registered; raises as `_async_application`."""
    application, host = await _async_application(hass, entry)
    quota = await async_quota(hass, application.client_id)
    cloud: RoadClient = entry.runtime_data.cloud
    return Users(
        async_get_clientsession(hass),
        host,
        application,
        # As far as the clock of this host is off, the calls for locks have found out.
        clock=lambda: time.time() + cloud.clock_offset,
        meter=quota,
    )


async def _async_application(hass: HomeAssistant, entry: ConfigEntry) -> tuple[Application, str]:
    """Return the developer application of an entry, and the cloud of its region.

    Raises UnknownImplementationError when the user removed the application credentials, ImplementationUnavailableError
    while they cannot be read.
    """
    implementation = await async_get_config_entry_implementation(hass, entry)
    application = application_of(cast(LocalOAuth2Implementation, implementation))
    hosts = region_hosts()
    return application, hosts.get(entry.data.get(CONF_REGION, DEFAULT_REGION)) or hosts[DEFAULT_REGION]


class EntryTokens:
    """The token in a config entry: hand it out, renew it, store it."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        session: aiohttp.ClientSession,
        host: str,
        application: Application,
        meter: Meter,
    ) -> None:
        """Keep what a renewal needs."""
        self._meter = meter
        self._hass = hass
        self._entry = entry
        self._session = session
        self._host = host
        self._application = application
        self._renewing = asyncio.Lock()

    async def access_token(self) -> Secret:
        """Return the token, renewed when its time is over."""
        token = self._entry.data[CONF_TOKEN]
        current = Secret(token["access_token"])
        if token.get("expires_at", 0) > time.time() + EARLY_RENEWAL_SECONDS:
            return current
        return await self.renew(current)

    async def renew(self, rejected: Secret) -> Secret:
        """Exchange the refresh token; when another call did so meanwhile, return what that one got."""
        async with self._renewing:
            old = self._entry.data[CONF_TOKEN]
            current = Secret(old["access_token"])
            if current != rejected:
                return current
            self._meter.admit(Purpose.SIGN_IN, background=False)
            try:
                token = await renew(self._session, self._host, self._application, Secret(old["refresh_token"]))
            except TTLockError as err:
                self._meter.answered(Purpose.SIGN_IN, err)
                raise
            data = {**self._entry.data, CONF_TOKEN: {**old, **token_data(token)}}
            self._hass.config_entries.async_update_entry(self._entry, data=data)
            return token.access
