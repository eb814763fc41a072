"""How often something has happened lately."""

from datetime import datetime, timedelta
import math
from typing import Any, Final

MEMORY: Final = timedelta(days=3)
"""What is longer ago than that hardly counts: long enough for a weekend, short enough to see a runaway."""
_HOUR: Final = timedelta(hours=1)


class Rate:
    """Events by the hour, of which the older ones weigh less and less."""

    def __init__(self, now: datetime) -> None:
        """Start with nothing known, which is as good as nothing happening."""
        self._by_hour = 0.0
        self._at = now

    def by_hour(self, now: datetime) -> float:
        """Return how many events come in an hour."""
        return self._by_hour * self._faded(now - self._at)

    def add(self, count: float, now: datetime) -> None:
        """Note events of this moment."""
        self._by_hour = self.by_hour(now) + count * (_HOUR / MEMORY)
        self._at = max(self._at, now)

    def add_over(self, count: float, span: timedelta, now: datetime) -> None:
        """Note events that came some time within a span that ends now."""
        if span > timedelta():
            self.add(count * (1 - self._faded(span)) * (MEMORY / span), now)

    def to_json(self) -> dict[str, Any]:
        """Return what has to outlive a restart."""
        return {"by_hour": self._by_hour, "at": self._at.isoformat()}

    def restore(self, raw: dict[str, Any]) -> None:
        """Go on where `to_json` left off; KeyError, TypeError or ValueError for something else."""
        by_hour, at = float(raw["by_hour"]), datetime.fromisoformat(raw["at"])
        self._by_hour, self._at = by_hour, at

    @staticmethod
    def _faded(span: timedelta) -> float:
        return math.exp(-max(span, timedelta()) / MEMORY)
