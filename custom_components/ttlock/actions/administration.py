"""Actions on the lock as a thing of the account: its name, its owner, its end, its master code, its firmware.

Features 20, 21, 32, 68 of features.md; ttlock-open-api.md 4.1 and 4.3.
"""

from typing import Final

from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..client import Feature, Secret
from ..client.errors import InvalidInput, NotPermitted, OutcomeUnknown
from ..client.inventory import Firmware
from ..client.passcodes import check_code
from ..client.secret import HIDDEN
from ..coordinator import AccountCoordinator
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import CONFIRM, DIGITS, NAME, RECEIVER, Action, confirmed
from .results import CONFIRMED, Result, each, one_each, single


async def async_rename_lock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give a lock another name, in the TTLock app too."""
    locks = single(await async_target_locks(hass, call))

    async def rename(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.upkeep.async_rename(call.data["name"])
        return CONFIRMED

    return await each(hass, locks, rename)


async def async_transfer_lock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give locks to another account for good: those of one account in one call, all of them or none."""
    confirmed(call)
    locks = await async_target_locks(hass, call)
    receiver: str = call.data["receiver_username"]
    by_account: dict[AccountCoordinator, list[int]] = {}
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            _require_owner(lock)
            if receiver == lock.config_entry.data.get(CONF_USERNAME):
                raise InvalidInput("receiver_is_self")
        by_account.setdefault(lock.account, []).append(lock.lock_id)
    transfers = {
        account: hass.async_create_task(_async_transfer(account, lock_ids, receiver))
        for account, lock_ids in by_account.items()
    }

    async def transfer(entity_id: str, lock: LockCoordinator) -> Result:
        await transfers[lock.account]
        return CONFIRMED

    return await each(hass, locks, transfer)


async def _async_transfer(account: AccountCoordinator, lock_ids: list[int], receiver: str) -> None:
    try:
        await account.cloud.locks.transfer(lock_ids, receiver)
    except OutcomeUnknown:
        if await _async_still_owned(account, lock_ids):
            raise
    await account.async_refresh()


async def async_delete_lock(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Throw a lock away with all its keys and records; meant for one that is broken."""
    confirmed(call)
    locks = single(await async_target_locks(hass, call))
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            _require_owner(lock)

    async def delete(entity_id: str, lock: LockCoordinator) -> Result:
        try:
            await lock.account.cloud.locks.delete(lock.lock_id)
        except OutcomeUnknown:
            if await _async_still_owned(lock.account, [lock.lock_id]):
                raise
        await lock.account.async_refresh()
        return CONFIRMED

    return await each(hass, locks, delete)


async def _async_still_owned(account: AccountCoordinator, lock_ids: list[int]) -> bool:
    """Return whether the account may still own one of the locks; a list with gaps proves nothing."""
    own = await account.cloud.list_own_locks()
    return not own.complete or any(lock.lock_id in lock_ids for lock in own.items)


async def async_set_admin_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Replace the master code of locks, which opens them and leads into their set-up at the keypad."""
    locks = await async_target_locks(hass, call)
    code = Secret(call.data["passcode"])
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            _require_owner(lock)
            lock.require(Feature.PASSCODE, "no_keypad")
            check_code(code)

    async def set_code(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.async_command(lock.account.cloud.settings.set_admin_passcode(lock.lock_id, code))
        return CONFIRMED

    return await each(hass, locks, set_code)


async def async_get_admin_passcode(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the master code of locks; the digits only when they are asked for."""
    locks = await async_target_locks(hass, call)
    for lock in locks.values():
        with translated(hass, lock.config_entry, lock.name):
            _require_owner(lock)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        code = await lock.account.cloud.settings.get_admin_passcode(lock.lock_id)
        if code is None:
            return {"passcode": None}
        return {"passcode": code.reveal() if call.data["include_secrets"] else HIDDEN}

    return await one_each(hass, locks, "admin_passcodes", read)


async def async_check_firmware(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return whether there is newer firmware for locks; it installs with the TTLock app beside the lock."""
    locks = await async_target_locks(hass, call)

    async def read(entity_id: str, lock: LockCoordinator) -> Result:
        return described(await lock.upkeep.async_read_firmware())

    return await one_each(hass, locks, "firmware", read)


def described(firmware: Firmware) -> Result:
    """Return what is known of the firmware of a device."""
    return {
        "status": firmware.state.value,
        "installed": firmware.version,
        "newest": firmware.newest_version,
        "model": firmware.model,
        "hardware": firmware.hardware_version,
    }


def _require_owner(lock: LockCoordinator) -> None:
    if not lock.data.ekey.is_admin:
        raise NotPermitted("not_admin")


ACTIONS: Final = {
    "rename_lock": Action(handler=async_rename_lock, fields={vol.Required("name"): NAME}),
    "transfer_lock": Action(handler=async_transfer_lock, fields={**RECEIVER, **CONFIRM}),
    "delete_lock": Action(handler=async_delete_lock, fields=CONFIRM),
    "set_admin_passcode": Action(handler=async_set_admin_passcode, fields={vol.Required("passcode"): DIGITS}),
    "get_admin_passcode": Action(
        handler=async_get_admin_passcode,
        fields={vol.Optional("include_secrets", default=False): cv.boolean},
        response=SupportsResponse.ONLY,
    ),
    "check_firmware": Action(handler=async_check_firmware, admin=False, response=SupportsResponse.ONLY),
}
