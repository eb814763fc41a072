"""An agent that does what a test says, in place of a language model (voice-and-automation.md 5.1)."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any, Literal, override

from homeassistant.components import conversation
from homeassistant.components.conversation.chat_log import ToolResultContent
from homeassistant.components.conversation.models import AbstractConversationAgent
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import chat_session, intent, llm
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

type Call = tuple[str, dict[str, Any]]
type Result = dict[str, Any]


def say_nothing_new(results: list[Result]) -> str:
    """Return what an agent says that has nothing to say."""
    return "Done."


@dataclass
class ScriptedAgent(AbstractConversationAgent):
    """Calls the tools that it is told to call, and says something."""

    hass: HomeAssistant
    agent_id: str
    calls: list[Call] = field(default_factory=list)
    """For the next turn."""
    reply: Callable[[list[Result]], str] = say_nothing_new
    """What it makes of what it got."""
    conversation_id: str | None = None
    results: list[Result] = field(default_factory=list)
    tools: list[llm.Tool] = field(default_factory=list)
    """What of ours was offered in the last turn."""
    prompt: str = ""
    logs: list[str] = field(default_factory=list)
    """Everything that a model would have seen."""

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return "*"

    @override
    async def async_process(self, user_input: conversation.ConversationInput) -> conversation.ConversationResult:
        with (
            chat_session.async_get_chat_session(self.hass, user_input.conversation_id) as session,
            conversation.async_get_chat_log(self.hass, session, user_input) as log,
        ):
            await log.async_provide_llm_data(user_input.as_llm_context("test"), llm.LLM_API_ASSIST)
            assert log.llm_api is not None
            self.tools = [
                tool for tool in log.llm_api.tools if "ttlock" in (tool.integration, tool.name.partition("__")[0])
            ]
            self.prompt = log.llm_api.api_prompt
            for call in self.calls:
                async for content in log.async_add_delta_content_stream(self.agent_id, self._stream(call)):
                    if isinstance(content, ToolResultContent):
                        self.results.append(content.result.data)
            said = self.reply(self.results)
            async for _ in log.async_add_delta_content_stream(self.agent_id, self._stream(said)):
                pass
            self.logs.append(repr(log.content))
            response = intent.IntentResponse(user_input.language)
            response.async_set_speech(said)
            return conversation.ConversationResult(response=response, conversation_id=session.conversation_id)

    async def _stream(self, done: Call | str) -> AsyncGenerator[Any]:
        yield {"role": "assistant"}
        if isinstance(done, str):
            yield {"content": done}
        else:
            yield {"tool_calls": [llm.ToolInput(tool_name=done[0], tool_args=done[1])]}

    async def say(
        self,
        *calls: Call,
        context: Context | None = None,
        text: str = "What a test wants",
        language: str = "en",
        device_id: str | None = None,
    ) -> list[Result]:
        """Let the user say something, upon which the agent calls tools; returns what it got."""
        self.calls, self.results = list(calls), []
        result = await conversation.async_converse(
            self.hass,
            text,
            self.conversation_id,
            context or Context(),
            language=language,
            device_id=device_id,
            agent_id=self.agent_id,
        )
        self.conversation_id = result.conversation_id
        return self.results

    async def ask(self, tool: str, context: Context | None = None, **arguments: Any) -> Result:
        """Have one tool of ours called in a turn of its own."""
        (result,) = await self.say((f"ttlock__{tool}", arguments), context=context)
        return result


async def add_agent(hass: HomeAssistant) -> ScriptedAgent:
    """Let Home Assistant know an agent."""
    for component in ("homeassistant", "conversation"):
        assert await async_setup_component(hass, component, {})
    entry = MockConfigEntry(domain="test", title="Scripted agent")
    entry.add_to_hass(hass)
    agent = ScriptedAgent(hass, entry.entry_id)
    conversation.async_set_agent(hass, entry, agent)
    return agent
