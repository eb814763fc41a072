"""Each operation of a lock meets faults of the radio: nothing is done twice, and the lock can be asked again."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.ttlock.client.ble.lock import BleLock
from custom_components.ttlock.client.ble.opcodes import Opcode
from custom_components.ttlock.client.ble.topics.base import OPERATIONS
from custom_components.ttlock.client.errors import BluetoothError, OutcomeUnknown, TTLockError
from simulator import World
from simulator.radio.air import Air
from simulator.radio.faults import Kind, RadioFault

from .calls import CALLS, make
from .conversation_script import scripted
from .house import Beside, beside

pytestmark = pytest.mark.usefixtures("swift")
FAULTS: Final = (
    RadioFault(kind=Kind.LOSE, to_lock=True, piece=0),
    RadioFault(kind=Kind.DROP, to_lock=True, byte=500),
    RadioFault(kind=Kind.CORRUPT, piece=0, byte=13, bit=3),
)
"""The request is lost, the link breaks behind it, its reply is damaged; `test_radio_faults` knows more."""
ENDS_EVERYTHING: Final = {"reset", "reset_by_code", "enter_firmware_update", "set_frozen", "reset_ekeys"}
"""What a lock cannot be asked after, at least not with the same key."""


async def outcome(lock: BleLock, name: str) -> type[TTLockError] | None:
    """Return how a call ends."""
    try:
        await make(CALLS[name], lock)
    except TTLockError as err:
        return type(err)
    return None


def requests(person: Beside, opcode: Opcode) -> int:
    """Return how often something was asked."""
    return person.asked().split().count(f"{opcode:02x}")


async def changes_something(name: str, opcode: Opcode) -> bool:
    """Return whether an operation asks for a change, which must not come twice."""
    lock, script = scripted()
    await outcome(lock, name)
    return any(asked.once for asked in script.asked if asked.opcode is opcode)


@pytest.mark.parametrize("name", CALLS)
async def test_an_operation_in_a_bad_radio(name: str) -> None:
    opcode = OPERATIONS[name][-1]
    undisturbed = beside(Air(World.load(only={"front_door"})))
    usual = await outcome(undisturbed.lock, name)
    is_once = await changes_something(name, opcode)
    moves, asked = undisturbed.door.actuations, requests(undisturbed, opcode)
    await undisturbed.session.close()
    for fault in FAULTS:
        person = beside(Air(World.load(only={"front_door"})))
        person.radio.faults.add(replace(fault, opcode=opcode))
        found = await outcome(person.lock, name)
        assert found is usual or (found is not None and issubclass(found, BluetoothError | OutcomeUnknown)), fault
        assert person.door.actuations <= moves, fault
        if is_once:
            assert requests(person, opcode) <= asked, fault
        if name not in ENDS_EVERYTHING:
            person.radio.faults.clear()
            assert await person.lock.status(), fault
        await person.session.close()
