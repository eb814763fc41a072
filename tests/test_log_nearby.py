"""The log of a lock that no gateway reaches: fetched beside it, and handed over to the cloud."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, World
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .conftest import setup
from .passing_time import pass_time
from .test_lock import Find, state_of

UPLOAD = "/v3/lockRecord/upload"


def hang_up(air: Air) -> None:  # noqa: F811
    """End the conversation, as it ends by itself after some seconds: until then the lock does not advertise."""
    if (link := air.lock("padlock").link) is not None:
        link.drop()


@pytest.mark.locks("padlock")
async def test_what_was_opened_where_no_gateway_is_comes_into_the_cloud_s_list(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    scanner: VirtualScanner,  # noqa: F811
    entry: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    air: Air,  # noqa: F811
    entity_id: Find,
) -> None:
    await setup(hass, entry)
    door = world.lock("padlock")
    door.keypad.add("918273")
    freezer.tick(5)
    hang_up(air)
    assert door.enter_code("918273").opened
    scanner.advertise()
    await pass_time(hass, freezer, timedelta(seconds=10))
    access = state_of(hass, entity_id("event", "padlock", "access"))
    assert access.attributes["event_type"] == "unlocked"
    assert cloud.calls[UPLOAD] == 1
    # What comes soon after waits: a reading costs the battery as much as an opening.
    for _ in range(3):
        hang_up(air)
        door.enter_code("918273")
        scanner.advertise()
        await pass_time(hass, freezer, timedelta(seconds=20))
    assert cloud.calls[UPLOAD] == 1
    scanner.advertise()
    await pass_time(hass, freezer, timedelta(minutes=5))
    assert cloud.calls[UPLOAD] == 2
