"""Faces, palms, QR codes and remotes of newer locks (ttlock-ble-protocol.md 5.15)."""

from collections.abc import AsyncGenerator
from datetime import datetime

from ...credentials import Validity
from ...secret import Secret
from ..opcodes import Opcode
from ..operations import accessories, biometrics, qr_codes
from ..operations.credentials import Enrolment, StoredCredential, enrol, id_width, template_head
from .base import operation
from .credentials import Credentials


class Faces(Credentials):
    """Faces."""

    @operation(Opcode.FACES)
    async def list_faces(self) -> tuple[StoredCredential, ...]:
        """Return the faces in the lock."""
        return await self._list(Opcode.FACES, biometrics.FACES, id_width)

    @operation(Opcode.FACES)
    def enrol_face(self) -> AsyncGenerator[Enrolment]:
        """Have the lock learn the face before it; its hints are those of `FaceHint`."""
        return self._enrol(Opcode.FACES, enrol(), biometrics.read_enrolment)

    @operation(Opcode.FACES)
    async def add_face_template(self, template: bytes, template_number: int, validity: Validity) -> Secret:
        """Give the lock a face as the cloud made it of a photo, and return its number."""
        head = template_head(template, template_number, validity, self.key.zone)
        return await self._send_template(Opcode.FACES, biometrics.PACKET, head, template, biometrics.read_enrolment)

    @operation(Opcode.FACES)
    async def change_face_period(self, number: Secret, validity: Validity) -> None:
        """Change when a face opens."""
        await self._change_period(Opcode.FACES, biometrics.FACES, number, validity)

    @operation(Opcode.FACES)
    async def delete_face(self, number: Secret) -> None:
        """Take a face off the lock."""
        await self._delete(Opcode.FACES, biometrics.FACES, number)

    @operation(Opcode.FACES)
    async def clear_faces(self) -> None:
        """Take all faces off the lock."""
        await self._clear(Opcode.FACES)


class PalmVeins(Credentials):
    """Palms."""

    @operation(Opcode.PALM_VEINS)
    async def list_palm_veins(self) -> tuple[StoredCredential, ...]:
        """Return the palms in the lock."""
        return await self._list(Opcode.PALM_VEINS, biometrics.PALMS, id_width)

    @operation(Opcode.PALM_VEINS)
    def enrol_palm_vein(self) -> AsyncGenerator[Enrolment]:
        """Have the lock learn the palm before it; its hints are those of `PalmHint`."""
        return self._enrol(Opcode.PALM_VEINS, enrol(), biometrics.read_enrolment)

    @operation(Opcode.PALM_VEINS)
    async def change_palm_vein_period(self, number: Secret, validity: Validity) -> None:
        """Change when a palm opens."""
        await self._change_period(Opcode.PALM_VEINS, biometrics.PALMS, number, validity)

    @operation(Opcode.PALM_VEINS)
    async def delete_palm_vein(self, number: Secret) -> None:
        """Take a palm off the lock."""
        await self._delete(Opcode.PALM_VEINS, biometrics.PALMS, number)

    @operation(Opcode.PALM_VEINS)
    async def clear_palm_veins(self) -> None:
        """Take all palms off the lock."""
        await self._clear(Opcode.PALM_VEINS)


class QrCodes(Credentials):
    """QR codes with a number of one's own."""

    @operation(Opcode.QR_CODES)
    async def list_qr_codes(self) -> tuple[StoredCredential, ...]:
        """Return the QR codes in the lock."""
        return await self._list(Opcode.QR_CODES, qr_codes.STYLE, qr_codes.width)

    @operation(Opcode.QR_CODES)
    async def add_qr_code(self, number: Secret, validity: Validity) -> None:
        """Put a QR code on the lock by its number."""
        await self._add(Opcode.QR_CODES, qr_codes.STYLE, number, validity)

    @operation(Opcode.QR_CODES)
    async def change_qr_code_period(self, number: Secret, validity: Validity) -> None:
        """Change when a QR code opens."""
        await self._change_period(Opcode.QR_CODES, qr_codes.STYLE, number, validity)

    @operation(Opcode.QR_CODES)
    async def delete_qr_code(self, number: Secret, end: datetime | None = None) -> None:
        """Take a QR code off the lock; `end` is until when it would have opened."""
        await self._change(Opcode.QR_CODES, qr_codes.delete(number, end, self.key.zone), once=True)

    @operation(Opcode.QR_CODES)
    async def clear_qr_codes(self) -> None:
        """Take all QR codes off the lock."""
        await self._clear(Opcode.QR_CODES)


class Remotes(Credentials):
    """Remotes, which are known by their address; the lock does not list them."""

    @operation(Opcode.KEY_FOBS)
    async def add_remote(self, address: str, validity: Validity) -> None:
        """Put a remote on the lock; one that is there gets another period, and no weekly windows but these."""
        number = Secret(address)
        await self._add(Opcode.KEY_FOBS, accessories.FOBS, number, validity, had_windows=True)

    @operation(Opcode.KEY_FOBS)
    async def delete_remote(self, address: str) -> None:
        """Take a remote off the lock."""
        await self._delete(Opcode.KEY_FOBS, accessories.FOBS, Secret(address))

    @operation(Opcode.KEY_FOBS)
    async def clear_remotes(self) -> None:
        """Take all remotes off the lock."""
        await self._clear(Opcode.KEY_FOBS)
