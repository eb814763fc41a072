"""Showing a code to a person for a while, without leaving a trace of it in Home Assistant.

A notification that is made from inside lives in memory only: neither the recorder nor a trace keeps it
(voice-and-automation.md 8). Every user sees it, hence only for a while.
"""

from datetime import timedelta
from functools import partial
from typing import Final

from homeassistant.components import persistent_notification
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.uuid import random_uuid_hex

from .client import Secret
from .timer import Timer

SHOWN_FOR: Final = timedelta(minutes=10)


class ShownCodes:
    """The notifications with codes of one entity."""

    def __init__(self, hass: HomeAssistant, owner: str) -> None:
        """Show nothing yet; `owner` begins the ids of the notifications."""
        self._hass = hass
        self._owner = owner
        self._shown: dict[str, Timer] = {}

    @callback
    def async_show(self, message: Secret, title: str) -> None:
        """Show a message for a while; the next one does not take its place."""
        notification_id = f"{self._owner}-{random_uuid_hex()}"
        timer = Timer(self._hass, f"{self._owner} notification", partial(self._async_hide, notification_id))
        self._shown[notification_id] = timer
        persistent_notification.async_create(self._hass, message.reveal(), title, notification_id)
        timer.after(SHOWN_FOR)

    @callback
    def async_hide_all(self) -> None:
        """Leave no code behind."""
        for notification_id in tuple(self._shown):
            self._hide(notification_id)

    async def _async_hide(self, notification_id: str) -> None:
        self._hide(notification_id)

    def _hide(self, notification_id: str) -> None:
        self._shown.pop(notification_id).cancel()
        persistent_notification.async_dismiss(self._hass, notification_id)
