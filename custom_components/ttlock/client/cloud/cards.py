"""IC cards (ttlock-open-api.md 4.6)."""

from typing import Final

from ..credentials import Credential, Validity, common_type, read_card
from ..errors import InvalidInput
from ..parse import Listing
from ..secret import Secret
from . import endpoints as at
from .endpoints import Endpoint
from .paging import PAGE, all_pages, made
from .selector import VIA_GATEWAY
from .transport import Transport

REVERSIBLE_BITS: Final = 32


class Cards:
    """The cards of a lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[Credential]:
        """Return all cards in the cloud's table of a lock."""
        return await all_pages(self._transport, at.CARD_LIST, PAGE, read_card, lock_id=lock_id, orderBy=1)

    async def add(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        """Teach the lock a card by its number and return the card's id; the cloud answers after the lock took it."""
        return await self._add(at.CARD_ADD, lock_id, number, validity, name)

    async def add_reversed(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        """Do as `add` with the number that a desktop reader shows: its four bytes come in the other order."""
        check_number(number, reverse=True)
        return await self._add(at.CARD_ADD_REVERSED, lock_id, number, validity, name)

    async def _add(self, endpoint: Endpoint, lock_id: int, number: Secret, validity: Validity, name: str | None) -> int:
        check_number(number)
        body = await self._transport.send(
            endpoint,
            lock_id,
            cardNumber=number.reveal(),
            cardName=name,
            cardType=common_type(validity),
            addType=VIA_GATEWAY,
            **validity.fields(),
        )
        return made(body, "cardId")

    async def change_period(self, lock_id: int, card_id: int, validity: Validity) -> None:
        """Change when a card opens; it cannot become permanent."""
        await self._transport.send(
            at.CARD_PERIOD, lock_id, cardId=card_id, changeType=VIA_GATEWAY, **validity.change_fields()
        )

    async def rename(self, lock_id: int, card_id: int, name: str) -> None:
        """Give a card another name; the lock does not know names."""
        await self._transport.send(at.CARD_RENAME, lock_id, cardId=card_id, cardName=name)

    async def delete(self, lock_id: int, card_id: int) -> None:
        """Take a card off the lock."""
        await self._transport.send(at.CARD_DELETE, lock_id, cardId=card_id, deleteType=VIA_GATEWAY)

    async def record_cleared(self, lock_id: int) -> None:
        """Note that all cards were taken off the lock over Bluetooth; the lock itself is not reached."""
        await self._transport.send(at.CARD_CLEAR, lock_id)


def check_number(number: Secret, *, reverse: bool = False) -> None:
    """Refuse what is not the number of a card, or has more than the four bytes that can be turned; InvalidInput."""
    digits = number.reveal()
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInput("card_digits")
    if reverse and int(digits) >> REVERSIBLE_BITS:
        raise InvalidInput("card_not_reversible")


def swapped(number: Secret) -> Secret:
    """Return the number of a card as a door reads it, from that of a desktop reader; one that is too long stays."""
    digits = int(number.reveal())
    if digits >> REVERSIBLE_BITS:
        return number
    return Secret(str(int.from_bytes(digits.to_bytes(REVERSIBLE_BITS // 8), "little")))
