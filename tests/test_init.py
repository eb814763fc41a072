"""Life of a config entry: set-up, failures, renewal, removal, what comes and goes."""

import asyncio
from datetime import timedelta
import time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.config_entry_oauth2_flow import async_add_implementation_provider
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, Fault, World

from .conftest import WHOLE_HOUSE, setup
from .passing_time import pass_time
from .test_lock import Find, state_of

pytestmark = pytest.mark.locks("front_door")


async def test_an_account_loads_unloads_and_loads_again(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    states = []
    await setup(hass, entry)
    states.append(entry.state)
    assert hass.states.async_entity_ids("lock")
    assert await hass.config_entries.async_unload(entry.entry_id)
    states.append(entry.state)
    await setup(hass, entry)
    states.append(entry.state)
    assert states == [ConfigEntryState.LOADED, ConfigEntryState.NOT_LOADED, ConfigEntryState.LOADED]


async def test_set_up_takes_three_calls_and_none_of_them_wakes_a_lock(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.async_entity_ids("lock")
    live = {path for path in cloud.calls if "query" in path and path.startswith("/v3/lock/")}
    before_background = {path: count for path, count in cloud.calls.items() if path not in live}
    assert before_background["/v3/key/list"] == 1
    assert before_background["/v3/lock/list"] == 1
    assert before_background["/v3/gateway/list"] == 1
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_settings_survive_a_restart_and_are_not_read_again(
    hass: HomeAssistant, loaded: MockConfigEntry, cloud: CloudServer, freezer: FrozenDateTimeFactory, world: World
) -> None:
    # Let the delayed write of the store happen.
    freezer.tick(60)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(loaded.entry_id)
    cloud.reset_calls()
    await setup(hass, loaded)
    assert cloud.calls["/v3/lock/detail"] == 0
    assert cloud.calls["/v3/lock/getPassageModeConfiguration"] == 0
    delay = er.async_get(hass).async_get_entity_id(
        "number", DOMAIN, f"ttlock-{world.lock('front_door').lock_id}-autolock_delay"
    )
    assert delay
    assert hass.states.get(delay).state not in ("unknown", "unavailable")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ({"kind": "http_500"}, ConfigEntryState.SETUP_RETRY, "server_fault"),
        ({"kind": "html"}, ConfigEntryState.SETUP_RETRY, "server_fault"),
        ({"kind": "drop_before"}, ConfigEntryState.SETUP_RETRY, "cannot_connect"),
        ({"kind": "errcode", "errcode": 30007}, ConfigEntryState.SETUP_RETRY, "quota_month_exceeded"),
        ({"kind": "errcode", "errcode": 30006}, ConfigEntryState.SETUP_RETRY, "quota_exceeded"),
        ({"kind": "errcode", "errcode": 10000}, ConfigEntryState.SETUP_ERROR, "application_unknown"),
        ({"kind": "errcode", "errcode": 10011}, ConfigEntryState.SETUP_ERROR, "sign_in_again"),
    ],
)
async def test_a_failed_set_up_says_why(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    world: World,
    short_patience: None,
    fault: dict[str, Any],
    state: ConfigEntryState,
    reason: str,
) -> None:
    world.faults.add(Fault(path="/v3/key/list", **fault))
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is state
    assert entry.error_reason_translation_key == reason


async def test_removed_application_credentials_ask_for_a_new_sign_in(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(entry, data={**entry.data, "auth_implementation": "gone"})
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "application_missing"
    assert [flow["context"]["source"] for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)] == [
        SOURCE_REAUTH
    ]


async def test_credentials_that_cannot_be_read_now_are_tried_again(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable(hass: HomeAssistant, domain: str) -> list[Any]:
        raise ImplementationUnavailableError

    async_add_implementation_provider(hass, "application_credentials", unavailable)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "application_unavailable"


async def test_an_unreadable_store_is_read_anew(
    hass: HomeAssistant, entry: MockConfigEntry, hass_storage: dict[str, Any], world: World
) -> None:
    key = f"ttlock.{entry.entry_id}"
    lock_id = str(world.lock("front_door").lock_id)
    hass_storage[key] = {"version": 1, "key": key, "data": {lock_id: {"nonsense": 1}}}
    await setup(hass, entry)
    delay = er.async_get(hass).async_get_entity_id("number", DOMAIN, f"ttlock-{lock_id}-autolock_delay")
    assert delay
    assert hass.states.get(delay).state == "30"  # type: ignore[union-attr]


async def test_an_expired_token_is_renewed_before_it_is_used(
    hass: HomeAssistant, entry: MockConfigEntry, cloud: CloudServer
) -> None:
    token = {**entry.data["token"], "expires_at": time.time() - 1}
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    cloud.reset_calls()
    await setup(hass, entry)
    assert entry.state is ConfigEntryState.LOADED
    assert cloud.calls["/oauth2/token"] == 1
    assert entry.data["token"]["access_token"] != token["access_token"]
    assert entry.data["token"]["expires_at"] > time.time()
    assert entry.data["token"]["uid"] == token["uid"]


async def test_a_revoked_token_is_renewed_once_for_all_calls(
    hass: HomeAssistant, loaded: MockConfigEntry, cloud: CloudServer, world: World, freezer: FrozenDateTimeFactory
) -> None:
    cloud.reset_calls()
    world.tokens.revoke_all()
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert cloud.calls["/oauth2/token"] == 1
    assert loaded.state is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_a_lost_sign_in_starts_one_reauth_and_keeps_the_entities(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory
) -> None:
    locks = hass.states.async_entity_ids("lock")
    world.tokens.forget_all()
    await pass_time(hass, freezer, timedelta(minutes=31))
    await pass_time(hass, freezer, timedelta(minutes=31))
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    assert hass.states.async_entity_ids("lock") == locks


async def test_a_removed_entry_leaves_nothing_stored(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    entity_id: Find,
) -> None:
    freezer.tick(60)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    key = f"ttlock.{loaded.entry_id}"
    assert key in hass_storage
    # A change that was to be written soon must not bring the file back.
    delay = entity_id("number", "front_door", "autolock_delay")
    await hass.services.async_call("number", "set_value", {"entity_id": delay, "value": 77}, blocking=True)
    await hass.config_entries.async_remove(loaded.entry_id)
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert key not in hass_storage
    assert not dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)


async def test_locks_come_and_go_without_reload(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory
) -> None:
    registry = er.async_get(hass)
    lock_id = world.lock("front_door").lock_id
    row = world.locks.pop(lock_id)
    await pass_time(hass, freezer, timedelta(minutes=31))
    assert registry.async_get_entity_id("lock", DOMAIN, f"ttlock-{lock_id}-lock") is None
    world.locks[lock_id] = row
    await pass_time(hass, freezer, timedelta(minutes=31))
    found = registry.async_get_entity_id("lock", DOMAIN, f"ttlock-{lock_id}-lock")
    assert found
    assert hass.states.get(found).state == "locked"  # type: ignore[union-attr]


async def test_half_a_list_removes_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory, short_patience: None
) -> None:
    before = len(dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id))
    for fault in (
        Fault(kind="garbage_item", path="/v3/key/list"),
        Fault(kind="missing_fields", path="/v3/key/list", fields=("lockId",)),
        Fault(kind="missing_fields", path="/v3/gateway/list", fields=("gatewayId",)),
        Fault(kind="missing_fields", path="/v3/key/list", fields=("list",)),
        Fault(kind="truncated", path="/v3/gateway/list"),
        Fault(kind="null_item", path="/v3/gateway/list"),
    ):
        world.faults.add(fault)
        await pass_time(hass, freezer, timedelta(minutes=31))
        world.faults.clear()
        assert len(dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)) == before


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="missing_fields", path="/v3/key/list", fields=("lockId",)),
        Fault(kind="missing_fields", path="/v3/gateway/list", fields=("gatewayId",)),
    ],
    ids=["locks", "gateways"],
)
async def test_half_a_list_at_the_start_removes_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, fault: Fault
) -> None:
    registry = er.async_get(hass)
    registry.async_update_entity(entity_id("lock", "front_door", "lock"), new_entity_id="lock.my_own_name")
    devices = len(dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id))
    await hass.config_entries.async_unload(loaded.entry_id)
    world.faults.add(fault)
    await setup(hass, loaded)
    assert len(dr.async_entries_for_config_entry(dr.async_get(hass), loaded.entry_id)) == devices
    world.faults.clear()
    await loaded.runtime_data.async_refresh()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get("lock.my_own_name").state == "locked"  # type: ignore[union-attr]


async def test_a_reload_waits_for_the_command_that_is_under_way(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    lock, switch = entity_id("lock", "front_door", "lock"), entity_id("switch", "front_door", "passage_mode")
    for gateway in world.gateways.values():
        gateway.latency = 0.05
    data = {"entity_id": lock, "enabled": True, "all_day": True, "days": ["mon"]}
    command = hass.async_create_task(hass.services.async_call(DOMAIN, "configure_passage_mode", data, blocking=True))
    async with asyncio.timeout(5):
        while not loaded.runtime_data.locks[world.lock("front_door").lock_id].under_way:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0)
    await hass.config_entries.async_reload(loaded.entry_id)
    await command
    await hass.async_block_till_done()
    assert world.lock("front_door").passage.enabled
    assert state_of(hass, switch).state == "on"


async def test_a_setting_survives_a_reload_right_after_it(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find
) -> None:
    delay = entity_id("number", "front_door", "autolock_delay")
    await hass.services.async_call("number", "set_value", {"entity_id": delay, "value": 77}, blocking=True)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get(delay).state == "77"  # type: ignore[union-attr]


async def test_a_lock_renamed_in_the_app_is_renamed_here(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, freezer: FrozenDateTimeFactory
) -> None:
    world.row("front_door").alias = "Main Door"
    await pass_time(hass, freezer, timedelta(minutes=31))
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, world.lock("front_door").mac), loaded.entry_id)
    assert device
    assert device.name == "Main Door"


async def test_a_device_can_be_deleted_only_when_the_account_lost_it(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, hass_ws_client: WebSocketGenerator
) -> None:
    await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    registry = dr.async_get(hass)
    present = registry.async_get_device_by_identifier((DOMAIN, world.lock("front_door").mac), loaded.entry_id)
    assert present
    assert not (await client.remove_device(present.id))["success"]
    gone = registry.async_get_or_create(config_entry_id=loaded.entry_id, identifiers={(DOMAIN, "00:00:00:00:00:00")})
    assert (await client.remove_device(gone.id))["success"]


async def test_locks_hang_below_the_gateway_that_hears_them_best(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    registry = dr.async_get(hass)
    lock = registry.async_get_device_by_identifier((DOMAIN, world.lock("front_door").mac), loaded.entry_id)
    gateways = {
        device.id
        for gateway in world.reach.gateways.values()
        if (device := registry.async_get_device_by_identifier((DOMAIN, gateway.mac), loaded.entry_id))
    }
    assert lock
    assert lock.via_device_id in gateways


@WHOLE_HOUSE
async def test_an_outage_is_logged_once_and_once_when_it_ends(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    world: World,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    short_patience: None,
) -> None:
    caplog.clear()
    world.faults.add(Fault(kind="http_503"))
    for _ in range(6):
        await pass_time(hass, freezer, timedelta(minutes=10))
    battery = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"ttlock-{world.lock('padlock').lock_id}-lockbattery"
    )
    assert battery
    assert hass.states.get(battery).state == "unavailable"  # type: ignore[union-attr]
    loud = [
        record
        for record in caplog.records
        if record.name.startswith("custom_components.ttlock") and record.levelname in ("INFO", "WARNING", "ERROR")
    ]
    assert len(loud) == 1
    world.faults.clear()
    await pass_time(hass, freezer, timedelta(minutes=6))
    assert hass.states.get(battery).state.isdigit()  # type: ignore[union-attr]
    assert not [record for record in caplog.records if record.levelname != "DEBUG" and record.exc_info]
