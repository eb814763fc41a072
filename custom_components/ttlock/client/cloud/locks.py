"""The lock as a thing of the account: name, owner, group, network, firmware (ttlock-open-api.md 4.1, 4.3, 4.16, 4.17)."""

from collections.abc import Sequence
from dataclasses import dataclass
import json

from ..inventory import Firmware, NbDetail, WifiDetail, WifiNetwork
from ..secret import Secret
from . import endpoints as at
from .paging import made
from .transport import Transport

NO_GROUP = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InitializedLock:
    """A lock that the account just took over, with the administrator's ekey."""

    lock_id: int
    key_id: int


class Locks:
    """Managing locks; nothing here wakes a lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def record_initialized(
        self, lock_data: Secret, name: str | None = None, group_id: int | None = None
    ) -> InitializedLock:
        """Take over a lock that was paired over Bluetooth; `lock_data` comes from the pairing."""
        body = await self._transport.send(
            at.LOCK_INITIALIZE, lockData=lock_data.reveal(), lockAlias=name, groupId=group_id
        )
        return InitializedLock(lock_id=made(body, "lockId"), key_id=made(body, "keyId"))

    async def rename(self, lock_id: int, name: str) -> None:
        """Give a lock another name."""
        await self._transport.send(at.LOCK_RENAME, lock_id, lockAlias=name)

    async def delete(self, lock_id: int) -> None:
        """Remove a lock with all its keys and records from the cloud.

        A lock that was not reset over Bluetooth before is lost with its keys: it needs a reset by hand.
        """
        await self._transport.send(at.LOCK_DELETE, lock_id)

    async def transfer(self, lock_ids: Sequence[int], receiver: str) -> None:
        """Give locks to another account for good; the gateways have to follow, see `gateways.transfer`."""
        await self._transport.send(at.LOCK_TRANSFER, receiverUsername=receiver, lockIdList=json.dumps([*lock_ids]))

    async def set_group(self, lock_id: int, group_id: int | None) -> None:
        """Put a lock into a group, or into none; who holds only an ekey groups the ekey."""
        await self._transport.send(at.LOCK_GROUP, lock_id, groupId=NO_GROUP if group_id is None else group_id)

    async def record_battery(self, lock_id: int, percent: int) -> None:
        """Tell the cloud the battery level that was read over Bluetooth."""
        await self._transport.send(at.LOCK_BATTERY_NOTE, lock_id, electricQuantity=percent)

    async def record_lock_data(self, lock_id: int, lock_data: Secret) -> None:
        """Tell the cloud the lock's data after they changed over Bluetooth."""
        await self._transport.send(at.LOCK_DATA_NOTE, lock_id, lockData=lock_data.reveal())

    async def check_firmware(self, lock_id: int) -> Firmware:
        """Return whether there is newer firmware, as far as the cloud knows the lock's; it installs by Bluetooth."""
        return Firmware.from_vendor(await self._transport.send(at.LOCK_FIRMWARE, lock_id))

    async def recheck_firmware(self, lock_id: int, lock_data: Secret) -> Firmware:
        """Return whether there is newer firmware for what was read over Bluetooth (name of the field uncertain)."""
        body = await self._transport.send(at.LOCK_FIRMWARE_AGAIN, lock_id, lockData=lock_data.reveal())
        return Firmware.from_vendor(body)

    async def get_wifi(self, lock_id: int) -> WifiDetail:
        """Return the network side of a Wi-Fi lock."""
        return WifiDetail.from_vendor(await self._transport.send(at.LOCK_WIFI, lock_id))

    async def record_wifi(self, lock_id: int, network: WifiNetwork) -> None:
        """Tell the cloud the network that the lock was given over Bluetooth; the lock must be connected by then."""
        await self._transport.send(
            at.LOCK_WIFI_NOTE,
            lock_id,
            networkName=network.name,
            wifiMac=network.mac,
            rssi=network.rssi,
            useStaticIp="false" if network.ip is None else "true",
            ip=network.ip,
            subnetMask=network.subnet_mask,
            defaultGateway=network.default_gateway,
            preferredDns=network.preferred_dns,
            alternateDns=network.alternate_dns,
        )

    async def get_nb(self, lock_id: int) -> NbDetail:
        """Return the mobile radio of an NB-IoT lock."""
        return NbDetail.from_vendor(await self._transport.send(at.LOCK_NB, lock_id))
