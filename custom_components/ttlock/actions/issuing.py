"""One plan for somebody on many locks: passcode, card and ekey, the same everywhere (compatibility.md 4.3)."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..client import Secret
from ..client.cloud.cards import check_number
from ..client.credentials import (
    Credential,
    CredentialKind,
    PasscodeCredential,
    Validity,
    cyclic_passcode_kind,
)
from ..client.ekeys import EkeyRequest
from ..client.errors import InvalidInput, NotPermitted, Unsupported
from ..client.grants import Grant, Wish
from ..client.grants.comparison import fulfils
from ..client.grants.refusals import exists
from ..client.grants.vendor import first_window
from ..client.models import PasscodeKind
from ..client.passcodes import MAX_CUSTOM_PASSCODES, PasscodeRequest, check, random_code
from ..const import DOMAIN
from ..credential_tables import async_read_all, kinds_of
from ..errors import translated
from ..lock_coordinator import LockCoordinator
from ..targets import async_target_locks
from .action import DIGITS, NAME, Action
from .ekeys import ekey_wish
from .passcode_writer import passcode_wish
from .results import Locks, Result, each
from .several import Item, combined
from .topics import CARDS
from .validity import VALIDITY, NewValidity

TO_ISSUE: Final = ("passcode", "random_passcode", "card_number", "receiver_username")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one lock is to get."""

    passcode: Wish | None
    others: tuple[Wish, ...]

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """Return everything."""
        return self.others if self.passcode is None else (self.passcode, *self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a lock has and is to have already."""

    table: tuple[Credential, ...]
    grants: tuple[Grant, ...]

    @property
    def numbers(self) -> Iterable[Secret | None]:
        """Return every number that is taken."""
        yield from (item.number for item in self.table)
        yield from (grant.wish.number for grant in self.grants)

    def stands_for(self, wish: Wish) -> Secret | None:
        """Return the digits that somebody has for the same time already, lest the same plan twice make others."""
        for item in self.table:
            own = isinstance(item, PasscodeCredential) and not item.is_random
            if own and item.name == wish.label and fulfils(item, replace(wish, number=item.number), None):
                return item.number
        pending = (grant.wish for grant in self.grants if grant.wish.kind is wish.kind and grant.wish.number)
        return next(
            (other.number for other in pending if (other.label, other.validity) == (wish.label, wish.validity)), None
        )

    def check(self, wish: Wish) -> None:
        """Refuse a number that somebody else has, or the same person for another time; InvalidInput."""
        if wish.number is None:
            return
        number = wish.shown_number
        for item in self.table:
            if (item.kind, item.number) == (wish.kind, number):
                if item.name == wish.label and fulfils(item, wish, None):
                    return
                raise exists(wish.kind)
        for grant in self.grants:
            if (grant.wish.kind, grant.wish.number) == (wish.kind, wish.number):
                if grant.wish.same_as(wish) and grant.wish.label == wish.label:
                    return
                raise exists(wish.kind)
        own = sum(isinstance(item, PasscodeCredential) and not item.is_random for item in self.table)
        if wish.kind is CredentialKind.PASSCODE and own >= MAX_CUSTOM_PASSCODES:
            raise InvalidInput("passcode_memory_full")


async def async_issue_access(hass: HomeAssistant, call: ServiceCall) -> ServiceResponse:
    """Give somebody passcode, card and ekey for many locks; everything is checked before the first is sent."""
    locks = await async_target_locks(hass, call)
    if not any(call.data.get(field) for field in TO_ISSUE):
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="nothing_to_issue")
    if call.data["random_passcode"] and "passcode" in call.data:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="passcode_twice")
    plans: dict[str, Plan] = {}
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            plans[entity_id] = _plan(lock, call)
    known = await _async_known(hass, locks, plans)
    if call.data["random_passcode"]:
        _choose_digits(plans, known)
    for entity_id, lock in locks.items():
        with translated(hass, lock.config_entry, lock.name):
            for wish in plans[entity_id].wishes:
                known[entity_id].check(wish)

    async def issue(entity_id: str, lock: LockCoordinator) -> Result:
        outcomes = await lock.account.grants.async_place_all(plans[entity_id].wishes)
        result = combined(call, lock, [Item.of(lock, outcome) for outcome in outcomes])
        passcodes = [outcome.grant for outcome in outcomes if outcome.grant.wish.kind is CredentialKind.PASSCODE]
        if call.data["return_code"] and passcodes:
            code = passcodes[0].number or passcodes[0].wish.number
            result["passcode"] = code.reveal() if code else None
        return result

    return await each(hass, locks, issue)


async def _async_known(hass: HomeAssistant, locks: Locks, plans: Mapping[str, Plan]) -> dict[str, Known]:
    """Read what could be in the way; raises when one lock cannot be read, for nothing is sent half checked."""

    async def read(entity_id: str, lock: LockCoordinator) -> Known:
        kinds = {wish.kind for wish in plans[entity_id].wishes if wish.number is not None}
        with translated(hass, lock.config_entry, lock.name):
            table = await async_read_all(lock, kinds)
        grants = lock.account.grants.grants.of_lock(lock.lock_id)
        return Known(table=table.items, grants=tuple(grant for grant in grants if grant.pending))

    return dict(
        zip(locks, await asyncio.gather(*(read(entity_id, lock) for entity_id, lock in locks.items())), strict=True)
    )


# -- The plan ------------------------------------------------------------------------------------------------------


def _plan(lock: LockCoordinator, call: ServiceCall) -> Plan:
    """Return what one lock is to get, checked as far as that needs no call; random digits are chosen later."""
    if not lock.data.ekey.may_manage:
        raise NotPermitted("not_admin")
    said = NewValidity.of_call(lock, call)
    others: list[Wish] = []
    if "card_number" in call.data:
        others.append(_card(lock, call, said.for_new()))
    if "receiver_username" in call.data:
        others.append(_ekey(lock, call, said))
    wants_passcode = "passcode" in call.data or call.data["random_passcode"]
    return Plan(passcode=_passcode(lock, call, said) if wants_passcode else None, others=tuple(others))


def _passcode(lock: LockCoordinator, call: ServiceCall, said: NewValidity) -> Wish:
    """Return the wish for a passcode; with weekly hours it is one that the cloud makes, which each lock has its own."""
    if CredentialKind.PASSCODE not in kinds_of(lock):
        raise Unsupported("no_passcodes")
    name, zone, now = call.data["name"], lock.data.zone, dt_util.utcnow()
    code = Secret(call.data["passcode"]) if "passcode" in call.data else None
    if said.windows:
        if code is not None:
            raise InvalidInput("custom_passcode_kind")
        if said.start is not None:
            raise InvalidInput("passcode_weekly_period")
        first, last = first_window(said.for_new(), now, zone)
        request = PasscodeRequest(name=name, kind=cyclic_passcode_kind(said.windows), start=first, end=last)
    else:
        kind = PasscodeKind.PERMANENT if said.start is None else PasscodeKind.PERIOD
        start, end = (when and when.replace(second=0) for when in (said.start, said.end))
        request = PasscodeRequest(name=name, kind=kind, code=code or random_code(()), start=start, end=end)
    check(request, now, zone)
    return passcode_wish(lock, request)


def _card(lock: LockCoordinator, call: ServiceCall, validity: Validity) -> Wish:
    number = Secret(call.data["card_number"])
    check_number(number, reverse=call.data["reversed"])
    CARDS.check(lock, validity)
    return Wish(
        kind=CredentialKind.CARD,
        lock_id=lock.lock_id,
        label=call.data["name"],
        validity=validity,
        number=number,
        reversed_number=call.data["reversed"],
    )


def _ekey(lock: LockCoordinator, call: ServiceCall, said: NewValidity) -> Wish:
    if said.windows:
        raise InvalidInput("ekey_weekly_hours")
    request = EkeyRequest(
        receiver=call.data["receiver_username"],
        name=call.data["name"],
        start=said.start,
        end=said.end,
        remote_unlock=call.data["remote_enable"],
        create_user=call.data["create_user"],
    )
    return ekey_wish(lock, request)


def _choose_digits(plans: dict[str, Plan], known: Mapping[str, Known]) -> None:
    """Put the same digits into all plans: those that somebody has already for this time, or new ones."""
    open_wishes = {
        entity_id: plan.passcode
        for entity_id, plan in plans.items()
        if plan.passcode is not None and plan.passcode.number is not None
    }
    given = {number for entity_id, wish in open_wishes.items() if (number := known[entity_id].stands_for(wish))}
    taken = {number for each_known in known.values() for number in each_known.numbers if number is not None}
    code = given.pop() if len(given) == 1 else random_code(taken)
    for entity_id, wish in open_wishes.items():
        plans[entity_id] = replace(plans[entity_id], passcode=replace(wish, number=code))


ACTIONS: Final = {
    "issue_access": Action(
        handler=async_issue_access,
        fields={
            vol.Required("name"): NAME,
            vol.Optional("passcode"): DIGITS,
            vol.Optional("random_passcode", default=False): cv.boolean,
            vol.Optional("card_number"): DIGITS,
            vol.Optional("reversed", default=False): cv.boolean,
            vol.Optional("receiver_username"): NAME,
            vol.Optional("remote_enable", default=False): cv.boolean,
            vol.Optional("create_user", default=False): cv.boolean,
            vol.Optional("return_code", default=False): cv.boolean,
            **VALIDITY,
        },
    ),
}
