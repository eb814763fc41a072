"""The lock actions of Matter, read out of the Home Assistant that is installed.

Its package cannot be imported here, as it wants the libraries of Matter; its source tells enough.
"""

import ast
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

LOCK_ACTIONS: Final = (
    "get_lock_info",
    "get_lock_users",
    "get_lock_credential_status",
    "set_lock_user",
    "clear_lock_user",
    "set_lock_credential",
    "clear_lock_credential",
)


def shapes() -> dict[str, set[str]]:
    """Return the keys of every answer, by the name of its class."""
    return {
        node.name: {ast.unparse(field.target) for field in node.body if isinstance(field, ast.AnnAssign)}
        for node in ast.walk(_tree("lock_helpers"))
        if isinstance(node, ast.ClassDef) and [ast.unparse(base) for base in node.bases] == ["TypedDict"]
    }


def fields() -> dict[str, dict[str, bool]]:
    """Return the fields of every lock action, each with whether it is required."""
    return {name: dict(_fields(schema)) for name, schema in _schemas() if name in LOCK_ACTIONS}


def words(name: str) -> list[str]:
    """Return the words of one of its lists, or of one of its mappings of numbers to words."""
    content = _constants()[name]
    found = content.values if isinstance(content, ast.Dict) else getattr(content, "elts", [])
    return [_text(word) for word in found]


@cache
def _tree(module: str) -> ast.Module:
    spec = find_spec("homeassistant.components")
    assert spec
    assert spec.submodule_search_locations
    path = Path(spec.submodule_search_locations[0]) / "matter" / f"{module}.py"
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _constants() -> dict[str, ast.expr]:
    found: dict[str, ast.expr] = {}
    for node in _tree("const").body:
        if isinstance(node, ast.Assign):
            found |= {ast.unparse(target): node.value for target in node.targets}
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            found[ast.unparse(node.target)] = node.value
    return found


def _text(node: ast.expr | None) -> str:
    """Return a text that is written down or has a name."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert node is not None
    return _text(_constants()[ast.unparse(node)])


def _schemas() -> Iterator[tuple[str, ast.Dict]]:
    for node in ast.walk(_tree("services")):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("entity_service"):
            schema = next(keyword.value for keyword in node.keywords if keyword.arg == "schema")
            if isinstance(schema, ast.Dict) and isinstance(node.args[2], ast.Constant):
                yield str(node.args[2].value), schema


def _fields(schema: ast.Dict) -> Iterator[tuple[str, bool]]:
    for key in schema.keys:
        assert isinstance(key, ast.Call)
        yield _text(key.args[0]), ast.unparse(key.func).endswith("Required")
