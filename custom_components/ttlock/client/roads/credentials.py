"""Cards, fingerprints, faces, palms, QR codes and remotes on two roads."""

from typing import override

from ..ble.lock import BleLock
from ..cloud.cards import Cards, check_number, swapped
from ..cloud.faces import Faces
from ..cloud.fingerprints import Fingerprints
from ..cloud.palm_veins import PalmVeins
from ..cloud.qr_codes import NewQrCode, QrCodes, check_new
from ..cloud.remotes import Remotes
from ..cloud.transport import Transport
from ..credentials import Credential, CredentialKind, QrCode, Remote, Validity, ValidityKind
from ..errors import InvalidInput, Unsupported
from ..parse import Listing
from ..secret import Secret
from .enrolment import Tell, enrol
from .kinds import is_stored
from .way import Way, gone


class RoadCards(Cards):
    """The cards of a lock."""

    def __init__(self, transport: Transport, way: Way) -> None:
        """Take both roads."""
        super().__init__(transport)
        self._way = way

    @override
    async def list(self, lock_id: int) -> Listing[Credential]:
        return await self._way.record.cards.list(lock_id)

    @override
    async def add(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        check_number(number)
        validity.fields()
        return await self._way.add(
            lock_id,
            lambda: Cards.add(self, lock_id, number, validity, name),
            lambda ble: ble.add_card(number, validity),
            lambda ble: _is_there(ble, CredentialKind.CARD, number, validity),
            lambda ble: ble.delete_card(number),
            lambda: self._way.record.cards.add(lock_id, number, validity, name),
            lambda: self._id_of(lock_id, number),
        )

    @override
    async def add_reversed(self, lock_id: int, number: Secret, validity: Validity, name: str | None = None) -> int:
        check_number(number, reverse=True)
        validity.fields()
        turned = swapped(number)
        return await self._way.add(
            lock_id,
            lambda: Cards.add_reversed(self, lock_id, number, validity, name),
            lambda ble: ble.add_card(turned, validity),
            lambda ble: _is_there(ble, CredentialKind.CARD, turned, validity),
            lambda ble: ble.delete_card(turned),
            lambda: self._way.record.cards.add(lock_id, turned, validity, name),
            lambda: self._id_of(lock_id, turned),
        )

    async def _id_of(self, lock_id: int, number: Secret) -> int | None:
        found = await self._way.look_for(lock_id, CredentialKind.CARD, number)
        return found.credential_id if found else None

    async def enrol(self, lock_id: int, validity: Validity, name: str | None, told: Tell) -> int:
        """Have the lock learn the card that is held to it next, and return the card's id."""
        return await enrol(
            self._way,
            lock_id,
            CredentialKind.CARD,
            validity,
            told,
            lambda number: self._way.record.cards.add(lock_id, number, validity, name),
        )

    @override
    async def change_period(self, lock_id: int, card_id: int, validity: Validity) -> None:
        await self._way.change_period(
            lock_id,
            CredentialKind.CARD,
            card_id,
            validity,
            lambda: Cards.change_period(self, lock_id, card_id, validity),
            lambda: self._way.record.cards.change_period(lock_id, card_id, validity),
        )

    @override
    async def rename(self, lock_id: int, card_id: int, name: str) -> None:
        await self._way.record.cards.rename(lock_id, card_id, name)

    @override
    async def delete(self, lock_id: int, card_id: int) -> None:
        await self._way.delete(
            lock_id,
            CredentialKind.CARD,
            card_id,
            lambda: Cards.delete(self, lock_id, card_id),
            lambda: self._way.record.cards.delete(lock_id, card_id),
        )

    async def clear(self, lock_id: int) -> None:
        """Take all cards off the lock, beside it."""
        await self._way.clear(lock_id, CredentialKind.CARD, lambda: self._way.record.cards.record_cleared(lock_id))


class RoadFingerprints(Fingerprints):
    """The fingerprints of a lock."""

    def __init__(self, transport: Transport, way: Way) -> None:
        """Take both roads."""
        super().__init__(transport)
        self._way = way

    @override
    async def list(self, lock_id: int) -> Listing[Credential]:
        return await self._way.record.fingerprints.list(lock_id)

    async def enrol(self, lock_id: int, validity: Validity, name: str | None, told: Tell) -> int:
        """Have the lock learn a finger, which is laid on it several times, and return the fingerprint's id."""
        return await enrol(
            self._way,
            lock_id,
            CredentialKind.FINGERPRINT,
            validity,
            told,
            lambda number: self._way.record.fingerprints.record_added(lock_id, number, validity, name),
        )

    @override
    async def change_period(self, lock_id: int, fingerprint_id: int, validity: Validity) -> None:
        await self._way.change_period(
            lock_id,
            CredentialKind.FINGERPRINT,
            fingerprint_id,
            validity,
            lambda: Fingerprints.change_period(self, lock_id, fingerprint_id, validity),
            lambda: self._way.record.fingerprints.change_period(lock_id, fingerprint_id, validity),
        )

    @override
    async def rename(self, lock_id: int, fingerprint_id: int, name: str) -> None:
        await self._way.record.fingerprints.rename(lock_id, fingerprint_id, name)

    @override
    async def delete(self, lock_id: int, fingerprint_id: int) -> None:
        await self._way.delete(
            lock_id,
            CredentialKind.FINGERPRINT,
            fingerprint_id,
            lambda: Fingerprints.delete(self, lock_id, fingerprint_id),
            lambda: self._way.record.fingerprints.delete(lock_id, fingerprint_id),
        )

    async def clear(self, lock_id: int) -> None:
        """Take all fingerprints off the lock, beside it."""
        await self._way.clear(
            lock_id, CredentialKind.FINGERPRINT, lambda: self._way.record.fingerprints.record_cleared(lock_id)
        )


class RoadFaces(Faces):
    """The faces of a lock. One is taught through the cloud, which makes of a photo what the lock can tell apart."""

    def __init__(self, transport: Transport, way: Way) -> None:
        """Take both roads."""
        super().__init__(transport)
        self._way = way

    @override
    async def list(self, lock_id: int) -> Listing[Credential]:
        return await self._way.record.faces.list(lock_id)

    @override
    async def change_period(self, lock_id: int, face_id: int, validity: Validity) -> None:
        await self._way.change_period(
            lock_id,
            CredentialKind.FACE,
            face_id,
            validity,
            lambda: Faces.change_period(self, lock_id, face_id, validity),
            lambda: self._way.record.faces.change_period(lock_id, face_id, validity),
        )

    @override
    async def rename(self, lock_id: int, face_id: int, name: str) -> None:
        await self._way.record.faces.rename(lock_id, face_id, name)

    @override
    async def delete(self, lock_id: int, face_id: int) -> None:
        await self._way.delete(
            lock_id,
            CredentialKind.FACE,
            face_id,
            lambda: Faces.delete(self, lock_id, face_id),
            lambda: self._way.record.faces.delete(lock_id, face_id),
        )

    async def clear(self, lock_id: int) -> None:
        """Take all faces off the lock, beside it."""
        await self._way.clear(lock_id, CredentialKind.FACE, lambda: self._way.record.faces.record_cleared(lock_id))


class RoadPalmVeins(PalmVeins):
    """The palm veins of a lock."""

    def __init__(self, transport: Transport, way: Way) -> None:
        """Take both roads."""
        super().__init__(transport)
        self._way = way

    @override
    async def list(self, lock_id: int) -> Listing[Credential]:
        return await self._way.record.palm_veins.list(lock_id)

    @override
    async def change_period(self, lock_id: int, palm_vein_id: int, validity: Validity) -> None:
        await self._way.change_period(
            lock_id,
            CredentialKind.PALM_VEIN,
            palm_vein_id,
            validity,
            lambda: PalmVeins.change_period(self, lock_id, palm_vein_id, validity),
            lambda: self._way.record.palm_veins.change_period(lock_id, palm_vein_id, validity),
        )

    @override
    async def rename(self, palm_vein_id: int, name: str) -> None:
        await self._way.record.palm_veins.rename(palm_vein_id, name)

    @override
    async def delete(self, lock_id: int, palm_vein_id: int) -> None:
        await self._way.delete(
            lock_id,
            CredentialKind.PALM_VEIN,
            palm_vein_id,
            lambda: PalmVeins.delete(self, lock_id, palm_vein_id),
            lambda: self._way.record.palm_veins.delete(lock_id, palm_vein_id),
        )

    async def clear(self, lock_id: int) -> None:
        """Take all palm veins off the lock, beside it."""
        await self._way.clear(
            lock_id, CredentialKind.PALM_VEIN, lambda: self._way.record.palm_veins.record_cleared(lock_id)
        )


class RoadQrCodes(QrCodes):
    """The QR codes of a lock; those that it knows by calculation need no road."""

    def __init__(self, transport: Transport, way: Way) -> None:
        """Take both roads."""
        super().__init__(transport)
        self._way = way

    @override
    async def list(self, lock_id: int) -> Listing[QrCode]:
        return await self._way.record.qr_codes.list(lock_id)

    @override
    async def add_custom(self, lock_id: int, number: int, validity: Validity, name: str | None = None) -> NewQrCode:
        check_new(number, None)
        validity.fields()
        digits = Secret(str(number))
        return await self._way.add(
            lock_id,
            lambda: QrCodes.add_custom(self, lock_id, number, validity, name),
            lambda ble: ble.add_qr_code(digits, validity),
            lambda ble: _is_there(ble, CredentialKind.QR_CODE, digits, validity),
            lambda ble: ble.delete_qr_code(digits, validity.end),
            lambda: self._way.record.qr_codes.add_custom(lock_id, number, validity, name),
            lambda: self._made(lock_id, digits),
        )

    async def _made(self, lock_id: int, number: Secret) -> NewQrCode | None:
        found = await self._way.look_for(lock_id, CredentialKind.QR_CODE, number)
        if not isinstance(found, QrCode):
            return None
        return NewQrCode(qr_code_id=found.credential_id, number=found.number, link=found.link)

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
        if validity is not None and validity.kind is not qr_code.validity.kind:
            raise InvalidInput("qr_code_kind_fixed")
        changes = {"validity": validity, "name": name, "refresh_minutes": refresh_minutes}
        if not qr_code.is_custom:
            await super().update(lock_id, qr_code, **changes)  # type: ignore[arg-type]
            return
        number = qr_code.number
        if validity is None or number is None:
            await self._way.record.qr_codes.update(lock_id, qr_code, **changes)  # type: ignore[arg-type]
            return
        validity.fields()
        await self._way.changed(
            lock_id,
            lambda: QrCodes.update(self, lock_id, qr_code, **changes),  # type: ignore[arg-type]
            lambda ble: ble.change_qr_code_period(number, validity),
            lambda: self._way.record.qr_codes.update(lock_id, qr_code, **changes),  # type: ignore[arg-type]
        )

    @override
    async def delete(self, lock_id: int, qr_code: QrCode) -> None:
        number = qr_code.number
        if not qr_code.is_custom or number is None:
            await super().delete(lock_id, qr_code)
            return
        await self._way.changed(
            lock_id,
            lambda: QrCodes.delete(self, lock_id, qr_code),
            lambda ble: gone(lambda: ble.delete_qr_code(number, qr_code.validity.end)),
            lambda: self._way.record.qr_codes.delete(lock_id, qr_code),
        )

    @override
    async def clear(self, lock_id: int, *, custom: bool) -> None:
        if not custom:
            await super().clear(lock_id, custom=False)
            return
        await self._way.changed(
            lock_id,
            lambda: QrCodes.clear(self, lock_id, custom=True),
            BleLock.clear_qr_codes,
            # The call knows no word for what was done over Bluetooth (4.10).
            lambda: self._way.record.qr_codes.clear(lock_id, custom=False),
        )


class RoadRemotes(Remotes):
    """The remotes of a lock."""

    def __init__(self, transport: Transport, way: Way) -> None:
        """Take both roads."""
        super().__init__(transport)
        self._way = way

    @override
    async def list(self, lock_id: int) -> Listing[Remote]:
        return await self._way.record.remotes.list(lock_id)

    @override
    async def update(
        self, lock_id: int, remote_id: int, *, validity: Validity | None = None, name: str | None = None
    ) -> None:
        if validity is None:
            await self._way.record.remotes.update(lock_id, remote_id, name=name)
            return
        validity.change_fields()

        async def by_radio(ble: BleLock) -> None:
            await ble.add_remote(await self._address(lock_id, remote_id), validity)

        await self._way.changed(
            lock_id,
            lambda: Remotes.update(self, lock_id, remote_id, validity=validity, name=name),
            by_radio,
            lambda: self._way.record.remotes.update(lock_id, remote_id, validity=validity, name=name),
        )

    async def delete(self, lock_id: int, remote_id: int) -> None:
        """Take a remote off the lock, beside it: through the cloud it would only leave the list (4.11)."""

        async def by_radio(ble: BleLock) -> None:
            address = await self._address(lock_id, remote_id)
            await gone(lambda: ble.delete_remote(address))

        await self._way.changed(lock_id, None, by_radio, lambda: self._way.record.remotes.record_deleted(remote_id))

    async def clear(self, lock_id: int) -> None:
        """Take all remotes off the lock, beside it."""
        await self._way.clear(lock_id, CredentialKind.REMOTE, lambda: self._way.record.remotes.record_cleared(lock_id))

    async def _address(self, lock_id: int, remote_id: int) -> str:
        found = await self._way.find(lock_id, CredentialKind.REMOTE, remote_id)
        if not isinstance(found, Remote) or found.mac is None:
            raise Unsupported("number_not_shown")
        return found.mac


async def _is_there(ble: BleLock, kind: CredentialKind, number: Secret, validity: Validity) -> bool:
    """Return whether the lock took a credential; its weekly windows are not listed, so they are written again."""
    if not await is_stored(ble, kind, number):
        return False
    if validity.kind is ValidityKind.CYCLIC:
        change = BleLock.change_card_period if kind is CredentialKind.CARD else BleLock.change_qr_code_period
        await change(ble, number, validity)
    return True
