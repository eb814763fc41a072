"""Actions on the groups into which an account sorts its locks (feature 19 of features.md; ttlock-open-api.md 4.16)."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..client.errors import OutcomeUnknown
from ..client.inventory import Group
from ..const import DOMAIN
from ..coordinator import AccountCoordinator
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks, lock_entity_id
from .action import NAME, OBJECT_ID, Action, Target
from .results import CONFIRMED, Result, each


def _account(hass: HomeAssistant, call: ServiceCall) -> AccountCoordinator:
    account: AccountCoordinator = async_get_config_entry(hass, DOMAIN, call.data.get("config_entry_id")).runtime_data
    return account


async def async_list_groups(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the groups of an account, with the locks in each."""
    account = _account(hass, call)
    with translated(hass, account.config_entry, account.name):
        groups = (await account.cloud.groups.list()).items
        ekeys = (await account.cloud.list_ekeys()).items

    def described(group: Group) -> Result:
        inside = [ekey.lock_id for ekey in ekeys if ekey.group_id == group.group_id]
        locks: list[JsonValueType] = [entity_id for lock_id in inside if (entity_id := lock_entity_id(hass, lock_id))]
        return {"id": group.group_id, "name": group.name, "locks": locks}

    return {"groups": [described(group) for group in groups]}


async def async_create_group(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Make a group; a lost answer is looked up by the name, which can be there only once."""
    account, name = _account(hass, call), call.data["name"]
    with translated(hass, account.config_entry, account.name):
        try:
            group_id = await account.cloud.groups.add(name)
        except OutcomeUnknown:
            found = [group.group_id for group in (await account.cloud.groups.list()).items if group.name == name]
            if not found:
                raise
            group_id = found[0]
    return {"id": group_id}


async def async_rename_group(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give a group another name."""
    account = _account(hass, call)
    with translated(hass, account.config_entry, account.name):
        await account.cloud.groups.rename(call.data["group_id"], call.data["name"])
    return {"id": call.data["group_id"]}


async def async_delete_group(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Dissolve a group; its locks stay in the account."""
    account = _account(hass, call)
    with translated(hass, account.config_entry, account.name):
        await account.cloud.groups.delete(call.data["group_id"])
    return {"id": call.data["group_id"]}


async def async_set_lock_group(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Put locks into a group, or take them out of theirs."""
    locks = await async_target_locks(hass, call)

    async def put(entity_id: str, lock: LockCoordinator) -> Result:
        await lock.upkeep.async_set_group(call.data.get("group_id"))
        return CONFIRMED

    return await each(hass, locks, put)


_GROUP: Final[VolDictType] = {vol.Required("group_id"): OBJECT_ID}

ACTIONS: Final = {
    "list_groups": Action(handler=async_list_groups, target=Target.ACCOUNT, response=SupportsResponse.ONLY),
    "create_group": Action(handler=async_create_group, target=Target.ACCOUNT, fields={vol.Required("name"): NAME}),
    "rename_group": Action(
        handler=async_rename_group, target=Target.ACCOUNT, fields={**_GROUP, vol.Required("name"): NAME}
    ),
    "delete_group": Action(handler=async_delete_group, target=Target.ACCOUNT, fields=_GROUP),
    "set_lock_group": Action(handler=async_set_lock_group, fields={vol.Optional("group_id"): OBJECT_ID}),
}
