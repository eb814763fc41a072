"""The files of the repository as these tests read them."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
import json
from pathlib import Path
import subprocess
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
INTEGRATION: Final = ROOT / "custom_components" / "ttlock"
CLIENT: Final = INTEGRATION / "client"
SIMULATOR: Final = ROOT / "simulator"


def named(path: Path) -> str:
    """Return a path as a reader of a failure wants to see it."""
    return path.relative_to(ROOT).as_posix()


def modules(folder: Path) -> list[Path]:
    """Return the Python modules below a folder."""
    found = sorted(folder.rglob("*.py"))
    assert found, f"no modules in {named(folder)}"
    return found


def tracked_files() -> list[Path]:
    """Return the files that a clone gets and that are still there."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file()]


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def below(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return a node and everything below it; many rules look through the same modules."""
    return tuple(ast.walk(node))


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, in the order in which it is written."""
    return json.loads(path.read_text(encoding="utf-8"))


def manifest() -> dict[str, Any]:
    """Return the manifest of the integration."""
    content: dict[str, Any] = read_json(INTEGRATION / "manifest.json")
    return content


def english() -> dict[str, Any]:
    """Return the English texts."""
    content: dict[str, Any] = read_json(INTEGRATION / "translations" / "en.json")
    return content


def flat(content: Any, begin: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its path of keys, joined by dots."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from flat(value, f"{begin}.{key}" if begin else key)
    else:
        yield begin, content


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield every call below a node."""
    return (found for found in below(node) if isinstance(found, ast.Call))


def called_name(call: ast.Call) -> str:
    """Return the last part of the name of what is called, empty for anything without a name."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument."""
    return next((word.value for word in call.keywords if word.arg == name), None)


def constants(node: ast.AST | None) -> set[str]:
    """Return the strings that an expression may have as its value, as far as they are written there."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=one, orelse=other):
            return constants(one) | constants(other)
        case ast.BoolOp(values=several):
            return {text for value in several for text in constants(value)}
    return set()


def functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function below a node."""
    return (found for found in below(node) if isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef))


def function(path: Path, name: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the function of a module with a name."""
    return next((found for found in functions(tree(path)) if found.name == name), None)


def runtime_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: neither functions nor blocks for the type checker."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from runtime_nodes(node.orelse)
            continue
        yield node
        yield from runtime_nodes(ast.iter_child_nodes(node))


def imported(path: Path, nodes: Iterable[ast.AST]) -> set[str]:
    """Return the full dotted names that nodes of a module import, members of packages included."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*above, *([node.module] if node.module else [])))
            names |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
    return names


def all_imports(path: Path) -> set[str]:
    """Return everything that a module imports, wherever in it."""
    return imported(path, below(tree(path)))
