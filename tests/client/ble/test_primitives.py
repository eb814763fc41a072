"""CRC, encryption, the vendor's disguise of fields, and what a key sends: the vectors of ttlock-ble-protocol.md 8."""

import base64
import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
import json
import pickle
import traceback

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.cipher import DEFAULT_KEY, decrypt, encrypt
from custom_components.ttlock.client.ble.codec import decode_field, encode_field, scramble, unscramble
from custom_components.ttlock.client.ble.conversation import Access
from custom_components.ttlock.client.ble.crc import TABLE, crc8
from custom_components.ttlock.client.ble.frame import Header
from custom_components.ttlock.client.ble.key import LockKey, Role, format_aes_key, parse_aes_key
from custom_components.ttlock.client.ble.opcodes import VENDOR
from custom_components.ttlock.client.errors import InvalidInput

from ...few import few
from .vectors import ADDRESS, AES, KEY, TOKEN, UNKNOWN_ACCOUNT

COUNTING = bytes(range(16))
ROWS = """
00 5e bc e2 61 3f dd 83 c2 9c 7e 20 a3 fd 1f 41
9d c3 21 7f fc a2 40 1e 5f 01 e3 bd 3e 60 82 dc
23 07 9f c1 42 1c fe a0 e1 bf 5d 03 80 de 3c 62
"""


def test_the_table_of_the_check_byte_is_that_of_the_locks() -> None:
    assert TABLE[:48] == bytes.fromhex(ROWS)
    assert len(TABLE) == 256


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (bytes.fromhex("7f5a0503"), 0x3E),
        (bytes(range(0x32)), 0x76),
        (b"123456789", 0xA1),
        (b"\x21", 0x07),
        (bytes.fromhex("7f5a0503010001000136aa10666236976772afb235530649df5b1fcd"), 0x47),
    ],
)
def test_check_bytes(data: bytes, expected: int) -> None:
    assert crc8(data) == expected


@pytest.mark.parametrize(
    ("key", "plain", "ciphertext"),
    [
        (DEFAULT_KEY, VENDOR, "26ed1d9258a1e428fcb48bbd1c0e5a46"),
        (AES, bytes.fromhex("550112345678"), "3ddfd6e40bb3b6661207b1c5c29c222d"),
        (COUNTING, VENDOR, "3a7405449ad87c24efa3ebca9ea97370"),
        (COUNTING, b"", "07feef74e1d5036e900eee118e949293"),
        (AES, b"", "40cb2adbca859e1cdca121e3e20460a0"),
    ],
)
def test_encryption(key: bytes, plain: bytes, ciphertext: str) -> None:
    assert encrypt(key, plain).hex() == ciphertext
    assert decrypt(key, bytes.fromhex(ciphertext)) == plain


@few
@given(st.binary(min_size=16, max_size=16), st.binary(max_size=120))
def test_encryption_has_an_inverse(key: bytes, plain: bytes) -> None:
    assert decrypt(key, encrypt(key, plain)) == plain


@pytest.mark.parametrize("ciphertext", [b"", b"short", bytes(16), encrypt(COUNTING, VENDOR)])
def test_what_another_key_made_is_not_decrypted(ciphertext: bytes) -> None:
    with pytest.raises(ValueError, match=r"number of blocks|padding"):
        decrypt(AES, ciphertext)


def test_the_disguise_of_bytes() -> None:
    assert unscramble(bytes.fromhex("c80d4d0509fa21")).hex() == "34f1b1f9f506"
    digits = b"0123456789"
    begin = bytes.fromhex("1d1c1f1e19181b1a1514")
    assert scramble(digits * 3 + b"012", 0x2A) == begin * 3 + bytes.fromhex("1d1c1f2a")
    with pytest.raises(ValueError, match="seed"):
        unscramble(b"")


@pytest.mark.parametrize(
    ("field", "digits"),
    [
        ("MTAzLDEwMSw5OSw5NywxMTEsMTAyLDEwMCw5OCw5NiwxMTAsNDE=", "0246813579"),
        ("MTExLDExMCwxMDgsMTA2LDEwNCwxMDIsMTA5LDEwNywxMDUsMTAzLDMz", "0135792468"),
        ("MTU4LDE1MSwxNTksMTU3LDE1NSwxNTMsMTE1", "091357"),
        ("MjQxLDI0MiwyNDMsMjQ0LDI0NSwyNDYsMjQ3LDI0OCwyNDksOTI=", "123456789"),
        ("0246813579", "0246813579"),
        ("", ""),
    ],
)
def test_fields_of_digits(field: str, digits: str) -> None:
    assert decode_field(field) == Secret(digits)
    if len(field) > 10:
        seed = int(base64.b64decode(field).split(b",")[-1])
        assert encode_field(Secret(digits), seed) == field


def test_a_field_may_hold_negative_numbers() -> None:
    unsigned = base64.b64decode("MTU4LDE1MSwxNTksMTU3LDE1NSwxNTMsMTE1").split(b",")
    signed = ",".join(str(int(number) - 256 * (int(number) > 127)) for number in unsigned)
    assert decode_field(base64.b64encode(signed.encode()).decode()) == Secret("091357")


@few
@given(st.from_regex(r"[0-9]{0,30}", fullmatch=True), st.integers(1, 127))
def test_fields_have_an_inverse(digits: str, seed: int) -> None:
    assert decode_field(encode_field(Secret(digits), seed)) == Secret(digits)


@pytest.mark.parametrize(
    "field", ["not base64 at all", "AAAAAAAAAAAA", "bm90IG51bWJlcnM=", "letters", "4pi64pi64pi64pi6"]
)
def test_a_field_without_digits_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=r"field|digits"):
        decode_field(field)


@pytest.mark.parametrize(
    "text",
    [
        "a1,b2,c3,d4,e5,f6,07,18,29,3a,4b,5c,6d,7e,8f,90",
        "A1, b2,c3,d4,e5,f6,7,18,29,3a,4b,5c,6d,7e,8f,90",
        "a1.b2.c3.d4.e5.f6.07.18.29.3a.4b.5c.6d.7e.8f.90",
        "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    ],
)
def test_keys_of_every_spelling(text: str) -> None:
    assert parse_aes_key(text) == Secret(AES.hex())
    assert format_aes_key(parse_aes_key(text)) == "a1,b2,c3,d4,e5,f6,07,18,29,3a,4b,5c,6d,7e,8f,90"


@pytest.mark.parametrize(
    "text", ["", "a1,b2", "a1b2", "zz,", "100,b2,c3,d4,e5,f6,07,18,29,3a,4b,5c,6d,7e,8f,90", "a1," * 16]
)
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_aes_key(text)


def test_what_a_key_sends() -> None:
    assert KEY.admin_check().hex() == "081807540000030012d687"
    assert KEY.admin_check(flag=4).hex() == "081807540000040012d687"
    assert KEY.owner().hex() == "081807540eb6138b534349454e4552"
    assert KEY.answer_to(TOKEN) == 0x0FB8168F
    assert UNKNOWN_ACCOUNT.user_check().hex() == "00011f0e00630b1e0e0000000000000000"


def test_an_ekey_sends_its_own_period_in_the_time_of_the_lock() -> None:
    zone = timezone(timedelta(hours=8))
    ekey = replace(
        KEY,
        start=datetime(2026, 1, 15, 2, 30, tzinfo=UTC),
        end=datetime(2027, 12, 31, 23, 59, tzinfo=zone),
        zone=zone,
    )
    assert ekey.user_check().hex() == "1a010f0a1e1b0c1f173b0000030012d687"


@pytest.mark.parametrize(
    ("start", "end", "sent"),
    [
        (datetime(1999, 1, 1, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC), "00011f0e00 630b1e0e00"),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2000, 12, 31, tzinfo=UTC), "1a01010000 0101010000"),
        (datetime(2120, 1, 1, tzinfo=UTC), None, "620c1f173b 630b1e0e00"),
    ],
    ids=["no limits", "ended before this century", "begins in the next"],
)
def test_only_what_lies_beyond_a_limit_is_none(start: datetime, end: datetime | None, sent: str) -> None:
    """A key that ended before the years that a lock can write shall not open for ever, nor one that begins after."""
    key = replace(KEY, start=start, end=end)
    assert key.user_check()[:10] == bytes.fromhex(sent)


@pytest.mark.parametrize("hours", [-8, 8])
def test_the_ends_of_the_calendar_fit_into_every_zone(hours: int) -> None:
    key = replace(
        KEY,
        start=datetime.min.replace(tzinfo=UTC),
        end=datetime.max.replace(tzinfo=UTC),
        zone=timezone(timedelta(hours=hours)),
    )
    assert key.user_check()[:10] == bytes.fromhex("00011f0e00 630b1e0e00")


def test_a_number_that_is_none_is_not_quoted() -> None:
    key = replace(KEY, unlock=Secret("sesame"))
    with pytest.raises(InvalidInput) as refused:
        key.answer_to(1)
    assert "sesame" not in "".join(traceback.format_exception(refused.value))


def test_the_proof_stays_within_32_bits() -> None:
    key = replace(KEY, unlock=Secret(str(2**32 - 1)))
    assert key.answer_to(2) == 1


def test_a_key_knows_what_it_is_good_for() -> None:
    reader = LockKey(address=ADDRESS, aes=KEY.aes)
    assert [key.role for key in (reader, UNKNOWN_ACCOUNT, KEY)] == [Role.READER, Role.USER, Role.ADMIN]
    assert [access.role for access in Access] == [Role.READER, Role.USER, Role.USER, Role.ADMIN, Role.ADMIN]
    assert LockKey.unpaired(ADDRESS).is_default
    assert not KEY.is_default
    for ask in (reader.admin_check, reader.owner, lambda: reader.answer_to(1)):
        with pytest.raises(ValueError, match="part"):
            ask()


def test_a_key_shows_nothing_of_itself() -> None:
    shown = f"{KEY} {KEY!r} {KEY.aes} {KEY.unlock!r} {[KEY]}"
    assert all(part not in shown for part in (AES.hex(), "246813579", "135792468", "a1,b2", repr(AES)))
    for store in (pickle.dumps, copy.copy, json.dumps):
        with pytest.raises(TypeError):
            store(KEY)


def test_a_key_learns_the_version_of_its_lock() -> None:
    header = Header(5, 3, 2, 10, 12)
    assert KEY.with_header(header) == replace(KEY, header=header)
