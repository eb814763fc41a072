"""Every error of the vendor has one row: what it means, what is said, what happens then."""

import re
from typing import Final

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client.errors import (
    BLUETOOTH_FAULTS,
    LOCK_CODES,
    VENDOR_CODES,
    WITHOUT_VERDICT,
    AccountRejected,
    ApplicationRejected,
    ClockSkew,
    DeviceBusy,
    DeviceUnreachable,
    InvalidInput,
    NotExecuted,
    NotFound,
    NotPermitted,
    QuotaExceeded,
    RefreshRejected,
    Remedy,
    ServerFault,
    TokenRejected,
    TTLockError,
    Unsupported,
    VendorError,
    WrongRegion,
    error_from_code,
    error_from_lock,
)

from ..vendor_codes import CLASS_OF
from .error_table import TABLE, shown, text
from .test_text_keys import section

FITTING: Final[dict[str, tuple[set[type[TTLockError]], set[Remedy]]]] = {
    "config": ({ApplicationRejected, WrongRegion}, {Remedy.SIGN_IN}),
    "reauth": ({TokenRejected, AccountRejected, RefreshRejected}, {Remedy.SIGN_IN}),
    "clock": ({ClockSkew}, {Remedy.REPAIR}),
    "quota": ({QuotaExceeded}, {Remedy.REPAIR}),
    "offline": ({DeviceUnreachable, NotExecuted}, {Remedy.RETRY, Remedy.REPAIR}),
    "busy": ({DeviceBusy}, {Remedy.RETRY}),
    "unsupported": ({Unsupported}, {Remedy.RAISE, Remedy.REPAIR}),
    "permission": ({NotPermitted}, {Remedy.RAISE}),
    "not found": ({NotFound}, {Remedy.RAISE}),
    "input": ({InvalidInput}, {Remedy.RAISE, Remedy.REPAIR}),
    "bug": ({VendorError}, {Remedy.RAISE}),
    "server": ({ServerFault}, {Remedy.RETRY}),
}
"""What each class of the vendor's table may become."""
CODES_OF_LOCKS: Final = {*range(0x01, 0x09), *range(0x0A, 0x22), *range(0x25, 0x28), 0x60}
"""The codes of ttlock-ble-protocol.md 6.3 that a lock sends and that stand for an error."""


def test_every_code_of_the_vendor_has_a_row() -> None:
    assert set(VENDOR_CODES) == set(CLASS_OF)
    assert set(LOCK_CODES) == CODES_OF_LOCKS


@pytest.mark.parametrize("code", CLASS_OF)
def test_a_row_fits_the_class_that_the_vendor_gives(code: int) -> None:
    kinds, remedies = FITTING[CLASS_OF[code]]
    assert VENDOR_CODES[code].kind in kinds
    assert VENDOR_CODES[code].remedy in remedies


@given(st.integers())
def test_any_number_is_a_typed_error_with_a_text(code: int) -> None:
    err = error_from_code(code)
    assert err.code == code
    assert section("exceptions", err.reason)["message"]


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
