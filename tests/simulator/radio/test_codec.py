"""The simulator's own codec against what was recorded on real locks and computed by others (ttlock-ble-protocol.md 8)."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from simulator.radio import lockdata
from simulator.radio.advertising import State, advert, raw
from simulator.radio.codec import (
    DEFAULT_KEY,
    LONGEST,
    TERMINATOR,
    TEXTBOOK,
    Header,
    Intake,
    Undecipherable,
    build,
    crc,
    decode_field,
    encode_field,
    key_that_yields_terminator,
    seal,
    unseal,
)

from ...few import few

KEY = bytes.fromhex("a1b2c3d4e5f60718293a4b5c6d7e8f90")
GENERIC = Header(scene=1, group=1, organisation=1)

CAPTURED = [
    ("7f5a0503010001000107aa10ade4c30cccffef87e7a4b85e76213d43", 0xFE, 0xFE),
    ("7f5a0503010001000107aa104596cae76d5515c2d19981fb27041ebd", 0xD8, 0xD8),
    ("7f5a0503010001000107aa10784760ace8d2eabb493dd6d0385bebeb", 0x7A, 0x7A),
    ("7f5a0503020001000154aa102d2f9276f7eea8794974e465f0e99e18", 0x09, 0x57),
    ("7f5a0503020001000154aa20df862dda9de19dbdf73afce5eb29d32a24feca385bf44991075a85692353d6ac", 0xD0, 0x77),
    ("7f5a050302000a000c54aa1026033ba449ce33205035b7504424240f", 0xC2, 0x44),
    ("7f5a050302000a002254aa103aace6f65fe362e378a8011c1330b5b2", 0xB0, 0xB0),
    ("7f5a0503020001000155aa2056ae48d08f38e9936f685bf5a332f55bbb67415bfddf32b713e4ca7fe13ec8c6", 0x1A, 0x1A),
    ("7f5a0503020001000154aa20730d0ac33249f9d9c290485f6b8f6b347e75bfa1177f9069aea203aca4956752", 0xF7, 0xF7),
]
"""C1 to C9: frame, check value the lock sent, check value of the textbook."""

REQUESTS = [
    (DEFAULT_KEY, "534349454e4552", "7f5a0503010001000119aa1026ed1d9258a1e428fcb48bbd1c0e5a46bc"),
    (KEY, "081807540eb6138b534349454e4552", "7f5a0503010001000156aa10b35c4d098d551f7b2e083979062b144476"),
    (KEY, "081807540000030012d687", "7f5a0503010001000141aa10f8b95d66815c3f6869ed4569eaee382c51"),
    (
        KEY,
        "00011f0e00630b1e0e0000000000000000",
        "7f5a0503010001000155aa207ac5eb74697c18b497df69525bec9ec3c931f4ca74b513e28e6f63b531c55c69ce",
    ),
    (KEY, "0fb8168f6955b900", "7f5a0503010001000147aa101adca06896d56e4b77c6ed4908906c3b80"),
    (KEY, "01", "7f5a0503010001000136aa10666236976772afb235530649df5b1fcd47"),
    (KEY, "ffff", "7f5a0503010001000125aa102a20efca5d1ea56e8e610f5c10c78639cb"),
    (KEY, "", "7f5a0503010001000134aa00f7"),
]
"""8.3: key, plaintext, frame."""


@pytest.mark.parametrize(("frame", "sent", "textbook"), CAPTURED)
def test_check_values_are_those_real_locks_sent(frame: str, sent: int, textbook: int) -> None:
    octets = bytes.fromhex(frame)
    assert (crc(octets), crc(octets, TEXTBOOK)) == (sent, textbook)
    (read,) = Intake().feed(octets + bytes([sent]) + TERMINATOR)
    assert read.intact(forgive_textbook=False)
    (other,) = Intake().feed(octets + bytes([textbook]) + TERMINATOR)
    assert other.intact(forgive_textbook=True)
    assert other.intact(forgive_textbook=False) == (sent == textbook)


def test_check_values_of_others() -> None:
    assert crc(bytes.fromhex("7f5a0503")) == 0x3E
    assert crc(bytes.fromhex("".join(f"{octet:02x}" for octet in range(0x32)))) == 0x76
    assert crc(b"123456789") == crc(b"123456789", TEXTBOOK) == 0xA1
    assert (crc(b"\x21"), crc(b"\x21", TEXTBOOK)) == (0x07, 0x7D)


@pytest.mark.parametrize(("key", "plain", "frame"), REQUESTS)
def test_requests_are_those_of_the_vendor(key: bytes, plain: str, frame: str) -> None:
    octets, text = bytes.fromhex(frame), bytes.fromhex(plain)
    (read,) = Intake().feed(octets + TERMINATOR)
    assert unseal(read.payload, key) == text
    assert build(GENERIC, read.opcode, seal(text, key) if text else b"") == octets + TERMINATOR


def test_cipher_is_that_of_others() -> None:
    assert unseal(bytes.fromhex("3ddfd6e40bb3b6661207b1c5c29c222d"), KEY).hex() == "550112345678"
    assert seal(b"", KEY).hex() == "40cb2adbca859e1cdca121e3e20460a0"
    assert seal(b"SCIENER", bytes(range(16))).hex() == "3a7405449ad87c24efa3ebca9ea97370"
    with pytest.raises(Undecipherable):
        unseal(bytes.fromhex("3ddfd6e40bb3b6661207b1c5c29c222d"), DEFAULT_KEY)
    with pytest.raises(Undecipherable):
        unseal(b"\0" * 15, KEY)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("MTAzLDEwMSw5OSw5NywxMTEsMTAyLDEwMCw5OCw5NiwxMTAsNDE=", "0246813579"),
        ("MTExLDExMCwxMDgsMTA2LDEwNCwxMDIsMTA5LDEwNywxMDUsMTAzLDMz", "0135792468"),
        ("MTU4LDE1MSwxNTksMTU3LDE1NSwxNTMsMTE1", "091357"),
        ("MjQxLDI0MiwyNDMsMjQ0LDI0NSwyNDYsMjQ3LDI0OCwyNDksOTI=", "123456789"),
    ],
)
def test_fields_of_the_cloud_are_read_as_others_do(field: str, text: str) -> None:
    assert decode_field(field) == text


@few
@given(st.text("0123456789", min_size=11, max_size=60), st.integers(1, 127))
def test_fields_come_back(text: str, seed: int) -> None:
    assert decode_field(encode_field(text, seed)) == text


def test_lock_data_is_that_of_the_vendor() -> None:
    text = "JAZG/e/Heh7PxV5JAONvCLByG0UcKzzEozUmwt5q23kF7PW/O8/dIKcgwIAT3r5wIIL6YrJWEJbW4MODdYxfsKq7zBEiMw=="
    members = {"lockMac": "AA:BB:CC:11:22:33", "aesKeyStr": "a1"}
    assert lockdata.decode(text) == members
    assert lockdata.encode("AA:BB:CC:11:22:33", members) == text
    for wrong in ("", "other lock data", text[:-8], text[4:]):
        with pytest.raises(lockdata.NoLockData):
            lockdata.read(wrong)


@few
@given(
    st.lists(st.binary(max_size=60), min_size=1, max_size=3),
    st.integers(1, 25),
    st.binary(max_size=20).filter(lambda noise: b"\x7f" not in noise),
)
def test_frames_survive_any_cut_and_what_is_around_them(texts: list[bytes], size: int, noise: bytes) -> None:
    intake = Intake()
    stream = noise + b"".join(build(GENERIC, 0x54, seal(text, KEY)) for text in texts)
    frames = [frame for start in range(0, len(stream), size) for frame in intake.feed(stream[start : start + size])]
    assert [unseal(frame.payload, KEY) for frame in frames] == texts


def test_terminator_in_the_ciphertext_ends_nothing() -> None:
    plain = bytes.fromhex("4701580000000069")
    key = key_that_yields_terminator(plain)
    frame = build(GENERIC, 0x54, seal(plain, key))
    assert frame.count(TERMINATOR) == 2
    (read,) = Intake().feed(frame)
    assert unseal(read.payload, key) == plain


@few
@given(st.binary(max_size=2000))
def test_nothing_makes_the_intake_grow(noise: bytes) -> None:
    intake = Intake()
    intake.feed(noise)
    assert len(intake._buffer) <= LONGEST


@pytest.mark.parametrize(
    ("flags", "battery", "octets"),
    [(0x10, 100, "0503021064b000f4f95365"), (0x12, 64, "0503021240b000f4f95365"), (0x02, 54, "0503020236b000f4f95365")],
)
def test_advertisement_is_that_of_real_locks(flags: int, battery: int, octets: str) -> None:
    state = State(header=Header(), mac="AA:BB:CC:11:22:33", battery=battery, flags=flags)
    assert raw(state).hex() == octets + "332211ccbbaa"
    sent = advert("M302_332211", state, -70)
    assert sent.manufacturer_data == {773: bytes.fromhex(octets[4:] + "332211ccbbaa")}


@pytest.mark.parametrize(
    ("plain", "frame"),
    [
        ("550101020304", "7f5a0503010001000154aa10ce17feac4a0c888c7aa99f16996bb19488"),
        ("55000e", "7f5a0503010001000154aa1094abe57cd6c3e4224f1d0ddfd8a5c6cff0"),
        ("410101020304", "7f5a0503010001000154aa10039c9fd5a4db0bf616bc326b93e78b932a"),
        ("3001", "7f5a0503010001000154aa10c5cfa96fcb4177ba2db1bdd30819043a47"),
        (
            "470158000000006955b9001a010f0a1e2d",
            "7f5a0503010001000154aa20f26238c9fef0af38653ffc1c8b097058a22adb9e4a5387e0ee21deb52573d4634b",
        ),
        ("1401580002", "7f5a0503010001000154aa10ab42eab13a813deba86640ab8540cf771d"),
        ("14012c0102", "7f5a0503010001000154aa108727e401339126f9d87c460efc2e046a3e"),
        ("36015801000500010384", "7f5a0503010001000154aa10a2a25ee141484cfa4ac99c866da7678536"),
        ("01016471c4f5f100000510", "7f5a0503010001000154aa109d7359766a0a941cb2beb816abf27f9ace"),
        (
            "25010013001110011a010f0a1e2d58000000006955b900",
            "7f5a0503010001000154aa203fb561a3e23262579649e46e2a591be9a25b6619860b7157e4d0ceb4ba821d7e63",
        ),
        ("0501580201deadbeef", "7f5a0503010001000154aa10bf1d041eb70d14c8e0e88c933f5c4c5e56"),
        ("6601580101010100081e112d", "7f5a0503010001000154aa10e21ef58c570b02b40dc5b216604de931f6"),
        ("680158010000001700000003", "7f5a0503010001000154aa107146c88ffd1c8a704b543caeacdd18023a"),
        ("", "7f5a0503010001000154aa0052"),
    ],
)
def test_replies_are_those_others_can_read(plain: str, frame: str) -> None:
    text = bytes.fromhex(plain)
    assert build(GENERIC, 0x54, seal(text, KEY) if text else b"").hex() == frame + "0d0a"


def test_other_protocols_and_waiting_for_firmware_look_otherwise() -> None:
    state = State(header=Header(protocol=5, version=4, scene=3), mac="AA:BB:CC:11:22:33", battery=42, flags=3)
    assert raw(state).hex() == "0201000005040003032a00332211ccbbaa"
    assert raw(replace(state, updating=True)).hex() == "1219" + "00" * 9 + "332211ccbbaa"
