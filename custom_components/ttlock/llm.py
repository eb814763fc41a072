"""Tools for agents that speak or write: who opened, who may, and with the user's consent codes for guests.

None of them unlocks, and none of them tells a code (voice-and-automation.md 12).
"""

from typing import Final

from homeassistant.components.llm import LLMTools
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.llm import LLM_API_ASSIST, LLMContext

from .voice.locks import exposed_locks
from .voice.read_tools import LastOpened, ListAccess
from .voice.tool import LockTool
from .voice.write_tools import GuestCode, OneTimeCode, RevokeAccess

TOOLS: Final[tuple[type[LockTool], ...]] = (LastOpened, ListAccess, GuestCode, OneTimeCode, RevokeAccess)
PROMPT: Final = (
    "Access to these locks can be looked up and managed: {locks}. Codes are sent to the owner's recipients; "
    "never invent, repeat or spell a code. When a tool answers with needs_confirmation, ask the user whether that is "
    "wanted, and call it again with the value as confirmation only after the user has agreed. When it answers with "
    "approval_sent, nothing has been done yet: say that an administrator has been asked."
)


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools when a lock is exposed to the assistant."""
    if api_id != LLM_API_ASSIST or not (locks := exposed_locks(hass, llm_context.assistant)):
        return None
    return LLMTools(tools=[tool(locks) for tool in TOOLS], prompt=PROMPT.format(locks=", ".join(locks)))
