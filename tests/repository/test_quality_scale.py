"""quality_scale.yaml: complete, and true where code or README can tell (home-assistant-conventions.md 1)."""

import re
from typing import Any, Final

from homeassistant.util.yaml import load_yaml_dict
import pytest

from .rules_in_code import CHECKS, FLOW
from .source import INTEGRATION, ROOT, function

SCALE: Final[dict[str, Any]] = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
TIERS: Final[dict[str, tuple[str, ...]]] = {
    "Bronze": (
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow-test-coverage",
        "config-flow",
        "dependency-transparency",
        "docs-actions",
        "docs-triggers",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
    ),
    "Silver": (
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
    ),
    "Gold": (
        "devices",
        "diagnostics",
        "discovery-update-info",
        "discovery",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
    ),
    "Platinum": ("async-dependency", "inject-websession", "strict-typing"),
}
README_SAYS: Final = {
    "docs-high-level-description": r"\A# .+\n\n.*\[TTLock\]\(https://",
    "docs-installation-instructions": r"^## Install",
    "docs-removal-instructions": r"Removing it",
    "docs-installation-parameters": r"client ID and client secret(.|\n)*account of your \*\*TTLock app",
    "docs-data-update": r"How it learns of changes",
    "docs-examples": r"```yaml\n(.|\n)*triggers:",
    "docs-known-limitations": r"What it cannot do yet",
    "docs-supported-devices": r"^\*\*Which devices",
    "docs-supported-functions": r"^\| In Home Assistant \|",
    "docs-troubleshooting": r"^## Troubleshooting",
    "docs-use-cases": r"^## Use it",
}
"""What to find in README.md where a rule about documentation is called done."""


def status(rule: str) -> str:
    """Return done, todo or exempt."""
    value = SCALE[rule]
    return str(value["status"] if isinstance(value, dict) else value)


DONE: Final = [rule for rule in SCALE if status(rule) == "done"]


def test_every_rule_has_its_place() -> None:
    assert list(SCALE) == [rule for rules in TIERS.values() for rule in rules]
    assert len(SCALE) == 54
    text = (INTEGRATION / "quality_scale.yaml").read_text(encoding="utf-8")
    assert re.findall(r"^  # (\w+)$", text, re.MULTILINE) == list(TIERS)


def test_every_status_is_one_and_exceptions_have_reasons() -> None:
    assert {rule: value for rule in SCALE if (value := status(rule)) not in {"done", "exempt", "todo"}} == {}
    extra = {rule for rule, value in SCALE.items() if isinstance(value, dict) and value.keys() - {"status", "comment"}}
    assert extra == set()
    assert [rule for rule in SCALE if status(rule) == "exempt" and not SCALE[rule].get("comment")] == []


@pytest.mark.parametrize("rule", [rule for rule in DONE if rule in CHECKS])
def test_done_is_true_of_the_code(rule: str) -> None:
    CHECKS[rule]()


@pytest.mark.parametrize("rule", [rule for rule in DONE if rule in README_SAYS])
def test_done_is_true_of_the_readme(rule: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(README_SAYS[rule], readme, re.MULTILINE), f"README.md has nothing for {rule}"


def test_every_check_belongs_to_a_rule() -> None:
    assert (CHECKS.keys() | README_SAYS.keys()) - SCALE.keys() == set()


@pytest.mark.parametrize(
    ("rule", "file"),
    [("docs-triggers", "trigger.py"), ("docs-conditions", "condition.py"), ("docs-actions", "services.py")],
)
def test_what_exists_is_not_exempt_from_documentation(rule: str, file: str) -> None:
    assert (INTEGRATION / file).is_file() == (status(rule) != "exempt")


def test_options_that_exist_are_not_exempt_from_documentation() -> None:
    has_options = function(FLOW, "async_get_options_flow") is not None
    assert has_options == (status("docs-configuration-parameters") != "exempt")
