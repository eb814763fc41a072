"""Wireless keypads (ttlock-open-api.md 4.12)."""

from ..accessories import WirelessKeypad
from ..parse import Listing, listing
from . import endpoints as at
from .paging import list_of, made
from .transport import Transport


class Keypads:
    """The wireless keypads of a lock; all of it is the cloud's book-keeping, pairing happens over Bluetooth."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[WirelessKeypad]:
        """Return the wireless keypads of a lock."""
        body = await self._transport.send(at.KEYPAD_LIST, lock_id)
        return listing(list_of(body), WirelessKeypad.from_vendor)

    async def record_added(
        self, lock_id: int, number: str, mac: str, name: str, feature_value: str, battery: int | None = None
    ) -> int:
        """Note a keypad that was paired over Bluetooth, and return its id."""
        body = await self._transport.send(
            at.KEYPAD_ADD,
            lock_id,
            wirelessKeypadNumber=number,
            wirelessKeypadMac=mac,
            wirelessKeypadName=name,
            wirelessKeypadFeatureValue=feature_value,
            electricQuantity=battery,
        )
        return made(body, "wirelessKeypadId")

    async def rename(self, keypad_id: int, name: str) -> None:
        """Give a keypad another name."""
        await self._transport.send(at.KEYPAD_RENAME, wirelessKeypadId=keypad_id, wirelessKeypadName=name)

    async def delete(self, keypad_id: int) -> None:
        """Remove a keypad from the cloud's list."""
        await self._transport.send(at.KEYPAD_DELETE, wirelessKeypadId=keypad_id)

    async def record_upgraded(self, keypad_id: int, slot: int, feature_value: str | None = None) -> None:
        """Note that the firmware of a keypad was renewed over Bluetooth."""
        await self._transport.send(
            at.KEYPAD_UPGRADED, wirelessKeypadId=keypad_id, slotNumber=slot, featureValue=feature_value
        )
