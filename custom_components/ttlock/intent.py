"""Answers to questions about locks: who opened one, who may, is everything locked (voice-and-automation.md 13).

The sentences with which people ask are installed on the user's wish (voice/sentences.py). Nothing is changed here.
"""

from abc import abstractmethod
from typing import Any, Final, override

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.lock.const import LockState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import intent
from homeassistant.util import dt as dt_util

from .access_words import name_of
from .const import LOGGER
from .errors import translated
from .voice.access import Scope, async_accesses, in_scope, spoken
from .voice.locks import ExposedLock
from .voice.openings import async_last_openings
from .voice.speech import Speech, speech_of

ASSIST: Final = "conversation"
NAME: Final = "name"


async def async_setup_intents(hass: HomeAssistant) -> None:
    """Let Assist know what can be asked."""
    for handler in (WhoOpened(), ListAccess(), AllLocked()):
        intent.async_register(hass, handler)


class LockQuestion(intent.IntentHandler):
    """A question about one lock."""

    platforms = {Platform.LOCK}  # noqa: RUF012  # declared so by Home Assistant

    @property
    @override
    def slot_schema(self) -> dict[Any, Any]:
        """Return what a sentence has to name."""
        return {NAME: intent.non_empty_string}

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Find the lock, and answer in the language of the question."""
        hass, assistant = intent_obj.hass, intent_obj.assistant or ASSIST
        slots = self.async_validate_slots(intent_obj.slots)
        wanted = intent.MatchTargetsConstraints(
            name=slots[NAME]["value"], domains=[Platform.LOCK], assistant=assistant, single_target=True
        )
        found = intent.async_match_targets(hass, wanted)
        if not found.is_match:
            raise intent.MatchFailedError(result=found, constraints=wanted)
        (state,) = found.states
        speech = speech_of(intent_obj.language)
        said = speech.unknown.format(lock=state.name)
        if (exposed := ExposedLock.of(hass, assistant, state.entity_id)) is not None:
            lock = exposed.coordinator
            try:
                with translated(hass, lock.config_entry, lock.name):
                    said = await self._async_say(hass, exposed, state.name, speech)
            except HomeAssistantError as err:
                LOGGER.debug("%s: no answer: %s", lock.name, err.translation_key)
        response = intent_obj.create_response()
        response.response_type = intent.IntentResponseType.QUERY_ANSWER
        response.async_set_speech(said)
        response.async_set_states([state])
        return response

    @abstractmethod
    async def _async_say(self, hass: HomeAssistant, exposed: ExposedLock, name: str, speech: Speech) -> str:
        """Return the answer; errors of the client when there is none."""


class WhoOpened(LockQuestion):
    """Who opened a lock last, how and when."""

    intent_type = "TTLockWhoOpened"
    description = "Tells who opened a lock last"

    @override
    async def _async_say(self, hass: HomeAssistant, exposed: ExposedLock, name: str, speech: Speech) -> str:
        lock = exposed.coordinator
        events = await async_last_openings(lock, 1)
        if not events:
            return speech.never_opened.format(lock=name)
        (event,) = events
        zone = lock.data.zone
        return speech.opened.format(
            lock=name,
            who=spoken(event.who) if event.who and exposed.options.names else speech.someone,
            method=speech.methods.get(event.method or "", ""),
            when=speech.when(event.at.astimezone(zone), dt_util.utcnow().astimezone(zone)),
        )


class ListAccess(LockQuestion):
    """Who may open a lock now."""

    intent_type = "TTLockListAccess"
    description = "Tells who may open a lock"

    @override
    async def _async_say(self, hass: HomeAssistant, exposed: ExposedLock, name: str, speech: Speech) -> str:
        found = in_scope(await async_accesses(exposed.coordinator), Scope.NOW)
        if not found:
            return speech.nobody.format(lock=name)
        if not exposed.options.names:
            return speech.keys.format(lock=name, count=len(found))
        names = dict.fromkeys(spoken(name_of(hass, access)) for access in found)
        return speech.may_open.format(lock=name, names=speech.several(names))


class AllLocked(intent.IntentHandler):
    """Whether all exposed locks are locked, those of others included."""

    intent_type = "TTLockAllLocked"
    description = "Tells which locks are not locked"
    platforms = {Platform.LOCK}  # noqa: RUF012  # declared so by Home Assistant

    @override
    async def async_handle(self, intent_obj: intent.Intent) -> intent.IntentResponse:
        """Look at all locks that the assistant knows."""
        hass, assistant = intent_obj.hass, intent_obj.assistant or ASSIST
        speech = speech_of(intent_obj.language)
        locks = [
            state
            for state in hass.states.async_all(Platform.LOCK)
            if async_should_expose(hass, assistant, state.entity_id)
        ]
        unknown = [state for state in locks if state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN)]
        locked = [state for state in locks if state.state == LockState.LOCKED]
        said = []
        if open_ones := [state.name for state in locks if state not in (*unknown, *locked)]:
            said.append(speech.not_locked.format(names=speech.several(open_ones)))
        if unknown:
            said.append(speech.not_known.format(names=speech.several(state.name for state in unknown)))
        response = intent_obj.create_response()
        response.response_type = intent.IntentResponseType.QUERY_ANSWER
        response.async_set_speech(speech.gap.join(said) or (speech.all_locked if locks else speech.no_lock))
        response.async_set_states(locked, [state for state in locks if state not in locked])
        return response
