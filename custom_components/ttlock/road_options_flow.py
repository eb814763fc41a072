"""Choosing how a lock is reached, and giving a lock away: what the options ask about single locks."""

from typing import Any, Final

from homeassistant.components.lock.const import DOMAIN as LOCK_DOMAIN
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlowWithReload
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
)
import voluptuous as vol

from .client.errors import TTLockError
from .client.roads.router import Preference
from .const import DOMAIN, LOGGER
from .lock_coordinator import LockCoordinator
from .lock_removal import async_forget_lock, async_remove_lock
from .road_options import CONF_CONNECTION, CONF_PREFERENCE, CONF_ROADS, Connection, RoadOptions

CONF_CONFIRM: Final = "confirm"
CONF_FORGET: Final = "forget"
CONF_LOCK: Final = "lock"
REMOVAL_ERRORS: Final = {
    "bluetooth_key_invalid",
    "bluetooth_link_lost",
    "no_bluetooth_key",
    "no_bluetooth_slot",
    "not_admin",
    "out_of_bluetooth_reach",
}
"""Reasons for which the form has words of its own; every other one is shown as `removal_failed`."""
REMOVAL_FAILED: Final = "removal_failed"


class RoadOptionsFlow(OptionsFlowWithReload):
    """The steps about one lock each."""

    _lock_id: int = 0

    async def async_step_bluetooth(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for which lock something is to be chosen."""
        if user_input is not None and (lock_id := self._lock_ids().get(user_input[CONF_LOCK])) is not None:
            self._lock_id = lock_id
            return await self.async_step_roads()
        return self.async_show_form(step_id="bluetooth", data_schema=self._lock_schema())

    async def async_step_roads(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which road is preferred, and how long a connection is kept."""
        options = self.config_entry.options
        if user_input is not None:
            chosen = RoadOptions(
                preference=Preference(user_input[CONF_PREFERENCE]), connection=Connection(user_input[CONF_CONNECTION])
            )
            roads = {**options.get(CONF_ROADS, {}), str(self._lock_id): chosen.as_option()}
            return self.async_create_entry(data={**options, CONF_ROADS: roads})
        known = RoadOptions.of(options, self._lock_id)
        schema = vol.Schema(
            {
                vol.Required(CONF_PREFERENCE, default=known.preference.value): SelectSelector(
                    SelectSelectorConfig(options=[item.value for item in Preference], translation_key=CONF_PREFERENCE)
                ),
                vol.Required(CONF_CONNECTION, default=known.connection.value): SelectSelector(
                    SelectSelectorConfig(options=[item.value for item in Connection], translation_key=CONF_CONNECTION)
                ),
            }
        )
        return self.async_show_form(
            step_id="roads", data_schema=schema, description_placeholders={"name": self._name_of(self._lock_id)}
        )

    async def async_step_remove_lock(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which lock is to be given away."""
        if user_input is not None and (lock_id := self._lock_ids().get(user_input[CONF_LOCK])) is not None:
            self._lock_id = lock_id
            return await self.async_step_remove_confirm()
        return self.async_show_form(step_id="remove_lock", data_schema=self._lock_schema())

    async def async_step_remove_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say what is lost, and do it."""
        errors: dict[str, str] = {}
        lock = self._lock()
        # An account lists its locks as long as it has them.
        may_forget = lock is not None and lock.account.is_local
        if user_input is not None and lock is not None:
            if not user_input[CONF_CONFIRM]:
                errors[CONF_CONFIRM] = "not_confirmed"
            elif user_input.get(CONF_FORGET):
                await async_forget_lock(lock)
                return self.async_create_entry(data=dict(self.config_entry.options))
            else:
                try:
                    is_gone = await async_remove_lock(lock)
                except TTLockError as err:
                    LOGGER.debug("%s could not be reset: %s", lock.name, err)
                    errors["base"] = err.reason if err.reason in REMOVAL_ERRORS else REMOVAL_FAILED
                else:
                    if is_gone:
                        return self.async_create_entry(data=dict(self.config_entry.options))
                    errors["base"] = "reset_not_deleted"
        fields: dict[Any, Any] = {vol.Required(CONF_CONFIRM, default=False): BooleanSelector()}
        if may_forget:
            fields[vol.Optional(CONF_FORGET, default=False)] = BooleanSelector()
        return self.async_show_form(
            step_id="remove_confirm",
            data_schema=vol.Schema(fields),
            errors=errors,
            description_placeholders={"name": self._name_of(self._lock_id)},
        )

    def _lock_schema(self) -> vol.Schema:
        config = EntitySelectorConfig(include_entities=list(self._lock_ids()))
        return vol.Schema({vol.Required(CONF_LOCK): EntitySelector(config)})

    def _lock(self) -> LockCoordinator | None:
        if self.config_entry.state is not ConfigEntryState.LOADED:
            return None
        locks: dict[int, LockCoordinator] = self.config_entry.runtime_data.locks
        return locks.get(self._lock_id)

    def _name_of(self, lock_id: int) -> str:
        lock = self._lock()
        return lock.name if lock is not None else str(lock_id)

    def _lock_ids(self) -> dict[str, int]:
        """Return the numbers of the locks of the account by their entities."""
        return {
            entity.entity_id: int(entity.unique_id.split("-")[1])
            for entity in er.async_entries_for_config_entry(er.async_get(self.hass), self.config_entry.entry_id)
            if entity.domain == LOCK_DOMAIN and entity.platform == DOMAIN
        }
