"""`lockData` both ways, and the other shapes in which a cloud hands out a key (ttlock-ble-protocol.md 4.4, 4.5)."""

import base64
from collections.abc import Mapping
import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
import json
import pickle

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import Feature, Features, Secret
from custom_components.ttlock.client.ble import cipher
from custom_components.ttlock.client.ble.frame import DEFAULT_HEADER, Header
from custom_components.ttlock.client.ble.key import LockKey, Role
from custom_components.ttlock.client.ble.lock_data import (
    LockData,
    YearSeed,
    decode_seeds,
    encode_seeds,
    key_from_cloud,
)
from custom_components.ttlock.client.errors import KeyInvalid

from ...few import few
from .vectors import ADDRESS, AES, KEY, OTHER_HEADER, packed

A12 = "JAZG/e/Heh7PxV5JAONvCLByG0UcKzzEozUmwt5q23kF7PW/O8/dIKcgwIAT3r5wIIL6YrJWEJbW4MODdYxfsKq7zBEiMw=="
NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
ZONE = timezone(timedelta(hours=8))
FEATURES = Features(0x800C2D4435CCF5F7)
SEEDS = tuple(YearSeed(year=2026 + index, code=100 + index, secret=Secret(f"{10**9 + index}")) for index in range(10))
MEMBERS = {
    "lockMac": ADDRESS,
    "lockName": "S534_332211",
    "userType": "110301",
    "lockVersion": {"protocolType": 5, "protocolVersion": 3, "scene": 2, "groupId": 10, "orgId": 12},
    "adminPwd": "MTExLDExMCwxMDgsMTA2LDEwNCwxMDIsMTA5LDEwNywxMDUsMTAzLDMz",
    "lockKey": "MTAzLDEwMSw5OSw5NywxMTEsMTAyLDEwMCw5OCw5NiwxMTAsNDE=",
    "lockFlagPos": 3,
    "uid": 1234567,
    "aesKeyStr": "a1,b2,c3,d4,e5,f6,07,18,29,3a,4b,5c,6d,7e,8f,90",
    "startDate": 949338000000,
    "endDate": 4099741200000,
    "timezoneRawOffset": 28800000,
    "specialValue": 902624759,
}


def test_the_vector_of_the_vendor_both_ways() -> None:
    data = LockData.decode(Secret(A12))
    assert json.loads(data.members.reveal()) == {"lockMac": ADDRESS, "aesKeyStr": "a1"}
    assert data.encode() == Secret(A12)


def test_the_key_of_an_administrator() -> None:
    data = LockData.decode(packed(json.dumps(MEMBERS)))
    assert data.key == replace(KEY, header=OTHER_HEADER, zone=ZONE)
    assert data.is_of_admin
    assert data.name == "S534_332211"
    assert Feature.CARD in data.features


@pytest.mark.parametrize("signature", [',"sign":"MEUCIQ=="}', ',"sign"MEUCIQ==', ""])
def test_the_key_of_an_ekey_ends_with_a_signature(signature: str) -> None:
    members = {**MEMBERS, "userType": "110302", "startDate": 1768473000000, "endDate": 1830268740000}
    del members["adminPwd"]
    data = LockData.decode(packed(json.dumps(members)[:-1] + (signature or "}")))
    key = data.key
    assert key.role is Role.USER
    assert (key.start, key.end) == (NOW, datetime(2027, 12, 31, 23, 59, tzinfo=ZONE))
    assert not data.is_of_admin
    assert data.admin_passcode is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no base64!",
        base64.b64encode(bytes(6)).decode(),
        base64.b64encode(bytes(38)).decode(),
        packed("[1]").reveal(),
        packed("no JSON").reveal(),
        packed('{"lockMac":"AA:BB:CC:11:22:34"}').reveal(),
        packed("{}").reveal(),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(KeyInvalid, match="lock_data_unreadable"):
        LockData.decode(Secret(text))


def test_a_key_needs_its_address_and_encryption() -> None:
    for missing in ("lockMac", "aesKeyStr"):
        with pytest.raises(KeyInvalid, match="lock_data_unreadable"):
            key_from_cloud({**MEMBERS, missing: None})
    with pytest.raises(KeyInvalid):
        _ = LockData.decode(Secret(A12)).key


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"lockVersion": json.dumps(MEMBERS["lockVersion"])}, {}),
        ({"lockVersion": "no JSON"}, {"header": DEFAULT_HEADER}),
        ({"lockVersion": None}, {"header": DEFAULT_HEADER}),
        ({"lockVersion": {"scene": 2, "groupId": 70000, "orgId": "x"}}, {"header": Header(scene=2)}),
        ({"lockKey": None, "unlockKey": "0246813579"}, {}),
        ({"adminPwd": None, "adminPs": "0135792468"}, {}),
        ({"adminPwd": "cannot be read"}, {"admin": None}),
        ({"lockKey": None}, {"unlock": None}),
        ({"userType": 110302}, {"admin": None}),
        ({"startDate": 0, "endDate": "0"}, {}),
        ({"lockMac": ADDRESS.lower()}, {}),
        ({"timezoneRawOffset": None}, {"zone": UTC}),
        ({"timezoneRawOffset": 10**12}, {"zone": UTC}),
        ({"uid": None, "lockFlagPos": None}, {"uid": 0, "flag": 0}),
    ],
)
def test_objects_of_the_cloud_that_hold_a_key(changes: Mapping[str, object], expected: Mapping[str, object]) -> None:
    whole = replace(KEY, header=OTHER_HEADER, zone=ZONE)
    assert key_from_cloud({**MEMBERS, **changes}) == replace(whole, **expected)  # type: ignore[arg-type]


def paired(**changes: object) -> LockData:
    given = {
        "name": "S534_332211",
        "now": NOW,
        "features": FEATURES,
        "admin_passcode": Secret("7654321"),
        "delete_passcode": Secret("99887766"),
        "seeds": SEEDS,
        "battery": 88,
        "model": "SN478_PV53",
        "hardware": "1.6",
        "firmware": "4.1.18",
        "manufactured": "20250102",
        "settings": {"autoLockTime": 5, "lockSound": 1},
        **changes,
    }
    return LockData.of_pairing(replace(KEY, zone=ZONE, header=OTHER_HEADER), **given)  # type: ignore[arg-type]


def test_what_is_told_of_a_paired_lock_can_be_read_back() -> None:
    data = LockData.decode(paired().encode())
    assert data.key == replace(KEY, zone=ZONE, header=OTHER_HEADER)
    assert data.is_of_admin
    assert data.address == ADDRESS
    assert data.features == FEATURES
    assert data.admin_passcode == Secret("7654321")
    assert data.delete_passcode == Secret("99887766")
    assert data.seeds == SEEDS


def test_the_vendor_finds_its_own_words_in_it() -> None:
    members = json.loads(paired(battery=None, delete_passcode=None).members.reveal())
    plain = {
        name: value for name, value in members.items() if name not in ("adminPwd", "lockKey", "noKeyPwd", "pwdInfo")
    }
    assert plain | {"ref": ""} == {
        "uid": 1234567,
        "lockMac": ADDRESS,
        "lockName": "S534_332211",
        "userType": "110301",
        "lockVersion": MEMBERS["lockVersion"],
        "lockFlagPos": 3,
        "deletePwd": "",
        "timestamp": 1768473000000,
        "aesKeyStr": MEMBERS["aesKeyStr"],
        "specialValue": 902624759,
        "featureValue": "800C2D4435CCF5F7",
        "startDate": 949338000000,
        "endDate": 4099741200000,
        "electricQuantity": -1,
        "timezoneRawOffset": 28800000,
        "modelNum": "SN478_PV53",
        "hardwareRevision": "1.6",
        "firmwareRevision": "4.1.18",
        "factoryDate": "20250102",
        "ref": "",
        "version": "1.0",
        "autoLockTime": 5,
        "lockSound": 1,
    }
    assert members["noKeyPwd"] != "7654321"


def test_a_raised_counter_and_changed_settings_are_told() -> None:
    data = LockData.decode(packed(json.dumps({**MEMBERS, "unknownOfTomorrow": [1]})))
    changed = data.with_key(replace(data.key, flag=4)).with_members({"autoLockTime": 30})
    again = LockData.decode(changed.encode())
    assert again.key == replace(data.key, flag=4)
    members = json.loads(again.members.reveal())
    assert (members["autoLockTime"], members["unknownOfTomorrow"]) == (30, [1])


def test_the_ekey_of_an_ekey_does_not_become_one_of_an_administrator() -> None:
    ekey = replace(KEY, admin=None, start=NOW)
    data = LockData.decode(packed(json.dumps({**MEMBERS, "userType": "110302"}))).with_key(ekey)
    assert data.key.start == NOW
    assert data.key.role is Role.USER


def test_seeds_that_cannot_be_read_are_left_out() -> None:
    assert decode_seeds(encode_seeds(SEEDS, 1768473000000), 1768473000000) == SEEDS
    assert decode_seeds(encode_seeds(SEEDS, 1768473000000), 1768473000001) == ()
    assert decode_seeds(Secret("no base64!"), 1) == ()
    key = b"1" + b"0" * 15
    odd = Secret(base64.b64encode(cipher.encrypt(key, b'{"year":1}')).decode())
    assert decode_seeds(odd, 1) == ()
    half = Secret(base64.b64encode(cipher.encrypt(key, b'[{"year":26,"code":"0123"}]')).decode())
    assert decode_seeds(half, 1) == (), "one without its secret"
    assert LockData.decode(packed(json.dumps(MEMBERS))).seeds == ()


@few
@given(
    st.builds(
        LockKey,
        address=st.just(ADDRESS),
        aes=st.binary(min_size=16, max_size=16).map(lambda key: Secret(key.hex())),
        unlock=st.integers(0, 2**32 - 1).map(lambda number: Secret(f"{number:010}")),
        admin=st.integers(0, 2**32 - 1).map(lambda number: Secret(f"{number:010}")),
        uid=st.integers(0, 2**32 - 1),
        flag=st.integers(0, 2**24 - 1),
        start=st.none() | st.integers(1, 4 * 10**9).map(lambda stamp: datetime.fromtimestamp(stamp, UTC)),
        end=st.none() | st.integers(1, 4 * 10**9).map(lambda stamp: datetime.fromtimestamp(stamp, UTC)),
        zone=st.sampled_from([UTC, ZONE, timezone(-timedelta(hours=3, minutes=30))]),
        header=st.builds(Header, *[st.integers(0, 255)] * 3, *[st.integers(0, 65535)] * 2),
    )
)
def test_every_key_comes_back(key: LockKey) -> None:
    data = LockData.of_pairing(key, name="S534_332211", now=NOW, features=Features(1))
    assert LockData.decode(data.encode()).key == key


def test_the_data_of_a_lock_shows_nothing_of_itself() -> None:
    data = paired()
    shown = f"{data} {data!r} {data.key} {data.admin_passcode} {data.seeds}"
    assert all(part not in shown for part in (AES.hex(), "a1,b2", "246813579", "7654321", "1000000000"))
    for store in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            store(data)
