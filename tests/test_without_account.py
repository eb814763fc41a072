"""Locks without any account: only their keys are known, and Bluetooth is the only road."""

from datetime import timedelta
import logging
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Feature, Secret
from custom_components.ttlock.const import BLUETOOTH_ENTRY, CONF_KIND, DOMAIN, KIND_BLUETOOTH
from custom_components.ttlock.key_store import async_hand_over
from simulator import World
from simulator.keys import lock_data
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .conftest import setup
from .passing_time import pass_time
from .test_lock import Find, command, state_of

pytestmark = pytest.mark.locks("front_door")
NO_APP: Final = 66
LEFT_OUT: Final = (NO_APP, Feature.NO_CLOCK)


@pytest.fixture
async def local(hass: HomeAssistant, world: World) -> MockConfigEntry:
    """Return an entry with the key of the front door."""
    lock = world.lock("front_door")
    row = world.rows[lock.lock_id]
    text = lock_data(lock, row, world.ekey(row.admin_uid, lock.lock_id))
    async_hand_over(hass, BLUETOOTH_ENTRY, {lock.lock_id: Secret(text)})
    entry = MockConfigEntry(
        domain=DOMAIN, title="Bluetooth", unique_id=BLUETOOTH_ENTRY, minor_version=2, data={CONF_KIND: KIND_BLUETOOTH}
    )
    entry.add_to_hass(hass)
    return entry


async def test_a_lock_is_followed_and_moved(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    local: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    await setup(hass, local)
    assert local.state is ConfigEntryState.LOADED
    lock = entity_id("lock", "front_door", "lock")
    assert state_of(hass, lock).state == "locked"
    await command(hass, "unlock", lock)
    assert world.lock("front_door").bolt == "unlocked"
    assert state_of(hass, lock).state == "unlocked"
    await command(hass, "lock", lock)
    assert state_of(hass, lock).state == "locked"
    assert world.lock("front_door").actuations == 2


async def test_the_key_outlives_a_restart(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    local: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> None:
    await setup(hass, local)
    await hass.config_entries.async_reload(local.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await command(hass, "unlock", entity_id("lock", "front_door", "lock"))
    assert world.lock("front_door").bolt == "unlocked"


async def test_days_pass_without_a_word_about_a_cloud(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    scanner: VirtualScanner,  # noqa: F811
    local: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await setup(hass, local)
    caplog.clear()
    for _ in range(5):
        await pass_time(hass, freezer, timedelta(hours=13))
        scanner.advertise()
    assert [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components") and record.levelno > logging.INFO
    ] == []


@pytest.fixture
def far(air: Air) -> None:  # noqa: F811
    """Carry the front door away, before anybody listens."""
    air.lock("front_door").in_range = False


async def test_out_of_range_the_lock_is_unavailable_until_it_is_heard(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    far: None,
    scanner: VirtualScanner,  # noqa: F811
    local: MockConfigEntry,
    air: Air,  # noqa: F811
    entity_id: Find,
) -> None:
    await setup(hass, local)
    lock = entity_id("lock", "front_door", "lock")
    assert state_of(hass, lock).state == "unavailable"
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), local.entry_id)
    assert "S31_010000" in {device.name for device in devices}, "the name by which it is seen, until it gets another"
    air.lock("front_door").in_range = True
    scanner.advertise()
    await pass_time(hass, freezer, timedelta(seconds=2))
    assert state_of(hass, lock).state == "locked"


# -- Everything that can be managed ------------------------------------------------------------------------------------


@pytest.fixture
def complete(world: World) -> None:
    """Have the lock able to do everything, before its key is handed out."""
    world.lock("front_door").add_feature(*(bit for bit in range(127) if bit not in LEFT_OUT))


@pytest.fixture
async def managed(
    hass: HomeAssistant,
    complete: None,
    scanner: VirtualScanner,  # noqa: F811
    local: MockConfigEntry,
    world: World,
    entity_id: Find,
) -> str:
    """Return the front door, which can do everything, with no cloud."""
    await setup(hass, local)
    return entity_id("lock", "front_door", "lock")


async def act(hass: HomeAssistant, action: str, entity_id: str, **data: Any) -> Any:
    """Call an action on the lock and return what it answers."""
    return await hass.services.async_call(
        "ttlock", action, {"entity_id": entity_id, **data}, blocking=True, return_response=True
    )


async def test_passcodes_are_managed_and_outlive_a_restart(
    hass: HomeAssistant, managed: str, local: MockConfigEntry, world: World
) -> None:
    door = world.lock("front_door")
    made = (await act(hass, "create_passcode", managed, passcode_name="Guest", passcode="730518"))["results"][managed]
    assert (made["status"], made["path"]) == ("confirmed", "ble")
    assert door.enter_code("730518").opened
    await act(hass, "modify_passcode", managed, passcode_id=made["id"], passcode="904426")
    assert door.enter_code("904426").opened
    await hass.config_entries.async_reload(local.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    listed = (await act(hass, "list_passcodes", managed))["passcodes"][managed]
    assert [code["passcode"] for code in listed if code["name"] == "Guest"] == ["904426"]
    await act(hass, "delete_passcode", managed, passcode_id=made["id"])
    assert not door.enter_code("904426").opened
    listed = (await act(hass, "list_passcodes", managed))["passcodes"][managed]
    assert made["id"] not in {code["id"] for code in listed}


async def test_what_somebody_else_did_at_the_lock_is_listed(hass: HomeAssistant, managed: str, world: World) -> None:
    door = world.lock("front_door")
    door.keypad.add("918273")
    listed = (await act(hass, "list_passcodes", managed))["passcodes"][managed]
    (found,) = [code for code in listed if code["passcode"] == "918273"]
    assert found["name"] is None
    await act(hass, "delete_passcode", managed, passcode_id=found["id"])
    assert "918273" not in door.keypad.table


async def test_cards_fingers_and_qr_codes_are_managed(hass: HomeAssistant, managed: str, world: World) -> None:
    door = world.lock("front_door")
    card = (await act(hass, "add_card", managed, card_name="Blue", card_number="3661413478"))["results"][managed]
    assert door.swipe_card("3661413478").opened
    await act(hass, "rename_card", managed, card_id=card["id"], name="Red")
    shown = {item["id"]: item for item in (await act(hass, "list_cards", managed))["cards"][managed]}
    assert shown[card["id"]]["name"] == "Red"
    known = set(door.fingerprints)
    finger = (await act(hass, "enroll_fingerprint", managed, fingerprint_name="Thumb"))["results"][managed]
    (number,) = set(door.fingerprints) - known
    assert door.touch_finger(number).opened
    code = (await act(hass, "add_qr_code", managed, qr_code_name="Box", qr_code_number=70707))["results"][managed]
    await act(hass, "delete_fingerprint", managed, fingerprint_id=finger["id"])
    await act(hass, "delete_card", managed, card_id=card["id"])
    await act(hass, "delete_qr_code", managed, qr_code_id=code["id"])
    assert not door.swipe_card("3661413478").opened
    assert set(door.fingerprints) == known


async def test_settings_are_read_from_the_lock_and_set(hass: HomeAssistant, managed: str, world: World) -> None:
    door = world.lock("front_door")
    await act(hass, "configure_autolock", managed, enabled=True, seconds=42)
    assert door.auto_lock_seconds == 42
    await act(hass, "configure_passage_mode", managed, enabled=True, days=["mon"], start_time="09:00", end_time="17:00")
    plan = (await act(hass, "get_passage_mode", managed))["passage_mode"][managed]
    assert plan["enabled"]
    assert (await act(hass, "sync_clock", managed))["results"][managed]["status"] == "confirmed"


async def test_what_needs_the_cloud_says_so(hass: HomeAssistant, managed: str) -> None:
    with pytest.raises(HomeAssistantError) as failure:
        await act(hass, "send_ekey", managed, receiver_username="guest@example.com", name="Guest")
    assert failure.value.translation_key == "needs_cloud"


async def test_the_lock_says_who_has_opened_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    managed: str,
    local: MockConfigEntry,
    scanner: VirtualScanner,  # noqa: F811
    world: World,
    entity_id: Find,
) -> None:
    door = world.lock("front_door")
    await act(hass, "create_passcode", managed, passcode_name="Guest", passcode="730518")
    # While somebody speaks to the lock, it does not advertise.
    await hass.config_entries.async_reload(local.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(5)
    assert door.enter_code("730518").opened
    scanner.advertise()
    await pass_time(hass, freezer, timedelta(seconds=10))
    log = state_of(hass, entity_id("event", "front_door", "access"))
    assert log.attributes["event_type"] == "unlocked", log.attributes
    assert log.attributes["credential"] == "Guest", log.attributes
    assert log.attributes["source"] == "ble"
    records = (await act(hass, "list_records", managed))["records"][managed]
    assert records[0]["event"] == "unlocked"
    assert "730518" not in str(records)
