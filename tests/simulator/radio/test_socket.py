"""The air over a socket, for clients in other languages."""

import asyncio
from collections.abc import AsyncGenerator
import json
from typing import Any

import pytest

from simulator import World
from simulator.radio.air import Air
from simulator.radio.codec import Intake, build, unseal
from simulator.radio.peripheral import LOCK_SERVICE, MODEL, NOTIFY, WRITE
from simulator.radio.socket import RadioServer

FRONT_DOOR = "16:72:4C:00:00:01"
type Json = dict[str, Any]


class Stranger:
    """Somebody with nothing but a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.events: list[Json] = []

    async def line(self) -> Json:
        answer: Json = json.loads(await self.reader.readline())
        return answer

    async def do(self, what: str, **more: object) -> Json:
        self.writer.write(json.dumps({"do": what, **more}).encode() + b"\n")
        while "event" in (answer := await self.line()):
            self.events.append(answer)
        return answer

    async def event(self, name: str) -> Json:
        while not (found := [event for event in self.events if event["event"] == name]):
            self.events.append(await self.line())
        self.events.remove(found[0])
        return found[0]


@pytest.fixture
def air(world: World) -> Air:
    return Air(world)


@pytest.fixture
async def stranger(air: Air, socket_enabled: None) -> AsyncGenerator[Stranger]:
    server = RadioServer(air)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    yield Stranger(reader, writer)
    writer.close()
    await server.stop()


async def test_lock_is_found_and_talked_to_over_a_socket(stranger: Stranger, air: Air) -> None:
    radio = air.lock("front_door")
    found = {item["address"]: item for item in (await stranger.do("scan"))["advertisements"]}
    assert found[FRONT_DOOR]["manufacturer_data"] == {"773": "02005db000f4f953650100004c7216"}
    assert await stranger.do("watch") == {"ok": True}
    radio.lock.enter_code("48151623")
    assert (await stranger.event("advertisement"))["manufacturer_data"]["773"].startswith("02015d")
    assert await stranger.do("connect", address=FRONT_DOOR) == {"ok": True}
    assert (await stranger.do("discover"))["services"][LOCK_SERVICE][NOTIFY] == ["notify"]
    assert (await stranger.do("read", characteristic=MODEL))["data"] == b"SN9206_PV53".hex()
    assert await stranger.do("subscribe", characteristic=NOTIFY) == {"ok": True}
    frame = build(radio.header, 0x34, b"").hex()
    assert await stranger.do("write", characteristic=WRITE, data=frame, response=True) == {"ok": True}
    pieces = [await stranger.event("notification") for _ in range(2)]
    assert pieces[0]["at"] <= pieces[1]["at"]
    (reply,) = Intake().feed(bytes.fromhex("".join(piece["data"] for piece in pieces)))
    assert unseal(reply.payload, radio.key).hex() == "3401" + "1a0b130a0000"
    assert await stranger.do("unsubscribe", characteristic=NOTIFY) == {"ok": True}
    assert await stranger.do("disconnect") == {"ok": True}
    assert (await stranger.event("disconnected"))["at"] > 0
    assert await stranger.do("write", characteristic=WRITE, data=frame) == {"error": "LinkLost"}


async def test_what_does_not_work_is_answered(stranger: Stranger, air: Air) -> None:
    assert await stranger.do("read", characteristic=MODEL) == {"error": "LinkLost"}
    assert await stranger.do("connect", address="AA:BB:CC:DD:EE:FF") == {"error": "NotInRange"}
    assert await stranger.do("dance") == {"error": "BadRequest"}
    assert await stranger.do("connect") == {"error": "BadRequest"}
    air.slots = 0
    assert await stranger.do("connect", address=FRONT_DOOR) == {"error": "NoSlot"}
    air.slots = 1
    await stranger.do("connect", address=FRONT_DOOR)
    assert await stranger.do("write", characteristic=NOTIFY, data="") == {"error": "AttributeMissing"}
    assert await stranger.do("write", characteristic=WRITE, data="no") == {"error": "BadRequest"}


async def test_link_ends_with_the_socket(stranger: Stranger, air: Air) -> None:
    radio = air.lock("front_door")
    await stranger.do("connect", address=FRONT_DOOR)
    gone = asyncio.Event()
    radio.watch(gone.set)
    stranger.writer.close()
    await gone.wait()
    assert radio.link is None
