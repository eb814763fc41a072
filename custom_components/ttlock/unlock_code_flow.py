"""The step of the options about the code to unlock."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import BooleanSelector, TextSelector, TextSelectorConfig, TextSelectorType
import voluptuous as vol

from .client.passcodes import MAX_DIGITS, MIN_DIGITS
from .unlock_code import CONF_UNLOCK_CODE, hashed

CONF_ASK: Final = "ask"
CONF_CODE: Final = "code"
READING_SECONDS: Final = 5


class UnlockCodeSteps(OptionsFlow):
    """What the user says about a code to unlock."""

    async def async_step_unlock_code(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask whether a code is wanted, and which; what is set is not shown again."""
        options = self.config_entry.options
        known: dict[str, str] | None = options.get(CONF_UNLOCK_CODE)
        errors: dict[str, str] = {}
        if user_input is not None:
            ask, code = user_input[CONF_ASK], user_input.get(CONF_CODE, "").strip()
            if ask and code and not _is_code(code):
                errors[CONF_CODE] = "unlock_code_digits"
            elif ask and code and await self._async_opens_a_door(code):
                errors[CONF_CODE] = "unlock_code_opens"
            elif ask and not code and known is None:
                errors[CONF_CODE] = "unlock_code_missing"
            else:
                kept = await self.hass.async_add_executor_job(hashed, code) if code else known
                return self.async_create_entry(data={**options, CONF_UNLOCK_CODE: kept if ask else None})
        asked = user_input[CONF_ASK] if user_input else known is not None
        schema = vol.Schema(
            {
                vol.Required(CONF_ASK, default=asked): BooleanSelector(),
                vol.Optional(CONF_CODE): TextSelector(
                    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
                ),
            }
        )
        return self.async_show_form(step_id="unlock_code", data_schema=schema, errors=errors)

    async def _async_opens_a_door(self, code: str) -> bool:
        """Return whether a lock knows the code, as far as can be told soon: such a code must not be in the database."""
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return False
        locks = self.config_entry.runtime_data.locks.values()
        with suppress(TimeoutError):
            async with asyncio.timeout(READING_SECONDS):
                await asyncio.gather(*(lock.book.async_freshen() for lock in locks))
        numbers = (access.number for lock in locks for access in lock.book.accesses)
        return any(number is not None and number.reveal() == code for number in numbers)


def _is_code(code: str) -> bool:
    return code.isascii() and code.isdecimal() and MIN_DIGITS <= len(code) <= MAX_DIGITS
