"""Questions to the cloud that somebody outside can cause: at once, and then less and less often."""

from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .timer import Timer

type Question = Callable[[], Coroutine[Any, Any, Any]]
type Start = Callable[[Coroutine[Any, Any, Any], str], None]

FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
"""Callbacks are not signed: who floods the address shall not use up the calls of the month."""


@dataclass(slots=True)
class _Asked:
    at: datetime
    pause: timedelta
    longest: timedelta
    again: Question | None = None
    """What waits until the pause is over."""


class Questions:
    """Ask about each subject at once, and when it comes up again in the pause after that, once at its end."""

    def __init__(self, hass: HomeAssistant, name: str, start: Start) -> None:
        """Start questions by something that runs them in the background."""
        self._start = start
        self._asked: dict[Hashable, _Asked] = {}
        self._timer = Timer(hass, f"{name} questions", self._async_due)

    @callback
    def async_ask(self, subject: Hashable, question: Question, *, longest: timedelta = LONGEST_PAUSE) -> None:
        """Ask now or later; nothing that comes up is forgotten."""
        now = dt_util.utcnow()
        asked = self._asked.get(subject)
        if asked is None or now - asked.at >= LONGEST_PAUSE:
            self._asked[subject] = _Asked(now, FIRST_PAUSE, longest)
            self._start(question(), str(subject))
        elif now - asked.at >= asked.pause:
            self._again(subject, asked, question, now)
        else:
            asked.again = question
            self._wait()

    @callback
    def async_shutdown(self) -> None:
        """Ask no more."""
        self._timer.cancel()
        self._asked.clear()

    def _again(self, subject: Hashable, asked: _Asked, question: Question, now: datetime) -> None:
        asked.at, asked.pause, asked.again = now, min(asked.pause * 2, asked.longest), None
        self._start(question(), str(subject))

    def _wait(self) -> None:
        self._timer.at(min((asked.at + asked.pause for asked in self._asked.values() if asked.again), default=None))

    async def _async_due(self) -> None:
        now = dt_util.utcnow()
        for subject, asked in tuple(self._asked.items()):
            if asked.again and now - asked.at >= asked.pause:
                self._again(subject, asked, asked.again, now)
        self._wait()
