"""The message templates that users keep, as sub-entries of an account."""

from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError

from .const import DOMAIN

MESSAGE_TEMPLATE: Final = "message_template"
CONF_TEXT: Final = "text"
CONF_TITLE: Final = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """What is sent; None where we have words of our own."""

    text: str | None = None
    title: str | None = None


@callback
def async_find_template(hass: HomeAssistant, entry: ConfigEntry, name: str) -> MessageTemplate:
    """Return the template of a name, that of an account itself before those of others.

    Raises ServiceValidationError when there is none: it was renamed or removed.
    """
    others = (other for other in hass.config_entries.async_entries(DOMAIN) if other is not entry)
    for account in (entry, *others):
        for subentry in account.get_subentries_of_type(MESSAGE_TEMPLATE):
            if is_named(subentry.title, name):
                return MessageTemplate(text=subentry.data[CONF_TEXT], title=subentry.data.get(CONF_TITLE))
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="template_not_found",
        translation_placeholders={"template": name},
    )


def is_named(title: str, name: str) -> bool:
    """Return whether a template has a name; nobody remembers how it was capitalised."""
    return title.strip().casefold() == name.strip().casefold()
