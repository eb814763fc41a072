"""Values that no user interface sends, but templates and language models do: refused in words, and nothing breaks."""

from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import InvalidData
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
import voluptuous as vol

from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.errors import InvalidInput
from custom_components.ttlock.client.grants.comparison import normal, normal_change
from custom_components.ttlock.client.grants.model import Change, Wish
from custom_components.ttlock.client.occurrences import weekly_spans
from simulator import World

from .test_actions import act
from .test_lock import Find
from .test_record_options import choose

pytestmark = [pytest.mark.locks("front_door"), pytest.mark.platforms("lock", "number")]

HALF = "\ud800"
"""Half a character."""
EONS: Any = {"days": 10**12}


async def test_odd_values_are_refused_and_harm_nothing(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, world: World
) -> None:
    lock = {"entity_id": entity_id("lock", "front_door", "lock")}
    code = {**lock, "passcode_name": "Guest", "passcode": "482915"}
    for action, data in (
        ("create_passcode", {**code, "duration": EONS}),
        ("cleanup_passcodes", {**lock, "older_than": EONS}),
        ("add_card", {**lock, "card_name": "Guest", "card_number": "3661413478", "day_end": "9999999999:00"}),
    ):
        with pytest.raises(vol.Invalid, match="too large"):
            await act(hass, action, data)
    for action, data, reason in (
        ("create_passcode", {**code, "passcode_name": HALF}, "text_broken"),
        ("create_passcode", {**code, "start_time": HALF}, "text_broken"),
        ("set_lock_user", {**lock, "user_name": HALF}, "text_broken"),
        ("modify_passcode", {**lock, "passcode_id": 80863004, "name": HALF}, "text_broken"),
        ("rename_lock", {**lock, "name": HALF}, "text_broken"),
        ("export_records", {**lock, "path": "a\0"}, "path_not_allowed"),
    ):
        with pytest.raises(ServiceValidationError) as refusal:
            await act(hass, action, data)
        assert refusal.value.translation_key == reason
    await act(hass, "create_passcode", code)
    assert world.lock("front_door").enter_code("482915").opened
    long_ago = {**lock, "older_than": {"days": 999999999}, "dry_run": True}
    assert await act(hass, "cleanup_passcodes", long_ago) == {"removed": {}}
    soon = await act(hass, "list_expiring", {**lock, "within": {"days": 999999999}})
    assert "Cleaner" in str(soon)
    delay = {"entity_id": entity_id("number", "front_door", "autolock_delay"), "value": float("nan")}
    with pytest.raises(ServiceValidationError, match="not a number"):
        await hass.services.async_call("number", "set_value", delay, blocking=True)


async def test_odd_numbers_are_no_options(hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find) -> None:
    bell = {"bell_locks": [entity_id("lock", "front_door", "lock")]}
    for number in ("9" * 30, "9" * 5000):
        await choose(
            hass, loaded, "doorbell", {**bell, "bell_records": [number]}, errors={"bell_records": "not_a_number"}
        )
    for topic, field in (("records", "late_minutes"), ("calls", "calls_a_month")):
        with pytest.raises(InvalidData):
            await choose(hass, loaded, topic, {field: "nan"})


def test_a_calendar_may_be_asked_for_all_times() -> None:
    first, *_, last = weekly_spans(
        weekly({1}, 60, 120), datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), UTC
    )
    assert (first[0].year, last[1].year) == (2000, 2099)


def test_half_a_character_is_nobody_s_name() -> None:
    wish = Wish(kind=CredentialKind.PASSCODE, lock_id=1, label=HALF, validity=Validity.permanent())
    with pytest.raises(InvalidInput, match="text_broken"):
        normal(wish)
    with pytest.raises(InvalidInput, match="text_broken"):
        normal_change(Change(label=HALF), wish.kind)
