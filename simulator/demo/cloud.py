"""The virtual world in a process of its own, and the control API through which the demo sees the truth."""

import asyncio
from collections.abc import Mapping, Sequence
import contextlib
from dataclasses import dataclass, fields
import json
from pathlib import Path
import signal
import sys
from typing import Any

import aiohttp

from .api import Json

ROOT = Path(__file__).resolve().parents[2]
RADIO_PACE = {"interval": 0.03, "connect_seconds": 0.2}
"""A link as phones and proxies make it: seconds between two exchanges, and until it is there."""
START_SECONDS = 30
STOP_SECONDS = 10


class CloudError(Exception):
    """The virtual world did not start or refused a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudAccess:
    """What the virtual world says when it starts."""

    base_url: str
    control_url: str
    client_id: str
    client_secret: str
    username: str
    password: str
    lock_ids: Mapping[str, int]
    gateway_ids: Mapping[str, int]
    radio_port: int | None = None
    """Where the locks are on the air, if they are."""


class VirtualCloud:
    """`python -m simulator serve` as a subprocess."""

    def __init__(self, arguments: Sequence[str] = (), *, radio: bool = False) -> None:
        """Remember what else than port and latency to tell the simulator, and whether the locks are on the air."""
        self._arguments = (*arguments, *(("--radio-port", "0") if radio else ()))
        self._process: asyncio.subprocess.Process | None = None
        self._access: CloudAccess | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def access(self) -> CloudAccess:
        """Return where the world is and who may enter."""
        if self._access is None:
            raise CloudError("the virtual world has not been started")
        return self._access

    async def start(self, port: int, *, latency: float) -> None:
        """Start and wait for the line that tells the access."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "simulator", "serve"),
            *("--port", str(port), "--latency", str(latency)),
            *self._arguments,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=16 * 1024 * 1024,
        )
        said = await self._first_line(self._process.stdout)
        self._access = CloudAccess(
            **{field.name: said[field.name] for field in fields(CloudAccess) if field.name in said}
        )
        self._session = aiohttp.ClientSession()

    async def _first_line(self, output: asyncio.StreamReader | None) -> Json:
        if output is None:
            raise CloudError("the virtual world has no output")
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await output.readline()
        except TimeoutError:
            raise CloudError(f"the virtual world did not start within {START_SECONDS} s") from None
        if not line:
            raise CloudError("the virtual world ended while it started")
        said: Json = json.loads(line)
        return said

    async def stop(self) -> None:
        """End the process."""
        if self._session is not None:
            await self._session.close()
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
                return
        process.kill()
        await process.wait()

    async def control(self, method: str, path: str, content: Json | None = None) -> Any:
        """Ask the control API."""
        if self._session is None:
            raise CloudError("the virtual world has not been started")
        async with self._session.request(method, self.access.control_url + path, json=content) as response:
            if response.status >= 400:
                raise CloudError(f"{method} {path}: {response.status} {await response.text()}")
            return await response.json()

    async def lock(self, key: str) -> Json:
        """Return the truth about a lock."""
        locks: dict[str, Json] = (await self.control("GET", "/state"))["locks"]
        return locks[key]

    async def enter_code(self, key: str, code: str) -> Json:
        """Enter a code at the keypad of a lock; the answer tells whether the bolt opened."""
        return await self.at_the_door(key, "enter_code", code)

    async def at_the_door(self, key: str, act: str, value: str) -> Json:
        """Do something at the door of a lock; the answer tells whether the bolt opened."""
        answer: Json = await self.control("POST", "/door", {"lock": key, "act": act, "value": value})
        return answer

    async def set_gateway(self, key: str, *, online: bool) -> None:
        """Take a gateway's plug out or put it back."""
        await self.control("POST", "/gateway", {"gateway": key, "online": online})

    async def radio(self, key: str | None = None, **change: Any) -> Json:
        """Change the radio of a lock, or of all, and return what it is; without a change only the latter."""
        found: Json
        if change:
            found = await self.control("POST", "/radio", {**({} if key is None else {"lock": key}), **change})
        else:
            found = await self.control("GET", "/radio")
        radios: dict[str, Json] = found["radios"]
        return radios if key is None else radios[key]

    async def clear_radio(self) -> None:
        """Take the faults of all radios out of the way."""
        await self.control("DELETE", "/radio")

    async def now(self) -> float:
        """Return the world's time in seconds since the epoch."""
        return float((await self.control("GET", "/state"))["now"])

    async def advance(self, seconds: float) -> None:
        """Move the world's clock forward."""
        await self.control("POST", "/time", {"advance": seconds})

    async def calls(self) -> dict[str, int]:
        """Return how often each endpoint was called."""
        counted: dict[str, int] = (await self.control("GET", "/calls"))["calls"]
        return counted

    async def reset_calls(self) -> None:
        """Count calls from nothing again."""
        await self.control("DELETE", "/calls")
