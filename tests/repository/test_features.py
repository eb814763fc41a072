"""docs/features.md: all rows of the manuals, and nothing in it that does not exist."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
import re
from typing import Final

import homeassistant
from homeassistant.const import Platform
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.ttlock.actions import ACTIONS

from .source import INTEGRATION, ROOT

PAGE: Final = ROOT / "docs" / "features.md"
FEATURES: Final = 110
REACHES: Final = {"C", "Cs", "B", "B?", "A", "-"}
REASONS: Final = {"App", "Vendor", "Bluetooth"}
BEYOND_THE_MANUALS: Final = {"export_credentials", "get_lock_credential_status"}
"""Actions that serve none of the features."""
PLATFORMS: Final = {platform.value for platform in Platform}


@dataclass(frozen=True, slots=True)
class Row:
    """One feature of the page."""

    number: int
    name: str
    reaches: frozenset[str]
    served: str
    missing: str

    @property
    def names(self) -> list[str]:
        """Return what stands in code marks."""
        return re.findall(r"`([^`]+)`", f"{self.served} {self.missing}")

    @property
    def actions(self) -> list[str]:
        """Return the actions of ours that are named."""
        return [name.removeprefix("ttlock.") for name in self.names if name.startswith("ttlock.")]

    @property
    def dotted(self) -> list[str]:
        """Return the entities and actions of Home Assistant that are named."""
        return [name for name in self.names if name.split(".")[0] in PLATFORMS and name.count(".") == 1]

    @property
    def reasons(self) -> set[str]:
        """Return the words that say why something is missing."""
        return set(re.findall(r"(?:^|\. )([A-Z]\w+):", self.missing))


def rows(page: str) -> list[Row]:
    """Return the rows of the page; a line that has another number of cells is none."""
    found = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0].isdigit():
            number, name, reach, served, missing = cells
            found.append(Row(int(number), name, frozenset(re.split(r"[/+]", reach)), served, missing))
    return found


def entities() -> dict[str, set[str]]:
    """Return what the entities of each platform are called in code: key, and key of the name or class of device."""
    found: dict[str, set[str]] = {}
    for platform in PLATFORMS:
        if not (INTEGRATION / f"{platform}.py").is_file():
            continue
        module = import_module(f"custom_components.ttlock.{platform}")
        names = found.setdefault(platform, set())
        for content in vars(module).values():
            for item in content if isinstance(content, tuple) else (content,):
                # Descriptions of Home Assistant are no instances of their classes, see its frozen dataclasses.
                if hasattr(item, "key") and hasattr(item, "translation_key"):
                    # Without a name of its own an entity is called by its class.
                    names |= {item.key, str(item.translation_key or getattr(item, "device_class", None))}
    return found


def actions_of_home_assistant(platform: str) -> Iterable[str]:
    """Return the actions that Home Assistant has for entities of a platform."""
    described = Path(homeassistant.__file__).parent / "components" / platform / "services.yaml"
    return load_yaml_dict(str(described)) if described.is_file() else ()


ROWS: Final = rows(PAGE.read_text(encoding="utf-8"))


def test_every_feature_has_one_row() -> None:
    assert [row.number for row in ROWS] == list(range(1, FEATURES + 1))
    assert len({row.name for row in ROWS}) == FEATURES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_a_row_says_something_and_gives_known_reasons(row: Row) -> None:
    assert row.reaches <= REACHES
    assert row.served or row.missing
    assert row.reasons <= REASONS
    assert bool(row.reasons) == bool(row.missing)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_what_is_named_exists(row: Row) -> None:
    known = entities()
    wrong = [name for name in row.actions if name not in ACTIONS]
    for name in row.dotted:
        platform, key = name.split(".")
        if key not in known.get(platform, ()) and key not in actions_of_home_assistant(platform):
            wrong.append(name)
    assert wrong == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_what_the_cloud_gives_is_served(row: Row) -> None:
    if not row.reaches & {"C", "Cs"}:
        return
    assert re.findall(r"`(ttlock\.\w+|\w+\.\w+)`", row.served)


def test_every_action_serves_a_feature() -> None:
    named = {action for row in ROWS for action in row.actions}
    assert sorted(ACTIONS.keys() - named - BEYOND_THE_MANUALS) == [], "to be named in docs/features.md"
    assert sorted(BEYOND_THE_MANUALS - (ACTIONS.keys() - named)) == []


def test_rows_are_read() -> None:
    page = "| 7 | Name | B+Cs | `ttlock.add_card`, `lock.unlock` by `name` | App: now. Bluetooth: later |\n| a | b |"
    [row] = rows(page)
    assert (row.number, set(row.reaches), row.actions) == (7, {"B", "Cs"}, ["add_card"])
    assert (row.dotted, row.reasons) == (["lock.unlock"], {"App", "Bluetooth"})
