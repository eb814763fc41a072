"""Pairing a lock that belongs to nobody: from Home Assistant's discovery, or from what is heard now.

What opens the lock is written down before anything else is done with it: a paired lock whose key is lost has to be
reset by hand.
"""

import asyncio
from typing import Any, Final

from homeassistant.components import bluetooth
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .bluetooth_stack import connector_of
from .client import Secret
from .client.ble import LockKey, Session, advertisement, pair
from .client.ble.advertisement import Advertisement
from .client.ble.lock_data import LockData
from .client.errors import TTLockError
from .const import BLUETOOTH_ENTRY, CONF_KIND, DOMAIN, LOGGER
from .coordinator import AccountCoordinator, TTLockConfigEntry
from .key_flow import CONF_ADDRESS, KeyFlow
from .key_store import local_lock_id

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
    _pairing: asyncio.Task[LockData] | None = None
    _paired: LockData | None = None
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
            self._pairing = self.hass.async_create_task(self._async_pair(), "TTLock pairing")
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
    def _paired_or_not(self, task: asyncio.Task[LockData]) -> ConfigFlowResult:
        self._pairing = None
        try:
            self._paired = task.result()
        except TTLockError as err:
            LOGGER.debug("The lock could not be paired: %s", err)
            self._refusal = err
            return self.async_show_progress_done(next_step_id="pair_again")
        return self.async_show_progress_done(next_step_id="pair_done")

    async def async_step_pair_again(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Say why it did not work, and try again."""
        if user_input is not None:
            return await self.async_step_pair(user_input)
        reason = self._refusal.reason if self._refusal else PAIRING_FAILED
        errors = {"base": reason if reason in PAIRING_ERRORS else PAIRING_FAILED}
        return self.async_show_form(step_id="pair_again", errors=errors, **self._touching())

    async def async_step_pair_done(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Give the lock to its account, or keep it without one."""
        assert self._paired is not None  # noqa: S101  # the step before has done it
        if (account := self._account()) is None:
            return await self._async_keep()
        try:
            await async_register(account, self._paired, self._new_name)
        except TTLockError as err:
            LOGGER.warning("TTLock did not take the new lock over: %s", err)
            account.keys.forget(local_lock_id(self._paired.address))
            return self.async_show_form(
                step_id="pair_kept",
                description_placeholders={"name": self._new_name, "account": account.config_entry.title},
            )
        return self.async_abort(reason="lock_added", description_placeholders={"name": self._new_name})

    async def async_step_pair_kept(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Keep a lock that its account did not take."""
        return await self._async_keep()

    async def _async_pair(self) -> LockData:
        header = self._seen.header if self._seen else None
        session = Session(connector_of(self.hass, self._new_address), LockKey.unpaired(self._new_address, header))
        account = self._account()
        number = account.config_entry.unique_id if account else None
        try:
            data = await pair(
                session,
                name=self._new_name,
                uid=int(number) if number and number.isdecimal() else 0,
                zone=dt_util.get_default_time_zone(),
            )
            data = data.with_members({"lockAlias": self._new_name})
            await self._async_write_down(data)
        finally:
            await session.close()
        return data

    async def _async_write_down(self, data: LockData) -> None:
        """Keep the key where it outlives everything that may still go wrong."""
        entry: TTLockConfigEntry | None = self._account_entry() or self._local_entry()
        if entry is not None and entry.state is ConfigEntryState.LOADED:
            entry.runtime_data.keys.put(local_lock_id(data.address), data.encode())
            await entry.runtime_data.keys.async_flush()

    async def _async_keep(self) -> ConfigFlowResult:
        assert self._paired is not None  # noqa: S101  # as above
        return await self.async_finish_with_keys({local_lock_id(self._paired.address): self._paired.encode()})

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

    def _local_entry(self) -> TTLockConfigEntry | None:
        return self.hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, BLUETOOTH_ENTRY)

    def _account(self) -> AccountCoordinator | None:
        entry = self._account_entry()
        return entry.runtime_data if entry is not None and entry.state is ConfigEntryState.LOADED else None


async def async_register(account: AccountCoordinator, data: LockData, name: str) -> int:
    """Have the account take over a paired lock, so that the phone app has it too; returns its number there."""
    text: Secret = data.encode()
    made = await account.cloud.locks.record_initialized(text, name)
    account.keys.put(made.lock_id, text)
    account.keys.forget(local_lock_id(data.address))
    await account.keys.async_flush()
    await account.async_request_refresh()
    return made.lock_id
