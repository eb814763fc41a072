"""Setting locks up with keys that are there already: typed in, pasted, or taken from another integration."""

from collections.abc import Iterable
import json
from typing import Any, Final

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig, TextSelectorType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .client import Secret
from .client.ble.key_import import FoundKey, NoKey, find_keys, typed_key
from .client.ble.lock_data import LockData
from .const import BLUETOOTH_ENTRY, CONF_KIND, DOMAIN, KIND_BLUETOOTH
from .key_store import KeyStore, async_hand_over, local_lock_id

BLUETOOTH_TITLE: Final = "TTLock over Bluetooth"
OTHER_INTEGRATION: Final = "ttlock_ble"
CONF_ADDRESS: Final = "address"
CONF_AES_KEY: Final = "aes_key"
CONF_UNLOCK_KEY: Final = "unlock_key"
CONF_ADMIN_KEY: Final = "admin_key"
CONF_TEXT: Final = "text"

_LINE: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.TEXT))
_HIDDEN: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off"))
TEXT_SCHEMA: Final = vol.Schema({vol.Required(CONF_TEXT): TextSelector(TextSelectorConfig(multiline=True))})
FIELDS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_NAME): _LINE,
        vol.Required(CONF_ADDRESS): _LINE,
        vol.Required(CONF_AES_KEY): _HIDDEN,
        vol.Required(CONF_UNLOCK_KEY): _HIDDEN,
        vol.Optional(CONF_ADMIN_KEY): _HIDDEN,
    }
)
FIELD_OF_REASON: Final = {
    "address_invalid": CONF_ADDRESS,
    "aes_key_invalid": CONF_AES_KEY,
    "unlock_key_invalid": CONF_UNLOCK_KEY,
    "admin_key_invalid": CONF_ADMIN_KEY,
}
KEY_ERRORS: Final = {*FIELD_OF_REASON, "no_key_found"}
"""Reasons of `NoKey` that a form has words for."""


class KeyFlow(ConfigFlow):
    """The steps of somebody who has a key."""

    async def async_step_key(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask where the key is."""
        ways = ["key_fields", "key_text"]
        if _other_keys(self.hass):
            ways.insert(0, "key_import")
        return self.async_show_menu(step_id="key", menu_options=ways)

    async def async_step_key_import(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Take the keys that another integration keeps, once the user agrees."""
        found = _other_keys(self.hass)
        if user_input is not None:
            return await self._async_take(found)
        names = ", ".join(item.data.alias or item.data.address for item in found)
        return self.async_show_form(step_id="key_import", description_placeholders={"locks": names})

    async def async_step_key_text(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Look for keys in what the user pastes."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                found = _keys_in(user_input[CONF_TEXT])
            except NoKey as err:
                errors[CONF_TEXT] = err.reason
            else:
                return await self._async_take(found)
        return self.async_show_form(step_id="key_text", data_schema=TEXT_SCHEMA, errors=errors)

    async def async_step_key_fields(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the parts of a key."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                data = _typed(user_input)
            except NoKey as err:
                errors[FIELD_OF_REASON[err.reason]] = err.reason
            else:
                return await self._async_take([FoundKey(data=data, lock_id=None)])
        schema = self.add_suggested_values_to_schema(FIELDS_SCHEMA, user_input)
        return self.async_show_form(step_id="key_fields", data_schema=schema, errors=errors)

    async def _async_take(self, found: Iterable[FoundKey]) -> ConfigFlowResult:
        """Finish with the keys of locks that no account brings."""
        known, elsewhere = await _async_known(self.hass), _brought_by_accounts(self.hass)
        keys = {
            known.lock_id_of(item.data.address) or item.lock_id or local_lock_id(item.data.address): item.data.encode()
            for item in found
            if item.data.address not in elsewhere
        }
        if not keys:
            return self.async_abort(reason="lock_already_configured")
        return await self.async_finish_with_keys(keys)

    async def async_finish_with_keys(self, keys: dict[int, Secret]) -> ConfigFlowResult:
        """Put keys into the one entry for locks without an account, which is made when there is none."""
        entry = await self.async_set_unique_id(BLUETOOTH_ENTRY, raise_on_progress=False)
        async_hand_over(self.hass, BLUETOOTH_ENTRY, keys)
        if entry is None:
            return self.async_create_entry(title=BLUETOOTH_TITLE, data={CONF_KIND: KIND_BLUETOOTH})
        self.hass.config_entries.async_schedule_reload(entry.entry_id)
        return self.async_abort(reason="keys_added")


@callback
def _other_keys(hass: HomeAssistant) -> tuple[FoundKey, ...]:
    """Return the keys that the other Bluetooth integration has."""
    entries = [dict(entry.data) for entry in hass.config_entries.async_entries(OTHER_INTEGRATION)]
    try:
        return _keys_in(json.dumps(entries, default=str))
    except NoKey:
        return ()


def _keys_in(text: str) -> tuple[FoundKey, ...]:
    return find_keys(Secret(text), zone=dt_util.get_default_time_zone(), now=dt_util.utcnow())


def _typed(fields: dict[str, Any]) -> LockData:
    admin = fields.get(CONF_ADMIN_KEY)
    key = typed_key(
        fields[CONF_ADDRESS],
        Secret(fields[CONF_AES_KEY]),
        Secret(fields[CONF_UNLOCK_KEY]),
        Secret(admin) if admin else None,
        zone=dt_util.get_default_time_zone(),
    )
    return LockData.of_key(key, now=dt_util.utcnow(), alias=fields[CONF_NAME].strip())


async def _async_known(hass: HomeAssistant) -> KeyStore:
    """Return the keys of locks without an account, so that a lock keeps its number with a new key."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, BLUETOOTH_ENTRY)
    if entry is not None and entry.state is ConfigEntryState.LOADED:
        keys: KeyStore = entry.runtime_data.keys
        return keys
    keys = KeyStore(hass, entry.entry_id if entry else BLUETOOTH_ENTRY)
    await keys.async_load()
    return keys


@callback
def _brought_by_accounts(hass: HomeAssistant) -> set[str]:
    """Return the addresses of the devices that are there already with an account of their own."""
    registry = dr.async_get(hass)
    return {
        name
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.data.get(CONF_KIND) != KIND_BLUETOOTH
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        for domain, name in device.identifiers
        if domain == DOMAIN
    }
