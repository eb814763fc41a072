"""Every error of the vendor has one row: what it means, what is said, what happens then."""

import re
from typing import Final

import pytest

from custom_components.ttlock.client.errors import (
    BLUETOOTH_FAULTS,
    LOCK_CODES,
    VENDOR_CODES,
    WITHOUT_VERDICT,
    Remedy,
    error_from_code,
    error_from_lock,
)

from .error_table import TABLE, shown, text
from .test_text_keys import section

CODES: Final = """
1 -3 10000 10001 10002 10003 10004 10005 10006 10007 10008 10009 10010 10011 20000 20001 20002 20003 20004 20005 20006
20007 20008 30001 30002 30003 30004 30005 30006 30007 30008 80000 80002 90000 -1003 -1007 -1008 -1016 -1018 -1021 -1023
-1026 -1027 -2009 -2012 -2018 -2019 -2020 -2023 -2025 -2032 -3002 -3003 -3006 -3007 -3008 -3009 -3011 -3016 -3034 -3035
-3036 -3037 -3039 -3046 -4037 -4043 -4056 -4063 -4064 -4067 -4082
"""
"""The codes of ttlock-open-api.md 3.2 that stand for an error."""
CODES_OF_LOCKS: Final = {*range(0x01, 0x09), *range(0x0A, 0x22), *range(0x25, 0x28), 0x60}
"""The codes of ttlock-ble-protocol.md 6.3 that a lock sends and that stand for an error."""


def test_every_code_of_the_vendor_has_a_row() -> None:
    assert set(VENDOR_CODES) == {int(code) for code in CODES.split()}
    assert set(LOCK_CODES) == CODES_OF_LOCKS


def test_the_page_is_what_the_code_says() -> None:
    assert TABLE.read_text(encoding="utf-8") == text(), "run script/error_table"


def test_an_error_knows_the_remedy_of_its_row() -> None:
    assert {code: error_from_code(code).remedy for code in VENDOR_CODES} == {
        code: row.remedy for code, row in VENDOR_CODES.items()
    }
    assert error_from_code(-987654).remedy is Remedy.RAISE
    for code, row in LOCK_CODES.items():
        err = error_from_lock(code)
        assert (type(err), err.reason, err.code, err.remedy) == (row.kind, row.reason, code, row.remedy)
    assert error_from_lock(0xEE).remedy is Remedy.RAISE


@pytest.mark.parametrize(
    "reason",
    sorted(
        {row.reason for table in (VENDOR_CODES, LOCK_CODES) for row in table.values()}
        | {kind.default_reason for kind in (*WITHOUT_VERDICT, *BLUETOOTH_FAULTS)}
    ),
)
def test_a_text_says_what_happened_and_then_what_to_do(reason: str) -> None:
    sentences = re.split(r"(?<=[.:,;]) ", section("exceptions", reason)["message"])
    assert len(sentences) > 1, f"{reason} has no remedy: {shown(reason, '')}"
