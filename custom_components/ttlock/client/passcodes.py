"""The rules of passcodes, checked before anything is sent (ttlock-open-api.md 7)."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
import secrets
import string
from typing import Final

from .errors import InvalidInput
from .models import PasscodeKind
from .period import check_order, check_years
from .secret import Secret

MIN_DIGITS: Final = 4
MAX_DIGITS: Final = 9
RANDOM_DIGITS: Final = 6
"""Every lock takes six; older ones take no fewer (7.2)."""
MAX_CUSTOM_PASSCODES: Final = 250
"""What a lock holds; some hold less and say so themselves (7.2)."""
MAX_RANDOM_PERIOD: Final = timedelta(days=366)
"""Beyond one year a random code knows whole months only (7.1); others are refused rather than silently rounded."""

FIRST_USE: Final = timedelta(hours=24)
"""A random code that is not used within a day of its start is suspended (7.1)."""
ONE_TIME_LIFE: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasscodeRequest:
    """A wish for a passcode; without `code` the cloud makes a random one that needs no gateway."""

    name: str | None
    kind: PasscodeKind
    code: Secret | None = None
    start: datetime | None = None
    end: datetime | None = None


def check_code(code: Secret) -> None:
    """Refuse digits that no keypad takes; InvalidInput."""
    digits = code.reveal()
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidInput("passcode_digits")
    if not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        raise InvalidInput("passcode_length")
    if {int(after) - int(before) for before, after in pairwise(digits)} in ({0}, {1}, {-1}):
        # The vendor refuses one digit repeated and digits in a row (3.2, code -2032).
        raise InvalidInput("passcode_too_simple")


def random_code(taken: Collection[Secret]) -> Secret:
    """Return digits of our own that nobody guesses and no keypad refuses, other than those that are taken."""
    while True:
        code = Secret("".join(secrets.choice(string.digits) for _ in range(RANDOM_DIGITS)))
        with suppress(InvalidInput):
            check_code(code)
            if code not in taken:
                return code


def check_period(start: datetime | None, end: datetime | None, now: datetime) -> None:
    """Refuse a period that can never open the door; InvalidInput."""
    check_years(start, end)
    check_order(start, end)
    if end is not None and end <= now:
        raise InvalidInput("period_past")


def check(request: PasscodeRequest, now: datetime, zone: tzinfo) -> None:
    """Refuse a wish that breaks a rule, before anything is sent; InvalidInput. `zone` is the lock's."""
    if request.code is not None:
        check_code(request.code)
        if request.kind not in (PasscodeKind.PERMANENT, PasscodeKind.PERIOD):
            raise InvalidInput("custom_passcode_kind")
        if request.kind is PasscodeKind.PERMANENT and (request.start or request.end):
            raise InvalidInput("permanent_with_period")
    check_period(request.start, request.end, now)
    if request.kind is PasscodeKind.PERIOD or request.kind.is_cyclic:
        if request.start is None or request.end is None:
            raise InvalidInput("period_missing")
        if (
            request.code is None
            and request.end - request.start > MAX_RANDOM_PERIOD
            and not _whole_months(request.start.astimezone(zone), request.end.astimezone(zone))
        ):
            raise InvalidInput("random_period_too_long")
    if request.code is None:
        first_use = ONE_TIME_LIFE if request.kind is PasscodeKind.ONE_TIME else FIRST_USE
        if request.start is not None and not request.kind.is_cyclic and request.start + first_use <= now:
            raise InvalidInput("period_past")
        for when in (request.start, request.end):
            # The lock ignores the minutes of a random code: saying 19:30 and meaning 19:00 would be a lie (7.1).
            if when is not None and (local := when.astimezone(zone)) != local.replace(
                minute=0, second=0, microsecond=0
            ):
                raise InvalidInput("random_whole_hours")


def _whole_months(start: datetime, end: datetime) -> bool:
    return (start.day, start.time()) == (end.day, end.time())
