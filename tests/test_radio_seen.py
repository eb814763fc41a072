"""What the radio shows of itself: repairs, the road that was taken, diagnostics, records at the press of a button."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.diagnostics import async_get_config_entry_diagnostics
from simulator import CloudServer, Fault, World
from simulator.inside import LockSecrets
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner
from simulator.radio.lockradio import LockRadio

from .bluetooth import air, scanner  # noqa: F401  # fixtures
from .conftest import setup
from .test_lock import Find, command, state_of
from .test_records import CODE, Events, told, types  # noqa: F401  # a fixture among them

pytestmark = pytest.mark.locks("front_door")


def repairs(hass: HomeAssistant) -> set[str | None]:
    return {issue.translation_key for issue in ir.async_get(hass).issues.values() if issue.active}


def hang_up(radio: LockRadio) -> None:
    """End the connection: a lock advertises only without."""
    if radio.link is not None:
        radio.link.drop()


def anew(radio: LockRadio, owner: str) -> None:
    """Pair the lock anew, with the app."""
    hang_up(radio)
    radio.lock.pair(LockSecrets.derive(owner))
    radio.lock.known_to_cloud = True


@pytest.fixture
async def lock(
    hass: HomeAssistant,
    scanner: VirtualScanner,  # noqa: F811
    all_enabled: None,
    entry: MockConfigEntry,
    entity_id: Find,
) -> str:
    """Return the front door, in range."""
    await setup(hass, entry)
    return entity_id("lock", "front_door", "lock")


async def test_a_lock_that_somebody_resets_is_a_repair_until_it_has_an_owner(
    hass: HomeAssistant,
    lock: str,
    scanner: VirtualScanner,  # noqa: F811
    air: Air,  # noqa: F811
    world: World,
) -> None:
    radio = air.lock("front_door")
    hang_up(radio)
    radio.lock.reset()
    radio.touch()
    scanner.advertise()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "lock_reset" in repairs(hass)
    radio.lock.pair(LockSecrets.derive("of the next owner"))
    scanner.advertise()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "lock_reset" not in repairs(hass)


async def test_a_key_that_the_lock_refuses_is_looked_for_and_then_a_repair(
    hass: HomeAssistant,
    lock: str,
    air: Air,  # noqa: F811
    world: World,
    cloud: CloudServer,
) -> None:
    radio = air.lock("front_door")
    radio.fidelity.answer_undecipherable = True
    anew(radio, "of somebody else")
    cloud.reset_calls()
    await command(hass, "unlock", lock)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert world.lock("front_door").actuations == 1, "the cloud is the other road"
    assert cloud.calls["/v3/key/get"] == 1
    # The virtual cloud has the new key at once, as it has after somebody paired the lock with the app.
    assert "bluetooth_key_invalid" not in repairs(hass)
    await command(hass, "lock", lock)
    world.faults.add(Fault(kind="errcode", path="/v3/key/get", errcode=-1008))
    anew(radio, "of a third one")
    entry = hass.config_entries.async_entries("ttlock")[0]
    entry.runtime_data.keys._fetched.clear()
    entry.runtime_data.cloud.router.forget(radio.lock.lock_id)
    await command(hass, "unlock", lock)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "bluetooth_key_invalid" in repairs(hass)


async def test_a_lock_that_only_a_passive_proxy_hears_is_a_repair_where_it_needs_more(
    hass: HomeAssistant,
    lock: str,
    entry: MockConfigEntry,
    scanner: VirtualScanner,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    world: World,
    freezer: FrozenDateTimeFactory,
) -> None:
    coordinator = next(iter(entry.runtime_data.locks.values()))
    heard = {True: False, False: True}
    monkeypatch.setattr(
        "homeassistant.components.bluetooth.async_address_present",
        lambda hass, address, connectable=True: heard[connectable],
    )
    world.lock("front_door").enter_code(CODE)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "only_passive_proxy" not in repairs(hass), "it has a gateway"
    hass.config_entries.async_update_entry(
        entry, options={"roads": {str(coordinator.lock_id): {"preference": "local_only"}}}
    )
    coordinator.account.issues.async_review_radio(coordinator)
    assert "only_passive_proxy" in repairs(hass)
    heard[True] = True
    coordinator.account.issues.async_review_radio(coordinator)
    assert "only_passive_proxy" not in repairs(hass)


async def test_the_road_is_shown_with_how_each_has_been(
    hass: HomeAssistant,
    lock: str,
    entry: MockConfigEntry,
    air: Air,  # noqa: F811
    entity_id: Find,
) -> None:
    road = entity_id("sensor", "front_door", "road")
    await command(hass, "unlock", lock)
    assert state_of(hass, road).state == "bluetooth"
    hang_up(air.lock("front_door"))
    air.lock("front_door").in_range = False
    await command(hass, "lock", lock)
    shown = state_of(hass, road)
    assert shown.state == "cloud"
    assert shown.attributes["bluetooth_last_success"] and shown.attributes["cloud_last_success"]
    diagnostics: dict[str, Any] = await async_get_config_entry_diagnostics(hass, entry)
    radio = diagnostics["locks"][0]["bluetooth"]
    assert radio["cloud_seconds"] is not None and radio["key_refused"] is False


async def test_records_are_read_at_the_press_of_a_button(
    hass: HomeAssistant,
    lock: str,
    told: Events,  # noqa: F811
    world: World,
    entity_id: Find,
) -> None:
    world.lock("front_door").enter_code(CODE)
    button = entity_id("button", "front_door", "read_records")
    await hass.services.async_call("button", "press", {"entity_id": button}, blocking=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert types(told).count("unlocked") == 1
