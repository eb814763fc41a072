"""The search itself: it finds a number however it is written, and takes no time of day for one."""

from base64 import b64encode

import pytest

from .search import numbers_in, shown

CODE = "482915"
LONG = "918273645"


@pytest.mark.parametrize(
    "written",
    [
        "482915",
        "Code482915",
        "482 915",
        "at 5 482 915, then",
        "2026-12-24 482915",
        "2026-12-24 15:00 48-29-15.",
        "4-8-2-9-1-5",
        "4.8.2.9.1.5",
        '{"code": ["4", "8", "2", "9", "1", "5"]}',
        r"{\"code\": [4, 8, 2, 9, 1, 5]}",
        r"\u0034\u0038\u0032\u0039\u0031\u0035",
        r"\x34\x38\x32\x39\x31\x35",
        "&#52;&#56;&#50;&#57;&#49;&#53;",
        "%34%38%32%39%31%35",
        "٤٨٢٩١٥",
        "４８２ ９１５",
        "519284",
        "519-284",
        "48,2915",
        "34 38 32 39 31 35",
        "b'\\x07343832393135'",
        b64encode(b"the code 482915 of").decode(),
        b64encode(b"he code 482915 of").decode(),
        b64encode(b"e code 482915 of").decode(),
    ],
)
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    assert shown({CODE, "737373"}, f"It is {written} indeed") == {CODE}


def test_a_long_number_is_found_within_others() -> None:
    assert shown({LONG}, f"7{LONG}7") == {LONG}


def test_what_is_no_number_is_found_as_it_is() -> None:
    link = "https://lock.example.com/k?id=7"
    assert shown({link, CODE}, f"Open {link}&more") == {link}


@pytest.mark.parametrize(
    "other",
    [
        "14829150",
        "48 29\n15",
        "2048-29-15",
        "at 48:29:15",
        "2026-12-24T15:00:00.482915+00:00",
        "1797000000.482915",
        "01JZ6M8T4VX0A5N3K7QWER482915",
        "4829 and 15",
    ],
)
def test_digits_that_are_something_else_are_not_taken_for_it(other: str) -> None:
    assert not shown({CODE}, f"It is {other} then")


def test_numbers_are_read_alone_and_together() -> None:
    assert numbers_in("from 12 34 to 5-6") >= {"12", "34", "1234", "5", "6", "56"}
