"""QR codes through actions, proved at the simulated door."""

from datetime import timedelta
from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World
from simulator.features import Feature
from simulator.lock import VirtualLock

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_keys import keys
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

NUMBER = 1763715600
ADD = "/v3/qrCode/add"
HOUR = 3600


@pytest.fixture
def lock(world: World) -> VirtualLock:
    """Return the lock of the front door with a camera for QR codes of both sorts."""
    lock = world.lock("front_door")
    lock.add_feature(Feature.QR_CODE, Feature.CUSTOM_QR_CODE)
    return lock


@pytest.fixture
def front_door(lock: VirtualLock, loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the entity of that lock."""
    return entity_id("lock", "front_door", "lock")


async def shown(hass: HomeAssistant, entity_id: str, qr_code_id: int, **data: Any) -> dict[str, Any]:
    """Return one QR code with what its picture says."""
    response = await act(
        hass, "get_qr_code", {"entity_id": entity_id, "qr_code_id": qr_code_id, "include_secrets": True, **data}
    )
    (code,) = response["qr_codes"][entity_id]
    found: dict[str, Any] = code
    return found


async def test_a_random_code_opens_without_gateway_until_it_is_revoked(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World
) -> None:
    for gateway in world.reach.gateways.values():
        gateway.online = False
    response = await act(
        hass,
        "add_qr_code",
        {"entity_id": front_door, "qr_code_name": "Guest", "duration": {"hours": 2}, "refresh_minutes": 5},
    )
    result = response["results"][front_door]
    assert result == {"status": "accepted", "path": "cloud", "id": result["id"]}
    code = await shown(hass, front_door, result["id"])
    assert (code["name"], code["type"], code["custom"], code["refresh_minutes"]) == ("Guest", "period", False, 5)
    assert code["link"].startswith("https://")
    assert lock.show_qr(code["content"]).opened
    target = {"entity_id": front_door, "qr_code_id": result["id"]}
    await act(hass, "rename_qr_code", {**target, "name": "Cleaner"})
    start = dt_util.now() + timedelta(hours=1)
    await act(hass, "set_qr_code_period", {**target, "start_time": start, "duration": {"hours": 1}})
    code = await shown(hass, front_door, result["id"])
    assert (code["name"], code["content"], code["start_date"]) == ("Cleaner", None, start.replace(microsecond=0))
    deleted = await act(hass, "delete_qr_code", target)
    assert deleted["results"][front_door]["status"] == "confirmed"
    assert await keys(hass, "qr_codes", front_door) == {}


async def test_a_code_of_our_own_is_on_the_lock_until_it_is_deleted(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World, cloud: CloudServer
) -> None:
    data = {"entity_id": front_door, "name": "Guest", "number": NUMBER}
    response = await act(hass, "add_qr_code", {**data, "include_secrets": True})
    result = response["results"][front_door]
    assert result["status"] == "confirmed"
    assert result["number"] == str(NUMBER)
    assert lock.show_qr(result["content"]).opened
    cloud.reset_calls()
    again = await act(hass, "add_qr_code", data)
    assert again["results"][front_door] == {"status": "confirmed", "path": "cloud", "id": result["id"]}
    assert cloud.calls[ADD] == 0
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "add_qr_code", {**data, "duration": {"hours": 1}})
    assert refusal.value.translation_key == "qr_code_exists"
    await act(hass, "delete_qr_code", {"entity_id": front_door, "qr_code_id": result["id"]})
    assert not lock.show_qr(str(NUMBER)).opened


@pytest.mark.parametrize("number", [{}, {"number": NUMBER}], ids=["random", "custom"])
async def test_a_lost_answer_to_a_code_is_looked_up(
    hass: HomeAssistant, front_door: str, world: World, cloud: CloudServer, number: dict[str, int]
) -> None:
    await act(hass, "add_qr_code", {"entity_id": front_door, "name": "Cleaner"})
    cloud.reset_calls()
    world.faults.add(Fault(kind="drop_after", path=ADD, times=1))
    data = {"entity_id": front_door, "name": "Guest", "include_secrets": True, **number}
    result = (await act(hass, "add_qr_code", data))["results"][front_door]
    code = await shown(hass, front_door, result["id"])
    assert (code["name"], code["link"], code["custom"]) == ("Guest", result["link"], bool(number))
    assert cloud.calls[ADD] == 1


async def test_a_code_that_may_have_been_made_is_not_made_again_at_once(
    hass: HomeAssistant, front_door: str, world: World, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(kind="drop_before", path=ADD, times=1))
    data = {"entity_id": front_door, "name": "Guest", "include_secrets": True}
    for _ in range(2):
        result = (await act(hass, "add_qr_code", data))["results"][front_door]
        assert (result["status"], result["id"], result["error"]["key"]) == ("pending", None, "outcome_unknown")
        assert "link" not in result
    assert cloud.calls[ADD] == 1


async def test_what_opens_the_door_is_shown_only_to_those_who_may_see_it(
    hass: HomeAssistant, front_door: str, world: World, hass_admin_user: User
) -> None:
    response = await act(hass, "add_qr_code", {"entity_id": front_door, "name": "Guest", "number": NUMBER})
    qr_code_id = response["results"][front_door]["id"]
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    link = next(iter(world.rows[world.lock("front_door").lock_id].qr_codes.values())).link
    for data, context in (({}, None), ({"include_secrets": True}, Context(user_id=household.id))):
        code = await act(hass, "get_qr_code", {"entity_id": front_door, "qr_code_id": qr_code_id, **data}, context)
        listed = await act(hass, "list_qr_codes", {"entity_id": front_door, **data}, context)
        for answer in (str(code), str(listed)):
            assert "Guest" in answer
            assert link not in answer
            assert str(NUMBER) not in answer


async def test_a_code_stays_what_it_is(hass: HomeAssistant, front_door: str) -> None:
    response = await act(hass, "add_qr_code", {"entity_id": front_door, "name": "Guest", "duration": {"hours": 2}})
    target = {"entity_id": front_door, "qr_code_id": response["results"][front_door]["id"]}
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "set_qr_code_period", {**target, "days": ["mon"]})
    assert refusal.value.translation_key == "qr_code_kind_fixed"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"number": 65535}, "qr_code_number"),
        ({"refresh_minutes": 1441}, "qr_code_refresh"),
        ({"number": NUMBER, "refresh_minutes": 10}, "qr_code_never_changes"),
        ({"days": ["mon"], "day_start": "10:00", "day_end": "09:00"}, "cyclic_times"),
    ],
)
async def test_bad_input_is_refused_before_any_call(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, data: dict[str, Any], reason: str
) -> None:
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "add_qr_code", {"entity_id": front_door, "name": "Guest", **data})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(
    ("feature", "data", "reason"),
    [
        (None, {}, "no_qr_codes"),
        (Feature.QR_CODE, {"number": NUMBER}, "no_custom_qr_codes"),
        (Feature.CUSTOM_QR_CODE, {}, "no_random_qr_codes"),
    ],
)
@WHOLE_HOUSE
async def test_a_lock_that_reads_no_such_code_costs_no_call(
    hass: HomeAssistant,
    world: World,
    loaded: MockConfigEntry,
    entity_id: Find,
    cloud: CloudServer,
    feature: Feature | None,
    data: dict[str, Any],
    reason: str,
) -> None:
    if feature:
        world.lock("office").add_feature(feature)
        await loaded.runtime_data.async_refresh()
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "add_qr_code", {"entity_id": entity_id("lock", "office", "lock"), "name": "Guest", **data})
    assert failure.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_all_codes_are_revoked_those_on_the_lock_through_its_gateway(
    hass: HomeAssistant, front_door: str, lock: VirtualLock, world: World
) -> None:
    await act(hass, "add_qr_code", {"entity_id": front_door, "name": "Random"})
    await act(hass, "add_qr_code", {"entity_id": front_door, "name": "Own", "number": NUMBER})
    clear = {"entity_id": front_door, "confirm": True}
    for gateway in world.reach.gateways.values():
        gateway.online = False
    result = (await act(hass, "clear_qr_codes", clear))["results"][front_door]
    assert (result["status"], result["removed"]) == ("pending", ["Random"])
    assert [(left["name"], left["error"]["key"]) for left in result["not_removed"]] == [("Own", "gateway_offline")]
    # What the lock holds must not be forgotten by the cloud while it goes on opening the door.
    assert lock.show_qr(str(NUMBER)).opened
    assert (await keys(hass, "qr_codes", front_door)).keys() == {"Own"}
    for gateway in world.reach.gateways.values():
        gateway.online = True
    result = (await act(hass, "clear_qr_codes", clear))["results"][front_door]
    assert (result["status"], result["removed"], result["not_removed"]) == ("confirmed", ["Own"], [])
    assert not lock.show_qr(str(NUMBER)).opened
    assert await keys(hass, "qr_codes", front_door) == {}
