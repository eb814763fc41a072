"""Somebody with another client for the same locks (ttlock-ble), beside Home Assistant on the same air."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
import time
from typing import Self
from unittest.mock import patch

from bleak.exc import BleakError
from bleak_retry_connector import BleakClientWithServiceCache
from ttlock_ble import TTLockClient, TTLockError, VirtualKey
from ttlock_ble.ble import transport

from ..radio.bleak_backend import client_of, device_of, finder
from ..radio.remote import RemoteAir, RemotePeripheral
from .cloud import CloudAccess
from .phone import Phone

PAUSE_SECONDS = 0.5
HEARING_SECONDS = 10


class NoTurn(Exception):
    """The lock did not speak to them."""


class Neighbour:
    """A client with a key of its own, unchanged but for the operating system below it."""

    def __init__(self, radio: RemotePeripheral, key: VirtualKey) -> None:
        """Stand before a lock."""
        self._radio = radio
        self._key = key

    @classmethod
    @asynccontextmanager
    async def of(cls, access: CloudAccess, lock_id: int) -> AsyncGenerator[Self]:
        """Get the key of a lock from the cloud as the account's owner, and listen for the lock."""
        if access.radio_port is None:
            raise NoTurn("the locks are not on the air")
        phone = Phone(access, access.username, access.password)
        detail = await phone.call("lock/detail", lockId=lock_id)
        ekey = await phone.call("key/get", lockId=lock_id)
        address = str(ekey["lockMac"])
        air = RemoteAir(access.radio_port)
        air.open()
        client = client_of(BleakClientWithServiceCache, finder(air))
        try:
            async with asyncio.timeout(HEARING_SECONDS):
                while not (found := [radio for radio in air.radios() if radio.address == address]):  # noqa: ASYNC110  # as with any scan
                    await asyncio.sleep(PAUSE_SECONDS)
            with patch.object(transport, "BleakClientWithServiceCache", client):
                yield cls(found[0], VirtualKey.from_cloud({**detail, **ekey}, uid=0))
        finally:
            await air.close()

    async def lock(self, *, seconds: float) -> None:
        """Lock the door, trying again while the lock speaks to somebody else."""
        await self._try(lambda client: client.lock(), seconds)

    async def _try(self, act: Callable[[TTLockClient], Awaitable[object]], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            client = TTLockClient.from_ble_device(device_of(self._radio), self._key, keep_alive_after_command=0)
            try:
                async with client:
                    await act(client)
            except (BleakError, TTLockError, TimeoutError) as error:
                if time.monotonic() > deadline:
                    raise NoTurn(str(error)) from error
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return
