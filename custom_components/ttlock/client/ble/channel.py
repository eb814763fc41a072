"""One connection to a lock: requests go out as frames, and each gets the reply that is its own.

A reply repeats the opcode of its request inside the encryption; what repeats another one was sent by the lock unasked
(ttlock-ble-protocol.md 3.6, 5.5).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import logging
from typing import Final

from ..errors import (
    BadReply,
    BluetoothError,
    KeyInvalid,
    LinkLost,
    NoReply,
    NotInSettingMode,
    OutcomeUnknown,
    OutOfReach,
    TTLockError,
    error_from_lock,
)
from .frame import Frame, Reassembler, pieces
from .key import LockKey
from .link import Connector, Link
from .opcodes import OWN_REPLIES, UNDER_DEFAULT_KEY, Opcode

_LOGGER = logging.getLogger(__name__)

RECEIVED: Final = 0x24
"""The code with which a lock says that it is at work on the request (6.3)."""
MAX_REPLIES: Final = 100
"""As many replies to one request wait to be looked at."""
_EVENT_LENGTH: Final = 15
"""What a lock sends under the opcode of STATUS when somebody has used it; the reply to STATUS is shorter (5.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait for what, in seconds, and how often to begin again (9.1)."""

    connect: float = 40.0
    """For the first try to connect, from looking for the lock to its notifications: a stack that waits for a free slot
    gives up after 36 s, and says then that there was none."""
    connect_again: float = 15.0
    """For each further try, at least; more when `total` leaves more."""
    write: float = 5.0
    """For one write."""
    reply: float = 6.0
    """For a reply, after the last write."""
    first_silence: float = 2.0
    """For the first reply of a connection, before the lock is taken for one that has to be read from first."""
    quiet: float = 0.3
    """For the end of a frame that has everything else."""
    close: float = 5.0
    """For a connection to end."""
    idle: float = 4.0
    """How long a connection is kept for the next request; the lock itself ends it after about five."""
    pause: float = 0.5
    """After how long without a request it may make room for another lock."""
    tries: int = 3
    """How many connections are tried for one request, as long as the lock cannot have acted on it."""
    total: float = 30.0
    """After how long no further try is begun."""


@dataclass(slots=True, kw_only=True)
class Quirks:
    """What was learnt about a lock and is worth keeping beyond a connection."""

    needs_read: bool = False
    """It does not answer before something was read from it."""
    token_once: bool = False
    """It takes only one command after each handshake."""


class Waiting:
    """A request that was sent, and the replies to it that have come."""

    def __init__(self, opcode: Opcode, key: LockKey) -> None:
        """Begin with none."""
        self.opcode = opcode
        self.key = key
        self._replies: asyncio.Queue[bytes | TTLockError | None] = asyncio.Queue(MAX_REPLIES)
        """What the lock holds in its replies, None for a sign of life, or how it came that there are none."""

    def take(self, reply: bytes | TTLockError | None) -> None:
        """Take a reply, unless more wait already than any lock has to say; the end of all replies is always taken."""
        if self._replies.full():
            if not isinstance(reply, TTLockError):
                return
            self._replies.get_nowait()
        self._replies.put_nowait(reply)

    async def reply(self) -> bytes | TTLockError | None:
        """Return the next reply when it is there."""
        return await self._replies.get()


class Channel:
    """A connection, from its making to its end."""

    def __init__(
        self, key: LockKey, patience: Patience, quirks: Quirks, on_push: Callable[[int, bytes], None] | None
    ) -> None:
        """Take what is known of the lock."""
        self.key = key
        self._patience = patience
        self._quirks = quirks
        self._on_push = on_push
        self._link: Link | None = None
        self._reassembler = Reassembler()
        self._waiting: Waiting | None = None
        self._is_proven = False
        self._has_answered = False
        self._quiet: asyncio.TimerHandle | None = None
        self.is_open = True

    async def connect(self, connector: Connector, attempt: int, timeout: float) -> None:
        """Make the connection, once."""
        try:
            async with asyncio.timeout(timeout):
                link = await connector.connect(attempt, self._on_data, self._on_lost)
        except TimeoutError:
            raise OutOfReach from None
        self._link = link
        if self._quirks.needs_read:
            await self._wake()

    async def close(self) -> None:
        """End the connection; whoever waits for a reply learns that none will come."""
        self._on_lost()
        link, self._link = self._link, None
        if link is not None:
            try:
                async with asyncio.timeout(self._patience.close):
                    await link.close()
            except TimeoutError:
                _LOGGER.debug("The connection does not end by itself")

    def set_key(self, key: LockKey) -> None:
        """Go on with another key."""
        self.key = key
        self._is_proven = False

    async def ask(self, opcode: Opcode, plain: bytes, *, control: bool, timeout: float) -> bytes:
        """Send a request and return what its reply holds; see `Conversation.request` for `control`."""
        waiting = await self.send(opcode, plain, control=control)
        try:
            return await self._first_reply(waiting, plain, control=control, timeout=timeout)
        except BluetoothError as err:
            if control:
                raise OutcomeUnknown from err
            raise
        finally:
            self._waiting = None

    async def send(self, opcode: Opcode, plain: bytes, *, control: bool) -> Waiting:
        """Write a request whose replies are then waited for; when the lock may have all of it, it is OutcomeUnknown."""
        waiting = self._waiting = Waiting(opcode, self._key_for(opcode))
        try:
            await self._send(waiting, plain, control=control)
        except BaseException:
            self._waiting = None
            raise
        return waiting

    async def reply(self, waiting: Waiting, timeout: float) -> bytes:
        """Return what the next reply to a request holds."""
        damaged = self._reassembler.damaged
        while True:
            try:
                async with asyncio.timeout(timeout):
                    reply = await waiting.reply()
            except TimeoutError:
                raise (BadReply if self._reassembler.damaged > damaged else NoReply) from None
            if isinstance(reply, TTLockError):
                raise reply
            if reply is not None:
                return reply

    async def rouse(self) -> None:
        """Wake a lock that has neither answered on this connection nor been woken, for what cannot be sent again."""
        if not (self._has_answered or self._quirks.needs_read):
            await self._wake()

    async def _first_reply(self, waiting: Waiting, plain: bytes, *, control: bool, timeout: float) -> bytes:
        """Return the reply; a lock that has been silent since it was connected is woken."""
        silence = self._patience.first_silence
        if self._has_answered or self._quirks.needs_read or timeout <= silence:
            return await self.reply(waiting, timeout)
        try:
            return await self.reply(waiting, silence)
        except NoReply:
            await self._wake()
            if not control:
                await self._send(waiting, plain, control=False)
            reply = await self.reply(waiting, timeout)
            self._quirks.needs_read = True
            return reply

    async def _send(self, waiting: Waiting, plain: bytes, *, control: bool) -> None:
        payload = waiting.key.encrypt(plain) if plain else b""
        data = Frame(self.key.header, waiting.opcode, payload).encode()
        _LOGGER.debug("Asking %s", waiting.opcode.name)
        *first, last = pieces(data)
        for piece in first:
            await self._write(piece)
        try:
            await self._write(last)
        except BluetoothError as err:
            if control:
                raise OutcomeUnknown from err
            raise

    async def _wake(self) -> None:
        await self._use(lambda link: link.wake())

    async def _write(self, piece: bytes) -> None:
        await self._use(lambda link: link.write(piece))

    async def _use(self, act: Callable[[Link], Awaitable[None]]) -> None:
        if self._link is None or not self.is_open:
            raise LinkLost
        try:
            async with asyncio.timeout(self._patience.write):
                await act(self._link)
        except TimeoutError:
            raise LinkLost from None

    def _key_for(self, opcode: Opcode) -> LockKey:
        return LockKey.unpaired(self.key.address, self.key.header) if opcode in UNDER_DEFAULT_KEY else self.key

    def _on_lost(self) -> None:
        self.is_open = False
        self._stop_timer()
        if self._waiting is not None:
            self._waiting.take(LinkLost())

    def _on_data(self, data: bytes) -> None:
        self._stop_timer()
        if not self.is_open:
            return
        self._take(self._reassembler.feed(data))
        if len(self._reassembler):
            loop = asyncio.get_running_loop()
            self._quiet = loop.call_later(self._patience.quiet, lambda: self._take(self._reassembler.without_end()))

    def _stop_timer(self) -> None:
        if self._quiet is not None:
            self._quiet.cancel()
            self._quiet = None

    def _take(self, frames: list[Frame]) -> None:
        for frame in frames:
            self._on_frame(frame)

    def _on_frame(self, frame: Frame) -> None:
        """Give a frame to the request that it answers, or to whoever listens to what the lock says by itself."""
        self._has_answered = True
        waiting = self._waiting
        if not frame.payload:
            # The only reply without an envelope: the lock has forgotten everything (5.16).
            if waiting is not None and waiting.opcode is Opcode.RESET_LOCK:
                waiting.take(b"")
            return
        envelope = self._opened(frame, waiting)
        if envelope is None:
            return
        echo, status, data = envelope[0], envelope[1], envelope[2:]
        if waiting is None or echo != waiting.opcode or (echo == Opcode.STATUS and len(data) >= _EVENT_LENGTH):
            if self._on_push is not None and status:
                self._on_push(echo, data)
            return
        if status:
            waiting.take(data)
            return
        code = data[0] if data else 0
        waiting.take(None if code == RECEIVED else error_from_lock(code))

    def _opened(self, frame: Frame, waiting: Waiting | None) -> bytes | None:
        """Return the envelope of a frame, None when there is none to be had."""
        if frame.opcode != Opcode.RESPONSE and frame.opcode not in OWN_REPLIES:
            return None
        for key in {id(key): key for key in (waiting.key if waiting else self.key, self.key)}.values():
            try:
                envelope = key.decrypt(frame.payload)
            except ValueError:
                continue
            if len(envelope) >= 2 and envelope[1] <= 1:
                self._is_proven = True
                self._learn(frame)
                return envelope
        self._reassembler.damaged += 1
        # Once a key has opened a reply of this connection, it is right and what it does not open is noise.
        if waiting is not None and not self._is_proven:
            waiting.take(NotInSettingMode() if waiting.key.is_default else KeyInvalid())
        return None

    def _learn(self, frame: Frame) -> None:
        """Take the group and organisation of the lock from its own frame, when nobody knew them (3.2)."""
        header = self.key.header
        if (header.group, header.organisation) == (1, 1) and frame.header != header:
            self.key = self.key.with_header(frame.header)
