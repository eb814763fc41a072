"""Whether a number can be read in a text, however it is written there."""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import cache
import re
from typing import Final
import unicodedata

TIMES: Final = re.compile(
    r"""
    \d{4}-\d\d-\d\d(?:[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)?  # a day, with the time or without
    | \b\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?                       # a time
    | \b\d{10}\.\d+                                           # seconds since 1970
    """,
    re.VERBOSE,
)
"""Their digits are nobody's code, even if they happen to be the same."""
IDS: Final = re.compile(r"(?<![^\W_])(?=[0-9]*[A-Za-z])[0-9A-Za-z]{26,}(?![^\W_])")
"""ULIDs and hashes: letters and digits by chance."""
ESCAPED: Final = re.compile(r"\\+(?:u00|x)(3\d)|&#(5[0-7]|4[89]);|%(3\d)")
FOREIGN: Final = re.compile(r"(?![0-9])\d")
RUN: Final = re.compile(r"[0-9]+(?:[^0-9A-Za-z\n]{1,6}[0-9]+)*")
TOKEN: Final = re.compile(r"(\d+)([^\d]*)")
MOST_DIGITS: Final = 12
LONG: Final = 9
"""Digits that are not met by chance, within longer ones neither."""


def plain(text: str) -> str:
    """Return a text with its digits as digits, in whatever script or escape they are written."""
    if "\\" in text or "&#" in text or "%3" in text:
        text = ESCAPED.sub(_unescape, text)
    return text if text.isascii() else FOREIGN.sub(lambda found: str(unicodedata.decimal(found[0])), text)


def numbers_in(text: str) -> frozenset[str]:
    """Return every number that somebody can read in a text, in groups such as 123 456, 1-2-3-4 or [1, 2, 3] too."""
    text = TIMES.sub(" T ", IDS.sub(" ", plain(text)))
    return frozenset(number for run in {found[0] for found in RUN.finditer(text)} for number in _readings(run))


def shown(numbers: Iterable[str], text: str) -> frozenset[str]:
    """Return which numbers can be read in a text: as they are, in groups, backwards, escaped or encoded."""
    numbers = frozenset(numbers)
    known, flat = numbers_in(text), text.casefold()
    return frozenset(
        number
        for number in numbers
        if number in known
        or number[::-1] in known
        or (len(number) >= LONG and number in text)
        or any(code in text for code in _base64(number))
        or any(code in flat for code in _hexadecimal(number))
    )


def _readings(run: str) -> Iterator[str]:
    """Yield the numbers in digits with something between them: each, and those with the same between them joined."""
    parts = TOKEN.findall(run)
    for begin, (_, between) in enumerate(parts):
        joined = ""
        for digits, after in parts[begin:]:
            joined += digits
            yield joined
            if after != between or len(joined) > MOST_DIGITS:
                break


def _unescape(found: re.Match[str]) -> str:
    code = found[1] or found[3]
    return chr(int(code, 16) if code else int(found[2]))


@cache
def _base64(number: str) -> tuple[str, ...]:
    """Return what a number looks like in the midst of something encoded, wherever it begins there."""
    codes = (b64encode(b"\0" * skipped + number.encode()).decode().rstrip("=") for skipped in range(3))
    # The first and the last letters depend on what stands beside it.
    return tuple(code[first:-1] for first, code in zip((0, 2, 3), codes, strict=True))


@cache
def _hexadecimal(number: str) -> tuple[str, ...]:
    letters = [f"{ord(digit):02x}" for digit in number]
    return tuple(between.join(letters) for between in ("", " "))
