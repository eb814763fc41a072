"""The table of errors in `docs/errors.md`, made of the table in the code and the English texts."""

from collections.abc import Iterable, Iterator, Mapping
import re
import sys
from typing import Final

from custom_components.ttlock.client.errors import (
    BLUETOOTH_FAULTS,
    LOCK_CODES,
    VENDOR_CODES,
    WITHOUT_VERDICT,
    Remedy,
    Row,
    TTLockError,
)

from .source import ROOT, english

type Cells = tuple[str, str, str, str]

TABLE: Final = ROOT / "docs" / "errors.md"
WHAT_HAPPENS: Final = {
    Remedy.RETRY: "tried again",
    Remedy.REPAIR: "repair",
    Remedy.RAISE: "said",
    Remedy.SIGN_IN: "sign in",
}

HEAD: Final = """\
# Errors

What Home Assistant says for each code of the TTLock cloud, for each code of a lock over Bluetooth, and for each answer
that never came. A command that fails says the sentence of its code, in the language of the user. Beside that exactly
one thing happens:

- **tried again**: it passes by itself. What only reads, or was refused before it began, is tried again at once or with
  the next question; credentials are tried until they are in place. A command that may have reached a lock is never
  sent twice.
- **repair**: it stays until somebody does something. When it recurs or lasts, there is an entry under Settings >
  Repairs, which goes away by itself when it is over.
- **said**: it is the verdict on this one request, so there is nothing to do but what the sentence says.
- **sign in**: Home Assistant asks to sign in again.

![Repairs](images/repairs.png)

Code -4043 becomes a repair when a lock that is built to be unlocked from afar refuses it: then a switch in its settings
is off. For anything else it means that the lock lacks the feature. A code that is not in this table is shown with its
number.

A gateway does one thing at a time, so commands to its locks wait in a queue, ahead of the questions that Home Assistant
asks by the clock. A command waits 30 seconds, and ten more for each that is ahead of it: twenty locks behind one gateway
all have their turn, and nobody waits long behind one that hangs. What was not sent by then says so and has certainly
moved nothing. What was sent has 40 seconds for its answer.

Written by `script/error_table` from the code; a test fails when it is out of date.
"""
_KINDS: Final = {
    "ConnectionFailed": "no connection",
    "RequestTimeout": "no answer in time",
    "ServerFault": "an answer that is none",
    "EndpointMissing": "page not found (404)",
    "OutcomeUnknown": "answer to a command lost",
    "NotSent": "gateway busy for too long",
    "NotTold": "cloud not reached after a change over Bluetooth",
    "OutOfReach": "not heard, or no connection",
    "NoConnectionSlot": "no free connection",
    "LinkLost": "connection lost before anything changed",
    "NoReply": "no answer in time",
    "BadReply": "an answer that is none",
    "BluetoothError": "any other fault",
}

BLUETOOTH: Final = """\
## Bluetooth

The codes with which a lock itself refuses, in hexadecimal, and what can go wrong before it decides. A command whose
answer is lost after it was sent is `outcome_unknown`, as above.
"""


def text() -> str:
    """Return the whole document."""
    bluetooth = (*_rows(LOCK_CODES, "{:02x}"), *_faults(BLUETOOTH_FAULTS))
    return f"{HEAD}\n{_table(_rows(VENDOR_CODES, '{}'), _faults(WITHOUT_VERDICT))}\n{BLUETOOTH}\n{_table(bluetooth)}"


def _table(*parts: Iterable[Cells]) -> str:
    lines = [
        "| Code | Reason | What happens | What is shown |",
        "|---|---|---|---|",
        *(f"| {' | '.join(cells)} |" for part in parts for cells in part),
    ]
    return "\n".join(lines) + "\n"


def _rows(codes: Mapping[int, Row], written: str) -> Iterator[Cells]:
    for code, row in sorted(codes.items(), key=lambda item: (item[0] < 0, abs(item[0]))):
        yield written.format(code), f"`{row.reason}`", WHAT_HAPPENS[row.remedy], shown(row.reason, str(code))


def _faults(kinds: Iterable[type[TTLockError]]) -> Iterator[Cells]:
    for kind in kinds:
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
