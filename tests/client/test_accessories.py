"""Remotes, wireless keypads and door sensors through the cloud."""

from dataclasses import replace

import pytest

from custom_components.ttlock.client import CloudClient, Secret
from custom_components.ttlock.client.accessories import DoorEvent, SensorAlerts
from custom_components.ttlock.client.credentials import CredentialKind, Validity
from custom_components.ttlock.client.errors import InvalidInput, ServerFault
from custom_components.ttlock.client.inventory import Firmware, FirmwareState
from custom_components.ttlock.client.models import Door
from simulator import CloudServer, Fault, World
from simulator.credentials import Credential, CredentialKind as KindAtDoor

from .doors import HOUR, next_hours

FIRMWARE = Firmware(
    state=FirmwareState.UNKNOWN, model="SN9", hardware_version="1.6", version="6.0.6", newest_version=None
)
FOB = "281474976711111"


# -- Remotes -------------------------------------------------------------------------------------------------------


async def test_a_paired_remote_is_noted_changed_and_deleted(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    lock.command_store(KindAtDoor.REMOTE, Credential(number=FOB))
    remote_id = await client.remotes.record_added(
        lock.lock_id,
        Secret(FOB),
        "02:00:5E:00:53:77",
        Validity.permanent(),
        battery=80,
        firmware=FIRMWARE,
        name="Guest",
    )
    (remote,) = (await client.remotes.list(lock.lock_id)).items
    assert (remote.credential_id, remote.kind, remote.name) == (remote_id, CredentialKind.REMOTE, "Guest")
    assert (remote.number, remote.mac, remote.battery) == (Secret(FOB), "02:00:5E:00:53:77", 80)
    assert remote.validity == Validity.permanent()
    await client.remotes.update(lock.lock_id, remote_id, validity=next_hours(world))
    assert lock.press_remote(FOB).opened
    world.clock.advance(3 * HOUR)
    assert not lock.press_remote(FOB).opened
    await client.remotes.update(lock.lock_id, remote_id, name="Cleaner")
    assert (await client.remotes.list(lock.lock_id)).items[0].name == "Cleaner"
    await client.remotes.record_deleted(remote_id)
    assert (await client.remotes.list(lock.lock_id)).items == ()
    assert FOB in lock.credentials[KindAtDoor.REMOTE]


async def test_cleared_remotes_are_noted_only(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    lock.command_store(KindAtDoor.REMOTE, Credential(number=FOB))
    await client.remotes.record_added(
        lock.lock_id, Secret(FOB), "02:00:5E:00:53:77", Validity.permanent(), battery=80, firmware=FIRMWARE
    )
    await client.remotes.record_cleared(lock.lock_id)
    assert (await client.remotes.list(lock.lock_id)).items == ()
    assert lock.press_remote(FOB).opened


# -- Wireless keypads ----------------------------------------------------------------------------------------------


async def test_a_paired_keypad_is_kept_in_the_cloud(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    keypad_id = await client.keypads.record_added(lock.lock_id, "KP_1", "02:00:5E:00:53:78", "Gate", "1", battery=66)
    (keypad,) = (await client.keypads.list(lock.lock_id)).items
    assert (keypad.keypad_id, keypad.name, keypad.number) == (keypad_id, "Gate", "KP_1")
    assert (keypad.mac, keypad.battery) == ("02:00:5E:00:53:78", 66)
    await client.keypads.rename(keypad_id, "Garage")
    assert (await client.keypads.list(lock.lock_id)).items[0].name == "Garage"
    await client.keypads.record_upgraded(keypad_id, 2, "3")
    row = world.rows[lock.lock_id].keypads[keypad_id]
    assert (row.slot, row.feature_value) == (2, "3")
    await client.keypads.delete(keypad_id)
    assert (await client.keypads.list(lock.lock_id)).items == ()


# -- Door sensors --------------------------------------------------------------------------------------------------


async def test_a_paired_sensor_is_kept_in_the_cloud(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    sensor_id = await client.door_sensors.record_added(
        lock.lock_id, "02:00:5E:00:53:79", "DS_1", battery=77, firmware=FIRMWARE, name="Front"
    )
    await client.settings.set_left_open_delay(lock.lock_id, 120)
    sensor = await client.door_sensors.get(lock.lock_id)
    assert sensor
    assert (sensor.sensor_id, sensor.name, sensor.number) == (sensor_id, "Front", "DS_1")
    assert (sensor.mac, sensor.battery, sensor.version) == ("02:00:5E:00:53:79", 77, "6.0.6")
    assert sensor.left_open_seconds == 120
    await client.door_sensors.rename(sensor_id, "Back")
    renamed = await client.door_sensors.get(lock.lock_id)
    assert renamed == replace(sensor, name="Back")
    await client.door_sensors.delete(sensor_id)
    assert await client.door_sensors.get(lock.lock_id) is None


async def test_a_fault_is_not_taken_for_a_missing_sensor(client: CloudClient, world: World) -> None:
    world.faults.add(Fault(kind="http_500", path="/v3/doorSensor/query"))
    with pytest.raises(ServerFault):
        await client.door_sensors.get(world.lock("front_door").lock_id)


async def test_the_log_of_a_paired_sensor_tells_the_door(client: CloudClient, world: World) -> None:
    lock = world.lock("front_door")
    lock.turn_key()
    lock.open_door()
    world.clock.advance(60)
    lock.close_door()
    world.upload()
    records = (await client.door_sensors.list_records(lock.lock_id)).items
    assert [record.event for record in records] == [DoorEvent.CLOSED, DoorEvent.OPENED]
    assert all(record.when for record in records)


async def test_a_standalone_sensor_tells_its_door(client: CloudClient, world: World) -> None:
    sensors = client.door_sensors.standalone
    sensor_id = await sensors.record_added("Garage", "virtual set-up data", "Home")
    (sensor,) = (await sensors.list()).items
    assert (sensor.sensor_id, sensor.name, sensor.network) == (sensor_id, "Garage", "Home")
    assert (sensor.door, sensor.is_admin, sensor.stale) == (None, True, False)
    events = {0: (Door.CLOSED, DoorEvent.CLOSED), 1: (Door.OPEN, DoorEvent.OPENED)}
    for number, (door, event) in events.items():
        world.door_sensors[sensor_id].report(number, world.clock.now_ms())
        assert (await sensors.list()).items[0].door is door
        assert (await sensors.list_records(sensor_id)).items[0].event is event
    await sensors.rename(sensor_id, "Shed")
    assert (await sensors.list()).items[0].name == "Shed"
    await sensors.delete(sensor_id)
    assert (await sensors.list()).items == ()


async def test_a_standalone_sensor_warns_as_chosen(client: CloudClient, server: CloudServer) -> None:
    sensors = client.door_sensors.standalone
    sensor_id = await sensors.record_added("Garage", "virtual set-up data", "Home")
    alerts = SensorAlerts(left_open=True, left_open_seconds=300, unused=False, unused_days=7)
    await sensors.set_alerts(sensor_id, alerts)
    assert await sensors.get_alerts(sensor_id) == alerts
    before = server.calls.total()
    with pytest.raises(InvalidInput, match="left_open_alert_range"):
        await sensors.set_alerts(sensor_id, replace(alerts, left_open_seconds=901))
    with pytest.raises(InvalidInput, match="unused_days_range"):
        await sensors.set_alerts(sensor_id, replace(alerts, unused_days=0))
    assert server.calls.total() == before
