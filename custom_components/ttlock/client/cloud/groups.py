"""Groups of locks (ttlock-open-api.md 4.16); `locks.set_group` puts a lock into one."""

from ..inventory import DeviceKind, Group
from ..parse import Listing, listing
from . import endpoints as at
from .paging import list_of, made
from .transport import Transport


class Groups:
    """The groups of an account."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self) -> Listing[Group]:
        """Return all groups."""
        return listing(list_of(await self._transport.send(at.GROUP_LIST, orderBy=0)), Group.from_vendor)

    async def add(self, name: str) -> int:
        """Make a group and return its id."""
        return made(await self._transport.send(at.GROUP_ADD, name=name), "groupId")

    async def rename(self, group_id: int, name: str) -> None:
        """Give a group another name."""
        await self._transport.send(at.GROUP_RENAME, groupId=group_id, name=name)

    async def delete(self, group_id: int) -> None:
        """Dissolve a group; its locks stay."""
        await self._transport.send(at.GROUP_DELETE, groupId=group_id)

    async def add_device(self, group_id: int, kind: DeviceKind, device_id: int) -> None:
        """Put a lock or meter into a group."""
        await self._transport.send(at.GROUP_DEVICE, groupId=group_id, deviceType=kind.value, deviceId=device_id)
