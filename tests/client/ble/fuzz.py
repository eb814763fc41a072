"""`script/fuzz`: whatever a radio or a cloud may bring, in great numbers.

Everything that reads bytes from outside gets random ones and damaged good ones. It may refuse them with an error of the
client, and does nothing else: no other exception, and no memory that grows.
"""

import argparse
import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
import importlib
import inspect
import json
import pkgutil
import random
import sys
import time
import tracemalloc
from typing import Any, Final

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble import operations
from custom_components.ttlock.client.ble.advertisement import Watcher, parse, parse_raw
from custom_components.ttlock.client.ble.channel import Channel, Patience, Quirks, Waiting
from custom_components.ttlock.client.ble.frame import MAGIC, MAX_FRAME, TERMINATOR, Frame, Header
from custom_components.ttlock.client.ble.lock_data import LockData, decode_seeds, encode_seeds, key_from_cloud
from custom_components.ttlock.client.ble.opcodes import Opcode
from custom_components.ttlock.client.ble.operations.credentials import Style
from custom_components.ttlock.client.ble.operations.hotel import HotelData
from custom_components.ttlock.client.errors import TTLockError

from .vectors import ADDRESS, KEY, packed

BATCH: Final = 1000
MEMORY: Final = 4_000_000
"""More than a machine of this kind may ever hold, in bytes."""
ARGUMENTS: Final[dict[str, Any]] = {
    "century": 2000,
    "zone": UTC,
    "parameter": 1,
    "what": next(iter(HotelData)),
    "width": lambda _: 4,
}
"""What readers want beside the data, by the name of the parameter."""
USED: Final[set[str]] = set()
"""Those that some reader wants: what none does means that a reader was not found."""
PLAIN: Final = [
    bytes.fromhex(plain)
    for plain in (
        "5501010203040000",
        "470158000000006955b9001a010f0a1e2d",
        "1401580102",
        "14012c000000006a0224a31a050b0f3008",
        "25010013001110011a010f0a1e2d58000000006955b900",
        "0701001700b4140106313233343536063132333435360001010000",
        "050158010001deadbeef1a010f0a1e1b0c1f173b",
        "0601580600010102030405061a010f0a1e1b0c1f173b",
        "6601580101010100081e112d",
        "36015801000500010384",
        "01016471c4f5f100000510",
        "9001534e3437385f5056353300",
    )
]
"""Replies of ttlock-ble-protocol.md 8.5, in clear."""
ADVERTISED: Final = [
    bytes.fromhex(raw)
    for raw in (
        "0503021240b000f4f95365332211ccbbaa",
        "0201000005040003032a00332211ccbbaa",
        "112233440a010007003e00332211ccbbaa",
        "12190302057000000000332211ccbbaa",
        "10150102057000000000332211ccbbaa",
    )
]
MEMBERS: Final[dict[str, Any]] = {
    "lockMac": ADDRESS,
    "aesKeyStr": "a1,b2,c3,d4,e5,f6,07,18,29,3a,4b,5c,6d,7e,8f,90",
    "lockKey": "MTAzLDEwMSw5OSw5NywxMTEsMTAyLDEwMCw5OCw5NiwxMTAsNDE=",
    "adminPwd": "0135792468",
    "lockVersion": {"protocolType": 5, "protocolVersion": 3, "scene": 2, "groupId": 10, "orgId": 12},
    "startDate": 949338000000,
    "timezoneRawOffset": 28800000,
    "pwdInfo": encode_seeds((), 1).reveal(),
    "timestamp": 1,
}


def readers() -> Iterator[Callable[[bytes], object]]:
    """Find everything of the operations that reads what a lock has said."""
    for found in pkgutil.iter_modules(operations.__path__):
        module = importlib.import_module(f"{operations.__name__}.{found.name}")
        for holder in (module, *vars(module).values()):
            own = isinstance(holder, Style) or getattr(holder, "__module__", None) == module.__name__
            if holder is not module and not own:
                continue
            for name in ("read", "decode", *(name for name in vars(module) if name.startswith(("read_", "check_")))):
                reader = getattr(holder, name, None)
                if callable(reader) and (wrapped := _with_data(reader)) is not None:
                    yield wrapped


def _with_data(reader: Callable[..., object]) -> Callable[[bytes], object] | None:
    names = list(inspect.signature(reader).parameters)
    if not names or names[0] != "data":
        return None
    others = {name: ARGUMENTS[name] for name in names[1:]}
    USED.update(others)
    return lambda data: reader(data, **others)


class Fuzzer:
    """Make inputs and feed them, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        """Prepare one of each consumer."""
        self._random = random.Random(seed)
        self._readers = list(readers())
        assert set(ARGUMENTS) == USED
        self._watcher = Watcher(ADDRESS)
        self._channel = Channel(KEY, Patience(), Quirks(), lambda echo, data: None)
        self._kinds = (self.stream, self.stream, self.advertisement, self.reply, self.lock_data, self.members)
        self.refused: Counter[str] = Counter()

    def run(self, count: int) -> None:
        """Feed so many inputs; anything but an error of the client ends it."""
        for _ in range(count):
            kind = self._random.choice(self._kinds)
            try:
                kind()
            except TTLockError as err:
                self.refused[f"{kind.__name__}: {type(err).__name__}"] += 1

    async def close(self) -> None:
        """Let go of what was set up."""
        await self._channel.close()

    def stream(self) -> None:
        """Notifications, while a reply is waited for and while none is."""
        channel = self._channel
        if self._random.random() < 0.1:
            opcode = self._random.choice([Opcode.STATUS, Opcode.LOG, Opcode.RESET_LOCK, Opcode.GET_AES_KEY])
            channel._waiting = Waiting(opcode, KEY)
        data = self._notification()
        while data:
            size = self._random.choice((1, 7, 20, 244))
            channel._on_data(data[:size])
            data = data[size:]
        assert len(channel._reassembler) < MAX_FRAME

    def advertisement(self) -> None:
        """Manufacturer data of anybody."""
        raw = self._damaged(self._random.choice(ADVERTISED))
        parse_raw(raw)
        entries = {int.from_bytes(raw[:2], "little"): raw[2:], self._random.randrange(1 << 16): self._bytes(30)}
        parse(entries, name=self._random.choice([None, "LOCK_332211", "S534_332211"]))
        self._watcher.take(entries, now=self._random.random() * 1000)

    def reply(self) -> None:
        """What stands in replies, for whoever reads it."""
        data = self._damaged(self._random.choice(PLAIN)[2:]) if self._random.random() < 0.7 else self._bytes(60)
        self._random.choice(self._readers)(data)

    def lock_data(self) -> None:
        """The text of the cloud, damaged in clear, behind its disguise or as a whole."""
        text = json.dumps(MEMBERS)
        if self._random.random() < 0.5:
            text = self._damaged(text.encode()).decode("utf-8", "replace")
        whole = packed(text)
        if self._random.random() < 0.5:
            whole = Secret(self._damaged(whole.reveal().encode()).decode("latin-1"))
        _ = LockData.decode(whole).key

    def members(self) -> None:
        """The members of such a text, with other values."""
        names = list(MEMBERS)
        odd: object = self._random.choice(
            [None, "", 0, -1, 10**20, 1.5, True, "x" * 20, [], {}, {"scene": "x"}, self._bytes(12).hex(), "é,ü"]
        )
        members = {**MEMBERS, self._random.choice(names): odd, self._random.choice(names): self._bytes(8).hex()}
        data = LockData(Secret(json.dumps(members)))
        for read in ("features", "admin_passcode", "seeds", "is_of_admin", "address"):
            getattr(data, read)
        decode_seeds(Secret(str(odd)), 1)
        _ = key_from_cloud(members)

    def _notification(self) -> bytes:
        """Return a frame that is more or less one."""
        match self._random.randrange(4):
            case 0:
                return self._bytes(40)
            case 1:
                header = Header(*(self._random.randrange(256) for _ in range(5)))
                return Frame(header, self._random.randrange(256), self._bytes(100)).encode()
            case 2:
                return self._bytes(5) + MAGIC + self._bytes(30) + TERMINATOR
        plain = self._damaged(self._random.choice(PLAIN)) if self._random.random() < 0.5 else self._bytes(60)
        frame = Frame(KEY.header, Opcode.RESPONSE, KEY.encrypt(plain[:100])).encode()
        return self._damaged(frame) if self._random.random() < 0.5 else frame

    def _bytes(self, length: int) -> bytes:
        return self._random.randbytes(self._random.randrange(length + 1))

    def _damaged(self, data: bytes) -> bytes:
        """Return bytes with something changed, lost, doubled or added; sometimes with nothing."""
        changed = bytearray(data)
        for _ in range(self._random.randrange(4)):
            place = self._random.randrange(len(changed) + 1)
            match self._random.randrange(4):
                case 0 if place < len(changed):
                    changed[place] = self._random.randrange(256)
                case 1:
                    del changed[place : place + self._random.randrange(8)]
                case 2:
                    changed[place:place] = self._bytes(8)
                case _:
                    changed[place:place] = changed[:place]
        return bytes(changed[:300])


async def fuzz(count: int, seed: int) -> tuple[Counter[str], int]:
    """Feed so many inputs and return how they were refused, and how many bytes were held at the most."""
    fuzzer = Fuzzer(seed)
    tracemalloc.start()
    try:
        for begin in range(0, count, BATCH):
            fuzzer.run(min(BATCH, count - begin))
            # What was set up for a frame that waits for its end belongs to the event loop.
            await asyncio.sleep(0)
        return fuzzer.refused, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        await fuzzer.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, fuzz, print the result as the last line."""
    parser = argparse.ArgumentParser(prog="script/fuzz", description="Feed random and damaged input to all decoders.")
    parser.add_argument("count", nargs="?", type=int, default=1_000_000, help="inputs (default %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="for the same inputs again (default: the time)")
    options = parser.parse_args(arguments)
    seed = time.time_ns() if options.seed is None else options.seed
    begin = time.monotonic()
    sys.stdout.write(f"seed {seed}\n")
    refused, peak = asyncio.run(fuzz(options.count, seed))
    for name, times in sorted(refused.items()):
        sys.stdout.write(f"{times:9}  {name}\n")
    result = {"inputs": options.count, "seconds": round(time.monotonic() - begin), "peak_bytes": peak}
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if peak < MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
