"""What cards, fingerprints, faces, palms, QR codes and remotes have in common (ttlock-ble-protocol.md 5.9 to 5.15)."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress

from ...credentials import CredentialKind, Validity, ValidityKind
from ...cyclic import CyclicWindow, check
from ...errors import BadReply, NotFound, TTLockError, Unsupported
from ...secret import Secret
from ..opcodes import Opcode
from ..operations import credentials, cyclic
from ..operations.credentials import Enrolment, EnrolmentStep, StoredCredential, Style
from ..operations.wire import Answer
from .base import Topic


class Credentials(Topic):
    """The steps of which the methods of each kind are made."""

    async def _list(self, opcode: Opcode, style: Style, width: Callable[[int], int]) -> tuple[StoredCredential, ...]:
        return await self._read_list(opcode, style.ask, lambda data: style.read(data, self.key.zone, width))

    async def _enrol(
        self, opcode: Opcode, request: bytes, read: Callable[[bytes], Enrolment]
    ) -> AsyncGenerator[Enrolment]:
        async with aclosing(self._follow(opcode, request)) as replies:
            async for data in replies:
                step = read(data)
                self._note_battery(step.battery)
                yield step
                if step.step is EnrolmentStep.DONE:
                    return

    async def _add(
        self, opcode: Opcode, style: Style, number: Secret, validity: Validity, *, had_windows: bool = False
    ) -> None:
        """Put a credential on the lock; one whose weekly windows are refused is taken off again."""
        windows = _windows(validity)
        await self._change(opcode, style.add(number, validity, self.key.zone), once=True)
        try:
            if had_windows:
                await self._forget_windows(style.kind, number)
            await self._open_windows(style.kind, number, windows)
        except TTLockError:
            with suppress(TTLockError):
                await self._delete(opcode, style, number)
            raise

    async def _change_period(self, opcode: Opcode, style: Style, number: Secret, validity: Validity) -> None:
        """Change when a credential opens, with weekly windows or without."""
        windows = _windows(validity)
        await self._change(opcode, style.change(number, validity, self.key.zone))
        await self._forget_windows(style.kind, number)
        await self._open_windows(style.kind, number, windows)

    async def _delete(self, opcode: Opcode, style: Style, number: Secret) -> None:
        await self._change(opcode, style.delete(number), once=True)

    async def _clear(self, opcode: Opcode) -> None:
        await self._change(opcode, credentials.clear())

    async def _open_windows(self, kind: CredentialKind, number: Secret, windows: Sequence[CyclicWindow]) -> None:
        for window in windows:
            await self._change(Opcode.CYCLIC, cyclic.add(kind, number, window), once=True)

    async def _clear_windows(self, kind: CredentialKind, number: Secret) -> None:
        await self._change(Opcode.CYCLIC, cyclic.clear(kind, number))

    async def _forget_windows(self, kind: CredentialKind, number: Secret) -> None:
        """Take weekly windows away where there are any."""
        with suppress(NotFound, Unsupported):
            await self._clear_windows(kind, number)

    async def _send_template(
        self, opcode: Opcode, operation: int, head: bytes, template: bytes, read: Callable[[bytes], Enrolment]
    ) -> Secret:
        """Give the lock a template in the packets it asks for; the last of them is answered twice (a guess)."""
        asked = read(await self._ask(opcode, head, once=True))
        if asked.step is not EnrolmentStep.TEMPLATE:
            raise BadReply
        *packets, last = credentials.template_packets(template, operation, asked.sequence, asked.packet_size)
        for packet in packets:
            Answer(await self._ask(opcode, packet, once=True), operation)
        async with aclosing(self._follow(opcode, last)) as replies:
            async for data in replies:
                if len(data) > 1 and data[1] == operation:
                    continue
                if (step := read(data)).number is not None:
                    return step.number
        raise BadReply


def _windows(validity: Validity) -> tuple[CyclicWindow, ...]:
    if validity.kind is not ValidityKind.CYCLIC:
        return ()
    check(validity.windows)
    return validity.windows
