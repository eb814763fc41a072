"""The air over a socket of this machine: for clients in other languages, one line of JSON for each thing said.

One socket is one central with at most one link. Requests are answered in order; what happens by itself comes in between,
with `event` and the radio time.
"""

import asyncio
from collections.abc import Callable
import json
from typing import Any

from .air import Air
from .lockradio import LockRadio
from .peripheral import Connection, LinkLost, NotInRange, RadioError

type Json = dict[str, Any]


class RadioServer:
    """Serves the air of a world on the loopback interface."""

    def __init__(self, air: Air) -> None:
        """Serve an air; `start` begins."""
        self.air = air
        self._server: asyncio.Server | None = None
        self._centrals: set[_Central] = set()

    @property
    def port(self) -> int:
        """Return where it listens."""
        if self._server is None:
            raise RuntimeError("not started")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self, port: int = 0) -> None:
        """Listen; 0 takes a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)

    async def stop(self) -> None:
        """Stop; every central loses its link."""
        if self._server is not None:
            self._server.close()
            for central in list(self._centrals):
                central.end()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        central = _Central(self.air, writer)
        self._centrals.add(central)
        try:
            while line := await reader.readline():
                await central.hear(line)
        except ConnectionError:
            pass
        finally:
            self._centrals.discard(central)
            central.end()


class _Central:
    """Somebody at the other end of a socket."""

    def __init__(self, air: Air, writer: asyncio.StreamWriter) -> None:
        self._air = air
        self._writer = writer
        self._connection: Connection | None = None
        self._radio: LockRadio | None = None
        self._stops: list[Callable[[], None]] = []
        self._watching = False
        self._followed: set[int] = set()

    async def hear(self, line: bytes) -> None:
        """Do what a line asks for and answer it."""
        try:
            request: Json = json.loads(line)
            answer = await self._do(request)
        except RadioError as error:
            answer = {"error": type(error).__name__}
        except KeyError, TypeError, ValueError, AttributeError:
            answer = {"error": "BadRequest"}
        self._say(answer)
        await self._writer.drain()

    def end(self) -> None:
        """Leave."""
        while self._stops:
            self._stops.pop()()
        if self._radio is not None and self._radio.link is self._connection and self._radio.link is not None:
            self._radio.link.drop()
        self._writer.close()

    async def _do(self, request: Json) -> Json:
        match request["do"]:
            case "scan":
                self._follow()
                return {"advertisements": [found for radio in self._air.radios() if (found := _advert(radio))]}
            case "watch":
                self._watching = True
                self._follow()
            case "connect":
                await self._connect(str(request["address"]).upper())
            case "discover":
                services = await self._open().discover()
                return {
                    "services": {
                        service.uuid: {item.uuid: list(item.properties) for item in service.characteristics}
                        for service in services
                    }
                }
            case "write":
                data, response = bytes.fromhex(request["data"]), bool(request.get("response", False))
                await self._open().write(request["characteristic"], data, response=response)
            case "read":
                return {"data": (await self._open().read(request["characteristic"])).hex()}
            case "subscribe":
                characteristic = str(request["characteristic"])
                await self._open().subscribe(characteristic, lambda data: self._notified(characteristic, data))
            case "unsubscribe":
                await self._open().unsubscribe(request["characteristic"])
            case "disconnect":
                await self._open().disconnect()
            case _:
                raise ValueError
        return {"ok": True}

    async def _connect(self, address: str) -> None:
        if self._connection is not None and self._connection.connected:
            raise ValueError
        found = next((radio for radio in self._air.radios() if radio.address == address), None)
        if found is None:
            raise NotInRange(address)
        self._radio = found
        self._connection = await self._radio.connect()
        self._connection.on_disconnect = lambda: self._say({"event": "disconnected", "at": self._now()})

    def _follow(self) -> None:
        """Listen to what somebody who watches has not been told of, too: locks come out of their boxes."""
        for radio in self._air.radios() if self._watching else ():
            if id(radio) not in self._followed:
                self._followed.add(id(radio))
                self._stops.append(radio.watch(self._watcher(radio)))

    def _open(self) -> Connection:
        if self._connection is None:
            raise LinkLost
        return self._connection

    def _now(self) -> float:
        return 0.0 if self._radio is None else self._radio.time.now()

    def _notified(self, characteristic: str, data: bytes) -> None:
        self._say({"event": "notification", "at": self._now(), "characteristic": characteristic, "data": data.hex()})

    def _watcher(self, radio: LockRadio) -> Callable[[], None]:
        def changed() -> None:
            if found := _advert(radio):
                self._say({"event": "advertisement", **found})

        return changed

    def _say(self, answer: Json) -> None:
        if not self._writer.is_closing():
            self._writer.write(json.dumps(answer).encode() + b"\n")


def _advert(radio: LockRadio) -> Json | None:
    if (advert := radio.advertisement()) is None:
        return None
    return {
        "address": radio.address,
        "name": advert.name,
        "rssi": advert.rssi,
        "service_uuids": list(advert.service_uuids),
        "manufacturer_data": {str(company): data.hex() for company, data in advert.manufacturer_data.items()},
    }
