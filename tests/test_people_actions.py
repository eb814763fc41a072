"""People across locks: who holds what, one plan for many locks, everything taken back; proved at the simulated doors."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, Fault, World
from simulator.credentials import Credential, CredentialKind
from simulator.database import CredentialRow
from simulator.features import Feature
from simulator.lock import VirtualLock

from .conftest import setup
from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door", "office", "cellar", "holiday_flat"), pytest.mark.platforms("lock")]

ANNA: Final = "landlord@example.com"
"""The account of the person who moves in."""
ADD: Final = "/v3/keyboardPwd/add"
CARD: Final = "2882343476"


@pytest.fixture
def doors(loaded: MockConfigEntry, entity_id: Find) -> dict[str, str]:
    """Return lock entities behind a gateway, by the key of their lock."""
    return {key: entity_id("lock", key, "lock") for key in ("front_door", "office", "cellar")}


@pytest.fixture
def locks(world: World, doors: dict[str, str]) -> dict[str, VirtualLock]:
    """Return the locks themselves."""
    return {key: world.lock(key) for key in doors}


async def people(hass: HomeAssistant, doors: dict[str, str], context: Context | None = None) -> dict[str, Any]:
    """Return the people of the locks by name."""
    listed = await act(hass, "list_people", {"entity_id": list(doors.values())}, context)
    assert "errors" not in listed
    return {person["name"]: person for person in listed["people"]}


async def issue(hass: HomeAssistant, doors: dict[str, str], **data: Any) -> dict[str, Any]:
    """Issue access to Anna and return the results by the key of the lock."""
    answer = await act(hass, "issue_access", {"entity_id": list(doors.values()), "name": "Anna", **data})
    return {key: answer["results"][entity_id] for key, entity_id in doors.items()}


def statuses(result: dict[str, Any]) -> dict[str, str]:
    """Return the status of each credential of a lock by its kind."""
    return {item["kind"]: item["status"] for item in result["credentials"]}


def offline(world: World, key: str) -> None:
    """Cut a gateway off."""
    world.gateway(key).online = False


# -- Looking -------------------------------------------------------------------------------------------------------


async def test_a_person_is_one_across_locks(hass: HomeAssistant, doors: dict[str, str], world: World) -> None:
    end = dt_util.now().replace(microsecond=0, second=0) + timedelta(days=2)
    await act(
        hass,
        "create_passcode",
        {"entity_id": doors["office"], "name": "Guest", "code": "482915", "duration": {"days": 2}},
    )
    await act(hass, "add_card", {"entity_id": doors["cellar"], "name": "Guest", "number": CARD})
    guest = (await people(hass, doors))["Guest"]
    assert guest["account"] == "guest@example.com"
    assert guest["opens"] is True
    assert guest["locks"] == [doors["cellar"], doors["front_door"], doors["office"]]
    assert [(item["lock"], item["kind"], item["type"], item["state"]) for item in guest["credentials"]] == [
        (doors["cellar"], "card", "permanent", "in_force"),
        (doors["front_door"], "ekey", "period", "in_force"),
        (doors["office"], "passcode", "period", "expiring"),
    ]
    assert abs(guest["next_end"] - end) < timedelta(minutes=2)
    assert (await people(hass, doors))["Family"]["next_end"] is None


async def test_what_is_on_its_way_is_listed(hass: HomeAssistant, doors: dict[str, str], world: World) -> None:
    offline(world, "hall")
    await act(hass, "add_card", {"entity_id": doors["front_door"], "name": "Anna", "number": CARD})
    (card,) = (await people(hass, doors))["Anna"]["credentials"]
    assert (card["id"], card["state"], card["reason"]) == (None, "wanted", "gateway_offline")


async def test_the_list_tells_no_digits(
    hass: HomeAssistant, doors: dict[str, str], world: World, hass_admin_user: User
) -> None:
    await act(hass, "create_passcode", {"entity_id": doors["office"], "name": "Guest 482915", "code": "482915"})
    told = await act(hass, "list_people", {"entity_id": list(doors.values())})
    assert not {secret for secret in world.secrets() if secret in str(told)}
    assert "Guest ****" in str(told)
    assert "guest@example.com" in str(told)
    household = await hass.auth.async_create_user("household", group_ids=["system-users"])
    seen = await act(hass, "list_people", {"entity_id": list(doors.values())}, Context(user_id=household.id))
    assert "Guest" in str(seen)
    assert "example.com" not in str(seen)


async def test_a_lock_that_cannot_be_read_is_named(hass: HomeAssistant, doors: dict[str, str], entity_id: Find) -> None:
    flat = entity_id("lock", "holiday_flat", "lock")
    listed = await act(hass, "list_people", {"entity_id": [flat, doors["front_door"]]})
    assert listed["errors"][flat]["key"] == "not_admin"
    assert {person["name"] for person in listed["people"]} > {"Family"}


# -- Issuing -------------------------------------------------------------------------------------------------------


async def test_one_plan_opens_every_door_for_its_time(
    hass: HomeAssistant,
    doors: dict[str, str],
    locks: dict[str, VirtualLock],
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    start = dt_util.now() + timedelta(hours=1)
    found = await issue(
        hass,
        doors,
        code="482915",
        card_number=CARD,
        receiver_username=ANNA,
        start_time=start,
        duration={"hours": 2},
    )
    for result in found.values():
        assert result["status"] == "confirmed"
        assert statuses(result) == {"passcode": "confirmed", "card": "confirmed", "ekey": "confirmed"}
        assert all(item["id"] and item["name"] == "Anna" for item in result["credentials"])
    anna = world.account("landlord").uid

    def opens() -> list[bool]:
        return [
            opened
            for lock in locks.values()
            for opened in (
                lock.enter_code("482915").opened,
                lock.swipe_card(CARD).opened,
                world.ekey(anna, lock.lock_id).valid(world.clock.now_ms()),  # type: ignore[union-attr]
            )
        ]

    assert not any(opens())
    freezer.tick(timedelta(hours=2))
    assert all(opens())
    freezer.tick(timedelta(hours=2))
    assert not any(opens())


async def test_random_digits_are_the_same_on_all_locks_and_told_on_request(
    hass: HomeAssistant, doors: dict[str, str], locks: dict[str, VirtualLock]
) -> None:
    silent = await issue(hass, doors, random_passcode=True)
    assert all("passcode" not in result for result in silent.values())
    told = await issue(hass, doors, random_passcode=True, return_code=True)
    (code,) = {result["passcode"] for result in told.values()}
    assert all(lock.enter_code(code).opened for lock in locks.values())
    assert [result["credentials"] for result in silent.values()] == [result["credentials"] for result in told.values()]


async def test_the_same_plan_again_completes_what_is_missing(
    hass: HomeAssistant,
    doors: dict[str, str],
    locks: dict[str, VirtualLock],
    cloud: CloudServer,
    freezer: FrozenDateTimeFactory,
) -> None:
    period = {"start_time": "2036-12-24 15:00", "end_time": "2036-12-27 11:00"}
    some = {key: doors[key] for key in ("front_door", "office")}
    first = await issue(hass, some, random_passcode=True, card_number=CARD, **period)
    cloud.reset_calls()
    again = await issue(hass, doors, random_passcode=True, card_number=CARD, **period)
    assert {key: again[key] for key in some} == first
    assert (cloud.calls[ADD], cloud.calls["/v3/identityCard/add"]) == (1, 1)
    told = await issue(hass, doors, random_passcode=True, return_code=True, **period)
    (code,) = {result["passcode"] for result in told.values()}
    freezer.move_to("2036-12-25 12:00:00+00:00")
    assert all(lock.enter_code(code).opened for lock in locks.values())


async def test_a_number_that_is_taken_on_one_lock_stops_the_plan(
    hass: HomeAssistant, doors: dict[str, str], locks: dict[str, VirtualLock], cloud: CloudServer
) -> None:
    await act(hass, "create_passcode", {"entity_id": doors["cellar"], "name": "Bob", "code": "482915"})
    await act(hass, "add_card", {"entity_id": doors["office"], "name": "Bob", "number": CARD})
    cloud.reset_calls()
    for data, reason, lock in (
        ({"code": "482915", "receiver_username": ANNA}, "passcode_exists", "Cellar"),
        ({"code": "592846", "card_number": CARD}, "card_exists", "Office"),
    ):
        with pytest.raises(ServiceValidationError) as refusal:
            await issue(hass, doors, **data)
        assert refusal.value.translation_key == reason
        assert refusal.value.translation_placeholders
        assert refusal.value.translation_placeholders["name"] == lock
    assert set(cloud.calls) == {"/v3/lock/listKeyboardPwd", "/v3/identityCard/list"}
    assert not locks["front_door"].enter_code("482915").opened


async def test_a_number_that_waits_for_a_gateway_is_taken_too(
    hass: HomeAssistant, doors: dict[str, str], world: World
) -> None:
    offline(world, "hall")
    await act(hass, "create_passcode", {"entity_id": doors["cellar"], "name": "Bob", "code": "482915"})
    with pytest.raises(ServiceValidationError) as refusal:
        await issue(hass, doors, code="482915")
    assert refusal.value.translation_key == "passcode_exists"


async def test_nothing_is_sent_when_a_lock_cannot_be_looked_at(
    hass: HomeAssistant, doors: dict[str, str], world: World, cloud: CloudServer
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=-1003, path="/v3/lock/listKeyboardPwd", times=1))
    cloud.reset_calls()
    with pytest.raises(HomeAssistantError) as failure:
        await issue(hass, doors, code="482915", receiver_username=ANNA)
    assert failure.value.translation_key == "lock_not_found"
    assert set(cloud.calls) == {"/v3/lock/listKeyboardPwd"}


async def test_partial_success_is_visible_and_tried_again(
    hass: HomeAssistant, doors: dict[str, str], locks: dict[str, VirtualLock], world: World, loaded: MockConfigEntry
) -> None:
    offline(world, "hall")
    offline(world, "garden")
    found = await issue(hass, doors, code="482915", receiver_username=ANNA)
    for result in found.values():
        assert result["status"] == "pending"
        assert statuses(result) == {"passcode": "pending", "ekey": "confirmed"}
        assert result["error"]["key"] == "gateway_offline"
    with pytest.raises(HomeAssistantError, match="offline"):
        await hass.services.async_call(
            "ttlock",
            "issue_access",
            {"entity_id": list(doors.values()), "name": "Anna", "code": "482915", "receiver_username": ANNA},
            blocking=True,
        )
    for gateway in world.reach.gateways.values():
        gateway.online = True
    again = await issue(hass, doors, code="482915", receiver_username=ANNA)
    assert {result["status"] for result in again.values()} == {"confirmed"}
    assert all(lock.enter_code("482915").opened for lock in locks.values())


async def test_what_one_lock_refuses_is_said_beside_the_rest(
    hass: HomeAssistant, doors: dict[str, str], locks: dict[str, VirtualLock]
) -> None:
    found = await issue(hass, doors, code="482915", receiver_username="nobody@example.com")
    for result in found.values():
        assert result["status"] == "failed"
        assert statuses(result) == {"passcode": "confirmed", "ekey": "failed"}
        assert result["error"]["key"] == "receiver_unknown"
    assert all(lock.enter_code("482915").opened for lock in locks.values())
    with pytest.raises(HomeAssistantError) as failure:
        await issue(hass, doors, receiver_username="nobody@example.com")
    assert failure.value.translation_key in ("receiver_unknown", "nothing_succeeded")


async def test_weekly_hours_for_a_card_and_a_random_passcode(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World, freezer: FrozenDateTimeFactory
) -> None:
    """Each lock has its own digits then, since the cloud calculates them."""
    freezer.move_to("2026-11-23 07:00:00+00:00")
    doors = {key: entity_id("lock", key, "lock") for key in ("front_door", "office")}
    found = await issue(
        hass,
        doors,
        random_passcode=True,
        card_number=CARD,
        days=["mon", "tue", "wed", "thu", "fri"],
        day_start="09:00",
        day_end="17:00",
        return_code=True,
    )
    codes = {key: result["passcode"] for key, result in found.items()}
    assert statuses(found["office"]) == {"passcode": "accepted", "card": "confirmed"}

    def opens() -> set[bool]:
        return {
            opened
            for key, code in codes.items()
            for opened in (world.lock(key).enter_code(code).opened, world.lock(key).swipe_card(CARD).opened)
        }

    assert opens() == {False}
    freezer.tick(timedelta(hours=3))
    assert opens() == {True}
    freezer.tick(timedelta(hours=12))
    assert opens() == {False}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "nothing_to_issue"),
        ({"code": "482915", "random_passcode": True}, "passcode_twice"),
        ({"code": "123"}, "passcode_length"),
        ({"card_number": "AB"}, "card_digits"),
        ({"code": "482915", "start_time": "2036-01-01"}, "period_missing"),
        ({"code": "482915", "start_time": "2001-01-01", "end_time": "2001-01-02"}, "period_past"),
        ({"code": "482915", "start_time": "2036-01-01", "end_time": "9999-12-31T23:59:59-12:00"}, "period_years"),
        ({"code": "482915", "start_time": "0001-01-01T00:00:00+14:00", "end_time": "2036-01-01"}, "period_years"),
        ({"random_passcode": True, "duration": {"days": 99999999}}, "period_years"),
        ({"code": "482915", "days": ["mon"]}, "custom_passcode_kind"),
        ({"random_passcode": True, "days": ["mon", "wed"]}, "passcode_days"),
        ({"random_passcode": True, "days": ["mon"], "duration": {"days": 9}}, "passcode_weekly_period"),
        ({"random_passcode": True, "days": ["mon"], "day_start": "08:30"}, "random_whole_hours"),
        ({"receiver_username": ANNA, "days": ["mon"]}, "ekey_weekly_hours"),
    ],
)
async def test_a_bad_plan_is_refused_before_any_call(
    hass: HomeAssistant, doors: dict[str, str], cloud: CloudServer, data: dict[str, Any], reason: str
) -> None:
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await issue(hass, doors, **data)
    assert refusal.value.translation_key == reason
    assert cloud.calls.total() == 0


async def test_a_lock_that_cannot_take_part_stops_the_plan(
    hass: HomeAssistant, doors: dict[str, str], entity_id: Find, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    flat = {**doors, "holiday_flat": entity_id("lock", "holiday_flat", "lock")}
    with pytest.raises(HomeAssistantError) as refusal:
        await issue(hass, flat, receiver_username=ANNA)
    assert refusal.value.translation_key == "not_admin"
    assert cloud.calls.total() == 0


# -- Revoking ------------------------------------------------------------------------------------------------------


async def test_everything_of_a_person_is_taken_off_every_lock(
    hass: HomeAssistant, doors: dict[str, str], locks: dict[str, VirtualLock], world: World
) -> None:
    await issue(hass, doors, code="482915", card_number=CARD, receiver_username=ANNA)
    target = {"entity_id": list(doors.values()), "name": "Anna"}
    looked = await act(hass, "revoke_access", {**target, "dry_run": True})
    assert all(lock.enter_code("482915").opened for lock in locks.values())
    revoked = await act(hass, "revoke_access", target)
    for entity_id in doors.values():
        assert revoked["results"][entity_id]["status"] == "confirmed"
        assert statuses(revoked["results"][entity_id]) == {
            "ekey": "confirmed",
            "passcode": "confirmed",
            "card": "confirmed",
        }
        assert [item["id"] for item in looked["results"][entity_id]["credentials"]] == [
            item["id"] for item in revoked["results"][entity_id]["credentials"]
        ]
    for lock in locks.values():
        assert not lock.enter_code("482915").opened
        assert not lock.swipe_card(CARD).opened
        assert world.ekey(world.account("landlord").uid, lock.lock_id) is None
    assert "Anna" not in await people(hass, doors)
    assert "Family" in await people(hass, doors)


async def test_what_was_made_elsewhere_and_fingers_go_too(
    hass: HomeAssistant, doors: dict[str, str], locks: dict[str, VirtualLock]
) -> None:
    """Whoever taught them to the lock: a fingerprint is taken off through the gateway."""
    await act(hass, "revoke_access", {"entity_id": doors["front_door"], "name": "Owner thumb"})
    assert not locks["front_door"].touch_finger("179351284710657").opened


async def test_an_account_names_a_person_as_well(hass: HomeAssistant, doors: dict[str, str], world: World) -> None:
    await act(hass, "create_passcode", {"entity_id": doors["office"], "name": "Guest", "code": "482915"})
    revoked = await act(hass, "revoke_access", {"entity_id": list(doors.values()), "name": "guest@example.com"})
    assert statuses(revoked["results"][doors["front_door"]]) == {"ekey": "confirmed"}
    assert statuses(revoked["results"][doors["office"]]) == {"passcode": "confirmed"}
    assert revoked["results"][doors["cellar"]]["credentials"] == []
    assert not world.lock("office").enter_code("482915").opened


async def test_what_cannot_be_taken_off_is_reported(
    hass: HomeAssistant, entry: MockConfigEntry, entity_id: Find, world: World
) -> None:
    lock, row = world.lock("front_door"), world.row("front_door")
    lock.add_feature(Feature.REMOTE)
    lock.command_store(CredentialKind.REMOTE, Credential(number="281474976712003"))
    row.credentials[CredentialKind.REMOTE][7] = CredentialRow(
        credential_id=7, number="281474976712003", name="Family", start=0, end=0, created=0, sender=""
    )
    await setup(hass, entry)
    front_door = entity_id("lock", "front_door", "lock")
    revoked = (await act(hass, "revoke_access", {"entity_id": front_door, "name": "Family"}))["results"][front_door]
    assert statuses(revoked) == {"passcode": "confirmed", "remote": "failed"}
    assert (revoked["status"], revoked["error"]["key"]) == ("failed", "out_of_bluetooth_reach")
    assert not lock.enter_code("48151623").opened
    assert lock.press_remote("281474976712003").opened


async def test_a_removal_behind_a_dead_gateway_goes_on(
    hass: HomeAssistant,
    doors: dict[str, str],
    locks: dict[str, VirtualLock],
    world: World,
    loaded: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    await issue(hass, doors, code="482915", receiver_username=ANNA)
    offline(world, "hall")
    offline(world, "garden")
    await act(hass, "add_card", {"entity_id": doors["office"], "name": "Anna", "number": CARD})
    revoked = await act(hass, "revoke_access", {"entity_id": list(doors.values()), "name": "Anna"})
    assert statuses(revoked["results"][doors["front_door"]]) == {"passcode": "pending", "ekey": "confirmed"}
    assert statuses(revoked["results"][doors["office"]])["card"] == "confirmed"
    for gateway in world.reach.gateways.values():
        gateway.online = True
    freezer.tick(timedelta(hours=1))
    await loaded.runtime_data.grants.async_work()
    for lock in locks.values():
        assert not lock.enter_code("482915").opened
        assert not lock.swipe_card(CARD).opened


@pytest.mark.parametrize("name", ["Nobody", "guest", "Guest "])
async def test_only_the_exact_name_means_somebody(
    hass: HomeAssistant, doors: dict[str, str], cloud: CloudServer, world: World, name: str
) -> None:
    """Blanks around it are nobody's name, though."""
    call = act(hass, "revoke_access", {"entity_id": list(doors.values()), "name": name})
    if name.strip() == "Guest":
        assert (await call)["results"][doors["front_door"]]["status"] == "confirmed"
        return
    with pytest.raises(ServiceValidationError) as refusal:
        await call
    assert refusal.value.translation_key == "person_not_found"
    assert "/v3/key/delete" not in cloud.calls


async def test_a_name_of_two_accounts_means_nobody(hass: HomeAssistant, doors: dict[str, str], world: World) -> None:
    await act(hass, "send_ekey", {"entity_id": doors["office"], "receiver_username": ANNA, "name": "Guest"})
    target = {"entity_id": list(doors.values())}
    with pytest.raises(ServiceValidationError) as refusal:
        await act(hass, "revoke_access", {**target, "name": "Guest"})
    assert refusal.value.translation_key == "person_ambiguous"
    await act(hass, "revoke_access", {**target, "name": ANNA})
    lock = world.lock("front_door")
    assert world.ekey(world.account("guest").uid, lock.lock_id)
    assert world.ekey(world.account("landlord").uid, world.lock("office").lock_id) is None


async def test_a_lock_that_cannot_be_read_keeps_the_others_from_nothing(
    hass: HomeAssistant, doors: dict[str, str], entity_id: Find, world: World
) -> None:
    flat = entity_id("lock", "holiday_flat", "lock")
    revoked = await act(hass, "revoke_access", {"entity_id": [flat, doors["front_door"]], "name": "Family"})
    assert revoked["results"][flat]["error"]["key"] == "not_admin"
    assert revoked["results"][doors["front_door"]]["status"] == "confirmed"
    assert not world.lock("front_door").enter_code("48151623").opened


async def test_a_lock_that_is_full_or_has_no_keypad_stops_the_plan(
    hass: HomeAssistant,
    doors: dict[str, str],
    entity_id: Find,
    world: World,
    cloud: CloudServer,
    loaded: MockConfigEntry,
) -> None:
    row = world.row("cellar")
    for number in range(250):
        passcode = world.row("front_door").passcodes[next(iter(world.row("front_door").passcodes))]
        row.passcodes[number + 1] = replace(passcode, passcode_id=number + 1, digits=f"7{number:05}", name="Staff")
    cloud.reset_calls()
    with pytest.raises(ServiceValidationError) as refusal:
        await issue(hass, doors, code="482915")
    assert refusal.value.translation_key == "passcode_memory_full"
    assert ADD not in cloud.calls
    world.lock("office").feature_value = "2"
    await loaded.runtime_data.async_refresh()
    with pytest.raises(HomeAssistantError) as failure:
        await issue(hass, {"office": doors["office"]}, code="482915")
    assert failure.value.translation_key == "no_passcodes"
