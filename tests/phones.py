"""Phones with the companion app: registered as the app does it, notified by the server of its maker, pressed by hand."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.auth.models import User
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import CLIENT_ID
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

type Note = dict[str, Any]

PRESSED: Final = "mobile_app_notification_action"


class PushServer:
    """Where the messages for phones go."""

    def __init__(self) -> None:
        """Deliver everything."""
        self.url = ""
        self.status = 201
        self.pushed: list[tuple[str, Note]] = []

    async def take(self, request: web.Request) -> web.Response:
        """Take a message for the phone that the address names."""
        self.pushed.append((request.match_info["phone"], await request.json()))
        return web.json_response({}, status=self.status)


@asynccontextmanager
async def push_server() -> AsyncGenerator[PushServer]:
    """Yield the running server."""
    push = PushServer()
    application = web.Application()
    application.router.add_post("/{phone}", push.take)
    async with TestServer(application) as server:
        push.url = str(server.make_url("/"))
        yield push


def registration(name: str, app_data: dict[str, Any]) -> dict[str, Any]:
    """Return what the app tells of itself."""
    return {
        "app_data": app_data,
        "app_id": "app",
        "app_name": "App",
        "app_version": "1",
        "device_id": f"device-{name}",
        "device_name": name,
        "manufacturer": "Maker",
        "model": "Phone",
        "os_name": "OS",
        "os_version": "1",
        "supports_encryption": False,
    }


class Phone:
    """A phone of a user."""

    def __init__(self, hass: HomeAssistant, push: PushServer, name: str) -> None:
        """Be new."""
        self._hass = hass
        self._push = push
        self.name = name
        self._webhook = ""

    async def register(self, client: ClientSessionGenerator, owner: User, *, silent: bool = False) -> Phone:
        """Sign in to Home Assistant, without notifications if the owner wants none."""
        # Nothing can be added to the server once somebody has connected.
        for component in ("notify", "mobile_app"):
            assert await async_setup_component(self._hass, component, {})
        token = await self._hass.auth.async_create_refresh_token(owner, CLIENT_ID)
        self._client = await client(self._hass.auth.async_create_access_token(token))
        app_data = {} if silent else {"push_token": "token", "push_url": f"{self._push.url}{self.name}"}
        answer = await self._client.post("/api/mobile_app/registrations", json=registration(self.name, app_data))
        assert answer.status == HTTPStatus.CREATED
        self._webhook = (await answer.json())["webhook_id"]
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return self

    @property
    def device_id(self) -> str:
        """Return its device in Home Assistant."""
        (device,) = dr.async_get(self._hass).async_get_devices(identifiers={("mobile_app", f"device-{self.name}")})
        return device.id

    @property
    def notes(self) -> list[Note]:
        """Return what was sent to it."""
        return [note for name, note in self._push.pushed if name == self.name]

    @property
    def shown(self) -> list[Note]:
        """Return what it shows: a note takes the place of one with the same tag."""
        return list({note["data"]["tag"]: note for note in self.notes}.values())

    async def press(self, title: str, note: Note | None = None) -> None:
        """Press a button of the only notification that it shows, or of one that it has shown."""
        if note is None:
            (note,) = self.shown
        (answer,) = [button["action"] for button in note["data"]["actions"] if button["title"] == title]
        # Android sends along all of the notification.
        await self.say({"message": note["message"], "tag": note["data"]["tag"], "action": answer})

    async def say(self, data: dict[str, Any]) -> None:
        """Tell Home Assistant of a button."""
        event = {"type": "fire_event", "data": {"event_type": PRESSED, "event_data": data}}
        answer = await self._client.post(f"/api/webhook/{self._webhook}", json=event)
        assert answer.status == HTTPStatus.OK
        await self._hass.async_block_till_done(wait_background_tasks=True)
