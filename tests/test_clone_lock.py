"""Putting the credentials of a lock on another one: the plan, the import, who can open when, interruptions."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import datetime, timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.json import JSONEncoder
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_capture_events

from custom_components.ttlock.account import token_data
from custom_components.ttlock.client import Application, CloudClient, Secret, password_digest, sign_in
from custom_components.ttlock.client.credentials import Validity
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.ekeys import EkeyRequest
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passcodes import PasscodeRequest
from simulator import CloudServer, Fault, World
from simulator.credentials import CredentialKind
from simulator.features import Feature
from simulator.lock import VirtualLock

from .conftest import CREDENTIAL_ID, WHOLE_HOUSE, setup
from .passing_time import pass_time
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door", "garden_gate"), pytest.mark.platforms("lock")]

type Clone = Callable[..., Any]

ADD_PASSCODE = "/v3/keyboardPwd/add"
ADDING = (ADD_PASSCODE, "/v3/identityCard/add", "/v3/qrCode/add", "/v3/key/send")
FAMILY, CLEANER = "48151623", "73020914"
BLUE_CARD, WEEKLY_CARD = "1723612378", "3661413478"
QR_NUMBER = "1763717400"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class House:
    """An old lock with credentials of every kind, and the new one that is to replace it."""

    def __init__(self, world: World, cloud: CloudServer) -> None:
        """Start with what the world has."""
        self.world = world
        self.cloud = cloud
        self.old = world.lock("front_door")
        self.new = world.lock("garden_gate")
        self.random = ""
        self.random_period = ""

    @property
    def codes(self) -> list[str]:
        """Return the passcodes that carry over."""
        return [FAMILY, CLEANER, "592846", self.random, self.random_period]

    def sent(self) -> int:
        """Return how many credentials were sent since the calls were last counted."""
        return sum(self.cloud.calls[path] for path in ADDING)

    async def furnish(self, client: CloudClient) -> None:
        """Give the old lock, through its cloud, what its owner gave it over the years."""
        now = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
        lock_id = self.old.lock_id

        async def passcode(name: str, kind: PasscodeKind, code: str | None, start: datetime, end: datetime) -> str:
            request = PasscodeRequest(
                name=name,
                kind=kind,
                code=Secret(code) if code else None,
                start=start,
                end=None if kind in (PasscodeKind.PERMANENT, PasscodeKind.ONE_TIME) else end,
            )
            if request.code:
                await client.add_passcode(lock_id, request.code, request)
                return request.code.reveal()
            return (await client.random_passcode(lock_id, request))[1].reveal()

        await passcode("Summer", PasscodeKind.PERIOD, "592846", now + 40 * DAY, now + 100 * DAY + HOUR / 2)
        await passcode("Over", PasscodeKind.PERIOD, "730184", now - 2 * DAY, now - DAY)
        self.random = await passcode("Neighbour", PasscodeKind.PERMANENT, None, now, now)
        await passcode("Forgotten", PasscodeKind.PERMANENT, None, now - 26 * HOUR, now)
        self.random_period = await passcode("Holiday", PasscodeKind.PERIOD, None, now, now + 200 * DAY)
        await passcode("Plumber", PasscodeKind.ONE_TIME, None, now, now)
        await passcode("Gardener", PasscodeKind.WORKDAY, None, now, now + HOUR)
        workdays = Validity.cyclic(weekly(range(1, 6), 8 * 60, 18 * 60), now, now + 250 * DAY)
        await client.cards.add(lock_id, Secret(WEEKLY_CARD), workdays, "Office card")
        weekend = Validity.cyclic(weekly((6, 7), 10 * 60, 20 * 60), now + 20 * DAY, now + 300 * DAY)
        await client.qr_codes.add_custom(lock_id, int(QR_NUMBER), weekend, "Parcels")
        await client.qr_codes.add_random(lock_id, Validity.permanent(), "Visitors")
        landlord = self.world.account("landlord").username
        await client.ekeys.send(
            lock_id, EkeyRequest(receiver=landlord, name="Landlord", start=now, end=now + 90 * DAY, remote_unlock=True)
        )
        assert self.old.enter_code(self.random).opened
        assert self.old.enter_code(self.random_period).opened

    def opened(self, lock: VirtualLock) -> Iterator[tuple[str, bool]]:
        """Try at the door, one after the other, all that carries over."""
        for digits in self.codes:
            yield f"passcode {digits}", lock.enter_code(digits).opened
            _calm(lock)
        for number in (BLUE_CARD, WEEKLY_CARD):
            yield f"card {number}", lock.swipe_card(number).opened
            _calm(lock)
        yield "QR code", lock.present(CredentialKind.QR_CODE, QR_NUMBER).opened
        _calm(lock)
        now_ms = self.world.clock.now_ms()
        for account in ("guest", "landlord"):
            ekey = self.world.ekey(self.world.account(account).uid, lock.lock_id)
            yield f"ekey {account}", ekey is not None and ekey.valid(now_ms)


def _calm(lock: VirtualLock) -> None:
    """Let a lock forget that something was refused, lest it blocks its keypad, and keep its battery full."""
    lock.blocked_until = 0
    lock._wrong_codes = 0
    lock.battery = 100


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, world: World, cloud: CloudServer, entry: MockConfigEntry
) -> AsyncGenerator[House]:
    """Return the two locks, in an account that is set up."""
    await hass.config.async_set_time_zone("Europe/Rome")
    house = House(world, cloud)
    for lock in (house.old, house.new):
        lock.add_feature(Feature.CUSTOM_QR_CODE, Feature.QR_CODE)
    await setup(hass, entry)
    await house.furnish(entry.runtime_data.cloud)
    cloud.reset_calls()
    yield house
    assert not cloud.unknown_calls


@pytest.fixture
def old(house: House, entity_id: Find) -> str:
    """Return the entity of the old lock."""
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
def new(house: House, entity_id: Find) -> str:
    """Return the entity of the new lock."""
    return entity_id("lock", "garden_gate", "lock")


@pytest.fixture
def clone(hass: HomeAssistant, old: str, new: str) -> Clone:
    """Return a call of the action from the old lock to the new one."""

    async def call(action: str = "clone_lock", context: Context | None = None, **data: Any) -> Any:
        return await hass.services.async_call(
            "ttlock",
            action,
            {"entity_id": new, "source": old, **data},
            blocking=True,
            return_response=True,
            context=context,
        )

    return call


def fates(items: list[dict[str, Any]]) -> dict[str, str | None]:
    """Return the reason of each credential by name, None for what carries over."""
    return {item["name"]: item["reason"] and item["reason"]["key"] for item in items}


LEFT_OUT = {
    "Over": "already_expired",
    "Forgotten": "random_passcode_unused_in_time",
    "Plumber": "one_time_passcode_stays",
    "Gardener": "weekly_passcode_stays",
    "Visitors": "random_qr_code_stays",
    "Owner thumb": "fingerprint_stays",
}
CARRIED = {
    "Guest",
    "Landlord",
    "Family",
    "Cleaner",
    "Summer",
    "Neighbour",
    "Holiday",
    "Blue card",
    "Office card",
    "Parcels",
}


# -- The plan ------------------------------------------------------------------------------------------------------


async def test_the_plan_names_every_credential_and_changes_nothing(
    hass: HomeAssistant, house: House, clone: Clone, new: str
) -> None:
    response = await clone()
    plan = response["plan"][new]
    assert fates(plan) == {**LEFT_OUT, **dict.fromkeys(CARRIED)}
    assert {item["name"] for item in plan if item["carries"]} == CARRIED
    assert not any(item["there"] for item in plan)
    assert response["unreadable"] == 0
    assert house.sent() == 0
    by_name = {item["name"]: item for item in plan}
    card = by_name["Office card"]
    assert (card["kind"], card["type"], len(card["cycle"])) == ("card", "cyclic", 5)
    assert card["cycle"][0] == {"day": 1, "start": "08:00", "end": "18:00"}
    assert dt_util.as_utc(card["end_date"]) - dt_util.as_utc(card["start_date"]) == 250 * DAY
    assert by_name["Owner thumb"]["reason"]["message"] == (
        "A fingerprint stays in its lock. Teach it to Garden Gate at the lock"
    )


async def test_neither_plan_nor_result_shows_what_opens_the_door(
    hass: HomeAssistant, house: House, clone: Clone, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    hass.bus.async_listen("*", lambda event: said.append(json.dumps(event.as_dict(), cls=JSONEncoder, default=repr)))
    said.append(str(await clone()))
    said.append(str(await clone(dry_run=False)))
    await hass.async_block_till_done()
    # The test harness logs what would be written to the private store.
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("pytest_homeassistant")]
    text = "".join(said + logged)
    secrets = {*house.world.secrets(), BLUE_CARD, WEEKLY_CARD, QR_NUMBER}
    assert [secret for secret in secrets if secret in text] == []
    assert '"ttlock_credential"' in text


async def test_only_the_kinds_that_are_asked_for_are_looked_at(
    house: House, clone: Clone, new: str, cloud: CloudServer
) -> None:
    plan = (await clone(kinds=["card", "fingerprint"]))["plan"][new]
    assert {item["kind"] for item in plan} == {"card", "fingerprint"}
    assert not cloud.calls["/v3/lock/listKeyboardPwd"]
    result = (await clone(kinds="card", dry_run=False))["results"][new]
    assert result["counts"]["confirmed"] == 2
    assert (house.new.swipe_card(BLUE_CARD).opened, house.new.enter_code(FAMILY).opened) == (True, False)


async def test_a_lock_that_cannot_be_reached_now_is_named_in_the_plan(
    hass: HomeAssistant, house: House, clone: Clone, new: str, world: World
) -> None:
    world.gateway("garden").online = False
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call("ttlock", "update_state", {"entity_id": new}, blocking=True)
    plan = {item["name"]: item for item in (await clone())["plan"][new]}
    assert (plan["Family"]["carries"], plan["Family"]["reason"]["key"]) == (True, "gateway_offline")
    assert (plan["Guest"]["carries"], plan["Guest"]["reason"]) == (True, None)


@WHOLE_HOUSE
async def test_a_lock_without_gateway_gets_ekeys_only(
    hass: HomeAssistant, house: House, clone: Clone, old: str, entity_id: Find
) -> None:
    padlock = entity_id("lock", "padlock", "lock")
    answer = await clone(entity_id=padlock, dry_run=False)
    items = {item["name"]: item for item in answer["results"][padlock]["credentials"]}
    assert {name for name, item in items.items() if item["carries"]} == {"Guest", "Landlord"}
    assert items["Family"]["reason"]["key"] == items["Blue card"]["reason"]["key"] == "no_gateway"
    assert items["Parcels"]["reason"]["key"] == "no_custom_qr_codes"
    assert items["Office card"]["reason"]["key"] == "no_weekly_hours"


# -- The import ----------------------------------------------------------------------------------------------------


async def test_for_a_year_the_new_lock_opens_when_the_old_one_does(
    hass: HomeAssistant, house: House, clone: Clone, new: str, world: World
) -> None:
    answer = await clone(dry_run=False)
    result = answer["results"][new]
    assert (result["status"], result["path"]) == ("confirmed", "cloud")
    assert result["counts"] == {"confirmed": 10, "accepted": 0, "pending": 0, "failed": 0, "left_out": 6}
    assert fates(result["credentials"]) == {**LEFT_OUT, **dict.fromkeys(CARRIED)}
    start = world.clock.now()
    patterns: dict[str, set[bool]] = {}
    for sample in range(450):
        world.clock.freeze(start + sample * timedelta(hours=19, minutes=37).total_seconds())
        old, new_one = dict(house.opened(house.old)), dict(house.opened(house.new))
        assert new_one == old, f"sample {sample}"
        for what, opened in old.items():
            patterns.setdefault(what, set()).add(opened)
    always = {
        f"passcode {FAMILY}",
        f"passcode {CLEANER}",
        f"passcode {house.random}",
        f"card {BLUE_CARD}",
        "ekey guest",
    }
    assert {what for what, seen in patterns.items() if seen == {True}} == always
    assert {what for what, seen in patterns.items() if len(seen) == 2} == patterns.keys() - always


async def test_an_ekey_keeps_what_it_may(hass: HomeAssistant, house: House, clone: Clone, world: World) -> None:
    old = world.ekey(world.account("landlord").uid, house.old.lock_id)
    assert old
    old.key_right, old.remarks = True, "third floor"
    await clone(dry_run=False, kinds=["ekey"])
    new = world.ekey(world.account("landlord").uid, house.new.lock_id)
    assert new
    assert (new.key_right, new.remote_enable, new.remarks, new.name) == (True, True, "third floor", "Landlord")
    guest = world.ekey(world.account("guest").uid, house.new.lock_id)
    assert guest
    assert (guest.key_right, guest.remote_enable) == (False, False)


async def test_a_second_call_finds_everything_there(house: House, clone: Clone, new: str) -> None:
    first = (await clone("import_from_lock", dry_run=False))["results"][new]
    sent = house.sent()
    assert sent == len(CARRIED)
    plan = (await clone("import_from_lock"))["plan"][new]
    assert {item["name"] for item in plan if item["there"]} == CARRIED
    second = (await clone(dry_run=False))["results"][new]
    assert house.sent() == sent
    assert second == first


async def test_what_was_refused_is_told_and_alone_tried_by_a_second_call(
    house: House, clone: Clone, new: str, world: World
) -> None:
    world.faults.add(Fault(kind="errcode", path="/v3/identityCard/add", errcode=-4056))
    result = (await clone(dry_run=False))["results"][new]
    assert result["status"] == "failed"
    assert (result["counts"]["confirmed"], result["counts"]["failed"]) == (8, 2)
    card = next(item for item in result["credentials"] if item["name"] == "Blue card")
    assert (card["status"], card["new_id"]) == ("failed", None)
    assert (card["reason"]["code"], card["reason"]["key"]) == (-4056, "lock_memory_full")
    assert "Garden Gate" in card["reason"]["message"]
    assert result["error"] == card["reason"]
    world.faults.clear()
    sent = house.sent()
    result = (await clone(dry_run=False))["results"][new]
    assert (result["status"], house.sent() - sent) == ("confirmed", 2)
    assert house.new.swipe_card(BLUE_CARD).opened


async def test_people_can_watch_the_import_and_repeat_what_failed(
    hass: HomeAssistant, house: House, clone: Clone, new: str, world: World
) -> None:
    progress = async_capture_events(hass, "ttlock_job_progress")
    finished = async_capture_events(hass, "ttlock_job_finished")
    world.faults.add(Fault(kind="errcode", path="/v3/identityCard/add", errcode=-4056))
    answer = await clone(dry_run=False)
    assert {event.data["name"] for event in progress} == CARRIED
    assert {event.data["entity_id"] for event in progress} == {new}
    assert [event.data["done"] + event.data["failed"] for event in progress] == list(range(1, len(CARRIED) + 1))
    [end] = finished
    assert (end.data["job_id"], end.data["action"]) == (answer["job_id"], "clone_lock")
    assert (end.data["done"], end.data["failed"], end.data["total"]) == (8, 2, 10)
    failures = {(failure["kind"], failure["name"], failure["key"]) for failure in end.data["failures"]}
    assert failures == {("card", "Blue card", "lock_memory_full"), ("card", "Office card", "lock_memory_full")}
    world.faults.clear()
    sent = house.sent()
    again = await hass.services.async_call("ttlock", "retry_failed", {}, blocking=True, return_response=True)
    assert again
    assert (again["results"][new]["status"], house.sent() - sent) == ("confirmed", 2)  # type: ignore[index,call-overload]
    assert again["not_retried"] == {}
    assert (finished[-1].data["done"], finished[-1].data["total"]) == (2, 2)


async def test_when_nothing_could_be_put_on_the_lock_the_action_fails(house: House, clone: Clone, world: World) -> None:
    world.faults.add(Fault(kind="errcode", path="/v3/identityCard/add", errcode=-4056))
    with pytest.raises(HomeAssistantError, match="Nothing could be put on Garden Gate"):
        await clone(dry_run=False, kinds=["card"])


async def test_while_the_gateway_is_offline_the_import_waits_and_goes_on_by_itself(
    hass: HomeAssistant, house: House, clone: Clone, new: str, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.gateway("garden").online = False
    result = (await clone(dry_run=False))["results"][new]
    assert (result["status"], result["counts"]["pending"], result["counts"]["confirmed"]) == ("pending", 8, 2)
    passcode = next(item for item in result["credentials"] if item["name"] == "Family")
    assert (passcode["status"], passcode["reason"]["key"]) == ("pending", "gateway_offline")
    again = (await clone(dry_run=False))["results"][new]
    assert again["counts"] == result["counts"]
    world.gateway("garden").online = True
    await pass_time(hass, freezer, 3 * HOUR)
    assert dict(house.opened(house.new)) == dict(house.opened(house.old))
    assert house.world.row("garden_gate").passcodes.__len__() == len(house.codes)


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
async def test_a_reload_in_the_middle_loses_nothing_and_doubles_nothing(
    hass: HomeAssistant,
    house: House,
    clone: Clone,
    new: str,
    world: World,
    loaded_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    kind: str,
) -> None:
    """The gateway falls silent at the third passcode: its answer is lost, before or after the lock took it."""
    await clone(dry_run=False, kinds=["ekey"])
    house.cloud.reset_calls()
    world.faults.add(Fault(kind="numbers_as_text", path=ADD_PASSCODE, times=2))
    world.faults.add(Fault(kind=kind, path=ADD_PASSCODE, times=1))
    importing = hass.async_create_task(clone(dry_run=False))
    for _ in range(100_000):
        if house.cloud.calls[ADD_PASSCODE] == 3 and not world.faults:
            break
        await asyncio.sleep(0)
    assert await hass.config_entries.async_reload(loaded_entry.entry_id)
    assert loaded_entry.state is ConfigEntryState.LOADED
    for _ in range(4):
        await pass_time(hass, freezer, timedelta(minutes=2))
    with pytest.raises(HomeAssistantError, match="goes on by itself"):
        await importing

    assert dict(house.opened(house.new)) == dict(house.opened(house.old))
    row = world.row("garden_gate")
    assert sorted(passcode.digits for passcode in row.passcodes.values()) == sorted(house.codes)
    assert len(row.credentials[CredentialKind.CARD]) == 2
    # The lost one was looked up; it was sent again only where the lock had not taken it.
    assert house.cloud.calls[ADD_PASSCODE] == (6 if kind == "timeout_before" else 5)
    result = (await clone(dry_run=False))["results"][new]
    assert (result["status"], result["counts"]["confirmed"]) == ("confirmed", len(CARRIED))
    assert house.cloud.calls[ADD_PASSCODE] == (6 if kind == "timeout_before" else 5)


@pytest.fixture
def loaded_entry(house: House, entry: MockConfigEntry) -> MockConfigEntry:
    """Return the entry, which the house has set up."""
    return entry


@WHOLE_HOUSE
async def test_a_lock_of_another_account_is_a_source_too(
    hass: HomeAssistant,
    house: House,
    clone: Clone,
    new: str,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
    loaded_entry: MockConfigEntry,
) -> None:
    landlord = world.account("landlord")
    application = Application(
        client_id=world.application.client_id, client_secret=Secret(world.application.client_secret)
    )
    token = await sign_in(
        async_get_clientsession(hass), cloud.url, application, landlord.username, password_digest(landlord.password)
    )
    other = MockConfigEntry(
        domain="ttlock",
        title=landlord.username,
        unique_id=str(landlord.uid),
        minor_version=2,
        data={
            "auth_implementation": CREDENTIAL_ID,
            "region": "eu",
            "username": landlord.username,
            "token": token_data(token),
        },
    )
    # The owner holds an ekey for this lock, so its entity would belong to the owner's account.
    world.lock("holiday_flat").add_feature(Feature.PASSCODE)
    owner_ekey = world.ekey(world.account("owner").uid, world.lock("holiday_flat").lock_id)
    assert owner_ekey
    world.remove_ekey(owner_ekey)
    await hass.config_entries.async_reload(loaded_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    other.add_to_hass(hass)
    await setup(hass, other)
    flat = entity_id("lock", "holiday_flat", "lock")
    await hass.services.async_call(
        "ttlock",
        "create_passcode",
        {"entity_id": flat, "passcode_name": "Tenant", "passcode": "918273"},
        blocking=True,
    )
    result = (await clone(source=flat, dry_run=False))["results"][new]
    assert {item["name"]: item["status"] for item in result["credentials"]} == {"Tenant": "confirmed"}
    assert house.new.enter_code("918273").opened


# -- Refusals ------------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_source_and_target_are_two_locks_of_ours(
    hass: HomeAssistant, house: House, clone: Clone, old: str, new: str, entity_id: Find
) -> None:
    for data, message in (
        ({"source": new}, "Choose another lock"),
        ({"entity_id": [old, new], "source": entity_id("lock", "office", "lock")}, "exactly one lock"),
        ({"source": "lock.nobody"}, "lock.nobody is not a lock"),
        ({"source": "sun.sun"}, "sun.sun is not a lock"),
    ):
        with pytest.raises(ServiceValidationError, match=message):
            await clone(**data)
    assert house.sent() == 0


@WHOLE_HOUSE
async def test_who_does_not_manage_a_lock_neither_copies_it_nor_fills_it(
    house: House, clone: Clone, entity_id: Find, cloud: CloudServer
) -> None:
    flat = entity_id("lock", "holiday_flat", "lock")
    with pytest.raises(HomeAssistantError, match="may not do that with Holiday Flat"):
        await clone(source=flat)
    plan = (await clone(entity_id=flat))["plan"][flat]
    reasons = fates(plan)
    assert {reasons[name] for name in CARRIED} == {"not_permitted"}
    assert house.sent() == 0


async def test_a_clone_is_for_administrators(house: House, clone: Clone, hass_read_only_user: User) -> None:
    for action in ("clone_lock", "import_from_lock"):
        with pytest.raises(Unauthorized):
            await clone(action, Context(user_id=hass_read_only_user.id))
