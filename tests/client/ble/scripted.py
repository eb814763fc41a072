"""A lock that answers what a test tells it to, at the other end of a connection that breaks where a test wants it to."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from custom_components.ttlock.client.ble.channel import Patience
from custom_components.ttlock.client.ble.frame import Frame, Header, Reassembler
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.opcodes import Opcode
from custom_components.ttlock.client.errors import BluetoothError, LinkLost

from .vectors import KEY, TOKEN

IMPATIENT: Final = Patience(
    connect=1, write=1, reply=0.05, first_silence=0.02, quiet=0.01, close=1, idle=0.02, pause=0, tries=3, total=30
)
TOKEN_REPLY: Final = TOKEN.to_bytes(4)

type Answer = bytes | BluetoothError | None
"""What an envelope holds behind the echo, a fault of the radio, or silence."""


def ok(data: bytes = b"") -> bytes:
    """Return the answer of a lock that did it."""
    return b"\x01" + data


def refused(code: int) -> bytes:
    """Return the answer of a lock that did not."""
    return bytes((0, code))


def envelope(opcode: int, answer: bytes, key: LockKey = KEY, header: Header | None = None) -> bytes:
    """Return a reply as it goes over the air."""
    frame = Frame(header or key.header, Opcode.RESPONSE, key.encrypt(bytes((opcode,)) + answer))
    return frame.encode()


def cut(data: bytes, size: int = 20) -> list[bytes]:
    """Return notifications."""
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


@dataclass
class ScriptedLock:
    """The lock with all its connections; what it is asked is written down."""

    answers: dict[Opcode, list[Answer | list[bytes]]] = field(default_factory=dict)
    """What it says to each opcode, in turn, the last one for ever; a list is sent as raw notifications."""
    faults: list[BluetoothError] = field(default_factory=list)
    """What becomes of the next tries to connect."""
    broken_write: int | None = None
    """The write, counted from 0 over all connections, that does not get through."""
    deaf_until_read: bool = False
    stuck: set[str] = field(default_factory=set)
    """What never comes to an end: connect, write, wake or close."""
    key: LockKey = KEY
    header: Header | None = None

    attempts: list[int] = field(default_factory=list)
    asked: list[tuple[Opcode, bytes]] = field(default_factory=list)
    writes: list[bytes] = field(default_factory=list)
    reads: int = 0
    links: list[ScriptedLink] = field(default_factory=list)
    _heard: defaultdict[Opcode, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))

    def __post_init__(self) -> None:
        self.answers = {
            Opcode.CHECK_USER_TIME: [ok(TOKEN_REPLY)],
            Opcode.CHECK_ADMIN: [ok(TOKEN_REPLY)],
            Opcode.CHECK_RANDOM: [ok()],
            **self.answers,
        }

    async def may_be_stuck(self, what: str) -> None:
        if what in self.stuck:
            await asyncio.Event().wait()

    async def has_heard(self, opcode: Opcode) -> None:
        await self._heard[opcode].wait()

    @property
    def opcodes(self) -> list[Opcode]:
        """Return what it was asked, in order."""
        return [opcode for opcode, _ in self.asked]

    async def connect(
        self, attempt: int, on_data: Callable[[bytes], None], on_lost: Callable[[], None]
    ) -> ScriptedLink:
        self.attempts.append(attempt)
        await self.may_be_stuck("connect")
        if self.faults:
            raise self.faults.pop(0)
        link = ScriptedLink(self, on_data, on_lost)
        self.links.append(link)
        return link

    def hear(self, link: ScriptedLink, frame: Frame) -> None:
        opcode = Opcode(frame.opcode)
        self._heard[opcode].set()
        self.asked.append((opcode, self.key.decrypt(frame.payload) if frame.payload else b""))
        script = self.answers.get(opcode, [None])
        answer = script.pop(0) if len(script) > 1 else script[0]
        match answer:
            case None:
                return
            case BluetoothError():
                link.lose()
            case bytes():
                link.notify(cut(envelope(opcode, answer, self.key, self.header)))
            case _:
                link.notify(answer)


class ScriptedLink:
    """One connection."""

    def __init__(self, lock: ScriptedLock, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> None:
        self._lock = lock
        self._on_data = on_data
        self._on_lost = on_lost
        self._reassembler = Reassembler()
        self._has_been_read = False
        self.is_open = True
        self.closed = asyncio.Event()

    async def write(self, piece: bytes) -> None:
        if not self.is_open:
            raise LinkLost
        await self._lock.may_be_stuck("write")
        count = len(self._lock.writes)
        self._lock.writes.append(piece)
        if count == self._lock.broken_write:
            self.lose()
            raise LinkLost
        if self._lock.deaf_until_read and not self._has_been_read:
            return
        for frame in self._reassembler.feed(piece):
            self._lock.hear(self, frame)

    async def wake(self) -> None:
        await self._lock.may_be_stuck("wake")
        self._lock.reads += 1
        self._has_been_read = True

    async def close(self) -> None:
        self.is_open = False
        self.closed.set()
        await self._lock.may_be_stuck("close")

    def lose(self) -> None:
        self.is_open = False
        asyncio.get_running_loop().call_soon(self._on_lost)

    def notify(self, notifications: Sequence[bytes]) -> None:
        loop = asyncio.get_running_loop()
        for data in notifications:
            loop.call_soon(self._on_data, data)


def patience(**changes: float) -> Patience:
    """Return the patience of these tests with something else in it."""
    return replace(IMPATIENT, **changes)  # type: ignore[arg-type]
