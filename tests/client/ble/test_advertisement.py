"""What a lock says to everybody: every vector of ttlock-ble-protocol.md 8.5, every layout of 2, and anything at all."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client.ble.advertisement import (
    COMPANY_ID,
    Advertisement,
    Kind,
    LockType,
    Scene,
    Watcher,
    parse,
    parse_raw,
)
from custom_components.ttlock.client.ble.frame import Header
from custom_components.ttlock.client.models import Bolt

from ...few import few
from .vectors import ADDRESS

OTHER = "AA:BB:CC:DD:EE:FF"
DOOR = {"kind": Kind.LOCK, "header": Header(5, 3, 2), "lock_type": LockType.V3}
DORMANT = {"is_dormant": True, "bolt": Bolt.UNKNOWN}


def reported(raw: str) -> dict[int, bytes]:
    """Return an advertisement as a Bluetooth stack reports it, which takes its first two bytes for a company."""
    data = bytes.fromhex(raw)
    return {int.from_bytes(data[:2], "little"): data[2:]}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("050302005700000000332211ccbbaa", {**DOOR, "bolt": Bolt.LOCKED, "battery": 87, "address": ADDRESS}),
        ("050302015700000000332211ccbbaa", {**DOOR, "bolt": Bolt.UNLOCKED, "battery": 87, "address": ADDRESS}),
        (
            "050302033e00000000ffeeddccbbaa",
            {**DOOR, "bolt": Bolt.UNLOCKED, "battery": 62, "address": OTHER, "has_new_records": True},
        ),
        (
            "0503020c6400000000332211ccbbaa",
            {
                **DOOR,
                "bolt": Bolt.LOCKED,
                "battery": 100,
                "address": ADDRESS,
                "is_in_setting_mode": True,
                "is_touched": True,
            },
        ),
        ("050302104c00000000332211ccbbaa", {**DOOR, **DORMANT, "battery": 76, "address": ADDRESS}),
        (
            "050302124c00000000aabbccddeeff",
            {**DOOR, **DORMANT, "battery": 76, "address": "FF:EE:DD:CC:BB:AA", "has_new_records": True},
        ),
        ("0503021064b000f4f95365332211ccbbaa", {**DOOR, **DORMANT, "battery": 100, "address": ADDRESS}),
        (
            "0503021240b000f4f95365332211ccbbaa",
            {**DOOR, **DORMANT, "battery": 64, "address": ADDRESS, "has_new_records": True},
        ),
        (
            "0503020236b000f4f95365332211ccbbaa",
            {**DOOR, "bolt": Bolt.LOCKED, "battery": 54, "address": ADDRESS, "has_new_records": True},
        ),
        ("0503023064b000f4f95365332211ccbbaa", {**DOOR, **DORMANT, "battery": 100, "address": ADDRESS}),
        (
            "0201000005040003032a00332211ccbbaa",
            {
                "kind": Kind.LOCK,
                "header": Header(5, 4, 3),
                "lock_type": LockType.V2S_PLUS,
                "bolt": Bolt.UNLOCKED,
                "battery": 42,
                "address": ADDRESS,
                "has_new_records": True,
            },
        ),
        (
            "112233440a010007003e00332211ccbbaa",
            {
                "kind": Kind.PARKING_LOCK,
                "header": Header(10, 1, 7),
                "lock_type": LockType.CAR,
                "bolt": Bolt.LOCKED,
                "battery": 62,
                "address": ADDRESS,
                "has_car": False,
            },
        ),
        (
            "050307115000000000332211ccbbaa",
            {
                "kind": Kind.PARKING_LOCK,
                "header": Header(5, 3, 7),
                "lock_type": LockType.V3_CAR,
                "bolt": Bolt.UNLOCKED,
                "battery": 80,
                "address": ADDRESS,
                "has_car": True,
            },
        ),
        (
            "112233440b010001023e00332211ccbbaa",
            {
                "kind": Kind.LOCK,
                "header": Header(11, 1, 1),
                "lock_type": LockType.MOBI,
                "bolt": Bolt.LOCKED,
                "battery": 62,
                "address": ADDRESS,
                "has_new_records": True,
            },
        ),
        (
            "05030a045000000000332211ccbbaa",
            {
                "kind": Kind.REMOTE,
                "header": Header(5, 3, 10),
                "lock_type": LockType.V3,
                "battery": 80,
                "address": ADDRESS,
                "is_in_setting_mode": True,
            },
        ),
        ("12190302057000000000332211ccbbaa", {"kind": Kind.UPDATE}),
        ("ff" * 15, {"kind": Kind.UPDATE}),
        ("13190302057000000000332211ccbbaa", {"kind": Kind.GATEWAY_UPDATE}),
        ("34120302057000000000332211ccbbaa", {"kind": Kind.WRISTBAND}),
        ("10150102057000000000332211ccbbaa", {"kind": Kind.KEYPAD, "step": (1, 2, 5)}),
    ],
)
def test_layouts(raw: str, expected: dict[str, Any]) -> None:
    assert parse(reported(raw)) == Advertisement(**expected)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "0503",
        "0503020057000000003322112233"[:28],
        "050302006500000000332211ccbbaa",
        "0503020057",
        "4c000215" + "00" * 20,
        "050502005700000000332211ccbbaa0000",
        "112233440a010007003e0033221",
    ],
)
def test_what_others_send_is_nothing(raw: str) -> None:
    assert parse(reported(raw[: len(raw) // 2 * 2])) is None
    assert parse_raw(bytes.fromhex(raw[: len(raw) // 2 * 2])) is None


def test_locks_of_old_kinds_say_nothing_of_themselves() -> None:
    old = reported("1122334405010002fffe00332211ccbbaa")
    assert parse(old) is None, "it could be anybody's"
    expected = Advertisement(kind=Kind.LOCK, address=ADDRESS, header=Header(5, 1, 2), lock_type=LockType.V2S)
    assert parse(old, name="LOCK_332211") == expected
    assert parse(old, expected=ADDRESS) == expected
    older = parse(reported("1122334403000000fffe00332211ccbbaa"), expected=ADDRESS)
    assert older is not None and (older.lock_type, older.battery) == (LockType.V2, None)
    named = parse(reported("050302015700000000332211ccbbaa"), name="LOCK_332211")
    assert named is not None and (named.bolt, named.battery) == (Bolt.UNKNOWN, None)


def test_an_update_may_be_told_by_the_name_alone() -> None:
    assert parse({}, name="ScienerDfu") == Advertisement(kind=Kind.UPDATE)
    assert parse({}, name="S534_332211") is None
    assert parse({}) is None


def test_scenes() -> None:
    for scene in (*range(15), 17):
        found = parse(reported(f"0503{scene:02x}005700000000332211ccbbaa"))
        assert found is not None and found.scene == Scene(scene)
    unknown = parse(reported("0503f0005700000000332211ccbbaa"))
    assert unknown is not None and unknown.scene is None
    assert Advertisement(kind=Kind.UPDATE).scene is None


def test_the_entry_of_the_lock_itself_counts() -> None:
    """A stack keeps what it heard before, from a device that had the address or from the lock in another mode."""
    lock, stranger = reported("050302015700000000332211ccbbaa"), reported("0201000005040003032a00ffeeddccbbaa")
    update = reported("12190302057000000000332211ccbbaa")
    for entries in (lock | stranger | update, update | stranger | lock, stranger | lock):
        found = parse(entries, expected=ADDRESS)
        assert found is not None and (found.address, found.bolt) == (ADDRESS, Bolt.UNLOCKED)
    assert parse(stranger, expected=ADDRESS) is None
    updating = parse(update, expected=ADDRESS)
    assert updating is not None and updating.kind is Kind.UPDATE


@few
@given(
    st.dictionaries(st.integers(-1, 2**17), st.binary(max_size=40), max_size=4),
    st.none() | st.text(max_size=12),
    st.sampled_from([None, ADDRESS]),
)
def test_nothing_makes_it_fail(data: dict[int, bytes], name: str | None, expected: str | None) -> None:
    found = parse(data, name=name, expected=expected)
    assert found is None or found.battery is None or 0 <= found.battery <= 100


@few
@given(st.sampled_from([b"\x05\x03", b"\x12\x19", b"\x10\x15", b"\x11\x22\x33\x44\x05\x04"]), st.binary(max_size=30))
def test_nothing_that_looks_like_a_lock_makes_it_fail(begin: bytes, rest: bytes) -> None:
    found = parse_raw(begin + rest)
    assert found is None or not (found.is_dormant and found.bolt is not Bolt.UNKNOWN)


def test_a_sleeping_lock_keeps_its_bolt() -> None:
    """The firmware says "locked" of an open bolt when its radio sleeps: the pair of packets of 2.2."""
    watcher = Watcher(ADDRESS)

    def bolts() -> Iterator[Bolt]:
        yield watcher.bolt
        for now, flags in enumerate(("01", "10", "00")):
            watcher.take(reported(f"050302{flags}4c00000000332211ccbbaa"), now=now)
            yield watcher.bolt

    assert list(bolts()) == [Bolt.UNKNOWN, Bolt.UNLOCKED, Bolt.UNLOCKED, Bolt.LOCKED]


def test_an_entry_that_did_not_change_was_not_sent() -> None:
    """Both layouts name the lock, and a stack keeps them in any order."""
    watcher = Watcher(ADDRESS)
    old = reported("0201000005040003032a00332211ccbbaa")
    watcher.take(old, now=0)
    for entries in (
        old | reported("050302005700000000332211ccbbaa"),
        reported("050302015600000000332211ccbbaa") | old,
        old | reported("050302005500000000332211ccbbaa"),
    ):
        live = entries[COMPANY_ID]
        found = watcher.take(entries, now=1)
        assert found is not None and found.battery == live[2]
        assert watcher.take(entries, now=2) == found, "the same again changes nothing"


def test_a_watcher_looks_at_its_own_lock_only() -> None:
    watcher = Watcher(ADDRESS)
    assert watcher.take(reported("050302015700000000ffeeddccbbaa"), now=0) is None
    assert watcher.latest is None
    own = reported("050302015700000000332211ccbbaa")
    assert watcher.take(own, now=1) == watcher.latest
    noise = {0x004C: bytes(20)}
    assert watcher.take(own | noise, now=2) == watcher.latest, "what changed was not of the lock"
    assert watcher.take({}, now=3) == watcher.latest


def test_a_battery_is_not_full_because_of_a_connection() -> None:
    watcher = Watcher(ADDRESS)
    full, half = reported("050302016400000000332211ccbbaa"), reported("050302013200000000332211ccbbaa")
    watcher.connected(0)
    watcher.take(full, now=1)
    assert watcher.battery == 100, "there is nothing better"
    watcher.take(half, now=100)
    watcher.connected(110)
    watcher.take(full, now=120)
    assert watcher.battery == 50
    watcher.take(half, now=130)
    watcher.take(full, now=300)
    assert watcher.battery == 100, "somebody has changed it"
