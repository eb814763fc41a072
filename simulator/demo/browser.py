"""A headless Chromium, driven by the DevTools protocol (home-assistant-conventions.md 7.6)."""

import asyncio
import base64
import contextlib
import json
from pathlib import Path
import shutil
import tempfile
import time
from types import TracebackType
from typing import Any, Self

import aiohttp

from .api import Json

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--remote-debugging-port=0", "--force-color-profile=srgb"),
)
WAIT_SECONDS = 30

# The frontend is web components all the way down: plain selectors end at the first shadow root.
DEEP = """
window.deep = selector => {
  const found = [];
  const walk = root => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches(selector)) found.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  return found;
};
window.shown = element => { const box = element.getBoundingClientRect(); return box.width > 0 && box.height > 0; };
window.withText = (selector, text) =>
  window.deep(selector).find(element => window.shown(element) && element.textContent.trim().includes(text));
"""


class BrowserError(Exception):
    """The page does not show what it should, or there is no browser."""


class Page:
    """The only page of a browser that lives as long as the context."""

    def __init__(self, *, width: int, height: int) -> None:
        """Remember the size of the window."""
        self._width = width
        self._height = height
        self._profile = tempfile.TemporaryDirectory(prefix="ttlock-chromium-", ignore_cleanup_errors=True)
        self._process: asyncio.subprocess.Process | None = None
        self._session = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._command_id = 0

    async def __aenter__(self) -> Self:
        """Start the browser and connect to its page."""
        program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
        if program is None:
            raise BrowserError(f"no Chromium on the PATH (looked for {', '.join(PROGRAMS)})")
        self._process = await asyncio.create_subprocess_exec(
            program,
            *OPTIONS,
            f"--user-data-dir={self._profile.name}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        port = await self._port()
        async with self._session.get(f"http://127.0.0.1:{port}/json") as response:
            pages: list[Json] = await response.json()
        url = next(page["webSocketDebuggerUrl"] for page in pages if page["type"] == "page")
        self._socket = await self._session.ws_connect(url, max_msg_size=0)
        await self.send("Page.enable")
        await self.send("Page.addScriptToEvaluateOnNewDocument", source=DEEP)
        await self.resize(self._height)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the browser."""
        if self._socket is not None:
            await self._socket.close()
        await self._session.close()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()
        self._profile.cleanup()

    async def _port(self) -> int:
        note = Path(self._profile.name) / "DevToolsActivePort"
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError, IndexError, ValueError):
                return int(note.read_text(encoding="ascii").splitlines()[0])
            await asyncio.sleep(0.1)
        raise BrowserError("the browser does not start")

    async def send(self, method: str, **parameters: Any) -> Json:
        """Send a DevTools command, return its result."""
        if self._socket is None:
            raise BrowserError("the browser is not connected")
        self._command_id += 1
        await self._socket.send_json({"id": self._command_id, "method": method, "params": parameters})
        while True:
            answer: Json = await self._socket.receive_json()
            if answer.get("id") == self._command_id:
                break
        if "error" in answer:
            raise BrowserError(f"{method}: {answer['error']['message']}")
        result: Json = answer["result"]
        return result

    async def resize(self, height: int, width: int | None = None) -> None:
        """Give the window another height, and for once another width."""
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width or self._width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    async def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        result = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserError(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    async def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not await self.evaluate(f"!!({expression})"):
            if time.monotonic() > deadline:
                raise BrowserError(f"the page never shows {expression}")
            await asyncio.sleep(0.2)

    async def wait_for_text(self, text: str) -> None:
        """Wait until an element without children shows a text."""
        await self.wait_for(f"withText('*', {json.dumps(text)})")

    async def click(self, selector: str, text: str = "") -> None:
        """Click the first shown element that a selector finds and that has the text."""
        await self._click(f"withText({json.dumps(selector)}, {json.dumps(text)})")

    async def click_icon(self, label: str) -> None:
        """Click the first shown button without a text whose label begins so."""
        await self._click(f"deep('ha-icon-button').find(it => shown(it) && it.label?.startsWith({json.dumps(label)}))")

    async def _click(self, target: str) -> None:
        await self.wait_for(target)
        await self.evaluate(f"{target}.click()")

    async def type(self, text: str) -> None:
        """Type into the element that has the focus."""
        await self.send("Input.insertText", text=text)

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.send("Page.navigate", url=url)
        await self.wait_for("document.readyState === 'complete' && window.deep")

    async def enter(self) -> None:
        """Press the enter key."""
        for kind in ("keyDown", "keyUp"):
            await self.send("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13)

    async def picture(self, selector: str = "") -> bytes:
        """Return what the window shows as PNG, or only the first shown element that a selector finds."""
        clip = {}
        if selector:
            box = await self.evaluate(f"withText({json.dumps(selector)}, '').getBoundingClientRect().toJSON()")
            clip["clip"] = {name: box[name] for name in ("x", "y", "width", "height")} | {"scale": 1}
        result = await self.send("Page.captureScreenshot", format="png", optimizeForSpeed=False, **clip)
        return base64.b64decode(result["data"])
