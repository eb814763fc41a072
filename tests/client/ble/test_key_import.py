"""Keys as other programs keep them (ttlock-ble-protocol.md 4.4, 4.5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.frame import Header
from custom_components.ttlock.client.ble.key import LockKey, Role
from custom_components.ttlock.client.ble.key_import import FoundKey, NoKey, find_keys, typed_key
from custom_components.ttlock.client.ble.lock_data import LockData
from simulator.radio.air import Air

from ...few import few
from .house import beside
from .test_lock_data import MEMBERS
from .vectors import ADDRESS, AES, KEY, packed

NOW = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
ZONE = timezone(timedelta(hours=1))
VIRTUAL_KEY = {
    "keyId": 1,
    "lockId": 7252401,
    "lockMac": ADDRESS,
    "lockAlias": "Front door",
    "lockName": "S534_332211",
    "lockVersion": {"protocolType": 5, "protocolVersion": 3, "scene": 2, "groupId": 1, "orgId": 1},
    "aesKeyStr": AES.hex(","),
    "unlockKey": "0246813579",
    "lockFlagPos": 3,
    "timezoneRawOffSet": 3600000,
    "startTime": 0,
    "endTime": 1767225600000,
    "keyType": 1,
    "userType": "110301",
    "adminPs": "0135792468",
    "keyboardPwdVersion": 4,
    "specialValue": 902624759,
    "uid": 1234567,
}
"""What `ttlock_ble` keeps in its entry."""
ADD_ON = {
    "address": "aa:bb:cc:11:22:33",
    "battery": 80,
    "rssi": -60,
    "autoLockTime": 5,
    "lockedStatus": 0,
    "privateData": {
        "aesKey": AES.hex(),
        "admin": {"adminPs": 135792468, "unlockKey": 246813579},
        "adminPasscode": "7654321",
        "pwdInfo": [],
    },
}
"""What kind3r's add-on keeps."""


def found_in(value: object) -> tuple[FoundKey, ...]:
    """Return the keys in a text, or in what JSON makes of a value."""
    text = value if isinstance(value, str) else json.dumps(value)
    return find_keys(Secret(text), zone=ZONE, now=NOW)


def test_lock_data_is_found_even_when_it_was_broken_into_lines() -> None:
    text = packed(json.dumps(MEMBERS)).reveal()
    (found,) = found_in(f"  {text[:40]}\n{text[40:]}\n")
    assert (found.data.key.role, found.lock_id) == (Role.ADMIN, None)
    (found,) = found_in([{"lockId": 5, "lockData": text}])
    assert (found.data.address, found.lock_id) == (ADDRESS, 5)


def test_the_entry_of_the_other_integration() -> None:
    storage = {"data": {"entries": [{"domain": "ttlock_ble", "data": {"username": "u", "keys": [VIRTUAL_KEY]}}]}}
    (found,) = found_in(storage)
    assert found.lock_id == 7252401
    assert found.data.alias == "Front door"
    assert found.data.tells_features
    assert found.data.key == replace(KEY, header=Header(5, 3, 2), zone=ZONE, end=datetime(2026, 1, 1, tzinfo=UTC))


def test_an_ekey_of_the_other_integration_manages_nothing() -> None:
    (found,) = found_in({**VIRTUAL_KEY, "userType": "110302", "adminPs": ""})
    assert found.data.key.role is Role.USER
    assert not found.data.is_of_admin


def test_the_file_of_the_add_on() -> None:
    (found,) = found_in([ADD_ON])
    key = found.data.key
    assert (key.address, key.role, key.zone) == (ADDRESS, Role.ADMIN, ZONE)
    assert (int(key.unlock.reveal()), int(key.admin.reveal())) == (246813579, 135792468)  # type: ignore[union-attr]
    assert found.data.admin_passcode == Secret("7654321")
    assert found.data.alias == ""
    assert not found.data.tells_features


def test_a_stored_key_is_read_again_from_what_is_written() -> None:
    (found,) = found_in([ADD_ON])
    again = LockData.decode(found.data.encode())
    assert again == found.data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "5",
        "[]",
        '{"lockData": "canary"}',
        json.dumps({**VIRTUAL_KEY, "aesKeyStr": "a1"}),
        json.dumps({**VIRTUAL_KEY, "unlockKey": ""}),
        json.dumps({**ADD_ON, "privateData": {}}),
        "[" * 100_000,
    ],
)
def test_what_is_no_key_is_said_without_quoting_it(text: str) -> None:
    with pytest.raises(NoKey) as caught:
        found_in(text)
    assert repr(caught.value) == "NoKey('no_key_found')"


@few
@given(st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["lockData", "aesKeyStr", "privateData", "lockMac", "admin", "aesKey", "lockVersion"]), inner
), max_leaves=8))  # fmt: skip
def test_whatever_somebody_pastes_is_read_or_refused(value: object) -> None:
    with pytest.raises(NoKey):
        found_in(json.dumps(value))


@pytest.mark.parametrize("address", ["AA:BB:CC:11:22:33", "aa-bb-cc-11-22-33", " aabbcc112233 "])
@pytest.mark.parametrize("aes", [AES.hex(), AES.hex(","), AES.hex(" "), AES.hex(":").upper()])
def test_a_key_may_be_typed_in_many_ways(address: str, aes: str) -> None:
    key = typed_key(address, Secret(aes), KEY.unlock, KEY.admin, zone=UTC)
    assert key == LockKey(address=ADDRESS, aes=KEY.aes, unlock=KEY.unlock, admin=KEY.admin)


@pytest.mark.parametrize(
    ("address", "aes", "unlock", "admin", "reason"),
    [
        ("AA:BB:CC:11:22", AES.hex(), "1", "1", "address_invalid"),
        (ADDRESS, AES.hex()[2:], "1", "1", "aes_key_invalid"),
        (ADDRESS, AES.hex(), "one", "1", "unlock_key_invalid"),
        (ADDRESS, AES.hex(), "4294967296", "1", "unlock_key_invalid"),
        (ADDRESS, AES.hex(), "1", "-1", "admin_key_invalid"),
    ],
)
def test_the_part_that_is_wrong_is_named(address: str, aes: str, unlock: str, admin: str, reason: str) -> None:
    with pytest.raises(NoKey) as caught:
        typed_key(address, Secret(aes), Secret(unlock), Secret(admin), zone=UTC)
    assert caught.value.reason == reason


@pytest.mark.parametrize("program", ["ttlock_ble", "kind3r"])
async def test_a_key_that_was_found_opens_the_door(air: Air, swift: None, program: str) -> None:
    door = air.world.lock("front_door")
    keys = door.secrets.keys
    kept = {
        "ttlock_ble": {
            **VIRTUAL_KEY,
            "lockMac": door.mac,
            "aesKeyStr": keys.aes_key.hex(),
            "unlockKey": str(keys.unlock_key),
            "adminPs": str(keys.admin_ps),
            "endTime": 0,
        },
        "kind3r": {
            "address": door.mac,
            "privateData": {
                "aesKey": keys.aes_key.hex(),
                "admin": {"adminPs": keys.admin_ps, "unlockKey": keys.unlock_key},
            },
        },
    }
    (found,) = found_in(kept[program])
    person = beside(air, found.data.key)
    await person.lock.unlock()
    assert door.bolt == "unlocked"
    await person.session.close()
