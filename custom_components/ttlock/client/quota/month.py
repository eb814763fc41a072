"""The months in which the vendor counts calls (ttlock-open-api.md 1.6)."""

from datetime import datetime, timedelta, timezone
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8))


def month_start(now: datetime) -> datetime:
    """Return when the month began: the first of it, midnight in Beijing."""
    return now.astimezone(BEIJING).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(now: datetime) -> datetime:
    """Return when calls start anew."""
    return (month_start(now) + timedelta(days=32)).replace(day=1)
