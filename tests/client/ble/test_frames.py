"""Frames on the wire: what was captured, what is sent, and whatever radio makes of it (ttlock-ble-protocol.md 1.3, 8)."""

import itertools

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client.ble.crc import crc8
from custom_components.ttlock.client.ble.frame import (
    MAGIC,
    MAX_FRAME,
    MAX_PAYLOAD,
    TERMINATOR,
    Frame,
    Header,
    Reassembler,
    pieces,
)
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.opcodes import Opcode

from ...few import few
from .vectors import ADDRESS, KEY, OTHER_HEADER

CAPTURED = {
    "C1": ("7f5a0503010001000107aa10ade4c30cccffef87e7a4b85e76213d43", "fe"),
    "C2": ("7f5a0503010001000107aa104596cae76d5515c2d19981fb27041ebd", "d8"),
    "C3": ("7f5a0503010001000107aa10784760ace8d2eabb493dd6d0385bebeb", "7a"),
    "C4": ("7f5a0503020001000154aa102d2f9276f7eea8794974e465f0e99e18", "09"),
    "C5": ("7f5a0503020001000154aa20df862dda9de19dbdf73afce5eb29d32a24feca385bf44991075a85692353d6ac", "d0"),
    "C6": ("7f5a050302000a000c54aa1026033ba449ce33205035b7504424240f", "c2"),
    "C7": ("7f5a050302000a002254aa103aace6f65fe362e378a8011c1330b5b2", "b0"),
    "C8": ("7f5a0503020001000155aa2056ae48d08f38e9936f685bf5a332f55bbb67415bfddf32b713e4ca7fe13ec8c6", "1a"),
    "C9": ("7f5a0503020001000154aa20730d0ac33249f9d9c290485f6b8f6b347e75bfa1177f9069aea203aca4956752", "f7"),
}
REQUESTS = {
    "init": (Opcode.INITIALIZATION, "", "7f5a0503010001000145aa00b3"),
    "reset": (Opcode.RESET_LOCK, "", "7f5a0503010001000152aa0083"),
    "finished": (Opcode.OPERATE_FINISHED, "", "7f5a0503010001000157aa00b6"),
    "features": (Opcode.FEATURES, "", "7f5a0503010001000101aa001c"),
    "admin code": (Opcode.GET_ADMIN_PASSCODE, "", "7f5a0503010001000165aa0027"),
    "add admin": (
        Opcode.ADD_ADMIN,
        "081807540eb6138b534349454e4552",
        "7f5a0503010001000156aa10b35c4d098d551f7b2e083979062b144476",
    ),
    "check admin": (
        Opcode.CHECK_ADMIN,
        "081807540000030012d687",
        "7f5a0503010001000141aa10f8b95d66815c3f6869ed4569eaee382c51",
    ),
    "check user": (
        Opcode.CHECK_USER_TIME,
        "00011f0e00630b1e0e0000000000000000",
        "7f5a0503010001000155aa207ac5eb74697c18b497df69525bec9ec3c931f4ca74b513e28e6f63b531c55c69ce",
    ),
    "check user, period": (
        Opcode.CHECK_USER_TIME,
        "1a010f0a1e1b0c1f173b0000030012d687",
        "7f5a0503010001000155aa205f4bacfeea6865c07a39f02251341e5fe3c4ca7d650770f34b25981b1801f30ac5",
    ),
    "check random": (Opcode.CHECK_RANDOM, "0fb8168f", "7f5a0503010001000130aa10101f51ad603dbf80c3ca1135f79437e944"),
    "unlock": (Opcode.UNLOCK, "0fb8168f6955b900", "7f5a0503010001000147aa101adca06896d56e4b77c6ed4908906c3b80"),
    "lock": (Opcode.LOCK, "0fb8168f6955b900", "7f5a0503010001000158aa101adca06896d56e4b77c6ed4908906c3b06"),
    "dead lock": (Opcode.DEAD_LOCK, "0fb8168f6955b900", "7f5a0503010001000169aa101adca06896d56e4b77c6ed4908906c3bb0"),
    "time": (Opcode.GET_CLOCK, "", "7f5a0503010001000134aa00f7"),
    "status": (Opcode.STATUS, "534349454e4552", "7f5a0503010001000114aa1070a33471847bcd96bc28a01df1ccf318e8"),
    "auto-lock get": (Opcode.AUTO_LOCK, "01", "7f5a0503010001000136aa10666236976772afb235530649df5b1fcd47"),
}
REPLIES = {
    "19 ok": (
        "1901a1b2c3d4e5f60718293a4b5c6d7e8f90",
        "7f5a0503010001000119aa206697e1d20be730892235938636b6aa8152f8c1ce49dac222568c6b2f5d0dc79164",
    ),
    "56 ok": ("5601534349454e4552", "7f5a0503010001000154aa10f6b458779f7c5df458607a95870697a031"),
    "55 ok": ("550101020304", "7f5a0503010001000154aa10ce17feac4a0c888c7aa99f16996bb19488"),
    "55 expired": ("55000e", "7f5a0503010001000154aa1094abe57cd6c3e4224f1d0ddfd8a5c6cff0"),
    "41 ok": ("410101020304", "7f5a0503010001000154aa10039c9fd5a4db0bf616bc326b93e78b932a"),
    "30 ok": ("3001", "7f5a0503010001000154aa10c5cfa96fcb4177ba2db1bdd30819043a47"),
    "47 full": (
        "470158000000006955b9001a010f0a1e2d",
        "7f5a0503010001000154aa20f26238c9fef0af38653ffc1c8b097058a22adb9e4a5387e0ee21deb52573d4634b",
    ),
    "47 short": ("470158", "7f5a0503010001000154aa10074a0640276d103867a318e2d98a7f3fcc"),
    "47 failed": ("47001b", "7f5a0503010001000154aa105aacdc890db115141a72e3ef6519bebbe4"),
    "14 locked": ("1401580002", "7f5a0503010001000154aa10ab42eab13a813deba86640ab8540cf771d"),
    "14 unlocked": ("1401580102", "7f5a0503010001000154aa10c9c3d264a0e264c723eaf303e87151bb4d"),
    "push 3": ("14012c0102", "7f5a0503010001000154aa108727e401339126f9d87c460efc2e046a3e"),
    "push 15": (
        "14012c000000006a0224a31a050b0f3008",
        "7f5a0503010001000154aa204f1ca6645842bc2bd2d487c6c3d23a7dea9c2c4f3a365bf5f1253b4c9272cde873",
    ),
    "34 time": ("34011a010f0a1e2d", "7f5a0503010001000154aa10ed3b4c235b3865dec4c483e0d7eaaf837a"),
    "43 ok": ("4301", "7f5a0503010001000154aa108ff1f754d779e07ab443d12a19cc59c036"),
    "25 empty": ("25010000", "7f5a0503010001000154aa10da48994d325a72ee654368f18b8dd16895"),
}
frames = st.builds(
    Frame,
    st.builds(Header, *[st.integers(0, 255)] * 3, *[st.integers(0, 65535)] * 2),
    st.integers(0, 255),
    st.integers(0, MAX_PAYLOAD // 16).flatmap(lambda blocks: st.binary(min_size=16 * blocks, max_size=16 * blocks)),
    st.integers(0, 255),
)
noise = st.binary(max_size=60).filter(lambda data: MAGIC not in data and not data.endswith(MAGIC[:1]))


def fed(data: bytes, cuts: list[int] | None = None) -> list[Frame]:
    """Return what a reassembler finds in some bytes that come in pieces."""
    reassembler = Reassembler()
    found: list[Frame] = []
    edges = sorted({0, *(cut % (len(data) + 1) for cut in cuts or ()), len(data)})
    for begin, end in itertools.pairwise(edges):
        found += reassembler.feed(data[begin:end])
    return found


@pytest.mark.parametrize("name", CAPTURED)
def test_captured_frames_have_the_check_byte_of_the_altered_table(name: str) -> None:
    body, check = CAPTURED[name]
    raw = bytes.fromhex(body)
    assert crc8(raw) == int(check, 16)
    data = raw + bytes.fromhex(check) + TERMINATOR
    (frame,) = fed(data)
    assert frame.encode() == data
    assert fed(raw + bytes.fromhex(check)) == [], "the end is missing"


def test_the_header_of_a_captured_frame() -> None:
    (frame,) = fed(bytes.fromhex(CAPTURED["C6"][0] + CAPTURED["C6"][1]) + TERMINATOR)
    assert (frame.header, frame.opcode, frame.marker) == (OTHER_HEADER, 0x54, 0xAA)


@pytest.mark.parametrize("name", REQUESTS)
def test_requests(name: str) -> None:
    opcode, plain, expected = REQUESTS[name]
    payload = KEY.encrypt(bytes.fromhex(plain)) if plain else b""
    assert Frame(KEY.header, opcode, payload).encode() == bytes.fromhex(expected) + TERMINATOR
    (frame,) = fed(bytes.fromhex(expected) + TERMINATOR)
    assert frame.opcode == opcode
    assert (KEY.decrypt(frame.payload).hex() if frame.payload else "") == plain


def test_requests_under_the_key_of_the_vendor_and_another_header() -> None:
    nobody = LockKey.unpaired(ADDRESS)
    get_key = Frame(nobody.header, Opcode.GET_AES_KEY, nobody.encrypt(b"SCIENER")).encode()
    assert get_key[:-2].hex() == "7f5a0503010001000119aa1026ed1d9258a1e428fcb48bbd1c0e5a46bc"
    status = Frame(OTHER_HEADER, Opcode.STATUS, KEY.encrypt(b"SCIENER")).encode()
    assert status[:-2].hex() == "7f5a050302000a000c14aa1070a33471847bcd96bc28a01df1ccf318b8"


@pytest.mark.parametrize("name", REPLIES)
def test_replies(name: str) -> None:
    plain, expected = REPLIES[name]
    (frame,) = fed(bytes.fromhex(expected) + TERMINATOR)
    key = LockKey.unpaired(ADDRESS) if frame.opcode == Opcode.GET_AES_KEY else KEY
    assert key.decrypt(frame.payload).hex() == plain
    assert (
        Frame(KEY.header, frame.opcode, key.encrypt(bytes.fromhex(plain))).encode()
        == bytes.fromhex(expected) + TERMINATOR
    )


def test_a_padded_request_and_captured_plaintexts_are_understood() -> None:
    (padded,) = fed(bytes.fromhex("7f5a0503010001000134aa1040cb2adbca859e1cdca121e3e20460a0f5") + TERMINATOR)
    assert KEY.decrypt(padded.payload) == b""
    (sentinels,) = fed(bytes.fromhex(CAPTURED["C8"][0] + CAPTURED["C8"][1]) + TERMINATOR)
    assert KEY.decrypt(sentinels.payload).hex() == "0001311400991130140000000000000000"


def test_frames_go_out_in_pieces_of_twenty() -> None:
    data = Frame(KEY.header, Opcode.CHECK_USER_TIME, bytes(32)).encode()
    assert [len(piece) for piece in pieces(data)] == [20, 20, 7]
    assert b"".join(pieces(data)) == data


def test_a_payload_that_no_lock_would_read_is_not_sent() -> None:
    assert Frame(KEY.header, 0x31, bytes(MAX_PAYLOAD)).encode()
    with pytest.raises(ValueError, match="longer"):
        Frame(KEY.header, 0x31, bytes(MAX_PAYLOAD + 1)).encode()


@few
@given(frames, st.lists(st.integers(0, 400), max_size=8))
def test_a_frame_survives_any_split(frame: Frame, cuts: list[int]) -> None:
    assert fed(frame.encode(), cuts) == [frame]


@few
@given(st.lists(st.tuples(noise, frames), min_size=1, max_size=3), noise, st.lists(st.integers(0, 900), max_size=8))
def test_frames_survive_noise_around_them(parts: list[tuple[bytes, Frame]], after: bytes, cuts: list[int]) -> None:
    data = b"".join(before + frame.encode() for before, frame in parts) + after
    assert fed(data, cuts) == [frame for _, frame in parts]


@few
@given(frames, frames)
def test_ciphertext_may_hold_the_end_and_the_beginning_of_frames(inner: Frame, outer: Frame) -> None:
    payload = (TERMINATOR + MAGIC + TERMINATOR * 2 + inner.payload + outer.payload)[:MAX_PAYLOAD]
    frame = Frame(outer.header, outer.opcode, payload, outer.marker)
    assert fed(frame.encode() + inner.encode(), [17, 30]) == [frame, inner]


@few
@given(frames, frames, st.integers(1, 400))
def test_a_frame_that_broke_off_does_not_hide_the_next(first: Frame, second: Frame, kept: int) -> None:
    whole = first.encode()
    assert fed(whole[: kept % len(whole)] + second.encode()) == [second]


@few
@given(frames, st.integers(0, 10**6), st.integers(0, 7))
def test_a_frame_with_a_wrong_bit_is_none(frame: Frame, place: int, bit: int) -> None:
    """The altered table lets few wrong bits pass, which the encryption shows; the next frame is found in any case."""
    data = bytearray(frame.encode())
    data[place % len(data)] ^= 1 << bit
    reassembler = Reassembler()
    assert frame not in reassembler.feed(bytes(data))
    assert reassembler.feed(Frame(Header(), 0x54).encode())[-1] == Frame(Header(), 0x54)


@few
@given(st.lists(st.binary(max_size=700), max_size=6))
def test_nothing_makes_the_buffer_grow(chunks: list[bytes]) -> None:
    reassembler = Reassembler()
    for chunk in chunks:
        reassembler.feed(chunk)
        assert len(reassembler) < MAX_FRAME
    reassembler.feed(MAGIC + bytes(9) + b"\xff")
    for _ in range(40):
        reassembler.feed(MAGIC * 20)
        assert len(reassembler) < MAX_FRAME


@few
@given(frames, st.booleans())
def test_a_frame_without_its_end_can_be_taken(frame: Frame, has_half: bool) -> None:
    reassembler = Reassembler()
    assert reassembler.feed(frame.encode()[: -1 if has_half else -2]) == []
    assert reassembler.without_end() == [frame]
    assert reassembler.without_end() == []


def test_what_came_to_nothing_is_counted() -> None:
    reassembler = Reassembler()
    good = Frame(Header(), 0x54)
    reassembler.feed(b"noise" + good.encode())
    assert reassembler.damaged == 0
    bad = bytearray(good.encode())
    bad[-3] ^= 1
    reassembler.feed(bytes(bad))
    assert reassembler.damaged == 1
    reassembler.feed(good.encode()[:-4] + good.encode())
    assert reassembler.damaged == 2
