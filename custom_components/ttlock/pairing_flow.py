"""Pairing a lock that belongs to nobody: from Home Assistant's discovery, or from what is heard now."""

import asyncio
from typing import Any, Final, override

from homeassistant.components import bluetooth
from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .client.ble import advertisement
from .client.ble.advertisement import Advertisement
from .client.errors import TTLockError
from .const import BLUETOOTH_ENTRY, CONF_KIND, DOMAIN, KIND_BLUETOOTH, LOGGER
from .coordinator import AccountCoordinator, TTLockConfigEntry
from .key_flow import BLUETOOTH_TITLE, CONF_ADDRESS, KeyFlow
from .key_store import async_homeless_keys, local_lock_id
from .new_lock import async_pair

CONF_ACCOUNT: Final = "account"
ACCOUNTS: Final = "pairing_account"
NO_ACCOUNT: Final = "none"
PAIRING_FAILED: Final = "pairing_failed"
PAIRING_ERRORS: Final = {
    PAIRING_FAILED,
    "bluetooth_link_lost",
    "no_bluetooth_slot",
    "not_in_setting_mode",
    "out_of_bluetooth_reach",
}
"""Reasons for which the form has words of its own; for any other it says that the lock did not answer as expected."""


class PairingFlow(KeyFlow):
    """The steps of somebody with a new lock."""

    _new_address: str = ""
    _new_name: str = ""
    _new_account: str = NO_ACCOUNT
    _seen: Advertisement | None = None
    _pairing: asyncio.Task[None] | None = None
    _is_taken: bool = False
    """The account has the lock."""
    _is_homeless: bool = False
    """It is paired and in no entry yet."""
    _is_gone: bool = False
    """Nobody answers the flow any more."""
    _refusal: TTLockError | None = None
    """Why it could not be paired."""

    async def async_step_bluetooth(self, discovery_info: bluetooth.BluetoothServiceInfoBleak) -> ConfigFlowResult:
        """Offer to pair a lock that waits for that; the locks of neighbours belong to somebody."""
        seen = advertisement.parse(discovery_info.manufacturer_data, name=discovery_info.name)
        if seen is None or not seen.is_in_setting_mode:
            return self.async_abort(reason="not_in_setting_mode")
        self._choose(discovery_info, seen)
        await self.async_set_unique_id(f"new-{self._new_address}")
        self.context["title_placeholders"] = {"name": self._new_name}
        return await self.async_step_pair()

    async def async_step_new_lock(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask which of the locks that wait to be paired is meant."""
        errors: dict[str, str] = {}
        heard = {
            info.address: (info, seen)
            for info in bluetooth.async_discovered_service_info(self.hass, connectable=True)
            if (seen := advertisement.parse(info.manufacturer_data, name=info.name)) and seen.is_in_setting_mode
        }
        paired = (await async_homeless_keys(self.hass)).lock_ids - {local_lock_id(address) for address in heard}
        if paired:
            # Home Assistant stopped too soon.
            return await self._async_keep()
        if user_input is not None:
            if (chosen := heard.get(user_input.get(CONF_ADDRESS, ""))) is not None:
                self._choose(*chosen)
                return await self.async_step_pair()
            if not bluetooth.async_scanner_count(self.hass, connectable=True):
                return self.async_abort(reason="no_bluetooth")
            if not heard:
                errors["base"] = "no_new_lock"
        names = [
            SelectOptionDict(value=address, label=f"{info.name} ({address})") for address, (info, _) in heard.items()
        ]
        field = {vol.Required(CONF_ADDRESS): SelectSelector(SelectSelectorConfig(options=names))} if names else {}
        return self.async_show_form(step_id="new_lock", data_schema=vol.Schema(field), errors=errors)

    async def async_step_pair(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for a name and an account, and have the lock touched."""
        if user_input is not None:
            self._new_name = user_input[CONF_NAME].strip() or self._new_name
            self._new_account = user_input.get(CONF_ACCOUNT, NO_ACCOUNT)
            return await self.async_step_pairing()
        return self.async_show_form(step_id="pair", **self._touching())

    async def async_step_pairing(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Pair the lock, which takes some seconds."""
        if self._pairing is None:
            self._pairing = self.hass.async_create_task(self._async_watch(), "TTLock pairing is watched")
        elif self._pairing.done():
            return self._paired_or_not(self._pairing)
        # Also of a task that has ended at once: the step after it would be given the answer to the one before.
        return self.async_show_progress(
            step_id="pairing",
            progress_action="pairing",
            progress_task=self._pairing,
            description_placeholders={"name": self._new_name},
        )

    @callback
    def _paired_or_not(self, task: asyncio.Task[None]) -> ConfigFlowResult:
        self._pairing = None
        task.result()
        return self.async_show_progress_done(next_step_id="pair_again" if self._refusal else "pair_done")

    async def async_step_pair_again(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say why it did not work, and try again."""
        if user_input is not None:
            return await self.async_step_pair(user_input)
        reason = self._refusal.reason if self._refusal else PAIRING_FAILED
        errors = {"base": reason if reason in PAIRING_ERRORS else PAIRING_FAILED}
        return self.async_show_form(step_id="pair_again", errors=errors, **self._touching())

    async def async_step_pair_done(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say where the lock is now."""
        if self._is_taken:
            return self.async_abort(reason="lock_added", description_placeholders={"name": self._new_name})
        return await self._async_keep()

    async def async_step_import(self, import_data: dict[str, Any]) -> ConfigFlowResult:
        """Set up a lock that was paired while nobody watched."""
        return await self._async_keep()

    @callback
    @override
    def async_remove(self) -> None:
        super().async_remove()
        self._is_gone = True
        self._find_home()

    @callback
    def _find_home(self) -> None:
        """Set the lock up without the flow that was closed."""
        if self._is_gone and self._is_homeless:
            self.hass.async_create_task(
                self.hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_IMPORT}, data={})
            )

    async def _async_watch(self) -> None:
        # Whoever closes the dialog does not stop it: between the last word to the lock and the note of its key there
        # is no way back.
        await asyncio.shield(self.hass.async_create_task(self._async_pair(), "TTLock pairing"))

    async def _async_pair(self) -> None:
        self._refusal = None
        try:
            self._is_taken = await async_pair(self.hass, self._seen, self._new_address, self._new_name, self._account())
        except TTLockError as err:
            LOGGER.debug("The lock could not be paired: %s", err)
            self._refusal = err
            return
        self._is_homeless = not self._is_taken
        self._find_home()

    async def _async_keep(self) -> ConfigFlowResult:
        """Have the locks that were paired, and that no account took, set up in the entry for such locks."""
        self._is_homeless = False
        entry = await self.async_set_unique_id(BLUETOOTH_ENTRY, raise_on_progress=False)
        account = self._account_entry()
        told = {"name": self._new_name, "account": account.title if account else ""}
        if entry is None:
            return self.async_create_entry(
                title=BLUETOOTH_TITLE,
                data={CONF_KIND: KIND_BLUETOOTH},
                description="lock_kept" if account else None,
                description_placeholders=told,
            )
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
        if account:
            return self.async_abort(reason="lock_kept", description_placeholders=told)
        return self.async_abort(reason="keys_added")

    @callback
    def _choose(self, info: bluetooth.BluetoothServiceInfoBleak, seen: Advertisement) -> None:
        self._new_address, self._new_name, self._seen = info.address, info.name or info.address, seen

    @callback
    def _touching(self) -> dict[str, Any]:
        """Return the form that asks for name and account while the lock is touched."""
        schema: dict[Any, Any] = {vol.Required(CONF_NAME, default=self._new_name): TextSelector()}
        accounts = [
            SelectOptionDict(value=entry.entry_id, label=entry.title)
            for entry in self.hass.config_entries.async_loaded_entries(DOMAIN)
            if CONF_KIND not in entry.data
        ]
        if accounts:
            options = [*accounts, SelectOptionDict(value=NO_ACCOUNT, label=NO_ACCOUNT)]
            schema[vol.Required(CONF_ACCOUNT, default=accounts[0]["value"])] = SelectSelector(
                SelectSelectorConfig(options=options, mode=SelectSelectorMode.LIST, translation_key=ACCOUNTS)
            )
        return {"data_schema": vol.Schema(schema), "description_placeholders": {"name": self._new_name}}

    def _account_entry(self) -> TTLockConfigEntry | None:
        return None if self._new_account == NO_ACCOUNT else self.hass.config_entries.async_get_entry(self._new_account)

    def _account(self) -> AccountCoordinator | None:
        entry = self._account_entry()
        return entry.runtime_data if entry is not None and entry.state is ConfigEntryState.LOADED else None
