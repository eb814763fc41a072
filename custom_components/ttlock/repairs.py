"""What a repair does when the user lets it."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .actions.outcomes import raise_unless_done
from .client.credentials import CredentialKind
from .coordinator import AccountCoordinator
from .errors import translated
from .lock_coordinator import LockCoordinator
from .push_repair import CallbackFlow
from .repair_issues import (
    CALLBACKS,
    CLOCK_WRONG,
    GATEWAY_OFFLINE_LONG,
    MEMORY_FULL,
    POWER_SAVING,
    REMOTE_UNLOCK_OFF,
    Cause,
)


class AccountRepairFlow(RepairsFlow):
    """Explain, then repair something of an account, or see whether somebody has."""

    in_vain = "failed"
    """Why nothing came of it, when that was no error."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin with the explanation."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Explain, and repair when the user agrees."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        given = issue.translation_placeholders if issue else None
        if user_input is None:
            return self.async_show_form(step_id="confirm", data_schema=vol.Schema({}), description_placeholders=given)
        entry = self.hass.config_entries.async_get_entry(str((self.data or {}).get("entry_id")))
        account: AccountCoordinator | None = getattr(entry, "runtime_data", None)
        try:
            done = None if account is None else await self._async_repair_of(account)
        except HomeAssistantError as err:
            return self.async_abort(reason="failed", description_placeholders={"reason": str(err)})
        if done is None:
            return self.async_abort(reason="not_loaded", description_placeholders=given)
        if not done:
            return self.async_abort(reason=self.in_vain, description_placeholders=given)
        return self.async_create_entry(data={})

    @abstractmethod
    async def _async_repair_of(self, account: AccountCoordinator) -> bool | None:
        """Repair; returns whether anything came of it, None when the account has no such thing now."""


class GatewayFlow(AccountRepairFlow):
    """See whether a gateway is back."""

    in_vain = "still_offline"

    @override
    async def _async_repair_of(self, account: AccountCoordinator) -> bool | None:
        await account.async_refresh()
        if not account.last_update_success and account.last_exception is not None:
            raise account.last_exception
        gateway = account.data.gateways.get(int((self.data or {}).get("gateway_id") or 0))
        return None if gateway is None else gateway.online is not False


class LockRepairFlow(AccountRepairFlow):
    """Explain, then repair something at a lock."""

    @override
    async def _async_repair_of(self, account: AccountCoordinator) -> bool | None:
        lock = account.locks.get(int((self.data or {}).get("lock_id") or 0))
        if lock is None:
            return None
        with translated(self.hass, lock.config_entry, lock.name):
            return await self._async_repair(lock)

    @abstractmethod
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        """Repair; returns whether anything came of it."""


class RemoteUnlockFlow(LockRepairFlow):
    """Take the user's word that remote unlock is on: only the next unlock can tell."""

    @override
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        lock.commands.async_forget_remote_unlock()
        return True


class ClockFlow(LockRepairFlow):
    """Set the clock of a lock right."""

    @override
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        await lock.upkeep.async_set_clock()
        return True


class PowerSavingFlow(LockRepairFlow):
    """See whether a lock can be asked at any time now."""

    @override
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        await lock.async_ask()
        return True


class MemoryFlow(LockRepairFlow):
    """Take the passcodes off a lock whose period is over."""

    in_vain = "nothing_expired"

    @override
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        now = dt_util.utcnow()
        outcomes = await lock.account.grants.async_remove(
            lock, CredentialKind.PASSCODE, lambda shown: shown.validity.over_at(now)
        )
        for outcome in outcomes:
            raise_unless_done(lock, outcome)
        return bool(outcomes)


FLOWS: Final[dict[Cause, Callable[[], RepairsFlow]]] = {
    CALLBACKS: CallbackFlow,
    CLOCK_WRONG: ClockFlow,
    GATEWAY_OFFLINE_LONG: GatewayFlow,
    MEMORY_FULL: MemoryFlow,
    POWER_SAVING: PowerSavingFlow,
    REMOTE_UNLOCK_OFF: RemoteUnlockFlow,
}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow of a repair that can be repaired from here."""
    return next(flow() for cause, flow in FLOWS.items() if issue_id.startswith(cause.translation_key))
