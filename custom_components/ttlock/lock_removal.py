"""Giving a lock away: it forgets its owner, and the account forgets it."""

from homeassistant.components import bluetooth

from .client.ble.key import Role
from .client.errors import NotPermitted, OutOfReach, TTLockError, Unsupported
from .client.roads.router import Preference
from .const import LOGGER
from .lock_coordinator import LockCoordinator


async def async_remove_lock(lock: LockCoordinator) -> bool:
    """Reset a lock over Bluetooth, then take it out of its account; False when the account did not answer to that.

    A lock that the account forgets before it was reset belongs to nobody who could open it, so a lock that cannot be
    reset stays. Raises the client's errors.
    """
    account, lock_id = lock.account, lock.lock_id
    data = account.keys.get(lock_id)
    if data is None:
        raise OutOfReach("no_bluetooth_key")
    if data.key.role is not Role.ADMIN:
        raise NotPermitted("not_admin")
    if account.wishes.preference(lock_id) is Preference.CLOUD_ONLY:
        raise Unsupported("cloud_only")
    await lock.radio.ble.reset()
    # It is offered to be paired again.
    bluetooth.async_clear_address_from_match_history(account.hass, lock.radio.address)
    if not account.is_local:
        try:
            await account.cloud.locks.delete(lock_id)
        except TTLockError as err:
            LOGGER.warning("%s was reset, but its account still has it: %s", lock.name, err)
            return False
    await async_forget_lock(lock)
    return True


async def async_forget_lock(lock: LockCoordinator) -> None:
    """Forget the key of a lock; one that no account brings is gone with it."""
    lock.account.keys.forget(lock.lock_id)
    await lock.account.keys.async_flush()
    await lock.account.async_refresh()
