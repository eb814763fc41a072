"""A wire without sockets: what the client sends goes to the server's handler at once.

A house in which a hundred thousand requests are made spends most of its time in TCP and in the reading of headers. What
is sent, what is answered and what a fault does to either is the same as over the loopback.
"""

import asyncio
from collections.abc import Mapping
import io
from types import SimpleNamespace, TracebackType
from typing import Any, Self, cast

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy

from simulator import CloudServer


class _Wire:
    """One request, seen by the server, and its response, seen by the client."""

    def __init__(self, server: CloudServer, path: str, query: Mapping[str, str], body: object) -> None:
        self._server = server
        self.path, self.query = path, query
        self._body = body
        self._dropped = False
        self._response = web.Response()

    @property
    def can_read_body(self) -> bool:
        return self._body is not None

    async def post(self) -> Mapping[str, str | web.FileField]:
        if not isinstance(self._body, aiohttp.FormData):
            return cast("Mapping[str, str]", self._body)
        no_headers = CIMultiDictProxy(CIMultiDict[str]())
        return {
            options["name"]: web.FileField(
                options["name"],
                options.get("filename", ""),
                cast("io.BufferedReader", io.BytesIO(content)),
                "application/octet-stream",
                no_headers,
            )
            for options, _, content in self._body._fields
        }

    @property
    def transport(self) -> SimpleNamespace:
        return SimpleNamespace(abort=self._drop)

    def _drop(self) -> None:
        self._dropped = True

    async def __aenter__(self) -> Self:
        # Others have their turn while it is on its way.
        await asyncio.sleep(0)
        self._response = cast("web.Response", await self._server.answer(cast("web.BaseRequest", self)))
        await asyncio.sleep(0)
        if self._dropped:
            raise aiohttp.ServerDisconnectedError
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    async def read(self) -> bytes:
        return cast("bytes", self._response.body)


class DirectSession:
    """A session whose requests all go to one server."""

    def __init__(self, server: CloudServer) -> None:
        self._server = server

    def request(
        self, method: str, url: str, *, data: object = None, params: Mapping[str, str] | None = None, **_: Any
    ) -> _Wire:
        return _Wire(self._server, url.removeprefix(self._server.url), params or {}, data)
