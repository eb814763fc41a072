"""What the user has chosen for an account, beside what the entry needs to sign in.

The flow reloads the entry when something changed, so it is read once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

from .client.events import LATE_AFTER

CONF_ACTIVITY: Final = "activity"
CONF_BELL_LOCKS: Final = "bell_locks"
"""Numbers of locks that have a bell."""
CONF_BELL_RECORDS: Final = "bell_records"
"""Numbers of records that these locks write when somebody rings."""
CONF_DURESS: Final = "duress_names"
CONF_LATE_MINUTES: Final = "late_minutes"
CONF_PEOPLE: Final = "people"
"""Names of credentials, by the person whose they are."""
CONF_RECORD_NAMES: Final = "record_names"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions:
    """What to make of the records of locks (voice-and-automation.md 10.2, 17)."""

    names: bool
    """Whether names of people may be in the database of Home Assistant."""
    activity: bool
    late_after: timedelta
    duress: frozenset[str]
    people: Mapping[str, str]
    """Entity ids of people, by the names of their credentials."""
    bell_locks: frozenset[int]
    bell_records: frozenset[int]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Read the options of an entry, those of hass-ttlock among them, which know none of these."""
        return cls(
            names=options.get(CONF_RECORD_NAMES, True),
            activity=options.get(CONF_ACTIVITY, True),
            late_after=timedelta(minutes=options.get(CONF_LATE_MINUTES, LATE_AFTER // timedelta(minutes=1))),
            duress=frozenset(plain_name(name) for name in options.get(CONF_DURESS, ())),
            people={
                plain_name(name): person for person, names in options.get(CONF_PEOPLE, {}).items() for name in names
            },
            bell_locks=frozenset(options.get(CONF_BELL_LOCKS, ())),
            bell_records=frozenset(options.get(CONF_BELL_RECORDS, ())),
        )

    def person_of(self, names: Iterable[str | None]) -> str | None:
        """Return the person to whom one of the names of a credential is linked."""
        return next((person for name in names if name and (person := self.people.get(plain_name(name)))), None)

    def names_of(self, person: str) -> frozenset[str]:
        """Return the names of credentials that are linked to a person."""
        return frozenset(name for name, linked in self.people.items() if linked == person)

    def is_duress(self, names: Iterable[str | None]) -> bool:
        """Return whether one of the names of a credential says that its owner is forced."""
        return any(name and plain_name(name) in self.duress for name in names)

    def bells_at(self, lock_id: int) -> frozenset[int]:
        """Return the numbers of records with which a lock says that somebody rings."""
        return self.bell_records if lock_id in self.bell_locks else frozenset()


def plain_name(name: str) -> str:
    """Return a name as it is compared: nobody minds capitals and blanks."""
    return name.strip().casefold()
