"""The log of a lock that no gateway reaches: fetched beside it, and handed over to the cloud."""

from datetime import timedelta
from itertools import pairwise

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.fetching import DAY, LONGEST_PAUSE, MOST_A_DAY, PAUSE, Fetching
from simulator import CloudServer, Fault, World
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


@pytest.mark.locks("padlock")
async def test_what_the_cloud_did_not_take_is_handed_over_when_it_is_back(
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
    world.faults.add(Fault(kind="http_503", path=UPLOAD, times=None))
    assert door.enter_code("918273").opened
    scanner.advertise()
    await pass_time(hass, freezer, timedelta(seconds=10))
    access = entity_id("event", "padlock", "access")
    assert not air.lock("padlock").unread, "the lock will not tell it again"
    assert state_of(hass, access).attributes.get("event_type") != "unlocked"
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(days=1))
    assert state_of(hass, access).attributes["event_type"] == "late"


@pytest.mark.locks("padlock")
async def test_a_lock_that_announces_for_ever_what_it_does_not_have_is_connected_to_ever_less(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    scanner: VirtualScanner,  # noqa: F811
    entry: MockConfigEntry,
    air: Air,  # noqa: F811
) -> None:
    await setup(hass, entry)
    hang_up(air)
    radio = air.lock("padlock")
    before = radio.links
    for _ in range(48):
        radio.unread = True
        scanner.advertise()
        await pass_time(hass, freezer, timedelta(minutes=30))
        hang_up(air)
    # One an hour to learn where its bolt is, which this lock does not show, and a few for the log.
    assert radio.links - before <= 24 + 10


def test_a_door_that_is_never_at_rest_costs_a_bounded_number_of_connections_a_day() -> None:
    fetching, now, begun = Fetching(), dt_util.utcnow(), []
    for _ in range(3 * MOST_A_DAY):
        now = fetching.due(now)
        fetching.begin(now)
        fetching.end(worth_it=True)
        begun.append(now)
    assert all(later - earlier >= PAUSE for earlier, later in pairwise(begun))
    assert all(later - earlier >= DAY for earlier, later in zip(begun, begun[MOST_A_DAY:], strict=False))


def test_what_was_in_vain_is_tried_again_later_each_time_and_at_once_after_it_was_worth_it() -> None:
    fetching, now = Fetching(), dt_util.utcnow()
    fetching.begin(now)
    pauses = []
    for _ in range(9):
        fetching.end(worth_it=False)
        pauses.append(fetching.due(now) - now)
    assert pauses[0] == 2 * PAUSE
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    fetching.end(worth_it=True)
    assert fetching.due(now) - now == PAUSE
