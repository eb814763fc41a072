"""A Bluetooth proxy that hears the locks of a virtual world in another process. For the demo, never shipped.

Home Assistant takes it for a remote scanner like one of ESPHome; everything from there up is its own: the manager, the
choice of the path, connection slots, `establish_connection`.
"""

from homeassistant.const import CONF_PORT, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from simulator.radio.bleak_backend import VirtualScanner
from simulator.radio.remote import RemoteAir

DOMAIN = "virtual_radio"
CONF_SLOTS = "slots"

CONFIG_SCHEMA = vol.Schema(
    {DOMAIN: vol.Schema({vol.Required(CONF_PORT): cv.port, vol.Required(CONF_SLOTS): cv.positive_int})},
    extra=vol.ALLOW_EXTRA,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Begin to hear."""
    air = RemoteAir(config[DOMAIN][CONF_PORT], slots=config[DOMAIN][CONF_SLOTS])
    scanner = VirtualScanner(air)
    stop = scanner.listen(hass)
    air.on_scan = scanner.advertise
    air.open()

    async def end(event: Event) -> None:
        await air.close()
        stop()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, end)
    return True
