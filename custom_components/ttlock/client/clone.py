"""Which credentials of one lock can be put on another, and why the others cannot (features.md 110).

A pure function of what the tables of both locks show. Only what the cloud can put on a lock without anybody beside it
carries over; what opens the old door at a moment then opens the new one, and nothing else does.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from .accessories import WirelessKeypad
from .cloud.qr_codes import CUSTOM_NUMBERS
from .credentials import (
    Credential,
    CredentialKind,
    EkeyCredential,
    PasscodeCredential,
    QrCode,
    Validity,
    ValidityKind,
)
from .ekeys import EkeyRequest
from .errors import InvalidInput, NotPermitted, TTLockError, Unsupported
from .features import Feature, Features
from .grants.comparison import same_validity
from .grants.model import Life, Wish, life_of
from .grants.refusals import exists
from .models import EkeyStatus, PasscodeKind
from .passcodes import MAX_CUSTOM_PASSCODES, check_code
from .secret import Secret

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


class CloneKind(StrEnum):
    """What may be asked for: everything that opens a lock, and what hangs on it."""

    EKEY = "ekey"
    PASSCODE = "passcode"
    CARD = "card"
    QR_CODE = "qr_code"
    FINGERPRINT = "fingerprint"
    FACE = "face"
    PALM_VEIN = "palm_vein"
    REMOTE = "remote"
    WIRELESS_KEYPAD = "wireless_keypad"


_ORDER: Final = {kind.value: place for place, kind in enumerate(CloneKind)}
"""Ekeys come first: they need no lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The lock whose credentials are wanted on another one."""

    zone: tzinfo
    credentials: tuple[Credential, ...] = ()
    keypads: tuple[WirelessKeypad, ...] = ()
    died: frozenset[int] = frozenset()
    """The numbers of random passcodes that were not used in time, so that the lock refuses them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The lock that is to get them."""

    lock_id: int
    zone: tzinfo
    features: Features
    credentials: tuple[Credential, ...] = ()
    obstacle: TTLockError | None = None
    """Why nothing can be put on the lock itself."""
    may_manage: bool = True
    is_admin: bool = True
    """The account is the top administrator, who alone may make others administrators (ttlock-open-api.md 4.4)."""
    username: str | None = None
    """The account, which can send no ekey to itself."""
    own_end: datetime | None = None
    """When the account's own ekey ends: it sends none that lasts longer (3.2, code -3039)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What becomes of one credential: it is to be placed, is there already, or is left out with a reason."""

    kind: CloneKind
    credential_id: int
    """The number on the old lock."""
    name: str | None
    validity: Validity | None
    wish: Wish | None = None
    there: Credential | None = None
    reason: TTLockError | None = None

    @property
    def carries(self) -> bool:
        """Return whether the new lock has it in the end."""
        return self.reason is None


def plan(original: Original, target: Target, now: datetime) -> tuple[Item, ...]:
    """Return what becomes of each credential of a lock, in an order that depends on nothing but them."""
    planner = _Planner(original, target, now)
    credentials = sorted(original.credentials, key=lambda item: (_ORDER[item.kind], item.credential_id))
    keypads = sorted(original.keypads, key=lambda item: item.keypad_id)
    return (*(planner.item(item) for item in credentials), *(_keypad(item) for item in keypads))


class _Planner:
    def __init__(self, original: Original, target: Target, now: datetime) -> None:
        self._original = original
        self._target = target
        self._now = now
        self._taken = {key: item for item in target.credentials for key in _keys_shown(item)}
        self._planned: set[_Key] = set()
        self._own_passcodes = sum(
            isinstance(item, PasscodeCredential) and not item.is_random for item in target.credentials
        )

    def item(self, shown: Credential) -> Item:
        item = Item(
            kind=CloneKind(shown.kind),
            credential_id=shown.credential_id,
            name=shown.shown_name,
            validity=shown.validity,
        )
        try:
            self._check_original(shown)
            wish = self._wish(shown)
            if (there := self._there(wish)) is not None:
                return replace(item, there=there)
            self._check_target(wish)
        except TTLockError as err:
            return replace(item, reason=err)
        self._planned.add(_key(wish))
        self._own_passcodes += wish.kind is CredentialKind.PASSCODE
        return replace(item, wish=wish)

    # -- The old lock ----------------------------------------------------------------------------------------------

    def _check_original(self, shown: Credential) -> None:
        """Refuse what opens the old lock no more, or what nobody can take from it."""
        match shown.kind:
            case CredentialKind.FINGERPRINT:
                raise Unsupported("fingerprint_stays")
            case CredentialKind.FACE:
                raise Unsupported("face_stays")
            case CredentialKind.PALM_VEIN:
                raise Unsupported("palm_vein_stays")
            case CredentialKind.REMOTE:
                raise Unsupported("remote_stays")
        if isinstance(shown, EkeyCredential) and shown.ekey_status is EkeyStatus.FROZEN:
            raise Unsupported("ekey_frozen")
        match life_of(shown, self._now, self._original.zone):
            case Life.EXPIRED:
                raise Unsupported("already_expired")
            case Life.REMOVING | Life.GONE:
                raise Unsupported("already_removed")
            case Life.FAILED:
                raise Unsupported("never_delivered")
        if shown.credential_id in self._original.died and shown.kind is CredentialKind.PASSCODE:
            raise Unsupported("random_passcode_unused_in_time")

    def _wish(self, shown: Credential) -> Wish:
        """Return what would open the new lock when the credential opens the old one."""
        match shown:
            case EkeyCredential():
                return self._ekey(shown)
            case PasscodeCredential():
                return self._passcode(shown)
            case QrCode(is_custom=False):
                raise Unsupported("random_qr_code_stays")
        number = _number(shown)
        if shown.kind is CredentialKind.QR_CODE and int(number.reveal()) not in CUSTOM_NUMBERS:
            raise InvalidInput("qr_code_number")
        return Wish(
            kind=shown.kind,
            lock_id=self._target.lock_id,
            label=shown.name or "",
            validity=self._validity(shown.validity),
            number=number,
        )

    def _ekey(self, shown: EkeyCredential) -> Wish:
        if shown.username is None:
            raise InvalidInput("receiver_unknown")
        if shown.username == self._target.username:
            raise InvalidInput("receiver_is_self")
        validity = self._validity(shown.validity)
        label = shown.name or shown.username
        return Wish(
            kind=CredentialKind.EKEY,
            lock_id=self._target.lock_id,
            label=label,
            validity=validity,
            ekey=EkeyRequest(
                receiver=shown.username,
                name=label,
                start=validity.start,
                end=validity.end,
                remarks=shown.ekey.remarks,
                remote_unlock=shown.ekey.remote_unlock is True,
                may_manage=shown.ekey.may_manage and self._target.is_admin,
            ),
        )

    def _passcode(self, shown: PasscodeCredential) -> Wish:
        """Return the digits as digits of our own, which know no first use and no weekly hours (7.2)."""
        match shown.validity.kind:
            case ValidityKind.ONE_TIME:
                raise Unsupported("one_time_passcode_stays")
            case ValidityKind.ERASE:
                raise Unsupported("erase_passcode_stays")
            case ValidityKind.CYCLIC:
                raise Unsupported("weekly_passcode_stays")
        number = _number(shown)
        check_code(number)
        if shown.is_random:
            validity = self._validity(_floored(shown.validity, HOUR, self._original.zone))
        elif shown.validity.kind is ValidityKind.PERMANENT:
            # The start of a lasting passcode of our own is the day it was made (4.5).
            validity = Validity.permanent()
        else:
            validity = self._validity(_floored(shown.validity, MINUTE, self._original.zone))
        permanent = validity.kind is ValidityKind.PERMANENT
        return Wish(
            kind=CredentialKind.PASSCODE,
            lock_id=self._target.lock_id,
            label=shown.name or "",
            validity=validity,
            number=number,
            passcode_kind=PasscodeKind.PERMANENT if permanent else PasscodeKind.PERIOD,
        )

    def _validity(self, shown: Validity) -> Validity:
        """Return the same validity in the words in which it is sent."""
        if shown.over_at(self._now):
            raise Unsupported("already_expired")
        lasting = shown.kind is ValidityKind.PERMANENT or (
            shown.kind is ValidityKind.PERIOD and shown.start is not None and shown.end is None
        )
        if lasting:
            if shown.start is not None and shown.start > self._now:
                raise Unsupported("lasting_from_later")
            return Validity.permanent()
        if shown.kind is ValidityKind.CYCLIC and self._original.zone != self._target.zone:
            raise Unsupported("zones_differ")
        shown.fields()
        return shown

    # -- The new lock ----------------------------------------------------------------------------------------------

    def _there(self, wish: Wish) -> Credential | None:
        """Return what fulfils the wish already; InvalidInput when something else has its number or its receiver."""
        key = _key(wish)
        if (shown := self._taken.get(key)) is None and key not in self._planned:
            return None
        if shown is not None and key not in self._planned and same_validity(wish, shown) and self._holds(shown):
            self._planned.add(key)
            return shown
        raise exists(wish.kind)

    def _holds(self, shown: Credential) -> bool:
        """Return whether what the table of the new lock shows is good, or on its way."""
        if isinstance(shown, EkeyCredential) and shown.ekey_status is EkeyStatus.FROZEN:
            return False
        return life_of(shown, self._now, self._target.zone) not in (
            Life.EXPIRED,
            Life.REMOVING,
            Life.GONE,
            Life.FAILED,
        )

    def _check_target(self, wish: Wish) -> None:
        target, timed = self._target, wish.validity.kind is not ValidityKind.PERMANENT
        if not target.may_manage:
            raise NotPermitted
        if wish.kind is CredentialKind.EKEY:
            if target.own_end is not None and (wish.validity.end is None or wish.validity.end > target.own_end):
                raise InvalidInput("own_ekey_shorter")
            return
        match wish.kind:
            case CredentialKind.PASSCODE if target.features.lack(Feature.PASSCODE):
                raise Unsupported("no_passcodes")
            case CredentialKind.PASSCODE if self._own_passcodes >= MAX_CUSTOM_PASSCODES:
                raise InvalidInput("passcode_memory_full")
            case CredentialKind.CARD if target.features.lack(Feature.CARD):
                raise Unsupported("no_cards")
            case CredentialKind.CARD if wish.validity.windows and target.features.lack(Feature.CYCLIC_CARD):
                raise Unsupported("no_weekly_hours")
            case CredentialKind.QR_CODE if target.features.lack(Feature.CUSTOM_QR_CODE):
                raise Unsupported("no_custom_qr_codes")
        if timed and Feature.NO_CLOCK in target.features:
            raise Unsupported("no_clock")
        if target.obstacle is not None:
            raise target.obstacle


type _Key = tuple[CredentialKind, str | Secret | None]
"""What there can be only one of on a lock: a number, or the receiver of an ekey."""


def _key(wish: Wish) -> _Key:
    return wish.kind, wish.number if wish.ekey is None else wish.ekey.receiver


def _keys_shown(shown: Credential) -> Iterable[_Key]:
    if isinstance(shown, EkeyCredential):
        return () if shown.username is None else ((shown.kind, shown.username),)
    return () if shown.number is None else ((shown.kind, shown.number),)


def _number(shown: Credential) -> Secret:
    if shown.number is None:
        raise InvalidInput("number_not_shown")
    digits = shown.number.reveal()
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInput("card_digits" if shown.kind is CredentialKind.CARD else "passcode_digits")
    return shown.number


def _floored(validity: Validity, step: timedelta, zone: tzinfo) -> Validity:
    """Cut the dates to what the lock keeps of them: minutes, of random passcodes hours (7.1)."""

    def cut(when: datetime | None) -> datetime | None:
        if when is None:
            return None
        local = when.astimezone(zone)
        cut_off = timedelta(minutes=local.minute if step == HOUR else 0, seconds=local.second)
        return when - cut_off - timedelta(microseconds=local.microsecond)

    return replace(validity, start=cut(validity.start), end=cut(validity.end))


def _keypad(keypad: WirelessKeypad) -> Item:
    return Item(
        kind=CloneKind.WIRELESS_KEYPAD,
        credential_id=keypad.keypad_id,
        name=keypad.name,
        validity=None,
        reason=Unsupported("keypad_stays"),
    )
