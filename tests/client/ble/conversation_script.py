"""A conversation that is written down beforehand: replies by request, and what was asked."""

from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from custom_components.ttlock.client.ble.conversation import Access
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.opcodes import Opcode
from custom_components.ttlock.client.errors import TTLockError

from .vectors import KEY, TOKEN

BATTERY = 0x58
NOW = 1767225600
"""When the commands of the vectors were given: 2026-01-01 00:00 UTC."""
START = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)
END = datetime(2027, 12, 31, 23, 59, tzinfo=UTC)
"""The period of the vectors."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    opcode: Opcode
    data: bytes
    access: Access
    once: bool


class Script:
    """Answer requests in turn; what has no reply left is answered as a change that worked."""

    def __init__(self, replies: Iterable[bytes | TTLockError] = (), key: LockKey = KEY) -> None:
        """Take the replies in their order."""
        self.key = key
        self.asked: list[Asked] = []
        self._replies = list(replies)

    async def request(
        self,
        opcode: Opcode,
        data: bytes | Callable[[int], bytes] = b"",
        *,
        access: Access = Access.KEY,
        control: bool = False,
        timeout: float | None = None,
    ) -> bytes:
        """Take a request and return the next reply."""
        plain = data(self.key.answer_to(TOKEN)) if callable(data) else data
        self.asked.append(Asked(opcode, plain, access, control))
        reply = self._replies.pop(0) if self._replies else bytes((BATTERY,)) + plain[:1]
        if isinstance(reply, TTLockError):
            raise reply
        return reply

    async def follow(
        self, opcode: Opcode, data: bytes = b"", *, access: Access = Access.PROVED, timeout: float
    ) -> AsyncGenerator[bytes]:
        """Take a request and yield the replies that are left."""
        self.asked.append(Asked(opcode, data, access, once=True))
        while self._replies:
            reply = self._replies.pop(0)
            if isinstance(reply, TTLockError):
                raise reply
            yield reply


def scripted(*replies: bytes | str | TTLockError, key: LockKey = KEY) -> tuple[BleLock, Script]:
    """Return a lock that answers with these, bytes or hexadecimal, and what it is asked."""
    script = Script([bytes.fromhex(reply) if isinstance(reply, str) else reply for reply in replies], key)
    return BleLock(script, clock=lambda: NOW), script
