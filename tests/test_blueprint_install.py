"""Blueprints come, are brought up to date and go by the user's wish, and what the user changed stays."""

from pathlib import Path
from typing import Final
from unittest.mock import patch

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ttlock import blueprint_shelf
from custom_components.ttlock.blueprint_flow import BLUEPRINTS

from .conftest import setup

pytestmark = pytest.mark.locks("front_door")

ALARM: Final = "automation/ttlock/alarm.yaml"
LOCKDOWN: Final = "script/ttlock/lockdown.yaml"
EXAMPLES: Final = {
    "automation/homeassistant/motion_light.yaml",
    "automation/homeassistant/notify_leaving_zone.yaml",
    "script/homeassistant/confirmable_notification.yaml",
}
"""What Home Assistant brings."""


@pytest.fixture
def blueprints(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return the folder of a Home Assistant that has none yet."""
    hass.config.config_dir = str(tmp_path)
    return tmp_path / "blueprints"


@pytest.fixture
async def ready(hass: HomeAssistant, blueprints: Path, loaded: MockConfigEntry) -> MockConfigEntry:
    """Return the account, with automations and scripts."""
    assert await async_setup_component(hass, "automation", {})
    assert await async_setup_component(hass, "script", {})
    await hass.async_block_till_done(wait_background_tasks=True)
    return loaded


async def choose(hass: HomeAssistant, entry: MockConfigEntry, *wanted: str, **more: str) -> ConfigFlowResult:
    """Choose blueprints in the options."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    form = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "blueprints"})
    assert form["type"] is FlowResultType.FORM
    result = await hass.config_entries.options.async_configure(flow["flow_id"], {"blueprints": [*wanted], **more})
    await hass.async_block_till_done()
    return result


async def chosen(hass: HomeAssistant, entry: MockConfigEntry) -> list[str]:
    """Return what the options show as chosen."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    form = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "blueprints"})
    hass.config_entries.options.async_abort(flow["flow_id"])
    assert form["data_schema"] is not None
    found: list[str] = form["data_schema"]({})["blueprints"]
    return found


def files(folder: Path) -> set[str]:
    """Return which blueprints are there, Home Assistant's own included."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*.yaml")}


def times(folder: Path) -> dict[Path, int]:
    """Return when each file was written."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.yaml")}


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of a release, which can be another one."""
    source = tmp_path / "release"
    for file in (ALARM, LOCKDOWN):
        old = blueprint_shelf.SOURCE / file.replace("ttlock/", "")
        new = source / file.replace("ttlock/", "")
        new.parent.mkdir(parents=True)
        new.write_text(old.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(blueprint_shelf, "SOURCE", source)
    return source


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_all_that_are_released_can_be_chosen() -> None:
    assert sorted(path.stem for path in blueprint_shelf.SOURCE.rglob("*.yaml")) == list(BLUEPRINTS)


async def test_they_are_put_beside_the_examples_of_home_assistant_and_can_be_used(
    hass: HomeAssistant, blueprints: Path, ready: MockConfigEntry
) -> None:
    before = files(blueprints)
    assert before == EXAMPLES
    assert await chosen(hass, ready) == []
    result = await choose(hass, ready, *BLUEPRINTS)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert before < files(blueprints)
    ours = {str(path.relative_to(blueprint_shelf.SOURCE)) for path in blueprint_shelf.SOURCE.rglob("*.yaml")}
    assert files(blueprints) - before == {file.replace("/", "/ttlock/") for file in ours}
    assert await chosen(hass, ready) == list(BLUEPRINTS)
    written = times(blueprints)
    await choose(hass, ready, *BLUEPRINTS)
    assert times(blueprints) == written, "nothing to do"

    await use(hass, "alarm")
    assert {state.entity_id: state.state for state in hass.states.async_all("automation")} == {"automation.alarm": "on"}
    result = await choose(hass, ready)
    assert result["errors"] == {"blueprints": "blueprint_in_use"}
    assert files(blueprints) - before == {ALARM}
    await use(hass)
    result = await choose(hass, ready)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert files(blueprints) == before
    assert await chosen(hass, ready) == []


async def use(hass: HomeAssistant, *blueprints: str) -> None:
    """Have automations that are made of these blueprints, and no others."""
    inputs = {"alarm": {"entity_id": "event.front_door_alarm"}}
    config = [
        {"id": name, "alias": name, "use_blueprint": {"path": f"ttlock/{name}.yaml", "input": inputs}}
        for name in blueprints
    ]
    with patch("homeassistant.config.load_yaml_config_file", return_value={"automation": config}):
        await hass.services.async_call("automation", "reload", blocking=True)
        await hass.async_block_till_done()


async def test_what_an_earlier_release_wrote_is_brought_up_to_date_and_what_the_user_changed_is_not(
    hass: HomeAssistant, blueprints: Path, released: Path, ready: MockConfigEntry
) -> None:
    await choose(hass, ready, "alarm", "lockdown")
    change(blueprints / LOCKDOWN, "seconds: 90", "seconds: 30")
    for name in ("automation/alarm.yaml", "script/lockdown.yaml"):
        change(released / name, "mode:", "trace:\n  stored_traces: 0\nmode:")
    await choose(hass, ready, "alarm", "lockdown")
    assert "stored_traces" in (blueprints / ALARM).read_text(encoding="utf-8")
    kept = (blueprints / LOCKDOWN).read_text(encoding="utf-8")
    assert "stored_traces" not in kept
    assert "seconds: 30" in kept
    assert await chosen(hass, ready) == ["alarm", "lockdown"]
    await choose(hass, ready)
    assert LOCKDOWN in files(blueprints), "a changed one is not taken away either"
    assert ALARM not in files(blueprints)


async def test_a_new_release_brings_them_up_to_date_when_home_assistant_has_started(
    hass: HomeAssistant, blueprints: Path, released: Path, entry: MockConfigEntry
) -> None:
    for domain in ("automation", "script"):
        assert await async_setup_component(hass, domain, {})
    shelf = blueprint_shelf.BlueprintShelf(hass)
    await shelf.async_put({"alarm"})
    change(released / "automation" / "alarm.yaml", "max: 20", "max: 30")
    await use(hass, "alarm")
    hass.set_state(CoreState.starting)
    with patch("homeassistant.config.load_yaml_config_file", return_value={}) as reloaded:
        await setup(hass, entry)
        assert "max: 20" in (blueprints / ALARM).read_text(encoding="utf-8")
        hass.set_state(CoreState.running)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await hass.async_block_till_done()
    assert "max: 30" in (blueprints / ALARM).read_text(encoding="utf-8")
    assert reloaded.called, "automations are loaded again"
    assert await chosen(hass, entry) == ["alarm"]


async def test_a_file_that_was_there_before_is_the_users(
    hass: HomeAssistant, blueprints: Path, released: Path, ready: MockConfigEntry
) -> None:
    (blueprints / ALARM).parent.mkdir(parents=True)
    (blueprints / ALARM).write_text("# my own", encoding="utf-8")
    await choose(hass, ready, "alarm")
    await choose(hass, ready)
    assert (blueprints / ALARM).read_text(encoding="utf-8") == "# my own"


async def test_with_the_last_account_they_go_unless_they_are_in_use_or_changed(
    hass: HomeAssistant, blueprints: Path, ready: MockConfigEntry
) -> None:
    await choose(hass, ready, "alarm", "family_home", "lockdown")
    await use(hass, "alarm")
    change(blueprints / LOCKDOWN, "seconds: 90", "seconds: 30")
    await hass.config_entries.async_remove(ready.entry_id)
    assert {file for file in files(blueprints) if "/ttlock/" in file} == {ALARM, LOCKDOWN}


async def test_without_automations_and_scripts_there_is_nothing_to_choose(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    flow = await hass.config_entries.options.async_init(loaded.entry_id)
    result = await hass.config_entries.options.async_configure(flow["flow_id"], {"next_step_id": "blueprints"})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "no_blueprints")
