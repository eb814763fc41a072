"""What the rules of the quality scale mean in this code, as far as code can tell (home-assistant-conventions.md 1).

Each function fails with what contradicts its rule.
"""

import ast
from collections.abc import Callable, Iterator
import importlib
import inspect
import re
import tomllib
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.helpers.entity import Entity, EntityDescription

from .source import (
    CLIENT,
    INTEGRATION,
    ROOT,
    all_imports,
    called_name,
    calls,
    english,
    function,
    functions,
    keyword,
    manifest,
    modules,
    named,
    tree,
)

PACKAGE: Final = "custom_components.ttlock"
PLATFORM_FILES: Final = [path for path in sorted(INTEGRATION.glob("*.py")) if path.stem in {*map(str, Platform)}]
FLOW: Final = INTEGRATION / "config_flow.py"
INIT: Final = INTEGRATION / "__init__.py"
ENTRY_FUNCTIONS: Final = {
    "async_get_config_entry_diagnostics",
    "async_get_device_diagnostics",
    "async_migrate_entry",
    "async_remove_config_entry_device",
    "async_remove_entry",
    "async_setup_entry",
    "async_unload_entry",
}
NOTIFY_ENTITIES: Final = "hass.data.get(DATA_COMPONENT)"
"""Where Home Assistant itself keeps the notify entities, which are looked up there (voice-and-automation.md 8)."""
USER_ERRORS: Final = {
    "ConfigEntryAuthFailed",
    "ConfigEntryError",
    "ConfigEntryNotReady",
    "HomeAssistantError",
    "ServiceValidationError",
    "UpdateFailed",
}


def called(*paths: Any) -> set[str]:
    """Return the names of all functions that modules call."""
    return {called_name(call) for path in paths for call in calls(tree(path))}


def entity_classes() -> list[type[Entity]]:
    """Return the classes of entities that platforms of ours define."""
    found = [
        kind
        for path in PLATFORM_FILES
        for kind in vars(importlib.import_module(f"{PACKAGE}.{path.stem}")).values()
        if isinstance(kind, type) and issubclass(kind, Entity) and kind.__module__.startswith(PACKAGE)
    ]
    assert found
    return found


def own_source(kind: type) -> str:
    """Return the source of a class and of its bases that are ours."""
    return "\n".join(inspect.getsource(base) for base in kind.__mro__ if base.__module__.startswith(PACKAGE))


def descriptions() -> Iterator[tuple[str, EntityDescription]]:
    """Yield the descriptions of entities with their platform."""
    for path in PLATFORM_FILES:
        for content in vars(importlib.import_module(f"{PACKAGE}.{path.stem}")).values():
            for item in content if isinstance(content, tuple) else (content,):
                if isinstance(item, EntityDescription):
                    yield path.stem, item


def action_setup() -> None:
    """Actions are registered once, whether or not an account is loaded."""
    setup, entry_setup = function(INIT, "async_setup"), function(INIT, "async_setup_entry")
    assert setup is not None
    assert entry_setup is not None
    assert "async_setup_services" in {called_name(call) for call in calls(setup)}
    assert not {called_name(call) for call in calls(entry_setup)} & {"async_setup_services", "async_register"}
    assert "CONFIG_SCHEMA" in {
        ast.unparse(target) for node in tree(INIT).body for target in getattr(node, "targets", [])
    }


def appropriate_polling() -> None:
    """The interval is fixed in code and no field of a form."""
    intervals = [
        call
        for path in modules(INTEGRATION)
        for call in calls(tree(path))
        if keyword(call, "update_interval") is not None
    ]
    assert intervals
    assert not set(re.findall(r'"(\w*interval\w*)"', FLOW.read_text(encoding="utf-8")))


def common_modules() -> None:
    """Coordinator, base entity and constants are where everybody looks for them."""
    for name, base in (("coordinator", "DataUpdateCoordinator"), ("entity", "CoordinatorEntity"), ("const", "DOMAIN")):
        assert base in (INTEGRATION / f"{name}.py").read_text(encoding="utf-8")


def config_flow() -> None:
    """There is a flow; that each field is described is checked with the texts."""
    assert manifest()["config_flow"] is True
    assert any("async_step_" in found.name for found in functions(tree(FLOW)))


def config_flow_test_coverage() -> None:
    """Each step, error and reason to end is named in the tests of its flow; script/test measures the lines."""
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*_flow.py"))
    texts = english()["config"]
    wanted = [*texts["step"], *texts["error"], *texts["abort"]]
    assert [name for name in wanted if f'"{name}"' not in tests] == []


def dependency_transparency() -> None:
    """The client is here, typed and tested, and nothing else is required."""
    assert manifest().get("requirements", []) == []
    assert (CLIENT / "py.typed").is_file()
    assert list((ROOT / "tests" / "client").glob("test_*.py"))


def entity_unique_id() -> None:
    """Every entity gets a unique id in code of ours."""
    assert [kind.__name__ for kind in entity_classes() if "_attr_unique_id = " not in own_source(kind)] == []


def has_entity_name() -> None:
    """Every entity is named after its device."""
    assert [kind.__name__ for kind in entity_classes() if "_attr_has_entity_name = True" not in own_source(kind)] == []
    assert next(item.name for platform, item in descriptions() if platform == "lock") is None


def runtime_data() -> None:
    """What lives as long as the entry hangs on it, and every signature says what that is."""
    assert "entry.runtime_data = " in INIT.read_text(encoding="utf-8")
    untyped = [
        f"{named(path)}: {found.name}"
        for path in INTEGRATION.glob("*.py")
        for found in functions(tree(path))
        if found.name in ENTRY_FUNCTIONS
        for argument in found.args.args
        if argument.arg in {"entry", "config_entry"} and ast.unparse(argument.annotation or argument) == "ConfigEntry"
    ]
    assert untyped == []
    texts = {named(path): path.read_text(encoding="utf-8") for path in modules(INTEGRATION)}
    assert [name for name, text in texts.items() if "hass.data" in text.replace(NOTIFY_ENTITIES, "")] == []


def signs_in_first() -> None:
    """The flow signs in before it creates an entry."""
    assert called(FLOW) & {"sign_in", "sign_in_anywhere"}


def set_up_reads_first() -> None:
    """Set-up reads from the cloud and says when it cannot."""
    body = function(INIT, "async_setup_entry")
    assert body is not None
    assert "async_config_entry_first_refresh" in {called_name(call) for call in calls(body)}


def unique_config_entry() -> None:
    """An account is set up once."""
    assert called(FLOW) >= {"async_set_unique_id", "_abort_if_unique_id_configured"}


def config_entry_unloading() -> None:
    """The entry can be unloaded."""
    body = function(INIT, "async_unload_entry")
    assert body is not None
    assert "async_unload_platforms" in {called_name(call) for call in calls(body)}


def integration_owner() -> None:
    """Somebody is responsible."""
    assert manifest()["codeowners"]


def parallel_updates() -> None:
    """Each platform says how many of its entities may act at once."""
    missing = [
        named(path)
        for path in PLATFORM_FILES
        if not isinstance(getattr(importlib.import_module(f"{PACKAGE}.{path.stem}"), "PARALLEL_UPDATES", None), int)
    ]
    assert missing == []


def reauthentication_flow() -> None:
    """A lost sign-in is renewed by the same account."""
    assert {found.name for found in functions(tree(FLOW))} >= {"async_step_reauth", "async_step_reauth_confirm"}
    assert "_abort_if_unique_id_mismatch" in called(FLOW)


def reconfiguration_flow() -> None:
    """An entry can be changed."""
    assert function(FLOW, "async_step_reconfigure") is not None


def coverage_is_demanded() -> None:
    """script/test refuses a coverage below 95 percent of the integration."""
    limit = re.search(r"--cov-fail-under[ =](\d+)", (ROOT / "script" / "test").read_text(encoding="utf-8"))
    assert limit
    assert int(limit[1]) >= 95
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["coverage"]
    assert settings["run"]["source"] == ["custom_components/ttlock"]
    assert not settings["run"].get("omit")
    assert not settings["report"].get("omit")


def devices() -> None:
    """A lock is a device with what is known of it."""
    infos = [call for call in calls(tree(INTEGRATION / "entity.py")) if called_name(call) == "DeviceInfo"]
    wanted = {
        "identifiers",
        "connections",
        "manufacturer",
        "model",
        "serial_number",
        "sw_version",
        "hw_version",
        "name",
    }
    assert [wanted - {word.arg for word in call.keywords} for call in infos] == [set()]


def diagnostics() -> None:
    """Diagnostics exist for entry and device, and redact."""
    path = INTEGRATION / "diagnostics.py"
    assert function(path, "async_get_config_entry_diagnostics") is not None
    assert function(path, "async_get_device_diagnostics") is not None
    assert "async_redact_data" in called(path)


def discovery() -> None:
    """The manifest says what can be discovered, and the flow takes it."""
    matchers = manifest().keys() & {"bluetooth", "dhcp", "zeroconf", "ssdp", "usb"}
    assert matchers
    flow = importlib.import_module(f"{PACKAGE}.config_flow").TTLockConfigFlow
    for matcher in matchers:
        # Those of Home Assistant itself discover nothing.
        assert getattr(flow, f"async_step_{matcher}").__module__.startswith(PACKAGE)


def entity_disabled_by_default() -> None:
    """What changes all the time is off until somebody wants it."""
    disabled = [item.key for _, item in descriptions() if not item.entity_registry_enabled_default]
    assert disabled


def entity_category() -> None:
    """Settings are settings, and signals are for troubleshooting; the lock is neither."""
    for platform, item in descriptions():
        if platform in {"number", "select", "switch", "button"}:
            assert item.entity_category is not None, f"{platform}.{item.key}"
        if platform == "lock":
            assert item.entity_category is None


def entity_device_class() -> None:
    """Most readings are of a kind that Home Assistant knows."""
    assert {item.device_class for _, item in descriptions()} >= {
        "battery",
        "door",
        "duration",
        "enum",
        "signal_strength",
    }


def entity_translations() -> None:
    """The name of an entity comes from its texts, its device class or its device."""
    nameless = [
        f"{platform}.{item.key}"
        for platform, item in descriptions()
        if item.translation_key is None and item.device_class is None and item.name is not None
    ]
    assert nameless == []


def exception_translations() -> None:
    """No error reaches a user in a programmer's words."""
    bare = [
        f"{named(path)}:{call.lineno}: {called_name(call)}"
        for path in modules(INTEGRATION)
        for call in calls(tree(path))
        if called_name(call) in USER_ERRORS and keyword(call, "translation_key") is None
    ]
    assert bare == []


def icon_translations() -> None:
    """Icons are in icons.json."""
    assert (INTEGRATION / "icons.json").is_file()
    sources = {named(path): path.read_text(encoding="utf-8") for path in INTEGRATION.glob("*.py")}
    assert [name for name, text in sources.items() if "mdi:" in text or "_attr_icon" in text] == []


def repair_issues() -> None:
    """What only the user can mend becomes an issue."""
    assert "async_create_issue" in called(*modules(INTEGRATION))


def stale_devices() -> None:
    """Devices go when the account does not have them any more, or when the user says so."""
    assert function(INIT, "async_remove_config_entry_device") is not None
    assert "async_remove_device" in called(*modules(INTEGRATION))


def async_dependency() -> None:
    """The client never blocks and never hides in a thread."""
    blocking = {"requests", "urllib.request", "http.client", "socket", "threading", "concurrent.futures"}
    assert {named(path): found for path in modules(CLIENT) if (found := all_imports(path) & blocking)} == {}
    assert not called(*modules(CLIENT)) & {"sleep_until", "to_thread", "run_in_executor", "open"}
    assert not {"time.sleep"} & {name for path in modules(CLIENT) for name in all_imports(path)}


def inject_websession() -> None:
    """The client is given Home Assistant's session and makes none."""
    assert "ClientSession" not in called(*modules(INTEGRATION))
    assert called(*INTEGRATION.glob("*.py")) & {"async_get_clientsession", "async_create_clientsession"}


def strict_typing() -> None:
    """script/test runs mypy in its strict mode over the integration."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] is True
    assert "custom_components" in settings["files"]
    # The test plugin brings no types; nothing else is let off.
    assert [rule["module"] for rule in settings["overrides"]] == ["pytest_homeassistant_custom_component.*"]
    assert re.search(r"^check types mypy$", (ROOT / "script" / "test").read_text(encoding="utf-8"), re.MULTILINE)


def brands() -> None:
    """The image exists; its size is checked with the manifest."""
    assert (INTEGRATION / "brand" / "icon.png").is_file()


CHECKS: Final[dict[str, Callable[[], None]]] = {
    "action-setup": action_setup,
    "appropriate-polling": appropriate_polling,
    "async-dependency": async_dependency,
    "brands": brands,
    "common-modules": common_modules,
    "config-entry-unloading": config_entry_unloading,
    "config-flow": config_flow,
    "config-flow-test-coverage": config_flow_test_coverage,
    "dependency-transparency": dependency_transparency,
    "devices": devices,
    "diagnostics": diagnostics,
    "discovery": discovery,
    "entity-category": entity_category,
    "entity-device-class": entity_device_class,
    "entity-disabled-by-default": entity_disabled_by_default,
    "entity-translations": entity_translations,
    "entity-unique-id": entity_unique_id,
    "exception-translations": exception_translations,
    "has-entity-name": has_entity_name,
    "icon-translations": icon_translations,
    "inject-websession": inject_websession,
    "integration-owner": integration_owner,
    "parallel-updates": parallel_updates,
    "reauthentication-flow": reauthentication_flow,
    "reconfiguration-flow": reconfiguration_flow,
    "repair-issues": repair_issues,
    "runtime-data": runtime_data,
    "stale-devices": stale_devices,
    "strict-typing": strict_typing,
    "test-before-configure": signs_in_first,
    "test-before-setup": set_up_reads_first,
    "test-coverage": coverage_is_demanded,
    "unique-config-entry": unique_config_entry,
}
"""The check of each rule that can be checked."""
