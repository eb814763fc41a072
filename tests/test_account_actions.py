"""Actions on the account: groups of locks, and the accounts that the developer application registered."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.components.application_credentials import DATA_COMPONENT
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers.aiohttp_client import async_get_clientsession
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.ttlock.client import Application, Secret, password_digest, sign_in
from custom_components.ttlock.client.errors import AccountRejected
from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

PASSWORD = "canary-of-a-registered-user"
OTHER_PASSWORD = "canary-of-a-reset-password"


# -- Groups --------------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_locks_are_sorted_into_groups(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    outside = [entity_id("lock", key, "lock") for key in ("garden_gate", "padlock", "holiday_flat")]
    group_id = (await act(hass, "create_group", {"name": "Outside"}))["id"]
    response = await act(hass, "set_lock_group", {"entity_id": outside, "group_id": group_id})
    assert {result["status"] for result in response["results"].values()} == {"confirmed"}
    await act(hass, "rename_group", {"group_id": group_id, "name": "Garden"})
    (group,) = (await act(hass, "list_groups", {"config_entry_id": loaded.entry_id}))["groups"]
    assert (group["id"], group["name"], set(group["locks"])) == (group_id, "Garden", set(outside))
    # A shared lock is sorted by its holder; its owner does not see that.
    ekey = world.ekey(world.account("landlord").uid, world.lock("holiday_flat").lock_id)
    assert ekey
    assert ekey.group_id == 0
    await act(hass, "set_lock_group", {"entity_id": outside[0]})
    (group,) = (await act(hass, "list_groups", {}))["groups"]
    assert set(group["locks"]) == set(outside[1:])
    await act(hass, "delete_group", {"group_id": group_id})
    assert (await act(hass, "list_groups", {}))["groups"] == []


@WHOLE_HOUSE
async def test_what_groups_refuse_is_told_in_words(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find
) -> None:
    await act(hass, "create_group", {"name": "Outside"})
    for action, data, reason in (
        ("create_group", {"name": "Outside"}, "name_taken"),
        ("rename_group", {"group_id": 1, "name": "Inside"}, "group_not_found"),
        ("delete_group", {"group_id": 1}, "group_not_found"),
        ("set_lock_group", {"entity_id": entity_id("lock", "office", "lock"), "group_id": 1}, "group_not_found"),
    ):
        with pytest.raises(HomeAssistantError) as refusal:
            await act(hass, action, data)
        assert refusal.value.translation_key == reason


@pytest.mark.parametrize(("kind", "made"), [("drop_after", True), ("drop_before", False)])
async def test_a_group_whose_answer_was_lost_is_looked_up(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, cloud: CloudServer, kind: str, made: bool
) -> None:
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path="/v3/group/add", times=1))
    if made:
        assert (await act(hass, "create_group", {"name": "Outside"}))["id"] in world.groups
    else:
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, "create_group", {"name": "Outside"})
        assert failure.value.translation_key == "outcome_unknown"
    assert cloud.calls["/v3/group/add"] == 1


async def test_the_account_has_to_be_named_when_there_are_two(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    MockConfigEntry(domain="ttlock", unique_id="other", data=dict(loaded.data)).add_to_hass(hass)
    for action in ("list_groups", "list_gateways", "list_users"):
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, {})
        assert refusal.value.translation_key == "service_found_multiple_config_entry_for_domain"
        await act(hass, action, {"config_entry_id": loaded.entry_id})
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "list_groups", {"config_entry_id": "gone"})
    assert refusal.value.translation_key == "service_config_entry_not_found"


# -- Users of the application --------------------------------------------------------------------------------------


async def test_a_user_is_registered_gets_a_password_and_is_deleted(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, cloud: CloudServer, caplog: pytest.LogCaptureFixture
) -> None:
    application = Application(
        client_id=world.application.client_id, client_secret=Secret(world.application.client_secret)
    )

    async def enter(username: str, password: str) -> Any:
        session = async_get_clientsession(hass)
        return await sign_in(session, cloud.url, application, username, password_digest(password))

    username = (await act(hass, "register_user", {"username": "guest1", "password": PASSWORD}))["username"]
    assert username.endswith("_guest1")
    assert await enter(username, PASSWORD)
    (user,) = (await act(hass, "list_users", {}))["users"]
    assert user["username"] == username
    assert user["registered"].tzinfo
    await act(hass, "reset_user_password", {"username": username, "password": OTHER_PASSWORD})
    with pytest.raises(AccountRejected):
        await enter(username, PASSWORD)
    assert await enter(username, OTHER_PASSWORD)
    await act(hass, "delete_user", {"username": username, "confirm": True})
    assert (await act(hass, "list_users", {}))["users"] == []
    digests = [password_digest(password).reveal() for password in (PASSWORD, OTHER_PASSWORD)]
    assert not [word for word in (PASSWORD, OTHER_PASSWORD, *digests, username) if word in caplog.text]


@pytest.fixture
def late(world: World) -> None:
    """Let the clock of this host be an hour slow from the start."""
    world.clock.advance(3600)


async def test_a_user_is_registered_though_the_clock_of_this_host_is_off(
    hass: HomeAssistant, late: None, loaded: MockConfigEntry
) -> None:
    assert (await act(hass, "register_user", {"username": "guest1", "password": PASSWORD}))["username"]


@WHOLE_HOUSE
async def test_what_users_refuse_is_told_in_words(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, cloud: CloudServer
) -> None:
    username = (await act(hass, "register_user", {"username": "guest1", "password": PASSWORD}))["username"]
    await act(
        hass,
        "transfer_lock",
        {"entity_id": entity_id("lock", "padlock", "lock"), "receiver_username": username, "confirm": True},
    )
    for action, data, reason in (
        ("register_user", {"username": "guest1", "password": PASSWORD}, "username_taken"),
        ("register_user", {"username": "guest@1", "password": PASSWORD}, "username_invalid"),
        ("reset_user_password", {"username": "abcd_nobody", "password": PASSWORD}, "user_not_removable"),
        ("delete_user", {"username": username, "confirm": True}, "locks_left"),
        ("delete_user", {"username": username, "confirm": False}, "not_confirmed"),
    ):
        with pytest.raises(HomeAssistantError) as refusal:
            await act(hass, action, data)
        assert refusal.value.translation_key == reason
        assert PASSWORD not in f"{refusal.value!r} {refusal.value.__cause__!r}"
    cloud.reset_calls()
    for data in ({"username": "guest2", "password": ""}, {"username": "guest2"}):
        with pytest.raises(vol.Invalid, match="password"):
            await act(hass, "register_user", data)
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(("kind", "gone"), [("drop_after", True), ("drop_before", False)])
async def test_a_deletion_whose_answer_was_lost_is_looked_up(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, cloud: CloudServer, kind: str, gone: bool
) -> None:
    username = (await act(hass, "register_user", {"username": "guest1", "password": PASSWORD}))["username"]
    cloud.reset_calls()
    world.faults.add(Fault(kind=kind, path="/v3/user/delete", times=1))
    if gone:
        await act(hass, "delete_user", {"username": username, "confirm": True})
    else:
        with pytest.raises(HomeAssistantError) as failure:
            await act(hass, "delete_user", {"username": username, "confirm": True})
        assert failure.value.translation_key == "outcome_unknown"
    assert cloud.calls["/v3/user/delete"] == 1
    assert (world.find_account(username) is None) is gone


async def test_without_application_credentials_there_are_no_users(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    storage = hass.data[DATA_COMPONENT]
    for item in list(storage.data):
        # The storage refuses to remove what an entry uses; users can remove it by hand all the same.
        storage.data.pop(item)
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "list_users", {})
    assert failure.value.translation_key == "application_missing"


@WHOLE_HOUSE
async def test_groups_and_users_are_the_administrators_business(
    hass: HomeAssistant, hass_admin_user: User, loaded: MockConfigEntry, entity_id: Find, cloud: CloudServer
) -> None:
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    cloud.reset_calls()
    for action, data in (
        ("list_groups", {}),
        ("create_group", {"name": "Mine"}),
        ("rename_group", {"group_id": 1, "name": "Mine"}),
        ("delete_group", {"group_id": 1}),
        ("set_lock_group", {"entity_id": entity_id("lock", "office", "lock")}),
        ("list_users", {}),
        ("register_user", {"username": "guest1", "password": PASSWORD}),
        ("reset_user_password", {"username": "abcd_guest1", "password": PASSWORD}),
        ("delete_user", {"username": "abcd_guest1", "confirm": True}),
    ):
        with pytest.raises(Unauthorized):
            await act(hass, action, data, Context(user_id=household.id))
    assert cloud.calls.total() == 0
