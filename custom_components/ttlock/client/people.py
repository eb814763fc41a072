"""Who holds what: the vendor has no people, only credentials with names and ekeys with receivers (compatibility.md 4.2).

A person is the receiver of ekeys, with everything that is called like one of them; or else what has the same name.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from .credentials import Credential, CredentialKind, EkeyCredential
from .grants import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A credential on a lock, or on its way there."""

    lock_id: int
    kind: CredentialKind
    credential_id: int | None
    name: str | None
    """What it is called."""
    account: str | None = None
    """The TTLock account that received it, if it is an ekey."""
    credential: Credential | None = None
    access: Access | None = None

    @classmethod
    def of_credential(cls, lock_id: int, credential: Credential) -> Self:
        """Return a credential that a table shows."""
        return cls(
            lock_id=lock_id,
            kind=credential.kind,
            credential_id=credential.credential_id,
            name=(credential.name or "").strip() or None,
            account=account_of(credential),
            credential=credential,
        )

    @classmethod
    def of_access(cls, lock_id: int, access: Access) -> Self:
        """Return what is on a lock, on its way there, or failed."""
        ekey = access.grant.wish.ekey if access.grant else None
        shown_account = account_of(access.shown) if access.shown else None
        return cls(
            lock_id=lock_id,
            kind=access.kind,
            credential_id=access.credential_id,
            name=(access.name or "").strip() or None,
            account=ekey.receiver if ekey else shown_account,
            credential=access.shown,
            access=access,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may open locks."""

    account: str | None
    """The TTLock account that receives the ekeys."""
    names: tuple[str, ...]
    """What the credentials are called; none when they have no names."""
    keys: tuple[str, ...]
    """What this person is recognised by: no two people of a list have one in common."""
    held: tuple[Held, ...]

    @property
    def name(self) -> str | None:
        """Return how to call this person."""
        return next(iter(self.names), self.account)

    @property
    def own_names(self) -> tuple[str, ...]:
        """Return the names that nobody else bears."""
        return tuple(name for name in self.names if name_key(name) in self.keys)

    def called(self, name: str) -> bool:
        """Return whether somebody may mean this person by a name or an account."""
        return name == self.account or name in self.names


def people_of(held: Iterable[Held]) -> tuple[Person, ...]:
    """Return the people who hold credentials, in the order of their names.

    When ekeys of several accounts have one name, it tells nobody apart: what is called so and is no ekey then belongs
    to a person without account.
    """
    items = tuple(held)
    bearers: defaultdict[str, set[str]] = defaultdict(set)
    for item in items:
        if item.account is not None:
            bearers[item.account].add(item.account)
            if item.name is not None:
                bearers[item.name].add(item.account)
    own: defaultdict[str, list[Held]] = defaultdict(list)
    for item in items:
        own[_key(item, bearers)].append(item)
    people = (_person(key, found, bearers) for key, found in own.items())
    return tuple(sorted(people, key=lambda person: (person.name is None, person.name or "", person.account or "")))


def named(name: str, account: str | None = None) -> Person:
    """Return somebody who holds nothing yet."""
    keys = (name_key(name),) if account is None else (account_key(account), name_key(name))
    return Person(account=account, names=(name,), keys=keys, held=())


def account_of(credential: Credential) -> str | None:
    """Return the TTLock account that received a credential, if it is an ekey."""
    return credential.username if isinstance(credential, EkeyCredential) else None


def account_key(account: str) -> str:
    """Return what the holder of an account is recognised by."""
    return f"account:{account}"


def name_key(name: str) -> str:
    """Return what a person without account is recognised by."""
    return f"name:{name}"


def _key(item: Held, bearers: dict[str, set[str]]) -> str:
    if item.account is not None:
        return account_key(item.account)
    if item.name is None:
        return f"{item.lock_id}:{item.kind}:{item.credential_id}"
    accounts = bearers.get(item.name, set())
    return account_key(next(iter(accounts))) if len(accounts) == 1 else name_key(item.name)


def _person(key: str, held: list[Held], bearers: dict[str, set[str]]) -> Person:
    # The names of ekeys come first: somebody gave them to that very account.
    in_order = sorted(held, key=lambda item: item.account is None)
    names = tuple(dict.fromkeys(item.name for item in in_order if item.name is not None))
    keys = (key, *(name_key(name) for name in names if len(bearers.get(name, ())) == 1))
    return Person(
        account=next((item.account for item in in_order), None),
        names=names,
        keys=tuple(dict.fromkeys(keys)),
        held=tuple(held),
    )
