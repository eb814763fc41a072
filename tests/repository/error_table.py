"""The table of errors in `docs/errors.md`, made of the table in the code and the English texts."""

from collections.abc import Iterator
import re
import sys
from typing import Final

from custom_components.ttlock.client.errors import VENDOR_CODES, WITHOUT_VERDICT, Remedy

from .source import ROOT, english

TABLE: Final = ROOT / "docs" / "errors.md"
WHAT_HAPPENS: Final = {
    Remedy.RETRY: "tried again",
    Remedy.REPAIR: "repair",
    Remedy.RAISE: "said",
    Remedy.SIGN_IN: "sign in",
}

HEAD: Final = """\
# Errors

What Home Assistant says for each code of the TTLock cloud, and for each answer that never came. A command that fails
says the sentence of its code, in the language of the user. Beside that exactly one thing happens:

- **tried again**: it passes by itself. What only reads, or was refused before it began, is tried again at once or with
  the next question; credentials are tried until they are in place. A command that may have reached a lock is never
  sent twice.
- **repair**: it stays until somebody does something. When it recurs or lasts, there is an entry under Settings >
  Repairs, which goes away by itself when it is over.
- **said**: it is the verdict on this one request, so there is nothing to do but what the sentence says.
- **sign in**: Home Assistant asks to sign in again.

Code -4043 becomes a repair when a lock that is built to be unlocked from afar refuses it: then a switch in its settings
is off. For anything else it means that the lock lacks the feature. A code that is not in this table is shown with its
number.

Written by `script/error_table` from the code; a test fails when it is out of date.
"""
_KINDS: Final = {
    "ConnectionFailed": "no connection",
    "RequestTimeout": "no answer in time",
    "ServerFault": "an answer that is none",
    "EndpointMissing": "page not found (404)",
    "OutcomeUnknown": "answer to a command lost",
}


def text() -> str:
    """Return the whole document."""
    lines = [
        "| Code | Reason | What happens | What is shown |",
        "|---|---|---|---|",
        *(f"| {' | '.join(cells)} |" for cells in _rows()),
    ]
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


def _rows() -> Iterator[tuple[str, str, str, str]]:
    for code, row in sorted(VENDOR_CODES.items(), key=lambda item: (item[0] < 0, abs(item[0]))):
        yield str(code), f"`{row.reason}`", WHAT_HAPPENS[row.remedy], shown(row.reason, str(code))
    for kind in WITHOUT_VERDICT:
        happens = WHAT_HAPPENS[kind.default_remedy]
        yield _KINDS[kind.__name__], f"`{kind.default_reason}`", happens, shown(kind.default_reason, "")


def shown(reason: str, code: str) -> str:
    """Return the sentence of a reason as it reads for some lock."""
    sentence: str = english()["exceptions"][reason]["message"]
    sentence = sentence.replace("{name}", "the lock").replace("{code}", code)
    return re.sub(r"(?:^|(?<=[.!?] ))the", "The", sentence)


def main() -> None:
    """Write the table, or with `--check` say whether it is up to date."""
    if "--check" in sys.argv:
        sys.exit(TABLE.read_text(encoding="utf-8") != text())
    TABLE.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
