"""A frozen world, its cloud on loopback and somebody who calls it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
import json
from typing import Any

import aiohttp
import pytest

from simulator import CloudServer, World

from ..client.conftest import configure_event_loop  # noqa: F401  # a fixture
from ..conftest import locks_wanted

type Json = dict[str, Any]

# A Thursday, 10:00 in the lock's own time zone (UTC+1 all year round).
START = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


class Api:
    """A caller that knows nothing but the vendor's documentation."""

    def __init__(self, server: CloudServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.world = server.world
        self.session = session
        self.token = ""

    async def sign_in(self, key: str = "owner", **changes: str) -> Json:
        account, application = self.world.account(key), self.world.application
        form = {
            "clientId": application.client_id,
            "clientSecret": application.client_secret,
            "username": account.username,
            "password": account.password_md5,
            **changes,
        }
        answer = await self.raw("/oauth2/token", form)
        self.token = answer.get("access_token", self.token)
        return answer

    async def raw(self, path: str, form: Json, method: str = "POST") -> Json:
        fields = {"params": form} if method == "GET" else {"data": form}
        async with self.session.request(method, self.server.url + path, **fields) as response:  # type: ignore[arg-type]
            assert response.status == 200
            answer: Json = await response.json()
            return answer

    async def call(self, path: str, method: str = "POST", /, **params: Any) -> Json:
        common = {
            "clientId": self.world.application.client_id,
            "accessToken": self.token,
            "date": str(self.world.clock.now_ms()),
        }
        form = {**common, **{key: _text(value) for key, value in params.items() if value is not None}}
        return await self.raw("/v3/" + path, form, method)

    async def code(self, path: str, /, **params: Any) -> int:
        return int((await self.call(path, **params)).get("errcode", 0))


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list | dict) else str(value)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    world = World.load(only=locks_wanted(request))
    world.clock.freeze(START.timestamp())
    return world


@pytest.fixture
async def server(world: World, socket_enabled: None) -> AsyncGenerator[CloudServer]:
    async with CloudServer(world) as server:
        yield server


@pytest.fixture
async def stranger(server: CloudServer) -> AsyncGenerator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(server, session)


@pytest.fixture
async def api(stranger: Api) -> Api:
    await stranger.sign_in()
    return stranger
