"""What a conversation needs of Bluetooth, and how a stack of the kind of bleak gives it (ttlock-ble-protocol.md 1.1, 1.2).

No stack is imported: its functions, classes and exceptions are brought by whoever has one.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..errors import BluetoothError, LinkLost, NoConnectionSlot, OutOfReach

WRITE: Final = "0000fff2-0000-1000-8000-00805f9b34fb"
NOTIFY: Final = "0000fff4-0000-1000-8000-00805f9b34fb"
PROFILES: Final = (
    (WRITE, NOTIFY),
    ("6e400002-b5a3-f393-e0a9-e50e24dcca1e", "6e400003-b5a3-f393-e0a9-e50e24dcca1e"),
)
"""Where frames go and where they come from; a few products have only the second pair."""
_READABLE: Final = (
    "00002a19-0000-1000-8000-00805f9b34fb",
    "00002a00-0000-1000-8000-00805f9b34fb",
    "00002a24-0000-1000-8000-00805f9b34fb",
)
"""Battery, name, model: which of them is read to wake a lock does not matter."""
_WITHOUT_RESPONSE: Final = "write-without-response"
_TRIES: Final = 3


class Link(Protocol):
    """One connection to a lock, with its notifications subscribed. What fails raises a BluetoothError."""

    async def write(self, piece: bytes) -> None:
        """Send at most 20 bytes."""

    async def wake(self) -> None:
        """Read any attribute, for locks that do not answer before that (9.1)."""

    async def close(self) -> None:
        """End the connection; never raises."""


class Connector(Protocol):
    """Makes connections to one lock."""

    async def connect(self, attempt: int, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> Link:
        """Connect and subscribe; `attempt` counts from 0, where 0 may rest on what is known without looking again.

        `on_lost` is called once when the connection ends by itself. Raises OutOfReach, NoConnectionSlot or another
        BluetoothError.
        """


class Characteristic(Protocol):
    """What is asked of a characteristic of the stack."""

    @property
    def uuid(self) -> str:
        """Return its name."""

    @property
    def properties(self) -> Iterable[str]:
        """Return what can be done with it, in bleak's words."""


class Services(Protocol):
    """What is asked of the table of a connected lock."""

    def get_characteristic(self, specifier: str, /) -> Characteristic | None:
        """Return a characteristic by its name, None when the lock has none."""


class Client(Protocol):
    """What is asked of a client of the kind of `bleak.BleakClient`."""

    @property
    def services(self) -> Services:
        """Return what was found on the lock."""

    async def start_notify(self, specifier: Any, callback: Callable[[Any, bytearray], None], /) -> None:
        """Subscribe."""

    async def write_gatt_char(self, specifier: Any, data: bytes, /, response: bool) -> None:
        """Write."""

    async def read_gatt_char(self, specifier: Any, /) -> bytearray:
        """Read."""

    async def disconnect(self) -> Any:
        """End the connection."""

    async def clear_cache(self) -> Any:
        """Forget what was found on the lock, so that it is looked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A Bluetooth stack of the kind of bleak with `bleak_retry_connector`.

    Functions are asked anew for each connection: Home Assistant replaces the class of clients when its Bluetooth is set
    up, and a device that is looked up before each try may be reached on a better way.
    """

    device: Callable[[int], Awaitable[Any | None]]
    """Returns the device for a try, None when nobody hears it; from the second try on it is worth to look actively."""
    establish: Callable[..., Awaitable[Client]]
    """`bleak_retry_connector.establish_connection`."""
    client_class: Callable[[], type]
    """Returns `bleak_retry_connector.BleakClientWithServiceCache` as it is now."""
    not_found: tuple[type[Exception], ...]
    """`BleakNotFoundError`."""
    out_of_slots: tuple[type[Exception], ...]
    """`BleakOutOfConnectionSlotsError`."""
    faults: tuple[type[Exception], ...]
    """`BLEAK_RETRY_EXCEPTIONS`: whatever else the stack raises."""


class StackConnector:
    """Connect to a lock through a stack."""

    def __init__(self, stack: Stack, address: str) -> None:
        """Take the stack and the lock."""
        self._stack = stack
        self._address = address

    async def connect(self, attempt: int, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> Link:
        """Connect and subscribe."""
        client = await self._client(attempt, on_lost)
        try:
            write, notify = await _ways(client)
            await client.start_notify(notify, lambda _, data: on_data(bytes(data)))
        except self._stack.faults as err:
            await _close(client, self._stack)
            raise self._fault(err) from err
        except BaseException:
            await _close(client, self._stack)
            raise
        return _StackLink(client, self._stack, write)

    async def _client(self, attempt: int, on_lost: Callable[[], None]) -> Client:
        if (device := await self._stack.device(attempt)) is None:
            raise OutOfReach
        try:
            return await self._stack.establish(
                self._stack.client_class(),
                device,
                self._address,
                disconnected_callback=lambda _: on_lost(),
                # The first try rests on what may be out of date; it is not worth more than one.
                max_attempts=_TRIES if attempt else 1,
            )
        except (*self._stack.not_found, *self._stack.out_of_slots, *self._stack.faults) as err:
            raise self._fault(err) from err

    def _fault(self, err: Exception) -> BluetoothError:
        if isinstance(err, self._stack.out_of_slots):
            return NoConnectionSlot()
        return OutOfReach() if isinstance(err, (*self._stack.not_found, TimeoutError)) else LinkLost()


async def _ways(client: Client) -> tuple[Characteristic, Characteristic]:
    """Return the characteristics that frames are written to and come from."""
    for write, notify in PROFILES:
        to_lock = client.services.get_characteristic(write)
        from_lock = client.services.get_characteristic(notify)
        if to_lock is not None and from_lock is not None:
            return to_lock, from_lock
    # What was found on the lock may be an old table that the stack has kept.
    await client.clear_cache()
    raise BluetoothError


async def _close(client: Client, stack: Stack) -> None:
    with suppress(*stack.faults):
        await client.disconnect()


class _StackLink:
    """A connection of the stack."""

    def __init__(self, client: Client, stack: Stack, write: Characteristic) -> None:
        self._client = client
        self._stack = stack
        self._write = write
        self._response = _WITHOUT_RESPONSE not in write.properties

    async def write(self, piece: bytes) -> None:
        """Send at most 20 bytes."""
        try:
            await self._client.write_gatt_char(self._write, piece, response=self._response)
        except self._stack.faults as err:
            raise LinkLost from err

    async def wake(self) -> None:
        """Read what is there to be read."""
        try:
            for name in _READABLE:
                if (readable := self._client.services.get_characteristic(name)) is not None:
                    await self._client.read_gatt_char(readable)
                    return
        except self._stack.faults as err:
            raise LinkLost from err

    async def close(self) -> None:
        """End the connection."""
        await _close(self._client, self._stack)
