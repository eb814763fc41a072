"""What every voice tool has in common that changes who may open a lock: who may, and after whose yes.

Administrators say yes in a later turn of the conversation. What others wish for, an administrator approves on a phone,
where the user of Home Assistant wants that (voice-and-automation.md 12).
"""

from abc import abstractmethod
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components import persistent_notification
from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr
from homeassistant.util.json import JsonObjectType
import probatio

from ..access_words import error_text, word
from ..activity import async_write_line
from ..client.people import Person
from ..errors import translated
from ..options import RecordOptions
from .access import spoken
from .approval import Wish, async_approvals
from .caller import Caller
from .confirmation import Deed, Turn, async_confirmations
from .locks import ExposedLock
from .phones import async_phones
from .tool import DISABLED, NO_CONVERSATION, NOT_ALLOWED, LockTool, Question, Refusal

EXPIRED_CONFIRMATION: Final = "expired_confirmation"
NO_APPROVER: Final = "no_approver"
RATE_LIMITED: Final = "rate_limited"
CONFIRMATION: Final[dict[Any, Any]] = {
    probatio.Optional(
        "confirmation", description="Value of needs_confirmation of an earlier call, once the user has said yes"
    ): str
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a tool is going to do, checked, before anybody has said yes."""

    summary: str
    """What the user is asked about."""
    words: tuple[str, ...]
    """What makes it the same deed when it comes back."""
    guest: str
    start: datetime | None = None
    end: datetime | None = None
    person: Person | None = None


class WriteTool(LockTool):
    """A tool that changes something, after somebody who may do so has agreed."""

    @override
    async def _async_answer(self, question: Question) -> JsonObjectType:
        """Check everything, ask, and do it when the answer is there."""
        caller, turn, options = question.caller, question.turn, question.exposed.options
        if not options.manage:
            raise Refusal(DISABLED)
        if not caller.is_admin and not options.approval:
            raise Refusal(NOT_ALLOWED)
        if turn is None:
            raise Refusal(NO_CONVERSATION)
        if not async_confirmations(question.hass).writes.async_may(question.entry_id):
            raise Refusal(RATE_LIMITED)
        return await (self._async_confirmed(question, turn) if caller.is_admin else self._async_wished(question))

    async def _async_confirmed(self, question: Question, turn: Turn) -> JsonObjectType:
        """Let the user agree in a later turn."""
        confirmations = async_confirmations(question.hass)
        plan = await self._async_plan(question)
        deed = self._deed(question, plan)
        token = question.arguments.get("confirmation")
        if not token:
            return {"needs_confirmation": confirmations.async_ask(deed, turn), "summary": plan.summary}
        if not confirmations.async_confirm(token, deed, turn):
            raise Refusal(EXPIRED_CONFIRMATION)
        confirmations.writes.async_note(question.entry_id)
        return await self._async_do(question, plan)

    # -- What others wish for ----------------------------------------------------------------------------------------

    async def _async_wished(self, question: Question) -> JsonObjectType:
        """Let an administrator agree on a phone; nothing has been done when this returns."""
        hass = question.hass
        approvals = async_approvals(hass)
        if not approvals.asks.async_may(question.entry_id):
            raise Refusal(RATE_LIMITED)
        plan = await self._async_plan(question)
        deed = self._deed(question, plan)

        async def approved(approver: Caller, context: Context) -> str:
            return await self._async_approved(question, deed, approver, context)

        wish = Wish(
            deed=deed,
            text=self._wish(question, plan, _asker(question)),
            phones=await async_phones(hass, question.exposed.options.phones),
            approved=approved,
        )
        approvals.asks.async_note(question.entry_id)
        if not await approvals.async_ask(wish):
            raise Refusal(NO_APPROVER)
        return {"approval_sent": True, "done": False, "summary": plan.summary}

    async def _async_approved(self, question: Question, deed: Deed, approver: Caller, context: Context) -> str:
        """Do what has been approved, if it is still the same and still wanted; return how it went."""
        hass, who = question.hass, spoken(approver.name or "")
        # Everything may have changed since, and the account of the lock been loaded anew.
        exposed = ExposedLock.of(hass, question.assistant, deed.entity_id)
        if exposed is None:
            return word(hass, "voice_approved_failed", who=who, why=word(hass, "voice_no_longer"))
        question = replace(question, exposed=exposed, context=context, approver=approver)
        try:
            with translated(hass, question.lock.config_entry, question.lock.name):
                result = await self._async_repeated(question, deed)
        except (Refusal, HomeAssistantError) as err:
            return word(hass, "voice_approved_failed", who=who, why=_why(hass, err))
        if not result["done"]:
            return word(hass, "voice_approved_partly", who=who)
        if result.get("pending"):
            return word(hass, "voice_approved_pending", who=who)
        if isinstance(sent_to := result.get("sent_to"), list):
            return word(hass, "voice_approved_sent", who=who, recipients=", ".join(map(str, sent_to)))
        return word(hass, "voice_approved_done", who=who)

    async def _async_repeated(self, question: Question, deed: Deed) -> JsonObjectType:
        """Do it when all is as it was when it was asked for."""
        writes = async_confirmations(question.hass).writes
        if not (question.exposed.options.manage and question.exposed.options.approval):
            raise Refusal(DISABLED)
        if not writes.async_may(question.entry_id):
            raise Refusal(RATE_LIMITED)
        plan = await self._async_plan(question)
        if self._deed(question, plan) != deed:
            raise Refusal(EXPIRED_CONFIRMATION)
        writes.async_note(question.entry_id)
        return await self._async_do(question, plan)

    # -- What each of them is ----------------------------------------------------------------------------------------

    def _deed(self, question: Question, plan: Plan) -> Deed:
        return Deed(
            tool=self.name,
            entity_id=question.exposed.entity_id,
            user_id=question.caller.user_id,
            words=plan.words,
        )

    @abstractmethod
    async def _async_plan(self, question: Question) -> Plan:
        """Return what is meant, or refuse what cannot be done."""

    @abstractmethod
    def _wish(self, question: Question, plan: Plan, asker: str) -> str:
        """Return what is asked for, as an administrator reads it."""

    @abstractmethod
    async def _async_do(self, question: Question, plan: Plan) -> JsonObjectType:
        """Do it."""


@callback
def async_tell(question: Question, line: str) -> None:
    """Let those who live with the lock see what was done by voice."""
    hass, lock = question.hass, question.lock
    if question.approver is not None:
        line = word(hass, "voice_approved_by", what=line, who=_name_of(question, question.approver))
    async_write_line(hass, question.exposed.entity_id, lock.name, line)
    persistent_notification.async_create(hass, f"{lock.name}: {line}", word(hass, "voice_title"))


def kept_asker(question: Question) -> str:
    """Return who has asked, for people who look it up."""
    return _name_of(question, question.caller)


def kept_guest(question: Question, plan: Plan) -> str:
    """Return whom it concerns, for the same people; names are kept only where the user wants that."""
    names = RecordOptions.of(question.lock.config_entry.options).names
    return spoken(plan.guest) if names else word(question.hass, "voice_someone")


def _name_of(question: Question, caller: Caller) -> str:
    names = RecordOptions.of(question.lock.config_entry.options).names
    return caller.name if names and caller.name else word(question.hass, "voice_someone")


def _asker(question: Question) -> str:
    """Return who asks, for an administrator who has to decide: the name of a user, or where somebody speaks."""
    hass = question.hass
    if question.caller.name:
        return spoken(question.caller.name)
    device = question.device_id and dr.async_get(hass).async_get(question.device_id)
    if device and (name := device.name_by_user or device.name):
        return word(hass, "voice_somebody_at", device=spoken(name))
    return word(hass, "voice_somebody")


def _why(hass: HomeAssistant, err: Refusal | HomeAssistantError) -> str:
    """Return why something approved was not done."""
    cause = err.__cause__ if isinstance(err, Refusal) else err
    if isinstance(cause, HomeAssistantError):
        return error_text(hass, cause)
    if isinstance(err, Refusal) and err.result["error"] == RATE_LIMITED:
        return word(hass, "voice_rate_limited")
    return word(hass, "voice_no_longer")
