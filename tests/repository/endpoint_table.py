"""The table of endpoints in `docs/endpoints.md`, read out of the code: who calls what, and who answers it."""

import ast
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
import sys
from typing import Final

from custom_components.ttlock.client.cloud import auth, endpoints
from custom_components.ttlock.client.cloud.endpoints import Endpoint, Purpose
from simulator.cloud import oauth
from simulator.cloud.table import ENDPOINTS

from .source import CLIENT, ROOT, below, calls, functions, modules, named, tree

TABLE: Final = ROOT / "docs" / "endpoints.md"
CLOUD: Final = CLIENT / "cloud"
CLIENT_TESTS: Final = ROOT / "tests" / "client"

_BEFORE_SIGN_IN: Final = {
    "TOKEN_PATH": (auth.TOKEN_PATH, oauth.token.__name__),
    "MONTH_COUNT_PATH": (auth.MONTH_COUNT_PATH, oauth.month_request_count.__name__),
}
"""The paths that are asked before there is a token: constants of a module of their own, on both sides."""

HEAD: Final = """\
# Endpoints of the TTLock cloud

Every call that the client can make: what it counts as, the method that makes it, what answers it in the virtual
world, and the first test that makes it over HTTP. Methods are those of `CloudClient`, of its parts (`cards.add` is
`CloudClient.cards.add`) and of `users` (`cloud.users.Users`); `auth` are functions.

Written by `script/endpoint_table` from the code; a test fails when it is out of date.
"""


@dataclass(slots=True)
class Row:
    """One path, with everything that the code says about it."""

    path: str
    purposes: set[str] = field(default_factory=set)
    methods: dict[str, None] = field(default_factory=dict)
    """In the order in which they are written; a dictionary because a set has none."""
    handler: str = ""
    tests: list[str] = field(default_factory=list)
    """Of the methods that have one, the first."""
    untested: list[str] = field(default_factory=list)


@cache
def rows() -> list[Row]:
    """Return the table, by path."""
    table: dict[str, Row] = {}
    for path, purpose, users in _uses():
        row = table.setdefault(path, Row(path))
        row.purposes.add(purpose)
        row.methods |= dict.fromkeys(users)
    tests = _first_tests()
    for row in table.values():
        row.handler = _handler(row.path)
        row.tests = [tests[method] for method in row.methods if method in tests]
        row.untested = [method for method in row.methods if method not in tests]
    return [table[path] for path in sorted(table)]


def text() -> str:
    """Return the whole document."""
    head = "| Endpoint | Counts as | Client | Virtual world | Test |\n|---|---|---|---|---|\n"
    return f"{HEAD}\n{head}" + "".join(
        f"| `{row.path}` | {', '.join(sorted(row.purposes))} | {_code(row.methods)} | {_code([row.handler])} "
        f"| {_code(row.tests[:1])} |\n"
        for row in rows()
    )


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words if word)


# -- The client ----------------------------------------------------------------------------------------------------


def _uses() -> list[tuple[str, str, list[str]]]:
    """Return each endpoint with its purpose and the public methods that end up sending it."""
    known = {name: value for name, value in vars(endpoints).items() if isinstance(value, Endpoint)}
    methods: dict[str, list[str]] = defaultdict(list)
    for path in modules(CLOUD):
        for constant, users in _users_of_constants(path, known.keys() | _BEFORE_SIGN_IN.keys()).items():
            methods[constant] += users
    uses = [(endpoint.path, endpoint.purpose.value, methods[name]) for name, endpoint in known.items()]
    uses += [(path, Purpose.SIGN_IN.value, methods[name]) for name, (path, _) in _BEFORE_SIGN_IN.items()]
    return uses


def _users_of_constants(path: Path, constants: Iterable[str]) -> dict[str, list[str]]:
    """Return the public functions of a module that mention a constant, themselves or through private ones."""
    users: dict[str, list[str]] = defaultdict(list)
    for name, reached in reach_of_functions(path).items():
        for constant in set(constants) & {word for node in reached for word in _mentioned(node)}:
            users[constant].append(_shown(path, name))
    return users


def reach_of_functions(path: Path) -> dict[str, list[ast.AST]]:
    """Return the public functions of a module by class and name, each with the private ones that it comes to."""
    found = _owners(path)
    reach: dict[str, list[ast.AST]] = {}
    for name, (public, _) in found.items():
        if not public:
            continue
        reached: set[str] = set()
        queue = [name]
        while queue:
            if (current := queue.pop()) not in reached:
                reached.add(current)
                owner = current.rpartition(".")[0]
                words = {word for word in _mentioned(found[current][1]) if word.startswith("_")}
                queue += [key for word in words for key in (f"{owner}.{word}", f".{word}") if key in found]
        reach[name] = [found[key][1] for key in reached]
    return reach


def _owners(path: Path) -> dict[str, tuple[bool, ast.AST]]:
    """Return the functions of a module by class and name, and whether others may call them."""
    found: dict[str, tuple[bool, ast.AST]] = {}
    for node in tree(path).body:
        body = node.body if isinstance(node, ast.ClassDef) else [node]
        owner = node.name if isinstance(node, ast.ClassDef) else ""
        for function in body:
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{owner}.{function.name}"] = (not function.name.startswith("_"), function)
    return found


def _mentioned(node: ast.AST) -> set[str]:
    words = {found.attr for found in below(node) if isinstance(found, ast.Attribute)}
    return words | {found.id for found in below(node) if isinstance(found, ast.Name)}


def _shown(path: Path, key: str) -> str:
    """Return how a caller writes a function of the client."""
    owner, _, name = key.rpartition(".")
    parts = _parts_of_client()
    if not owner:
        return f"auth.{name}"
    return f"{parts[owner]}.{name}" if parts.get(owner) else name


def _parts_of_client() -> dict[str, str]:
    """Return the classes of the client by the attribute under which one reaches them."""
    parts = {"CloudClient": "", "Users": "users"}
    nested: list[tuple[str, str, str]] = []
    for path in modules(CLOUD):
        for defined in (node for node in tree(path).body if isinstance(node, ast.ClassDef)):
            for node in below(defined):
                match node:
                    case ast.Assign(
                        targets=[ast.Attribute(value=ast.Name(id="self"), attr=attribute)],
                        value=ast.Call(func=ast.Name(id=part), args=[ast.Name(id="transport")]),
                    ):
                        nested.append((defined.name, attribute, part))
    while missing := [(owner, attribute, part) for owner, attribute, part in nested if part not in parts]:
        for owner, attribute, part in missing:
            if owner in parts:
                parts[part] = f"{parts[owner]}.{attribute}".lstrip(".")
    return parts


# -- The virtual world and the tests -------------------------------------------------------------------------------


def _handler(path: str) -> str:
    for constant, handler in _BEFORE_SIGN_IN.values():
        if path == constant:
            return f"oauth.{handler}"
    if (endpoint := ENDPOINTS.get(path)) is None:
        return ""
    function = endpoint.handler
    return f"{function.__module__.rpartition('.')[2]}.{function.__qualname__.partition('.')[0]}"


def _first_tests() -> dict[str, str]:
    """Return the first test of the client that calls a method, by the method as callers write it."""
    parts = sorted((part for part in _parts_of_client().values() if part), key=len, reverse=True)
    found: dict[str, str] = {}
    for path in modules(CLIENT_TESTS):
        if path.parent.name == "roads":
            # What is done over Bluetooth there is another call, or none.
            continue
        for function in functions(tree(path)):
            if not function.name.startswith("test_"):
                continue
            # `sensors = client.door_sensors.standalone` names a part of the client.
            aliases = {
                node.targets[0].id: ast.unparse(node.value).partition(".")[2]
                for node in below(function)
                if isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and isinstance(node.value, ast.Attribute)
            }
            for call in calls(function):
                if method := _method(ast.unparse(call.func), aliases, parts):
                    found.setdefault(method, f"{named(path).removeprefix('tests/client/')}::{function.name}")
    return found


def _method(called: str, aliases: dict[str, str], parts: Iterable[str]) -> str:
    begin, _, name = called.rpartition(".")
    if not begin:
        return f"auth.{name}"
    if begin == "client":
        return name
    owner = aliases.get(begin, begin).removeprefix("client.")
    return f"{owner}.{name}" if owner in parts else ""


def main() -> None:
    """Write the table, or with `--check` say whether it is up to date."""
    if "--check" in sys.argv:
        sys.exit(TABLE.read_text(encoding="utf-8") != text())
    TABLE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
