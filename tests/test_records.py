"""The log of a lock: listed, told as events, filled from every road."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import CloudServer, World

from .test_actions import act
from .test_lock import Find

CODE = "48151623"
CARD = "1723612378"
LIST = "/v3/lockRecord/list"


# -- list_records --------------------------------------------------------------------------------------------------


async def listed(hass: HomeAssistant, entity_id: str, **fields: Any) -> list[dict[str, Any]]:
    response = await act(hass, "list_records", {"entity_id": entity_id, **fields})
    records: list[dict[str, Any]] = response["records"][entity_id]
    return records


async def test_records_are_listed_with_causes_and_without_digits(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    world.lock("front_door").enter_code(CODE)
    world.lock("front_door").enter_code("13572468")
    newest = await listed(hass, front_door, page_no=1, page_size=2)
    by_success = {record["success"]: record for record in newest}
    assert {
        key: by_success[True][key] for key in ("record_type", "event", "username", "failure_reason", "credential")
    } == {
        "record_type": "unlock by passcode",
        "event": "unlocked",
        "username": "Family",
        "failure_reason": None,
        "credential": "code",
    }
    assert by_success[False]["event"] == "access_denied"
    assert by_success[False]["failure_reason"] == "unknown_credential"
    assert {record["keyboard_pwd"] for record in newest} == {"****"}
    assert {record["lock_id"] for record in newest} == {world.lock("front_door").lock_id}
    assert CODE not in str(newest)
    assert "13572468" not in str(newest)


async def test_records_are_listed_page_by_page_or_all(
    hass: HomeAssistant, loaded: MockConfigEntry, world: World, entity_id: Find, cloud: CloudServer
) -> None:
    front_door = entity_id("lock", "front_door", "lock")
    for _ in range(3):
        world.lock("front_door").swipe_card(CARD)
    everything = await listed(hass, front_door)
    assert [await listed(hass, front_door, page_no=page, page_size=2) for page in (1, 2)] == [
        everything[:2],
        everything[2:4],
    ]
    assert await listed(hass, front_door, page_size=1) == everything
    assert len(everything) >= 3
    assert await listed(hass, front_door, end_date=everything[-1]["lock_date"].replace(year=2020)) == []


async def test_a_range_that_ends_before_it_begins_costs_no_call(
    hass: HomeAssistant, loaded: MockConfigEntry, entity_id: Find, cloud: CloudServer
) -> None:
    cloud.reset_calls()
    now = dt_util.utcnow()
    with pytest.raises(ServiceValidationError):
        await listed(hass, entity_id("lock", "front_door", "lock"), start_date=now, end_date=now)
    assert not cloud.calls
