"""The one way by which requests go to the cloud: token, clock, queue, retries, counting."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
import logging
import time
from typing import Final, Protocol

import aiohttp

from ..errors import (
    ClockSkew,
    ConnectionFailed,
    DeviceBusy,
    DeviceUnreachable,
    NotSent,
    ServerFault,
    TokenRejected,
    TTLockError,
)
from ..secret import Secret
from .endpoints import Endpoint, Purpose
from .http import Json, Reply, exchange
from .lanes import Lanes
from .meter import Meter, Unmetered, is_background
from .selector import when_it_wakes

_LOGGER = logging.getLogger(__name__)

BUSY_PAUSES_SECONDS: Final = (2.0, 5.0, 10.0)
"""A gateway needs two to eight seconds for one command (ttlock-open-api.md 9, quirk 5)."""
BUSY_LIMIT_SECONDS: Final = 60.0
"""Somebody who has waited for so long wants to hear that the gateway is busy."""
CLOCK_NEWS_SECONDS: Final = 60.0
"""What is said about the clock is said again only when it is about that much another."""
READ_TIMEOUT_SECONDS: Final = 20.0
LIVE_TIMEOUT_SECONDS: Final = 40.0
"""The slowest answers seen came after 30 to 45 s (ttlock-open-api.md 9, quirk 5)."""
FAULT_PAUSES_SECONDS: Final = (1.0,)
"""One quick second try outlives a restarting server; more is the business of the next poll."""
POWER_SAVING: Final = "power_saving"
"""Reason word of the refusal by a Wi-Fi lock that is connected only to report (ttlock-open-api.md 4.17)."""

type Fields = Mapping[str, str | int | None]


class TokenSource(Protocol):
    """Keeper of the account's token; who holds it, stores it."""

    async def access_token(self) -> Secret:
        """Return a token that is thought to be valid."""

    async def renew(self, rejected: Secret) -> Secret:
        """Return a newer token than the rejected one; raises SignInError when there is none."""


class Transport:
    """Send requests of one account."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        host: str,
        client_id: str,
        tokens: TokenSource,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        meter: Meter | None = None,
    ) -> None:
        """Take everything that touches the world from outside."""
        self._meter = meter or Unmetered()
        self._session = session
        self._host = host
        self._client_id = client_id
        self._tokens = tokens
        self._clock = clock
        self._sleep = sleep
        self._clock_offset = 0.0
        self._saving_power: set[int] = set()
        self.lanes = Lanes()
        self.calls: Counter[Purpose] = Counter()

    async def send(self, endpoint: Endpoint, lock_id: int | None = None, **fields: str | int | None) -> Json:
        """Send one request and return its body; `lock_id` is sent along and chooses the queue of a live one.

        Raises the typed error of the vendor's code, a TransportError, or OutcomeUnknown when the answer to
        something that must not be repeated was lost.
        """
        given: Fields = {"lockId": lock_id, **fields}
        if not (endpoint.deferrable and lock_id in self._saving_power):
            try:
                body = await self._until_answered(endpoint, lock_id, _form(given), None)
            except DeviceUnreachable as err:
                if lock_id is None or err.reason != POWER_SAVING:
                    raise
                # The lock refused before anything was done, so what can wait is sent again, to wait.
                self._saving_power.add(lock_id)
                if not endpoint.deferrable:
                    raise
            else:
                if endpoint.live and lock_id is not None:
                    self._saving_power.discard(lock_id)
                return body
        later = {key: when_it_wakes(value) for key, value in given.items()}
        return await self._until_answered(endpoint, lock_id, _form(later), None)

    @property
    def clock_offset(self) -> float:
        """Return by how many seconds the cloud's clock is ahead of the host's, as a refused call showed."""
        return self._clock_offset

    def saves_power(self, lock_id: int) -> bool:
        """Return whether a Wi-Fi lock lately said that it saves power: it gets what is written when it wakes."""
        return lock_id in self._saving_power

    async def upload(self, endpoint: Endpoint, lock_id: int, image: bytes) -> Json:
        """Send a picture and return the body of the reply; raises as `send`."""
        return await self._until_answered(endpoint, lock_id, {"lockId": str(lock_id)}, image)

    async def _until_answered(
        self, endpoint: Endpoint, lock_id: int | None, form: Mapping[str, str], image: bytes | None
    ) -> Json:
        give_up = asyncio.get_running_loop().time() + BUSY_LIMIT_SECONDS
        busy_pauses = iter(BUSY_PAUSES_SECONDS if endpoint.patient else ())
        fault_pauses = iter(FAULT_PAUSES_SECONDS if endpoint.repeatable else ())
        while True:
            try:
                return await self._in_turn(endpoint, lock_id, form, image)
            except NotSent:
                # It has waited long enough.
                raise
            except DeviceBusy as err:
                late = asyncio.get_running_loop().time() > give_up
                await self._pause_or_raise(None if late else next(busy_pauses, None), err)
            except (ConnectionFailed, ServerFault) as err:
                await self._pause_or_raise(next(fault_pauses, None), err)

    async def _pause_or_raise(self, seconds: float | None, err: TTLockError) -> None:
        if seconds is None:
            raise err
        _LOGGER.debug("Trying again in %s s after %s", seconds, err)
        await self._sleep(seconds)

    async def _in_turn(
        self, endpoint: Endpoint, lock_id: int | None, form: Mapping[str, str], image: bytes | None
    ) -> Json:
        if not endpoint.live or lock_id is None:
            return await self._accepted(endpoint, form, image)
        async with self.lanes.turn(lock_id, urgent=endpoint.urgent):
            return await self._accepted(endpoint, form, image)

    async def _accepted(self, endpoint: Endpoint, form: Mapping[str, str], image: bytes | None) -> Json:
        """Send, and once more when token or clock was refused: such a refusal comes before any effect."""
        token = await self._tokens.access_token()
        reply = await self._once(endpoint, form, image, token)
        if isinstance(reply.error, ClockSkew) and reply.server_time is not None:
            known, self._clock_offset = self._clock_offset, reply.server_time.timestamp() - self._clock()
            if abs(self._clock_offset - known) > CLOCK_NEWS_SECONDS:
                _LOGGER.info("The clock of this host differs from the cloud's by %.0f s", -self._clock_offset)
            reply = await self._once(endpoint, form, image, token)
        if isinstance(reply.error, TokenRejected):
            reply = await self._once(endpoint, form, image, await self._tokens.renew(token))
        if reply.error is not None:
            raise reply.error
        return reply.body

    async def _once(self, endpoint: Endpoint, form: Mapping[str, str], image: bytes | None, token: Secret) -> Reply:
        self._meter.admit(endpoint.purpose, background=is_background(endpoint.purpose))
        self.calls[endpoint.purpose] += 1
        common = {
            "clientId": self._client_id,
            "accessToken": token.reveal(),
            "date": str(int((self._clock() + self._clock_offset) * 1000)),
        }
        reply = await exchange(
            self._session,
            self._host + endpoint.path,
            {**common, **form},
            post=endpoint.post,
            timeout_seconds=LIVE_TIMEOUT_SECONDS if endpoint.live else READ_TIMEOUT_SECONDS,
            repeatable=endpoint.repeatable,
            image=image,
        )
        self._meter.answered(endpoint.purpose, reply.error)
        _LOGGER.debug("%s: %s", endpoint.path, reply.error or "ok")
        return reply


def _form(fields: Fields) -> Mapping[str, str]:
    return {key: str(value) for key, value in fields.items() if value is not None}
