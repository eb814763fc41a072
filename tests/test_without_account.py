"""Locks without any account: only their keys are known, and Bluetooth is the only road."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Secret
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
