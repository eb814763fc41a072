"""Giving a lock away: it forgets its owner, and the account forgets it."""

from .client.ble.key import Role
from .client.errors import NotPermitted, OutOfReach, Unsupported
from .client.roads.router import Preference
from .lock_coordinator import LockCoordinator


async def async_remove_lock(lock: LockCoordinator) -> None:
    """Reset a lock over Bluetooth, then take it out of its account.

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
    if not account.is_local:
        await account.cloud.locks.delete(lock_id)
    account.keys.forget(lock_id)
    await account.keys.async_flush()
    await account.async_refresh()
