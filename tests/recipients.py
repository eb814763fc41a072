"""People who can be notified, as notify entities of the test."""

from typing import override

from homeassistant.components.notify import NotifyEntity
from homeassistant.components.notify.const import DATA_COMPONENT, NotifyEntityFeature
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component


class Recipient(NotifyEntity):
    """Somebody who keeps what was sent."""

    def __init__(self, name: str, fault: Exception | None = None, *, titles: bool = True) -> None:
        """Be reachable, unless there is a fault."""
        self.entity_id = f"notify.{name}"
        self._attr_supported_features = NotifyEntityFeature.TITLE if titles else NotifyEntityFeature(0)
        self.fault = fault
        self.messages: list[str] = []
        self.titles: list[str | None] = []

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        if self.fault is not None:
            raise self.fault
        self.messages.append(message)
        self.titles.append(title)

    @property
    def message(self) -> str:
        """Return the only message."""
        assert len(self.messages) == 1
        return self.messages[0]


async def add_recipient(hass: HomeAssistant, recipient: Recipient) -> Recipient:
    """Let Home Assistant know a recipient."""
    assert await async_setup_component(hass, "notify", {})
    await hass.data[DATA_COMPONENT].async_add_entities([recipient])
    return recipient
