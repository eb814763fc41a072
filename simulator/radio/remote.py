"""The air of a world in another process, by the socket of `RadioServer`: the same contract as with the world at hand."""

import asyncio
from collections.abc import Callable, Iterable
import contextlib
import json
from typing import Any

from .peripheral import (
    Advert,
    AttributeMissing,
    Characteristic,
    LinkLost,
    NoSlot,
    NotInRange,
    Packet,
    RadioError,
    Service,
)

SCAN_SECONDS = 5.0
"""Every so many seconds everything on the air is heard anew; what changes is heard at once."""
HOST = "127.0.0.1"
_ERRORS: dict[str, type[RadioError]] = {
    error.__name__: error for error in (AttributeMissing, LinkLost, NoSlot, NotInRange)
}

type Json = dict[str, Any]


class _Wire:
    """One socket: questions with their answers, and what comes by itself in between."""

    def __init__(self, on_event: Callable[[Json], None], on_end: Callable[[], None]) -> None:
        self._on_event = on_event
        self._on_end = on_end
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[Json] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, port: int) -> None:
        """Reach the world; OSError when there is none."""
        reader, self._writer = await asyncio.open_connection(HOST, port)
        self._task = asyncio.create_task(self._listen(reader))

    async def ask(self, what: str, **more: object) -> Json:
        """Ask for something; `RadioError` when it is refused or nobody is there any more."""
        async with self._turn:
            if self._writer is None or self._task is None or self._task.done():
                raise LinkLost
            self._answer = asyncio.get_running_loop().create_future()
            self._writer.write(json.dumps({"do": what, **more}).encode() + b"\n")
            answer = await self._answer
        if (error := answer.get("error")) is not None:
            raise _ERRORS.get(str(error), RadioError)(str(error))
        return answer

    def close(self) -> None:
        """Leave."""
        if self._writer is not None:
            self._writer.close()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                said: Json = json.loads(line)
                if "event" in said:
                    self._on_event(said)
                elif self._answer is not None and not self._answer.done():
                    self._answer.set_result(said)
        except OSError:
            pass
        finally:
            if self._answer is not None and not self._answer.done():
                self._answer.set_exception(LinkLost())
            self._on_end()


class RemoteConnection:
    """An open link to a lock of the other process."""

    def __init__(self, peripheral: RemotePeripheral) -> None:
        """Be ready to open."""
        self._peripheral = peripheral
        self._wire = _Wire(self._heard, self._gone)
        self._callbacks: dict[str, Callable[[bytes], None]] = {}
        self._connected = False
        self.on_disconnect: Callable[[], None] | None = None
        self.packets: list[Packet] = []
        """What crossed the link as far as this end knows, with the time that it came here."""

    @property
    def connected(self) -> bool:
        """Say whether the link is there."""
        return self._connected

    async def open(self, port: int) -> None:
        """Open the link."""
        try:
            await self._wire.open(port)
        except OSError as error:
            raise NotInRange(self._peripheral.address) from error
        try:
            await self._wire.ask("connect", address=self._peripheral.address)
        except BaseException:
            # Whoever gives up waiting must not leave a link behind.
            self._wire.close()
            raise
        self._connected = True

    async def discover(self) -> tuple[Service, ...]:
        """Read the GATT table."""
        found: dict[str, dict[str, list[str]]] = (await self._wire.ask("discover"))["services"]
        self._peripheral.services = tuple(
            Service(
                uuid=uuid,
                characteristics=tuple(
                    Characteristic(uuid=name, properties=tuple(properties)) for name, properties in items.items()
                ),
            )
            for uuid, items in found.items()
        )
        return self._peripheral.services

    async def write(self, characteristic: str, data: bytes, *, response: bool = False) -> None:
        """Write a piece of a frame."""
        self._note(to_lock=True, data=data)
        await self._wire.ask("write", characteristic=characteristic, data=data.hex(), response=response)

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        value = bytes.fromhex((await self._wire.ask("read", characteristic=characteristic))["data"])
        self._note(to_lock=False, data=value)
        return value

    async def subscribe(self, characteristic: str, callback: Callable[[bytes], None]) -> None:
        """Have notifications delivered."""
        await self._wire.ask("subscribe", characteristic=characteristic)
        self._callbacks[characteristic] = callback

    async def unsubscribe(self, characteristic: str) -> None:
        """Want no more notifications."""
        self._callbacks.pop(characteristic, None)
        await self._wire.ask("unsubscribe", characteristic=characteristic)

    async def disconnect(self) -> None:
        """End the link."""
        with contextlib.suppress(RadioError):
            await self._wire.ask("disconnect")
        self._gone()

    def _heard(self, event: Json) -> None:
        if event["event"] == "disconnected":
            self._gone()
        elif (callback := self._callbacks.get(event["characteristic"])) is not None:
            data = bytes.fromhex(event["data"])
            self._note(to_lock=False, data=data)
            callback(data)

    def _gone(self) -> None:
        self._wire.close()
        if not self._connected:
            return
        self._connected = False
        self._peripheral.link = None
        if self.on_disconnect is not None:
            self.on_disconnect()

    def _note(self, *, to_lock: bool, data: bytes) -> None:
        self.packets.append(Packet(at=asyncio.get_running_loop().time(), to_lock=to_lock, data=data))


class RemotePeripheral:
    """A lock of the other process."""

    def __init__(self, air: RemoteAir, address: str) -> None:
        """Be heard for the first time."""
        self._air = air
        self._listeners: list[Callable[[], None]] = []
        self.address = address
        self.services: tuple[Service, ...] = ()
        """The GATT table, once somebody has read it."""
        self.link: RemoteConnection | None = None
        self.advert: Advert | None = None

    def advertisement(self) -> Advert | None:
        """Return what was heard last, nothing while our own link keeps the lock silent."""
        return self.advert if self.link is None else None

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Have a function called whenever the advertisement changed."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def changed(self) -> None:
        """Tell those who listen."""
        for listener in list(self._listeners):
            listener()

    async def connect(self) -> RemoteConnection:
        """Open a link."""
        if self.link is not None:
            raise NotInRange(self.address)
        if self._air.slots is not None and len(self._air.linked()) >= self._air.slots:
            raise NoSlot
        connection = self.link = RemoteConnection(self)
        try:
            await connection.open(self._air.port)
        except BaseException:
            self.link = None
            raise
        return connection


class RemoteAir:
    """Hears the locks of the other process, as an adapter or proxy with so many connection slots does."""

    def __init__(self, port: int, *, slots: int | None = None) -> None:
        """Remember where the world is; `open` begins to listen."""
        self.port = port
        self.slots = slots
        self.on_scan: Callable[[], None] | None = None
        """Called whenever everything was heard anew."""
        self._heard: dict[str, RemotePeripheral] = {}
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin to listen, now and whenever the world is there again."""
        self._task = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def radios(self) -> Iterable[RemotePeripheral]:
        """Return every lock that was heard so far."""
        return list(self._heard.values())

    def linked(self) -> list[str]:
        """Return the locks to which this end holds a link."""
        return [radio.address for radio in self._heard.values() if radio.link is not None]

    async def _listen(self) -> None:
        while True:
            wire = _Wire(self._event, lambda: None)
            with contextlib.suppress(OSError, RadioError):
                await wire.open(self.port)
                try:
                    await wire.ask("watch")
                    while True:
                        self._scanned((await wire.ask("scan"))["advertisements"])
                        await asyncio.sleep(SCAN_SECONDS)
                finally:
                    wire.close()
            self._scanned([])
            await asyncio.sleep(SCAN_SECONDS)

    def _scanned(self, found: list[Json]) -> None:
        for radio in self._heard.values():
            radio.advert = None
        for item in found:
            self._take(item)
        if self.on_scan is not None:
            self.on_scan()

    def _event(self, event: Json) -> None:
        self._take(event).changed()

    def _take(self, item: Json) -> RemotePeripheral:
        address = str(item["address"])
        if (radio := self._heard.get(address)) is None:
            radio = self._heard[address] = RemotePeripheral(self, address)
        radio.advert = Advert(
            name=item["name"],
            manufacturer_data={int(key): bytes.fromhex(data) for key, data in item["manufacturer_data"].items()},
            service_uuids=tuple(item["service_uuids"]),
            rssi=item["rssi"],
        )
        return radio
