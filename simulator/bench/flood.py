"""Made-up callbacks, sent from a process of its own: `python -m simulator.bench.flood` with an order on its input."""

import asyncio
import itertools
import json
import random
import sys
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

CONNECTIONS = 100
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BIG_PAUSE_SECONDS = 0.5


def made_up(order: dict[str, Any], number: int, chance: random.Random) -> bytes:
    """Return one of the kinds of callbacks that are not true."""
    lock_id, mac = order["lock_id"], order["mac"]
    now = int(time.time() * 1000)
    record = {"lockId": lock_id, "recordType": 11, "success": 1, "lockDate": now, "serverDate": now, "username": "x"}
    form: dict[str, Any] = {"notifyType": 1, "lockId": lock_id, "lockMac": mac, "records": json.dumps([record])}
    match number % 5:
        case 0:
            form["lockMac"] = "00:11:22:33:44:55"
        case 1:
            form |= {"lockId": chance.randrange(10**7), "lockMac": chance.randbytes(6).hex(":")}
        case 2:
            return str(order["replay"]).encode()
        case 3:
            return urlencode(form).encode()[: chance.randrange(60)]
        case _:
            return chance.randbytes(400)
    return urlencode(form).encode()


async def flood(order: dict[str, Any]) -> dict[str, int]:
    """Send as ordered: so many a second for so many seconds, and bodies of ten megabytes beside them."""
    chance, numbers = random.Random(1), itertools.count()
    done = {"sent": 0, "answered": 0, "big": 0}
    until = time.monotonic() + order["seconds"]

    async def post(session: aiohttp.ClientSession, body: bytes) -> bool:
        try:
            async with session.post(order["url"], data=body, headers=FORM) as response:
                return response.status == 200
        except aiohttp.ClientError, OSError:
            return False

    async def small(session: aiohttp.ClientSession) -> None:
        due = time.monotonic()
        while time.monotonic() < until:
            done["sent"] += 1
            done["answered"] += await post(session, made_up(order, next(numbers), chance))
            due += CONNECTIONS / order["rate"]
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def big(session: aiohttp.ClientSession) -> None:
        body = b"notifyType=1&lockId=1&records=" + b"x" * 10_000_000
        while time.monotonic() < until:
            done["big"] += 1
            await post(session, body)
            await asyncio.sleep(BIG_PAUSE_SECONDS)

    connector = aiohttp.TCPConnector(limit=CONNECTIONS + 1)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(big(session), *(small(session) for _ in range(CONNECTIONS)))
    return done


if __name__ == "__main__":
    print(json.dumps(asyncio.run(flood(json.loads(sys.stdin.readline())))), flush=True)
