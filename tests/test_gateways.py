"""Gateways: their devices, and the actions on them."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_administration import device
from .test_lock import Find, state_of

pytestmark = pytest.mark.locks("front_door")


@pytest.fixture
def hall(hass: HomeAssistant, loaded: MockConfigEntry, world: World) -> str:
    """Return the connectivity entity of the gateway in the hall."""
    return connectivity(hass, world.gateway("hall").gateway_id)


def connectivity(hass: HomeAssistant, gateway_id: int) -> str:
    """Return the connectivity entity of a gateway."""
    found = er.async_get(hass).async_get_entity_id("binary_sensor", "ttlock", f"ttlock-gateway-{gateway_id}")
    assert found
    return found


# -- Devices -------------------------------------------------------------------------------------------------------


async def test_a_gateway_is_a_device_of_its_own_below_which_its_locks_hang(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    gateways = [device(hass, loaded, world.gateway(key).mac) for key in ("hall", "garden")]
    hall, garden = gateways
    assert hall
    assert garden
    # Both are in one Wi-Fi, whose address the vendor tells as `networkMac`: it must not make them one device.
    assert world.gateway("hall").network_mac == world.gateway("garden").network_mac
    assert hall.id != garden.id
    assert hall.connections == {(dr.CONNECTION_BLUETOOTH, world.gateway("hall").mac)}
    assert (hall.model, hall.serial_number, hall.name) == ("G2", "3470001", "Hall gateway")
    lock = device(hass, loaded, world.lock("front_door").mac)
    assert lock
    assert lock.via_device_id == hall.id


# -- Reading -------------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_gateways_are_listed_with_the_locks_they_hear(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    world.gateway("garden").online = False
    response = await act(hass, "list_gateways", {})
    gateways = {gateway["name"]: gateway for gateway in response["gateways"]}
    assert set(gateways) == {"Hall gateway", "Garden gateway"}
    hall = gateways["Hall gateway"]
    heard = {lock["name"]: lock for lock in hall.pop("locks")}
    assert hall == {
        "id": 3470001,
        "name": "Hall gateway",
        "mac": "DC:A4:53:00:00:01",
        "model": "G2",
        "online": True,
        "network": "Home",
        "firmware": None,
    }
    assert heard["Front Door"] == {
        "entity_id": entity_id("lock", "front_door", "lock"),
        "name": "Front Door",
        "rssi": -58,
        "signal": "strong",
    }
    assert heard["Office"]["signal"] == "medium"
    assert gateways["Garden gateway"]["online"] is False
    named = await act(hass, "list_gateways", {"config_entry_id": loaded.entry_id})
    assert len(named["gateways"]) == 2


@pytest.mark.parametrize(("rssi", "signal"), [(-75, "medium"), (-86, "weak"), (None, None)])
async def test_the_signal_is_told_in_words_of_the_vendor(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, rssi: int | None, signal: str | None
) -> None:
    hall, lock_id = world.gateway("hall"), world.lock("front_door").lock_id
    if rssi is None:
        world.faults.add(Fault(kind="missing_fields", path="/v3/gateway/listLock", fields=("rssi",)))
    else:
        hall.rssi[lock_id] = rssi
    response = await act(hass, "list_gateways", {})
    heard = {lock["name"]: lock for gateway in response["gateways"] for lock in gateway["locks"]}
    assert (heard["Front Door"]["rssi"], heard["Front Door"]["signal"]) == (rssi, signal)


async def test_the_firmware_of_a_gateway_is_told_and_kept_at_its_device(
    hass: HomeAssistant, hall: str, loaded: MockConfigEntry, world: World
) -> None:
    world.gateway("hall").newest_firmware = "3.0"
    response = await act(hass, "check_gateway_firmware", {"entity_id": hall})
    expected = {
        "status": "outdated",
        "installed": "2.0.4",
        "newest": "3.0",
        "model": "SN-G2",
        "hardware": "1.1",
    }
    assert response["firmware"] == {hall: expected}
    listed = await act(hass, "list_gateways", {})
    assert {gateway["id"]: gateway["firmware"] for gateway in listed["gateways"]} == {
        3470001: expected,
        3470002: None,
    }
    found = device(hass, loaded, world.gateway("hall").mac)
    assert found
    assert (found.sw_version, found.hw_version, found.model_id) == ("2.0.4", "1.1", "SN-G2")
    await hass.config_entries.async_reload(loaded.entry_id)
    found = device(hass, loaded, world.gateway("hall").mac)
    assert found
    assert found.sw_version == "2.0.4"


async def test_one_gateway_that_is_refused_does_not_hide_the_others(
    hass: HomeAssistant, hall: str, loaded: MockConfigEntry, world: World
) -> None:
    gone = world.gateway("garden")
    world.reach.remove_gateway(gone)
    garden = connectivity(hass, gone.gateway_id)
    response = await act(hass, "check_gateway_firmware", {"gateway_id": [3470001, 3470002]})
    assert set(response["firmware"]) == {hall}
    assert response["errors"][garden]["key"] == "gateway_not_found"


# -- Changing ------------------------------------------------------------------------------------------------------


async def test_a_gateway_is_renamed_in_the_account_and_here(
    hass: HomeAssistant, hall: str, loaded: MockConfigEntry, world: World
) -> None:
    found = device(hass, loaded, world.gateway("hall").mac)
    assert found
    response = await act(hass, "rename_gateway", {"device_id": found.id, "name": "Stairs"})
    assert response["results"] == {hall: {"status": "confirmed", "path": "cloud"}}
    assert world.gateway("hall").name == "Stairs"
    found = device(hass, loaded, world.gateway("hall").mac)
    assert found
    assert found.name == "Stairs"


async def test_a_gateway_that_is_deleted_leaves_with_its_device(
    hass: HomeAssistant, hall: str, entity_id: Find, loaded: MockConfigEntry, world: World
) -> None:
    mac = world.gateway("hall").mac
    await act(hass, "delete_gateway", {"gateway_id": 3470001, "confirm": True})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert 3470001 not in world.gateways
    assert device(hass, loaded, mac) is None
    assert hass.states.get(hall) is None
    assert state_of(hass, entity_id("lock", "front_door", "lock")).state == "unavailable"


async def test_gateways_change_their_owner_in_one_call(
    hass: HomeAssistant, hall: str, loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    landlord = world.account("landlord")
    cloud.reset_calls()
    response = await act(
        hass,
        "transfer_gateway",
        {"gateway_id": [3470001, 3470002], "receiver_username": landlord.username, "confirm": True},
    )
    assert [result["status"] for result in response["results"].values()] == ["confirmed", "confirmed"]
    assert cloud.calls["/v3/gateway/transfer"] == 1
    assert world.gateway("hall").admin_uid == world.gateway("garden").admin_uid == landlord.uid
    await hass.async_block_till_done()
    assert device(hass, loaded, world.gateway("hall").mac) is None


@pytest.mark.parametrize(
    ("receiver", "reason"),
    [("owner@example.com", "receiver_is_self"), ("nobody@example.com", "receiver_unknown")],
)
async def test_a_receiver_that_cannot_be_is_refused_in_words(
    hass: HomeAssistant, hall: str, world: World, receiver: str, reason: str
) -> None:
    with pytest.raises(HomeAssistantError) as refusal:
        await act(hass, "transfer_gateway", {"entity_id": hall, "receiver_username": receiver, "confirm": True})
    assert refusal.value.translation_key == reason
    assert world.gateway("hall").admin_uid == world.account("owner").uid


@pytest.mark.parametrize(("kind", "gone"), [("drop_after", True), ("drop_before", False)])
@pytest.mark.parametrize(
    ("action", "data"),
    [("transfer_gateway", {"receiver_username": "landlord@example.com"}), ("delete_gateway", {})],
)
async def test_a_lost_answer_is_looked_up_in_the_list_of_gateways(
    hass: HomeAssistant,
    hall: str,
    world: World,
    cloud: CloudServer,
    action: str,
    data: dict[str, Any],
    kind: str,
    gone: bool,
) -> None:
    cloud.reset_calls()
    path = f"/v3/gateway/{action.removesuffix('_gateway')}"
    world.faults.add(Fault(kind=kind, path=path, times=1))
    call = {"entity_id": hall, **data, "confirm": True}
    if gone:
        assert (await act(hass, action, call))["results"][hall]["status"] == "confirmed"
    else:
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, action, call)
        assert failure.value.translation_key == "outcome_unknown"
    assert cloud.calls[path] == 1
    left = world.gateways.get(3470001)
    assert (left is None or left.admin_uid != world.account("owner").uid) is gone


# -- Targets and rights --------------------------------------------------------------------------------------------


async def test_an_area_stands_for_its_gateways(
    hass: HomeAssistant, hall: str, loaded: MockConfigEntry, world: World
) -> None:
    area = ar.async_get(hass).async_create("Ground floor")
    for mac in (world.gateway("hall").mac, world.lock("front_door").mac):
        found = device(hass, loaded, mac)
        assert found
        dr.async_get(hass).async_update_device(found.id, area_id=area.id)
    response = await act(hass, "check_gateway_firmware", {"area_id": area.id})
    assert set(response["firmware"]) == {hall}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({}, "no_gateway_targeted"),
        ({"gateway_id": 3470003}, "not_our_gateway"),
        ({"entity_id": "binary_sensor.foreign"}, "not_our_gateway"),
        ({"device_id": "gone"}, "target_missing"),
    ],
)
async def test_a_target_that_is_no_gateway_of_ours_is_refused(
    hass: HomeAssistant, hall: str, cloud: CloudServer, target: dict[str, Any], reason: str
) -> None:
    er.async_get(hass).async_get_or_create("binary_sensor", "other", "1", suggested_object_id="foreign")
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "check_gateway_firmware", target)
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_a_lock_is_no_gateway(
    hass: HomeAssistant, hall: str, entity_id: Find, loaded: MockConfigEntry, world: World
) -> None:
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "check_gateway_firmware", {"entity_id": entity_id("lock", "front_door", "lock")})
    assert refusal.value.translation_key == "not_our_gateway"
    found = device(hass, loaded, world.lock("front_door").mac)
    assert found
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "check_gateway_firmware", {"device_id": found.id})
    assert refusal.value.translation_key == "no_gateway_targeted"


async def test_gateways_are_the_administrators_business(
    hass: HomeAssistant, hass_admin_user: User, hall: str, cloud: CloudServer
) -> None:
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    cloud.reset_calls()
    for action, data in (
        ("list_gateways", {}),
        ("rename_gateway", {"entity_id": hall, "name": "Mine"}),
        ("delete_gateway", {"entity_id": hall, "confirm": True}),
        ("transfer_gateway", {"entity_id": hall, "receiver_username": "guest@example.com", "confirm": True}),
        ("check_gateway_firmware", {"entity_id": hall}),
    ):
        with pytest.raises(Unauthorized):
            await act(hass, action, data, Context(user_id=household.id))
    for action, data in (("delete_gateway", {}), ("transfer_gateway", {"receiver_username": "guest@example.com"})):
        with pytest.raises(vol.Invalid, match="confirm"):
            await act(hass, action, {"entity_id": hall, **data})
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, {"entity_id": hall, **data, "confirm": False})
        assert refusal.value.translation_key == "not_confirmed"
    both: tuple[tuple[str, dict[str, Any]], ...] = (
        ("rename_gateway", {"name": "Both"}),
        ("delete_gateway", {"confirm": True}),
    )
    for action, data in both:
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, {"gateway_id": [3470001, 3470002], **data})
        assert refusal.value.translation_key == "one_at_a_time"
    assert cloud.calls.total() == 0
