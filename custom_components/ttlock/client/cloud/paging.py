"""Reading the cloud's answers as a whole: lists page by page, single objects, ids of what was made."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final

from .. import parse
from ..errors import OutcomeUnknown, ServerFault
from ..parse import Listing, Raw
from .endpoints import Endpoint
from .http import Json
from .transport import Transport

BIG_PAGE: Final = 1000
PAGE: Final = 200
"""The largest pages that the cloud gives (ttlock-open-api.md 1.5)."""


async def each_page[T](
    transport: Transport,
    endpoint: Endpoint,
    size: int,
    read: Callable[[Raw], T],
    lock_id: int | None = None,
    **fields: str | int | None,
) -> AsyncGenerator[Listing[T]]:
    """Yield a list page by page; who has seen enough stops asking."""
    page = 1
    while True:
        body = await transport.send(endpoint, lock_id, pageNo=page, pageSize=size, **fields)
        raw = list_of(body)
        yield parse.listing(raw, read)
        pages = parse.integer(body.get("pages"))
        if not raw or (page >= pages if pages is not None else len(raw) < size):
            return
        page += 1


async def all_pages[T](
    transport: Transport,
    endpoint: Endpoint,
    size: int,
    read: Callable[[Raw], T],
    lock_id: int | None = None,
    **fields: str | int | None,
) -> Listing[T]:
    """Read a list to its last page; any failure fails the whole, half a list proves nothing."""
    items: list[T] = []
    dropped = 0
    async with aclosing(each_page(transport, endpoint, size, read, lock_id, **fields)) as pages:
        async for found in pages:
            items.extend(found.items)
            dropped += found.dropped
    return Listing(tuple(items), dropped)


def one[T](body: Json, read: Callable[[Raw], T]) -> T:
    """Read a reply that is one object; a reply without its id is not an answer."""
    try:
        return read(body)
    except ValueError:
        raise ServerFault from None


def list_of(body: Json) -> list[object]:
    """Return the list of a reply; a reply without one must not pass for an empty one."""
    found = body.get("list")
    if not isinstance(found, list):
        raise ServerFault
    return found


def made(body: Json, key: str) -> int:
    """Return the id of what was just made; without it nobody knows whether it was."""
    if (number := parse.integer(body.get(key))) is None:
        raise OutcomeUnknown
    return number
