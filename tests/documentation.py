"""The YAML that our pages tell users to copy."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Any, Final, override

from homeassistant.util.yaml import Secrets, parse_yaml

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "simulator" / "README.md"])


class AnySecret(Secrets):
    """Secrets that are whatever is asked for."""

    def __init__(self) -> None:
        super().__init__(ROOT)

    @override
    def get(self, requester_path: str, secret: str) -> str:
        return secret


@dataclass(frozen=True)
class Block:
    """A block of YAML on a page."""

    page: str
    line: int
    content: Any

    @property
    def where(self) -> str:
        """Return where to look when it is wrong."""
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Yield the blocks of YAML of a page."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"^```ya?ml\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(str(page.relative_to(ROOT)), line, parse_yaml(found[1], AnySecret()))


def automation(page: str, alias: str) -> dict[str, Any]:
    """Return an automation of a page of docs, as it stands there."""
    (found,) = [
        block.content
        for block in blocks(ROOT / "docs" / page)
        if isinstance(block.content, dict) and block.content.get("alias") == alias
    ]
    return dict(found)
