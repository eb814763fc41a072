"""The calls of one developer application: how many a month has, who may use them, and how fast they may go.

Pure: no clock, no network, nothing of Home Assistant. Whoever uses it says what time it is.
"""

from .governor import FREE_PLAN, Governor
from .habit import Habit
from .month import BEIJING, month_start, next_month
from .pace import Regular, stretches
from .poller import pause

__all__ = [
    "BEIJING",
    "FREE_PLAN",
    "Governor",
    "Habit",
    "Regular",
    "month_start",
    "next_month",
    "pause",
    "stretches",
]
