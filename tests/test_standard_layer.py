"""The lock actions of Matter under our domain: a script changes the domain and nothing else (compatibility.md 4.2, 4.3)."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.actions import ACTIONS
from simulator import CloudServer, Fault, World
from simulator.credentials import Credential, CredentialKind
from simulator.database import CredentialRow
from simulator.features import Feature

from . import matter_shapes
from .conftest import WHOLE_HOUSE, setup
from .repository.test_actions_described import schema_fields
from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

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


@WHOLE_HOUSE
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


@WHOLE_HOUSE
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


@WHOLE_HOUSE
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


# -- Writing -------------------------------------------------------------------------------------------------------


async def test_a_script_of_matter_works_after_changing_the_domain(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    """Announce somebody, give a passcode and a card, look, take them away: as its documentation does it."""
    lock = world.lock("front_door")
    made = await ask(
        hass, "set_lock_user", front_door, user_name="Anna", user_type="unrestricted_user", credential_rule="single"
    )
    assert made.keys() >= MATTER["SetLockUserResult"]
    anna = made["user_index"]
    listed = (await users(hass, front_door))["Anna"]
    assert (listed["user_index"], listed["credentials"], listed["user_status"]) == (anna, [], "occupied_enabled")
    pin = await ask(
        hass,
        "set_lock_credential",
        front_door,
        credential_type="pin",
        credential_data="482915",
        user_index=anna,
        user_status="occupied_enabled",
        user_type="unrestricted_user",
    )
    assert pin.keys() >= MATTER["SetLockCredentialResult"]
    assert (pin["user_index"], pin["next_credential_index"], pin["status"]) == (anna, None, "confirmed")
    assert lock.enter_code("482915").opened
    await ask(
        hass, "set_lock_credential", front_door, credential_type="rfid", credential_data="ABCDEF12", user_index=anna
    )
    assert lock.swipe_card(str(0xABCDEF12)).opened
    listed = (await users(hass, front_door))["Anna"]
    assert listed["user_index"] == anna
    assert {"type": "pin", "index": pin["credential_index"]}.items() <= listed["credentials"][0].items()
    assert [credential["type"] for credential in listed["credentials"]] == ["pin", "rfid"]
    await hass.services.async_call(
        "ttlock",
        "clear_lock_credential",
        {"entity_id": front_door, "credential_type": "pin", "credential_index": pin["credential_index"]},
        blocking=True,
    )
    assert not lock.enter_code("482915").opened
    assert lock.swipe_card(str(0xABCDEF12)).opened
    await hass.services.async_call(
        "ttlock", "clear_lock_user", {"entity_id": front_door, "user_index": anna}, blocking=True
    )
    assert not lock.swipe_card(str(0xABCDEF12)).opened
    assert "Anna" not in await users(hass, front_door)


async def test_a_credential_for_nobody_makes_a_user(hass: HomeAssistant, front_door: str) -> None:
    wish = {"credential_type": "pin", "credential_data": 482915}
    made = await ask(hass, "set_lock_credential", front_door, **wish)
    again = await ask(hass, "set_lock_credential", front_door, **wish)
    assert made == again
    found = next(user for user in (await users(hass, front_door)).values() if user["user_index"] == made["user_index"])
    assert [credential["index"] for credential in found["credentials"]] == [made["credential_index"]]
    named = await ask(
        hass, "set_lock_credential", front_door, credential_type="pin", credential_data="592846", user_name="Anna"
    )
    assert (await users(hass, front_door))["Anna"]["user_index"] == named["user_index"] != made["user_index"]


async def test_an_index_of_ones_own_finds_the_credential_again(
    hass: HomeAssistant, loaded: MockConfigEntry, front_door: str, world: World
) -> None:
    """Scripts of Matter count slots from 1; a second set at the same slot replaces the digits."""
    lock = world.lock("front_door")
    slot = {"credential_type": "pin", "credential_index": 1}
    for digits in ("482915", "592846"):
        made = await ask(hass, "set_lock_credential", front_door, **slot, credential_data=digits, user_name="Anna")
        assert made["credential_index"] == 1
        await hass.config_entries.async_reload(loaded.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
    assert not lock.enter_code("482915").opened
    assert lock.enter_code("592846").opened
    (credential,) = (await users(hass, front_door))["Anna"]["credentials"]
    assert (credential["index"], credential["id"]) == (1, made["id"])
    for index in (1, made["id"]):
        status = await ask(
            hass, "get_lock_credential_status", front_door, credential_type="pin", credential_index=index
        )
        assert status["credential_exists"]
    await ask(hass, "clear_lock_credential", front_door, **slot)
    assert not lock.enter_code("592846").opened
    assert not (await ask(hass, "get_lock_credential_status", front_door, **slot))["credential_exists"]
    cleared = await ask(hass, "clear_lock_credential", front_door, **slot)
    assert (cleared["status"], cleared["credentials"]) == ("confirmed", [])


async def test_a_credential_for_a_time_opens_then_only(
    hass: HomeAssistant, front_door: str, world: World, freezer: FrozenDateTimeFactory
) -> None:
    lock = world.lock("front_door")
    start = dt_util.now() + timedelta(hours=1)
    user = await ask(hass, "set_lock_user", front_door, user_name="Anna", user_type="expiring_user")
    wish = {"credential_type": "pin", "credential_data": "482915", "user_index": user["user_index"]}
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(hass, "set_lock_credential", front_door, **wish)
    assert refusal.value.translation_key == "period_missing"
    await ask(hass, "set_lock_credential", front_door, **wish, start_time=start, duration={"hours": 2})
    assert not lock.enter_code("482915").opened
    freezer.tick(timedelta(hours=2))
    assert lock.enter_code("482915").opened
    assert (await users(hass, front_door))["Anna"]["user_type"] == "year_day_schedule_user"
    freezer.tick(timedelta(hours=2))
    assert not lock.enter_code("482915").opened
    assert (await users(hass, front_door))["Anna"]["user_status"] == "occupied_disabled"


async def test_an_ekey_and_a_qr_code_are_credentials_too(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock = world.lock("front_door")
    lock.add_feature(Feature.CUSTOM_QR_CODE)
    await setup(hass, entry)
    front_door = entity_id("lock", "front_door", "lock")
    landlord = world.account("landlord")
    sent = await ask(
        hass,
        "set_lock_credential",
        front_door,
        credential_type="ekey",
        credential_data=landlord.username,
        user_name="Landlord",
    )
    assert world.ekey(landlord.uid, lock.lock_id)
    await ask(
        hass,
        "set_lock_credential",
        front_door,
        credential_type="qr_code",
        credential_data="1763715600",
        user_index=sent["user_index"],
    )
    assert lock.show_qr("1763715600").opened
    found = (await users(hass, front_door))["Landlord"]
    assert {credential["type"] for credential in found["credentials"]} == {"ekey", "qr_code"}
    await ask(hass, "clear_lock_user", front_door, user_index=found["user_index"])
    assert world.ekey(landlord.uid, lock.lock_id) is None
    assert not lock.show_qr("1763715600").opened


async def test_a_user_gets_another_name_with_everything(hass: HomeAssistant, front_door: str, world: World) -> None:
    for action, data in (
        ("create_passcode", {"name": "Guest", "code": "482915"}),
        ("add_card", {"name": "Guest", "number": "2882343476"}),
    ):
        await act(hass, action, {"entity_id": front_door, **data})
    guest = (await users(hass, front_door))["Guest"]["user_index"]
    await ask(hass, "set_lock_user", front_door, user_index=guest, user_name="Friend")
    found = await users(hass, front_door)
    assert "Guest" not in found
    assert found["Friend"]["user_index"] == guest
    assert {credential["name"] for credential in found["Friend"]["credentials"]} == {"Friend"}
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(hass, "set_lock_user", front_door, user_index=guest, user_name="Family")
    assert refusal.value.translation_key == "name_taken"


async def test_a_name_that_is_known_keeps_its_user(hass: HomeAssistant, front_door: str) -> None:
    family = (await users(hass, front_door))["Family"]["user_index"]
    for _ in range(2):
        assert (await ask(hass, "set_lock_user", front_door, user_name="Family"))["user_index"] == family
    first = await ask(hass, "set_lock_user", front_door, user_name="Anna")
    assert (await ask(hass, "set_lock_user", front_door, user_name="Anna"))["user_index"] == first["user_index"]
    nameless = await ask(hass, "set_lock_user", front_door)
    assert nameless["user_index"] > first["user_index"]
    assert f"User {nameless['user_index']}" in await users(hass, front_door)


async def test_everybody_is_cleared_with_the_number_of_matter(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    lock = world.lock("front_door")
    await ask(hass, "set_lock_user", front_door, user_name="Anna")
    cleared = await ask(hass, "clear_lock_user", front_door, user_index=65534)
    assert cleared["status"] == "confirmed"
    assert len(cleared["credentials"]) == 5
    assert await users(hass, front_door) == {}
    assert not lock.enter_code("48151623").opened
    assert not lock.swipe_card("1723612378").opened
    assert not lock.touch_finger("179351284710657").opened
    await ask(hass, "set_lock_credential", front_door, credential_type="pin", credential_data="482915")
    await ask(hass, "clear_lock_credential", front_door, credential_type="pin", credential_index=65534)
    assert not lock.enter_code("482915").opened


async def test_what_only_bluetooth_takes_off_is_left_and_said(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock, row = world.lock("front_door"), world.row("front_door")
    lock.add_feature(Feature.REMOTE)
    lock.command_store(CredentialKind.REMOTE, Credential(number="281474976712003"))
    row.credentials[CredentialKind.REMOTE][7] = CredentialRow(
        credential_id=7, number="281474976712003", name="Cleaner", start=0, end=0, created=0, sender=""
    )
    await setup(hass, entry)
    front_door = entity_id("lock", "front_door", "lock")
    cleaner = (await users(hass, front_door))["Cleaner"]
    cleared = await ask(hass, "clear_lock_user", front_door, user_index=cleaner["user_index"])
    left = {credential["kind"]: credential for credential in cleared["credentials"]}
    assert (left["passcode"]["status"], left["remote"]["status"]) == ("confirmed", "failed")
    assert left["remote"]["error"]["key"] == cleared["error"]["key"] == "out_of_bluetooth_reach"
    assert cleared["status"] == "failed"
    assert not lock.enter_code("73020914").opened
    with pytest.raises(HomeAssistantError) as failure:
        await ask(hass, "clear_lock_user", front_door, user_index=cleaner["user_index"])
    assert failure.value.translation_key == "out_of_bluetooth_reach"


async def test_who_takes_no_answer_is_told_what_is_left(hass: HomeAssistant, front_door: str, world: World) -> None:
    """Behind a gateway that is offline an ekey goes at once, a passcode is tried until it is gone."""
    await act(hass, "create_passcode", {"entity_id": front_door, "name": "Guest", "code": "482915"})
    guest = (await users(hass, front_door))["Guest"]["user_index"]
    for gateway in world.reach.gateways.values():
        gateway.online = False
    with pytest.raises(HomeAssistantError) as failure:
        await hass.services.async_call(
            "ttlock", "clear_lock_user", {"entity_id": front_door, "user_index": guest}, blocking=True
        )
    assert failure.value.translation_key == "partly_done"
    assert "offline" in str(failure.value)
    assert world.ekey(world.account("guest").uid, world.lock("front_door").lock_id) is None


async def test_what_is_on_its_way_is_taken_back_with_its_user(
    hass: HomeAssistant, front_door: str, world: World, loaded: MockConfigEntry
) -> None:
    gateways = world.reach.gateways.values()
    for gateway in gateways:
        gateway.online = False
    slot = {"credential_type": "pin", "credential_index": 1}
    made = await ask(hass, "set_lock_credential", front_door, **slot, credential_data="482915", user_name="Family")
    assert (made["status"], made["credential_index"], made["error"]["key"]) == ("pending", 1, "gateway_offline")
    other = await ask(hass, "set_lock_credential", front_door, **slot, credential_data="592846", user_name="Family")
    assert other["status"] == "pending"
    assert not (await ask(hass, "get_lock_credential_status", front_door, **slot))["credential_exists"]
    await ask(hass, "clear_lock_user", front_door, user_index=made["user_index"])
    for gateway in gateways:
        gateway.online = True
    await loaded.runtime_data.grants.async_work()
    for digits in ("482915", "592846"):
        assert not world.lock("front_door").enter_code(digits).opened


@pytest.mark.parametrize(
    ("action", "data", "reason"),
    [
        ("set_lock_user", {"user_name": "Anna", "user_type": "forced_user"}, "user_type_not_possible"),
        ("set_lock_user", {"user_name": "Anna", "user_type": "disposable_user"}, "user_type_not_possible"),
        ("set_lock_user", {"user_name": "Anna", "credential_rule": "tri"}, "credential_rule_of_lock"),
        ("set_lock_user", {"user_name": "Anna", "credential_rule": "dual"}, "credential_rule_of_lock"),
        ("set_lock_credential", {"credential_data": "123"}, "passcode_length"),
        ("set_lock_credential", {"credential_data": "48a915"}, "passcode_digits"),
        (
            "set_lock_credential",
            {"credential_data": "482915", "user_status": "occupied_disabled"},
            "user_status_not_possible",
        ),
        (
            "set_lock_credential",
            {"credential_data": "482915", "user_type": "remote_only_user"},
            "user_type_not_possible",
        ),
        ("set_lock_credential", {"credential_data": "482915", "user_type": "year_day_schedule_user"}, "period_missing"),
        ("set_lock_credential", {"credential_data": "482915", "user_type": "week_day_schedule_user"}, "cyclic_days"),
        (
            "set_lock_credential",
            {"credential_data": "482915", "user_type": "unrestricted_user", "duration": {"hours": 2}},
            "user_type_mismatch",
        ),
        ("set_lock_credential", {"credential_data": "482915", "days": ["mon"]}, "custom_passcode_kind"),
        ("set_lock_credential", {"credential_type": "rfid", "credential_data": "36614134GG"}, "card_hexadecimal"),
        ("set_lock_credential", {"credential_type": "rfid", "credential_data": "A1B2"}, "card_hexadecimal"),
        (
            "set_lock_credential",
            {"credential_type": "ekey", "credential_data": "a@b.c", "days": ["mon"]},
            "ekey_weekly_hours",
        ),
    ],
)
async def test_bad_input_is_refused_before_any_call(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, action: str, data: dict[str, Any], reason: str
) -> None:
    cloud.reset_calls()
    kind = {"credential_type": "pin"} if action == "set_lock_credential" else {}
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, action, {"entity_id": front_door, **kind, **data})
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("fingerprint", "needs_bluetooth"),
        ("remote", "needs_bluetooth"),
        ("face", "credential_type_not_supported"),
        ("finger_vein", "credential_type_not_supported"),
        ("qr_code", "credential_type_not_supported"),
    ],
)
async def test_what_the_cloud_cannot_teach_is_said(
    hass: HomeAssistant, front_door: str, cloud: CloudServer, word: str, reason: str
) -> None:
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as refusal:
        await ask(hass, "set_lock_credential", front_door, credential_type=word, credential_data="1")
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_a_palm_and_a_face_are_taught_otherwise(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, entity_id: Find
) -> None:
    world.lock("front_door").add_feature(Feature.PALM_VEIN, Feature.FACE)
    await setup(hass, entry)
    front_door = entity_id("lock", "front_door", "lock")
    for word, reason in (("finger_vein", "needs_bluetooth"), ("face", "face_needs_photo")):
        with pytest.raises(HomeAssistantError) as refusal:
            await ask(hass, "set_lock_credential", front_door, credential_type=word, credential_data="1")
        assert refusal.value.translation_key == reason


async def test_what_belongs_to_somebody_else_stays_theirs(hass: HomeAssistant, front_door: str, world: World) -> None:
    found = await users(hass, front_door)
    cleaner = found["Cleaner"]["user_index"]
    (family,) = found["Family"]["credentials"]
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(
            hass,
            "set_lock_credential",
            front_door,
            credential_type="pin",
            credential_data="482915",
            credential_index=family["index"],
            user_index=cleaner,
        )
    assert refusal.value.translation_key == "credential_of_other_user"
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(
            hass,
            "set_lock_credential",
            front_door,
            credential_type="pin",
            credential_data="48151623",
            user_index=cleaner,
        )
    assert refusal.value.translation_key == "passcode_exists"
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(
            hass, "set_lock_credential", front_door, credential_type="pin", credential_data="48151623", user_name="Anna"
        )
    assert refusal.value.translation_key == "passcode_exists"
    assert world.lock("front_door").enter_code("48151623").opened
    (card,) = found["Blue card"]["credentials"]
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(
            hass,
            "set_lock_credential",
            front_door,
            credential_type="rfid",
            credential_data="ABCDEF12",
            credential_index=card["index"],
        )
    assert refusal.value.translation_key == "credential_fixed"
    (limited,) = found["Cleaner"]["credentials"]
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(
            hass,
            "set_lock_credential",
            front_door,
            credential_type="pin",
            credential_data="73020914",
            credential_index=limited["index"],
            user_type="unrestricted_user",
        )
    assert refusal.value.translation_key == "period_not_permanent"


async def test_an_index_is_kept_for_who_takes_no_answer(
    hass: HomeAssistant, front_door: str, world: World, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Otherwise a second set at the index would put a second code beside the first."""
    gateways = world.reach.gateways.values()
    for gateway in gateways:
        gateway.online = False
    slot = {"entity_id": front_door, "credential_type": "pin", "credential_index": 1, "user_name": "Anna"}
    for digits in ("482915", "592846"):
        with pytest.raises(HomeAssistantError) as failure:
            await hass.services.async_call(
                "ttlock", "set_lock_credential", {**slot, "credential_data": digits}, blocking=True
            )
        assert failure.value.translation_key == "still_trying_until"
    for gateway in gateways:
        gateway.online = True
    freezer.tick(timedelta(hours=1))
    await loaded.runtime_data.grants.async_work()
    assert not world.lock("front_door").enter_code("482915").opened
    assert world.lock("front_door").enter_code("592846").opened


@pytest.mark.parametrize("action", ["set_lock_user", "set_lock_credential"])
async def test_a_user_that_is_not_there_is_named(hass: HomeAssistant, front_door: str, action: str) -> None:
    data = {"credential_type": "pin", "credential_data": "482915"} if action == "set_lock_credential" else {}
    with pytest.raises(HomeAssistantError) as failure:
        await ask(hass, action, front_door, user_index=99, **data)
    assert failure.value.translation_key == "user_not_found"


async def test_the_type_of_a_user_with_credentials_is_theirs(hass: HomeAssistant, front_door: str) -> None:
    family = (await users(hass, front_door))["Family"]["user_index"]
    await ask(hass, "set_lock_user", front_door, user_index=family, user_type="unrestricted_user")
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(hass, "set_lock_user", front_door, user_index=family, user_type="expiring_user")
    assert refusal.value.translation_key == "user_type_fixed"


async def test_clearing_nobody_is_no_failure(hass: HomeAssistant, front_door: str, world: World) -> None:
    """As Matter has it, so that a script may clear before it sets."""
    cleared = await ask(hass, "clear_lock_user", front_door, user_index=99)
    assert (cleared["status"], cleared["credentials"]) == ("confirmed", [])
    assert world.lock("front_door").enter_code("48151623").opened


# -- What is kept --------------------------------------------------------------------------------------------------


async def test_numbers_that_cannot_be_read_are_given_anew(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_id: Find,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    key = f"ttlock.{entry.entry_id}.users"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": {"last": "many", "numbers": []}}
    await setup(hass, entry)
    found = await users(hass, entity_id("lock", "front_door", "lock"))
    assert sorted(user["user_index"] for user in found.values()) == [1, 2, 3, 4, 5]
    assert "numbers of people cannot be read" in caplog.text


async def test_a_lock_that_leaves_the_account_takes_its_places_with_it(
    hass: HomeAssistant, loaded: MockConfigEntry, front_door: str, world: World, hass_storage: dict[str, Any]
) -> None:
    await ask(hass, "set_lock_user", front_door, user_name="Anna")
    await ask(
        hass,
        "set_lock_credential",
        front_door,
        credential_type="pin",
        credential_data="482915",
        credential_index=1,
    )
    world.remove_lock(world.lock("front_door"))
    await loaded.runtime_data.async_refresh()
    await hass.config_entries.async_unload(loaded.entry_id)
    kept = hass_storage[f"ttlock.{loaded.entry_id}.users"]["data"]
    assert (kept["announced"], kept["places"]) == ({}, {})
    assert kept["numbers"]


async def test_a_passcode_without_a_name_is_somebody_of_its_own(
    hass: HomeAssistant, front_door: str, world: World
) -> None:
    for row in world.row("front_door").passcodes.values():
        row.name = ""
    nameless = [user for user in (await ask(hass, "get_lock_users", front_door))["users"] if not user["user_name"]]
    assert len({user["user_index"] for user in nameless}) == len(nameless) == 2
    number = nameless[0]["user_index"]
    await ask(
        hass,
        "set_lock_credential",
        front_door,
        credential_type="rfid",
        credential_data="ABCDEF12",
        user_index=number,
    )
    await ask(hass, "set_lock_user", front_door, user_index=number, user_name="Anna")
    assert (await users(hass, front_door))["Anna"]["user_index"] == number


async def test_a_passcode_with_its_digits_in_the_name_does_not_tell_them(hass: HomeAssistant, front_door: str) -> None:
    await act(hass, "create_passcode", {"entity_id": front_door, "name": "Guest 482915", "code": "482915"})
    answer = await ask(hass, "get_lock_users", front_door)
    assert "482915" not in str(answer)
    assert "Guest ****" in str(answer)


async def test_a_credential_that_came_through_later_is_found_at_its_index(
    hass: HomeAssistant, front_door: str, world: World, loaded: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    gateways = world.reach.gateways.values()
    for gateway in gateways:
        gateway.online = False
    slot = {"credential_type": "pin", "credential_index": 1}
    await ask(hass, "set_lock_credential", front_door, **slot, credential_data="482915", user_name="Anna")
    for gateway in gateways:
        gateway.online = True
    freezer.tick(timedelta(hours=1))
    await loaded.runtime_data.grants.async_work()
    assert world.lock("front_door").enter_code("482915").opened
    status = await ask(hass, "get_lock_credential_status", front_door, **slot)
    assert (status["credential_exists"], status["name"]) == (True, "Anna")
    made = await ask(hass, "set_lock_credential", front_door, **slot, credential_data="592846")
    assert made["status"] == "confirmed"
    assert not world.lock("front_door").enter_code("482915").opened


async def test_somebody_who_holds_nothing_may_change_entirely(hass: HomeAssistant, front_door: str) -> None:
    anna = (await ask(hass, "set_lock_user", front_door, user_name="Anna"))["user_index"]
    await ask(hass, "set_lock_user", front_door, user_index=anna, user_name="Berta", user_type="year_day_schedule_user")
    found = await users(hass, front_door)
    assert (found["Berta"]["user_index"], found["Berta"]["user_type"]) == (anna, "year_day_schedule_user")
    assert "Anna" not in found
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(hass, "set_lock_user", front_door, user_index=anna, user_type="disposable_user")
    assert refusal.value.translation_key == "user_type_not_possible"


async def test_weekly_hours_of_a_card_within_a_period(
    hass: HomeAssistant, front_door: str, world: World, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-23 10:00:00+00:00")
    card = {"credential_type": "rfid", "credential_data": "ABCDEF12", "user_name": "Anna"}
    hours = {"days": ["mon"], "day_start": "09:00", "day_end": "12:00"}
    with pytest.raises(ServiceValidationError) as refusal:
        await ask(hass, "set_lock_credential", front_door, **card, **hours, user_type="schedule_restricted_user")
    assert refusal.value.translation_key == "period_missing"
    await ask(
        hass,
        "set_lock_credential",
        front_door,
        **card,
        **hours,
        user_type="schedule_restricted_user",
        duration={"days": 3},
    )
    assert world.lock("front_door").swipe_card(str(0xABCDEF12)).opened
    assert (await users(hass, front_door))["Anna"]["user_type"] == "schedule_restricted_user"
    freezer.tick(timedelta(hours=3))
    assert not world.lock("front_door").swipe_card(str(0xABCDEF12)).opened
