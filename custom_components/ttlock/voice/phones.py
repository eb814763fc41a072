"""Phones of administrators, who can be asked by the buttons of a notification (voice-and-automation.md 5.3, 12).

Notify entities have no buttons; the actions `notify.mobile_app_<phone>` have. A call of one is an event, and the
recorder keeps it with every name in its text (8): hence its handler is run without one.
"""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import Context, HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr

from ..const import LOGGER
from ..delivery import OWNER, PATIENCE_SECONDS, PHONES
from .caller import Caller

URGENT: Final[Mapping[str, Any]] = {
    "ttl": 0,
    "priority": "high",
    "push": {"interruption-level": "time-sensitive"},
}
"""What makes Android and iOS show it at once, while somebody waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone with the companion app."""

    name: str
    user_id: str
    """Whose it is."""
    action: str
    """The notify action of the app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button of a notification."""

    action: str
    """What comes back when somebody presses it."""
    title: str
    guarded: bool = False
    """Whether the phone has to be unlocked first, of which only iOS knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A notification on phones; one with the tag of another takes its place."""

    tag: str
    title: str
    message: str
    buttons: tuple[Button, ...] = ()

    def data(self) -> dict[str, Any]:
        """Return what the action takes, anew for each phone: the app writes into it."""
        more: dict[str, Any] = {"tag": self.tag}
        if self.buttons:
            more |= URGENT
            more["actions"] = [
                {"action": button.action, "title": button.title, "authenticationRequired": button.guarded}
                for button in self.buttons
            ]
        return {"title": self.title, "message": self.message, "data": more}


async def async_phones(hass: HomeAssistant, device_ids: Iterable[str]) -> tuple[Phone, ...]:
    """Return those of the phones that belong to administrators and take notifications."""
    if PHONES not in hass.config.components:
        return ()
    from homeassistant.components.mobile_app.util import get_notify_service  # noqa: PLC0415  # only with phones

    registry = dr.async_get(hass)
    found = []
    for device_id in dict.fromkeys(device_ids):
        device = registry.async_get(device_id)
        entry = hass.config_entries.async_get_entry(device.config_entry_id) if device else None
        if entry is None or entry.domain != PHONES:
            continue
        owner = await Caller.of(hass, Context(user_id=entry.data.get(OWNER)))
        action = None
        with suppress(KeyError):
            # Its actions come a moment after the app.
            action = get_notify_service(hass, entry.data[CONF_WEBHOOK_ID])
        if owner.is_admin and owner.user_id and action:
            found.append(Phone(name=entry.title, user_id=owner.user_id, action=action))
    return tuple(found)


async def async_notify(hass: HomeAssistant, phones: Iterable[Phone], note: Note) -> bool:
    """Show a notification on phones, whichever can be reached; return whether one could."""
    phones = tuple(phones)
    outcomes = await asyncio.gather(*(_show(hass, phone, note) for phone in phones), return_exceptions=True)
    for phone, outcome in zip(phones, outcomes, strict=True):
        if isinstance(outcome, Exception):
            # Its text may hold the address of the phone.
            LOGGER.warning("No message reached %s: %s", phone.name, type(outcome).__name__)
        elif outcome is not None:
            raise outcome
    return any(outcome is None for outcome in outcomes)


async def _show(hass: HomeAssistant, phone: Phone, note: Note) -> None:
    action = hass.services.async_services_for_domain(Platform.NOTIFY)[phone.action]
    data = note.data()
    call = ServiceCall(hass, Platform.NOTIFY, phone.action, action.schema(data) if action.schema else data)
    async with asyncio.timeout(PATIENCE_SECONDS):
        if task := hass.async_run_hass_job(action.job, call):
            await task
