"""What an administrator has to approve on a phone before it is done (voice-and-automation.md 5.3, 12).

A phone answers by an event that anybody may make up. What counts is the user of its context: Home Assistant fills it
in from the registration of the phone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import secrets
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Context, Event, HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..access_words import word
from ..const import DOMAIN
from ..timer import Timer
from .access import spoken
from .caller import Caller
from .confirmation import Deed, Hourly
from .phones import Button, Note, Phone, async_notify

ANSWERED: Final = "mobile_app_notification_action"
ANSWER: Final = "action"
VALID: Final = timedelta(minutes=5)

type Approved = Callable[[Caller, Context], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants who may not have it done."""

    deed: Deed
    text: str
    """Who wants what, as administrators read it."""
    phones: tuple[Phone, ...]
    approved: Approved
    """Does it for who has agreed, and returns how it went."""


def _random_id() -> str:
    return f"{DOMAIN}_{secrets.token_hex(16)}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Asked:
    wish: Wish
    until: datetime
    timer: Timer
    yes: str = field(default_factory=_random_id)
    no: str = field(default_factory=_random_id)
    tag: str = field(default_factory=_random_id)


class Approvals:
    """The wishes that wait for an administrator."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Nobody has asked yet."""
        self._hass = hass
        self._asked: list[_Asked] = []
        self._listeners: list[CALLBACK_TYPE] = []
        self.asks = Hourly()
        """Whoever may ask must not be able to flood a phone."""

    async def async_ask(self, wish: Wish) -> bool:
        """Ask the administrators, once for the same wish; return whether one of them can have heard of it."""
        if any((asked.wish.deed, asked.wish.text) == (wish.deed, wish.text) for asked in self._asked):
            return True
        if not wish.phones:
            return False
        timer = Timer(self._hass, "Approval of voice", self._async_expire)
        asked = _Asked(wish=wish, until=dt_util.utcnow() + VALID, timer=timer)
        self._asked.append(asked)
        if not self._listeners:
            bus = self._hass.bus
            self._listeners = [
                bus.async_listen(ANSWERED, self._async_answered, event_filter=self._async_is_meant),
                bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._async_stop),
            ]
        timer.at(asked.until)
        buttons = (
            Button(action=asked.yes, title=word(self._hass, "voice_approve"), guarded=True),
            Button(action=asked.no, title=word(self._hass, "voice_refuse")),
        )
        if not await self._async_show(asked, wish.text, buttons):
            self._async_forget(asked)
            return False
        return True

    @callback
    def _async_is_meant(self, data: Mapping[str, Any]) -> bool:
        return self._find(data.get(ANSWER)) is not None

    def _find(self, answer: Any) -> _Asked | None:
        return next((asked for asked in self._asked if answer in (asked.yes, asked.no)), None)

    async def _async_answered(self, event: Event) -> None:
        """Do what an administrator has approved; an answer of anybody else, or after the time, is none."""
        answer = event.data[ANSWER]
        who = await Caller.of(self._hass, event.context)
        asked = self._find(answer)
        if asked is None or not who.is_admin or dt_util.utcnow() >= asked.until:
            return
        if who.user_id not in {phone.user_id for phone in asked.wish.phones}:
            return
        self._async_forget(asked)
        if answer == asked.yes:
            outcome = await asked.wish.approved(who, event.context)
        else:
            outcome = word(self._hass, "voice_refused", who=spoken(who.name or ""))
        await self._async_show(asked, f"{asked.wish.text}\n{outcome}")

    async def _async_expire(self) -> None:
        now = dt_util.utcnow()
        await self._async_end(asked for asked in self._asked if asked.until <= now)

    async def _async_stop(self, event: Event) -> None:
        """Leave no buttons behind to which nobody would listen."""
        await self._async_end(self._asked)

    async def _async_end(self, unanswered: Iterable[_Asked]) -> None:
        unanswered = tuple(unanswered)
        for asked in unanswered:
            self._async_forget(asked)
        outcome = word(self._hass, "voice_unanswered")
        await asyncio.gather(*(self._async_show(asked, f"{asked.wish.text}\n{outcome}") for asked in unanswered))

    @callback
    def _async_forget(self, asked: _Asked) -> None:
        """Take no answer any more."""
        asked.timer.cancel()
        self._asked = [other for other in self._asked if other is not asked]
        while self._listeners and not self._asked:
            self._listeners.pop()()

    async def _async_show(self, asked: _Asked, text: str, buttons: tuple[Button, ...] = ()) -> bool:
        note = Note(tag=asked.tag, title=word(self._hass, "voice_ask_title"), message=text, buttons=buttons)
        return await async_notify(self._hass, asked.wish.phones, note)


DATA: Final[HassKey[Approvals]] = HassKey(f"{DOMAIN}_voice_approvals")


@singleton(DATA)
@callback
def async_approvals(hass: HomeAssistant) -> Approvals:
    """Return what waits for an administrator; reloading an account forgets nothing."""
    return Approvals(hass)
