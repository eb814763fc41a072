"""A client of bare frames: it says what it is told to, in whatever order."""

import asyncio
from dataclasses import dataclass
from typing import Self

from simulator.radio.codec import DEFAULT_KEY, MARKER, Frame, Header, Intake, build, seal, unseal
from simulator.radio.link import Link
from simulator.radio.lockradio import LockRadio
from simulator.radio.peripheral import NOTIFY, PIECE, WRITE

SENTINELS = bytes.fromhex("00011f0e00630b1e0e00")
UNIX = 1_767_225_600
TURNS = 40
"""So many turns of the event loop are enough for a lock without delays to have said everything."""


@dataclass(frozen=True)
class Reply:
    opcode: int
    """Of the frame."""
    echo: int
    ok: bool
    data: bytes

    @property
    def code(self) -> int:
        assert not self.ok
        return self.data[0]


class Phone:
    """Speaks to one lock; knows its keys as whoever paired it does."""

    def __init__(self, radio: LockRadio, header: Header | None = None) -> None:
        self.radio = radio
        self.header = header or radio.header
        self.key = radio.key
        self.keys = radio.keys
        self.token = 0
        self.frames: list[Frame] = []
        self.pieces: list[bytes] = []
        self.dropped = False
        self._intake = Intake()
        self._news = asyncio.Event()
        self._link: Link | None = None

    @property
    def link(self) -> Link:
        assert self._link is not None
        return self._link

    async def connect(self) -> Self:
        self._link = await self.radio.connect()
        self._link.on_disconnect = self._lost
        await self._link.subscribe(NOTIFY, self._heard)
        return self

    def _lost(self) -> None:
        self.dropped = True

    def _heard(self, piece: bytes) -> None:
        self.pieces.append(piece)
        self.frames += self._intake.feed(piece)
        self._news.set()

    def frame(self, opcode: int, data: bytes = b"", key: bytes | None = None) -> bytes:
        return build(self.header, opcode, seal(data, key or self.key) if data else b"", marker=MARKER)

    async def write(self, frame: bytes, *, response: bool = False) -> None:
        for start in range(0, len(frame), PIECE):
            await self.link.write(WRITE, frame[start : start + PIECE], response=response)

    async def send(self, frame: bytes, key: bytes | None = None) -> list[Reply]:
        """Return everything the lock said to a frame."""
        self.frames.clear()
        await self.write(frame)
        await self.listen()
        return self.heard(key)

    async def listen(self) -> None:
        """Wait until the lock has said everything it has to say now."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def until(self, count: int) -> None:
        """Wait for so many frames, however long the lock takes."""
        while len(self.frames) < count:
            self._news.clear()
            await self._news.wait()

    def heard(self, key: bytes | None = None) -> list[Reply]:
        return [self.read(frame, key) for frame in self.frames]

    def read(self, frame: Frame, key: bytes | None = None) -> Reply:
        plain = unseal(frame.payload, key or self.key)
        if not plain:
            # Nothing at all says that the reset is done (3.6).
            return Reply(frame.opcode, 0x52, True, b"")
        return Reply(frame.opcode, plain[0], plain[1] == 1, plain[2:])

    async def all(self, opcode: int, data: bytes = b"", key: bytes | None = None) -> list[Reply]:
        return await self.send(self.frame(opcode, data, key), key)

    async def ask(self, opcode: int, data: bytes = b"") -> Reply:
        """Return the first reply; what the lock says by itself is none."""
        replies = [reply for reply in await self.all(opcode, data) if reply.echo == opcode]
        assert replies, "the lock is silent"
        return replies[0]

    async def done(self, opcode: int, data: bytes | str = b"") -> bytes:
        """Return the data of a reply that must be a success."""
        reply = await self.ask(opcode, bytes.fromhex(data) if isinstance(data, str) else data)
        assert reply.ok, f"refused with {reply.code:02x}"
        return reply.data

    async def refused(self, opcode: int, data: bytes | str = b"") -> int:
        """Return the code of a reply that must be a refusal."""
        return (await self.ask(opcode, bytes.fromhex(data) if isinstance(data, str) else data)).code

    # --- handshakes -------------------------------------------------------------------------------------------------

    @property
    def sum(self) -> bytes:
        return ((self.token + self.keys.unlock_key) % 2**32).to_bytes(4)

    async def user(self, *, uid: int = 0, flag: int = 0, dates: bytes = SENTINELS) -> Self:
        data = dates + flag.to_bytes(3) + uid.to_bytes(4)
        self.token = int.from_bytes(await self.done(0x55, data))
        return self

    async def admin(self, *, uid: int = 0, flag: int = 0, prove: bool = True) -> Self:
        data = self.keys.admin_ps.to_bytes(4) + flag.to_bytes(3) + uid.to_bytes(4)
        self.token = int.from_bytes(await self.done(0x41, data))
        if prove:
            await self.prove()
        return self

    async def prove(self) -> None:
        assert await self.done(0x30, self.sum) == b""

    def control(self, unix: int = UNIX) -> bytes:
        return self.sum + unix.to_bytes(4)

    # --- pairing ----------------------------------------------------------------------------------------------------

    async def pair(self, admin_ps: int = 135_792_468, unlock_key: int = 246_813_579) -> Self:
        self.key = DEFAULT_KEY
        replies = await self.all(0x19, b"SCIENER")
        assert replies[0].opcode == 0x19
        self.key = replies[0].data
        numbers = admin_ps.to_bytes(4) + unlock_key.to_bytes(4)
        assert await self.done(0x56, numbers + b"SCIENER") == b"SCIENER"
        await self.done(0x57)
        self.keys = self.radio.keys
        return self
