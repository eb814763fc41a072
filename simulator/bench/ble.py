"""What a conversation with a lock over Bluetooth costs: exchanges and bytes, and the time over links of two speeds.

The one module of the simulator that holds the product's library itself in its hands: there is no Home Assistant between
it and a virtual lock, and both clocks are real.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from statistics import median
import time
from typing import NamedTuple

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.advertisement import parse
from custom_components.ttlock.client.ble.link import NOTIFY, WRITE
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.lock_data import LockData
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import BluetoothError
from simulator.demo.api import Json
from simulator.keys import lock_data
from simulator.radio.air import Air
from simulator.radio.codec import HEAD
from simulator.radio.fidelity import Pace
from simulator.radio.peripheral import BATTERY_LEVEL, Connection, Packet, Peripheral, RadioError
from simulator.world import World

LOCK = "front_door"
INTERVALS_SECONDS = {"15ms": 0.015, "50ms": 0.05}
RUNS = 15
ADVERTISEMENTS = 20_000
MINIMUM_WAYS = 6
"""Connection events of an unlock (9.2): the subscription, CHECK_USER_TIME and UNLOCK, each there and back."""
ADVERTISED = (
    *(
        {0x0305: bytes.fromhex(f"02{flags:02x}{battery:02x}b000f4f95365332211ccbbaa")}
        for flags in (0x00, 0x01, 0x02, 0x0C, 0x10, 0x12, 0x30)
        for battery in range(40, 100, 10)
    ),
    {0x004C: bytes(23)},
    {0x0006: bytes(27)},
    {0x02E5: bytes(12)},
)
"""Locks in all states, and other devices of a house."""

type Act = Callable[[BleLock, int], Awaitable[object]]

OPERATIONS: dict[str, Act] = {
    "unlock": lambda lock, turn: lock.unlock(),
    "lock": lambda lock, turn: lock.lock(),
    "state": lambda lock, turn: lock.status(),
    "clock": lambda lock, turn: lock.read_clock(),
    "features": lambda lock, turn: lock.read_features(),
    "auto-lock delay": lambda lock, turn: lock.read_auto_lock(),
    "add a passcode": lambda lock, turn: lock.add_passcode(Secret(f"48291{turn}")),
    "list passcodes": lambda lock, turn: lock.list_passcodes(),
    "read the log": lambda lock, turn: lock.read_log(),
}
"""What is measured, on a connection of its own and once more on the same."""


class _Connector:
    """Connect to a virtual lock whose table is known, as a stack does that keeps it."""

    def __init__(self, radio: Peripheral) -> None:
        self._radio = radio
        self.connection: Connection | None = None

    async def connect(self, attempt: int, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> _Link:
        try:
            self.connection = await self._radio.connect()
            self.connection.on_disconnect = on_lost
            await self.connection.subscribe(NOTIFY, on_data)
        except RadioError as err:
            raise BluetoothError from err
        return _Link(self.connection)

    @property
    def packets(self) -> list[Packet]:
        return [] if self.connection is None else self.connection.packets


class _Link:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def write(self, piece: bytes) -> None:
        await self._connection.write(WRITE, piece)

    async def wake(self) -> None:
        await self._connection.read(BATTERY_LEVEL)

    async def close(self) -> None:
        with suppress(RadioError):
            await self._connection.disconnect()


class Cost(NamedTuple):
    """What crosses the link for an operation."""

    exchanges: int
    sent: int
    received: int

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.exchanges:2} exchanges {self.sent:4} bytes out {self.received:4} in"


class _Bench:
    """A virtual lock and the library beside it."""

    def __init__(self, interval: float = 0.0) -> None:
        world = World.load()
        lock = world.lock(LOCK)
        row = world.rows[lock.lock_id]
        radio = Air(world).lock(lock)
        radio.pace = Pace(interval=interval)
        self.connector = _Connector(radio)
        text = lock_data(lock, row, world.ekey(row.admin_uid, lock.lock_id))
        self.session = Session(self.connector, LockData.decode(Secret(text)).key)
        self.lock = BleLock(self.session)

    async def cost(self, act: Act, turn: int) -> Cost:
        """Return what an operation costs."""
        before = len(self.connector.packets)
        await act(self.lock, turn)
        packets = self.connector.packets[before:]
        sent = [packet.data for packet in packets if packet.to_lock]
        received = sum(len(packet.data) for packet in packets if not packet.to_lock)
        frames = sum(data.startswith(b"\x7f\x5a") and len(data) >= HEAD for data in sent)
        return Cost(frames, sum(map(len, sent)), received)


async def measure_ble() -> Json:
    """Measure and return the figures."""
    costs = {name: await _costs(act) for name, act in OPERATIONS.items()}
    for name, (first, again) in costs.items():
        print(f"{name:16} first on a connection {first}, again {again}")
    unlock = {name: await _unlock_seconds(interval) for name, interval in INTERVALS_SECONDS.items()}
    return {
        "unlock_exchanges": costs["unlock"][0].exchanges,
        "second_command_exchanges": costs["unlock"][1].exchanges,
        "adverts_per_second": _advertisements_per_second(),
        **{f"unlock_seconds_{name}": round(seconds, 3) for name, seconds in unlock.items()},
        **{f"minimum_seconds_{name}": round(MINIMUM_WAYS * ms, 3) for name, ms in INTERVALS_SECONDS.items()},
    }


async def _costs(act: Act) -> tuple[Cost, Cost]:
    """Return what an operation costs on a new connection, and what it costs on the same again."""
    bench = _Bench()
    costs = await bench.cost(act, 0), await bench.cost(act, 1)
    await bench.session.close()
    return costs


def _advertisements_per_second() -> int:
    begin = time.perf_counter()
    for number in range(ADVERTISEMENTS):
        parse(ADVERTISED[number % len(ADVERTISED)])
    return round(ADVERTISEMENTS / (time.perf_counter() - begin))


async def _unlock_seconds(interval: float) -> float:
    """Return how long an unlock takes from the moment the lock takes the link, in the middle of some runs."""
    seconds = []
    bench = _Bench(interval)
    for _ in range(RUNS):
        begin = time.perf_counter()
        await bench.lock.unlock()
        seconds.append(time.perf_counter() - begin)
        await bench.session.close()
    return median(seconds)
