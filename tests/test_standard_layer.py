"""The lock actions of Matter under our domain: a script changes the domain and nothing else (compatibility.md 4.2, 4.3)."""

from typing import Any

from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.actions import ACTIONS
from simulator import Fault, World
from simulator.features import Feature

from . import matter_shapes
from .conftest import setup
from .repository.test_actions_described import schema_fields
from .test_actions import act
from .test_lock import Find

MATTER = matter_shapes.shapes()
THEIR_FIELDS = matter_shapes.fields()


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock entity with everything."""
    return entity_id("lock", "front_door", "lock")


async def ask(hass: HomeAssistant, action: str, entity_id: str, **data: Any) -> Any:
    """Call an action for one lock and return what it says of it."""
    return (await act(hass, action, {"entity_id": entity_id, **data}))[entity_id]


async def users(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return the users of a lock by name."""
    return {user["user_name"]: user for user in (await ask(hass, "get_lock_users", entity_id))["users"]}


# -- Shapes --------------------------------------------------------------------------------------------------------


def test_matter_has_the_actions_that_are_followed() -> None:
    """An update of Home Assistant that moves them must not make the tests below hollow."""
    assert set(THEIR_FIELDS) == set(matter_shapes.LOCK_ACTIONS)
    assert all(MATTER[name] for name in ("GetLockInfoResult", "GetLockUsersResult", "LockUserData"))


async def test_the_info_has_every_key_of_matter(hass: HomeAssistant, front_door: str) -> None:
    info = await ask(hass, "get_lock_info", front_door)
    assert info.keys() >= MATTER["GetLockInfoResult"]
    assert (info["min_pin_length"], info["max_pin_length"], info["max_pin_users"]) == (4, 9, 250)
    assert info["supports_user_management"] is True
    assert set(info["supported_credential_types"]) == {"pin", "rfid", "fingerprint", "ekey", "remote"}


async def test_the_info_follows_what_the_lock_is_built_for(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    world.lock("front_door").add_feature(Feature.PALM_VEIN, Feature.FACE, Feature.CUSTOM_QR_CODE)
    await setup(hass, entry)
    info = await ask(hass, "get_lock_info", entity_id("lock", "front_door", "lock"))
    assert {"palm_vein", "face", "qr_code"} <= set(info["supported_credential_types"])
    flat = await ask(hass, "get_lock_info", entity_id("lock", "holiday_flat", "lock"))
    assert "pin" not in flat["supported_credential_types"]
    assert (flat["min_pin_length"], flat["max_pin_users"], flat["min_rfid_length"]) == (None, None, None)


async def test_the_users_have_every_key_of_matter(hass: HomeAssistant, front_door: str, world: World) -> None:
    answer = await ask(hass, "get_lock_users", front_door)
    assert answer.keys() >= MATTER["GetLockUsersResult"]
    assert isinstance(answer["max_users"], int)
    for user in answer["users"]:
        assert user.keys() >= MATTER["LockUserData"]
        assert user["credentials"]
        for credential in user["credentials"]:
            assert credential.keys() >= MATTER["LockUserCredentialData"]
            assert credential["type"] in {"pin", "rfid", "fingerprint", "ekey"}
    assert {user["user_name"] for user in answer["users"]} == {
        "Family",
        "Cleaner",
        "Blue card",
        "Owner thumb",
        "Guest",
    }
    assert not {secret for secret in world.secrets() if secret in str(answer)}


async def test_the_status_of_a_credential_has_every_key_of_matter(hass: HomeAssistant, front_door: str) -> None:
    cleaner = (await users(hass, front_door))["Cleaner"]
    (credential,) = cleaner["credentials"]
    status = await ask(
        hass,
        "get_lock_credential_status",
        front_door,
        credential_type="pin",
        credential_index=credential["index"],
    )
    assert status.keys() >= MATTER["GetLockCredentialStatusResult"]
    assert (status["credential_exists"], status["user_index"]) == (True, cleaner["user_index"])
    assert (status["name"], status["status"]) == ("Cleaner", "in_force")
    nothing = await ask(
        hass, "get_lock_credential_status", front_door, credential_type="rfid", credential_index=credential["index"]
    )
    assert nothing.keys() == MATTER["GetLockCredentialStatusResult"]
    assert not nothing["credential_exists"]


@pytest.mark.parametrize("word", matter_shapes.words("CREDENTIAL_TYPE_MAP"))
async def test_every_type_of_matter_may_be_asked_for(hass: HomeAssistant, front_door: str, word: str) -> None:
    status = await ask(hass, "get_lock_credential_status", front_door, credential_type=word, credential_index=0)
    assert status["credential_exists"] is (word == "programming_pin")


@pytest.mark.parametrize("action", [name for name in matter_shapes.LOCK_ACTIONS if name in ACTIONS])
def test_the_fields_are_those_of_matter(action: str) -> None:
    ours = dict(schema_fields(ACTIONS[action].schema))
    assert {field: ours.get(field) for field in THEIR_FIELDS[action]} == THEIR_FIELDS[action]
    assert not {field for field, required in ours.items() if required} - THEIR_FIELDS[action].keys()


# -- People --------------------------------------------------------------------------------------------------------


async def test_types_of_users_follow_the_validity(hass: HomeAssistant, front_door: str) -> None:
    for name, data in {
        "Once": {"type": "one_time"},
        "Weekdays": {"type": "workday", "start_time": "2030-01-07 08:00", "end_time": "2030-01-07 17:00"},
        "Eraser": {"type": "erase"},
    }.items():
        await act(hass, "create_passcode", {"entity_id": front_door, "passcode_name": name, **data})
    found = {name: user["user_type"] for name, user in (await users(hass, front_door)).items()}
    assert found == {
        "Family": "unrestricted_user",
        "Blue card": "unrestricted_user",
        "Owner thumb": "unrestricted_user",
        "Cleaner": "year_day_schedule_user",
        "Guest": "year_day_schedule_user",
        "Once": "disposable_user",
        "Weekdays": "week_day_schedule_user",
        "Eraser": "non_access_user",
    }
    assert set(found.values()) <= set(matter_shapes.words("USER_TYPE_MAP"))


async def test_what_has_one_name_belongs_to_one_person(hass: HomeAssistant, front_door: str) -> None:
    await act(hass, "create_passcode", {"entity_id": front_door, "name": "Guest", "code": "482915"})
    await act(hass, "add_card", {"entity_id": front_door, "name": "Guest", "number": "2882343476"})
    guest = (await users(hass, front_door))["Guest"]
    assert {credential["type"] for credential in guest["credentials"]} == {"ekey", "pin", "rfid"}
    assert guest["account"] == "guest@example.com"
    assert guest["user_type"] == "unrestricted_user"


async def test_a_frozen_ekey_makes_its_holder_disabled(hass: HomeAssistant, front_door: str) -> None:
    guest = (await users(hass, front_door))["Guest"]
    assert guest["user_status"] == "occupied_enabled"
    await act(hass, "freeze_ekey", {"entity_id": front_door, "key_id": guest["credentials"][0]["index"]})
    assert (await users(hass, front_door))["Guest"]["user_status"] == "occupied_disabled"


async def test_dual_verification_is_the_rule_of_everybody(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    world.row("front_door").settings["dual_verification"] = 1
    await setup(hass, entry)
    found = await users(hass, entity_id("lock", "front_door", "lock"))
    assert {user["credential_rule"] for user in found.values()} == {"dual"}


async def test_numbers_of_users_stay(
    hass: HomeAssistant, loaded: MockConfigEntry, front_door: str, world: World
) -> None:
    """Over a restart, whatever the order of the lists, whoever comes and goes."""
    before = {name: user["user_index"] for name, user in (await users(hass, front_door)).items()}
    assert sorted(before.values()) == [1, 2, 3, 4, 5]
    gone = before["Cleaner"]
    await act(hass, "delete_passcode", {"entity_id": front_door, "passcode_name": "Cleaner"})
    await act(hass, "create_passcode", {"entity_id": front_door, "name": "Aaron", "code": "482915"})
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    after = {name: user["user_index"] for name, user in (await users(hass, front_door)).items()}
    assert after.pop("Aaron") == 6
    assert after == {name: number for name, number in before.items() if name != "Cleaner"}
    await act(hass, "create_passcode", {"entity_id": front_door, "name": "Cleaner", "code": "592846"})
    assert (await users(hass, front_door))["Cleaner"]["user_index"] == gone


async def test_one_person_has_one_number_on_all_locks(hass: HomeAssistant, front_door: str, entity_id: Find) -> None:
    office = entity_id("lock", "office", "lock")
    await act(hass, "create_passcode", {"entity_id": office, "name": "Cleaner", "code": "482915"})
    both = await act(hass, "get_lock_users", {"entity_id": [front_door, office]})
    numbers = {user["user_index"] for lock in both.values() for user in lock["users"] if user["user_name"] == "Cleaner"}
    assert len(numbers) == 1


async def test_an_ekey_given_later_does_not_change_the_number(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    number = (await users(hass, front_door))["Cleaner"]["user_index"]
    landlord = world.account("landlord").username
    await act(hass, "send_ekey", {"entity_id": front_door, "receiver_username": landlord, "name": "Cleaner"})
    cleaner = (await users(hass, front_door))["Cleaner"]
    assert (cleaner["user_index"], cleaner["account"]) == (number, landlord)
    assert len(cleaner["credentials"]) == 2


async def test_two_accounts_of_one_name_are_two_people(hass: HomeAssistant, front_door: str, world: World) -> None:
    await act(hass, "create_passcode", {"entity_id": front_door, "name": "Guest", "code": "482915"})
    number = (await users(hass, front_door))["Guest"]["user_index"]
    landlord = world.account("landlord").username
    await act(hass, "send_ekey", {"entity_id": front_door, "receiver_username": landlord, "name": "Guest"})
    found = [user for user in (await ask(hass, "get_lock_users", front_door))["users"] if user["user_name"] == "Guest"]
    assert {user["account"]: len(user["credentials"]) for user in found} == {
        "guest@example.com": 1,
        landlord: 1,
        None: 1,
    }
    assert len({user["user_index"] for user in found}) == 3
    assert {user["account"]: user["user_index"] for user in found}["guest@example.com"] == number


async def test_the_household_sees_no_accounts(
    hass: HomeAssistant, front_door: str, world: World, hass_admin_user: User
) -> None:
    await act(
        hass,
        "send_ekey",
        {
            "entity_id": front_door,
            "receiver_username": world.account("landlord").username,
            "name": "landlord@example.com",
        },
    )
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    seen = await act(hass, "get_lock_users", {"entity_id": front_door}, Context(user_id=household.id))
    assert "Guest" in str(seen)
    assert "example.com" not in str(seen)


async def test_numbers_are_kept_without_names(
    hass: HomeAssistant, loaded: MockConfigEntry, front_door: str, hass_storage: dict[str, Any]
) -> None:
    await users(hass, front_door)
    await hass.config_entries.async_unload(loaded.entry_id)
    kept = str(hass_storage[f"ttlock.{loaded.entry_id}.users"])
    assert "numbers" in kept
    assert "Guest" not in kept
    await hass.config_entries.async_remove(loaded.entry_id)
    assert f"ttlock.{loaded.entry_id}.users" not in hass_storage


async def test_a_lock_that_cannot_be_read_is_said_beside_the_others(
    hass: HomeAssistant, front_door: str, entity_id: Find, world: World
) -> None:
    flat = entity_id("lock", "holiday_flat", "lock")
    answer = await act(hass, "get_lock_users", {"entity_id": [front_door, flat]})
    assert answer[front_door]["users"]
    assert answer[flat]["error"]["key"] == "not_permitted"
    world.faults.add(Fault(kind="errcode", errcode=-4043, path="/v3/fingerprint/list"))
    assert "Owner thumb" not in await users(hass, front_door)
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "get_lock_users", {"entity_id": flat})
    assert failure.value.translation_key == "not_permitted"
