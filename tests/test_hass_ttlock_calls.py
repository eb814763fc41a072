"""Every call of hass-ttlock and of its fork, as its scripts send it and with the answers they read (compatibility.md 4.4).

Frozen: what is written down here is what other people's automations hold.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import World
from simulator.lock import VirtualLock

from .conftest import WHOLE_HOUSE
from .test_actions import act
from .test_lock import Find

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock")]

type Call = Callable[..., Awaitable[Any]]


@pytest.fixture
def front_door(loaded: MockConfigEntry, entity_id: Find) -> str:
    """Return the lock entity with everything."""
    return entity_id("lock", "front_door", "lock")


@pytest.fixture
def door(world: World) -> VirtualLock:
    """Return the lock itself."""
    return world.lock("front_door")


@pytest.fixture
def call(hass: HomeAssistant, front_door: str) -> Call:
    """Return a call with a lock target; its answer is taken only where theirs was."""

    async def call_action(action: str, answer: str | None = None, **data: Any) -> Any:
        response = await hass.services.async_call(
            "ttlock",
            action,
            data,
            target={"entity_id": front_door},
            blocking=True,
            return_response=answer is not None,
        )
        if answer is None:
            assert response is None
            return None
        assert response
        return response[answer][front_door]  # type: ignore[index, call-overload]

    return call_action


PASSCODE_KEYS: Final = {"name", "id", "passcode", "type", "start_date", "end_date", "expired"}
CREDENTIAL_KEYS: Final = {"id", "name", "number", "type", "sender", "start_date", "end_date", "expired"}
RECORD_KEYS: Final = {
    "id",
    "lock_id",
    "record_type",
    "success",
    "username",
    "keyboard_pwd",
    "lock_date",
    "server_date",
}
EKEY_KEYS: Final = {
    "id",
    "name",
    "username",
    "sender",
    "status",
    "start_date",
    "end_date",
    "expired",
    "remote_enable",
    "remarks",
}


async def named(call: Call, action: str, answer: str, name: str) -> dict[str, Any]:
    """Return what a list holds under a name."""
    found: dict[str, Any] = next(item for item in await call(action, answer) if item["name"] == name)
    return found


# -- hass-ttlock ---------------------------------------------------------------------------------------------------


async def test_create_passcode_for_good(call: Call, door: VirtualLock) -> None:
    await call("create_passcode", passcode_name="Guest", passcode="482915")
    assert door.enter_code("482915").opened


async def test_create_passcode_for_a_time(call: Call, door: VirtualLock, freezer: FrozenDateTimeFactory) -> None:
    now = dt_util.now()
    await call(
        "create_passcode",
        passcode_name="Guest",
        passcode="482915",
        start_time=(now + timedelta(hours=1)).isoformat(),
        end_time=(now + timedelta(hours=3)).isoformat(),
    )
    assert not door.enter_code("482915").opened
    freezer.tick(timedelta(hours=2))
    assert door.enter_code("482915").opened


async def test_modify_passcode(call: Call, door: VirtualLock) -> None:
    family = await named(call, "list_passcodes", "passcodes", "Family")
    now = dt_util.now()
    await call(
        "modify_passcode",
        passcode_id=family["id"],
        passcode_name="Family and friends",
        passcode="592846",
        start_time=(now - timedelta(hours=1)).isoformat(),
        end_time=(now + timedelta(hours=3)).isoformat(),
    )
    assert not door.enter_code("48151623").opened
    assert door.enter_code("592846").opened
    assert await named(call, "list_passcodes", "passcodes", "Family and friends")


async def test_delete_passcode(call: Call, door: VirtualLock) -> None:
    family = await named(call, "list_passcodes", "passcodes", "Family")
    await call("delete_passcode", passcode_id=family["id"])
    assert not door.enter_code("48151623").opened


async def test_list_passcodes(call: Call) -> None:
    passcodes = {passcode["name"]: passcode for passcode in await call("list_passcodes", "passcodes")}
    assert all(passcode.keys() >= PASSCODE_KEYS for passcode in passcodes.values())
    assert (passcodes["Family"]["passcode"], passcodes["Family"]["type"]) == ("48151623", "permanent")
    assert (passcodes["Cleaner"]["type"], passcodes["Cleaner"]["expired"]) == ("temporary", False)
    assert passcodes["Cleaner"]["end_date"] > dt_util.now()


async def test_cleanup_passcodes(
    hass: HomeAssistant, call: Call, front_door: str, door: VirtualLock, freezer: FrozenDateTimeFactory
) -> None:
    now = dt_util.now()
    await call(
        "create_passcode",
        passcode_name="Guest",
        passcode="482915",
        start_time=now.isoformat(),
        end_time=(now + timedelta(hours=3)).isoformat(),
    )
    freezer.tick(timedelta(hours=4))
    assert await call("cleanup_passcodes", "removed") == ["Guest"]
    assert "482915" not in {passcode["passcode"] for passcode in await call("list_passcodes", "passcodes")}
    await call("cleanup_passcodes")


async def test_list_records(call: Call, world: World, door: VirtualLock) -> None:
    door.enter_code("48151623")
    door.swipe_card("1723612378")
    world.upload()
    asked = {
        "start_date": (dt_util.now() - timedelta(days=1)).isoformat(),
        "end_date": (dt_util.now() + timedelta(days=1)).isoformat(),
        "page_size": 20,
        "page_no": 1,
    }
    records = await call("list_records", "records", **asked)
    assert all(record.keys() >= RECORD_KEYS for record in records)
    assert {"unlock by passcode", "unlock by IC card"} <= {record["record_type"] for record in records}
    assert all(record["success"] and record["lock_id"] == door.lock_id for record in records)
    assert len(await call("list_records", "records", **{**asked, "page_size": 1})) == 1
    assert await call("list_records", "records") == records


async def test_configure_passage_mode(call: Call, door: VirtualLock) -> None:
    await call(
        "configure_passage_mode",
        enabled=True,
        auto_unlock=True,
        all_day=False,
        start_time="08:00:00",
        end_time="18:00:00",
        days=["mon", "fri"],
    )
    (period,) = door.passage.periods
    assert (set(period.days), period.start, period.end, period.all_day) == ({1, 5}, 480, 1080, False)
    assert door.passage.auto_unlock
    await call("configure_passage_mode", enabled=False)
    assert not door.passage.enabled


async def test_configure_autolock(call: Call, door: VirtualLock) -> None:
    await call("configure_autolock", enabled=True, seconds=15)
    assert door.auto_lock_seconds == 15
    await call("configure_autolock", enabled=False)
    assert door.auto_lock_seconds <= 0


async def test_update_state(hass: HomeAssistant, call: Call, front_door: str, door: VirtualLock) -> None:
    door.turn_key()
    await call("update_state")
    state = hass.states.get(front_door)
    assert state
    assert state.state == "unlocked"


async def test_cards(call: Call, door: VirtualLock) -> None:
    card = await named(call, "list_cards", "cards", "Blue card")
    assert card.keys() >= CREDENTIAL_KEYS
    await call("rename_card", card_id=card["id"], name="Green card")
    assert await named(call, "list_cards", "cards", "Green card")
    assert door.swipe_card("1723612378").opened
    await call("delete_card", card_id=card["id"])
    assert not door.swipe_card("1723612378").opened


async def test_fingerprints(call: Call, door: VirtualLock) -> None:
    thumb = await named(call, "list_fingerprints", "fingerprints", "Owner thumb")
    assert thumb.keys() >= CREDENTIAL_KEYS
    await call("rename_fingerprint", fingerprint_id=thumb["id"], name="Thumb")
    assert await named(call, "list_fingerprints", "fingerprints", "Thumb")
    assert door.touch_finger("179351284710657").opened
    await call("delete_fingerprint", fingerprint_id=thumb["id"])
    assert not door.touch_finger("179351284710657").opened


# -- The fork ------------------------------------------------------------------------------------------------------


async def test_send_ekey(call: Call, door: VirtualLock, world: World) -> None:
    now = dt_util.now()
    sent = {
        "receiver_username": "landlord@example.com",
        "name": "Landlord",
        "start_time": (now - timedelta(hours=1)).isoformat(),
        "end_time": (now + timedelta(days=1)).isoformat(),
        "remote_enable": True,
        "create_user": False,
        "remarks": "Until the boiler is mended",
    }
    await call("send_ekey", **sent)
    ekey = world.ekey(world.account("landlord").uid, door.lock_id)
    assert ekey
    assert ekey.valid(world.clock.now_ms())
    assert (ekey.name, ekey.remote_enable, ekey.remarks) == ("Landlord", True, "Until the boiler is mended")
    assert await call("send_ekey", "key_ids", **sent)


async def test_list_ekeys(call: Call) -> None:
    guest = await named(call, "list_ekeys", "ekeys", "Guest")
    assert guest.keys() >= EKEY_KEYS
    assert (guest["username"], guest["expired"], guest["remote_enable"]) == ("guest@example.com", False, False)


async def test_the_life_of_an_ekey(call: Call, door: VirtualLock, world: World) -> None:
    guest = await named(call, "list_ekeys", "ekeys", "Guest")
    uid = world.account("guest").uid

    def valid() -> bool:
        ekey = world.ekey(uid, door.lock_id)
        return ekey is not None and ekey.valid(world.clock.now_ms())

    await call("freeze_ekey", key_id=guest["id"])
    assert not valid()
    await call("unfreeze_ekey", key_id=guest["id"])
    assert valid()
    await call("modify_ekey", key_id=guest["id"], name="Friend", remote_enable=True)
    assert (await named(call, "list_ekeys", "ekeys", "Friend"))["remote_enable"] is True
    tomorrow = dt_util.now() + timedelta(days=1)
    await call(
        "set_ekey_period",
        key_id=guest["id"],
        start_time=tomorrow.isoformat(),
        end_time=(tomorrow + timedelta(days=1)).isoformat(),
    )
    assert not valid()
    await call("delete_ekey", key_id=guest["id"])
    assert world.ekey(uid, door.lock_id) is None


# -- The blueprint -------------------------------------------------------------------------------------------------

BLUEPRINT: Final = """
alias: Rental codes
mode: queued
triggers:
  - trigger: event
    event_type: rental_booked
actions:
  - action: ttlock.create_passcode
    target:
      entity_id: "{{ trigger.event.data.lock }}"
    data:
      passcode_name: "{{ trigger.event.data.name }}"
      passcode: "{{ trigger.event.data.code }}"
      start_time: "{{ trigger.event.data.start.strftime('%Y-%m-%d %H:%M:%S') }}"
      end_time: "{{ trigger.event.data.end.strftime('%Y-%m-%d %H:%M:%S') }}"
  - action: ttlock.cleanup_passcodes
    target:
      entity_id: "{{ trigger.event.data.lock }}"
"""
"""What `rental-control-ttlock.yaml` of tykeal/homeassistant-blueprints does, with its variables filled in."""


async def test_the_rental_blueprint(
    hass: HomeAssistant, front_door: str, door: VirtualLock, freezer: FrozenDateTimeFactory
) -> None:
    """Its times are text without a zone, meant where the house stands; a number of digits arrives as a number."""
    await hass.config.async_set_time_zone("Europe/Rome")
    assert await async_setup_component(hass, "automation", {"automation": [parse_yaml(BLUEPRINT)]})

    async def book(name: str, code: str, begin: timedelta, end: timedelta) -> None:
        now = dt_util.now().replace(second=0, microsecond=0)
        stay = {"lock": front_door, "name": name, "code": code, "start": now + begin, "end": now + end}
        hass.bus.async_fire("rental_booked", stay)
        await hass.async_block_till_done()

    await book("Booking 1", "0482", -timedelta(hours=1), timedelta(days=2))
    assert door.enter_code("0482").opened
    await book("Booking 1", "0482", -timedelta(hours=1), timedelta(days=2))
    assert door.enter_code("0482").opened
    freezer.tick(timedelta(days=3))
    assert not door.enter_code("0482").opened
    await book("Booking 2", "5928", timedelta(), timedelta(days=2))
    assert door.enter_code("5928").opened
    listed = await hass.services.async_call(
        "ttlock", "list_passcodes", {"entity_id": front_door}, blocking=True, return_response=True
    )
    assert "Booking 2" in str(listed)
    assert "Booking 1" not in str(listed)


# -- The dashboard pack --------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_the_dashboard_pack_creates_and_then_looks(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    """One lock after the other, and each is asked whether the passcode is there (compatibility.md 4.4)."""
    for key in ("front_door", "office"):
        target = {"entity_id": entity_id("lock", key, "lock")}
        data = {"passcode_name": "Guest", "passcode": "482915"}
        await hass.services.async_call("ttlock", "create_passcode", data, target=target, blocking=True)
        listed = await act(hass, "list_passcodes", target)
        found = {passcode["name"]: passcode["passcode"] for passcode in listed["passcodes"][target["entity_id"]]}
        assert found["Guest"] == "482915"
        assert world.lock(key).enter_code("482915").opened
