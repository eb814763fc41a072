"""What every voice tool does: check its arguments, find the lock, look who asks, and refuse in one word."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, override

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.llm import LLMContext, Tool, ToolInput, ToolResult
from homeassistant.util.json import JsonObjectType
import probatio

from ..client.errors import BluetoothError, DeviceUnreachable, InvalidInput, NotPermitted
from ..client.text import check_text
from ..const import DOMAIN
from ..errors import translated, word_of
from ..lock_coordinator import LockCoordinator
from .caller import Caller
from .confirmation import Turn
from .locks import ExposedLock, exposed_locks

DISABLED: Final = "disabled"
INVALID_PERIOD: Final = "invalid_period"
LOCK_OFFLINE: Final = "lock_offline"
NO_CONVERSATION: Final = "no_conversation"
NO_RECIPIENT: Final = "no_recipient"
NOT_ALLOWED: Final = "not_allowed"
NOT_FOUND: Final = "not_found"
VENDOR_ERROR: Final = "vendor_error"


class Refusal(Exception):
    """A tool does not do what it was asked for; one word says why."""

    def __init__(self, error: str, **more: Any) -> None:
        """Keep the word and what helps the model to explain it."""
        super().__init__(error)
        self.result: JsonObjectType = {"error": error, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One call of a tool that has passed the first checks."""

    hass: HomeAssistant
    assistant: str
    exposed: ExposedLock
    caller: Caller
    context: Context | None
    device_id: str | None
    """The speaker, or whatever else was spoken or written to."""
    turn: Turn | None
    arguments: Mapping[str, Any]
    approver: Caller | None = None
    """The administrator who has agreed on a phone."""

    @property
    def lock(self) -> LockCoordinator:
        """Return the lock that is meant."""
        return self.exposed.coordinator

    @property
    def entry_id(self) -> str:
        """Return the account of the lock."""
        return self.lock.config_entry.entry_id

    @property
    def name(self) -> str:
        """Return what the user calls the lock."""
        return str(self.arguments["lock"])

    @property
    def may_hear_names(self) -> bool:
        """Return whether the answer may name people."""
        return self.caller.is_known or self.exposed.options.names


class LockTool(Tool):
    """A tool about one lock."""

    integration = DOMAIN
    fields: ClassVar[Mapping[Any, Any]]

    def __init__(self, locks: Iterable[str]) -> None:
        """Know what the locks are called."""
        self.parameters = probatio.Schema(
            {probatio.Required("lock", description="Name of the lock"): probatio.In(list(locks)), **self.fields}
        )

    @override
    async def async_call(self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext) -> ToolResult:
        """Check who asks for what, and answer; Home Assistant checks nothing itself."""
        try:
            # Whatever reads times in the arguments may end the whole process on half a character.
            check_text(*(value for value in tool_input.tool_args.values() if isinstance(value, str)))
        except InvalidInput as err:
            raise probatio.MultipleInvalid([probatio.Invalid("broken text")]) from err
        arguments: dict[str, Any] = self.parameters(tool_input.tool_args)
        try:
            # Exposure may have changed since the model was told of the lock.
            exposed = exposed_locks(hass, llm_context.assistant).get(arguments["lock"])
            if exposed is None:
                return ToolResult({"error": NOT_FOUND}, error=True)
            question = Question(
                hass=hass,
                assistant=llm_context.assistant,
                exposed=exposed,
                caller=await Caller.of(hass, llm_context.context),
                context=llm_context.context,
                device_id=llm_context.device_id,
                turn=Turn.current(hass),
                arguments=arguments,
            )
            with translated(hass, question.lock.config_entry, question.lock.name):
                return ToolResult(await self._async_answer(question))
        except Refusal as refusal:
            return ToolResult(refusal.result, error=True)
        except HomeAssistantError as err:
            return ToolResult({"error": _word(err), "reason": word_of(err)}, error=True)

    @abstractmethod
    async def _async_answer(self, question: Question) -> JsonObjectType:
        """Return what the model gets; a Refusal or an error of the client when there is nothing."""


def _word(err: HomeAssistantError) -> str:
    """Return the kind of a failure, for a model that has to explain it."""
    match err.__cause__:
        case BluetoothError() | DeviceUnreachable():
            return LOCK_OFFLINE
        case NotPermitted():
            return NOT_ALLOWED
        case InvalidInput(code=None):
            return INVALID_PERIOD
        case _:
            return VENDOR_ERROR
