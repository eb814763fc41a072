"""The locks of which a voice assistant knows, by what they are called."""

from dataclasses import dataclass
from typing import Self

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er, intent

from ..const import DOMAIN
from ..lock_coordinator import LockCoordinator
from ..targets import loaded_lock
from .options import VoiceOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedLock:
    """A lock that the user has exposed to an assistant."""

    entity_id: str
    coordinator: LockCoordinator
    options: VoiceOptions

    @classmethod
    def of(cls, hass: HomeAssistant, assistant: str, entity_id: str) -> Self | None:
        """Return the lock of an entity, None when it is not ours, not loaded or not exposed."""
        coordinator = loaded_lock(hass, entity_id)
        if coordinator is None or not async_should_expose(hass, assistant, entity_id):
            return None
        options = VoiceOptions.of(coordinator.config_entry.options)
        return cls(entity_id=entity_id, coordinator=coordinator, options=options)


@callback
def exposed_locks(hass: HomeAssistant, assistant: str) -> dict[str, ExposedLock]:
    """Return the exposed locks by each of their names, the most usual one first.

    A name that several locks bear means none of them; one without any other name is called by its entity id.
    """
    registry = er.async_get(hass)
    names: dict[str, list[str]] = {}
    locks: dict[str, ExposedLock] = {}
    for state in sorted(hass.states.async_all(Platform.LOCK), key=_entity_id):
        entity = registry.async_get(state.entity_id)
        if entity is None or entity.platform != DOMAIN:
            continue
        if lock := ExposedLock.of(hass, assistant, state.entity_id):
            locks[state.entity_id] = lock
            names[state.entity_id] = intent.async_get_entity_aliases(hass, entity, state=state)
    bearers = [name for own in names.values() for name in dict.fromkeys(own)]
    found: dict[str, ExposedLock] = {}
    for entity_id, lock in locks.items():
        own = [name for name in names[entity_id] if bearers.count(name) == 1]
        found |= dict.fromkeys(own or [entity_id], lock)
    return found


def _entity_id(state: State) -> str:
    return state.entity_id
