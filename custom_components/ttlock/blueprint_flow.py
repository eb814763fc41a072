"""The step of the options about blueprints."""

from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_LANGUAGE
from homeassistant.helpers.selector import (
    LanguageSelector,
    LanguageSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from .blueprint_shelf import BlueprintState, async_blueprint_shelf

CONF_BLUEPRINTS: Final = "blueprints"
CHOICE: Final = "blueprint"
BLUEPRINTS: Final = (
    "access_expiring",
    "alarm",
    "battery_low",
    "closed_not_locked",
    "command_failed",
    "door_left_open",
    "everybody_left",
    "family_home",
    "guest_arrived",
    "lock_at_night",
    "lock_offline",
    "lockdown",
    "no_activity",
    "one_time_code",
    "visitor_unlock",
)


class BlueprintSteps(OptionsFlow):
    """Which of our blueprints the user wants."""

    async def async_step_blueprints(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which are wanted in which language, and put them there; those of all accounts are the same."""
        shelf = async_blueprint_shelf(self.hass)
        errors: dict[str, str] = {}
        if user_input is not None:
            wanted = set(user_input.get(CONF_BLUEPRINTS, ()))
            if not await shelf.async_put(wanted, user_input[CONF_LANGUAGE]):
                return self.async_create_entry(data=dict(self.config_entry.options))
            errors[CONF_BLUEPRINTS] = "blueprint_in_use"
        if not (states := await shelf.async_states()):
            return self.async_abort(reason="no_blueprints")
        languages, language = await shelf.async_languages()
        present = [name for name in BLUEPRINTS if states.get(name, BlueprintState.ABSENT) is not BlueprintState.ABSENT]
        schema = vol.Schema(
            {
                vol.Optional(CONF_BLUEPRINTS, default=present): SelectSelector(
                    SelectSelectorConfig(
                        options=[name for name in BLUEPRINTS if name in states],
                        multiple=True,
                        mode=SelectSelectorMode.LIST,
                        translation_key=CHOICE,
                    )
                ),
                vol.Required(CONF_LANGUAGE, default=language): LanguageSelector(
                    LanguageSelectorConfig(languages=languages, native_name=True)
                ),
            }
        )
        return self.async_show_form(step_id="blueprints", data_schema=schema, errors=errors)
