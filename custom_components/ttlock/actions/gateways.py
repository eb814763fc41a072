"""Actions on the gateways of accounts (features 15, 16 and 18 of features.md; ttlock-open-api.md 4.14)."""

import asyncio
from typing import Final

from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..client.errors import InvalidInput, OutcomeUnknown
from ..client.models import Gateway, GatewayReach
from ..const import DOMAIN
from ..coordinator import AccountCoordinator
from ..details import GATEWAY_FIRMWARE
from ..errors import translated
from ..targets import TargetGateway, async_target_gateways, lock_entity_id
from .action import CONFIRM, NAME, RECEIVER, Action, Target, confirmed
from .administration import described
from .results import CONFIRMED, Result, each, one_each, single


async def async_list_gateways(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return the gateways of an account, with the locks that each of them hears."""
    entry = async_get_config_entry(hass, DOMAIN, call.data.get("config_entry_id"))
    account: AccountCoordinator = entry.runtime_data
    with translated(hass, entry, account.name):
        found = await account.cloud.list_gateways()
        heard = await asyncio.gather(*(account.cloud.list_reach(gateway.gateway_id) for gateway in found.items))

    def locks(gateway: Gateway, reaches: tuple[GatewayReach, ...]) -> Result:
        firmware = account.details.get(GATEWAY_FIRMWARE, gateway.gateway_id)
        return {
            "id": gateway.gateway_id,
            "name": gateway.name,
            "mac": gateway.mac,
            "model": gateway.model,
            "online": gateway.online,
            "network": gateway.network,
            "firmware": described(firmware) if firmware else None,
            "locks": [_heard(hass, account, reach) for reach in reaches],
        }

    gateways: list[JsonValueType] = [
        locks(gateway, listing.items) for gateway, listing in zip(found.items, heard, strict=True)
    ]
    return {"gateways": gateways}


def _heard(hass: HomeAssistant, account: AccountCoordinator, reach: GatewayReach) -> Result:
    lock = account.locks.get(reach.lock_id)
    return {
        "entity_id": lock_entity_id(hass, reach.lock_id),
        "name": lock.name if lock else None,
        "rssi": reach.rssi,
        "signal": reach.signal.value if reach.signal else None,
    }


async def async_rename_gateway(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give a gateway another name, in the TTLock app too."""
    gateways = single(async_target_gateways(hass, call))

    async def rename(key: str, target: TargetGateway) -> Result:
        await target.account.cloud.gateways.rename(target.gateway.gateway_id, call.data["name"])
        await target.account.async_refresh()
        return CONFIRMED

    return await each(hass, gateways, rename)


async def async_delete_gateway(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Take a gateway out of its account."""
    confirmed(call)
    gateways = single(async_target_gateways(hass, call))

    async def delete(key: str, target: TargetGateway) -> Result:
        account, gateway_id = target.account, target.gateway.gateway_id
        try:
            await account.cloud.gateways.delete(gateway_id)
        except OutcomeUnknown:
            if await _async_still_there(account, [gateway_id]):
                raise
        await account.async_refresh()
        return CONFIRMED

    return await each(hass, gateways, delete)


async def async_transfer_gateway(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give gateways to another account for good: those of one account in one call, all of them or none."""
    confirmed(call)
    gateways = async_target_gateways(hass, call)
    receiver: str = call.data["receiver_username"]
    by_account: dict[AccountCoordinator, list[int]] = {}
    for target in gateways.values():
        if receiver == target.config_entry.data.get(CONF_USERNAME):
            with translated(hass, target.config_entry, target.name):
                raise InvalidInput("receiver_is_self")
        by_account.setdefault(target.account, []).append(target.gateway.gateway_id)
    transfers = {
        account: hass.async_create_task(_async_transfer(account, gateway_ids, receiver))
        for account, gateway_ids in by_account.items()
    }

    async def transfer(key: str, target: TargetGateway) -> Result:
        await transfers[target.account]
        return CONFIRMED

    return await each(hass, gateways, transfer)


async def _async_transfer(account: AccountCoordinator, gateway_ids: list[int], receiver: str) -> None:
    try:
        await account.cloud.gateways.transfer(gateway_ids, receiver)
    except OutcomeUnknown:
        if await _async_still_there(account, gateway_ids):
            raise
    await account.async_refresh()


async def _async_still_there(account: AccountCoordinator, gateway_ids: list[int]) -> bool:
    """Return whether the account may still have one of the gateways; a list with gaps proves nothing."""
    found = await account.cloud.list_gateways()
    return not found.complete or any(gateway.gateway_id in gateway_ids for gateway in found.items)


async def async_check_gateway_firmware(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Return whether there is newer firmware for gateways; it installs with the TTLock app beside them."""
    gateways = async_target_gateways(hass, call)

    async def read(key: str, target: TargetGateway) -> Result:
        return described(await target.account.async_read_gateway_firmware(target.gateway.gateway_id))

    return await one_each(hass, gateways, "firmware", read)


ACTIONS: Final = {
    "list_gateways": Action(handler=async_list_gateways, target=Target.ACCOUNT, response=SupportsResponse.ONLY),
    "rename_gateway": Action(handler=async_rename_gateway, target=Target.GATEWAYS, fields={vol.Required("name"): NAME}),
    "delete_gateway": Action(handler=async_delete_gateway, target=Target.GATEWAYS, fields=CONFIRM),
    "transfer_gateway": Action(handler=async_transfer_gateway, target=Target.GATEWAYS, fields={**RECEIVER, **CONFIRM}),
    "check_gateway_firmware": Action(
        handler=async_check_gateway_firmware, target=Target.GATEWAYS, response=SupportsResponse.ONLY
    ),
}
