"""QR codes through the cloud and at the door (ttlock-open-api.md 4.10)."""

import pytest

from simulator import Feature, VirtualLock
from simulator.qr import read_image

from .conftest import Api, Json

FRONT, GATE = 7252401, 7252402
HOUR = 3_600_000


@pytest.fixture
def lock(api: Api) -> VirtualLock:
    lock = api.world.lock(FRONT)
    lock.add_feature(Feature.QR_CODE, Feature.CUSTOM_QR_CODE)
    return lock


async def listed(api: Api) -> list[Json]:
    items: list[Json] = (await api.call("qrCode/list", lockId=FRONT, pageNo=1, pageSize=20))["list"]
    return items


async def test_random_code_needs_no_contact(api: Api, lock: VirtualLock) -> None:
    api.world.gateway("hall").online = False
    now = api.world.clock.now_ms()
    form = {"lockId": FRONT, "type": 1, "name": "Parcel", "startDate": now + HOUR, "endDate": now + 2 * HOUR}
    code = await api.call("qrCode/add", **form)
    assert set(code) == {"qrCodeId", "qrCodeNumber", "link"}
    assert code["link"] in api.world.secrets()
    number, seen, contents = str(code["qrCodeNumber"]), [], []
    for _ in range(3):
        seen.append(lock.show_qr(number).opened)
        data = await api.call("qrCode/getData", qrCodeId=code["qrCodeId"])
        contents.append("qrCodeContent" in data)
        api.world.clock.advance(3600)
    assert seen == contents == [False, True, False]
    assert [item["status"] for item in await listed(api)] == [2]
    api.world.gateway("hall").online = True
    records = await api.call("lockRecord/list", lockId=FRONT, pageNo=1, pageSize=20, recordType=-4)
    assert [item["recordType"] for item in records["list"]] == [58, 57, 58]
    assert [item["username"] for item in records["list"]] == ["Parcel"] * 3


async def test_shapes(api: Api, lock: VirtualLock) -> None:
    code = await api.call("qrCode/add", lockId=FRONT, type=2)
    (item,) = await listed(api)
    assert set(item) == {
        "qrCodeId",
        "lockId",
        "type",
        "qrCodeNumber",
        "name",
        "startDate",
        "endDate",
        "refreshTime",
        "createDate",
        "status",
        "creator",
        "link",
        "qrCodeVersion",
    }
    assert (item["refreshTime"], item["qrCodeVersion"], item["status"]) == (10, 1, 1)
    data = await api.call("qrCode/getData", qrCodeId=code["qrCodeId"])
    assert set(data) == {
        "lockAlias",
        "type",
        "qrCodeNumber",
        "qrCodeContent",
        "name",
        "startDate",
        "endDate",
        "refreshTime",
        "status",
    }


async def test_a_kept_image_outlives_its_code(api: Api, lock: VirtualLock) -> None:
    code = await api.call("qrCode/add", lockId=FRONT, type=2)
    image = (await api.call("qrCode/getData", qrCodeId=code["qrCodeId"]))["qrCodeContent"]
    assert await api.code("qrCode/delete", lockId=FRONT, qrCodeId=code["qrCodeId"]) == 0
    assert not lock.show_qr(str(code["qrCodeNumber"])).opened
    api.world.clock.advance(599)
    assert lock.show_qr(image).opened
    api.world.clock.advance(1)
    assert not lock.show_qr(image).opened
    assert not lock.show_qr(image[:-1]).opened
    assert read_image(api.world.lock(GATE).secrets.seed, image) is None
    # The number of a deleted code is not used again.
    assert (await api.call("qrCode/add", lockId=FRONT, type=2))["qrCodeNumber"] == code["qrCodeNumber"] + 1


async def test_cyclic_code(api: Api, lock: VirtualLock) -> None:
    # It is Thursday, 10:00 at the lock.
    config = [{"weekDay": 4, "startTime": 540, "endTime": 660}]
    code = await api.call("qrCode/add", lockId=FRONT, type=4, cyclicConfig=config)
    assert lock.show_qr(str(code["qrCodeNumber"])).opened
    assert (await listed(api))[0]["cyclicConfig"] == config
    api.world.clock.advance(3600)
    assert not lock.show_qr(str(code["qrCodeNumber"])).opened
    assert "qrCodeContent" not in await api.call("qrCode/getData", qrCodeId=code["qrCodeId"])
    assert await api.code("qrCode/add", lockId=FRONT, type=4) == -3


async def test_custom_code_is_stored_in_the_lock(api: Api, lock: VirtualLock) -> None:
    form = {"lockId": FRONT, "type": 2, "qrCodeNumber": 1_700_000_000}
    cloud_only = await api.call("qrCode/add", **form, addType=1)
    assert not lock.show_qr("1700000000").opened
    assert await api.code("qrCode/add", **form, addType=2) == -3
    assert await api.code("qrCode/delete", lockId=FRONT, qrCodeId=cloud_only["qrCodeId"], deleteType=1) == 0
    now = api.world.clock.now_ms()
    form |= {"type": 1, "startDate": now, "endDate": now + HOUR}
    code = await api.call("qrCode/add", **form, addType=2)
    assert lock.show_qr("1700000000").opened
    assert [item["qrCodeVersion"] for item in await listed(api)] == [3]
    change = {"qrCodeId": code["qrCodeId"], "type": 1, "startDate": now - HOUR, "endDate": now}
    assert await api.code("qrCode/update", **change) == 0
    assert lock.show_qr("1700000000").opened
    assert await api.code("qrCode/update", **change, changeType=2) == 0
    assert not lock.show_qr("1700000000").opened
    assert await api.code("qrCode/delete", lockId=FRONT, qrCodeId=code["qrCodeId"], deleteType=2) == 0
    assert not lock.credentials["qr_code"]  # type: ignore[index]


async def test_update(api: Api, lock: VirtualLock) -> None:
    now = api.world.clock.now_ms()
    code = await api.call("qrCode/add", lockId=FRONT, type=1, startDate=now, endDate=now + HOUR)
    form = {"qrCodeId": code["qrCodeId"], "name": "Parcel", "refreshTime": 60}
    assert await api.code("qrCode/update", **form) == 0
    (item,) = await listed(api)
    assert (item["name"], item["refreshTime"], item["endDate"]) == ("Parcel", 60, now + HOUR)
    assert await api.code("qrCode/update", **form, startDate=now - HOUR, endDate=now) == 0
    assert not lock.show_qr(str(code["qrCodeNumber"])).opened
    assert await api.code("qrCode/update", **form, type=2) == -3


async def test_clear(api: Api, lock: VirtualLock) -> None:
    await api.call("qrCode/add", lockId=FRONT, type=2)
    await api.call("qrCode/add", lockId=FRONT, type=2, qrCodeNumber=70_000, addType=2)
    assert await api.code("qrCode/clear", lockId=FRONT, type=0) == 0
    assert await listed(api) == []
    assert lock.show_qr("70000").opened
    assert await api.code("qrCode/clear", lockId=FRONT, type=2) == 0
    assert not lock.show_qr("70000").opened
    assert await api.code("qrCode/clear", lockId=FRONT, type=1) == -3


async def test_refused(api: Api, lock: VirtualLock) -> None:
    now = api.world.clock.now_ms()
    form = {"lockId": FRONT, "type": 2}
    assert await api.code("qrCode/add", **form, refreshTime=1441) == -3
    assert await api.code("qrCode/add", lockId=FRONT, type=3) == -3
    assert await api.code("qrCode/add", lockId=FRONT, type=1, startDate=now, endDate=now) == -3
    assert await api.code("qrCode/add", lockId=FRONT, type=1) == -3
    assert await api.code("qrCode/add", **form, qrCodeNumber=65_535, addType=2) == -3
    assert await api.code("qrCode/add", **form, qrCodeNumber=70_000) == -3
    assert await api.code("qrCode/add", **form, addType=2) == -3
    assert await api.code("qrCode/getData", qrCodeId=5) == -3
    assert await api.code("qrCode/delete", lockId=FRONT, qrCodeId=5) == -3
    lock.features -= {Feature.CUSTOM_QR_CODE}
    assert await api.code("qrCode/add", **form, qrCodeNumber=70_000, addType=2) == -4043
    lock.features -= {Feature.QR_CODE}
    assert await api.code("qrCode/add", **form) == -4043
    lock.double_locked = True
    assert lock.show_qr("1").reason == "double-locked"
