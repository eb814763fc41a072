"""Reading the settings of a lock: whatever this lock has and this account may see."""

from collections.abc import Awaitable
from dataclasses import replace

from .client import CloudClient, Feature
from .client.errors import TTLockError, is_refusal
from .client.models import Ekey
from .const import LOGGER
from .data import DoorSensor, LockSettings
from .key_store import KeyStore


async def async_read_settings(cloud: CloudClient, keys: KeyStore, ekey: Ekey, known: LockSettings) -> LockSettings:
    """Return the settings as the cloud has them; what is refused for this lock or account stays as it was known.

    Raises the client's errors for failures of cloud, account or clock.
    """
    settings = known
    if ekey.may_manage:
        detail = await _unless_refused(cloud.get_lock(ekey.lock_id))
        if detail is not None:
            if detail.key_members is not None:
                keys.put_members(ekey.lock_id, detail.key_members)
            remembered = detail.auto_lock_seconds or settings.remembered_auto_lock
            settings = replace(
                settings,
                model=detail.model,
                hardware_version=detail.hardware_version,
                firmware_version=detail.firmware_version,
                auto_lock_seconds=detail.auto_lock_seconds,
                sound=detail.sound,
                switches=detail.switches,
                remembered_auto_lock=remembered,
            )
    if ekey.may_manage and Feature.PASSAGE_MODE in ekey.features:
        passage = await _unless_refused(cloud.get_passage_mode(ekey.lock_id))
        settings = replace(settings, passage=passage or settings.passage)
    if Feature.DOOR_SENSOR in ekey.features or Feature.WIRELESS_DOOR_SENSOR in ekey.features:
        found = await cloud.door_sensors.get(ekey.lock_id)
        sensor = DoorSensor(battery=found.battery, left_open_seconds=found.left_open_seconds) if found else None
        settings = replace(settings, door_sensor=sensor)
    return settings


async def _unless_refused[T](reading: Awaitable[T]) -> T | None:
    """Return what was read, None when the vendor refuses it for this lock or this account."""
    try:
        return await reading
    except TTLockError as err:
        if not is_refusal(err):
            raise
        LOGGER.debug("Not to be read: %s", err)
        return None
