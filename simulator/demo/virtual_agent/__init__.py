"""An agent that understands a few sentences, in place of a language model. For the demo, never shipped.

Everything but the understanding is Home Assistant's: the conversation, what is exposed, the tools that it offers. As a
model does, it knows of earlier turns only what stands in the chat log.
"""

from homeassistant.components.conversation.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .agent import VirtualAgent

DOMAIN = "virtual_agent"
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Let Home Assistant know the agent."""
    await hass.data[DATA_COMPONENT].async_add_entities([VirtualAgent()])
    return True
