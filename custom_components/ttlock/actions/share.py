"""Bringing a guest a passcode or a link: made here, sent from here, kept nowhere (voice-and-automation.md 8, 14)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client.errors import InvalidInput, NotFound, Unsupported
from ..client.models import PasscodeKind
from ..client.passcodes import PasscodeRequest, check
from ..const import DOMAIN
from ..delivery import Recipients, async_deliver, async_recipients
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..message import (
    LINK_PLACEHOLDERS,
    PLACEHOLDERS,
    GivenCode,
    UnknownPlaceholder,
    Values,
    code_values,
    in_braces,
    link_values,
    placeholders_of,
    render,
)
from ..message_words import Words, words_of
from ..targets import async_target_locks
from ..templates import MessageTemplate, async_find_template
from .action import OBJECT_ID, Action
from .passcode_writer import async_make
from .period import PERIOD, full_hour, next_full_hour, period_of
from .results import CONFIRMED, Result, each


class ShareKind(StrEnum):
    """Which passcode a guest is to get."""

    ONE_TIME = "one_time"
    TIMED = "timed"
    EXISTING = "existing"


_FOREIGN_FIELDS: Final = {
    ShareKind.ONE_TIME: ("end_time", "duration", "passcode_id"),
    ShareKind.TIMED: ("passcode_id",),
    ShareKind.EXISTING: ("start_time", "end_time", "duration"),
}
"""Fields that mean nothing for a kind; ignoring them would be a lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A passcode that is to be sent."""

    passcode_id: int
    status: str
    given: GivenCode
    guest: str
    """Whom the message addresses."""


async def async_share_access(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Make a passcode, or take one that is there, and send it; neither answer nor error holds its digits."""
    locks = await async_target_locks(hass, call)
    recipients = async_recipients(hass, call.data["notify"])
    kind = _kind(call.data)
    words = words_of(hass.config.language)
    templates = {entity_id: _template(hass, call.data, lock) for entity_id, lock in locks.items()}
    for template in templates.values():
        used = _placeholders(template, PLACEHOLDERS)
        if kind is not ShareKind.EXISTING and template.text is not None and "code" not in used:
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="message_without_code")
    requests: dict[str, PasscodeRequest] = {}
    if kind is not ShareKind.EXISTING:
        requests = {entity_id: _request(hass, call.data, kind, lock, words) for entity_id, lock in locks.items()}

    async def share(entity_id: str, lock: LockCoordinator) -> Result:
        if request := requests.get(entity_id):
            shared = await _make(lock, request, call.data.get("guest") or words.guest)
        else:
            shared = await _take(lock, call.data["passcode_id"], call.data.get("guest"), words)
        zone, now = lock.data.zone, dt_util.utcnow()
        values = code_values(
            shared.given, words, zone, now, guest=shared.guest, lock=lock.name, home=hass.config.location_name
        )
        template = templates[entity_id]
        text = template.text or shared.given.text(words, now)
        sent = await _send(recipients, text, template.title, values, lock)
        if not sent["sent_to"]:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="passcode_undelivered",
                translation_placeholders={"name": lock.name, "passcode_id": str(shared.passcode_id)},
            )
        return {"status": shared.status, "id": shared.passcode_id, "path": "cloud", **sent}

    return await each(hass, locks, share)


async def async_get_unlock_link(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Have the cloud make a link that unlocks with an ekey, and send it, or tell it to who asks for secrets."""
    locks = await async_target_locks(hass, call)
    tell: bool = call.data["include_secrets"]
    recipients = async_recipients(hass, call.data["notify"]) if "notify" in call.data else {}
    if not tell and not recipients:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="link_for_nobody")
    template = MessageTemplate(text=call.data.get("message"))
    used = _placeholders(template, LINK_PLACEHOLDERS)
    if template.text is not None and "link" not in used:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="message_without_link")
    words = words_of(hass.config.language)
    key_id: int = call.data["key_id"]

    async def link_of(entity_id: str, lock: LockCoordinator) -> Result:
        ekeys = lock.account.cloud.ekeys
        ekey = next((ekey for ekey in (await ekeys.list(lock.lock_id)).items if ekey.key_id == key_id), None)
        if ekey is None:
            raise NotFound("ekey_not_found")
        link = await ekeys.unlock_link(key_id)
        result: Result = {**CONFIRMED, "id": key_id}
        if tell:
            result["link"] = link.reveal()
        if recipients:
            guest = call.data.get("guest") or ekey.name or words.guest
            values = link_values(
                link,
                ekey.start,
                ekey.end,
                words,
                lock.data.zone,
                guest=guest,
                lock=lock.name,
                home=hass.config.location_name,
            )
            sent = await _send(recipients, template.text or words.link, None, values, lock)
            if not sent["sent_to"] and not tell:
                raise HomeAssistantError(
                    translation_domain=DOMAIN,
                    translation_key="link_undelivered",
                    translation_placeholders={"name": lock.name},
                )
            result |= sent
        return result

    return await each(hass, locks, link_of)


async def _make(lock: LockCoordinator, request: PasscodeRequest, guest: str) -> Shared:
    made = await async_make(lock, request)
    return Shared(
        passcode_id=made.passcode_id,
        status=made.status,
        given=GivenCode.of(
            made.code, request.kind, request.start, request.end, lock.data.zone, is_random=made.is_random
        ),
        guest=guest,
    )


async def _take(lock: LockCoordinator, passcode_id: int, guest: str | None, words: Words) -> Shared:
    passcodes = (await lock.account.cloud.list_passcodes(lock.lock_id)).items
    passcode = next((passcode for passcode in passcodes if passcode.passcode_id == passcode_id), None)
    if passcode is None:
        raise NotFound("passcode_not_found")
    if passcode.kind is PasscodeKind.ERASE:
        raise InvalidInput("passcode_erases")
    if passcode.code is None:
        raise Unsupported("passcode_unknown")
    return Shared(
        passcode_id=passcode_id,
        status="confirmed",
        given=GivenCode.of(
            passcode.code, passcode.kind, passcode.start, passcode.end, lock.data.zone, is_random=passcode.is_random
        ),
        guest=guest or passcode.name or words.guest,
    )


async def _send(recipients: Recipients, text: str, title: str | None, values: Values, lock: LockCoordinator) -> Result:
    heading = render(title, values).reveal() if title else lock.name
    delivery = await async_deliver(recipients, render(text, values), heading)
    return {"sent_to": list(delivery.sent_to), "failed": list(delivery.failed)}


# -- Fields --------------------------------------------------------------------------------------------------------


def _kind(data: dict[str, Any]) -> ShareKind:
    """Return the kind that is meant; without one the other fields tell."""
    if "kind" in data:
        kind = ShareKind(data["kind"])
    elif "passcode_id" in data:
        kind = ShareKind.EXISTING
    else:
        kind = ShareKind.TIMED if "end_time" in data or "duration" in data else ShareKind.ONE_TIME
    if foreign := [field for field in _FOREIGN_FIELDS[kind] if field in data]:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="share_fields",
            translation_placeholders={"kind": kind.value, "fields": ", ".join(foreign)},
        )
    if kind is ShareKind.EXISTING and "passcode_id" not in data:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="passcode_id_missing")
    return kind


def _request(
    hass: HomeAssistant, data: dict[str, Any], kind: ShareKind, lock: LockCoordinator, words: Words
) -> PasscodeRequest:
    """Return the random passcode that is wished for one lock."""
    now, zone = dt_util.utcnow(), lock.data.zone
    with translated(hass, lock.config_entry, lock.name):
        start, end = period_of(data, zone, now)
        if "start_time" not in data:
            start, end = full_hour(now, zone), end and next_full_hour(end, zone)
        one_time = kind is ShareKind.ONE_TIME
        request = PasscodeRequest(
            name=data.get("guest") or (words.one_time_name if one_time else words.guest.capitalize()),
            kind=PasscodeKind.ONE_TIME if one_time else PasscodeKind.PERIOD,
            start=start,
            end=end,
        )
        check(request, now, zone)
    return request


def _template(hass: HomeAssistant, data: dict[str, Any], lock: LockCoordinator) -> MessageTemplate:
    if "template" not in data:
        return MessageTemplate(text=data.get("message"))
    if "message" in data:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="message_twice")
    return async_find_template(hass, lock.config_entry, data["template"])


def _placeholders(template: MessageTemplate, known: tuple[str, ...]) -> frozenset[str]:
    """Return the placeholders of a text; refuse it when it holds others than the known ones."""
    try:
        placeholders_of(template.title or "", known)
        return placeholders_of(template.text or "", known)
    except UnknownPlaceholder as err:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_placeholder",
            translation_placeholders={"placeholder": err.placeholder, "known": in_braces(known)},
        ) from err


ACTIONS: Final = {
    "share_access": Action(
        handler=async_share_access,
        fields={
            vol.Optional("kind"): vol.In(ShareKind),
            vol.Optional("guest"): cv.string,
            **PERIOD,
            vol.Optional("passcode_id"): OBJECT_ID,
            vol.Optional("template"): cv.string,
            vol.Optional("message"): cv.string,
            vol.Required("notify"): cv.entity_ids,
        },
    ),
    "get_unlock_link": Action(
        handler=async_get_unlock_link,
        reads=True,
        fields={
            vol.Required("key_id"): OBJECT_ID,
            vol.Optional("include_secrets", default=False): cv.boolean,
            vol.Optional("notify"): cv.entity_ids,
            vol.Optional("guest"): cv.string,
            vol.Optional("message"): cv.string,
        },
    ),
}
