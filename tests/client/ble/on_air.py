"""The product's side of a connection to a virtual lock of the simulator."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble.key import LockKey
from custom_components.ttlock.client.ble.link import NOTIFY, WRITE
from custom_components.ttlock.client.ble.lock_data import LockData
from custom_components.ttlock.client.errors import BluetoothError, LinkLost, NoConnectionSlot, OutOfReach
from simulator import World
from simulator.keys import lock_data
from simulator.lock import VirtualLock
from simulator.radio import peripheral
from simulator.radio.peripheral import Connection, NoSlot, NotInRange, Peripheral, RadioError

_ERRORS: Final[dict[type[RadioError], type[BluetoothError]]] = {
    NotInRange: OutOfReach,
    NoSlot: NoConnectionSlot,
    peripheral.LinkLost: LinkLost,
}


def _error(err: RadioError) -> BluetoothError:
    return _ERRORS.get(type(err), BluetoothError)()


def key_of(world: World, lock: VirtualLock) -> LockKey:
    """Return the key of a lock's administrator, out of what the virtual cloud hands out."""
    row = world.rows[lock.lock_id]
    return LockData.decode(Secret(lock_data(lock, row, world.ekey(row.admin_uid, lock.lock_id)))).key


class RadioConnector:
    """Connects to whatever a peripheral of the simulator is at that time."""

    def __init__(self, radio: Peripheral) -> None:
        self.radio = radio
        self.links: list[RadioLink] = []

    async def connect(self, attempt: int, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> RadioLink:
        connection = None
        try:
            connection = await self.radio.connect()
            connection.on_disconnect = on_lost
            await connection.subscribe(NOTIFY, on_data)
        except RadioError as err:
            if connection is not None:
                await connection.disconnect()
            raise _error(err) from err
        link = RadioLink(connection)
        self.links.append(link)
        return link

    @property
    def written(self) -> list[bytes]:
        """Return all pieces that were written."""
        return [piece for link in self.links for piece in link.written]


class RadioLink:
    """A connection over the simulated radio; writes are without response."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.written: list[bytes] = []

    async def write(self, piece: bytes) -> None:
        self.written.append(piece)
        try:
            await self.connection.write(WRITE, piece)
        except RadioError as err:
            raise _error(err) from err

    async def wake(self) -> None:
        try:
            await self.connection.read(peripheral.BATTERY_LEVEL)
        except RadioError as err:
            raise _error(err) from err

    async def close(self) -> None:
        with suppress(RadioError):
            await self.connection.disconnect()
