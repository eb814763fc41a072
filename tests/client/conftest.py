"""A client that is signed in to the virtual cloud, without Home Assistant."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from custom_components.ttlock.client import (
    Application,
    CloudClient,
    Secret,
    Token,
    Transport,
    password_digest,
    renew,
    sign_in,
)
from simulator import CloudServer, World


@pytest.fixture(autouse=True)
def configure_event_loop() -> None:
    """Leave the event loop as it is: threads for a Home Assistant that is not there take longer than most tests."""


class MemoryTokens:
    """Keep a token as a config entry would."""

    def __init__(self, session: aiohttp.ClientSession, host: str, application: Application, token: Token) -> None:
        """Start with a token."""
        self.session, self.host, self.application, self.token = session, host, application, token
        self.renewals = 0

    async def access_token(self) -> Secret:
        """Return the token at hand."""
        return self.token.access

    async def renew(self, rejected: Secret) -> Secret:
        """Exchange the refresh token."""
        self.renewals += 1
        self.token = await renew(self.session, self.host, self.application, self.token.refresh)
        return self.token.access


class Pauses:
    """Count the pauses instead of making them."""

    def __init__(self) -> None:
        """Start with none."""
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Remember a pause."""
        self.seconds.append(seconds)


@pytest.fixture
async def session(socket_enabled: None) -> AsyncGenerator[aiohttp.ClientSession]:
    """Return a session for loopback."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def server(world: World, socket_enabled: None) -> AsyncGenerator[CloudServer]:
    """Return the world's cloud."""
    async with CloudServer(world, region="eu") as server:
        yield server


@pytest.fixture
def application(world: World) -> Application:
    """Return the developer application."""
    return Application(client_id=world.application.client_id, client_secret=Secret(world.application.client_secret))


@pytest.fixture
async def tokens(
    session: aiohttp.ClientSession, server: CloudServer, application: Application, world: World
) -> MemoryTokens:
    """Return the owner's token."""
    owner = world.account("owner")
    token = await sign_in(session, server.url, application, owner.username, password_digest(owner.password))
    return MemoryTokens(session, server.url, application, token)


@pytest.fixture
def pauses() -> Pauses:
    """Return the pauses that the client makes."""
    return Pauses()


@pytest.fixture
def client(session: aiohttp.ClientSession, server: CloudServer, tokens: MemoryTokens, pauses: Pauses) -> CloudClient:
    """Return the client of the owner."""
    transport = Transport(
        session,
        server.url,
        tokens.application.client_id,
        tokens,
        clock=server.world.clock.now,
        sleep=pauses,
    )
    server.reset_calls()
    return CloudClient(transport)
