"""What a person has to say yes to before it is done (voice-and-automation.md 5.3, 12).

A model may ask and answer itself within one turn. Only a later word of the user in the same conversation is a yes.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import secrets
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.singleton import singleton
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

TOKEN_BYTES: Final = 4
VALID: Final = timedelta(minutes=2)
WRITES: Final = 5
"""So many an hour, for each account."""
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How far a conversation has come."""

    conversation_id: str
    number: int
    """How often the user has said something."""

    @classmethod
    def current(cls, hass: HomeAssistant) -> Turn | None:
        """Return where the conversation under way is; None for callers who have none, such as MCP clients."""
        if "conversation" not in hass.config.components:
            return None
        from homeassistant.components.conversation.chat_log import current_chat_log  # noqa: PLC0415  # only with it

        if (log := current_chat_log.get()) is None:
            return None
        return cls(conversation_id=log.conversation_id, number=sum(item.role == "user" for item in log.content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be done: the same deed has the same words, however a model spells them."""

    tool: str
    entity_id: str
    user_id: str | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    deed: Deed
    turn: Turn
    asked_at: datetime


class Hourly:
    """What may happen only so often an hour, for each account."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._times: dict[str, deque[datetime]] = {}

    @callback
    def async_may(self, entry_id: str) -> bool:
        """Return whether it may happen once more."""
        times = self._of(entry_id)
        return len(times) < WRITES or dt_util.utcnow() - times[0] >= HOUR

    @callback
    def async_note(self, entry_id: str) -> None:
        """Count it, whether it succeeds or not."""
        self._of(entry_id).append(dt_util.utcnow())

    def _of(self, entry_id: str) -> deque[datetime]:
        return self._times.setdefault(entry_id, deque(maxlen=WRITES))


@dataclass(slots=True)
class Confirmations:
    """The questions that wait for an answer, and what was done lately."""

    _questions: dict[str, _Question] = field(default_factory=dict)
    writes: Hourly = field(default_factory=Hourly)

    @callback
    def async_ask(self, deed: Deed, turn: Turn) -> str:
        """Return what has to come back with the answer."""
        now = dt_util.utcnow()
        self._questions = {key: asked for key, asked in self._questions.items() if now - asked.asked_at < VALID}
        token = secrets.token_hex(TOKEN_BYTES)
        self._questions[token] = _Question(deed=deed, turn=turn, asked_at=now)
        return token

    @callback
    def async_confirm(self, token: str, deed: Deed, turn: Turn) -> bool:
        """Return whether the user has agreed to a deed since; each answer counts once."""
        asked = self._questions.pop(token, None)
        return (
            asked is not None
            and asked.deed == deed
            and asked.turn.conversation_id == turn.conversation_id
            and turn.number > asked.turn.number
            and dt_util.utcnow() - asked.asked_at < VALID
        )


DATA: Final[HassKey[Confirmations]] = HassKey(f"{DOMAIN}_voice")


@singleton(DATA)
@callback
def async_confirmations(hass: HomeAssistant) -> Confirmations:
    """Return what waits for an answer; reloading an account forgives nothing."""
    return Confirmations()
