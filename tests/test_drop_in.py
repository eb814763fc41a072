"""Taking over an entry of hass-ttlock: entry, devices and entities live on (compatibility.md 4.5, 4.6)."""

from datetime import timedelta
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.const import DOMAIN
from simulator import CloudServer, World

from .conftest import setup
from .passing_time import pass_time

LOCK_ENTITIES = [
    ("lock", "lock"),
    ("sensor", "lockbattery"),
    ("sensor", "lockoperator"),
    ("sensor", "locktrigger"),
    ("sensor", "lockgateway"),
    ("sensor", "lockblesignal"),
    ("sensor", "sensorbattery"),
    ("binary_sensor", "sensor"),
    ("binary_sensor", "passagemode"),
    ("switch", "autolock"),
    ("switch", "locksound"),
]


@pytest.fixture
def theirs(hass: HomeAssistant, entry: MockConfigEntry, cloud: CloudServer) -> MockConfigEntry:
    """Return an entry as hass-ttlock leaves it: no unique id, minor version 1, its webhook and options."""
    token = {key: value for key, value in entry.data["token"].items() if key != "uid"}
    old = MockConfigEntry(
        domain=DOMAIN,
        title="TTLock",
        version=1,
        minor_version=1,
        unique_id=None,
        data={
            "auth_implementation": entry.data["auth_implementation"],
            "token": token,
            "webhook_id": "0123456789abcdef",
            "webhook_url": "https://example.org/api/webhook/0123456789abcdef",
            "webhook_status": True,
        },
        options={"poll_interval": 15, "slow_poll_interval": 6, "bluetooth_enabled": True},
    )
    hass.config_entries._entries.pop(entry.entry_id)
    old.add_to_hass(hass)
    return old


@pytest.fixture
def their_entities(hass: HomeAssistant, theirs: MockConfigEntry, world: World) -> dict[str, str]:
    """Put their devices and entities into the registries, renamed and placed as users do; entity id by unique id."""
    lock, gateway = world.lock("front_door"), next(iter(world.reach.gateways.values()))
    devices, entities = dr.async_get(hass), er.async_get(hass)
    area = ar.async_get(hass).async_create("Entrance")
    device = devices.async_get_or_create(config_entry_id=theirs.entry_id, identifiers={(DOMAIN, lock.mac)})
    devices.async_update_device(device.id, area_id=area.id, name_by_user="My door")
    gateway_device = devices.async_get_or_create(config_entry_id=theirs.entry_id, identifiers={(DOMAIN, gateway.mac)})
    found: dict[str, str] = {}
    rows: list[tuple[str, str, dr.DeviceEntry]] = [
        (platform, f"ttlock-{lock.lock_id}-{key}", device) for platform, key in LOCK_ENTITIES
    ]
    rows.append(("binary_sensor", f"ttlock-gateway-{gateway.gateway_id}", gateway_device))
    rows.append(("button", f"ttlock-{lock.lock_id}-startdebugcapture", device))
    for platform, unique_id, owner in rows:
        entity = entities.async_get_or_create(
            platform,
            DOMAIN,
            unique_id,
            config_entry=theirs,
            device_id=owner.id,
            suggested_object_id=f"my_door_{unique_id.rsplit('-', 1)[-1]}",
        )
        found[unique_id] = entity.entity_id
    return found


async def test_every_entity_of_theirs_lives_on(
    hass: HomeAssistant, enable_bluetooth: None, theirs: MockConfigEntry, their_entities: dict[str, str], world: World
) -> None:
    await setup(hass, theirs)
    assert theirs.state is ConfigEntryState.LOADED
    registry = er.async_get(hass)
    for unique_id, entity_id in their_entities.items():
        if unique_id.endswith("startdebugcapture"):
            assert registry.async_get(entity_id) is None
            continue
        entity = registry.async_get(entity_id)
        assert entity is not None, entity_id
        assert entity.unique_id == unique_id
        state = hass.states.get(entity_id)
        assert state is not None, entity_id
        assert "restored" not in state.attributes, entity_id
        assert state.state != "unavailable", entity_id
    assert hass.states.get(their_entities[f"ttlock-{world.lock('front_door').lock_id}-lock"]).state == "locked"  # type: ignore[union-attr]


async def test_devices_keep_name_and_area(
    hass: HomeAssistant, theirs: MockConfigEntry, their_entities: dict[str, str], world: World
) -> None:
    before = {device.id for device in dr.async_entries_for_config_entry(dr.async_get(hass), theirs.entry_id)}
    await setup(hass, theirs)
    device = dr.async_get(hass).async_get_device_by_identifier((DOMAIN, world.lock("front_door").mac), theirs.entry_id)
    assert device
    assert device.id in before
    assert device.name_by_user == "My door"
    assert ar.async_get(hass).async_get_area(device.area_id or "").name == "Entrance"  # type: ignore[union-attr]


async def test_the_entry_keeps_its_data_and_gains_its_account_number(
    hass: HomeAssistant, theirs: MockConfigEntry, world: World
) -> None:
    before = {**theirs.data}
    await setup(hass, theirs)
    assert (theirs.version, theirs.minor_version) == (1, 2)
    assert theirs.unique_id == str(world.account("owner").uid)
    assert theirs.title == "TTLock"
    assert {key: theirs.data[key] for key in before} == before
    assert theirs.options == {"poll_interval": 15, "slow_poll_interval": 6, "bluetooth_enabled": True}
    # Bluetooth comes by itself.
    assert theirs.runtime_data.keys.lock_ids == {ekey.lock_id for ekey in world.ekeys_of(world.account("owner").uid)}


async def test_their_wish_for_rare_questions_is_kept(
    hass: HomeAssistant,
    theirs: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    cloud: CloudServer,
) -> None:
    # Three hours on average: at night more.
    freezer.move_to("2026-10-14T09:30:12.345+00:00")
    hass.config_entries.async_update_entry(theirs, options={**theirs.options, "poll_interval": 180})
    await setup(hass, theirs)
    cloud.reset_calls()
    await pass_time(hass, freezer, timedelta(minutes=170))
    assert cloud.calls["/v3/lock/queryOpenState"] == 0
    await pass_time(hass, freezer, timedelta(minutes=15))
    assert cloud.calls["/v3/lock/queryOpenState"] > 0


async def test_an_account_that_has_an_entry_already_is_not_claimed_twice(
    hass: HomeAssistant, theirs: MockConfigEntry, world: World
) -> None:
    MockConfigEntry(domain=DOMAIN, unique_id=str(world.account("owner").uid), data={}).add_to_hass(hass)
    await setup(hass, theirs)
    assert theirs.state is ConfigEntryState.LOADED
    assert theirs.unique_id is None


async def test_going_back_still_loads_the_entry(hass: HomeAssistant, theirs: MockConfigEntry) -> None:
    await setup(hass, theirs)
    # Home Assistant loads an entry of the same major and a later minor version without asking the integration.
    assert theirs.version == 1
    assert isinstance(theirs.data, MappingProxyType)
    assert set(theirs.data["token"]) >= {"access_token", "refresh_token", "expires_in", "expires_at"}


async def test_an_entry_from_the_future_is_not_touched(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    future = MockConfigEntry(domain=DOMAIN, version=2, data=dict(entry.data))
    future.add_to_hass(hass)
    await hass.config_entries.async_setup(future.entry_id)
    assert future.state is ConfigEntryState.MIGRATION_ERROR


THEIR_FIELDS: dict[str, dict[str, Any]] = {
    "configure_passage_mode": {
        "enabled": True,
        "auto_unlock": True,
        "all_day": False,
        "start_time": "08:00:00",
        "end_time": "18:00:00",
        "days": ["mon", "fri"],
    },
    "create_passcode": {"passcode_name": "Guest", "passcode": "482915"},
    "list_passcodes": {},
    "configure_autolock": {"enabled": True, "seconds": 15},
}


@pytest.mark.parametrize("action", THEIR_FIELDS)
async def test_their_calls_work_unchanged(
    hass: HomeAssistant, theirs: MockConfigEntry, their_entities: dict[str, str], world: World, action: str
) -> None:
    await async_setup_component(hass, "homeassistant", {})
    await setup(hass, theirs)
    lock = their_entities[f"ttlock-{world.lock('front_door').lock_id}-lock"]
    response = await hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": lock, **THEIR_FIELDS[action]},
        blocking=True,
        return_response=action.startswith("list_"),
    )
    assert (response is None) or lock in response["passcodes"]  # type: ignore[operator]
