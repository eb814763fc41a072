"""Vendor values in all their spellings."""

from datetime import UTC, datetime, timedelta
import json
import logging
import pickle
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.ttlock.client import Feature, Features, Secret, parse
from custom_components.ttlock.client.errors import (
    VENDOR_CODES,
    AccountRejected,
    DeviceBusy,
    VendorError,
    error_from_code,
)
from custom_components.ttlock.client.models import (
    Bolt,
    CredentialStatus,
    Door,
    Ekey,
    EkeyStatus,
    Gateway,
    LockDetail,
    OpenState,
    Passcode,
    PasscodeKind,
    Record,
)
from custom_components.ttlock.client.records import moves_to, record_word
from custom_components.ttlock.client.secret import without_number

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
READERS = [
    parse.integer,
    parse.text,
    parse.flag,
    parse.on_off,
    parse.percent,
    parse.moment,
    parse.secret,
    parse.embedded,
]


@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__name__)
@given(value=ANYTHING)
def test_no_value_makes_a_reader_raise(read: Any, value: Any) -> None:
    read(value)


@given(
    raw=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            (
                "lockId",
                "keyId",
                "featureValue",
                "userType",
                "electricQuantity",
                "timezoneRawOffset",
                "startDate",
                "endDate",
                "keyStatus",
                "lockMac",
                "autoLockTime",
                "gatewayId",
                "gatewayVersion",
                "isOnline",
                "recordType",
                "keyboardPwdId",
                "keyboardPwdType",
                "state",
                "sensorState",
            ),
            ANYTHING,
        ),
    )
)
@pytest.mark.parametrize(
    "read",
    [
        Ekey.from_vendor,
        LockDetail.from_vendor,
        Gateway.from_vendor,
        Passcode.from_vendor,
        Record.from_vendor,
        OpenState.from_vendor,
    ],
    ids=lambda read: read.__qualname__,
)
def test_a_model_is_read_or_refused_but_never_crashes(read: Any, raw: dict[str, Any]) -> None:
    found = parse.listing([raw], read)
    assert len(found.items) + found.dropped == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, True),
        ("1", True),
        (True, True),
        ("true", True),
        (0, False),
        ("0", False),
        ("False", False),
        (2, None),
        (None, None),
    ],
)
def test_flag_understands_every_spelling(value: object, expected: bool | None) -> None:
    assert parse.flag(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, True),
        ("1", True),
        (True, True),
        ("true", True),
        (2, False),
        ("2", False),
        (False, False),
        (0, None),
        (None, None),
    ],
)
def test_on_off_counts_one_and_two(value: object, expected: bool | None) -> None:
    assert parse.on_off(value) is expected


def test_a_bad_item_does_not_lose_the_others() -> None:
    found = parse.listing(
        [{"gatewayId": 1}, None, "x", {"gatewayName": "no id"}, {"gatewayId": "2"}], Gateway.from_vendor
    )
    assert [gateway.gateway_id for gateway in found.items] == [1, 2]
    assert found.dropped == 3
    assert not found.complete


@pytest.mark.parametrize(
    ("feature_value", "special_value", "bits"),
    [
        ("F44354CD5F3", 894227955, "0 1 4 5 6 7 8 10 12 14 15 18 19 22 24 26 28 29 34 38 40 41 42 43"),
        ("C27442140F5F4", 557905396, "2 4 5 6 7 8 10 12 13 14 15 22 24 29 34 38 40 41 42 45 50 51"),
        (
            "801C2F44754CF5F7",
            1967977975,
            "0 1 2 4 5 6 7 8 10 12 13 14 15 18 19 22 24 26 28 29 30 34 38 40 41 42 43 45 50 51 52 63",
        ),
    ],
)
def test_features_of_real_locks(feature_value: str, special_value: int, bits: str) -> None:
    features = Features.from_vendor(feature_value)
    assert [bit for bit in range(128) if features.value >> bit & 1] == [int(bit) for bit in bits.split()]
    assert features.value & 0xFFFFFFFF == special_value
    assert Features.from_vendor(None, special_value).value == special_value
    assert (Feature.DOOR_SENSOR in features) == ("13" in bits.split())


def test_unreadable_features_are_none() -> None:
    assert Features.from_vendor("soup", None) == Features(0)
    assert Features.from_vendor("F5", None).names() == [
        "passcode",
        "fingerprint",
        "auto_lock",
        "firmware_upgrade",
        "passcode_management",
    ]


def test_states_of_the_lock() -> None:
    assert OpenState.from_vendor({"state": 0, "sensorState": 1}) == OpenState(Bolt.LOCKED, Door.CLOSED)
    assert OpenState.from_vendor({"state": "1", "sensorState": "0"}) == OpenState(Bolt.UNLOCKED, Door.OPEN)
    assert OpenState.from_vendor({"state": 2}) == OpenState(Bolt.UNKNOWN, None)
    assert OpenState.from_vendor({}) == OpenState(Bolt.UNKNOWN, None)


def _ekey(**raw: Any) -> Ekey:
    return Ekey.from_vendor({"lockId": 7, "keyId": 8, "lockAlias": "Front door", "lockMac": "AA:BB", **raw})


def test_roles_of_an_ekey() -> None:
    admin = _ekey(userType="110301", keyRight=0)
    authorised = _ekey(userType="110302", keyRight=1, remoteEnable=2)
    plain = _ekey(userType="110302", keyRight=0, remoteEnable=1)
    assert (admin.is_admin, admin.may_manage, admin.remote_unlock) == (True, True, True)
    assert (authorised.is_admin, authorised.may_manage, authorised.remote_unlock) == (False, True, False)
    assert (plain.is_admin, plain.may_manage, plain.remote_unlock) == (False, False, True)


def test_an_ekey_opens_within_its_period_only() -> None:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    period = {"startDate": parse.epoch_ms(noon - hour), "endDate": parse.epoch_ms(noon + hour), "keyStatus": "110401"}
    assert _ekey(**period).valid_at(noon)
    assert not _ekey(**period).valid_at(noon - 2 * hour)
    assert not _ekey(**period).valid_at(noon + hour)
    assert not _ekey(keyStatus=110405).valid_at(noon)
    assert _ekey(keyStatus=999999).status is EkeyStatus.UNKNOWN
    assert _ekey(keyStatus=999999, startDate=0, endDate=0).valid_at(noon)


@pytest.mark.parametrize(("value", "expected"), [(-1, 0), (0, 0), (5, 5), ("60", 60), (None, None)])
def test_auto_lock_off_and_unknown_differ(value: object, expected: int | None) -> None:
    assert LockDetail.from_vendor({"lockId": 1, "autoLockTime": value}).auto_lock_seconds == expected


def test_an_absurd_time_zone_is_dropped() -> None:
    assert _ekey(timezoneRawOffset=46800000).utc_offset == timedelta(hours=13)
    assert _ekey(timezoneRawOffset=10**12).utc_offset is None


def test_a_passcode_keeps_its_leading_zero_and_expires_when_its_period_is_over() -> None:
    end = datetime(2026, 6, 1, tzinfo=UTC)
    passcode = Passcode.from_vendor(
        {"keyboardPwdId": 1, "keyboardPwd": "0123", "keyboardPwdType": "3", "endDate": parse.epoch_ms(end)}
    )
    assert passcode.code is not None
    assert passcode.code.reveal() == "0123"
    assert passcode.kind is PasscodeKind.PERIOD
    assert passcode.expired_at(end + timedelta(seconds=1))
    assert not passcode.expired_at(end)
    assert Passcode.from_vendor({"keyboardPwdId": 1, "keyboardPwdType": 99}).kind is PasscodeKind.UNKNOWN


def test_a_passcode_tells_when_it_was_made_and_where_it_stands() -> None:
    made = datetime(2026, 6, 1, 8, tzinfo=UTC)
    passcode = Passcode.from_vendor({"keyboardPwdId": 1, "sendDate": parse.epoch_ms(made), "status": "4"})
    assert (passcode.created, passcode.status) == (made, CredentialStatus.ADDING)
    silent = Passcode.from_vendor({"keyboardPwdId": 1})
    assert (silent.created, silent.status) == (None, CredentialStatus.UNKNOWN)


def test_a_record_never_keeps_the_digits() -> None:
    record = Record.from_vendor(
        {"recordId": 1, "recordType": 4, "success": 1, "username": "Guest", "keyboardPwd": "918273", "lockDate": 1000}
    )
    assert "918273" not in repr(record)
    assert (record.who, record.success) == ("Guest", True)


def test_records_say_where_the_bolt_is() -> None:
    assert moves_to(4) is Bolt.UNLOCKED
    assert moves_to(45) is Bolt.LOCKED
    assert moves_to(30) is None
    assert record_word(8) == "unlock by fingerprint"
    assert record_word(4711) == "unknown"


def test_every_vendor_code_has_its_error_and_unknown_ones_do_not_crash() -> None:
    for code, (kind, reason, _) in VENDOR_CODES.items():
        err = error_from_code(code)
        assert type(err) is kind
        assert (err.code, err.reason) == (code, reason)
    assert isinstance(error_from_code(-123456), VendorError)
    assert isinstance(error_from_code(10007), AccountRejected)
    assert isinstance(error_from_code(-3003), DeviceBusy)


@given(text=st.text())
def test_a_secret_never_shows(text: str) -> None:
    text = f"canary{text}"
    secret = Secret(text)
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>20}",
        "%s" % secret,
        repr([secret]),
        repr({"k": secret}),
    ]
    assert not any("canary" in each for each in shown)
    assert secret == Secret(text)
    assert secret != Secret(text + "x")
    assert len({secret, Secret(text)}) == 1


def test_a_secret_cannot_be_carried_away(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret("918273")
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)
    logging.getLogger("test").warning("code %s %r", secret, secret)
    assert "918273" not in caplog.text
    assert secret != "918273"
    assert not Secret("")


@pytest.mark.parametrize("written", ["482915", "482 915", "48-29-15", "4.8.2.9.1.5", "482, 915", "48_29/15"])
def test_a_name_tells_no_number_however_its_digits_are_grouped(written: str) -> None:
    assert without_number(f"Bob {written}, ground floor", Secret("482915")) == "Bob ****, ground floor"


@pytest.mark.parametrize("number", [None, Secret(""), Secret("15"), Secret("482916"), Secret("a.*c")])
def test_other_digits_in_a_name_stay(number: Secret | None) -> None:
    assert without_number("Bob 482915, room 15", number) == "Bob 482915, room 15"
