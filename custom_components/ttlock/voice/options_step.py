"""The step of the options about voice assistants."""

from collections.abc import Sequence
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import Platform
from homeassistant.helpers.selector import (
    BooleanSelector,
    DeviceFilterSelectorConfig,
    DeviceSelector,
    DeviceSelectorConfig,
    EntitySelector,
    EntitySelectorConfig,
)
import voluptuous as vol

from ..delivery import PHONES
from .options import (
    CONF_VOICE_APPROVAL,
    CONF_VOICE_MANAGE,
    CONF_VOICE_NAMES,
    CONF_VOICE_PHONES,
    CONF_VOICE_RECIPIENTS,
    VoiceOptions,
)
from .phones import async_phones
from .sentences import async_are_installed, async_install, async_remove

CONF_SENTENCES: Final = "sentences"


class VoiceSteps(OptionsFlow):
    """What the user says about voice assistants."""

    _kept: Sequence[str] = ()

    async def async_step_voice(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how far they may go."""
        errors: dict[str, str] = {}
        if user_input is not None:
            phones = user_input[CONF_VOICE_PHONES]
            if user_input[CONF_VOICE_MANAGE] and not user_input[CONF_VOICE_RECIPIENTS]:
                errors[CONF_VOICE_RECIPIENTS] = "voice_without_recipient"
            if user_input[CONF_VOICE_APPROVAL] and not phones:
                errors[CONF_VOICE_PHONES] = "voice_without_phone"
            elif user_input[CONF_VOICE_APPROVAL] and len(await async_phones(self.hass, phones)) < len(set(phones)):
                errors[CONF_VOICE_PHONES] = "voice_phone_unfit"
            if not errors:
                return self.async_create_entry(data={**self.config_entry.options, **user_input})
        known = VoiceOptions.of(user_input or self.config_entry.options)
        schema = vol.Schema(
            {
                vol.Required(CONF_VOICE_MANAGE, default=known.manage): BooleanSelector(),
                vol.Required(CONF_VOICE_NAMES, default=known.names): BooleanSelector(),
                vol.Required(CONF_VOICE_RECIPIENTS, default=list(known.recipients)): EntitySelector(
                    EntitySelectorConfig(domain=Platform.NOTIFY, multiple=True)
                ),
                vol.Required(CONF_VOICE_APPROVAL, default=known.approval): BooleanSelector(),
                vol.Required(CONF_VOICE_PHONES, default=list(known.phones)): DeviceSelector(
                    DeviceSelectorConfig(filter=[DeviceFilterSelectorConfig(integration=PHONES)], multiple=True)
                ),
            }
        )
        return self.async_show_form(step_id="voice", data_schema=schema, errors=errors)

    async def async_step_sentences(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether Assist is to know our sentences."""
        if user_input is not None:
            apply = async_install if user_input[CONF_SENTENCES] else async_remove
            outcome = await apply(self.hass)
            if outcome.kept:
                self._kept = outcome.kept
                return await self.async_step_sentences_kept()
            return self.async_create_entry(data={**self.config_entry.options})
        there = await async_are_installed(self.hass)
        schema = vol.Schema({vol.Required(CONF_SENTENCES, default=there): BooleanSelector()})
        return self.async_show_form(step_id="sentences", data_schema=schema)

    async def async_step_sentences_kept(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Tell which files were left alone."""
        if user_input is not None:
            return self.async_create_entry(data={**self.config_entry.options})
        return self.async_show_form(step_id="sentences_kept", description_placeholders={"files": ", ".join(self._kept)})
