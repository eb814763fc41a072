"""Triggers and conditions of the automation editor, run by real automations on what happens at the virtual door."""

from datetime import timedelta
import sys
from typing import Any, Final
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    area_registry as ar,
    condition,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from simulator import Fault, World

from .conftest import setup
from .documentation import ROOT, blocks
from .test_actions import act
from .test_lock import command
from .test_records import CODE, front_door, read  # noqa: F401  # a fixture among them

pytestmark = pytest.mark.locks("front_door")

PAGE: Final = ROOT / "docs" / "triggers.md"
ACCESS: Final = "event.front_door_access_log"
LOCK: Final = "lock.front_door"


async def automate(hass: HomeAssistant, *triggers: dict[str, Any]) -> list[ServiceCall]:
    """Run automations with these triggers; returns the runs to come."""
    calls: list[ServiceCall] = async_mock_service(hass, "test", "run")
    wanted = [
        {
            "id": str(number),
            "alias": f"Number {number}",
            "triggers": [trigger],
            "actions": [{"action": "test.run", "data": {"number": number}}],
        }
        for number, trigger in enumerate(triggers)
    ]
    assert await async_setup_component(hass, "automation", {"automation": wanted})
    await hass.async_block_till_done()
    assert {state.state for state in hass.states.async_all("automation")} == {"on"}
    return calls


def trigger(key: str = "unlocked_by", *, target: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    return {"trigger": f"ttlock.{key}", "target": target or {"entity_id": ACCESS}, "options": options}


def runs(calls: list[ServiceCall]) -> list[int]:
    """Return which automations ran since it was asked last."""
    found = sorted(call.data["number"] for call in calls)
    calls.clear()
    return found


async def met(hass: HomeAssistant, key: str, **options: Any) -> bool | None:
    """Return whether a condition is true now."""
    config = {"condition": f"ttlock.{key}", "target": {"entity_id": LOCK}, "options": options}
    checker = await condition.async_from_config(hass, await condition.async_validate_condition_config(hass, config))
    try:
        return checker.async_check()
    finally:
        checker.async_unload()


@pytest.fixture
async def linked(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Link the name of a credential to somebody."""
    hass.states.async_set("person.ann", "home")
    hass.config_entries.async_update_entry(entry, options={"people": {"person.ann": ["family"]}})


async def heard(hass: HomeAssistant, freezer: FrozenDateTimeFactory, entry: MockConfigEntry) -> None:
    """Let a minute pass and have the log read."""
    freezer.tick(60)
    await read(entry)
    await hass.async_block_till_done()


async def test_who_unlocked_and_how_decides(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    linked: None,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
) -> None:
    label = lr.async_get(hass).async_create("outside")
    er.async_get(hass).async_update_entity(ACCESS, labels={label.label_id})
    calls = await automate(
        hass,
        trigger(),
        trigger(person=["person.ann"]),
        trigger(person=["person.bob"]),
        trigger(name=["FAMILY "]),
        trigger(name=["Somebody else"]),
        trigger(person=["person.bob"], name=["Family"], method=["code"], side="outside"),
        trigger(method=["card", "fingerprint"]),
        trigger(side="inside"),
        trigger(first_use=True),
        trigger(first_use=False, target={"label_id": label.label_id}),
    )
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0, 1, 3, 5, 8]
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0, 1, 3, 5, 9], "the same person again, no longer for the first time"
    lock.enter_code("00000000")
    await heard(hass, freezer, loaded)
    assert runs(calls) == [], "refused is not unlocked"
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert runs(calls) == [], "what is restored is no news"
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0, 1, 3, 5, 9], "automations go on after a reload"


async def test_a_command_that_failed_triggers_by_command_and_reason(
    hass: HomeAssistant,
    front_door: str,  # noqa: F811
    world: World,
) -> None:
    calls = await automate(
        hass,
        trigger("command_failed"),
        trigger("command_failed", command="lock"),
        trigger("command_failed", command=["unlock"], reason=["gateway_busy"]),
        trigger("command_failed", reason=["gateway_offline"]),
    )
    world.faults.add(Fault(kind="errcode", path="/v3/lock/unlock", errcode=-3003))
    with pytest.raises(HomeAssistantError):
        await command(hass, "unlock", front_door)
    await hass.async_block_till_done()
    assert runs(calls) == [0, 2]


@pytest.mark.parametrize(
    "wrong", [trigger(method=["telepathy"]), trigger(side="above"), trigger(person=["lock.front_door"])]
)
async def test_a_trigger_that_makes_no_sense_is_refused(
    hass: HomeAssistant, loaded: MockConfigEntry, wrong: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([wrong]))


async def test_an_automation_with_a_field_that_is_not_known_is_a_repair_and_nothing_else_suffers(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    wrong = {"id": "0", "alias": "Wrong", "triggers": [trigger(whom="Family")], "actions": []}
    assert await async_setup_component(hass, "automation", {"automation": wrong})
    await hass.async_block_till_done()
    assert [state.state for state in hass.states.async_all("automation")] == ["unavailable"]
    repairs = {issue_id for domain, issue_id in ir.async_get(hass).issues if domain == "automation"}
    assert repairs == {"automation.wrong_validation_failed_triggers"}
    assert loaded.state is ConfigEntryState.LOADED


async def test_without_triggers_there_are_locks_all_the_same(
    hass: HomeAssistant, entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """The beta of a later Home Assistant may have moved what they are made of."""
    with patch.dict(sys.modules, {"custom_components.ttlock.trigger": None}):
        await setup(hass, entry)
        assert await async_setup_component(hass, "automation", {"automation": []})
        with pytest.raises(vol.Invalid):
            await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([trigger()]))
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get(LOCK) is not None
    assert hass.states.get(ACCESS) is not None


async def test_why_it_did_not_trigger_is_in_the_trace(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    hass_ws_client: WebSocketGenerator,
) -> None:
    calls = await automate(hass, trigger(side="inside"))
    world.lock("front_door").enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == []
    client = await hass_ws_client()
    await client.send_json_auto_id({"type": "trace/list", "domain": "automation", "item_id": "0"})
    (listed,) = (await client.receive_json())["result"]
    assert listed["not_triggered"]
    await client.send_json_auto_id(
        {"type": "trace/get", "domain": "automation", "item_id": "0", "run_id": listed["run_id"]}
    )
    trace = (await client.receive_json())["result"]["trace"]
    assert "other_side" in str(trace)
    assert "outside" in str(trace)


async def test_triggers_of_home_assistant_hear_access_and_alarm_by_area_label_and_device(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
) -> None:
    area, label = ar.async_get(hass).async_create("Hall"), lr.async_get(hass).async_create("doors")
    entity = er.async_get(hass).async_get(ACCESS)
    assert entity is not None
    device_id = entity.device_id
    assert device_id is not None
    dr.async_get(hass).async_update_device(device_id, area_id=area.id, labels={label.label_id})
    targets = ({"area_id": area.id}, {"label_id": label.label_id}, {"device_id": device_id})
    calls = await automate(
        hass,
        *(
            {"trigger": "event.received", "target": target, "options": {"event_type": [kind]}}
            for kind in ("unlocked", "wrong_attempts")
            for target in targets
        ),
    )
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0, 1, 2]
    for _ in range(5):
        lock.enter_code("00000000")
    await heard(hass, freezer, loaded)
    assert set(runs(calls)) == {3, 4, 5}


async def test_the_editor_offers_them_for_a_lock(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    client = await hass_ws_client(hass)
    offered: dict[str, set[str]] = {}
    for kind in ("triggers", "conditions"):
        await client.send_json_auto_id({"type": f"get_{kind}_for_target", "target": {"entity_id": [ACCESS, LOCK]}})
        answer = await client.receive_json()
        assert answer["success"], answer
        offered[kind] = {key for key in answer["result"] if key.startswith("ttlock.")}
    assert offered == {
        "triggers": {"ttlock.unlocked_by", "ttlock.command_failed"},
        "conditions": {"ttlock.is_access_valid", "ttlock.is_last_unlocked_by"},
    }


async def test_who_unlocked_last_is_known_over_a_restart_without_any_name_in_a_file(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    linked: None,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
) -> None:
    assert await met(hass, "is_last_unlocked_by", name=["Family"]) is False
    world.lock("front_door").enter_code(CODE)
    await heard(hass, freezer, loaded)
    await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await met(hass, "is_last_unlocked_by", name=["family"]) is True
    assert await met(hass, "is_last_unlocked_by", person=["person.ann"]) is True
    assert await met(hass, "is_last_unlocked_by", person=["person.bob"]) is False
    assert "family" not in str(hass_storage[f"ttlock.{loaded.entry_id}.records"]).casefold()
    freezer.tick(3600)
    assert await met(hass, "is_last_unlocked_by", name=["Family"], within={"minutes": 30}) is False
    assert await met(hass, "is_last_unlocked_by", name=["Family"], within={"hours": 2}) is True
    world.lock("front_door").swipe_card("1723612378")
    await heard(hass, freezer, loaded)
    assert await met(hass, "is_last_unlocked_by", name=["Family"]) is False, "somebody else came later"


async def test_who_may_enter_now_is_known_by_period(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, loaded: MockConfigEntry, world: World
) -> None:
    now = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    await act(
        hass,
        "create_passcode",
        {
            "entity_id": LOCK,
            "passcode_name": "Painter",
            "passcode": "739164",
            "start_time": now + timedelta(hours=2),
            "end_time": now + timedelta(hours=4),
        },
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await met(hass, "is_access_valid", name=["Family"]) is True
    assert await met(hass, "is_access_valid", name=["Painter"]) is False, "not yet"
    freezer.tick(timedelta(hours=3))
    assert await met(hass, "is_access_valid", name=["PAINTER"]) is True
    assert await met(hass, "is_access_valid", name=["Painter"], behavior="all") is True
    freezer.tick(timedelta(hours=3))
    assert await met(hass, "is_access_valid", name=["Painter"]) is False, "over"
    with pytest.raises(vol.Invalid):
        await met(hass, "is_access_valid")
    await hass.config_entries.async_unload(loaded.entry_id)
    assert await met(hass, "is_access_valid", name=["Family"]) is False, "nobody can say"


async def test_the_automations_of_the_documentation_run(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
) -> None:
    said = async_mock_service(hass, "notify", "send_message")
    wanted = [{"id": str(number), **block.content} for number, block in enumerate(blocks(PAGE))]
    assert await async_setup_component(hass, "automation", {"automation": wanted})
    await hass.async_block_till_done()
    assert [state.state for state in hass.states.async_all("automation")] == ["on"] * 3
    world.lock("front_door").enter_code(CODE)
    await heard(hass, freezer, loaded)
    world.faults.add(Fault(kind="errcode", path="/v3/lock/lock", errcode=-3003))
    with pytest.raises(HomeAssistantError):
        await command(hass, "lock", front_door)
    await hass.async_block_till_done()
    assert [call.data["message"] for call in said] == [
        "Family came home",
        "The front door was not locked: gateway_busy",
    ]
