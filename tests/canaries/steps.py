"""What people make automations of in a house in which canaries fly."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .flock import Where, at

LOCK: Final = {"entity_id": "lock.front_door"}


def kept_on_purpose(entry: MockConfigEntry) -> Where:
    """Return the file with what Home Assistant is responsible for on the locks."""
    return at(f"file ttlock.{entry.entry_id}.grants")


def automation(name: str, *actions: dict[str, Any]) -> dict[str, Any]:
    """Return an automation that is triggered by the event of its name."""
    return {
        "id": name,
        "alias": name,
        "triggers": [{"trigger": "event", "event_type": name}],
        "actions": list(actions),
    }


def call(action: str, target: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """Return a step that calls an action."""
    return {"action": action, "data": data, **({"target": target} if target else {})}


async def fire(hass: HomeAssistant, event_type: str, **data: Any) -> None:
    """Fire an event, and let everybody do what is to be done then."""
    hass.bus.async_fire(event_type, data)
    await hass.async_block_till_done()
