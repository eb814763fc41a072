"""The HTTP face of the cloud."""

import asyncio
from collections import Counter
import contextlib
from email.utils import format_datetime
import json
import logging
from types import TracebackType
from typing import Self

from aiohttp import web

from ..app import servlet
from ..faults import Fault
from ..radio.air import Air
from ..world import World
from . import control, oauth
from .call import Call, Json
from .callbacks import CallbackSender
from .errors import ApiError, body_of
from .pipeline import run
from .spoil import spoil
from .table import ENDPOINTS

_LOGGER = logging.getLogger(__name__)

HOST = "127.0.0.1"
SHUTDOWN_SECONDS = 0.2
MAX_FORM = 4 * 1024 * 1024


def unknown_endpoint() -> web.Response:
    """Answer a path nobody knows: our guess is the servlet container's own page."""
    return web.Response(
        status=404,
        text="<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>",
        content_type="text/html",
    )


class CloudServer:
    """One regional site of the cloud."""

    def __init__(self, world: World, region: str = "eu", *, air: Air | None = None) -> None:
        """Set a site up; ``start`` opens it. With the air the control API reaches the radios as well."""
        self.world = world
        self.air = air
        self.region = region
        self.calls: Counter[str] = Counter()
        self.unknown_calls: Counter[str] = Counter()
        self.include_errcode = False
        """Data answers carry ``errcode`` 0, too (ttlock-open-api.md 1.4)."""
        self.callbacks = CallbackSender(world, region)
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._ticker: asyncio.Task[None] | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Return the address of the site."""
        return f"http://{HOST}:{self._port}"

    async def start(self, port: int = 0) -> None:
        """Open the site on a port, or on any free one."""
        app = web.Application(client_max_size=MAX_FORM)
        control.add_routes(app, self)
        app.router.add_route("*", "/{path:.*}", self.answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        await self.callbacks.start()
        self._ticker = asyncio.create_task(self.world.run())

    async def stop(self) -> None:
        """Close the site, also while calls hang."""
        self._stopping.set()
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        await self.callbacks.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            # Connections that were closed say so in turns of their own, before which nobody may close the loop.
            for _ in range(3):
                await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        """Open the site on a free port."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the site."""
        await self.stop()

    def reset_calls(self) -> None:
        """Start counting calls anew."""
        self.calls.clear()
        self.unknown_calls.clear()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request to the vendor's interface."""
        path = request.path
        self.calls[path] += 1
        # Query and form are one flat map on every path and method (ttlock-open-api.md 1.2).
        params = dict(request.query)
        files: dict[str, bytes] = {}
        for key, value in (await request.post()).items() if request.can_read_body else ():
            if isinstance(value, str):
                params[key] = value
            elif isinstance(value, web.FileField):
                files[key] = value.file.read()
        fault = self.world.faults.take(path)
        if fault is not None and (early := await self._strike_before(request, fault)) is not None:
            return early
        try:
            if path.startswith(f"{servlet.PREFIX}/"):
                answer = servlet.answer(self.world, self.region, self.url, path, params, request.headers)
            else:
                answer = await self._handle(path, params, files)
        except ApiError as error:
            answer = body_of(error.errcode)
        if answer is None:
            self.unknown_calls[path] += 1
            _LOGGER.warning("No such endpoint: %s", path)
            return unknown_endpoint()
        if fault is not None and (late := await self._strike_after(request, fault, answer)) is not None:
            return late
        return self._json(answer if fault is None else spoil(answer, fault))

    async def _handle(self, path: str, params: dict[str, str], files: dict[str, bytes]) -> Json | None:
        call = Call(world=self.world, region=self.region, path=path, params=params, files=files)
        if path == "/oauth2/token":
            return oauth.token(call)
        if path == "/app/getMonthRequestCount":
            return oauth.month_request_count(call)
        if (endpoint := ENDPOINTS.get(path)) is None:
            return None
        return await run(call, endpoint)

    async def _strike_before(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse | None:
        match fault.kind:
            case "http_500" | "http_503":
                return web.Response(status=int(fault.kind[-3:]), text="<html>error</html>", content_type="text/html")
            case "errcode":
                return self._json(body_of(fault.errcode))
            case "timeout_before":
                await self._stopping.wait()
                return self._drop(request)
            case "drop_before":
                return self._drop(request)
            case "slow":
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(fault.seconds):
                        await self._stopping.wait()
        return None

    async def _strike_after(self, request: web.BaseRequest, fault: Fault, answer: Json) -> web.StreamResponse | None:
        match fault.kind:
            case "html":
                return web.Response(text="<html><body>maintenance</body></html>", content_type="text/html")
            case "truncated":
                text = json.dumps(answer)
                return web.Response(text=text[: len(text) // 2], content_type="application/json")
            case "empty":
                return web.Response(text="", content_type="application/json")
            case "wrong_type":
                return web.json_response([answer])
            case "timeout_after":
                await self._stopping.wait()
                return self._drop(request)
            case "drop_after":
                return self._drop(request)
        return None

    def _drop(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _json(self, answer: Json) -> web.Response:
        if self.include_errcode and "errcode" not in answer:
            answer = {**answer, **body_of(0)}
        response = web.json_response(answer)
        response.headers["Date"] = format_datetime(self.world.clock.utc(), usegmt=True)
        return response
