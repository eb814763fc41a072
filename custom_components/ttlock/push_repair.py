"""Setting callbacks up, step by step, and finding out why they have stopped."""

import asyncio
from datetime import datetime
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOCS_URL, PORTAL_URL
from .coordinator import AccountCoordinator
from .push_address import Address, async_address
from .push_state import Callbacks

PATIENCE_SECONDS: Final = 600
"""After so long without a message something has to be looked at."""


class CallbackFlow(RepairsFlow):
    """Show the address, then wait for the portal's test and for the first event of a door."""

    def __init__(self) -> None:
        """Nothing was shown yet."""
        self._address: Address = Address(url=None)
        self._since: datetime = dt_util.utcnow()
        self._waiting: asyncio.Task[bool] | None = None

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Begin with an offer, or with what is wrong."""
        if (account := self._account()) is None:
            return self.async_abort(reason="not_loaded")
        if account.push.state is Callbacks.SILENT:
            return await self.async_step_silent()
        return await self.async_step_offer()

    async def async_step_offer(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say what callbacks are good for."""
        return self.async_show_menu(step_id="offer", menu_options=["address", "ignore"])

    async def async_step_silent(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say that callbacks have stopped, and what the reason may be."""
        return self.async_show_menu(step_id="silent", menu_options=["address", "ignore"])

    async def async_step_ignore(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Never speak of it again."""
        ir.async_ignore_issue(self.hass, self.handler, self.issue_id, True)
        return self.async_abort(reason="ignored")

    async def async_step_address(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show the address to copy, or why there is none that TTLock can reach."""
        if (account := self._account()) is None:
            return self.async_abort(reason="not_loaded")
        if user_input is not None and self._address.problem is None:
            return await self.async_step_test()
        self._address = await async_address(self.hass, account.config_entry)
        if self._address.problem is not None:
            return self._show(self._address.problem)
        self._since = dt_util.utcnow()
        return self._show("address")

    async def async_step_no_external_url(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Look again whether Home Assistant can be reached from outside."""
        return await self.async_step_address()

    async_step_ip_address = async_step_no_external_url
    async_step_plain_http = async_step_no_external_url
    async_step_other_port = async_step_no_external_url
    async_step_certificate = async_step_no_external_url
    async_step_cloud_disconnected = async_step_no_external_url

    async def async_step_test(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Wait for anything that comes to the address."""
        return await self._async_wait("test", "event")

    async def async_step_event(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Wait for the first thing that happens at a door."""
        return await self._async_wait("event", "done")

    async def async_step_nothing(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say what may be wrong when nothing comes; wait on when the user wants."""
        return self._show("nothing") if user_input is None else await self.async_step_test()

    async def async_step_no_event(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say what may be wrong when only tests come; wait on when the user wants."""
        return self._show("no_event") if user_input is None else await self.async_step_event()

    async def async_step_done(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """End: callbacks have proved themselves."""
        return self.async_create_entry(data={})

    # -- Helpers ---------------------------------------------------------------------------------------------------

    async def _async_wait(self, step: str, then: str) -> RepairsFlowResult:
        if (account := self._account()) is None:
            # From here a flow can only go on, or be done.
            return self.async_show_progress_done(next_step_id="init")
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                account.push.async_wait(PATIENCE_SECONDS, self._since, event=step == "event"),
                f"{account.name} callbacks: {step}",
                eager_start=False,
            )
        if not self._waiting.done():
            return self.async_show_progress(
                step_id=step,
                progress_action=step,
                progress_task=self._waiting,
                description_placeholders={"portal_url": PORTAL_URL},
            )
        came, self._waiting = not self._waiting.cancelled() and self._waiting.result(), None
        if not came:
            return self.async_show_progress_done(next_step_id="nothing" if step == "test" else "no_event")
        heard = account.push.last_event
        return self.async_show_progress_done(next_step_id="done" if heard and heard >= self._since else then)

    def _show(self, step: str) -> RepairsFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=vol.Schema({}),
            description_placeholders={"url": self._address.url or "", "portal_url": PORTAL_URL, "docs_url": DOCS_URL},
        )

    def _account(self) -> AccountCoordinator | None:
        entry = self.hass.config_entries.async_get_entry(str((self.data or {}).get("entry_id")))
        account: AccountCoordinator | None = getattr(entry, "runtime_data", None)
        return account
