"""What opens a lock besides passcodes and ekeys: cards, fingerprints, faces, palm veins, QR codes, remotes.

Source of the fields: ttlock-open-api.md 4.6 to 4.11, of the rules 7.3 to 7.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final, Self

from . import cyclic, parse
from .cyclic import CyclicWindow
from .errors import InvalidInput
from .parse import Raw
from .secret import Secret


class CredentialKind(StrEnum):
    """What a person shows to the lock."""

    CARD = "card"
    FINGERPRINT = "fingerprint"
    FACE = "face"
    PALM_VEIN = "palm_vein"
    QR_CODE = "qr_code"
    REMOTE = "remote"


class CredentialStatus(IntEnum):
    """Where a credential stands, with the vendor's numbers (ttlock-open-api.md 7.5 and 7.6)."""

    UNKNOWN = 0
    """The vendor did not say, as for most cards and fingerprints, or said something new."""
    NORMAL = 1
    INVALID = 2
    PENDING = 3
    ADDING = 4
    ADD_FAILED = 5
    CHANGING = 6
    CHANGE_FAILED = 7
    DELETING = 8
    DELETE_FAILED = 9

    @classmethod
    def from_vendor(cls, value: object) -> CredentialStatus:
        """Translate the vendor's number; new ones are unknown."""
        try:
            return cls(parse.integer(value) or 0)
        except ValueError:
            return cls.UNKNOWN


class ValidityKind(StrEnum):
    """How a credential is limited in time."""

    PERMANENT = "permanent"
    PERIOD = "period"
    CYCLIC = "cyclic"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """When a credential opens: always, in a period, or in weekly windows within a period."""

    kind: ValidityKind
    start: datetime | None = None
    end: datetime | None = None
    windows: tuple[CyclicWindow, ...] = ()

    @classmethod
    def permanent(cls) -> Self:
        """Return the validity without any limit."""
        return cls(kind=ValidityKind.PERMANENT)

    @classmethod
    def period(cls, start: datetime, end: datetime) -> Self:
        """Return the validity from one moment to another."""
        return cls(kind=ValidityKind.PERIOD, start=start, end=end)

    @classmethod
    def cyclic(
        cls, windows: Sequence[CyclicWindow], start: datetime | None = None, end: datetime | None = None
    ) -> Self:
        """Return the validity in weekly windows; without period for good."""
        return cls(kind=ValidityKind.CYCLIC, start=start, end=end, windows=tuple(windows))

    @classmethod
    def from_vendor(cls, raw: Raw, kinds: dict[int, ValidityKind], type_of: object) -> Self:
        """Read the dates and windows of an item; `type_of` is its number, which `kinds` translates."""
        start, end = parse.moment(raw.get("startDate")), parse.moment(raw.get("endDate"))
        windows = cyclic.from_vendor(raw.get("cyclicConfig"))
        number = parse.integer(type_of)
        kind = ValidityKind.UNKNOWN if number is not None else ValidityKind.PERIOD
        kind = kinds.get(number or 0, kind)
        if kind is ValidityKind.PERIOD:
            # An item that leaves its type out, as old ones do, still tells by its windows and dates.
            if windows:
                kind = ValidityKind.CYCLIC
            elif start is None and end is None:
                kind = ValidityKind.PERMANENT
        return cls(kind=kind, start=start, end=end, windows=windows)

    def fields(self) -> dict[str, str | int | None]:
        """Return the vendor's spelling of dates and windows; InvalidInput for what no lock can hold."""
        if self.kind is ValidityKind.UNKNOWN:
            raise InvalidInput("validity_unknown")
        if self.kind is ValidityKind.PERIOD and (self.start is None or self.end is None):
            raise InvalidInput("period_missing")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise InvalidInput("period_order")
        return {
            "startDate": parse.epoch_ms(self.start),
            "endDate": parse.epoch_ms(self.end),
            "cyclicConfig": cyclic.to_vendor(self.windows) if self.kind is ValidityKind.CYCLIC else None,
        }

    def change_fields(self) -> dict[str, str | int | None]:
        """Return `fields` for an existing credential, which cannot become permanent (ttlock-open-api.md 7.4).

        That goes for weekly windows without a period, too: the dates of a change must not be 0.
        """
        if self.start is None and self.end is None:
            raise InvalidInput("period_not_permanent")
        return self.fields()


NORMAL_TYPE: Final = 1
CYCLIC_TYPE: Final = 4
COMMON_KINDS: Final = {NORMAL_TYPE: ValidityKind.PERIOD, CYCLIC_TYPE: ValidityKind.CYCLIC}
"""The type numbers of everything but QR codes: 1 covers both period and permanent, which the dates tell apart."""
QR_KINDS: Final = {1: ValidityKind.PERIOD, 2: ValidityKind.PERMANENT, 4: ValidityKind.CYCLIC}


def common_type(validity: Validity) -> int:
    """Return the type number of a validity for everything but QR codes."""
    return CYCLIC_TYPE if validity.kind is ValidityKind.CYCLIC else NORMAL_TYPE


def qr_type(validity: Validity) -> int:
    """Return the type number of a validity for QR codes; InvalidInput for one that cannot be written."""
    for number, kind in QR_KINDS.items():
        if kind is validity.kind:
            return number
    raise InvalidInput("validity_unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One card, fingerprint, face, palm vein, QR code or remote in the cloud's table of a lock."""

    kind: CredentialKind
    credential_id: int
    name: str | None
    number: Secret | None
    """The number under which the lock knows it; who has that of a card can copy the card."""
    validity: Validity
    status: CredentialStatus
    created: datetime | None
    sender: str | None
    """The account or nickname that made it, as far as the vendor says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote(Credential):
    """A key fob (ttlock-open-api.md 4.11)."""

    mac: str | None
    battery: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode(Credential):
    """A QR code (ttlock-open-api.md 4.10)."""

    link: Secret | None
    """The page that shows the code: who opens it, opens the door."""
    refresh_minutes: int | None
    is_custom: bool
    """Made with a number of our own and held by the lock itself; the others the lock knows by calculation."""


def read_card(raw: Raw) -> Credential:
    """Read an IC card; ValueError without an id."""
    return Credential(
        kind=CredentialKind.CARD,
        credential_id=parse.required_integer(raw, "cardId"),
        name=parse.text(raw.get("cardName")),
        number=parse.secret(raw.get("cardNumber")),
        validity=Validity.from_vendor(raw, COMMON_KINDS, raw.get("cardType")),
        status=CredentialStatus.from_vendor(raw.get("status")),
        created=parse.moment(raw.get("createDate")),
        sender=parse.text(raw.get("senderUsername")),
    )


def read_fingerprint(raw: Raw) -> Credential:
    """Read a fingerprint; ValueError without an id."""
    return Credential(
        kind=CredentialKind.FINGERPRINT,
        credential_id=parse.required_integer(raw, "fingerprintId"),
        name=parse.text(raw.get("fingerprintName")),
        number=parse.secret(raw.get("fingerprintNumber")),
        validity=Validity.from_vendor(raw, COMMON_KINDS, raw.get("fingerprintType")),
        status=CredentialStatus.from_vendor(raw.get("status")),
        created=parse.moment(raw.get("createDate")),
        sender=parse.text(raw.get("senderUsername")),
    )


def read_face(raw: Raw) -> Credential:
    """Read a face, whose name and type table and sample of the vendor spell differently; ValueError without an id."""
    return Credential(
        kind=CredentialKind.FACE,
        credential_id=parse.required_integer(raw, "faceId"),
        name=parse.text(raw.get("name")) or parse.text(raw.get("faceName")),
        number=parse.secret(raw.get("faceNumber")),
        validity=Validity.from_vendor(raw, COMMON_KINDS, raw.get("type", raw.get("faceType"))),
        status=CredentialStatus.from_vendor(raw.get("status")),
        created=parse.moment(raw.get("createDate")),
        sender=parse.text(raw.get("nickname")),
    )


def read_palm_vein(raw: Raw) -> Credential:
    """Read a palm vein; ValueError without an id."""
    return Credential(
        kind=CredentialKind.PALM_VEIN,
        credential_id=parse.required_integer(raw, "id"),
        name=parse.text(raw.get("name")),
        number=parse.secret(raw.get("number")),
        validity=Validity.from_vendor(raw, COMMON_KINDS, raw.get("type")),
        status=CredentialStatus.from_vendor(raw.get("status")),
        created=parse.moment(raw.get("createDate")),
        sender=parse.text(raw.get("nickname")),
    )


def read_remote(raw: Raw) -> Remote:
    """Read a remote; ValueError without an id."""
    return Remote(
        kind=CredentialKind.REMOTE,
        credential_id=parse.required_integer(raw, "remoteId"),
        name=parse.text(raw.get("name")),
        number=parse.secret(raw.get("number")),
        validity=Validity.from_vendor(raw, COMMON_KINDS, raw.get("type")),
        status=CredentialStatus.from_vendor(raw.get("status")),
        created=parse.moment(raw.get("createDate")),
        sender=parse.text(raw.get("nickname")),
        mac=parse.text(raw.get("mac")),
        battery=parse.percent(raw.get("electricQuantity")),
    )


CUSTOM_QR_VERSION: Final = 3


def read_qr_code(raw: Raw) -> QrCode:
    """Read a QR code; ValueError without an id."""
    return QrCode(
        kind=CredentialKind.QR_CODE,
        credential_id=parse.required_integer(raw, "qrCodeId"),
        name=parse.text(raw.get("name")),
        number=parse.secret(raw.get("qrCodeNumber")),
        validity=Validity.from_vendor(raw, QR_KINDS, raw.get("type")),
        status=CredentialStatus.from_vendor(raw.get("status")),
        created=parse.moment(raw.get("createDate")),
        sender=parse.text(raw.get("creator")),
        link=parse.secret(raw.get("link")),
        refresh_minutes=parse.integer(raw.get("refreshTime")),
        is_custom=parse.integer(raw.get("qrCodeVersion")) == CUSTOM_QR_VERSION,
    )
