"""Numbers that TTLock does not have: those of people, and places for credentials that a caller chose.

Callers that know Matter name people and credentials by number. A person gets a number once: it stays over restarts and
whatever else changes on the lock, is the same on all locks of the account, and is never given to somebody else. The file
holds digests of names and accounts, so that it does not tell who came and went; only people who were announced and hold
nothing yet are named in it.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
import hashlib
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .client.credentials import CredentialKind
from .client.people import Person, name_key
from .const import DOMAIN, LOGGER

VERSION: Final = 1
SAVE_DELAY_SECONDS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A person who was made known to a lock, and what the credentials of that person are to be like."""

    name: str
    user_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is at a number that a caller chose for a credential."""

    grant_id: str
    credential_id: int | None
    """The vendor's number; None while the credential is on its way."""


class UserStore:
    """The numbers of one account."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Know nobody yet."""
        self._store = _store(hass, entry_id)
        self._salt = entry_id
        self._last = 0
        self._numbers: dict[str, int] = {}
        self._accounts: set[int] = set()
        """Numbers of people who were seen to have an account."""
        self._announced: dict[int, dict[int, Announced]] = {}
        self._places: dict[int, dict[str, Place]] = {}

    async def async_load(self) -> None:
        """Read the file."""
        raw = await self._store.async_load()
        try:
            if raw is not None:
                self._from_json(raw)
        except (AttributeError, KeyError, TypeError, ValueError) as err:
            LOGGER.error("The numbers of people cannot be read from the store: %s", type(err).__name__)

    async def async_flush(self) -> None:
        """Write now what was to be written soon; nothing for those who never ask for numbers."""
        if self._last:
            await self._store.async_save(self._as_json())

    # -- People ----------------------------------------------------------------------------------------------------

    @callback
    def number(self, people: Iterable[Person]) -> dict[int, Person]:
        """Return people by number, giving one to those who have none."""
        before = (self._last, dict(self._numbers))
        found: dict[int, Person] = {}
        # Who has an account is told apart for sure, and comes first.
        for person in sorted(people, key=lambda person: person.account is None):
            digests = [self._digest(key) for key in person.keys]
            number = self._known(person, digests)
            if number is None or number in found:
                number = self._last = self._last + 1
                self._numbers[digests[0]] = number
            for digest in digests:
                self._numbers.setdefault(digest, number)
            if person.account is not None:
                self._accounts.add(number)
            found[number] = person
        if before != (self._last, self._numbers):
            self._save()
        return dict(sorted(found.items()))

    def _known(self, person: Person, digests: list[str]) -> int | None:
        """Return the number that a person has; a name leads to one unless somebody else's account has it."""
        first, *names = (self._numbers.get(digest) for digest in digests)
        if first is not None or person.account is None:
            return first
        return next((number for number in names if number is not None and number not in self._accounts), None)

    @property
    def next_name(self) -> str:
        """Return a name for somebody who has none, with the number that is given next."""
        return f"User {self._last + 1}"

    @callback
    def call(self, number: int, name: str) -> None:
        """Let somebody be found by another name."""
        self._numbers[self._digest(name_key(name))] = number
        self._save()

    def announced(self, lock_id: int) -> dict[int, Announced]:
        """Return who was made known to a lock."""
        return dict(self._announced.get(lock_id, {}))

    @callback
    def announce(self, lock_id: int, number: int, user: Announced) -> None:
        """Remember somebody who was made known to a lock."""
        self._announced.setdefault(lock_id, {})[number] = user
        self._save()

    @callback
    def retract(self, lock_id: int, number: int) -> None:
        """Forget that somebody was made known to a lock; the number stays theirs."""
        if self._announced.get(lock_id, {}).pop(number, None):
            self._save()

    # -- Places ----------------------------------------------------------------------------------------------------

    def place(self, lock_id: int, kind: CredentialKind, index: int) -> Place | None:
        """Return what is at a number that a caller chose."""
        return self._places.get(lock_id, {}).get(f"{kind}:{index}")

    def index_of(self, lock_id: int, kind: CredentialKind, credential_id: int) -> int:
        """Return the number of a credential: the one that a caller chose, or else the vendor's."""
        for key, place in self._places.get(lock_id, {}).items():
            of_kind, _, index = key.partition(":")
            if of_kind == kind and place.credential_id == credential_id:
                return int(index)
        return credential_id

    @callback
    def put(self, lock_id: int, kind: CredentialKind, index: int, place: Place) -> None:
        """Remember what is at a number that a caller chose."""
        self._places.setdefault(lock_id, {})[f"{kind}:{index}"] = place
        self._save()

    @callback
    def empty(self, lock_id: int, kind: CredentialKind, index: int | None = None) -> None:
        """Free an index, or all of a kind."""
        places = self._places.get(lock_id, {})
        freed = [key for key in places if key == f"{kind}:{index}" or (index is None and key.startswith(f"{kind}:"))]
        for key in freed:
            del places[key]
        if freed:
            self._save()

    @callback
    def forget(self, lock_id: int) -> None:
        """Drop what belongs to a lock that is gone."""
        if (self._announced.pop(lock_id, None), self._places.pop(lock_id, None)) != (None, None):
            self._save()

    # -- The file --------------------------------------------------------------------------------------------------

    def _digest(self, key: str) -> str:
        return hashlib.sha256(f"{self._salt}:{key}".encode()).hexdigest()[:32]

    def _save(self) -> None:
        self._store.async_delay_save(self._as_json, SAVE_DELAY_SECONDS)

    def _as_json(self) -> dict[str, Any]:
        return {
            "last": self._last,
            "numbers": self._numbers,
            "accounts": sorted(self._accounts),
            "announced": _by_lock(self._announced),
            "places": _by_lock(self._places),
        }

    def _from_json(self, raw: dict[str, Any]) -> None:
        last, accounts = int(raw["last"]), {int(number) for number in raw["accounts"]}
        numbers = {str(digest): int(number) for digest, number in raw["numbers"].items()}
        announced = {
            int(lock_id): {int(number): Announced(**user) for number, user in users.items()}
            for lock_id, users in raw["announced"].items()
        }
        places = {
            int(lock_id): {str(key): Place(**place) for key, place in of_lock.items()}
            for lock_id, of_lock in raw["places"].items()
        }
        self._last, self._numbers, self._accounts = last, numbers, accounts
        self._announced, self._places = announced, places


async def async_remove_users(hass: HomeAssistant, entry_id: str) -> None:
    """Delete the file of an entry that is removed."""
    await _store(hass, entry_id).async_remove()


def _by_lock[K](found: dict[int, dict[K, Any]]) -> dict[str, dict[str, Any]]:
    return {
        str(lock_id): {str(key): asdict(item) for key, item in of_lock.items()}
        for lock_id, of_lock in found.items()
        if of_lock
    }


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    return Store(hass, VERSION, f"{DOMAIN}.{entry_id}.users", private=True, atomic_writes=True)
