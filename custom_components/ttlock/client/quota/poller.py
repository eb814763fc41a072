"""How long to wait until a lock is asked again where its bolt is."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

_HOUR: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=14)
"""However many locks there are: each is asked now and then, so that one that is dead is found out."""


def pause(
    now: datetime, *, interval: timedelta, shortest: timedelta, weights: Sequence[float], zone: tzinfo
) -> timedelta:
    """Return how long to wait for the next question to a lock that is asked now.

    `interval` is the pause that the calls of the month allow on average, `weights` say in which hours of the lock's day
    it is to be shorter, never shorter than `shortest`, since each question wakes a radio.
    """
    return max(_passed(now, min(max(interval, shortest), LONGEST), weights, zone), shortest)


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
