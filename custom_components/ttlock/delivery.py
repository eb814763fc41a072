"""Bringing a message that opens a door to people, without leaving a trace of it in Home Assistant.

A call of a notify action is an event, and the recorder keeps it with its message; so do the traces of automations. The
method of a notify entity leaves nothing but the time of its last message (voice-and-automation.md 8).
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.components.notify import NotifyEntity
from homeassistant.components.notify.const import DATA_COMPONENT, NotifyEntityFeature
from homeassistant.const import ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .client import Secret
from .const import DOMAIN, LOGGER

PHONES: Final = "mobile_app"
OWNER: Final = "user_id"
"""Where the entry of a phone says whose it is."""
PATIENCE_SECONDS: Final = 30

type Recipients = dict[str, NotifyEntity]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Whom a message reached."""

    sent_to: list[str]
    failed: list[str]


@callback
def async_recipients(hass: HomeAssistant, entity_ids: Iterable[str]) -> Recipients:
    """Return the notify entities by id, those of groups in place of the group.

    A group passes messages on by calling a notify action, which is what must not happen. Raises ServiceValidationError
    for what is no notify entity, and when nobody is named.
    """
    found: Recipients = {}
    for entity_id in entity_ids:
        members = _members(hass, entity_id, set())
        if not members:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="notify_entity_missing",
                translation_placeholders={"entity_id": entity_id},
            )
        found |= members
    if not found:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_recipient")
    return found


@callback
def async_phones_of(hass: HomeAssistant, user_id: str | None) -> Recipients:
    """Return the notify entities of a user's phones."""
    if user_id is None:
        return {}
    registry = er.async_get(hass)
    return {
        entity.entity_id: notify
        for entry in hass.config_entries.async_entries(PHONES)
        if entry.data.get(OWNER) == user_id
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.domain == Platform.NOTIFY and (notify := _notify_entity(hass, entity.entity_id))
    }


async def async_deliver(recipients: Recipients, message: Secret, title: str) -> Delivery:
    """Send a message to everybody at once; what goes wrong with one keeps nobody else from it.

    Nothing that a notify entity says about its failure is passed on: it may quote the message.
    """
    outcomes = await asyncio.gather(
        *(_send(entity, message, title) for entity in recipients.values()), return_exceptions=True
    )
    sent_to, failed = [], []
    for entity_id, outcome in zip(recipients, outcomes, strict=True):
        match outcome:
            case True:
                sent_to.append(entity_id)
            case HomeAssistantError(translation_key=str(reason)):
                LOGGER.warning("No message reached %s: %s", entity_id, reason)
                failed.append(entity_id)
            case Exception():
                LOGGER.warning("No message reached %s: %s", entity_id, type(outcome).__name__)
                failed.append(entity_id)
            case BaseException():
                raise outcome
            case _:
                failed.append(entity_id)
    return Delivery(sent_to=sent_to, failed=failed)


async def _send(entity: NotifyEntity, message: Secret, title: str) -> bool:
    """Send a message to one recipient, who may be unavailable."""
    if not entity.available:
        return False
    has_title = (entity.supported_features or 0) & NotifyEntityFeature.TITLE
    async with asyncio.timeout(PATIENCE_SECONDS):
        await entity.async_send_message(message.reveal(), title=title if has_title else None)
    return True


def _notify_entity(hass: HomeAssistant, entity_id: str) -> NotifyEntity | None:
    component = hass.data.get(DATA_COMPONENT)
    return None if component is None else component.get_entity(entity_id)


def _members(hass: HomeAssistant, entity_id: str, seen: set[str]) -> Recipients:
    """Return an entity, or those of the group that it is; groups may hold each other."""
    if entity_id in seen or (entity := _notify_entity(hass, entity_id)) is None:
        return {}
    seen.add(entity_id)
    members = (entity.extra_state_attributes or {}).get(ATTR_ENTITY_ID)
    if members is None:
        return {entity_id: entity}
    return {member: notify for name in members for member, notify in _members(hass, name, seen).items()}
