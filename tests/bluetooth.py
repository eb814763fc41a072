"""The virtual locks on the air, behind Home Assistant's own Bluetooth."""

from collections.abc import AsyncGenerator

from homeassistant.core import HomeAssistant
import pytest

from simulator import World
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner


@pytest.fixture
def air(world: World) -> Air:
    """Return the air around the locks of the world."""
    return Air(world)


@pytest.fixture
async def scanner(hass: HomeAssistant, enable_bluetooth: None, air: Air) -> AsyncGenerator[VirtualScanner]:
    """Return an adapter that hears the locks."""
    scanner = VirtualScanner(air)
    stop = scanner.listen(hass)
    yield scanner
    stop()
