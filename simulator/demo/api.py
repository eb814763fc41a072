"""Home Assistant's public HTTP and WebSocket API, as much of it as the demo needs."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import time
from types import TracebackType
from typing import Any, Self

import aiohttp

type Json = dict[str, Any]

LANGUAGE = "en"
MAX_MESSAGE = 64 * 1024 * 1024
"""The states of a thousand locks come in one message."""


class ApiError(Exception):
    """Home Assistant refused a request."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        translation_key: str | None = None,
        placeholders: Mapping[str, str] | None = None,
    ) -> None:
        """Keep what Home Assistant said."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.translation_key = translation_key
        self.placeholders = placeholders or {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The user of the demo."""

    name: str
    username: str
    password: str


class HomeAssistantApi:
    """A signed-in client."""

    def __init__(self, base_url: str) -> None:
        """Remember the address."""
        self.base_url = base_url
        self.tokens: Json = {}
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._command_id = 0
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Open the HTTP session."""
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything."""
        await self.disconnect()
        if self._session is not None:
            await self._session.close()

    @property
    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use the client as a context manager")
        return self._session

    @property
    def _client_id(self) -> str:
        return f"{self.base_url}/"

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"} if self.tokens else {}

    async def needs_owner(self) -> bool:
        """Return whether onboarding still waits for its user."""
        async with self._http.get(f"{self.base_url}/api/onboarding") as response:
            if response.status == 404:
                return False
            steps: list[Json] = await response.json()
            return not all(step["done"] for step in steps)

    async def create_owner(self, login: Login) -> None:
        """Do the user step of onboarding and sign in with its code."""
        created = await self._json(
            "POST",
            "/api/onboarding/users",
            {
                "name": login.name,
                "username": login.username,
                "password": login.password,
                "client_id": self._client_id,
                "language": LANGUAGE,
            },
        )
        await self._exchange(created["auth_code"])

    async def sign_in(self, login: Login) -> None:
        """Sign in as the login page does."""
        flow = await self._json(
            "POST",
            "/auth/login_flow",
            {"client_id": self._client_id, "handler": ["homeassistant", None], "redirect_uri": self._client_id},
        )
        result = await self._json(
            "POST",
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": self._client_id, "username": login.username, "password": login.password},
        )
        if result.get("type") != "create_entry":
            raise ApiError("login", f"the user of the demo is not accepted: {result.get('errors')}")
        await self._exchange(result["result"])

    async def _exchange(self, code: str) -> None:
        form = {"grant_type": "authorization_code", "code": code, "client_id": self._client_id}
        async with self._http.post(f"{self.base_url}/auth/token", data=form) as response:
            response.raise_for_status()
            self.tokens = await response.json()

    async def get(self, path: str) -> Any:
        """Return the answer of a GET request."""
        return await self._json("GET", path)

    async def post(self, path: str, content: Json) -> Any:
        """Return the answer of a POST request."""
        return await self._json("POST", path, content)

    async def delete(self, path: str) -> Any:
        """Return the answer of a DELETE request."""
        return await self._json("DELETE", path)

    async def _json(self, method: str, path: str, content: Json | None = None) -> Any:
        async with self._http.request(method, self.base_url + path, json=content, headers=self._headers) as response:
            if response.status >= 400:
                raise ApiError(str(response.status), f"{method} {path}: {await response.text()}")
            return await response.json()

    async def connect(self) -> None:
        """Open the WebSocket."""
        await self.disconnect()
        socket = await self._http.ws_connect(f"{self.base_url}/api/websocket", max_msg_size=MAX_MESSAGE)
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": self.tokens["access_token"]})
        answer = await socket.receive_json()
        if answer["type"] != "auth_ok":
            raise ApiError("auth", answer.get("message", ""))
        self._socket = socket
        self._command_id = 0

    async def disconnect(self) -> None:
        """Close the WebSocket."""
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    async def command(self, kind: str, **more: Any) -> Any:
        """Send a WebSocket command, return its result."""
        if self._socket is None:
            raise RuntimeError("connect first")
        async with self._turn:
            self._command_id += 1
            await self._socket.send_json({"id": self._command_id, "type": kind, **more})
            while True:
                answer = await self._socket.receive_json()
                if answer.get("id") == self._command_id and answer["type"] == "result":
                    break
        if answer["success"]:
            return answer["result"]
        error = answer["error"]
        raise ApiError(
            error["code"],
            error["message"],
            translation_key=error.get("translation_key"),
            placeholders=error.get("translation_placeholders"),
        )

    async def action(self, name: str, entity_id: str, /, *, respond: bool = False, **data: Any) -> Any:
        """Run an action on an entity, return its response."""
        domain, _, service = name.partition(".")
        result = await self.command(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            target={"entity_id": entity_id},
            return_response=respond,
        )
        return result.get("response")

    async def render(self, template: str) -> str:
        """Return what a template renders to."""
        url = f"{self.base_url}/api/template"
        async with self._http.post(url, json={"template": template}, headers=self._headers) as response:
            response.raise_for_status()
            return await response.text()

    async def state(self, entity_id: str) -> str:
        """Return the state of an entity."""
        return str((await self.get(f"/api/states/{entity_id}"))["state"])

    async def wait_for_state(self, entity_id: str, wanted: str, *, seconds: float) -> None:
        """Wait until an entity has a state."""
        deadline = time.monotonic() + seconds
        while (state := await self._state_if_there(entity_id)) != wanted:
            if time.monotonic() > deadline:
                raise ApiError("state", f"{entity_id} is {state!r}, not {wanted!r}, after {seconds:.0f} s")
            await asyncio.sleep(0.1)

    async def _state_if_there(self, entity_id: str) -> str | None:
        """Return the state of an entity, None while there is no such entity."""
        try:
            return await self.state(entity_id)
        except ApiError as error:
            if error.code != "404":
                raise
            return None

    async def wait_until_running(self, *, seconds: float = 60) -> None:
        """Wait until Home Assistant has set up everything."""
        deadline = time.monotonic() + seconds
        while (config := await self.get("/api/config"))["state"] != "RUNNING":
            if time.monotonic() > deadline:
                raise ApiError("start", f"Home Assistant is {config['state']} after {seconds:.0f} s")
            await asyncio.sleep(0.1)
        if config["recovery_mode"]:
            raise ApiError("start", "Home Assistant is in recovery mode")
