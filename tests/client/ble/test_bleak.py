"""The library over bleak's own classes, alone and below Home Assistant; only the radio is the simulator's."""

from collections.abc import Awaitable, Callable
from typing import Any

import bleak_retry_connector
from bleak_retry_connector import (
    BLEAK_RETRY_EXCEPTIONS,
    BleakClientWithServiceCache,
    BleakNotFoundError,
    BleakOutOfConnectionSlotsError,
    establish_connection,
)
from homeassistant.components import bluetooth
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ttlock.client.ble.link import Stack, StackConnector
from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.session import Session
from custom_components.ttlock.client.errors import BluetoothError, NoConnectionSlot, OutcomeUnknown, OutOfReach
from simulator import World
from simulator.radio.air import Air
from simulator.radio.bleak_backend import VirtualScanner, client_of, device_of, finder
from simulator.radio.faults import Kind, RadioFault
from simulator.radio.lockradio import LockRadio

from .on_air import key_of

type Find = Callable[[int], Awaitable[Any | None]]


@pytest.fixture
def air(world: World, monkeypatch: pytest.MonkeyPatch) -> Air:
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_OUT_OF_SLOTS_BACKOFF_TIME", 0)
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_BACKOFF_TIME", 0)
    monkeypatch.setattr(bleak_retry_connector, "BLEAK_TRANSIENT_BACKOFF_TIME", 0)
    return Air(world, slots=1)


@pytest.fixture
def radio(air: Air) -> LockRadio:
    return air.lock("front_door")


def session_over(world: World, radio: LockRadio, find: Find, client_class: Callable[[], type]) -> Session:
    stack = Stack(
        device=find,
        establish=establish_connection,
        client_class=client_class,
        not_found=(BleakNotFoundError,),
        out_of_slots=(BleakOutOfConnectionSlotsError,),
        faults=BLEAK_RETRY_EXCEPTIONS,
    )
    return Session(StackConnector(stack, radio.address), key_of(world, radio.lock))


@pytest.fixture
def session(world: World, air: Air, radio: LockRadio) -> Session:
    client = client_of(BleakClientWithServiceCache, finder(air))

    async def find(attempt: int) -> Any:
        return device_of(radio)

    return session_over(world, radio, find, lambda: client)


async def test_lock_is_opened_over_bleak(session: Session, radio: LockRadio) -> None:
    await BleLock(session).unlock()
    assert radio.lock.bolt == "unlocked"
    await session.close()
    assert radio.link is None


async def test_link_that_breaks_over_bleak_is_told_as_what_it_is(session: Session, radio: LockRadio) -> None:
    lock = BleLock(session)
    radio.faults.add(RadioFault(kind=Kind.DROP, to_lock=True, opcode=0x47, byte=31))
    with pytest.raises(OutcomeUnknown):
        await lock.unlock()
    assert radio.lock.actuations == 1
    await lock.lock()
    assert radio.lock.bolt == "locked"
    await session.close()
    radio.in_range = False
    with pytest.raises(BluetoothError):
        await lock.unlock()


@pytest.mark.usefixtures("enable_bluetooth")
async def test_lock_is_opened_below_home_assistant(
    hass: HomeAssistant, world: World, air: Air, radio: LockRadio
) -> None:
    scanner = VirtualScanner(air)
    stop = scanner.listen(hass)

    async def find(attempt: int) -> Any:
        return bluetooth.async_ble_device_from_address(hass, radio.address, connectable=True)

    session = session_over(world, radio, find, lambda: bleak_retry_connector.BleakClientWithServiceCache)
    await BleLock(session).unlock()
    assert radio.lock.bolt == "unlocked"

    gate = air.lock("garden_gate")

    async def find_gate(attempt: int) -> Any:
        return bluetooth.async_ble_device_from_address(hass, gate.address, connectable=True)

    other = session_over(world, gate, find_gate, lambda: bleak_retry_connector.BleakClientWithServiceCache)
    with pytest.raises(NoConnectionSlot):
        await BleLock(other).unlock()
    await session.close()
    await BleLock(other).unlock()
    assert gate.lock.bolt == "unlocked"
    await other.close()

    async def nobody(attempt: int) -> None:
        return None

    unheard = session_over(world, radio, nobody, lambda: bleak_retry_connector.BleakClientWithServiceCache)
    with pytest.raises(OutOfReach):
        await BleLock(unheard).unlock()
    stop()
