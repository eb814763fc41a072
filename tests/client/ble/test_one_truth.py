"""What is done over Bluetooth and what is done over the cloud is one lock, one door and one log."""

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.lock_data import LockData
from custom_components.ttlock.client.ble.pairing import pair
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import NotInSettingMode
from custom_components.ttlock.client.features import Feature
from custom_components.ttlock.client.models import Bolt, PasscodeKind
from custom_components.ttlock.client.passcodes import PasscodeRequest
from simulator import World
from simulator.radio.air import Air

from .house import beside
from .on_air import RadioConnector

pytestmark = pytest.mark.locks("front_door")

CODE = Secret("483920")
OF_CLOUD = Secret("839201")


async def test_a_code_opens_wherever_it_was_placed(client: CloudClient, air: Air, world: World) -> None:
    person = beside(air)
    await person.lock.add_passcode(CODE)
    await client.add_passcode(
        person.door.lock_id, OF_CLOUD, PasscodeRequest(name="Cleaner", kind=PasscodeKind.PERMANENT, code=OF_CLOUD)
    )
    assert {CODE, OF_CLOUD} <= {one.code for one in await person.lock.list_passcodes()}
    assert all(person.door.enter_code(code.reveal()).opened for code in (CODE, OF_CLOUD))
    await person.lock.lock()
    world.upload()
    records = (await client.newest_records(person.door.lock_id)).items
    assert {(record.record_type, record.number) for record in records} >= {(4, CODE), (4, OF_CLOUD), (11, None)}
    in_lock = [told for one in await person.lock.read_log() if (told := one.record()) is not None]
    assert {(record.when, record.record_type, record.number) for record in in_lock} <= {
        (record.when, record.record_type, record.number) for record in records
    }
    await person.session.close()


async def test_both_roads_see_the_same_bolt(client: CloudClient, air: Air) -> None:
    person = beside(air)
    await person.lock.unlock()
    assert (await client.get_state(person.door.lock_id, now=True)).bolt is Bolt.UNLOCKED
    await client.lock(person.door.lock_id)
    assert (await person.lock.status()).bolt is Bolt.LOCKED
    await person.session.close()


async def test_a_lock_is_paired_and_the_cloud_takes_it(client: CloudClient, air: Air, world: World) -> None:
    radio = air.out_of_the_box()
    radio.touch()
    connector = RadioConnector(radio)
    session = Session(connector, LockKey.unpaired(radio.address))
    owner = world.account("owner")
    data = await pair(session, name="Shed", uid=owner.uid, clock=world.clock.now)
    made = await client.locks.record_initialized(data.encode(), "Shed")
    door = world.lock(made.lock_id)
    assert door is radio.lock
    assert Feature.PASSCODE in data.features and data.features.value == int(door.feature_value, 16)
    assert len(data.seeds) == 10
    # The key that the cloud hands out is the one that the pairing made.
    taken = LockData.decode(Secret(data.encode().reveal())).key
    lock = BleLock(Session(RadioConnector(radio), taken), clock=world.clock.now)
    await session.close()
    await lock.unlock()
    assert door.bolt == "unlocked"
    admin_passcode = data.admin_passcode
    assert admin_passcode is not None
    await lock.lock()
    assert door.enter_code(admin_passcode.reveal()).opened
    await lock.add_passcode(CODE)
    await lock.reset()
    assert not door.owned
    assert not door.enter_code(CODE.reveal()).opened


@pytest.mark.parametrize("touched", [True, False], ids=["with an owner", "asleep"])
async def test_a_lock_that_cannot_be_paired_says_so(air: Air, world: World, touched: bool) -> None:
    radio = air.lock("front_door") if touched else air.out_of_the_box()
    if touched:
        radio.touch()
    # Of a lock with an owner it was seen that it answers, under its own key (ttlock-ble-protocol.md 5.1).
    radio.fidelity.answer_undecipherable = True
    keys = radio.keys
    session = Session(RadioConnector(radio), LockKey.unpaired(radio.address))
    with pytest.raises(NotInSettingMode):
        await pair(session, name="Shed", clock=world.clock.now)
    assert radio.keys == keys
    assert radio.lock.owned is touched
    await session.close()
