"""Auto-lock, switches and passage mode through the cloud (ttlock-open-api.md 4.3)."""

import pytest

from .conftest import Api

FRONT, GATE, FLAT = 7252401, 7252402, 7252408


async def test_auto_lock_time(api: Api) -> None:
    lock = api.world.lock(FRONT)
    assert await api.code("lock/setAutoLockTime", lockId=FRONT, seconds=5, type=2) == 0
    assert lock.auto_lock_seconds == 5
    assert (await api.call("lock/detail", lockId=FRONT))["autoLockTime"] == 5
    await api.call("lock/unlock", lockId=FRONT)
    api.world.clock.advance(5)
    assert lock.bolt == "locked"
    assert await api.code("lock/setAutoLockTime", lockId=FRONT, seconds=0, type=2) == 0
    assert (await api.call("lock/detail", lockId=FRONT))["autoLockTime"] == -1
    assert await api.code("lock/setAutoLockTime", lockId=FRONT, seconds=901, type=2) == -4082


async def test_method_1_changes_the_cloud_only(api: Api) -> None:
    assert await api.code("lock/setAutoLockTime", lockId=FRONT, seconds=5) == 0
    assert (await api.call("lock/detail", lockId=FRONT))["autoLockTime"] == 5
    assert api.world.lock(FRONT).auto_lock_seconds == 30


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [(3, 2, "tamperAlert"), (4, 2, "resetButton"), (6, 2, "lockSound"), (8, 5, "soundVolume")],
)
async def test_switches(api: Api, kind: int, value: int, field: str) -> None:
    assert await api.code("lock/updateSetting", lockId=FRONT, type=kind, value=value, changeType=2) == 0
    assert (await api.call("lock/detail", lockId=FRONT))[field] == value


async def test_switch_is_read_from_the_lock(api: Api) -> None:
    api.world.lock(FRONT).settings.tamper_alert = 2
    assert (await api.call("lock/detail", lockId=FRONT))["tamperAlert"] == 1
    assert await api.call("lock/querySetting", lockId=FRONT, type=3) == {"value": 2}
    assert (await api.call("lock/detail", lockId=FRONT))["tamperAlert"] == 2
    assert await api.code("lock/querySetting", lockId=GATE, type=2) == -4043


async def test_switches_that_are_refused(api: Api) -> None:
    assert await api.code("lock/updateSetting", lockId=FRONT, type=5, value=1, changeType=2) == -3
    assert await api.code("lock/updateSetting", lockId=FRONT, type=8, value=6, changeType=2) == -3
    assert await api.code("lock/updateSetting", lockId=GATE, type=2, value=1, changeType=2) == -4043
    back = 7252404
    assert await api.code("lock/updateSetting", lockId=back, type=10, value=1, changeType=2) == -4043


async def test_passage_first_generation(api: Api) -> None:
    form = {"passageMode": 1, "isAllDay": 2, "startDate": 360, "endDate": 1080, "weekDays": [1, 2, 3, 4, 5, 6, 7]}
    assert await api.code("lock/configPassageMode", lockId=FRONT, type=2, **form) == 0
    assert api.world.lock(FRONT).passage_active
    assert await api.call("lock/getPassageModeConfig", "GET", lockId=FRONT) == {**form, "autoUnlock": 2}
    all_day = {"passageMode": 1, "isAllDay": 1, "weekDays": [1, 2, 3, 4, 5], "autoUnlock": 1}
    assert await api.code("lock/configPassageMode", lockId=FRONT, type=2, startDate=1, endDate=2, **all_day) == 0
    assert await api.call("lock/getPassageModeConfig", lockId=FRONT) == all_day


async def test_passage_second_generation(api: Api) -> None:
    late = {"isAllDay": 2, "startTime": 1200, "endTime": 1260, "weekDays": [4]}
    early = {"isAllDay": 2, "startTime": 540, "endTime": 660, "weekDays": [4]}
    whole = {"isAllDay": 1, "weekDays": [7]}
    form = {"lockId": FRONT, "passageMode": 1, "autoUnlock": 1, "type": 2}
    assert await api.code("lock/configurePassageMode", **form, cyclicConfig=[late, early, whole]) == 0
    answer = await api.call("lock/getPassageModeConfiguration", lockId=FRONT)
    assert answer == {"passageMode": 1, "autoUnlock": 1, "cyclicConfig": [whole, early, late]}
    assert (await api.call("lock/detail", lockId=FRONT))["passageModeAutoUnlock"] == 1
    lock = api.world.lock(FRONT)
    held = [lock.passage_active]
    api.world.clock.advance(3600)
    held.append(lock.passage_active)
    assert held == [True, False]
    assert await api.code("lock/configurePassageMode", lockId=FRONT, passageMode=2, type=2) == 0
    assert len((await api.call("lock/getPassageModeConfiguration", lockId=FRONT))["cyclicConfig"]) == 3
    assert await api.code("lock/configurePassageMode", **form, cyclicConfig=[early] * 6) == -3
    assert await api.code("lock/configurePassageMode", **form, cyclicConfig=[{**early, "weekDays": [8]}]) == -3
    assert await api.code("lock/configurePassageMode", **form, cyclicConfig=["early"]) == -3
    assert await api.code("lock/configurePassageMode", **form) == -3


async def test_only_managers_write(api: Api) -> None:
    assert await api.code("lock/configPassageMode", lockId=FLAT, passageMode=2) == -2018
    assert await api.code("lock/getPassageModeConfig", lockId=FLAT) == 0
