"""Cards, fingerprints and ekeys through actions, proved at the simulated door and in the virtual cloud."""

from datetime import timedelta
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World

from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

NUMBER = "3661413478"
SWAPPED = "1723612378"
"""The same card as a door reads it (ttlock-open-api.md 4.6)."""


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock entity with everything."""
    return entity_id("lock", "front_door", "lock")


async def keys(hass: HomeAssistant, plural: str, entity_id: str, **data: Any) -> dict[str, dict[str, Any]]:
    """Return cards, fingerprints or ekeys of a lock by name."""
    response = await act(hass, f"list_{plural}", {"entity_id": entity_id, **data})
    return {item["name"]: item for item in response[plural][entity_id]}


async def test_a_card_opens_from_its_number_to_its_removal(hass: HomeAssistant, front_door: str, world: World) -> None:
    lock = world.lock("front_door")
    response = await act(
        hass, "add_card", {"entity_id": front_door, "card_name": "Red card", "card_number": "2882343476"}
    )
    card_id = response["results"][front_door]["id"]
    assert response["results"][front_door]["status"] == "confirmed"
    assert lock.swipe_card("2882343476").opened
    await act(hass, "rename_card", {"entity_id": front_door, "card_id": card_id, "name": "Cleaner"})
    listed = (await keys(hass, "cards", front_door))["Cleaner"]
    assert (listed["id"], listed["type"], listed["number"], listed["expired"]) == (card_id, "permanent", "****", False)
    shown = await keys(hass, "cards", front_door, include_secrets=True)
    assert shown["Cleaner"]["number"] == "2882343476"
    start = dt_util.now() + timedelta(hours=1)
    await act(
        hass,
        "set_card_period",
        {"entity_id": front_door, "card_id": card_id, "start_time": start, "end_time": start + timedelta(hours=1)},
    )
    assert not lock.swipe_card("2882343476").opened
    assert (await keys(hass, "cards", front_door))["Cleaner"]["type"] == "period"
    await act(hass, "delete_card", {"entity_id": front_door, "card_id": card_id})
    assert "Cleaner" not in await keys(hass, "cards", front_door)


async def test_the_number_of_a_desktop_reader_is_turned_round(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    lock = world.lock("front_door")
    blue = (await keys(hass, "cards", front_door))["Blue card"]
    await act(hass, "delete_card", {"entity_id": front_door, "card_id": blue["id"]})
    assert not lock.swipe_card(SWAPPED).opened
    await act(hass, "add_card", {"entity_id": front_door, "name": "Blue card", "number": NUMBER, "reversed": True})
    assert lock.swipe_card(SWAPPED).opened


@pytest.mark.parametrize(("kind", "status"), [("drop_after", "confirmed"), ("drop_before", "pending")])
async def test_a_lost_answer_to_a_card_is_looked_up(
    hass: HomeAssistant, front_door: str, world: World, cloud: CloudServer, kind: str, status: str
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path="/v3/identityCard/add", times=1))
    response = await act(
        hass, "add_card", {"entity_id": front_door, "card_name": "Red card", "card_number": "2882343476"}
    )
    assert response["results"][front_door]["status"] == status
    assert cloud.calls["/v3/identityCard/add"] == 1
    assert world.lock("front_door").swipe_card("2882343476").opened is (status == "confirmed")


async def test_a_fingerprint_is_renamed_limited_and_removed(hass: HomeAssistant, front_door: str, world: World) -> None:
    lock = world.lock("front_door")
    thumb = (await keys(hass, "fingerprints", front_door))["Owner thumb"]
    number = (await keys(hass, "fingerprints", front_door, include_secrets=True))["Owner thumb"]["number"]
    assert lock.touch_finger(number).opened
    target = {"entity_id": front_door, "fingerprint_id": thumb["id"]}
    await act(hass, "rename_fingerprint", {**target, "name": "Thumb"})
    assert "Thumb" in await keys(hass, "fingerprints", front_door)
    start = dt_util.now() + timedelta(days=1)
    period = {"start_time": start, "end_time": start + timedelta(days=1)}
    await act(hass, "set_fingerprint_period", {**target, **period})
    assert not lock.touch_finger(number).opened
    await act(hass, "delete_fingerprint", target)
    assert "Thumb" not in await keys(hass, "fingerprints", front_door)


async def test_an_ekey_lives_from_sending_to_deleting(
    hass: HomeAssistant, front_door: str, world: World, loaded: MockConfigEntry
) -> None:
    landlord = world.account("landlord")
    lock_id = world.lock("front_door").lock_id
    response = await act(
        hass,
        "send_ekey",
        {
            "entity_id": front_door,
            "receiver_username": landlord.username,
            "name": "Neighbour",
            "start_time": dt_util.now(),
            "end_time": dt_util.now() + timedelta(days=2),
        },
    )
    key_id = response["key_ids"][front_door]
    assert response["results"][front_door] == {"status": "confirmed", "path": "cloud", "id": key_id}
    listed = (await keys(hass, "ekeys", front_door))["Neighbour"]
    assert (listed["username"], listed["status"], listed["expired"], listed["administrator"]) == (
        landlord.username,
        "normal",
        False,
        False,
    )

    def ekey() -> Any:
        return world.ekey(landlord.uid, lock_id)

    target = {"entity_id": front_door, "key_id": key_id}
    await act(hass, "freeze_ekey", target)
    assert not ekey().valid(world.clock.now_ms())
    await act(hass, "unfreeze_ekey", target)
    assert ekey().valid(world.clock.now_ms())
    await act(hass, "modify_ekey", {**target, "name": "Friend", "remote_enable": True})
    assert (ekey().name, ekey().remote_enable) == ("Friend", True)
    await act(hass, "authorize_ekey", target)
    assert ekey().manages
    await act(hass, "unauthorize_ekey", target)
    assert not ekey().manages
    await act(hass, "set_ekey_period", target)
    assert (ekey().start, ekey().end) == (0, 0)
    await act(hass, "delete_ekey", target)
    assert ekey() is None


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("add_card", {"card_name": "x", "card_number": "AB12"}, "card_digits"),
        ("add_card", {"card_name": "x", "card_number": "12", "start_time": "2030-01-01"}, "period_missing"),
        (
            "set_card_period",
            {"card_id": 1, "start_time": "2030-01-02 00:00", "end_time": "2030-01-01 00:00"},
            "period_order",
        ),
        (
            "set_fingerprint_period",
            {"fingerprint_id": 1, "start_time": "2001-01-01 00:00", "end_time": "2001-01-02 00:00"},
            "period_past",
        ),
        ("send_ekey", {"receiver_username": "a", "name": "x", "end_time": "2030-01-01 00:00"}, "period_missing"),
        ("set_ekey_period", {"key_id": 1, "start_time": "2030-01-01 00:00"}, "period_missing"),
    ],
)
async def test_bad_input_is_refused_before_any_call(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, action: str, data: dict[str, Any], reason: str
) -> None:
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, {"entity_id": front_door, **data})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("delete_card", {"card_id": 1}, "card_not_found"),
        ("rename_fingerprint", {"fingerprint_id": 1, "name": "x"}, "fingerprint_not_found"),
        ("delete_ekey", {"key_id": 1}, "ekey_not_found"),
        ("send_ekey", {"receiver_username": "nobody@example.com", "name": "x"}, "receiver_unknown"),
    ],
)
async def test_what_does_not_exist_is_named(
    hass: HomeAssistant, front_door: str, action: str, data: dict[str, Any], reason: str
) -> None:
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, {"entity_id": front_door, **data})
    assert failure.value.translation_key == reason


async def test_an_ekey_with_nothing_to_change_is_refused(hass: HomeAssistant, front_door: str) -> None:
    ekey = next(iter((await keys(hass, "ekeys", front_door)).values()))
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "modify_ekey", {"entity_id": front_door, "key_id": ekey["id"]})
    assert refusal.value.translation_key == "nothing_to_change"


async def test_a_lost_answer_to_an_ekey_is_looked_up(
    hass: HomeAssistant, front_door: str, world: World, cloud: CloudServer
) -> None:
    landlord = world.account("landlord")
    cloud.reset_calls()
    world.faults.add(Fault(kind="drop_after", path="/v3/key/send", times=1))
    data = {"entity_id": front_door, "receiver_username": landlord.username, "name": "Neighbour"}
    response = await act(hass, "send_ekey", data)
    assert response["key_ids"][front_door]
    assert cloud.calls["/v3/key/send"] == 1


async def test_card_numbers_stay_hidden_from_the_household(
    hass: HomeAssistant, front_door: str, hass_admin_user: User
) -> None:
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    listed = await act(
        hass,
        "list_cards",
        {"entity_id": front_door, "include_secrets": True},
        Context(user_id=household.id),
    )
    assert SWAPPED not in str(listed)
    assert "Blue card" in str(listed)
