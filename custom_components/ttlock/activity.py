"""Lines for the Activity page: who used a lock and how, in the language of the house."""

from datetime import timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .access_words import clock, reason_word, word
from .client.events import ALARMS, METHODS, EventType, LockEvent
from .const import DOMAIN
from .lock_log import OWN_OPERATOR
from .options import RecordOptions

LINES: Final = (
    EventType.UNLOCKED,
    EventType.LOCKED,
    EventType.ACCESS_DENIED,
    EventType.RING,
    # Who forces somebody may look at the page, too (voice-and-automation.md 17, 6).
    *(kind for kind in ALARMS if kind is not EventType.DURESS),
)
"""What people look for in a diary; the rest is told by the event entities."""
FAILED: Final = {"lock": "activity_not_locked", "unlock": "activity_not_unlocked"}
WORDS: Final = {
    *(f"activity_{kind}" for kind in LINES),
    *(f"method_{method}" for method in METHODS),
    *FAILED.values(),
}
"""Texts that a line may be made of, beside those that it names."""
SOON: Final = timedelta(minutes=1)
"""A line that comes later than that says when it happened."""


@callback
def async_write_activity(
    hass: HomeAssistant, entity_id: str, name: str, event: LockEvent, options: RecordOptions
) -> None:
    """Write one line about an event at the lock."""
    if options.activity and (line := line_of(hass, event, names=options.names)) is not None:
        async_write_line(hass, entity_id, name, line)


@callback
def async_write_line(hass: HomeAssistant, entity_id: str, name: str, line: str) -> None:
    """Write a line at the lock."""
    if "logbook" not in hass.config.components:
        return
    from homeassistant.components.logbook import async_log_entry  # noqa: PLC0415  # only where there is a logbook

    async_log_entry(hass, name, line, DOMAIN, entity_id)


@callback
def line_of(hass: HomeAssistant, event: LockEvent, *, names: bool) -> str | None:
    """Return an event as people would tell it, None for what nobody looks for or Home Assistant says itself."""
    if event.who == OWN_OPERATOR:
        return None
    if event.type is EventType.COMMAND_FAILED and event.command in FAILED:
        line = word(hass, FAILED[event.command])
    elif event.type in LINES:
        line = word(hass, f"activity_{event.type}")
    else:
        return None
    if event.who and names:
        to = event.type is EventType.ACCESS_DENIED
        line = word(hass, "activity_to" if to else "activity_by", what=line, who=event.who)
    if event.method:
        line = word(hass, "activity_with", what=line, method=word(hass, f"method_{event.method}"))
    if event.reason:
        line = word(hass, "activity_because", what=line, why=reason_word(hass, event.reason))
    if event.received - event.at > SOON:
        line = word(hass, "activity_at", what=line, time=_when(event))
    return line


def _when(event: LockEvent) -> str:
    """Return when it happened; the day only if it is not that of the line."""
    day, time = clock(event.at, dt_util.get_default_time_zone()).split(" ")
    return time if dt_util.as_local(event.at).date() == dt_util.as_local(event.received).date() else f"{day} {time}"
