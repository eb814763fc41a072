"""Connections through a stack of the kind of bleak, with the exceptions and the retries of `bleak_retry_connector`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
import bleak_retry_connector as retries
import pytest

from custom_components.ttlock.client.ble.channel import Quirks
from custom_components.ttlock.client.ble.link import NOTIFY, PROFILES, WRITE, Stack, StackConnector
from custom_components.ttlock.client.ble.opcodes import VENDOR, Opcode
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import BluetoothError, LinkLost, NoConnectionSlot, OutOfReach
from simulator import World
from simulator.radio.air import Air
from simulator.radio.lockradio import LockRadio
from simulator.radio.peripheral import BATTERY_LEVEL, Connection, RadioError

from .on_air import key_of

pytestmark = [pytest.mark.usefixtures("swift"), pytest.mark.locks("front_door")]


@dataclass(frozen=True)
class FakeCharacteristic:
    uuid: str
    properties: tuple[str, ...] = ("write", "write-without-response")


@dataclass
class Around:
    """What the clients of a test have in common."""

    radio: LockRadio
    found: dict[str, FakeCharacteristic]
    calls: list[str] = field(default_factory=list)
    devices: list[int] = field(default_factory=list)
    failures: dict[str, list[Exception]] = field(default_factory=dict)

    def step(self, name: str) -> None:
        self.calls.append(name)
        if self.failures.get(name):
            raise self.failures[name].pop(0)

    def get_characteristic(self, specifier: str) -> FakeCharacteristic | None:
        return self.found.get(specifier)


class FakeClient:
    """As much of a client as a lock needs, in front of a virtual one."""

    around: Around

    def __init__(self, device: BLEDevice, disconnected_callback: Callable[[Any], None], **_: Any) -> None:
        self._lost = disconnected_callback
        self._connection: Connection | None = None

    @property
    def services(self) -> Around:
        return self.around

    async def connect(self, **_: Any) -> None:
        self.around.step("connect")
        try:
            self._connection = await self.around.radio.connect()
        except RadioError as err:
            raise BleakError(str(err)) from err
        self._connection.on_disconnect = lambda: self._lost(self)

    async def start_notify(self, specifier: FakeCharacteristic, callback: Callable[[Any, bytearray], None]) -> None:
        self.around.step("start_notify")
        assert self._connection is not None
        await self._connection.subscribe(NOTIFY, lambda data: callback(specifier, bytearray(data)))

    async def write_gatt_char(self, specifier: FakeCharacteristic, data: bytes, response: bool) -> None:
        self.around.step(f"write {response}")
        assert self._connection is not None
        await self._connection.write(WRITE, data, response=response)

    async def read_gatt_char(self, specifier: FakeCharacteristic) -> bytearray:
        self.around.step("read")
        assert self._connection is not None
        return bytearray(await self._connection.read(specifier.uuid))

    async def disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.disconnect()
        self.around.step("disconnect")

    async def clear_cache(self) -> None:
        self.around.step("clear_cache")


@pytest.fixture
def around(air: Air) -> Around:
    return Around(
        air.lock("front_door"),
        {name: FakeCharacteristic(name) for name in (WRITE, NOTIFY, BATTERY_LEVEL)},
    )


@pytest.fixture
def stack(around: Around) -> Stack:
    client = type("FakeClient", (FakeClient,), {"around": around})

    async def device(attempt: int) -> BLEDevice | None:
        around.devices.append(attempt)
        return BLEDevice(around.radio.address, around.radio.name, {})

    return Stack(
        device=device,
        establish=retries.establish_connection,
        client_class=lambda: client,
        not_found=(retries.BleakNotFoundError,),
        out_of_slots=(retries.BleakOutOfConnectionSlotsError,),
        faults=retries.BLEAK_RETRY_EXCEPTIONS,
    )


@pytest.fixture
def session(world: World, around: Around, stack: Stack) -> Session:
    return Session(StackConnector(stack, around.radio.address), key_of(world, around.radio.lock))


async def state(session: Session) -> int:
    try:
        return (await session.request(Opcode.STATUS, VENDOR))[1]
    finally:
        await session.close()


async def test_a_request_through_the_stack(session: Session, around: Around) -> None:
    assert await state(session) == 0
    assert around.calls == ["connect", "start_notify", "write False", "write False", "disconnect"]
    assert around.devices == [0]


async def test_a_lock_that_takes_only_confirmed_writes(session: Session, around: Around) -> None:
    around.found[WRITE] = FakeCharacteristic(WRITE, ("write",))
    assert await state(session) == 0
    assert around.calls.count("write True") == 2


async def test_a_product_with_the_other_names(session: Session, around: Around) -> None:
    around.found = {name: FakeCharacteristic(name) for name in PROFILES[1]}
    assert await state(session) == 0


async def test_a_lock_is_woken_by_whatever_can_be_read(
    world: World, session: Session, around: Around, stack: Stack
) -> None:
    around.radio.fidelity.needs_read = True
    quirks = Quirks()
    session = Session(StackConnector(stack, "any"), session.key, quirks=quirks)
    assert await state(session) == 0
    assert quirks.needs_read
    del around.found[BATTERY_LEVEL]
    around.radio.fidelity.needs_read = False
    around.calls.clear()
    assert await state(session) == 0
    assert "read" not in around.calls, "there is nothing to read"


async def test_a_table_that_the_stack_has_kept_too_long_is_read_anew(session: Session, around: Around) -> None:
    found, around.found = around.found, {}

    with pytest.raises(BluetoothError):
        await state(session)
    assert around.calls.count("clear_cache") == 3
    assert around.radio.link is None, "no connection is left behind"
    around.found = found
    assert await state(session) == 0


async def test_nobody_hears_the_lock(session: Session, around: Around, stack: Stack) -> None:
    async def nobody(attempt: int) -> None:
        around.devices.append(attempt)

    session = Session(StackConnector(replace(stack, device=nobody), "any"), session.key)
    with pytest.raises(OutOfReach):
        await state(session)
    assert around.devices == [0, 1]


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (BleakError("device not found"), OutOfReach),
        (TimeoutError(), OutOfReach),
        (BleakError("no available connection slot"), NoConnectionSlot),
        (BleakError("anything else"), LinkLost),
        (EOFError(), LinkLost),
    ],
    ids=["not found", "timeout", "no slot", "other", "bus gone"],
)
async def test_why_there_is_no_connection(
    session: Session, around: Around, failure: Exception, kind: type[BluetoothError]
) -> None:
    around.failures["connect"] = [failure] * 40
    with pytest.raises(kind):
        await state(session)
    around.failures.clear()
    assert await state(session) == 0


@pytest.mark.parametrize("step", ["connect", "start_notify", "write False"])
async def test_one_failure_of_the_stack_is_survived(session: Session, around: Around, step: str) -> None:
    around.failures[step] = [BleakError("once")]
    assert await state(session) == 0
    assert around.devices == [0, 1], "the second try looks for a better way"


async def test_a_read_and_an_end_may_fail(session: Session, around: Around) -> None:
    around.radio.fidelity.needs_read = True
    around.failures = {"read": [BleakError("once")], "disconnect": [BleakError("already gone")] * 9}
    assert await state(session) == 0


async def test_what_is_no_failure_of_the_stack_ends_the_connection(session: Session, around: Around) -> None:
    around.failures["start_notify"] = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        await state(session)
    assert around.radio.link is None
    assert await state(session) == 0


async def test_a_link_that_the_lock_ends_is_noticed(session: Session, around: Around) -> None:
    await session.request(Opcode.STATUS, VENDOR)
    link = around.radio.link
    assert link is not None and session.is_connected
    link.drop()
    assert [session.is_connected] == [False]
    assert await state(session) == 0
