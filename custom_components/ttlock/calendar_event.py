"""What somebody writes into an event of the calendar, read as a wish for a key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
import re
from typing import Any, Final, Self

from homeassistant.components.calendar.const import (
    EVENT_DESCRIPTION,
    EVENT_END,
    EVENT_RRULE,
    EVENT_START,
    EVENT_SUMMARY,
)

from .client import Secret
from .client.cyclic import CyclicWindow
from .client.errors import InvalidInput
from .client.passcodes import check_code
from .client.period import check_years

CODE_LINE: Final = re.compile(
    r"\s*(?:(?:pass)?code|pin|密码|密碼)(?![a-z])[\s:：=]*(?P<code>.*\d.*?)[\s#]*", re.IGNORECASE
)
"""A line of the description that names the digits: `Code 482915`, `code: 482 915`, `PIN: 482915#`, `密码：482915`."""
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
RULE_PARTS: Final = ("FREQ", "BYDAY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An event as somebody has written it."""

    name: str
    start: datetime
    end: datetime
    code: Secret | None
    rule: str | None
    """How the event comes back, if it does."""

    @classmethod
    def of(cls, event: Mapping[str, Any], zone: tzinfo, own_lines: Iterable[str] = ()) -> Self:
        """Read an event; InvalidInput for what cannot be a key.

        `zone` is the lock's, in which whole days are meant. `own_lines` are those that we have put into the
        description ourselves.
        """
        name = event[EVENT_SUMMARY].strip()
        if not name:
            raise InvalidInput("event_without_name")
        code = code_in(event.get(EVENT_DESCRIPTION) or "", own_lines)
        if code is not None and code.reveal() in re.sub(r"\s", "", name):
            raise InvalidInput("event_name_with_code")
        start, end = _moment(event[EVENT_START], zone), _moment(event[EVENT_END], zone)
        check_years(start, end)
        return cls(
            name=name,
            start=start,
            end=end,
            code=code,
            rule=event.get(EVENT_RRULE),
        )


def code_in(description: str, own_lines: Iterable[str] = ()) -> Secret | None:
    """Return the digits that a description names; InvalidInput for some that no keypad takes."""
    known = set(own_lines)
    for line in description.splitlines():
        if line.strip() not in known and (found := CODE_LINE.fullmatch(line)):
            code = Secret(re.sub(r"\s", "", found["code"]))
            check_code(code)
            return code
    return None


def rule_of(windows: Iterable[CyclicWindow], until: datetime | None) -> str:
    """Return how weekly windows come back, in the words of calendars (RFC 5545)."""
    days = ",".join(WEEKDAYS[window.weekday - 1] for window in windows)
    end = f";UNTIL={until.astimezone(UTC):%Y%m%dT%H%M%SZ}" if until else ""
    return f"FREQ=WEEKLY;BYDAY={days}{end}"


def same_minute(one: datetime, other: datetime) -> bool:
    """Return whether two moments look the same in a calendar, which knows no seconds."""
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def same_rule(one: str | None, other: str | None) -> bool:
    """Return whether two rules mean the same days, however they are written."""
    return _days(one) == _days(other)


def _days(rule: str | None) -> set[tuple[str, frozenset[str]]]:
    parts = (part.partition("=") for part in (rule or "").removeprefix("RRULE:").split(";"))
    return {(name, frozenset(value.split(","))) for name, _, value in parts if name in RULE_PARTS}


def _moment(when: date | datetime, zone: tzinfo) -> datetime:
    """Return the moment that is meant; a lock keeps whole minutes."""
    if isinstance(when, datetime):
        return when.replace(second=0, microsecond=0)
    return datetime.combine(when, time(), zone)
