"""The table of endpoints against the index of the documentation (ttlock-open-api.md Appendix A)."""

import pytest

from simulator.cloud.call import Right, Target
from simulator.cloud.table import ENDPOINTS, NOT_SERVED, OUTSIDE_THE_TABLE, merged

from .conftest import Api

INDEX = {
    "user": "register resetPassword delete list getUid",
    "lock": """
        list detail initialize rename delete transfer updateLockData updateElectricQuantity setHotelCardSector setGroup
        changeAdminKeyboardPwd setAutoLockTime updateSetting configPassageMode configurePassageMode configWorkingMode
        getPassageModeConfig getPassageModeConfiguration getWorkingMode querySetting unlock lock freeze unfreeze
        updateDate queryOpenState queryElectricQuantity queryDate queryStatus upgradeCheck upgradeRecheck listKey
        listKeyboardPwd getNbDeviceInfo deleteAllKey resetKey resetKeyboardPwd changeDeletePwd getKeyboardPwdVersion
    """,
    "key": """
        list get send delete freeze unfreeze changePeriod update authorize unauthorize getUnlockLink syncData
    """,
    "keyboardPwd": "get uploadValidCodeFromLock add change delete",
    "identityCard": "add addForReversedCardNumber changePeriod delete list rename clear",
    "fingerprint": "list add rename clear changePeriod delete",
    "face": "list getFeatureDataByPhoto rename clear add changePeriod delete",
    "palmVein": "list add rename clear changePeriod delete",
    "qrCode": "list getData add update delete clear",
    "remote": "listByLock add delete clear update",
    "wirelessKeypad": "listByLock add rename delete upgradeSuccess",
    "wirelessKeyboard": "add",
    "doorSensor": "query add update delete listRecord",
    "standaloneDoorSensor": """
        add list listRecord configAlertFlag configNetwork update delete addDoorSensorUser listDoorSensorUser
        deleteDoorSensorUser getAlertFlag
    """,
    "gateway": """
        list detail listByLock listLock listDevice upgradeCheck rename delete transfer isInitSuccess uploadDetail
        setUpgradeMode
    """,
    "lockRecord": "list upload delete clear",
    "group": "list add update delete setDeviceGroup",
    "wifiLock": "detail updateNetwork",
}
DOCUMENTED = {f"/v3/{topic}/{name}" for topic, names in INDEX.items() for name in names.split()}


def test_every_documented_endpoint_is_served_or_excused() -> None:
    assert set(ENDPOINTS) | set(NOT_SERVED) == DOCUMENTED
    assert not set(ENDPOINTS) & set(NOT_SERVED)
    assert all(NOT_SERVED.values())


def test_a_path_in_two_topics_is_refused() -> None:
    endpoint = next(iter(ENDPOINTS.values()))
    with pytest.raises(ValueError, match="/v3/a"):
        merged({"/v3/a": endpoint}, {"/v3/a": endpoint})


@pytest.mark.parametrize("path", sorted(ENDPOINTS))
async def test_every_endpoint_asks_for_a_token_and_the_time(stranger: Api, path: str) -> None:
    endpoint = ENDPOINTS[path]
    form = {"clientId": stranger.world.application.client_id}
    assert (await stranger.raw(path, form))["errcode"] == (10001 if endpoint.signed_by_application else 10003)
    form["clientSecret"] = stranger.world.application.client_secret
    form["accessToken"] = (await stranger.sign_in())["access_token"]
    assert (await stranger.raw(path, form))["errcode"] == 80000


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path, endpoint in ENDPOINTS.items()
        if endpoint.target is Target.LOCK
        and endpoint.subject is None
        and endpoint.right in (Right.MANAGER, Right.ADMIN)
    ),
)
async def test_what_managers_do_guests_may_not(api: Api, path: str) -> None:
    await api.sign_in("guest")
    form = dict.fromkeys(ENDPOINTS[path].required, "1") | dict.fromkeys(ENDPOINTS[path].json_fields, "[1]")
    code = await api.code(path.removeprefix("/v3/"), lockId=7252401, **form)
    assert code == (20002 if ENDPOINTS[path].right is Right.ADMIN else -2018)


@pytest.mark.parametrize("path", [*NOT_SERVED, "/v3/lock/dance"])
async def test_what_is_not_served_is_unknown(api: Api, path: str) -> None:
    async with api.session.post(api.server.url + path) as response:
        assert response.status == 404


@pytest.mark.parametrize("path", OUTSIDE_THE_TABLE)
async def test_signing_in_is_served_outside_the_table(api: Api, path: str) -> None:
    assert path not in ENDPOINTS
    assert (await api.raw(path, {}))["errcode"] == 10000
