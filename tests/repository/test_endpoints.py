"""The client knows every documented call of the cloud, and says which way each takes to the lock."""

import ast
from typing import Final

import pytest

from custom_components.ttlock.client.cloud import endpoints

from .endpoint_table import CLOUD, TABLE, reach_of_functions, rows, text
from .source import below, calls, constants, keyword, modules

APPENDIX: Final = """
/oauth2/token
/app/getMonthRequestCount
/v3/user/register resetPassword delete list getUid
/v3/lock/list detail initialize rename delete transfer updateLockData updateElectricQuantity setHotelCardSector setGroup
/v3/lock/changeAdminKeyboardPwd setAutoLockTime updateSetting configPassageMode configurePassageMode configWorkingMode
/v3/lock/getPassageModeConfig getPassageModeConfiguration getWorkingMode querySetting
/v3/lock/unlock lock freeze unfreeze updateDate queryOpenState queryElectricQuantity queryDate queryStatus
/v3/lock/upgradeCheck upgradeRecheck listKey listKeyboardPwd getNbDeviceInfo
/v3/lock/deleteAllKey resetKey resetKeyboardPwd changeDeletePwd getKeyboardPwdVersion
/v3/key/list get send delete freeze unfreeze changePeriod update authorize unauthorize getUnlockLink syncData
/v3/keyboardPwd/get uploadValidCodeFromLock add change delete
/v3/identityCard/add addForReversedCardNumber changePeriod delete list rename clear
/v3/fingerprint/list add rename clear changePeriod delete
/v3/face/list getFeatureDataByPhoto rename clear add changePeriod delete
/v3/palmVein/list add rename clear changePeriod delete
/v3/qrCode/list getData add update delete clear
/v3/remote/listByLock add delete clear update
/v3/wirelessKeypad/listByLock add rename delete upgradeSuccess
/v3/wirelessKeyboard/add
/v3/doorSensor/query add update delete listRecord
/v3/standaloneDoorSensor/add list listRecord configAlertFlag configNetwork update delete
/v3/standaloneDoorSensor/addDoorSensorUser listDoorSensorUser deleteDoorSensorUser getAlertFlag
/v3/gateway/list detail listByLock listLock listDevice upgradeCheck
/v3/gateway/rename delete transfer isInitSuccess uploadDetail setUpgradeMode
/v3/lockRecord/list upload delete clear
/v3/group/list add update delete setDeviceGroup
/v3/wifiLock/detail updateNetwork
"""
"""The paths of ttlock-open-api.md Appendix A, line by line as there: a path, then others of the same folder."""

_NOT_CAPTURED: Final = "the page exists, but its parameters are not in the specification"
_LEGACY: Final = "seen in clients of 2018 only, and not in the current documentation"
NOT_CALLED: Final = {
    "/v3/lock/setHotelCardSector": _NOT_CAPTURED,
    "/v3/standaloneDoorSensor/configNetwork": _NOT_CAPTURED,
    "/v3/standaloneDoorSensor/addDoorSensorUser": _NOT_CAPTURED,
    "/v3/standaloneDoorSensor/listDoorSensorUser": _NOT_CAPTURED,
    "/v3/standaloneDoorSensor/deleteDoorSensorUser": _NOT_CAPTURED,
    "/v3/lock/resetKey": _LEGACY,
    "/v3/lock/resetKeyboardPwd": f"{_LEGACY}; updateLockData took its place",
    "/v3/lock/changeDeletePwd": _LEGACY,
    "/v3/lock/getKeyboardPwdVersion": _LEGACY,
    "/v3/key/syncData": _LEGACY,
    "/v3/wirelessKeyboard/add": "the old name of wirelessKeypad/add",
}

SELECTORS: Final = {
    "addType": (
        "/v3/keyboardPwd/add /v3/identityCard/add /v3/identityCard/addForReversedCardNumber /v3/face/add /v3/qrCode/add"
    ),
    "changeType": (
        "/v3/keyboardPwd/change /v3/identityCard/changePeriod /v3/fingerprint/changePeriod /v3/lock/updateSetting "
        "/v3/lock/changeAdminKeyboardPwd /v3/qrCode/update /v3/remote/update"
    ),
    "deleteType": ("/v3/keyboardPwd/delete /v3/identityCard/delete /v3/fingerprint/delete /v3/qrCode/delete"),
    "type": (
        "/v3/lock/setAutoLockTime /v3/lock/configurePassageMode /v3/lock/configPassageMode /v3/lock/configWorkingMode "
        "/v3/face/delete /v3/face/changePeriod /v3/palmVein/delete /v3/palmVein/changePeriod /v3/qrCode/clear "
        "/v3/remote/update"
    ),
}
"""The table of ttlock-open-api.md 1.7: how each call names the way in which the lock is changed."""

NAME_ALONE: Final = {"PASSCODE_RENAME"}
"""Rows of calls with a selector that change nothing on the lock, so that it is left out (ttlock-open-api.md 4.5)."""


def _appendix() -> set[str]:
    paths: set[str] = set()
    for first, *others in (line.split() for line in APPENDIX.strip().splitlines()):
        folder = first.rpartition("/")[0]
        paths |= {first, *(f"{folder}/{other}" for other in others)}
    return paths


def test_the_table_is_up_to_date() -> None:
    assert TABLE.read_text(encoding="utf-8") == text(), "run script/endpoint_table"


def test_every_documented_call_has_a_method() -> None:
    called = {row.path for row in rows() if row.methods}
    assert _appendix() - called - NOT_CALLED.keys() == set()


def test_nothing_undocumented_is_called() -> None:
    assert {row.path for row in rows()} - _appendix() == set()


def test_what_is_not_called_is_really_not_called() -> None:
    assert NOT_CALLED.keys() & {row.path for row in rows()} == set()
    assert NOT_CALLED.keys() <= _appendix()


def test_every_row_has_a_method_an_answer_and_tests() -> None:
    incomplete = {row.path for row in rows() if not row.methods or not row.handler}
    assert incomplete == set()
    assert {row.path: row.untested for row in rows() if row.untested} == {}


# -- The way to the lock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", SELECTORS)
def test_every_change_says_which_way_it_takes(field: str) -> None:
    """A call without selector takes the default and leaves a ghost that opens no door."""
    paths = set(SELECTORS[field].split())
    wanted = {
        name
        for name, value in vars(endpoints).items()
        if isinstance(value, endpoints.Endpoint) and value.path in paths and name not in NAME_ALONE
    }
    said = {
        name
        for module in modules(CLOUD)
        for reached in reach_of_functions(module).values()
        for name in _rows_with(reached, field)
    }
    assert wanted - said == set()


def test_bluetooth_is_claimed_only_by_methods_that_say_so() -> None:
    guilty = {
        name
        for module in modules(CLOUD)
        for name, reached in reach_of_functions(module).items()
        if any("ALREADY_ON_LOCK" in ast.unparse(node) for node in reached)
    }
    assert {name.rpartition(".")[2].partition("_")[0] for name in guilty} == {"record"}, guilty


def _rows_with(reached: list[ast.AST], field: str) -> set[str]:
    """Return the rows of endpoints that functions mention when they pass a selector under that name."""
    ways = {"VIA_GATEWAY", "CLOUD_ONLY", "ALREADY_ON_LOCK"}
    says = False
    mentioned: set[str] = set()
    for node in reached:
        for call in calls(node):
            value = keyword(call, field)
            says |= value is not None and (ast.unparse(value) in ways or ast.unparse(value).startswith("_selector("))
        for found in below(node):
            # The fields of passage mode are collected in a dictionary before they are sent.
            if isinstance(found, ast.Dict):
                pairs = zip(found.keys, found.values, strict=True)
                says |= any(field in constants(key) and ast.unparse(value) in ways for key, value in pairs)
            if isinstance(found, ast.Attribute) and ast.unparse(found.value) == "at":
                mentioned.add(found.attr)
    return mentioned if says else set()
