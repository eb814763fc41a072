"""A phone with the Companion app: registered by Home Assistant's own HTTP API, and a page that shows what it is told.

Home Assistant pushes to the address that the phone has registered, as it does to the servers behind real phones.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
import time
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from .api import HomeAssistantApi, Json
from .ports import HOST

PAGE: Final = Path(__file__).with_name("companion.html")
COMPONENT: Final = "mobile_app"
NAME: Final = "Phone"
NOTIFY: Final = "notify.phone"
TOKEN: Final = "demo"
DEVICE: Final = {
    "app_version": "1.0",
    "device_name": NAME,
    "manufacturer": "Demo",
    "model": "Virtual phone",
    "os_version": "1",
}
APP: Final = {
    "app_id": "demo.companion",
    "app_name": "Companion app of the demo",
    "device_id": "ttlock-demo-phone",
    "os_name": "Demo",
    "supports_encryption": False,
}
GLANCE_SECONDS: Final = 0.05


class NotTold(Exception):
    """The phone has not got a notification that it was to get."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a phone was told."""

    title: str
    message: str
    at: datetime

    def as_json(self) -> Json:
        """Return what the page shows of it."""
        return {"title": self.title, "message": self.message, "at": f"{self.at:%H:%M}"}


class Companion:
    """The app on the only phone of the house."""

    def __init__(self, port: int) -> None:
        """Remember where it can be reached; nothing was told yet."""
        self.url = f"http://{HOST}:{port}"
        self.notifications: list[Notification] = []
        self._port = port
        application = web.Application()
        application.add_routes(
            [
                web.post("/push", self._push),
                web.get("/notifications", self._list),
                web.get("/", self._page),
            ]
        )
        self._runner = web.AppRunner(application)

    async def __aenter__(self) -> Self:
        """Switch it on."""
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Switch it off."""
        await self._runner.cleanup()

    async def join(self, api: HomeAssistantApi) -> None:
        """Register with Home Assistant, or tell it the address of this run, and be at home."""
        device = {**DEVICE, "app_data": {"push_token": TOKEN, "push_url": f"{self.url}/push"}}
        hooks: list[Json] = await api.command("webhook/list")
        webhook_id = next((hook["webhook_id"] for hook in hooks if hook["domain"] == COMPONENT), None)
        if webhook_id is None:
            registered: Json = await api.post(f"/api/{COMPONENT}/registrations", {**APP, **device})
            webhook_id = registered["webhook_id"]
        else:
            await api.post(f"/api/webhook/{webhook_id}", {"type": "update_registration", "data": device})
        home: Json = await api.get("/api/config")
        here = {"gps": [home["latitude"], home["longitude"]], "gps_accuracy": 10}
        await api.post(f"/api/webhook/{webhook_id}", {"type": "update_location", "data": here})

    async def expect(
        self, what: str, wanted: Callable[[str], bool], *, seconds: float, since: int = 0, count: int = 1
    ) -> Notification:
        """Wait for the last of so many notifications whose message is wanted; `since` says how many do not count."""
        deadline = time.monotonic() + seconds
        while len(found := [told for told in self.notifications[since:] if wanted(told.message)]) < count:
            if time.monotonic() > deadline:
                told = [told.message for told in self.notifications[since:]]
                raise NotTold(f"the phone does not show {what} after {seconds:.0f} s, only {told}")
            await asyncio.sleep(GLANCE_SECONDS)
        return found[count - 1]

    async def _push(self, request: web.Request) -> web.Response:
        content: Mapping[str, str] = await request.json()
        told = Notification(title=content.get("title", ""), message=content["message"], at=datetime.now().astimezone())
        self.notifications.append(told)
        return web.json_response({}, status=201)

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([told.as_json() for told in reversed(self.notifications)])

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(encoding="utf-8"), content_type="text/html")
