"""manifest.json and hacs.json, and the versions that have to agree (home-assistant-conventions.md 5.1, 5.3)."""

import re
import struct
import tomllib
from typing import Final

from homeassistant.const import BASE_PLATFORMS, __version__ as home_assistant_version
import pytest

from .source import (
    CLIENT,
    INTEGRATION,
    ROOT,
    all_imports,
    imported,
    manifest,
    modules,
    named,
    read_json,
    runtime_nodes,
    tree,
)

KNOWN_KEYS: Final = {
    "after_dependencies",
    "bluetooth",
    "codeowners",
    "config_flow",
    "dependencies",
    "dhcp",
    "documentation",
    "domain",
    "homekit",
    "import_executor",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "loggers",
    "mqtt",
    "name",
    "quality_scale",
    "requirements",
    "single_config_entry",
    "ssdp",
    "usb",
    "version",
    "zeroconf",
}
REQUIRED_KEYS: Final = {
    "codeowners",
    "documentation",
    "domain",
    "integration_type",
    "iot_class",
    "issue_tracker",
    "name",
    "version",
}
IOT_CLASSES: Final = {"assumed_state", "calculated", "cloud_polling", "cloud_push", "local_polling", "local_push"}
QUALITY_SCALES: Final = {"bronze", "custom", "gold", "platinum", "silver"}
HACS_KEYS: Final = {
    "content_in_root",
    "country",
    "filename",
    "hacs",
    "hide_default_branch",
    "homeassistant",
    "name",
    "persistent_directory",
    "zip_release",
}
ALWAYS_ALLOWED: Final = {"automation", "frontend", "homeassistant", "media_source", "person", "script", "zone"} | {
    "persistent_notification",
    "system_health",
    "webhook",
    "websocket_api",
}
"""Components that may be imported without a word in the manifest."""
IMAGE_SIDES: Final = {"icon": (256, 256), "icon@2x": (512, 512), "logo": (128, 256), "logo@2x": (256, 512)}
"""The least and the most that the shorter side may have."""


def test_keys() -> None:
    content = manifest()
    assert set(content) >= REQUIRED_KEYS, "the manifest lacks keys"
    assert set(content) <= KNOWN_KEYS, "the manifest has keys that Home Assistant does not know"
    assert list(content) == ["domain", "name", *sorted(set(content) - {"domain", "name"})], "order of keys"


def test_values() -> None:
    content = manifest()
    assert content["domain"] == INTEGRATION.name
    assert content["iot_class"] in IOT_CLASSES
    assert content["integration_type"] in {"device", "hub", "service"}
    assert content.get("quality_scale", "custom") in QUALITY_SCALES
    assert re.fullmatch(r"\d+\.\d+\.\d+(b\d+)?", content["version"])
    assert content["documentation"].startswith("https://")
    assert "home-assistant.io" not in content["documentation"]
    assert content["issue_tracker"].startswith("https://")
    assert content["codeowners"]
    assert all(owner.startswith("@") for owner in content["codeowners"])


def test_config_flow_flag_and_file_agree() -> None:
    assert manifest().get("config_flow", False) == (INTEGRATION / "config_flow.py").is_file()


def test_requirements_are_pinned() -> None:
    unpinned = [item for item in manifest().get("requirements", []) if not re.fullmatch(r"[\w.-]+==[\w.]+", item)]
    assert not unpinned


def test_components_in_use_are_dependencies() -> None:
    """Hassfest asks for every component that is imported when the integration runs."""
    content = manifest()
    listed = {*content.get("dependencies", []), *content.get("after_dependencies", [])}
    if "bluetooth_adapters" in listed:
        listed.add("bluetooth")
    platform_files = {path.stem for path in INTEGRATION.glob("*.py")}
    missing = {
        f"{named(path)}: {component}"
        for path in modules(INTEGRATION)
        for name in all_imports(path)
        if name.startswith("homeassistant.components.")
        for component in [name.split(".")[2]]
        if component not in listed | ALWAYS_ALLOWED | platform_files | set(BASE_PLATFORMS)
    }
    assert not missing, "neither in dependencies nor in after_dependencies"


def test_application_credentials_are_set_up_before() -> None:
    """The file alone does not make Home Assistant load the component before the flow asks for it."""
    has_file = (INTEGRATION / "application_credentials.py").is_file()
    assert has_file == ("application_credentials" in manifest().get("dependencies", []))


def test_components_needed_at_import_are_set_up_before() -> None:
    """What a module imports when it is loaded has to be there; after_dependencies may be missing."""
    content = manifest()
    optional = set(content.get("after_dependencies", []))
    wrong = {
        f"{named(path)}: {name}"
        for path in modules(INTEGRATION)
        for name in imported(path, runtime_nodes(tree(path).body))
        if name.startswith("homeassistant.components.") and name.split(".")[2] in optional
    }
    assert not wrong, "an optional component is imported before anybody knows whether it is there"


def test_hacs() -> None:
    content = read_json(ROOT / "hacs.json")
    assert content["name"] == manifest()["name"]
    assert set(content) <= HACS_KEYS, "HACS refuses other keys"
    assert not content.get("zip_release") or content["filename"].endswith(".zip")
    assert "render_readme" not in content
    integrations = {path.parent.name for path in (ROOT / "custom_components").glob("*/manifest.json")}
    assert integrations == {INTEGRATION.name}, "HACS takes one integration from a repository"


def test_home_assistant_that_is_asked_for_is_the_one_that_is_tested() -> None:
    asked: str = read_json(ROOT / "hacs.json")["homeassistant"]
    assert asked.split(".")[:2] == home_assistant_version.split(".")[:2]


def test_versions_agree() -> None:
    version = manifest()["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (\S+)", changelog, re.MULTILINE)
    assert heads[0] == version, "the first heading of CHANGELOG.md is the version of the manifest"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == version


def test_release_notes_tell_something() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = changelog.split("\n## ")[1].splitlines()[1:]
    assert any(line.startswith("- ") for line in newest)


@pytest.mark.parametrize("prefix", ["", "dark_"])
@pytest.mark.parametrize("kind", IMAGE_SIDES)
def test_brand_image(prefix: str, kind: str) -> None:
    head = (INTEGRATION / "brand" / f"{prefix}{kind}.png").read_bytes()[:26]
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, _depth, color = struct.unpack(">IIBB", head[16:26])
    least, most = IMAGE_SIDES[kind]
    assert least <= min(width, height) <= most
    assert width == height or kind.startswith("logo"), "an icon is square"
    assert color == 6, "the image has no transparency"


def test_the_client_tells_its_types() -> None:
    assert (CLIENT / "py.typed").is_file()
