"""Every text that the code asks for exists, and none is there that nobody asks for."""

import ast
from collections.abc import Container, Iterable, Iterator
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.const import Platform
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.ttlock import activity, event, sensor
from custom_components.ttlock.access_notes import Concern
from custom_components.ttlock.app_flow import APP_ERRORS
from custom_components.ttlock.blueprint_flow import BLUEPRINTS, CHOICE
from custom_components.ttlock.client import errors, events
from custom_components.ttlock.client.credentials import CredentialKind
from custom_components.ttlock.client.grants import Life
from custom_components.ttlock.client.roads.router import Preference
from custom_components.ttlock.config_flow import FORM_ERRORS
from custom_components.ttlock.key_flow import KEY_ERRORS
from custom_components.ttlock.options_flow import MENU
from custom_components.ttlock.pairing_flow import ACCOUNTS, NO_ACCOUNT, PAIRING_ERRORS
from custom_components.ttlock.road_options import CONF_CONNECTION, CONF_PREFERENCE, Connection
from custom_components.ttlock.road_options_flow import REMOVAL_ERRORS, REMOVAL_FAILED

from .source import (
    CLIENT,
    INTEGRATION,
    below,
    called_name,
    calls,
    constants,
    english,
    flat,
    function,
    functions,
    keyword,
    modules,
    named,
    read_json,
    tree,
)
from .test_texts import placeholders

OPTIONS_FLOWS: Final = {
    INTEGRATION / "blueprint_flow.py",
    INTEGRATION / "options_flow.py",
    INTEGRATION / "road_options_flow.py",
    INTEGRATION / "unlock_code_flow.py",
    INTEGRATION / "voice" / "options_step.py",
}
SUBENTRY_FLOWS: Final = {"message_template": INTEGRATION / "message_template_flow.py"}
"""The flows of what is added to an account, by its type."""
FLOWS: Final = sorted({*INTEGRATION.glob("*_flow.py")} - OPTIONS_FLOWS - {*SUBENTRY_FLOWS.values()})
"""The config flow, whose steps are spread over several modules."""
PLATFORMS: Final = {platform.value for platform in Platform}
INHERITED_STEPS: Final = {"async_step_pick_implementation": "pick_implementation"}
"""Forms that the OAuth2 flow of Home Assistant shows, by the method that a flow of ours calls or inherits."""
INHERITED_ABORTS: Final = {"_abort_if_unique_id_configured": "already_configured"}
"""What Home Assistant's helpers abort with and leave to us to explain; the other reasons it explains itself."""
REASON_PLACEHOLDERS: Final = {"code", "name"}
"""What errors.py fills into the text of an error of the client."""


def error_classes() -> dict[str, type[errors.TTLockError]]:
    """Return the errors of the client by name."""
    return {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.TTLockError)
    }


def client_reasons() -> set[str]:
    """Return every reason with which an error of the client may be raised."""
    kinds = error_classes()
    reasons = {kind.default_reason for kind in kinds.values()}
    reasons |= {row.reason for table in (errors.VENDOR_CODES, errors.LOCK_CODES) for row in table.values()}
    raising = set(kinds)
    for path in modules(INTEGRATION):
        raising |= {found.name for found in functions(tree(path)) if _passes_reason_on(found, kinds.keys())}
    for path in modules(INTEGRATION):
        for call in calls(tree(path)):
            if called_name(call) in raising:
                reasons |= {text for argument in call.args for text in constants(argument)}
            # A grant carries the reason why it ended, and the action that asks for it raises it.
            if path.is_relative_to(CLIENT) and (given := keyword(call, "reason")) is not None:
                reasons |= set(constants(given))
    return reasons


def _passes_reason_on(found: ast.FunctionDef | ast.AsyncFunctionDef, kinds: Container[str]) -> bool:
    """Return whether a function raises an error of the client with a reason that its caller names."""
    arguments = {argument.arg for argument in found.args.args}
    return any(
        called_name(call) in kinds and bool(call.args) and ast.unparse(call.args[0]) in arguments
        for call in calls(found)
    )


def translated_calls() -> Iterator[tuple[Path, ast.Call, str, set[str]]]:
    """Yield the calls that name a translation, with the category and the keys."""
    for path in modules(INTEGRATION):
        for call in calls(tree(path)):
            key = keyword(call, "translation_key")
            if key is None or called_name(call) == "SelectSelectorConfig":
                continue
            category = "entity"
            if called_name(call) in ("async_create_issue", "Cause"):
                category = "issues"
            elif keyword(call, "translation_domain") is not None:
                category = "exceptions"
            found = constants(key)
            # An error of the client brings its own reason, which client_reasons() knows; a cause brings its own key.
            is_brought = isinstance(key, ast.Attribute) and key.attr in ("reason", "translation_key")
            assert found or is_brought, (
                f"{named(path)}:{call.lineno}: the key of a text has to be written where it is used"
            )
            yield path, call, category, found


def used_keys(category: str) -> set[str]:
    """Return the keys of a category that calls name."""
    return {key for _, _, found, keys in translated_calls() if found == category for key in keys}


def disagreement(there: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Return where texts and their uses do not match, one sentence each."""
    texts, uses = set(there), set(wanted)
    return [
        *(f"no text: {key}" for key in sorted(uses - texts)),
        *(f"never used: {key}" for key in sorted(texts - uses)),
    ]


def section(*path: str) -> dict[str, Any]:
    """Return a part of the English texts, empty when there is none."""
    content: dict[str, Any] = english()
    for key in path:
        content = content.get(key, {})
    return content


def test_exceptions() -> None:
    assert disagreement(section("exceptions"), used_keys("exceptions") | client_reasons()) == []


def test_issues() -> None:
    assert disagreement(section("issues"), used_keys("issues")) == []


def test_exceptions_get_what_their_texts_leave_open() -> None:
    texts = {key: placeholders(text["message"]) for key, text in section("exceptions").items()}
    wrong = {
        f"{key}: {texts[key] - REASON_PLACEHOLDERS}" for key in client_reasons() if texts[key] - REASON_PLACEHOLDERS
    }
    for path, call, category, keys in translated_calls():
        given = keyword(call, "translation_placeholders")
        if category != "exceptions" or not keys or not isinstance(given, ast.Dict | None):
            continue
        names = {name for key in (given.keys if given else []) for name in constants(key)}
        wrong |= {f"{named(path)}:{call.lineno}: {key}" for key in keys if not texts[key] <= names}
    assert not wrong, "a placeholder is not filled in"


def flow_calls() -> Iterator[ast.Call]:
    """Yield the calls of the config flow."""
    for path in FLOWS:
        yield from calls(tree(path))


def test_steps_of_the_flow() -> None:
    steps = {text for call in flow_calls() for text in constants(keyword(call, "step_id"))}
    defined = {found.name for path in FLOWS for found in functions(tree(path))}
    called = {called_name(call) for call in flow_calls()}
    steps |= {step for method, step in INHERITED_STEPS.items() if method in called | defined}
    assert disagreement(section("config", "step"), steps) == []


def test_menus_of_the_flow() -> None:
    for step, texts in section("config", "step").items():
        if "menu_options" in texts:
            assert texts["menu_options"].keys() == texts["menu_option_descriptions"].keys(), step
            defined = {found.name for path in FLOWS for found in functions(tree(path))}
            assert {f"async_step_{option}" for option in texts["menu_options"]} <= defined


def test_errors_of_the_flow() -> None:
    written = {
        text
        for path in FLOWS
        for node in below(tree(path))
        if isinstance(node, ast.Assign) and any(ast.unparse(target).startswith("errors[") for target in node.targets)
        for text in constants(node.value)
    }
    assert (
        disagreement(section("config", "error"), written | FORM_ERRORS | APP_ERRORS | KEY_ERRORS | PAIRING_ERRORS) == []
    )


def test_flows_of_what_is_added_to_an_account() -> None:
    texts = section("config_subentries")
    assert texts.keys() == SUBENTRY_FLOWS.keys()
    for kind, path in SUBENTRY_FLOWS.items():
        steps = {name.removeprefix("async_step_") for found in functions(tree(path)) if (name := found.name)}
        sources = {step for step in ("user", "reconfigure") if step in steps}
        assert disagreement(texts[kind]["step"], sources) == []
        assert disagreement(texts[kind]["initiate_flow"], sources) == []
        errors = {
            text
            for node in below(tree(path))
            if isinstance(node, ast.Assign)
            and any(ast.unparse(target).startswith("self._errors[") for target in node.targets)
            for text in constants(node.value)
        }
        assert disagreement(texts[kind]["error"], errors) == []
        assert texts[kind]["entry_type"]


def test_flow_of_the_options() -> None:
    steps = {
        name.removeprefix("async_step_")
        for path in OPTIONS_FLOWS
        for found in functions(tree(path))
        if "_step_" in (name := found.name)
    }
    assert disagreement(section("options", "step"), steps) == []
    assert disagreement(section("options", "step", "init", "menu_options"), MENU) == []
    written = {
        text
        for path in OPTIONS_FLOWS
        for node in below(tree(path))
        if isinstance(node, ast.Assign) and any(ast.unparse(target).startswith("errors[") for target in node.targets)
        for text in constants(node.value)
    }
    assert disagreement(section("options", "error"), written | REMOVAL_ERRORS | {REMOVAL_FAILED}) == []
    reasons = {
        text for path in OPTIONS_FLOWS for call in calls(tree(path)) for text in constants(keyword(call, "reason"))
    }
    assert disagreement(section("options", "abort"), reasons) == []


def test_form_errors_can_happen() -> None:
    assert client_reasons() >= FORM_ERRORS


def test_aborts_of_the_flow() -> None:
    reasons = {text for call in flow_calls() for text in constants(keyword(call, "reason"))}
    called = {called_name(call) for call in flow_calls()}
    reasons |= {reason for method, reason in INHERITED_ABORTS.items() if method in called}
    assert disagreement(section("config", "abort"), reasons) == []
    ends = {text for call in flow_calls() for text in constants(keyword(call, "description"))}
    assert disagreement(section("config", "create_entry"), ends) == []


def test_entities() -> None:
    """The name of an entity is looked up under the platform whose module describes it."""
    used = set()
    for path, call, category, keys in translated_calls():
        if category == "entity":
            assert path.stem in PLATFORMS, f"{named(path)}:{call.lineno}: described outside its platform"
            used |= {f"{path.stem}.{key}" for key in keys}
    texts = section("entity")
    assert disagreement((f"{platform}.{key}" for platform, keys in texts.items() for key in keys), used) == []
    assert all("name" in text for keys in texts.values() for text in keys.values())


def test_states() -> None:
    """Each value of a sensor with a fixed list of values has a name."""
    listed = {
        description.translation_key: set(description.options)
        for content in vars(sensor).values()
        for description in (content if isinstance(content, tuple) else (content,))
        if isinstance(description, SensorEntityDescription) and description.options
    }
    texts = {key: set(text["state"]) for key, text in section("entity", "sensor").items() if "state" in text}
    assert texts == listed


def test_events() -> None:
    """Each type of an event has a name, and so has each word of its attributes."""
    listed = {description.key: set(description.event_types) for description in event.EVENTS}
    listed["door_alarm"] = set(event.DOOR_ALARM.event_types or ())
    for key, text in section("entity", "event").items():
        words = {name: set(values["state"]) for name, values in text["state_attributes"].items()}
        more = (
            {}
            if key == event.DOOR_ALARM.translation_key
            else {
                "method": set(events.METHODS),
                "reason": set(events.REASONS),
                "side": set(events.SIDES),
            }
        )
        assert words == {"event_type": listed[key], **more}


def test_credentials_dialog_gets_what_its_text_leaves_open() -> None:
    body = function(INTEGRATION / "application_credentials.py", "async_get_description_placeholders")
    assert body is not None
    given = {text for node in below(body) if isinstance(node, ast.Dict) for key in node.keys for text in constants(key)}
    assert placeholders(section("application_credentials")["description"]) <= given


def test_common_words() -> None:
    """What the integration says in calendars and lists, beside the names of kinds and lives."""
    used = {f"kind_{kind}" for kind in CredentialKind} | {f"life_{life}" for life in Life} | activity.WORDS
    used |= {f"concern_{concern}" for concern in Concern}
    for path in modules(INTEGRATION):
        for call in calls(tree(path)):
            if called_name(call) == "word":
                used |= {text for argument in call.args for text in constants(argument)}
    assert disagreement(section("common"), used) == []


@pytest.mark.parametrize(("name", "icon"), [("triggers", "trigger"), ("conditions", "condition")])
def test_triggers_and_conditions_have_words_for_all_their_fields(name: str, icon: str) -> None:
    described = load_yaml_dict(str(INTEGRATION / f"{name}.yaml"))
    fields = {key: set(item["fields"]) for key, item in described.items()}
    assert {key: set(text["fields"]) for key, text in section(name).items()} == fields
    icons = json.loads((INTEGRATION / "icons.json").read_text(encoding="utf-8"))[name]
    assert {key: set(item) for key, item in icons.items()} == {key: {icon} for key in described}


def test_choices() -> None:
    """The choices of a selector are named, each of them."""
    used: dict[str, set[str]] = {}
    for name in ("services", "triggers", "conditions"):
        for field in _selectors(load_yaml_dict(str(INTEGRATION / f"{name}.yaml"))):
            if key := field.get("translation_key"):
                used.setdefault(key, set()).update(field["options"])
    # Accounts have their own names; only what is none of them has a text.
    used |= {
        CHOICE: {*BLUEPRINTS},
        ACCOUNTS: {NO_ACCOUNT},
        CONF_CONNECTION: {*Connection},
        CONF_PREFERENCE: {*Preference},
    }
    texts = {key: set(choices["options"]) for key, choices in section("selector").items()}
    assert texts == used


def _selectors(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, dict):
        if "select" in content and isinstance(content["select"], dict):
            yield content["select"]
        for value in content.values():
            yield from _selectors(value)


def test_icons() -> None:
    """An icon belongs to something that has a name, and is one of Material Design."""
    icons = read_json(INTEGRATION / "icons.json")
    assert all(icon.startswith("mdi:") for _, icon in flat(icons))
    nameless = {
        f"{platform}.{key}"
        for platform, keys in icons.get("entity", {}).items()
        for key in keys
        if key not in section("entity", platform)
    }
    assert nameless == set()
    assert disagreement(icons["services"], section("services")) == []


def test_icons_of_states_tell_them_apart() -> None:
    icons = read_json(INTEGRATION / "icons.json")["entity"]
    described = [(platform, key, icon) for platform, keys in icons.items() for key, icon in keys.items()]
    same = [
        f"{platform}.{key}" for platform, key, icon in described if icon["default"] in icon.get("state", {}).values()
    ]
    assert same == []
    unknown = [
        f"{platform}.{key}: {state}"
        for platform, key, icon in described
        for state in icon.get("state", {})
        if state not in section("entity", platform, key).get("state", {"on": "", "off": ""})
    ]
    assert unknown == []
