"""When a lock is asked next where its bolt is."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

_HOUR: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=14)
"""However many locks there are: each is asked now and then, so that one that is dead is found out."""


def next_question(
    known_at: datetime | None,
    now: datetime,
    *,
    interval: timedelta,
    shortest: timedelta,
    weights: Sequence[float],
    zone: tzinfo,
    blocked: bool = False,
) -> datetime | None:
    """Return when to ask; now when it is overdue, None for a lock that cannot be reached.

    `interval` is the pause that the calls of the month allow on average, `weights` say in which hours of the lock's day
    it is to be shorter, never shorter than `shortest`, since each question wakes a radio. Time counts from when the bolt
    was last known, by whatever road.
    """
    if blocked:
        return None
    if known_at is None or known_at > now:
        # A clock that was set back must not silence a lock.
        return now if known_at is None else now + shortest
    longest = min(max(interval, shortest), LONGEST)
    return max(known_at + max(_passed(known_at, longest, weights, zone), shortest), now)


def _passed(since: datetime, interval: timedelta, weights: Sequence[float], zone: tzinfo) -> timedelta:
    """Return after which time an interval is over, when time runs as fast as the weights say."""
    days = interval // (_HOUR * len(weights))
    # The weights of a whole day come to just that.
    left = interval - days * _HOUR * len(weights)
    at = since + days * _HOUR * len(weights)
    while True:
        local = at.astimezone(zone)
        rest_of_hour = _HOUR - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        weight = weights[local.hour]
        if rest_of_hour * weight >= left:
            return at + left / weight - since
        left -= rest_of_hour * weight
        at += rest_of_hour
