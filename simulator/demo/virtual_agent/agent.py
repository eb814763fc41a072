"""What the agent understands, which tool it calls, and what it says about the result."""

from collections.abc import Iterable
from datetime import datetime, timedelta
import re
from typing import Any, Final, Literal, override

from homeassistant.components import conversation
from homeassistant.components.conversation.chat_log import AssistantContent, ChatLog, ToolResultContent
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.helpers import llm
from homeassistant.util import dt as dt_util

type Call = tuple[str, dict[str, Any]]

LAST_OPENED: Final = "ttlock__get_last_opened"
LIST_ACCESS: Final = "ttlock__list_access"
GUEST_CODE: Final = "ttlock__create_guest_code"
ONE_TIME_CODE: Final = "ttlock__make_one_time_code"
REVOKE: Final = "ttlock__revoke_access"
TIME: Final = r"(?:[01]?\d|2[0-3])(?::[0-5]\d)?"
START: Final = rf"(?P<start>{TIME})"
END: Final = rf"(?P<end>{TIME})"
SENTENCES: Final = (
    (LAST_OPENED, r"who (?:has )?opened (?:the )?(?P<lock>.+)"),
    (LIST_ACCESS, r"who (?:has access to|has a key to|may open) (?:the )?(?P<lock>.+)"),
    (
        GUEST_CODE,
        rf"make a code for (?:the )?(?P<guest>.+?) (?:at|for) (?:the )?(?P<lock>.+) from {START} (?:till|to|until) {END}",
    ),
    (ONE_TIME_CODE, r"make a one-time code for (?:the )?(?P<lock>.+)"),
    (REVOKE, r"take (?:the )?(?P<guest>.+?) off (?:the )?(?P<lock>.+)"),
)
YES: Final = re.compile(r"(?:yes|do it|ok|okay)\b.*", re.IGNORECASE)
HELP: Final = (
    "I understand: who opened the front door, who has access to the front door, "
    "make a code for the plumber at the front door from 15 till 18, make a one-time code for the front door, "
    "take the plumber off the front door, and yes."
)


class VirtualAgent(conversation.ConversationEntity):
    """Calls the tool that a sentence asks for."""

    entity_id = "conversation.virtual_agent"
    _attr_name = "Virtual agent"
    _attr_unique_id = "virtual_agent"
    _attr_supported_features = conversation.ConversationEntityFeature.CONTROL

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return MATCH_ALL

    @override
    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: ChatLog
    ) -> conversation.ConversationResult:
        await chat_log.async_provide_llm_data(user_input.as_llm_context("virtual_agent"), llm.LLM_API_ASSIST)
        call = agreed(chat_log) if YES.fullmatch(user_input.text.strip()) else understood(self.hass, user_input.text)
        said = HELP if call is None else await self._call(chat_log, call)
        chat_log.async_add_assistant_content_without_tools(AssistantContent(self.entity_id, content=said))
        return conversation.async_get_result_from_chat_log(user_input, chat_log)

    async def _call(self, chat_log: ChatLog, call: Call) -> str:
        """Call a tool and return what to say about its result."""
        name, arguments = call
        if chat_log.llm_api is None or name not in [tool.name for tool in chat_log.llm_api.tools]:
            return "I have no tool for that: is the lock exposed to Assist?"
        asking = AssistantContent(self.entity_id, tool_calls=[llm.ToolInput(tool_name=name, tool_args=arguments)])
        return " ".join([spoken(item.result.data) async for item in chat_log.async_add_assistant_content(asking)])


def understood(hass: HomeAssistant, text: str) -> Call | None:
    """Return the tool that a sentence asks for, with its arguments."""
    for name, pattern in SENTENCES:
        if found := re.fullmatch(pattern, text.strip().rstrip("?!."), re.IGNORECASE):
            arguments = found.groupdict()
            arguments["lock"] = _named(hass, arguments["lock"])
            if "guest" in arguments:
                arguments["guest"] = arguments["guest"][0].upper() + arguments["guest"][1:]
            if "start" in arguments:
                arguments |= period(arguments["start"], arguments["end"], dt_util.now())
            return name, arguments
    return None


def agreed(chat_log: ChatLog) -> Call | None:
    """Return the call that waits for a yes, with the value that the tool wants to have back."""
    asked = [
        item
        for item in chat_log.content
        if isinstance(item, ToolResultContent) and "needs_confirmation" in item.result.data
    ]
    if not asked:
        return None
    calls = [
        call
        for item in chat_log.content
        if isinstance(item, AssistantContent)
        for call in item.tool_calls or ()
        if call.id == asked[-1].tool_call_id
    ]
    return calls[0].tool_name, {**calls[0].tool_args, "confirmation": asked[-1].result.data["needs_confirmation"]}


def spoken(result: Any) -> str:
    """Return in a sentence what a tool has answered."""
    match result:
        case {"error": error}:
            return f"That does not work: {str(error).replace('_', ' ')}."
        case {"needs_confirmation": _, "summary": summary}:
            return f"{summary}. Shall I?"
        case {"done": True, "sent_to": recipients}:
            return f"Done. It was sent to {_joined(recipients)}."
        case {"done": True}:
            return "Done."
        case {"events": []}:
            return "Nobody has."
        case {"events": [{"who": who, "at": at, **more}, *_]}:
            how = f" with {str(more['method']).replace('_', ' ')}" if more.get("method") else ""
            return f"{who}{how}, on {at.replace('T', ' at ')[:19]}."
        case {"access": [*accesses]}:
            return f"{_joined(access['name'] for access in accesses) or 'Nobody'}."
        case _:
            return "I do not know what that means."


def _named(hass: HomeAssistant, text: str) -> str:
    """Return the name of the lock that is meant, as it is spelled; what was said where there is none."""
    names = {state.name.casefold(): state.name for state in hass.states.async_all("lock")}
    return names.get(text.casefold(), text)


def period(start: str, end: str, now: datetime) -> dict[str, str]:
    """Return the next time at which a period ends, with its beginning before it."""
    begins, ends = _clock(start, now), _clock(end, now)
    if ends <= now:
        begins, ends = begins + timedelta(days=1), ends + timedelta(days=1)
    if ends <= begins:
        begins -= timedelta(days=1)
    return {"start": f"{begins:%Y-%m-%d %H:%M}", "end": f"{ends:%Y-%m-%d %H:%M}"}


def _clock(text: str, day: datetime) -> datetime:
    hour, _, minute = text.partition(":")
    return day.replace(hour=int(hour), minute=int(minute or 0), second=0, microsecond=0)


def _joined(names: Iterable[Any]) -> str:
    return ", ".join(str(name) for name in names)
