"""Whether a number can be read in a text, however it is written there."""

from base64 import b64decode
from collections.abc import Iterable, Iterator
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
HEXADECIMAL: Final = re.compile(r"(?:3[0-9] ?){4,}")
BASE64: Final = re.compile(r"[A-Za-z0-9+/]{8,}")
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
    return frozenset(number for run in set(RUN.findall(text)) for number in _readings(run))


def shown(numbers: Iterable[str], text: str) -> frozenset[str]:
    """Return which numbers can be read in a text: as they are, in groups, backwards, escaped or encoded."""
    text = plain(text)
    runs = set(RUN.findall(text))
    long_ones = " ".join(digits for digits in set(re.findall(r"[0-9]{%s,}" % LONG, text)))
    readings = {number for run in runs for number in _readings(run)}
    secrets = frozenset(numbers)
    numbers = {number for number in secrets if number.isdecimal()}
    found = {number for number in numbers if readings & {number, number[::-1]}}
    if found:
        # Now it is worth the time to leave out what is no number.
        known = numbers_in(text)
        found = {number for number in found if known & {number, number[::-1]}}
    encoded = " ".join(_encoded(text))
    found |= {number for number in numbers if number in encoded or (len(number) >= LONG and number in long_ones)}
    # Links and the like are looked for as they are.
    return frozenset(found | {secret for secret in secrets - numbers if secret in text})


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


def _encoded(text: str) -> Iterator[str]:
    """Yield the digits that are in a text as the numbers of their letters in hexadecimal, or in Base64."""
    for found in set(HEXADECIMAL.findall(text)):
        yield bytes.fromhex(found).decode()
    for word in set(BASE64.findall(text)):
        for skipped in range(4):
            part = word[skipped : skipped + (len(word) - skipped) // 4 * 4]
            yield from re.findall(r"[0-9]{4,}", b64decode(part).decode("latin-1"))
