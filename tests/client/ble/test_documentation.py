"""The table of methods in docs/bluetooth-library.md is what the code says; run this module to have it written."""

from typing import Final

from custom_components.ttlock.client.ble import BleLock, Role
from custom_components.ttlock.client.ble.topics.base import OPERATIONS, role_needed
from tests.repository.source import ROOT

PAGE: Final = ROOT / "docs" / "bluetooth-library.md"
BEGIN: Final = "| Method | Who | Request | What it does |\n|---|---|---|---|\n"
WHO: Final = {Role.READER: "any key", Role.USER: "ekey", Role.ADMIN: "administrator"}


def table() -> str:
    """Return the rows, in the order in which a lock is put together."""
    names = [name for topic in BleLock.__mro__ for name in vars(topic) if name in OPERATIONS]
    assert sorted(names) == sorted(OPERATIONS)
    return "".join(f"| `{name}` | {WHO[role_needed(name)]} | {_requests(name)} | {_does(name)} |\n" for name in names)


def _requests(name: str) -> str:
    return " ".join(f"`{opcode:02x}`" for opcode in OPERATIONS[name])


def _does(name: str) -> str:
    text = (getattr(BleLock, name).__doc__ or "").split("\n\n", maxsplit=1)[0]
    return " ".join(text.split()).replace("|", "")


def page_with_table() -> str:
    """Return the whole page with the table of this code."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition("\n\n")
    return f"{before}{BEGIN}{table()}\n{after}"


def test_the_table_of_methods_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_with_table(), "run python -m tests.client.ble.test_documentation"


if __name__ == "__main__":
    PAGE.write_text(page_with_table(), encoding="utf-8")
