"""The few things that a grant needs of the vendor, the same for every kind of credential.

What is called is chosen here and nowhere else; a kind that the cloud cannot put on a lock or take off it is refused.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol

from ..cloud.api import CloudClient
from ..cloud.cards import Cards
from ..cloud.faces import Faces
from ..cloud.fingerprints import Fingerprints
from ..cloud.records import RecordFilter, RecordQuery
from ..credentials import (
    Credential,
    CredentialKind,
    EkeyCredential,
    PasscodeCredential,
    QrCode,
    Validity,
    ValidityKind,
    credential_of_ekey,
    credential_of_passcode,
)
from ..errors import InvalidInput, NotFound, Unsupported
from ..models import PasscodeKind
from ..parse import Listing
from ..passcodes import PasscodeRequest
from ..period import check_order
from ..secret import Secret
from .model import Change, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What the cloud says of a credential it just made."""

    credential_id: int
    number: Secret | None = None


class Run(Protocol):
    """Carries out a command to a lock; whoever follows the lock learns from it whether the lock is reached."""

    async def __call__[T](self, lock_id: int, command: Awaitable[T]) -> T:
        """Await the command."""


async def run_plainly[T](lock_id: int, command: Awaitable[T]) -> T:
    """Await a command for which nobody else is waiting."""
    return await command


class Vendor:
    """Adds, changes, deletes and lists the credentials of locks."""

    def __init__(self, cloud: CloudClient, zone_of: Callable[[int], tzinfo], run: Run = run_plainly) -> None:
        """Take the cloud, a look-up of a lock's time zone, and who carries out commands."""
        self._cloud = cloud
        self._zone_of = zone_of
        self._run = run

    async def table(self, lock_id: int, kind: CredentialKind) -> Listing[Credential]:
        """Return all credentials of a kind that the cloud's table of a lock shows; contacts no lock."""
        if kind is CredentialKind.PASSCODE:
            passcodes = await self._cloud.list_passcodes(lock_id)
            zone = self._zone_of(lock_id)
            return Listing(tuple(credential_of_passcode(item, zone) for item in passcodes.items), passcodes.dropped)
        if kind is CredentialKind.EKEY:
            ekeys = await self._cloud.ekeys.list(lock_id)
            return Listing(tuple(credential_of_ekey(item) for item in ekeys.items), ekeys.dropped)
        cloud = self._cloud
        lists: dict[CredentialKind, Callable[[int], Awaitable[Listing[Any]]]] = {
            CredentialKind.CARD: cloud.cards.list,
            CredentialKind.FINGERPRINT: cloud.fingerprints.list,
            CredentialKind.FACE: cloud.faces.list,
            CredentialKind.PALM_VEIN: cloud.palm_veins.list,
            CredentialKind.QR_CODE: cloud.qr_codes.list,
            CredentialKind.REMOTE: cloud.remotes.list,
        }
        found = await lists[kind](lock_id)
        return Listing(tuple(found.items), found.dropped)

    async def add(self, wish: Wish, now: datetime) -> Added:
        """Send a wish for the first time; OutcomeUnknown when the answer was lost."""
        cloud, lock_id = self._cloud, wish.lock_id
        match wish.kind:
            case CredentialKind.PASSCODE if wish.number is None:
                passcode_id, code = await cloud.random_passcode(lock_id, self._passcode(wish, now))
                return Added(credential_id=passcode_id, number=code)
            case CredentialKind.PASSCODE if wish.number is not None:
                lasts = wish.validity.kind in (ValidityKind.PERMANENT, ValidityKind.PERIOD)
                if wish.passcode_kind is None and not lasts:
                    raise InvalidInput("custom_passcode_kind")
                adding = cloud.add_passcode(lock_id, wish.number, self._passcode(wish, now))
            case CredentialKind.CARD if wish.number is not None:
                teach = cloud.cards.add_reversed if wish.reversed_number else cloud.cards.add
                adding = teach(lock_id, wish.number, wish.validity, wish.label)
            case CredentialKind.FACE if wish.face is not None:
                adding = cloud.faces.add(lock_id, wish.face, wish.validity, wish.label)
            case CredentialKind.QR_CODE if wish.number is not None:
                made = await self._run(
                    lock_id,
                    cloud.qr_codes.add_custom(lock_id, int(wish.number.reveal()), wish.validity, wish.label),
                )
                return Added(credential_id=made.qr_code_id)
            case CredentialKind.QR_CODE:
                made = await cloud.qr_codes.add_random(lock_id, wish.validity, wish.label, wish.refresh_minutes)
                return Added(credential_id=made.qr_code_id, number=made.number)
            case CredentialKind.EKEY if wish.ekey is not None:
                ekey = replace(wish.ekey, name=wish.label, start=wish.validity.start, end=wish.validity.end)
                return Added(credential_id=await cloud.ekeys.send(lock_id, ekey))
            case _:
                raise Unsupported("needs_bluetooth")
        return Added(credential_id=await self._run(lock_id, adding))

    async def change(self, lock_id: int, shown: Credential, change: Change) -> None:
        """Change what is given; sending the same change twice does no harm."""
        number, cloud = shown.credential_id, self._cloud
        match shown:
            case PasscodeCredential():
                validity = change.validity
                if validity is not None:
                    _check_passcode_period(validity)
                command = cloud.change_passcode(
                    lock_id,
                    number,
                    name=change.label,
                    code=change.number,
                    start=validity.start if validity else None,
                    end=validity.end if validity else None,
                )
                contacts_lock = change.number is not None or validity is not None
                await (self._run(lock_id, command) if contacts_lock else command)
            case EkeyCredential():
                if change.label is not None:
                    await cloud.ekeys.update(number, name=change.label)
                if change.validity is not None:
                    await cloud.ekeys.change_period(number, change.validity.start, change.validity.end)
            case QrCode():
                command = cloud.qr_codes.update(lock_id, shown, validity=change.validity, name=change.label)
                await (self._run(lock_id, command) if shown.is_custom else command)
            case Credential(kind=CredentialKind.REMOTE):
                await self._run(
                    lock_id, cloud.remotes.update(lock_id, number, name=change.label, validity=change.validity)
                )
            case Credential(kind=CredentialKind.PALM_VEIN):
                if change.label is not None:
                    await cloud.palm_veins.rename(number, change.label)
                if change.validity is not None:
                    await self._run(lock_id, cloud.palm_veins.change_period(lock_id, number, change.validity))
            case _:
                topic = self._named(shown.kind)
                if change.label is not None:
                    await topic.rename(lock_id, number, change.label)
                if change.validity is not None:
                    await self._run(lock_id, topic.change_period(lock_id, number, change.validity))

    async def delete(self, lock_id: int, kind: CredentialKind, credential_id: int) -> None:
        """Take a credential off; NotFound when it is gone already, as far as the cloud says so."""
        match kind:
            case CredentialKind.PASSCODE:
                await self._run(lock_id, self._cloud.delete_passcode(lock_id, credential_id))
            case CredentialKind.EKEY:
                await self._cloud.ekeys.delete(credential_id)
            case CredentialKind.QR_CODE:
                codes = await self._cloud.qr_codes.list(lock_id)
                shown = next((code for code in codes.items if code.credential_id == credential_id), None)
                if shown is None:
                    raise NotFound("qr_code_not_found")
                deleting = self._cloud.qr_codes.delete(lock_id, shown)
                await (self._run(lock_id, deleting) if shown.is_custom else deleting)
            case CredentialKind.REMOTE:
                # Through the cloud a remote only leaves the list, and goes on opening the door (4.11).
                raise Unsupported("needs_bluetooth")
            case CredentialKind.PALM_VEIN:
                await self._run(lock_id, self._cloud.palm_veins.delete(lock_id, credential_id))
            case _:
                await self._run(lock_id, self._named(kind).delete(lock_id, credential_id))

    async def was_used(self, lock_id: int, number: Secret, since: datetime) -> bool:
        """Return whether the records tell that a passcode opened the door."""
        query = RecordQuery(start=since, by=RecordFilter.PASSCODE, number=number)
        return any(record.success for record in (await self._cloud.records.list(lock_id, query)).items)

    def _named(self, kind: CredentialKind) -> Cards | Faces | Fingerprints:
        cloud = self._cloud
        if kind is CredentialKind.CARD:
            return cloud.cards
        return cloud.faces if kind is CredentialKind.FACE else cloud.fingerprints

    def _passcode(self, wish: Wish, now: datetime) -> PasscodeRequest:
        start, end = wish.validity.start, wish.validity.end
        if wish.validity.kind is ValidityKind.CYCLIC:
            start, end = first_window(wish.validity, now, self._zone_of(wish.lock_id))
        elif wish.is_random and wish.validity.kind in (ValidityKind.ONE_TIME, ValidityKind.ERASE):
            end = None
        kind = wish.passcode_kind
        if kind is None:
            kind = PasscodeKind.PERMANENT if wish.validity.kind is ValidityKind.PERMANENT else PasscodeKind.PERIOD
        return PasscodeRequest(name=wish.label, kind=kind, code=wish.number, start=start, end=end)


def _check_passcode_period(validity: Validity) -> None:
    """Refuse what a passcode cannot be changed to, before anything is sent: both dates are needed (4.5)."""
    if validity.kind is ValidityKind.PERMANENT:
        raise InvalidInput("period_not_permanent")
    if validity.kind is not ValidityKind.PERIOD or validity.start is None or validity.end is None:
        raise InvalidInput("validity_unknown")
    check_order(validity.start, validity.end)


def first_window(validity: Validity, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first of the weekly windows from today on, as the cloud wants those of a passcode (7.1)."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (midnight + timedelta(days=ahead) for ahead in range(7)):
        for window in validity.windows:
            if day.isoweekday() == window.weekday:
                end = day + timedelta(minutes=window.end)
                if window.end <= window.start:
                    end += timedelta(days=1)
                return day + timedelta(minutes=window.start), end
    raise InvalidInput("cyclic_days")
