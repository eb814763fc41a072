"""Changes in the cloud's books whose answer was lost: looked up instead of sent again."""

from collections.abc import Awaitable, Callable
from typing import Final

from ..client.errors import NotFound, OutcomeUnknown, TransportError, TTLockError, VendorError

UNCLEAR: Final = (TransportError, OutcomeUnknown, NotFound, VendorError)
"""After these a look has the last word. The second of two tries is told that the thing is gone, in words that the
vendor documents for some kinds only."""


async def async_proved(command: Awaitable[None], is_done: Callable[[], Awaitable[bool]]) -> None:
    """Await a change; when its answer was lost, look whether it was done."""
    try:
        await command
    except UNCLEAR:
        try:
            done = await is_done()
        except TTLockError:
            raise OutcomeUnknown from None
        if not done:
            raise
