"""What is done over Bluetooth only, by its actions."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from simulator import CloudServer, World
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .conftest import setup
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("binary_sensor", "lock")]
NO_APP = 66


@pytest.fixture
async def front_door(
    hass: HomeAssistant,
    world: World,
    scanner: VirtualScanner,  # noqa: F811
    entry: MockConfigEntry,
    cloud: CloudServer,
    entity_id: Find,
) -> str:
    """Return the front door, which can do everything."""
    world.lock("front_door").add_feature(*(bit for bit in range(127) if bit != NO_APP))
    await setup(hass, entry)
    cloud.reset_calls()
    return entity_id("lock", "front_door", "lock")


async def act(hass: HomeAssistant, action: str, entity_id: str, **data: Any) -> Any:
    """Call an action on the lock and return its result."""
    response = await hass.services.async_call(
        "ttlock", action, {"entity_id": entity_id, **data}, blocking=True, return_response=True
    )
    return response["results"][entity_id]  # type: ignore[index, call-overload]


async def test_a_finger_is_taken_up_and_everybody_is_told_how_far_it_is(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    events = async_capture_events(hass, "ttlock_enrollment")
    known = set(world.lock("front_door").fingerprints)
    result = await act(hass, "enroll_fingerprint", front_door, fingerprint_name="Thumb", duration={"hours": 2})
    assert (result["status"], result["path"]) == ("confirmed", "ble")
    (number,) = set(world.lock("front_door").fingerprints) - known
    assert world.lock("front_door").touch_finger(number).opened
    world.clock.advance(3 * 3600)
    assert not world.lock("front_door").touch_finger(number).opened
    steps = [event.data["step"] for event in events]
    assert (steps[0], steps[-1]) == ("ready", "done")
    assert [event.data["current"] for event in events if event.data["step"] == "progress"] == [1, 2, 3, 4]
    assert events[-1].data["id"] == result["id"]
    assert (events[0].data["kind"], events[0].data["entity_id"]) == ("fingerprint", front_door)
    assert number not in str([event.data for event in events])


async def test_a_card_is_learned_at_the_lock(hass: HomeAssistant, front_door: str, world: World) -> None:
    known = set(world.lock("front_door").cards)
    result = await act(hass, "enroll_card", front_door, card_name="Blue card")
    (number,) = set(world.lock("front_door").cards) - known
    assert world.lock("front_door").swipe_card(number).opened
    listed = await hass.services.async_call(
        "ttlock", "list_cards", {"entity_id": front_door}, blocking=True, return_response=True
    )
    assert (result["id"], "Blue card") in {(card["id"], card["name"]) for card in listed["cards"][front_door]}  # type: ignore[index, union-attr, call-overload]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("enroll_card", {"card_name": "Blue card"}),
        ("clear_remotes", {"confirm": True}),
        ("erase_passcodes", {"confirm": True}),
        ("set_remote_unlock", {"enabled": False}),
        ("set_power_saving", {"enabled": True}),
    ],
)
async def test_out_of_range_it_is_said_so(
    hass: HomeAssistant,
    front_door: str,
    air: Air,  # noqa: F811
    world: World,
    action: str,
    data: dict[str, Any],
) -> None:
    air.lock("front_door").in_range = False
    passcodes = dict(world.lock("front_door").keypad.table)
    events = async_capture_events(hass, "ttlock_enrollment")
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, front_door, **data)
    assert failure.value.translation_key in ("out_of_bluetooth_reach", "bluetooth_link_lost")
    assert [event.data["step"] for event in events] == (["failed"] if action == "enroll_card" else [])
    assert world.lock("front_door").keypad.table == passcodes


async def test_everything_is_erased_at_once(hass: HomeAssistant, front_door: str, world: World) -> None:
    door = world.lock("front_door")
    door.keypad.add("918273")
    assert door.enter_code("918273").opened
    await act(hass, "erase_passcodes", front_door, confirm=True)
    assert not door.enter_code("918273").opened
    await act(hass, "clear_remotes", front_door, confirm=True)
    with pytest.raises(HomeAssistantError, match="on"):
        await act(hass, "erase_passcodes", front_door, confirm=False)


async def test_whether_gateways_may_unlock_is_switched_and_remembered(
    hass: HomeAssistant, front_door: str, world: World, entity_id: Find
) -> None:
    await act(hass, "set_remote_unlock", front_door, enabled=False)
    assert not world.lock("front_door").remote_unlock_enabled
    sensor = entity_id("binary_sensor", "front_door", "remote_unlock")
    assert sensor is not None
    await act(hass, "set_remote_unlock", front_door, enabled=True)
    assert world.lock("front_door").remote_unlock_enabled


async def test_power_saving_is_switched_and_told(hass: HomeAssistant, front_door: str, world: World) -> None:
    result = await act(hass, "set_power_saving", front_door, enabled=True)
    assert result["path"] == "ble"
    assert world.rows[world.lock("front_door").lock_id].settings["power_saving"] == 1


async def test_the_road_that_a_change_took_is_in_the_answer(hass: HomeAssistant, front_door: str, world: World) -> None:
    near = await act(hass, "add_card", front_door, card_name="Near", card_number="3661413478")
    assert near["path"] == "ble"
    assert world.lock("front_door").swipe_card("3661413478").opened
    assert (await act(hass, "rename_card", front_door, card_id=near["id"], name="Nearer"))["path"] == "cloud"
    assert (await act(hass, "delete_card", front_door, card_id=near["id"]))["path"] == "ble"
    assert not world.lock("front_door").swipe_card("3661413478").opened
