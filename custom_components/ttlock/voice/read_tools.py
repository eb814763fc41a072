"""Voice tools that only tell: who opened a lock, and who may."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Final, override

from homeassistant.helpers.llm import ToolAnnotations
from homeassistant.util.json import JsonObjectType
import probatio

from ..access_words import name_of
from ..client.grants import Access
from .access import Scope, async_accesses, in_scope, moment, spoken
from .openings import async_last_openings
from .tool import NOT_ALLOWED, LockTool, Question, Refusal

MOST_OPENINGS: Final = 10
SOMEONE: Final = "someone"
READS: Final = ToolAnnotations(read_only=True, destructive=False, idempotent=True, open_world=False)


class ReadTool(LockTool):
    """A tool that changes nothing. Callers without conversation, such as MCP clients, have to be administrators."""

    annotations = READS

    @override
    async def _async_answer(self, question: Question) -> JsonObjectType:
        if question.turn is None and not question.caller.is_admin:
            raise Refusal(NOT_ALLOWED)
        return await self._async_read(question)

    @abstractmethod
    async def _async_read(self, question: Question) -> JsonObjectType:
        """Return the answer."""


class LastOpened(ReadTool):
    """Who opened a lock, how and when."""

    name = "ttlock__get_last_opened"
    title = "Who opened a lock"
    description = (
        "Tells who opened a lock last, how and when, newest first. Use it for questions such as "
        "'Who opened the front door?' or 'When did the cleaner come?'."
    )
    fields: ClassVar[Mapping[Any, Any]] = {
        probatio.Optional("count", description="How many openings, one by default", default=1): probatio.All(
            probatio.Coerce(int), probatio.Range(min=1, max=MOST_OPENINGS)
        )
    }

    @override
    async def _async_read(self, question: Question) -> JsonObjectType:
        lock = question.lock
        return {
            "events": [
                {
                    "who": spoken(event.who) if event.who and question.may_hear_names else SOMEONE,
                    "method": event.method,
                    "side": event.side,
                    "at": moment(event.at, lock.data.zone),
                }
                for event in await async_last_openings(lock, question.arguments["count"])
            ]
        }


class ListAccess(ReadTool):
    """Who may open a lock."""

    name = "ttlock__list_access"
    title = "List who has access"
    description = (
        "Lists who may open a lock, with what and until when: now, later (upcoming), or both (all). "
        "Use it for questions such as 'Who has a key?' or 'Until when may the guest come in?'."
    )
    fields: ClassVar[Mapping[Any, Any]] = {
        probatio.Optional("scope", description="Whose access, everybody's by default", default=Scope.ALL.value): (
            probatio.In([scope.value for scope in Scope])
        )
    }

    @override
    async def _async_read(self, question: Question) -> JsonObjectType:
        found = in_scope(await async_accesses(question.lock), Scope(question.arguments["scope"]))
        return {"access": [_described(question, access) for access in found]}


def _described(question: Question, access: Access) -> JsonObjectType:
    zone = question.lock.data.zone
    return {
        "name": spoken(name_of(question.hass, access)) if question.may_hear_names else SOMEONE,
        "kind": access.kind.value,
        "from": moment(access.validity.start, zone),
        "until": moment(access.end, zone),
        "status": access.life.value,
    }
