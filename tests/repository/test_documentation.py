"""The pages: what they link to exists, and each page can be found from README.md."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
import re
from typing import Final

import pytest

from .source import ROOT

PAGES: Final = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "simulator" / "README.md"])
LINK: Final = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    """Return a page without its code, which may look like headings and links."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)


def links(page: Path) -> Iterator[str]:
    """Yield what a page links to, without what is code in a line."""
    yield from LINK.findall(re.sub(r"(?<!\[)`[^`\n]*`(?!\])", "", prose(page)))


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} (.+)$", prose(page), re.MULTILINE):
        text = LINK.sub(lambda link: link[0].partition("](")[0].strip("!["), heading)
        anchor = re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", "-")
        times = found.get(anchor, 0)
        found[anchor] = times + 1
        if times:
            found[f"{anchor}-{times}"] = 1
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        if re.match(r"(https?|mailto):", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and (target.suffix != ".md" or anchor not in anchors(target))):
            dead.append(link)
    assert dead == []


def test_every_page_can_be_found_from_the_first_one() -> None:
    found: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        found.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links(page) if "://" not in link}
        ahead += [target for target in targets - found if target.suffix == ".md" and target.is_file()]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in found and page.name != "CHANGELOG.md"] == []


def test_every_automation_can_be_found_from_the_first_page() -> None:
    page = ROOT / "docs" / "automations.md"
    linked = {link.partition("#")[2] for link in links(ROOT / "README.md") if link.startswith("docs/automations.md#")}
    assert sorted(anchors(page) - linked) == ["automations-to-choose-from", "installing", "more-to-copy"]


def test_every_picture_is_shown() -> None:
    shown = {(page.parent / link).resolve() for page in PAGES for link in links(page)}
    assert [picture.name for picture in (ROOT / "docs" / "images").iterdir() if picture not in shown] == []


def test_anchors_are_those_of_github(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Wi-Fi & locks: 110 `ttlock.add_card`\n```\n# no heading\n[no](link.md)\n```\n"
        "## A [link](b.md)!\n## Twice\n## Twice\n`[x](y)` and [`z`](z.md)\n",
        encoding="utf-8",
    )
    assert anchors(page) == {"wi-fi--locks-110-ttlockadd_card", "a-link", "twice", "twice-1"}
    assert list(links(page)) == ["b.md", "z.md"]
