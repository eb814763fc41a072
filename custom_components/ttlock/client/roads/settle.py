"""Moving a bolt once, and finding out what became of it when the answer is lost."""

from collections.abc import Awaitable, Callable

from ..errors import OutcomeUnknown, TTLockError
from ..models import Bolt, OpenState


async def settle(command: Callable[[], Awaitable[None]], ask: Callable[[], Awaitable[OpenState]], wanted: Bolt) -> None:
    """Send a command once; when its answer is lost, ask the lock instead of sending it again.

    OutcomeUnknown when the lock says that its bolt is elsewhere, and when it cannot be asked either: it may still move.
    """
    try:
        await command()
    except OutcomeUnknown:
        try:
            state = await ask()
        except TTLockError:
            raise OutcomeUnknown from None
        if state.bolt is not wanted:
            raise
