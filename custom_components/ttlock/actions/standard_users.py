"""The people of a lock as the lock actions of Matter show them (compatibility.md 4.2).

Source of the words: Home Assistant's `components/matter/const.py` and `lock_helpers.py`.
"""

from dataclasses import dataclass, replace
from typing import Final

from ..client.credentials import Credential, CredentialKind, EkeyCredential, Validity, ValidityKind
from ..client.grants import Grant, Life
from ..client.models import EkeyStatus
from ..client.people import Held, Person, people_of
from ..credential_tables import async_read_all
from ..lock_coordinator import LockCoordinator
from ..user_store import Announced

CREDENTIAL_TYPES: Final = {
    "pin": CredentialKind.PASSCODE,
    "rfid": CredentialKind.CARD,
    "fingerprint": CredentialKind.FINGERPRINT,
    "face": CredentialKind.FACE,
    "palm_vein": CredentialKind.PALM_VEIN,
    "finger_vein": CredentialKind.PALM_VEIN,
    "ekey": CredentialKind.EKEY,
    "qr_code": CredentialKind.QR_CODE,
    "remote": CredentialKind.REMOTE,
}
"""Credentials by the word of Matter, or ours where it has none; of two words the first is shown."""
TYPE_OF_KIND: Final = {kind: word for word, kind in reversed(CREDENTIAL_TYPES.items())}
"""The word for a kind."""
MAX_USERS: Final = 65533
"""TTLock counts no people; this is the last number that Matter has for one."""
MIN_CARD_BYTES: Final = 4
MAX_CARD_BYTES: Final = 8
"""How long the number of a card is on the lock (ttlock-ble-protocol.md 5.9)."""
UNRESTRICTED: Final = "unrestricted_user"
YEAR_DAY: Final = "year_day_schedule_user"
WEEK_DAY: Final = "week_day_schedule_user"
DISPOSABLE: Final = "disposable_user"
EXPIRING: Final = "expiring_user"
SCHEDULED: Final = "schedule_restricted_user"
NO_ACCESS: Final = "non_access_user"
USER_TYPES: Final = (
    UNRESTRICTED,
    YEAR_DAY,
    WEEK_DAY,
    "programming_user",
    NO_ACCESS,
    "forced_user",
    DISPOSABLE,
    EXPIRING,
    SCHEDULED,
    "remote_only_user",
)
_SHOWN_TYPES: Final = (UNRESTRICTED, YEAR_DAY, SCHEDULED, WEEK_DAY, DISPOSABLE, NO_ACCESS)
"""The types that a validity can have, those that open more first."""
_OVER: Final = (Life.EXPIRED, Life.REMOVING, Life.GONE, Life.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with a number on one lock."""

    number: int
    person: Person | None = None
    """None for somebody who holds nothing yet."""
    announced: Announced | None = None

    @property
    def name(self) -> str | None:
        """Return how this person is called."""
        if self.person is not None:
            return self.person.name
        return None if self.announced is None else self.announced.name

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Return what this person holds."""
        held = () if self.person is None else self.person.held
        return tuple(item.credential for item in held if item.credential is not None)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that only this person bears."""
        if self.person is not None:
            return self.person.own_names
        return () if self.announced is None else (self.announced.name,)

    @property
    def account(self) -> str | None:
        """Return the account of this person, if one is known."""
        return None if self.person is None else self.person.account

    def holds(self, credential: Credential) -> bool:
        """Return whether a credential belongs to this person."""
        key = (credential.kind, credential.credential_id)
        return any((held.kind, held.credential_id) == key for held in self.credentials)

    @property
    def user_type(self) -> str:
        """Return the type of user, by whatever of this person opens most."""
        types = {type_of(credential.validity) for credential in self.credentials}
        if not types:
            return (self.announced and self.announced.user_type) or UNRESTRICTED
        return next((each for each in _SHOWN_TYPES if each in types), "unknown")

    def enabled(self, lock: LockCoordinator) -> bool:
        """Return whether anything of this person opens the door now or will."""
        return not self.credentials or any(_may_open(lock, credential) for credential in self.credentials)


def type_of(validity: Validity) -> str:
    """Return the type of user that goes with a validity."""
    match validity.kind:
        case ValidityKind.PERMANENT:
            return UNRESTRICTED
        case ValidityKind.PERIOD:
            return YEAR_DAY
        case ValidityKind.CYCLIC:
            return WEEK_DAY if validity.end is None else SCHEDULED
        case ValidityKind.ONE_TIME:
            return DISPOSABLE
        case ValidityKind.ERASE:
            return NO_ACCESS
        case ValidityKind.UNKNOWN:
            return "unknown"


async def async_users(lock: LockCoordinator) -> dict[int, User]:
    """Return the people of a lock by number."""
    found = await async_read_all(lock)
    people = people_of(Held.of_credential(lock.lock_id, credential) for credential in found.items)
    store = lock.account.users
    announced = store.announced(lock.lock_id)
    users = {number: User(number=number, announced=user) for number, user in announced.items()}
    for number, person in store.number(people).items():
        users[number] = User(number=number, person=person, announced=announced.get(number))
    return dict(sorted(users.items()))


async def async_find_credential(lock: LockCoordinator, kind: CredentialKind, index: int) -> Credential | None:
    """Return the credential at a number: one that a caller chose, or the vendor's."""
    found = await lock.account.grants.grants.read(lock.lock_id, kind)
    number = _vendor_number(lock, kind, index)
    return next((credential for credential in found.items if credential.credential_id == number), None)


def grant_at(lock: LockCoordinator, kind: CredentialKind, index: int) -> Grant | None:
    """Return the grant that was placed at an index which a caller chose, while it is remembered."""
    if (place := lock.account.users.place(lock.lock_id, kind, index)) is None:
        return None
    grants = lock.account.grants.grants.of_lock(lock.lock_id)
    return next((grant for grant in grants if grant.grant_id == place.grant_id), None)


def _vendor_number(lock: LockCoordinator, kind: CredentialKind, index: int) -> int | None:
    """Return the vendor's number of what is at an index; None while it is on its way to the lock."""
    place = lock.account.users.place(lock.lock_id, kind, index)
    if place is None or place.credential_id is not None:
        return index if place is None else place.credential_id
    grant = grant_at(lock, kind, index)
    if grant is None or grant.credential_id is None:
        return None
    lock.account.users.put(lock.lock_id, kind, index, replace(place, credential_id=grant.credential_id))
    return grant.credential_id


def _may_open(lock: LockCoordinator, credential: Credential) -> bool:
    if isinstance(credential, EkeyCredential) and credential.ekey_status is EkeyStatus.FROZEN:
        return False
    return lock.account.grants.grants.life_of(lock.lock_id, credential) not in _OVER
