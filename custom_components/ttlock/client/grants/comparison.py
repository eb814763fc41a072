"""Whether what the cloud's table shows is what was wished, and what would have to change for it to be."""

from dataclasses import replace
from datetime import datetime, timedelta
import hashlib
from typing import Final

from ..cloud.cards import check_number
from ..credentials import Credential, CredentialKind, EkeyCredential, PasscodeCredential, QrCode
from ..ekeys import EkeyRequest
from ..errors import InvalidInput
from ..secret import Secret
from ..text import check_text
from .model import Change, Wish, is_random, normal_validity

CLOCKS_APART: Final = timedelta(minutes=5)
"""How far the cloud's clock may be from ours when a thing is recognised by when it was made (3.2, code 80000)."""
CHANGEABLE: Final = ("label", "number", "validity")
"""The names of the fields of `Change`."""


def normal(wish: Wish) -> Wish:
    """Return a wish as the cloud's table will spell it, so that it is recognised there; InvalidInput if that is odd."""
    check_text(wish.label, None if wish.ekey is None else wish.ekey.receiver)
    number = wish.number
    if wish.kind is CredentialKind.CARD and number is not None:
        check_number(number, reverse=wish.reversed_number)
    if wish.kind is CredentialKind.QR_CODE and number is not None:
        if not (number.reveal().isascii() and number.reveal().isdigit()):
            raise InvalidInput("qr_code_number")
        number = Secret(str(int(number.reveal())))
    return replace(
        wish,
        label=wish.label.strip(),
        number=number,
        validity=normal_validity(wish.validity, wish.kind),
        face_seal=wish.face_seal if wish.face is None else hashlib.sha256(wish.face.reveal().encode()).hexdigest(),
    )


def normal_change(change: Change, kind: CredentialKind) -> Change:
    """Return a change as the cloud's table will spell it; InvalidInput if that is odd."""
    check_text(change.label)
    return replace(
        change,
        label=None if change.label is None else change.label.strip(),
        validity=None if change.validity is None else normal_validity(change.validity, kind),
    )


def fulfils(credential: Credential, wish: Wish, sent: datetime | None) -> bool:
    """Return whether what the table shows is what was wished, when the vendor's number for it is not known.

    Digits, card numbers and receivers are unique on a lock; anything else is recognised by its name, and by having
    been made since the wish was sent.
    """
    if not same_validity(wish, credential):
        return False
    if wish.ekey is not None:
        return (
            isinstance(credential, EkeyCredential)
            and credential.username == wish.ekey.receiver
            and credential.ekey.may_manage == wish.ekey.may_manage
            and credential.ekey.remote_unlock in (None, wish.ekey.remote_unlock)
        )
    if wish.number is not None:
        return credential.number == wish.shown_number
    if is_random(credential) != wish.is_random:
        return False
    made_since = credential.created is None or sent is None or credential.created >= sent - CLOCKS_APART
    return (credential.name or "") == wish.label and made_since


def same_validity(wish: Wish, credential: Credential) -> bool:
    """Return whether the table shows the wished validity."""
    return wish.same_times(credential.validity)


def difference(wish: Wish, shown: Credential) -> Change:
    """Return what has to be sent so that the table shows the wish."""
    return Change(
        label=wish.label if wish.label != (shown.name or "") else None,
        number=wish.number
        if shown.kind is CredentialKind.PASSCODE and wish.number is not None and wish.number != shown.number
        else None,
        validity=None if same_validity(wish, shown) else wish.validity,
    )


def part(change: Change, names: tuple[str, ...]) -> Change:
    """Return the part of a change that goes by these names."""
    return Change(**{name: getattr(change, name) for name in names})


def wish_of(lock_id: int, shown: Credential) -> Wish:
    """Return the wish that a credential of the table fulfils."""
    has_number = shown.kind in (CredentialKind.PASSCODE, CredentialKind.CARD, CredentialKind.QR_CODE)
    validity = normal_validity(shown.validity, shown.kind)
    return Wish(
        kind=shown.kind,
        lock_id=lock_id,
        label=shown.name or "",
        validity=validity,
        number=shown.number if has_number and not is_random(shown) else None,
        passcode_kind=shown.passcode_kind if isinstance(shown, PasscodeCredential) and shown.is_random else None,
        refresh_minutes=shown.refresh_minutes if isinstance(shown, QrCode) else None,
        ekey=EkeyRequest(
            receiver=shown.username,
            name=shown.name or "",
            start=validity.start,
            end=validity.end,
            remarks=shown.ekey.remarks,
            remote_unlock=shown.ekey.remote_unlock is True,
            may_manage=shown.ekey.may_manage,
        )
        if isinstance(shown, EkeyCredential) and shown.username is not None
        else None,
    )


def taken_over(wish: Wish, shown: Credential, asked: tuple[str, ...] = ()) -> Wish:
    """Return a wish with what the table shows in place of what was wished, except for what is still asked for."""
    found = wish_of(wish.lock_id, shown)
    own_digits = shown.kind is CredentialKind.PASSCODE and wish.number is not None
    return replace(
        wish,
        label=wish.label if "label" in asked else found.label,
        number=shown.number if own_digits and "number" not in asked else wish.number,
        validity=wish.validity if "validity" in asked or same_validity(wish, shown) else found.validity,
    )
