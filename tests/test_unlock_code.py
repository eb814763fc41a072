"""The code that Home Assistant asks for before it unlocks, and what assistants make of it."""

from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import World

from .test_lock import command, state_of
from .test_record_options import choose
from .test_records import CODE as PASSCODE, Events, front_door, told  # noqa: F401  # fixtures among them

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "event", "sensor")]

CODE: Final = "907163"
LOCK: Final = "lock.front_door"


@pytest.fixture
async def guarded(hass: HomeAssistant, loaded: MockConfigEntry) -> MockConfigEntry:
    """Return the account with a code to unlock."""
    await choose(hass, loaded, "unlock_code", {"ask": True, "code": CODE})
    return loaded


async def unlock(hass: HomeAssistant, code: str | None = None) -> str | None:
    """Try to unlock; returns why that was refused."""
    data: dict[str, Any] = {"entity_id": LOCK, **({} if code is None else {"code": code})}
    try:
        await hass.services.async_call("lock", "unlock", data, blocking=True)
    except ServiceValidationError as err:
        return err.translation_key
    return None


async def test_the_code_unlocks_and_locking_needs_none(
    hass: HomeAssistant,
    guarded: MockConfigEntry,
    told: Events,  # noqa: F811
    world: World,
) -> None:
    assert state_of(hass, LOCK).attributes["code_format"] == r"^(\d{4,9})?$"
    lock = world.lock("front_door")
    assert await unlock(hass) == "unlock_code_required"
    assert await unlock(hass, "123456") == "unlock_code_wrong"
    assert lock.actuations == 0
    await hass.async_block_till_done()
    assert [(event["event_type"], event["command"], event["reason"]) for event in told] == [
        ("command_failed", "unlock", "code_refused")
    ] * 2
    assert await unlock(hass, CODE) is None
    assert lock.bolt == "unlocked"
    await command(hass, "lock", LOCK)
    assert lock.bolt == "locked"


async def test_the_code_is_kept_as_a_hash_and_stays_until_it_is_changed(
    hass: HomeAssistant, guarded: MockConfigEntry
) -> None:
    assert CODE not in str(guarded.options)
    await choose(hass, guarded, "unlock_code", {"ask": True})
    assert await unlock(hass, CODE) is None
    await choose(hass, guarded, "unlock_code", {"ask": True, "code": "5528"})
    assert await unlock(hass, CODE) == "unlock_code_wrong"
    assert await unlock(hass, "5528") is None
    await choose(hass, guarded, "unlock_code", {"ask": False})
    assert state_of(hass, LOCK).attributes.get("code_format") is None
    assert await unlock(hass) is None


async def test_five_wrong_codes_are_followed_by_a_pause(
    hass: HomeAssistant, guarded: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    for _ in range(4):
        await unlock(hass, "1234")
    assert await unlock(hass, CODE) is None, "the right one forgives"
    for _ in range(5):
        assert await unlock(hass, "1234") == "unlock_code_wrong"
    assert await unlock(hass, CODE) == "unlock_code_paused"
    freezer.tick(timedelta(minutes=1))
    assert await unlock(hass, CODE) is None


async def test_what_is_no_code_or_opens_a_door_is_refused(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "unlock_code"})
    for code, error in (
        ("123", "unlock_code_digits"),
        ("1234567890", "unlock_code_digits"),
        ("١٢٣٤", "unlock_code_digits"),
        (PASSCODE, "unlock_code_opens"),
        ("", "unlock_code_missing"),
    ):
        form = await hass.config_entries.options.async_configure(flow["flow_id"], {"ask": True, "code": code})
        assert (form["type"], form["errors"]) == (FlowResultType.FORM, {"code": error})
    assert "unlock_code" not in loaded.options
