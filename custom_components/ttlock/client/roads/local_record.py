"""What the cloud would be told, for locks of which it does not know: written into tables of our own."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
import time
from typing import Any, cast, override

from ..cloud.api import CloudClient
from ..cloud.cards import Cards
from ..cloud.endpoints import Purpose
from ..cloud.faces import Faces
from ..cloud.fingerprints import Fingerprints
from ..cloud.meter import is_background
from ..cloud.palm_veins import PalmVeins
from ..cloud.passcodes import PasscodeOnLock, Passcodes
from ..cloud.qr_codes import NewQrCode, QrCodes
from ..cloud.remotes import Remotes
from ..cloud.transport import Transport
from ..credentials import Credential, CredentialKind, QrCode, Remote, Validity, passcode_validity
from ..errors import BluetoothError, NotFound
from ..models import Passcode, PasscodeKind
from ..parse import Listing
from ..passcodes import PasscodeRequest
from ..secret import Secret
from .kinds import LIST
from .radio import RadioLock
from .tables import Found, Tables

type Find = Callable[[int], RadioLock | None]


class Shelf:
    """The tables, and the locks that can be asked what is true."""

    def __init__(self, tables: Tables, find: Find, clock: Callable[[], float] = time.time) -> None:
        """Take the tables and a look-up of locks by radio."""
        self.tables = tables
        self._find = find
        self._clock = clock

    async def listed(self, lock_id: int, kind: CredentialKind) -> tuple[Any, ...]:
        """Return the credentials of a kind; the lock is asked only when somebody waits, and when it is in range."""
        lock = self._find(lock_id)
        if lock is not None and lock.in_range and not is_background(Purpose.PROOF):
            try:
                await self._reconcile(lock, lock_id, kind)
            except BluetoothError:
                # What is known is better than nothing.
                pass
        return self.tables.of(lock_id, kind)

    async def _reconcile(self, lock: RadioLock, lock_id: int, kind: CredentialKind) -> None:
        if kind is CredentialKind.PASSCODE:
            passcodes = await lock.ble.list_passcodes()
            found = [
                Found(digits=one.code, validity=one.validity, passcode_kind=one.kind, original=one.original)
                for one in passcodes
            ]
        elif kind in LIST:
            found = [Found(digits=one.number, validity=one.validity) for one in await LIST[kind](lock.ble)]
        else:
            # Remotes are not listed.
            return
        self.tables.reconcile(lock_id, kind, found)

    def add(self, lock_id: int, kind: CredentialKind, found: Found, name: str | None) -> int:
        """Write a credential down and return its number."""
        return self.tables.add(lock_id, kind, found, name, datetime.fromtimestamp(int(self._clock()), UTC)).number

    def change(self, lock_id: int, kind: CredentialKind, number: int, **changes: Any) -> None:
        """Change a credential; NotFound when it is not there."""
        given = {name: value for name, value in changes.items() if value is not None}
        if not self.tables.change(lock_id, number, **given):
            raise NotFound(f"{kind}_not_found")

    def drop(self, lock_id: int, kind: CredentialKind, number: int) -> None:
        """Forget a credential; NotFound when it is not there."""
        if not self.tables.drop(lock_id, number):
            raise NotFound(f"{kind}_not_found")


class _Numbered:
    """What the tables of most kinds have in common."""

    kind: CredentialKind
    _shelf: Shelf

    async def list(self, lock_id: int) -> Listing[Any]:
        """Return all credentials of the kind."""
        return Listing(tuple(row.credential() for row in await self._shelf.listed(lock_id, self.kind)))

    async def change_period(self, lock_id: int, number: int, validity: Validity) -> None:
        """Note when a credential opens."""
        self._shelf.change(lock_id, self.kind, number, validity=validity)

    async def rename(self, lock_id: int, number: int, name: str) -> None:
        """Give a credential another name."""
        self._shelf.change(lock_id, self.kind, number, name=name)

    async def delete(self, lock_id: int, number: int) -> None:
        """Note that a credential was taken off."""
        self._shelf.drop(lock_id, self.kind, number)

    async def record_cleared(self, lock_id: int) -> None:
        """Note that all were taken off."""
        self._shelf.tables.clear(lock_id, self.kind)

    def _noted(self, lock_id: int, number: Secret, validity: Validity, name: str | None) -> int:
        return self._shelf.add(lock_id, self.kind, Found(digits=number, validity=validity), name)


class LocalCards(_Numbered, Cards):
    """The cards of a lock."""

    kind = CredentialKind.CARD

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables."""
        super().__init__(transport)
        self._shelf = shelf

    @override
    async def add(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        return self._noted(lock_id, number, validity, name)


class LocalFingerprints(_Numbered, Fingerprints):
    """The fingerprints of a lock."""

    kind = CredentialKind.FINGERPRINT

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables."""
        super().__init__(transport)
        self._shelf = shelf

    @override
    async def record_added(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        return self._noted(lock_id, number, validity, name)


class LocalFaces(_Numbered, Faces):
    """The faces of a lock."""

    kind = CredentialKind.FACE

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables."""
        super().__init__(transport)
        self._shelf = shelf


class LocalPalmVeins(PalmVeins):
    """The palm veins of a lock."""

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables."""
        super().__init__(transport)
        self._shelf = shelf

    @override
    async def list(self, lock_id: int) -> Listing[Credential]:
        rows = await self._shelf.listed(lock_id, CredentialKind.PALM_VEIN)
        return Listing(tuple(row.credential() for row in rows))

    @override
    async def change_period(self, lock_id: int, palm_vein_id: int, validity: Validity) -> None:
        self._shelf.change(lock_id, CredentialKind.PALM_VEIN, palm_vein_id, validity=validity)

    @override
    async def rename(self, palm_vein_id: int, name: str) -> None:
        lock_id = self._shelf.tables.lock_of(palm_vein_id) or 0
        self._shelf.change(lock_id, CredentialKind.PALM_VEIN, palm_vein_id, name=name)

    @override
    async def delete(self, lock_id: int, palm_vein_id: int) -> None:
        self._shelf.drop(lock_id, CredentialKind.PALM_VEIN, palm_vein_id)

    @override
    async def record_cleared(self, lock_id: int) -> None:
        self._shelf.tables.clear(lock_id, CredentialKind.PALM_VEIN)


class LocalQrCodes(QrCodes):
    """The QR codes with numbers of our own; the others need a cloud that makes them."""

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables."""
        super().__init__(transport)
        self._shelf = shelf

    @override
    async def list(self, lock_id: int) -> Listing[QrCode]:
        rows = await self._shelf.listed(lock_id, CredentialKind.QR_CODE)
        return Listing(tuple(cast(QrCode, row.credential()) for row in rows))

    @override
    async def add_custom(self, lock_id: int, number: int, validity: Validity, name: str | None = None) -> NewQrCode:
        digits = Secret(str(number))
        made = self._shelf.add(lock_id, CredentialKind.QR_CODE, Found(digits=digits, validity=validity), name)
        return NewQrCode(qr_code_id=made, number=digits, link=None)

    @override
    async def update(
        self,
        lock_id: int,
        qr_code: QrCode,
        *,
        validity: Validity | None = None,
        name: str | None = None,
        refresh_minutes: int | None = None,
    ) -> None:
        self._shelf.change(lock_id, CredentialKind.QR_CODE, qr_code.credential_id, validity=validity, name=name)

    @override
    async def delete(self, lock_id: int, qr_code: QrCode) -> None:
        self._shelf.drop(lock_id, CredentialKind.QR_CODE, qr_code.credential_id)

    @override
    async def clear(self, lock_id: int, *, custom: bool) -> None:
        self._shelf.tables.clear(lock_id, CredentialKind.QR_CODE)


class LocalRemotes(Remotes):
    """The remotes of a lock; they are paired in the vendor's app, which knows no locks without an account."""

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables."""
        super().__init__(transport)
        self._shelf = shelf

    @override
    async def list(self, lock_id: int) -> Listing[Remote]:
        rows = self._shelf.tables.of(lock_id, CredentialKind.REMOTE)
        return Listing(tuple(cast(Remote, row.credential()) for row in rows))

    @override
    async def record_cleared(self, lock_id: int) -> None:
        self._shelf.tables.clear(lock_id, CredentialKind.REMOTE)


class LocalPasscodes(Passcodes):
    """All passcodes at once."""

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables."""
        super().__init__(transport)
        self._shelf = shelf

    @override
    async def record_read(self, lock_id: int, passcodes: Iterable[PasscodeOnLock]) -> None:
        found = [
            Found(
                digits=one.code,
                validity=passcode_validity(one.kind, one.start, one.end, UTC),
                passcode_kind=one.kind,
                original=one.original,
            )
            for one in passcodes
        ]
        self._shelf.tables.reconcile(lock_id, CredentialKind.PASSCODE, found)


class LocalRecord(CloudClient):
    """The tables of locks without an account, in the shape of the cloud's."""

    def __init__(self, transport: Transport, shelf: Shelf) -> None:
        """Write into tables; what has no place there is refused by a transport that refuses everything."""
        super().__init__(transport)
        self._shelf = shelf
        self.cards = LocalCards(transport, shelf)
        self.faces = LocalFaces(transport, shelf)
        self.fingerprints = LocalFingerprints(transport, shelf)
        self.palm_veins = LocalPalmVeins(transport, shelf)
        self.passcodes = LocalPasscodes(transport, shelf)
        self.qr_codes = LocalQrCodes(transport, shelf)
        self.remotes = LocalRemotes(transport, shelf)

    @override
    async def list_passcodes(self, lock_id: int) -> Listing[Passcode]:
        return Listing(tuple(row.passcode() for row in await self._shelf.listed(lock_id, CredentialKind.PASSCODE)))

    @override
    async def add_passcode(self, lock_id: int, code: Secret, request: PasscodeRequest) -> int:
        validity = passcode_validity(request.kind, request.start, request.end, UTC)
        found = Found(digits=code, validity=validity, passcode_kind=request.kind)
        return self._shelf.add(lock_id, CredentialKind.PASSCODE, found, request.name)

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
        row = self._shelf.tables.get(lock_id, passcode_id)
        validity = kind = None
        if row is not None and (start is not None or end is not None):
            kind = PasscodeKind.PERIOD
            validity = passcode_validity(kind, start or row.validity.start, end or row.validity.end, UTC)
        self._shelf.change(
            lock_id, CredentialKind.PASSCODE, passcode_id, name=name, digits=code, validity=validity, passcode_kind=kind
        )

    @override
    async def delete_passcode(self, lock_id: int, passcode_id: int) -> None:
        self._shelf.drop(lock_id, CredentialKind.PASSCODE, passcode_id)
