"""IC cards and fingerprints (ttlock-ble-protocol.md 5.9 to 5.11)."""

from collections.abc import AsyncGenerator, Sequence

from ...credentials import CredentialKind, Validity
from ...cyclic import CyclicWindow, check
from ...secret import Secret
from ..opcodes import Opcode
from ..operations import cards, fingerprints
from ..operations.credentials import Enrolment, StoredCredential, enrol, id_width, template_head
from .base import operation
from .credentials import Credentials


class Cards(Credentials):
    """What is held to the lock."""

    @operation(Opcode.CARDS)
    async def list_cards(self) -> tuple[StoredCredential, ...]:
        """Return the cards in the lock."""
        return await self._list(Opcode.CARDS, cards.STYLE, cards.width)

    @operation(Opcode.CARDS)
    def enrol_card(self, *, at_keypad: bool = False) -> AsyncGenerator[Enrolment]:
        """Have the lock learn the card that is held to it next; it opens for good until its period is changed."""
        return self._enrol(Opcode.CARDS, enrol(at_keypad=at_keypad), cards.read_enrolment)

    @operation(Opcode.CARDS)
    async def add_card(self, number: Secret, validity: Validity) -> None:
        """Put a card on the lock by its number."""
        await self._add(Opcode.CARDS, cards.STYLE, number, validity)

    @operation(Opcode.CARDS)
    async def change_card_period(self, number: Secret, validity: Validity) -> None:
        """Change when a card opens."""
        await self._change_period(Opcode.CARDS, cards.STYLE, number, validity)

    @operation(Opcode.CARDS)
    async def delete_card(self, number: Secret) -> None:
        """Take a card off the lock."""
        await self._delete(Opcode.CARDS, cards.STYLE, number)

    @operation(Opcode.CARDS)
    async def clear_cards(self) -> None:
        """Take all cards off the lock."""
        await self._clear(Opcode.CARDS)


class Fingerprints(Credentials):
    """What is laid on the lock."""

    @operation(Opcode.FINGERPRINTS)
    async def list_fingerprints(self) -> tuple[StoredCredential, ...]:
        """Return the fingerprints in the lock."""
        return await self._list(Opcode.FINGERPRINTS, fingerprints.STYLE, id_width)

    @operation(Opcode.FINGERPRINTS)
    def enrol_fingerprint(self, *, at_keypad: bool = False) -> AsyncGenerator[Enrolment]:
        """Have the lock learn a finger, which has to be laid on it several times; it opens for good, as a card."""
        request = enrol(at_keypad=at_keypad)
        return self._enrol(Opcode.FINGERPRINTS, request, fingerprints.read_enrolment)

    @operation(Opcode.FINGERPRINTS)
    async def add_fingerprint(self, number: Secret, validity: Validity) -> None:
        """Put back a fingerprint that the reader still knows by its number."""
        await self._add(Opcode.FINGERPRINTS, fingerprints.STYLE, number, validity)

    @operation(Opcode.FINGERPRINTS)
    async def add_fingerprint_template(self, template: bytes, template_number: int, validity: Validity) -> Secret:
        """Give the lock a finger that another reader has taken up, and return its number."""
        head = template_head(template, template_number, validity, self.key.zone)
        return await self._send_template(
            Opcode.FINGERPRINTS, fingerprints.PACKET, head, template, fingerprints.read_enrolment
        )

    @operation(Opcode.FINGERPRINTS)
    async def change_fingerprint_period(self, number: Secret, validity: Validity) -> None:
        """Change when a fingerprint opens."""
        await self._change_period(Opcode.FINGERPRINTS, fingerprints.STYLE, number, validity)

    @operation(Opcode.FINGERPRINTS)
    async def delete_fingerprint(self, number: Secret) -> None:
        """Take a fingerprint off the lock."""
        await self._delete(Opcode.FINGERPRINTS, fingerprints.STYLE, number)

    @operation(Opcode.FINGERPRINTS)
    async def clear_fingerprints(self) -> None:
        """Take all fingerprints off the lock."""
        await self._clear(Opcode.FINGERPRINTS)


class Windows(Credentials):
    """Weekly windows of credentials that are on the lock; the lock does not list them."""

    @operation(Opcode.CYCLIC)
    async def open_windows(self, kind: CredentialKind, number: Secret, windows: Sequence[CyclicWindow]) -> None:
        """Add weekly windows, one for each day."""
        check(windows)
        await self._open_windows(kind, number, windows)

    @operation(Opcode.CYCLIC)
    async def clear_windows(self, kind: CredentialKind, number: Secret) -> None:
        """Take all weekly windows away: the credential opens in its whole period. NotFound when there are none."""
        await self._clear_windows(kind, number)
