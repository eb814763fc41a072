"""What all kinds of credentials share: weekly hours, proof of changes, clearing, and locks that save power."""

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.credentials import Validity
from custom_components.ttlock.client.inventory import Firmware, FirmwareState
from simulator import CloudServer, Fault, World
from simulator.credentials import Credential, CredentialKind
from simulator.lock import VirtualLock

from .client.doors import HOUR, go_to_hour, local_time
from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_keys import keys
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

NUMBER = "2882343476"
FOB = "281474976711111"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DELETE = "/v3/identityCard/delete"


@pytest.fixture
def lock(world: World) -> VirtualLock:
    """Return the lock of the front door."""
    return world.lock("front_door")


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the entity of that lock."""
    return entity_id("lock", "front_door", "lock")


async def add_card(hass: HomeAssistant, entity_id: str, number: str = NUMBER, **data: Any) -> dict[str, Any]:
    """Teach a lock a card and return what the answer says of the lock."""
    response = await act(hass, "add_card", {"entity_id": entity_id, "card_name": "Guest", "card_number": number} | data)
    result: dict[str, Any] = response["results"][entity_id]
    return result


# -- When it opens -------------------------------------------------------------------------------------------------


async def test_a_card_with_weekly_hours_opens_within_them_only(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World
) -> None:
    today = DAYS[local_time(world, lock).isoweekday() - 1]
    await add_card(hass, front_door, days=[today], day_start="11:00", day_end="13:00")
    card = (await keys(hass, "cards", front_door))["Guest"]
    number = DAYS.index(today) + 1
    assert (card["type"], card["cycle"]) == ("cyclic", [{"day": number, "start": "11:00", "end": "13:00"}])
    assert (card["start_date"], card["end_date"]) == (None, None)
    go_to_hour(world, lock, 10)
    assert not lock.swipe_card(NUMBER).opened
    go_to_hour(world, lock, 12)
    assert lock.swipe_card(NUMBER).opened
    world.clock.advance(24 * HOUR)
    assert not lock.swipe_card(NUMBER).opened


def lasting(card: dict[str, Any]) -> timedelta:
    """Return how long a card opens, be there a change of summer time or not."""
    start, end = (card[key].astimezone(UTC) for key in ("start_date", "end_date"))
    span: timedelta = end - start
    return span


async def test_hours_without_days_hold_every_day_and_days_without_hours_all_day(
    hass: HomeAssistant, front_door: str
) -> None:
    await add_card(hass, front_door, day_start="08:00", day_end="12:30")
    hours = (await keys(hass, "cards", front_door))["Guest"]["cycle"]
    assert [window["day"] for window in hours] == list(range(1, 8))
    assert {(window["start"], window["end"]) for window in hours} == {("08:00", "12:30")}
    await add_card(hass, front_door, "1234567890", card_name="Cleaner", days=["sat", "sun"], duration={"days": 30})
    card = (await keys(hass, "cards", front_door))["Cleaner"]
    assert [(window["day"], window["start"], window["end"]) for window in card["cycle"]] == [
        (6, "00:00", "24:00"),
        (7, "00:00", "24:00"),
    ]
    assert lasting(card) == timedelta(days=30)


async def test_a_change_keeps_what_it_does_not_name(hass: HomeAssistant, front_door: str) -> None:
    card_id = (await add_card(hass, front_door, duration={"days": 2}))["id"]
    target = {"entity_id": front_door, "card_id": card_id}
    first = (await keys(hass, "cards", front_door))["Guest"]
    await act(hass, "set_card_period", {**target, "days": ["tue"], "day_end": "09:00"})
    weekly = (await keys(hass, "cards", front_door))["Guest"]
    assert (weekly["start_date"], weekly["end_date"]) == (first["start_date"], first["end_date"])
    assert weekly["cycle"] == [{"day": 2, "start": "00:00", "end": "09:00"}]
    await act(hass, "set_card_period", {**target, "duration": {"days": 5}})
    later = (await keys(hass, "cards", front_door))["Guest"]
    assert lasting(later) == timedelta(days=5)
    assert later["cycle"] == weekly["cycle"]


async def test_what_is_permanent_gets_weekly_hours_only_with_a_period(
    hass: HomeAssistant, front_door: str, cloud: CloudServer
) -> None:
    card_id = (await add_card(hass, front_door))["id"]
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "set_card_period", {"entity_id": front_door, "card_id": card_id, "days": ["mon"]})
    assert refusal.value.translation_key == "period_not_permanent"
    assert cloud.calls["/v3/identityCard/changePeriod"] == 0


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("add_card", {"name": "x", "number": "1", "days": ["mon"]}, "no_weekly_hours"),
        ("add_card", {"name": "x", "number": "1"}, None),
    ],
)
@WHOLE_HOUSE
async def test_a_lock_without_weekly_hours_says_so(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    entity_id: Find,
    cloud: CloudServer,
    action: str,
    data: dict[str, Any],
    reason: str | None,
) -> None:
    cellar = entity_id("lock", "cellar", "lock")
    cloud.reset_calls()
    if reason is None:
        response = await act(hass, action, {"entity_id": cellar, **data})
        assert response["results"][cellar]["status"] == "confirmed"
        return
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, action, {"entity_id": cellar, **data})
    assert failure.value.translation_key == reason
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("add_card", {"day_start": "10:00", "day_end": "09:00"}, "cyclic_times"),
        ("add_card", {"end_time": "2040-01-01 00:00", "duration": {"hours": 1}}, "period_twice"),
        ("add_card", {"start_time": "2040-01-01 00:00"}, "period_missing"),
        ("add_card", {"number": "4294967296", "reversed": True}, "card_not_reversible"),
        ("set_card_period", {}, "period_missing"),
        ("set_remote_period", {"end_time": "2040-01-01 00:00"}, "period_missing"),
        ("clear_cards", {"confirm": False}, "not_confirmed"),
    ],
)
async def test_bad_input_is_refused_before_any_call(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, action: str, data: dict[str, Any], reason: str
) -> None:
    needed: dict[str, dict[str, Any]] = {
        "add_card": {"name": "x", "number": "1"},
        "set_card_period": {"card_id": 1},
        "set_remote_period": {"remote_id": 1},
    }
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, {"entity_id": front_door, **needed.get(action, {}), **data})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


# -- Proof ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "status"), [("drop_after", "confirmed"), ("drop_before", "pending")])
async def test_a_deletion_whose_answers_were_lost_is_looked_up(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World, kind: str, status: str
) -> None:
    card_id = (await add_card(hass, front_door))["id"]
    world.faults.add(Fault(kind=kind, path=DELETE))
    response = await act(hass, "delete_card", {"entity_id": front_door, "card_id": card_id})
    assert (response["results"][front_door]["status"], response["results"][front_door]["id"]) == (status, card_id)
    assert lock.swipe_card(NUMBER).opened is (status == "pending")


CHANGES = [
    ("set_card_period", "/v3/identityCard/changePeriod", {"duration": {"hours": 1}}),
    ("set_card_period", "/v3/identityCard/changePeriod", {"duration": {"days": 9}, "days": ["sun", "mon"]}),
    ("rename_card", "/v3/identityCard/rename", {"name": "Cleaner"}),
]


@pytest.mark.parametrize(("action", "path", "data"), CHANGES)
async def test_a_change_that_did_not_arrive_is_pending_and_not_called_done(
    hass: HomeAssistant, front_door: str, world: World, action: str, path: str, data: dict[str, Any]
) -> None:
    target = {"entity_id": front_door, "card_id": (await add_card(hass, front_door))["id"]}
    world.faults.add(Fault(kind="drop_before", path=path))
    response = await act(hass, action, {**target, **data})
    assert response["results"][front_door]["status"] == "pending"
    assert response["results"][front_door]["error"]["key"] == "cannot_connect"
    world.faults.clear()
    response = await act(hass, action, {**target, **data})
    assert response["results"][front_door]["status"] == "confirmed"


async def test_the_same_wish_for_a_card_twice_is_one_card(
    hass: HomeAssistant, front_door: str, cloud: CloudServer
) -> None:
    first = await add_card(hass, front_door, days=["mon"])
    cloud.reset_calls()
    assert await add_card(hass, front_door, days=["mon"]) == first
    assert cloud.calls["/v3/identityCard/add"] == 0
    with pytest.raises(ServiceValidationError) as refusal:
        await add_card(hass, front_door, days=["tue"])
    assert refusal.value.translation_key == "card_exists"


async def test_an_old_card_of_the_same_name_is_not_taken_for_a_new_one(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    await add_card(hass, front_door)
    world.faults.add(Fault(kind="drop_before", path="/v3/identityCard/add", times=1))
    result = await add_card(hass, front_door, "1234567890")
    assert (result["status"], result["id"], result["error"]["key"]) == ("pending", None, "outcome_unknown")


# -- Clearing ------------------------------------------------------------------------------------------------------


async def test_clearing_takes_each_card_off_the_lock_itself(
    hass: HomeAssistant, front_door: str, lock: VirtualLock
) -> None:
    await add_card(hass, front_door)
    response = await act(hass, "clear_cards", {"entity_id": front_door, "confirm": True})
    result = response["results"][front_door]
    assert (result["status"], result["not_removed"]) == ("confirmed", [])
    assert set(result["removed"]) == {"Guest", "Blue card"}
    assert lock.cards == {}
    assert await keys(hass, "cards", front_door) == {}
    again = await act(hass, "clear_cards", {"entity_id": front_door, "confirm": True})
    assert again["results"][front_door]["removed"] == []


async def test_what_could_not_be_cleared_is_named_and_tried_again(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World
) -> None:
    await add_card(hass, front_door)
    world.faults.add(Fault(kind="errcode", path=DELETE, errcode=1, times=1))
    response = await act(hass, "clear_cards", {"entity_id": front_door, "confirm": True})
    result = response["results"][front_door]
    assert (result["status"], result["error"]["key"]) == ("pending", "not_executed")
    (left,) = result["not_removed"]
    assert {left["name"], *result["removed"]} == {"Guest", "Blue card"}
    assert left["error"]["code"] == 1
    assert len(lock.cards) == 1


async def test_who_does_not_look_at_the_answer_is_told_what_is_left(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    for gateway in world.reach.gateways.values():
        gateway.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await hass.services.async_call(
            "ttlock", "clear_cards", {"entity_id": front_door, "confirm": True}, blocking=True
        )
    assert failure.value.translation_key == "still_trying"


async def test_fingerprints_are_cleared_too(hass: HomeAssistant, front_door: str, lock: VirtualLock) -> None:
    assert lock.fingerprints
    response = await act(hass, "clear_fingerprints", {"entity_id": front_door, "confirm": True})
    assert response["results"][front_door]["removed"] == ["Owner thumb"]
    assert lock.fingerprints == {}


# -- Remotes -------------------------------------------------------------------------------------------------------


async def test_a_remote_is_renamed_and_limited(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, loaded: MockConfigEntry
) -> None:
    lock.command_store(CredentialKind.REMOTE, Credential(number=FOB))
    firmware = Firmware(
        state=FirmwareState.UNKNOWN, model="SN9", hardware_version="1.6", version="6.0.6", newest_version=None
    )
    remote_id = await loaded.runtime_data.cloud.remotes.record_added(
        lock.lock_id, Secret(FOB), "02:00:5E:00:53:77", Validity.permanent(), battery=80, firmware=firmware, name="Fob"
    )
    listed = (await keys(hass, "remotes", front_door))["Fob"]
    assert (listed["id"], listed["mac"], listed["battery"]) == (remote_id, "02:00:5E:00:53:77", 80)
    target = {"entity_id": front_door, "remote_id": remote_id}
    await act(hass, "rename_remote", {**target, "name": "Spare"})
    assert lock.press_remote(FOB).opened
    start = dt_util.now() + timedelta(hours=1)
    await act(hass, "set_remote_period", {**target, "start_time": start, "duration": {"hours": 1}})
    assert not lock.press_remote(FOB).opened
    assert (await keys(hass, "remotes", front_door))["Spare"]["type"] == "period"


# -- Locks that save power -----------------------------------------------------------------------------------------


@pytest.fixture
def wake(world: World) -> Callable[[], None]:
    """Let the lock of the back door save power, and return how it wakes."""
    lock = world.lock("back_door")
    world.wifi(lock.lock_id).power_saving = True
    return lambda: world.wake(lock)


@WHOLE_HOUSE
async def test_a_lock_that_saves_power_is_told_when_it_wakes(
    hass: HomeAssistant, wake: Callable[[], None], loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    back_door, lock = entity_id("lock", "back_door", "lock"), world.lock("back_door")
    result = await add_card(hass, back_door)
    assert result == {"status": "accepted", "path": "cloud", "id": result["id"]}
    assert (await keys(hass, "cards", back_door))["Guest"]["status"] == "accepted"
    assert not lock.swipe_card(NUMBER).opened
    wake()
    assert (await keys(hass, "cards", back_door))["Guest"]["status"] == "in_force"
    assert lock.swipe_card(NUMBER).opened
    target = {"entity_id": back_door, "card_id": result["id"]}
    renamed = await act(hass, "rename_card", {**target, "name": "Cleaner"})
    assert renamed["results"][back_door]["status"] == "confirmed"
    deleted = await act(hass, "delete_card", target)
    assert deleted["results"][back_door] == {"status": "pending", "path": "cloud", "id": result["id"]}
    assert (await keys(hass, "cards", back_door))["Cleaner"]["status"] == "removing"
    assert lock.swipe_card(NUMBER).opened
    wake()
    assert await keys(hass, "cards", back_door) == {}
    assert not lock.swipe_card(NUMBER).opened
