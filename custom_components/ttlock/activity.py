"""Lines for the Activity page: who used a lock and how, in the language of the house."""

from typing import Final

from homeassistant.components.lock.const import DOMAIN as LOCK_DOMAIN
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .access_words import word
from .client.events import ALARMS, METHODS, EventType, LockEvent
from .const import DOMAIN
from .lock_coordinator import LockCoordinator

LINES: Final = (EventType.UNLOCKED, EventType.LOCKED, EventType.ACCESS_DENIED, *ALARMS)
"""What people look for in a diary; the rest is told by the event entities."""
WORDS: Final = {
    *(f"activity_{kind}" for kind in LINES),
    *(f"method_{method}" for method in METHODS),
    "activity_by",
    "activity_with",
}
"""Every text that a line may be made of."""


@callback
def async_write_activity(hass: HomeAssistant, lock: LockCoordinator, event: LockEvent) -> None:
    """Write one line at the lock."""
    if event.type not in LINES or event.late or "logbook" not in hass.config.components:
        return
    from homeassistant.components.logbook import async_log_entry  # noqa: PLC0415  # only where there is a logbook

    entity_id = er.async_get(hass).async_get_entity_id(LOCK_DOMAIN, DOMAIN, f"{DOMAIN}-{lock.lock_id}-lock")
    async_log_entry(hass, lock.name, line_of(hass, event), DOMAIN, entity_id)


@callback
def line_of(hass: HomeAssistant, event: LockEvent) -> str:
    """Return an event as people would tell it."""
    line = word(hass, f"activity_{event.type}")
    if event.who:
        line = word(hass, "activity_by", what=line, who=event.who)
    if event.method:
        line = word(hass, "activity_with", what=line, method=word(hass, f"method_{event.method}"))
    return line
