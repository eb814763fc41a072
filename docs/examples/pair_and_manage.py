"""Pair a lock that is new out of the box, manage it, and reset it.

    python -m docs.examples.pair_and_manage

The lock is virtual, so that this works at any desk. For a real one `VirtualConnector` is replaced by `StackConnector`,
which connects through bleak; nothing else changes.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from custom_components.ttlock.client import Secret
from custom_components.ttlock.client.ble import BleLock, LockKey, Session, pair
from custom_components.ttlock.client.credentials import Validity
from custom_components.ttlock.client.cyclic import weekly
from custom_components.ttlock.client.errors import LinkLost, NotPermitted, OutOfReach
from custom_components.ttlock.client.models import PasscodeKind
from custom_components.ttlock.client.passage import PassageMode, PassagePeriod
from simulator import World
from simulator.radio.air import Air
from simulator.radio.lockradio import LockRadio
from simulator.radio.peripheral import BATTERY_LEVEL, NOTIFY, WRITE, Connection, RadioError

CODE = Secret("483920")
CARD = Secret("3735928559")
FEATURES = "F44354CD5F7"
"""Of a lock that also reads fingers."""


class VirtualLink:
    """A connection to a virtual lock."""

    def __init__(self, connection: Connection) -> None:
        """Take the connection."""
        self._connection = connection

    async def write(self, piece: bytes) -> None:
        """Send a piece of a frame."""
        try:
            await self._connection.write(WRITE, piece)
        except RadioError as err:
            raise LinkLost from err

    async def wake(self) -> None:
        """Read anything; some locks do not answer before that."""
        try:
            await self._connection.read(BATTERY_LEVEL)
        except RadioError as err:
            raise LinkLost from err

    async def close(self) -> None:
        """End the connection."""
        await self._connection.disconnect()


class VirtualConnector:
    """Makes connections to a virtual lock."""

    def __init__(self, radio: LockRadio) -> None:
        """Take the lock."""
        self._radio = radio

    async def connect(self, attempt: int, on_data: Callable[[bytes], None], on_lost: Callable[[], None]) -> VirtualLink:
        """Connect and subscribe."""
        try:
            connection = await self._radio.connect()
            connection.on_disconnect = on_lost
            await connection.subscribe(NOTIFY, on_data)
        except RadioError as err:
            raise OutOfReach from err
        return VirtualLink(connection)


async def main() -> None:
    """Do it, and say what happens."""
    world = World.load()
    radio = Air(world).out_of_the_box(features=FEATURES)
    door = radio.lock

    # Pairing: a new lock is touched, and for some seconds gives its key to whoever asks for it.
    radio.touch()
    session = Session(VirtualConnector(radio), LockKey.unpaired(radio.address))
    data = await pair(session, name="Shed", uid=4711, clock=world.clock.now)
    print(f"Paired; it can do {len(data.features.names())} things that this library asks for.")
    # What the cloud takes as lockData, and what has to be kept: `data.key` opens the lock.
    assert data.encode()

    lock = BleLock(session, clock=world.clock.now)
    await lock.unlock()
    print(f"Unlocked: the bolt is {(await lock.status()).bolt}, the battery has {lock.battery} %.")
    await lock.lock()

    # Passcodes: one for good, one for the next two hours.
    now = world.clock.utc()
    await lock.add_passcode(CODE)
    await lock.add_passcode(Secret("594031"), PasscodeKind.PERIOD, now, now + timedelta(hours=2))
    print(f"Passcodes: {len(await lock.list_passcodes())}; the first opens: {door.enter_code(CODE.reveal()).opened}.")
    await lock.change_passcode(CODE, Secret("605142"))
    await lock.delete_passcode(Secret("594031"))

    # A card that opens on working days, and a finger that is taught at the lock.
    await lock.add_card(CARD, Validity.cyclic(weekly(range(1, 6), 8 * 60, 18 * 60), now, now + timedelta(days=90)))
    async for step in lock.enrol_fingerprint():
        shown = "" if step.current is None else f" {step.current} of {step.total}"
        print(f"Finger: {step.step}{shown}")
    print(f"Cards: {len(await lock.list_cards())}, fingers: {len(await lock.list_fingerprints())}.")

    # Settings.
    await lock.set_auto_lock(30)
    await lock.set_sound(True, 2)
    await lock.set_tamper_alert(True)
    office = PassagePeriod(weekdays=frozenset(range(1, 6)), start=9 * 60, end=17 * 60)
    await lock.set_passage_mode(PassageMode(enabled=True, periods=(office,)))
    plan = await lock.read_passage_mode()
    print(f"Auto-lock after {(await lock.read_auto_lock()).seconds} s, {len(plan.periods)} period of passage mode.")
    await lock.set_clock()

    # The log, in the shape of the cloud's records.
    print(f"Records: {[record.type for record in await lock.read_log()]}")

    # Whoever has only an ekey opens, and nothing else: that is refused before anything is sent.
    guest = BleLock(
        Session(VirtualConnector(radio), LockKey(address=radio.address, aes=data.key.aes, unlock=data.key.unlock))
    )
    try:
        await guest.set_auto_lock(0)
    except NotPermitted as err:
        print(f"A guest may not do that: {err}")

    await lock.reset()
    await session.close()
    print(f"Reset; it belongs to {'somebody' if door.owned else 'nobody'}.")


if __name__ == "__main__":
    asyncio.run(main())
