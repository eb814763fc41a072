"""What opens a lock: passcodes, ekeys, cards, fingerprints, faces, palm veins, QR codes, remotes, in one shape.

Source of the fields: ttlock-open-api.md 4.4 to 4.11, of the rules 7.1 to 7.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final, Self

from . import cyclic, parse
from .cyclic import CyclicWindow, minute_of_day
from .ekeys import SharedEkey
from .errors import InvalidInput
from .models import CredentialStatus, EkeyStatus, Passcode, PasscodeKind
from .parse import Raw
from .passage import MINUTES_A_DAY
from .passcodes import ONE_TIME_LIFE
from .period import check_order
from .secret import Secret, without_number


class CredentialKind(StrEnum):
    """What a person shows to the lock."""

    PASSCODE = "passcode"
    EKEY = "ekey"
    CARD = "card"
    FINGERPRINT = "fingerprint"
    FACE = "face"
    PALM_VEIN = "palm_vein"
    QR_CODE = "qr_code"
    REMOTE = "remote"


class ValidityKind(StrEnum):
    """How a credential is limited in time."""

    PERMANENT = "permanent"
    PERIOD = "period"
    CYCLIC = "cyclic"
    ONE_TIME = "one_time"
    """A random passcode that opens once, within six hours of its start (ttlock-open-api.md 7.1)."""
    ERASE = "erase"
    """A random passcode that opens nothing: typing it takes all other codes off the lock."""
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

    def opens_at(self, now: datetime, zone: tzinfo) -> bool:
        """Return whether it opens at a moment; `zone` is the lock's, in which weekly windows are meant.

        A window that ends before it begins reaches into the next day, as those of random passcodes may.
        """
        if self.kind in (ValidityKind.ERASE, ValidityKind.UNKNOWN):
            return False
        if self.kind is not ValidityKind.PERMANENT and self.start is not None and now < self.start:
            return False
        if self.over_at(now):
            return False
        return self.kind is not ValidityKind.CYCLIC or any(
            window.covers(now.astimezone(zone)) for window in self.windows
        )

    def over_at(self, now: datetime) -> bool:
        """Return whether it will never open again."""
        return self.kind is not ValidityKind.PERMANENT and self.end is not None and self.end <= now

    def fields(self) -> dict[str, str | int | None]:
        """Return the vendor's spelling of dates and windows; InvalidInput for what no lock can hold."""
        if self.kind not in (ValidityKind.PERMANENT, ValidityKind.PERIOD, ValidityKind.CYCLIC):
            raise InvalidInput("validity_unknown")
        if self.kind is ValidityKind.PERIOD and (self.start is None or self.end is None):
            raise InvalidInput("period_missing")
        check_order(self.start, self.end)
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
    """One credential in the cloud's table of a lock."""

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

    @property
    def shown_name(self) -> str | None:
        """Return the name without digits of its own that somebody has written into it."""
        return self.name and without_number(self.name, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasscodeCredential(Credential):
    """A passcode (ttlock-open-api.md 4.5)."""

    passcode: Passcode

    @property
    def passcode_kind(self) -> PasscodeKind:
        """Return which passcode it is."""
        return self.passcode.kind

    @property
    def is_random(self) -> bool:
        """Return whether the cloud made it: the lock knows it by calculation, and the cloud never hears of that (7.1)."""
        return self.passcode.is_random


@dataclass(frozen=True, slots=True, kw_only=True)
class EkeyCredential(Credential):
    """An ekey of somebody else (ttlock-open-api.md 4.4)."""

    ekey: SharedEkey

    @property
    def username(self) -> str | None:
        """Return who holds it."""
        return self.ekey.username

    @property
    def ekey_status(self) -> EkeyStatus:
        """Return how the cloud sees it."""
        return self.ekey.status


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


_CYCLIC_WEEKDAYS: Final = {
    PasscodeKind.WEEKEND: (6, 7),
    PasscodeKind.DAILY: tuple(range(1, 8)),
    PasscodeKind.WORKDAY: tuple(range(1, 6)),
    **{PasscodeKind(PasscodeKind.MONDAY + day): (day + 1,) for day in range(7)},
}
_PLAIN_KINDS: Final = {
    PasscodeKind.PERMANENT: ValidityKind.PERMANENT,
    PasscodeKind.PERIOD: ValidityKind.PERIOD,
    PasscodeKind.ERASE: ValidityKind.ERASE,
}


def passcode_validity(kind: PasscodeKind, start: datetime | None, end: datetime | None, zone: tzinfo) -> Validity:
    """Return when a passcode opens. Of a cyclic one the dates are the first day's window, in the lock's zone (7.1)."""
    if kind is PasscodeKind.ONE_TIME:
        return Validity(kind=ValidityKind.ONE_TIME, start=start, end=start + ONE_TIME_LIFE if start else end)
    if kind.is_cyclic:
        if start is None or end is None:
            return Validity(kind=ValidityKind.UNKNOWN)
        first, last = (when.astimezone(zone) for when in (start, end))
        windows = cyclic.weekly(_CYCLIC_WEEKDAYS[kind], minute_of_day(first), minute_of_day(last) or MINUTES_A_DAY)
        return Validity(kind=ValidityKind.CYCLIC, windows=windows)
    return Validity(kind=_PLAIN_KINDS.get(kind, ValidityKind.UNKNOWN), start=start, end=end)


def cyclic_passcode_kind(windows: Sequence[CyclicWindow]) -> PasscodeKind:
    """Return which random passcode opens on these days; InvalidInput when there is none."""
    weekdays = tuple(sorted(window.weekday for window in windows))
    for kind, days in _CYCLIC_WEEKDAYS.items():
        if days == weekdays:
            return kind
    raise InvalidInput("passcode_days")


def credential_of_passcode(passcode: Passcode, zone: tzinfo) -> PasscodeCredential:
    """Return a passcode in the shape of all credentials; `zone` is the lock's."""
    return PasscodeCredential(
        kind=CredentialKind.PASSCODE,
        credential_id=passcode.passcode_id,
        name=passcode.name,
        number=passcode.code,
        validity=passcode_validity(passcode.kind, passcode.start, passcode.end, zone),
        status=passcode.status,
        created=passcode.created,
        sender=passcode.sender,
        passcode=passcode,
    )


def credential_of_ekey(ekey: SharedEkey) -> EkeyCredential:
    """Return an ekey in the shape of all credentials."""
    timed = ekey.start is not None or ekey.end is not None
    return EkeyCredential(
        kind=CredentialKind.EKEY,
        credential_id=ekey.key_id,
        name=ekey.name,
        number=None,
        validity=Validity(
            kind=ValidityKind.PERIOD if timed else ValidityKind.PERMANENT, start=ekey.start, end=ekey.end
        ),
        status=CredentialStatus.NORMAL if ekey.status is EkeyStatus.NORMAL else CredentialStatus.UNKNOWN,
        created=ekey.created,
        sender=ekey.sender,
        ekey=ekey,
    )


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
