"""Door sensors: those paired with a lock, and those with a Wi-Fi of their own (ttlock-open-api.md 4.13)."""

import json
from typing import Final

from ..accessories import (
    DoorRecord,
    PairedSensor,
    SensorAlerts,
    StandaloneSensor,
    read_paired_record,
    read_standalone_record,
)
from ..errors import InvalidInput, TTLockError, is_refusal
from ..inventory import Firmware
from ..parse import Listing
from . import endpoints as at
from .paging import PAGE, all_pages, made, one
from .transport import Transport

MAX_LEFT_OPEN_SECONDS: Final = 900
MAX_UNUSED_DAYS: Final = 15


class DoorSensors:
    """The door sensors of an account."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport
        self.standalone = StandaloneSensors(transport)

    async def get(self, lock_id: int) -> PairedSensor | None:
        """Return the sensor of a lock, None without one.

        The vendor answers an ordinary error for a lock without sensor that cannot be told from others
        (ttlock-open-api.md 4.13), so every refusal of this very request is taken for that.
        """
        try:
            return one(await self._transport.send(at.DOOR_SENSOR, lock_id), PairedSensor.from_vendor)
        except TTLockError as err:
            if is_refusal(err):
                return None
            raise

    async def record_added(
        self, lock_id: int, mac: str, number: str, *, battery: int, firmware: Firmware, name: str | None = None
    ) -> int:
        """Note a sensor that was paired over Bluetooth, and return its id."""
        body = await self._transport.send(
            at.DOOR_SENSOR_ADD,
            lock_id,
            mac=mac,
            number=number,
            electricQuantity=battery,
            firmwareInfo=json.dumps(firmware.to_vendor()),
            name=name,
        )
        return made(body, "doorSensorId")

    async def rename(self, sensor_id: int, name: str) -> None:
        """Give a sensor another name (names of the fields inferred)."""
        await self._transport.send(at.DOOR_SENSOR_UPDATE, doorSensorId=sensor_id, name=name)

    async def delete(self, sensor_id: int) -> None:
        """Remove a sensor from the cloud's list."""
        await self._transport.send(at.DOOR_SENSOR_DELETE, doorSensorId=sensor_id)

    async def list_records(self, lock_id: int) -> Listing[DoorRecord]:
        """Return what the sensor of a lock wrote down in the last six months."""
        return await all_pages(self._transport, at.DOOR_SENSOR_RECORDS, PAGE, read_paired_record, lock_id=lock_id)


class StandaloneSensors:
    """The door sensors that stand for themselves."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self) -> Listing[StandaloneSensor]:
        """Return the standalone sensors of the account, with where their doors are."""
        return await all_pages(self._transport, at.STANDALONE_LIST, PAGE, StandaloneSensor.from_vendor)

    async def record_added(self, name: str, data: str, network: str) -> int:
        """Note a sensor that was set up over Bluetooth, and return its id; `data` comes from the set-up."""
        body = await self._transport.send(at.STANDALONE_ADD, name=name, doorSensorData=data, wifiName=network)
        return made(body, "doorSensorId")

    async def list_records(self, sensor_id: int) -> Listing[DoorRecord]:
        """Return what a sensor wrote down."""
        return await all_pages(
            self._transport, at.STANDALONE_RECORDS, PAGE, read_standalone_record, doorSensorId=sensor_id
        )

    async def get_alerts(self, sensor_id: int) -> SensorAlerts:
        """Return what a sensor warns of (names of the fields inferred)."""
        body = await self._transport.send(at.STANDALONE_ALERTS, doorSensorId=sensor_id)
        return one(body, SensorAlerts.from_vendor)

    async def set_alerts(self, sensor_id: int, alerts: SensorAlerts) -> None:
        """Choose what a sensor warns of; takes effect when the door moves next."""
        check_alerts(alerts.left_open_seconds, alerts.unused_days)
        await self._transport.send(
            at.STANDALONE_SET_ALERTS,
            doorSensorId=sensor_id,
            notCloseAlertFlag=1 if alerts.left_open else 2,
            notCloseAlertSecondNum=alerts.left_open_seconds,
            longTimeNotOpenAlertFlag=1 if alerts.unused else 2,
            longTimeNotOpenDayNum=alerts.unused_days,
        )

    async def rename(self, sensor_id: int, name: str) -> None:
        """Give a sensor another name (names of the fields inferred)."""
        await self._transport.send(at.STANDALONE_UPDATE, doorSensorId=sensor_id, name=name)

    async def delete(self, sensor_id: int) -> None:
        """Remove a sensor from the account (name of the field inferred)."""
        await self._transport.send(at.STANDALONE_DELETE, doorSensorId=sensor_id)


def check_alerts(left_open_seconds: int | None, unused_days: int | None) -> None:
    """Refuse figures that no standalone sensor takes; InvalidInput."""
    if left_open_seconds is not None and not 1 <= left_open_seconds <= MAX_LEFT_OPEN_SECONDS:
        raise InvalidInput("left_open_alert_range")
    if unused_days is not None and not 1 <= unused_days <= MAX_UNUSED_DAYS:
        raise InvalidInput("unused_days_range")
