"""Triggers of the automation editor: who unlocked a lock, and commands that failed (voice-and-automation.md 11)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Final, override

from homeassistant.const import CONF_NAME, CONF_OPTIONS, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)
import voluptuous as vol

from .client.events import METHODS, SIDES, EventType
from .const import DOMAIN
from .options import plain_name

ACCESS: Final = "access"
COMMANDS: Final = ("lock", "unlock")
CONF_COMMAND: Final = "command"
CONF_FIRST_USE: Final = "first_use"
CONF_METHOD: Final = "method"
CONF_PERSON: Final = "person"
CONF_REASON: Final = "reason"
CONF_SIDE: Final = "side"


def _several(kind: Any) -> Any:
    return vol.All(cv.ensure_list, [kind])


class LockEventTrigger(StatelessEntityTriggerBase):
    """Something that the event entity of a lock tells."""

    _domain_specs: Mapping[str, DomainSpec] = MappingProxyType({Platform.EVENT: DomainSpec()})
    _event_type: ClassVar[EventType]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave only the events of our locks."""
        registry = er.async_get(self._hass)
        return {
            entity_id
            for entity_id in super().entity_filter(entities)
            if (entity := registry.async_get(entity_id)) is not None
            and (entity.platform, entity.translation_key) == (DOMAIN, ACCESS)
        }

    @override
    def is_valid_state(self, state: State, report_not_triggered: NotTriggeredReasonReporter) -> bool:
        """Return whether the event is the one that is waited for, and say in the trace what is different."""
        if state.attributes.get("event_type") != self._event_type:
            return False
        for option, told in self._differences(state):
            report_not_triggered(f"other_{option}", **{option: told})
            return False
        return True

    def _differences(self, state: State) -> Iterable[tuple[str, Any]]:
        """Yield the options that an event does not meet, with what it tells instead."""
        for option in (CONF_METHOD, CONF_SIDE, CONF_FIRST_USE, CONF_COMMAND, CONF_REASON):
            wanted, told = self._options.get(option), state.attributes.get(option)
            if wanted and told not in wanted:
                yield option, told


class UnlockedBy(LockEventTrigger):
    """Somebody has unlocked a lock."""

    _event_type = EventType.UNLOCKED
    _schema = ENTITY_STATE_TRIGGER_SCHEMA.extend(
        {
            vol.Required(CONF_OPTIONS, default={}): {
                vol.Optional(CONF_PERSON): cv.entities_domain(CONF_PERSON),
                vol.Optional(CONF_NAME): _several(cv.string),
                vol.Optional(CONF_METHOD): _several(vol.In(METHODS)),
                vol.Optional(CONF_SIDE): _several(vol.In(SIDES)),
                vol.Optional(CONF_FIRST_USE): _several(cv.boolean),
            }
        }
    )

    @override
    def _differences(self, state: State) -> Iterable[tuple[str, Any]]:
        told = state.attributes
        people = self._options.get(CONF_PERSON, ())
        names = {plain_name(name) for name in self._options.get(CONF_NAME, ())}
        known = {plain_name(name) for name in (told.get("who"), told.get("credential")) if name}
        # One of the people or one of the names: both are ways to say who.
        if (people or names) and told.get(CONF_PERSON) not in people and not names & known:
            yield CONF_PERSON, told.get(CONF_PERSON)
        yield from super()._differences(state)


class CommandFailed(LockEventTrigger):
    """A command of Home Assistant did not succeed."""

    _event_type = EventType.COMMAND_FAILED
    _schema = ENTITY_STATE_TRIGGER_SCHEMA.extend(
        {
            vol.Required(CONF_OPTIONS, default={}): {
                vol.Optional(CONF_COMMAND): _several(vol.In(COMMANDS)),
                vol.Optional(CONF_REASON): _several(cv.string),
            }
        }
    )


TRIGGERS: Final[dict[str, type[Trigger]]] = {"command_failed": CommandFailed, "unlocked_by": UnlockedBy}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of locks."""
    return TRIGGERS
