"""Gateways beyond their list (ttlock-open-api.md 4.14)."""

from collections.abc import Sequence
import json

from .. import parse
from ..errors import NotFound
from ..inventory import Firmware, GatewayDevice
from ..models import Gateway, GatewayReach
from ..parse import Listing, Raw
from . import endpoints as at
from .paging import list_of, one
from .transport import Transport


class Gateways:
    """Managing gateways."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def get(self, gateway_id: int) -> Gateway:
        """Return one gateway."""
        return one(await self._transport.send(at.GATEWAY_DETAIL, gatewayId=gateway_id), Gateway.from_vendor)

    async def list_of_lock(self, lock_id: int) -> Listing[GatewayReach]:
        """Return which gateways heard a lock in the last thirty minutes, and how well."""

        def read(raw: Raw) -> GatewayReach:
            return GatewayReach(
                gateway_id=parse.required_integer(raw, "gatewayId"),
                lock_id=lock_id,
                rssi=parse.integer(raw.get("rssi")),
            )

        return parse.listing(list_of(await self._transport.send(at.GATEWAYS_OF_LOCK, lock_id)), read)

    async def list_devices(self, gateway_id: int) -> Listing[GatewayDevice]:
        """Return what a gateway hears, meters included."""
        body = await self._transport.send(at.GATEWAY_DEVICES, gatewayId=gateway_id)
        return parse.listing(list_of(body), GatewayDevice.from_vendor)

    async def rename(self, gateway_id: int, name: str) -> None:
        """Give a gateway another name (names of the fields inferred)."""
        await self._transport.send(at.GATEWAY_RENAME, gatewayId=gateway_id, gatewayName=name)

    async def delete(self, gateway_id: int) -> None:
        """Remove a gateway from the account (name of the field inferred)."""
        await self._transport.send(at.GATEWAY_DELETE, gatewayId=gateway_id)

    async def transfer(self, gateway_ids: Sequence[int], receiver: str) -> None:
        """Give gateways to another account for good; they serve only locks of the same administrator."""
        await self._transport.send(
            at.GATEWAY_TRANSFER, receiverUsername=receiver, gatewayIdList=json.dumps([*gateway_ids])
        )

    async def id_of_new(self, mac: str) -> int:
        """Return the id of a gateway that was just set up over Bluetooth; NotFound until the cloud knows it."""
        body = await self._transport.send(at.GATEWAY_ADDED, gatewayNetMac=mac)
        if (found := parse.integer(body.get("gatewayId"))) is None:
            raise NotFound("gateway_not_found")
        return found

    async def record_details(self, gateway_id: int, firmware: Firmware, network: str | None) -> None:
        """Tell the cloud what was read from a gateway when it was set up; one with a mobile radio has no network."""
        await self._transport.send(
            at.GATEWAY_NOTE,
            gatewayId=gateway_id,
            modelNum=firmware.model,
            hardwareRevision=firmware.hardware_version,
            firmwareRevision=firmware.version,
            networkName=network,
        )

    async def check_firmware(self, gateway_id: int) -> Firmware:
        """Return whether there is newer firmware; it installs by Bluetooth."""
        return Firmware.from_vendor(await self._transport.send(at.GATEWAY_FIRMWARE, gatewayId=gateway_id))

    async def enter_upgrade_mode(self, gateway_id: int) -> None:
        """Make a gateway wait for new firmware; it takes no commands meanwhile."""
        await self._transport.send(at.GATEWAY_UPGRADE, gatewayId=gateway_id)
