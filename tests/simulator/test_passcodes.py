"""Passcodes from the cloud to the door (ttlock-open-api.md 4.5 and 7)."""

from typing import Any

import pytest

from simulator import Feature
from simulator.keypad import CAPACITY
from simulator.passcodes import HOUR

from .conftest import Api, Json

FRONT, PADLOCK, BACK = 7252401, 7252405, 7252404
HOUR_MS = HOUR * 1000


async def listed(api: Api, lock: int = FRONT) -> dict[str, Json]:
    answer = await api.call("lock/listKeyboardPwd", lockId=lock, pageNo=1, pageSize=200)
    return {item["keyboardPwd"]: item for item in answer["list"]}


async def add(api: Api, digits: str, **params: Any) -> Json:
    form = {"lockId": FRONT, "keyboardPwdType": 2, "addType": 2, **params}
    return await api.call("keyboardPwd/add", keyboardPwd=digits, keyboardPwdName="Visitor", **form)


async def test_life_of_a_custom_code(api: Api) -> None:
    lock, now = api.world.lock(FRONT), api.world.clock.now_ms()
    answer = await add(api, "482915", keyboardPwdType=3, startDate=now, endDate=now + HOUR_MS)
    assert set(answer) == {"keyboardPwdId"}
    assert lock.enter_code("482915").opened
    number = answer["keyboardPwdId"]
    assert (await listed(api))["482915"]["isCustom"] == 1
    changed = await api.call(
        "keyboardPwd/change", lockId=FRONT, keyboardPwdId=number, newKeyboardPwd="604815", changeType=2
    )
    assert changed["errcode"] == 0
    assert not lock.enter_code("482915").opened
    assert lock.enter_code("604815").opened
    api.world.clock.advance(HOUR)
    assert lock.enter_code("604815").reason == "outside its time"
    later = api.world.clock.now_ms()
    period = {"startDate": later, "endDate": later + HOUR_MS}
    await api.call("keyboardPwd/change", lockId=FRONT, keyboardPwdId=number, changeType=2, **period)
    assert lock.enter_code("604815").opened
    assert await api.code("keyboardPwd/delete", lockId=FRONT, keyboardPwdId=number, deleteType=2) == 0
    assert lock.enter_code("604815").reason == "unknown"
    # Deleting again still succeeds; an id that never was does not.
    assert await api.code("keyboardPwd/delete", lockId=FRONT, keyboardPwdId=number, deleteType=2) == 0
    assert await api.code("keyboardPwd/delete", lockId=FRONT, keyboardPwdId=1, deleteType=2) == -2009


async def test_ghost_code(api: Api) -> None:
    number = (await add(api, "482915", addType=1))["keyboardPwdId"]
    assert "482915" in await listed(api)
    assert api.world.lock(FRONT).enter_code("482915").reason == "unknown"
    assert await api.code("keyboardPwd/delete", lockId=FRONT, keyboardPwdId=number, deleteType=2) == 0
    assert "482915" not in await listed(api)


async def test_a_code_deleted_in_the_cloud_only_goes_on_opening(api: Api) -> None:
    number = (await add(api, "482915"))["keyboardPwdId"]
    assert await api.code("keyboardPwd/delete", lockId=FRONT, keyboardPwdId=number, deleteType=1) == 0
    assert api.world.lock(FRONT).enter_code("482915").opened


@pytest.mark.parametrize(
    ("digits", "errcode"),
    [("123", -3006), ("1234567890", -3006), ("12a456", -3006), ("123456", -2032), ("7777", -2032), ("9876", -2032)],
)
async def test_digits_that_are_refused(api: Api, digits: str, errcode: int) -> None:
    # The lock is not asked, so it does not matter that no gateway is there.
    api.world.gateway("hall").online = False
    assert (await add(api, digits))["errcode"] == errcode


async def test_leading_zero_stays(api: Api) -> None:
    await add(api, "0482915")
    assert api.world.lock(FRONT).enter_code("0482915").opened
    assert "0482915" in await listed(api)


async def test_same_code_twice(api: Api) -> None:
    await add(api, "482915")
    assert (await add(api, "482915"))["errcode"] == -3007
    # Known to the lock alone: typed in at the keypad by somebody.
    api.world.lock(FRONT).keypad.add("604815")
    assert (await add(api, "604815"))["errcode"] == -3007
    assert "604815" not in await listed(api)


async def test_full_table(api: Api) -> None:
    lock = api.world.lock(FRONT)
    for number in range(CAPACITY - 2):
        lock.keypad.add(f"77{number:04}1")
    assert (await add(api, "482915"))["errcode"] == -3009


async def test_period_is_needed_and_must_make_sense(api: Api) -> None:
    assert (await add(api, "482915", keyboardPwdType=3))["errcode"] == -3
    assert (await add(api, "482915", keyboardPwdType=3, startDate=2, endDate=1))["errcode"] == -3
    assert (await add(api, "482915", keyboardPwdType=5))["errcode"] == -3


async def random_code(api: Api, kind: int, hours: int | None = None, *, lock: int = FRONT, minutes: int = 0) -> Json:
    start = api.world.clock.now_ms() + minutes * 60_000
    end = None if hours is None else start + hours * HOUR_MS
    return await api.call("keyboardPwd/get", lockId=lock, keyboardPwdType=kind, startDate=start, endDate=end)


async def test_random_code_needs_no_gateway(api: Api) -> None:
    answer = await random_code(api, 3, 48, lock=PADLOCK, minutes=20)
    assert set(answer) == {"keyboardPwd", "keyboardPwdId"}
    assert api.world.lock(PADLOCK).enter_code(answer["keyboardPwd"]).opened
    # Minutes were ignored.
    assert (await listed(api, PADLOCK))[answer["keyboardPwd"]]["startDate"] == api.world.clock.now_ms()


async def test_deleted_period_cannot_be_had_again(api: Api) -> None:
    answer = await random_code(api, 3, 48)
    form = {"lockId": FRONT, "keyboardPwdId": answer["keyboardPwdId"]}
    assert await api.code("keyboardPwd/delete", **form, deleteType=2) == 0
    assert not api.world.lock(FRONT).enter_code(answer["keyboardPwd"]).opened
    assert (await random_code(api, 3, 48))["errcode"] == -1026
    assert "keyboardPwd" in await random_code(api, 3, 49)


async def test_never_used_random_code_cannot_be_changed(api: Api) -> None:
    answer = await random_code(api, 2)
    form = {"lockId": FRONT, "keyboardPwdId": answer["keyboardPwdId"], "newKeyboardPwd": "604815", "changeType": 2}
    assert await api.code("keyboardPwd/change", **form) == -3008
    assert api.world.lock(FRONT).enter_code(answer["keyboardPwd"]).opened
    assert await api.code("keyboardPwd/change", **form) == 0
    assert not api.world.lock(FRONT).enter_code(answer["keyboardPwd"]).opened
    assert api.world.lock(FRONT).enter_code("604815").opened


async def test_a_name_alone_needs_no_lock(api: Api) -> None:
    answer = await random_code(api, 2)
    api.world.gateway("hall").online = False
    form = {"lockId": FRONT, "keyboardPwdId": answer["keyboardPwdId"], "keyboardPwdName": "Plumber"}
    assert await api.code("keyboardPwd/change", **form) == 0
    assert (await listed(api))[answer["keyboardPwd"]]["keyboardPwdName"] == "Plumber"


async def test_how_many_codes_per_start(api: Api) -> None:
    codes = {(await random_code(api, 2))["keyboardPwd"] for _ in range(20)}
    assert len(codes) == 20
    assert (await random_code(api, 2))["errcode"] == -3
    assert "keyboardPwd" in await random_code(api, 2, minutes=60)


async def test_beyond_a_year_needs_whole_months(api: Api) -> None:
    assert (await random_code(api, 3, 400 * 24))["errcode"] == -3
    assert (await random_code(api, 3, 0))["errcode"] == -3


async def test_cyclic_codes_need_the_capability(api: Api) -> None:
    api.world.lock(FRONT).features -= {Feature.CYCLIC_PASSCODE}
    assert (await random_code(api, 6, 8))["errcode"] == -4043


async def test_a_weekly_code_keeps_its_hours_under_other_digits(api: Api) -> None:
    lock = api.world.lock(FRONT)
    lock.add_feature(Feature.CYCLIC_PASSCODE)
    answer = await random_code(api, 6, 8)
    assert lock.enter_code(answer["keyboardPwd"]).opened
    form = {"lockId": FRONT, "keyboardPwdId": answer["keyboardPwdId"], "newKeyboardPwd": "604815", "changeType": 2}
    assert await api.code("keyboardPwd/change", **form) == 0
    assert lock.enter_code("604815").opened
    api.world.clock.advance(9 * HOUR)
    assert lock.enter_code("604815").reason == "outside its time"


async def test_search_and_order(api: Api) -> None:
    assert list(await listed(api)) == ["73020914", "48151623"]
    answer = await api.call("lock/listKeyboardPwd", lockId=FRONT, pageNo=1, pageSize=20, searchStr="Fam")
    assert [item["keyboardPwdName"] for item in answer["list"]] == ["Family"]


async def test_asynchronous_delivery(api: Api) -> None:
    api.world.wifi("back_door").power_saving = True
    lock = api.world.lock(BACK)
    assert (await add(api, "482915", lockId=BACK))["errcode"] == -3035
    number = (await add(api, "482915", lockId=BACK, addType=4))["keyboardPwdId"]
    assert (await listed(api, BACK))["482915"]["status"] == 4
    assert lock.enter_code("482915").reason == "unknown"
    # The refused code made the lock connect to report it, and it took the new one along.
    api.world.upload()
    assert (await listed(api, BACK))["482915"]["status"] == 1
    assert lock.enter_code("482915").opened
    form = {"lockId": BACK, "keyboardPwdId": number}
    await api.call("keyboardPwd/change", **form, newKeyboardPwd="604815", changeType=4)
    assert (await listed(api, BACK))["604815"]["status"] == 6
    api.world.wake(lock)
    assert lock.enter_code("604815").opened
    await api.call("keyboardPwd/delete", **form, deleteType=4)
    assert (await listed(api, BACK))["604815"]["status"] == 8
    api.world.wake(lock)
    assert await listed(api, BACK) == {}


async def test_failed_delivery(api: Api) -> None:
    lock = api.world.lock(BACK)
    lock.keypad.add("482915")
    await add(api, "482915", lockId=BACK, addType=4)
    api.world.wake(lock)
    assert (await listed(api, BACK))["482915"]["status"] == 5
