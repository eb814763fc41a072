"""Cards, fingerprints, faces, palm veins and remotes through the cloud and at the door (ttlock-open-api.md 4.6-4.11)."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from simulator import Feature, VirtualLock
from simulator.cloud.cards import swapped
from simulator.credentials import Credential, CredentialKind

from .conftest import Api, Json

FRONT, BACK, FLAT = 7252401, 7252404, 7252408
HOUR = 3_600_000
PHOTO = b"\xff\xd8\xff" + bytes(400_000)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One kind as tests see it."""

    kind: CredentialKind
    base: str
    id: str
    number: str
    type: str
    act: str
    feature: Feature
    records: tuple[int, int | None]
    """What the cloud records for an unlock and for one outside its time."""
    remote_add: bool = False
    delete_selector: str | None = "deleteType"
    change_selector: str = "changeType"
    change: str = "changePeriod"
    listing: str = "list"
    missing: int = -3
    extra: tuple[tuple[str, str], ...] = ()

    def show(self, lock: VirtualLock, number: str = "4711") -> bool:
        return bool(getattr(lock, self.act)(number).opened)


CASES = [
    Case(
        kind=CredentialKind.CARD,
        base="identityCard",
        id="cardId",
        number="cardNumber",
        type="cardType",
        act="swipe_card",
        feature=Feature.CARD,
        records=(7, 7),
        remote_add=True,
        missing=-1021,
    ),
    Case(
        kind=CredentialKind.FINGERPRINT,
        base="fingerprint",
        id="fingerprintId",
        number="fingerprintNumber",
        type="fingerprintType",
        act="touch_finger",
        feature=Feature.FINGERPRINT,
        records=(8, 8),
        missing=-1023,
    ),
    Case(
        kind=CredentialKind.FACE,
        base="face",
        id="faceId",
        number="faceNumber",
        type="type",
        act="show_face",
        feature=Feature.FACE,
        records=(67, 71),
        delete_selector="type",
        change_selector="type",
    ),
    Case(
        kind=CredentialKind.PALM_VEIN,
        base="palmVein",
        id="id",
        number="number",
        type="type",
        act="show_palm",
        feature=Feature.PALM_VEIN,
        records=(84, 88),
        delete_selector="type",
        change_selector="type",
    ),
    Case(
        kind=CredentialKind.REMOTE,
        base="remote",
        id="remoteId",
        number="number",
        type="type",
        act="press_remote",
        feature=Feature.REMOTE,
        records=(55, None),
        delete_selector=None,
        change="update",
        listing="listByLock",
        extra=(("mac", "16:72:4E:00:00:01"), ("electricQuantity", "90"), ("firmwareInfo", "{}")),
    ),
]
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.base)


@pytest.fixture
def lock(api: Api) -> VirtualLock:
    lock = api.world.lock(FRONT)
    lock.add_feature(*(case.feature for case in CASES), Feature.QR_CODE)
    return lock


async def add(api: Api, case: Case, /, **changes: Any) -> Json:
    """Store it in the lock as a phone does, then tell the cloud."""
    lock = api.world.lock(FRONT)
    mac = dict(case.extra).get("mac", "")
    lock.command_store(case.kind, Credential(number="4711", mac=mac))
    form = {"lockId": FRONT, case.number: "4711", "startDate": 0, "endDate": 0, **dict(case.extra)}
    return await api.call(f"{case.base}/add", **{**form, **changes})


async def listed(api: Api, case: Case) -> list[Json]:
    answer = await api.call(f"{case.base}/{case.listing}", lockId=FRONT, pageNo=1, pageSize=20)
    return [item for item in answer["list"] if item[case.number] == "4711"]


@EVERY
async def test_after_bluetooth(api: Api, lock: VirtualLock, case: Case) -> None:
    answer = await add(api, case, name="Cleaner")
    assert set(answer) == {case.id}
    (item,) = await listed(api, case)
    assert item[case.id] == answer[case.id]
    assert (item["startDate"], item["endDate"], item[case.type]) == (0, 0, 1)
    assert "cyclicConfig" not in item
    assert case.show(lock)
    kept = api.world.row(FRONT).records
    assert kept[-1].record_type == case.records[0] and kept[-1].record.success


@EVERY
async def test_the_cloud_alone_opens_nothing(api: Api, lock: VirtualLock, case: Case) -> None:
    form = {"lockId": FRONT, case.number: "4711", "startDate": 0, "endDate": 0, **dict(case.extra)}
    assert case.id in await api.call(f"{case.base}/add", **form)
    assert len(await listed(api, case)) == 1
    assert not case.show(lock)


@EVERY
async def test_a_period_ends(api: Api, lock: VirtualLock, case: Case) -> None:
    number = (await add(api, case))[case.id]
    now = api.world.clock.now_ms()
    form = {"lockId": FRONT, case.id: number, "startDate": now + HOUR, "endDate": now + 2 * HOUR}
    assert await api.code(f"{case.base}/{case.change}", **form, **{case.change_selector: 2}) == 0
    (item,) = await listed(api, case)
    assert (item["startDate"], item["endDate"]) == (now + HOUR, now + 2 * HOUR)
    seen = []
    for _ in range(3):
        seen.append(case.show(lock))
        api.world.clock.advance(3600)
    assert seen == [False, True, False]
    refused = [kept.record_type for kept in api.world.row(FRONT).records if not kept.record.success]
    assert refused == ([case.records[1]] * 2 if case.records[1] else [])
    # Nothing timed becomes permanent again.
    form |= {"startDate": 0, "endDate": 0}
    assert await api.code(f"{case.base}/{case.change}", **form, **{case.change_selector: 2}) == -3


@EVERY
async def test_weekly_windows(api: Api, lock: VirtualLock, case: Case) -> None:
    # It is Thursday, 10:00 at the lock.
    number = (await add(api, case))[case.id]
    now = api.world.clock.now_ms()
    form = {"lockId": FRONT, case.id: number, "startDate": now - HOUR, "endDate": now + 1000 * HOUR}
    thursday, friday = ({"weekDay": day, "startTime": 540, "endTime": 660} for day in (4, 5))
    path = f"{case.base}/{case.change}"
    assert await api.code(path, **form, **{case.change_selector: 2}, cyclicConfig=[thursday, friday]) == 0
    (item,) = await listed(api, case)
    assert (item[case.type], item["cyclicConfig"]) == (4, [thursday, friday])
    seen = []
    for hours in (0, 1, 23, 25):
        api.world.clock.freeze(now / 1000 + hours * 3600)
        seen.append(case.show(lock))
    assert seen == [True, False, True, False]
    api.world.clock.freeze(now / 1000)
    for wrong in (
        [thursday, {**friday, "endTime": 700}],
        [{**thursday, "weekDay": 8}],
        [{**thursday, "endTime": 540}],
        ["friday"],
        [],
    ):
        assert await api.code(path, **form, **{case.change_selector: 2}, cyclicConfig=wrong) == -3
    assert await api.code(path, **form, **{case.change_selector: 2}, cyclicConfig="[") == 80002
    assert await api.code(f"{case.base}/add", **_new(case), **{case.type: 4}) == -3


def _new(case: Case) -> dict[str, Any]:
    return {"lockId": FRONT, case.number: "12", "startDate": 0, "endDate": 0, **dict(case.extra)}


@EVERY
async def test_refused(api: Api, lock: VirtualLock, case: Case) -> None:
    now = api.world.clock.now_ms()
    assert await api.code(f"{case.base}/add", **{**_new(case), "startDate": now, "endDate": now}) == -3
    assert await api.code(f"{case.base}/add", **{**_new(case), "startDate": None}) == -3
    form = {"lockId": FRONT, case.id: 5, "startDate": now, "endDate": now + HOUR}
    assert await api.code(f"{case.base}/{case.change}", **form) == case.missing
    assert await api.code(f"{case.base}/delete", lockId=FRONT, **{case.id: 5}) == case.missing
    lock.features -= {case.feature}
    assert await api.code(f"{case.base}/add", **_new(case)) == -4043


@EVERY
async def test_removed(api: Api, lock: VirtualLock, case: Case) -> None:
    number = (await add(api, case))[case.id]
    selector = {case.delete_selector: 2} if case.delete_selector else {}
    assert await api.code(f"{case.base}/delete", lockId=FRONT, **{case.id: number}, **selector) == 0
    assert await listed(api, case) == []
    # A remote can only be taken out of the lock by Bluetooth.
    assert case.show(lock) is (case.delete_selector is None)
    await add(api, case)
    assert await api.code(f"{case.base}/clear", lockId=FRONT) == 0
    assert await listed(api, case) == []
    assert case.show(lock)


@EVERY
async def test_second_add_keeps_the_id(api: Api, lock: VirtualLock, case: Case) -> None:
    assert await add(api, case) == await add(api, case)
    assert len(await listed(api, case)) == 1


@pytest.mark.parametrize(
    ("base", "field"),
    [("identityCard", "cardName"), ("fingerprint", "fingerprintName"), ("face", "name"), ("palmVein", "name")],
)
async def test_renamed(api: Api, lock: VirtualLock, base: str, field: str) -> None:
    case = next(case for case in CASES if case.base == base)
    number = (await add(api, case))[case.id]
    assert await api.code(f"{base}/rename", lockId=FRONT, **{case.id: number, field: "Gardener"}) == 0
    assert [item[field] for item in await listed(api, case)] == ["Gardener"]
    case.show(lock)
    assert api.world.row(FRONT).records[-1].username == "Gardener"


KEYS = {
    "face": "faceId lockId name faceNumber status nickname userid type startDate endDate createDate",
    "palmVein": "id name number status nickname startDate endDate type createDate",
    "remote": "remoteId number name mac electricQuantity status nickname userId startDate endDate type createDate",
}


@pytest.mark.parametrize("base", KEYS)
async def test_items(api: Api, lock: VirtualLock, base: str) -> None:
    case = next(case for case in CASES if case.base == base)
    number = (await add(api, case))[case.id]
    (item,) = await listed(api, case)
    assert set(item) == set(KEYS[base].split())
    assert item["status"] == 1
    now = api.world.clock.now_ms()
    form = {"lockId": FRONT, case.id: number, "startDate": now - HOUR, "endDate": now}
    assert await api.code(f"{base}/{case.change}", **form) == 0
    assert [item["status"] for item in await listed(api, case)] == [2]


async def test_card_through_the_gateway(api: Api, lock: VirtualLock) -> None:
    now = api.world.clock.now_ms()
    form = {"lockId": FRONT, "cardNumber": "3661413478", "startDate": now, "endDate": now + HOUR, "addType": 2}
    plain = (await api.call("identityCard/add", **form))["cardId"]
    reversed_id = (await api.call("identityCard/addForReversedCardNumber", **{**form, "addType": None}))["cardId"]
    cards = (await api.call("identityCard/list", lockId=FRONT, pageNo=1, pageSize=20))["list"]
    assert {item["cardId"]: item["cardNumber"] for item in cards if item["cardId"] == plain} == {plain: "3661413478"}
    # The default world has a card of the swapped number, which is replaced.
    assert next(item for item in cards if item["cardNumber"] == "1723612378")["cardId"] == reversed_id
    assert lock.swipe_card("3661413478").opened and lock.swipe_card("1723612378").opened
    assert await api.code("identityCard/addForReversedCardNumber", **{**form, "addType": 1}) == -3
    assert await api.code("identityCard/addForReversedCardNumber", **{**form, "cardNumber": str(2**32)}) == -3
    assert await api.code("identityCard/add", **{**form, "cardNumber": "blue"}) == -3
    assert (swapped("3661413478"), swapped("1")) == ("1723612378", "16777216")
    api.world.gateway("hall").online = False
    assert await api.code("identityCard/add", **{**form, "cardNumber": "77"}) == -3002
    assert not any(row.number == "77" for row in api.world.row(FRONT).cards.values())


async def test_cyclic_cards_need_their_bit(api: Api, lock: VirtualLock) -> None:
    lock.features -= {Feature.CYCLIC_CARD}
    config = [{"weekDay": 1, "startTime": 540, "endTime": 660}]
    form = {"lockId": FRONT, "cardNumber": "77", "startDate": 0, "endDate": 0, "cardType": 4, "cyclicConfig": config}
    assert await api.code("identityCard/add", **form, addType=2) == -4043


async def test_full_and_frozen_locks_refuse(api: Api, lock: VirtualLock) -> None:
    form = {"lockId": FRONT, "cardNumber": "77", "startDate": 0, "endDate": 0, "addType": 2}
    lock.frozen = True
    assert await api.code("identityCard/add", **form) == -2025
    lock.frozen = False
    for number in range(250):
        lock.cards[f"n{number}"] = Credential(number=f"n{number}")
    assert await api.code("identityCard/add", **form) == -4056


async def test_asynchronous_delivery(api: Api) -> None:
    lock, wifi = api.world.lock(BACK), api.world.wifi("back_door")
    wifi.power_saving = True
    form = {"lockId": BACK, "cardNumber": "77", "startDate": 0, "endDate": 0}
    assert await api.code("identityCard/add", **form, addType=2) == -3035
    card = (await api.call("identityCard/add", **form, addType=4))["cardId"]

    async def status() -> list[int]:
        answer = await api.call("identityCard/list", lockId=BACK, pageNo=1, pageSize=20)
        return [item["status"] for item in answer["list"]]

    assert (await status(), lock.swipe_card("77").opened) == ([4], False)
    api.world.wake(lock)
    assert (await status(), lock.swipe_card("77").opened) == ([1], True)
    now = api.world.clock.now_ms()
    change = {"lockId": BACK, "cardId": card, "startDate": now, "endDate": now + HOUR, "changeType": 4}
    assert await api.code("identityCard/changePeriod", **change) == 0
    assert await status() == [6]
    api.world.wake(lock)
    assert await status() == [1]
    assert await api.code("identityCard/delete", lockId=BACK, cardId=card, deleteType=4) == 0
    assert await status() == [8]
    api.world.wake(lock)
    assert (await status(), lock.swipe_card("77").opened) == ([], False)


async def test_asynchronous_delivery_fails(api: Api) -> None:
    lock = api.world.lock(BACK)
    api.world.wifi("back_door").power_saving = True
    form = {"lockId": BACK, "cardNumber": "77", "startDate": 0, "endDate": 0, "addType": 4}
    card = (await api.call("identityCard/add", **form))["cardId"]
    told: list[tuple[int, int]] = []
    api.world.on_undelivered.append(lambda _, parcel, code: told.append((parcel.object_type, parcel.object_id)))
    lock.silent = True
    api.world.wake(lock)
    assert told == [(3, card)]
    assert api.world.row(BACK).cards[card].status == 5


async def test_face_by_photo(api: Api, lock: VirtualLock) -> None:
    async def features(photo: bytes, lock_id: int = FRONT) -> Json:
        url = f"{api.server.url}/v3/face/getFeatureDataByPhoto"
        params = {
            "clientId": api.world.application.client_id,
            "accessToken": api.token,
            "date": str(api.world.clock.now_ms()),
            "lockId": str(lock_id),
        }
        form = aiohttp.FormData()
        form.add_field("image", photo, filename="face.jpg", content_type="image/jpeg")
        async with api.session.post(url, params=params, data=form) as response:
            answer: Json = await response.json()
            return answer

    data = (await features(PHOTO))["featureData"]
    assert data and data == data.upper()
    assert (await features(PHOTO[:1000]))["errcode"] == -3
    assert (await features(PHOTO + bytes(2_000_000)))["errcode"] == -3
    assert (await features(b"GIF8" + PHOTO))["errcode"] == -3
    assert (await features(PHOTO, BACK))["errcode"] == -4043
    form = {"lockId": FRONT, "name": "Cleaner", "startDate": 0, "endDate": 0, "addType": 2}
    face = (await api.call("face/add", **form, featureData=data))["faceId"]
    other = (await api.call("face/add", **form, featureData=data))["faceId"]
    answer = await api.call("face/list", lockId=FRONT, pageNo=1, pageSize=20)
    numbers = {item["faceId"]: item["faceNumber"] for item in answer["list"]}
    assert len(set(numbers.values())) == 2 and set(numbers) == {face, other}
    assert lock.show_face(numbers[face]).opened
    assert await api.code("face/add", **form) == -3
    assert await api.code("face/add", **form, featureData="no hex") == -3
    assert await api.code("face/add", **{**form, "addType": 1}, featureData=data) == -3
    records = await api.call("lockRecord/list", lockId=FRONT, pageNo=1, pageSize=20, recordType=-5)
    assert [(item["recordType"], item["username"]) for item in records["list"]] == [(67, "Cleaner")]


async def test_remote_update_by_either_name_of_the_method(api: Api, lock: VirtualLock) -> None:
    case = CASES[-1]
    number = (await add(api, case))[case.id]
    now = api.world.clock.now_ms()
    assert await api.code("remote/update", remoteId=number, name="Car keys", changeType=2) == 0
    assert lock.press_remote("4711").opened
    form = {"remoteId": number, "startDate": now - HOUR, "endDate": now}
    assert await api.code("remote/update", **form) == 0
    assert lock.press_remote("4711").opened
    assert await api.code("remote/update", **form, type=2) == 0
    assert not lock.press_remote("4711").opened
    records = await api.call("lockRecord/list", lockId=FRONT, pageNo=1, pageSize=20, recordType=55)
    assert {(item["keyboardPwd"], item["username"]) for item in records["list"]} == {
        ("16:72:4E:00:00:01", "Car keys"),
    }


@EVERY
async def test_double_lock_frozen_and_power(api: Api, lock: VirtualLock, case: Case) -> None:
    await add(api, case)
    lock.double_locked = True
    assert not case.show(lock)
    lock.double_locked, lock.frozen = False, True
    assert not case.show(lock)
    lock.frozen, lock.powered = False, False
    assert not case.show(lock)
    lock.powered = True
    assert case.show(lock)


async def test_objects_of_other_peoples_locks(api: Api, lock: VirtualLock) -> None:
    numbers = {case.base: (await add(api, case))[case.id] for case in CASES}
    api.world.lock(FLAT).add_feature(Feature.CARD)
    await api.sign_in("landlord")
    assert await api.code("palmVein/delete", id=numbers["palmVein"], type=2) == -2018
    assert await api.code("remote/delete", remoteId=numbers["remote"]) == -2018
    assert await api.code("identityCard/delete", lockId=FLAT, cardId=numbers["identityCard"]) == -1021
