"""From a lock that belongs to nobody to one the cloud knows, and back (ttlock-ble-protocol.md 5.1, 5.16, 4.4)."""

import pytest

from simulator import World
from simulator.radio import lockdata
from simulator.radio.access import manufacturer_code
from simulator.radio.air import Air
from simulator.radio.codec import DEFAULT_KEY, Undecipherable, decode_field
from simulator.radio.lockradio import LockRadio
from simulator.radio.peripheral import Advert
from simulator.radio.session import Code

from ..conftest import Api
from .phone import SENTINELS, Phone

pytestmark = pytest.mark.locks("front_door")

FRONT_DOOR = 7252401


def flags(radio: LockRadio) -> int:
    advert = radio.advertisement()
    assert isinstance(advert, Advert)
    return advert.manufacturer_data[773][1]


def told(radio: LockRadio, phone: Phone) -> str:
    """Return the ``lockData`` that a client makes of a lock it paired."""
    members = {
        "lockName": radio.name,
        "lockMac": radio.address,
        "adminPwd": f"{phone.keys.admin_ps:010}",
        "lockKey": f"{phone.keys.unlock_key:010}",
        "aesKeyStr": lockdata.aes_key_text(phone.keys.aes_key),
        "lockFlagPos": 0,
        "featureValue": radio.lock.feature_value,
        "timezoneRawOffset": 3_600_000,
        "modelNum": "S31",
    }
    return lockdata.encode(radio.address, members)


async def test_lock_is_paired_used_and_given_back(new_lock: LockRadio) -> None:
    assert flags(new_lock) & 0x0C == 0x0C
    phone = await Phone(new_lock).connect()
    await phone.pair()
    assert owned(new_lock) and not new_lock.setting_mode
    await phone.admin()
    await phone.done(0x36, "02000a")
    await phone.done(0x03, "020106313233343536" + "1a0b130000")
    assert new_lock.lock.enter_code("123456").opened
    replies = await phone.all(0x52)
    assert replies and (phone.frames[-1].opcode, phone.frames[-1].payload) == (0x54, b"")
    assert phone.dropped and not owned(new_lock)
    assert not new_lock.lock.enter_code("123456").opened
    assert new_lock.lock.auto_lock_seconds == 0


def owned(radio: LockRadio) -> bool:
    return radio.lock.owned


async def test_pairing_counts_once_the_client_is_finished(new_lock: LockRadio) -> None:
    phone = await Phone(new_lock).connect()
    phone.key = (await phone.all(0x19, b"SCIENER"))[0].data
    assert await phone.refused(0x56, bytes(8) + b"somebody") == Code.INVALID_VENDOR
    await phone.done(0x56, bytes(8) + b"SCIENER")
    # Administration needs no handshake while it is being paired.
    await phone.done(0x43, "1a0b130a0000")
    await phone.done(0x53, "01020304")
    await phone.link.disconnect()
    assert not owned(new_lock)
    await (await Phone(new_lock).connect()).pair()
    assert owned(new_lock)


async def test_lock_that_was_not_touched_is_not_paired(new_lock: LockRadio, world: World) -> None:
    world.clock.advance(15)
    assert flags(new_lock) & 0x0C == 0
    phone = await Phone(new_lock).connect()
    replies = await phone.all(0x19, b"SCIENER")
    assert (replies[0].opcode, replies[0].code) == (0x19, Code.NOT_IN_SETTING_MODE)
    assert await phone.refused(0x41, bytes(11)) == Code.NO_ADMIN
    assert await phone.refused(0x56, bytes(8) + b"SCIENER") == Code.NOT_IN_SETTING_MODE


async def test_paired_lock_answers_the_question_for_its_key_under_its_key(phone: Phone) -> None:
    assert await phone.refused(0x19, b"SCIENER") == Code.NOT_IN_SETTING_MODE
    with pytest.raises(Undecipherable):
        phone.heard(DEFAULT_KEY)
    assert await phone.send(phone.frame(0x19, b"SCIENER", DEFAULT_KEY)) == [], "which it cannot read"


async def test_each_pairing_makes_another_key(new_lock: LockRadio) -> None:
    phone = await (await Phone(new_lock).connect()).pair()
    first = phone.key
    await phone.admin()
    await phone.all(0x52)
    new_lock.touch()
    assert (await (await Phone(new_lock).connect()).pair()).key != first


async def test_reset_with_the_code_of_the_manufacturer(phone: Phone, radio: LockRadio) -> None:
    (reply,) = await phone.all(0x85, b"SCIENER", DEFAULT_KEY)
    assert reply.opcode == 0x85
    random = reply.data[1:]
    (reply,) = await phone.all(0x86, random + b"00000000", DEFAULT_KEY)
    assert reply.code == Code.WRONG_DYNAMIC_CODE and radio.lock.owned
    (reply,) = await phone.all(0x86, random + manufacturer_code(random), DEFAULT_KEY)
    assert reply.ok and not radio.lock.owned


async def test_which_lock_is_it(phone: Phone, radio: LockRadio) -> None:
    (reply,) = await phone.all(0x8B, bytes(4), DEFAULT_KEY)
    assert reply.data[1] == 1
    phone.frames.clear()
    radio.touch()
    await phone.listen()
    (reply,) = phone.heard(DEFAULT_KEY)
    assert (reply.echo, reply.data[1]) == (0x8B, 2)


# --- one truth with the cloud -----------------------------------------------------------------------------------------


async def test_lock_data_of_the_cloud_opens_the_lock(air: Air, api: Api) -> None:
    """What an account is told is what opens the lock, for its admin and for a guest."""
    listed = (await api.call("lock/list", pageNo=1, pageSize=100))["list"]
    data = next(item["lockData"] for item in listed if item["lockId"] == FRONT_DOOR)
    paired, radio = lockdata.read(data), air.lock("front_door")
    assert (paired.mac, paired.keys) == (radio.address, radio.keys)
    assert paired.raw_offset == radio.lock.raw_offset
    assert paired.no_key_pwd and paired.no_key_pwd not in repr(paired)
    detail = await api.call("lock/detail", "GET", lockId=FRONT_DOOR)
    assert int(decode_field(detail["adminPwd"])) == radio.keys.admin_ps
    assert int(decode_field(detail["lockKey"])) == radio.keys.unlock_key
    assert detail["aesKeyStr"] == lockdata.aes_key_text(radio.keys.aes_key)
    keys = (await api.call("key/list", pageNo=1, pageSize=100))["list"]
    assert next(item["lockData"] for item in keys if item["lockId"] == FRONT_DOOR) == data
    await api.sign_in("guest")
    keys = (await api.call("key/list", pageNo=1, pageSize=100))["list"]
    ekey = next(item for item in keys if item["lockId"] == FRONT_DOOR)
    members = lockdata.decode(ekey["lockData"])
    assert members.keys().isdisjoint({"adminPwd", "noKeyPwd", "deletePwd"}) and members["sign"]
    assert int(decode_field(members["lockKey"])) == radio.keys.unlock_key
    assert (members["uid"], members["endDate"]) == (api.world.account("guest").uid, ekey["endDate"])
    assert api.world.secrets() >= {data, ekey["lockData"], detail["adminPwd"], detail["lockKey"]}


async def test_paired_lock_is_registered_with_the_cloud(new_lock: LockRadio, api: Api) -> None:
    phone = await (await Phone(new_lock).connect()).pair()
    await phone.done(0x43, "1a0b130a0000")
    answer = await api.call("lock/initialize", lockData=told(new_lock, phone), lockAlias="Shed")
    assert api.world.lock(answer["lockId"]) is new_lock.lock
    assert new_lock.lock.local_time == new_lock.lock.time + 3600
    assert (await phone.done(0x34)).hex() == "1a0b130a0000", "what the lock shows stays"
    detail = await api.call("lock/detail", "GET", lockId=answer["lockId"])
    assert (detail["lockAlias"], detail["lockMac"], detail["modelNum"]) == ("Shed", new_lock.address, "S31")
    assert int(decode_field(detail["lockKey"])) == phone.keys.unlock_key
    assert await api.code("lock/initialize", lockData=told(new_lock, phone)) == -3


async def test_lock_that_was_reset_is_out_of_the_gateways_reach_until_it_is_registered_again(
    air: Air, api: Api, radio: LockRadio
) -> None:
    assert await api.code("lock/unlock", lockId=FRONT_DOOR) == 0
    phone = await (await Phone(radio).connect()).admin()
    await phone.all(0x52)
    assert await api.code("lock/unlock", lockId=FRONT_DOOR) == -2012
    radio.touch()
    again = await (await Phone(radio).connect()).pair()
    assert await api.code("lock/unlock", lockId=FRONT_DOOR) == -2012
    number = (await api.call("lock/initialize", lockData=told(radio, again)))["lockId"]
    assert number != FRONT_DOOR
    assert await api.code("lock/detail", lockId=FRONT_DOOR) == -1003
    assert api.world.lock(number) is radio.lock and air.lock(number) is radio
    assert await api.code("lock/unlock", lockId=number) == 0
    assert radio.lock.bolt == "unlocked"


async def test_lock_that_the_cloud_deleted_keeps_its_keys(api: Api, radio: LockRadio) -> None:
    phone = await (await Phone(radio).connect()).admin()
    assert await api.code("lock/delete", lockId=FRONT_DOOR) == 0
    await phone.done(0x47, phone.control())
    assert radio.lock.bolt == "unlocked"
    assert await api.code("lock/initialize", lockData=told(radio, phone)) == 0


async def test_reset_of_all_ekeys_reaches_the_cloud_with_the_lock_data(
    api: Api, radio: LockRadio, phone: Phone
) -> None:
    await phone.admin(flag=1)
    members = lockdata.decode(told(radio, phone)) | {"lockFlagPos": 1}
    data = lockdata.encode(radio.address, members)
    assert await api.code("lock/updateLockData", lockId=FRONT_DOOR, lockData=data) == 0
    assert (await api.call("lock/detail", "GET", lockId=FRONT_DOOR))["lockFlagPos"] == 1
    assert await phone.refused(0x55, SENTINELS + bytes(7)) == Code.FLAG_TOO_LOW
    await api.sign_in("guest")
    ekey = await api.call("key/get", lockId=FRONT_DOOR)
    assert lockdata.decode(ekey["lockData"])["lockFlagPos"] == 1


async def test_record_of_the_phone_is_in_the_cloud_with_the_name_of_who_it_was(api: Api, phone: Phone) -> None:
    guest = api.world.account("guest")
    await phone.user(uid=guest.uid)
    await phone.done(0x47, phone.control())
    answer = await api.call("lockRecord/list", lockId=FRONT_DOOR, pageNo=1, pageSize=20, startDate=0, endDate=0)
    assert [(record["recordType"], record["username"]) for record in answer["list"]] == [(1, guest.username)]
