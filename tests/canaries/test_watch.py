"""The watch over other scenarios: it finds codes that were there from the start, made, changed and taken back."""

import logging
from typing import Any

from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import World

from ..test_actions import act, passcodes
from .flock import Flock
from .steps import LOCK, automation, fire
from .watch import Watch

pytestmark = pytest.mark.locks("front_door")


async def test_every_code_of_the_house_is_found_where_it_was_told(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, caplog: pytest.LogCaptureFixture, no_code_told: Watch
) -> None:
    watch, flock = no_code_told, Flock()
    digits, changed, spoken = (flock.loose(name) for name in ("typed", "changed", "spoken"))
    made = (await act(hass, "create_passcode", {**LOCK, "passcode_name": "Typed", "passcode": digits}))["results"]
    passcode_id = made["lock.front_door"]["id"]
    await act(hass, "modify_passcode", {**LOCK, "passcode_id": passcode_id, "passcode": changed})
    await act(hass, "delete_passcode", {**LOCK, "passcode_id": passcode_id})
    await act(hass, "create_passcode", {**LOCK, "passcode_name": "Random"})
    random = (await passcodes(hass, "lock.front_door"))["Random"]["passcode"]
    world.lock("front_door").keypad.add(spoken)
    assert watch.leaks() == {}

    hass.states.async_set("event.any", "now", {"code": random})
    hass.bus.async_fire("any", {"text": f"{digits[:3]} {digits[3:6]} {digits[6:]}"})
    logging.getLogger("any").warning("It was %s", changed)
    config = automation("trace", {"variables": {"code": spoken}})
    assert await async_setup_component(hass, "automation", {"automation": [config]})
    await fire(hass, "trace")
    assert watch.leaks() == {"bus": {random, digits}, "log": {changed}, "traces": {spoken}}
    forget(hass, watch, caplog)


def forget(hass: HomeAssistant, watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    """Leave nothing to find in the end."""
    watch._events.clear()
    caplog.clear()
    buckets: dict[str, Any] = hass.data[DATA_TRACE]
    buckets.clear()
