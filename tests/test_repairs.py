"""Repairs: raised when a cause recurs or lasts, mended where that is possible, gone when it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.repairs import repairs_flow_manager
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client.quota import next_month
from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World

from .conftest import ENTRY_ID, WHOLE_HOUSE, setup
from .passing_time import pass_time
from .test_actions import act
from .test_lock import Find, command

pytestmark = pytest.mark.locks("front_door", "cellar")

INVENTORY = "/v3/key/list"

type Issue = Callable[[str], ir.IssueEntry | None]


@pytest.fixture
def issue(hass: HomeAssistant) -> Issue:
    """Return a look-up of repairs that are shown, ignored ones included."""

    def find(issue_id: str) -> ir.IssueEntry | None:
        found = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
        return found if found and found.active else None

    return find


async def fix(hass: HomeAssistant, issue_id: str) -> dict[str, Any]:
    """Go through the flow of a repair and return how it ended."""
    assert await async_setup_component(hass, "repairs", {})
    await hass.async_block_till_done()
    manager = repairs_flow_manager(hass)
    assert manager is not None
    form = await manager.async_init(DOMAIN, context={"issue_id": issue_id})
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "confirm")
    result: Any = await manager.async_configure(form["flow_id"], {})
    await hass.async_block_till_done(wait_background_tasks=True)
    return dict(result)


async def unlock_in_vain(hass: HomeAssistant, entity_id: str) -> None:
    """Unlock a lock that refuses."""
    with pytest.raises(HomeAssistantError):
        await command(hass, "unlock", entity_id)


# -- Remote unlock -------------------------------------------------------------------------------------------------


async def test_remote_unlock_that_is_off_is_a_repair_until_an_unlock_works(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, issue: Issue
) -> None:
    name = f"remote_unlock_off_{world.lock('cellar').lock_id}"
    cellar = entity_id("lock", "cellar", "lock")
    for _ in range(2):
        await unlock_in_vain(hass, cellar)
    found = issue(name)
    assert found is not None
    assert (found.is_fixable, found.translation_placeholders) == (True, {"name": "Cellar"})
    assert len(ir.async_get(hass).issues) == 1
    world.lock("cellar").remote_unlock_enabled = True
    await command(hass, "unlock", cellar)
    assert issue(name) is None


async def test_who_says_that_remote_unlock_is_on_is_believed_until_the_next_unlock(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, issue: Issue
) -> None:
    name = f"remote_unlock_off_{world.lock('cellar').lock_id}"
    cellar = entity_id("lock", "cellar", "lock")
    await unlock_in_vain(hass, cellar)
    assert (await fix(hass, name))["type"] is FlowResultType.CREATE_ENTRY
    assert issue(name) is None
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(name) is None
    await unlock_in_vain(hass, cellar)
    assert issue(name) is not None


async def test_an_ignored_repair_stays_ignored_while_its_cause_lasts(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, issue: Issue
) -> None:
    name = f"remote_unlock_off_{world.lock('cellar').lock_id}"
    cellar = entity_id("lock", "cellar", "lock")
    await unlock_in_vain(hass, cellar)
    ir.async_ignore_issue(hass, DOMAIN, name, True)
    await unlock_in_vain(hass, cellar)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    found = issue(name)
    assert found is not None
    assert found.dismissed_version is not None


async def test_the_repairs_of_an_account_go_with_it(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    await unlock_in_vain(hass, entity_id("lock", "cellar", "lock"))
    assert ir.async_get(hass).issues
    await hass.config_entries.async_remove(loaded.entry_id)
    assert not ir.async_get(hass).issues


async def test_the_repairs_of_a_disabled_account_go_with_it_and_come_back(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, issue: Issue
) -> None:
    await unlock_in_vain(hass, entity_id("lock", "cellar", "lock"))
    await hass.config_entries.async_set_disabled_by(loaded.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert not ir.async_get(hass).issues
    await hass.config_entries.async_set_disabled_by(loaded.entry_id, None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(f"remote_unlock_off_{world.lock('cellar').lock_id}") is not None


async def test_the_repairs_of_an_account_that_cannot_be_set_up_go_when_it_is_disabled(
    hass: HomeAssistant, entry: MockConfigEntry, world: World
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=30007, path=INVENTORY))
    await setup_in_vain(hass, entry)
    assert ir.async_get(hass).issues
    await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
    await hass.async_block_till_done()
    assert not ir.async_get(hass).issues


async def test_a_disabled_device_has_no_repairs(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, issue: Issue
) -> None:
    name = f"remote_unlock_off_{world.lock('cellar').lock_id}"
    cellar = entity_id("lock", "cellar", "lock")
    await unlock_in_vain(hass, cellar)
    entry = er.async_get(hass).async_get(cellar)
    assert entry and entry.device_id
    dr.async_get(hass).async_update_device(entry.device_id, disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.async_block_till_done()
    assert issue(name) is None
    await loaded.runtime_data.async_refresh()
    assert issue(name) is None
    dr.async_get(hass).async_update_device(entry.device_id, disabled_by=None)
    await hass.async_block_till_done()
    assert issue(name) is not None


@WHOLE_HOUSE
async def test_a_repair_of_a_lock_that_went_while_nobody_looked_goes_too(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    card = {"entity_id": entity_id("lock", "office", "lock"), "card_name": "Red card", "card_number": "3661413478"}
    world.faults.add(Fault(kind="errcode", errcode=-4056, path="/v3/identityCard/add*"))
    with pytest.raises(HomeAssistantError):
        await act(hass, "add_card", card)
    await hass.config_entries.async_unload(loaded.entry_id)
    assert ir.async_get(hass).issues
    world.remove_lock(world.lock("office"))
    await hass.config_entries.async_setup(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not ir.async_get(hass).issues


async def test_the_repairs_of_a_lock_go_with_it(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, freezer: FrozenDateTimeFactory
) -> None:
    cellar = entity_id("lock", "cellar", "lock")
    await unlock_in_vain(hass, cellar)
    await act(hass, "delete_lock", {"entity_id": cellar, "confirm": True})
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert not ir.async_get(hass).issues


# -- Gateways ------------------------------------------------------------------------------------------------------


@WHOLE_HOUSE
async def test_a_gateway_is_a_repair_after_hours_and_not_after_minutes(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World, issue: Issue
) -> None:
    name = "gateway_offline_long_3470001"
    world.gateway("hall").online = False
    for _ in range(11):
        await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue(name) is None
    for _ in range(3):
        await pass_time(hass, freezer, timedelta(minutes=31))
    found = issue(name)
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["name"] == "Hall gateway"
    assert found.translation_placeholders["locks"] == "Cellar, Front Door, Safe"

    # A restart forgets neither the repair nor since when it is.
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    again = issue(name)
    assert again is not None
    assert again.translation_placeholders == found.translation_placeholders

    result = await fix(hass, name)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "still_offline")
    assert issue(name) is not None
    world.faults.add(Fault(kind="http_503", path=INVENTORY))
    result = await fix(hass, name)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "failed")
    world.faults.clear()
    world.gateway("hall").online = True
    assert (await fix(hass, name))["type"] is FlowResultType.CREATE_ENTRY
    assert issue(name) is None


async def test_the_repair_of_a_gateway_is_over_when_it_is_back(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World, issue: Issue
) -> None:
    name = "gateway_offline_long_3470001"
    world.gateway("hall").online = False
    for _ in range(14):
        await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue(name) is not None
    world.gateway("hall").online = True
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue(name) is None


# -- Clocks --------------------------------------------------------------------------------------------------------


async def test_a_lock_whose_clock_is_wrong_gets_the_right_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    issue: Issue,
) -> None:
    lock = world.lock("front_door")
    name = f"lock_clock_wrong_{lock.lock_id}"
    front_door = entity_id("lock", "front_door", "lock")
    lock.clock.offset = 60.0
    await act(hass, "get_lock_clock", {"entity_id": front_door})
    assert issue(name) is None
    lock.clock.offset = -900.0
    await act(hass, "get_lock_clock", {"entity_id": front_door})
    found = issue(name)
    assert found is not None
    assert found.translation_placeholders == {"name": "Front Door", "minutes": "15"}

    world.faults.add(Fault(kind="errcode", errcode=-3002, path="/v3/lock/updateDate"))
    result = await fix(hass, name)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "failed")
    assert "offline" in result["description_placeholders"]["reason"]
    assert issue(name) is not None

    world.faults.clear()
    assert (await fix(hass, name))["type"] is FlowResultType.CREATE_ENTRY
    assert issue(name) is None
    assert abs(lock.time - world.clock.now()) < 2


async def test_a_host_whose_clock_stays_wrong_is_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World, issue: Issue
) -> None:
    world.clock.advance(3600)
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue("host_clock_wrong") is None, "a clock may be set right after the start"
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue("host_clock_wrong") is not None
    freezer.tick(3600)
    world.clock.freeze(dt_util.utcnow().timestamp())
    world.clock.thaw()
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue("host_clock_wrong") is None


async def test_a_refused_clock_at_set_up_is_told_when_it_recurs(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, issue: Issue
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=80000, path=INVENTORY))
    await setup_in_vain(hass, entry)
    assert issue("host_clock_wrong") is None
    await setup_in_vain(hass, entry)
    assert issue("host_clock_wrong") is not None
    world.faults.clear()
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue("host_clock_wrong") is None


async def setup_in_vain(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Set an entry up, once more if it was tried before, and see it fail."""
    if entry.state is ConfigEntryState.NOT_LOADED:
        await hass.config_entries.async_setup(entry.entry_id)
    else:
        await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_RETRY


@WHOLE_HOUSE
async def test_a_clock_that_nobody_looks_at_is_found_wrong_within_a_week(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    issue: Issue,
) -> None:
    lock = world.lock("office")
    lock.clock.offset = 900.0
    for _ in range(10):
        await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue(f"lock_clock_wrong_{lock.lock_id}") is not None
    lock.clock.offset = 0.0
    await pass_time(hass, freezer, timedelta(days=7))
    for _ in range(8):
        await pass_time(hass, freezer, timedelta(minutes=31))
    assert issue(f"lock_clock_wrong_{lock.lock_id}") is None


async def test_a_lost_sign_in_is_a_repair_of_home_assistant(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=10011, path=INVENTORY))
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert (HOMEASSISTANT_DOMAIN, f"config_entry_reauth_{DOMAIN}_{loaded.entry_id}") in ir.async_get(hass).issues


# -- Memory --------------------------------------------------------------------------------------------------------


async def test_a_full_memory_is_cleared_of_what_is_over(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    issue: Issue,
) -> None:
    lock = world.lock("front_door")
    name = f"memory_full_{lock.lock_id}"
    front_door = entity_id("lock", "front_door", "lock")
    start = dt_util.utcnow()
    await act(
        hass,
        "create_passcode",
        {
            "entity_id": front_door,
            "passcode_name": "Plumber",
            "passcode": "739154",
            "start_time": start.isoformat(),
            "end_time": (start + timedelta(hours=2)).isoformat(),
        },
    )
    guest = {"entity_id": front_door, "passcode_name": "Guest", "passcode": "482915"}
    world.faults.add(Fault(kind="errcode", errcode=-3009, path="/v3/keyboardPwd/add"))
    with pytest.raises(HomeAssistantError):
        await act(hass, "create_passcode", guest)
    found = issue(name)
    assert found is not None
    assert "482915" not in str(found)

    result = await fix(hass, name)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "nothing_expired")
    assert issue(name) is not None

    await pass_time(hass, freezer, timedelta(hours=3))
    assert (await fix(hass, name))["type"] is FlowResultType.CREATE_ENTRY
    assert issue(name) is None
    response = await act(hass, "list_passcodes", {"entity_id": front_door})
    assert {item["name"] for item in response["passcodes"][front_door]} == {"Family", "Cleaner"}


async def test_a_full_memory_is_over_when_the_lock_takes_a_credential(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, issue: Issue
) -> None:
    name = f"memory_full_{world.lock('front_door').lock_id}"
    card = {"entity_id": entity_id("lock", "front_door", "lock"), "card_name": "Red card", "card_number": "3661413478"}
    world.faults.add(Fault(kind="errcode", errcode=-4056, path="/v3/identityCard/add*"))
    with pytest.raises(HomeAssistantError):
        await act(hass, "add_card", card)
    assert issue(name) is not None
    world.faults.clear()
    await act(hass, "add_card", card)
    assert issue(name) is None


async def test_a_repair_cannot_be_done_while_the_account_is_not_loaded(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, issue: Issue
) -> None:
    name = f"remote_unlock_off_{world.lock('cellar').lock_id}"
    await unlock_in_vain(hass, entity_id("lock", "cellar", "lock"))
    await hass.config_entries.async_unload(loaded.entry_id)
    result = await fix(hass, name)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
    assert issue(name) is not None


# -- Power and quota -----------------------------------------------------------------------------------------------


@WHOLE_HOUSE
@pytest.mark.parametrize("way", ["asked", "unlocked"])
async def test_a_lock_that_saves_power_is_a_repair_when_it_refuses_again(
    hass: HomeAssistant,
    way: str,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    entity_id: Find,
    issue: Issue,
) -> None:
    lock = world.lock("back_door")
    name = f"power_saving_{lock.lock_id}"
    back_door = entity_id("lock", "back_door", "lock")
    world.wifi(lock.lock_id).power_saving = True
    await unlock_in_vain(hass, back_door)
    assert issue(name) is None
    await unlock_in_vain(hass, back_door)
    assert issue(name) is not None
    result = await fix(hass, name)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "failed")
    assert "saves power" in result["description_placeholders"]["reason"]
    assert issue(name) is not None
    world.wifi(lock.lock_id).power_saving = False
    if way == "asked":
        assert (await fix(hass, name))["type"] is FlowResultType.CREATE_ENTRY
    else:
        await command(hass, "unlock", back_door)
    assert issue(name) is None


@WHOLE_HOUSE
@pytest.mark.parametrize(("errcode", "needed"), [(30007, 1), (30006, 2)])
async def test_an_exhausted_quota_names_the_day_on_which_calls_start_anew(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    entity_id: Find,
    issue: Issue,
    errcode: int,
    needed: int,
) -> None:
    await hass.config.async_set_time_zone("UTC")
    world.faults.add(Fault(kind="errcode", errcode=errcode, path="/v3/lock/unlock"))
    for refusals in range(1, needed + 1):
        assert issue(f"quota_exhausted_{ENTRY_ID}") is None
        await unlock_in_vain(hass, entity_id("lock", ("front_door", "office")[refusals - 1], "lock"))
    found = issue(f"quota_exhausted_{ENTRY_ID}")
    assert found is not None
    in_beijing = dt_util.utcnow() + timedelta(hours=8)
    month = in_beijing.month % 12 + 1
    first = in_beijing.replace(year=in_beijing.year + (month == 1), month=month, day=1, hour=0, minute=0)
    assert found.translation_placeholders == {"date": f"{first - timedelta(hours=8):%Y-%m-%d %H:%M}"}
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(minutes=61))
    assert issue(f"quota_exhausted_{ENTRY_ID}") is None


@pytest.mark.parametrize(
    ("now", "anew"),
    [
        ("2026-12-31T15:59:59+00:00", "2026-12-31T16:00:00+00:00"),
        ("2026-12-31T16:00:00+00:00", "2027-01-31T16:00:00+00:00"),
        ("2028-02-10T00:00:00+00:00", "2028-02-29T16:00:00+00:00"),
    ],
)
def test_the_month_of_calls_is_that_of_beijing(now: str, anew: str) -> None:
    assert next_month(datetime.fromisoformat(now)) == datetime.fromisoformat(anew)


async def test_an_exhausted_quota_that_several_accounts_share_goes_with_the_account_that_gave_it_its_name(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, issue: Issue
) -> None:
    other = MockConfigEntry(domain=DOMAIN, unique_id="other", minor_version=2, data=dict(loaded.data))
    other.add_to_hass(hass)
    assert loaded.entry_id < other.entry_id
    await setup(hass, other)
    world.faults.add(Fault(kind="errcode", errcode=30007, path=INVENTORY))
    await other.runtime_data.async_refresh()
    assert issue(f"quota_exhausted_{loaded.entry_id}") is not None
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(f"quota_exhausted_{loaded.entry_id}") is None


async def test_an_exhausted_quota_at_set_up_is_a_repair_too(
    hass: HomeAssistant, entry: MockConfigEntry, world: World, issue: Issue
) -> None:
    world.faults.add(Fault(kind="errcode", errcode=30007, path=INVENTORY))
    await setup_in_vain(hass, entry)
    assert issue(f"quota_exhausted_{ENTRY_ID}") is not None
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_trouble_that_passes_is_no_repair(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    for errcode in (1, -2012, -3002, -3003, -3036, -3037, 90000):
        world.faults.add(Fault(kind="errcode", errcode=errcode, path="/v3/lock/unlock"))
        for _ in range(3):
            await unlock_in_vain(hass, entity_id("lock", "front_door", "lock"))
        world.faults.clear()
    assert not ir.async_get(hass).issues
