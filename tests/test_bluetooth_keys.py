"""The Bluetooth keys of the locks of an account: where they come from, and where they are."""

from dataclasses import replace
from datetime import timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.key import LockKey, Role
from custom_components.ttlock.client.ble.lock_data import LockData
from custom_components.ttlock.const import DOMAIN
from custom_components.ttlock.key_store import KeyStore, async_hand_over, local_lock_id
from simulator import CloudServer, Fault, World
from simulator.keys import lock_data

from .conftest import setup
from .passing_time import pass_time

pytestmark = pytest.mark.locks("front_door", "holiday_flat")


def _file(entry: MockConfigEntry) -> str:
    return f"{DOMAIN}.{entry.entry_id}.keys"


async def test_own_and_shared_locks_have_their_keys_without_a_further_call(
    loaded: MockConfigEntry, world: World, cloud: CloudServer
) -> None:
    keys = loaded.runtime_data.keys
    own, shared = world.lock("front_door"), world.lock("holiday_flat")
    key = keys.get(own.lock_id).key
    assert (key.role, key.address) == (Role.ADMIN, own.mac)
    assert key.aes.reveal() == own.secrets.keys.aes_key.hex()
    assert int(key.admin.reveal()) == own.secrets.keys.admin_ps
    assert keys.get(shared.lock_id).key.role is Role.USER
    assert keys.lock_id_of(shared.mac) == shared.lock_id
    assert cloud.calls["/v3/key/get"] == 0


async def test_keys_outlive_a_restart_during_an_outage(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World
) -> None:
    lock_id = world.lock("front_door").lock_id
    known = loaded.runtime_data.keys.get(lock_id)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    world.faults.add(Fault(kind="http_500"))
    await setup(hass, loaded)
    assert loaded.runtime_data.failing
    assert loaded.runtime_data.keys.get(lock_id) == known


async def test_the_details_of_a_lock_are_the_second_source(
    hass: HomeAssistant, entry: MockConfigEntry, world: World
) -> None:
    lock = world.lock("front_door")
    world.rows[lock.lock_id].lock_data = "in another form"
    await setup(hass, entry)
    key = entry.runtime_data.keys.get(lock.lock_id).key
    assert key.role is Role.ADMIN
    assert int(key.unlock.reveal()) == lock.secrets.keys.unlock_key


async def test_a_refused_key_is_asked_for_once_an_hour_at_most(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
) -> None:
    keys, lock_id = loaded.runtime_data.keys, world.lock("holiday_flat").lock_id
    heard: list[int] = []
    stop = keys.async_listen(heard.append)

    assert not await keys.async_refresh(lock_id), "the cloud has no other"
    world.rows[lock_id].flag += 1
    assert not await keys.async_refresh(lock_id)
    assert cloud.calls["/v3/key/get"] == 1
    freezer.tick(timedelta(hours=1))
    assert await keys.async_refresh(lock_id)
    assert keys.get(lock_id).key.flag == world.rows[lock_id].flag
    assert (cloud.calls["/v3/key/get"], heard) == (2, [lock_id])
    freezer.tick(timedelta(hours=1))
    world.faults.add(Fault(kind="errcode", errcode=-1008, times=1))
    assert not await keys.async_refresh(lock_id)
    assert keys.get(lock_id) is not None
    stop()


async def test_a_key_that_the_lock_gave_up_does_not_replace_a_newer_one(loaded: MockConfigEntry, world: World) -> None:
    keys, lock = loaded.runtime_data.keys, world.lock("front_door")
    known = keys.get(lock.lock_id)
    newer = known.with_members({"lockFlagPos": known.key.flag + 1})
    assert keys.put(lock.lock_id, newer.encode())
    await loaded.runtime_data.async_refresh()
    assert keys.get(lock.lock_id).key == newer.key
    assert not keys.put(lock.lock_id, Secret("nothing of the kind"))


async def test_what_cannot_be_read_in_the_file_is_passed_over(
    hass: HomeAssistant, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    hass_storage[f"{DOMAIN}.old.keys"] = {"version": 1, "data": {"1": "damaged", "two": "damaged", "3": None}}
    keys = KeyStore(hass, "old")
    await keys.async_load()
    assert not keys.lock_ids
    assert caplog.text.count("A stored Bluetooth key cannot be read") == 3


async def test_a_key_that_is_handed_over_takes_the_counter_of_the_one_before_and_may_be_the_only_one(
    hass: HomeAssistant,
) -> None:
    weak = LockKey(address="AA:BB:CC:11:22:33", aes=Secret("a1" * 16), unlock=Secret("1"), flag=3)
    strong = replace(weak, admin=Secret("2"), flag=0)
    texts = [LockData.of_key(key, now=dt_util.utcnow()).encode() for key in (weak, strong)]
    keys = KeyStore(hass, "entry")
    assert keys.put(1, texts[0])
    assert keys.put(2, texts[0])
    await keys.async_flush()
    async_hand_over(hass, "account", {1: texts[1]}, whole=True)
    keys = KeyStore(hass, "entry")
    await keys.async_load("account")
    assert keys.lock_ids == {1}
    data = keys.get(1)
    assert data and (data.key.role, data.key.flag) == (Role.ADMIN, 3)


async def test_keys_are_in_their_own_file_and_nowhere_else(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    loaded: MockConfigEntry,
    world: World,
    hass_storage: dict[str, Any],
) -> None:
    await pass_time(hass, freezer, timedelta(minutes=1))
    assert await hass.config_entries.async_unload(loaded.entry_id)
    found = hass_storage[_file(loaded)]["data"]
    lock, shared = world.lock("front_door"), world.lock("holiday_flat")
    assert set(found) == {str(lock.lock_id), str(shared.lock_id)}
    texts = {lock_data(world.locks[ekey.lock_id], world.rows[ekey.lock_id], ekey) for ekey in world.ekeys.values()}
    secrets = texts | {lock.secrets.aes_key_str, lock.secrets.lock_key, lock.secrets.admin_pwd}
    others = {name: json.dumps(kept) for name, kept in hass_storage.items() if name != _file(loaded)}
    others["entry"] = repr(loaded.as_dict())
    assert not [name for name, text in others.items() if any(secret in text for secret in secrets)]

    await hass.config_entries.async_remove(loaded.entry_id)
    assert _file(loaded) not in hass_storage


async def test_what_was_kept_of_a_lock_that_went_meanwhile_is_forgotten(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, hass_storage: dict[str, Any]
) -> None:
    assert await hass.config_entries.async_unload(loaded.entry_id)
    ekey = world.ekey(world.account("owner").uid, world.lock("holiday_flat").lock_id)
    assert ekey
    world.remove_ekey(ekey)
    await setup(hass, loaded)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    for kind in (".keys", ".facts", ""):
        assert set(hass_storage[f"{DOMAIN}.{loaded.entry_id}{kind}"]["data"]) == {str(world.lock("front_door").lock_id)}


async def test_keys_that_are_handed_over_are_written_at_once(
    hass: HomeAssistant, hass_storage: dict[str, Any], world: World
) -> None:
    lock = world.lock("front_door")
    text = Secret(lock_data(lock, world.rows[lock.lock_id], None))
    async_hand_over(hass, "bluetooth", {lock.lock_id: text})
    keys = KeyStore(hass, "new")
    await keys.async_load("bluetooth")
    assert LockData.decode(Secret(hass_storage[f"{DOMAIN}.new.keys"]["data"][str(lock.lock_id)])).key.role is Role.ADMIN
    assert not await keys.async_refresh(lock.lock_id), "there is nobody to ask"
    again = KeyStore(hass, "other")
    await again.async_load("bluetooth")
    assert not again.lock_ids


@pytest.mark.parametrize("vendors_number", [True, False], ids=["imported", "typed in"])
@pytest.mark.parametrize("more", [True, False], ids=["among others", "alone"])
async def test_a_lock_that_was_set_up_with_a_key_alone_moves_to_the_account_that_brings_it(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    world: World,
    hass_storage: dict[str, Any],
    vendors_number: bool,
    more: bool,
) -> None:
    lock = world.lock("front_door")
    number = lock.lock_id if vendors_number else local_lock_id(lock.mac)
    alone = MockConfigEntry(domain=DOMAIN, unique_id="bluetooth", data={"kind": "bluetooth"}, minor_version=2)
    alone.add_to_hass(hass)
    store = KeyStore(hass, alone.entry_id)
    assert store.put(number, Secret(lock_data(lock, world.rows[lock.lock_id], None)))
    if more:
        other = LockKey(address="AA:BB:CC:11:22:33", aes=Secret("a1" * 16), unlock=Secret("1"))
        assert store.put(5, LockData.of_key(other, now=dt_util.utcnow()).encode())
    await store.async_flush()
    devices, entities = dr.async_get(hass), er.async_get(hass)
    device = devices.async_get_or_create(config_entry_id=alone.entry_id, identifiers={(DOMAIN, lock.mac)})
    known = entities.async_get_or_create(
        "lock", DOMAIN, f"ttlock-{number}-lock", config_entry=alone, device_id=device.id, suggested_object_id="my_door"
    )
    entities.async_update_entity(known.entity_id, name="Mine")

    await setup(hass, entry)
    state = hass.states.get(known.entity_id)
    assert state and state.name.endswith("Mine")
    moved = entities.async_get(known.entity_id)
    assert moved
    assert (moved.unique_id, moved.config_entry_id) == (f"ttlock-{lock.lock_id}-lock", entry.entry_id)
    assert moved.device_id == device.id
    assert [item.id for item in devices.devices if (DOMAIN, lock.mac) in item.identifiers] == [device.id]
    assert (alone in hass.config_entries.async_entries(DOMAIN)) is more
    assert set(hass_storage.get(_file(alone), {"data": {}})["data"]) == ({"5"} if more else set())
