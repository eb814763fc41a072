"""Words for people about who may open a lock, in the language of the house; never with digits that open it."""

from datetime import datetime, tzinfo

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .client.grants import Access
from .client.secret import without_number
from .const import DOMAIN
from .lock_coordinator import LockCoordinator


def _texts(hass: HomeAssistant, category: str) -> dict[str, str]:
    """Return texts in the language of the house, in English for the moment in which it is being changed."""
    return async_get_cached_translations(hass, hass.config.language, category, DOMAIN) or async_get_cached_translations(
        hass, "en", category, DOMAIN
    )


@callback
def word(hass: HomeAssistant, key: str, **placeholders: str) -> str:
    """Return one of the common texts."""
    return _texts(hass, "common")[f"component.{DOMAIN}.common.{key}"].format(**placeholders)


@callback
def error_text(hass: HomeAssistant, err: HomeAssistantError) -> str:
    """Return an error as an action would say it, in the language of the house if it is one of ours."""
    text = _texts(hass, "exceptions").get(
        f"component.{err.translation_domain}.exceptions.{err.translation_key}.message"
    )
    return str(err) if text is None else text.format(**(err.translation_placeholders or {}))


@callback
def reason_text(hass: HomeAssistant, lock: LockCoordinator, reason: str, code: int | None) -> str | None:
    """Return what went wrong, as an action would say it; None for a reason that is no trouble."""
    text = _texts(hass, "exceptions").get(f"component.{DOMAIN}.exceptions.{reason}.message")
    return text and text.format(name=lock.name, code="" if code is None else code)


@callback
def reason_word(hass: HomeAssistant, reason: str) -> str:
    """Return why somebody was refused, a command did not succeed or something is wrong, in a few words."""
    key = f"component.{DOMAIN}.entity.event.access.state_attributes.reason.state.{reason}"
    return _texts(hass, "entity").get(key, reason)


@callback
def kind_word(hass: HomeAssistant, access: Access) -> str:
    """Return what a person shows to the lock."""
    return word(hass, f"kind_{access.kind.value}")


@callback
def name_of(hass: HomeAssistant, access: Access) -> str:
    """Return whose it is, or what it is where it has no name."""
    if not access.name:
        return kind_word(hass, access)
    return without_number(access.name, access.number)


@callback
def description_of(hass: HomeAssistant, lock: LockCoordinator, access: Access) -> str:
    """Return what it is, how far it has come and why not further, line by line."""
    lines = [kind_word(hass, access), word(hass, f"life_{access.life.value}")]
    grant = access.grant
    if grant is not None and grant.reason is not None:
        if text := reason_text(hass, lock, grant.reason, grant.code):
            lines.append(text)
    if access.first_use_by is not None:
        lines.append(word(hass, "use_before", time=clock(access.first_use_by, lock.data.zone)))
    if grant is not None and grant.changed_elsewhere:
        lines.append(word(hass, "changed_elsewhere"))
    if access.credential_id is not None:
        lines.append(word(hass, "vendor_id", id=str(access.credential_id)))
    return "\n".join(lines)


def clock(when: datetime, zone: tzinfo) -> str:
    """Return a time of the lock as every language reads it."""
    return dt_util.as_utc(when).astimezone(zone).strftime("%Y-%m-%d %H:%M")
