"""services.yaml against the schemas that check the calls, and against the texts that explain them."""

from collections.abc import Iterator
from typing import Any

from homeassistant.const import ATTR_AREA_ID, ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

from custom_components.ttlock.actions import ACTIONS
from custom_components.ttlock.actions.action import Target

from .source import INTEGRATION, ROOT, english

TARGET = {ATTR_AREA_ID, ATTR_DEVICE_ID, ATTR_ENTITY_ID, ATTR_FLOOR_ID, ATTR_LABEL_ID}
TARGETS = {
    Target.LOCKS: {"entity": {"domain": "lock", "integration": "ttlock"}},
    Target.ALL_LOCKS: {"entity": {"domain": "lock", "integration": "ttlock"}},
    Target.GATEWAYS: {"entity": {"domain": "binary_sensor", "integration": "ttlock", "device_class": "connectivity"}},
    Target.ACCOUNT: None,
    Target.JOB: None,
}
DESCRIBED: dict[str, Any] = load_yaml_dict(str(INTEGRATION / "services.yaml"))
EXPLAINED: dict[str, Any] = english()["services"]


def schema_fields(schema: Any) -> Iterator[tuple[str, bool]]:
    """Yield the fields that a schema takes, each with whether it is required."""
    content = getattr(schema, "schema", None)
    if isinstance(content, dict):
        for key in content:
            if isinstance(key, vol.Required | vol.Optional):
                yield str(key.schema), isinstance(key, vol.Required)
        return
    for part in (*getattr(schema, "validators", ()), *([] if content is None else [content])):
        yield from schema_fields(part)


def fields(name: str) -> dict[str, Any]:
    """Return the fields that services.yaml offers for an action."""
    found: dict[str, Any] = (DESCRIBED[name] or {}).get("fields", {})
    return found


def test_registered_actions_are_the_described_ones() -> None:
    assert DESCRIBED.keys() == ACTIONS.keys()


@pytest.mark.parametrize("name", DESCRIBED)
def test_fields_are_those_of_the_schema(name: str) -> None:
    accepted = {field: required for field, required in schema_fields(ACTIONS[name].schema) if field not in TARGET}
    offered = {field: bool((content or {}).get("required")) for field, content in fields(name).items()}
    assert offered == accepted


@pytest.mark.parametrize("name", DESCRIBED)
def test_target_is_what_the_action_is_meant_for(name: str) -> None:
    offered = (DESCRIBED[name] or {}).get("target")
    assert offered == TARGETS[ACTIONS[name].target]
    if ACTIONS[name].target is Target.ACCOUNT:
        assert fields(name)["config_entry_id"]["selector"] == {"config_entry": {"integration": "ttlock"}}


@pytest.mark.parametrize("name", DESCRIBED)
def test_action_and_fields_are_explained(name: str) -> None:
    text = EXPLAINED[name]
    assert text.keys() >= {"name", "description"}
    assert text.get("fields", {}).keys() == fields(name).keys()
    assert all(field.keys() >= {"name", "description"} for field in text.get("fields", {}).values())


@pytest.mark.parametrize("name", DESCRIBED)
def test_every_field_has_a_selector(name: str) -> None:
    assert [field for field, content in fields(name).items() if "selector" not in (content or {})] == []


def test_nothing_is_explained_that_does_not_exist() -> None:
    assert EXPLAINED.keys() == DESCRIBED.keys()


@pytest.mark.parametrize("name", DESCRIBED)
def test_action_is_documented_with_its_fields_and_an_example(name: str) -> None:
    pages = (ROOT / "docs" / "actions.md").read_text(encoding="utf-8")
    chapters = {chapter.split("\n", 1)[0].strip("` "): chapter for chapter in pages.split("\n## ")[1:]}
    chapter = chapters[f"ttlock.{name}"]
    assert [field for field in fields(name) if f"`{field}`" not in chapter] == []
    assert f"action: ttlock.{name}" in chapter, "no example"
