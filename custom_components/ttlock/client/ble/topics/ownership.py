"""Whose keys count, and giving the lock back (ttlock-ble-protocol.md 5.2 and 5.16)."""

from dataclasses import replace

from ...errors import BadReply
from ..conversation import TOKEN_BYTES, Access
from ..key import LockKey
from ..opcodes import Opcode
from ..operations import pairing
from .base import Topic, operation


class Ownership(Topic):
    """What concerns the keys themselves."""

    @operation(Opcode.RESET_LOCK)
    async def reset(self) -> None:
        """Have the lock forget its owner with all credentials; it can be paired again and the key is worth nothing.

        After OutcomeUnknown look at the advertisement: a lock without an owner says so when it is touched.
        """
        await self._ask(Opcode.RESET_LOCK, once=True)

    @operation(Opcode.CHECK_ADMIN)
    async def reset_ekeys(self) -> LockKey:
        """Make all ekeys worthless that were given out so far, and return the own key with the new counter.

        The new counter has to be kept with the key and told to the cloud: the lock refuses keys with a lower one.
        """
        raised = replace(self.key, flag=self.key.flag + 1)
        reply = await self._conversation.request(
            Opcode.CHECK_ADMIN, raised.admin_check(), access=Access.KEY, control=True
        )
        if len(reply) < TOKEN_BYTES:
            raise BadReply
        self._conversation.key = raised
        return raised

    @operation(Opcode.ENTER_DFU)
    async def enter_firmware_update(self) -> None:
        """Have the lock wait for new firmware; it does nothing else until it got it or lost power."""
        await self._ask(Opcode.ENTER_DFU, pairing.ENTER_DFU, once=True)
