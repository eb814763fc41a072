"""Setting locks up with keys that are there already."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from functools import partial
import json
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.key import Role
from custom_components.ttlock.client.ble.lock_data import LockData
from custom_components.ttlock.const import DOMAIN
from custom_components.ttlock.key_flow import FIELD_OF_REASON, KEY_ERRORS
from custom_components.ttlock.key_store import KeyStore, async_handed_over, local_lock_id
from simulator import World
from simulator.keys import lock_data

from .client.ble.test_key_import import ADD_ON, VIRTUAL_KEY
from .client.ble.vectors import ADDRESS, AES
from .test_config_flow import start_flow

pytestmark = pytest.mark.locks("front_door")

TYPED = {"name": "Shed", "address": ADDRESS, "aes_key": AES.hex(), "unlock_key": "246813579", "admin_key": "135792468"}


@pytest.fixture(autouse=True)
async def no_setup() -> AsyncGenerator[None]:
    """Keep the flow apart from the set-up of its entry."""
    with patch("custom_components.ttlock.async_setup_entry", return_value=True):
        yield


async def _choose(hass: HomeAssistant, way: str) -> ConfigFlowResult:
    result = await start_flow(hass, "key")
    assert (result["type"], result["step_id"]) == (FlowResultType.MENU, "key")
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": way})


def _handed(hass: HomeAssistant) -> dict[int, LockData]:
    """Return the keys that wait for the set-up of the entry."""
    handed = async_handed_over(hass)["bluetooth"]
    assert not handed.whole
    return {lock_id: LockData.decode(text) for lock_id, text in handed.keys.items()}


async def test_a_typed_key_makes_an_entry_that_does_not_hold_it(hass: HomeAssistant) -> None:
    result = await _choose(hass, "key_fields")
    assert result["step_id"] == "key_fields"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(result["result"].data) == {"kind": "bluetooth"}
    assert result["result"].unique_id == "bluetooth"
    ((lock_id, data),) = _handed(hass).items()
    assert lock_id == local_lock_id(ADDRESS)
    assert (data.alias, data.key.role, data.tells_features) == ("Shed", Role.ADMIN, False)


async def test_without_the_part_of_the_administrator_a_key_only_locks_and_unlocks(hass: HomeAssistant) -> None:
    result = await _choose(hass, "key_fields")
    fields = {name: value for name, value in TYPED.items() if name != "admin_key"}
    await hass.config_entries.flow.async_configure(result["flow_id"], fields)
    assert [data.key.role for data in _handed(hass).values()] == [Role.USER]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("address", "front door", "address_invalid"),
        ("aes_key", "a1b2", "aes_key_invalid"),
        ("unlock_key", "99999999999", "unlock_key_invalid"),
        ("admin_key", "none", "admin_key_invalid"),
    ],
)
async def test_a_mistake_is_told_at_its_field_and_can_be_mended(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture, field: str, value: str, error: str
) -> None:
    result = await _choose(hass, "key_fields")
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {**TYPED, field: value})
    assert (result["step_id"], result["errors"]) == ("key_fields", {field: error})
    assert FIELD_OF_REASON[error] == field
    result = await hass.config_entries.flow.async_configure(result["flow_id"], TYPED)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert AES.hex() not in caplog.text


async def test_all_keys_of_a_pasted_file_are_taken(hass: HomeAssistant, world: World) -> None:
    lock = world.lock("front_door")
    text = lock_data(lock, world.rows[lock.lock_id], None)
    result = await _choose(hass, "key_text")
    assert result["step_id"] == "key_text"
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"text": "{}"})
    assert result["errors"] == {"text": "no_key_found"}
    assert "no_key_found" in KEY_ERRORS
    pasted = json.dumps([ADD_ON, {"lockId": lock.lock_id, "lockData": text}])
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {"text": pasted})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert {number: data.address for number, data in _handed(hass).items()} == {
        local_lock_id(ADDRESS): ADDRESS,
        lock.lock_id: lock.mac,
    }


async def test_the_keys_of_the_other_integration_are_offered_when_it_is_there(hass: HomeAssistant) -> None:
    result = await start_flow(hass, "key")
    assert "key_import" not in result["menu_options"]
    other = MockConfigEntry(domain="ttlock_ble", data={"username": "u", "password": "p", "keys": [VIRTUAL_KEY]})
    other.add_to_hass(hass)
    result = await _choose(hass, "key_import")
    assert result["description_placeholders"] == {"locks": "Front door"}
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert set(_handed(hass)) == {VIRTUAL_KEY["lockId"]}


async def test_more_keys_go_to_the_entry_that_is_there_and_a_lock_keeps_its_number(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    entry = MockConfigEntry(domain=DOMAIN, unique_id="bluetooth", data={"kind": "bluetooth"}, minor_version=2)
    entry.add_to_hass(hass)
    store = KeyStore(hass, entry.entry_id)
    (known,) = [
        LockData.of_key(LockData(Secret(json.dumps(VIRTUAL_KEY))).key, now=datetime(2026, 1, 1, tzinfo=UTC)).encode()
    ]
    assert store.put(77, known)
    await store.async_flush()
    for begin in (partial(_choose, hass, "key_fields"), partial(_reconfigure, hass, entry)):
        result = await begin()
        result = await hass.config_entries.flow.async_configure(result["flow_id"], TYPED)
        assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "keys_added")
        assert set(_handed(hass)) == {77}
        await hass.async_block_till_done()
        # Now it is loaded.
        entry.runtime_data = SimpleNamespace(keys=store)
    assert len(hass.config_entries.async_entries(DOMAIN)) == 1


async def _reconfigure(hass: HomeAssistant, entry: MockConfigEntry) -> ConfigFlowResult:
    result = await entry.start_reconfigure_flow(hass)
    assert result["step_id"] == "key"
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": "key_fields"})


async def test_a_lock_that_an_account_brings_is_not_set_up_twice(
    hass: HomeAssistant, entry: MockConfigEntry, world: World
) -> None:
    lock = world.lock("front_door")
    dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, identifiers={(DOMAIN, lock.mac)})
    result = await _choose(hass, "key_fields")
    result = await hass.config_entries.flow.async_configure(result["flow_id"], {**TYPED, "address": lock.mac.lower()})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "lock_already_configured")
