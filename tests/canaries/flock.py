"""The numbers of one test: who let them loose, and where each may be found. Everywhere else it is a leak."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from .stores import Places, where

type Where = frozenset[str]


def at(*places: str) -> Where:
    """Return places by name."""
    return frozenset(places)


def passing(event_type: str) -> Where:
    """Return where an event is heard; the log of Home Assistant only when it is at debug."""
    return at(f"bus {event_type}", "log homeassistant.core")


def event(event_type: str) -> Where:
    """Return where an event is found that the recorder keeps."""
    return passing(event_type) | at(f"database event {event_type}", "database file")


NOWHERE: Final = at()
CALL: Final = event("call_service")
TRACE: Final = at("traces", "file trace.saved_traces")
NOTIFICATION: Final = at("notifications")
BROWSER: Final = at("log homeassistant.components.websocket_api.http.connection")
"""What a browser sends is in the log when it is at debug."""


def _numbers() -> Iterator[str]:
    """Yield numbers that keypads take, and that no lock has by chance."""
    return (str(604_937_185 + 1_734_577 * number) for number in count())


@dataclass
class Flock:
    """Canaries by name."""

    numbers: dict[str, str] = field(default_factory=dict)
    expected: dict[str, Where] = field(default_factory=dict)
    tolerated: dict[str, Where] = field(default_factory=dict)
    """Where a number is for as long as somebody is responsible for it."""
    _new: Iterator[str] = field(default_factory=_numbers)

    def loose(self, name: str, *places: Where, perhaps: Where = NOWHERE) -> str:
        """Return a new number."""
        return self.note(name, next(self._new), *places, perhaps=perhaps)

    def note(self, name: str, number: str, *places: Where, perhaps: Where = NOWHERE) -> str:
        """Take a number that somebody else has made."""
        assert number not in self.numbers.values(), f"{name} is not the only one"
        assert name not in self.numbers
        self.numbers[name] = number
        self.expected[name] = NOWHERE.union(*places)
        self.tolerated[name] = perhaps
        return number

    def astray(self, places: Places) -> dict[str, tuple[set[str], set[str]]]:
        """Return whose number is not where it should be: where it leaked to, and where it was missed."""
        found = where(self.numbers.values(), places)
        differences = {
            name: (
                found[number] - self.expected[name] - self.tolerated[name],
                set(self.expected[name] - found[number]),
            )
            for name, number in self.numbers.items()
        }
        return {name: difference for name, difference in differences.items() if any(difference)}
