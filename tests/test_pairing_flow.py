"""A lock that belongs to nobody: from discovery to unlock, behind Home Assistant's own Bluetooth."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import nullcontext
from functools import partial
from itertools import product
from typing import Any
from unittest.mock import patch

import bleak_retry_connector
from homeassistant.components import bluetooth
from homeassistant.config_entries import SOURCE_BLUETOOTH, ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock import bluetooth_stack
from custom_components.ttlock.client.ble.advertisement import Flag, Scene
from custom_components.ttlock.client.ble.channel import Patience
from custom_components.ttlock.client.ble.opcodes import Opcode
from custom_components.ttlock.const import BLUETOOTH_ENTRY, DOMAIN
from custom_components.ttlock.key_store import async_homeless_keys, local_lock_id
from custom_components.ttlock.new_lock import async_pair
from simulator import CloudServer, Fault, World
from simulator.inside import LockSecrets
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner
from simulator.radio.faults import Kind, RadioFault
from simulator.radio.lockradio import LockRadio

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .conftest import setup
from .repository.source import INTEGRATION, read_json
from .test_config_flow import start_flow
from .test_lock import command, state_of

pytestmark = pytest.mark.locks("front_door")


@pytest.fixture
async def new(
    credentials: None,
    air: Air,  # noqa: F811
    scanner: VirtualScanner,  # noqa: F811
) -> AsyncGenerator[LockRadio]:
    """Return a lock out of its box, asleep."""
    radio = air.out_of_the_box()
    radio.fidelity.idle_seconds = None
    yield radio
    if radio.link is not None:
        radio.link.drop()


async def touch(hass: HomeAssistant, radio: LockRadio, scanner: VirtualScanner) -> None:  # noqa: F811
    radio.touch()
    scanner.advertise()
    await hass.async_block_till_done(wait_background_tasks=True)


def offered(hass: HomeAssistant) -> list[str]:
    return [flow["flow_id"] for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)]


async def go(hass: HomeAssistant, flow_id: str, **answers: Any) -> ConfigFlowResult:
    """Answer a step and wait for the end of what it begins."""
    result = await hass.config_entries.flow.async_configure(flow_id, answers)
    assert result["type"] is not FlowResultType.SHOW_PROGRESS or result["step_id"] == "pairing"
    for _ in range(20):
        if result["type"] not in (FlowResultType.SHOW_PROGRESS, FlowResultType.SHOW_PROGRESS_DONE):
            break
        await hass.async_block_till_done(wait_background_tasks=True)
        result = await hass.config_entries.flow.async_configure(flow_id)
    return result


async def test_a_discovered_lock_is_paired_and_opened_without_any_account(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
) -> None:
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    result = await go(hass, flow_id, name="Shed")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, BLUETOOTH_ENTRY)
    assert entry is not None and entry.state is ConfigEntryState.LOADED
    assert new.lock.owned
    (lock,) = [state for state in hass.states.async_all("lock") if "shed" in state.entity_id]
    await command(hass, "unlock", lock.entity_id)
    assert new.lock.bolt == "unlocked"
    assert state_of(hass, lock.entity_id).state == "unlocked"
    assert "adminPwd" not in str(entry.data)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_the_account_gets_the_lock_so_that_the_phone_app_has_it(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
    entry: MockConfigEntry,
    world: World,
) -> None:
    await setup(hass, entry)
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    result = await go(hass, flow_id, name="Shed", account=entry.entry_id)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "lock_added")
    await hass.async_block_till_done(wait_background_tasks=True)
    (row,) = [row for row in world.rows.values() if row.alias == "Shed"]
    keys = entry.runtime_data.keys
    assert keys.get(row.lock_id) is not None and keys.get(local_lock_id(new.address)) is None
    lock = er.async_get(hass).async_get_entity_id("lock", DOMAIN, f"ttlock-{row.lock_id}-lock")
    assert lock is not None
    await command(hass, "unlock", lock)
    assert new.lock.bolt == "unlocked"
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, new.address), entry.entry_id)
    assert device is not None and device.name == "Shed"


async def test_a_lock_that_its_account_does_not_take_is_not_lost(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
    entry: MockConfigEntry,
    world: World,
) -> None:
    await setup(hass, entry)
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    world.faults.add(Fault(kind="errcode", path="/v3/lock/initialize", errcode=90000))
    result = await go(hass, flow_id, name="Shed", account=entry.entry_id)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["description"] == "lock_kept"
    await hass.async_block_till_done(wait_background_tasks=True)
    (lock,) = [state for state in hass.states.async_all("lock") if "shed" in state.entity_id]
    await command(hass, "unlock", lock.entity_id)
    assert new.lock.bolt == "unlocked"
    assert entry.runtime_data.keys.get(local_lock_id(new.address)) is None
    local = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, BLUETOOTH_ENTRY)
    assert local is not None
    await hass.config_entries.async_unload(local.entry_id)


@pytest.mark.parametrize("is_early", [True, False], ids=["while it is paired", "afterwards"])
async def test_who_closes_the_dialog_gets_the_lock_all_the_same(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
    is_early: bool,
) -> None:
    gate = asyncio.Event()

    async def pair(*args: Any) -> bool:
        await gate.wait()
        return await async_pair(*args)

    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    with patch("custom_components.ttlock.pairing_flow.async_pair", pair):
        result = await hass.config_entries.flow.async_configure(flow_id, {"name": "Shed"})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    if not is_early:
        gate.set()
        await hass.async_block_till_done(wait_background_tasks=True)
    hass.config_entries.flow.async_abort(flow_id)
    gate.set()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert new.lock.owned
    (lock,) = [state for state in hass.states.async_all("lock") if "shed" in state.entity_id]
    await command(hass, "unlock", lock.entity_id)
    assert new.lock.bolt == "unlocked"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_key_that_no_entry_has_taken_is_kept_for_the_next_time(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
) -> None:
    """Home Assistant stops between the last word to the lock and the end of the flow."""
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    with patch("custom_components.ttlock.pairing_flow.PairingFlow.async_step_pair_done", side_effect=SystemError):
        result = await hass.config_entries.flow.async_configure(flow_id, {"name": "Shed"})
        await hass.async_block_till_done(wait_background_tasks=True)
        with pytest.raises(SystemError):
            await hass.config_entries.flow.async_configure(flow_id)
    assert new.lock.owned and not hass.config_entries.async_entries(DOMAIN)
    result = await start_flow(hass, "new_lock")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [state for state in hass.states.async_all("lock") if "shed" in state.entity_id]
    assert not (await async_homeless_keys(hass)).lock_ids
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_when_nobody_knows_whether_the_lock_took_the_key_the_next_try_finds_out(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_DISCONNECTED_BACKOFF_TIME", 0)
    short = partial(Patience, reply=0.05, first_silence=0.02, quiet=0.01)
    monkeypatch.setattr("custom_components.ttlock.client.ble.session.Patience", short)
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    for opcode in (Opcode.OPERATE_FINISHED, Opcode.STATUS):
        new.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, opcode=opcode, byte=1000, times=None))
    result = await go(hass, flow_id, name="Shed")
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "pair_again")
    assert new.lock.owned
    new.faults.clear()
    result = await go(hass, flow_id, name="Shed")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    (lock,) = [state.entity_id for state in hass.states.async_all("lock") if "shed" in state.entity_id]
    await command(hass, "unlock", lock)
    assert new.lock.bolt == "unlocked"
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_a_lock_that_was_reset_is_offered_and_paired_anew_with_its_entities(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
) -> None:
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    entry = (await go(hass, flow_id, name="Shed"))["result"]
    await hass.async_block_till_done(wait_background_tasks=True)
    (lock,) = [state.entity_id for state in hass.states.async_all("lock") if "shed" in state.entity_id]
    assert new.link is not None
    new.link.drop()
    scanner.advertise()
    new.lock.reset()
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    result = await go(hass, flow_id, name="Shed")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "keys_added")
    await hass.async_block_till_done(wait_background_tasks=True)
    await command(hass, "unlock", lock)
    assert new.lock.bolt == "unlocked"
    await hass.config_entries.async_unload(entry.entry_id)


def no_slot(radio: LockRadio, air: Air) -> None:  # noqa: F811
    air.slots = 0


def asleep(radio: LockRadio, air: Air) -> None:  # noqa: F811
    radio.lock.pair(LockSecrets.derive("of somebody else"))
    radio.fidelity.answer_undecipherable = True


def gone(radio: LockRadio, air: Air) -> None:  # noqa: F811
    radio.in_range = False


def breaking(radio: LockRadio, air: Air) -> None:  # noqa: F811
    radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, times=None))


def garbled(radio: LockRadio, air: Air) -> None:  # noqa: F811
    radio.faults.add(RadioFault(kind=Kind.CORRUPT, byte=10, times=None))


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (no_slot, "no_bluetooth_slot"),
        (asleep, "not_in_setting_mode"),
        (gone, "out_of_bluetooth_reach"),
        (breaking, "bluetooth_link_lost"),
        (garbled, "pairing_failed"),
    ],
)
async def test_what_goes_wrong_is_said_and_tried_again(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
    air: Air,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[LockRadio, Air], None],
    reason: str,
) -> None:
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_OUT_OF_SLOTS_BACKOFF_TIME", 0)
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_TRANSIENT_BACKOFF_TIME", 0)
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_DISCONNECTED_BACKOFF_TIME", 0)
    monkeypatch.setattr(bluetooth_stack, "LOOK_SECONDS", 0.01)
    short = partial(Patience, reply=0.05, first_silence=0.02, quiet=0.01)
    monkeypatch.setattr("custom_components.ttlock.client.ble.session.Patience", short)
    await touch(hass, new, scanner)
    (flow_id,) = offered(hass)
    slots = air.slots
    spoil(new, air)
    find = "homeassistant.components.bluetooth.async_ble_device_from_address"
    with patch(find, return_value=None) if spoil is gone else nullcontext():
        result = await go(hass, flow_id, name="Shed")
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "pair_again")
    assert result["errors"] == {"base": reason}
    if spoil is asleep:
        return
    assert not new.lock.owned
    air.slots, new.in_range = slots, True
    new.faults.waiting.clear()
    await touch(hass, new, scanner)
    result = await go(hass, flow_id, name="Shed")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    await hass.config_entries.async_unload(result["result"].entry_id)


async def test_the_menu_lists_what_waits_to_be_paired_and_nothing_else(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    new: LockRadio,
) -> None:
    result = await start_flow(hass, "new_lock")
    result = await go(hass, result["flow_id"])
    assert result["errors"] == {"base": "no_new_lock"}, "the front door belongs to somebody, the new one sleeps"
    await touch(hass, new, scanner)
    for flow_id in offered(hass):
        if flow_id != result["flow_id"]:
            hass.config_entries.flow.async_abort(flow_id)
    result = await go(hass, result["flow_id"])
    assert (result["type"], result["step_id"], result["errors"]) == (FlowResultType.FORM, "new_lock", {})
    result = await go(hass, result["flow_id"], address=new.address)
    assert (result["type"], result["step_id"]) == (FlowResultType.FORM, "pair")


async def test_without_an_adapter_nothing_can_be_paired(hass: HomeAssistant, enable_bluetooth: None) -> None:
    result = await start_flow(hass, "new_lock")
    with patch("homeassistant.components.bluetooth.async_scanner_count", return_value=0):
        result = await go(hass, result["flow_id"])
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_bluetooth")


async def test_a_lock_that_fell_asleep_before_it_was_looked_at_is_left_alone(
    hass: HomeAssistant,
    credentials: None,
    scanner: VirtualScanner,  # noqa: F811
    air: Air,  # noqa: F811
) -> None:
    info = bluetooth.async_last_service_info(hass, air.lock("front_door").address, connectable=True)
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_BLUETOOTH}, data=info)
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_in_setting_mode")


async def test_a_lock_of_somebody_is_not_offered(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    cloud: CloudServer,
) -> None:
    scanner.advertise()
    await hass.async_block_till_done()
    assert not offered(hass)


def test_home_assistant_looks_for_locks_that_wait_to_be_paired() -> None:
    """Whatever such a lock is on, and whether or not it was touched and its bolt is out; for no others."""
    scenes = [scene for scene in Scene if scene not in (Scene.PARKING, Scene.REMOTE_CONTROL)]
    more = [0, Flag.UNLOCKED, Flag.TOUCHED, Flag.UNLOCKED | Flag.TOUCHED]
    expected = {(int(scene), Flag.SETTING_MODE | flags) for scene, flags in product(scenes, more)}
    matchers = read_json(INTEGRATION / "manifest.json")["bluetooth"]
    assert {matcher["manufacturer_id"] for matcher in matchers} == {773}
    assert {tuple(matcher["manufacturer_data_start"]) for matcher in matchers} == expected
