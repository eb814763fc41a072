"""Letting time pass for Home Assistant and the virtual world together."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_time_changed


async def pass_time(hass: HomeAssistant, freezer: FrozenDateTimeFactory, span: timedelta) -> None:
    """Move both clocks, fire what is due and wait until it is done, background reading included.

    The virtual world reads the same system clock, which the freezer holds.
    """
    freezer.tick(span)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
