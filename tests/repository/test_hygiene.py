"""What must not be in any file of the repository."""

import re
from typing import Final

from .source import INTEGRATION, ROOT, called_name, calls, modules, named, tracked_files, tree

BINARY: Final = {".png"}
MACHINE_PATH: Final = re.compile(r"(?<![\w.~$}])/(?:home|Users|root|tmp|opt|work|var/folders)/[\w.]")
REGISTRY_HOST: Final = re.compile(
    r"\b(?:(?:www|test)\.)?pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|(?:deb|security)\.debian\.org"
    r"|(?:archive|security)\.ubuntu\.com|\bcrates\.io|proxy\.golang\.org"
)
CONFLICT: Final = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    """Return where a pattern is found in the files of the repository."""
    return [
        f"{named(path)}:{number}: {line.strip()[:100]}"
        for path in tracked_files()
        if path.suffix not in BINARY
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_paths_of_somebodys_machine() -> None:
    assert lines_with(MACHINE_PATH) == []


def test_no_registry_is_named() -> None:
    """Which one to use is a setting of the machine, such as a mirror."""
    assert lines_with(REGISTRY_HOST) == []


def test_no_unresolved_conflicts() -> None:
    assert lines_with(CONFLICT) == []


def test_patterns_find_what_they_are_for() -> None:
    slash = "/"
    assert MACHINE_PATH.search(f"see {slash}home{slash}guest/x")
    assert MACHINE_PATH.search(f'"{slash}tmp{slash}x"')
    assert not MACHINE_PATH.search(f"https://example.com{slash}home{slash}guest")
    assert REGISTRY_HOST.search("https://pypi" + ".org/simple")
    assert not REGISTRY_HOST.search("PyPI has a wheel")


def test_product_prints_nothing() -> None:
    guilty = [
        f"{named(path)}:{call.lineno}"
        for path in modules(INTEGRATION)
        for call in calls(tree(path))
        if called_name(call) in {"breakpoint", "pprint", "print"}
    ]
    assert guilty == []


def test_scripts_can_be_started() -> None:
    scripts = [path for path in tracked_files() if path.parent in {ROOT / "script", ROOT / ".ci"}]
    assert scripts
    assert [named(path) for path in scripts if not path.stat().st_mode & 0o111] == []
    assert [named(path) for path in scripts if not path.read_text(encoding="utf-8").startswith("#!/usr/bin/env ")] == []
