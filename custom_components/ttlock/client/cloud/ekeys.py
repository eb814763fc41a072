"""Ekeys that others hold for locks of the account (ttlock-open-api.md 4.4)."""

from datetime import datetime

from .. import parse
from ..ekeys import EkeyRequest, SharedEkey
from ..errors import InvalidInput, ServerFault
from ..parse import Listing
from ..period import check_order
from ..secret import Secret
from . import endpoints as at
from .paging import PAGE, all_pages, made
from .transport import Transport


class Ekeys:
    """Sharing locks with other accounts; all of it happens in the cloud, no lock is woken."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[SharedEkey]:
        """Return all ekeys of a lock but the top administrator's."""
        return await all_pages(self._transport, at.LOCK_EKEYS, PAGE, SharedEkey.from_vendor, lock_id=lock_id, orderBy=1)

    async def send(self, lock_id: int, request: EkeyRequest) -> int:
        """Give an ekey and return its id; one that the receiver has for this lock is replaced."""
        _check_period(request.start, request.end)
        body = await self._transport.send(
            at.KEY_SEND,
            lock_id,
            receiverUsername=request.receiver,
            keyName=request.name,
            startDate=parse.epoch_ms(request.start),
            endDate=parse.epoch_ms(request.end),
            remarks=request.remarks,
            remoteEnable=1 if request.remote_unlock else 2,
            keyRight=1 if request.may_manage else 0,
            createUser=1 if request.create_user else 2,
        )
        return made(body, "keyId")

    async def delete(self, key_id: int) -> None:
        """Take an ekey back. Deleting the top administrator's own deletes the lock: `locks.delete` says so."""
        await self._transport.send(at.KEY_DELETE, keyId=key_id)

    async def delete_all(self, lock_id: int) -> None:
        """Take all ekeys of a lock back but the top administrator's."""
        await self._transport.send(at.KEY_DELETE_ALL, lock_id)

    async def freeze(self, key_id: int) -> None:
        """Suspend an ekey."""
        await self._transport.send(at.KEY_FREEZE, keyId=key_id)

    async def unfreeze(self, key_id: int) -> None:
        """Let a suspended ekey open again."""
        await self._transport.send(at.KEY_UNFREEZE, keyId=key_id)

    async def change_period(self, key_id: int, start: datetime | None, end: datetime | None) -> None:
        """Change when an ekey opens; without start and end it becomes permanent."""
        _check_period(start, end)
        await self._transport.send(
            at.KEY_PERIOD, keyId=key_id, startDate=parse.epoch_ms(start), endDate=parse.epoch_ms(end)
        )

    async def update(self, key_id: int, *, name: str | None = None, remote_unlock: bool | None = None) -> None:
        """Change the name of an ekey, or whether it opens from afar."""
        remote_enable = None if remote_unlock is None else 1 if remote_unlock else 2
        await self._transport.send(at.KEY_UPDATE, keyId=key_id, keyName=name, remoteEnable=remote_enable)

    async def authorize(self, lock_id: int, key_id: int) -> None:
        """Make the holder of an ekey an administrator of the lock."""
        await self._transport.send(at.KEY_AUTHORIZE, lock_id, keyId=key_id)

    async def unauthorize(self, lock_id: int, key_id: int) -> None:
        """Make an administrator a plain holder of an ekey again."""
        await self._transport.send(at.KEY_UNAUTHORIZE, lock_id, keyId=key_id)

    async def unlock_link(self, key_id: int) -> Secret:
        """Return the address of a web page that unlocks from afar: who has it, opens the door."""
        link = parse.secret((await self._transport.send(at.KEY_LINK, keyId=key_id)).get("link"))
        if link is None:
            raise ServerFault
        return link


def _check_period(start: datetime | None, end: datetime | None) -> None:
    if (start is None) != (end is None):
        raise InvalidInput("period_missing")
    check_order(start, end)
