"""What all topics of a lock share: asking, and refusing what the key does not allow (ttlock-ble-protocol.md 7)."""

from collections.abc import AsyncGenerator, Callable
from functools import wraps
import time
from typing import Concatenate, Final

from ...errors import InvalidInput
from ..conversation import Access, Conversation
from ..frame import MAX_PAYLOAD
from ..key import LockKey, Role
from ..opcodes import Opcode
from ..operations.wire import Answer, Page, percent

FREE: Final = frozenset(
    {
        Opcode.STATUS,
        Opcode.LOG,
        Opcode.GET_CLOCK,
        Opcode.FEATURES,
        Opcode.ACCESSORY_BATTERY,
        Opcode.SCAN_WIFI,
    }
)
"""What every holder of the AES key may ask."""
FOR_EKEYS: Final = frozenset({Opcode.UNLOCK, Opcode.LOCK, Opcode.DEAD_LOCK})
"""The administrator asks for these like everybody else: some models refuse the other way (5.3)."""
FOR_PROVED_EKEYS: Final = frozenset({Opcode.REMOTE_CONTROL, Opcode.READ_PASSCODE_SEED})
ENROLMENT_SECONDS: Final = 30.0
"""How long a lock waits for the next card or finger, with a margin: public clients wait ten to thirty seconds."""

OPERATIONS: Final[dict[str, tuple[Opcode, ...]]] = {}
"""The methods of a lock, with what they ask for."""


def access_of(opcode: Opcode, role: Role) -> Access:
    """Return what a request needs before it, for a holder of a role."""
    if opcode in FREE:
        return Access.KEY
    if opcode in FOR_EKEYS:
        return Access.USER
    if opcode in FOR_PROVED_EKEYS or (opcode is Opcode.SET_CLOCK and role is not Role.ADMIN):
        return Access.PROVED_USER
    return Access.PROVED


def role_needed(name: str) -> Role:
    """Return whose key a method of a lock needs at least."""
    return max(access_of(opcode, Role.USER).role for opcode in OPERATIONS[name])


def operation[T: Topic, **P, R](
    *opcodes: Opcode,
) -> Callable[[Callable[Concatenate[T, P], R]], Callable[Concatenate[T, P], R]]:
    """Mark a method with what it asks for: it is refused before anything is sent when the key does not allow that."""

    def mark(method: Callable[Concatenate[T, P], R]) -> Callable[Concatenate[T, P], R]:
        OPERATIONS[method.__name__] = opcodes

        @wraps(method)
        def allowed(self: T, /, *args: P.args, **kwargs: P.kwargs) -> R:
            self.key.permit(role_needed(method.__name__))
            return method(self, *args, **kwargs)

        return allowed

    return mark


def _check_size(data: bytes | Callable[[int], bytes]) -> None:
    """Refuse what does not fit into a frame, before a lock is bothered for it; InvalidInput."""
    if not callable(data) and len(data) >= MAX_PAYLOAD:
        raise InvalidInput("out_of_range")


class Topic:
    """A part of what can be done with a lock."""

    def __init__(self, conversation: Conversation, clock: Callable[[], float] = time.time) -> None:
        """Talk through a conversation; `clock` gives the unix time."""
        self._conversation = conversation
        self._clock = clock
        self.battery: int | None = None
        """What the lock said last."""

    @property
    def key(self) -> LockKey:
        """Return the key in use."""
        return self._conversation.key

    async def _ask(
        self,
        opcode: Opcode,
        data: bytes | Callable[[int], bytes] = b"",
        *,
        once: bool = False,
    ) -> bytes:
        """Ask for something; `once` for what must not come twice. A lost answer to that is OutcomeUnknown."""
        _check_size(data)
        access = access_of(opcode, self.key.role)
        return await self._conversation.request(opcode, data, access=access, control=once)

    async def _change(self, opcode: Opcode, data: bytes, *, once: bool = False) -> None:
        """Ask for a change; the reply names the sub-operation with which the request begins."""
        self._note_battery(Answer(await self._ask(opcode, data, once=once), data[0]).battery)

    async def _read_list[T](
        self, opcode: Opcode, ask: Callable[[int], bytes], read: Callable[[bytes], Page[T]]
    ) -> tuple[T, ...]:
        """Return a list that comes in pages; one that does not get on is at its end."""
        found: list[T] = []
        cursor = 0
        while True:
            page = read(await self._ask(opcode, ask(cursor)))
            self._note_battery(page.battery)
            found += page.entries
            if page.next is None or page.next <= cursor:
                return tuple(found)
            cursor = page.next

    def _follow(self, opcode: Opcode, data: bytes) -> AsyncGenerator[bytes]:
        """Ask for something that the lock tells of over time."""
        _check_size(data)
        access = access_of(opcode, self.key.role)
        return self._conversation.follow(opcode, data, access=access, timeout=ENROLMENT_SECONDS)

    def _note_battery(self, percentage: int | None) -> None:
        if percentage is not None:
            self.battery = percentage

    def _note_first(self, data: bytes) -> bytes:
        """Note the battery in a reply that begins with it, and return the reply."""
        if data:
            self._note_battery(percent(data[0]))
        return data
