"""Faces (ttlock-open-api.md 4.8). The selector of changes and deletions is called `type` here."""

from typing import Final

from .. import parse
from ..credentials import Credential, Validity, common_type, read_face
from ..errors import InvalidInput, ServerFault
from ..parse import Listing
from ..secret import Secret
from . import endpoints as at
from .paging import PAGE, all_pages, made
from .selector import VIA_GATEWAY
from .transport import Transport

MIN_PHOTO_BYTES: Final = 300 * 1024
MAX_PHOTO_BYTES: Final = 2 * 1024 * 1024
_SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM")
"""How JPEG, PNG and BMP begin."""


class Faces:
    """The faces of a lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[Credential]:
        """Return all faces in the cloud's table of a lock."""
        return await all_pages(self._transport, at.FACE_LIST, PAGE, read_face, lock_id=lock_id)

    async def features_of_photo(self, lock_id: int, photo: bytes) -> Secret:
        """Have the cloud turn the photo of one face into what `add` takes."""
        check_photo(photo)
        features = parse.secret((await self._transport.upload(at.FACE_FEATURES, lock_id, photo)).get("featureData"))
        if features is None:
            raise ServerFault
        return features

    async def add(self, lock_id: int, features: Secret, validity: Validity, name: str | None = None) -> int:
        """Teach the lock a face and return its id."""
        body = await self._transport.send(
            at.FACE_ADD,
            lock_id,
            featureData=features.reveal(),
            name=name,
            type=common_type(validity),
            addType=VIA_GATEWAY,
            **validity.fields(),
        )
        return made(body, "faceId")

    async def change_period(self, lock_id: int, face_id: int, validity: Validity) -> None:
        """Change when a face opens; it cannot become permanent."""
        await self._transport.send(
            at.FACE_PERIOD, lock_id, faceId=face_id, type=VIA_GATEWAY, **validity.change_fields()
        )

    async def rename(self, lock_id: int, face_id: int, name: str) -> None:
        """Give a face another name."""
        await self._transport.send(at.FACE_RENAME, lock_id, faceId=face_id, name=name)

    async def delete(self, lock_id: int, face_id: int) -> None:
        """Take a face off the lock."""
        await self._transport.send(at.FACE_DELETE, lock_id, faceId=face_id, type=VIA_GATEWAY)

    async def record_cleared(self, lock_id: int) -> None:
        """Note that all faces were taken off the lock over Bluetooth; from afar that cannot be done."""
        await self._transport.send(at.FACE_CLEAR, lock_id)


def check_photo(photo: bytes) -> None:
    """Refuse what the cloud does not take for the photo of a face, before it is sent; InvalidInput."""
    if not photo.startswith(_SIGNATURES):
        raise InvalidInput("photo_format")
    if not MIN_PHOTO_BYTES <= len(photo) <= MAX_PHOTO_BYTES:
        raise InvalidInput("photo_size")
