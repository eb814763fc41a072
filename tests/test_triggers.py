"""Triggers and conditions of the automation editor, run by real automations on what happens at the virtual door."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
import sys
from typing import Any, Final
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
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
    restore_state,
)
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.ttlock import PLATFORMS
from simulator import CloudServer, Fault, World

from .conftest import setup
from .documentation import ROOT, blocks
from .test_actions import act
from .test_lock import command, state_of
from .test_push import client, path, pushed  # noqa: F401  # fixtures
from .test_records import CARD, CODE, front_door, read  # noqa: F401  # a fixture among them

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
            "mode": "parallel",
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


@asynccontextmanager
async def asking(hass: HomeAssistant, key: str, **options: Any) -> AsyncGenerator[Callable[[], bool | None]]:
    """Yield a condition as an automation has it, to be asked again and again."""
    config = {"condition": f"ttlock.{key}", "target": {"entity_id": LOCK}, "options": options}
    checker = await condition.async_from_config(hass, await condition.async_validate_condition_config(hass, config))
    try:
        yield checker.async_check
    finally:
        checker.async_unload()


async def met(hass: HomeAssistant, key: str, **options: Any) -> bool | None:
    """Return whether a condition is true now."""
    async with asking(hass, key, **options) as is_true:
        return is_true()


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


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Take the account and its states away and bring them back as a start does: from what was written to files."""
    stored = restore_state.async_get(hass)
    await stored.async_dump_states()
    assert await hass.config_entries.async_unload(entry.entry_id)
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        hass.states.async_remove(entity.entity_id)
    stored.last_states = {}
    await stored.async_load()
    await setup(hass, entry)


async def test_who_unlocked_and_how_decides(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    linked: None,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
) -> None:
    label, other_label = (lr.async_get(hass).async_create(name) for name in ("outside", "inside"))
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
        trigger(target={"label_id": other_label.label_id}),
        {"trigger": "event.received", "target": {"entity_id": ACCESS}, "options": {"event_type": ["unlocked"]}},
    )
    lock = world.lock("front_door")
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0, 1, 3, 5, 8, 11]
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0, 1, 3, 5, 9, 11], "the same person again, no longer for the first time"
    lock.enter_code("00000000")
    await heard(hass, freezer, loaded)
    assert runs(calls) == [], "refused is not unlocked"
    for again in (lambda: hass.config_entries.async_reload(loaded.entry_id), lambda: restart(hass, loaded)):
        lock.enter_code(CODE)
        await heard(hass, freezer, loaded)
        assert runs(calls) == [0, 1, 3, 5, 9, 11]
        before = state_of(hass, ACCESS)
        assert before.attributes["event_type"] == "unlocked"
        freezer.tick(60)
        await again()
        await hass.async_block_till_done(wait_background_tasks=True)
        restored = state_of(hass, ACCESS)
        assert (restored.state, restored.attributes) == (before.state, before.attributes)
        assert restored.last_changed > before.last_changed, "it was not gone"
        assert runs(calls) == [], "what is restored is no news"
    lock.enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0, 1, 3, 5, 9, 11], "automations go on"


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
    hass: HomeAssistant, all_enabled: None, entry: MockConfigEntry
) -> None:
    """The beta of a later Home Assistant may have moved what they are made of."""
    with patch.dict(sys.modules, {"custom_components.ttlock.trigger": None}):
        await setup(hass, entry)
        assert await async_setup_component(hass, "automation", {"automation": []})
        with pytest.raises(vol.Invalid):
            await async_validate_trigger_config(hass, cv.TRIGGER_SCHEMA([trigger()]))
    assert entry.state is ConfigEntryState.LOADED
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    assert {entity.domain for entity in entities} == {*PLATFORMS} - {Platform.SELECT}, "of this lock nothing is chosen"
    assert {entity.entity_id for entity in entities} == {
        state.entity_id for state in hass.states.async_all() if not state.attributes.get("restored")
    }


async def test_why_it_did_not_trigger_is_in_the_trace(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    linked: None,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    hass_ws_client: WebSocketGenerator,
) -> None:
    wanted: dict[str, tuple[dict[str, Any], Any]] = {
        "side": ({"side": "inside"}, "outside"),
        "method": ({"method": ["card", "fingerprint"]}, "code"),
        "person": ({"person": ["person.bob"]}, "person.ann"),
        "first_use": ({"first_use": False}, True),
    }
    calls = await automate(hass, *(trigger(**options) for options, _ in wanted.values()))
    world.lock("front_door").enter_code(CODE)
    await heard(hass, freezer, loaded)
    assert runs(calls) == []
    socket = await hass_ws_client()

    async def ask(what: str, number: int, **more: Any) -> Any:
        await socket.send_json_auto_id(
            {"type": f"trace/{what}", "domain": "automation", "item_id": str(number), **more}
        )
        return (await socket.receive_json())["result"]

    for number, (option, (_, told)) in enumerate(wanted.items()):
        (listed,) = await ask("list", number)
        assert listed["not_triggered"]
        trace = str((await ask("get", number, run_id=listed["run_id"]))["trace"])
        assert f"'other_{option}'" in trace
        assert f"{{'{option}': {told!r}}}" in trace


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


async def test_each_record_triggers_once_in_whatever_company_and_by_whatever_road_it_comes(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    front_door: str,  # noqa: F811
    loaded: MockConfigEntry,
    world: World,
    cloud: CloudServer,
    pushed: None,  # noqa: F811
) -> None:
    kinds = {"event_type": ["unlocked", "locked"]}
    received = {"trigger": "event.received", "target": {"entity_id": ACCESS}, "options": kinds}
    calls = await automate(hass, received, trigger(), trigger(name=["Blue card"]))
    lock = world.lock("front_door")

    async def push(records: int) -> None:
        """Have the cloud send what it was told, and wait until all of it was taken."""
        world.upload()
        while sum(sent.form["records"].count('"recordType"') for sent in cloud.callbacks.sent) < records:  # noqa: ASYNC110
            await asyncio.sleep(0)
        await hass.async_block_till_done(wait_background_tasks=True)

    lock.enter_code(CODE)
    lock.turn_key()
    for _ in range(2):
        lock.swipe_card(CARD)
    lock.turn_key()
    await heard(hass, freezer, loaded)
    assert runs(calls) == [0] * 5 + [1] * 3 + [2] * 2, "five in one poll, the same person twice"
    await push(5)
    assert runs(calls) == [], "the callbacks tell nothing new"
    freezer.tick(60)
    lock.swipe_card(CARD)
    await push(6)
    assert runs(calls) == [0, 1, 2]
    assert state_of(hass, ACCESS).attributes["source"] == "webhook"
    await heard(hass, freezer, loaded)
    assert runs(calls) == [], "the list tells nothing new"


async def test_the_editor_offers_them_for_a_lock(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    socket = await hass_ws_client(hass)
    offered: dict[str, set[str]] = {}
    for kind in ("triggers", "conditions"):
        await socket.send_json_auto_id({"type": f"get_{kind}_for_target", "target": {"entity_id": [ACCESS, LOCK]}})
        answer = await socket.receive_json()
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
    async with asking(hass, "is_last_unlocked_by", name=["Family"], within={"minutes": 30}) as is_true:
        assert is_true() is True
        freezer.tick(1600)
        assert is_true() is True
        freezer.tick(2000)
        assert is_true() is False
    assert await met(hass, "is_last_unlocked_by", name=["Family"], within={"hours": 2}) is True
    world.lock("front_door").swipe_card("1723612378")
    await heard(hass, freezer, loaded)
    assert await met(hass, "is_last_unlocked_by", name=["Family"]) is False, "somebody else came later"


async def test_who_may_enter_now_is_known_by_period(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, linked: None, loaded: MockConfigEntry, world: World
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
    async with asking(hass, "is_access_valid", name=["Painter"]) as is_true:
        for moment, valid in ((now + timedelta(hours=2), True), (now + timedelta(hours=4), False)):
            freezer.move_to(moment - timedelta(seconds=1))
            assert is_true() is not valid, "a second before"
            freezer.move_to(moment)
            assert is_true() is valid
            if valid:
                assert await met(hass, "is_access_valid", name=["PAINTER"]) is True
                assert await met(hass, "is_access_valid", name=["Painter"], behavior="all") is True
                assert await met(hass, "is_access_valid", person=["person.ann"]) is True
                assert await met(hass, "is_access_valid", person=["person.bob"]) is False
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
