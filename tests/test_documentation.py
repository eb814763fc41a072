"""Every block of YAML that our pages tell users to copy, checked by Home Assistant as if it was copied."""

from collections.abc import Callable, Iterator
import re
from typing import Any, Final

from homeassistant.components.alexa import CONFIG_SCHEMA as ALEXA
from homeassistant.components.automation.config import async_validate_config_item
from homeassistant.components.google_assistant import CONFIG_SCHEMA as GOOGLE
from homeassistant.components.recorder import CONFIG_SCHEMA as RECORDER
from homeassistant.components.template.config import async_validate_config as async_validate_template
from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import async_validate_actions_config
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .documentation import PAGES, Block, blocks

pytestmark = pytest.mark.locks("front_door")

SETTINGS: Final[dict[str, Callable[[Any], Any]]] = {
    "alexa": ALEXA,
    "google_assistant": GOOGLE,
    "recorder": RECORDER,
}
TARGET: Final = {"area_id", "device_id", "entity_id", "floor_id", "label_id"}
ANSWERS: Final = "docs/actions.md"
"""The page that shows what actions return and fire, too."""


def calls(content: Any) -> Iterator[dict[str, Any]]:
    """Yield the calls of actions in a block, however deep."""
    if isinstance(content, dict):
        # What is tapped on a phone is an action, too, and a field of some events.
        if re.fullmatch(r"\w+\.\w+", str(content.get("action"))):
            yield content
        for part in content.values():
            yield from calls(part)
    elif isinstance(content, list):
        for part in content:
            yield from calls(part)


def check_call(hass: HomeAssistant, call: dict[str, Any]) -> None:
    """Check a call by the schema of the action, and whether it answers."""
    domain, name = call["action"].split(".")
    if domain in ("notify", "script") and name != "send_message":
        return  # Each user has others.
    service = hass.services.async_services_for_domain(domain)[name]
    assert "response_variable" not in call or service.supports_response is not SupportsResponse.NONE
    assert "response_variable" in call or service.supports_response is not SupportsResponse.ONLY
    assert not call.get("target") or call["target"].keys() <= TARGET
    if service.schema is not None and "{{" not in str(call):
        service.schema({**call.get("data", {}), **call.get("target", {})})


async def check(hass: HomeAssistant, block: Block) -> str:
    """Check a block; returns what it is."""
    content = block.content
    if isinstance(content, dict) and (found := SETTINGS.keys() & content.keys()):
        for key in found:
            SETTINGS[key]({key: content[key]})
        return "settings"
    if isinstance(content, dict) and "template" in content:
        valid = await async_validate_template(hass, content)
        assert len(valid["template"]) == len(content["template"])
        return "settings"
    for call in calls(content):
        check_call(hass, call)
    if isinstance(content, dict) and "triggers" in content:
        config = await async_validate_config_item(hass, "copied", {"alias": "Copied", **content})
        assert config
        assert config.validation_status == "ok", config.validation_error
        return "automation"
    if isinstance(content, list) or "action" in content:
        steps = content if isinstance(content, list) else [content]
        await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA(steps))
        return "actions"
    assert block.page == ANSWERS, "neither an automation nor actions nor settings"
    return "answer"


async def test_every_block_can_be_copied(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    for component in ("automation", "calendar", "notify", "template", "zone"):
        assert await async_setup_component(hass, component, {})
    kinds: dict[str, int] = {}
    wrong: dict[str, str] = {}
    for page in PAGES:
        for block in blocks(page):
            try:
                kind = await check(hass, block)
            except Exception as error:  # noqa: BLE001  # whatever is wrong with one, the others are checked
                wrong[block.where] = f"{type(error).__name__}: {error}"
            else:
                kinds[kind] = kinds.get(kind, 0) + 1
    assert wrong == {}
    assert kinds.keys() == {"actions", "answer", "automation", "settings"}


@pytest.mark.parametrize(
    "content",
    [
        {"triggers": [{"trigger": "ttlock.unlocked_by", "options": {"names": ["Ann"]}}], "actions": []},
        {"triggers": [], "conditions": [{"condition": "lock.is_shut"}], "actions": []},
        {"action": "ttlock.create_passcode", "target": {"entity_id": "lock.front_door"}, "data": {"code_name": "Li"}},
        {"action": "ttlock.create_passcodes", "target": {"entity_id": "lock.front_door"}},
        {"action": "ttlock.list_cards", "target": {"entity_id": "lock.front_door"}},
        {"action": "lock.unlock", "target": {"entity": "lock.front_door"}},
        {"recorder": {"exclude": {"event_type": ["call_service"]}}},
        {"google_assistant": {"project_id": "my-project", "secure_devices_pin": 1234}},
        {"results": {}},
    ],
    ids=lambda content: str(next(iter(content.values())))[:30],
)
async def test_what_is_wrong_would_be_found(hass: HomeAssistant, loaded: MockConfigEntry, content: Any) -> None:
    assert await async_setup_component(hass, "automation", {})
    with pytest.raises(Exception):  # noqa: B017  # each validator has its own
        await check(hass, Block("docs/voice.md", 1, content))
