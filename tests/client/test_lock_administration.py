"""Locks, gateways and groups as things of the account."""

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.cloud.passcodes import PasscodeOnLock
from custom_components.ttlock.client.errors import (
    DeviceUnreachable,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    TTLockError,
    Unsupported,
)
from custom_components.ttlock.client.inventory import DeviceKind, Firmware, FirmwareState, Group, WifiNetwork
from custom_components.ttlock.client.models import PasscodeKind
from simulator import CloudServer, Fault, World
from simulator.database import NbDevice
from simulator.features import Feature

from .doors import lock_with

LOCK = "garden_gate"


# -- Locks ---------------------------------------------------------------------------------------------------------


async def test_a_lock_is_taken_over_renamed_and_removed(client: CloudClient, world: World) -> None:
    new = await client.locks.record_initialized(Secret("virtual lock data"), "Shed")
    assert (await client.get_ekey(new.lock_id)).key_id == new.key_id
    assert (await client.get_ekey(new.lock_id)).name == "Shed"
    await client.locks.rename(new.lock_id, "Garage")
    assert (await client.get_ekey(new.lock_id)).name == "Garage"
    await client.locks.record_lock_data(new.lock_id, Secret("other lock data"))
    assert world.rows[new.lock_id].lock_data == "other lock data"
    await client.locks.delete(new.lock_id)
    with pytest.raises(NotFound, match="lock_not_found"):
        await client.get_lock(new.lock_id)


async def test_a_lost_answer_to_a_removal_is_unclear(client: CloudClient, world: World, server: CloudServer) -> None:
    world.faults.add(Fault(kind="drop_after", path="/v3/lock/delete"))
    with pytest.raises(OutcomeUnknown):
        await client.locks.delete(world.lock(LOCK).lock_id)
    assert server.calls["/v3/lock/delete"] == 1


async def test_locks_and_their_gateway_change_owner_together(client: CloudClient, world: World) -> None:
    landlord = world.account("landlord")
    locks = [world.lock(LOCK).lock_id, world.lock("office").lock_id]
    gateway = next(gateway for gateway in world.reach.gateways.values() if gateway.key == "garden")
    await client.locks.transfer(locks, landlord.username)
    await client.gateways.transfer([gateway.gateway_id], landlord.username)
    assert not set(locks) & {lock.lock_id for lock in (await client.list_own_locks()).items}
    assert gateway.gateway_id not in {item.gateway_id for item in (await client.list_gateways()).items}
    assert {world.rows[lock_id].admin_uid for lock_id in locks} == {gateway.admin_uid} == {landlord.uid}


async def test_nobody_gives_a_lock_to_himself(client: CloudClient, world: World) -> None:
    owner = world.account("owner").username
    with pytest.raises(InvalidInput, match="receiver_is_self"):
        await client.locks.transfer([world.lock(LOCK).lock_id], owner)
    with pytest.raises(InvalidInput, match="receiver_is_self"):
        await client.gateways.transfer([next(iter(world.reach.gateways))], owner)


async def test_what_a_phone_read_reaches_the_cloud(client: CloudClient, world: World) -> None:
    lock = world.lock("padlock")
    await client.locks.record_battery(lock.lock_id, 41)
    assert (await client.get_ekey(lock.lock_id)).battery == 41
    await client.passcodes.record_read(
        lock.lock_id,
        [PasscodeOnLock(code=Secret("5928461"), kind=PasscodeKind.PERMANENT, original=Secret("4829150"))],
    )
    codes = [passcode.code for passcode in (await client.list_passcodes(lock.lock_id)).items]
    assert codes == [Secret("5928461")]


async def test_newer_firmware_is_told(client: CloudClient, world: World) -> None:
    lock_id = world.lock("front_door").lock_id
    row = world.rows[lock_id]
    for newest, state in (("", FirmwareState.CURRENT), (None, FirmwareState.UNKNOWN), ("9.9", FirmwareState.OUTDATED)):
        row.newest_firmware = newest
        firmware = await client.locks.check_firmware(lock_id)
        assert (firmware.state, firmware.version) == (state, row.firmware)
        assert (firmware.model, firmware.hardware_version) == (row.model, row.hardware)
    assert firmware.newest_version == "9.9"
    assert await client.locks.recheck_firmware(lock_id, Secret("virtual lock data")) == firmware


async def test_the_network_of_a_wifi_lock(client: CloudClient, world: World) -> None:
    lock_id = world.lock("back_door").lock_id
    wifi = await client.locks.get_wifi(lock_id)
    assert (wifi.network, wifi.ip, wifi.online, wifi.power_saving) == ("Home", "192.0.2.24", True, False)
    assert wifi.signal == 3
    network = WifiNetwork(name="Guests", rssi=-90, ip="192.0.2.99", default_gateway="192.0.2.2")
    await client.locks.record_wifi(lock_id, network)
    wifi = await client.locks.get_wifi(lock_id)
    assert (wifi.network, wifi.ip, wifi.default_gateway, wifi.signal) == ("Guests", "192.0.2.99", "192.0.2.2", 1)
    with pytest.raises(Unsupported):
        await client.locks.get_wifi(world.lock(LOCK).lock_id)


async def test_the_radio_of_a_mobile_lock(client: CloudClient, world: World) -> None:
    lock_id = lock_with(world, Feature.NB_IOT).lock_id
    with pytest.raises(DeviceUnreachable):
        await client.locks.get_nb(lock_id)
    world.rows[lock_id].nb_device = NbDevice(node_id="1D2E", card_number="8939000000", rssi=17)
    radio = await client.locks.get_nb(lock_id)
    assert (radio.node_id, radio.rssi, radio.card_number) == ("1D2E", 17, Secret("8939000000"))
    assert radio.operator


# -- Gateways ------------------------------------------------------------------------------------------------------


async def test_a_gateway_is_known_renamed_and_removed(client: CloudClient, world: World) -> None:
    gateway = (await client.list_gateways()).items[0]
    assert await client.gateways.get(gateway.gateway_id) == gateway
    await client.gateways.rename(gateway.gateway_id, "Attic")
    assert (await client.gateways.get(gateway.gateway_id)).name == "Attic"
    await client.gateways.delete(gateway.gateway_id)
    with pytest.raises(NotFound, match="gateway_not_found"):
        await client.gateways.get(gateway.gateway_id)


async def test_both_sides_of_reach_agree(client: CloudClient, world: World) -> None:
    lock = world.lock("office")
    reaches = (await client.gateways.list_of_lock(lock.lock_id)).items
    assert len(reaches) == 2
    for reach in reaches:
        assert reach in (await client.list_reach(reach.gateway_id)).items
        devices = {item.device_id: item for item in (await client.gateways.list_devices(reach.gateway_id)).items}
        device = devices[lock.lock_id]
        assert (device.kind, device.rssi, device.mac) == (DeviceKind.LOCK, reach.rssi, lock.mac)
        assert device.name == world.rows[lock.lock_id].alias


async def test_the_firmware_of_a_gateway(client: CloudClient, world: World) -> None:
    gateway = next(iter(world.reach.gateways.values()))
    gateway.newest_firmware = "9.9"
    firmware = await client.gateways.check_firmware(gateway.gateway_id)
    assert (firmware.state, firmware.newest_version) == (FirmwareState.OUTDATED, "9.9")
    await client.gateways.enter_upgrade_mode(gateway.gateway_id)
    with pytest.raises(TTLockError):
        await client.get_state(world.lock("front_door").lock_id)
    installed = Firmware(
        state=FirmwareState.CURRENT, model="SN-G2", hardware_version="1.2", version="9.9", newest_version=None
    )
    await client.gateways.record_details(gateway.gateway_id, installed, "Attic Wi-Fi")
    firmware = await client.gateways.check_firmware(gateway.gateway_id)
    assert (firmware.state, firmware.version, firmware.hardware_version) == (FirmwareState.CURRENT, "9.9", "1.2")
    assert (await client.gateways.get(gateway.gateway_id)).network == "Attic Wi-Fi"
    await client.get_state(world.lock("front_door").lock_id)


async def test_a_gateway_that_was_just_set_up_is_found(client: CloudClient, world: World) -> None:
    gateway = next(iter(world.reach.gateways.values()))
    assert await client.gateways.id_of_new(gateway.mac) == gateway.gateway_id
    with pytest.raises(NotFound, match="gateway_not_found"):
        await client.gateways.id_of_new("02:00:5E:00:53:FF")
    world.faults.add(Fault(kind="missing_fields", path="/v3/gateway/isInitSuccess", fields=("gatewayId",)))
    with pytest.raises(NotFound, match="gateway_not_found"):
        await client.gateways.id_of_new(gateway.mac)


def test_a_new_kind_of_device_is_unknown() -> None:
    assert [DeviceKind.from_vendor(value) for value in (9999, None, "2")] == [
        DeviceKind.UNKNOWN,
        DeviceKind.UNKNOWN,
        DeviceKind.WATER_METER,
    ]


# -- Groups --------------------------------------------------------------------------------------------------------


async def test_locks_are_put_into_groups(client: CloudClient, world: World) -> None:
    lock_id = world.lock(LOCK).lock_id
    group_id = await client.groups.add("Outside")
    assert (await client.groups.list()).items == (Group(group_id=group_id, name="Outside"),)
    await client.locks.set_group(lock_id, group_id)
    owner = world.account("owner").uid
    assert _group(world, owner, lock_id) == group_id
    await client.locks.set_group(lock_id, None)
    assert _group(world, owner, lock_id) == 0
    await client.groups.add_device(group_id, DeviceKind.LOCK, lock_id)
    assert _group(world, owner, lock_id) == group_id
    await client.groups.rename(group_id, "Garden")
    assert (await client.groups.list()).items[0].name == "Garden"
    with pytest.raises(InvalidInput, match="name_taken"):
        await client.groups.add("Garden")
    await client.groups.delete(group_id)
    assert (await client.groups.list()).items == ()
    assert _group(world, owner, lock_id) == 0
    with pytest.raises(NotFound, match="group_not_found"):
        await client.groups.delete(group_id)


async def test_deleting_the_own_ekey_of_a_shared_lock_gives_it_up(client: CloudClient, world: World) -> None:
    shared = world.lock("holiday_flat").lock_id
    await client.ekeys.delete((await client.get_ekey(shared)).key_id)
    assert shared not in {ekey.lock_id for ekey in (await client.list_ekeys()).items}
    assert shared in world.locks


def _group(world: World, uid: int, lock_id: int) -> int:
    ekey = world.ekey(uid, lock_id)
    assert ekey
    return ekey.group_id
