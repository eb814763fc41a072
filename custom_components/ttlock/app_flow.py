"""Signing in with an account of the vendor's app, without a developer application."""

from functools import partial
import importlib
from typing import Any, Final, override
import uuid

from homeassistant.config_entries import SOURCE_REAUTH, SOURCE_RECONFIGURE, ConfigEntry, ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_CODE, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import BooleanSelector, TextSelector, TextSelectorConfig, TextSelectorType
from homeassistant.requirements import RequirementsNotFound, async_process_requirements
import voluptuous as vol

from .app_reply import AppKeys, AppRefusal, AppSignIn
from .client import Secret
from .const import CONF_INSTALLATION, CONF_KIND, DOCS_URL, DOMAIN, KIND_APP, LOGGER
from .key_store import async_hand_over

LIBRARY: Final = "ttlock-ble==0.3.2"
"""Speaks to the cloud of the apps. This very version, since two of its methods are replaced."""
CONF_RESEND: Final = "resend"

SIGN_IN_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_USERNAME): TextSelector(
            TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="username")
        ),
        vol.Required(CONF_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
        ),
    }
)
CODE_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_CODE): TextSelector(
            TextSelectorConfig(type=TextSelectorType.TEXT, autocomplete="one-time-code")
        ),
        vol.Required(CONF_RESEND, default=False): BooleanSelector(),
    }
)
APP_ERRORS: Final = {
    "app_account_rejected",
    "app_code_wrong",
    "app_no_keys",
    "app_refused",
    "cannot_connect",
    "server_fault",
    "timeout",
}
"""Reasons for which the forms have words; every other one is shown as a refusal."""


async def async_open(hass: HomeAssistant, username: str, password: Secret, installation: str) -> AppSignIn:
    """Begin a sign-in; installs the library that does it, RequirementsNotFound when that is not possible."""
    await async_process_requirements(hass, DOMAIN, [LIBRARY], is_built_in=False)
    load = partial(importlib.import_module, f"{__package__}.app_account")
    module = await hass.async_add_import_executor_job(load)
    opened: AppSignIn = module.AppAccount(username, password, installation)
    return opened


class AppFlow(ConfigFlow):
    """The steps of somebody who has only the app: its cloud hands the keys out, and is not needed any more."""

    _app: AppSignIn | None = None
    _app_username: str = ""
    _installation: str = ""

    async def async_step_app(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the account and sign in."""
        errors: dict[str, str] = {}
        refusal: AppRefusal | None = None
        if user_input is not None:
            self._app_username = user_input[CONF_USERNAME].strip()
            try:
                return await self._async_sign_in(Secret(user_input[CONF_PASSWORD]))
            except AppRefusal as err:
                refusal = err
                errors["base"] = self._word_of(err)
            except RequirementsNotFound as err:
                LOGGER.error("The library for the app account cannot be installed: %s", err)
                errors["base"] = "library_missing"
            except AbortFlow:
                raise
            except Exception:
                LOGGER.exception("Unexpected error while signing in to the app account")
                errors["base"] = "unknown"
        suggested = {CONF_USERNAME: self._app_username or self._entry_data().get(CONF_USERNAME)}
        return self.async_show_form(
            step_id="app",
            data_schema=self.add_suggested_values_to_schema(SIGN_IN_SCHEMA, suggested),
            errors=errors,
            description_placeholders={"docs_url": DOCS_URL, **_number_of(refusal)},
        )

    async def async_step_app_code(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the code with which the cloud makes sure that this installation belongs to the account."""
        errors: dict[str, str] = {}
        refusal: AppRefusal | None = None
        if user_input is not None and self._app is not None:
            code = user_input.get(CONF_CODE, "").strip()
            try:
                if user_input[CONF_RESEND]:
                    await self._app.async_send_code()
                else:
                    return await self._async_confirm(self._app, Secret(code))
            except AppRefusal as err:
                refusal = err
                errors["base"] = self._word_of(err)
            except AbortFlow:
                raise
            except Exception:
                LOGGER.exception("Unexpected error while signing in to the app account")
                errors["base"] = "unknown"
        return self.async_show_form(
            step_id="app_code",
            data_schema=CODE_SCHEMA,
            errors=errors,
            description_placeholders={"account": self._app_username, **_number_of(refusal)},
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Forget the sign-in with the form, the password with it."""
        super().async_remove()
        self._async_drop()

    async def _async_sign_in(self, password: Secret) -> ConfigFlowResult:
        self._async_drop()
        self._installation = self._known_installation() or self._installation or uuid.uuid4().hex
        app = self._app = await async_open(self.hass, self._app_username, password, self._installation)
        try:
            await app.async_sign_in()
        except AppRefusal as err:
            if err.reason != "app_code_wanted":
                raise
            await app.async_send_code()
            return await self.async_step_app_code()
        return await self._async_finish_app(await app.async_fetch())

    async def _async_confirm(self, app: AppSignIn, code: Secret) -> ConfigFlowResult:
        if not code:
            raise AppRefusal("app_code_wrong")
        await app.async_confirm(code)
        await app.async_sign_in()
        return await self._async_finish_app(await app.async_fetch())

    async def _async_finish_app(self, found: AppKeys) -> ConfigFlowResult:
        """Create the entry, or bring new keys to the one that is there."""
        if found.unreadable:
            LOGGER.warning("The app account has %s locks without a key that can be read", found.unreadable)
        if not found.keys:
            raise AppRefusal("app_no_keys")
        unique_id = str(found.account_id)
        entry = await self.async_set_unique_id(unique_id, raise_on_progress=False)
        data = {CONF_KIND: KIND_APP, CONF_USERNAME: self._app_username, CONF_INSTALLATION: self._installation}
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            self._abort_if_unique_id_mismatch(reason="wrong_account")
        elif entry is not None and entry.data.get(CONF_KIND) != KIND_APP:
            return self.async_abort(reason="already_configured")
        async_hand_over(self.hass, unique_id, found.keys, whole=True)
        if entry is None:
            return self.async_create_entry(title=self._app_username, data=data)
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            return self.async_update_reload_and_abort(entry, data_updates=data)
        return self.async_update_reload_and_abort(entry, data_updates=data, reason="keys_added")

    def _known_installation(self) -> str | None:
        """Return the installation by which the cloud knows us already."""
        entries = self.hass.config_entries.async_entries(DOMAIN)
        known: dict[str, str] = {
            entry.data.get(CONF_USERNAME, "").casefold(): entry.data[CONF_INSTALLATION]
            for entry in entries
            if CONF_INSTALLATION in entry.data
        }
        return known.get(self._app_username.casefold()) or self._entry_data().get(CONF_INSTALLATION)

    def _entry_data(self) -> dict[str, Any]:
        """Return what the entry that is being repaired holds."""
        entry: ConfigEntry | None = None
        if self.source == SOURCE_REAUTH:
            entry = self._get_reauth_entry()
        elif self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
        return dict(entry.data) if entry else {}

    def _word_of(self, refusal: AppRefusal) -> str:
        LOGGER.debug("The app account was refused: %s", refusal)
        return refusal.reason if refusal.reason in APP_ERRORS else "app_refused"

    @callback
    def _async_drop(self) -> None:
        if self._app is not None:
            self.hass.async_create_task(self._app.async_close(), "ttlock: app account is closed")
            self._app = None


def _number_of(refusal: AppRefusal | None) -> dict[str, str]:
    return {"code": str(refusal.code) if refusal and refusal.code is not None else "–"}
