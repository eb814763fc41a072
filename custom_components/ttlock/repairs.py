"""What a repair does when the user lets it."""

from abc import abstractmethod
from typing import Any, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .actions.outcomes import raise_unless_done
from .client.credentials import CredentialKind
from .errors import translated
from .lock_coordinator import LockCoordinator
from .repair_issues import CLOCK_WRONG, MEMORY_FULL


class LockRepairFlow(RepairsFlow):
    """Explain, then repair something at a lock."""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin with the explanation."""
        return await self.async_step_confirm()

    async def async_step_confirm(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Explain, and repair when the user agrees."""
        issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
        given = issue.translation_placeholders if issue else None
        if user_input is None:
            return self.async_show_form(step_id="confirm", data_schema=vol.Schema({}), description_placeholders=given)
        if (lock := self._lock()) is None:
            return self.async_abort(reason="not_loaded", description_placeholders=given)
        try:
            with translated(self.hass, lock.config_entry, lock.name):
                done = await self._async_repair(lock)
        except HomeAssistantError as err:
            return self.async_abort(reason="failed", description_placeholders={"reason": str(err)})
        if not done:
            return self.async_abort(reason="nothing_expired", description_placeholders=given)
        return self.async_create_entry(data={})

    @abstractmethod
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        """Repair; returns whether there was anything to do."""

    def _lock(self) -> LockCoordinator | None:
        """Return the lock of the repair, None while its account is not loaded."""
        data = self.data or {}
        entry = self.hass.config_entries.async_get_entry(str(data.get("entry_id")))
        account = getattr(entry, "runtime_data", None)
        lock: LockCoordinator | None = account.locks.get(data.get("lock_id")) if account else None
        return lock


class RemoteUnlockFlow(LockRepairFlow):
    """Take the user's word that remote unlock is on: only the next unlock can tell."""

    @override
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        lock.async_forget_remote_unlock()
        return True


class ClockFlow(LockRepairFlow):
    """Set the clock of a lock right."""

    @override
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        await lock.async_set_clock()
        return True


class MemoryFlow(LockRepairFlow):
    """Take the passcodes off a lock whose period is over."""

    @override
    async def _async_repair(self, lock: LockCoordinator) -> bool:
        now = dt_util.utcnow()
        outcomes = await lock.account.grants.async_remove(
            lock, CredentialKind.PASSCODE, lambda shown: shown.validity.over_at(now)
        )
        for outcome in outcomes:
            raise_unless_done(lock, outcome)
        return bool(outcomes)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow of a repair that can be repaired from here."""
    if issue_id.startswith(CLOCK_WRONG.translation_key):
        return ClockFlow()
    return MemoryFlow() if issue_id.startswith(MEMORY_FULL.translation_key) else RemoteUnlockFlow()
