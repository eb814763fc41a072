"""Conversations with one lock: connections and handshakes are made when a request needs them, and used again.

Before the frame of a command is complete everything may be begun again, and is; afterwards nothing is, and the outcome
is unknown until the lock is asked (ttlock-ble-protocol.md 9.1).
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
import logging
from typing import Final

from ..errors import BadReply, BluetoothError, LinkLost, NoConnectionSlot, OutOfReach, TTLockError
from .channel import Channel, Patience, Quirks, Waiting
from .conversation import TOKEN_BYTES, Access
from .key import LockKey, Role
from .link import Connector
from .opcodes import Opcode

_LOGGER = logging.getLogger(__name__)

type Data = bytes | Callable[[int], bytes]

_HANDSHAKES: Final = frozenset({Opcode.CHECK_ADMIN, Opcode.CHECK_USER_TIME, Opcode.CHECK_RANDOM})
_DAMAGED_REQUEST: Final = 0x01
_NOT_PROVED: Final = frozenset({0x02, 0x08})
"""With these a lock refuses a command whose handshake it does not count any more."""
_UNFINDABLE: Final = (OutOfReach, NoConnectionSlot)
_FINDING_TRIES: Final = 2


class Session:
    """Talk to one lock, one request at a time."""

    def __init__(
        self,
        connector: Connector,
        key: LockKey,
        *,
        patience: Patience | None = None,
        quirks: Quirks | None = None,
        on_push: Callable[[int, bytes], None] | None = None,
    ) -> None:
        """Take the way to the lock and its key.

        `on_push` is called with opcode and data of what the lock says by itself; `quirks` may be shared between all
        sessions of a lock.
        """
        self._connector = connector
        self._key = key
        self._patience = patience or Patience()
        self._quirks = quirks or Quirks()
        self._on_push = on_push
        self._turn = asyncio.Lock()
        self._channel: Channel | None = None
        self._access = Access.KEY
        self._token = 0
        self._idle: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._ended = asyncio.Event()
        self._quiet_since = 0.0

    @property
    def key(self) -> LockKey:
        """Return the key, with what the lock has told of itself."""
        return self._key if self._channel is None else self._channel.key

    @key.setter
    def key(self, key: LockKey) -> None:
        """Go on with another key, as pairing does."""
        self._key = key
        self._access = Access.KEY
        if self._channel is not None:
            self._channel.set_key(key)

    @property
    def is_connected(self) -> bool:
        """Return whether the next request finds a connection."""
        return self._channel is not None and self._channel.is_open

    async def request(
        self,
        opcode: Opcode,
        data: Data = b"",
        *,
        access: Access = Access.KEY,
        control: bool = False,
    ) -> bytes:
        """Send one request and return what its reply holds, see `Conversation`."""
        self._key.permit(access.role)
        if callable(data) and access is Access.KEY:
            raise ValueError("there is no token without a handshake")
        async with self._turn:
            self._stop_timer()
            try:
                return await self._repeated(lambda channel: self._ask(channel, opcode, data, access, control=control))
            finally:
                self._start_timer()

    async def follow(
        self,
        opcode: Opcode,
        data: bytes = b"",
        *,
        access: Access = Access.PROVED,
        timeout: float,
    ) -> AsyncGenerator[bytes]:
        """Send one request and yield what each of its replies holds, see `Conversation`."""
        self._key.permit(access.role)
        async with self._turn:
            self._stop_timer()

            async def send(channel: Channel) -> tuple[Channel, Waiting]:
                await self._handshake(channel, access)
                # The request is sent once, so a lock that has to be read from before it answers is read from first.
                await channel.rouse()
                return channel, await channel.send(opcode, data, control=True)

            try:
                channel, waiting = await self._repeated(send)
                while True:
                    yield await channel.reply(waiting, timeout)
            finally:
                await self._drop()

    async def close(self) -> None:
        """End the connection, after the request that is under way."""
        async with self._turn:
            self._stop_timer()
            await self._drop()

    async def end(self) -> None:
        """End the connection for good, after the request that is under way; one that waits for a connection fails."""
        self._ended.set()
        if self._connecting is not None:
            self._connecting.cancel()
        await self.close()

    async def rest(self) -> bool:
        """End a connection that is only kept for the next request; returns whether there was one.

        What consists of several requests leaves no pause between them that would be long enough.
        """
        pause = asyncio.get_running_loop().time() - self._quiet_since
        if self._turn.locked() or not self.is_connected or pause < self._patience.pause:
            return False
        await self.close()
        return True

    async def _repeated[T](self, act: Callable[[Channel], Awaitable[T]]) -> T:
        """Try until the lock has answered, or until trying again would be wrong or useless."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        attempt = 0
        while True:
            try:
                return await act(await self._connected(attempt, self._patience.total - (loop.time() - begun)))
            except BluetoothError as err:
                await self._drop()
                attempt += 1
                tries = _FINDING_TRIES if isinstance(err, _UNFINDABLE) else self._patience.tries
                if self._ended.is_set() or attempt >= tries or loop.time() - begun >= self._patience.total:
                    raise
                _LOGGER.debug("Beginning again after %s", err.reason)
            except TTLockError as err:
                # A refusal of the lock leaves the connection as it was; anything else may bring a reply too late.
                if err.code is None:
                    await self._drop()
                raise
            except BaseException:
                await self._drop()
                raise

    async def _connected(self, attempt: int, left: float) -> Channel:
        if self._channel is not None:
            if self._channel.is_open:
                return self._channel
            await self._drop()
        self._channel = channel = Channel(self._key, self._patience, self._quirks, self._on_push)
        patience = self._patience
        timeout = max(left, patience.connect_again) if attempt else patience.connect
        if self._ended.is_set():
            raise LinkLost
        self._connecting = asyncio.create_task(channel.connect(self._connector, attempt, timeout))
        try:
            await self._connecting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._ended.is_set() and not (task and task.cancelling()):
                raise LinkLost from None
            raise
        finally:
            self._connecting = None
        return channel

    async def _drop(self) -> None:
        channel, self._channel = self._channel, None
        self._access = Access.KEY
        if channel is not None:
            self._key = channel.key
            await channel.close()

    async def _ask(self, channel: Channel, opcode: Opcode, data: Data, access: Access, *, control: bool) -> bytes:
        """Ask with the handshake that is needed; a handshake that was used before may have to be made again."""
        is_fresh = await self._handshake(channel, access)

        async def ask() -> bytes:
            plain = data(channel.key.answer_to(self._token)) if callable(data) else data
            return await channel.ask(opcode, plain, control=control, timeout=self._patience.reply)

        try:
            return await ask()
        except TTLockError as err:
            if err.code == _DAMAGED_REQUEST and not control:
                return await ask()
            if is_fresh or err.code not in _NOT_PROVED:
                raise
            # The lock has refused, so nothing was done: the same command may go out under a new token.
            self._access = Access.KEY
            await self._handshake(channel, access)
            reply = await ask()
            self._quirks.token_once = True
            return reply
        finally:
            if opcode in _HANDSHAKES or self._quirks.token_once:
                self._access = Access.KEY

    async def _handshake(self, channel: Channel, access: Access) -> bool:
        """Make as much of a handshake as is missing; returns whether the command will be the first under it."""
        if access is Access.KEY:
            return True
        if self._access == access or (self._access.is_proved and self._access - 1 == access):
            return False
        checked = Access(access - access.is_proved)
        if self._access is checked:
            try:
                await self._prove(channel, access)
            except TTLockError as err:
                if err.code not in _NOT_PROVED:
                    raise
            else:
                return True
        self._access = Access.KEY
        by_admin = access.role is Role.ADMIN
        opcode = Opcode.CHECK_ADMIN if by_admin else Opcode.CHECK_USER_TIME
        reply = await self._check(channel, opcode, channel.key.admin_check() if by_admin else channel.key.user_check())
        if len(reply) < TOKEN_BYTES:
            raise BadReply
        self._token = int.from_bytes(reply[:TOKEN_BYTES])
        self._access = checked
        if access.is_proved:
            await self._prove(channel, access)
        return True

    async def _prove(self, channel: Channel, access: Access) -> None:
        await self._check(channel, Opcode.CHECK_RANDOM, channel.key.answer_to(self._token).to_bytes(4))
        self._access = access

    async def _check(self, channel: Channel, opcode: Opcode, plain: bytes) -> bytes:
        try:
            return await channel.ask(opcode, plain, control=False, timeout=self._patience.reply)
        except TTLockError as err:
            if err.code != _DAMAGED_REQUEST:
                raise
            return await channel.ask(opcode, plain, control=False, timeout=self._patience.reply)

    def _start_timer(self) -> None:
        self._stop_timer()
        self._quiet_since = asyncio.get_running_loop().time()
        if self.is_connected:
            self._idle = asyncio.get_running_loop().call_later(self._patience.idle, self._let_go)

    def _stop_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        self._closing = asyncio.create_task(self.close())
