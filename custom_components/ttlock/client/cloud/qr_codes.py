"""QR codes (ttlock-open-api.md 4.10): random ones the lock knows by calculation, custom ones it has to be taught."""

from dataclasses import dataclass
from typing import Final

from .. import parse
from ..credentials import QrCode, Validity, ValidityKind, qr_type, read_qr_code
from ..errors import InvalidInput
from ..parse import Listing
from ..secret import Secret
from . import endpoints as at
from .endpoints import Endpoint
from .paging import PAGE, all_pages, made
from .selector import CLOUD_ONLY, VIA_GATEWAY
from .transport import Transport

MAX_REFRESH_MINUTES: Final = 1440
CUSTOM_NUMBERS: Final = range(65536, 4294967295)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQrCode:
    """What the cloud tells of a QR code it just made."""

    qr_code_id: int
    number: Secret | None
    link: Secret | None
    """The page that shows the code: who opens it, opens the door."""


class QrCodes:
    """The QR codes of a lock."""

    def __init__(self, transport: Transport) -> None:
        """Talk through a transport."""
        self._transport = transport

    async def list(self, lock_id: int) -> Listing[QrCode]:
        """Return all QR codes of a lock."""
        return await all_pages(self._transport, at.QR_LIST, PAGE, read_qr_code, lock_id=lock_id)

    async def content(self, qr_code_id: int) -> Secret | None:
        """Return what the picture of a QR code has to say now; None outside its validity."""
        body = await self._transport.send(at.QR_DATA, qrCodeId=qr_code_id)
        return parse.secret(body.get("qrCodeContent"))

    async def add_random(
        self, lock_id: int, validity: Validity, name: str | None = None, refresh_minutes: int | None = None
    ) -> NewQrCode:
        """Have the cloud make a QR code that the lock knows by calculation; needs no gateway."""
        check_new(None, refresh_minutes)
        return await self._add(
            at.QR_ADD_RANDOM, lock_id, validity, addType=CLOUD_ONLY, name=name, refreshTime=refresh_minutes
        )

    async def add_custom(self, lock_id: int, number: int, validity: Validity, name: str | None = None) -> NewQrCode:
        """Teach the lock a QR code with a number of our own, unique for the lock; its picture never changes."""
        check_new(number, None)
        return await self._add(at.QR_ADD_CUSTOM, lock_id, validity, addType=VIA_GATEWAY, name=name, qrCodeNumber=number)

    async def _add(self, endpoint: Endpoint, lock_id: int, validity: Validity, **fields: str | int | None) -> NewQrCode:
        body = await self._transport.send(endpoint, lock_id, type=qr_type(validity), **fields, **_fields(validity))
        return NewQrCode(
            qr_code_id=made(body, "qrCodeId"),
            number=parse.secret(body.get("qrCodeNumber")),
            link=parse.secret(body.get("link")),
        )

    async def update(
        self,
        lock_id: int,
        qr_code: QrCode,
        *,
        validity: Validity | None = None,
        name: str | None = None,
        refresh_minutes: int | None = None,
    ) -> None:
        """Change what is given; a period cannot become a weekly plan or permanent, nor the other way round.

        The lock is sent along because it decides in which queue the change of a custom code waits.
        """
        if validity is not None and validity.kind is not qr_code.validity.kind:
            raise InvalidInput("qr_code_kind_fixed")
        _check_refresh(refresh_minutes)
        await self._transport.send(
            at.QR_UPDATE_CUSTOM if qr_code.is_custom else at.QR_UPDATE_RANDOM,
            lock_id,
            qrCodeId=qr_code.credential_id,
            type=qr_type(qr_code.validity),
            name=name,
            refreshTime=refresh_minutes,
            changeType=_selector(qr_code.is_custom),
            **(_fields(validity) if validity else {}),
        )

    async def delete(self, lock_id: int, qr_code: QrCode) -> None:
        """Revoke a QR code; the picture of a random one that is already shown opens for some ten minutes more."""
        await self._transport.send(
            at.QR_DELETE_CUSTOM if qr_code.is_custom else at.QR_DELETE_RANDOM,
            lock_id,
            qrCodeId=qr_code.credential_id,
            deleteType=_selector(qr_code.is_custom),
        )

    async def clear(self, lock_id: int, *, custom: bool) -> None:
        """Revoke all QR codes of a lock; `custom` tells that it holds some that only its gateway can take off."""
        endpoint = at.QR_CLEAR_CUSTOM if custom else at.QR_CLEAR_RANDOM
        await self._transport.send(endpoint, lock_id, type=_selector(custom))


def check_new(number: int | None, refresh_minutes: int | None) -> None:
    """Refuse what no QR code can have, before it is made; without number it is a random one. InvalidInput."""
    if number is not None:
        if number not in CUSTOM_NUMBERS:
            raise InvalidInput("qr_code_number")
        if refresh_minutes is not None:
            raise InvalidInput("qr_code_never_changes")
    _check_refresh(refresh_minutes)


def _selector(custom: bool) -> int:
    return VIA_GATEWAY if custom else CLOUD_ONLY


def _fields(validity: Validity) -> dict[str, str | int | None]:
    fields = validity.fields()
    if validity.kind is ValidityKind.PERMANENT:
        # A type of its own says so; dates are left out.
        return {}
    return fields


def _check_refresh(minutes: int | None) -> None:
    if minutes is not None and not 1 <= minutes <= MAX_REFRESH_MINUTES:
        raise InvalidInput("qr_code_refresh")
