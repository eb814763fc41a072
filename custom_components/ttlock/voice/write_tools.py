"""Voice tools that change who may open a lock.

What is done comes back in words without digits; codes go to the recipients of the options (voice-and-automation.md 12).
"""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final, override

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.llm import ToolAnnotations
from homeassistant.helpers.selector import DateTimeSelector
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import probatio

from ..access_words import word
from ..actions import ACTIONS, Request
from ..actions.outcomes import PENDING
from ..actions.period import full_hour, next_full_hour
from ..actions.results import aware
from ..actions.several import FAILED, async_take_off
from ..client import Feature
from ..client.errors import InvalidInput, NotPermitted, OutcomeUnknown, OutOfReach
from ..client.models import PasscodeKind
from ..client.passcodes import ONE_TIME_LIFE, PasscodeRequest, check
from ..client.period import check_order, check_years
from ..const import DOMAIN
from ..delivery import async_recipients
from ..message import clock
from ..message_words import words_of
from .access import async_accesses, moment, people_called, spoken
from .tool import NO_RECIPIENT, NOT_FOUND, Question, Refusal
from .write_tool import CONFIRMATION, Plan, WriteTool, async_tell, kept_asker, kept_guest

AMBIGUOUS: Final = "ambiguous"
LONGEST_NAME: Final = 30
_GUEST: Final = probatio.All(str, probatio.Strip, probatio.Length(min=1, max=LONGEST_NAME))


class CodeTool(WriteTool):
    """A tool that has a code made and sent."""

    annotations = ToolAnnotations(read_only=False, destructive=False, idempotent=False, open_world=True)

    @override
    async def _async_plan(self, question: Question) -> Plan:
        lock = question.lock
        if not lock.data.ekey.may_manage:
            raise NotPermitted("not_admin")
        lock.require(Feature.PASSCODE, "no_keypad")
        if lock.account.is_local and not lock.data.by_radio:
            # Other codes are of the cloud and need no way to the lock.
            raise OutOfReach
        self._require_recipients(question)
        return self._plan(question)

    @abstractmethod
    def _plan(self, question: Question) -> Plan:
        """Return what is meant."""

    @staticmethod
    def _require_recipients(question: Question) -> None:
        try:
            async_recipients(question.hass, question.exposed.options.recipients)
        except ServiceValidationError as err:
            raise Refusal(NO_RECIPIENT, reason=err.translation_key) from err

    async def _async_share(self, question: Question, plan: Plan, **fields: Any) -> JsonObjectType:
        """Make and send the code by the action, without the event of a call, which would be recorded."""
        hass, lock = question.hass, question.lock
        action = ACTIONS["share_access"]
        data: dict[str, Any] = action.schema(
            {
                "entity_id": question.exposed.entity_id,
                "notify": list(question.exposed.options.recipients),
                "message": words_of(hass.config.language).made_code,
                "guest": plan.guest,
                **fields,
            }
        )
        call = ServiceCall(hass, DOMAIN, "share_access", data, question.context, return_response=True)
        try:
            answer: Any = await Request(name="share_access", action=action, call=call).async_run(hass, call)
        except HomeAssistantError as err:
            if err.translation_key != "passcode_undelivered":
                raise
            # It is on the lock, and its digits are where the account's passcodes are.
            async_tell(
                question, word(hass, "voice_made_code", guest=kept_guest(question, plan), who=kept_asker(question))
            )
            raise Refusal(NO_RECIPIENT, reason="passcode_undelivered") from err
        async_tell(question, word(hass, "voice_made_code", guest=kept_guest(question, plan), who=kept_asker(question)))
        sent_to = answer["results"][question.exposed.entity_id]["sent_to"]
        zone = lock.data.zone
        return {
            "done": True,
            "valid_from": moment(plan.start, zone),
            "valid_until": moment(plan.end, zone),
            "sent_to": [spoken(_name(hass, entity_id)) for entity_id in sent_to],
        }


class GuestCode(CodeTool):
    """A code for somebody and some time."""

    name = "ttlock__create_guest_code"
    title = "Make a code for a guest"
    description = (
        "Makes a code that opens a lock from start to end and sends it to the owner's recipients, never to you. "
        "Codes begin and end with full hours. The first call only asks: repeat it with the confirmation value after "
        "the user has agreed."
    )
    fields: ClassVar[Mapping[Any, Any]] = {
        probatio.Required("guest", description="Whom the code is for"): _GUEST,
        probatio.Required("start", description="When the code begins"): DateTimeSelector(),
        probatio.Required("end", description="When the code ends"): DateTimeSelector(),
        **CONFIRMATION,
    }

    @override
    def _plan(self, question: Question) -> Plan:
        lock, now = question.lock, dt_util.utcnow()
        zone = lock.data.zone
        start, end = (aware(dt_util.parse_datetime(question.arguments[key]), zone) for key in ("start", "end"))
        if start is None or end is None:
            raise InvalidInput("period_order")
        check_years(start, end)
        check_order(start, end)
        if start < now - timedelta(hours=1):
            raise InvalidInput("period_past")
        # The lock knows full hours of such codes only: it opens in all that are touched, and the user is told so.
        start, end = full_hour(start, zone), next_full_hour(end, zone)
        guest = question.arguments["guest"]
        check(PasscodeRequest(name=guest, kind=PasscodeKind.PERIOD, start=start, end=end), now, zone)
        return Plan(
            summary=(
                f"Make a code for {spoken(guest)} that opens {question.name} "
                f"from {clock(start, zone)} to {clock(end, zone)}, and send it to the recipients of the options"
            ),
            words=(guest, start.isoformat(), end.isoformat()),
            guest=guest,
            start=start,
            end=end,
        )

    @override
    def _wish(self, question: Question, plan: Plan, asker: str) -> str:
        return word(question.hass, "voice_asks_code", asker=asker, **_told(question, plan))

    @override
    async def _async_do(self, question: Question, plan: Plan) -> JsonObjectType:
        return await self._async_share(question, plan, kind="timed", start_time=plan.start, end_time=plan.end)


class OneTimeCode(CodeTool):
    """A code that opens once."""

    name = "ttlock__make_one_time_code"
    title = "Make a one-time code"
    description = (
        "Makes a code that opens a lock once within the next hours and sends it to the owner's recipients, never to "
        "you. The first call only asks: repeat it with the confirmation value after the user has agreed."
    )
    fields: ClassVar[Mapping[Any, Any]] = {
        probatio.Optional("guest", description="Whom the code is for"): _GUEST,
        **CONFIRMATION,
    }

    @override
    def _plan(self, question: Question) -> Plan:
        lock = question.lock
        zone = lock.data.zone
        start = full_hour(dt_util.utcnow(), zone)
        guest = question.arguments.get("guest")
        whom = f" for {spoken(guest)}" if guest else ""
        return Plan(
            summary=f"Make a code{whom} that opens {question.name} once, and send it to the recipients of the options",
            words=(guest or "",),
            guest=guest or words_of(question.hass.config.language).guest,
            start=start,
            end=start + ONE_TIME_LIFE,
        )

    @override
    def _wish(self, question: Question, plan: Plan, asker: str) -> str:
        return word(question.hass, "voice_asks_one_time_code", asker=asker, **_told(question, plan))

    @override
    async def _async_do(self, question: Question, plan: Plan) -> JsonObjectType:
        return await self._async_share(question, plan, kind="one_time")


class RevokeAccess(WriteTool):
    """Everything of somebody is taken off a lock."""

    name = "ttlock__revoke_access"
    title = "Take somebody's access away"
    description = (
        "Takes everything off a lock with which somebody may open it: codes, cards, fingerprints, ekeys. Takes a name "
        "of ttlock__list_access. The first call only asks: repeat it with the confirmation value after the user has "
        "agreed."
    )
    annotations = ToolAnnotations(read_only=False, destructive=True, idempotent=True, open_world=True)
    fields: ClassVar[Mapping[Any, Any]] = {
        probatio.Required("guest", description="Whose access, as ttlock__list_access names them"): probatio.All(
            str, probatio.Strip, probatio.Length(min=1)
        ),
        **CONFIRMATION,
    }

    @override
    async def _async_plan(self, question: Question) -> Plan:
        lock, guest = question.lock, question.arguments["guest"]
        people = people_called(question.hass, lock, await async_accesses(lock, anyway=True), guest)
        if not people:
            raise Refusal(NOT_FOUND)
        if len(people) > 1:
            raise Refusal(AMBIGUOUS, names=[spoken(person.account or person.name or guest) for person in people])
        (person,) = people
        kinds = ", ".join(sorted({item.kind.value.replace("_", " ") for item in person.held}))
        return Plan(
            summary=f"Take the access of {spoken(guest)} off {question.name} ({kinds})",
            words=tuple(sorted(item.access.uid for item in person.held if item.access is not None)),
            guest=guest,
            person=person,
        )

    @override
    def _wish(self, question: Question, plan: Plan, asker: str) -> str:
        hass, held = question.hass, plan.person.held if plan.person else ()
        return word(
            hass,
            "voice_asks_revoke",
            asker=asker,
            guest=spoken(plan.guest),
            lock=question.lock.name,
            kinds=", ".join(sorted({word(hass, f"kind_{item.kind.value}") for item in held})),
        )

    @override
    async def _async_do(self, question: Question, plan: Plan) -> JsonObjectType:
        lock, held = question.lock, plan.person.held if plan.person else ()
        credentials = [item.credential for item in held if item.credential is not None]
        wishes = [item.access.grant for item in held if item.access and item.credential is None and item.access.grant]
        items = await async_take_off(lock, credentials, wishes)
        await lock.book.async_freshen()
        failed = [item for item in items if item.status == FAILED]
        if failed and len(failed) == len(items):
            raise failed[0].error or OutcomeUnknown()
        async_tell(
            question, word(question.hass, "voice_revoked", guest=kept_guest(question, plan), who=kept_asker(question))
        )
        if failed:
            return {"done": False, "left": ", ".join(sorted({item.kind.value for item in failed}))}
        return {"done": True, "pending": any(item.status == PENDING for item in items)}


def _name(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    return state.name if state else entity_id


def _told(question: Question, plan: Plan) -> dict[str, str]:
    """Return what an administrator has to know about a code."""
    zone = question.lock.data.zone
    return {
        "guest": spoken(plan.guest),
        "lock": question.lock.name,
        "start": clock(plan.start, zone) if plan.start else "",
        "end": clock(plan.end, zone) if plan.end else "",
    }
