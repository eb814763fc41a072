"""Who may open a lock, as it is told by voice."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from enum import StrEnum
import re
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..access_words import name_of
from ..client.errors import NotPermitted
from ..client.grants import Access
from ..client.people import Held, Person, people_of
from ..client.secret import BETWEEN_DIGITS, HIDDEN, MIN_SECRET_DIGITS
from ..lock_coordinator import LockCoordinator
from ..options import plain_name

_DIGITS: Final = re.compile(rf"\d(?:{BETWEEN_DIGITS}\d){{{MIN_SECRET_DIGITS - 1},}}")
"""May be a code, or a phone number; neither is for a speaker or for the makers of a model."""


class Scope(StrEnum):
    """Whose access is meant."""

    NOW = "now"
    UPCOMING = "upcoming"
    ALL = "all"


def spoken(name: str) -> str:
    """Return a name without what may be a number that opens something."""
    return _DIGITS.sub(HIDDEN, name)


async def async_accesses(lock: LockCoordinator, *, anyway: bool = False) -> tuple[Access, ...]:
    """Return who may open a lock, not much older than now; raises what keeps it from being known."""
    if not lock.data.ekey.may_manage:
        raise NotPermitted("not_admin")
    book = lock.book
    await book.async_freshen(anyway=anyway or book.data.read_at is None)
    if book.data.read_at is None and book.last_exception is not None:
        raise book.last_exception
    return book.accesses


def moment(when: datetime | None, zone: tzinfo) -> str | None:
    """Return a time of a lock for a model, None for none."""
    return None if when is None else when.astimezone(zone).isoformat(timespec="minutes")


def in_scope(accesses: Iterable[Access], scope: Scope) -> list[Access]:
    """Return those that open the lock now, that will, or both."""
    now = dt_util.utcnow()

    def is_meant(access: Access) -> bool:
        start = access.validity.start
        match scope:
            case Scope.NOW:
                return access.life.opens
            case Scope.UPCOMING:
                return access.counts and start is not None and start > now
            case _:
                return access.counts

    return [access for access in accesses if is_meant(access)]


def people_called(hass: HomeAssistant, lock: LockCoordinator, accesses: Iterable[Access], name: str) -> list[Person]:
    """Return everybody on a lock who is meant by a name or an account."""
    wanted = plain_name(name)

    def is_meant(person: Person) -> bool:
        told = {name_of(hass, item.access) for item in person.held if item.access is not None and item.name}
        return wanted in {plain_name(spoken(text)) for text in (*told, person.account) if text}

    held = (Held.of_access(lock.lock_id, access) for access in accesses)
    return [person for person in people_of(held) if is_meant(person)]
