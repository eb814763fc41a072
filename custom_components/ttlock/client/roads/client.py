"""The account and its locks, over the cloud or over Bluetooth, whichever is better (docs/bluetooth.md)."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
import time
from typing import override

from ..ble.lock import BleLock
from ..ble.operations.log import LockRecord
from ..ble.operations.switches import Switches
from ..cloud.api import CloudClient
from ..cloud.endpoints import Purpose
from ..cloud.meter import is_background
from ..cloud.recording import RecordTransport
from ..cloud.records import LockEntry
from ..cloud.transport import Transport
from ..credentials import CredentialKind
from ..errors import BluetoothError, NotFound, OutcomeUnknown, OutOfReach, TTLockError, Unsupported, VendorError
from ..models import LockDetail, OpenState, Passcode
from ..parse import Listing
from ..passage import PassageMode, check as check_passage
from ..passcodes import PasscodeRequest
from ..secret import Secret
from . import passcodes
from .credentials import RoadCards, RoadFaces, RoadFingerprints, RoadPalmVeins, RoadQrCodes, RoadRemotes
from .radio import NoRadio
from .router import CloudOnly, Command, Road, Router
from .settings import RoadSettings
from .way import Unread, Way


class RoadClient(CloudClient):
    """What a signed-in account can see and do: what reaches a lock goes the better of two roads."""

    cards: RoadCards
    faces: RoadFaces
    fingerprints: RoadFingerprints
    palm_veins: RoadPalmVeins
    qr_codes: RoadQrCodes
    remotes: RoadRemotes
    settings: RoadSettings

    def __init__(self, transport: Transport, router: Router | None = None, record: CloudClient | None = None) -> None:
        """Talk through a transport, and past it by radio; without a router there is only the cloud.

        `record` keeps the tables of what is on the locks and reaches none: it is told of what was done over Bluetooth,
        and asked for lists. Without it that is the cloud.
        """
        super().__init__(transport)
        record = record or CloudClient(RecordTransport(transport))
        self.way = Way(router or Router(NoRadio(), CloudOnly(), time.monotonic), record)
        self.cards = RoadCards(transport, self.way)
        self.faces = RoadFaces(transport, self.way)
        self.fingerprints = RoadFingerprints(transport, self.way)
        self.palm_veins = RoadPalmVeins(transport, self.way)
        self.qr_codes = RoadQrCodes(transport, self.way)
        self.remotes = RoadRemotes(transport, self.way)
        self.settings = RoadSettings(transport, self.way)

    @property
    def router(self) -> Router:
        """Return who chooses the roads."""
        return self.way.router

    @router.setter
    def router(self, router: Router) -> None:
        self.way.router = router

    # -- State and commands ----------------------------------------------------------------------------------------

    @override
    async def get_state(self, lock_id: int, *, now: bool = False) -> OpenState:
        """Ask the lock where bolt and door are.

        What nobody waits for goes through the cloud as long as that can be: a connection costs the battery more.
        """

        async def by_radio(ble: BleLock) -> OpenState:
            return (await ble.status()).open_state

        state, _ = await self.way.either(
            lock_id, lambda: CloudClient.get_state(self, lock_id, now=now), by_radio, cloud_first=not now
        )
        return state

    @override
    async def query_battery(self, lock_id: int) -> int | None:
        async def by_radio(ble: BleLock) -> int | None:
            return (await ble.status()).battery

        level, _ = await self.way.either(lock_id, lambda: CloudClient.query_battery(self, lock_id), by_radio)
        return level

    @override
    async def unlock(self, lock_id: int) -> None:
        """Withdraw the bolt, once; OutcomeUnknown when the answer was lost."""

        async def by_radio() -> None:
            await self.router.radio_lock(lock_id).ble.unlock()

        await self.router.run(
            lock_id,
            {Road.CLOUD: lambda: CloudClient.unlock(self, lock_id), Road.BLUETOOTH: by_radio},
            once=True,
            command=Command.UNLOCK,
        )

    @override
    async def lock(self, lock_id: int) -> None:
        """Throw the bolt, once; OutcomeUnknown when the answer was lost."""

        async def by_radio() -> None:
            await self.router.radio_lock(lock_id).ble.lock()

        await self.router.run(
            lock_id,
            {Road.CLOUD: lambda: CloudClient.lock(self, lock_id), Road.BLUETOOTH: by_radio},
            once=True,
            command=Command.LOCK,
        )

    # -- Settings --------------------------------------------------------------------------------------------------

    @override
    async def get_lock(self, lock_id: int) -> LockDetail:
        """Return the settings of a lock; NotPermitted for holders of a plain ekey."""
        return await self._read(lock_id, lambda: CloudClient.get_lock(self, lock_id), lambda ble: _detail(ble, lock_id))

    @override
    async def set_auto_lock(self, lock_id: int, seconds: int) -> None:
        await self.way.set(
            lock_id,
            "AUTO_LOCK",
            lambda: CloudClient.set_auto_lock(self, lock_id, seconds),
            lambda ble: ble.set_auto_lock(seconds),
            lambda: self.way.record.set_auto_lock(lock_id, seconds),
        )

    @override
    async def set_sound(self, lock_id: int, on: bool) -> None:
        await self.way.set(
            lock_id,
            "SOUND",
            lambda: CloudClient.set_sound(self, lock_id, on),
            lambda ble: ble.set_sound(on),
            lambda: self.way.record.set_sound(lock_id, on),
        )

    @override
    async def get_passage_mode(self, lock_id: int) -> PassageMode:
        return await self._read(lock_id, lambda: CloudClient.get_passage_mode(self, lock_id), BleLock.read_passage_mode)

    @override
    async def set_passage_mode(self, lock_id: int, mode: PassageMode) -> None:
        check_passage(mode)
        await self.way.set(
            lock_id,
            "PASSAGE_MODE",
            lambda: CloudClient.set_passage_mode(self, lock_id, mode),
            lambda ble: ble.set_passage_mode(mode),
            lambda: self.way.record.set_passage_mode(lock_id, mode),
        )

    async def _read[T](
        self, lock_id: int, cloud: Callable[[], Awaitable[T]], radio: Callable[[BleLock], Awaitable[T]]
    ) -> T:
        """Read what the cloud has noted; the lock itself only when somebody waits, or when there is no cloud."""
        if Road.CLOUD in self.router.order(lock_id) and is_background(Purpose.SETTINGS):
            return await cloud()
        return (await self.way.either(lock_id, cloud, radio, cloud_first=True))[0]

    # -- Passcodes -------------------------------------------------------------------------------------------------

    @override
    async def list_passcodes(self, lock_id: int) -> Listing[Passcode]:
        return await self.way.record.list_passcodes(lock_id)

    @override
    async def add_passcode(self, lock_id: int, code: Secret, request: PasscodeRequest) -> int:
        return await self.way.add(
            lock_id,
            lambda: CloudClient.add_passcode(self, lock_id, code, request),
            lambda ble: passcodes.put(ble, code, request),
            lambda ble: passcodes.is_there(ble, code, request),
            lambda ble: ble.delete_passcode(code, request.kind),
            lambda: self.way.record.add_passcode(lock_id, code, request),
            lambda: self._id_of(lock_id, code),
        )

    async def _id_of(self, lock_id: int, code: Secret) -> int | None:
        listing = await self.way.record.list_passcodes(lock_id)
        return next((shown.passcode_id for shown in listing.items if shown.code == code), None)

    @override
    async def change_passcode(
        self,
        lock_id: int,
        passcode_id: int,
        *,
        name: str | None = None,
        code: Secret | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> None:
        def over(client: CloudClient) -> Awaitable[None]:
            return CloudClient.change_passcode(client, lock_id, passcode_id, name=name, code=code, start=start, end=end)

        if code is None and start is None and end is None:
            await self.way.record.change_passcode(lock_id, passcode_id, name=name)
            return

        async def by_radio(ble: BleLock) -> None:
            shown, digits = await self._passcode(lock_id, passcode_id)
            await passcodes.change(ble, shown, digits, code, passcodes.new_period(shown, start, end))

        await self.way.changed(
            lock_id,
            lambda: over(self),
            by_radio,
            lambda: self.way.record.change_passcode(lock_id, passcode_id, name=name, code=code, start=start, end=end),
        )

    @override
    async def delete_passcode(self, lock_id: int, passcode_id: int) -> None:
        async def by_radio(ble: BleLock) -> None:
            shown, digits = await self._passcode(lock_id, passcode_id)
            await passcodes.delete(ble, shown, digits)

        await self.way.changed(
            lock_id,
            lambda: CloudClient.delete_passcode(self, lock_id, passcode_id),
            by_radio,
            lambda: self.way.record.delete_passcode(lock_id, passcode_id),
        )

    async def clear_passcodes(self, lock_id: int) -> None:
        """Take all passcodes off the lock, beside it; the cloud is given the list of what is left, which is none."""
        await self.way.clear(
            lock_id, CredentialKind.PASSCODE, lambda: self.way.record.passcodes.record_read(lock_id, ())
        )

    async def _passcode(self, lock_id: int, passcode_id: int) -> tuple[Passcode, Secret]:
        """Return a passcode as the tables show it, with its digits."""
        try:
            listing = await self.way.record.list_passcodes(lock_id)
        except TTLockError as err:
            raise Unread(err) from None
        for shown in listing.items:
            if shown.passcode_id == passcode_id and shown.code is not None:
                return shown, shown.code
        raise Unread(NotFound("passcode_not_found"))

    # -- Records ---------------------------------------------------------------------------------------------------

    async def fetch_records(self, lock_id: int) -> tuple[LockRecord, ...]:
        """Return what the lock has written down and nobody has fetched yet, or all of it when that was interrupted."""

        async def by_radio(ble: BleLock) -> tuple[LockRecord, ...]:
            try:
                return tuple([record async for page in ble.new_records() for record in page.records])
            except (BluetoothError, OutcomeUnknown) as err:
                if isinstance(err, OutOfReach):
                    raise
                # The lock has moved its bookmark perhaps.
                return await ble.read_log()

        records, _ = await self.way.either(lock_id, None, by_radio)
        return records

    async def hand_over_records(self, lock_id: int, records: Iterable[LockRecord]) -> None:
        """Give the cloud what was fetched from a lock; what it has already it does not take twice."""
        entries = [
            LockEntry(
                number=record.command_id or int(record.when.timestamp()),
                lock_type=record.type,
                when=record.when,
                battery=record.battery,
                credential=record.number,
                account_id=record.uid,
            )
            for record in records
            if record.when is not None
        ]
        if entries:
            await self.way.record.records.record_read(lock_id, entries)


async def _detail(ble: BleLock, lock_id: int) -> LockDetail:
    """Read the settings out of the lock itself; what it does not have is None."""
    auto_lock = await _unless_unsupported(ble.read_auto_lock())
    sound = await _unless_unsupported(ble.read_sound())
    switches = await _unless_unsupported(ble.read_switches()) or Switches(items=0, values=0)
    device = await _unless_unsupported(ble.read_device_info())
    return LockDetail(
        lock_id=lock_id,
        auto_lock_seconds=auto_lock.seconds if auto_lock else None,
        sound=sound.on if sound else None,
        switches=switches.in_cloud(sound),
        model=device.model if device else None,
        hardware_version=device.hardware_version if device else None,
        firmware_version=device.firmware_version if device else None,
        key_members=None,
    )


async def _unless_unsupported[T](reading: Awaitable[T]) -> T | None:
    try:
        return await reading
    except Unsupported, VendorError:
        return None
