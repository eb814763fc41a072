"""Pairing a lock and finding a home for its key, which goes on to its end whoever watches.

What opens the lock is written down before anything else is done with it: a paired lock whose key is lost has to be
reset by hand.
"""

from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .bluetooth_stack import connector_of
from .client import Secret
from .client.ble import BleLock, LockKey, Session, pair
from .client.ble.advertisement import Advertisement
from .client.ble.lock_data import LockData
from .client.errors import TTLockError
from .const import LOGGER
from .coordinator import AccountCoordinator
from .key_store import async_homeless_keys, local_lock_id


async def async_pair(
    hass: HomeAssistant, seen: Advertisement | None, address: str, name: str, account: AccountCoordinator | None
) -> bool:
    """Pair a lock and give it to an account; False when it is left to the locks without any.

    Raises the client's errors as long as the lock belongs to nobody.
    """
    session = Session(connector_of(hass, address), LockKey.unpaired(address, seen.header if seen else None))
    number = account.config_entry.unique_id if account else None
    waiting = await async_homeless_keys(hass)
    of_last_try = waiting.get(lock_id := local_lock_id(address))

    async def keep(made: LockData) -> None:
        waiting.put(lock_id, made.with_members({"lockAlias": name}).encode())
        await waiting.async_flush()

    try:
        await pair(
            session,
            name=name,
            uid=int(number) if number and number.isdecimal() else 0,
            zone=dt_util.get_default_time_zone(),
            keep=keep,
        )
    except TTLockError:
        if of_last_try is None or not await _async_fits(hass, of_last_try):
            raise
    finally:
        await session.close()
    data = waiting.get(lock_id)
    assert data is not None  # noqa: S101  # it was kept above
    # Should it be reset one day, it is offered again.
    bluetooth.async_clear_address_from_match_history(hass, address)
    if account is None:
        return False
    try:
        await _async_register(account, data, name)
    except TTLockError as err:
        LOGGER.warning("TTLock did not take the new lock over: %s", err)
        return False
    waiting.forget(lock_id)
    await waiting.async_flush()
    await account.async_request_refresh()
    return True


async def _async_fits(hass: HomeAssistant, data: LockData) -> bool:
    """Return whether the lock has taken a key of which that was not known."""
    session = Session(connector_of(hass, data.address), data.key)
    try:
        await BleLock(session).status()
    except TTLockError:
        return False
    finally:
        await session.close()
    return True


async def _async_register(account: AccountCoordinator, data: LockData, name: str) -> None:
    """Have the account take over a paired lock, so that the phone app has it too."""
    text: Secret = data.encode()
    made = await account.cloud.locks.record_initialized(text, name)
    account.keys.put(made.lock_id, text)
    await account.keys.async_flush()
