"""Choosing what Home Assistant makes of the records of the locks of an account."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
)
import voluptuous as vol

from .blueprint_flow import BlueprintSteps
from .client.events import LATE_AFTER, is_free
from .client.people import Held
from .client.quota import FREE_PLAN
from .client.secret import without_number
from .const import CONF_CALLS_A_MONTH, CONF_KIND, LOGGER
from .lock_coordinator import LockCoordinator
from .options import (
    CONF_ACTIVITY,
    CONF_BELL_LOCKS,
    CONF_BELL_RECORDS,
    CONF_DURESS,
    CONF_LATE_MINUTES,
    CONF_PEOPLE,
    CONF_RECORD_NAMES,
)
from .road_options_flow import RoadOptionsFlow
from .unlock_code_flow import UnlockCodeSteps
from .voice.options_step import VoiceSteps

CONF_NAMES: Final = "names"
CONF_PERSON: Final = "person"
MENU: Final = [
    "records",
    "people",
    "duress",
    "doorbell",
    "voice",
    "sentences",
    "unlock_code",
    "blueprints",
    "bluetooth",
    "calls",
    "remove_lock",
]
MOST_CALLS: Final = 100_000_000
LATEST_MINUTES: Final = 24 * 60
LONGEST_NUMBER: Final = 9
"""More digits than the number of any kind of record has."""
READING_SECONDS: Final = 5
"""Names are suggestions: whoever waits longer types them."""


class TTLockOptionsFlow(VoiceSteps, BlueprintSteps, UnlockCodeSteps, RoadOptionsFlow):
    """A menu of topics, each of which is saved on its own; options of others stay as they are."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._person = ""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Let the user choose a topic."""
        # The calls of a month are those of a developer application.
        left_out = {"calls"} if CONF_KIND in self.config_entry.data else set()
        return self.async_show_menu(step_id="init", menu_options=[step for step in MENU if step not in left_out])

    async def async_step_records(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what is kept, what is shown, and what counts as news."""
        if user_input is not None:
            return self._save(user_input)
        options = self.config_entry.options
        late = options.get(CONF_LATE_MINUTES, int(LATE_AFTER.total_seconds()) // 60)
        schema = vol.Schema(
            {
                vol.Required(CONF_RECORD_NAMES, default=options.get(CONF_RECORD_NAMES, True)): BooleanSelector(),
                vol.Required(CONF_ACTIVITY, default=options.get(CONF_ACTIVITY, True)): BooleanSelector(),
                vol.Required(CONF_LATE_MINUTES, default=late): vol.All(
                    NumberSelector(
                        NumberSelectorConfig(
                            min=1, max=LATEST_MINUTES, unit_of_measurement="min", mode=NumberSelectorMode.BOX
                        )
                    ),
                    vol.Coerce(int),
                ),
            }
        )
        return self.async_show_form(step_id="records", data_schema=schema)

    async def async_step_people(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whose credentials are meant."""
        if user_input is not None:
            self._person = user_input[CONF_PERSON]
            return await self.async_step_names()
        schema = vol.Schema(
            {vol.Required(CONF_PERSON): EntitySelector(EntitySelectorConfig(filter=[{"domain": "person"}]))}
        )
        return self.async_show_form(step_id="people", data_schema=schema)

    async def async_step_names(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask what the credentials of a person are called."""
        people: dict[str, list[str]] = dict(self.config_entry.options.get(CONF_PEOPLE, {}))
        if user_input is not None:
            # A name belongs to one person: it is taken from whoever had it.
            given = _tidy(user_input.get(CONF_NAMES, ()))
            people = {person: [name for name in names if name not in given] for person, names in people.items()} | {
                self._person: given
            }
            return self._save({CONF_PEOPLE: {person: names for person, names in people.items() if names}})
        state = self.hass.states.get(self._person)
        return self.async_show_form(
            step_id="names",
            data_schema=await self._async_names_schema(CONF_NAMES, people.get(self._person, [])),
            description_placeholders={"person": state.name if state else self._person},
        )

    async def async_step_duress(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which credentials say that somebody is forced."""
        if user_input is not None:
            return self._save({CONF_DURESS: _tidy(user_input.get(CONF_DURESS, ()))})
        known = self.config_entry.options.get(CONF_DURESS, [])
        return self.async_show_form(step_id="duress", data_schema=await self._async_names_schema(CONF_DURESS, known))

    async def async_step_doorbell(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which locks have a bell, and what they write when somebody rings."""
        lock_ids = self._lock_ids()
        errors: dict[str, str] = {}
        wrong = ""
        if user_input is not None:
            texts = _tidy(user_input.get(CONF_BELL_RECORDS, ()))
            chosen = [lock_ids[entity] for entity in user_input.get(CONF_BELL_LOCKS, ()) if entity in lock_ids]
            wrong = next((text for text in texts if not _is_number(text) or not is_free(int(text))), "")
            if not wrong:
                return self._save({CONF_BELL_LOCKS: chosen, CONF_BELL_RECORDS: sorted(int(text) for text in texts)})
            errors[CONF_BELL_RECORDS] = "known_number" if _is_number(wrong) else "not_a_number"
            locks = user_input.get(CONF_BELL_LOCKS, [])
        else:
            options = self.config_entry.options
            texts = [str(number) for number in options.get(CONF_BELL_RECORDS, ())]
            locks = [entity for entity, lock_id in lock_ids.items() if lock_id in options.get(CONF_BELL_LOCKS, ())]
        seen = sorted({str(number) for lock in self._locks() for number in lock.log.unknown_numbers} | set(texts))
        schema = vol.Schema(
            {
                vol.Optional(CONF_BELL_LOCKS, default=locks): EntitySelector(
                    EntitySelectorConfig(include_entities=list(lock_ids), multiple=True)
                ),
                vol.Optional(CONF_BELL_RECORDS, default=texts): _several(seen),
            }
        )
        return self.async_show_form(
            step_id="doorbell", data_schema=schema, errors=errors, description_placeholders={"number": wrong}
        )

    async def async_step_calls(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask how many calls a month the plan of the developer application has."""
        if user_input is not None:
            calls = user_input[CONF_CALLS_A_MONTH]
            # Without a word of the user the plan is the free one, or the smaller one that the vendor showed.
            return self._save({CONF_CALLS_A_MONTH: None if calls == FREE_PLAN else calls})
        known = self.config_entry.options.get(CONF_CALLS_A_MONTH) or FREE_PLAN
        schema = vol.Schema(
            {
                vol.Required(CONF_CALLS_A_MONTH, default=known): vol.All(
                    NumberSelector(NumberSelectorConfig(min=100, max=MOST_CALLS, mode=NumberSelectorMode.BOX)),
                    vol.Coerce(int),
                )
            }
        )
        return self.async_show_form(step_id="calls", data_schema=schema)

    def _save(self, changes: dict[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(data={**self.config_entry.options, **changes})

    async def _async_names_schema(self, field: str, chosen: Iterable[str]) -> vol.Schema:
        names = sorted({*await self._async_names(), *chosen}, key=str.casefold)
        return vol.Schema({vol.Optional(field, default=list(chosen)): _several(names)})

    async def _async_names(self) -> set[str]:
        """Return what credentials are called, as far as that is known or the calls of the month allow to read it."""
        locks = self._locks()
        if locks:
            reading = [
                self.config_entry.async_create_background_task(
                    self.hass, lock.book.async_freshen(), f"{lock.name}: names of credentials"
                )
                for lock in locks
            ]
            await asyncio.wait(reading, timeout=READING_SECONDS)
        names: set[str] = set()
        for lock in locks:
            for access in lock.book.accesses:
                # Records have no digits in their names either.
                name = access.name and without_number(access.name, access.number).strip()
                names |= {text for text in (name, Held.of_access(lock.lock_id, access).account) if text}
        return names

    def _locks(self) -> list[LockCoordinator]:
        if self.config_entry.state is not ConfigEntryState.LOADED:
            LOGGER.debug("The account is not loaded: nothing can be suggested")
            return []
        return list(self.config_entry.runtime_data.locks.values())


def _several(options: Iterable[str]) -> SelectSelector:
    """Return a selector of any number of texts, whether or not they are suggested."""
    return SelectSelector(SelectSelectorConfig(options=list(options), multiple=True, custom_value=True))


def _tidy(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tidy for text in texts if (tidy := text.strip())))


def _is_number(text: str) -> bool:
    """Return whether a text may be the number of a kind of record."""
    return text.isdecimal() and len(text) <= LONGEST_NUMBER
