"""Writing the messages that guests get."""

from typing import Any

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig
import voluptuous as vol

from .message import PLACEHOLDERS, UnknownPlaceholder, in_braces, placeholders_of
from .message_words import words_of
from .templates import CONF_TEXT, CONF_TITLE, MESSAGE_TEMPLATE, is_named

TEMPLATE_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_NAME): TextSelector(),
        vol.Required(CONF_TEXT): TextSelector(TextSelectorConfig(multiline=True)),
        vol.Optional(CONF_TITLE): TextSelector(),
    }
)


class MessageTemplateFlow(ConfigSubentryFlow):
    """Add or change a message template. Nothing is reloaded: a template is looked up when it is used."""

    def __init__(self) -> None:
        """Know nothing wrong yet."""
        self._errors: dict[str, str] = {}
        self._unknown = ""

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add a template, beginning with our own text."""
        if user_input is not None and self._is_right(user_input):
            return self.async_create_entry(title=user_input.pop(CONF_NAME), data=user_input)
        return self._form("user", user_input or {CONF_TEXT: words_of(self.hass.config.language).code})

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Change a template."""
        subentry = self._get_reconfigure_subentry()
        if user_input is not None and self._is_right(user_input):
            return self.async_update_and_abort(
                self._get_entry(), subentry, title=user_input.pop(CONF_NAME), data=user_input
            )
        return self._form("reconfigure", user_input or {CONF_NAME: subentry.title, **subentry.data})

    def _form(self, step_id: str, suggested: dict[str, Any]) -> SubentryFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(TEMPLATE_SCHEMA, suggested),
            errors=self._errors,
            description_placeholders={"known": in_braces(PLACEHOLDERS), "placeholder": self._unknown},
        )

    def _is_right(self, user_input: dict[str, Any]) -> bool:
        """Tidy the input, and note what is wrong with it."""
        self._errors = {}
        name = user_input[CONF_NAME] = user_input[CONF_NAME].strip()
        own = self._get_reconfigure_subentry() if self.source == SOURCE_RECONFIGURE else None
        others = [item for item in self._get_entry().get_subentries_of_type(MESSAGE_TEMPLATE) if item is not own]
        if not name:
            self._errors[CONF_NAME] = "name_missing"
        elif any(is_named(item.title, name) for item in others):
            self._errors[CONF_NAME] = "name_taken"
        for field in (CONF_TEXT, CONF_TITLE):
            try:
                placeholders_of(user_input.get(field, ""), PLACEHOLDERS)
            except UnknownPlaceholder as err:
                self._errors[field] = "unknown_placeholder"
                self._unknown = err.placeholder
        return not self._errors
