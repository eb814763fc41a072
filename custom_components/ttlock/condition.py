"""Conditions of the automation editor: who unlocked a lock last, and who may now (voice-and-automation.md 11)."""

from abc import abstractmethod
from typing import Any, Final, Unpack, override

from homeassistant.const import CONF_NAME, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .credential_book import CredentialBook
from .lock_coordinator import LockCoordinator
from .options import plain_name
from .targets import loaded_lock

CONF_PERSON: Final = "person"
CONF_WITHIN: Final = "within"
_WHO: Final[dict[Any, Any]] = {
    vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In([BEHAVIOR_ANY, BEHAVIOR_ALL]),
    vol.Optional(CONF_PERSON): cv.entities_domain(CONF_PERSON),
    vol.Optional(CONF_NAME): vol.All(cv.ensure_list, [cv.string]),
}


def _schema(**more: Any) -> vol.Schema:
    options: dict[Any, Any] = {**_WHO, **{vol.Optional(key): value for key, value in more.items()}}
    return vol.Schema(
        {
            vol.Required(CONF_TARGET): cv.TARGET_FIELDS,
            vol.Required(CONF_OPTIONS): vol.All(options, cv.has_at_least_one_key(CONF_PERSON, CONF_NAME)),
        }
    )


class LockCondition(Condition):
    """Something that is true of locks and somebody."""

    _schema = _schema()

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Check what the user has chosen."""
        checked: ConfigType = cls._schema(config)
        return checked

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Take what the user has chosen."""
        super().__init__(hass, config)
        self._options = config.options or {}
        self._selection = TargetSelection(config.target or {})

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Return whether it is true of any or all of the locks; of none that can be asked it is not."""
        found = [self._is_true_of(lock) for lock in self._locks()]
        return bool(found) and (all if self._options[ATTR_BEHAVIOR] == BEHAVIOR_ALL else any)(found)

    def _locks(self) -> list[LockCoordinator]:
        selected = async_extract_referenced_entity_ids(self._hass, self._selection)
        entity_ids = sorted(selected.referenced | selected.indirectly_referenced)
        return [lock for entity_id in entity_ids if (lock := loaded_lock(self._hass, entity_id)) is not None]

    def _names(self, lock: LockCoordinator) -> set[str]:
        """Return the names of credentials that are meant, as they are compared."""
        named = {plain_name(name) for name in self._options.get(CONF_NAME, ())}
        people = self._options.get(CONF_PERSON, ())
        return named.union(*(lock.log.options.names_of(person) for person in people))

    @abstractmethod
    def _is_true_of(self, lock: LockCoordinator) -> bool:
        """Return whether it is true of a lock."""


class IsLastUnlockedBy(LockCondition):
    """Somebody was the last to unlock a lock, also before a restart."""

    _schema = _schema(**{CONF_WITHIN: cv.positive_time_period})

    @override
    def _is_true_of(self, lock: LockCoordinator) -> bool:
        history, within = lock.log.history, self._options.get(CONF_WITHIN)
        if history.last_opened is None or (within and dt_util.utcnow() - history.last_opened > within):
            return False
        latest = history.last_opened.replace(microsecond=0)
        moments = (history.usage.last_of(name) for name in self._names(lock))
        return any(at is not None and at.replace(microsecond=0) >= latest for at in moments)


class IsAccessValid(LockCondition):
    """Somebody has a key to a lock that opens it now."""

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Follow nobody's keys yet."""
        super().__init__(hass, config)
        self._followed: dict[CredentialBook, CALLBACK_TYPE] = {}

    @override
    async def _async_setup(self) -> None:
        for lock in self._locks():
            self._follow(lock.book)
            if lock.book.data.read_at is None:
                await lock.book.async_freshen()

    @override
    def _async_unload(self) -> None:
        for stop in self._followed.values():
            stop()
        self._followed.clear()

    @override
    def _is_true_of(self, lock: LockCoordinator) -> bool:
        # After a reload of the account its locks are others.
        self._follow(lock.book)
        names = self._names(lock)
        return any(
            access.life.opens and access.name is not None and plain_name(access.name) in names
            for access in lock.book.accesses
        )

    @callback
    def _follow(self, book: CredentialBook) -> None:
        """Have the tables of a lock read now and then, as an entity that shows them does."""
        if book not in self._followed:
            self._followed[book] = book.async_add_listener(_nothing)


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "is_access_valid": IsAccessValid,
    "is_last_unlocked_by": IsLastUnlockedBy,
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions about locks."""
    return CONDITIONS


@callback
def _nothing() -> None:
    """Hear of it, and look when asked."""
