"""Accounts that the developer application registered (ttlock-open-api.md 2.5).

They are the application's business, not an account's: these calls take the client secret instead of a token.
"""

from collections.abc import Callable
import time

import aiohttp

from .. import parse
from ..errors import InvalidInput, OutcomeUnknown
from ..inventory import ApplicationUser
from ..parse import Listing
from ..secret import Secret
from . import endpoints as at
from .auth import SIGN_IN_TIMEOUT_SECONDS, Application
from .endpoints import Endpoint
from .http import Json, exchange
from .meter import Meter, Unmetered
from .paging import PAGE, list_of


class Users:
    """The accounts of one developer application."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        application: Application,
        *,
        clock: Callable[[], float] = time.time,
        meter: Meter | None = None,
    ) -> None:
        """Take everything that touches the world from outside."""
        self._meter = meter or Unmetered()
        self._session = session
        self._host = host
        self._application = application
        self._clock = clock

    async def register(self, username: str, password: Secret) -> str:
        """Register an account and return its full name, with the application's prefix; `password` is the digest."""
        if not (username.isascii() and username.isalnum()):
            raise InvalidInput("username_invalid")
        body = await self._send(at.USER_REGISTER, username=username, password=password.reveal())
        if (full := parse.text(body.get("username"))) is None:
            raise OutcomeUnknown
        return full

    async def list(self) -> Listing[ApplicationUser]:
        """Return all accounts that the application registered."""
        items: tuple[ApplicationUser, ...] = ()
        dropped = 0
        page = 1
        while True:
            body = await self._send(at.USER_LIST, pageNo=str(page), pageSize=str(PAGE))
            raw = list_of(body)
            found = parse.listing(raw, ApplicationUser.from_vendor)
            items += found.items
            dropped += found.dropped
            if len(raw) < PAGE:
                return Listing(items, dropped)
            page += 1

    async def reset_password(self, username: str, password: Secret) -> None:
        """Give an account another password; `username` is the full name, `password` the digest."""
        await self._send(at.USER_PASSWORD, username=username, password=password.reveal())

    async def delete(self, username: str) -> None:
        """Delete an account by its full name; it must not own locks any more."""
        await self._send(at.USER_DELETE, username=username)

    async def _send(self, endpoint: Endpoint, **fields: str) -> Json:
        self._meter.admit(endpoint.purpose, background=False)
        reply = await exchange(
            self._session,
            self._host + endpoint.path,
            {
                "clientId": self._application.client_id,
                "clientSecret": self._application.client_secret.reveal(),
                "date": str(int(self._clock() * 1000)),
                **fields,
            },
            post=endpoint.post,
            timeout_seconds=SIGN_IN_TIMEOUT_SECONDS,
            repeatable=endpoint.repeatable,
        )
        self._meter.answered(endpoint.purpose, reply.error)
        if reply.error is not None:
            raise reply.error
        return reply.body
