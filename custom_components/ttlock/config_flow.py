"""Signing in to an account."""

from collections.abc import Mapping
import logging
from typing import Any, cast, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlow,
)
from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler, LocalOAuth2Implementation
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from . import const
from .account import application_of, region_hosts, token_data
from .app_flow import AppFlow
from .client import Token, password_digest, sign_in_anywhere
from .client.errors import TTLockError
from .const import (
    CONF_AUTH_IMPLEMENTATION,
    CONF_KIND,
    CONF_REGION,
    CONF_TOKEN,
    DOCS_URL,
    DOMAIN,
    KIND_APP,
    LOGGER,
    PORTAL_URL,
)
from .message_template_flow import MessageTemplateFlow
from .options_flow import TTLockOptionsFlow
from .pairing_flow import PairingFlow
from .templates import MESSAGE_TEMPLATE

ACCOUNT_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_USERNAME): TextSelector(
            TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="username")
        ),
        vol.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
        ),
    }
)
MENU = ["developer", "app", "key", "new_lock"]
"""What a newcomer chooses from: who can do most comes first."""
FORM_ERRORS = {
    "application_unknown",
    "application_rejected",
    "application_not_approved",
    "wrong_account",
    "wrong_region",
    "cannot_connect",
    "timeout",
    "server_fault",
    "quota_exceeded",
    "quota_month_exceeded",
    "clock_skew",
}
"""Reasons for which the form has words of its own; every other one is shown as unknown."""


class TTLockConfigFlow(AppFlow, PairingFlow, AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Ask where the locks come from. With a developer application: pick it, then ask for the app account.

    The vendor has no page for consent: the account's password is exchanged for a token and forgotten.
    """

    DOMAIN = DOMAIN
    VERSION = 1
    MINOR_VERSION = 2

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what may be added to an account."""
        return {MESSAGE_TEMPLATE: MessageTemplateFlow}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow of what an account can be told."""
        return TTLockOptionsFlow()

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return the logger of the integration."""
        return LOGGER

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the user has: a developer application, an account of the app, or a key."""
        return self.async_show_menu(step_id="user", menu_options=MENU)

    async def async_step_developer(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Pick the developer application."""
        return await self.async_step_pick_implementation(user_input)

    @override
    async def async_step_auth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Continue with the account once the application is picked."""
        return await self.async_step_account()

    async def async_step_account(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the app account and sign in."""
        errors: dict[str, str] = {}
        if user_input is not None:
            implementation = cast(LocalOAuth2Implementation, self.flow_impl)
            username = user_input[CONF_USERNAME].strip()
            try:
                region, token = await sign_in_anywhere(
                    async_get_clientsession(self.hass),
                    region_hosts(),
                    application_of(implementation),
                    username,
                    password_digest(user_input[CONF_PASSWORD]),
                )
            except TTLockError as err:
                self.logger.debug("Sign-in refused: %s", err)
                errors["base"] = err.reason if err.reason in FORM_ERRORS else "unknown"
            except Exception:
                self.logger.exception("Unexpected error while signing in")
                errors["base"] = "unknown"
            else:
                return await self._async_finish(username, region, token)
        suggested = {CONF_USERNAME: (user_input or {}).get(CONF_USERNAME) or self._known_username()}
        return self.async_show_form(
            step_id="account",
            data_schema=self.add_suggested_values_to_schema(ACCOUNT_SCHEMA, suggested),
            errors=errors,
            description_placeholders={"portal_url": PORTAL_URL, "docs_url": DOCS_URL},
        )

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Sign in again after the cloud refused the token."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say why, then go the way of a first sign-in."""
        if user_input is None:
            return self.async_show_form(
                step_id="reauth_confirm", description_placeholders={"account": self._get_reauth_entry().title}
            )
        if self._get_reauth_entry().data.get(CONF_KIND) == KIND_APP:
            return await self.async_step_app()
        # The application is picked anew: its secret may be the very thing that was refused.
        return await self.async_step_pick_implementation()

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Change the application, sign in again, or bring new keys, on the user's wish."""
        match self._get_reconfigure_entry().data.get(CONF_KIND):
            case const.KIND_APP:
                return self.async_show_menu(step_id="reconfigure", menu_options=["app", "developer"])
            case const.KIND_BLUETOOTH:
                return await self.async_step_key()
        return await self.async_step_pick_implementation()

    async def _async_finish(self, username: str, region: str, token: Token) -> ConfigFlowResult:
        """Create the entry, or renew the one that is being repaired."""
        data = {
            CONF_AUTH_IMPLEMENTATION: self.flow_impl.domain,
            CONF_TOKEN: token_data(token),
            CONF_REGION: region,
            CONF_USERNAME: username,
        }
        # Without a number of the account, which the documentation promises, its name has to do.
        same_account = await self.async_set_unique_id(str(token.account_id or username.lower()))
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            entry = self._get_reauth_entry() if self.source == SOURCE_REAUTH else self._get_reconfigure_entry()
            if entry.data.get(CONF_KIND) == KIND_APP:
                return self._link(entry, data)
            if entry.unique_id is not None:
                self._abort_if_unique_id_mismatch(reason="wrong_account")
            elif same_account is not None:
                return self.async_abort(reason="already_configured")
            return self.async_update_reload_and_abort(entry, unique_id=self.unique_id, data_updates=data)
        if same_account is not None and same_account.data.get(CONF_KIND) == KIND_APP:
            return self._link(same_account, data)
        self._abort_if_unique_id_configured(updates=data)
        return self.async_create_entry(title=username, data=data)

    def _link(self, entry: ConfigEntry, data: dict[str, Any]) -> ConfigFlowResult:
        """Give an entry that has only keys the cloud of its account: its locks and their entities stay as they are."""
        if entry.unique_id != self.unique_id:
            return self.async_abort(reason="wrong_account")
        kept = {name: value for name, value in entry.data.items() if name != CONF_KIND}
        return self.async_update_reload_and_abort(entry, data={**kept, **data}, reason="linked")

    def _known_username(self) -> str | None:
        """Return the account name of the entry that is being repaired."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry().data.get(CONF_USERNAME)
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry().data.get(CONF_USERNAME)
        return None
